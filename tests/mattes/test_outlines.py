"""The outline of a face and the matte drawn from it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces.test_geometry import face
from tests.passes._plate import sample
from toolkit.documents import Point
from toolkit.faces.upright import measure_placement
from toolkit.mattes import draw_matte, face_outline, grow_drawn

OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
"""MediaPipe's face oval."""


def turn_face(yaw: float) -> NDArray[np.float32]:
    """The face turned by ``yaw`` degrees."""
    angle = np.deg2rad(yaw)
    landmarks = face(scale=3)
    centre = landmarks.mean(axis=0)
    x, depth = landmarks[:, 0] - centre[0], landmarks[:, 2] * 3
    landmarks[:, 0] = centre[0] + np.cos(angle) * x + np.sin(angle) * depth
    return landmarks


def distances(outline: tuple[Point, ...], points: NDArray[np.float32]) -> NDArray[np.float64]:
    """Distance of the points inside ``outline``, pixels."""
    contour = np.array(outline, dtype=np.float32)
    return np.array([cv2.pointPolygonTest(contour, (float(x), float(y)), measureDist=True) for x, y, *_ in points])


def test_the_outline_of_a_frontal_face_is_the_face_oval() -> None:
    landmarks = face(scale=3)
    inside = distances(face_outline(landmarks, grow=0.0), landmarks[list(OVAL)])
    assert inside.min() > -0.01
    assert np.median(inside) < 0.5
    assert inside.max() < 0.02 * measure_placement(landmarks).scale, "only hollows are bridged"


@pytest.mark.parametrize("yaw", [0.0, 40.0, 80.0, -85.0])
@pytest.mark.parametrize("grow", [0.0, 0.06, 0.3])
def test_the_outline_is_convex_and_contains_every_landmark_with_margin(yaw: float, grow: float) -> None:
    landmarks = turn_face(yaw)
    outline = face_outline(landmarks, grow=grow)
    margin = grow * measure_placement(landmarks).scale
    assert cv2.isContourConvex(np.array(outline, dtype=np.float32))
    nearest = distances(outline, landmarks).min()
    assert 0.97 * margin - 0.01 <= nearest <= margin + 0.01


def test_the_forehead_is_added_above_the_oval_only() -> None:
    landmarks = face(scale=3)
    height = measure_placement(landmarks).scale
    without, with_forehead = (
        np.array(face_outline(landmarks, grow=0.0, forehead=share), np.float32) for share in (0.0, 0.1)
    )
    assert 0.08 * height < without[:, 1].min() - with_forehead[:, 1].min() <= 0.1 * height
    assert np.allclose(without.max(axis=0), with_forehead.max(axis=0), atol=0.01), "jaw and cheek stay"
    assert all(cv2.pointPolygonTest(with_forehead, (float(x), float(y)), True) > -0.1 for x, y in without)


def test_the_forehead_of_a_face_that_looks_up_is_foreshortened() -> None:
    landmarks = face(scale=3)
    angle = np.deg2rad(40)
    y, depth = landmarks[:, 1] - landmarks[:, 1].mean(), landmarks[:, 2]
    looking_up = landmarks.copy()
    looking_up[:, 1] = landmarks[:, 1].mean() + np.cos(angle) * y + np.sin(angle) * depth
    looking_up[:, 2] = np.cos(angle) * depth - np.sin(angle) * y

    def added(points: NDArray[np.float32]) -> float:
        tops = [min(y for _, y in face_outline(points, grow=0.0, forehead=share)) for share in (0.0, 0.1)]
        return (tops[0] - tops[1]) / measure_placement(points).scale

    assert 0 < added(looking_up) < 0.6 * added(landmarks)


def circle(radius: float, x: float, y: float, *, stretch: float = 1.0) -> tuple[Point, ...]:
    angles = np.linspace(0, 2 * np.pi, 720, endpoint=False)
    return tuple((x + stretch * radius * float(np.cos(a)), y + radius * float(np.sin(a))) for a in angles)


