"""A pack's report: what its limits did to pictures that calibrated nothing, as a page, plots, and figures for the studio."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from moderation.examining.calibration import KnownFaces
from moderation.examining.evaluation import PAINTED, Rate, Shot, as_another, as_own, beyond, trade_off
from moderation.examining.evaluation_plots import conditions_svg, det_svg
from moderation.safeguards.finding import Outcome

PAGE, DET, CONDITIONS, FIGURES = "README.md", "det.svg", "conditions.svg", "figures.json"
UNCERTAIN = (Outcome.REFER, Outcome.UNEXAMINED)
DET_TOLD = "Detection error trade-off: false matches against false non-matches, for three ways to set the limit"
CONDITIONS_TOLD = "Part of the pictures that clear as the twin's own, by light, turn, compression and size of the face"

CAVEATS = (
    "A picture clears when it is within its twin's limit of distance, far enough from every other twin in contrast, and shows"
    " both sides of the face. “To a person” is what lies between the limits, is turned away too far, or shows no face to judge."
    " A face is looked for once, in plain light, and measured there in every version: errors of the detector are not counted.",
    "Intervals are Wilson's, at 95 %. They take every comparison for independent, which they are not: one plate is shown in"
    " several lights and compared with seven other people's references. The true uncertainty is larger, and eight people say"
    " little about others.",
)


@dataclass(frozen=True)
class Table:
    """A table with its heading; every cell is text."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Report:
    """What was measured with which pack and when, on what, and what came of it."""

    pack: str
    pack_sha256: str
    measured_at: str
    notes: tuple[str, ...]
    tables: tuple[Table, ...]

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The report in a folder; raises OSError without one, ValueError, KeyError or TypeError for what is none."""
        told = json.loads((folder / FIGURES).read_text(encoding="utf-8"))
        tables = tuple(Table(one["title"], tuple(one["head"]), tuple(map(tuple, one["rows"]))) for one in told["tables"])
        return cls(told["pack"], told["pack_sha256"], told["measured_at"], tuple(told["notes"]), tables)

    def page(self) -> str:
        """The report as Markdown, with its plots."""
        parts = [f"# How often the limits of {self.pack} are right", "\n\n".join(self.notes)]
        parts.append(f"Pack `{self.pack_sha256}`, measured {self.measured_at[:10]}.")
        parts.append(f"![{DET_TOLD}]({DET})\n\n![{CONDITIONS_TOLD}]({CONDITIONS})")
        parts += [f"## {table.title}\n\n{_markdown(table)}" for table in self.tables]
        return "\n\n".join(parts) + "\n"


def write_report(folder: Path, report: Report, taken: Sequence[Shot], known: KnownFaces) -> list[Path]:
    """Write page, plots and figures of a report into a folder, which is made; the files. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = [shot for shot in taken if shot.kind == "light"]
    kinds = {kind: _by_value([shot for shot in taken if shot.kind == kind]) for kind in ("light", "turn", "compression", "size")}
    cleared = {kind: [(value, as_own(some, Outcome.CLEAR)) for value, some in values.items()] for kind, values in kinds.items()}
    contents = {
        PAGE: report.page(),
        DET: det_svg(trade_off(plain, known), DET_TOLD),
        CONDITIONS: conditions_svg(cleared, CONDITIONS_TOLD),
        FIGURES: json.dumps(asdict(report), indent=1, ensure_ascii=False) + "\n",
    }
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in contents]


def tables_of(taken: Sequence[Shot], known: KnownFaces) -> tuple[Table, ...]:
    """Outcomes by twin, the limits in use, every condition, and who was nearest to somebody else."""
    plain, painted = ([shot for shot in taken if shot.kind == kind] for kind in ("light", PAINTED))
    return (
        _by_twin("What the limits do, by twin", plain, known),
        _by_twin("What they do to painted images, by twin", painted, known),
        _in_use(plain, known),
        _by_condition(taken),
        _confusions("Nearer to somebody else", plain, known),
        _confusions("Painted images nearer to somebody else", painted, known),
    )


def _by_twin(title: str, plain: Sequence[Shot], known: KnownFaces) -> Table:
    whose = {known.name(twin_id): [shot for shot in plain if shot.twin_id == twin_id] for twin_id in sorted(known.calibrations)}
    rows = []
    for name, some in {**whose, "all": list(plain)}.items():
        own = [_told(as_own(some, *outcomes)) for outcomes in ((Outcome.CLEAR,), UNCERTAIN, (Outcome.BLOCK,))]
        rows.append((name, str(len(some)), *own, _told(as_another(some, Outcome.CLEAR), counted=True)))
    head = ("twin", "pictures", "as herself: clear", "to a person", "stopped", "as another: clear")
    return Table(title, head, tuple(rows))


def _in_use(plain: Sequence[Shot], known: KnownFaces) -> Table:
    rows = []
    for limit, words in (("accept", "clears"), ("refuse", "does not stop")):
        own, other = beyond(plain, known, limit)
        rows.append((f"distance {words} ({limit})", _told(own), _told(other)))
    both = as_own(plain, Outcome.CLEAR)
    missed = Rate(both.all - both.hits, both.all)
    rows.append(("distance, margin and both sides of the face", _told(missed), _told(as_another(plain, Outcome.CLEAR))))
    return Table("Errors at the limits in use", ("limit", "her own beyond it (FNMR)", "others within it (FMR)"), tuple(rows))


def _by_condition(taken: Sequence[Shot]) -> Table:
    rows = []
    for kind in ("light", "turn", "compression", "size", PAINTED):
        for value, some in _by_value([shot for shot in taken if shot.kind == kind]).items():
            own = [_told(as_own(some, *outcomes)) for outcomes in ((Outcome.CLEAR,), UNCERTAIN, (Outcome.BLOCK,))]
            rows.append((kind, value, str(len(some)), *own, _told(as_another(some, Outcome.CLEAR), counted=True)))
    head = ("kind", "value", "pictures", "as herself: clear", "to a person", "stopped", "as another: clear")
    return Table("By condition", head, tuple(rows))


def _confusions(title: str, plain: Iterable[Shot], known: KnownFaces) -> Table:
    """Whose pictures lay nearer to somebody else in contrast, whatever the limits made of it."""
    count: Counter[tuple[str, str]] = Counter()
    for shot in plain:
        if shot.margins is not None and shot.margins[shot.twin_id] < 0:
            count[shot.twin_id, max(shot.margins, key=lambda one: (shot.margins or {})[one])] += 1
    rows = tuple((known.name(one), known.name(other), str(number)) for (one, other), number in count.most_common())
    return Table(title, ("twin", "taken for", "pictures"), rows or (("nobody", "", "0"),))


def _by_value(some: Iterable[Shot]) -> Mapping[str, list[Shot]]:
    """The shots of one kind by their value: lights in the order in which they first came up, numbers rising."""
    found: dict[str, list[Shot]] = {}
    for shot in some:
        found.setdefault(shot.value, []).append(shot)
    numbers = {value: re.search(r"\d+", value) for value in found}
    return dict(sorted(found.items(), key=lambda one: int(number[0]) if (number := numbers[one[0]]) else 0))


def _told(rate: Rate, *, counted: bool = False) -> str:
    low, high = (f"{100 * part:.1f}" for part in rate.interval)
    share = f"{rate.hits} of {rate.all}" if counted else f"{100 * rate.part:.1f} %"
    return f"{share} ({low}–{high} %)"


def _markdown(table: Table) -> str:
    lines: list[Sequence[Any]] = [table.head, ["---"] * len(table.head), *table.rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
