"""Teach Atelier from a folder of plates: `python -m twin.painters.train --plates assets/plates --out DIR --steps N`.

The folder DIR receives checkpoint.pt, log.jsonl, curve.png, contact sheets, and in DIR/atelier the pipeline as it stands.
"""

import argparse
import copy
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw

from twin.looks.look import Light, Look, Pose
from twin.painters.album import Album
from twin.painters.codec import planes_plate
from twin.painters.conditions import Told
from twin.painters.pipeline import STEPS, AtelierPipeline, new_pipeline
from twin.painters.samples import CROPS, Samples, gathered, lines_of, measured_codec, raw_plate, views
from twin.painters.training import Course, Trainer, is_flat, note
from twin.plates.plate import develop
from twin.ports import Picture

SHEET_POSES = (
    {"yaw": -28.0, "smile": 0.1, "body": -10.0},
    {"yaw": -8.0, "pitch": 3.0, "smile": 0.4},
    {"yaw": 10.0, "smile": 0.0, "brows": 0.3},
    {"yaw": 30.0, "pitch": -3.0, "smile": 0.5, "body": 12.0},
)
SHOWN_GARMENT = (0.45, 0.44, 0.43)


def main(arguments: list[str] | None = None) -> None:
    """Read the options, train, export."""
    ask = argparse.ArgumentParser(prog="twin.painters.train", description=__doc__)
    ask.add_argument("--plates", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--steps", type=int, required=True, help="steps in all, those of earlier runs included")
    ask.add_argument("--batch", type=int, default=8)
    ask.add_argument("--rate", type=float, default=5e-4)
    ask.add_argument("--cooling", type=float, default=0.3, help="share of the steps with a falling rate")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--threads", type=int, default=2)
    ask.add_argument("--half", action="store_true", help="compute in bfloat16")
    ask.add_argument("--widths", default="128,192,192", help="channels of the network's levels")
    ask.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    ask.add_argument("--resume", action="store_true")
    ask.add_argument("--begin", type=Path, help="a saved pipeline whose weights and codec to begin with")
    ask.add_argument("--every", type=int, default=250, help="steps between checkpoints")
    ask.add_argument("--sheets", type=int, default=500, help="steps between contact sheets and exports")
    told = ask.parse_args(arguments)
    torch.set_num_threads(told.threads)
    torch.manual_seed(told.seed)
    told.out.mkdir(parents=True, exist_ok=True)
    trainer, held = prepared(told)
    if told.resume and (told.out / "checkpoint.pt").exists():
        trainer.resume(told.out / "checkpoint.pt")
    run(trainer, held, Album(told.plates), told.out, told.every, told.sheets)


def prepared(told: argparse.Namespace) -> tuple[Trainer, Samples]:
    """A trainer at step 0, and the samples of the plates held out."""
    lines = lines_of(told.plates, "train")
    worn = {
        twin: sorted({line["garment"] for line in lines if line["twin"] == twin}) for twin in {line["twin"] for line in lines}
    }
    pipeline = begun(told.begin, worn) if told.begin else new_pipeline(worn, widths=tuple(map(int, told.widths.split(","))))
    kept = told.out / "samples.pt"
    if told.resume and kept.exists():
        found = torch.load(kept, weights_only=True)
        pipeline.codec.load_state_dict(found["codec"])
        seen, held = Samples(*found["seen"]), Samples(*found["held"])
    else:
        seen, held = encoded(told, lines, pipeline)
        parts = {"seen": tuple(vars(seen).values()), "held": tuple(vars(held).values())}
        torch.save({"codec": pipeline.codec.state_dict(), **parts}, kept)
    pipeline.to(told.device)
    course = Course(told.steps, told.batch, told.rate, cooling=told.cooling, seed=told.seed, half=told.half)
    return Trainer(pipeline, seen, course), held


def begun(folder: Path, worn: dict[str, list[str]]) -> AtelierPipeline:
    """A saved pipeline to teach further. Raises OSError without one, ValueError when it knows other twins or garments."""
    saved = AtelierPipeline.from_pretrained(folder, local_files_only=True, dtype=torch.float32, low_cpu_mem_usage=False)
    fresh = new_pipeline(worn, int(saved.codec.config.channels), tuple(saved.unet.config.block_out_channels))
    if (fresh.conditions.twins, fresh.conditions.garments) != (saved.conditions.twins, saved.conditions.garments):
        raise ValueError(f"The pipeline in {folder.name} knows other twins or garments than the plates show.")
    for part in ("unet", "conditions", "codec"):
        getattr(fresh, part).load_state_dict(getattr(saved, part).state_dict())
    return fresh


@torch.no_grad()
def encoded(told: argparse.Namespace, lines: list[dict[str, Any]], pipeline: AtelierPipeline) -> tuple[Samples, Samples]:
    """Measure the codec on the training plates; the samples to learn from, and those held out."""
    if not told.begin:
        measured_codec(pipeline.codec, (raw_plate(told.plates, line) for line in lines))
    chance = torch.Generator().manual_seed(told.seed)
    every = (view for line in lines for view in views(raw_plate(told.plates, line), CROPS, chance))
    apart = lines_of(told.plates, "held out")
    unseen = (raw_plate(told.plates, line) for line in apart)
    rest = pipeline.codec, pipeline.conditions, Album(told.plates)
    seen = gathered(every, len(lines) * (1 + CROPS), *rest)
    pipeline.codec.trust(seen.channels.float(), seen.bases.float(), seen.weights)
    return seen, gathered(unseen, len(apart), *rest)


def run(trainer: Trainer, held: Samples, album: Album, out: Path, every: int, sheets: int) -> None:
    """Learn until the course is over or two evaluations in a row gained less than 1 %; log, save, show and export on the way."""
    losses: list[float] = []
    errors = logged(out / "log.jsonl", "held_out") if trainer.step else []
    began = time.monotonic()
    last = trainer.step >= trainer.course.steps
    while not last:
        losses.append(trainer.learn())
        last = trainer.step == trainer.course.steps
        if trainer.step % 50 == 0 or last:
            pace = len(losses) * trainer.course.batch / (time.monotonic() - began)
            note(out / "log.jsonl", step=trainer.step, loss=sum(losses) / len(losses), images_per_second=round(pace, 2))
            losses, began = [], time.monotonic()
        if trainer.step % every == 0 or last:
            trainer.save(out / "checkpoint.pt")
            errors.append(trainer.error(held))
            note(out / "log.jsonl", step=trainer.step, held_out=errors[-1], seen=trainer.error(trainer.samples))
            last = last or is_flat(errors)
            curve(out / "log.jsonl").save(out / "curve.png")
        if trainer.step % sheets == 0 or last:
            trainer.lend_average()
            contact_sheet(trainer.pipeline, album).save(out / f"sheet_{trainer.step:06d}.png")
            export(trainer.pipeline, out / "atelier")
            trainer.take_back()
            began = time.monotonic()


def logged(log: Path, name: str) -> list[float]:
    """Every value of a name in a log, in order; none without a log."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return [line[name] for line in map(json.loads, lines) if name in line]


def export(pipeline: AtelierPipeline, folder: Path) -> None:
    """Save the pipeline: network and conditions in half precision, the codec's statistics in full."""
    half = {name: copy.deepcopy(getattr(pipeline, name)).half() for name in ("unet", "conditions")}
    AtelierPipeline(scheduler=pipeline.scheduler, codec=pipeline.codec, **half).save_pretrained(folder, max_shard_size="15MB")


def contact_sheet(pipeline: AtelierPipeline, album: Album) -> Image.Image:
    """Every twin in four fixed poses, each with its own seed, at half size."""
    rows = []
    for twin in pipeline.conditions.twins:
        worn = pipeline.conditions.config.wardrobe[twin]
        told = [Told(twin, worn[i % len(worn)], **pose) for i, pose in enumerate(SHEET_POSES)]
        planes = pipeline(told, album.bases(told), [torch.Generator().manual_seed(7 + i) for i in range(len(told))], STEPS)
        rows.append(np.concatenate([shown(one) for one in F.avg_pool2d(planes.float().cpu(), 2)], 1))
    return Image.fromarray(np.concatenate(rows, 0))


def shown(planes: torch.Tensor) -> Picture:
    """One plate in plain light on grey paper."""
    look = Look(Pose(), Light(), "shown", "#8a4a3a", "#b4b6ba")
    return develop(planes_plate(planes, SHOWN_GARMENT), look)


def curve(log: Path) -> Image.Image:
    """The losses of a log over its steps, logarithmic: trained on grey, seen black, held out red."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    size, picture = (900, 400), Image.new("RGB", (900, 400), "white")
    draw = ImageDraw.Draw(picture)
    far = max(line["step"] for line in lines)
    values = [np.log(line[name]) for line in lines for name in ("loss", "seen", "held_out") if name in line]
    low, high = min(values), max(max(values), min(values) + 0.1)
    for name, colour in (("loss", "#b0b0b0"), ("seen", "black"), ("held_out", "#c02020")):
        points = [
            (20 + (size[0] - 40) * line["step"] / far, 20 + (size[1] - 40) * (high - np.log(line[name])) / (high - low))
            for line in lines
            if name in line
        ]
        if len(points) > 1:
            draw.line(points, fill=colour, width=2)
    draw.text((24, 4), f"loss {np.exp(high):.3f} to {np.exp(low):.3f} over {far} steps", fill="black")
    return picture


if __name__ == "__main__":
    main()
