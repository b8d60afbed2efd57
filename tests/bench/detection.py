"""Who finds the faces: the shipped detector beside dlib's mmod on plates held out of its course, and on photographs.

The plates are developed in looks it never saw and set into scenes of one or several people, posters, mirrors and close-ups. With
`--data DIR` DIR's pictures are looked at too, each taken to show one person; a YuNet of 2023 lying there is tried as well.
"""

import tempfile
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from insightface.model_zoo.scrfd import SCRFD

from moderation.faces.cc0 import cc0_sources, ready_cc0
from moderation.faces.detector import Box, Detector
from moderation.faces.first_look import FirstLook, Glimpse, input_sizes
from moderation.faces.session import options
from moderation.faces.teaching.scenes import SIDE, Scene, scene
from moderation.faces.teaching.teacher import Sitter, Teacher
from moderation.faces.two_looks import TwoLooks
from moderation.faces.yunet import scrfd_of_yunet
from moderation.uploads.uploads import read_picture_file
from tests.bench.measure import Measurement, compare
from twin.plates.cutouts import cutouts

PLATES = Path(__file__).parents[2] / "assets" / "plates"
LOOKS, SCENES = 6, 150
SMALLEST = 40
"""Faces below this side count neither as found nor as missed: nothing is decided about them."""
SHOWN = 2
"""Scenes are enlarged by this much, so that the smallest face that counts is one of 20 taught pixels."""

Finds = Callable[[np.ndarray], list[Box]]


def run(data: Path | None) -> Measurement:
    """Time one look at a portrait beside mmod's, then ask who finds what."""
    with tempfile.TemporaryDirectory() as folder:
        pack = ready_cc0(Path(folder) / "cc0", cc0_sources(), lambda *_: None)
        look, mmod = FirstLook(pack, 1), Detector(pack, 1)
        sitters = _sitters(Teacher(pack, 1))
        both = TwoLooks.of(pack, 1)
    finders: dict[str, Finds] = {
        "first look": lambda picture: [one.box for one in look.find(picture)],
        "mmod": mmod.find,
        "both, as shipped": both.find,
    }
    if data and (found := sorted(data.glob("*yunet*.onnx"))):
        finders["YuNet"] = _yunet(found[0])
    portrait = cv2.resize(sitters[0].pictures[0], (768, 1024))
    measured = compare(
        "detection",
        "the first look at one portrait of 768 by 1024, one thread",
        lambda: look.find(portrait),
        "mmod on the same",
        lambda: mmod.find(portrait),
    )
    measured.figures["plates"] = {name: _on_plates(finds, sitters) for name, finds in finders.items()}
    measured.figures["scenes"] = {name: _in_scenes(finds, sitters) for name, finds in finders.items()}
    measured.figures["five_points_error"] = _points_error(look.find, sitters)
    if data:
        measured.figures["pictures"] = {name: _in_pictures(finds, data) for name, finds in finders.items()}
    return measured


def _sitters(teacher: Teacher) -> list[Sitter]:
    found = []
    chance = np.random.default_rng(2026)
    for _, looks in groupby(cutouts(PLATES, ["held out"], LOOKS, chance), key=lambda one: one.plate_id):
        same = list(looks)
        found.append(teacher.sitter([one.picture for one in same], same[0].alpha))
    return [one for one in found if one is not None]


def _yunet(file: Path) -> Finds:
    content = scrfd_of_yunet(file.read_bytes())
    with tempfile.NamedTemporaryFile(suffix=".onnx") as kept:
        kept.write(content)
        kept.flush()
        session = onnxruntime.InferenceSession(content, options(1))
        detector = SCRFD(kept.name, session, static_shape_sessions=False)
    detector.prepare(-1, det_thresh=0.6, nms_thresh=0.4)

    def find(picture: np.ndarray) -> list[Box]:
        height, width = picture.shape[:2]
        boxes, _ = detector.detect(np.ascontiguousarray(picture[..., ::-1]), input_size=input_sizes(width, height))
        return [Box(*(float(edge) for edge in box[:4]), score=float(box[4])) for box in boxes]

    return find


