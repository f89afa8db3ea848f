"""The cost of a FACE frame outside the engine, compared with the common way of working on whole frames."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.passes._plate import landmarks, sample, shot_of, tracks_of
from toolkit.documents import FacePlan, FaceSample
from toolkit.frames import FrameRange
from toolkit.passes import plan_passes
from toolkit.passes.guides.face_mesh import draw_face_annotation
from toolkit.passes.rendering.canvases import crop_face, draw_crop_matte, split_overbrights, transform_points
from toolkit.passes.rendering.layers import PlateProperties, compose_face
from toolkit.passes.resampling import Picture
from toolkit.settings import load_settings

ROUNDS = 40


def bench_around(_: Path) -> None:
    """Everything a FACE frame costs except decoding, the engine and writing: 1080p, one face, a canvas of 512."""
    for name, roll in (("crop rotated", 25.0), ("crop level", 5.0)):
        _around(name, roll)


def _around(name: str, roll: float) -> None:
    picture, plan, mesh = _one_face(roll)
    face, properties = plan.frames[0].faces[0], PlateProperties(alpha=None, premultiplied=False, encoding="display")
    painted = split_overbrights(crop_face(face, 512, picture))[0]
    parts: dict[str, Callable[[], object]] = {
        "crop": lambda: split_overbrights(crop_face(face, 512, picture), reuse=True),
        "matte for the engine": lambda: draw_crop_matte(plan, face),
        "guide": lambda: draw_face_annotation([transform_points(face.plate_to_canvas, mesh)], (512, 512)),
        "layer": lambda: compose_face(plan, [face], properties, [painted]),
    }
    parts["whole frames"] = lambda: _on_whole_frames(face, picture, painted, mesh)
    for work in parts.values():
        work()
    rounds = [[_measure(work) for work in parts.values()] for _round in range(ROUNDS)]
    wall, cpu = (1000 * np.median(np.array(rounds)[..., clock], axis=0) for clock in (0, 1))
    ratio = np.median([each[-1][0] / sum(own[0] for own in each[:-1]) for each in rounds])
    listed = ", ".join(f"{name} {value:.1f}" for name, value in zip(parts, wall, strict=True))
    print(
        f"{f'FACE without engine, {name}':32s} {wall[:-1].sum():.1f} ms per frame and face (target: at most 25), "
        f"{cpu[:-1].sum():.1f} of CPU time; on whole frames {ratio:.1f} times as long; by step: {listed}"
    )


def _on_whole_frames(face: FacePlan, picture: Picture, painted: Picture, mesh: NDArray[np.float32]) -> object:
    """Crop, mattes, guide and layer with one OpenCV call each, all in the size of the plate."""
    height, width = picture.shape[:2]
    there = np.asarray(face.plate_to_canvas).reshape(2, 3)
    crop = np.clip(cv2.warpAffine(picture, there, (512, 512), None, cv2.INTER_LANCZOS4, cv2.BORDER_REPLICATE), 0, 1)
    hard = cv2.fillPoly(np.zeros((height, width), np.float32), [np.rint(np.asarray(face.outline)).astype(np.int32)], 1)
    matte = cv2.GaussianBlur(hard, (0, 0), face.feather / 3)
    seen = cv2.warpAffine(matte, there, (512, 512))
    guide = draw_face_annotation([transform_points(face.plate_to_canvas, mesh)], (512, 512))
    flags = cv2.INTER_LANCZOS4 | cv2.WARP_INVERSE_MAP
    back = cv2.warpAffine(painted, there, (width, height), None, flags, cv2.BORDER_REPLICATE)
    layer = np.dstack([np.clip(back, 0, 1) * matte[..., None], matte]).astype(np.float16)
    return crop, seen, guide, layer


def _one_face(roll: float) -> tuple[Picture, Any, NDArray[np.float32]]:
    """A 1080p image with a face 300 pixels high, tilted by ``roll`` degrees; from 20 on its crop is rotated."""
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
    plan = plan_passes(shot, tracks, load_settings(overrides=["output.passes=FACE"]), cut_folder=Path())[0]
    picture = rng.random((1080, 1920, 3), dtype=np.float32)
    return picture, plan, mesh


def _measure(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds by the clock, and CPU seconds of all cores."""
    started, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - started, time.process_time() - spent
