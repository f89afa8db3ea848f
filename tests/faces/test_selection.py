"""Which people of a shot become faces."""

from __future__ import annotations

from collections.abc import Iterable

from tests.faces.test_samples import detection
from toolkit.faces.selection import Person, select_people
from toolkit.settings import TrackSettings


def person(frames: Iterable[int], *, scale: float = 2.0) -> Person:
    return {frame: detection(frame, scale=scale) for frame in frames}


def spans(people: list[Person]) -> list[tuple[int, int]]:
    return [(min(one), max(one)) for one in people]


def test_people_who_follow_one_another_all_fit() -> None:
    people = [person(range(0, 10)), person(range(10, 20)), person(range(20, 30))]
    kept, crowded = select_people(people, 30, TrackSettings(max_faces=1))
    assert spans(kept) == [(0, 9), (10, 19), (20, 29)]
    assert crowded == []


def test_a_person_loses_the_frames_in_which_there_is_no_room() -> None:
    long, short = person(range(0, 20)), person(range(12, 30))
    kept, crowded = select_people([short, long], 30, TrackSettings(max_faces=1))
    assert spans(kept) == [(0, 19), (20, 29)]
    assert crowded == [short]


def test_a_person_with_hardly_any_frames_left_has_no_face() -> None:
    long, short = person(range(0, 20)), person(range(8, 23))
    kept, crowded = select_people([long, short], 30, TrackSettings(max_faces=1))
    assert spans(kept) == [(0, 19)]
    assert crowded == [short]


def test_nobody_pops_up_in_the_frames_in_which_somebody_is_held() -> None:
    held, other = person([*range(0, 10), *range(13, 30)]), person(range(5, 20))
    kept, _ = select_people([held, other], 30, TrackSettings(max_faces=1, hold=6))
    assert spans(kept) == [(0, 29)]


def test_of_two_people_present_for_as_long_the_larger_is_kept() -> None:
    small, large = person(range(10), scale=1.5), person(range(10), scale=2.5)
    kept, crowded = select_people([small, large], 10, TrackSettings(max_faces=1))
    assert kept == [large] and crowded == [small]
