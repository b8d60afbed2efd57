"""What taking back would do, told beforehand: how many images, which brands, and from when on."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from moderation.desk.moves import Row
from moderation.desk.signoff import State
from moderation.rights.ending import WAITING, acknowledge_by, delete_by

SCOPES = ("twin", "consent", "licence", "image")

_MATCHES = "CASE :scope WHEN 'twin' THEN l.twin_id WHEN 'consent' THEN l.consent_id ELSE l.id END = :subject_key"
LICENCES = f"""
SELECT l.id AS licence_id, l.consent_id, l.campaign, l.revocation_notice_hours, b.name AS brand_name,
    w.ends_at, w.requested_at, w.effective_at
FROM licence l JOIN licence_window w ON w.licence_id = l.id JOIN brand b ON b.id = l.brand_id
WHERE {_MATCHES} ORDER BY w.ends_at, l.id
"""
IMAGES = f"""
SELECT r.id, r.state, r.licence_id FROM render r JOIN licence l ON l.id = r.licence_id
WHERE {_MATCHES} AND (:scope <> 'image' OR r.id = :subject_id)
"""
_CONSENTS = """
SELECT c.version FROM consent c WHERE :now < c.ends_at AND CASE :scope WHEN 'twin' THEN c.twin_id WHEN 'consent' THEN c.id END
    = :subject_id AND NOT EXISTS (SELECT 1 FROM revocation r WHERE r.scope = 'consent' AND r.subject_id = c.id)
ORDER BY c.version
"""
IN_WORK = frozenset({State.QUEUED, State.PAINTING, State.EXAMINING})


class Reading(Protocol):
    """An open transaction that is read."""

    at: datetime
    now: str

    def execute(self, sql: str, values: Any = ()) -> list[Row]: ...


@dataclass(frozen=True)
class EndingLicence:
    """A licence that would end instead of at `ends_at`: its released images may be used until `stops_at` (ISO text, UTC).

    `notice_hours` is what the licence says; `waiting` of its images are not released, `files` are.
    """

    licence_id: str
    campaign: str
    brand_name: str
    ends_at: str
    stops_at: str
    notice_hours: int
    waiting: int
    files: int


@dataclass(frozen=True)
class Foreseen:
    """What taking back would do at `at`: images that stop, released files that are recalled, licences that end.

    Of the `waiting` images `in_work` are still being made. `consents` are the versions that end. Brands have to answer
    by `acknowledge_by` and to have deleted every copy by `delete_by`; None when nothing was released.
    """

    scope: str
    at: str
    in_work: int
    waiting: int
    files: int
    consents: tuple[int, ...]
    licences: tuple[EndingLicence, ...]
    acknowledge_by: str | None
    delete_by: str | None


def foresee(tx: Reading, scope: str, subject_id: str) -> Foreseen:
    """What taking this back would do at the moment of the transaction; whether it may be is tested elsewhere."""
    asked = keyed(tx, scope, subject_id)
    images = tx.execute(IMAGES, asked)
    licences = tuple(
        _ending(tx, row, [image for image in images if image["licence_id"] == row["licence_id"]])
        for row in tx.execute(LICENCES, asked)
        if is_open(row, tx.now)
    )
    states = [State(image["state"]) for image in images]
    files = states.count(State.RELEASED)
    last = max((one.stops_at for one in licences if one.files), default=tx.now)
    return Foreseen(
        scope=scope,
        at=tx.now,
        in_work=sum(state in IN_WORK for state in states),
        waiting=sum(state in WAITING for state in states),
        files=files,
        consents=tuple(row["version"] for row in tx.execute(_CONSENTS, {**asked, "now": tx.now})),
        licences=licences,
        acknowledge_by=acknowledge_by(tx.at) if files else None,
        delete_by=delete_by(tx.at, last) if files else None,
    )


def keyed(tx: Reading, scope: str, subject_id: str) -> dict[str, str]:
    """The values of `LICENCES` and `IMAGES`."""
    key = subject_id
    if scope == "image":
        rows = tx.execute("SELECT licence_id FROM render WHERE id = ?", [subject_id])
        key = rows[0]["licence_id"] if rows else ""
    return {"scope": scope, "subject_id": subject_id, "subject_key": key}


def is_open(licence: Row, now: str) -> bool:
    """Whether released images of a row of `LICENCES` may still be used."""
    return bool(now < licence["ends_at"] and (licence["effective_at"] is None or now < licence["effective_at"]))


def stops_at(licence: Row, at: datetime) -> str:
    """When released use would stop, were the licence of a row of `LICENCES` taken back at `at`; never later than it does."""
    wanted = (at + timedelta(hours=licence["revocation_notice_hours"])).isoformat(timespec="microseconds")
    return min(wanted, licence["effective_at"] or wanted)


def _ending(tx: Reading, row: Row, images: list[Row]) -> EndingLicence:
    states = [image["state"] for image in images]
    return EndingLicence(
        row["licence_id"],
        row["campaign"],
        row["brand_name"],
        row["ends_at"],
        min(stops_at(row, tx.at), row["ends_at"]),
        row["revocation_notice_hours"],
        sum(state in WAITING for state in states),
        states.count(State.RELEASED),
    )
