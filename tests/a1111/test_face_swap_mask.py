"""The masks of batch-face-swap in April 2023: its own steps on whole pictures, and what we draw of our outline."""

from __future__ import annotations

from math import ceil

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces.test_geometry import face
from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from toolkit.a1111 import face_swap_outline
from toolkit.mattes import draw_matte
from toolkit.mattes.outlines import fill_polygon
from toolkit.passes import plan_passes
from toolkit.settings import load_settings


def draw_its_mask(landmarks: NDArray[np.float32], width: int, height: int) -> NDArray[np.uint8]:
    """The extension's mask, 0 or 1: each widening as the greatest of shifted copies, not as OpenCV does it."""
    points = np.array([[int(x), int(y)] for x, y, _ in landmarks[:468].tolist()], np.int32)
    mask = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(points), 1)
    square, low, thin, tall = (ceil(share * height) for share in (0.011, 0.0045, 0.0025, 0.014))
    mask = widen(mask, left=square - 1 - square // 2, right=square // 2, up=square - 1 - square // 2, down=square // 2)
    if thin < 2:
        return mask
    mask = widen(mask, left=thin - 2, right=1, up=low - 1 - low // 2, down=low // 2)
    return widen(mask, left=thin - 1 - thin // 2, right=thin // 2, up=tall - 2, down=1)


def widen(mask: NDArray[np.uint8], *, left: int, right: int, up: int, down: int) -> NDArray[np.uint8]:
    padded = np.pad(mask, ((down, up), (right, left)))
    rows, columns = mask.shape
    widened = np.zeros_like(mask)
    for y in range(up + down + 1):
        for x in range(left + right + 1):
            np.maximum(widened, padded[y : y + rows, x : x + columns], out=widened)
    return widened


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (1280, 720), (640, 360), (2048, 1556)])
@pytest.mark.parametrize("roll", [0.0, 17.0, -40.0])
def test_the_outline_covers_the_pixels_of_its_mask(width: int, height: int, roll: float) -> None:
    landmarks = face(scale=height / 400, roll=roll)
    landmarks[:, :2] += np.array([width / 2, height / 2]) - landmarks[:, :2].mean(axis=0)
    theirs = draw_its_mask(landmarks, width, height)
    ours = fill_polygon(np.array(face_swap_outline(landmarks, height=height)), width, height)
    assert not (theirs & ~ours & 1).any(), "nothing is missing"
    assert (ours != theirs).sum() < 0.001 * theirs.sum(), "the hollows of a digital line are filled"


def test_a_pass_can_have_these_masks() -> None:
    settings = load_settings(overrides=["matte.shape=batch-face-swap", "output.passes=FACE", "face.mask_blur=2"])
    samples = [sample(FIRST + i, x=60.0 + i) for i in range(COUNT)]
    (plan,) = plan_passes(shot_of(CUT_FOLDER / "plate.####.png"), tracks_of(samples), settings, cut_folder=CUT_FOLDER)
    for frame, one in zip(plan.frames, samples, strict=True):
        (planned,) = frame.faces
        assert one.landmarks is not None
        assert planned.outline == face_swap_outline(one.landmarks, height=plan.height)
        assert planned.feather == 0


def test_without_a_blur_its_edge_is_hard() -> None:
    outline = face_swap_outline(face(scale=3, x=100, y=100), height=1080)
    matte = draw_matte(outline, 0.0, window=(0, 0, 900, 900))
    assert ((matte > 0) & (matte < 1)).mean() < 0.005
