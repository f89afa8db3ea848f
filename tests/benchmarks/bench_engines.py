"""What painting costs: around the painter on any machine, and the diffusers engine on a GPU.

No weights are needed: the networks have the exact shapes of Stable Diffusion 1.5 and random numbers in them, which take
as long. What they paint is not looked at, only that it is finite.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.passes._plate import landmarks, sample, shot_of, tracks_of
from toolkit.documents import FaceSample
from toolkit.engines import PaintRequest
from toolkit.faces import draw_face_annotation
from toolkit.frames import FrameRange
from toolkit.passes import plan_passes
from toolkit.passes.layers import Backing, Picture, face_crop, face_layer, on_canvas, without_beyond
from toolkit.passes.mattes import crop_matte
from toolkit.settings import load_settings

ROUNDS = 40
DENSE_BF16 = {"H100": 989e12, "H200": 989e12, "A100": 312e12}
"""Peak of dense bfloat16 arithmetic, operations per second."""
CROP = 38.4e12
"""Operations of one face crop as founded: 512 x 512, one ControlNet, guidance, 16 evaluations, VAE there and back."""


def bench_around(_: Path) -> None:
    """Everything a FACE frame costs beside decoding, painting and writing: 1080p, one face, a canvas of 512."""
    for name, roll in (("crop turned", 25.0), ("crop level", 5.0)):
        _around(name, roll)


def _around(name: str, roll: float) -> None:
    picture, plan, mesh = _one_face(roll)
    face, backing = plan.frames[0].faces[0], Backing(alpha=None, premultiplied=False, encoding="display")
    painted = without_beyond(face_crop(face, 512, picture))[0]
    parts: dict[str, Callable[[], object]] = {
        "crop": lambda: without_beyond(face_crop(face, 512, picture), ours=True),
        "matte for the engine": lambda: crop_matte(plan, face),
        "guide": lambda: draw_face_annotation([on_canvas(face.plate_to_canvas, mesh)], (512, 512)),
        "layer": lambda: face_layer(plan, [face], backing, [painted]),
    }
    for work in parts.values():
        work()
    seconds = {name: statistics.median(_timed(work) for _round in range(ROUNDS)) for name, work in parts.items()}
    before = time.process_time()
    for _round in range(ROUNDS):
        for work in parts.values():
            work()
    cpu = (time.process_time() - before) / ROUNDS
    listed = ", ".join(f"{name} {value * 1000:.1f}" for name, value in seconds.items())
    print(
        f"{f'around the painter, {name}':32s} {1000 * sum(seconds.values()):.1f} ms per frame and face "
        f"(asked: at most 25): {listed}; {1000 * cpu:.1f} ms of CPU time"
    )


def _one_face(roll: float) -> tuple[Picture, Any, NDArray[np.float32]]:
    """A 1080p picture with a face 300 pixels high in it, tilted by ``roll`` degrees: from 20 on its crop is turned."""
    rng = np.random.default_rng(0)
    mesh = landmarks((960.0, 540.0), 300.0, roll)
    within = rng.normal(0, 45, (478, 2)).astype(np.float32)
    inner = (mesh[:, :2] == (960.0, 540.0)).all(axis=1)
    mesh[inner, :2] += within[inner]
    seen: FaceSample = sample(101).model_copy(
        update={"centre": (960.0, 540.0), "scale": 300.0, "roll": roll, "landmarks": mesh}
    )
    tracks = tracks_of([seen]).model_copy(update={"width": 1920, "height": 1080})
    shot = shot_of(Path("plate.####.png"))
    only = FrameRange.of(shot.source_work_range.first, 1)
    shot = shot.model_copy(update={"source_work_range": only})
    plan = plan_passes(shot, tracks, load_settings(assignments=["output.passes=FACE"]), beside=Path())[0]
    picture = rng.random((1080, 1920, 3), dtype=np.float32)
    return picture, plan, mesh


# --- on a GPU ------------------------------------------------------------------------------------------------------


def bench_engines(_: Path) -> None:
    """Face crops per second of the diffusers engine beside the stock pipeline: looped, batched by hand, compiled."""
    import torch

    if not torch.cuda.is_available():
        print(f"{'diffusers engine':28s} no GPU here: not measured")
        return
    from toolkit.engines.diffusers_local import DiffusersEngine
    from toolkit.settings import DiffusersSettings

    name = torch.cuda.get_device_name()
    peak = next((value for key, value in DENSE_BF16.items() if key in name), None)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint, control = _full_size(Path(folder))
        requests = _crops(checkpoint, control, 32)
        print(f"{'on':28s} {name}, torch {torch.__version__}, 512 x 512, Euler, 30 steps at 0.5, one ControlNet")
        for compiled in (False, True):
            for batch in (1, 8, 16):
                settings = DiffusersSettings(precision="bfloat16", batch=batch, compile=compiled, compat="a1111")
                with DiffusersEngine(settings) as engine:
                    engine.prepare([requests[0].look])
                    _report(f"ours, {batch} at once" + ", compiled" * compiled, engine.paint, requests, batch, peak)
                _let_go()
            for batch in (1, 8):
                stock = _stock(checkpoint, control, compiled=compiled)
                _report(f"stock, {batch} at once" + ", compiled" * compiled, stock, requests, batch, peak)
                del stock
                _let_go()


def _report(
    name: str, paint: Callable[[Sequence[PaintRequest]], list[NDArray[np.float32]]], requests: Sequence[PaintRequest],
    batch: int, peak: float | None,
) -> None:  # fmt: skip
    """One line: crops per second, the 95th percentile of a batch, memory, and the share of the arithmetic there is."""
    import torch

    warm = _timed(lambda: paint(requests[:batch]))
    torch.cuda.reset_peak_memory_stats()
    groups = [requests[first : first + batch] for first in range(0, len(requests), batch)]
    seconds = []
    for group in groups:
        started = time.perf_counter()
        assert all(np.isfinite(picture).all() for picture in paint(group))
        seconds.append(time.perf_counter() - started)
    rate = len(requests) / sum(seconds)
    share = f", {100 * rate * CROP / peak:.0f} % of dense bf16" if peak else ""
    memory = torch.cuda.max_memory_allocated() / 2**30
    print(
        f"{name:28s} {rate:6.2f} crops/s   p95 {1000 * float(np.quantile(seconds, 0.95)) / batch:6.0f} ms/crop   "
        f"{memory:5.1f} GiB{share}   (first batch {warm:.1f} s)"
    )


def _full_size(folder: Path) -> tuple[Path, Path]:
    """Stable Diffusion 1.5 and a ControlNet for it, random; its words are the tiny tokenizer's."""
    import torch
    from diffusers import AutoencoderKL, ControlNetModel, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

    from tests.engines._tiny import make_tokenizer

    torch.manual_seed(0)
    make_tokenizer(folder / "words")
    text = CLIPTextConfig(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12)
    unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768)
    pipeline = StableDiffusionPipeline(
        unet=unet,
        vae=AutoencoderKL(
            block_out_channels=(128, 256, 512, 512), latent_channels=4, layers_per_block=2, sample_size=512,
            down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        ),
        text_encoder=CLIPTextModel(text),
        tokenizer=CLIPTokenizer.from_pretrained(folder / "words"),
        scheduler=PNDMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )  # fmt: skip
    pipeline.save_pretrained(folder / "sd")
    ControlNetModel.from_unet(unet).save_pretrained(folder / "control")
    return folder / "sd", folder / "control"


