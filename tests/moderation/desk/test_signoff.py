"""The table of states says what the rights of a person require."""

from itertools import product

from moderation.desk.signoff import (
    FINAL,
    HER_REASON_WORDS,
    MOVES,
    REASON_WORDS,
    Mover,
    Reason,
    State,
    Window,
    sources_of,
    targets_of,
)

LEAVES_TO = {
    "queued": "painting, cancelled, withdrawn",
    "painting": "examining, failed, cancelled, withdrawn, queued",
    "examining": "blocked, in review, her turn, withdrawn",
    "in review": "refused, her turn, withdrawn",
    "her turn": "in review, refused, change asked, approved, withdrawn",
    "approved": "released, her turn, withdrawn",
    "released": "recalled",
    "blocked": "in review, withdrawn",
    "refused": "in review, withdrawn",
    "change asked": "",
    "failed": "",
    "cancelled": "",
    "withdrawn": "",
    "recalled": "",
}


def test_each_state_leads_only_where_the_table_says() -> None:
    for state in State:
        assert {t.value for t in targets_of(state)} == {word for word in LEAVES_TO[state.value].split(", ") if word}
    assert {s.value for s in FINAL} == {state for state, leads in LEAVES_TO.items() if not leads}


def test_only_the_person_approves_and_only_from_her_turn() -> None:
    approvals = [m for m in MOVES if m.target is State.APPROVED]
    assert [(m.source, m.mover) for m in approvals] == [(State.HER_TURN, Mover.PERSON)]


def test_only_a_creative_releases_and_only_what_was_approved() -> None:
    releases = [m for m in MOVES if m.target is State.RELEASED]
    assert [(m.source, m.mover) for m in releases] == [(State.APPROVED, Mover.CREATIVE)]


def test_no_step_brings_an_image_nearer_to_release_without_rights() -> None:
    nearer = {State.PAINTING, State.EXAMINING, State.IN_REVIEW, State.HER_TURN, State.APPROVED, State.RELEASED}
    unguarded = {(m.source, m.target) for m in MOVES if m.target in nearer and m.window is Window.NONE}
    assert unguarded == {(State.APPROVED, State.HER_TURN)}


def test_rights_end_every_image_that_is_not_over() -> None:
    ended = set(sources_of(State.WITHDRAWN, Mover.RIGHTS)) | set(sources_of(State.RECALLED, Mover.RIGHTS))
    assert ended == set(State) - FINAL


def test_a_step_stands_in_the_table_once() -> None:
    steps = [(m.source, m.target, m.mover) for m in MOVES]
    assert len(steps) == len(set(steps))
    assert all(sources_of(m.target, m.mover)[m.source] is m.window for m in MOVES)


def test_every_reason_has_words_for_both_who_choose_it() -> None:
    for reason, words in product(Reason, (REASON_WORDS, HER_REASON_WORDS)):
        assert words[reason]
