"""What one worker tells others of itself, and what it leaves to them because its GPU has no room for it."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from twin.jobs.posts import Post
from twin.jobs.roster import LATELY, Roster, Said

TOLD_EVERY = timedelta(seconds=30)


class Engines(Protocol):
    """What paints in this process, as far as others need to know."""

    def held(self) -> Mapping[str, str]:
        """How the model of each painter that is warm is held, by the painter's name."""
        ...

    def without_room(self) -> Collection[str]:
        """The painters that need a GPU and find no room on this process's."""
        ...


class NoEngines:
    """For a worker whose painters need nothing."""

    def held(self) -> Mapping[str, str]:
        """None."""
        return {}

    def without_room(self) -> Collection[str]:
        """None."""
        return ()


class Presence:
    """A worker's line in the roster, written when something changed and every half minute."""

    def __init__(self, post: Post, roster: Roster, clock: Callable[[], datetime], engines: Engines | None) -> None:
        self._post, self._roster, self._clock = post, roster, clock
        self._engines = engines or NoEngines()
        self._since = clock()
        gpu, uuid = (post.gpu.title, post.gpu.uuid) if post.gpu else ("", "")
        now = self._since.isoformat(timespec="microseconds")
        self._said = Said(post.worker(os.getpid()), os.getpid(), now, "", gpu, uuid)
        self._at: datetime | None = None

    def say(self, doing: str = "") -> None:
        """Tell what this worker does now."""
        self._tell(replace(self._said, doing=doing, held=dict(self._engines.held())))

    def leaves_to_others(self) -> frozenset[str]:
        """The painters that find no room here while another post has room for them.

        A painter that nobody has room for is not left to anybody, so that whoever ordered is told why; but a worker that has
        just come cannot know who else there is.
        """
        if self._post.gpu is None:
            return frozenset()
        unable = frozenset(self._engines.without_room())
        self._tell(replace(self._said, unable=tuple(sorted(unable))))
        is_new = self._clock() - self._since < LATELY
        return frozenset(one for one in unable if is_new or self._roster.somebody_paints(one, self._post.name))

    def _tell(self, said: Said) -> None:
        now = self._clock()
        if said != self._said or self._at is None or now - self._at >= TOLD_EVERY:
            self._roster.say(self._post.name, said)
            self._said, self._at = said, now
