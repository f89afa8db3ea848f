"""The fake's AppendToTimeline: where clips land, what is used of their media, and how refusals look."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hosts.resolve import VERSIONS
from tests.hosts.resolve.opened import Opened

Open = Callable[..., Opened]
HOUR = 86400
"""01:00:00:00 at 24 frames per second: what recordFrame counts from."""


def lying(timeline: Any, track: int = 1, kind: str = "video") -> list[tuple[int, int, float]]:
    """(start, duration, head) of the clips of a track."""
    items = timeline.GetItemListInTrack(kind, track)
    return [(item.GetStart(), item.GetDuration(), item.GetLeftOffset()) for item in items]


# --- what is used of the media ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "duration"), [("18.6", 24), ("19.1", 25), ("20.3", 24), ("21.1", 24)])
def test_the_end_frame_is_used_itself_on_19_1_only(opened: Open, version: str, duration: int) -> None:
    there = opened(version=VERSIONS[version])
    media, stack = there.imported(), there.empty_timeline()
    there.place(media, startFrame=10, endFrame=34, trackIndex=1, recordFrame=HOUR)
    assert lying(stack) == [(HOUR, duration, 10)]


@pytest.mark.parametrize(("counts", "first"), [("zero", 2), ("files", 1003)])
def test_the_start_frame_of_a_sequence_is_a_picture_or_a_file_number(opened: Open, counts: str, first: int) -> None:
    there = opened(sequences_count_from=counts)
    media, stack = there.imported(there.sequence(1001, 1010)), there.empty_timeline()
    there.place(media, startFrame=first, endFrame=first + 4, recordFrame=HOUR)
    assert lying(stack) == [(HOUR, 4, 2)]


@pytest.mark.parametrize(("counts", "first"), [("zero", 1003), ("files", 2)])
def test_a_start_frame_counted_the_other_way_places_nothing(opened: Open, counts: str, first: int) -> None:
    there = opened(sequences_count_from=counts)
    media, stack = there.imported(there.sequence(1001, 1010)), there.empty_timeline()
    there.place(media, startFrame=first, endFrame=first + 4, recordFrame=HOUR)
    assert lying(stack) == []


def test_an_end_frame_alone_is_ignored(opened: Open) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    there.place(media, endFrame=10, recordFrame=HOUR)
    assert lying(stack) == [(HOUR, 120, 0)]


@pytest.mark.parametrize(("past", "lies"), [("clamped", [(HOUR, 20, 100)]), ("refused", [])])
def test_pictures_past_the_end_are_left_out_or_the_clip_is_refused(
    opened: Open, past: str, lies: list[tuple[int, int, float]]
) -> None:
    there = opened(past_the_end=past)
    media, stack = there.imported(), there.empty_timeline()
    there.place(media, startFrame=100, endFrame=200, recordFrame=HOUR)
    assert lying(stack) == lies


def test_another_rate_is_rounded_down(opened: Open) -> None:
    there = opened(project_rate="25")
    media, stack = there.imported(), there.empty_timeline()
    there.place(media, startFrame=0, endFrame=24, recordFrame=90000)
    there.place(media, startFrame=0, endFrame=23, recordFrame=90100)
    assert lying(stack) == [(90000, 25, 0), (90100, 23, 0)]


def test_a_still_lasts_as_long_as_it_is_told_to(opened: Open) -> None:
    there = opened()
    there.sequence(1001, 1001)
    media, stack = there.imported(str(there.folder / "face.1001.exr")), there.empty_timeline()
    there.place(media, startFrame=0, endFrame=48, recordFrame=HOUR)
    assert lying(stack) == [(HOUR, 48, 0)]


# --- where it lands -----------------------------------------------------------------------------------------------


def test_the_record_frame_counts_from_midnight(opened: Open) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    there.place(media, startFrame=0, endFrame=24, recordFrame=0)
    assert lying(stack) == [(0, 24, 0)] and stack.GetStartFrame() == HOUR


def test_without_a_record_frame_it_goes_to_the_end(opened: Open) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    there.place(media, startFrame=0, endFrame=24)
    there.place(media, startFrame=0, endFrame=10)
    assert lying(stack) == [(HOUR, 24, 0), (HOUR + 24, 10, 0)]


def test_a_track_that_is_not_there_is_the_first_one(opened: Open) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    there.place(media, startFrame=0, endFrame=24, trackIndex=3, recordFrame=HOUR)
    assert lying(stack) == [(HOUR, 24, 0)] and stack.GetTrackCount("video") == 1


def test_all_may_land_on_the_first_track(opened: Open) -> None:
    there = opened(lands_on_v1=True)
    media, stack = there.imported(), there.empty_timeline()
    stack.AddTrack("video")
    there.place(media, startFrame=0, endFrame=24, trackIndex=2, recordFrame=HOUR)
    assert (lying(stack), lying(stack, 2)) == ([(HOUR, 24, 0)], [])


def test_it_is_the_timeline_in_front_that_is_placed_on(opened: Open) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    there.project.SetCurrentTimeline(there.users)
    there.place(media, startFrame=0, endFrame=24, recordFrame=HOUR + 500)
    assert lying(stack) == [] and len(lying(there.users)) == 2


def test_the_users_timeline_may_come_to_the_front_by_itself(opened: Open) -> None:
    there = opened(wanders_after=1)
    media = there.imported()
    there.empty_timeline()
    there.place(media, startFrame=0, endFrame=24, recordFrame=HOUR)
    assert there.project.GetCurrentTimeline().GetName() == "scene_04"


@pytest.mark.parametrize(
    ("behaviour", "lies"),
    [({"places_late": 1}, (HOUR + 1, 24, 10)), ({"begins_late": 1}, (HOUR, 24, 11))],
    ids=["late on the timeline", "late in its media"],
)
def test_a_clip_may_be_a_frame_off(opened: Open, behaviour: dict[str, int], lies: tuple[int, int, float]) -> None:
    there = opened(**behaviour)
    media, stack = there.imported(), there.empty_timeline()
    there.place(media, startFrame=10, endFrame=34, recordFrame=HOUR)
    assert lying(stack) == [lies]


def test_sound_comes_along_where_pictures_only_were_not_asked_for(opened: Open) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    there.pool.AppendToTimeline([{"mediaPoolItem": media, "startFrame": 0, "endFrame": 24, "recordFrame": HOUR}])
    assert lying(stack) == lying(stack, kind="audio") == [(HOUR, 24, 0)]
    picture = stack.GetItemListInTrack("video", 1)[0]
    assert [one.GetTrackTypeAndIndex() for one in picture.GetLinkedItems()] == [["audio", 1]]
    assert stack.DeleteClips([picture], False) is True
    assert lying(stack, kind="audio") == [(HOUR, 24, 0)]


def test_sound_may_come_along_unasked(opened: Open) -> None:
    there = opened(places_audio=True)
    media, stack = there.imported(), there.empty_timeline()
    there.place(media, startFrame=0, endFrame=24, recordFrame=HOUR)
    assert len(lying(stack, kind="audio")) == 1


def test_plain_items_are_appended_one_after_another(opened: Open) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    assert len(there.pool.AppendToTimeline(media, media)) == len(there.pool.AppendToTimeline([media, media])) == 2
    assert [start for start, _, _ in lying(stack)] == [HOUR + 120 * number for number in range(4)]


# --- refusals -----------------------------------------------------------------------------------------------------


def test_of_two_that_overlap_the_first_stays_and_a_none_is_in_the_list(opened: Open) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    info = {"mediaPoolItem": media, "mediaType": 1, "startFrame": 0, "endFrame": 24}
    answer = there.pool.AppendToTimeline([{**info, "recordFrame": HOUR}, {**info, "recordFrame": HOUR + 23}])
    assert answer[0].GetStart() == HOUR and answer[1] is None
    assert lying(stack) == [(HOUR, 24, 0)] and there.fake.misuse == []


def test_a_refusal_may_look_like_a_clip_that_knows_nothing(opened: Open) -> None:
    there = opened(refusals="dead", refuses=("plate",))
    media, stack = there.imported(), there.empty_timeline()
    dead = there.place(media, startFrame=0, endFrame=24, recordFrame=HOUR)
    assert dead is not None and (dead.GetDuration(), dead.GetStart(), dead.GetUniqueId()) == (None, None, None)
    assert lying(stack) == []


def test_a_locked_track_takes_nothing(opened: Open) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    stack.SetTrackLock("video", 1, True)
    assert there.place(media, startFrame=0, endFrame=24, recordFrame=HOUR) is None


def test_the_last_of_several_may_be_dropped(opened: Open) -> None:
    there = opened(drops_last_append=True)
    media, stack = there.imported(), there.empty_timeline()
    there.pool.AppendToTimeline([media, media, media])
    assert len(lying(stack)) == 2


def test_one_placement_in_so_many_may_not_be_done(opened: Open) -> None:
    there = opened(drops_every=2)
    media, stack = there.imported(), there.empty_timeline()
    placed = [there.place(media, startFrame=0, endFrame=24) is not None for _ in range(4)]
    assert placed == [True, False, True, False] and len(lying(stack)) == 2


def test_a_clip_may_be_gone_after_it_was_read(opened: Open) -> None:
    there = opened(forgets=("plate",))
    media, stack = there.imported(), there.empty_timeline()
    placed = there.place(media, startFrame=0, endFrame=24, recordFrame=HOUR)
    assert len(stack.GetItemListInTrack("video", 1)) == 1 and placed.GetLeftOffset() == 0
    assert stack.GetItemListInTrack("video", 1) == []


def test_clips_may_be_placed_and_not_answered(opened: Open) -> None:
    there = opened(hides_placed=True)
    media, stack = there.imported(), there.empty_timeline()
    assert there.place(media, startFrame=0, endFrame=24, recordFrame=HOUR) is None
    assert len(lying(stack)) == 1


def test_with_no_timeline_in_front_nothing_is_placed(opened: Open) -> None:
    there = opened()
    media = there.imported()
    there.pool.DeleteTimelines([there.users])
    assert there.place(media, startFrame=0, endFrame=24) is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"trackindex": 1}, "'trackindex' is no key"),
        ({"startFrame": "0"}, "startFrame is '0'"),
        ({"mediaType": 3}, "mediaType is 3"),
        ({"trackIndex": 0}, "tracks count from 1"),
        ({"mediaPoolItem": "plate.mov"}, "no mediaPoolItem"),
    ],
)
def test_a_clip_info_that_no_version_understands_is_recorded(opened: Open, wrong: dict[str, Any], says: str) -> None:
    there = opened()
    media, stack = there.imported(), there.empty_timeline()
    assert there.pool.AppendToTimeline([{"mediaPoolItem": media, **wrong}]) == [None]
    assert says in there.fake.misuse[0] and lying(stack) == []
