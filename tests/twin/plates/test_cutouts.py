"""Cut-outs are plates in looks by chance: the same chance, the same look, and never a plate of another split."""

from pathlib import Path

import numpy as np

from twin.plates.cutouts import cutouts, drawn_look, main
from twin.plates.plate import read_index

PLATES = Path(__file__).parents[3] / "assets" / "plates"


def test_every_look_is_another_one_and_chance_repeats_itself() -> None:
    one, other = (np.random.default_rng(4) for _ in range(2))
    looks = [drawn_look("male_casualsuit04", one) for _ in range(20)]
    assert looks == [drawn_look("male_casualsuit04", other) for _ in range(20)]
    assert len({look.as_json() for look in looks}) == 20


def test_the_held_out_plates_come_as_pictures_with_their_coverage_and_are_written_one_file_a_plate(tmp_path: Path) -> None:
    held = [line["id"] for line in read_index(PLATES) if line["split"] == "held out"][:2]
    drawn = cutouts(PLATES, ["held out"], 2, np.random.default_rng(1))
    first, second = next(drawn), next(drawn)
    assert first.plate_id == second.plate_id == held[0]
    assert (first.picture != second.picture).any()
    assert first.picture.shape[:2] == first.alpha.shape
    assert first.alpha.max() == 255
    main(["--plates", str(PLATES), "--out", str(tmp_path), "--splits", "held out", "--looks", "1"])
    with np.load(tmp_path / f"{held[1]}.npz") as written:
        assert written["pictures"].shape[0] == 1
        assert written["alpha"].dtype == np.uint8
    assert len(list(tmp_path.iterdir())) == sum(line["split"] == "held out" for line in read_index(PLATES))
