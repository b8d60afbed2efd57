"""klein's architecture at full size with random weights on a GPU: the studio's way beside the plain diffusers call, in one run.

Without a GPU it says that it did not run. Pixels mean nothing here; time and memory do not depend on what the weights are.
"""

import gc
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
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
from twin.engines.modes import GIGABYTE, needed, weights_in
from twin.looks.prompt import words_of
from twin.painter import Painting, PaintRequest
from twin.painters.device import Cuda, Device, is_full
from twin.painters.klein import STEPS, KleinPainter
from twin.ports import Picture

SIZE = (1024, 1024)
BATCH, REFERENCES = 8, 3
AIMS = {"one": 1.0, "batch": 1.3}
"""How many times as quick as the plain call the studio is at the least."""
NO_ROOM = "ran out of memory"
DID_NOT_RUN = "did not run: torch finds no CUDA GPU here"


def parts() -> tuple[Any, Any, Any]:
    """klein 4B's shapes: 5 double and 20 single blocks of 24 heads, Qwen3-4B's text encoder, and the autoencoder."""
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
    return transformer, Qwen3ForCausalLM(reader), AutoencoderKLFlux2()


def full_size(folder: Path) -> None:
    """Save them with random weights in bf16, made on the GPU at once."""
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("cuda"):
            transformer, encoder, vae = parts()
    finally:
        torch.set_default_dtype(torch.float32)
    scheduler = FlowMatchEulerDiscreteScheduler()
    Flux2KleinPipeline(scheduler, vae, encoder, tokenizer(), transformer, is_distilled=True).save_pretrained(folder)


class Gauge:
    """What is counted on a CUDA device."""

    def reset(self) -> None:
        """Let go of what nobody holds, and count anew."""
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()

    def peak(self) -> int:
        """Bytes held at most since."""
        return int(torch.cuda.max_memory_allocated())


@dataclass(frozen=True)
class Held:
    """A device that tells so much as one mode needs and no larger one."""

    device: Device
    told: int

    @property
    def torch_device(self) -> torch.device:
        return self.device.torch_device

    @property
    def title(self) -> str:
        return self.device.title

    def free(self) -> int:
        return self.told

    def empty(self) -> None:
        self.device.empty()


@dataclass(frozen=True)
class Bench:
    """A saved pipeline on a device, asked for pictures of one size, one or `batch` at a time; `rounds` are timed."""

    folder: Path
    device: Device
    gauge: Gauge
    size: tuple[int, int] = SIZE
    batch: int = BATCH
    rounds: int = 5

    @property
    def references(self) -> tuple[Picture, ...]:
        """Three pictures of noise as large as what is painted."""
        chance = np.random.default_rng(1)
        return tuple(chance.integers(0, 256, (self.size[1], self.size[0], 3), dtype=np.uint8) for _ in range(REFERENCES))

    def studio(self, device: Device | None = None, *, compiled: bool = False) -> Callable[[int], tuple[Painting, ...]]:
        """The studio's way to paint so many."""
        words, references = (lambda look, edit: words_of(look, WARDROBE, edit=edit)), self.references
        painter = KleinPainter(self.folder, CARD, words, lambda _: [], device or self.device, compiled=compiled)
        look = LOOKBOOK.look("studio-classic").worn_by("nora", WARDROBE)
        asked = [PaintRequest("nora", look, seed, references, self.size) for seed in range(self.batch)]
        return lambda count: painter.paint_many(asked[:count], lambda _: None)

    def plain(self) -> Callable[[int], Any]:
        """The call as its documentation shows it: whole references, words each time."""
        pipeline = Flux2KleinPipeline.from_pretrained(self.folder, dtype=torch.bfloat16).to(self.device.torch_device)
        pipeline.set_progress_bar_config(disable=True)
        pictures = [Image.fromarray(one) for one in self.references]
        words = words_of(LOOKBOOK.look("studio-classic").worn_by("nora", WARDROBE), WARDROBE)
        (width, height), steps = self.size, STEPS

        def call(count: int) -> Any:
            chance = [torch.Generator().manual_seed(seed) for seed in range(count)]
            told = {"width": width, "height": height, "num_inference_steps": steps, "generator": chance}
            return pipeline(image=pictures, prompt=[words] * count, **told)

        return call

    def peaks(self) -> dict[str, float | str]:
        """Gigabytes at the peak of one picture with three references by mode, and of a batch ordered together with all that is
        free; what a GPU is too small for says so.
        """
        found: dict[str, float | str] = {}
        for mode, told in needed(weights_in(self.folder)).items():
            self.gauge.reset()
            (painting,) = self.studio(Held(self.device, told))(1)
            held = painting.recipe["mode"]
            found[str(mode)] = self._peak() if held == mode else f"{NO_ROOM}, painted as {held}"
        self.gauge.reset()
        self.studio()(self.batch)
        found[f"{self.batch} ordered together"] = self._peak()
        return found

    def _peak(self) -> float:
        return round(self.gauge.peak() / GIGABYTE, 3)

    def beside(self, theirs: Callable[[int], Any], *, compiled: bool = False) -> tuple[dict[str, Any], Measurement]:
        """How many times as quick as the plain call the studio is, for one image and for a batch."""
        ours = self.studio(compiled=compiled)
        one = compare("klein", "one", lambda: ours(1), "plain", lambda: theirs(1), n=self.rounds)
        told: dict[str, Any] = {"one": _held("one", one)}
        try:
            many = compare("klein", "batch", lambda: ours(self.batch), "plain", lambda: theirs(self.batch), n=min(3, self.rounds))
            told["batch"] = {"images": self.batch, **_held("batch", many)}
        except RuntimeError as error:
            if not is_full(error):
                raise
            told["batch"] = {"images": self.batch, "plain": NO_ROOM}
        last = ours(self.batch)[0].recipe
        return {**told, "in_one_go": last.get("in_one_go", 1), "mode": last["mode"]}, one

    def run(self) -> Measurement:
        """Memory first, then the times, eager and compiled."""
        memory = self.peaks()
        self.gauge.reset()
        theirs = self.plain()
        eager, measured = self.beside(theirs)
        self.gauge.reset()
        compiled, _ = self.beside(theirs, compiled=True)
        width, height = self.size
        ran = f"klein, random weights, {width} × {height}, {REFERENCES} references, {STEPS} steps, on {self.device.title}"
        found = {"peak_gb": memory, "eager": eager, "compiled": compiled}
        return replace(measured, ran=ran, baseline="Flux2KleinPipeline called as its documentation shows", figures=found)


def _held(which: str, measured: Measurement) -> dict[str, Any]:
    times = 1 / measured.ratio
    return {"times_as_quick": round(times, 2), "aim": AIMS[which], "holds": times >= AIMS[which]}


def run(_: Path | None) -> Measurement:
    """klein 4B's shapes at a megapixel: one image, then eight, with three references of a megapixel."""
    if not torch.cuda.is_available():
        return Measurement("klein", DID_NOT_RUN, 0, 0.0, (0.0, 0.0), "nothing", 0.0, 0.0)
    with tempfile.TemporaryDirectory() as place:
        full_size(Path(place))
        return Bench(Path(place), Cuda(), Gauge()).run()
