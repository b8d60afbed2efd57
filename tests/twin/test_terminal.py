"""Failures of the machine are told with their remedy; our own faults keep their trace."""

import errno
import sqlite3

import pytest

from twin.terminal import NotAnswered, ask_password, remedy_of


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "free some space"),
        (sqlite3.OperationalError("database or disk is full"), "free some space"),
        (ImportError("libGL.so.1: cannot open shared object file: No such file or directory"), "apt-get install libgl1"),
        (ImportError("libgthread-2.0.so.0: cannot open shared object file"), "apt-get install libglib2.0-0"),
        (ModuleNotFoundError("No module named 'gradio'", name="gradio"), "package gradio is missing"),
    ],
)
def test_what_a_person_can_mend_comes_with_its_remedy(error: Exception, remedy: str) -> None:
    told = remedy_of(error)
    assert told is not None
    assert remedy in told
    assert "\n" not in told


def test_our_own_faults_are_not_explained_away() -> None:
    assert remedy_of(KeyError("x")) is None
    assert remedy_of(OSError(errno.EIO, "I/O error")) is None
    assert remedy_of(ImportError("cannot import name 'a' from 'b'")) is None


def test_a_password_is_not_read_from_a_pipe() -> None:
    with pytest.raises(NotAnswered):
        ask_password("ada")
