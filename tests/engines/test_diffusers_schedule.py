"""Schedules: the number of evaluations, and ``compat = a1111`` compared with k-diffusion's formulas."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._requests import look, to_float
from tests.engines.conftest import TinyModels
from tests.engines.test_diffusers_against_pipelines import TOLERANCE, make_request, oval_matte
from toolkit.engines import PaintRequest
from toolkit.engines.diffusers_local import DiffusersEngine
from toolkit.engines.diffusers_local.schedule import SAMPLERS, make_schedule
from toolkit.engines.png import fill_mask, inpaint_mask
from toolkit.errors import EngineUnavailable
from toolkit.settings import DiffusersSettings

LEVELS = ((1 - np.cumprod(1 - np.linspace(0.00085**0.5, 0.012**0.5, 1000) ** 2)) ** -1 - 1) ** -0.5
"""Noise level (sigma) of each of the 1000 timesteps of Stable Diffusion 1.5."""


def uniform_levels(steps: int) -> NDArray[np.float64]:
    """k-diffusion's get_sigmas: uniformly spaced timesteps, interpolated in log sigma."""
    times = np.linspace(999, 0, steps)
    low = np.floor(times).astype(int)
    part = times - low
    logs = np.log(LEVELS)
    return np.append(np.exp((1 - part) * logs[low] + part * logs[np.minimum(low + 1, 999)]), 0)


def karras_levels(steps: int) -> NDArray[np.float64]:
    """k-diffusion's get_sigmas_karras between the first and the last timestep's level."""
    low, high = LEVELS[0] ** (1 / 7), LEVELS[-1] ** (1 / 7)
    return np.append((high + np.arange(steps) / (steps - 1) * (low - high)) ** 7, 0)


@pytest.mark.parametrize(
    ("compat", "strength", "evaluations", "level"),
    [("a1111", 0.65, 20, 2.793), ("a1111", 0.5, 16, 1.712), ("none", 0.65, 19, 2.457), ("none", 0.5, 15, 1.526)],
)
def test_evaluations_and_first_noise_level_of_the_recipes_thirty_steps(
    compat: str, strength: float, evaluations: int, level: float
) -> None:
    schedule = make_schedule(look(strength=strength), compat, {}, None)
    assert len(schedule.timesteps) == evaluations
    assert float(schedule.scheduler.sigmas[30 - evaluations]) == pytest.approx(level, abs=6e-4)


@pytest.mark.parametrize("compat", ["none", "a1111"])
@pytest.mark.parametrize(("strength", "most"), [(0.001, 1), (1.0, 30)])
def test_there_is_at_least_one_step_and_at_most_all(compat: str, strength: float, most: int) -> None:
    assert len(make_schedule(look(strength=strength), compat, {}, None).timesteps) == most


@pytest.mark.parametrize("steps", [5, 20, 30, 77])
@pytest.mark.parametrize("sampler", [name for name, entry in SAMPLERS.items() if entry.a1111_levels])
def test_the_noise_levels_of_a1111_equal_k_diffusion(sampler: str, steps: int) -> None:
    scheduler = make_schedule(look(sampler=sampler, steps=steps, strength=1.0), "a1111", {}, None).scheduler
    expected = karras_levels(steps) if SAMPLERS[sampler].a1111_levels == "karras" else uniform_levels(steps)
    assert np.allclose(scheduler.sigmas.numpy(), expected, rtol=3e-5), "diffusers accumulates the alphas in float32"


def test_unsupported_samplers_and_steps_are_refused(tiny: TinyModels) -> None:
    says = r"no sampler 'UniPC' with diffusers.compat=a1111; choose one of Euler,"
    with DiffusersEngine(DiffusersSettings(compat="a1111")) as engine, pytest.raises(EngineUnavailable, match=says):
        engine.prepare([make_request(tiny, 1, sampler="UniPC").look])
    with DiffusersEngine(DiffusersSettings()) as engine:
        with pytest.raises(EngineUnavailable, match="no sampler 'Eulr'; choose one of Euler, Euler a"):
            engine.prepare([make_request(tiny, 1, sampler="Eulr").look])
        with pytest.raises(EngineUnavailable, match="LCM does not support 90 steps"):
            engine.prepare([make_request(tiny, 1, sampler="LCM", steps=90).look])


