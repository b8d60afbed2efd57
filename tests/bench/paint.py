"""What images cost on this machine: painting as the studio does it, one and four, beside the plain float32 denoising loop."""

import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import torch

from tests.bench.measure import Measurement, compare, seconds
from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe
from twin.painter import PaintRequest
from twin.painters.album import Album
from twin.painters.atelier import AtelierPainter, told_by
from twin.painters.pipeline import AtelierPipeline

ASSETS = Path(__file__).parents[2] / "assets"
THREADS = 2
AT_ONCE = 4
"""Images in the order that a creative usually makes."""
AIMS = {"seconds_an_image": 2.0, "seconds_for_four": 6.0, "peak_memory_mb": 1500}


def request(seed: int) -> PaintRequest:
    look = Lookbook.read(ASSETS / "looks").look("studio-classic").worn_by("nora", Wardrobe.read(ASSETS / "wardrobe.json"))
    return PaintRequest("nora", look, seed=seed)


def run(_: Path | None) -> Measurement:
    """Paint one image with previews, development and recipe; the baseline denoises alone, from a base that is ready."""
    painter, asked = AtelierPainter(ASSETS / "atelier", threads=THREADS), request(1)
    pipeline = AtelierPipeline.from_pretrained(ASSETS / "atelier", local_files_only=True, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)

    told = told_by(asked, torch.Generator().manual_seed(1))
    base = Album(ASSETS / "plates").bases([told])

    def bare() -> object:
        return pipeline([told], base, [torch.Generator().manual_seed(1)])

    measured = compare(
        "paint",
        f"Atelier, one image of 512×640 with its previews, {THREADS} threads",
        lambda: painter.paint(asked, lambda _: None),
        "the float32 denoising loop alone",
        bare,
    )
    # A process of its own: this one holds the weights and the album twice.
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        first, four, peak_mb = pool.submit(alone).result()
    found = {"seconds_an_image": measured.median_s, "seconds_for_four": four, "peak_memory_mb": peak_mb}
    measured.figures.update(
        {name: round(value, 3) for name, value in found.items()},
        seconds_of_the_first=round(first, 3),
        aims={name: {"at_most": most, "holds": found[name] <= most} for name, most in AIMS.items()},
    )
    return measured


def alone() -> tuple[float, float, float]:
    """In a fresh process: seconds of the first image with all that is read for it, of four more, and the peak in megabytes."""
    painter = AtelierPainter(ASSETS / "atelier", threads=THREADS)
    first = seconds(lambda: painter.paint(request(1), lambda _: None))
    four = seconds(lambda: [painter.paint(request(seed), lambda _: None) for seed in range(2, 2 + AT_ONCE)])
    return first, four, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
