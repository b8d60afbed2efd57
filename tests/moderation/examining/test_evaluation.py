"""Figures about the limits come from pictures that calibrated nothing, and say how sure they are."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from moderation.examining.evaluation import (
    QUALITIES,
    SIDES,
    Probe,
    Rate,
    Shot,
    as_another,
    as_own,
    beyond,
    bin_of,
    judged,
    shots,
    trade_off,
)
from moderation.examining.evaluation_report import CONDITIONS, DET, PAGE, Report, tables_of, write_report
from moderation.safeguards.finding import Outcome
from tests.moderation.safeguards.exhibits import Seen, face, known_faces

KNOWN = known_faces()
PICTURE = np.full((128, 128, 3), 90, np.uint8)


class Reader:
    """Sees one face of two numbers, told by the picture's first pixel; a second probe of Nora's looks like Mei."""

    def __init__(self, **more: float) -> None:
        self.more, self.asked = more, list[tuple[int, ...]]()

    def read(self, picture: np.ndarray) -> list[Seen]:
        return [face(float(picture[0, 0, 0]) / 100, **self.more)]

    def template(self, picture: np.ndarray, _landmarks: np.ndarray) -> np.ndarray:
        self.asked.append(picture.shape)
        return np.array([float(picture[0, 0, 0]) / 100, 0.0], np.float32)


def probes(*places: tuple[str, str, int], lights: tuple[str, ...] = ("even", "rim")) -> Iterator[Probe]:
    for name, twin_id, place in places:
        for light in lights:
            yield Probe(name, twin_id, 20.0, light, np.full((128, 128, 3), place, np.uint8))


def taken(*places: tuple[str, str, int], **more: float) -> list[Shot]:
    return list(shots(probes(*places), Reader(**more), KNOWN, "even"))


def test_wilsons_interval_holds_the_rate_and_narrows() -> None:
    assert Rate(5, 10).interval == pytest.approx((0.2366, 0.7634), abs=1e-4)
    few, many = Rate(1, 10).interval, Rate(100, 1000).interval
    assert few[0] < many[0] < 0.1 < many[1] < few[1]
    assert Rate(0, 50).interval == (0.0, pytest.approx(0.0714, abs=1e-4))
    assert Rate(50, 50).interval[1] == 1.0
    assert Rate(0, 0).interval == (0.0, 1.0)


@pytest.mark.parametrize(("hits", "tries"), [(-1, 3), (4, 3)])
def test_more_hits_than_tries_are_no_rate(hits: int, tries: int) -> None:
    with pytest.raises(ValueError, match="some of all"):
        Rate(hits, tries)


def test_a_probe_is_asked_in_every_light_quality_size_and_by_its_turn() -> None:
    kinds = [(shot.kind, shot.value) for shot in taken(("p", "nora", 0))]
    smaller = [f"{side} px" for side in SIDES if side < 80]
    assert kinds == [
        ("light", "even"),
        ("turn", "15–30°"),
        *(("compression", f"JPEG {quality}") for quality in QUALITIES),
        *(("size", side) for side in smaller),
        ("light", "rim"),
    ]


def test_a_smaller_face_is_measured_in_a_smaller_picture() -> None:
    reader = Reader()
    list(shots(probes(("p", "nora", 0), lights=("even",)), reader, KNOWN, "even"))
    assert reader.asked[-1] == (round(128 * 44 / 80), round(128 * 44 / 80), 3)


@pytest.mark.parametrize(
    ("turn", "words"), [(0.0, "0–15°"), (-29.9, "15–30°"), (45.0, "45–60°"), (60.0, "60°+"), (-88.0, "60°+")]
)
def test_turns_are_told_of_by_fifteen_degrees_to_either_side(turn: float, words: str) -> None:
    assert bin_of(turn) == words


def test_an_own_picture_clears_and_a_strangers_is_stopped() -> None:
    found = taken(("good", "nora", 0), ("wrong", "nora", 100))
    assert as_own(found, Outcome.CLEAR).part == 0.5
    assert as_own(found, Outcome.BLOCK).part == 0.5
    assert as_another(found, Outcome.CLEAR).part == 0.5
    own, other = beyond(found, KNOWN, "accept")
    assert (own.part, other.part) == (0.5, 0.5)


@pytest.mark.parametrize("more", [{"side": 20.0}, {"lopsided": 9.0}])
def test_what_cannot_be_judged_goes_to_a_person_whosever_it_is(more: dict[str, float]) -> None:
    found = taken(("small", "nora", 0), **more)
    assert as_own(found, Outcome.UNEXAMINED).part == 1.0
    assert as_another(found, Outcome.CLEAR).hits == 0


def test_the_graver_of_distance_and_margin_counts() -> None:
    limits = KNOWN.limits("nora")
    assert limits.apart is not None
    assert judged(limits, limits.accept, limits.apart) is Outcome.CLEAR
    assert judged(limits, limits.refuse, limits.apart) is Outcome.REFER
    assert judged(limits, limits.accept, 0.0) is Outcome.REFER
    assert judged(limits, limits.refuse * 1.01, limits.apart) is Outcome.BLOCK


def test_the_trade_off_falls_from_all_missed_to_all_matched() -> None:
    for across, up in trade_off(taken(("good", "nora", 0), ("odd", "mei", 60), ("wrong", "nora", 100)), KNOWN).values():
        assert (np.diff(across) >= 0).all()
        assert (np.diff(up) <= 0).all()
        assert (across[-1], up[-1]) == (1.0, 0.0)


def test_a_report_is_written_with_plots_and_reads_back_the_same(tmp_path: Path) -> None:
    found = taken(("good", "nora", 0), ("wrong", "nora", 100), ("hers", "mei", 100))
    report = Report("pack", "a" * 64, "2026-05-03T12:00:00+00:00", ("On these data.",), tables_of(found, KNOWN))
    files = write_report(tmp_path / "pack", report, found, KNOWN)
    assert sum(file.stat().st_size for file in files) < 150_000
    assert Report.read(tmp_path / "pack") == report
    page = (tmp_path / "pack" / PAGE).read_text(encoding="utf-8")
    assert "On these data." in page
    assert "| Nora | 4 | 50.0 %" in page
    assert "| Nora | Mei | 2 |" in page
    for name in (DET, CONDITIONS):
        assert name in page
        drawn = ElementTree.fromstring((tmp_path / "pack" / name).read_text(encoding="utf-8"))
        assert drawn.get("aria-label")
        assert not [part for part in drawn.iter() if part.get("style") or part.tag.endswith("style")]
