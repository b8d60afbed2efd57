"""Asks questions on a thread aside and waits for all of them together no longer than it was told."""

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

from moderation.errors import Unexaminable

Answer = TypeVar("Answer")
_Asked = tuple[Callable[[], Any], "SimpleQueue[tuple[Any, Exception | None]]"]


class Deadline:
    """The time that some questions have together; `with` ends the thread once it has nothing left to answer.

    A question that is still at work when the time is over cannot be ended from outside: it runs out unheard on its thread, which
    does not keep the process from ending.
    """

    def __init__(self, seconds: float) -> None:
        """`seconds` from now on the clock that only goes forward."""
        self._seconds = seconds
        self._end = time.monotonic() + seconds
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        threading.Thread(target=self._work, name="examination", daemon=True).start()

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """What the question returns or raises; raises Unexaminable once the time is over."""
        answers: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
        self._asked.put((question, answers))
        try:
            answer, error = answers.get(timeout=max(0.0, self._end - time.monotonic()))
        except Empty as late:
            raise Unexaminable(f"The examination took longer than {self._seconds:g} seconds, so a person must look.") from late
        if error is not None:
            raise error
        return answer  # type: ignore[no-any-return]

    def _work(self) -> None:
        while asked := self._asked.get():
            question, answers = asked
            try:
                answers.put((question(), None))
            except Exception as error:  # handed to whoever asked
                answers.put((None, error))

    def __enter__(self) -> Self:
        """The deadline itself."""
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        """Let the thread go."""
        self._asked.put(None)
