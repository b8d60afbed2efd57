"""What the command line says and asks; standard output is for answers, standard error for everything else."""

import errno
import getpass
import json
import sys
from collections.abc import Sequence
from typing import Any

from twin.errors import TwinError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
LIBRARIES = {"libGL": "libgl1", "libgthread": "libglib2.0-0", "libglib": "libglib2.0-0"}
"""System libraries that OpenCV loads, and the Debian package of each."""


class NotAnswered(TwinError):
    """A question could not be put, or was answered in two ways."""


def tell(sentence: str) -> None:
    """Say what is going on."""
    print(sentence, file=sys.stderr, flush=True)


def answer(whole: dict[str, Any], lines: Sequence[str], as_json: bool) -> None:
    """Print an answer for a program or for a person."""
    print(json.dumps(whole, indent=1) if as_json else "\n".join(lines))


def ask_password(login: str) -> str:
    """A password typed twice. Raises NotAnswered without a terminal, or when the two differ."""
    if not sys.stdin.isatty():
        raise NotAnswered("A password is asked for at a terminal, and there is none here.")
    password = getpass.getpass(f"Password for {login}: ")
    if getpass.getpass("Once more: ") != password:
        raise NotAnswered("The two passwords differ; nothing was changed.")
    return password


def confirm(question: str) -> bool:
    """Whether a person at a terminal says yes. Raises NotAnswered where there is none."""
    if not sys.stdin.isatty():
        raise NotAnswered(f"“{question}” is asked at a terminal, and there is none here; say --yes.")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def remedy_of(error: Exception) -> str | None:
    """One sentence on what to do about a failure of the machine, None for one that is the program's own fault."""
    if (isinstance(error, OSError) and error.errno in NO_ROOM) or "database or disk is full" in str(error):
        return "The disk is full: free some space, then start again."
    if isinstance(error, ImportError):
        for library, package in LIBRARIES.items():
            if library in str(error):
                return f"The system library {library} is missing; install it with: apt-get install {package}"
        if isinstance(error, ModuleNotFoundError):
            return f"The Python package {error.name} is missing; install the studio with: python -m pip install -e ."
    return None