# --- the whole loop as in AUTOMATIC1111, with the UNet alone -----------------------------------------------------


class Reference:
    """img2img with a mask by k-diffusion's formulas: samples grow with the noise, and masks act on the prediction."""

    def __init__(self, tiny: TinyModels) -> None:
        from diffusers import AutoencoderKL, UNet2DConditionModel
        from transformers import CLIPTextModel, CLIPTokenizer

        self.unet = UNet2DConditionModel.from_pretrained(tiny.checkpoint / "unet")
        self.vae = AutoencoderKL.from_pretrained(tiny.checkpoint / "vae")
        self.tokenizer = CLIPTokenizer.from_pretrained(tiny.checkpoint / "tokenizer")
        self.encoder = CLIPTextModel.from_pretrained(tiny.checkpoint / "text_encoder")

    def words(self, text: str) -> Any:
        tokens = self.tokenizer(text, padding="max_length", max_length=77, return_tensors="pt").input_ids
        return self.encoder(tokens)[0]

    def paint(self, request: PaintRequest, levels: NDArray[np.float64]) -> NDArray[np.float32]:
        import torch
        from PIL import Image

        look = request.look
        factor = self.vae.config.scaling_factor
        with torch.no_grad():
            initial = request.image
            if look.masked_content != "original" and request.matte is not None:
                codes = np.rint(initial * 255).astype(np.uint8)
                initial = to_float(fill_mask(codes, inpaint_mask(request.matte)))
            pixels = torch.from_numpy(initial * 2 - 1).permute(2, 0, 1)[None]
            init = self.vae.encode(pixels).latent_dist.mean * factor
            if request.matte is None:
                inside = torch.ones(1, 1, *init.shape[2:])
            else:
                small = Image.fromarray(inpaint_mask(request.matte)).convert("RGB").resize(init.shape[:1:-1])
                inside = torch.from_numpy(np.around(np.asarray(small, np.float32)[..., 0] / 255))[None, None]
            chance = torch.Generator().manual_seed(request.seed)

            def draw() -> Any:
                return torch.randn(init.shape, generator=chance)

            encoded = int(min(look.strength, 0.999) * look.steps)
            sigmas = levels[look.steps - encoded - 1 :]
            noise = draw()
            if look.masked_content == "latent noise":
                init = init * (1 - inside) + noise * inside
            elif look.masked_content == "latent nothing":
                init = init * (1 - inside)
            x = init + noise * sigmas[0]
            words = self.words(request.negative), self.words(request.prompt)
            before: tuple[Any, float] | None = None
            for sigma, following in pairwise(sigmas):
                time = float(np.interp(np.log(sigma), np.log(LEVELS), np.arange(1000)))
                without, within = (
                    x - sigma * self.unet(x / (sigma**2 + 1) ** 0.5, time, encoder_hidden_states=each).sample
                    for each in words
                )
                denoised = (without + look.guidance * (within - without)) * inside + init * (1 - inside)
                if look.sampler == "Euler":
                    x = x + (x - denoised) / sigma * (following - sigma)
                elif look.sampler == "Euler a":
                    up = min(following, (following**2 * (sigma**2 - following**2) / sigma**2) ** 0.5)
                    down = (following**2 - up**2) ** 0.5
                    x = x + (x - denoised) / sigma * (down - sigma)
                    x = x + draw() * up if following > 0 else x
                else:  # DPM++ 2M
                    h = np.log(sigma / following) if following > 0 else np.inf
                    used = denoised
                    if before is not None and following > 0:
                        ratio = before[1] / h
                        used = (1 + 1 / (2 * ratio)) * denoised - 1 / (2 * ratio) * before[0]
                    x = following / sigma * x - np.expm1(-h) * used
                    before = denoised, h
                x = x.float()
            x = x * inside + init * (1 - inside)
            picture = self.vae.decode(x / factor).sample[0].permute(1, 2, 0).numpy()
        return np.asarray(np.clip(picture / 2 + 0.5, 0, 1), np.float32)


