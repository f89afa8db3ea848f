"""The denoising loop gives the same images as the pipelines of diffusers, wherever these support the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._requests import look
from tests.engines.conftest import TinyModels
from toolkit.documents import ControlPlan
from toolkit.engines import PaintRequest
from toolkit.engines.diffusers_local import DiffusersEngine
from toolkit.engines.png import inpaint_mask
from toolkit.settings import DiffusersSettings

pytestmark = pytest.mark.no_cover  # the pipelines of diffusers take the time; our engine is measured by its own tests

Picture = NDArray[np.float32]
TOLERANCE = 2e-5
"""Largest difference of any pixel, of 1.0: a twelfth of a 12-bit code."""


def picture(seed: int, height: int = 64, width: int = 96) -> Picture:
    return np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)


def guide(seed: int) -> NDArray[np.uint8]:
    """Six squares of one colour each. To a network, noise would look the same whatever its seed."""
    return np.random.default_rng(100 + seed).integers(0, 256, (2, 3, 3), np.uint8).repeat(32, 0).repeat(32, 1)


def make_request(
    tiny: TinyModels,
    seed: int,
    *,
    guides: int = 0,
    matte: Picture | None = None,
    prompt: str = "face",
    negative: str = "open",
    **changes: Any,
) -> PaintRequest:
    controls = tuple(
        ControlPlan(kind="face", model=str(path), weight=weight, start=start, end=end)
        for path, weight, start, end in zip(
            tiny.controls[:guides], (1.0, 0.7, 1.5), (0.0, 0.0, 0.2), (1.0, 0.6, 1.0), strict=False
        )
    )
    return PaintRequest(
        image=picture(seed),
        look=look(**{"model": str(tiny.checkpoint), "controls": controls, "steps": 6} | changes),
        prompt=prompt,
        negative=negative,
        seed=seed,
        place=f"sh010 FACE {1000 + seed}",
        matte=matte,
        guides=tuple(guide(seed + 10 * number) for number in range(guides)),
    )


def paint_all(requests: Sequence[PaintRequest], **settings: Any) -> list[Picture]:
    with DiffusersEngine(DiffusersSettings(batch=8, **settings)) as engine:
        return engine.paint(requests)


def run_stock_pipeline(
    tiny: TinyModels, kind: str, requests: Sequence[PaintRequest], scheduler: Any, **more: Any
) -> Picture:
    """The same images, from one call of a pipeline of diffusers."""
    import diffusers
    import torch
    from diffusers import ControlNetModel

    nets = [ControlNetModel.from_pretrained(path) for path in tiny.controls[: len(requests[0].guides)]]
    controlnet = {"controlnet": nets[0] if len(nets) == 1 else nets} if nets else {}
    loaded = getattr(diffusers, kind).from_pretrained(tiny.checkpoint, safety_checker=None, **controlnet)
    loaded.scheduler = scheduler
    loaded.set_progress_bar_config(disable=True)
    first = requests[0].look
    if first.vae:
        loaded.vae = diffusers.AutoencoderTiny.from_pretrained(first.vae)

    def stacked(pictures: Sequence[NDArray[Any]]) -> torch.Tensor:
        return torch.from_numpy(np.stack(pictures).astype(np.float32)).permute(0, 3, 1, 2)

    guided: dict[str, Any] = {}
    if nets:
        guides = [stacked([request.guides[i] / np.float32(255) for request in requests]) for i in range(len(nets))]
        alone = len(nets) == 1
        guided = {
            "control_image": guides[0] if alone else guides,
            "controlnet_conditioning_scale": [c.weight for c in first.controls][0 if alone else slice(None)],
            "control_guidance_start": [c.start for c in first.controls],
            "control_guidance_end": [c.end for c in first.controls],
        }
    answer = loaded(
        prompt=[request.prompt for request in requests],
        negative_prompt=[request.negative for request in requests],
        image=stacked([request.image for request in requests]),
        strength=first.strength,
        num_inference_steps=first.steps,
        guidance_scale=first.guidance,
        generator=[torch.Generator().manual_seed(request.seed) for request in requests],
        output_type="np",
        **guided,
        **more,
    )
    return np.asarray(answer.images)


@pytest.fixture(autouse=True)
def deterministic_vae(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their VAE samples a latent from its distribution; ours takes the mean."""
    from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

    monkeypatch.setattr(DiagonalGaussianDistribution, "sample", lambda self, generator=None: self.mode())


def make_euler() -> Any:
    from diffusers import EulerDiscreteScheduler

    return EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1)


@pytest.mark.parametrize("guides", [0, 1, 3], ids=["no ControlNet", "one ControlNet", "three ControlNets"])
def test_a_batch_equals_the_stock_pipeline(tiny: TinyModels, guides: int) -> None:
    words = {1: "open", 2: "", 3: "closed eyes"}
    requests = [make_request(tiny, seed, guides=guides, strength=0.65, negative=words[seed]) for seed in words]
    kind = "StableDiffusionControlNetImg2ImgPipeline" if guides else "StableDiffusionImg2ImgPipeline"
    theirs = run_stock_pipeline(tiny, kind, requests, make_euler())
    ours = paint_all(requests)
    assert np.abs(np.stack(ours) - theirs).max() < TOLERANCE
    assert np.abs(theirs - np.stack([request.image for request in requests])).mean() > 0.05, "the image changes"


