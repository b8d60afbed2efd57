"""A home is made once and keeps its kind."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from moderation.home import HomeRefused, Kind, open_home, refuse_exposed

NOW = datetime(2026, 5, 3, tzinfo=UTC)


def test_an_absent_home_becomes_a_demo_and_stays_one(tmp_path: Path) -> None:
    made = open_home(tmp_path / "a", None, NOW)
    assert made.kind is Kind.DEMO
    assert open_home(tmp_path / "a", None, NOW) == made
    with pytest.raises(HomeRefused, match="was made as a demo and stays one"):
        open_home(tmp_path / "a", Kind.STUDIO, NOW)


def test_a_studio_is_never_reopened_as_a_demo(tmp_path: Path) -> None:
    assert open_home(tmp_path / "b", Kind.STUDIO, NOW).kind is Kind.STUDIO
    with pytest.raises(HomeRefused, match="was made as a studio"):
        open_home(tmp_path / "b", Kind.DEMO, NOW)


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(HomeRefused, match="not empty"):
        open_home(tmp_path, None, NOW)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("mark", ["", "[]", '{"kind": "casino", "format": 1}', '{"kind": "demo", "format": 99}'])
def test_a_mark_that_cannot_be_read_is_refused(tmp_path: Path, mark: str) -> None:
    (tmp_path / "studio.json").write_text(mark)
    with pytest.raises(HomeRefused):
        open_home(tmp_path, None, NOW)


def test_a_home_inside_a_served_folder_is_refused(tmp_path: Path) -> None:
    home = open_home(tmp_path / "site" / "home", None, NOW)
    refuse_exposed(home, [tmp_path / "elsewhere"])
    with pytest.raises(HomeRefused, match="a browser can reach"):
        refuse_exposed(home, [tmp_path / "site"])


def test_the_default_home_is_fine_when_started_from_a_persons_own_folder(tmp_path: Path) -> None:
    hidden = open_home(tmp_path / ".local" / "share" / "twin-studio", None, NOW)
    refuse_exposed(hidden, [tmp_path])
    with pytest.raises(HomeRefused):
        refuse_exposed(hidden, [tmp_path / ".local" / "share"])
