"""The search in several views of a frame, with results in plate pixels."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.faces._footage import Person, grey
from toolkit.faces.finder import FaceBox, FaceFinder, FoundFace
from toolkit.faces.search import QUICK, is_same_place, list_views, remove_duplicates, search_views
from toolkit.faces.upright import FacePlacement


def near(true: FacePlacement, found: Sequence[FoundFace]) -> list[FacePlacement]:
    """Those at the place of ``true``: YuNet sees faces in the folds of her suit as well."""
    return [face.placement for face in found if is_same_place(face.placement, true)]


def test_a_face_is_found_once_in_all_views_and_not_if_it_is_known(finder: FaceFinder, anna: Person) -> None:
    views = list_views(1920, 1080, min_size=30, fine=True)
    assert len(views) == 5
    frame = anna.composite_over(grey(1920, 1080), 1200, 450, height=300)
    true = FacePlacement(x=1200, y=450, scale=300, roll=0)
    (found,) = near(true, search_views(finder, frame, views))
    assert found.distance_to(true) < 0.08
    assert near(true, search_views(finder, frame, views, known=[true])) == []


def test_a_face_of_20_pixels_is_found_at_1080_lines_if_it_is_wanted(finder: FaceFinder, anna: Person) -> None:
    frame = anna.composite_over(grey(1920, 1080), 1500, 500, height=20)
    assert search_views(finder, frame, [QUICK]) == []
    (found,) = search_views(finder, frame, list_views(1920, 1080, min_size=20, fine=True))
    assert (found.placement.x, found.placement.y) == pytest.approx((1500, 500), abs=3)
    assert search_views(finder, frame, list_views(1920, 1080, min_size=20, fine=False)) == []


@pytest.mark.parametrize("roll", [90, 180, -90])
def test_a_small_face_is_found_whichever_way_up_it_is(roll: float, finder: FaceFinder, anna: Person) -> None:
    frame = anna.composite_over(grey(), 300, 170, height=36, roll=roll)
    true = FacePlacement(x=300, y=170, scale=36, roll=roll)
    assert near(true, search_views(finder, frame, [QUICK])) == []
    (found,) = near(true, search_views(finder, frame, list_views(640, 360, min_size=30, fine=True)))
    assert found.distance_to(true) < 0.1
    assert (found.roll - roll + 180) % 360 - 180 == pytest.approx(0, abs=12)


@pytest.mark.parametrize(
    ("width", "min_size", "side"), [(1280, 30, 853), (1920, 30, 1280), (1920, 20, 1920), (3840, 30, 1920)]
)
def test_the_fine_view_shows_the_smallest_faces_wanted_with_20_pixels(width: int, min_size: int, side: int) -> None:
    """At most: a frame of 4K is reduced."""
    views = list_views(width, width * 9 // 16, min_size=min_size, fine=True)
    assert max(view.side for view in views) == side


@pytest.mark.parametrize(("width", "min_size"), [(640, 8), (1920, 120)])
def test_there_is_no_fine_view_that_would_find_no_more(width: int, min_size: int) -> None:
    assert {view.side for view in list_views(width, 360, min_size=min_size, fine=True)} == {QUICK.side}


def test_of_several_finds_in_one_place_the_surest_counts_and_the_largest_face_is_first() -> None:
    def at(x: float, scale: float, roll: float = 0.0) -> FacePlacement:
        return FacePlacement(x=x, y=100, scale=scale, roll=roll)

    places = {at(300, 40): 0.9, at(100, 50, 20): 0.5, at(104, 56): 0.8, at(90, 48): 0.6}
    box = FaceBox(x=0, y=0, width=1, height=1, roll=0)
    found = [FoundFace(placement=place, box=box, score=score) for place, score in places.items()]
    assert [face.placement for face in remove_duplicates(found)] == [at(104, 56), at(300, 40)]