def test_a_drawn_outline_grows_as_a_hull_and_is_none_where_nobody_drew_one() -> None:
    drawn: tuple[Point, ...] = ((10, 10), (50, 10), (30, 20), (50, 50), (10, 50))  # one corner points inwards
    one = sample(101).model_copy(update={"drawn_outline": drawn})
    assert sorted(grow_drawn(one, grow=0.1) or ()) == [(6, 6), (6, 54), (54, 6), (54, 54)]  # a face 40 pixels high
    assert grow_drawn(sample(101), grow=0.1) is None


@pytest.mark.parametrize("feather", [0.0, 3.0, 12.0, 40.0])
def test_the_area_of_a_disc_matches_the_formula(feather: float) -> None:
    radius, edge = 90.0, max(feather, 1.0)
    matte = draw_matte(circle(radius, 110.3, 108.6), feather, window=(0, 0, 220, 220))
    from_edge = np.clip((radius - np.linspace(0, radius, 200_001)) / edge, 0, 1)
    profile = from_edge**2 * (3 - 2 * from_edge)
    expected = np.trapezoid(2 * np.pi * np.linspace(0, radius, 200_001) * profile, dx=radius / 200_000)
    assert matte.sum(dtype=np.float64) == pytest.approx(expected, rel=2e-4)


def test_the_matte_is_exactly_zero_outside_and_exactly_one_deep_inside() -> None:
    matte = draw_matte(circle(60, 100, 90, stretch=1.3), 10, window=(0, 0, 200, 180))
    y, x = np.mgrid[:180, :200]
    outside = ((x - 100) / 1.3) ** 2 + (y - 90) ** 2 > 60.01**2
    deep = ((x - 100) / 1.3) ** 2 + (y - 90) ** 2 < 49.5**2
    assert matte.dtype == np.float32
    assert (matte[outside] == 0).all()
    assert (matte[deep] == 1).all()
    assert (matte >= 0).all()
    assert (matte <= 1).all()


def test_the_edge_has_no_kink() -> None:
    row = draw_matte(((0, -500), (400, -500), (400, 500), (0, 500)), 40, window=(-5, 0, 55, 1))[0].astype(np.float64)
    steps = np.diff(row)
    assert np.abs(np.diff(steps)).max() < 6 / 40**2 + 1e-6, "the second difference of a smoothstep 40 pixels wide"
    assert row[5] == 0
    assert row[45] == 1


@pytest.mark.parametrize("direction", [(1.0, 0.0), (0.0, 1.0), (0.6, 0.8)])
def test_moving_by_a_hundredth_of_a_pixel_moves_the_edge_by_as_much(direction: tuple[float, float]) -> None:
    def moved(step: float) -> NDArray[np.float64]:
        outline = circle(50.0, 70 + 0.01 * step * direction[0], 70 + 0.01 * step * direction[1])
        return draw_matte(outline, 8, window=(0, 0, 140, 140)).astype(np.float64)

    mattes = [moved(step) for step in range(0, 101, 10)]
    areas = [matte.sum() for matte in mattes]
    assert max(areas) - min(areas) < 1e-4 * areas[0], "constant area"
    y, x = np.mgrid[:140, :140]
    middles = [np.array([(x * matte).sum(), (y * matte).sum()]) / matte.sum() for matte in mattes]
    for step, middle in zip(range(0, 101, 10), middles, strict=True):
        assert np.abs(middle - middles[0] - 0.01 * step * np.array(direction)).max() < 1e-3


def test_a_face_leaving_the_frame_is_clipped_and_does_not_wrap_around() -> None:
    whole = draw_matte(circle(40, 5, 50), 10, window=(-60, 0, 100, 100))
    framed = draw_matte(circle(40, 5, 50), 10, window=(0, 0, 100, 100))
    assert (framed == whole[:, 60:]).all()
    assert (framed[:, 50:] == 0).all()
    assert (draw_matte(circle(40, -200, 50), 10, window=(0, 0, 100, 100)) == 0).all()


def test_a_concave_outline_is_followed() -> None:
    notched = ((10.0, 10.0), (90.0, 10.0), (90.0, 90.0), (50.0, 30.0), (10.0, 90.0))
    matte = draw_matte(notched, 2, window=(0, 0, 100, 100))
    assert matte[60, 50] == 0
    assert matte[20, 50] == 1
    assert matte[60, 15] == 1


def test_two_points_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 points"):
        draw_matte(((0, 0), (1, 1)), 3, window=(0, 0, 5, 5))
