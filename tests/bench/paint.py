"""What one image costs on this machine: painting as the studio does it, beside the bare denoising loop."""

import resource
from pathlib import Path

import torch

from tests.bench.measure import Measurement, compare
from twin.lookbook import Lookbook
from twin.painter import PaintRequest
from twin.painters.album import Album
from twin.painters.atelier import AtelierPainter, told_by
from twin.painters.pipeline import AtelierPipeline
from twin.wardrobe import Wardrobe

ASSETS = Path(__file__).parents[2] / "assets"
THREADS = 2


def run(_: Path | None) -> Measurement:
    """Paint one image with previews, development and recipe; the baseline denoises alone."""
    look = Lookbook.read(ASSETS / "looks").look("studio-classic").worn_by("nora", Wardrobe.read(ASSETS / "wardrobe.json"))
    request = PaintRequest("nora", look, seed=1)
    painter = AtelierPainter(ASSETS / "atelier", threads=THREADS)
    pipeline = AtelierPipeline.from_pretrained(ASSETS / "atelier", local_files_only=True, torch_dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)

    told = told_by(request, torch.Generator().manual_seed(1))
    base = Album(ASSETS / "plates").bases([told])

    def bare() -> object:
        return pipeline([told], base, [torch.Generator().manual_seed(1)])

    measured = compare(
        "paint",
        f"Atelier, one image of 512×640 with its previews, {THREADS} threads",
        lambda: painter.paint(request, lambda _: None),
        "the denoising loop alone",
        bare,
    )
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    measured.figures.update(seconds_an_image=round(measured.median_s, 3), peak_memory_mb=round(peak_mb))
    return measured
