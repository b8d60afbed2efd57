"""Keys on the command line: a witness lets one in, and an approval is checked where no studio is."""

from argparse import Namespace
from pathlib import Path

import pytest

import app
from moderation.access.accounts import Accounts
from moderation.errors import AccountRefused, NotFound
from moderation.keys.approval import Approvals
from moderation.keys.commands import keys
from moderation.keys.her_keys import HerKeys, NewKey
from tests.moderation.access.little_site import CHEAP
from tests.moderation.her_hand import fingerprint, private_key, public_key, sign
from tests.moderation.scene import MAYA, NORA, Scene

NEW = private_key("new")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_an_administrator_is_witness_to_a_key_that_she_asked_for(scene: Scene) -> None:
    kept, accounts = HerKeys(scene.database, lambda *_: None, lambda _: False, demo=False), Accounts(scene.database, CHEAP)
    statement = kept.draft(NORA, public_key(NEW))
    ask = {"act": "witness", "witness": "admin", "fingerprint": fingerprint(NEW)}
    with pytest.raises(NotFound):
        keys(kept, accounts, Namespace(login="nora", **ask))
    kept.register(NORA, NewKey(public_key(NEW), statement, sign(NEW, statement)), "")
    listed = keys(kept, accounts, Namespace(act="list"))
    assert f"nora                 {fingerprint(NEW)} waits for a witness" in listed
    assert listed.count("in use") == 2
    with pytest.raises(AccountRefused, match="only a model"):
        keys(kept, accounts, Namespace(login="maya", **ask))
    assert "Adi Min was witness" in keys(kept, accounts, Namespace(login="nora", **ask))
    listed = keys(kept, accounts, Namespace(act="list"))
    assert f"{fingerprint(NEW)} witnessed, in use" in listed
    assert f"{fingerprint(private_key('nora'))} first, replaced 2026-05-03" in listed


def test_an_approval_is_checked_without_any_studio(scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sealed, proof, image = scene.approved("image"), tmp_path / "proof.json", tmp_path / "image.png"
    proof.write_bytes(Approvals(scene.database).proof(MAYA, "image"))
    image.write_bytes(sealed.content)
    hers = fingerprint(private_key("nora"))

    def check(print_of: str, *more: str) -> tuple[int, str, str]:
        status = app.main(["--home", str(tmp_path / "none"), "verify-approval", str(proof), "--fingerprint", print_of, *more])
        return status, *capsys.readouterr()

    status, out, _ = check(" ".join(hers[at : at + 4] for at in range(0, 64, 4)), "--file", str(image))
    assert status == 0
    assert out.endswith("byte for byte.\nThe approval holds.\n")
    for wrong, more, sentence in (
        ("0" * 64, (), "does not follow it"),
        (hers, ("--file", str(proof)), "no picture"),
        (hers, ("--file", str(tmp_path / "absent.png")), "cannot be read"),
        (hers, ("--file", str(tmp_path)), "cannot be read"),
    ):
        status, out, err = check(wrong, *more)
        assert (status, out) == (1, "")
        assert sentence in err
    proof.write_bytes(b"\xff" * 10)
    assert check(hers)[0] == 1
    assert not (tmp_path / "none").exists()
