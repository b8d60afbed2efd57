"""The job table: which worker has which image, under a lease that each of its later writes must still hold."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from ulid import ULID

from twin.errors import LeaseLost, LicenceRefuses, NotFound, PainterUnavailable
from twin.jobs.claim import Claim, Maker, enter, hold, lapse, stop
from twin.jobs.turns import ATTEMPTS, NEXT, OPEN
from twin.orders.order import RenderOrder
from twin.ports import GiveUp, Halted, LicenceInForce, Move, Reach, Row, Store, Transaction, unreached

FAULTS: tuple[str, ...] = (
    "paint.claimed",
    "paint.rows",
    "paint.committed",
    "examine.claimed",
    "examine.rows",
    "examine.committed",
)
"""Where a process may be made to die here; `twin.jobs.work` names the points in between."""

LEASE = timedelta(seconds=60)
RESTS = (timedelta(seconds=5), timedelta(seconds=20))
"""How long a job rests after its first and its second failure."""
WORKER = "worker"
"""The actor of every change made here but a creative's, and the mover's word for it."""
LOST = "The worker stopped unexpectedly each of the three times it worked on this image."

_FITS = """EXISTS (SELECT 1 FROM render r WHERE r.id = job.render_id AND (
    (job.kind = 'paint' AND r.state IN ('queued', 'painting')) OR (job.kind = 'examine' AND r.state = 'examining')))"""
_SIBLING = """SELECT job.id FROM job JOIN render r ON r.id = job.render_id JOIN render f ON f.id = :first
    WHERE job.kind = 'paint' AND job.state = 'waiting' AND job.not_before <= :now AND job.attempt = 0
    AND NOT :halted AND r.state = 'queued' AND r.parent_id IS NULL AND f.parent_id IS NULL AND r.created_at = f.created_at
    AND (r.maker_id, r.shoot_id, r.twin_id, r.licence_id, r.painter, r.look)
        = (f.maker_id, f.shoot_id, f.twin_id, f.licence_id, f.painter, f.look)
    AND NOT EXISTS (SELECT 1 FROM edit_upload e WHERE e.render_id IN (r.id, f.id))
    ORDER BY job.created_at, job.id LIMIT 1"""
"""The next image of one order that nobody has tried: its siblings differ by the seed alone."""


class Jobs:
    """Images ordered and cancelled by creatives; claimed, finished, failed or given back by workers.

    Every change of an image's state goes through `move`. `lapsed` is what `move` raises when the rights window is
    closed: the image is then withdrawn in the name of rights, and its job stopped. While painting is `halted` nothing is
    ordered, and what was ordered waits.
    """

    def __init__(
        self,
        store: Store,
        move: Move,
        clock: Callable[[], datetime],
        *,
        lapsed: type[Exception],
        licence_in_force: LicenceInForce,
        give_up: GiveUp,
        halted: Halted = lambda _: None,
        reach: Reach = unreached,
    ) -> None:
        self._store = store
        self._move = move
        self._clock = clock
        self._lapsed = lapsed
        self._licence_in_force = licence_in_force
        self._give_up = give_up
        self._halted = halted
        self._reach = reach

    def order(self, tx: Transaction, order: RenderOrder, maker: Maker) -> str:
        """Enter one image and its painting within the caller's transaction; the image's id.

        Raises NotFound for a shoot or parent that is not of the maker's brand, LicenceRefuses when the licence is for
        another twin or brand, PainterUnavailable while painting is halted, and what `licence_in_force` raises.
        """
        if (why := self._halted(tx)) is not None:
            raise PainterUnavailable(why)
        self._refuse_foreign(tx, order, maker)
        self._licence_in_force(tx, order.licence_id, maker.brand_id)
        facts = {name: getattr(order, name) for name in ("shoot_id", "twin_id", "licence_id", "parent_id", "painter", "seed")}
        entered = tx.execute(
            "INSERT INTO render (id, shoot_id, twin_id, licence_id, parent_id, painter, seed, brand_id, maker_id, look, state,"
            " twin_epoch, licence_epoch, created_at, moved_at) SELECT :id, :shoot_id, :twin_id, :licence_id, :parent_id,"
            " :painter, :seed, :brand_id, :maker_id, :look, 'queued', twin_epoch, licence_epoch, :now, :now"
            " FROM licence_window WHERE licence_id = :licence_id AND twin_id = :twin_id AND brand_id = :brand_id"
            " RETURNING id, maker_id, version, twin_epoch, licence_epoch",
            facts
            | {"id": str(ULID()), "brand_id": maker.brand_id, "maker_id": maker.account_id}
            | {"look": order.look.as_json(), "now": tx.now},
        )
        if not entered:
            raise LicenceRefuses("This licence is for another twin.")
        render_id = str(entered[0].pop("id"))
        tx.record("render.queued", render_id, mover="creative", **facts, **entered[0])
        enter(tx, render_id, "paint")
        return render_id

    def _refuse_foreign(self, tx: Transaction, order: RenderOrder, maker: Maker) -> None:
        if not tx.execute("SELECT 1 FROM shoot WHERE id = ? AND brand_id = ?", [order.shoot_id, maker.brand_id]):
            raise NotFound("There is no such shoot.")
        mine = [order.parent_id, maker.brand_id, order.twin_id]
        if order.parent_id and not tx.execute("SELECT 1 FROM render WHERE id = ? AND brand_id = ? AND twin_id = ?", mine):
            raise NotFound("There is no such earlier image of this twin.")

    def cancel(self, render_id: str, maker: Maker) -> None:
        """Stop an image that waits or is being painted; its worker learns of it at the next step.

        Raises NotFound for an image of another brand, and what `move` raises when it is no longer being painted.
        """
        with self._store.write(maker.account_id) as tx:
            if not tx.execute("SELECT 1 FROM render WHERE id = ? AND brand_id = ?", [render_id, maker.brand_id]):
                raise NotFound("There is no such image.")
            self._move(tx, render_id, "cancelled", "creative")
            stop(tx, render_id)

    def workers(self) -> list[str]:
        """The names of the workers that hold a job, dead or alive."""
        return [str(row["worker"]) for row in self._store.rows("SELECT DISTINCT worker FROM job WHERE state = 'running'")]

    def expire_leases(self, workers: Collection[str] | None = None) -> None:
        """Make the running jobs of workers that are known to be gone claimable at once; of all, where none are named."""
        if workers is not None and not workers:
            return
        gone = "" if workers is None else " AND worker IN (SELECT value FROM json_each(:gone))"
        with self._store.write(WORKER) as tx:
            values = {"now": tx.now, "gone": json.dumps(list(workers or ()))}
            tx.execute(f"UPDATE job SET lease_until = :now WHERE state = 'running'{gone}", values)

    def claim(self, worker: str, unable: Callable[[], Collection[str]] = frozenset) -> Claim | None:
        """Take the next job by `twin.jobs.turns`; None when there is none.

        `unable` names the painters that this worker must leave to others; it is asked only while something is due. An expired
        lease is taken over. After the third it ends: a painting has failed, an examination is given up.
        """
        due = {"now": _text(self._clock()), "barred": "[]"}
        if not self._store.rows(OPEN, due):
            return None
        barred = json.dumps(sorted(unable()))
        if barred != "[]" and not self._store.rows(OPEN, {**due, "barred": barred}):
            return None
        with self._store.write(WORKER) as tx:
            self._end_lost(tx)
            claim = self._take(tx, worker, NEXT, barred=barred)
        if claim is not None:
            self._reach(f"{claim.kind}.claimed")
        return claim

    def beside(self, claim: Claim, most: int) -> list[Claim]:
        """Take up to `most` further images of the order of a painting that was claimed at its first attempt, each with a lease
        of its own; none that was tried before, so that what failed together is tried again alone.
        """
        if claim.kind != "paint" or claim.attempt > 1 or most < 1:
            return []
        found: list[Claim] = []
        with self._store.write(WORKER) as tx:
            while len(found) < most and (more := self._take(tx, claim.worker, _SIBLING, first=claim.render_id)):
                found.append(more)
        for one in found:
            self._reach(f"{one.kind}.claimed")
        return found

    def _end_lost(self, tx: Transaction) -> None:
        """Stop the jobs of images that went elsewhere, and end those whose last lease ran out."""
        tx.execute(
            "UPDATE job SET state = 'stopped', lease_until = NULL, ended_at = :now"
            f" WHERE state IN ('waiting', 'running') AND NOT {_FITS}",
            {"now": tx.now},
        )
        lost = tx.execute(
            "UPDATE job SET state = 'failed', error = :error, ended_at = :now"
            f" WHERE state = 'running' AND lease_until <= :now AND attempt >= {ATTEMPTS} RETURNING kind, render_id",
            {"now": tx.now, "error": LOST},
        )
        for job in lost:
            self._end(tx, job["kind"], job["render_id"], LOST)

    def _take(self, tx: Transaction, worker: str, which: str, **more: str) -> Claim | None:
        """The first job found by `which` whose image may still be worked on; those out of rights on the way are withdrawn."""
        values = {"now": tx.now, "until": _text(tx.at + LEASE), "worker": worker, "halted": self._halted(tx) is not None, **more}
        while taken := tx.execute(
            "UPDATE job SET state = 'running', attempt = attempt + 1, worker = :worker, lease_until = :until, step = 0, steps = 0"
            f" WHERE id = ({which}) RETURNING id, render_id, kind, attempt",
            values,
        ):
            job = taken[0]
            try:
                render = self._begin(tx, job, worker)
            except self._lapsed as error:
                self._withdraw(tx, job["render_id"], str(error))
            else:
                return Claim(job["id"], job["render_id"], job["kind"], job["attempt"], worker, render)
        return None

    def _begin(self, tx: Transaction, job: Row, worker: str) -> Row:
        """The image as it stands when work begins; a painting that its worker left is queued first."""
        render = tx.execute("SELECT * FROM render WHERE id = ?", [job["render_id"]])[0]
        if job["kind"] != "paint":
            return render
        if render["state"] == "painting":
            self._move(tx, render["id"], "queued", WORKER, reason="Its worker stopped unexpectedly.")
        return self._move(tx, render["id"], "painting", WORKER, attempt=job["attempt"], worker=worker)

    def beat(self, claim: Claim, step: int, steps: int) -> None:
        """Tell progress and hold the job for another minute. Raises LeaseLost, also when the right to paint ended."""
        with self._store.write(WORKER) as tx:
            progress = {"until": _text(tx.at + LEASE), "step": step, "steps": steps}
            hold(tx, claim, "lease_until = :until, step = :step, steps = :steps", progress)
            ended = lapse(tx, claim.render_id) if claim.kind == "paint" else None
            if ended:
                self._withdraw(tx, claim.render_id, ended)
        if ended:
            raise LeaseLost(ended)

    def finish_paint(self, claim: Claim, recipe: str, write: Callable[[Transaction], object]) -> None:
        """End a painting in one transaction: what `write` does, the recipe (JSON text), this job done, an examination waiting.

        `write` runs once the lease is proven and the database locked, so no two workers ever store one image's files; it
        stores them durably, writes the submission and moves the image to examining. Raises LeaseLost, also when
        the rights lapsed in the meantime; what `write` raised otherwise, nothing being written then.
        """
        with self._ending(claim) as tx:
            hold(tx, claim, "state = 'done', lease_until = NULL, ended_at = :now")
            write(tx)
            if not tx.execute("SELECT 1 FROM render WHERE id = ? AND state = 'examining'", [claim.render_id]):
                raise RuntimeError("A painting was finished without a submission.")
            tx.execute("INSERT INTO recipe VALUES (?, ?, ?)", [claim.render_id, recipe, tx.now])
            enter(tx, claim.render_id, "examine")
            self._reach("paint.rows")
        self._reach("paint.committed")

    def finish_examination(self, claim: Claim, write: Callable[[Transaction], object]) -> None:
        """End an examination in one transaction: this job done, and what `write` does with the verdict.

        `write` moves the image on. Raises LeaseLost, also when the rights lapsed; what `write` raised otherwise.
        """
        with self._ending(claim) as tx:
            hold(tx, claim, "state = 'done', lease_until = NULL, ended_at = :now")
            write(tx)
            if tx.execute("SELECT 1 FROM render WHERE id = ? AND state = 'examining'", [claim.render_id]):
                raise RuntimeError("An examination was finished without a verdict.")
            self._reach("examine.rows")
        self._reach("examine.committed")

    @contextmanager
    def _ending(self, claim: Claim) -> Iterator[Transaction]:
        """A transaction that, when the rights have lapsed, is undone and followed by one that withdraws the image."""
        try:
            with self._store.write(WORKER) as tx:
                yield tx
        except self._lapsed as error:
            with self._store.write(WORKER) as tx:
                hold(tx, claim, "lease_until = NULL")
                self._withdraw(tx, claim.render_id, str(error))
            raise LeaseLost(str(error)) from error

    def fail(self, claim: Claim, reason: str, *, again: bool = True) -> None:
        """Say why an attempt failed; it is tried again after a rest, unless it was the third or `again` is false.

        Then a painting has failed with that reason, and an examination is given up. Raises LeaseLost.
        """
        with self._store.write(WORKER) as tx:
            if again and claim.attempt < ATTEMPTS:
                rest = {"error": reason, "then": _text(tx.at + RESTS[claim.attempt - 1])}
                hold(tx, claim, "state = 'waiting', worker = NULL, lease_until = NULL, not_before = :then, error = :error", rest)
                if claim.kind == "paint":
                    self._move(tx, claim.render_id, "queued", WORKER, reason=reason, attempt=claim.attempt)
            else:
                hold(tx, claim, "state = 'failed', lease_until = NULL, ended_at = :now, error = :error", {"error": reason})
                self._end(tx, claim.kind, claim.render_id, reason)

    def hand_back(self, claim: Claim) -> None:
        """Leave a job to the next worker; the attempt does not count. Raises LeaseLost."""
        with self._store.write(WORKER) as tx:
            hold(tx, claim, "state = 'waiting', attempt = attempt - 1, worker = NULL, lease_until = NULL, step = 0, steps = 0")
            if claim.kind == "paint":
                self._move(tx, claim.render_id, "queued", WORKER, reason="The worker was told to stop.")

    def _end(self, tx: Transaction, kind: str, render_id: str, reason: str) -> None:
        try:
            if kind == "paint":
                self._move(tx, render_id, "failed", WORKER, reason=reason)
                tx.execute("UPDATE render SET failure = ? WHERE id = ?", [reason, render_id])
            else:
                self._give_up(tx, render_id, reason)
        except self._lapsed as error:
            self._withdraw(tx, render_id, str(error))

    def _withdraw(self, tx: Transaction, render_id: str, reason: str) -> None:
        self._move(tx, render_id, "withdrawn", "rights", reason=reason)
        tx.execute("UPDATE render SET failure = ? WHERE id = ?", [reason, render_id])
        stop(tx, render_id)


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
