"""Which posts are manned, and what each worker last said of itself; kept as files beside the database, which is not asked."""

import json
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from twin.jobs.posts import is_name, post_of

LATELY = timedelta(minutes=3)
"""A worker that died is started again within this time: until then its post counts, and what it could paint waits for it."""


@dataclass(frozen=True)
class Said:
    """What a worker last said: its name and process, since when it is there, what it does ('' when it waits), as of `at`.

    `gpu` is its GPU in words, `held` how it holds which painter's model; `unable` are the painters it has no room for. Times are
    ISO texts.
    """

    worker: str
    process_id: int
    since: str
    at: str
    gpu: str = ""
    uuid: str = ""
    doing: str = ""
    held: Mapping[str, str] | None = None
    unable: tuple[str, ...] = ()


@dataclass(frozen=True)
class Seen:
    """A post as others see it: whether a worker holds it now, and what its worker last said, if anything."""

    post: str
    manned: bool
    said: Said | None


class Roster:
    """Lock, log and last words of each post, in one folder.

    A lock is held by the kernel for as long as its process lives, so nobody counts who is not there.
    """

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder, self.clock = folder, clock

    def lock(self, post: str) -> FileLock:
        """The lock of a post, not yet taken."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileLock(self._folder / f"{post}.lock")

    def log(self, post: str) -> Path:
        """Where the output of a post's worker goes."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._folder / f"{post}.log"

    def say(self, post: str, said: Said) -> None:
        """Put down what a worker says of itself; it carries the time of this moment."""
        draft = self._folder / f".{post}.{os.getpid()}"
        told = replace(said, at=self.clock().isoformat(timespec="microseconds"))
        draft.write_text(json.dumps(asdict(told)), encoding="utf-8")
        draft.replace(self._folder / f"{post}.json")

    def seen(self) -> list[Seen]:
        """Every post that ever had a worker here, by name."""
        names = sorted(path.stem for path in self._folder.glob("*.lock") if is_name(path.stem))
        return [Seen(name, self._is_held(name), self._said(name)) for name in names]

    def held(self) -> dict[str, Mapping[str, str]]:
        """How living workers hold which painter's model, by the GPU's UUID."""
        told = [one.said for one in self.seen() if one.manned and one.said is not None]
        return {said.uuid: said.held for said in told if said.uuid and said.held}

    def somebody_paints(self, painter: str, but: str) -> bool:
        """Whether another post has room for a painter: one that is manned, or was a moment ago."""
        since = (self.clock() - LATELY).isoformat(timespec="microseconds")
        return any(
            one.post != but and one.said is not None and painter not in one.said.unable and (one.manned or one.said.at >= since)
            for one in self.seen()
        )

    @contextmanager
    def vacant(self, workers: Collection[str], own: str) -> Iterator[list[str]]:
        """Those of the named workers that are gone for certain; nobody takes their posts meanwhile.

        `own` is the post that the caller holds: whoever else was there is gone.
        """
        with ExitStack() as held:
            free = {post for post in {post_of(one) for one in workers} if post == own or self._taken(post, held)}
            yield [one for one in workers if post_of(one) in free]

    def _taken(self, post: str, held: ExitStack) -> bool:
        """Whether nobody is at a post; it is then kept free until `held` is left."""
        if not is_name(post) or not (self._folder / f"{post}.lock").exists():
            return True
        try:
            held.enter_context(self.lock(post).acquire(blocking=False))
        except Timeout:
            return False
        return True

    def _is_held(self, post: str) -> bool:
        with ExitStack() as held:
            return not self._taken(post, held)

    def _said(self, post: str) -> Said | None:
        try:
            told = json.loads((self._folder / f"{post}.json").read_text(encoding="utf-8"))
            return Said(**{**told, "unable": tuple(told["unable"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None
