"""The card shows every figure with its verdict, in its place among what people wrote."""

from pathlib import Path

import numpy as np
import pytest

from tests.twin.painters.test_figures import pictures
from twin.errors import BadValue
from twin.painters.card import BEGIN, END, summary, write_card
from twin.painters.evaluation import Evaluation
from twin.painters.shots import Cover, Seeds
from twin.painters.turn import TurnGauge

FOUND = Evaluation(
    "ab" * 32,
    300,
    TurnGauge(np.zeros(5), 80, 2.9),
    tuple(pictures(4, backdrop=3.21)),
    (Cover("nora_e0", "painted", 0.98, 0.975),),
    (Seeds("nora_e0", 1.0, True),),
)


def test_what_was_measured_replaces_only_what_was_measured_before(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(f"# Atelier\n\nMethod.\n\n{BEGIN}\nold figures\n{END}\n\n**Limits.** Many.\n")
    write_card(card, FOUND, ["sheet_nora.webp"])
    once = card.read_text()
    assert once.startswith(f"# Atelier\n\nMethod.\n\n{BEGIN}\n")
    assert once.endswith(f"\n{END}\n\n**Limits.** Many.\n")
    assert "old figures" not in once
    assert "[sheet_nora.webp](sheet_nora.webp)" in once
    write_card(card, FOUND, ["sheet_nora.webp"])
    assert card.read_text() == once


def test_a_threshold_that_is_missed_is_told_with_its_number(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(f"{BEGIN}{END}")
    write_card(card, FOUND, [])
    text = card.read_text()
    assert "| backdrop against the order, ΔE2000 (median) | 3.21 | 0.600 | 9.00 | 4 | ≤ 2 | **no** |" in text
    assert "- backdrop against the order, ΔE2000: painted 3.21, exact render 0.600, nearest plate 9.00; wanted ≤ 2" in text
    assert "| accepted at her threshold | 100.0 % (51.0–100.0) | 100.0 % (51.0–100.0) |" in text
    assert "| nora | 4 | 100.0 % / 100.0 % / 100.0 % |" in text
    assert any(line.startswith("backdrop") and line.endswith("(wanted ≤ 2; DOES NOT HOLD)") for line in summary(FOUND))


def test_the_answer_for_programs_holds_the_same_numbers() -> None:
    told = FOUND.as_json()
    assert told["holds"] is False
    assert told["held_out_plates"] == 1
    assert told["figures"]["backdrop"]["painted"] == {"value": 3.21, "n": 4}
    assert told["figures"]["accepted"]["exact"] == {"value": 1.0, "n": 4, "low": 0.5101, "high": 1.0}
    assert told["twins"]["nora"]["own_distance"]["painted"]["value"] == 0.2


def test_a_card_without_a_place_for_figures_is_refused_and_left_alone(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("# Atelier\n")
    with pytest.raises(BadValue, match="no place for what was measured"):
        write_card(card, FOUND, [])
    assert card.read_text() == "# Atelier\n"
