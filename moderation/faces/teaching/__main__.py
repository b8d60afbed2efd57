"""Teach the detector: `python -m moderation.faces.teaching --cutouts DIR --packs DIR --out DIR --steps N`.

The cut-outs come from `python -m twin.plates.cutouts`; the teacher is the default pack, which is converted into --packs first.
DIR receives checkpoint.pt, log.jsonl and detection.onnx, and a course that was left goes on from there.
"""

import argparse
from pathlib import Path

import torch

from moderation.faces.cc0 import cc0_sources, ready_cc0
from moderation.faces.teaching.course import Course, sitters, take
from moderation.faces.teaching.teacher import Teacher


def main(arguments: list[str] | None = None) -> None:
    """Read the options, look at the cut-outs, take the course."""
    ask = argparse.ArgumentParser(prog="moderation.faces.teaching", description=__doc__)
    ask.add_argument("--cutouts", type=Path, required=True)
    ask.add_argument("--packs", type=Path, required=True)
    ask.add_argument("--out", type=Path, required=True)
    ask.add_argument("--steps", type=int, required=True, help="steps in all, those of earlier runs included")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--every", type=int, default=100, help="steps between checkpoints")
    ask.add_argument("--threads", type=int, default=1)
    told = ask.parse_args(arguments)
    torch.set_num_threads(told.threads)
    told.out.mkdir(parents=True, exist_ok=True)
    pack = ready_cc0(told.packs / "cc0", cc0_sources(), lambda _words, _part: None)
    taught = sitters(told.cutouts, Teacher(pack, told.threads))
    print(take(Course(taught, told.out, told.steps, told.seed), told.out, told.every))


if __name__ == "__main__":
    main()
