"""What a FACE frame costs around the painter, on any machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.passes._plate import landmarks, sample, shot_of, tracks_of
from toolkit.documents import FaceSample
from toolkit.faces import draw_face_annotation
from toolkit.frames import FrameRange
from toolkit.passes import plan_passes
from toolkit.passes.layers import Backing, Picture, face_crop, face_layer, on_canvas, without_beyond
from toolkit.passes.mattes import crop_matte
from toolkit.settings import load_settings

ROUNDS = 40


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


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
