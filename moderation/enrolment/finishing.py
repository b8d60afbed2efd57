"""The end of an enrolment: what fits becomes her references, the rest is destroyed, and her limits are set."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from moderation.access.account import Account
from moderation.audit.attempts import watched
from moderation.database import Database
from moderation.enrolment.album import Album
from moderation.enrolment.coverage import Coverage, coverage_of
from moderation.enrolment.enrolments import Enrolments, Open
from moderation.enrolment.forgetting import end
from moderation.enrolment.kept import kept_of, seen_in, templates_of
from moderation.enrolment.likeness import Outlook, facts_of, outlook, too_like
from moderation.enrolment.standing import insist_on_consents, person_of, steps_of
from moderation.errors import AlreadyDecided, BadRequest
from moderation.examining.calibration import KnownFaces
from moderation.examining.nearest import NearestFace
from moderation.examining.references import Enter
from moderation.examining.templates import Outline, Template
from moderation.reach import Reach, unreached
from moderation.vault.restricted import destroy_object, drop_files
from moderation.vault.vault import Vault

FAULTS: tuple[str, ...] = ("enrol.recorded", "enrol.committed")
LIGHT = "as taken"
"""What the templates of a photograph are filed under: there is one light, the one it was taken in."""


class Faces(Protocol):
    """What is known of everybody, and the way into it. All raise PackRefused, Unexaminable."""

    def known_now(self) -> KnownFaces: ...
    def listed(self) -> NearestFace: ...
    def enrol(self, outlines: Sequence[Outline], templates: Sequence[Template], /) -> KnownFaces: ...


@dataclass(frozen=True)
class Enrolled:
    """How somebody stands once she is enrolled; rendered references have no map."""

    photographs: int
    coverage: Coverage | None
    outlook: Outlook


class Finishing:
    """Ends enrolments; `enter` puts a reference into the registry."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        enrolments: Enrolments,
        faces: Callable[[], Faces],
        enter: Enter,
        reach: Reach = unreached,
    ) -> None:
        self._database, self._vault, self._enrolments = database, vault, enrolments
        self._faces, self._enter, self._reach = faces, enter, reach

    def refusal(self, found: Open) -> str:
        """Why an enrolment cannot be finished as it stands; empty when it can. Raises PackRefused, Unexaminable."""
        if found.album.lacking:
            return found.album.lacking
        faces = self._faces()
        known = faces.known_now()
        templates = [one.measured.template for one in found.album.fitting if one.measured is not None]
        templates += templates_of(known, found.album.standing).values()
        return too_like(templates, found.person.twin_id, known, faces.listed())

    @watched("enrol somebody")
    def finish(self, account: Account, twin_id: str) -> Enrolled:
        """Enrol what fits beside what stays, and destroy the rest and what leaves.

        Raises NotFound, RightsLapsed, BadRequest in words when it cannot be, AlreadyDecided, PackRefused, Unexaminable.

        A process that dies between the rows and the limits leaves the references; the next start measures them from their crops.
        """
        found = self._enrolments.open(account, twin_id)
        insist_on_consents(found.steps)
        if found.person.enrolment_id is None:
            name = found.person.twin_name
            raise AlreadyDecided(f"{name} is enrolled already." if found.person.enrolled else "Nothing is open.")
        refusal = self.refusal(found)
        if refusal:
            raise BadRequest(refusal)
        gone = self._record(account, found)
        self._reach("enrol.committed")
        for photograph_id in gone:
            drop_files(self._vault, "reference", photograph_id)
        known = self._faces().enrol(*_measured(found.album, twin_id))
        enrolled = self._enrolled(known, twin_id)
        with self._database.write(account.id) as tx:
            tx.record("enrolment.measured", twin_id, **facts_of(enrolled.outlook, known.limits(twin_id)))
        return enrolled

    def enrolled(self, twin_id: str) -> Enrolled:
        """How an enrolled twin stands now. Raises PackRefused, Unexaminable when she is not calibrated."""
        return self._enrolled(self._faces().known_now(), twin_id)

    def _enrolled(self, known: KnownFaces, twin_id: str) -> Enrolled:
        rows = self._database.rows("SELECT source, pose FROM standing_reference WHERE twin_id = ?", [twin_id])
        coverage = None
        if not any(row["source"] == "rendered" for row in rows):
            coverage = coverage_of([seen_in(json.loads(row["pose"])) for row in rows])
        return Enrolled(len(rows), coverage, outlook(known, twin_id, len(rows), coverage))

    def _record(self, account: Account, found: Open) -> list[str]:
        """The rows of an enrolment's end; the ids of what is destroyed by it. Raises AlreadyDecided when another page changed it
        meanwhile.
        """
        fitting = {one.id for one in found.album.fitting}
        leaving = [one.id for one in found.album.leaving]
        gone = [*(one.id for one in found.album.photographs if one.id not in fitting), *leaving]
        with self._database.write(account.id) as tx:
            person = person_of(tx.execute, account, found.person.twin_id)
            insist_on_consents(steps_of(tx.execute, person, tx.now))
            standing = tx.execute(
                "SELECT id FROM photograph WHERE enrolment_id = ? AND removed_at IS NULL", [found.person.enrolment_id]
            )
            seen = {one.id for one in found.album.photographs}, found.album.standing
            if (person.enrolment_id, ({row["id"] for row in standing}, kept_of(tx.execute, person.twin_id))) != (
                found.person.enrolment_id,
                seen,
            ):
                raise AlreadyDecided("The photographs were changed meanwhile; look at them once more, then finish.")
            for one in found.album.fitting:
                assert one.measured is not None
                assert one.sha256 is not None
                pose = json.dumps(dict(one.measured.pose), sort_keys=True)
                self._enter(tx, one.id, person.twin_id, one.sha256, pose)
            for photograph_id in gone:
                tx.execute("UPDATE photograph SET removed_at = ?, sealed = NULL WHERE id = ?", [tx.now, photograph_id])
                destroy_object(tx, photograph_id)
            end(tx, str(person.enrolment_id), "enrolled")
            told = {"enrolled": len(fitting), "left_out": len(gone) - len(leaving), "taken_out": leaving}
            tx.record("enrolment.finished", str(person.enrolment_id), twin=person.twin_id, **told)
            self._reach("enrol.recorded")
        return gone


def _measured(album: Album, twin_id: str) -> tuple[list[Outline], list[Template]]:
    seen = [(one.id, one.measured) for one in album.fitting if one.measured is not None]
    outlines = [Outline(name, twin_id, measured.canvas) for name, measured in seen]
    return outlines, [Template(name, twin_id, LIGHT, measured.template) for name, measured in seen]
