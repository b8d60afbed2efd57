"""An enrolment that is open: the first one of somebody, or a change of the photographs by which she is known."""

from typing import TYPE_CHECKING

from ulid import ULID

from moderation.access.account import Account
from moderation.audit.attempts import watched
from moderation.database import Database, Transaction
from moderation.enrolment.standing import Person, person_of
from moderation.errors import AlreadyDecided, NotFound

if TYPE_CHECKING:
    from moderation.enrolment.enrolments import Enrolments


class Changing:
    """Begins to change the photographs of somebody who is enrolled. Until that is finished she stands as she is."""

    def __init__(self, database: Database, enrolments: "Enrolments") -> None:
        self._database, self._enrolments = database, enrolments

    @watched("change somebody's enrolment")
    def reopen(self, account: Account, twin_id: str) -> None:
        """Begin a change. Raises NotFound for all but the person and her agency, BadRequest in a demo, RightsLapsed without her
        consents, AlreadyDecided when she is not enrolled or is being changed already.
        """
        found = self._enrolments.allowed(account, twin_id)
        with self._database.write(account.id) as tx:
            person = person_of(tx.execute, account, twin_id)
            if not found.album.standing or not person.enrolled:
                raise AlreadyDecided(f"{person.twin_name} is not enrolled by photographs, so there are none to change.")
            if person.enrolment_id is not None:
                raise AlreadyDecided(f"The photographs of {person.twin_name} are being changed already.")
            begin(tx, account, twin_id, "enrolment.reopened")

    @watched("keep a photograph of somebody")
    def keep(self, account: Account, twin_id: str, photograph_id: str) -> None:
        """Let a standing photograph stay that the open change would have taken out. Raises NotFound, AlreadyDecided."""
        with self._database.write(account.id) as tx:
            enrolment_id = open_id(person_of(tx.execute, account, twin_id))
            sql = (
                "UPDATE photograph SET leaving_with = NULL WHERE id = ? AND leaving_with = ? AND removed_at IS NULL RETURNING id"
            )
            if not tx.execute(sql, [photograph_id, enrolment_id]):
                raise NotFound("There is no such photograph.")
            tx.record("photograph.stays", photograph_id, twin=twin_id)


def insist_open(person: Person) -> None:
    """Raises AlreadyDecided for somebody who is enrolled and whose photographs nobody is changing."""
    if person.enrolled and person.enrolment_id is None:
        raise AlreadyDecided(f"{person.twin_name} is enrolled already; say first that the photographs are to be changed.")


def open_id(person: Person) -> str:
    """The enrolment that is open. Raises AlreadyDecided."""
    if person.enrolment_id is None:
        raise AlreadyDecided("This enrolment is over." if person.enrolled else "No enrolment is open.")
    return person.enrolment_id


def begin(tx: Transaction, account: Account, twin_id: str, event: str) -> str:
    """Open an enrolment; its id."""
    enrolment_id = str(ULID())
    values = [enrolment_id, twin_id, account.id, tx.now]
    tx.execute("INSERT INTO enrolment (id, twin_id, account_id, opened_at) VALUES (?, ?, ?, ?)", values)
    tx.record(event, enrolment_id, twin=twin_id)
    return enrolment_id
