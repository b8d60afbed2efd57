"""Tries the shipped blend detector on pictures that it never learned from, and sets its limits by others."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from moderation.faces.chip import Picture, Points
from moderation.safeguards.blend import CARD, BlendModel, read_card
from moderation.safeguards.exhibit import SMALLEST_FACE, SeenFace
from moderation.safeguards.manipulation import ManipulationLimits
from moderation.safeguards.trial import Row, Score, Subject, limits_from, tried, untouched_scores


class ReadsFaces(Protocol):
    """Finds the faces of a picture, largest first."""

    def read(self, picture: Picture) -> Sequence[SeenFace]: ...


@dataclass(frozen=True)
class Untouched:
    """A picture (h, w, 3) that nobody blended: its name, whose it is, and the group it is counted in."""

    name: str
    person: str
    group: str
    picture: Picture


@dataclass(frozen=True)
class Report:
    """What a trial found: the model by its hash, its limits, the rows, and which pictures showed no face to examine."""

    sha256: str
    limits: ManipulationLimits
    rows: tuple[Row, ...]
    faceless: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, with rounded numbers."""
        return {
            "model_sha256": self.sha256,
            "refer": self.limits.refer,
            "block": self.limits.block,
            "rows": [row.as_json() for row in self.rows],
            "without_a_face": list(self.faceless),
        }

    def lines(self) -> list[str]:
        """The rows for people, and the table that the model card shows."""
        head = f"Model {self.sha256[:12]}, limits: refer {self.limits.refer:.3f}, block {self.limits.block:.3f}."
        skipped = [f"Without a face that is large enough, so left out: {len(self.faceless)}."] if self.faceless else []
        return [head, *(row.sentence() for row in self.rows), *skipped]


def subjects_of(reader: ReadsFaces, pictures: Iterable[Untouched]) -> tuple[list[Subject], list[str]]:
    """Those whose largest face can be judged, with its points; and the names of the others."""
    subjects, faceless = [], []
    for one in pictures:
        faces = [face for face in reader.read(one.picture) if face.side >= SMALLEST_FACE]
        if faces:
            subjects.append(Subject(one.name, one.person, one.group, one.picture, faces[0].landmarks))
        else:
            faceless.append(one.name)
    return subjects, faceless


def tried_on(folder: Path, reader: ReadsFaces, pictures: Iterable[Untouched], threads: int = 1) -> Report:
    """Forge the pictures, score all, and count. Raises PackRefused when the model cannot be used."""
    card = read_card(folder)
    subjects, faceless = subjects_of(reader, pictures)
    rows = tried(subjects, _score(BlendModel(card, threads)), card.limits)
    return Report(card.sha256, card.limits, tuple(rows), tuple(faceless))


def set_limits(folder: Path, reader: ReadsFaces, pictures: Iterable[Untouched], threads: int = 1) -> ManipulationLimits:
    """Set the limits in the folder's card by these untouched pictures in every wear. Raises PackRefused, OSError, ValueError."""
    card = read_card(folder)
    subjects, _ = subjects_of(reader, pictures)
    limits = limits_from(untouched_scores(subjects, _score(BlendModel(card, threads))).values())
    told = json.loads((folder / CARD).read_text(encoding="utf-8"))
    told |= {"refer": limits.refer, "block": limits.block}
    (folder / CARD).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return limits


def _score(model: BlendModel) -> Score:
    around: Callable[[Picture, Points], Any] = model.around
    return lambda picture, points: float(around(picture, points).score)
