"""A small studio for tests of painting: the real database, desk and vault, with a tiny painter at the border."""

import os
import signal
import sys
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np

from moderation.audit.chain import verify
from moderation.database import Database
from moderation.desk.desk import Desk
from moderation.desk.moves import move
from moderation.desk.submission import Sheet, Submissions
from moderation.errors import ModerationError, RightsLapsed
from moderation.keys.keyring import Keyring
from moderation.keys.person_keys import PersonKeys
from moderation.safeguards.finding import Finding, Outcome, Verdict
from moderation.vault.negatives import Negatives
from moderation.vault.vault import Vault
from tests.twin.cast import empty_registry
from twin.errors import TwinError
from twin.jobs.claim import Claim, Maker
from twin.jobs.jobs import Jobs
from twin.jobs.orphans import sweep
from twin.jobs.posts import Post
from twin.jobs.presence import Engines
from twin.jobs.roster import Roster
from twin.jobs.work import Examine, Paint
from twin.jobs.worker import Worker, stop_on_terminate
from twin.looks.look import Light, Look, Pose
from twin.orders.order import RenderOrder
from twin.orders.recipe import Environment
from twin.painter import FULLY_GENERATED, Ability, Done, Needs, PainterCard, Painting, PaintRequest, StepSeen, unkept
from twin.plates.darkroom import Negative
from twin.plates.plate import Plate, develop, negative_bytes, settle
from twin.ports import Picture, Reach, unreached
from twin.registry import registry

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MIRA = Maker("mira", "brand-one")
OTTO = Maker("otto", "brand-two")
HERE = Environment({"numpy": np.__version__}, "a test", "cpu", 1)
LOOK = Look(Pose(), Light(), "tee", "#aa3311", "#dddddd")
DISCLOSURE = "This picture was made with AI."
TINY = PainterCard("tiny", "Tiny", "Apache-2.0", True, None, Needs(), frozenset({Ability.POSE}), ("nora",))

FOUR = replace(TINY, together=4)


