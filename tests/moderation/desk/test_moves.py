"""A move happens only from the right state, by the right hand, at the right version, within rights; else nothing changes."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from moderation.audit.chain import verify
from moderation.desk.moves import move
from moderation.desk.signoff import MOVES, Mover, State, Window
from moderation.errors import AlreadyDecided, IllegalMove, ModerationError, NotFound, RightsLapsed
from tests.moderation.scene import MODO, NORA, Scene

LATER = "2026-05-05T12:00:00.000000+00:00"


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    made = Scene(tmp_path)
    yield made
    count, _ = verify(made.database.rows("SELECT * FROM audit ORDER BY seq"))
    assert count == made.count("audit")


def attempt(scene: Scene, render_id: str, target: State, mover: Mover, version: int | None = None) -> type[Exception] | None:
    """Move within a transaction of its own; the error's type, having seen that a refused move changed nothing."""
    before = (scene.render(render_id), scene.count("audit"))
    try:
        with scene.database.write("test") as tx:
            move(tx, render_id, target, mover, version=version)
    except ModerationError as error:
        assert (scene.render(render_id), scene.count("audit")) == before
        return type(error)
    assert scene.count("audit") == before[1] + 1
    return None


def test_exactly_the_steps_of_the_table_are_possible(scene: Scene) -> None:
    scene.order("image")
    permitted = {(m.source, m.target, m.mover) for m in MOVES}
    possible = set()
    with scene.database.write("test") as tx:
        for source, target, mover in product(State, State, Mover):
            tx.execute("UPDATE render SET state = ?", [source.value])
            try:
                moved = move(tx, "image", target, mover)
            except (IllegalMove, AlreadyDecided):
                assert tx.execute("SELECT state FROM render") == [{"state": source.value}]
            else:
                assert moved["state"] == target.value
                possible.add((source, target, mover))
    assert possible == permitted


def test_a_move_raises_the_version_and_leaves_one_audit_row(scene: Scene) -> None:
    scene.order("image")
    scene.clock.forward(minutes=3)
    with scene.database.write("worker") as tx:
        moved = move(tx, "image", "painting", "worker", version=0, attempt=2)
    assert (moved["version"], moved["moved_at"]) == (1, "2026-05-03T12:03:00.000000+00:00")
    row = scene.database.rows("SELECT actor, event, subject, facts FROM audit")
    assert row == [
        {"actor": "worker", "event": "render.painting", "subject": "image", "facts": '{"attempt":2,"mover":"worker","version":1}'}
    ]


def test_an_old_version_is_told_from_an_illegal_step(scene: Scene) -> None:
    scene.order("image", state="in review")
    assert attempt(scene, "image", State.REFUSED, Mover.MODERATOR, version=3) is AlreadyDecided
    assert attempt(scene, "image", State.APPROVED, Mover.PERSON, version=0) is IllegalMove
    assert attempt(scene, "image", State.IN_REVIEW, Mover.WORKER, version=0) is AlreadyDecided
    with pytest.raises(NotFound), scene.database.write("test") as tx:
        move(tx, "no-such-image", "refused", "moderator")


def expected(window: Window, fits: dict[Window, bool]) -> type[Exception] | None:
    return None if window is Window.NONE or fits[window] else RightsLapsed


@pytest.mark.parametrize(
    ("situation", "paint", "release", "use"),
    [
        ("in force", True, True, True),
        ("not begun", False, False, False),
        ("begins this instant", True, True, True),
        ("a tick before its first use", True, True, False),
        ("at its first use", True, True, True),
        ("last instant", True, True, True),
        ("ended", False, False, False),
        ("consent ended", False, False, False),
        ("asked back, not yet effective", False, True, True),
        ("taken back", False, False, False),
        ("twin fenced", False, False, False),
        ("licence fenced", False, False, False),
    ],
)
def test_each_step_needs_its_rights_at_its_moment(scene: Scene, situation: str, paint: bool, release: bool, use: bool) -> None:
    scene.licence("halden-later", earliest_use_at=LATER)
    scene.order("image", licence="halden-later" if "first use" in situation else "halden-short")
    _arrange(scene, situation)
    for step in MOVES:
        with scene.database.write("test") as tx:
            tx.execute("UPDATE render SET state = ?", [step.source.value])
        outcome = attempt(scene, "image", step.target, step.mover)
        assert outcome is expected(step.window, {Window.PAINT: paint, Window.RELEASE: release, Window.USE: use}), step


def _arrange(scene: Scene, situation: str) -> None:
    moments = {
        "not begun": "2025-12-31T23:59:59.999999+00:00",
        "begins this instant": "2026-01-01T00:00:00.000000+00:00",
        "a tick before its first use": "2026-05-05T11:59:59.999999+00:00",
        "at its first use": LATER,
        "last instant": "2026-05-03T12:29:59.999999+00:00",
        "ended": "2026-05-03T12:30:00.000000+00:00",
        "consent ended": "2026-12-31T00:00:00.000000+00:00",
    }
    if situation in moments:
        scene.clock.at = scene.clock.at.fromisoformat(moments[situation])
    with scene.database.write("test") as tx:
        if situation == "consent ended":
            tx.execute("UPDATE render SET licence_id = 'halden-nora'")
        elif situation == "twin fenced":
            tx.execute("UPDATE twin SET epoch = epoch + 1")
        elif situation == "licence fenced":
            tx.execute("UPDATE licence SET epoch = epoch + 1")
        elif situation in ("taken back", "asked back, not yet effective"):
            effective = "2026-05-03T12:00:00.000000+00:00" if situation == "taken back" else "2026-05-10T12:00:00.000000+00:00"
            tx.execute("INSERT INTO revocation VALUES ('r', 'consent', 'nora-1', ?, ?, 'nora-account', '')", [tx.now, effective])


def test_a_refusal_by_rights_says_since_when(scene: Scene) -> None:
    scene.order("image", licence="halden-short")
    scene.clock.forward(hours=1)
    with pytest.raises(RightsLapsed, match="ended on 2026-05-03"), scene.database.write("test") as tx:
        move(tx, "image", "painting", "worker")


def test_her_own_no_has_no_way_out_but_a_moderators_has(scene: Scene) -> None:
    scene.judged("hers", "clear")
    scene.signoff.refuse(NORA, "hers", "not-her")
    assert attempt(scene, "hers", State.IN_REVIEW, Mover.CREATIVE) is IllegalMove
    scene.judged("theirs", "refer")
    claim = scene.desk.claim(MODO, "theirs")
    scene.desk.review(MODO, "theirs", 3, "refuse", "quality", "", claim["token"])
    assert attempt(scene, "theirs", State.IN_REVIEW, Mover.CREATIVE) is None
