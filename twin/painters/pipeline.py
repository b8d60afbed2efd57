"""The diffusion pipeline behind Atelier: from what is told of a plate, by a few steps of denoising, to the plate."""

from collections.abc import Callable, Mapping, Sequence

import torch
from diffusers import DDIMScheduler, DiffusionPipeline, UNet2DConditionModel
from torch import Tensor

from twin.painters.codec import BlockCodec, new_codec
from twin.painters.conditions import WIDTH, ConditionEncoder, Told
from twin.painters.guide import COLUMNS, GUIDES, ROWS, guide

STEPS = 8
Watch = Callable[[int, int, Tensor], None]


class AtelierPipeline(DiffusionPipeline):  # type: ignore[misc]
    """Paints planes (b, 14, 640, 512); everything it needs is in its folder, nothing comes from a network."""

    def __init__(
        self, unet: UNet2DConditionModel, scheduler: DDIMScheduler, codec: BlockCodec, conditions: ConditionEncoder
    ) -> None:
        """Takes its parts as `from_pretrained` or `new_pipeline` made them."""
        super().__init__()
        self.register_modules(unet=unet, scheduler=scheduler, codec=codec, conditions=conditions)

    @torch.inference_mode()
    def __call__(
        self, told: Sequence[Told], generators: Sequence[torch.Generator], steps: int = STEPS, watch: Watch | None = None
    ) -> Tensor:
        """Clean channels (b, c, rows, columns), one plate for each thing told, each from its own CPU generator.

        `watch(step, steps, guess)` sees the clean channels as guessed so far; what it raises stops the painting.
        """
        names, numbers = self.conditions.place(told)
        tokens, vector = self.conditions(names.to(self.device), numbers.to(self.device))
        where = guide(numbers).to(self.device, tokens.dtype)
        shape = (1, int(self.codec.config.channels), ROWS, COLUMNS)
        noisy = torch.cat([torch.randn(shape, generator=one) for one in generators]).to(self.device, tokens.dtype)
        self.scheduler.set_timesteps(steps)
        for step, time in enumerate(self.scheduler.timesteps):
            guess = denoised(self.unet, noisy, time.expand(len(noisy)).to(self.device), where, tokens, vector)
            noisy = self.scheduler.step(guess, int(time), noisy).prev_sample
            if watch is not None:
                watch(step + 1, steps, guess)
        return guess


def denoised(unet: UNet2DConditionModel, noisy: Tensor, times: Tensor, where: Tensor, tokens: Tensor, vector: Tensor) -> Tensor:
    """The model's guess of the clean channels (b, c, rows, columns); `where` is the guide (b, 42, rows, columns)."""
    guess: Tensor = unet(torch.cat([noisy, where], 1), times, tokens, class_labels=vector).sample
    return guess


def new_pipeline(
    wardrobe: Mapping[str, Sequence[str]], channels: int = 160, widths: tuple[int, ...] = (128, 192, 192)
) -> AtelierPipeline:
    """An untaught pipeline for twins in their garments; the narrower `widths`, each a multiple of 32, the smaller."""
    plain = len(widths) - 1
    unet = UNet2DConditionModel(
        sample_size=(ROWS, COLUMNS),
        in_channels=channels + GUIDES,
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
