"""Teach the blend detector: `python -m moderation.safeguards.teaching.train --pictures DIR … --out DIR --steps N`.

Each DIR holds pictures of faces that nobody blended. DIR/blend.onnx, log.jsonl and checkpoint.pt are written into the last one.
"""

import argparse
import json
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import torch

from moderation.faces.cc0 import cc0_sources, ready_cc0
from moderation.faces.chip import Picture
from moderation.faces.reader import FaceReader
from moderation.safeguards.head import Square, square_around, taken
from moderation.safeguards.teaching.network import BlendNetwork, as_onnx
from moderation.safeguards.teaching.pairs import Sitter
from moderation.safeguards.teaching.school import Course, School
from moderation.uploads.uploads import pictures_in

ROOM = 1.25
"""How much wider than the safeguard's square a sitter is cut, so that crops can move."""
LARGEST = 320
"""Pixels a side that a sitter keeps at most."""


def main(arguments: list[str] | None = None) -> None:
    """Read the options, gather the sitters, teach, write."""
    ask = argparse.ArgumentParser(prog="moderation.safeguards.teaching.train", description=__doc__)
    ask.add_argument("--pictures", type=Path, nargs="+", required=True)
    ask.add_argument("--packs", type=Path, required=True, help="where the default face pack lies or will lie")
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--steps", type=int, required=True, help="steps in all, those of an earlier run included")
    ask.add_argument("--rate", type=float, default=2e-3)
    ask.add_argument("--pairs", type=int, default=16)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--threads", type=int, default=1)
    ask.add_argument("--from", dest="start", type=Path, help="begin with the averaged weights of another checkpoint")
    ask.add_argument("--every", type=int, default=100, help="steps between checkpoints")
    told = ask.parse_args(arguments)
    torch.set_num_threads(told.threads)
    torch.manual_seed(told.seed)
    told.out.mkdir(parents=True, exist_ok=True)
    reader = FaceReader(ready_cc0(told.packs / "cc0", cc0_sources(), lambda _words, _part: None), told.threads)
    sitters = [sitter for folder in told.pictures for sitter in sitters_of(reader, pictures_in(folder))]
    network = BlendNetwork()
    if told.start:
        network.load_state_dict(torch.load(told.start, weights_only=True)["average"])
    school = School(network, sitters, Course(told.steps, told.pairs, told.rate, told.seed))
    if (told.out / "checkpoint.pt").exists():
        school.take_up(told.out / "checkpoint.pt")
    print(f"{len(sitters)} sitters, from step {school.step}", flush=True)
    run(school, told.out, told.every)


def sitters_of(reader: FaceReader, pictures: Iterable[tuple[str, Picture]]) -> Iterator[Sitter]:
    """The largest face of each picture, cut out; pictures without a face teach nothing.

    Pictures called `<id>@<number>` are one face in several lights: the first that shows it tells where it is in all of them.
    """
    for name, lights in groupby(pictures, key=lambda one: one[0].rpartition("@")[0] or one[0]):
        shown = [picture for _, picture in lights]
        faces = next((faces for faces in map(reader.read, shown) if faces), ())
        for face in faces[:1]:
            near = square_around(face.landmarks)
            grown = near.side * ROOM
            square = Square(near.left - (grown - near.side) / 2, near.top - (grown - near.side) / 2, grown)
            side = min(LARGEST, round(grown))
            scale = side / grown
            points = (face.landmarks - np.array([square.left, square.top], np.float32)) * np.float32(scale)
            yield Sitter(name, tuple(taken(picture, square, side) for picture in shown), points)


def run(school: School, out: Path, every: int) -> None:
    """Learn until the course is over; note, save and export on the way."""
    losses: list[tuple[float, float]] = []
    began = time.monotonic()
    while school.step < school.course.steps:
        losses.append(school.learn())
        if school.step % every and school.step < school.course.steps:
            continue
        seams, whole = np.mean(losses, axis=0).round(4).tolist()
        pace = round(2 * school.course.pairs * len(losses) / (time.monotonic() - began), 1)
        with (out / "log.jsonl").open("a") as log:
            log.write(json.dumps({"step": school.step, "map": seams, "above": whole, "pictures_per_second": pace}) + "\n")
        school.save(out / "checkpoint.pt")
        (out / "blend.onnx").write_bytes(as_onnx(school.average.eval()))
        losses, began = [], time.monotonic()


if __name__ == "__main__":
    main()
