"""Sums up what was measured into figures, each beside the exact render's and the nearest plate's, with what is wanted of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy.stats import binomtest

from twin.painters.shots import Closeness, Cover, Seeds, Shot
from twin.painters.sitting import MAKERS

CLEAR_SIDE = 0.1
"""By how much, in parts of their sum, the halves of the exact face must differ before a brighter side is asked for."""
CLEAR_WARMTH = 5.0
"""By how much b* of the exact face must differ between two looks before an order is asked for."""
POINTS = 0.02
SEAM = 1.5
"""Decibels at the block pitch beyond the exact render's: what steps of one grey level at every block's border add."""


@dataclass(frozen=True)
class Value:
    """A rate (0 to 1, with its 95 % interval by Wilson), a mean or a median over `n`."""

    value: float
    n: int
    interval: tuple[float, float] | None = None

    def as_json(self) -> dict[str, Any]:
        """Rounded to what an evaluation repeats."""
        interval = {} if self.interval is None else {"low": round(self.interval[0], 4), "high": round(self.interval[1], 4)}
        return {"value": round(self.value, 4), "n": self.n, **interval}


@dataclass(frozen=True)
class Figure:
    """One figure: `kind` is rate, mean or median; `wanted` says in words what is asked of it, `holds` whether it is so."""

    key: str
    title: str
    kind: str
    unit: str
    values: Mapping[str, Value]
    wanted: str = ""
    holds: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """For the command's answer."""
        told = {"title": self.title, "kind": self.kind, "unit": self.unit, "wanted": self.wanted, "holds": self.holds}
        return {**told, **{maker: value.as_json() for maker, value in self.values.items()}}


def rate(answers: Iterable[bool]) -> Value | None:
    """How often the answer is yes; None without any."""
    given = list(answers)
    if not given:
        return None
    found = binomtest(sum(given), len(given)).proportion_ci(0.95, method="wilson")
    return Value(sum(given) / len(given), len(given), (float(found.low), float(found.high)))


def mean(numbers: Iterable[float | None]) -> Value | None:
    """The mean of what is there; None without anything."""
    there = [number for number in numbers if number is not None]
    return Value(float(np.mean(there)), len(there)) if there else None


def median(numbers: Iterable[float | None]) -> Value | None:
    """The median of what is there; None without anything."""
    there = [number for number in numbers if number is not None]
    return Value(float(np.median(there)), len(there)) if there else None


def figures_of(shots: Sequence[Shot], covers: Sequence[Cover], seeds: Sequence[Seeds]) -> list[Figure]:
    """Every figure that something was measured for."""
    every = [*identity(shots), *closenesses(shots), *control(shots), *masks(covers), *chance(seeds)]
    return [figure for figure in every if "painted" in figure.values]


def identity(shots: Sequence[Shot]) -> list[Figure]:
    """Is it she, as the recogniser sees it?"""
    one = _by_maker(shots, lambda hers: rate(shot.faces == 1 for shot in hers))
    accepted = _by_maker(shots, lambda hers: rate(shot.accepted for shot in hers))
    right = _by_maker(shots, lambda hers: rate(shot.right for shot in hers))
    own = _by_maker(shots, lambda hers: mean(shot.own for shot in hers))
    other = _by_maker(shots, lambda hers: mean(shot.other for shot in hers))
    near = f"exact − {100 * POINTS:.0f} points"
    return [
        Figure("one_face", "exactly one face found", "rate", "%", one, "≥ 99.5 %", _at_least(one, 0.995)),
        Figure("accepted", "accepted at her threshold", "rate", "%", accepted, f"≥ {near}", _as_exact(accepted)),
        Figure("nearest_right", "right twin nearest", "rate", "%", right, f"≥ {near}", _as_exact(right)),
        Figure("own_distance", "distance to herself (L2)", "mean", "", own),
        Figure("other_distance", "distance to the nearest other", "mean", "", other),
    ]


def closenesses(shots: Sequence[Shot]) -> list[Figure]:
    """How near is it to the exact render?"""

    def of(name: str, sum_up: Callable[[Iterable[float | None]], Value | None]) -> dict[str, Value]:
        near: dict[str, list[Closeness]] = {maker: [] for maker in MAKERS}
        for shot in shots:
            if shot.closeness is not None:
                near[shot.maker].append(shot.closeness)
        return _there({maker: sum_up(getattr(one, name) for one in these) for maker, these in near.items()})

    psnr, ssim, inside = of("psnr", mean), of("ssim", mean), of("fine_inside", median)
    peak = _by_maker(shots, lambda hers: median(shot.peak for shot in hers))
    above = "above the nearest plate's"
    return [
        Figure("psnr", "PSNR", "mean", "dB", psnr, above, _above_nearest(psnr)),
        Figure("psnr_sitter", "PSNR on the sitter alone", "mean", "dB", of("psnr_sitter", mean)),
        Figure("ssim", "SSIM", "mean", "", ssim, above, _above_nearest(ssim)),
        Figure("fine_inside", "fine detail inside the figure", "median", "", inside, "0.8 to 1.1", _between(inside, 0.8, 1.1)),
        Figure("fine_head", "fine detail of head and hair", "median", "", of("fine_head", median)),
        Figure("fine", "fine detail of the whole picture", "median", "", of("fine", median)),
        Figure("pitch_peak", "peak at the block pitch", "median", "dB", peak, f"≤ exact + {SEAM}", _no_seam(peak)),
    ]


