"""The whole evaluation, as the command runs it, on one held-out pose with the shipped painter and the real face models."""

import json
from pathlib import Path

import pytest

import app
from twin.painters.sitting import STYLINGS

CARD = Path(app.__file__).parent / "assets" / "atelier" / "README.md"


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_one_pose_is_painted_measured_and_told_and_nothing_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    before = CARD.read_bytes(), sorted(CARD.parent.iterdir())
    assert app.main(["evaluate", "atelier", "--limit", "1", "--json"]) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    figures = told["figures"]
    assert (told["held_out_plates"], told["looks"]) == (1, list(STYLINGS))
    assert all(figures["one_face"][maker]["n"] == len(STYLINGS) for maker in ("painted", "exact", "nearest"))
    assert figures["one_face"]["exact"]["value"] == 1.0
    assert figures["own_distance"]["exact"]["value"] < figures["other_distance"]["exact"]["value"]
    assert 1.0 < told["turn_gauge"]["own_error_degrees"] < 6.0
    assert 15.0 < figures["psnr"]["painted"]["value"] < 60.0
    assert figures["backdrop"]["painted"]["value"] < 2.0
    assert figures["seed_repeats"]["painted"]["value"] == 1.0
    assert figures["seeds_apart"]["painted"]["value"] > 0.0
    assert "1 of 1 poses" in said.err
    assert (CARD.read_bytes(), sorted(CARD.parent.iterdir())) == before
