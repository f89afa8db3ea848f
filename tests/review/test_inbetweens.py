"""The frames between two rendered ones, as a host fills them in."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.documents import Interpolation
from toolkit.plates import PlateFrame
from toolkit.review.inbetweens import fill_in

HEIGHT, WIDTH = 180, 320
TEXTURE = cv2.GaussianBlur(np.random.default_rng(5).random((HEIGHT, WIDTH + 80, 3)).astype(np.float32), (0, 0), 4)
SCENE = (TEXTURE - TEXTURE.min()) / np.ptp(TEXTURE)


def opaque(shift: int) -> PlateFrame:
    """A texture, moved ``shift`` pixels to the right."""
    rgb = np.ascontiguousarray(SCENE[:, 40 - shift : 40 - shift + WIDTH])
    return PlateFrame(source_frame=1001, rgb=rgb, alpha=None, premultiplied=False)


def face(shift: int, *, y: int = 90) -> PlateFrame:
    """A soft disc of texture that moves, on nothing."""
    rows, columns = np.indices((HEIGHT, WIDTH), np.float32)
    distance = np.hypot(rows - y, columns - 120 - shift)
    alpha = np.clip((50 - distance) / 10, 0, 1).astype(np.float32)
    texture = np.roll(SCENE[:, 40 : 40 + WIDTH], shift, axis=1)
    return PlateFrame(
        source_frame=1001, rgb=(texture * alpha[..., None]).astype(np.float32), alpha=alpha, premultiplied=True
    )


def error(found: NDArray[np.float32], expected: NDArray[np.float32]) -> float:
    """Mean error away from the edges, codes of 255."""
    return 255 * float(np.abs(found - expected)[20:-20, 40:-40].mean())


@pytest.mark.parametrize("part", [1 / 3, 0.5, 2 / 3])
def test_flow_moves_both_frames_to_the_moment_between_them(part: float) -> None:
    moved = 12
    found = fill_in(opaque(0), opaque(moved), part, "flow", "display")
    right, mixed = opaque(round(part * moved)), fill_in(opaque(0), opaque(moved), part, "blend", "display")
    assert error(found.rgb, right.rgb) < 1
    assert error(mixed.rgb, right.rgb) > 5


def test_a_layer_moves_with_its_matte_and_is_nothing_elsewhere() -> None:
    found, right = fill_in(face(0), face(24), 0.5, "host", "display"), face(12)
    assert found.alpha is not None and right.alpha is not None
    assert np.abs(found.alpha - right.alpha).mean() < 0.01
    assert error(found.rgb, right.rgb) < 1.5
    assert found.alpha[:, 260:].max() == 0 and found.rgb[:, 260:].max() == 0


@pytest.mark.parametrize(
    ("interpolation", "weight"), [("nearest", 0.0), ("blend", 0.25)], ids=["held", "a quarter of the next"]
)
def test_other_ways_hold_or_mix(interpolation: Interpolation, weight: float) -> None:
    found = fill_in(opaque(0), opaque(9), 0.25, interpolation, "display")
    assert np.allclose(found.rgb, (1 - weight) * opaque(0).rgb + weight * opaque(9).rgb, atol=1e-5)


def test_a_rendered_frame_is_itself_and_nothing_stays_nothing() -> None:
    before, empty = opaque(0), face(0, y=-200)
    assert fill_in(before, opaque(9), 0, "flow", "display") is before
    assert fill_in(before, before, 0.5, "flow", "display") is before
    assert fill_in(empty, empty, 0.5, "flow", "display") is empty
