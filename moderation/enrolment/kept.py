"""The photographs of somebody who is enrolled: her references, which a change of them may take out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from moderation.desk.moves import Row
from moderation.enrolment.standing import Rows
from moderation.enrolment.together import angle_of
from moderation.examining.calibration import KnownFaces
from moderation.examining.templates import Floats

_KEPT = """
SELECT p.*, f.pose FROM photograph p JOIN standing_reference f ON f.id = p.id WHERE f.twin_id = ? ORDER BY p.added_at, p.id
"""


@dataclass(frozen=True)
class Kept:
    """One photograph that is a reference: its turn in degrees and its light; `leaves` when the open change takes it out."""

    id: str
    name: str
    sha256: str
    yaw: float
    light: str
    leaves: bool

    @property
    def words(self) -> str:
        """How she is held and lit in it."""
        return f"{angle_of(self.yaw)}, light {self.light}"


def kept_of(rows: Rows, twin_id: str) -> tuple[Kept, ...]:
    """The photographs by which a twin is known, in the order of handing in."""
    return tuple(_kept(row) for row in rows(_KEPT, [twin_id]))


def templates_of(known: KnownFaces, kept: tuple[Kept, ...]) -> Mapping[str, Floats]:
    """The templates of those that stay, by id; none of what the present face models have not measured."""
    staying = {one.id for one in kept if not one.leaves}
    return {one.reference_id: one.embedding for one in known.gallery.templates if one.reference_id in staying}


def _kept(row: Row) -> Kept:
    pose = json.loads(row["pose"])
    yaw, light = float(pose.get("yaw", 0)), str(pose.get("light", "even"))
    return Kept(row["id"], row["name"], row["sha256"], yaw, light, row["leaving_with"] is not None)
