"""FLUX.2 klein as diffusers has it, kept warm: what images of one order share is computed once."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import Flux2KleinInpaintPipeline, Flux2KleinPipeline
from diffusers.hooks import apply_group_offloading, apply_layerwise_casting
from diffusers.utils.logging import disable_progress_bar
from torch import Tensor

from twin.engines.modes import Mode
from twin.errors import PainterUnavailable
from twin.painters.device import Device

REMEMBERED = 16
"""How many encoded references are kept; one of 512² takes a quarter of a megabyte."""
PROMPTS = 4
"""How many encoded prompts are kept; one takes eight megabytes."""
EIGHT_BITS = torch.float8_e4m3fn
COMPUTED_IN = torch.bfloat16


class Remembered:
    """The last few results of a computation on the accelerator, by key."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self._most = most
        self._kept: OrderedDict[str, Tensor] = OrderedDict()

    def get(self, key: str, compute: Callable[[], Tensor]) -> Tensor:
        """What was computed under this key, computed now if it was not."""
        if key not in self._kept:
            self._kept[key] = compute()
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return self._kept[key]


class WarmKlein(Flux2KleinPipeline):  # type: ignore[misc]
    """The pipeline for new pictures; references are encoded once, and the text encoder may hold eight-bit weights."""

    def remember(self) -> None:
        """Begin to keep encoded references and prompts; to be called once after loading."""
        self._references, self._prompts = Remembered(), Remembered(PROMPTS)

    def embeds(self, prompt: str) -> Tensor:
        """The prompt as the transformer reads it, (1, tokens, channels)."""
        return self._prompts.get(prompt, lambda: self._embed(prompt))

    def _embed(self, prompt: str) -> Tensor:
        # The encoder's own dtype would be that of its stored weights, in which nothing can be drawn or added.
        embeds: Tensor = self._get_qwen3_prompt_embeds(
            self.text_encoder, self.tokenizer, prompt, dtype=COMPUTED_IN, device=self._execution_device
        )
        return embeds

    def _encode_vae_image(self, image: Tensor, generator: Any) -> Tensor:
        key = hashlib.sha256(image.detach().float().cpu().numpy().tobytes()).hexdigest()
        # The mode of the posterior is taken, so chance has no part in it and the result may be kept.
        encode = super()._encode_vae_image
        return self._references.get(f"{tuple(image.shape)} {key}", lambda: encode(image, generator))


def load(folder: Path, device: Device, mode: Mode) -> WarmKlein:
    """The pipeline saved in `folder`, held on `device` as `mode` says. Raises PainterUnavailable when it cannot be read."""
    disable_progress_bar()
    try:
        pipeline = WarmKlein.from_pretrained(folder, dtype=COMPUTED_IN, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError) as error:
        raise PainterUnavailable(f"The weights in {folder.name} cannot be read: {error}.") from error
    hold(pipeline, device, mode)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.vae.enable_slicing()  # pictures of one go are decoded one by one: the decoder is what takes most room
    pipeline.remember()
    loaded: WarmKlein = pipeline
    return loaded


def hold(pipeline: Any, device: Device, mode: Mode) -> None:
    """Put the parts of a freshly loaded pipeline where the mode wants them."""
    where = device.torch_device
    if mode is Mode.OFFLOAD:
        streams = where.type == "cuda"
        for part, kind in ((pipeline.transformer, "block_level"), (pipeline.text_encoder, "leaf_level")):
            blocks = 1 if kind == "block_level" else None
            apply_group_offloading(
                part, where, torch.device("cpu"), offload_type=kind, num_blocks_per_group=blocks, use_stream=streams
            )
        pipeline.vae.to(where)
        return
    if mode is Mode.QUANTISED:
        for part in (pipeline.transformer, pipeline.text_encoder):
            apply_layerwise_casting(part, EIGHT_BITS, COMPUTED_IN)
    pipeline.to(where)


def inpainting(pipeline: WarmKlein) -> Any:
    """The pipeline that repaints a part of a picture, over the same weights."""
    inpaint = Flux2KleinInpaintPipeline(**pipeline.components, is_distilled=pipeline.config.is_distilled)
    inpaint.set_progress_bar_config(disable=True)
    return inpaint
