"""FLUX.2 [klein], the painter for anybody of whom there are reference pictures; it needs a GPU and weights that were fetched."""

import logging
import math
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from twin.engines.modes import GIGABYTE, WORKING, Mode, choose, needed, together, weights_in
from twin.errors import BadValue, LookRefused, OutOfMemory, PainterUnavailable
from twin.looks.look import Look
from twin.orders.edit import Box, Edit
from twin.painter import EDITED_PHOTOGRAPH, FULLY_GENERATED, Done, PainterCard, Painting, PaintRequest, StepSeen, turn_of, unkept
from twin.painters.device import Device, breaks_told, is_full
from twin.painters.warm import WarmKlein, inpainting, load
from twin.ports import Picture

LOG = logging.getLogger(__name__)

STEPS = 4
"""The model was distilled to four."""
REFERENCE_PIXELS = 512 * 512
"""A reference costs tokens by its area; three of this size cost 3,072, as megapixels 12,288."""
EDIT_PIXELS = 1024 * 1024
"""The inpainting pipeline scales larger pictures down, and a face that was scaled is not kept."""
MOST_REFERENCES = 3
SMALLEST_SIDE, LONGEST_SHAPE = 64, 8.0
OnStep = Callable[[StepSeen], None]


class KleinPainter:
    """Paints whoever the references show, in the words of the look; its weights are loaded at the first picture and stay.

    When the accelerator runs out of memory fewer pictures are painted in one go, and a single one is tried once more in the next
    smaller mode, where later ones stay until there is more room. What is free is measured at each order.
    """

    def __init__(
        self,
        folder: Path,
        card: PainterCard,
        words: Callable[[Look, bool], str],
        faces: Callable[[Picture], Sequence[Box]],
        device: Device,
        *,
        whole: Callable[[], object] = lambda: None,
        compiled: bool = False,
        steps: int = STEPS,
    ) -> None:
        """`folder` holds the saved pipeline; `words` makes a look and whether it is an edit into a prompt; `faces` finds faces.

        `whole` is called before weights are read and raises PainterUnavailable when they are not those that were installed.
        `compiled` has torch compile the repeated blocks in bf16 on a GPU, which pays from some tens of images on.
        """
        self.card = card
        self._folder, self._words, self._faces, self._device = folder, words, faces, device
        self._whole, self._compiles, self._steps = whole, compiled, steps
        self._mode: Mode | None = None
        self._pipeline: WarmKlein | None = None
        self._ran_out: dict[Mode, int] = {}
        """What was free without the model when a mode last ran out of memory."""

    @property
    def mode(self) -> Mode | None:
        """How the model is held; None before the first picture."""
        return self._mode

    @property
    def held(self) -> Mode | None:
        """How the model is held now; None while it is not loaded."""
        return self._mode if self._pipeline is not None else None

    def paint(self, request: PaintRequest, on_step: OnStep) -> Painting:
        """Paint one picture, or the marked part of one; what `on_step` raises passes through and nothing is kept.

        Raises PainterUnavailable without weights, accelerator or references, LookRefused for what it cannot repaint, OutOfMemory
        when two modes found no room, and EngineBroken after which this process can paint no more.
        """
        return self.paint_many([request], on_step)[0]

    def paint_many(self, requests: Sequence[PaintRequest], on_step: OnStep, done: Done = unkept) -> tuple[Painting, ...]:
        """Paint pictures that differ by their seeds alone, as many in one call of the pipeline as there is memory for.

        When the memory runs out half as many are tried, and one by one the next smaller mode. Raises what `paint` and `done`
        raise, and BadValue for requests that differ in anything else.
        """
        edit = self._checked(requests[0])
        if len(requests) > 1:
            _insist_on_siblings(requests)
        with breaks_told():
            self._measure_again()
            return tuple(self._all(requests, edit, on_step, done))

    def _all(self, requests: Sequence[PaintRequest], edit: Edit | None, on_step: OnStep, done: Done) -> list[Painting]:
        ready: list[Painting] = []
        told: list[str] = []
        most, parts = len(requests), 0
        while len(ready) < len(requests):
            left = requests[len(ready) :]
            part = left[: self._fitting(min(most, len(left)), requests[0])]
            turns = parts + math.ceil(len(left) / len(part))
            pictures = self._tried(part, edit, turn_of(on_step, parts, turns))
            if pictures is not None:
                for one, made in zip(part, pictures, strict=True):
                    ready.append(self._painting(one, edit, made, told, len(part)))
                    done(len(ready) - 1, ready[-1])
                told, parts = [], parts + 1
            elif len(part) > 1:
                most = len(part) // 2
                self._device.empty()
                LOG.warning("The GPU ran out of memory with %d pictures in one go; going on with %d.", len(part), most)
            else:
                self._make_room(told)
        return ready

    def _measure_again(self) -> None:
        """At each order: a mode that was taken for want of room is left when a larger one finds room by now."""
        if self._pipeline is None:
            self._mode = None
        elif self._mode is not None and self._mode is not Mode.BF16:
            wanted = needed(weights_in(self._folder))
            free = self._device.free() + wanted[self._mode] - WORKING
            larger = self._chosen(free) if free >= min(wanted.values()) else self._mode
            if wanted[larger] > wanted[self._mode]:
                LOG.info("%.1f GB would be free: from %s to %s.", free / GIGABYTE, self._mode.words, larger.words)
                self._pipeline = self._mode = None
                self._device.empty()

    def _chosen(self, free: int) -> Mode:
        """The largest mode that fits; one that ran out of memory before only with a quarter more than was free then."""
        mode = choose(free, weights_in(self._folder))
        while (smaller := mode.smaller) and free < self._ran_out.get(mode, 0) * 5 // 4:
            mode = smaller
        return mode

    def _fitting(self, wanted: int, request: PaintRequest) -> int:
        """How many pictures to paint in one go."""
        if wanted == 1:
            return 1
        try:
            self._loaded()
        except RuntimeError as error:
            if is_full(error):
                return 1
            raise
        return min(wanted, together(self._device.free(), request.size))

    def _tried(self, requests: Sequence[PaintRequest], edit: Edit | None, on_step: OnStep) -> list[Picture] | None:
        """The pictures; None when the memory ran out."""
        try:
            return self._once(requests, edit, on_step)
        except RuntimeError as error:
            # Nothing else is done in here: the error holds every frame with tensors in it.
            if is_full(error):
                return None
            raise

    def _make_room(self, told: list[str]) -> None:
        """Let the model go and take the next smaller mode, once a picture; raises OutOfMemory."""
        held = self._mode
        self._pipeline = None
        self._device.empty()
        smaller = held.smaller if held else None
        without = self._device.free()
        free = f"{without / GIGABYTE:.1f} GB are free"
        if held is not None:
            self._ran_out[held] = without
        if held is None or smaller is None or told:
            raise OutOfMemory(
                f"{self.card.title} ran out of GPU memory on {self._device.title}{', twice' if told else ''} ({free} without it)."
                " Close what else uses the GPU, then order the image again."
            )
        told.append(f"The GPU ran out of memory with {held.words}; painted with {smaller.words} instead.")
        LOG.warning("%s (%s)", told[-1], free)
        self._mode = smaller

    def _once(self, requests: Sequence[PaintRequest], edit: Edit | None, on_step: OnStep) -> list[Picture]:
        on_step(StepSeen(0, self._steps))
        request, pipeline = requests[0], self._loaded()
        references = [_fit(one) for one in request.references[:MOST_REFERENCES]]

        def after(_pipe: Any, step: int, _time: Any, _tensors: dict[str, Any]) -> dict[str, Any]:
            # Raising is the one way to stop: an interrupted pipeline would still decode and return a half-painted picture.
            on_step(StepSeen(step + 1, self._steps))
            return {}

        asked = {
            "prompt_embeds": pipeline.embeds(self._words(request.look, edit is not None)),
            "num_images_per_prompt": len(requests),
            "num_inference_steps": self._steps,
            "guidance_scale": 1.0,
            # One for each picture, so that each is painted from its own seed whatever is painted beside it.
            "generator": [torch.Generator().manual_seed(one.seed) for one in requests],
            "output_type": "np",
            "callback_on_step_end": after,
        }
        if edit is None:
            made = pipeline(image=references, width=request.size[0], height=request.size[1], **asked).images
            return [_bytes(one) for one in made]
        inside = Image.fromarray(edit.mask.astype(np.uint8) * 255)
        base = Image.fromarray(edit.base)
        repaint = inpainting(pipeline)
        made = repaint(image=base, mask_image=inside, image_reference=references[:1] or None, strength=1.0, **asked).images
        return [edit.composed(_bytes(one)) for one in made]

    def _checked(self, request: PaintRequest) -> Edit | None:
        """The edit with her face taken out of what may change; raises what `paint` says."""
        if not (self._folder / "model_index.json").is_file():
            raise PainterUnavailable(
                f"The weights of {self.card.title} are not here; an administrator fetches them with:"
                f" twin-studio painters pull {self.card.name}"
            )
        for reference in request.references:
            height, width = reference.shape[:2]
            if min(height, width) < SMALLEST_SIDE or max(height, width) > LONGEST_SHAPE * min(height, width):
                raise LookRefused(f"{self.card.title} takes references of 64 pixels a side or more, and no narrow strips.")
        if request.edit is None:
            if not request.references:
                raise PainterUnavailable(
                    f"{self.card.title} paints from reference pictures, and there are none of this twin yet."
                )
            return None
        if request.size[0] * request.size[1] > EDIT_PIXELS:
            raise LookRefused(f"{self.card.title} repaints pictures of at most a megapixel.")
        return request.edit.sparing(self._faces(request.edit.base))

    def _loaded(self) -> WarmKlein:
        if self._pipeline is None:
            self._mode = self._mode or self._chosen(self._device.free())
            self._whole()
            pipeline = load(self._folder, self._device, self._mode)
            if self._compiled:
                pipeline.transformer.compile_repeated_blocks()
            self._pipeline = pipeline
            LOG.info("%s is held as %s on %s.", self.card.title, self._mode.words, self._device.title)
        return self._pipeline

    @property
    def _compiled(self) -> bool:
        return self._compiles and self._mode is Mode.BF16 and self._device.torch_device.type == "cuda"

    def _painting(self, request: PaintRequest, edit: Edit | None, picture: Picture, told: Sequence[str], beside: int) -> Painting:
        pipeline = self._loaded()
        recipe = {
            "painter": self.card.name,
            "model_sha256": self.card.model_sha256,
            "seed": request.seed,
            "steps": self._steps,
            "scheduler": type(pipeline.scheduler).__name__,
            "pipeline": "Flux2KleinPipeline" if edit is None else "Flux2KleinInpaintPipeline",
            "mode": str(self._mode),
            "prompt": self._words(request.look, edit is not None),
            "look": request.look.as_mapping(),
            "told": list(told),
        }
        if beside > 1:
            recipe["in_one_go"] = beside
        if request.edit is not None:
            recipe["edit"] = request.edit.hashes
        # Repainting a generated picture adds no photograph to it; repainting any other one makes a composite.
        generated = request.edit is None or request.edit.source_type == FULLY_GENERATED
        # A GPU adds up in another order when it paints several at once, so this is part of where a picture was painted.
        more = (", compiled" if self._compiled else "") + (f", {beside} in one go" if beside > 1 else "")
        held = f"{self._device.title}, {self._mode}{more}"
        ran = {"device": held, "transformers": version("transformers")}
        return Painting(picture, None, recipe, FULLY_GENERATED if generated else EDITED_PHOTOGRAPH, ran)