def control(shots: Sequence[Shot]) -> list[Figure]:
    """Did it come out as it was ordered?"""
    exact = {(shot.plate, shot.look): shot for shot in shots if shot.maker == "exact"}

    def turned(hers: Sequence[Shot]) -> Value | None:
        pairs = ((shot.turn, exact[shot.plate, shot.look].turn) for shot in hers)
        return median(abs(turn - wanted) for turn, wanted in pairs if turn is not None and wanted is not None)

    def sided(hers: Sequence[Shot]) -> Value | None:
        pairs = ((shot.side, exact[shot.plate, shot.look].side) for shot in hers)
        return rate(side * wanted > 0 for side, wanted in pairs if side is not None and wanted and abs(wanted) >= CLEAR_SIDE)

    backdrop = _by_maker(shots, lambda hers: median(shot.backdrop for shot in hers))
    garment = _by_maker(shots, lambda hers: median(shot.closeness.garment for shot in hers if shot.closeness))
    yaw, side, warmth = (
        _by_maker([shot for shot in shots if shot.maker != "exact"], told)
        for told in (turned, sided, lambda hers: rate(_warmth_orders(hers, exact)))
    )
    return [
        Figure("backdrop", "backdrop against the order, ΔE2000", "median", "", backdrop, "≤ 2", _at_most(backdrop, 2.0)),
        Figure("garment", "garment against the exact one, ΔE2000", "median", "", garment, "≤ 4", _at_most(garment, 4.0)),
        Figure("yaw", "turn of the head, error", "median", "°", yaw, "≤ 5°", _at_most(yaw, 5.0)),
        Figure("brighter_side", "brighter side right", "rate", "%", side, "≥ 99 %", _at_least(side, 0.99)),
        Figure("warmth_order", "order of warmth right", "rate", "%", warmth, "≥ 99 %", _at_least(warmth, 0.99)),
    ]


def masks(covers: Sequence[Cover]) -> list[Figure]:
    """Do the coverages lie where the exact ones lie?"""
    found = []
    for part, title in (("alpha", "coverage, IoU"), ("garment", "garment mask, IoU")):
        values = _there({m: mean(getattr(c, part) for c in covers if c.maker == m) for m in MAKERS})
        found.append(Figure(f"{part}_iou", title, "mean", "", values, "≥ 0.97", _at_least(values, 0.97)))
    return found


def chance(seeds: Sequence[Seeds]) -> list[Figure]:
    """Does the seed decide, and nothing else?"""
    differ = _there({"painted": rate(one.apart > 0 for one in seeds)})
    repeat = _there({"painted": rate(one.repeated for one in seeds if one.repeated is not None)})
    apart = _there({"painted": median(one.apart for one in seeds)})
    return [
        Figure("seeds_differ", "two seeds differ", "rate", "%", differ, "always", _at_least(differ, 1.0)),
        Figure("seeds_apart", "two seeds lie apart, mean of 255 levels", "median", "", apart),
        Figure("seed_repeats", "the same seed is equal", "rate", "%", repeat, "always", _at_least(repeat, 1.0)),
    ]


def per_twin(shots: Sequence[Shot]) -> dict[str, dict[str, Figure]]:
    """The figures of identity for each twin by key, without a verdict: they are few pictures each."""
    twins = sorted({shot.twin for shot in shots})
    kept = ("accepted", "nearest_right", "own_distance", "other_distance")
    return {
        twin: {one.key: one for one in identity([shot for shot in shots if shot.twin == twin]) if one.key in kept}
        for twin in twins
    }


def _warmth_orders(hers: Sequence[Shot], exact: Mapping[tuple[str, str], Shot]) -> list[bool]:
    """For every two looks of one pose whose exact faces clearly differ in warmth, whether these differ the same way."""
    orders = []
    for one, other in combinations(hers, 2):
        wanted = exact[one.plate, one.look].warmth, exact[other.plate, other.look].warmth
        if one.plate != other.plate or None in (*wanted, one.warmth, other.warmth):
            continue
        gap = wanted[0] - wanted[1]  # type: ignore[operator]
        if abs(gap) >= CLEAR_WARMTH:
            orders.append((one.warmth - other.warmth) * gap > 0)  # type: ignore[operator]
    return orders


def _by_maker(shots: Sequence[Shot], sum_up: Callable[[Sequence[Shot]], Value | None]) -> dict[str, Value]:
    return _there({maker: sum_up([shot for shot in shots if shot.maker == maker]) for maker in MAKERS})


def _there(values: Mapping[str, Value | None]) -> dict[str, Value]:
    return {maker: value for maker, value in values.items() if value is not None}


def _at_least(values: Mapping[str, Value], least: float) -> bool | None:
    return values["painted"].value >= least if "painted" in values else None


def _at_most(values: Mapping[str, Value], most: float) -> bool | None:
    return values["painted"].value <= most if "painted" in values else None


def _between(values: Mapping[str, Value], least: float, most: float) -> bool | None:
    return least <= values["painted"].value <= most if "painted" in values else None


def _as_exact(values: Mapping[str, Value]) -> bool | None:
    return values["painted"].value >= values["exact"].value - POINTS if {"painted", "exact"} <= values.keys() else None


def _above_nearest(values: Mapping[str, Value]) -> bool | None:
    return values["painted"].value > values["nearest"].value if {"painted", "nearest"} <= values.keys() else None


def _no_seam(values: Mapping[str, Value]) -> bool | None:
    return values["painted"].value <= values["exact"].value + SEAM if {"painted", "exact"} <= values.keys() else None
