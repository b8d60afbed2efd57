"""How often a blend detector is right: forged pictures beside untouched ones, as they are and after what befalls pictures."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from moderation.faces.chip import Picture, Points, similarity
from moderation.safeguards.forging import FORGERIES, Whose
from moderation.safeguards.head import square_around
from moderation.safeguards.manipulation import ManipulationLimits

Score = Callable[[Picture, Points], float]
"""How sure a model is, 0..1, that the face with these five points was blended into the picture."""
Floats = NDArray[np.float64]

REFERRED_AT_MOST = 0.01
"""The part of untouched pictures that the limit for a person to look is set to refer: a third of what is allowed."""
CONFIDENCE = 1.96


@dataclass(frozen=True)
class Subject:
    """An untouched picture (h, w, 3) with the five points (5, 2) of its face, whose it is, and the group it is counted in.

    Names `<negative>@<number>` are of one negative in several lights.
    """

    name: str
    person: str
    group: str
    picture: Picture
    points: Points

    @property
    def negative(self) -> str:
        """What the picture was developed from; its own name where nothing is known of that."""
        return self.name.rpartition("@")[0] or self.name


def jpeg(quality: int) -> Callable[[Picture, Points], tuple[Picture, Points]]:
    """Compressed as JPEG and decoded again."""

    def compress(picture: Picture, points: Points) -> tuple[Picture, Points]:
        _, content = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        decoded = np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)
        return np.ascontiguousarray(decoded[..., ::-1]), points

    return compress


def resized(share: float) -> Callable[[Picture, Points], tuple[Picture, Points]]:
    """Enlarged or reduced."""

    def resize(picture: Picture, points: Points) -> tuple[Picture, Points]:
        how = cv2.INTER_AREA if share < 1 else cv2.INTER_CUBIC
        changed = np.asarray(cv2.resize(picture, None, fx=share, fy=share, interpolation=how), np.uint8)
        return changed, (points * np.float32(share)).astype(np.float32)

    return resize


def cropped(picture: Picture, points: Points) -> tuple[Picture, Points]:
    """Cut to the head, closer than the safeguard's own square."""
    square, (height, width) = square_around(points, margin=1.9), picture.shape[:2]
    left, top = max(0, round(square.left)), max(0, round(square.top))
    right, bottom = min(width, round(square.box[2])), min(height, round(square.box[3]))
    return np.ascontiguousarray(picture[top:bottom, left:right]), points - np.array([left, top], np.float32)


WEAR: Mapping[str, Callable[[Picture, Points], tuple[Picture, Points]]] = {
    "as it is": lambda picture, points: (picture, points),
    "JPEG 95": jpeg(95),
    "JPEG 90": jpeg(90),
    "JPEG 75": jpeg(75),
    "JPEG 60": jpeg(60),
    "reduced to 0.6": resized(0.6),
    "enlarged to 1.5": resized(1.5),
    "cropped": cropped,
}
FORGED_WEAR = ("as it is", "JPEG 75", "reduced to 0.6")


@dataclass(frozen=True)
class Row:
    """One line: what was asked (`forgery` None for untouched), of how many, and what came out of it.

    `auc` is against the untouched pictures of the same group in the same wear; the shares are those that the limits refer
    (or block) and block. `at_most` is the upper end of the 95 % interval (Wilson) of the referred share.
    """

    group: str
    forgery: str | None
    wear: str
    count: int
    auc: float | None
    referred: float
    at_most: float
    blocked: float

    def as_json(self) -> dict[str, Any]:
        """All fields, rounded."""
        return {name: round(value, 4) if isinstance(value, float) else value for name, value in vars(self).items()}

    def sentence(self) -> str:
        """The row for people."""
        ranked = f"AUC {self.auc:.3f}, " if self.auc is not None else ""
        shares = f"referred {self.referred:.1%} (at most {self.at_most:.1%}), of these blocked {self.blocked:.1%}"
        return f"{self.group}, {self.forgery or 'untouched'}, {self.wear}: {ranked}{shares}, of {self.count}"


