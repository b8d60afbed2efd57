"""Killed at any named point, the studio has done an act wholly or not at all, and can do it afterwards once."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from moderation.audit.chain import verify
from moderation.desk import desk
from moderation.desk import her_decision as desk_signoff
from moderation.errors import ModerationError
from moderation.money.ledger import check_books
from moderation.rights import ending, receipt, release, rights
from tests.moderation.scene import Scene
from tests.moderation.struck import ACTS, IMAGE

POINTS = {
    "submit": ["examine.submitted"],
    "judge": ["examine.found", "examine.judged"],
    "review": ["decide.review-moved", "decide.review-recorded", "decide.review-committed"],
    "appeal": ["decide.appeal-recorded"],
    "undone": ["decide.review-undone"],
    "escalate": ["decide.escalated"],
    "approve": ["decide.signoff-signed", "decide.signoff-moved", "decide.signoff-recorded", "decide.signoff-committed"],
    "undo": ["decide.undo-recorded", "decide.no-noted"],
    "release": ["release.verified", "release.copied", "release.moved", "release.recorded", "release.posted", "release.committed"],
    "grant": ["release.grant-recorded", "release.granted"],
    "revoke": ["revoke.recorded", "revoke.fenced", "revoke.moved", "revoke.committed"],
    "sweep": ["revoke.sweep-moved", "revoke.sweep-committed"],
    "receipt": ["revoke.receipt-committed"],
}
CASES = [(act, point) for act, points in POINTS.items() for point in points]
DURABLE = {"decide.review-committed", "decide.signoff-committed", "release.committed", "release.granted", "revoke.committed"}
DURABLE |= {"revoke.sweep-committed", "revoke.receipt-committed"}
REPEATED = {"grant"}
"""Acts that are done once more when they are asked for again; a sweep or a receipt then finds nothing to do."""
QUIET = {"sweep", "receipt"}

BEFORE_AND_AFTER = {
    "submit": ("painting", "examining"),
    "judge": ("examining", "in review"),
    "review": ("in review", "her turn"),
    "appeal": ("blocked", "in review"),
    "undone": ("her turn", "in review"),
    "escalate": ("in review", "in review"),
    "approve": ("her turn", "approved"),
    "undo": ("approved", "her turn"),
    "release": ("approved", "released"),
    "grant": ("released", "released"),
    "revoke": ("released", "recalled"),
    "sweep": ("released", "recalled"),
    "receipt": ("recalled", "recalled"),
}
WRITES = {
    "submit": {"submission": 1, "audit": 1},
    "judge": {"finding": 2, "verdict": 1, "audit": 1},
    "review": {"decision": 1, "audit": 1},
    "appeal": {"decision": 1, "audit": 1},
    "undone": {"decision": 1, "audit": 1},
    "escalate": {"escalation": 1, "audit": 1},
    "approve": {"signature": 1, "decision": 1, "audit": 1},
    "undo": {"signature": 1, "decision": 1, "audit": 1},
    "release": {"release": 1, "ledger_batch": 1, "ledger_line": 3, "audit": 2},
    "grant": {"download_grant": 1, "audit": 1},
    "revoke": {"revocation": 1, "taking_back": 1, "rights_end": 8, "ended_image": 1, "recall": 1, "audit": 11},
    "sweep": {"rights_end": 2, "ended_image": 1, "recall": 1, "audit": 4},
    "receipt": {"receipt": 1, "audit": 1},
}
COUNTED = (
    "submission",
    "finding",
    "verdict",
    "signature",
    "decision",
    "release",
    "ledger_batch",
    "ledger_line",
    "download_grant",
    "revocation",
    "taking_back",
    "rights_end",
    "ended_image",
    "recall",
    "receipt",
    "escalation",
    "audit",
)


@pytest.fixture(scope="module")
def struck(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """All cases run by one child program, each in a home of its own; by case the signal that ended it."""
    homes = tmp_path_factory.mktemp("struck")
    command = [sys.executable, "-m", "tests.moderation.struck", str(homes), json.dumps(CASES)]
    ran = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    return homes, json.loads(ran.stdout)


def test_every_named_point_is_struck() -> None:
    named = [*desk.FAULTS, *desk_signoff.FAULTS, *release.FAULTS, *rights.FAULTS, *ending.FAULTS, *receipt.FAULTS]
    assert sorted(named) == sorted(point for _, point in CASES)


def counts(scene: Scene) -> dict[str, int]:
    return {table: scene.count(table) for table in COUNTED}


def untouched(act: str, home: Path) -> dict[str, int]:
    """What the tables hold before the act."""
    home.mkdir()
    scene = Scene(home)
    ACTS[act][0](scene)
    return counts(scene)


@pytest.mark.parametrize(("act", "point"), CASES, ids=[point for _, point in CASES])
def test_a_kill_leaves_the_act_whole_or_undone(struck: tuple[Path, dict[str, int]], tmp_path: Path, act: str, point: str) -> None:
    homes, ended = struck
    assert ended[f"{act} {point}"] == signal.SIGKILL
    scene = Scene(homes / f"{act}-{point}", fresh=False)
    before, after = untouched(act, tmp_path / "untouched"), WRITES[act]
    done = {table: n + after.get(table, 0) for table, n in before.items()}
    was_done = point in DURABLE

    assert (scene.state(IMAGE), counts(scene)) == (BEFORE_AND_AFTER[act][was_done], done if was_done else before)

    again = _refused if was_done and act not in REPEATED | QUIET else _done
    again(lambda: ACTS[act][1](scene))
    twice = {table: n + after.get(table, 0) for table, n in done.items()}
    assert (scene.state(IMAGE), counts(scene)) == (BEFORE_AND_AFTER[act][1], twice if was_done and act in REPEATED else done)
    verify(scene.database.rows("SELECT * FROM audit ORDER BY seq"))
    check_books(scene.database)
    assert scene.database.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def _done(act: Callable[[], object]) -> None:
    act()


def _refused(act: Callable[[], object]) -> None:
    with pytest.raises(ModerationError):
        act()
