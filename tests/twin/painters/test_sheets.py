"""Contact sheets are in order, say what they are, and stay small."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from twin.painters.sheets import LARGEST, STRIP, grid, webp, write_sheets

CHANCE = np.random.default_rng(2)


def test_pictures_stand_row_by_row_under_a_strip_of_text() -> None:
    pictures = [np.full((50, 400, 3), level, np.uint8) for level in (10, 90, 170)]
    sheet = np.asarray(grid(pictures, 2, "AI-generated"))
    assert sheet.shape == (STRIP + 100, 800, 3)
    assert [sheet[STRIP + y, x, 0] for y, x in ((10, 10), (10, 410), (60, 10), (60, 410))] == [10, 90, 170, 255]
    assert sheet[:STRIP].min() < 60


def test_even_noise_fits_into_a_small_file() -> None:
    noise = Image.fromarray(CHANCE.integers(0, 255, (1300, 2048, 3), np.uint8))
    written = webp(noise)
    assert len(written) <= LARGEST
    with Image.open(io.BytesIO(written)) as again:
        assert abs(again.width / again.height - 2048 / 1300) < 0.01


def test_new_sheets_take_the_place_of_the_old_and_nothing_else(tmp_path: Path) -> None:
    for name in ("sheet_gone.webp", "README.md"):
        (tmp_path / name).write_bytes(b"old")
    assert write_sheets(tmp_path, {"sheet_nora.webp": b"new"}) == ["sheet_nora.webp"]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["README.md", "sheet_nora.webp"]
