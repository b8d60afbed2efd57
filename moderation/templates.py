"""The faces of the twins as the recogniser measures them: taken from their references, kept per pack, and compared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from moderation.errors import BadImage

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

NEAREST = 6
"""A distance is the mean over so many nearest templates: one alone is decided by a chance likeness of pose or light."""


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


class MeasuredFace(Protocol):
    """What a reader sees of one face."""

    @property
    def landmarks(self) -> Floats: ...
    @property
    def template(self) -> Floats: ...


class Reader(Protocol):
    """A face reader that can measure a face again in another light of the same pose."""

    def read(self, picture: Picture) -> Sequence[MeasuredFace]: ...
    def template(self, picture: Picture, landmarks: Floats) -> Floats: ...


def measured(reader: Reader, pictures: Iterable[ReferencePicture]) -> Iterator[Template]:
    """The template of every picture; the face is looked for in a reference's first light and taken from there in the others.

    Pictures of one reference follow one another. Raises BadImage when a reference does not show exactly one face.
    """
    for reference_id, lights in groupby(pictures, key=lambda one: one.reference_id):
        landmarks: Floats | None = None
        for one in lights:
            if landmarks is None:
                faces = reader.read(one.picture)
                if len(faces) != 1:
                    raise BadImage(f"The reference {reference_id} shows {len(faces)} faces; a reference shows exactly one.")
                landmarks, embedding = faces[0].landmarks, faces[0].template
            else:
                embedding = reader.template(one.picture, landmarks)
            yield Template(reference_id, one.twin_id, one.light, embedding)


@dataclass(frozen=True)
class Gallery:
    """The templates of all twins that are known, to measure how far a face is from each of them."""

    templates: tuple[Template, ...]

    @property
    def twin_ids(self) -> tuple[str, ...]:
        """Everybody in it, in order of name."""
        return tuple(sorted({template.twin_id for template in self.templates}))

    def distances(self, embedding: Floats, without: str = "") -> Mapping[str, float]:
        """{twin: distance} of a face, leaving one reference out; twins that have no other template are left out too."""
        kept = [template for template in self.templates if template.reference_id != without]
        if not kept:
            return {}
        lengths = np.linalg.norm(np.stack([template.embedding for template in kept]) - embedding, axis=1)
        owners = np.array([template.twin_id for template in kept])
        return {str(twin_id): float(np.sort(lengths[owners == twin_id])[:NEAREST].mean()) for twin_id in np.unique(owners)}

    def nearest_reference(self, embedding: Floats, twin_id: str) -> str:
        """The id of her reference whose template is nearest; raises KeyError for a twin without any."""
        own = [template for template in self.templates if template.twin_id == twin_id]
        if not own:
            raise KeyError(twin_id)
        return min(own, key=lambda template: float(np.linalg.norm(template.embedding - embedding))).reference_id
