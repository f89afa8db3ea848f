"""The diffusers engine: batching, shared models, and images that depend on neither."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests._coverage import unmeasured
from tests.engines import _tiny
from tests.engines.conftest import TinyModels
from tests.engines.test_diffusers_against_pipelines import TOLERANCE, guide, make_request, oval_matte, picture
from tests.passes._plate import COUNT
from tests.passes.rendering.test_render import digests, render
from toolkit.documents import LookPlan, LoraPlan, PassName
from toolkit.engines import PaintRequest, open_engine
from toolkit.engines.diffusers_local import DiffusersEngine
from toolkit.engines.diffusers_local.batches import BatchSizes
from toolkit.engines.diffusers_local.denoising import _warp_noise
from toolkit.engines.png import LATENT
from toolkit.engines.torch_models.devices import choose_device
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.settings import DiffusersSettings, Settings

GROUPING = 1e-5
"""Largest difference (of 1.0) of an image between batches in float32, as docs/engines-proof.md states."""


def engine(**settings: Any) -> DiffusersEngine:
    return DiffusersEngine(DiffusersSettings(**settings))


# --- batches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sampler", ["Euler", "Euler a", "DPM++ 2M SDE"])
def test_an_image_does_not_depend_on_its_batch(tiny: TinyModels, sampler: str) -> None:
    mattes = [None, oval_matte(), None, oval_matte()[:, ::-1].copy(), None]
    prompts = ["face", "open face", "", "face", "a"]
    requests = [
        make_request(tiny, seed, guides=2, sampler=sampler, matte=matte, prompt=prompt)
        for seed, (matte, prompt) in enumerate(zip(mattes, prompts, strict=True))
    ]
    pictures = []
    for size in (1, 5):
        with engine(batch=size) as opened:
            pictures.append(np.stack(opened.paint(requests)))
    with engine(batch=2) as opened:
        pictures.append(np.stack(opened.paint(requests[::-1])[::-1]))
    for other in pictures[1:]:
        assert np.abs(pictures[0] - other).max() < GROUPING


def test_a_long_prompt_is_used_to_its_end_in_any_batch(tiny: TinyModels) -> None:
    long = ", ".join(["open face"] * 30)
    requests = [
        make_request(tiny, 1, prompt="face"),
        make_request(tiny, 2, prompt=f"{long}, a"),
        make_request(tiny, 2, prompt=f"{long}, b"),
    ]
    with engine(batch=8) as opened:
        together = opened.paint(requests)
        alone = [opened.paint([request])[0] for request in requests]
    assert np.abs(np.stack(together) - np.stack(alone)).max() < GROUPING
    assert np.abs(together[1] - together[2]).max() > 1e-4, "the last word has an effect"


def test_noise_is_sampled_through_the_st_map(tiny: TinyModels) -> None:
    request = make_request(tiny, 1)
    height, width = request.image.shape[:2]
    rows, columns = np.indices((height, width), np.float32)
    here = replace(request, noise_stmap=np.dstack([columns, rows]))
    left = replace(request, noise_stmap=np.dstack([columns - 2 * LATENT, rows + LATENT]))
    noise = torch_noise(1, height, width)
    assert np.array_equal(_warp_noise(noise, left).numpy(), np.roll(noise.numpy(), (2, -1), (3, 2)))
    with engine() as opened:
        plain, same, other = (opened.paint([one])[0] for one in (request, here, left))
    assert np.array_equal(plain, same)
    assert np.abs(plain - other).max() > 1e-3


def torch_noise(seed: int, height: int, width: int) -> Any:
    import torch

    return torch.randn((1, 4, height // LATENT, width // LATENT), generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("size", [(64, 64), (96, 64), (72, 104), (8, 8)])
@pytest.mark.parametrize("compat", ["none", "a1111"])
def test_any_multiple_of_8_pixels_is_a_valid_size(tiny: TinyModels, size: tuple[int, int], compat: str) -> None:
    height, width = size
    guides = (np.zeros((height, width, 3), np.uint8),)
    request = replace(make_request(tiny, 1, guides=1), image=picture(1, height, width), guides=guides)
    with engine(compat=compat) as opened:
        (painted,) = opened.paint([request])
    assert painted.shape == (height, width, 3)
    assert painted.dtype == np.float32
    assert painted.flags.c_contiguous


def limit_memory(monkeypatch: pytest.MonkeyPatch, most: int, error: Exception) -> list[int]:
    """Let the UNet fail above ``most`` images; returns a list that collects the batch sizes that were tried."""
    from diffusers import UNet2DConditionModel

    real = UNet2DConditionModel.forward
    tried: list[int] = []

    def forward(self: Any, sample: Any, *arguments: Any, **keywords: Any) -> Any:
        pictures = len(sample) // 2
        if not tried or tried[-1] != pictures:
            tried.append(pictures)
        if pictures > most:
            raise error
        return real(self, sample, *arguments, **keywords)

    monkeypatch.setattr(UNet2DConditionModel, "forward", forward)
    return tried


def out_of_memory() -> list[Exception]:
    import torch

    return [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] . DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 8 GB)"),
        MemoryError(),
    ]


@pytest.mark.parametrize("which", range(4))
def test_a_batch_that_does_not_fit_is_halved(tiny: TinyModels, monkeypatch: pytest.MonkeyPatch, which: int) -> None:
    requests = [make_request(tiny, seed, steps=2) for seed in range(11)]
    with engine(batch=3) as opened:
        expected = np.stack(opened.paint(requests))
    tried = limit_memory(monkeypatch, 3, out_of_memory()[which])
    with engine(batch=8) as opened:
        painted = np.stack(opened.paint(requests))
        assert tried == [8, 4, 2, 1], "larger batches are not tried again"
        opened.paint(requests[:4])
        assert tried[4:] == [2]
    assert np.abs(painted - expected).max() < GROUPING


def test_an_image_that_does_not_fit_alone_is_an_error_with_its_place(
    tiny: TinyModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_memory(monkeypatch, 0, out_of_memory()[0])
    with engine(batch=2) as opened, pytest.raises(EngineFailed) as caught:
        opened.paint([make_request(tiny, 1), make_request(tiny, 2)])
    assert "sh010 FACE 1001: one image of 96 x 64 pixels does not fit into the memory of cpu" in str(caught.value)


def test_other_errors_of_the_library_are_one_line_with_the_place(
    tiny: TinyModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit_memory(monkeypatch, 0, RuntimeError("the kernel is unwell\nat line 3"))
    with engine() as opened, pytest.raises(EngineFailed, match=r"sh010 FACE 1001: the kernel is unwell$"):
        opened.paint([make_request(tiny, 1)])


def test_the_batch_size_follows_the_free_memory_of_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    free = {"gib": 70}
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (free["gib"] << 30, 80 << 30))
    for count in ("memory_reserved", "memory_allocated"):
        monkeypatch.setattr(torch.cuda, count, lambda device: 0)
    device = choose_device(DiffusersSettings())
    assert (str(device.torch), device.precision) == ("cuda", "float16")
    fits = {}
    for free["gib"] in (70, 5, 1):
        fits[free["gib"]] = [
            BatchSizes(device=device, requested=0).for_size(size) for size in ((512, 512), (1080, 1920))
        ]
    assert fits[70] == [16, 16]
    assert 1 < fits[5][0] < 16
    assert fits[1] == [1, 1]
    assert BatchSizes(device=device, requested=3).for_size((512, 512)) == 3, "the setting takes precedence"


def test_each_network_is_compiled_once_whatever_the_batch_and_the_weights(
    tiny: TinyModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With torch's own compiler up to the code generator, which would need a C compiler."""
    import torch

    with unmeasured():  # thousands of modules
        import torch._dynamo
        from torch._dynamo.utils import counters

    real = torch.compile
    forms: list[tuple[int, ...]] = []

    def keep(graph: Any, arguments: list[Any]) -> Any:
        forms.append(next(tuple(one.shape) for one in arguments[::-1] if one.dim() == 4 and one.shape[-1] > 3))
        return graph.forward

    monkeypatch.setattr(torch, "compile", lambda network, *, dynamic: real(network, dynamic=dynamic, backend=keep))
    torch._dynamo.reset()
    counters.clear()
    requests = [make_request(tiny, seed, steps=2, guides=3) for seed in range(3)]
    lighter = [replace(request, look=_with_weight(request.look, 0.6)) for request in requests[:2]]
    painted = {}
    for compiled in (False, True):
        with engine(batch=2, compile=compiled) as opened:
            painted[compiled] = np.stack(opened.paint(requests) + opened.paint(lighter))
    assert len(forms) == 4, "VAE encoder and decoder, the UNet, and one graph for all three ControlNets"
    assert not counters["graph_break"]
    assert np.abs(painted[False] - painted[True]).max() < GROUPING