def _crops(checkpoint: Path, control: Path, count: int) -> list[PaintRequest]:
    from tests.engines._requests import look
    from toolkit.documents import ControlPlan

    rng = np.random.default_rng(0)
    controls = (ControlPlan(kind="face", model=str(control), weight=1.0, start=0.0, end=1.0),)
    first = PaintRequest(
        image=rng.random((512, 512, 3), dtype=np.float32),
        look=look(model=str(checkpoint), controls=controls),
        prompt="face",
        negative="open",
        seed=0,
        place="bench",
        matte=np.zeros((512, 512), np.float32),
        guides=(rng.integers(0, 256, (512, 512, 3), np.uint8),),
    )
    y, x = np.mgrid[:512, :512].astype(np.float32)
    mattes = [np.clip(2 - 2 * np.hypot(x - 256 - number, y - 256) / 180, 0, 1) for number in range(count)]
    return [replace(first, seed=number, matte=matte.astype(np.float32)) for number, matte in enumerate(mattes)]


def _stock(checkpoint: Path, control: Path, *, compiled: bool) -> Callable[..., list[NDArray[np.float32]]]:
    """diffusers' own masked pipeline on crops that are cut already, which lets it take more than one."""
    import torch
    from diffusers import ControlNetModel, EulerDiscreteScheduler, StableDiffusionControlNetInpaintPipeline

    net = ControlNetModel.from_pretrained(control, torch_dtype=torch.bfloat16)
    pipeline = StableDiffusionControlNetInpaintPipeline.from_pretrained(
        checkpoint, controlnet=net, torch_dtype=torch.bfloat16, safety_checker=None
    ).to("cuda")
    pipeline.scheduler = EulerDiscreteScheduler.from_config(pipeline.scheduler.config, timestep_spacing="linspace")
    pipeline.set_progress_bar_config(disable=True)
    pipeline.unet.to(memory_format=torch.channels_last)
    pipeline.controlnet.to(memory_format=torch.channels_last)
    if compiled:
        pipeline.unet = torch.compile(pipeline.unet, dynamic=False)
        pipeline.controlnet = torch.compile(pipeline.controlnet, dynamic=False)

    def paint(requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        def stacked(pictures: Sequence[NDArray[Any]]) -> Any:
            return torch.from_numpy(np.stack(pictures).astype(np.float32)).permute(0, 3, 1, 2)

        answer = pipeline(
            prompt=[request.prompt for request in requests],
            negative_prompt=[request.negative for request in requests],
            image=stacked([request.image for request in requests]),
            mask_image=stacked([(request.matte > 0)[..., None] for request in requests if request.matte is not None]),
            control_image=stacked([request.guides[0] / 255 for request in requests]),
            controlnet_conditioning_scale=1.0,
            strength=16 / 30 + 1e-6,  # as many evaluations as ours
            num_inference_steps=30,
            guidance_scale=8.0,
            generator=[torch.Generator().manual_seed(request.seed) for request in requests],
            output_type="np",
        )
        return list(answer.images)

    return paint


def _let_go() -> None:
    import torch

    gc.collect()
    torch.cuda.empty_cache()


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
