"""Who asked never to be painted is kept sealed, searched, and erased."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from moderation.database import Database
from moderation.errors import BadImage, BadRequest, KeyUnusable, NotFound, Unexaminable
from moderation.examining.protected import LONGEST, Asked, ProtectedPeople
from moderation.keys.keyring import Keyring
from moderation.schema.tables import AUDIT, FACES, PROTECTED

PACK = "a" * 64
ANN = Asked("Ann Example", "Her signed letter of 3 March 2026.")
BOB = Asked("Bob Example", "Said so on the telephone, 4 March 2026.")
FACE = np.linspace(0, 1, 128).astype(np.float32)


@dataclass
class Place:
    """A database, a folder of keys, and a clock that is set by hand."""

    folder: Path
    now: datetime = datetime(2026, 3, 5, tzinfo=UTC)
    pack: str = PACK
    database: Database = field(init=False)
    people: ProtectedPeople = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(self.folder / "studio.sqlite", lambda: self.now)
        self.database.migrate([("audit", AUDIT), ("faces", FACES), ("protected", PROTECTED)])
        self.people = self.anew()

    @property
    def keys(self) -> Path:
        return self.folder / "keys"

    def anew(self) -> ProtectedPeople:
        """As another process sees it."""
        return ProtectedPeople(self.database, Keyring(self.keys), lambda: self.pack)

    def events(self) -> list[str]:
        return [row["event"] for row in self.database.rows("SELECT event FROM audit ORDER BY seq")]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_somebody_on_the_list_is_found_by_the_mean_of_the_photographs(place: Place) -> None:
    ann = place.people.add(ANN, [FACE - 0.5, FACE + 0.5], "console")
    distance, who = place.anew().faces().to(FACE)
    assert (round(distance, 5), who) == (0.0, ann)
    (listed,) = place.people.listing("console")
    assert (listed.name, listed.consent, listed.templates) == (ANN.name, ANN.consent, 2)


def test_neither_name_nor_consent_nor_face_lie_open_in_the_database_or_the_audit(place: Place) -> None:
    place.people.add(ANN, [FACE], "console")
    place.database.tables.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = (place.folder / "studio.sqlite").read_bytes()
    assert b"protected.added" in content
    for secret in (b"Ann", b"letter", FACE.tobytes(), FACE[:8].tobytes()):
        assert secret not in content


def test_a_process_that_has_searched_sees_who_was_added_and_removed_since(place: Place) -> None:
    searching = place.anew()
    assert len(searching.faces()) == 0
    ann = place.people.add(ANN, [FACE], "console")
    assert len(searching.faces()) == 1
    bob = place.people.add(BOB, [FACE + 1], "console")
    assert searching.faces().to(FACE + 1)[1] == bob
    place.people.remove(bob, "console")
    assert searching.faces().to(FACE + 1)[1] == ann


def test_removal_erases_rows_and_key_so_that_an_old_copy_opens_no_more(place: Place) -> None:
    ann = place.people.add(ANN, [FACE], "console")
    copy = place.database.rows("SELECT * FROM protected_template")[0]["sealed"]
    place.people.remove(ann, "console")
    assert place.database.rows("SELECT * FROM protected_person") == []
    assert place.database.rows("SELECT * FROM protected_template") == []
    assert list(place.keys.iterdir()) == []
    with pytest.raises(KeyUnusable):
        Keyring(place.keys).key(ann).open(copy, f"template of {ann} by {PACK}")
    assert place.events() == ["protected.added", "protected.removed"]
    with pytest.raises(NotFound):
        place.people.remove(ann, "console")


def test_a_key_whose_rows_were_removed_before_a_crash_is_destroyed_by_whoever_looks_next(place: Place) -> None:
    Keyring(place.keys).make("01CRASHED")
    ann = place.people.add(ANN, [FACE], "console")
    place.people.listing("console")
    assert [file.stem for file in place.keys.iterdir()] == [ann]


def test_whoever_never_asked_again_is_erased_after_three_years(place: Place) -> None:
    place.people.add(ANN, [FACE], "console")
    place.now += LONGEST - timedelta(seconds=1)
    assert len(place.people.faces()) == 1
    place.now += timedelta(seconds=1)
    assert len(place.people.faces()) == 0
    place.people.erase_expired()
    assert place.database.rows("SELECT * FROM protected_template") == []
    assert list(place.keys.iterdir()) == []
    assert place.events()[-1] == "protected.expired"


def test_a_list_that_another_pack_measured_leaves_every_image_to_a_person(place: Place) -> None:
    place.people.add(ANN, [FACE], "console")
    place.pack = "b" * 64
    with pytest.raises(Unexaminable, match="1 whom the face models in use do not know"):
        place.people.faces()
    assert place.people.listing("console")[0].templates == 0


@pytest.mark.parametrize("harm", ["gone", "altered", "open"])
def test_a_key_that_cannot_be_used_leaves_every_image_to_a_person_and_tells_no_place(place: Place, harm: str) -> None:
    ann = place.people.add(ANN, [FACE], "console")
    file = place.keys / f"{ann}.key"
    {"gone": file.unlink, "altered": lambda: file.write_bytes(bytes(32)), "open": lambda: file.chmod(0o644)}[harm]()
    with pytest.raises(Unexaminable) as refusal:
        place.anew().faces()
    assert str(place.folder) not in str(refusal.value)
    assert ann not in str(refusal.value)


def test_a_template_put_into_anothers_place_opens_no_more(place: Place) -> None:
    ann, bob = place.people.add(ANN, [FACE], "console"), place.people.add(BOB, [FACE + 1], "console")
    with place.database.write("thief") as tx:
        tx.execute("UPDATE protected_template SET person_id = ? WHERE person_id = ?", [bob, ann])
    with pytest.raises(Unexaminable):
        place.anew().faces()


@pytest.mark.parametrize(
    ("name", "consent"),
    [("", "She wrote a letter."), ("A\nB", "She wrote a letter."), ("Ann", "yes"), ("A" * 121, "She wrote a letter.")],
)
def test_nobody_is_listed_without_a_name_or_a_consent_in_words(name: str, consent: str) -> None:
    with pytest.raises(BadRequest):
        Asked(name, consent)


def test_nobody_is_listed_without_a_photograph(place: Place) -> None:
    with pytest.raises(BadImage):
        place.people.add(ANN, [], "console")
    assert place.events() == []
