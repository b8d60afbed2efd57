"""A trial and the setting of limits, with a model that takes brightness for a blend."""

import json
from pathlib import Path

import numpy as np
import pytest

from moderation.safeguards.blend_report import Untouched, set_limits, subjects_of, tried_on
from tests.moderation.safeguards.exhibits import Seen
from tests.moderation.safeguards.test_blend import brightness, seen, shipped_as


class Reader:
    """Finds a face wherever it is not pitch dark; one in a dim picture is too small to judge."""

    def read(self, picture: np.ndarray) -> tuple[Seen, ...]:
        level = int(picture.max())
        return () if level == 0 else (seen(side=39.0 if level < 20 else 80.0),)


def untouched(level: int, person: str = "a") -> Untouched:
    return Untouched(f"{person}{level}", person, "rendered", np.full((200, 200, 3), level, np.uint8))


PICTURES = (untouched(50), untouched(60), untouched(200, "b"), untouched(0), untouched(10))


def test_pictures_without_a_face_to_judge_are_left_out_by_name() -> None:
    subjects, faceless = subjects_of(Reader(), PICTURES)
    assert [one.name for one in subjects] == ["a50", "a60", "b200"]
    assert faceless == ["a0", "a10"]


def test_a_trial_says_which_model_was_tried_and_what_it_found(tmp_path: Path) -> None:
    report = tried_on(shipped_as(tmp_path, brightness()), Reader(), PICTURES)
    plain = next(row for row in report.rows if row.forgery is None and row.wear == "as it is")
    assert (plain.count, plain.referred) == (3, pytest.approx(1 / 3))
    assert report.as_json()["without_a_face"] == ["a0", "a10"]
    assert report.as_json()["model_sha256"] == report.sha256
    assert report.lines()[0].startswith(f"Model {report.sha256[:12]}, limits: refer 0.400")
    assert "left out: 2" in report.lines()[-1]


def test_limits_are_set_in_the_card_and_nothing_else_is(tmp_path: Path) -> None:
    folder = shipped_as(tmp_path, brightness())
    before = json.loads((folder / "model.json").read_text())
    limits = set_limits(folder, Reader(), PICTURES[:3])
    after = json.loads((folder / "model.json").read_text())
    assert {name for name in before if before[name] != after[name]} == {"refer", "block"}
    assert (after["refer"], after["block"]) == (limits.refer, limits.block)
    assert 200 / 255 - 0.03 < limits.refer < limits.block < 1
