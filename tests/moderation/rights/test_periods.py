"""The public page says the very periods by which things are destroyed."""

from moderation.desk.signoff import State
from moderation.notices.forgetting import AFTER_READING, UNREAD
from moderation.rights.periods import periods
from moderation.rights.retention import PIXELS


def test_what_the_page_says_is_what_the_job_does() -> None:
    told = dict(periods())
    stopped = told["Images that were refused, stopped, or sent back for a change"]
    ended = told["Images that were withdrawn, recalled, cancelled, or never finished"]
    for state in (State.REFUSED, State.BLOCKED, State.CHANGE_ASKED):
        assert f" {PIXELS[state].days} days after" in stopped
    for state in (State.WITHDRAWN, State.RECALLED, State.CANCELLED, State.FAILED):
        assert f" {PIXELS[state].days} days after" in ended
    assert set(PIXELS) == {state for state in State if state not in KEPT}
    assert f"{AFTER_READING.days} days after they were read" in told["Notices"]
    assert UNREAD.days == 365
    assert "unread ones one year after" in told["Notices"]
    assert "three years after her last dealing" in told["Measurements of a face"]


KEPT = {State.QUEUED, State.PAINTING, State.EXAMINING, State.IN_REVIEW, State.HER_TURN, State.APPROVED, State.RELEASED}
"""States in which somebody still waits for the picture or uses it."""