def tried(subjects: Sequence[Subject], score: Score, limits: ManipulationLimits) -> list[Row]:
    """Every group untouched in each wear, and every forgery in some."""
    groups = {group: [one for one in subjects if one.group == group] for group in dict.fromkeys(one.group for one in subjects)}
    rows = []
    for group, members in groups.items():
        plain = untouched_scores(members, score)
        rows += [_row(group, None, wear, scores, None, limits) for wear, scores in plain.items()]
        for forgery in FORGERIES:
            forged = list(forged_subjects(members, forgery))
            for wear in FORGED_WEAR if forged else ():
                scores = np.array([score(*WEAR[wear](one.picture, one.points)) for one in forged])
                rows.append(_row(group, forgery, wear, scores, auc(plain[wear], scores), limits))
    return rows


def untouched_scores(subjects: Sequence[Subject], score: Score) -> dict[str, Floats]:
    """The scores (n,) of untouched pictures in each wear."""
    return {
        name: np.array([score(*wear(one.picture, one.points)) for one in subjects], np.float64) for name, wear in WEAR.items()
    }


def forged_subjects(subjects: Sequence[Subject], forgery: str) -> Iterator[Subject]:
    """Each picture with another face in it, of those that may be taken the one held most alike."""
    forge, whose = FORGERIES[forgery]
    for one in subjects:
        others = lent(one, subjects, whose)
        if others:
            other = min(others, key=lambda other: held_apart(one.points, other.points))
            yield Subject(
                one.name, one.person, one.group, forge(one.picture, one.points, other.picture, other.points), one.points
            )


def lent(one: Subject, subjects: Sequence[Subject], whose: Whose) -> list[Subject]:
    """The pictures whose face may be laid into one; where there is no other of hers, somebody else's."""
    if whose is Whose.RELIT:
        return [other for other in subjects if other.negative == one.negative and other.name != one.name]
    hers = [other for other in subjects if other.person == one.person and other.negative != one.negative]
    if whose is Whose.HER_OWN and hers:
        return hers
    return [other for other in subjects if other.person != one.person]


def held_apart(points: Points, others: Points) -> float:
    """How differently two faces are held: what turn, scale and shift leave between their points, in parts of their size."""
    here, there = points.astype(np.float64), others.astype(np.float64)
    fit = similarity(there, here)
    left = here - (there @ fit[:, :2].T + fit[:, 2])
    return float(np.sqrt((left**2).sum() / ((here - here.mean(axis=0)) ** 2).sum()))


def auc(untouched: Floats, forged: Floats) -> float:
    """How often a forged picture scores above an untouched one, ties counted half."""
    above = (forged[:, None] > untouched[None]).mean()
    return float(above + 0.5 * (forged[:, None] == untouched[None]).mean())


def limits_from(scores: Iterable[Floats]) -> ManipulationLimits:
    """Limits by untouched pictures alone: beyond the first lies `REFERRED_AT_MOST` of them, beyond the second none by far.

    Raises ValueError without scores.
    """
    known = np.sort(np.concatenate(list(scores)))
    if not len(known):
        raise ValueError("Limits are set by the scores of untouched pictures, and there are none.")
    refer = float(np.clip(np.quantile(known, 1 - REFERRED_AT_MOST), 0.01, 0.99))
    highest = float(known[-1])
    return ManipulationLimits(round(refer, 4), round(max(refer, highest + (1 - highest) / 2), 4))


def upper_end(share: float, count: int) -> float:
    """The upper end of Wilson's 95 % interval of a share of so many."""
    square = CONFIDENCE**2 / count
    middle = share + square / 2
    spread = CONFIDENCE * float(np.sqrt(share * (1 - share) / count + square / (4 * count)))
    return min(1.0, (middle + spread) / (1 + square))


def _row(group: str, forgery: str | None, wear: str, scores: Floats, ranked: float | None, limits: ManipulationLimits) -> Row:
    referred = float((scores >= limits.refer).mean())
    return Row(
        group,
        forgery,
        wear,
        len(scores),
        ranked,
        referred,
        upper_end(referred, len(scores)),
        float((scores >= limits.block).mean()),
    )
