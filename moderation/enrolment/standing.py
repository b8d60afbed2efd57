"""Who may enrol whom, and whether her three consents stand: to be painted, to be measured, and to be trained on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moderation.access.account import Account, Role
from moderation.desk.moves import Row
from moderation.errors import NotFound, RightsLapsed

Rows = Callable[..., list[Row]]
"""Reads rows by SQL and values: `Database.rows`, or `execute` of a transaction."""

_PEOPLE = """
SELECT t.id AS twin_id, t.name AS twin_name, p.id AS person_id, p.name AS person_name, p.fictional,
    (SELECT count(*) FROM standing_reference f WHERE f.twin_id = t.id) AS enrolled,
    (SELECT e.id FROM enrolment e WHERE e.twin_id = t.id AND e.ended_at IS NULL) AS enrolment_id
FROM twin t JOIN person p ON p.id = t.person_id
WHERE (p.id = :person_id OR p.agency_id = :agency_id) AND NOT EXISTS (SELECT 1 FROM erasure x WHERE x.person_id = p.id)
"""
_STANDS = """
SELECT id, starts_at, ends_at FROM {table} c WHERE c.{whose} = :whose AND c.ends_at > :now
AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = '{scope}' AND r.subject_id = c.id) ORDER BY c.starts_at LIMIT 1
"""
_WAITS = "SELECT id FROM consent_draft WHERE ended_at IS NULL AND person_id = :person AND kind = :kind"
TABLES = {
    "painting": ("consent", "twin_id", "consent"),
    "biometric": ("biometric_consent", "person_id", "biometric"),
    "training": ("training_consent", "person_id", "training"),
}
NEEDED = ("painting", "biometric")
"""Without these nothing is taken; training is asked for apart and may stay away."""
TITLES = {
    "painting": "To be painted",
    "biometric": "To have the face measured",
    "training": "To have a model trained on her",
}


@dataclass(frozen=True)
class Person:
    """Somebody who may be enrolled by this account: her twin, how many references there are, and the enrolment that is open."""

    twin_id: str
    twin_name: str
    person_id: str
    person_name: str
    fictional: bool
    enrolled: int
    enrolment_id: str | None


@dataclass(frozen=True)
class Step:
    """How one of her consents stands: `state` is stands, starts, waits or missing; `link` is where to read it."""

    kind: str
    state: str
    words: str
    link: str = ""

    @property
    def holds(self) -> bool:
        """Whether it stands now."""
        return self.state == "stands"


def people_of(rows: Rows, account: Account) -> list[Person]:
    """Everybody this account may enrol: a model herself, an agency its people; nobody else anybody."""
    if account.role not in (Role.MODEL, Role.AGENCY):
        return []
    found = rows(f"{_PEOPLE} ORDER BY p.name, t.id", _whoever(account))
    return [_person(row) for row in found]


def person_of(rows: Rows, account: Account, twin_id: str) -> Person:
    """The person behind a twin. Raises NotFound for whoever is neither she nor her agency."""
    if account.role in (Role.MODEL, Role.AGENCY):
        for row in rows(f"{_PEOPLE} AND t.id = :twin", {**_whoever(account), "twin": twin_id}):
            return _person(row)
    raise NotFound("There is no such person.")


def steps_of(rows: Rows, person: Person, now: str) -> tuple[Step, ...]:
    """Her three consents as they stand at `now` (ISO text, UTC)."""
    return tuple(_step(rows, person, kind, now) for kind in TABLES)


def insist_on_consents(steps: tuple[Step, ...]) -> None:
    """Raises RightsLapsed, naming what is missing, unless she agreed to be painted and to be measured."""
    lacking = [f"“{TITLES[step.kind].lower()}”" for step in steps if step.kind in NEEDED and not step.holds]
    if lacking:
        raise RightsLapsed(f"Her consent {' and her consent '.join(lacking)} does not stand, so no photograph of hers is taken.")


def _step(rows: Rows, person: Person, kind: str, now: str) -> Step:
    table, whose, scope = TABLES[kind]
    asked: dict[str, Any] = {"now": now, "whose": person.twin_id if whose == "twin_id" else person.person_id}
    for row in rows(_STANDS.format(table=table, whose=whose, scope=scope), asked):
        link = f"/consent/{row['id']}"
        if row["starts_at"] <= now:
            ends = datetime.fromisoformat(row["ends_at"])
            return Step(kind, "stands", f"Signed; stands until {ends.day} {ends:%B %Y}.", link)
        return Step(kind, "starts", f"Signed; starts on {row['starts_at'][:16].replace('T', ' at ')} UTC.", link)
    for row in rows(_WAITS, {"person": person.person_id, "kind": kind}):
        return Step(kind, "waits", "Waits for her to read and sign.", f"/consent-draft/{row['id']}")
    if kind in NEEDED:
        return Step(kind, "missing", "Not signed; her agency lays it before her.")
    return Step(kind, "missing", "Not given. Nothing will be trained on her; enrolment does not need it.")


def _person(row: Row) -> Person:
    return Person(**{**row, "fictional": bool(row["fictional"])})


def _whoever(account: Account) -> dict[str, str | None]:
    return {"person_id": account.person_id, "agency_id": account.agency_id}
