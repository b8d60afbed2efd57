"""Her permission ends, by her own word or by the calendar, while images stand everywhere between order and release."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from moderation.desk.signoff import State
from moderation.errors import ModerationError, NotFound, RightsLapsed
from tests.attacks.stage import Stage, changes
from tests.twin.rig import TinyPainter, found
from twin.errors import LeaseLost, TwinError
from twin.jobs.claim import Claim

LICENCE, CONSENT = "calloway-nora", "nora-1"
WAYS = ("consent", "licence", "expiry")
MOMENT = timedelta(microseconds=1)


class Ending:
    """Theo's images of Nora in every state, and the way her permission for them ends."""

    def __init__(self, home: Path, way: str) -> None:
        self.stage, self.way = Stage(home), way
        self.theo, self.rosa, self.nora = (self.stage.account(login) for login in ("theo", "rosa", "nora"))
        self.house, self.jobs = self.stage.house, self.stage.studio.painting.jobs
        rows = self.stage.database.rows("SELECT ends_at FROM licence_window WHERE licence_id = ?", [LICENCE])
        self.ends_at = datetime.fromisoformat(rows[0]["ends_at"])

    def bring(self, state: State, twin: str = "nora") -> str:
        return self.stage.bring(state, "theo", twin)

    def end(self) -> None:
        """Now her permission ends."""
        if self.way == "expiry":
            self.stage.clock.now = self.ends_at
        else:
            self.house.rights.revoke(self.nora, self.way, CONSENT if self.way == "consent" else LICENCE, "Enough.")

    def is_taken_back(self, render_id: str, otherwise: State) -> bool:
        """She withdraws at once; the calendar leaves an image where it is until somebody tries to move it."""
        return self.stage.state(render_id) == (otherwise if self.way == "expiry" else State.WITHDRAWN)

    def files_of(self, render_id: str) -> list[str]:
        return [path.name for path in self.stage.studio.home.folder.rglob(f"*{render_id}*")]

    def work(self, kind: str, claim: Claim, meanwhile: Callable[[], object], **pieces: Any) -> None:
        """Do what the studio's worker does with a claim; `meanwhile` happens before its second step."""
        steps = iter((lambda: None, meanwhile))

        def beat(step: int, of: int) -> None:
            next(steps, lambda: None)()
            self.jobs.beat(claim, step, of)

        replace(self.stage.studio.work()[kind], **pieces)(claim, beat)  # type: ignore[type-var]


@pytest.fixture(params=WAYS)
def ending(request: pytest.FixtureRequest, tmp_path: Path) -> Ending:
    return Ending(tmp_path / "home", request.param)


def test_a_queued_and_a_running_job_stop_and_nothing_of_them_is_kept(ending: Ending) -> None:
    queued, painting, kept = ending.bring(State.QUEUED), ending.bring(State.QUEUED), ending.bring(State.QUEUED, "mei")
    claim = ending.stage.claim(painting)
    with pytest.raises(LeaseLost):
        ending.work("paint", claim, ending.end, painters=lambda _: TinyPainter())
    assert ending.stage.state(painting) == State.WITHDRAWN
    assert ending.files_of(painting) == []
    with pytest.raises(LeaseLost):
        ending.jobs.beat(claim, 3, 3)

    other = ending.jobs.claim("a worker")
    assert other is not None
    assert other.render_id == kept
    assert ending.jobs.claim("a worker") is None
    assert ending.stage.state(queued) == State.WITHDRAWN
    assert ending.files_of(queued) == []
    open_jobs = "SELECT render_id FROM job WHERE state IN ('waiting', 'running')"
    assert ending.stage.database.rows(open_jobs) == [{"render_id": kept}]
    assert ending.stage.database.rows("SELECT * FROM submission") == []
    with pytest.raises(TwinError):
        ending.stage.order("theo", "nora")


def test_an_image_that_is_being_examined_reaches_nobody(ending: Ending) -> None:
    image = ending.bring(State.EXAMINING)
    claim = ending.stage.claim(image)
    pieces = {"examine": lambda _claim, _picture: found()}
    if ending.way == "expiry":
        ending.work("examine", claim, ending.end, **pieces)
    else:
        with pytest.raises(LeaseLost):
            ending.work("examine", claim, ending.end, **pieces)
    assert ending.stage.state(image) == State.WITHDRAWN
    assert ending.house.insight.waiting_for_her(ending.nora) == ()
    assert ending.house.insight.queue_for(ending.rosa) == ()


