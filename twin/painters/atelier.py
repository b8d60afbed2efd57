"""Atelier, the painter built in: our own small diffusion model of the fictional cast, painting negatives on a plain CPU."""

import hashlib
import json
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from diffusers.utils.logging import disable_progress_bar
from torch import Tensor

from twin.errors import LookRefused, PainterUnavailable
from twin.orders.edit import Box, Edit
from twin.painter import FULLY_GENERATED, Ability, Needs, PainterCard, Painting, PaintRequest, StepSeen
from twin.painters.album import Album
from twin.painters.codec import planes_plate
from twin.painters.conditions import Told
from twin.painters.pipeline import STEPS, AtelierPipeline, Watch
from twin.plates.plate import Plate, develop, settle
from twin.ports import Picture

SIZE = (512, 640)
CLOTH = (0.45, 0.44, 0.43)
"""The linear colour of the cloth in every training plate."""
PREVIEW_BLOCK = 4
MOST_ZOOM = 0.03
SHARE_OF_BODY = 0.35
"""How much of a turn the shoulders take on average in the training plates."""
_ABILITIES = frozenset(
    {Ability.POSE, Ability.EXPRESSION, Ability.GARMENT, Ability.LIGHT, Ability.BACKDROP, Ability.RELIGHT, Ability.OWN_PARTS}
)


