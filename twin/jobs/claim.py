"""Who orders an image, who works on it, and the proof that a worker still holds its job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ulid import ULID

from twin.errors import BadValue, LeaseLost
from twin.looks.look import Look
from twin.orders.order import RenderOrder
from twin.ports import Transaction

WORKED_IN = {"paint": "painting", "examine": "examining"}
"""The kinds of job, each with the state of an image while one runs."""


@dataclass(frozen=True)
class Maker:
    """The creative who orders: an account and the brand it belongs to. Raises BadValue when either is missing."""

    account_id: str
    brand_id: str

    def __post_init__(self) -> None:
        """Refuse an order by nobody."""
        if not self.account_id or not self.brand_id:
            raise BadValue("An image is ordered by a creative of a brand.")


@dataclass(frozen=True)
class Claim:
    """A worker's hold on one job, which every later write proves again.

    `attempt` counts from 1; `render` is the row of the image as it was when claimed. Raises BadValue.
    """

    job_id: str
    render_id: str
    kind: str
    attempt: int
    worker: str
    render: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Refuse an unknown kind, an attempt before the first, or a nameless worker."""
        if self.kind not in WORKED_IN or self.attempt < 1 or not self.worker:
            raise BadValue("A claim is a worker's numbered attempt at a painting or an examination.")

    @property
    def order(self) -> RenderOrder:
        """What was asked for. Raises BadValue when the look was written by another version of the program."""
        return order_of(self.render)


def order_of(render: Mapping[str, Any]) -> RenderOrder:
    """What was asked for in a row of `render`. Raises BadValue when the look was written by another version of the program."""
    names = ("twin_id", "licence_id", "shoot_id", "painter", "seed", "parent_id")
    return RenderOrder(look=Look.from_json(render["look"]), **{name: render[name] for name in names})


def hold(tx: Transaction, claim: Claim, change: str, values: Mapping[str, Any] | None = None) -> None:
    """Change the claimed job, if it is still this attempt of this worker and its image still where it works.

    `change` is the SET clause of an UPDATE of `job`; `values` are its parameters besides `:now`. Raises LeaseLost.
    """
    held = tx.execute(
        f"UPDATE job SET {change} WHERE id = :job AND attempt = :attempt AND worker = :worker AND state = 'running'"
        " AND EXISTS (SELECT 1 FROM render r WHERE r.id = job.render_id AND r.state = :state) RETURNING id",
        {"job": claim.job_id, "attempt": claim.attempt, "worker": claim.worker, "state": WORKED_IN[claim.kind], "now": tx.now}
        | dict(values or {}),
    )
    if not held:
        raise LeaseLost("The image was cancelled, withdrawn or taken over by another worker.")


def lapse(tx: Transaction, render_id: str) -> str | None:
    """Why an image may not be painted any further at this moment, in one sentence; None when it may."""
    found = tx.execute(
        "SELECT w.requested_at <= :now AS taken_back FROM render r JOIN licence_window w ON w.licence_id = r.licence_id"
        " WHERE r.id = :id AND NOT (w.starts_at <= :now AND :now < w.ends_at"
        " AND (w.requested_at IS NULL OR :now < w.requested_at)"
        " AND w.twin_epoch = r.twin_epoch AND w.licence_epoch = r.licence_epoch)",
        {"id": render_id, "now": tx.now},
    )
    if not found:
        return None
    if found[0]["taken_back"]:
        return "Her permission was taken back while the image was painted."
    return "The licence ended or changed while the image was painted."


def enter(tx: Transaction, render_id: str, kind: str) -> None:
    """Enter a job on an image, due at once."""
    tx.execute(
        "INSERT INTO job (id, render_id, kind, state, not_before, created_at)"
        " VALUES (:id, :render, :kind, 'waiting', :now, :now)",
        {"id": str(ULID()), "render": render_id, "kind": kind, "now": tx.now},
    )


def stop(tx: Transaction, render_id: str) -> None:
    """Stop whatever job on an image waits or runs."""
    tx.execute(
        "UPDATE job SET state = 'stopped', lease_until = NULL, ended_at = ?"
        " WHERE render_id = ? AND state IN ('waiting', 'running')",
        [tx.now, render_id],
    )