def test_what_waits_for_a_decision_can_no_longer_be_agreed_to(ending: Ending) -> None:
    review, turn, blocked = (ending.bring(state) for state in (State.IN_REVIEW, State.HER_TURN, State.BLOCKED))
    token, sealed = ending.house.desk.claim(ending.rosa, review)["token"], ending.stage.sealed(turn)
    versions = {row["id"]: row["version"] for row in ending.stage.database.rows("SELECT id, version FROM render")}
    ending.end()
    for act in (
        lambda: ending.house.desk.review(ending.rosa, review, versions[review], "pass", None, "", token),
        lambda: ending.stage.signs.approve(ending.nora, turn, sealed, versions[turn]),
        lambda: ending.stage.signs.approve(ending.nora, turn, sealed),
        lambda: ending.house.desk.appeal(ending.theo, blocked, "Look again."),
    ):
        with pytest.raises(ModerationError):
            act()
    assert ending.is_taken_back(review, State.IN_REVIEW)
    assert ending.is_taken_back(turn, State.HER_TURN)
    assert ending.is_taken_back(blocked, State.BLOCKED)
    assert ending.stage.database.rows("SELECT * FROM decision") == []


def test_an_approved_image_is_not_released_and_a_released_one_no_longer_leaves(ending: Ending) -> None:
    approved, released, other = ending.bring(State.APPROVED), ending.bring(State.RELEASED), ending.bring(State.APPROVED, "mei")
    releases = ending.house.releases
    if ending.way == "expiry":
        ending.stage.clock.now = ending.ends_at - MOMENT
    token = releases.grant(ending.theo, released)
    assert releases.open_download(ending.theo, token).sha256 == ending.stage.sealed(released)
    paid = ending.stage.database.rows("SELECT count(*) AS n FROM ledger_line")

    ending.end()

    for act in (lambda: releases.release(ending.theo, approved), lambda: releases.grant(ending.theo, released)):
        with pytest.raises(ModerationError):
            act()
    with pytest.raises((RightsLapsed, NotFound)):
        releases.open_download(ending.theo, token)
    assert ending.is_taken_back(approved, State.APPROVED)
    assert ending.stage.state(released) == (State.RELEASED if ending.way == "expiry" else State.RECALLED)
    assert ending.stage.database.rows("SELECT count(*) AS n FROM ledger_line") == paid
    releases.release(ending.theo, other)
    assert releases.open_download(ending.theo, releases.grant(ending.theo, other)).sha256 == ending.stage.sealed(other)


def test_no_negative_is_developed_any_more(ending: Ending) -> None:
    images = [ending.bring(state) for state in (State.IN_REVIEW, State.HER_TURN, State.APPROVED, State.RELEASED, State.BLOCKED)]
    studio = ending.stage.studio
    floor, admit = studio.floor(), ending.house.negatives.admit
    look = floor.lookbook.look("moonlight").worn_by("nora", floor.wardrobe)
    assert all(studio.proof(ending.theo, image, look).jpeg for image in images)
    waiting = floor.develop(ending.theo, images[0], look, admit)

    ending.end()

    before = ending.stage.rows()
    for image in images:
        for act in (
            lambda image=image: studio.proof(ending.theo, image, look),
            lambda image=image: floor.develop(ending.theo, image, look, admit),
        ):
            with pytest.raises((ModerationError, TwinError)):
                act()
    assert changes(before, ending.stage.rows()) == set()
    assert ending.jobs.claim("a worker") is None
    assert ending.stage.state(waiting) == State.WITHDRAWN


def test_to_the_last_moment_of_a_licence_everything_goes_on(tmp_path: Path) -> None:
    ending = Ending(tmp_path / "home", "expiry")
    queued, turn = ending.bring(State.QUEUED), ending.bring(State.HER_TURN)
    ending.stage.clock.now = ending.ends_at - MOMENT
    ending.stage.signs.approve(ending.nora, turn, ending.stage.sealed(turn))
    ending.house.releases.release(ending.theo, turn)
    claim = ending.jobs.claim("a worker")
    assert claim is not None
    assert claim.render_id == queued
    ending.stage.clock.now += MOMENT
    with pytest.raises(RightsLapsed):
        ending.house.releases.grant(ending.theo, turn)
