"""The diffusers engine compared with the stock pipeline on a GPU: in a loop, batched by hand, compiled."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks._full_size import count_operations, make_models
from tests.benchmarks._gpu import FACE, Setup, gpu_memory, gpu_peak, measure, release_memory
from toolkit.engines import PaintRequest

Paint = Callable[[Sequence[PaintRequest]], list[NDArray[np.float32]]]


def bench_engines(_: Path) -> None:
    """Face crops per second with one and three ControlNets, in one interleaved run."""
    peak = gpu_peak()
    if peak is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        setup = Setup(models=make_models(Path(folder)))
        for controls in (1, 3):
            compare_engines(setup, controls, peak)
            release_memory(setup)


def compare_engines(setup: Setup, controls: int, peak: float) -> None:
    """Our engine and the stock pipeline, in turn, several rounds. ``peak``: operations per second, 0 if unknown."""
    requests = _crops(setup, controls)
    needed = count_operations(setup.size, setup.size).per_image(evaluations=FACE, controls=controls)
    print(
        f"{f'{controls} ControlNet(s)':28s} {setup.size} x {setup.size}, Euler, 30 steps at 0.5, guidance 8: "
        f"{needed / 1e12:.1f} TFLOP a crop (FACE of the recipe, with the stock pipeline)"
    )
    with ExitStack() as opened:
        variants: dict[str, tuple[Paint, int, int]] = {}
        for compiled in (False, True) if setup.compile else (False,):
            word = ", compiled" * compiled
            stock = _stock(setup, controls, compiled=compiled)
            variants["stock, looped" + word] = stock, 1, setup.looped
            if controls == 1:
                by_hand = _stock(setup, controls, compiled=compiled) if compiled else stock
                variants["stock, batched by hand" + word] = by_hand, setup.batch, setup.batch
            variants["ours" + word] = _ours(setup, opened, compiled=compiled), setup.batch, setup.batch
        rates = _interleaved(setup, variants, requests, needed, peak)
    looped, best = rates["stock, looped"], max(name for name in rates if name.startswith("ours"))
    ratio = statistics.median(mine / theirs for mine, theirs in zip(rates[best], looped, strict=True))
    print(f"{best + ' / stock, looped':28s} ratio {ratio:.2f} (target: at least 3)")


def _interleaved(
    setup: Setup,
    variants: dict[str, tuple[Paint, int, int]],
    requests: Sequence[PaintRequest],
    needed: int,
    peak: float,
) -> dict[str, list[float]]:
    """Crops per second of each variant in each round; prints one line per variant."""
    firsts = {name: measure(lambda: _run(paint, requests[:batch])) for name, (paint, batch, _) in variants.items()}  # noqa: B023  used at once
    seconds: dict[str, list[list[float]]] = {name: [] for name in variants}
    most = dict.fromkeys(variants, 0.0)
    for _round in range(setup.rounds):
        for name, (paint, batch, count) in variants.items():
            before = gpu_memory(setup, reset=True)
            groups = [requests[first : first + batch] for first in range(0, count, batch)]
            seconds[name].append([measure(lambda: _run(paint, group)) for group in groups])  # noqa: B023  used at once
            most[name] = max(most[name], gpu_memory(setup) - before)
    rates = {name: [variants[name][2] / sum(one) for one in rounds] for name, rounds in seconds.items()}
    for name, each in rates.items():
        slow = float(np.quantile([one / variants[name][1] for turn in seconds[name] for one in turn], 0.95))
        share = f", {100 * statistics.median(each) * needed / peak:.0f} % of dense bf16 (target: 40)" if peak else ""
        print(
            f"  {name:32s} {statistics.median(each):7.2f} crops/s   p95 {1000 * slow:6.0f} ms/crop   "
            f"uses {most[name]:5.1f} GiB{share}   (first {firsts[name]:.1f} s)"
        )
    return rates


def _run(paint: Paint, requests: Sequence[PaintRequest]) -> None:
    assert all(np.isfinite(picture).all() for picture in paint(requests))


def _crops(setup: Setup, controls: int) -> list[PaintRequest]:
    """Distinct crops with their own seeds, mattes and guides."""
    from tests.engines._requests import look
    from toolkit.documents import ControlPlan

    rng, size = np.random.default_rng(0), setup.size
    plans = tuple(
        ControlPlan(kind="face", model=str(path), weight=1.0, start=0.0, end=1.0)
        for path in setup.models.controls[:controls]
    )
    asked = look(model=str(setup.models.checkpoint), controls=plans)
    y, x = np.mgrid[:size, :size].astype(np.float32)
    return [
        PaintRequest(
            image=rng.random((size, size, 3), dtype=np.float32),
            look=asked,
            prompt="face",
            negative="open",
            seed=number,
            place=f"bench {number}",
            matte=np.clip(2 - 5.7 * np.hypot(x - size / 2 - number, y - size / 2) / size, 0, 1).astype(np.float32),
            guides=tuple(rng.integers(0, 256, (size, size, 3), np.uint8) for _ in plans),
        )
        for number in range(setup.batch)
    ]


def _ours(setup: Setup, stack: ExitStack, *, compiled: bool) -> Paint:
    from toolkit.engines.diffusers_local import DiffusersEngine
    from toolkit.settings import DiffusersSettings

    settings = DiffusersSettings(
        device=setup.device, precision=setup.precision, batch=setup.batch, compile=compiled, compat="a1111"
    )
    return stack.enter_context(DiffusersEngine(settings)).paint


def _stock(setup: Setup, controls: int, *, compiled: bool) -> Paint:
    """diffusers' own inpaint pipeline on finished crops, which allows batches."""
    import torch
    from diffusers import ControlNetModel, EulerDiscreteScheduler, StableDiffusionControlNetInpaintPipeline
    from diffusers.utils.logging import set_verbosity_error

    set_verbosity_error()  # it would warn about casting modules that do not exist
    kind = getattr(torch, setup.precision)
    nets = [ControlNetModel.from_pretrained(path) for path in setup.models.controls[:controls]]
    pipeline = StableDiffusionControlNetInpaintPipeline.from_pretrained(
        setup.models.checkpoint, controlnet=nets[0] if controls == 1 else nets, safety_checker=None
    ).to(setup.device, kind)
    pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config, timestep_spacing="linspace")
    pipeline.set_progress_bar_config(disable=True)
    if compiled:
        torch._dynamo.config.recompile_limit = 64  # for all sizes measured here; after 8 torch would stop compiling
        pipeline.unet.to(memory_format=torch.channels_last)
        pipeline.unet.compile(dynamic=False)
        for net in nets:
            net.to(memory_format=torch.channels_last)
            net.compile(dynamic=False)

    def paint(requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        def stacked(pictures: Sequence[NDArray[Any]]) -> Any:
            return torch.from_numpy(np.stack(pictures).astype(np.float32)).permute(0, 3, 1, 2)

        guides = [stacked([request.guides[index] / 255 for request in requests]) for index in range(controls)]
        answer = pipeline(
            prompt=[request.prompt for request in requests],
            negative_prompt=[request.negative for request in requests],
            image=stacked([request.image for request in requests]),
            mask_image=stacked([(request.matte > 0)[..., None] for request in requests if request.matte is not None]),
            control_image=guides[0] if controls == 1 else guides,
            controlnet_conditioning_scale=1.0 if controls == 1 else [1.0] * controls,
            height=setup.size,
            width=setup.size,
            strength=FACE / 30 + 1e-6,  # as many evaluations as ours
            num_inference_steps=30,
            guidance_scale=8.0,
            generator=[torch.Generator().manual_seed(request.seed) for request in requests],
            output_type="np",
        )
        return list(answer.images)

    return paint
