"""The command line: what it answers, what it refuses in one sentence, and that it paints as the page does."""

import json
from pathlib import Path

import pytest
from PIL import Image

import app
from twin.settings import Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli") / "home"


def asked(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, str, str]:
    status = app.main(["--home", str(home), *words])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_a_fresh_home_becomes_a_demo_with_its_accounts(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    status, out, _ = asked(capsys, home, "users", "list")
    assert status == 0
    roles = [line.split()[1] for line in out.splitlines()]
    assert {role: roles.count(role) for role in set(roles)} == {"creative": 2, "moderator": 2, "agency": 2, "model": 8}


def test_the_audit_chain_of_a_fresh_demo_verifies(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    status, out, _ = asked(capsys, home, "audit", "verify")
    assert status == 0
    assert "audit rows" in out


def test_a_witness_takes_the_head_home_and_a_backup_comes_back_with_it(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    head, archive, again = (str(tmp_path / name) for name in ("head.json", "backup.tar", "again"))
    assert asked(capsys, home, "audit", "export", head)[0] == 0
    status, out, _ = asked(capsys, home, "audit", "verify", "--head", head)
    assert (status, "1 witnessed heads" in out) == (0, True)
    status, out, _ = asked(capsys, home, "backup", archive)
    assert (status, "no key" in out) == (0, True)
    status, out, _ = asked(capsys, Path(again), "restore", archive, "--tombstones", str(home / "keys" / "tombstones.jsonl"))
    assert (status, "each proven" in out) == (0, True)
    line = next(one for one in out.splitlines() if one.startswith("audit-head "))
    status, _, err = asked(capsys, Path(again), "users", "disable", "maya")
    assert (status, "changes nothing until" in err) == (1, True)
    assert asked(capsys, Path(again), "restore", "--confirm", head)[2].startswith("This head is older than the backup")
    status, out, _ = asked(capsys, Path(again), "restore", "--confirm", line)
    assert (status, "works again" in out) == (0, True)
    assert asked(capsys, Path(again), "users", "disable", "maya")[0] == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("paint", "--twin", "zelda"), "No brand has a licence of a twin called 'zelda'"),
        (("paint", "--twin", "nora", "--look", "moonwalk"), "moonwalk"),
        (("paint", "--twin", "nora", "--as", "rosa"), "rosa is a moderator"),
        (("paint", "--twin", "nora", "--count", "999"), "1 to 64"),
        (("examine", "nowhere.png", "--twin", "nora"), "nowhere.png cannot be read"),
        (("examine", "README.md", "--twin", "nora"), "not a picture"),
        (("repaint", "01ARZ3NDEKTSV4RRFFQ69G5FAV"), "no such image"),
        (("paint", "--twin", "nora", "--change", "01ARZ3NDEKTSV4RRFFQ69G5FAV"), "say --mask FILE"),
        (("paint", "--twin", "nora", "--change", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "--mask", "README.md"), "no such image"),
        (("painters", "check", "flux2-klein-4b"), "are not installed; run: twin-studio painters pull"),
        (("painters", "import", "flux2-klein-9b", "assets", "--as", "rosa"), "stays refused until accepted"),
        (("keys", "witness", "nora", "--fingerprint", "0" * 64, "--as", "rosa"), "Only an administrator or her own agency"),
        (("keys", "witness", "maya", "--fingerprint", "0" * 64, "--as", "rosa"), "only a model has a key"),
        (("--studio", "users", "list"), "was made as a demo and stays one"),
        (("--port", "70000", "users", "list"), "1 to 65535"),
        (("users", "add", "ada", "--role", "administrator"), "asked for at a terminal"),
        (
            ("protect", "add", "Ann", "README.md", "--consent", "Her signed letter of today."),
            "README.md: This file is not a picture",
        ),
        (("protect", "add", "Ann", "README.md", "--consent", "yes"), "needs the person's own consent"),
        (("audit", "verify", "--head", "README.md"), "no signed head"),
        (("audit", "verify", "--head", "nowhere.json"), "cannot be read as a signed head"),
        (("audit", "export", "README.md"), "is there already"),
        (("backup",), "Say where the backup is to go"),
        (("backup", "README.md"), "is there already"),
        (("backup", "--keys", "keys.sealed"), "asked for at a terminal"),
        (("restore",), "Say which backup"),
        (("restore", "README.md"), "is there already"),
        (("restore", "--confirm", "README.md"), "no signed head"),
        (("protect", "remove", "01ARZ3NDEKTSV4RRFFQ69G5FAV"), "Nobody on the list has this id"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_status(
    capsys: pytest.CaptureFixture[str], home: Path, words: tuple[str, ...], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    status, out, err = asked(capsys, home, *words)
    assert status == 1
    assert out == ""
    assert sentence in err.strip().splitlines()[-1]
    assert "Traceback" not in err


def test_a_home_that_a_browser_could_reach_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = asked(capsys, tmp_path / "home", "serve", "--port", "0")
    assert status == 1
    assert "port" in err
    status, _, err = asked(capsys, tmp_path / "home", "serve", "--port", "7899")
    assert status == 1
    assert "a browser can reach" in err


def test_a_studio_starts_only_with_an_administrator(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, _, err = asked(capsys, tmp_path / "studio", "--studio", "serve")
    assert status == 1
    assert "no administrator yet" in err


def test_the_environment_chooses_the_home_and_a_space_its_name() -> None:
    here = Settings.read({"home": None}, {"TWIN_STUDIO_HOME": "/srv/studio"})
    assert (here.home, here.host, here.wanted) == (Path("/srv/studio"), "127.0.0.1", None)
    space = Settings.read({}, {"SPACE_ID": "a/b", "SPACE_HOST": "a-b.hf.space", "TWIN_STUDIO_HOME": "/data"})
    assert (space.address, space.wanted, space.framed) == ("https://a-b.hf.space", "demo", True)


@pytest.mark.slow
def test_an_image_painted_from_the_command_line_goes_where_its_findings_send_it_and_repaints_equal(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    status, out, _ = asked(
        capsys, home, "paint", "--twin", "nora", "--look", "rim", "--seed", "5", "--out", str(tmp_path), "--json"
    )
    assert status == 0
    (image,) = json.loads(out)["images"]
    found = {finding["safeguard"]: finding for finding in image["findings"]}
    assert found["one_face"]["outcome"] == "clear"
    assert found["manipulation"]["outcome"] == "clear"
    cleared = {finding["outcome"] for finding in found.values()} == {"clear"}
    assert image["state"] == ("her turn" if cleared else "in review")
    assert all(set(finding) == {"safeguard", "outcome", "score", "threshold", "reason"} for finding in image["findings"])
    with Image.open(image["file"]) as preview:
        assert max(preview.size) <= 480
    assert Path(image["file"]).parent == tmp_path

    status, out, _ = asked(capsys, home, "repaint", image["id"])
    assert (status, out.strip()) == (0, "Every pixel is equal.")

    status, out, _ = asked(capsys, home, "examine", image["file"], "--twin", "viktor", "--json")
    assert status == 0
    assert json.loads(out)["verdict"] == "block"
