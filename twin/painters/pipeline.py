"""The diffusion pipeline behind Atelier: from what is told of a plate, by a few steps of denoising, to the plate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from diffusers import DDIMScheduler, DiffusionPipeline, UNet2DConditionModel
from torch import Tensor

from twin.painters.codec import BlockCodec, new_codec
from twin.painters.conditions import WIDTH, ConditionEncoder, Told
from twin.painters.guide import COLUMNS, GUIDES, ROWS, guide

STEPS = 4
STRENGTH = 0.16
"""The share of noise that a base starts under, as shipped: what the network learned in its short training to take away."""


@dataclass(frozen=True)
class Seen:
    """What the network is given: noisy channels and base (b, c, rows, columns), times (b,), guide (b, 42, rows, columns), tokens
    (b, 15, 256) and vector (b, 256).
    """

    noisy: Tensor
    times: Tensor
    base: Tensor
    where: Tensor
    tokens: Tensor
    vector: Tensor


TEMPERATURE = 0.25
"""How much chance a painting takes, as shipped."""
Watch = Callable[[int, int, Tensor], None]


class AtelierPipeline(DiffusionPipeline):  # type: ignore[misc]
    """Paints planes (b, 14, 640, 512); everything it needs is in its folder, nothing comes from elsewhere."""

    def __init__(
        self, unet: UNet2DConditionModel, scheduler: DDIMScheduler, codec: BlockCodec, conditions: ConditionEncoder
    ) -> None:
        """Takes its parts as `from_pretrained` or `new_pipeline` made them."""
        super().__init__()
        self.register_modules(unet=unet, scheduler=scheduler, codec=codec, conditions=conditions)

    @torch.inference_mode()
    def __call__(
        self,
        told: Sequence[Told],
        bases: Tensor,
        generators: Sequence[torch.Generator],
        steps: int = STEPS,
        watch: Watch | None = None,
        strength: float = STRENGTH,
        temperature: float = TEMPERATURE,
    ) -> Tensor:
        """Planes (b, 14, 640, 512), one plate for each thing told, each from its own CPU generator.

        `bases` (b, 14, 640, 512) are planes of the nearest known poses, carried over as an `Album` does.

        `strength` is the share of noise that the base starts under: at 1 nothing of it shows through. `temperature` scales
        the noise itself: a small network that samples at 1 leaves grain; below, it keeps to what is likeliest.
        `watch(step, steps, guess)` sees the clean channels as guessed so far; what it raises stops the painting.
        """
        names, numbers = self.conditions.place(told)
        tokens, vector = self.conditions(names.to(self.device), numbers.to(self.device))
        where = guide(numbers).to(self.device, tokens.dtype)
        base = self.codec.encode(bases.to(self.device, tokens.dtype))
        shape = (1, int(self.codec.config.channels), ROWS, COLUMNS)
        noise = temperature * torch.cat([torch.randn(shape, generator=one) for one in generators])
        noise = noise.to(self.device, tokens.dtype)
        self.scheduler.set_timesteps(round(steps / strength))
        times = self.scheduler.timesteps[-steps:]
        noisy = self.scheduler.add_noise(base, noise, times[:1].expand(len(base)))
        for step, time in enumerate(times):
            now = time.expand(len(noisy)).to(self.device)
            guess, _ = denoised(self, Seen(noisy, now, base, where, tokens, vector))
            noisy = self.scheduler.step(guess, int(time), noisy).prev_sample
            if watch is not None:
                watch(step + 1, steps, guess)
        return self.finished(guess, base, bases)

    def finished(self, guess: Tensor, base: Tensor, bases: Tensor) -> Tensor:
        """The bases (b, 14, 640, 512) with all that a guess of their channels changes, and their own detail beyond those."""
        changed: Tensor = bases + (self.codec.decode(guess) - self.codec.decode(base)).to(bases)
        return changed.clamp(-0.5, 1)


def denoised(pipeline: AtelierPipeline, seen: Seen) -> tuple[Tensor, Tensor]:
    """The model's guess of the clean channels (b, c, rows, columns), and the variance it corrects (b, c, 1, 1).

    First what arithmetic knows: each clean channel is normally distributed about the base, as loosely as the codec
    measured, and is seen under noise. The network paints what is left, in units of that belief's spread (cf. Karras
    et al. 2022, Elucidating the Design Space of Diffusion-Based Generative Models, section 5).
    """
    signal = pipeline.scheduler.alphas_cumprod.to(seen.noisy)[seen.times][:, None, None, None]
    gain, rest = (one[:, None, None] for one in (pipeline.codec.gain, pipeline.codec.rest))
    variance = 1 / (1 / rest.square() + signal / (1 - signal))
    belief = variance * (gain / rest.square() * seen.base + signal.sqrt() / (1 - signal) * seen.noisy)
    given = torch.cat([seen.noisy, seen.base, seen.where], 1)
    painted: Tensor = pipeline.unet(given, seen.times, seen.tokens, class_labels=seen.vector).sample
    return belief + variance.sqrt() * painted, variance


def new_pipeline(
    wardrobe: Mapping[str, Sequence[str]], channels: int = 160, widths: tuple[int, ...] = (128, 192, 192)
) -> AtelierPipeline:
    """An untaught pipeline for twins in their garments; the narrower `widths`, each a multiple of 32, the smaller."""
    plain = len(widths) - 1
    unet = UNet2DConditionModel(
        sample_size=(ROWS, COLUMNS),
        in_channels=2 * channels + GUIDES,
        out_channels=channels,
        block_out_channels=widths,
        layers_per_block=1,
        down_block_types=("DownBlock2D",) * plain + ("CrossAttnDownBlock2D",),
        up_block_types=("CrossAttnUpBlock2D",) + ("UpBlock2D",) * plain,
        cross_attention_dim=WIDTH,
        attention_head_dim=widths[-1] // 64 or 1,
        class_embed_type="projection",
        projection_class_embeddings_input_dim=WIDTH,
        resnet_time_scale_shift="scale_shift",
        norm_num_groups=32,
    )
    # An untaught network adds nothing to what arithmetic knows.
    torch.nn.init.zeros_(unet.conv_out.weight)
    torch.nn.init.zeros_(unet.conv_out.bias)
    scheduler = DDIMScheduler(
        beta_schedule="squaredcos_cap_v2",
        prediction_type="sample",
        timestep_spacing="trailing",
        rescale_betas_zero_snr=True,
        clip_sample=False,
        set_alpha_to_one=True,
    )
    conditions = ConditionEncoder(wardrobe={twin: sorted(wardrobe[twin]) for twin in sorted(wardrobe)})
    return AtelierPipeline(unet, scheduler, new_codec(channels), conditions)
