"""Evaluates Atelier on poses it never saw: paints them, measures them, and sums up; the same every time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twin.errors import BadValue
from twin.looks.look import Light, Look, Pose
from twin.painters.album import LARGE, Album
from twin.painters.atelier import AtelierPainter
from twin.painters.figures import Figure, figures_of, per_twin
from twin.painters.shots import Cover, See, Seeds, Shot, covers, seeds, shots
from twin.painters.sitting import OTHER_SEED, SEED, STYLINGS, Sitting, held_out, sittings
from twin.painters.turn import SPAN, TurnGauge
from twin.plates.plate import develop, read_index, read_plate

THREADS = 2
"""Painters owe equal pixels for an equal number only."""
FACES_A_TWIN = 6
"""How many training plates of each twin tell how a turn shows."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Evaluation:
    """All that was measured: every shot, cover and pair of seeds, with the gauge of turns."""

    model_sha256: str
    album: int
    gauge: TurnGauge
    shots: tuple[Shot, ...]
    covers: tuple[Cover, ...]
    seeds: tuple[Seeds, ...]

    @property
    def plates(self) -> int:
        """How many held-out poses were painted."""
        return len(self.seeds)

    @property
    def figures(self) -> list[Figure]:
        """Summed up."""
        return figures_of(self.shots, self.covers, self.seeds)

    def as_json(self) -> dict[str, Any]:
        """The one object that the command answers with."""
        figures = self.figures
        return {
            "painter": "atelier",
            "model_sha256": self.model_sha256,
            "held_out_plates": self.plates,
            "album_plates": self.album,
            "looks": list(STYLINGS),
            "seeds": [SEED, OTHER_SEED],
            "threads": THREADS,
            "turn_gauge": {"faces": self.gauge.fitted, "own_error_degrees": round(self.gauge.own_error, 2)},
            "holds": all(figure.holds is not False for figure in figures),
            "figures": {figure.key: figure.as_json() for figure in figures},
            "twins": {
                twin: {key: {maker: value.as_json() for maker, value in figure.values.items()} for key, figure in hers.items()}
                for twin, hers in per_twin(self.shots).items()
            },
        }


def evaluate(
    painter: AtelierPainter, plates: Path, see: See, limit: int | None, say: Say, show: Callable[[Sitting], None]
) -> Evaluation:
    """Paint and measure the held-out plates of a folder, at most `limit`, telling how far it is; `show` is given each sitting.

    Raises BadValue when nothing is held out, PainterUnavailable when the painter cannot run.
    """
    lines = held_out(plates, limit)
    if not lines or painter.card.model_sha256 is None:
        raise BadValue("Nothing can be evaluated: no plate is held out, or the painter has no weights.")
    album = Album(plates, remembered=8)
    taken: list[Shot] = []
    covered: list[Cover] = []
    drawn: list[Seeds] = []
    with ThreadPoolExecutor(THREADS) as pool:
        say("Learning how a turn of the head shows …")
        gauge = gauge_of(plates, see, pool)
        for number, sitting in enumerate(sittings(plates, lines, album, painter.negative), 1):
            taken.extend(shots(sitting, see, gauge, pool))
            covered.extend(covers(sitting))
            drawn.append(seeds(sitting))
            show(sitting)
            say(f"{number} of {len(lines)} poses: {sitting.line['id']}")
    every = [line for line in read_index(plates) if line["split"] != "held out" and line["size"] == LARGE]
    return Evaluation(painter.card.model_sha256, len(every), gauge, tuple(taken), tuple(covered), tuple(drawn))


def gauge_of(plates: Path, see: See, pool: ThreadPoolExecutor) -> TurnGauge:
    """The gauge of turns, fitted on exact renders of the album: of every twin the plates nearest to evenly spread turns."""
    usable = [line for line in read_index(plates) if line["split"] != "held out" and line["size"] == LARGE]
    chosen = []
    for twin in sorted({line["twin"] for line in usable}):
        hers = sorted((line for line in usable if line["twin"] == twin and abs(turn_of(line)) <= SPAN), key=turn_of)
        count = min(FACES_A_TWIN, len(hers))
        chosen += [hers[round(place * (len(hers) - 1) / max(1, count - 1))] for place in range(count)]

    def points(line: dict[str, Any]) -> Any:
        look = Look(Pose(), Light(), line["garment"], "#7d7d7b", "#9a9a9c")
        return see(develop(read_plate(plates, line), look), line["twin"]).landmarks

    seen = [(face, turn_of(line)) for face, line in zip(pool.map(points, chosen), chosen, strict=True) if face is not None]
    return TurnGauge.fit([face for face, _ in seen], [turn for _, turn in seen])


def turn_of(line: dict[str, Any]) -> float:
    """How far the head of a plate is turned as the camera sees it, in degrees."""
    return float(line["pose"]["yaw"] + line["pose"]["body"])
