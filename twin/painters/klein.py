"""FLUX.2 [klein], the painter for anybody of whom there are reference pictures; it needs a GPU and weights that were fetched."""

import logging
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from twin.edit import Box, Edit
from twin.errors import EngineBroken, LookRefused, OutOfMemory, PainterUnavailable
from twin.look import Look
from twin.modes import GIGABYTE, Mode, choose, weights_in
from twin.painter import EDITED_PHOTOGRAPH, FULLY_GENERATED, PainterCard, Painting, PaintRequest, StepSeen
from twin.painters.device import Device
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

    When the accelerator runs out of memory the same picture is tried once more in the next smaller mode, and later ones stay
    there.
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

    @property
    def mode(self) -> Mode | None:
        """How the model is held; None before the first picture."""
        return self._mode

    def paint(self, request: PaintRequest, on_step: OnStep) -> Painting:
        """Paint one picture, or the marked part of one; what `on_step` raises passes through and nothing is kept.

        Raises PainterUnavailable without weights, accelerator or references, LookRefused for what it cannot repaint, OutOfMemory
        when two modes found no room, and EngineBroken after which this process can paint no more.
        """
        edit = self._checked(request)
        told: list[str] = []
        while True:
            full = False
            try:
                picture = self._once(request, edit, on_step)
            except torch.OutOfMemoryError:
                full = True
            except RuntimeError as error:
                if is_broken(error):
                    raise EngineBroken(f"The GPU stopped answering while it painted ({type(error).__name__}).") from error
                raise
            if not full:
                return self._painting(request, edit, picture, told)
            # Outside of the handler, whose error holds every frame with tensors in it.
            self._make_room(told)

    def _make_room(self, told: list[str]) -> None:
        """Let the model go and take the next smaller mode, once a picture; raises OutOfMemory."""
        held = self._mode
        self._pipeline = None
        self._device.empty()
        smaller = held.smaller if held else None
        free = f"{self._device.free() / GIGABYTE:.1f} GB are free"
        if held is None or smaller is None or told:
            raise OutOfMemory(
                f"{self.card.title} ran out of GPU memory on {self._device.title}{', twice' if told else ''} ({free} without it)."
                " Close what else uses the GPU, then order the image again."
            )
        told.append(f"The GPU ran out of memory with {held.words}; painted with {smaller.words} instead.")
        LOG.warning("%s (%s)", told[-1], free)
        self._mode = smaller

    def _once(self, request: PaintRequest, edit: Edit | None, on_step: OnStep) -> Picture:
        on_step(StepSeen(0, self._steps))
        pipeline = self._loaded()
        references = [_fit(one) for one in request.references[:MOST_REFERENCES]]

        def after(_pipe: Any, step: int, _time: Any, _tensors: dict[str, Any]) -> dict[str, Any]:
            # Raising is the one way to stop: an interrupted pipeline would still decode and return a half-painted picture.
            on_step(StepSeen(step + 1, self._steps))
            return {}

        asked = {
            "prompt_embeds": pipeline.embeds(self._words(request.look, edit is not None)),
            "num_inference_steps": self._steps,
            "guidance_scale": 1.0,
            "generator": torch.Generator().manual_seed(request.seed),
            "output_type": "np",
            "callback_on_step_end": after,
        }
        if edit is None:
            made = pipeline(image=references, width=request.size[0], height=request.size[1], **asked).images[0]
            return _bytes(made)
        inside = Image.fromarray(edit.mask.astype(np.uint8) * 255)
        base = Image.fromarray(edit.base)
        repaint = inpainting(pipeline)
        made = repaint(image=base, mask_image=inside, image_reference=references[:1] or None, strength=1.0, **asked).images[0]
        return edit.composed(_bytes(made))

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
            self._mode = self._mode or choose(self._device.free(), weights_in(self._folder))
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

    def _painting(self, request: PaintRequest, edit: Edit | None, picture: Picture, told: Sequence[str]) -> Painting:
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
        if request.edit is not None:
            recipe["edit"] = request.edit.hashes
        # Repainting a generated picture adds no photograph to it; repainting any other one makes a composite.
        generated = request.edit is None or request.edit.source_type == FULLY_GENERATED
        held = f"{self._device.title}, {self._mode}{', compiled' if self._compiled else ''}"
        ran = {"device": held, "transformers": version("transformers")}
        return Painting(picture, None, recipe, FULLY_GENERATED if generated else EDITED_PHOTOGRAPH, ran)


def is_broken(error: RuntimeError) -> bool:
    """Whether an error leaves the process without a usable accelerator, as a CUDA fault does."""
    return isinstance(error, torch.AcceleratorError) or "CUDA error" in str(error)


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
