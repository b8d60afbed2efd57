"""Pictures handed in to be repainted: of her alone and surely, sealed, of one brand, gone when their time or her word ends."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from moderation.desk.desk import Desk
from moderation.desk.submission import Submissions
from moderation.errors import BadImage, BadRequest, Gone, NotFound, RightsLapsed
from moderation.reach import unreached
from moderation.safeguards.finding import Finding, Outcome, Verdict
from moderation.uploads.bases import GRAIN, HERS, LARGEST_PIXELS, MOST, Bases, Handed, fit
from moderation.vault.vault import Shelf
from tests.moderation.scene import ADMIN, AGENT, MAYA, MODO, NORA, OTTO, RIVAL
from tests.moderation.sealed_scene import SealedScene

PICTURE = np.random.default_rng(4).integers(0, 256, (350, 250, 3), dtype=np.uint8)
FACE = (80.0, 60.0, 160.0, 150.0)


def png(picture: np.ndarray = PICTURE, kind: str = "PNG", **more: Any) -> bytes:
    written = io.BytesIO()
    Image.fromarray(picture).save(written, kind, **more)
    return written.getvalue()


@dataclass
class Eyes:
    """What safeguards would say: each clears but for those named."""

    said: dict[str, tuple[Outcome, str]] = field(default_factory=dict)
    asked: list[tuple[int, int]] = field(default_factory=list)
    silent: frozenset[str] = frozenset()

    def examine_upload(self, picture: np.ndarray, _twin_id: str) -> Verdict:
        self.asked.append((picture.shape[1], picture.shape[0]))
        names = [name for name in (*sorted(HERS), "copy", "manipulation") if name not in self.silent]
        found = [(name, *self.said.get(name, (Outcome.CLEAR, "It is well."))) for name in names]
        return Verdict.of(Finding(name, outcome, 0.4, 0.5, words) for name, outcome, words in found)

    def boxes(self, _picture: np.ndarray) -> list[tuple[float, float, float, float]]:
        return [FACE]

    def outline(self, _picture: np.ndarray) -> None:
        return None

    def fit(self, *_: object) -> Any:
        raise AssertionError("No head is drawn here.")


class Room(SealedScene):
    """The small studio with pictures handed in."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.eyes = Eyes()
        submissions = Submissions(self.database, self.vault, Desk(self.database, self.vault, unreached))
        self.bases = Bases(self.database, self.vault, submissions, lambda: self.eyes)

    def kept(self) -> tuple[Any, ...]:
        """Every row and file of what was handed in."""
        tables = ("base_picture", "restricted_object")
        rows = [str(self.database.rows(f"SELECT * FROM {table} ORDER BY 1")) for table in tables]
        return (*rows, *self.vault.names(Shelf.BASE), *self.vault.names(Shelf.THUMBNAIL))


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "home")


def test_what_is_kept_is_sealed_made_fit_and_found_again_by_its_brand(room: Room) -> None:
    base_id = room.bases.take(MAYA, "nora", Handed("..\\shoots/a picture.png", png()))
    base = room.bases.base(MAYA, base_id)
    assert (base.name, base.twin_name, base.width, base.height, base.faces) == ("a picture.png", "Nora", 240, 336, (FACE,))
    assert base.doubts == ()
    assert np.array_equal(room.bases.picture(base_id), PICTURE[7:343, 5:245])
    assert room.eyes.asked == [(240, 336)]
    everything = room.everything()
    assert png(PICTURE[7:343, 5:245])[60:200] not in everything
    assert b"\xff\xd8\xff" in room.bases.preview(OTTO, base_id)[:4], "every creative of the brand sees it"
    opened = [(row["actor"], row["subject"]) for row in room.events("base.opened")]
    assert opened == [("worker", base_id), (OTTO.id, base_id)]
    assert [row["subject"] for row in room.events("base.kept")] == [base_id]


@pytest.mark.parametrize("account", [RIVAL, MODO, NORA, AGENT, ADMIN], ids=lambda one: one.role)
def test_nobody_else_hands_in_sees_lists_or_removes(room: Room, account: Any) -> None:
    base_id = room.bases.take(MAYA, "nora", Handed("a.png", png()))
    before = room.kept()
    for act in (
        lambda: room.bases.take(account, "amara", Handed("b.png", png())),
        lambda: room.bases.base(account, base_id),
        lambda: room.bases.preview(account, base_id),
        lambda: room.bases.remove(account, base_id),
    ):
        with pytest.raises(NotFound):
            act()
    assert room.kept() == before
    tried = [row["subject"] for row in room.events("attempt.refused")]
    assert tried == [account.id] * 2, "to hand in and to remove are put on record"


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("one_face", Outcome.BLOCK),
        ("one_face", Outcome.REFER),
        ("likeness", Outcome.REFER),
        ("likeness", Outcome.UNEXAMINED),
        ("nobody_else", Outcome.REFER),
        ("protected", Outcome.UNEXAMINED),
        ("face_size", Outcome.REFER),
        ("manipulation", Outcome.BLOCK),
    ],
)
def test_what_is_not_surely_her_alone_is_refused_with_its_reason_and_not_kept(room: Room, name: str, outcome: Outcome) -> None:
    room.eyes.said = {name: (outcome, "This face is somebody else's.")}
    before = room.kept()
    with pytest.raises(BadImage, match="is not taken: This face is somebody else's"):
        room.bases.take(MAYA, "nora", Handed("a.png", png()))
    assert room.kept() == before


def test_where_nothing_could_tell_whom_it_shows_it_is_refused(room: Room) -> None:
    room.eyes.silent = frozenset({"likeness"})
    with pytest.raises(BadImage, match="Nobody could look"):
        room.bases.take(MAYA, "nora", Handed("a.png", png()))
    assert room.vault.names(Shelf.BASE) == []