def _insist_on_siblings(requests: Sequence[PaintRequest]) -> None:
    """Raises BadValue unless the requests differ by their seeds alone."""
    first = requests[0]
    for other in requests[1:]:
        same = (other.twin_id, other.look, other.size) == (first.twin_id, first.look, first.size)
        pictures = len(other.references) == len(first.references) and all(
            np.array_equal(one, another) for one, another in zip(first.references, other.references, strict=True)
        )
        if not (same and pictures and first.edit is None and other.edit is None):
            raise BadValue("Only pictures that differ by their seeds alone are painted in one go.")


def _fit(reference: Picture) -> Image.Image:
    """A reference no larger than it is worth in tokens, never enlarged."""
    picture = Image.fromarray(reference)
    scale = min(1.0, (REFERENCE_PIXELS / (picture.width * picture.height)) ** 0.5)
    width, height = (max(SMALLEST_SIDE, round(side * scale / 16) * 16) for side in picture.size)
    return picture if scale == 1.0 else picture.resize((width, height), Image.Resampling.LANCZOS)


def _bytes(made: Any) -> Picture:
    """A picture of numbers from 0 to 1 as bytes; refuses one that the model left without numbers. Raises PainterUnavailable."""
    if not np.isfinite(made).all():
        raise PainterUnavailable("The painter's arithmetic overflowed and left no picture; order it again with another seed.")
    picture: Picture = np.rint(made * 255).clip(0, 255).astype(np.uint8)
    return picture