def _with_weight(look: LookPlan, weight: float) -> LookPlan:
    controls = tuple(control.model_copy(update={"weight": weight}) for control in look.controls)
    return look.model_copy(update={"controls": controls})


# --- shared models and prompts -----------------------------------------------------------------------------------


def test_looks_share_models_and_prompts_are_encoded_once(tiny: TinyModels, monkeypatch: pytest.MonkeyPatch) -> None:
    from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
    from transformers import CLIPTextModel

    counts: dict[str, int] = {}

    def count(kind: Any, method: str) -> None:
        real = getattr(kind, method)

        def counted(*arguments: Any, **keywords: Any) -> Any:
            counts[f"{kind.__name__}.{method}"] = counts.get(f"{kind.__name__}.{method}", 0) + 1
            return real(*arguments, **keywords)

        monkeypatch.setattr(kind, method, counted)

    for kind in (AutoencoderKL, ControlNetModel, UNet2DConditionModel, CLIPTextModel):
        count(kind, "from_pretrained")
    count(CLIPTextModel, "forward")
    count(AutoencoderKL, "encode")
    body, face = make_request(tiny, 1, guides=3, strength=0.65), make_request(tiny, 2, guides=1, matte=oval_matte())
    with engine(batch=4) as opened:
        opened.prepare([body.look, face.look])
        for _ in range(2):
            opened.paint([body] * 3)
            opened.paint([face] * 3)
    assert counts.pop("CLIPTextModel.forward") == 2, "the prompt and the negative prompt"
    assert counts.pop("AutoencoderKL.encode") == 12, "one per image, none for a masked copy of it"
    assert counts == {
        "AutoencoderKL.from_pretrained": 1, "ControlNetModel.from_pretrained": 3,
        "UNet2DConditionModel.from_pretrained": 1, "CLIPTextModel.from_pretrained": 1,
    }  # fmt: skip


