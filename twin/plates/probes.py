"""Plates that are nobody's references, in soft and in hard lights, and painted images, to ask how well faces are known again."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from twin.looks.look import Look, Pose
from twin.looks.lookbook import Lookbook
from twin.looks.wardrobe import Wardrobe
from twin.painter import Painter, PaintRequest
from twin.plates.plate import develop, read_index, read_plate
from twin.plates.reference import LIGHTS
from twin.ports import Picture

PLAIN = "even"
"""The light in which a plate is also made worse."""
HARD = ("rim", "low-key", "golden-hour", "blue-hour")
"""Named looks whose light no reference is measured in."""

PAINTED = ("beauty", "colour-block", "moonlight", "pastel", "tungsten")
"""Named looks in which images are painted to be asked about: every sixth of those that nothing was chosen or measured on."""
PAINTED_SEEDS = range(100, 108)
PAINTED_TURN = 30.0
"""Degrees to either side."""

CHOSEN_ON = Path("packs") / "chosen_on.txt"
"""In the assets: the plates on which rules and constants of recognition were chosen, one id a line."""
DATA = (
    "Data: computer-rendered plates of the fictional cast (`assets/plates`), in the three lights of the references and in four"
    " hard ones. The references (`assets/references`) are other plates: they alone set the limits. Left out are the plates on"
    " which the rules and their constants were chosen (`assets/packs/chosen_on.txt`). Of the 114 others 50 were not unseen:"
    " nearly all configurations that were compared were scored on them too, and one that cleared as somebody else prompted"
    " the rule that nothing is decided about a face in profile. Besides, 40 images a twin that the embedded"
    " painter painted: five looks and eight seeds that nothing was chosen or measured on, turned by up to 30°; they are told of"
    " apart. No photograph is among them. The painter was trained on most of these plates, the face models on none."
)


def unseen(assets: Path) -> frozenset[str]:
    """The plates that no constant was chosen on. Raises OSError."""
    chosen = (assets / CHOSEN_ON).read_text(encoding="utf-8").split()
    return frozenset(line["id"] for line in read_index(assets / "plates")) - frozenset(chosen)


def probes(folder: Path, lookbook: Lookbook, wanted: Collection[str]) -> Iterator[tuple[str, str, float, str, Picture]]:
    """Of each wanted plate: id, twin, turn away from the camera in degrees (head and body), light, and the picture (h, w, 3).

    Raises BadValue for a look that is not there, NotFound for a plate without its files.
    """
    looks = {name: (light, 1.0) for name, light in LIGHTS.items()}
    looks |= {name: (named.light, named.exposure) for name in HARD for named in (lookbook.look(name),)}
    for line in read_index(folder):
        if line["id"] in wanted:
            plate = read_plate(folder, line)
            for name, (light, exposure) in looks.items():
                look = Look(Pose(), light, line["garment"], "#8a8a88", "#a8a8aa", exposure)
                yield line["id"], line["twin"], float(line["pose"]["yaw"] + line["pose"]["body"]), name, develop(plate, look)


def painted_orders(lookbook: Lookbook, wardrobe: Wardrobe, cast: Sequence[str]) -> Iterator[tuple[str, PaintRequest]]:
    """What is painted to be asked about: each of the cast in the looks `PAINTED`, by the look's name.

    Raises BadValue for a look that is not there, LookRefused.
    """
    for twin_id in cast:
        for name in PAINTED:
            named = lookbook.look(name).worn_by(twin_id, wardrobe)
            for seed in PAINTED_SEEDS:
                yaw = float(np.random.default_rng([seed, len(name)]).uniform(-PAINTED_TURN, PAINTED_TURN))
                yield name, PaintRequest(twin_id, replace(named, pose=replace(named.pose, yaw=round(yaw, 1))), seed)


def painted_probes(
    painter: Painter, lookbook: Lookbook, wardrobe: Wardrobe, cast: Sequence[str]
) -> Iterator[tuple[str, str, float, str, Picture]]:
    """Painted images as `probes` gives them: by the look, not the light. Raises what both others do."""
    for name, order in painted_orders(lookbook, wardrobe, cast):
        picture = painter.paint(order, lambda _: None).picture
        yield f"{order.twin_id}-{name}-{order.seed}", order.twin_id, order.look.pose.yaw, name, picture
