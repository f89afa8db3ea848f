"""What FACE adds to BODY: in operations, which can be counted without a GPU, and in time on a GPU."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

import cv2
import numpy as np

from tests.benchmarks._full_size import count_operations, make_models
from tests.benchmarks._gpu import BODY, FACE, Setup, gpu_peak, measure
from tests.passes._plate import FIRST, landmarks, sample, shot_of, tracks_of
from toolkit.documents import PassPlan, Shot
from toolkit.engines import open_engine
from toolkit.frames import FrameRange
from toolkit.passes import plan_passes, render_passes
from toolkit.plates import open_plate
from toolkit.settings import Settings, load_settings


def bench_shot(_: Path) -> None:
    """A shot with one face, 1080p to EXR: BODY alone, and BODY with FACE."""
    face_size, body_sizes = count_operations(512, 512), {"576 lines": (1024, 576), "1080p": (1920, 1080)}
    for preset, of_body, of_face in (("dva-2023", 0, 1), ("three-controls", 3, 3)):
        face = face_size.per_image(evaluations=FACE, controls=of_face)
        for name, size in body_sizes.items():
            body = count_operations(*size).per_image(evaluations=BODY, controls=of_body)
            print(
                f"{f'operations of {preset}':28s} FACE {face / 1e12:.1f} TFLOP, BODY at {name} {body / 1e12:.1f}: "
                f"FACE adds {100 * face / body:.0f} %"
            )
    if gpu_peak() is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        measure_shot(Setup(models=make_models(Path(folder)), rounds=2), Path(folder))


def measure_shot(
    setup: Setup, folder: Path, *, frames: int = 32, width: int = 1920, height: int = 1080, lines: int = 576
) -> None:
    """From plates to layers with ``dva-2023``, including decoding and writing; BODY has ``lines`` lines."""
    shot = _make_shot(folder / "plates", frames, width, height)
    settings = load_settings(
        preset="dva-2023",
        overrides=[
            *(f"{name}.model={setup.models.checkpoint}" for name in ("body", "face")),
            f'face.controls=[{{kind="face", model="{setup.models.controls[0]}"}}]',
            f"face.canvas={setup.size}",
            f"body.size={lines}",
            "engine=diffusers",
            f"diffusers.device={setup.device}",
            f"diffusers.precision={setup.precision}",
            f"diffusers.batch={setup.batch}",
            f"diffusers.compile={str(setup.compile).lower()}",
            "diffusers.compat=a1111",
        ],
    )
    plans = _plans(shot, settings, width, height)
    seconds: dict[str, list[float]] = {"BODY": [], "BODY and FACE": []}
    with open_engine("diffusers", settings) as engine:
        engine.prepare([plan.look for plan in plans])
        for turn in range(setup.rounds + 1):  # the first warms up
            for name, chosen in zip(seconds, (plans[:1], plans), strict=True):
                with open_plate(shot.media) as plate:
                    root = folder / f"{name} {turn}"
                    spent = measure(lambda: render_passes(chosen, plate, engine, root, writers=8))  # noqa: B023  used at once
                seconds[name] += [spent] * (turn > 0)
    more = statistics.median(both / alone - 1 for alone, both in zip(*seconds.values(), strict=True))
    listed = ", ".join(f"{name} {statistics.median(each):.2f} s" for name, each in seconds.items())
    print(f"{f'shot, {frames} frames, one face':28s} {listed}: FACE adds {100 * more:.0f} % (target: at most 30)")


def _make_shot(plates: Path, frames: int, width: int, height: int) -> Shot:
    """Noise as a PNG sequence, with the frame numbers of the synthetic face."""
    plates.mkdir()
    numbers, rng = FrameRange.of(FIRST, frames), np.random.default_rng(0)
    for number in numbers:
        picture = cv2.resize(rng.integers(0, 256, (height // 4, width // 4, 3), np.uint8), (width, height))
        assert cv2.imwrite(str(plates / f"plate.{number:04d}.png"), picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    shot = shot_of(plates / "plate.####.png")
    media = shot.media.model_copy(update={"source_range": numbers})
    return shot.model_copy(update={"media": media, "source_work_range": numbers})


def _plans(shot: Shot, settings: Settings, width: int, height: int) -> tuple[PassPlan, ...]:
    """BODY and FACE of one face that is found in every frame."""
    centre, scale = (width / 2, height / 2), height * 0.28
    facts = {"centre": centre, "scale": scale, "landmarks": landmarks(centre, scale, 5.0)}
    seen = [sample(number).model_copy(update=facts) for number in shot.source_work_range]
    tracks = tracks_of(seen).model_copy(update={"width": width, "height": height})
    return plan_passes(shot, tracks, settings, cut_folder=Path())
