"""Which people of a shot become faces."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.faces.test_samples import detection
from tests.faces.test_unread import sighting
from toolkit.documents import DropReason
from toolkit.faces.person import Person
from toolkit.faces.selection import describe_dropped, select_people
from toolkit.frames import FrameRange
from toolkit.settings import TrackSettings


def person(frames: Iterable[int], *, scale: float = 2.0) -> Person:
    return Person(detections={frame: detection(frame, scale=scale) for frame in frames})


def seen(frames: Iterable[int], *, read: Iterable[int] = ()) -> Person:
    """Somebody who is read in some frames, and seen in others."""
    return Person(
        detections={frame: detection(frame) for frame in read}, sightings={frame: sighting(frame) for frame in frames}
    )


def spans(people: list[Person]) -> list[tuple[int, int]]:
    return [(min(one.detections), max(one.detections)) for one in people]


def test_people_who_follow_one_another_all_fit() -> None:
    people = [person(range(0, 10)), person(range(10, 20)), person(range(20, 30))]
    kept, dropped = select_people(people, 30, TrackSettings(max_faces=1))
    assert spans(kept) == [(0, 9), (10, 19), (20, 29)]
    assert dropped == []


def test_a_person_loses_the_frames_in_which_there_is_no_room() -> None:
    long, short = person(range(0, 20)), person(range(12, 30))
    kept, dropped = select_people([short, long], 30, TrackSettings(max_faces=1))
    assert spans(kept) == [(0, 19), (20, 29)]
    assert [one.person for one in dropped] == [short]


def test_a_person_with_hardly_any_frames_left_has_no_face() -> None:
    long, short = person(range(0, 20)), person(range(8, 23))
    kept, dropped = select_people([long, short], 30, TrackSettings(max_faces=1))
    assert spans(kept) == [(0, 19)]
    assert [one.person for one in dropped] == [short]


def test_nobody_pops_up_in_the_frames_in_which_somebody_is_held() -> None:
    held, other = person([*range(0, 10), *range(13, 30)]), person(range(5, 20))
    kept, _ = select_people([held, other], 30, TrackSettings(max_faces=1, hold=6))
    assert spans(kept) == [(0, 29)]


@pytest.mark.parametrize(
    ("person", "is_kept"),
    [
        (seen([], read=range(4)), False),
        (seen([], read=range(5)), True),
        (seen(range(1, 11), read=[0]), False),
        (seen(range(1, 12), read=[0]), True),
        (seen(range(12)), True),
    ],
    ids=["read 4 times", "read 5 times", "seen 10 times", "seen 11 times", "never read"],
)
def test_who_is_hardly_read_must_be_seen_for_long(person: Person, is_kept: bool) -> None:
    kept, dropped = select_people([person], 30, TrackSettings())
    assert (kept, [one.reason for one in dropped]) == (([person], []) if is_kept else ([], [DropReason.BRIEF]))


def test_a_profile_that_is_only_seen_takes_room_too() -> None:
    profile, small = seen(range(30)), person(range(30), scale=0.5)
    kept, dropped = select_people([small, profile], 30, TrackSettings(max_faces=1))
    assert kept == [profile] and [one.person for one in dropped] == [small]


def test_of_two_people_present_for_as_long_the_larger_is_kept() -> None:
    small, large = person(range(10), scale=1.5), person(range(10), scale=2.5)
    kept, dropped = select_people([small, large], 10, TrackSettings(max_faces=1))
    assert kept == [large] and [one.person for one in dropped] == [small]


def test_a_lead_who_enters_late_comes_before_an_extra_who_is_always_there() -> None:
    extra, lead = person(range(40), scale=1.0), person(range(20, 40), scale=2.0)
    kept, dropped = select_people([extra, lead], 40, TrackSettings(max_faces=1))
    assert spans(kept) == [(20, 39), (0, 19)], "and the extra is kept where there is room"
    assert [one.person for one in dropped] == [extra]


def test_everybody_who_is_dropped_has_a_reason_and_frames() -> None:
    long, short, small, brief = (
        person(range(0, 20)),
        person(range(12, 30)),
        person(range(5, 25), scale=0.1),
        person(range(7, 10), scale=0.1),
    )
    kept, dropped = select_people([brief, small, short, long], 30, TrackSettings(max_faces=1))
    assert spans(kept) == [(0, 19), (20, 29)]
    assert [(one.reason, spans([one.frames])) for one in dropped] == [
        (DropReason.CROWDED, [(12, 19)]),
        (DropReason.SMALL, [(5, 24)]),
        (DropReason.BRIEF, [(7, 9)]),
    ]
    told = describe_dropped(dropped[0])
    assert (told.found, told.dropped, told.source_range) == (18, 8, FrameRange(first=12, last=19))
    assert told.height == pytest.approx(short.detections[12].placement.scale, abs=0.1)
    assert told.largest in range(12, 20)


def test_a_crowded_person_without_a_face_loses_all_frames() -> None:
    long, short = person(range(0, 20)), person(range(8, 23))
    _, dropped = select_people([long, short], 30, TrackSettings(max_faces=1))
    assert [(one.reason, len(one.frames.detections)) for one in dropped] == [(DropReason.CROWDED, 15)]
