"""The oval of a face as a mask whose points a host can interpolate between frames."""

from __future__ import annotations

from math import cos, hypot, pi, sin

import pytest

from toolkit.delivery.face_keyframes import OVAL_POINTS, resample_oval
from toolkit.documents import Point


def ellipse(count: int, *, roll: float = 0, x: float = 400, y: float = 300) -> list[Point]:
    """``count`` points of an ellipse 200 wide and 300 high, turned clockwise by ``roll`` degrees."""
    turn = roll * pi / 180
    points = [(100 * cos(2 * pi * i / count), 150 * sin(2 * pi * i / count)) for i in range(count)]
    return [(x + px * cos(turn) - py * sin(turn), y + px * sin(turn) + py * cos(turn)) for px, py in points]


@pytest.mark.parametrize("count", [30, 36, 37, 41])
@pytest.mark.parametrize("roll", [0.0, -25.0, 90.0, 200.0])
def test_the_points_do_not_depend_on_the_number_of_hull_points(count: int, roll: float) -> None:
    oval = resample_oval(ellipse(count, roll=roll), roll=roll)
    many = resample_oval(ellipse(3600, roll=roll), roll=roll)
    assert len(oval) == OVAL_POINTS
    assert max(hypot(a[0] - b[0], a[1] - b[1]) for a, b in zip(oval, many, strict=True)) < 1.5


def test_points_start_at_the_top_of_the_face_and_go_clockwise() -> None:
    oval = resample_oval(ellipse(360), roll=0)
    assert oval[0] == pytest.approx((400, 150), abs=0.1)
    assert oval[OVAL_POINTS // 4] == pytest.approx((500, 300), abs=0.1)
    assert oval[OVAL_POINTS // 2] == pytest.approx((400, 450), abs=0.1)
    assert resample_oval(ellipse(360, roll=90), roll=90)[0] == pytest.approx((550, 300), abs=0.1)


def test_a_square_keeps_its_sides() -> None:
    """Rays that hit corners or run parallel to sides."""
    oval = resample_oval([(0, 0), (100, 0), (100, 100), (0, 100)], roll=0)
    assert all(min(abs(x), abs(x - 100), abs(y), abs(y - 100)) < 0.1 for x, y in oval)


def test_an_empty_outline_gives_no_oval() -> None:
    assert resample_oval([], roll=0) == ()
