"""The workers of a studio as a whole: one process at each post, and what is told of each."""

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

from twin.jobs.posts import Post
from twin.jobs.roster import Roster, Seen
from twin.jobs.supervisor import GRACE_S, Supervisor

DOES = {"paint": "paints", "examine": "examines"}


class Crew:
    """Keeps a worker's process at each post; one that dies is started again, and the others never notice."""

    def __init__(self, supervisors: Sequence[Supervisor]) -> None:
        self.supervisors = tuple(supervisors)

    @classmethod
    def of(cls, command: Sequence[str], manned: Sequence[Post], roster: Roster, environment: Mapping[str, str]) -> "Crew":
        """A crew whose every process runs `command --post NAME` and knows of its own GPU alone, with a log of its own."""
        return cls(
            [
                Supervisor(
                    [*command, "--post", post.name],
                    log=roster.log(post.name),
                    name=post.name,
                    environment=post.pinned(environment),
                )
                for post in manned
            ]
        )

    def start(self) -> None:
        """Start them all; returns at once."""
        for one in self.supervisors:
            one.start()

    def stop(self, grace_s: float = GRACE_S) -> None:
        """End them all at the same time, each after its present step or by force; returns when all are gone."""
        with ThreadPoolExecutor(max(1, len(self.supervisors))) as pool:
            list(pool.map(lambda one: one.stop(grace_s), self.supervisors))


@dataclass(frozen=True)
class Line:
    """One worker as people read of it: its post and GPU, what it does, since when, when it last spoke, and its log."""

    post: str
    gpu: str
    standing: str
    since: str
    at: str
    log: str


def lines(manned: Sequence[Post], roster: Roster) -> list[Line]:
    """Every post that is to be manned, and every other one that is, with what its worker said last."""
    seen = {one.post: one for one in roster.seen()}
    wanted = {post.name: post for post in manned}
    more = [name for name, one in seen.items() if one.manned and name not in wanted]
    return [_line(name, wanted.get(name), seen.get(name), roster) for name in (*wanted, *more)]


def _line(name: str, post: Post | None, seen: Seen | None, roster: Roster) -> Line:
    said = seen.said if seen else None
    there = seen is not None and seen.manned
    gpu = post.gpu.title if post and post.gpu else said.gpu if said else ""
    since, at = (said.since, said.at) if said else ("", "")
    return Line(
        name, gpu or "no GPU", _standing(seen) if there else "not running", since if there else "", at, str(roster.log(name))
    )


def _standing(seen: Seen | None) -> str:
    said = seen.said if seen else None
    if said is None:
        return "has just started"
    kind, _, image = said.doing.partition(" ")
    does = f"{DOES.get(kind, kind)} {image}" if image else "waits"
    held = [f"holds {name} in {mode}" for name, mode in sorted((said.held or {}).items())]
    short = [f"has no room for {', '.join(said.unable)}"] if said.unable else []
    return "; ".join([does, *held, *short])


def told(found: Sequence[Line], *, as_json: bool) -> str:
    """What the command line answers of the workers, for a program or for people."""
    if as_json:
        return json.dumps({"workers": [asdict(one) for one in found]}, indent=1)
    return "\n".join(
        f"{one.post}: {one.standing}; {one.gpu}; last heard of {one.at[:19] or 'never'}; log {one.log}" for one in found
    )
