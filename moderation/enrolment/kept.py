"""The photographs of somebody who is enrolled: her references, which a change of them may take out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moderation.desk.moves import Row
from moderation.enrolment.coverage import Seen
from moderation.enrolment.pose import Turn
from moderation.enrolment.standing import Rows
from moderation.examining.calibration import KnownFaces
from moderation.examining.templates import Floats

_KEPT = """
SELECT p.*, f.pose FROM photograph p JOIN standing_reference f ON f.id = p.id WHERE f.twin_id = ? ORDER BY p.added_at, p.id
"""


@dataclass(frozen=True)
class Kept:
    """One photograph that is a reference: how she is held and lit in it; `leaves` when the open change takes it out."""

    id: str
    name: str
    sha256: str
    turn: Turn
    light: str
    leaves: bool

    @property
    def words(self) -> str:
        """How she is held and lit in it."""
        return f"{self.turn.told}, light {self.light}"

    @property
    def seen(self) -> Seen:
        """Its place in the map."""
        return Seen(self.turn.yaw, self.light, self.turn.pitch)


def kept_of(rows: Rows, twin_id: str) -> tuple[Kept, ...]:
    """The photographs by which a twin is known, in the order of handing in."""
    return tuple(_kept(row) for row in rows(_KEPT, [twin_id]))


def templates_of(known: KnownFaces, kept: tuple[Kept, ...]) -> Mapping[str, Floats]:
    """The templates of those that stay, by id; none of what the present face models have not measured."""
    staying = {one.id for one in kept if not one.leaves}
    return {one.reference_id: one.embedding for one in known.gallery.templates if one.reference_id in staying}


def seen_in(pose: Mapping[str, Any]) -> Seen:
    """The place in the map of a reference whose row holds this pose."""
    pitch = pose.get("pitch")
    return Seen(float(pose.get("yaw", 0)), str(pose.get("light", "even")), None if pitch is None else float(pitch))


def _kept(row: Row) -> Kept:
    pose = json.loads(row["pose"])
    seen = seen_in(pose)
    turn = Turn(seen.yaw, float(pose.get("roll", 0)), seen.pitch)
    return Kept(row["id"], row["name"], row["sha256"], turn, seen.light, row["leaving_with"] is not None)
