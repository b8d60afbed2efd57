"""A process that dies while photographs are taken or somebody is enrolled leaves all of it or nothing; the next one goes on."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import app
from moderation.enrolment.enrolments import FAULTS as TAKING
from moderation.enrolment.enrolments import Handed
from moderation.enrolment.finishing import FAULTS as FINISHING
from moderation.faces.pack import Pack
from tests.moderation.enrolment.newcomer import SITTER, Newcomer, photo, plates
from twin.settings import KILLED_BY_A_TEST, Settings

ROOT = Path(__file__).parents[3]
CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
import app
from moderation.enrolment.enrolments import Handed
from twin.settings import Settings
home, point, act, file = sys.argv[1:]
house = app.open_studio(Settings(Path(home), fault=point), lambda: datetime.now(UTC), lambda _: None).judging
her = house.accounts.by_login("vera")
if act == "take":
    house.enrolments.take(her, "vera", [Handed("last.jpg", Path(file).read_bytes())])
else:
    house.finishing.finish(her, "vera")
"""
WANTED = ("l000", "l001", "l002", "l003", "l005", "s7_000", "s7_004", "s7_005")


@pytest.fixture(scope="module")
def gathered(cc0_pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which eight photographs fit and one does not."""
    made = Newcomer(tmp_path_factory.mktemp("gathered") / "home", cc0_pack.folder.parent)
    made.prepare()
    lines = {line["id"]: line for line in plates(SITTER)}
    files = [Handed(f"{name}.jpg", photo(lines[f"{SITTER}_{name}"])) for name in WANTED]
    made.house.enrolments.take(
        made.account("vera"), "vera", [*files, Handed("again.jpg", photo(lines[f"{SITTER}_l000"], "warm side"))]
    )
    made.database.close()
    return made.home


class Struck:
    """A copy of that home after a process died in it at a point."""

    def __init__(self, gathered: Path, folder: Path, point: str, act: str) -> None:
        self.home = folder / "home"
        shutil.copytree(gathered, self.home, symlinks=True)
        self.files_before = self.files()
        self.last = folder / "last.jpg"
        self.last.write_bytes(photo(plates(SITTER)[9]))
        command = [sys.executable, "-c", CHILD, str(self.home), point, act, str(self.last)]
        assert subprocess.run(command, cwd=ROOT, timeout=300, check=False).returncode == KILLED_BY_A_TEST
        self.studio = app.open_studio(Settings(self.home), lambda: datetime.now(UTC), lambda _: None)
        self.house = self.studio.judging
        self.her = self.house.accounts.by_login("vera")

    def files(self) -> list[str]:
        return sorted(str(one.relative_to(self.home)) for one in (self.home / "vault").rglob("*.sealed"))


@pytest.mark.parametrize("point", TAKING)
def test_of_a_photograph_that_was_being_taken_nothing_stays(gathered: Path, tmp_path: Path, point: str) -> None:
    struck = Struck(gathered, tmp_path, point, "take")
    assert len(struck.house.enrolments.open(struck.her, "vera").album.photographs) == len(WANTED) + 1
    assert len(struck.files()) == len(struck.files_before) + 3  # sealed files of nobody, until the next look
    struck.house.retention.run()
    assert struck.files() == struck.files_before
    assert struck.house.enrolments.take(struck.her, "vera", [Handed("last.jpg", struck.last.read_bytes())]) == ("",)


@pytest.mark.parametrize("point", FINISHING)
def test_an_enrolment_that_was_being_finished_is_open_still_or_is_measured_at_the_next_start(
    gathered: Path, tmp_path: Path, point: str
) -> None:
    struck = Struck(gathered, tmp_path, point, "finish")
    if point == "enrol.recorded":
        assert len(struck.house.enrolments.open(struck.her, "vera").album.fitting) == len(WANTED)
        struck.house.finishing.finish(struck.her, "vera")
    else:
        assert struck.house.enrolments.open(struck.her, "vera").person.enrolled == len(WANTED)
        struck.studio.prepare(lambda _: None)
        struck.house.retention.run()
    assert len(struck.house.examiner.known_now().gallery.references_of("vera")) == len(WANTED)
    assert struck.house.finishing.enrolled("vera").photographs == len(WANTED)
    assert len(struck.files()) == 3 * len(WANTED)
