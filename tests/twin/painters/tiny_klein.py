"""FLUX.2 klein's whole architecture at a size of a quarter of a million random weights, built offline from its own classes."""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from diffusers import AutoencoderKLFlux2, FlowMatchEulerDiscreteScheduler, Flux2KleinPipeline, Flux2Transformer2DModel
from diffusers.utils.logging import disable_progress_bar
from tokenizers import pre_tokenizers
from torch.utils._python_dispatch import TorchDispatchMode
from transformers import Qwen2TokenizerFast, Qwen3Config, Qwen3ForCausalLM
from transformers.utils import logging

from twin.painter import Ability, Needs, PainterCard

SIZE = (128, 160)
CHAT = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
ABILITIES = frozenset(Ability) - {Ability.RELIGHT}
CARD = PainterCard("flux2-klein-4b", "FLUX.2 [klein] 4B", "Apache-2.0", True, "a" * 64, Needs(), ABILITIES, None, SIZE, 8)
PLENTY = 10**12


def tokenizer() -> Qwen2TokenizerFast:
    """Bytes are its whole vocabulary."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Qwen2TokenizerFast(vocab={letter: place for place, letter in enumerate(alphabet)}, merges=[])
    made.add_special_tokens({"eos_token": "<|im_end|>", "additional_special_tokens": ["<|im_start|>"]})
    made.chat_template = CHAT
    return made


def tiny_folder(folder: Path) -> Path:
    """A saved pipeline with random weights that are the same each time."""
    disable_progress_bar()
    logging.disable_progress_bar()
    with torch.random.fork_rng():
        torch.manual_seed(7)
        words = tokenizer()
        reader = Qwen3Config(
            vocab_size=len(words),
            hidden_size=32,
            intermediate_size=32,
            num_hidden_layers=28,  # klein reads the states after layers 9, 18 and 27
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=16,
            max_position_embeddings=1024,
        )
        transformer = Flux2Transformer2DModel(
            in_channels=16,
            num_layers=1,
            num_single_layers=2,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=3 * 32,
            axes_dims_rope=(4, 4, 4, 4),
            guidance_embeds=False,
        )
        blocks = {"block_out_channels": (8, 8, 8, 8), "layers_per_block": 1, "norm_num_groups": 4}
        vae = AutoencoderKLFlux2(latent_channels=4, sample_size=64, **blocks)
        made = Flux2KleinPipeline(
            FlowMatchEulerDiscreteScheduler(), vae, Qwen3ForCausalLM(reader), words, transformer, is_distilled=True
        )
        made.to(torch.bfloat16).save_pretrained(folder)
    return folder


@dataclass
class Pretend:
    """A processor that tells of itself as a GPU with so many bytes free."""

    bytes_free: int = PLENTY
    emptied: int = 0
    torch_device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    title: str = "a pretended GPU"

    def free(self) -> int:
        return self.bytes_free

    def empty(self) -> None:
        self.emptied += 1


class Allocator(TorchDispatchMode):  # type: ignore[misc]
    """Every tensor goes past it; it says no, as a full GPU's does, at each of the `noes` in the count of matrix products."""

    def __init__(self, *noes: int) -> None:
        super().__init__()
        self._noes, self.products = set(noes), 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        if func.overloadpacket in (torch.ops.aten.addmm, torch.ops.aten.mm):
            self.products += 1
            if self.products in self._noes:
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return func(*args, **(kwargs or {}))
