"""The faces of the twins as the recogniser measures them: taken from their references and compared with a face."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from moderation.errors import BadImage

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

NEAREST = 6
"""A distance is the mean over so many nearest templates: one alone is decided by a chance likeness of pose or light."""
HALF_TRUSTED = 64
"""With so many references what varies within a person is believed by half; with fewer the plain distance counts for more."""


@dataclass(frozen=True)
class ReferencePicture:
    """One reference as a picture (h, w, 3) sRGB in one light; `sha256` is that of the reference itself, whatever the light."""

    reference_id: str
    twin_id: str
    light: str
    sha256: str
    picture: Picture


@dataclass(frozen=True)
class Template:
    """One reference in one light as the recogniser sees it: a (d,) float32 embedding, compared by L2."""

    reference_id: str
    twin_id: str
    light: str
    embedding: Floats

    def __post_init__(self) -> None:
        """Raises ValueError for what is no finite vector: it would match anybody or nobody."""
        if self.embedding.ndim != 1 or not np.isfinite(self.embedding).all():
            raise ValueError(f"The template of reference {self.reference_id} is no vector of numbers.")


@dataclass(frozen=True)
class Outline:
    """One reference as a grey head in a fixed place, by which a copy of it is known; `canvas` is (224, 224) uint8."""

    reference_id: str
    twin_id: str
    canvas: NDArray[np.uint8]


class MeasuredFace(Protocol):
    """What a reader sees of one face: five points (5, 2) in pixels and a template (d,)."""

    @property
    def landmarks(self) -> Floats: ...
    @property
    def template(self) -> Floats: ...


class Reader(Protocol):
    """A face reader that can measure a face again in another light of the same pose."""

    def read(self, picture: Picture) -> Sequence[MeasuredFace]:
        """Every face, largest first."""
        ...

    def template(self, picture: Picture, landmarks: Floats) -> Floats:
        """The template of the face with these five points."""
        ...


class PlaceHead(Protocol):
    """Brings the head of a picture to its fixed place."""

    def __call__(self, picture: Picture, landmarks: Floats) -> NDArray[np.uint8]:
        """The grey canvas."""
        ...


def measured(
    reader: Reader, place: PlaceHead, pictures: Iterable[ReferencePicture]
) -> Iterator[tuple[Outline, tuple[Template, ...]]]:
    """Outline and templates of every reference; the face is looked for in the first light and taken from there in the others.

    Pictures of one reference follow one another. Raises BadImage when a reference does not show exactly one face.
    """
    for reference_id, group in groupby(pictures, key=lambda one: one.reference_id):
        first, *others = group
        faces = reader.read(first.picture)
        if len(faces) != 1:
            raise BadImage(f"The reference {reference_id} shows {len(faces)} faces; a reference shows exactly one.")
        points = faces[0].landmarks
        seen = [(first.light, faces[0].template), *((one.light, reader.template(one.picture, points)) for one in others)]
        yield (
            Outline(reference_id, first.twin_id, place(first.picture, points)),
            tuple(Template(reference_id, first.twin_id, light, embedding) for light, embedding in seen),
        )


@dataclass(frozen=True)
class Gallery:
    """The templates of all twins that are known, to measure how far a face is from each of them."""

    templates: tuple[Template, ...]

    @cached_property
    def _rows(self) -> tuple[Floats, NDArray[np.str_], NDArray[np.str_]]:
        embeddings = np.stack([template.embedding for template in self.templates])
        owners = np.array([template.twin_id for template in self.templates])
        return embeddings, owners, np.array([template.reference_id for template in self.templates])

    @property
    def twin_ids(self) -> tuple[str, ...]:
        """Everybody in it, in order of name."""
        return tuple(sorted({template.twin_id for template in self.templates}))

    def references_of(self, twin_id: str) -> frozenset[str]:
        """The references a twin is known by."""
        return frozenset(template.reference_id for template in self.templates if template.twin_id == twin_id)

    def distances(self, embedding: Floats, without: str = "") -> Mapping[str, float]:
        """{twin: mean L2 to her nearest templates}, leaving one reference out; twins with nothing else are left out too."""
        return self._by_twin(without, lambda own: np.sort(np.linalg.norm(own - embedding, axis=1))[:NEAREST].mean())

    def from_centres(self, embedding: Floats, without: str = "") -> Mapping[str, float]:
        """{twin: L2 to the mean of her templates}, leaving one reference out."""
        return self._by_twin(without, lambda own: np.linalg.norm(own.mean(axis=0) - embedding))

    def in_contrast(self, embedding: Floats, without: str = "") -> Mapping[str, float]:
        """{twin: mean distance to her nearest templates}, leaving one reference out: what tells twins from one another best.

        Directions in which pictures of one person differ (pose, light) count less, as in within-class covariance normalisation
        (Hatch et al., Interspeech 2006), shrunk towards plain L2.
        """
        if not self.templates:
            return {}
        weighed = self._weights(without)
        return self._by_twin(without, lambda own: np.sort(np.linalg.norm((own - embedding) @ weighed, axis=1))[:NEAREST].mean())

    def from_centres_in_contrast(self, embedding: Floats, without: str = "") -> Mapping[str, float]:
        """{twin: distance to the mean of her templates}, leaving one reference out, directions weighed as in `in_contrast`."""
        if not self.templates:
            return {}
        weighed = self.weights(without)
        return self._by_twin(without, lambda own: np.linalg.norm((own.mean(axis=0) - embedding) @ weighed))

    def weights(self, without: str = "") -> NDArray[np.float64]:
        """The matrix (d, d) by which `in_contrast` weighs directions; the same object as long as the templates are."""
        return self._weights(without)

    def _weights(self, without: str) -> NDArray[np.float64]:
        """The matrix (d, d) that evens out what varies within a person; without templates to tell it is the identity."""
        if without not in self._weighed:
            embeddings, owners, references = self._rows
            kept = references != without
            self._weighed[without] = _evening(embeddings[kept], owners[kept], len(set(references[kept])))
        return self._weighed[without]

    @cached_property
    def _weighed(self) -> dict[str, NDArray[np.float64]]:
        return {}

    def _by_twin(self, without: str, measure: "Measure") -> Mapping[str, float]:
        if not self.templates:
            return {}
        embeddings, owners, references = self._rows
        kept = references != without
        return {str(twin): float(measure(embeddings[kept & (owners == twin)])) for twin in np.unique(owners[kept])}

    def nearest_references(self, embedding: Floats, twin_id: str) -> Mapping[str, float]:
        """{reference: L2 to its nearest template} of one twin, the nearest first; empty for a twin without any."""
        found: dict[str, float] = {}
        for template in self.templates:
            if template.twin_id == twin_id:
                length = float(np.linalg.norm(template.embedding - embedding))
                found[template.reference_id] = min(length, found.get(template.reference_id, length))
        return dict(sorted(found.items(), key=lambda one: one[1]))


def _evening(embeddings: Floats, owners: NDArray[np.str_], references: int) -> NDArray[np.float64]:
    """The inverse root of the scatter (d, d) of embeddings (n, d) about their owners' means, shrunk towards an even one."""
    size = embeddings.shape[1]
    if not len(embeddings):  # the one reference there is, left out
        return np.eye(size)
    means = {owner: embeddings[owners == owner].mean(axis=0) for owner in np.unique(owners)}
    apart = embeddings.astype(np.float64) - np.stack([means[owner] for owner in owners])
    scatter = apart.T @ apart
    even = float(np.trace(scatter)) / size
    if not even > 0:
        return np.eye(size)
    trusted = references / (references + HALF_TRUSTED)
    values, vectors = np.linalg.eigh(trusted * scatter / even + (1 - trusted) * np.eye(size))
    return np.asarray((vectors / np.sqrt(values)) @ vectors.T, np.float64)


class Measure(Protocol):
    """A distance from one twin's templates (n, d)."""

    def __call__(self, own: Floats, /) -> np.floating: ...


def margin(distances: Mapping[str, float], twin_id: str) -> float | None:
    """How much farther the nearest other twin is; negative when another one is nearer, None when there is no other."""
    others = [distance for other, distance in distances.items() if other != twin_id]
    return min(others) - distances[twin_id] if others and twin_id in distances else None
