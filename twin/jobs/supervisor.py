"""The worker's process: started with the studio, started again when it dies, and dead when the studio is."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG = logging.getLogger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
STEADY_S = 60.0
"""A worker that lived this long was well: the next pause is the first again."""
GRACE_S = 10.0
LOG_BYTES = 1_000_000
LOGS_BEFORE = 3
"""How large the log grows before it is put aside, and how many of those are kept."""
PR_SET_PDEATHSIG = 1
"""See prctl(2)."""


class Supervisor:
    """Keeps one child process of `command` running until told to stop; its output goes to `log`, or to the parent's.

    Of the log the last few million bytes are kept. The child must call `follow_parent`; its `environment` is the parent's unless
    another is given. `name` is what it is called where its end is told.
    `clock` gives seconds, `pause` waits for some unless told to stop.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path | None = None,
        name: str = "worker",
        environment: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], object] | None = None,
    ) -> None:
        self._command, self._name = list(command), name
        self._environment = None if environment is None else dict(environment)
        self._log = RotatingFileHandler(log, maxBytes=LOG_BYTES, backupCount=LOGS_BEFORE, delay=True) if log else None
        self._clock = clock
        self._told = threading.Event()
        self._pause = pause or self._told.wait
        self._changing = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        # The kernel ties a child to the thread that started it, so one thread starts them all and lives as long as they.
        self._thread = threading.Thread(target=self._keep_running, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the child; returns at once. RuntimeError when started before."""
        self._thread.start()

    def stop(self, grace_s: float = GRACE_S) -> None:
        """End the child after its present step, or by force after `grace_s` seconds; returns when it is gone."""
        with self._changing:
            self._told.set()
            child = self._child
        if child is not None:
            child.terminate()
            try:
                child.wait(grace_s)
            except subprocess.TimeoutExpired:
                child.kill()
        if self._thread.is_alive():
            self._thread.join()
        if self._log is not None:
            self._log.close()

    @property
    def running(self) -> bool:
        """Whether a worker is there to take jobs."""
        child = self._child
        return child is not None and child.poll() is None

    def _keep_running(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._told.is_set():
            begun = self._clock()
            how = self._run_once()
            if self._told.is_set():
                return
            if self._clock() - begun >= STEADY_S:
                pause_s = FIRST_PAUSE_S
            LOG.warning("The worker %s ended (%s) and starts again in %g s.", self._name, how, pause_s)
            self._pause(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _run_once(self) -> str:
        """Start the child and wait for its end; how it ended."""
        try:
            with self._changing:
                if self._told.is_set():
                    return "told to stop"
                self._child = self._spawn()
        except OSError as error:
            return f"it could not start: {error.strerror or error}"
        with self._child as child:
            if self._log is not None and child.stdout is not None:
                for line in child.stdout:
                    self._write(self._log, line.decode(errors="replace").rstrip("\n"))
            return f"status {child.wait()}"

    @staticmethod
    def _write(log: RotatingFileHandler, line: str) -> None:
        """One line as the child said it; a full disk costs the line and not the worker."""
        log.handle(logging.LogRecord(LOG.name, logging.INFO, __file__, 0, line, None, None))

    def _spawn(self) -> subprocess.Popen[bytes]:
        # A session of its own, so that Ctrl-C in the terminal reaches the studio alone, which then ends the worker in peace.
        out, err = (None, None) if self._log is None else (subprocess.PIPE, subprocess.STDOUT)
        return subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=out, stderr=err, start_new_session=True, env=self._environment
        )


def follow_parent(platform: str = sys.platform) -> None:
    """Called first in the child: from now on it dies when its parent does, however that dies.

    On Linux the kernel sees to it, even in the middle of a computation; elsewhere, and for a parent that was dead already,
    the end of standard input does, which is a pipe that only the parent holds.
    """
    if platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=_await_end_of_input, name="parent", daemon=True).start()


def _await_end_of_input() -> None:
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os._exit(1)