def test_a_negative_prompt_affects_only_its_own_image_and_is_encoded_once(
    tiny: TinyModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    from transformers import CLIPTextModel

    encoded: list[int] = []
    forward = CLIPTextModel.forward

    def counted(*arguments: Any, **keywords: Any) -> Any:
        encoded.append(1)
        return forward(*arguments, **keywords)

    monkeypatch.setattr(CLIPTextModel, "forward", counted)
    plain = [make_request(tiny, seed) for seed in (1, 2, 3)]
    mixed = [plain[0], replace(plain[1], negative="closed eyes"), plain[2]]
    with engine(batch=4) as opened:
        before, after = opened.paint(plain), opened.paint(mixed)
        opened.paint(mixed)
    assert len(encoded) == 3, "the prompt and two negative prompts"
    assert [float(np.abs(one - other).max()) > 1e-3 for one, other in zip(before, after, strict=True)] == [
        False,
        True,
        False,
    ]


def with_lora(request: PaintRequest, tiny: TinyModels, weight: float) -> PaintRequest:
    loras = (LoraPlan(model=str(tiny.lora), weight=weight),)
    return replace(request, look=request.look.model_copy(update={"loras": loras}))


def test_a_lora_affects_only_its_own_look(tiny: TinyModels) -> None:
    plain = make_request(tiny, 1)
    added = {weight: with_lora(plain, tiny, weight) for weight in (0.0, 0.1, 0.4)}
    with engine() as opened:
        before = opened.paint([plain])[0]
        coloured = {weight: opened.paint([request])[0] for weight, request in added.items()}
        after = opened.paint([plain])[0]
        again = opened.paint([added[0.4]])[0]
    assert np.array_equal(before, after)
    assert np.array_equal(coloured[0.4], again)
    assert np.abs(coloured[0.0] - before).max() < TOLERANCE
    changes = [float(np.abs(coloured[weight] - before).mean()) for weight in (0.0, 0.1, 0.4)]
    assert changes == sorted(changes)
    assert changes[1] > 1e-4


def test_a_lora_has_the_same_effect_as_in_diffusers(tiny: TinyModels) -> None:
    import torch
    from diffusers import StableDiffusionPipeline

    request = make_request(tiny, 1)
    with engine() as opened:
        ours = opened.paint([with_lora(request, tiny, 0.8)])[0]
    theirs = StableDiffusionPipeline.from_pretrained(tiny.checkpoint, safety_checker=None)
    theirs.load_lora_weights(str(tiny.lora.parent), weight_name=tiny.lora.name)
    theirs.fuse_lora(lora_scale=0.8)
    theirs.unload_lora_weights()
    theirs.save_pretrained(tiny.folder / "fused" / "tiny-fused")
    _tiny.make_tokenizer(tiny.folder / "fused" / "tiny-fused" / "tokenizer")
    with engine() as opened, torch.no_grad():
        fused = {"model": str(tiny.folder / "fused" / "tiny-fused")}
        expected = opened.paint([replace(request, look=request.look.model_copy(update=fused))])[0]
    assert np.abs(ours - expected).max() < 5 * TOLERANCE


def test_the_vae_of_the_look_is_used(tiny: TinyModels, tmp_path: Path) -> None:
    import torch
    from diffusers import AutoencoderKL

    vae = AutoencoderKL.from_pretrained(tiny.checkpoint / "vae")
    with torch.no_grad():
        vae.decoder.conv_out.bias += 0.25
    vae.save_pretrained(tmp_path / "brighter")
    plain = make_request(tiny, 1)
    other = replace(plain, look=plain.look.model_copy(update={"vae": str(tmp_path / "brighter")}))
    with engine() as opened:
        dark, bright = opened.paint([plain])[0], opened.paint([other])[0]
    inner = (dark > 0.01) & (bright < 0.99)
    assert np.allclose(bright[inner] - dark[inner], 0.125, atol=1e-4)


# --- results -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compat", ["none", "a1111"])
def test_pixels_outside_the_matte_are_unchanged_and_its_whole_edge_is_painted(tiny: TinyModels, compat: str) -> None:
    request = make_request(tiny, 3, matte=oval_matte())
    with engine(compat=compat) as opened:
        (painted,) = opened.paint([request])
    assert request.matte is not None
    changed = (painted != request.image).any(axis=2)
    assert changed[request.matte > 0].mean() > 0.999
    rows, columns = np.nonzero(request.matte > 0)
    reach = np.zeros_like(changed)
    reach[max(0, rows.min() - 8) : rows.max() + 9, max(0, columns.min() - 8) : columns.max() + 9] = True
    assert not changed[~reach].any()
    assert not changed[:4, :4].any()


def test_an_empty_matte_returns_the_image(tiny: TinyModels) -> None:
    request = make_request(tiny, 3, matte=np.zeros((64, 96), np.float32))
    with engine() as opened:
        assert np.array_equal(opened.paint([request])[0], request.image)


def test_strength_zero_needs_no_model(tiny: TinyModels) -> None:
    request = replace(
        make_request(tiny, 1), look=make_request(tiny, 1, strength=0.0).look.model_copy(update={"model": ""})
    )
    with engine() as opened:
        opened.prepare([request.look])
        assert np.array_equal(opened.paint([request])[0], request.image)
        assert opened.identity(request.look) == opened.revision
        assert opened.paint([]) == []


def test_guidance_of_one_runs_only_the_prompt(tiny: TinyModels, monkeypatch: pytest.MonkeyPatch) -> None:
    from diffusers import UNet2DConditionModel

    request = make_request(tiny, 1, guides=1, guidance=1.0)
    with engine() as opened:
        almost = opened.paint([make_request(tiny, 1, guides=1, guidance=1.000001)])[0]
        real, sizes = UNet2DConditionModel.forward, set()

        def forward(self: Any, sample: Any, *arguments: Any, **keywords: Any) -> Any:
            sizes.add(len(sample))
            return real(self, sample, *arguments, **keywords)

        monkeypatch.setattr(UNet2DConditionModel, "forward", forward)
        alone = opened.paint([request])[0]
    assert sizes == {1}
    assert np.abs(alone - almost).max() < TOLERANCE


def test_a_guide_has_an_effect(tiny: TinyModels) -> None:
    request = make_request(tiny, 1, guides=1)
    with engine() as opened:
        one, other = opened.paint([request, replace(request, guides=(guide(77),))])
    assert np.abs(one - other).mean() > 1e-2


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_half_precision_is_close_to_full_precision(tiny: TinyModels, precision: str) -> None:
    request = make_request(tiny, 1, guides=1, steps=8)
    with engine() as full, engine(precision=precision) as half:
        expected, painted = full.paint([request])[0], half.paint([request])[0]
        assert full.identity(request.look) != half.identity(request.look)
    assert np.abs(painted - expected).mean() < 0.02


# --- devices, and a full render ----------------------------------------------------------------------------------


@pytest.mark.parametrize("device", ["cuda", "cuda:3", "mps", "gpu", "xpu"])
def test_an_unavailable_device_is_refused(device: str) -> None:
    with pytest.raises(EngineUnavailable, match=rf"diffusers.device '{device}' is not available \(torch finds: cpu\)"):
        open_engine("diffusers", Settings(diffusers=DiffusersSettings(device=device)))


def test_a_render_is_resumed_and_repeated_when_the_weights_change(
    tiny: TinyModels, plate_pattern: Path, tmp_path: Path
) -> None:
    model = _tiny.make_checkpoint(tmp_path / "sd")
    assignments = (
        f"face.model={model}", f"body.model={model}", "face.steps=4", "body.steps=2", "face.canvas=64",
        f'face.controls=[{{kind="face", model="{tiny.controls[0]}"}}]',
    )  # fmt: skip
    for batch in (5, 2):
        with engine(batch=batch) as opened:
            first = render(plate_pattern, tmp_path / "out", *assignments, engine=opened)
        assert all(done.rendered == (COUNT if batch == 5 else 0) for done in first.values())
    before = digests(tmp_path / "out")
    next((tmp_path / "out").rglob("*FACE*1003.exr")).unlink()
    with engine() as opened:
        assert render(plate_pattern, tmp_path / "out", *assignments, engine=opened)[PassName.FACE].rendered == 1
    assert set(digests(tmp_path / "out")) == set(before)
    _tiny.make_checkpoint(tmp_path / "sd", seed=1)
    with engine() as opened:
        again = render(plate_pattern, tmp_path / "out", *assignments, engine=opened)
    assert all(done.rendered == COUNT for done in again.values())
    with engine(compat="a1111") as opened:
        again = render(plate_pattern, tmp_path / "out", *assignments, engine=opened)
    assert all(done.rendered == COUNT for done in again.values())


def test_the_libraries_print_nothing(
    tiny: TinyModels, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), engine() as opened:
        opened.paint([make_request(tiny, 1, guides=1)])
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")