def same_face(box: Box, truth: np.ndarray) -> bool:
    """Whether a box is about this face: middles within 0.4 of its side, sides within a factor of two."""
    side = float(truth[2] - truth[0])
    apart = max(abs(box.left + box.right - truth[0] - truth[2]), abs(box.top + box.bottom - truth[1] - truth[3])) / 2
    return apart < 0.4 * side and 0.5 < np.sqrt((box.right - box.left) * (box.bottom - box.top)) / side < 2


def _on_plates(finds: Finds, sitters: Sequence[Sitter]) -> dict[str, float]:
    seen = [(finds(picture), sitter.box) for sitter in sitters for picture in sitter.pictures]
    found = sum(any(same_face(box, truth) for box in boxes) for boxes, truth in seen)
    return {"found": round(found / len(seen), 4), "extra": sum(max(0, len(boxes) - 1) for boxes, _ in seen), "of": len(seen)}


def _in_scenes(finds: Finds, sitters: Sequence[Sitter]) -> dict[str, float]:
    """Recall and wrong boxes over scenes by chance, by size of face: medium, large, and close-ups beyond half of the scene."""
    counts = {name: [0, 0] for name in ("40 to 100 px", "100 to 320 px", "close-ups")}
    extra = 0
    for seed in range(SCENES):
        made = scene(sitters, np.random.default_rng([7, seed]))
        boxes = finds(np.repeat(np.repeat(made.picture, SHOWN, axis=0), SHOWN, axis=1))
        for truth in (SHOWN * face for face in made.boxes):
            side = truth[2] - truth[0]
            if side >= SMALLEST:
                name = "40 to 100 px" if side < 100 else "100 to 320 px" if side < SHOWN * SIDE / 2 else "close-ups"
                counts[name][0] += any(same_face(box, truth) for box in boxes)
                counts[name][1] += 1
        extra += sum(_is_wrong(box, made) for box in boxes)
    told = {name: round(found / total, 4) for name, (found, total) in counts.items()}
    found, total = (sum(pair[at] for pair in counts.values()) for at in (0, 1))
    return {**told, "all": round(found / total, 4), "of": total, "extra_per_scene": round(extra / SCENES, 4)}


def _is_wrong(box: Box, made: Scene) -> bool:
    """A box of at least 40 pixels where there is no face; about hidden faces nothing is said."""
    if box.side < SMALLEST:
        return False
    middle = np.array([box.left + box.right, box.top + box.bottom]) / 2
    allowed = [SHOWN * one for one in made.untaught]
    if any((middle >= one[:2] - 4).all() and (middle <= one[2:] + 4).all() for one in allowed):
        return False
    return not any(same_face(box, SHOWN * face) for face in made.boxes)


def _points_error(find: Callable[[np.ndarray], list[Glimpse]], sitters: Sequence[Sitter]) -> dict[str, float]:
    """How far the five points lie from the teacher's, in parts of the distance between the eyes."""
    off = []
    for sitter in sitters:
        for picture in sitter.pictures:
            seen = [one for one in find(picture) if same_face(one.box, sitter.box)]
            apart = float(np.linalg.norm(sitter.points[0] - sitter.points[1]))
            off += [np.linalg.norm(seen[0].points - sitter.points, axis=1) / apart] if seen else []
    return dict(zip(("eye", "eye_2", "nose", "mouth", "mouth_2"), np.mean(off, axis=0).round(4).tolist(), strict=True))


def _in_pictures(finds: Finds, data: Path) -> dict[str, float]:
    """Pictures with a face found, and with exactly one."""
    counts = [len(finds(read_picture_file(file))) for file in sorted([*data.glob("*.jpg"), *data.glob("*.png")])]
    return {
        "found": round(sum(count > 0 for count in counts) / len(counts), 4),
        "exactly_one": round(sum(count == 1 for count in counts) / len(counts), 4),
        "of": len(counts),
    }