class AtelierPainter:
    """Paints the twins it learned, in the garments it saw them in; its weights are read at the first picture."""

    def __init__(
        self,
        folder: Path,
        threads: int = 2,
        steps: int = STEPS,
        plates: Path | None = None,
        faces: Callable[[Picture], Sequence[Box]] | None = None,
    ) -> None:
        """`folder` holds the saved pipeline, `plates` (by default beside it) the plates it leafs through.

        `faces` finds the faces that are kept when a part of a picture is repainted; without it none is. Equal pixels are owed
        only for the same number of `threads`.
        """
        self._folder, self._threads, self._steps = folder, threads, steps
        self._plates, self._faces = plates or folder.parent / "plates", faces

    @cached_property
    def card(self) -> PainterCard:
        """Who it is; without weights on disk it has no hash and paints nobody."""
        return PainterCard(
            name="atelier",
            title="Atelier",
            licence="Apache-2.0",
            commercial=True,
            model_sha256=self._sha256 if self._files else None,
            needs=Needs(memory_gb=1.0),
            abilities=_ABILITIES,
            twins=tuple(self._wardrobe),
        )

    def paint(self, request: PaintRequest, on_step: Callable[[StepSeen], None]) -> Painting:
        """Paint a negative and develop it in the request's look.

        With an edit the marked part of that is set into the picture; both fit together where seed and pose are those that the
        picture was painted with. What `on_step` raises passes through and nothing is kept. Raises PainterUnavailable without
        weights or for a twin it never saw, LookRefused for a garment it never saw her in, another size than 512 × 640, or a
        picture to repaint that nobody painted; BadValue when only her face is marked.
        """
        self._check(request)
        edit = self._spared(request.edit)
        chance = torch.Generator().manual_seed(request.seed)
        told = told_by(request, chance)

        def watch(step: int, steps: int, guess: Tensor) -> None:
            small = planes_plate(self._pipeline.codec.decode(guess, PREVIEW_BLOCK)[0], CLOTH)
            on_step(StepSeen(step, steps, develop(small, request.look)))

        plate = self.negative(told, chance, watch)
        picture, recipe = develop(plate, request.look), self._recipe(request, told)
        if edit is None or request.edit is None:
            return Painting(picture, plate, recipe, FULLY_GENERATED)
        return Painting(edit.composed(picture), None, {**recipe, "edit": request.edit.hashes}, FULLY_GENERATED)

    def negative(self, told: Told, chance: torch.Generator, watch: Watch | None = None) -> Plate:
        """Paint exactly what is told, with what `chance` leaves open. Raises PainterUnavailable without weights or plates."""
        torch.set_num_threads(self._threads)
        with torch.inference_mode():
            pipeline = self._pipeline
            planes = pipeline([told], self._album.bases([told]), [chance], self._steps, watch)
            return settle(planes_plate(planes[0], CLOTH))

    def _spared(self, edit: Edit | None) -> Edit | None:
        """The edit with her face taken out of what may change."""
        if edit is None:
            return None
        if self._faces is None or edit.source_type != FULLY_GENERATED:
            raise LookRefused("Atelier repaints parts of its own pictures alone.")
        return edit.sparing(self._faces(edit.base))

    def _check(self, request: PaintRequest) -> None:
        if not self._files:
            raise PainterUnavailable("Atelier's weights are not in this installation; install it again.")
        if request.twin_id not in self._wardrobe:
            raise PainterUnavailable(f"Atelier never learned {request.twin_id}; it paints {', '.join(self._wardrobe)}.")
        if request.look.garment not in self._wardrobe[request.twin_id]:
            raise LookRefused(
                f"Atelier never saw {request.twin_id} in {request.look.garment}; "
                f"choose one of: {', '.join(self._wardrobe[request.twin_id])}."
            )
        if request.size != SIZE:
            raise LookRefused("Atelier paints pictures of 512 × 640 pixels only.")

    def _recipe(self, request: PaintRequest, told: Told) -> dict[str, Any]:
        return {
            "painter": "atelier",
            "model_sha256": self._sha256,
            "seed": request.seed,
            "steps": self._steps,
            "scheduler": type(self._pipeline.scheduler).__name__,
            "threads": self._threads,
            "look": json.loads(request.look.as_json()),
            "drawn": {name: round(getattr(told, name), 4) for name in ("body", "gaze", "zoom", "shift_x", "shift_y")},
        }

    @cached_property
    def _pipeline(self) -> AtelierPipeline:
        disable_progress_bar()
        try:
            pipeline = AtelierPipeline.from_pretrained(
                self._folder, local_files_only=True, dtype=torch.float32, low_cpu_mem_usage=False
            )
        except (OSError, ValueError) as error:
            raise PainterUnavailable(f"Atelier's weights in {self._folder.name} cannot be read: {error}.") from error
        pipeline.set_progress_bar_config(disable=True)
        for part in (pipeline.unet, pipeline.codec, pipeline.conditions):
            part.eval().requires_grad_(False)
        loaded: AtelierPipeline = pipeline
        return loaded

    @cached_property
    def _album(self) -> Album:
        try:
            return Album(self._plates, remembered=12)
        except OSError as error:
            raise PainterUnavailable("The plates that Atelier leafs through are missing; install it again.") from error

    @cached_property
    def _files(self) -> list[Path]:
        return sorted(self._folder.rglob("*.safetensors"))

    @cached_property
    def _sha256(self) -> str:
        """One hash over the names and bytes of all weights and of all plates in the album, for both decide a picture."""
        whole = hashlib.sha256()
        for file in [*self._files, *self._album.files]:
            whole.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
        return whole.hexdigest()

    @cached_property
    def _wardrobe(self) -> dict[str, list[str]]:
        file = self._folder / "conditions" / "config.json"
        if not file.is_file():
            return {}
        wardrobe: dict[str, list[str]] = json.loads(file.read_text(encoding="utf-8"))["wardrobe"]
        return wardrobe


def told_by(request: PaintRequest, chance: torch.Generator) -> Told:
    """The look as the model is told it. What a look leaves open comes from the seed: shoulders, glance and framing.

    A look's yaw is the head's turn as the camera sees it; the plates tell the turn of the shoulders and, from there, of
    the head.
    """
    shoulders, glance, zoom, x, y = (float(value) for value in torch.rand(5, generator=chance))
    pose = request.look.pose
    body = SHARE_OF_BODY * pose.yaw + 16 * (shoulders - 0.5)
    zoom *= MOST_ZOOM
    return Told(
        twin=request.twin_id,
        garment=request.look.garment,
        yaw=pose.yaw - body,
        pitch=pose.pitch,
        roll=pose.roll,
        body=body,
        smile=pose.smile,
        brows=pose.brows,
        squint=pose.squint,
        gaze=1.0 if glance < 0.8 else 0.3,
        zoom=zoom,
        shift_x=(2 * x - 1) * zoom * SIZE[0] / 2,
        shift_y=(2 * y - 1) * zoom * SIZE[1] / 2,
    )