def test_a_tiny_autoencoder_equals_the_stock_pipeline(tiny: TinyModels, tmp_path: Path) -> None:
    import torch
    from diffusers import AutoencoderTiny

    torch.manual_seed(3)
    widths = (8, 8, 8, 8)
    AutoencoderTiny(
        encoder_block_out_channels=widths, decoder_block_out_channels=widths, num_encoder_blocks=(1, 1, 1, 1),
        num_decoder_blocks=(1, 1, 1, 1), latent_channels=4,
    ).save_pretrained(tmp_path / "taesd")  # fmt: skip
    requests = [make_request(tiny, seed, strength=0.65, vae=str(tmp_path / "taesd")) for seed in (1, 2)]
    theirs = run_stock_pipeline(tiny, "StableDiffusionImg2ImgPipeline", requests, make_euler())
    ours = paint_all(requests)
    assert np.abs(np.stack(ours) - theirs).max() < TOLERANCE
    assert np.ptp(theirs) > 0.01, "the image is not flat"


def make_euler_a() -> Any:
    from diffusers import EulerAncestralDiscreteScheduler

    return EulerAncestralDiscreteScheduler.from_config(make_euler().config)


def make_dpm(**options: Any) -> Callable[[], Any]:
    def make() -> Any:
        from diffusers import DPMSolverMultistepScheduler

        return DPMSolverMultistepScheduler.from_config(make_euler().config, timestep_spacing="linspace", **options)

    return make


def make_ddim() -> Any:
    from diffusers import DDIMScheduler

    return DDIMScheduler.from_config(
        make_euler().config, clip_sample=False, set_alpha_to_one=False, timestep_spacing="leading"
    )


def make_scheduler(name: str, **options: Any) -> Callable[[], Any]:
    def make() -> Any:
        import diffusers

        return getattr(diffusers, name).from_config(make_euler().config, **options)

    return make


@pytest.mark.parametrize(
    ("sampler", "scheduler"),
    [
        ("Euler a", make_euler_a),
        ("DPM++ 2M", make_dpm()),
        ("DPM++ 2M Karras", make_dpm(use_karras_sigmas=True)),
        ("DPM++ 2M SDE", make_dpm(algorithm_type="sde-dpmsolver++")),
        ("DPM++ 2M SDE Karras", make_dpm(algorithm_type="sde-dpmsolver++", use_karras_sigmas=True)),
        ("DDIM", make_ddim),
        ("UniPC", make_scheduler("UniPCMultistepScheduler", timestep_spacing="linspace")),
        ("LCM", make_scheduler("LCMScheduler", timestep_spacing="leading")),
        ("TCD", make_scheduler("TCDScheduler", timestep_spacing="leading")),
    ],
)
def test_every_sampler_name_means_the_right_scheduler(
    tiny: TinyModels, sampler: str, scheduler: Callable[[], Any]
) -> None:
    requests = [make_request(tiny, seed, sampler=sampler) for seed in (4, 5)]
    options = {"eta": 0.3} if sampler == "TCD" else {}  # the scheduler's default, which the pipeline overrides
    theirs = run_stock_pipeline(tiny, "StableDiffusionImg2ImgPipeline", requests, scheduler(), **options)
    assert np.abs(np.stack(paint_all(requests)) - theirs).max() < TOLERANCE


def oval_matte() -> Picture:
    """A soft oval, neither centred nor aligned to latent pixels."""
    y, x = np.mgrid[:64, :96].astype(np.float32)
    inside = 1 - ((x - 41.3) / 27) ** 2 - ((y - 30.2) / 19) ** 2
    return np.asarray(np.clip(inside * 2, 0, 1), np.float32)


@pytest.mark.parametrize("guides", [0, 1, 3], ids=["no ControlNet", "one ControlNet", "three ControlNets"])
def test_inside_a_matte_the_image_equals_the_stock_inpaint_pipeline(tiny: TinyModels, guides: int) -> None:
    import torch
    from PIL import Image

    matte = oval_matte()
    request = make_request(tiny, 6, guides=guides, matte=matte)
    small = np.around(np.asarray(Image.fromarray(inpaint_mask(matte)).convert("RGB").resize((12, 8)))[..., 0] / 255)
    mask = torch.from_numpy(small.repeat(8, 0).repeat(8, 1).astype(np.float32))[None, None]
    kind = "StableDiffusionControlNetInpaintPipeline" if guides else "StableDiffusionInpaintPipeline"
    theirs = run_stock_pipeline(tiny, kind, [request], make_euler(), mask_image=mask, height=64, width=96)[0]
    ours = paint_all([request])[0]
    white = inpaint_mask(matte) > 0
    assert np.abs(ours - theirs)[white].max() < TOLERANCE
    assert np.array_equal(ours[~white], request.image[~white])
    assert 0.2 < white.mean() < 0.8
