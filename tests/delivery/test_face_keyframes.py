"""The oval of a face as a mask whose points a host can interpolate between frames."""

from __future__ import annotations

from math import cos, hypot, pi, sin
from pathlib import Path

import pytest

from tests.delivery._deliveries import face, plan_of
from tests.turnover._cuts import write_movie
from toolkit.delivery.face_keyframes import OVAL_POINTS, build_face_keys, resample_oval
from toolkit.delivery.plate_stacks import LayerClip
from toolkit.documents import Point
from toolkit.turnover import read_cut


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


def test_keys_are_rounded_to_keep_the_delivery_short(tmp_path: Path) -> None:
    cut = read_cut(write_movie(tmp_path / "a.mov", 3), handles=0)
    outline = tuple(ellipse(37, roll=17, x=401.372, y=299.618))
    turned = [face(0, 401.372, roll=17.123456 + i).model_copy(update={"outline": outline}) for i in range(3)]
    plan = plan_of(cut.shots[0], faces=[[one] for one in turned])
    (keys,) = build_face_keys([LayerClip(shot=cut.shots[0], plan=plan, alpha="none", encoding="display")])

    assert keys.roll == (17.1235, 18.1235, 19.1235)
    for numbers in (keys.roll, keys.scale):
        assert list(numbers) == [round(number, 4) for number in numbers]
    for x, y in (point for oval in keys.ovals for point in oval):
        assert (x, y) == (round(x, 1), round(y, 1))


def test_a_square_keeps_its_sides() -> None:
    """Rays that hit corners or run parallel to sides."""
    oval = resample_oval([(0, 0), (100, 0), (100, 100), (0, 100)], roll=0)
    assert all(min(abs(x), abs(x - 100), abs(y), abs(y - 100)) < 0.1 for x, y in oval)


def test_an_empty_outline_gives_no_oval() -> None:
    assert resample_oval([], roll=0) == ()