@dataclass
class Clock:
    """A clock that goes on only when told."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass(frozen=True)
class TinyPainter:
    """Paints coloured noise of the seed in three steps, without any model."""

    at_step: Callable[[int], object] = unreached  # type: ignore[assignment]
    card: PainterCard = TINY

    def paint(self, request: PaintRequest, on_step: Callable[[StepSeen], None]) -> Painting:
        picture = np.random.default_rng(request.seed).integers(0, 256, (80, 64, 3), dtype=np.uint8)
        for step in (1, 2, 3):
            self.at_step(step)
            on_step(StepSeen(step, 3, picture[::2, ::2]))
        return Painting(picture, None, {"steps": 3}, FULLY_GENERATED)


@dataclass(frozen=True)
class Pairs(TinyPainter):
    """Paints up to four in one order, two at a time in three steps, and hands each pair over before the next."""

    card: PainterCard = FOUR

    def paint_many(
        self, requests: Sequence[PaintRequest], on_step: Callable[[StepSeen], None], done: Done = unkept
    ) -> tuple[Painting, ...]:
        paintings = tuple(TinyPainter().paint(one, lambda _: None) for one in requests)
        for first in range(0, len(requests), 2):
            for step in (1, 2, 3):
                self.at_step(first // 2 * 3 + step)
                on_step(StepSeen(first // 2 * 3 + step, len(requests) * 3))
            for place in range(first, min(first + 2, len(requests))):
                done(place, paintings[place])
        return paintings


@dataclass(frozen=True)
class PlatePainter(TinyPainter):
    """Paints a negative of noise that depends on seed, pose and garment alone, and develops it."""

    def paint(self, request: PaintRequest, on_step: Callable[[StepSeen], None]) -> Painting:
        self.at_step(1)
        on_step(StepSeen(1, 1))
        told = zlib.crc32(f"{request.seed} {request.look.pose} {request.look.garment}".encode())
        layers = np.random.default_rng(told).random((17, 80, 64), dtype=np.float32)
        plate = settle(Plate(layers[:12].reshape(4, 80, 64, 3), layers[12], layers[13], (0.4, 0.4, 0.4)))
        made_by = {"painter": "tiny", "look": request.look.as_mapping(), "model_sha256": "m"}
        return Painting(develop(plate, request.look), plate, made_by, FULLY_GENERATED)


def found(outcome: Outcome = Outcome.CLEAR) -> Verdict:
    """The verdict of one safeguard."""
    return Verdict.of([Finding("one-face", outcome, 1.0, 0.5, "There is one face.")])


class Rig:
    """One home and everything that paints and examines in it."""

    def __init__(
        self,
        home: Path,
        clock: Callable[[], datetime],
        reach: Reach = unreached,
        painter: TinyPainter | None = None,
        examine: Callable[[Claim, Picture], Verdict] = lambda _claim, _picture: found(),
    ) -> None:
        self.home = home
        self.clock = clock
        self.database = Database(home / "studio.sqlite", clock)
        self.vault = Vault(home, PersonKeys(self.database, Keyring(home / "keys" / "persons")))
        self.desk = Desk(self.database, self.vault, reach)
        self.incoming = Submissions(self.database, self.vault, self.desk)
        self.negatives = Negatives(self.database, self.vault)
        self.jobs = Jobs(
            self.database,
            move,
            clock,
            lapsed=RightsLapsed,
            licence_in_force=registry.licence_in_force,
            give_up=self.desk.give_up,
            halted=lambda _: self.halt,
            reach=reach,
        )
        self.halt: str | None = None
        self.roster = Roster(home / "workers", clock)
        self.post: Post | None = None
        self.engines: Engines | None = None
        self.painter = painter or TinyPainter()
        self._examine = examine
        self._reach = reach

    @classmethod
    def founded(cls, home: Path, clock: Callable[[], datetime], **more: Any) -> "Rig":
        """A rig at a new home, with two brands, one twin and a licence for the first brand."""
        empty_registry(home, clock).close()
        rig = cls(home, clock, **more)
        with rig.database.write("test") as tx:
            for statement in _CAST:
                tx.execute(statement)
        return rig

    def order(self, seed: int = 1, maker: Maker = MIRA, **changes: Any) -> str:
        """An image by `maker`, ordered in a transaction of its own; its id."""
        facts = {"twin_id": "nora", "licence_id": "lic", "shoot_id": "shoot", "painter": "tiny", "look": LOOK, "seed": seed}
        with self.database.write(maker.account_id) as tx:
            return self.jobs.order(tx, RenderOrder(**{**facts, **changes}), maker)

    def work(self, **pieces: Any) -> dict[str, Any]:
        """The two kinds of work; `pieces` replace parts of painting."""
        made: dict[str, Any] = {
            "jobs": self.jobs,
            "painters": lambda _name: self.painter,
            "references": lambda _twin: (),
            "environment": lambda: HERE,
            "seal": self._seal,
            "incoming": self.incoming,
            "sweep": self.sweep,
            "negative": lambda claim: Negative.behind(claim, self.database, self.negatives.stored),
            "reach": self._reach,
        }
        examine = Examine(
            self.jobs,
            read=lambda claim: self.incoming.picture(claim.render_id),
            examine=self._examine,
            judge=lambda tx, claim, verdict: self.desk.judge(tx, claim.render_id, verdict, claim.attempt),
            reach=self._reach,
        )
        return {"paint": Paint(**made | pieces), "examine": examine}

    def _seal(self, _: Claim, painting: Painting) -> Sheet:
        negative = negative_bytes(painting.plate) if painting.plate else None
        return self.incoming.seal(painting.picture, negative, DISCLOSURE, painting.source_type)

    def worker(self, name: str = "w1", stop: Event | None = None, **pieces: Any) -> Worker:
        """A worker of this home."""
        return Worker(
            self.jobs,
            self.work(**pieces),
            post=self.post or Post(name),
            roster=self.roster,
            stop=stop or Event(),
            begin=self.sweep,
            engines=self.engines,
            refusals=(TwinError, ModerationError),
            idle_s=0.01,
        )

    def settle(self, name: str = "w1", **pieces: Any) -> None:
        """Work until nothing is open but what rests."""
        due = "SELECT 1 FROM job WHERE state = 'running' OR (state = 'waiting' AND not_before <= ?)"
        self.worker(name, **pieces).run(lambda: not self.rows(due, self.clock().isoformat(timespec="microseconds")))

    def sweep(self, failed: Collection[str] = ()) -> list[Path]:
        # The files are of today, while the clock of a test stands anywhere.
        ever = datetime.max.replace(tzinfo=UTC)
        return sweep(self.database, lambda submitted, underway, _: self.vault.sweep(submitted, underway, ever), failed)

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        return self.database.rows(sql, values)

    def state(self, render_id: str) -> str:
        return str(self.rows("SELECT state FROM render WHERE id = ?", render_id)[0]["state"])

    def jobs_of(self, render_id: str) -> list[tuple[str, str, int]]:
        """Kind, state and attempt of each job of an image, oldest first."""
        rows = self.rows("SELECT kind, state, attempt FROM job WHERE render_id = ? ORDER BY id", render_id)
        return [(row["kind"], row["state"], row["attempt"]) for row in rows]

    def files(self) -> list[str]:
        """Every file with pixels in it, finished or not."""
        folders = ("vault", "previews", "progress")
        return sorted(p.relative_to(self.home).as_posix() for f in folders for p in (self.home / f).rglob("*") if p.is_file())

    def history(self, render_id: str) -> list[str]:
        """The audited moves of an image, after the whole chain was verified."""
        chain = self.rows("SELECT * FROM audit ORDER BY seq")
        verify(chain)
        return [row["event"].removeprefix("render.") for row in chain if row["subject"] == render_id]


def revoke(rig: Rig, licence_id: str = "lic") -> None:
    """Take the licence back at this moment and withdraw what waits, as rights do."""
    with rig.database.write("nora") as tx:
        tx.execute("INSERT INTO revocation VALUES ('rev', 'licence', ?, ?, ?, 'nora', 'enough')", [licence_id, tx.now, tx.now])
        tx.execute("UPDATE licence SET epoch = epoch + 1 WHERE id = ?", [licence_id])
        for row in tx.execute("SELECT id FROM render WHERE state IN ('queued', 'painting', 'examining')"):
            move(tx, row["id"], "withdrawn", "rights")


_TERM = "'2020-01-01T00:00:00.000000+00:00', '2100-01-01T00:00:00.000000+00:00'"
_DAY = "'2020-01-01T00:00:00.000000+00:00'"
_CAST = (
    "INSERT INTO brand VALUES ('brand-one', 'One'), ('brand-two', 'Two')",
    f"INSERT INTO person VALUES ('nora', 'Nora', NULL, 1, {_DAY}), ('mei', 'Mei', NULL, 1, {_DAY})",
    f"INSERT INTO twin VALUES ('nora', 'nora', 'Nora', 0, {_DAY}), ('mei', 'mei', 'Mei', 0, {_DAY})",
    "INSERT INTO consent (id, twin_id, version, scope, purpose, pay_minor, currency, pay_basis, uses,"
    " content_limits, disclosure_text, training_allowed, counsel_or_union, starts_at, ends_at, signed_at) VALUES"
    " ('con', 'nora', 1, 'pictures of clothes', 'an online shop', 100, 'EUR', 'image', '[]', '[]',"
    f" '{DISCLOSURE}', 0, NULL, {_TERM}, {_DAY})",
    *(
        "INSERT INTO licence (id, consent_id, twin_id, brand_id, campaign, advertiser, product_line, uses, media, territory,"
        " fee_minor, currency, payment_days, max_images, epoch, starts_at, ends_at, created_at)"
        f" VALUES ('{licence}', 'con', 'nora', '{brand}', 'Spring', 'One', 'shirts', '[]', '[]', 'EU', 100,"
        f" 'EUR', 30, 1000, 0, {_TERM}, {_DAY})"
        for licence, brand in (("lic", "brand-one"), ("lic-two", "brand-two"))
    ),
    f"INSERT INTO shoot VALUES ('shoot', 'brand-one', 'Spring', 'mira', {_DAY}), ('other', 'brand-two', 'Fall', 'otto', {_DAY})",
)


def main(home: str, fault: str, how: str = "") -> None:
    """A worker's process at a founded home, which dies at `fault` (POINT, or POINT:N for the Nth time).

    It waits at each step for its end when `how` is "slow", and paints two at a time when it is "pairs".
    """
    named, _, count = fault.partition(":")
    passed: list[str] = []

    def reach(point: str) -> None:
        passed.append(point)
        if point == named and passed.count(point) == int(count or 1):
            os.kill(os.getpid(), signal.SIGKILL)

    def wait(step: int) -> None:
        print(f"step {step}", flush=True)
        Event().wait(0.05)

    painter = {"slow": TinyPainter(wait), "pairs": Pairs()}.get(how)
    rig = Rig(Path(home), Clock(), reach, painter)
    rig.worker("cpu", stop_on_terminate()).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
