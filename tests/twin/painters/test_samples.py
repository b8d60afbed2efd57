"""What training sees: plates as indexed, their mirror images and crops, never a reference and never what is held out."""

import hashlib
from pathlib import Path

import torch

from tests.twin.painters.small import ASSETS, WARDROBE, few_plates
from twin.painters.samples import lines_of, mirrored, raw_plate, views
from twin.painters.train import main
from twin.plates.plate import read_index

PLATES, REFERENCES = ASSETS / "plates", ASSETS / "references"
TWINS = {"nora", "amara", "mei", "ines", "luca", "kofi", "haru", "viktor"}


def digests(folder: Path) -> set[str]:
    return {hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.avif")}


def test_every_twin_has_eight_references_that_no_training_sees() -> None:
    references, plates = read_index(REFERENCES), read_index(PLATES)
    for twin in TWINS:
        assert len({tuple(line["pose"].values()) for line in references if line["twin"] == twin}) >= 8
    assert {line["id"] for line in references}.isdisjoint(line["id"] for line in plates)
    assert digests(REFERENCES).isdisjoint(digests(PLATES))


def test_every_indexed_plate_has_both_files_and_no_file_is_left_over() -> None:
    for folder in (PLATES, REFERENCES):
        wanted = {f"{line['id']}_{part}.avif" for line in read_index(folder) for part in ("light", "masks")}
        assert {file.name for file in folder.glob("*.avif")} == wanted


def test_a_large_plate_of_each_twin_is_held_out() -> None:
    held = lines_of(PLATES, "held out")
    assert {line["twin"] for line in held} == TWINS
    large = [line for line in read_index(PLATES) if line["size"] == "512x640"]
    assert len(held) + len(lines_of(PLATES, "train")) + len(lines_of(PLATES, "album")) == len(large)


def test_mirroring_twice_is_the_plate_again() -> None:
    raw = raw_plate(PLATES, lines_of(PLATES, "train")[0])
    once, twice = mirrored(raw), mirrored(mirrored(raw))
    assert once.told.yaw == -raw.told.yaw
    assert once.told.mirrored == 1.0
    assert not torch.equal(once.planes, raw.planes)
    assert torch.equal(twice.planes, raw.planes)
    assert twice.told == raw.told


def test_the_face_counts_more_than_the_backdrop() -> None:
    raw = raw_plate(PLATES, next(line for line in lines_of(PLATES, "train") if line["size"] == "512x640"))
    bare = torch.nn.functional.avg_pool2d(raw.planes[12][None, None], 16)[0, 0] == 0
    assert raw.weights.shape == (40, 32)
    assert float(raw.weights.max()) > 20 * float(raw.weights[bare].max())


def test_a_crop_is_told_where_it_lies() -> None:
    raw = raw_plate(PLATES, next(line for line in lines_of(PLATES, "train") if line["size"] == "512x640"))
    whole, *crops = views(raw, 2, torch.Generator().manual_seed(1))
    assert whole is raw
    assert len(crops) == 2
    y, x = torch.meshgrid(torch.arange(640.0), torch.arange(512.0), indexing="ij")

    def centre(planes: torch.Tensor) -> torch.Tensor:
        face = planes[13]
        return torch.stack([(axis * face).sum() / face.sum() for axis in (x, y)])

    for crop in crops:
        grown = 1 + crop.told.zoom
        wanted = (centre(raw.planes) - torch.tensor([255.5, 319.5])) * grown + torch.tensor([255.5, 319.5])
        wanted += torch.tensor([crop.told.shift_x, crop.told.shift_y])
        assert torch.allclose(centre(crop.planes)[0], wanted[0], atol=6)


def test_the_program_trains_exports_and_goes_on(tmp_path: Path) -> None:
    plates = few_plates(tmp_path / "plates")
    common = ["--plates", str(plates), "--out", str(tmp_path / "run"), "--batch", "1", "--threads", "1", "--every", "1"]
    main([*common, "--steps", "1", "--widths", "32,32", "--sheets", "9", "--device", "cpu"])
    main([*common, "--steps", "2", "--widths", "32,32", "--sheets", "9", "--device", "cpu", "--resume"])
    assert (tmp_path / "run" / "atelier" / "model_index.json").is_file()
    assert {line["twin"] for line in read_index(plates)} == set(WARDROBE)
    assert (tmp_path / "run" / "sheet_000002.png").is_file()
