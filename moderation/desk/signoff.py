"""The states of an image and who may move it: one table, no other words; and the reasons for a no."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an image stands; the value is the word on its chip."""

    QUEUED = "queued"
    PAINTING = "painting"
    EXAMINING = "examining"
    BLOCKED = "blocked"
    IN_REVIEW = "in review"
    HER_TURN = "her turn"
    REFUSED = "refused"
    CHANGE_ASKED = "change asked"
    APPROVED = "approved"
    RELEASED = "released"
    RECALLED = "recalled"
    FAILED = "failed"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class Mover(StrEnum):
    """In which capacity somebody moves an image."""

    WORKER = "worker"
    CREATIVE = "creative"
    MODERATOR = "moderator"
    PERSON = "person"
    AGENCY = "agency"
    RIGHTS = "rights"


class Window(StrEnum):
    """Which rights must be in force at the moment of the move; `USE` also asks for the day from which the image may be used."""

    NONE = "none"
    PAINT = "paint"
    RELEASE = "release"
    USE = "use"


@dataclass(frozen=True)
class Move:
    """One permitted step."""

    source: State
    target: State
    mover: Mover
    window: Window


def _moves(mover: Mover, window: Window, *steps: tuple[State, State]) -> tuple[Move, ...]:
    return tuple(Move(source, target, mover, window) for source, target in steps)


MOVES: tuple[Move, ...] = (
    *_moves(
        Mover.WORKER,
        Window.PAINT,
        (State.QUEUED, State.PAINTING),
        (State.PAINTING, State.EXAMINING),
    ),
    *_moves(
        Mover.WORKER,
        Window.NONE,
        (State.PAINTING, State.QUEUED),
        (State.PAINTING, State.FAILED),
        (State.EXAMINING, State.BLOCKED),
    ),
    *_moves(
        Mover.WORKER,
        Window.RELEASE,
        (State.EXAMINING, State.IN_REVIEW),
        (State.EXAMINING, State.HER_TURN),
    ),
    *_moves(
        Mover.CREATIVE,
        Window.NONE,
        (State.QUEUED, State.CANCELLED),
        (State.PAINTING, State.CANCELLED),
    ),
    *_moves(
        Mover.CREATIVE,
        Window.USE,
        (State.APPROVED, State.RELEASED),
    ),
    *_moves(
        Mover.CREATIVE,
        Window.RELEASE,
        (State.BLOCKED, State.IN_REVIEW),
        (State.REFUSED, State.IN_REVIEW),
    ),
    *_moves(Mover.MODERATOR, Window.NONE, (State.IN_REVIEW, State.REFUSED)),
    *_moves(
        Mover.MODERATOR,
        Window.RELEASE,
        (State.IN_REVIEW, State.HER_TURN),
        (State.HER_TURN, State.IN_REVIEW),
        (State.REFUSED, State.IN_REVIEW),
    ),
    *_moves(
        Mover.PERSON,
        Window.NONE,
        (State.HER_TURN, State.REFUSED),
        (State.HER_TURN, State.CHANGE_ASKED),
        (State.APPROVED, State.HER_TURN),
    ),
    *_moves(Mover.PERSON, Window.RELEASE, (State.HER_TURN, State.APPROVED)),
    *_moves(Mover.AGENCY, Window.NONE, (State.HER_TURN, State.REFUSED)),
    *_moves(
        Mover.RIGHTS,
        Window.NONE,
        *(
            (source, State.WITHDRAWN)
            for source in (
                State.QUEUED,
                State.PAINTING,
                State.EXAMINING,
                State.IN_REVIEW,
                State.HER_TURN,
                State.APPROVED,
                State.BLOCKED,
                State.REFUSED,
            )
        ),
        (State.RELEASED, State.RECALLED),
    ),
)


class Reason(StrEnum):
    """Why somebody says no to an image; a closed list, so that reasons can be counted."""

    NOT_HER = "not-her"
    MANIPULATED = "manipulated"
    CONTENT = "content"
    QUALITY = "quality"
    OTHER = "other"


REASON_WORDS: dict[Reason, str] = {
    Reason.NOT_HER: "It does not look like her",
    Reason.MANIPULATED: "Her looks were manipulated",
    Reason.CONTENT: "It goes beyond what she agreed to show",
    Reason.QUALITY: "It is not well made",
    Reason.OTHER: "Another reason, told in the note",
}
"""What a moderator reads beside each reason."""

HER_REASON_WORDS: dict[Reason, str] = {
    Reason.NOT_HER: "It does not look like me",
    Reason.MANIPULATED: "My looks were manipulated",
    Reason.CONTENT: "It goes beyond what I agreed to show",
    Reason.QUALITY: "It is not well made",
    Reason.OTHER: "Another reason, told in the note",
}
"""What the person reads beside each reason."""


def sources_of(target: State, mover: Mover) -> dict[State, Window]:
    """From where `mover` may move an image to `target`, and which rights each such step needs."""
    return {m.source: m.window for m in MOVES if m.target is target and m.mover is mover}


def targets_of(source: State) -> frozenset[State]:
    """Where an image in `source` can still go."""
    return frozenset(m.target for m in MOVES if m.source is source)


FINAL: frozenset[State] = frozenset(s for s in State if not targets_of(s))
