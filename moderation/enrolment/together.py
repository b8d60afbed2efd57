"""The photographs of an enrolment beside each other: who does not fit in, and what is there twice."""

from collections.abc import Mapping, Sequence

import numpy as np

from moderation.enrolment.photograph import Measured, Reason
from moderation.examining.templates import Floats
from moderation.safeguards.copied import ALIKE, SAME

FEWEST, MOST = 8, 30
"""Photographs that enrol somebody; more than the most tell nothing new."""
NEIGHBOURS = 3
FAR, FOREIGN = 0.40, 0.55
"""Mean distance to the three nearest others, in dlib's L2. Among 12 renders of one person and one of somebody else the stranger
lay beyond 0.40 in 98 of 100 draws, and one of her own in 11 (about one photograph in a hundred, nearly always one on which the
five points were not found); beyond 0.55 in 7 of 10."""
UNIT_FAR, UNIT_FOREIGN = 1.05, 1.20
"""The same for packs whose templates have length 1: cosines of 0.45 and 0.28, between what such packs call one person and two."""
FEWEST_TO_COMPARE = 4


def beside_each_other(
    photographs: Mapping[str, Measured], fit: Sequence[str], names: Mapping[str, str], standing: Mapping[str, Floats]
) -> dict[str, list[Reason]]:
    """{photograph: reasons} that only the set tells; `fit` are those with nothing stopping against them by themselves, `names`
    what each file is called, `standing` the templates of photographs by which she is known already.

    A copy counts against the later of two. The most of those that fit are taken for her; with fewer than four nobody is named.
    """
    found: dict[str, list[Reason]] = {name: [] for name in photographs}
    for name, measured in photographs.items():
        if measured.copy_of in photographs or measured.copy_of in standing:
            other = names.get(str(measured.copy_of), "another one")
            same = measured.copy_fit >= SAME
            words = f"This is the same photograph as {other}" if same else f"This is nearly the same photograph as {other}"
            found[name].append(Reason("copy", f"{words} ({measured.copy_fit:.2f}; limit {ALIKE:.2f}).", True))
    distinct = [name for name in fit if not found[name]]
    for name, far in _distances(photographs, distinct, standing).items():
        limit, foreign = _limits(photographs[name])
        if far > foreign:
            words = f"The face is measured as another person's than that of the other photographs ({far:.2f}; limit {limit:.2f})."
            found[name].append(Reason("foreign", words, True))
        elif far > limit:
            words = f"The face is too far from those of the other photographs to be surely hers ({far:.2f}; limit {limit:.2f})."
            found[name].append(Reason("foreign", words, True))
    return found


def _distances(photographs: Mapping[str, Measured], names: Sequence[str], standing: Mapping[str, Floats]) -> dict[str, float]:
    """Of each the mean distance to its nearest among those that fit or stand, whether it fits itself or not."""
    if len(names) + len(standing) < FEWEST_TO_COMPARE:
        return {}
    found = {}
    for name, measured in photographs.items():
        others = np.stack([*(photographs[other].template for other in names if other != name), *standing.values()])
        if others.shape[1] == measured.template.size:
            found[name] = float(np.sort(np.linalg.norm(others - measured.template, axis=1))[:NEIGHBOURS].mean())
    return found


def _limits(measured: Measured) -> tuple[float, float]:
    unit = abs(float(np.linalg.norm(measured.template)) - 1) < 1e-3
    return (UNIT_FAR, UNIT_FOREIGN) if unit else (FAR, FOREIGN)
