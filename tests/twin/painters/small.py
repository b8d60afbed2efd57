"""A small untaught Atelier, quick to make and the same every time."""

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from twin.looks.look import Light, Look, Pose
from twin.painters.album import STAND_INS
from twin.painters.codec import kept_coefficients
from twin.painters.pipeline import AtelierPipeline, new_pipeline
from twin.plates.plate import read_index

ASSETS = Path(__file__).parents[3] / "assets"
WARDROBE = {"nora": ["female_casualsuit01"], "luca": ["male_casualsuit03"]}
LOOK = Look(Pose(yaw=10.0), Light(), "female_casualsuit01", "#204060", "#909090")


def small_pipeline() -> AtelierPipeline:
    """Two twins, 16 channels, the narrowest network, something to say, and a codec whose middle is
    an even, half covered grey.
    """
    torch.manual_seed(3)
    pipeline = new_pipeline(WARDROBE, channels=16, widths=(32, 32))
    flat = torch.zeros(1, 14, 640, 512)
    flat[:, 0:12:3] = 0.2
    flat[:, 12:] = 0.5
    torch.nn.init.normal_(pipeline.unet.conv_out.weight, std=0.05)
    pipeline.codec.mean.copy_(kept_coefficients(flat)[0, 0, 0])
    return pipeline


def small_folder(folder: Path) -> Path:
    """A small pipeline saved."""
    small_pipeline().save_pretrained(folder)
    return folder


def few_plates(folder: Path) -> Path:
    """A folder with two plates of each of two twins to learn from, a small one of the first, and one of hers held out."""
    folder.mkdir()
    lines: list[dict[str, Any]] = []
    every = read_index(ASSETS / "plates")
    for twin in WARDROBE:
        hers = [line for line in every if line["twin"] == twin and line["garment"] in WARDROBE[twin] and line["split"] == "train"]
        large = [line for line in hers if line["size"] == "512x640"]
        lines += large[:2]
        if twin == "nora":
            lines += [{**large[3], "size": "256x320"}, {**large[2], "split": "held out"}]
    (folder / "plates.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    for line in lines:
        for part in ("light", "masks"):
            name = f"{line['id']}_{part}.avif"
            with Image.open(ASSETS / "plates" / name) as whole:
                size = whole.width // 2, whole.height // 2
                (whole.resize(size, Image.Resampling.BOX) if line["size"] == "256x320" else whole).save(folder / name, quality=92)
    shutil.copy(ASSETS / "plates" / STAND_INS, folder)
    return folder
