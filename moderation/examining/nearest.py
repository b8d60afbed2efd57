"""Searches a list of faces exactly: every face in it is compared, whatever the list's size."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Matrix = NDArray[np.float64]

CANDIDATES = 16
"""How many of the quick search are measured again in full precision."""


class NearestFace:
    """Templates (n, d) with the id of the person behind each; compared by L2.

    The quick search is one matrix product, |a|² + |b|² − 2ab, off by about 1e-6 of the squares; the nearest of it are measured
    again from their differences, so that the answer is that of the plain search over all.
    """

    def __init__(self, ids: Sequence[str], templates: Floats) -> None:
        """Raises ValueError unless there is one finite row for each id."""
        if templates.ndim != 2 or len(ids) != len(templates) or not np.isfinite(templates).all():
            raise ValueError("A list of faces has one row of numbers for each person.")
        self._ids = tuple(ids)
        self._templates = np.ascontiguousarray(templates, np.float32)
        self._squares = np.einsum("nd,nd->n", self._templates, self._templates)
        self._weighed: tuple[Matrix, Self] | None = None

    def __len__(self) -> int:
        """How many templates are searched."""
        return len(self._ids)

    def to(self, template: Floats) -> tuple[float, str]:
        """The L2 to the nearest template and whose it is; raises ValueError on an empty list or a template that is no number."""
        if not self._ids or not np.isfinite(template).all():
            raise ValueError("There is nothing to compare.")
        quick = self._squares - 2.0 * (self._templates @ template.astype(np.float32))
        near = np.argpartition(quick, min(CANDIDATES, len(quick)) - 1)[:CANDIDATES]
        exact = np.linalg.norm(self._templates[near].astype(np.float64) - template.astype(np.float64), axis=1)
        best = int(exact.argmin())
        return float(exact[best]), self._ids[int(near[best])]

    def distance(self, template: Floats, person_id: str) -> float:
        """The L2 to the template of one person; raises ValueError for somebody who is not on the list."""
        return float(np.linalg.norm(self._templates[self._ids.index(person_id)].astype(np.float64) - template))

    def weighed(self, weights: Matrix) -> Self:
        """The same list with every template multiplied by a matrix (d, d); kept as long as the same matrix is asked for."""
        if self._weighed is None or self._weighed[0] is not weights:
            self._weighed = (weights, type(self)(self._ids, (self._templates @ weights).astype(np.float32)))
        return self._weighed[1]
