"""The measured part of Atelier's model card, and its place in the card that people write around it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from twin.errors import BadValue
from twin.painters.evaluation import THREADS, Evaluation
from twin.painters.figures import CLEAR_SIDE, CLEAR_WARMTH, SEAM, Figure, Value, per_twin
from twin.painters.measures import FINE, PITCH, STEP_AT_MOST
from twin.painters.shots import BACKDROP_PIXELS, FROM_OUTLINE, FROM_SITTER
from twin.painters.sitting import OTHER_SEED, SEED, STYLINGS

BEGIN, END = "<!-- measured -->", "<!-- /measured -->"
COMMAND = "python app.py evaluate atelier"
HEADS = {"painted": "painted", "exact": "exact render", "nearest": "nearest plate"}


def write_card(card: Path, evaluation: Evaluation, sheets: Sequence[str]) -> None:
    """Put what was measured in its place between `BEGIN` and `END`. Raises BadValue when the card has no such place."""
    text = card.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise BadValue(f"{card.name} has no place for what was measured: it needs the lines {BEGIN} and {END}.")
    card.write_text(f"{before}{BEGIN}\n{measured(evaluation, sheets)}\n{END}{after}", encoding="utf-8")


def measured(evaluation: Evaluation, sheets: Sequence[str]) -> str:
    """The section in Markdown."""
    figures = evaluation.figures
    names, sha256 = ", ".join(STYLINGS), evaluation.model_sha256[:16]
    parts = [
        f"**Measured** by `{COMMAND}` on {evaluation.plates} held-out plates in {len(STYLINGS)} looks ({names})\n"
        f"that no training saw: the same pose painted from seed {SEED}, the exact render, and as a baseline the nearest of\n"
        f"{evaluation.album} album plates, all three developed in the same look. Weights and album: `{sha256}…`.",
        table(figures),
        f"**By twin**, painted / exact / nearest plate:\n\n{twin_table(per_twin(evaluation.shots))}",
        verdicts(figures),
        method(evaluation),
        f"**Contact sheets**: {', '.join(f'[{name}]({name})' for name in sheets)}." if sheets else "",
    ]
    return "\n\n".join(part for part in parts if part)


def summary(evaluation: Evaluation) -> list[str]:
    """A line for every figure: what was painted, the exact render and the nearest plate beside it, and the verdict."""
    lines = []
    for figure in evaluation.figures:
        beside = [f"{head} {written(figure.values[maker], figure)}" for maker, head in HEADS.items() if maker in figure.values]
        verdict = {True: "; holds", False: "; DOES NOT HOLD", None: ""}[figure.holds]
        lines.append(f"{figure.title}: {', '.join(beside)}{f' (wanted {figure.wanted}{verdict})' if figure.wanted else ''}")
    return lines


def table(figures: Sequence[Figure]) -> str:
    """Every figure, its baseline and the exact render beside it, and what is wanted."""
    lines = [f"| | {' | '.join(HEADS.values())} | n | wanted | holds |", f"|{'---|' * 7}"]
    for figure in figures:
        cells = [written(figure.values.get(maker), figure) for maker in HEADS]
        holds = {True: "yes", False: "**no**", None: ""}[figure.holds]
        kind = "" if figure.kind == "rate" else f" ({figure.kind})"
        lines.append(f"| {figure.title}{kind} | {' | '.join(cells)} | {figure.values['painted'].n} | {figure.wanted} | {holds} |")
    return "\n".join(lines)


def twin_table(twins: Mapping[str, Mapping[str, Figure]]) -> str:
    """The figures of identity for each twin."""
    keys = list(next(iter(twins.values()), {}))
    titles = [next(iter(twins.values()))[key].title for key in keys]
    lines = [f"| | pictures | {' | '.join(titles)} |", f"|{'---|' * (len(keys) + 2)}"]
    for twin, hers in twins.items():
        pictures = max(value.n for figure in hers.values() for value in figure.values.values())
        cells = [" / ".join(written(hers[key].values.get(maker), hers[key], bare=True) for maker in HEADS) for key in keys]
        lines.append(f"| {twin} | {pictures} | {' | '.join(cells)} |")
    return "\n".join(lines)


def verdicts(figures: Sequence[Figure]) -> str:
    """Which thresholds hold, and those that do not with what was found."""
    asked = [figure for figure in figures if figure.holds is not None]
    missed = [figure for figure in asked if not figure.holds]
    lines = [f"**{len(asked) - len(missed)} of {len(asked)} thresholds hold.**" + (" Not these:" if missed else "")]
    for figure in missed:
        beside = [f"{head} {written(figure.values[maker], figure)}" for maker, head in HEADS.items() if maker in figure.values]
        lines.append(f"- {figure.title}: {', '.join(beside)}; wanted {figure.wanted}")
    return "\n".join(lines)


def method(evaluation: Evaluation) -> str:
    """How each figure is taken."""
    gauge = evaluation.gauge
    side = f"{100 * CLEAR_SIDE:.0f} %"
    return f"""**How it is measured.** Rates carry a 95 % interval by Wilson, which takes pictures for independent; those of
one pose are not, so the intervals are rather too narrow.
- *Identity*: dlib's recogniser (CC0, never used in training) with the demo's references and limits, as the review desk
  uses them. Accepted is within her own limit; nearest is by the middle of her templates.
- *Fine detail*: energy of the grey picture from {FINE:g} cycles a pixel on (there half the amplitude counts), as a ratio
  to the exact one's; inside is {FROM_OUTLINE} pixels and more within both outlines.
- *Block pitch*: in the spectrum of the sizes of grey steps between neighbours (at most {STEP_AT_MOST:g} levels), how far
  the multiples of 1/{PITCH} cycles a pixel stand above their neighbours. {SEAM} dB is what steps of one level at every
  border would add.
- *Backdrop*: the mean over the {BACKDROP_PIXELS} least shaded bare pixels, {FROM_SITTER} and more from the sitter.
  *Garment*: the median colours inside the exact mask.
- *Turn*: a rule from five points of the face, applied to both pictures; it was fitted on {gauge.fitted} exact renders of
  the album and is {gauge.own_error:.1f}° off on one left out (median).
- *Brighter side*: where the halves of the exact face differ by {side} of their sum. *Order of warmth*: any two looks of
  one pose whose exact faces differ by {CLEAR_WARMTH:g} in b*.
- *Seeds*: {SEED} against {OTHER_SEED}, and seed {SEED} once more for one pose of every twin. {THREADS} threads throughout."""


def written(value: Value | None, figure: Figure, *, bare: bool = False) -> str:
    """A value as the card shows it; `bare` without its interval."""
    if value is None:
        return "–"
    if figure.unit == "%":
        interval = "" if value.interval is None or bare else f" ({100 * value.interval[0]:.1f}–{100 * value.interval[1]:.1f})"
        return f"{100 * value.value:.1f} %{interval}"
    number = f"{value.value:.2f}" if figure.unit or value.value >= 2 else f"{value.value:.3f}"
    return f"{number} {figure.unit}".strip().replace(" °", "°")
