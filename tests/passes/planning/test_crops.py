"""Crops are rigid relative to the face: they rotate, move and scale with it, and contain every matte of the shot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.passes.planning.crops import (
    CropPose,
    FaceSquare,
    body_canvas,
    canvas_corners,
    enclosing_square,
    mask_bounds,
    rigid_crop_affine,
)

any_pose = st.builds(
    lambda x, y, scale, turn: CropPose(centre=(x, y), scale=scale, turn=turn),
    st.floats(-200, 2000),
    st.floats(-200, 1200),
    st.floats(20, 900),
    st.floats(-180, 180),
)


def apply(affine: tuple[float, ...], point: tuple[float, float]) -> np.ndarray:
    return np.asarray(affine).reshape(2, 3) @ (*point, 1.0)


@given(any_pose)
def test_the_centre_of_the_square_maps_to_the_centre_of_the_canvas(pose: CropPose) -> None:
    affine = rigid_crop_affine(pose, FaceSquare(centre=(0.0, 0.0), side=1.2), padding=32, canvas=512)
    assert np.allclose(apply(affine, pose.centre), 255.5, atol=1e-3)


def test_a_face_tilted_clockwise_is_upright_on_its_canvas() -> None:
    """Clockwise as seen: the top of a head tilted by +30 degrees leans to the right of its centre."""
    pose = CropPose(centre=(640, 360), scale=200, turn=30)
    affine = rigid_crop_affine(pose, FaceSquare(centre=(0, 0), side=1), padding=0, canvas=400)
    top_of_head = (640 + 100 * np.sin(np.radians(30)), 360 - 100 * np.cos(np.radians(30)))
    assert np.allclose(apply(affine, top_of_head), (199.5, 199.5 - 200), atol=1e-4)


@given(st.lists(any_pose, min_size=1, max_size=6))
def test_every_outline_is_inside_its_crop_with_padding_around_it(poses: list[CropPose]) -> None:
    rng = np.random.default_rng(4)
    outlines = [[tuple(np.asarray(p.centre) + rng.uniform(-0.8, 0.9, 2) * p.scale) for _ in range(12)] for p in poses]
    square = enclosing_square(poses, outlines)
    for pose, outline in zip(poses, outlines, strict=True):
        affine = rigid_crop_affine(pose, square, padding=32, canvas=512)
        zoom = np.hypot(affine[0], affine[1])
        reach = np.array([apply(affine, point) for point in outline])
        assert reach.min() >= 32 * zoom - 0.5 - 1e-3
        assert reach.max() <= 511.5 - 32 * zoom + 1e-3


def test_the_crop_is_as_large_as_the_largest_matte_and_the_same_in_every_frame() -> None:
    """An opening mouth moves the chin, not the crop."""
    poses = [CropPose(centre=(100, 100), scale=100, turn=0)] * 2
    closed = [(60.0, 50.0), (140.0, 50.0), (100.0, 150.0)]
    opened = [(60.0, 50.0), (140.0, 50.0), (100.0, 180.0)]
    square = enclosing_square(poses, [closed, opened])
    assert square.side == pytest.approx(1.3)
    assert rigid_crop_affine(poses[0], square, padding=32, canvas=512) == rigid_crop_affine(
        poses[1], square, padding=32, canvas=512
    )


def test_a_matte_that_reaches_a_little_farther_in_new_frames_leaves_the_crop_as_it_is() -> None:
    """Else a shot that becomes a frame longer would be painted again as a whole."""
    poses = [CropPose(centre=(100, 100), scale=100, turn=0)] * 2
    usual = [(61.0, 51.0), (138.0, 51.0), (100.0, 171.0)]
    farther = [(60.5, 51.0), (139.0, 50.5), (100.0, 174.0)]
    square = enclosing_square(poses[:1], [usual])

    assert enclosing_square(poses, [usual, farther]) == square
    assert square.side <= 1.2 + 0.1


def test_the_affine_of_a_crop_is_rounded_to_9_decimals() -> None:
    """It is part of the content keys: with another rounding, every frame of a cut would be rendered again."""
    pose = CropPose(centre=(913.272, 404.616), scale=217.804, turn=-23.173)
    affine = rigid_crop_affine(pose, FaceSquare(centre=(0.013, -0.047), side=1.294), padding=32, canvas=512)
    assert affine == (1.3610181, -0.582574074, -755.952783439, 0.582574074, 1.3610181, -812.083130515)


def test_corners_are_named_as_seen_in_the_upright_crop() -> None:
    pose = CropPose(centre=(0, 0), scale=100, turn=90)
    affine = rigid_crop_affine(pose, FaceSquare(centre=(0, 0), side=1), padding=0, canvas=100)
    upper_left, upper_right, lower_left, lower_right = canvas_corners(affine, 100)
    assert np.allclose([upper_left, upper_right, lower_left, lower_right], [(50, -50), (50, 50), (-50, -50), (-50, 50)])


@pytest.mark.parametrize(("left", "first"), [(37.424, 41), (37.42, 40)], ids=["below half a level", "above it"])
def test_a_mask_begins_where_the_matte_reaches_half_a_level_of_8_bits(left: float, first: int) -> None:
    """With a feather of 100 pixels, the matte is 0.5 / 255 at 2.5786 pixels inside the outline."""
    outline = [(left, 20.25), (340.5, 20.25), (340.5, 280.6), (left, 280.6)]
    assert mask_bounds(outline, 100.0, None, (400, 300)) == (first, 23, 338, 279)


# --- the canvas of BODY ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plate", "size", "canvas"),
    [
        ((1920, 1080), 576, (1024, 576)),
        ((1080, 1920), 576, (576, 1024)),
        ((1920, 1080), 512, (912, 512)),
        ((2048, 858), 512, (1224, 512)),
        ((160, 90), 64, (120, 64)),
        ((640, 480), 960, (1280, 960)),
    ],
    ids=["16:9", "portrait", "rounded up to multiples of 8", "scope", "tiny", "larger than the plate"],
)
def test_the_body_canvas_has_the_given_shorter_side_and_square_pixels(
    plate: tuple[int, int], size: int, canvas: tuple[int, int]
) -> None:
    found, affine = body_canvas(*plate, size)
    assert found == canvas
    assert affine is not None
    zoom = size / min(plate)
    assert np.allclose(apply(affine, (-0.5, -0.5)), -0.5, atol=1e-6), "the outer corners coincide"
    far = (plate[0] - 0.5, plate[1] - 0.5)
    assert np.allclose(apply(affine, far), (plate[0] * zoom - 0.5, plate[1] * zoom - 0.5), atol=1e-5)
    assert all(0 <= side - length * zoom < 8 for side, length in zip(canvas, plate, strict=True))


@pytest.mark.parametrize("size", [0, 1080])
def test_a_body_canvas_of_the_plates_size_is_not_resampled(size: int) -> None:
    assert body_canvas(1920, 1080, size) == ((1920, 1080), None)