def test_what_a_detector_of_changes_doubts_is_kept_and_told(room: Room) -> None:
    room.eyes.said = {
        "manipulation": (Outcome.REFER, "Something may be pasted in."),
        "copy": (Outcome.REFER, "Near a reference."),
    }
    base = room.bases.base(MAYA, room.bases.take(MAYA, "nora", Handed("a.png", png())))
    assert base.doubts == ("Near a reference.", "Something may be pasted in.")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a picture"),
        (png()[:400], "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"%PDF-1.7\n" + png(), "a PDF"),
        (png() + b"PK\x05\x06" + bytes(18), "archive"),
        (png(PICTURE[:63]), "at least 64"),
        (png(np.zeros((66, 8000, 3), np.uint8)), "too narrow"),
    ],
    ids=["empty", "torn", "drawing", "polyglot", "archive", "small", "strip"],
)
def test_what_is_no_picture_to_repaint_is_refused_in_a_sentence(room: Room, content: bytes, said: str) -> None:
    with pytest.raises(BadImage, match=said):
        room.bases.take(MAYA, "nora", Handed("a.png", content))
    assert room.vault.names(Shelf.BASE) == []
    assert room.eyes.asked == []


def test_an_image_of_the_studio_itself_is_refused_in_any_format(room: Room) -> None:
    room.judged("waiting")
    sealed = room.vault.read(Shelf.ORIGINAL, "waiting")
    with Image.open(io.BytesIO(sealed)) as opened:
        pixels = np.asarray(opened.convert("RGB"))
    for content in (sealed, png(pixels), png(pixels, "WEBP", lossless=True)):
        with pytest.raises(BadRequest, match="an image of this studio"):
            room.bases.take(MAYA, "nora", Handed("a.png", content))


def test_without_a_licence_that_holds_now_nothing_is_taken(room: Room) -> None:
    with pytest.raises(NotFound):
        room.bases.take(MAYA, "nobody", Handed("a.png", png()))
    room.clock.forward(days=4000)
    with pytest.raises(RightsLapsed, match="No licence for Nora holds now"):
        room.bases.take(MAYA, "nora", Handed("a.png", png()))
    assert room.vault.names(Shelf.BASE) == []


def test_one_too_many_is_refused_until_one_was_removed(room: Room) -> None:
    ids = [room.bases.take(MAYA, "nora", Handed(f"{number}.png", png())) for number in range(MOST)]
    with pytest.raises(BadRequest, match=f"At most {MOST}"):
        room.bases.take(OTTO, "nora", Handed("more.png", png()))
    room.bases.remove(OTTO, ids[0])
    assert ids[0] not in room.vault.names(Shelf.BASE) + room.vault.names(Shelf.THUMBNAIL)
    with pytest.raises(NotFound):
        room.bases.preview(MAYA, ids[0])
    with pytest.raises(Gone):
        room.bases.picture(ids[0])
    room.bases.take(OTTO, "nora", Handed("more.png", png()))


def test_a_full_disk_leaves_neither_row_nor_file(room: Room) -> None:
    before = room.kept()
    keep = room.vault._write
    room.vault._write = lambda handle, part: keep(handle, part) if room.vault.names(Shelf.BASE) == [] else _no_room()
    with pytest.raises(Exception, match="no room"):
        room.bases.take(MAYA, "nora", Handed("a.png", png()))
    assert room.kept() == before


def _no_room() -> int:
    raise OSError(28, "no space left")


def test_it_goes_after_ninety_days_or_when_she_no_longer_allows_to_be_painted(room: Room) -> None:
    first = room.bases.take(MAYA, "nora", Handed("a.png", png()))
    room.clock.forward(days=89)
    second = room.bases.take(MAYA, "nora", Handed("b.png", png()))
    room.retention.run()
    assert sorted(room.vault.names(Shelf.BASE)) == sorted([first, second])
    room.clock.forward(days=1)
    run = room.retention.run()
    assert (run.facts["old_bases"], room.vault.names(Shelf.BASE)) == ([first], [second])
    ends = room.database.rows("SELECT ends_at FROM consent WHERE twin_id = 'nora'")[0]["ends_at"]
    assert ends > room.clock.at.isoformat()
    with room.database.write("nora") as tx:
        consent = tx.execute("SELECT id FROM consent WHERE twin_id = 'nora'")[0]["id"]
        tx.execute(
            "INSERT INTO revocation VALUES ('r', 'consent', ?, ?, ?, 'nora', 'I have changed my mind.')",
            [consent, tx.now, tx.now],
        )
    with pytest.raises(RightsLapsed):
        room.bases.preview(MAYA, second)
    run = room.retention.run()
    assert [one["ids"] for one in run.facts["base_objects"]] == [[second]]
    assert room.vault.names(Shelf.BASE) == []


def test_an_erasure_destroys_it(room: Room) -> None:
    base_id = room.bases.take(MAYA, "nora", Handed("a.png", png()))
    room.erasure.erase(NORA)
    assert room.vault.names(Shelf.BASE) == []
    assert room.database.rows("SELECT destroyed_at FROM restricted_object WHERE id = ?", [base_id])[0]["destroyed_at"]


def test_fitting_makes_smaller_and_cuts_the_edges_but_never_enlarges() -> None:
    large = fit(np.zeros((3000, 2001, 3), np.uint8))
    assert large.shape[0] * large.shape[1] <= LARGEST_PIXELS
    assert large.shape[0] % GRAIN == large.shape[1] % GRAIN == 0
    assert abs(large.shape[0] / large.shape[1] - 1.5) < 0.03
    small = np.random.default_rng(1).integers(0, 256, (96, 80, 3), dtype=np.uint8)
    assert np.array_equal(fit(small), small)
