"""Enrolling somebody: photographs in, looked at, replaced or removed, and at the end measured; by herself or her agency alone."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from ulid import ULID

from moderation.access.account import Account
from moderation.audit.attempts import watched
from moderation.database import Database, Transaction
from moderation.desk.moves import Row
from moderation.enrolment.album import Album, place_of, read_album
from moderation.enrolment.forgetting import end
from moderation.enrolment.kept import kept_of, templates_of
from moderation.enrolment.looking import Looking, Taken
from moderation.enrolment.opened import begin, insist_open, open_id
from moderation.enrolment.standing import Person, Step, insist_on_consents, people_of, person_of, steps_of
from moderation.enrolment.together import MOST
from moderation.errors import BadImage, BadRequest, NotFound
from moderation.examining.calibration import KnownFaces
from moderation.keys.keyring import Key
from moderation.reach import Reach, unreached
from moderation.uploads.ours import Fit, OwnImages
from moderation.uploads.uploads import Picture, read_upload
from moderation.vault.restricted import References, destroy_object, drop_files
from moderation.vault.vault import Shelf, Vault

FAULTS: tuple[str, ...] = ("enrol.file-kept", "enrol.entered")
NAME_AT_MOST = 80
PAINTED = "This is an image that this studio painted, and no photograph; it was not kept."
NO_DEMO = (
    "A demo enrols nobody: its people do not exist, and photographs of anybody else have no place in it. Begin a studio of your"
    " own, with: twin-studio --home FOLDER --studio"
)


class Keys(Protocol):
    """The key of the person behind a twin; both raise Erased, KeyUnusable."""

    def to_seal_twin(self, twin_id: str, /) -> Key: ...
    def to_open_twin(self, twin_id: str, /) -> Key: ...


class Eyes(Protocol):
    """What looks at photographs handed in, with which face models, and what they know of her. All raise PackRefused."""

    def looking(self) -> Looking: ...
    @property
    def pack_sha256(self) -> str: ...
    def known_now(self) -> KnownFaces: ...
    def outline(self, picture: Picture, /) -> NDArray[np.uint8] | None: ...
    def fit(self, outline: NDArray[np.uint8], others: Mapping[str, NDArray[np.uint8]], /) -> Fit: ...


@dataclass(frozen=True)
class Handed:
    """A file that somebody hands in, under the name she gave it; `refused` says why its content was not even read."""

    name: str
    content: bytes
    refused: str = ""

    def __post_init__(self) -> None:
        """Keep of the name what a person can read: no folder, no sign that does not show."""
        plain = "".join(sign for sign in self.name.replace("\\", "/").rsplit("/", 1)[-1] if sign.isprintable()).strip()
        object.__setattr__(self, "name", plain[-NAME_AT_MOST:] or "photograph")


@dataclass(frozen=True)
class Open:
    """An enrolment as its page shows it."""

    person: Person
    steps: tuple[Step, ...]
    album: Album


@dataclass(frozen=True)
class _Entry:
    """A file on its way into the rows: taken, or refused in words."""

    id: str
    name: str
    sha256: str
    taken: Taken | None
    refused: str


class Enrolments:
    """One enrolment at a time for each twin; whatever is kept lies sealed, and each look at it is on record."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        photographs: References,
        keys: Keys,
        eyes: Callable[[], Eyes],
        *,
        demo: bool,
        reach: Reach = unreached,
    ) -> None:
        self._database, self._vault, self._photographs = database, vault, photographs
        self._keys, self._eyes, self._demo, self._reach = keys, eyes, demo, reach
        self._ours = OwnImages(database, vault, eyes)

    def people(self, account: Account) -> list[Person]:
        """Everybody this account may enrol."""
        return people_of(self._database.rows, account)

    def open(self, account: Account, twin_id: str) -> Open:
        """How the enrolment of a twin stands. Raises NotFound for all but the person and her agency, PackRefused, Erased."""
        changing = person_of(self._database.rows, account, twin_id).enrolment_id is not None
        kept = kept_of(self._database.rows, twin_id) if changing else ()
        hers = templates_of(self._eyes().known_now(), kept) if kept else {}
        with self._database.write(account.id) as tx:
            person = person_of(tx.execute, account, twin_id)
            album = read_album(tx, person.enrolment_id, twin_id, self._keys, lambda: self._eyes().pack_sha256, hers)
            return Open(person, steps_of(tx.execute, person, tx.now), album)

    @watched("hand in photographs of somebody")
    def take(self, account: Account, twin_id: str, files: Sequence[Handed], instead: str = "") -> tuple[str, ...]:
        """Look at files and keep those that show her alone; all or nothing. What each was answered, in order.

        `instead` is a photograph that the first of them replaces. Raises NotFound, RightsLapsed without her consents, BadRequest
        for more than 30, AlreadyDecided when she is enrolled, PackRefused, VaultFull.
        """
        if not files:
            raise BadRequest("No file was handed in.")
        standing = self._insist(account, twin_id).album
        room = standing.room + (1 if instead else 0)
        if len(files) > room:
            raise BadRequest(f"{len(files)} files are too many: of at most {MOST} photographs there is room for {max(0, room)}.")
        entries = self._looked_at(twin_id, files, standing, instead)
        try:
            with self._database.write(account.id) as tx:
                destroyed = self._enter(tx, account, twin_id, entries, instead)
        except BaseException:
            for entry in entries:
                drop_files(self._vault, "reference", entry.id)
            raise
        if destroyed:
            drop_files(self._vault, "reference", instead)
        return tuple(entry.refused for entry in entries)

    @watched("take out a photograph of somebody")
    def remove(self, account: Account, twin_id: str, photograph_id: str) -> None:
        """Remove a photograph, its crop, and what was measured; a standing one leaves when the change is finished.

        Raises NotFound, AlreadyDecided.
        """
        with self._database.write(account.id) as tx:
            destroyed = self._removed(tx, account, twin_id, photograph_id)
        if destroyed:
            drop_files(self._vault, "reference", photograph_id)

    @watched("answer for a photograph of somebody")
    def vouch(self, account: Account, twin_id: str, photograph_id: str) -> None:
        """Answer for a photograph that a manipulation model doubts: she, or her agency, knows it to be untouched.

        Raises NotFound, BadRequest for one that nothing doubts.
        """
        album = self._insist(account, twin_id).album
        if not any(one.id == photograph_id and one.is_doubted for one in album.photographs):
            raise BadRequest("Nothing doubts this photograph.")
        with self._database.write(account.id) as tx:
            row = self._standing(tx, account, twin_id, photograph_id)
            tx.execute("UPDATE photograph SET vouched_by = ? WHERE id = ?", [account.id, row["id"]])
            tx.record("photograph.vouched", photograph_id, twin=twin_id)

    @watched("give up somebody's enrolment")
    def give_up(self, account: Account, twin_id: str) -> None:
        """End an enrolment without enrolling anybody; nothing of it stays. Raises NotFound, AlreadyDecided."""
        with self._database.write(account.id) as tx:
            enrolment_id = open_id(person_of(tx.execute, account, twin_id))
            gone = tx.execute("SELECT id FROM photograph WHERE enrolment_id = ? AND removed_at IS NULL", [enrolment_id])
            for row in gone:
                tx.execute("UPDATE photograph SET removed_at = ?, sealed = NULL WHERE id = ?", [tx.now, row["id"]])
                destroy_object(tx, row["id"])
            end(tx, enrolment_id, "given up")
            tx.record("enrolment.given-up", enrolment_id, twin=twin_id)
        for row in gone:
            drop_files(self._vault, "reference", row["id"])

    def thumbnail(self, account: Account, photograph_id: str) -> bytes:
        """A photograph, small and marked (JPEG), to her and her agency alone; the look is on record. Raises NotFound, Gone."""
        sql = "SELECT e.twin_id FROM photograph p JOIN enrolment e ON e.id = p.enrolment_id WHERE p.id = ? AND p.refused IS NULL"
        for row in self._database.rows(sql, [photograph_id]):
            person_of(self._database.rows, account, row["twin_id"])
            return self._photographs.open(account.id, photograph_id, "to show its thumbnail", Shelf.THUMBNAIL)
        raise NotFound("There is no such photograph.")

    def crop(self, reference_id: str) -> Picture:
        """The crop of an enrolled photograph, for painting, comparing and measuring; the opening is on record.

        Raises NotFound, Gone, RightsLapsed when her permission is over, Erased, SealBroken.
        """
        return read_upload(self._photographs.open("studio", reference_id, "to paint or to compare by", Shelf.CROP))

    def _insist(self, account: Account, twin_id: str) -> Open:
        """The enrolment, if photographs may be taken now."""
        found = self.allowed(account, twin_id)
        insist_open(found.person)
        return found

    def allowed(self, account: Account, twin_id: str) -> Open:
        """The enrolment of somebody whose consents stand. Raises NotFound, BadRequest in a demo, RightsLapsed."""
        if self._demo:
            person_of(self._database.rows, account, twin_id)
            raise BadRequest(NO_DEMO)
        found = self.open(account, twin_id)
        insist_on_consents(found.steps)
        return found

    def _looked_at(self, twin_id: str, files: Sequence[Handed], album: Album, instead: str) -> list[_Entry]:
        looking, entries, painted = self._eyes().looking(), [], self._ours.outlines(twin_id)
        beside = [one for one in album.kept if one.id != instead]
        staying = {one.id: one.sha256 for one in album.staying if one.id != instead}
        outlines: dict[str, NDArray[np.uint8]] = {one.id: one.measured.canvas for one in beside if one.measured is not None}
        if staying:
            outlines |= {one.reference_id: one.canvas for one in self._eyes().known_now().outlines if one.reference_id in staying}
        hashes = {*(one.sha256 for one in beside), *staying.values()}
        for file in files:
            entry = self._one(looking, file, outlines, hashes)
            if entry.taken is not None and self._ours.is_of(entry.taken.measured.canvas, painted):
                entry = replace(entry, taken=None, refused=PAINTED)
            hashes.add(entry.sha256)
            if entry.taken is not None:
                outlines[entry.id] = entry.taken.measured.canvas
            entries.append(entry)
        return entries

    def _one(self, looking: Looking, file: Handed, outlines: dict[str, NDArray[np.uint8]], hashes: set[str | None]) -> _Entry:
        entry = _Entry(str(ULID()), file.name, hashlib.sha256(file.content).hexdigest(), None, file.refused)
        if file.refused:
            return entry
        if entry.sha256 in hashes:
            return replace(entry, refused="This very file was handed in already.")
        try:
            return replace(entry, taken=looking.at(file.content, outlines))
        except BadImage as refusal:
            return replace(entry, refused=str(refusal))

    def _enter(self, tx: Transaction, account: Account, twin_id: str, entries: Sequence[_Entry], instead: str) -> bool:
        """All files and rows of one handing in; who may, and under which consents, is asked again here.

        Whether what is replaced was destroyed by it.
        """
        person = person_of(tx.execute, account, twin_id)
        insist_on_consents(steps_of(tx.execute, person, tx.now))
        insist_open(person)
        destroyed = self._removed(tx, account, twin_id, instead) if instead else False
        enrolment_id = person.enrolment_id or begin(tx, account, twin_id, "enrolment.begun")
        standing = "SELECT count(*) AS there FROM photograph WHERE enrolment_id = ? AND removed_at IS NULL AND refused IS NULL"
        there = tx.execute(standing, [enrolment_id])[0]["there"]
        there += sum(not one.leaves for one in kept_of(tx.execute, twin_id))
        if there + sum(entry.taken is not None for entry in entries) > MOST:
            raise BadRequest(f"An enrolment takes at most {MOST} photographs, and {there} are there.")
        for entry in entries:
            sealed = self._kept(tx, twin_id, entry)
            values = [entry.id, enrolment_id, entry.name, entry.refused or None, None if entry.refused else entry.sha256, sealed]
            tx.execute("INSERT INTO photograph VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)", [*values, tx.now])
        taken = sum(entry.taken is not None for entry in entries)
        tx.record("photographs.handed-in", enrolment_id, twin=twin_id, taken=taken, refused=len(entries) - taken)
        self._reach("enrol.entered")
        return destroyed

    def _kept(self, tx: Transaction, twin_id: str, entry: _Entry) -> bytes | None:
        """Seal a photograph and what was made of it onto their shelves; the sealed measurement, for its row."""
        if entry.taken is None:
            return None
        self._photographs.keep(tx, twin_id, entry.taken.content, object_id=entry.id)
        self._vault.keep(Shelf.CROP, entry.id, entry.taken.crop)
        self._vault.keep(Shelf.THUMBNAIL, entry.id, entry.taken.thumbnail)
        self._reach("enrol.file-kept")
        return self._keys.to_seal_twin(twin_id).seal(entry.taken.measured.as_bytes(), place_of(entry.id))

    def _removed(self, tx: Transaction, account: Account, twin_id: str, photograph_id: str) -> bool:
        """Remove a photograph of the open enrolment, or mark a standing one to leave with it; whether it was destroyed."""
        enrolment_id = open_id(person_of(tx.execute, account, twin_id))
        if any(one.id == photograph_id and not one.leaves for one in kept_of(tx.execute, twin_id)):
            tx.execute("UPDATE photograph SET leaving_with = ? WHERE id = ?", [enrolment_id, photograph_id])
            tx.record("photograph.leaves", photograph_id, twin=twin_id)
            return False
        self._standing(tx, account, twin_id, photograph_id)
        tx.execute("UPDATE photograph SET removed_at = ?, sealed = NULL WHERE id = ?", [tx.now, photograph_id])
        destroy_object(tx, photograph_id)
        tx.record("photograph.removed", photograph_id, twin=twin_id)
        return True

    def _standing(self, tx: Transaction, account: Account, twin_id: str, photograph_id: str) -> Row:
        enrolment_id = open_id(person_of(tx.execute, account, twin_id))
        sql = "SELECT * FROM photograph WHERE id = ? AND enrolment_id = ? AND removed_at IS NULL"
        for row in tx.execute(sql, [photograph_id, enrolment_id]):
            return row
        raise NotFound("There is no such photograph.")
