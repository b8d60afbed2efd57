"""Ten thousand acts in any order, over consents, licences, jobs, verdicts, decisions, files and time: what must hold, holds."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import Rights
from tests.machine.whole import Whole

EXAMPLES, STEPS = 270, 52
CALLS = 10_000
SELDOM = 8
DONE = (
    *("order", "paint", "judge clear", "judge refer", "review pass", "approve", "undo", "release", "grant", "download"),
    *("take back image", "take back licence", "take back consent", "take back twin", "erase", "consent", "license"),
    *("refuse", "refund", "post again", "attest", "settle", "cancel", "appeal", "undo review", "escalate"),
    *("allow agency", "refuse for her", "change"),
    *("repaint a part", "hand in", "look at a base"),
    *("enrolment: take", "enrolment: finish", "enrolment: reopen", "enrolment: take out", "enrolment: give up"),
)
"""What was done often enough, among ten thousand acts, to have met everything else."""
REFUSED = (
    *("order", "paint", "claim review", "review pass", "appeal", "approve", "refuse", "undo", "release", "grant", "download"),
    *(
        "take back image",
        "take back consent",
        "take back twin",
        "erase",
        "consent",
        "license",
        "seize",
        "witness",
        "allow agency",
        "refuse for her",
        "repaint a part",
        "enrolment: take",
        "enrolment: finish",
        "enrolment: reopen",
        "enrolment: take out",
        "enrolment: give up",
    ),
)


def test_what_must_hold_holds_whatever_ten_thousand_acts_are_done(tmp_path_factory: pytest.TempPathFactory) -> None:
    Rights.template = tmp_path_factory.mktemp("machine") / "home"
    Rights.tally = Counter()
    Whole.found(Rights.template)
    run_state_machine_as_test(
        Rights,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            derandomize=True,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    done = Rights.tally
    assert done["calls"] - done["begun"] >= CALLS
    often = {name: done[name] for name in DONE} | {f"refused {name}": done[f"refused {name}"] for name in REFUSED}
    assert min(often.values()) >= SELDOM, sorted(often.items(), key=lambda one: one[1])[:9]