@pytest.mark.parametrize("masked", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("sampler", [name for name, entry in SAMPLERS.items() if entry.a1111_levels])
def test_a1111_compatibility_equals_k_diffusion_step_by_step(tiny: TinyModels, sampler: str, masked: bool) -> None:
    request = make_request(tiny, 8, sampler=sampler, strength=0.65, steps=20, matte=oval_matte() if masked else None)
    levels = karras_levels(20) if "Karras" in sampler else uniform_levels(20)
    with DiffusersEngine(DiffusersSettings(compat="a1111")) as engine:
        ours = engine.paint([request])[0]
    theirs = Reference(tiny).paint(request, levels)
    where = np.ones((64, 96), bool) if request.matte is None else inpaint_mask(request.matte) > 0
    assert np.abs(ours - theirs)[where].max() < 5 * TOLERANCE
    assert np.array_equal(ours[~where], request.image[~where])


@pytest.mark.parametrize("content", ["fill", "latent noise", "latent nothing"])
@pytest.mark.parametrize("sampler", ["Euler", "DPM++ 2M"])
def test_masked_content_starts_as_in_automatic1111(tiny: TinyModels, sampler: str, content: str) -> None:
    """With 8-bit codes, because AUTOMATIC1111 rounds the image outside the mask, too."""
    request = make_request(tiny, 8, sampler=sampler, strength=0.9, steps=20, matte=oval_matte(), masked_content=content)
    codes = np.rint(request.image * 255).astype(np.float32) / np.float32(255)
    request = replace(request, image=codes)
    plain = replace(request, look=request.look.model_copy(update={"masked_content": "original"}))
    with DiffusersEngine(DiffusersSettings(compat="a1111")) as engine:
        (ours,), (original,) = engine.paint([request]), engine.paint([plain])
    theirs = Reference(tiny).paint(request, uniform_levels(20))
    assert request.matte is not None
    where = inpaint_mask(request.matte) > 0
    assert np.abs(ours - theirs)[where].max() < 5 * TOLERANCE
    assert np.array_equal(ours[~where], codes[~where])
    assert np.abs(ours - original)[where].mean() > 1e-3


@pytest.mark.parametrize("content", ["fill", "latent noise", "latent nothing"])
def test_masked_content_needs_a1111_compatibility(tiny: TinyModels, content: str) -> None:
    says = f"masked content '{content}' needs diffusers.compat=a1111, and it is none; set diffusers.compat=a1111"
    with DiffusersEngine(DiffusersSettings()) as engine, pytest.raises(EngineUnavailable, match=says):
        engine.prepare([make_request(tiny, 1, masked_content=content).look])


def test_the_two_ways_of_counting_steps_give_different_images(tiny: TinyModels) -> None:
    pictures = []
    for compat in ("none", "a1111"):
        with DiffusersEngine(DiffusersSettings(compat=compat)) as engine:
            pictures.append(engine.paint([make_request(tiny, 8)])[0])
    assert np.abs(pictures[0] - pictures[1]).mean() > 1e-3


@pytest.mark.parametrize(
    ("compat", "window", "evaluations"),
    [
        ("none", (0.0, 1.0), 10), ("none", (0.0, 0.45), 4), ("none", (0.5, 1.0), 5),
        ("a1111", (0.0, 1.0), 11), ("a1111", (0.0, 0.45), 5), ("a1111", (0.5, 1.0), 5),
    ],
)  # fmt: skip
def test_a_control_runs_from_its_start_to_its_end(
    tiny: TinyModels,
    monkeypatch: pytest.MonkeyPatch,
    compat: Literal["none", "a1111"],
    window: tuple[float, float],
    evaluations: int,
) -> None:
    """20 steps at strength 0.5. diffusers counts steps ending within the window, the web UI those beginning in it."""
    from diffusers import ControlNetModel

    calls: list[int] = []
    real = ControlNetModel.forward

    def counted(*arguments: Any, **keywords: Any) -> Any:
        calls.append(1)
        return real(*arguments, **keywords)

    monkeypatch.setattr(ControlNetModel, "forward", counted)
    request = make_request(tiny, 9, guides=1, steps=20)
    (control,) = request.look.controls
    changed = control.model_copy(update={"start": window[0], "end": window[1]})
    request = replace(request, look=request.look.model_copy(update={"controls": (changed,)}))
    with DiffusersEngine(DiffusersSettings(compat=compat)) as engine:
        engine.paint([request])
    assert len(calls) == evaluations
