"""Whatever two workers, a creative, the clock and a revocation do in any order, jobs and images agree."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from moderation.audit.chain import verify
from moderation.errors import ModerationError
from tests.twin.rig import DISCLOSURE, MIRA, Clock, Rig, found, revoke
from twin.errors import LeaseLost, TwinError
from twin.jobs.claim import Claim
from twin.painter import PaintRequest

OPEN = ("waiting", "running")
ORDERS = 4
"""After so many the licence may be taken back, and nothing more is ordered."""


class JobLife(RuleBasedStateMachine):
    """Acts at random; every claim that was ever given stays in use, so most are stale."""

    images = Bundle("images")

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.clock = Clock()
        self.rig = Rig.founded(self.home, self.clock)
        self.claims: list[Claim] = []
        self.orders = 0

    def teardown(self) -> None:
        self.rig.database.close()
        shutil.rmtree(self.home)

    @precondition(lambda self: self.orders < ORDERS)
    @rule(target=images, seed=st.integers(0, 3))
    def order(self, seed: int) -> str:
        self.orders += 1
        return self.rig.order(seed)

    @rule(image=images)
    def cancel(self, image: str) -> None:
        before = self.rig.state(image)
        try:
            self.rig.jobs.cancel(image, MIRA)
            assert before in ("queued", "painting")
        except ModerationError:
            assert before not in ("queued", "painting")

    @rule(worker=st.sampled_from(["one", "two"]), beside=st.integers(0, 2))
    def claim(self, worker: str, beside: int) -> None:
        claim = self.rig.jobs.claim(worker)
        if claim is not None:
            self.claims.append(claim)
            more = self.rig.jobs.beside(claim, beside)
            assert len(more) <= beside
            assert all(one.kind == "paint" and one.attempt == 1 for one in more)
            self.claims += more

    @precondition(lambda self: self.claims)
    @rule(which=st.integers(0, 3), how=st.sampled_from(["beat", "finish", "finish", "fail", "refuse", "hand back"]))
    def write(self, which: int, how: str) -> None:
        claim = self.claims[-1 - which % len(self.claims)]
        held = self._holds(claim)
        try:
            self._write(claim, how)
            assert held
        except LeaseLost:
            assert not held

    def _holds(self, claim: Claim) -> bool:
        job = self.rig.rows("SELECT state, attempt, worker FROM job WHERE id = ?", claim.job_id)[0]
        worked_in = {"paint": "painting", "examine": "examining"}[claim.kind]
        return list(job.values()) == ["running", claim.attempt, claim.worker] and self.rig.state(claim.render_id) == worked_in

    def _write(self, claim: Claim, how: str) -> None:
        jobs = self.rig.jobs
        if how == "beat":
            jobs.beat(claim, 1, 3)
        elif how == "hand back":
            jobs.hand_back(claim)
        elif how in ("fail", "refuse"):
            jobs.fail(claim, "It went wrong.", again=how == "fail")
        elif claim.kind == "paint":
            request = PaintRequest("nora", claim.order.look, claim.order.seed)
            painting = self.rig.painter.paint(request, lambda _seen: None)
            sheet = self.rig.incoming.seal(painting.picture, None, DISCLOSURE, painting.source_type)

            def write(tx: object) -> None:
                self.rig.incoming.store(claim.render_id, sheet)
                self.rig.incoming.submit(tx, claim.render_id, sheet)  # type: ignore[arg-type]

            jobs.finish_paint(claim, "{}", write)
        else:
            jobs.finish_examination(claim, lambda tx: self.rig.desk.judge(tx, claim.render_id, found(), claim.attempt))  # type: ignore[arg-type]

    @rule(seconds=st.sampled_from([1, 20, 60]))
    def time_passes(self, seconds: int) -> None:
        self.clock.go_on(seconds=seconds)

    @rule()
    def every_worker_dies(self) -> None:
        self.rig.jobs.expire_leases()

    @precondition(lambda self: self.orders == ORDERS)
    @rule()
    def revoke(self) -> None:
        revoke(self.rig)
        self.orders += 1
        with pytest.raises(TwinError):
            self.rig.order()

    @invariant()
    def an_image_has_the_open_job_its_state_asks_for(self) -> None:
        for row in self.rig.rows("SELECT id, state FROM render"):
            jobs = self.rig.jobs_of(row["id"])
            still_open = [(kind, state) for kind, state, _ in jobs if state in OPEN]
            owed = {"queued": [("paint", "waiting")], "painting": [("paint", "running")]}.get(row["state"], [])
            if row["state"] == "examining":
                assert [kind for kind, _ in still_open] == ["examine"]
            elif row["state"] != "withdrawn":
                assert still_open == owed
            assert len(jobs) == len({kind for kind, _, _ in jobs})

    @invariant()
    def pixels_stand_where_a_submission_stands(self) -> None:
        submitted = [row["render_id"] for row in self.rig.rows("SELECT render_id FROM submission ORDER BY render_id")]
        recipes = [row["render_id"] for row in self.rig.rows("SELECT render_id FROM recipe ORDER BY render_id")]
        files = [f"previews/{i}.jpg.sealed" for i in submitted] + [f"vault/originals/{i}.png.sealed" for i in submitted]
        assert self.rig.files() == files
        assert recipes == submitted
        moved = self.rig.rows("SELECT subject FROM audit WHERE event = 'render.examining' ORDER BY subject")
        assert [row["subject"] for row in moved] == submitted

    @invariant()
    def a_failure_is_explained_and_the_chain_holds(self) -> None:
        assert self.rig.rows("SELECT 1 FROM render WHERE state = 'failed' AND failure IS NULL") == []
        verify(self.rig.rows("SELECT * FROM audit ORDER BY seq"))


TestJobLife = JobLife.TestCase
TestJobLife.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
