"""Questions have their time together, and who asks is never kept longer."""

import threading

import pytest

from moderation.errors import Unexaminable
from moderation.examining.deadline import Deadline


def test_an_answer_and_an_error_come_back_as_they_are() -> None:
    with Deadline(60) as deadline:
        assert deadline.ask(lambda: 7) == 7
        with pytest.raises(ZeroDivisionError):
            deadline.ask(lambda: 1 / 0)
        assert deadline.ask(lambda: 8) == 8


def test_all_questions_are_answered_on_one_thread_which_ends_with_the_last() -> None:
    with Deadline(60) as deadline:
        threads = {deadline.ask(threading.current_thread) for _ in range(3)}
    (thread,) = threads
    assert thread is not threading.current_thread()
    thread.join(60)
    assert not thread.is_alive()


def test_a_question_that_never_ends_is_given_up_and_those_behind_it_too() -> None:
    never = threading.Event()
    with Deadline(0.05) as deadline:
        for question in (never.wait, lambda: 7):
            with pytest.raises(Unexaminable, match=r"longer than 0\.05 seconds"):
                deadline.ask(question)
    never.set()


def test_a_hanging_question_does_not_keep_the_process_alive() -> None:
    never = threading.Event()
    with Deadline(0.05) as deadline:
        with pytest.raises(Unexaminable):
            deadline.ask(never.wait)
        assert all(thread.daemon for thread in threading.enumerate() if thread.name == "examination")
    never.set()
