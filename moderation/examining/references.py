"""Her reference pictures, one at a time: to herself, and to the moderator who holds an image of hers; every look is recorded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moderation.access.account import Account, Role
from moderation.database import Database, Transaction
from moderation.desk.decisions import not_found
from moderation.desk.moves import in_force
from moderation.desk.signoff import Window
from moderation.errors import BadRequest
from moderation.vault.seal import Picture, mark_reference

Develop = Callable[[str], Picture]
"""The picture (h, w, 3) of the reference with an id; raises what the owner of the references raises when it is missing."""

Enter = Callable[[Transaction, str, str, str, str], object]
"""`(tx, id, twin_id, sha256, pose)` enters a photograph as a reference in the registry, which is the other domain's."""


def no_registry(_tx: Transaction, _id: str, _twin_id: str, _sha256: str, _pose: str) -> None:
    """For a home whose registry is not at hand. Raises BadRequest."""
    raise BadRequest("There is no registry here to enrol anybody in.")


@dataclass(frozen=True)
class Reference:
    """A reference as the desk names it; `source` is “rendered” or “photographed”."""

    id: str
    twin_id: str
    source: str


# A claim opens the references only while the rights hold under which the image itself may be decided.
_HELD = f"""
SELECT render.id, render.twin_id FROM claim c JOIN render ON render.id = c.render_id
WHERE c.account_id = :account_id AND c.lease_until > :now AND render.state = 'in review' AND {in_force(Window.RELEASE)}
"""
_FOR_HER = """
SELECT f.id, f.twin_id, f.source, NULL AS render_id FROM standing_reference f JOIN twin t ON t.id = f.twin_id
WHERE t.person_id = :person_id
"""
_FOR_A_MODERATOR = f"""
SELECT f.id, f.twin_id, f.source, held.id AS render_id FROM standing_reference f
JOIN ({_HELD}) AS held ON held.twin_id = f.twin_id
"""
_SEES: dict[Role, str] = {Role.MODEL: _FOR_HER, Role.MODERATOR: _FOR_A_MODERATOR}


class References:
    """Reads over the registry's references; `develop` makes the picture."""

    def __init__(self, database: Database, develop: Develop) -> None:
        self._database = database
        self._develop = develop

    def of_image(self, account: Account, render_id: str) -> tuple[Reference, ...]:
        """The references of the person in an image that this moderator holds, by id; empty for everybody else."""
        if account.role is not Role.MODERATOR:
            return ()
        now = self._database.clock().isoformat(timespec="microseconds")
        values = {**_values(account, now), "render_id": render_id}
        rows = self._database.rows(f"SELECT * FROM ({_FOR_A_MODERATOR}) WHERE render_id = :render_id ORDER BY id", values)
        return tuple(Reference(row["id"], row["twin_id"], row["source"]) for row in rows)

    def picture(self, account: Account, reference_id: str) -> bytes:
        """One reference as a marked JPEG, after the look was recorded with its reason.

        Raises NotFound for all but the person herself and a moderator who holds an image of hers, and what `develop` raises.
        """
        if account.role not in _SEES:
            raise not_found()
        with self._database.write(account.id) as tx:
            values = {**_values(account, tx.now), "reference_id": reference_id}
            rows = tx.execute(f"SELECT * FROM ({_SEES[account.role]}) WHERE id = :reference_id LIMIT 1", values)
            if not rows:
                raise not_found()
            tx.record("reference.seen", reference_id, twin=rows[0]["twin_id"], image=rows[0]["render_id"])
        return mark_reference(self._develop(reference_id))


def _values(account: Account, now: str) -> dict[str, Any]:
    return {"account_id": account.id, "person_id": account.person_id, "now": now}
