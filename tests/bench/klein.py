"""klein's architecture at full size with random weights on a GPU: the studio's way beside the plain diffusers call, in one run.

Without a GPU it says that it did not run. Pixels mean nothing here; time and memory do not depend on what the weights are.
"""

import gc
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import AutoencoderKLFlux2, FlowMatchEulerDiscreteScheduler, Flux2KleinPipeline, Flux2Transformer2DModel
from PIL import Image
from transformers import Qwen3Config, Qwen3ForCausalLM

from tests.bench.measure import Measurement, compare
from tests.twin.cast import LOOKBOOK, WARDROBE
from tests.twin.painters.tiny_klein import CARD, tokenizer
from twin.engines.modes import GIGABYTE, Mode, needed, weights_in
from twin.looks.prompt import words_of
from twin.painter import Painting, PaintRequest
from twin.painters.device import Cuda
from twin.painters.klein import STEPS, KleinPainter
from twin.ports import Picture

SIZE = (1024, 1024)
BATCH, REFERENCES = 8, 3
AIMS = {"one": 1.0, "batch": 1.3}
"""How many times as quick as the plain call the studio is at the least."""
DID_NOT_RUN = "did not run: torch finds no CUDA GPU here"


def full_size(folder: Path) -> None:
    """klein 4B's shapes: 5 double and 20 single blocks of 24 heads, and Qwen3-4B's text encoder, in bf16, on the GPU at once."""
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("cuda"):
            transformer = Flux2Transformer2DModel(
                num_layers=5, num_single_layers=20, num_attention_heads=24, joint_attention_dim=3 * 2560, guidance_embeds=False
            )
            reader = Qwen3Config(
                vocab_size=151_936,
                hidden_size=2560,
                intermediate_size=9728,
                num_hidden_layers=36,
                num_attention_heads=32,
                num_key_value_heads=8,
                head_dim=128,
                tie_word_embeddings=True,
            )
            encoder, vae = Qwen3ForCausalLM(reader), AutoencoderKLFlux2()
    finally:
        torch.set_default_dtype(torch.float32)
    scheduler = FlowMatchEulerDiscreteScheduler()
    Flux2KleinPipeline(scheduler, vae, encoder, tokenizer(), transformer, is_distilled=True).save_pretrained(folder)


def request(seed: int, references: tuple[Picture, ...]) -> PaintRequest:
    look = LOOKBOOK.look("studio-classic").worn_by("nora", WARDROBE)
    return PaintRequest("nora", look, seed, references, SIZE)


def studio(folder: Path, device: Cuda, *, compiled: bool = False) -> KleinPainter:
    return KleinPainter(
        folder, CARD, lambda look, edit: words_of(look, WARDROBE, edit=edit), lambda _: [], device, compiled=compiled
    )


@dataclass(frozen=True)
class Held(Cuda):
    """The GPU, telling so much as one mode needs and no larger one."""

    told: int = 0

    def free(self) -> int:
        return self.told


def peaks(folder: Path, references: tuple[Picture, ...]) -> dict[str, float]:
    """Gigabytes at the peak of one picture with three references by mode, and of eight ordered together with all that is free."""
    found = {}
    for mode in Mode:
        torch.cuda.reset_peak_memory_stats()
        painter = studio(folder, Held(told=needed(weights_in(folder))[mode]))
        painting = painter.paint(request(1, references), lambda _: None)
        assert painting.recipe["mode"] == mode
        found[str(mode)] = round(torch.cuda.max_memory_allocated() / GIGABYTE, 2)
        del painter, painting
        gc.collect()
        torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    studio(folder, Cuda()).paint_many([request(seed, references) for seed in range(BATCH)], lambda _: None)
    found["eight ordered together"] = round(torch.cuda.max_memory_allocated() / GIGABYTE, 2)
    return found


def plain(folder: Path, references: tuple[Picture, ...]) -> Callable[[int], Any]:
    """The call as its documentation shows it: whole references, words each time."""
    pipeline = Flux2KleinPipeline.from_pretrained(folder, dtype=torch.bfloat16).to("cuda")
    pipeline.set_progress_bar_config(disable=True)
    pictures = [Image.fromarray(one) for one in references]
    words = words_of(request(1, ()).look, WARDROBE)

    def call(count: int) -> Any:
        chance = [torch.Generator().manual_seed(seed) for seed in range(count)]
        width, height = SIZE
        return pipeline(
            image=pictures, prompt=[words] * count, width=width, height=height, num_inference_steps=STEPS, generator=chance
        )

    return call


def beside(
    ours: KleinPainter, theirs: Callable[[int], Any], references: tuple[Picture, ...]
) -> tuple[dict[str, Any], Measurement]:
    """How many times as quick as the plain call the studio is, for one image and for eight."""

    def paint(count: int) -> tuple[Painting, ...]:
        return ours.paint_many([request(seed, references) for seed in range(count)], lambda _: None)

    one = compare("klein", "one", lambda: paint(1), "plain", lambda: theirs(1))
    many = compare("klein", "batch", lambda: paint(BATCH), "plain", lambda: theirs(BATCH), n=3)
    times = {"one": 1 / one.ratio, "batch": 1 / many.ratio}
    told = {name: {"times_as_quick": round(t, 2), "aim": AIMS[name], "holds": t >= AIMS[name]} for name, t in times.items()}
    told["in_one_go"] = {"images": paint(BATCH)[0].recipe.get("in_one_go", 1)}
    return told, one


def run(_: Path | None) -> Measurement:
    """One image, then eight, with three references of a megapixel."""
    if not torch.cuda.is_available():
        return Measurement("klein", DID_NOT_RUN, 0, 0.0, (0.0, 0.0), "nothing", 0.0, 0.0)
    chance = np.random.default_rng(1)
    references = tuple(chance.integers(0, 256, (1024, 1024, 3), dtype=np.uint8) for _ in range(REFERENCES))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        full_size(folder)
        gc.collect()
        torch.cuda.empty_cache()
        memory = peaks(folder, references)
        theirs = plain(folder, references)
        eager, measured = beside(studio(folder, Cuda()), theirs, references)
        compiled, _again = beside(studio(folder, Cuda(), compiled=True), theirs, references)
        found = {"peak_gb": memory, "eager": eager, "compiled": compiled}
    name = torch.cuda.get_device_name(0)
    ran = f"klein 4B's shapes with random weights, 1024², {REFERENCES} references, {STEPS} steps, on {name}"
    baseline = "Flux2KleinPipeline called as its documentation shows"
    median, spread = measured.median_s, measured.spread_s
    return Measurement("klein", ran, measured.n, median, spread, baseline, measured.baseline_median_s, measured.ratio, found)
