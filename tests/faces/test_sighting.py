"""Faces that YuNet sees where another one is expected."""

from __future__ import annotations

import pytest

from tests.faces._footage import Person, grey
from toolkit.faces.finder import FaceFinder
from toolkit.faces.sighting import sight, sight_near
from toolkit.faces.thumbnail import correlate
from toolkit.faces.upright import FacePlacement


def at(x: float, y: float, *, scale: float = 80, roll: float = 0.0) -> FacePlacement:
    return FacePlacement(x=x, y=y, scale=scale, roll=roll)


@pytest.mark.parametrize("roll", [0.0, 30.0, 120.0, 180.0])
@pytest.mark.parametrize(("off", "size"), [((0, 0), 1.0), ((20, -15), 0.85)])
def test_a_face_is_seen_in_its_place_whichever_way_up_it_is(
    roll: float, off: tuple[float, float], size: float, finder: FaceFinder, anna: Person
) -> None:
    frame = anna.composite_over(grey(), 300, 170, height=80, roll=roll)
    expected = at(300 + off[0], 170 + off[1], scale=80 * size, roll=roll)
    seen = sight_near(finder, frame, expected, 7)
    assert seen is not None and seen.source_frame == 7
    true = at(300, 170, roll=roll)
    assert seen.placement.distance_to(true) < 0.08
    assert seen.placement.scale == pytest.approx(80, rel=0.14)
    assert (seen.placement.roll - roll + 180) % 360 - 180 == pytest.approx(0, abs=8)
    assert (seen.box.roll - roll + 180) % 360 - 180 == pytest.approx(0, abs=1e-6), "as the canvas is turned"
    assert (seen.box.x, seen.box.y) == pytest.approx(true.middle(), abs=16)
    assert 0.75 * 80 < seen.box.width < seen.box.height < 1.5 * 80


@pytest.mark.parametrize(
    "expected", [at(380, 170), at(300, 170, scale=160), at(300, 170, scale=40)], ids=["beside", "smaller", "larger"]
)
def test_a_face_elsewhere_or_of_another_size_is_another_face(
    expected: FacePlacement, finder: FaceFinder, anna: Person
) -> None:
    assert sight_near(finder, anna.composite_over(grey(), 300, 170, height=80), expected, 0) is None


def test_a_face_that_is_mostly_outside_the_picture_has_no_place(finder: FaceFinder, anna: Person) -> None:
    """YuNet would put it inside."""
    places = {
        x: sight_near(finder, anna.composite_over(grey(), x, 170, height=120), at(x, 170, scale=120), 0)
        for x in (60, -10)
    }
    assert places[60] is not None
    assert places[-10] is None


def test_a_face_found_in_the_whole_frame_looks_like_itself_seen_near(finder: FaceFinder, anna: Person) -> None:
    frame = anna.composite_over(grey(), 300, 170, height=80)
    found = max(finder.find(frame, side=640), key=lambda one: one.score)
    near = sight_near(finder, frame, found.placement, 0)
    assert near is not None
    assert correlate(sight(frame, found, 0).thumbnail, near.thumbnail) > 0.9
