"""The fake's AppendToTimeline: positions, source ranges, and rejections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hosts.resolve import VERSIONS
from tests.hosts.resolve.open_project import OpenProject

ProjectFactory = Callable[..., OpenProject]
HOUR = 86400
"""The start frame of the timelines: 01:00:00:00 at 24 fps."""


def placements(timeline: Any, track: int = 1, kind: str = "video") -> list[tuple[int, int, float]]:
    """Return (start, duration, in point) of the clips of a track."""
    items = timeline.GetItemListInTrack(kind, track)
    return [(item.GetStart(), item.GetDuration(), item.GetLeftOffset()) for item in items]


# --- source range -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "duration"), [("18.6", 24), ("19.1", 25), ("20.3", 24), ("21.1", 24)])
def test_the_end_frame_is_inclusive_on_19_1_only(open_project: ProjectFactory, version: str, duration: int) -> None:
    opened = open_project(version=VERSIONS[version])
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, startFrame=10, endFrame=34, trackIndex=1, recordFrame=HOUR)
    assert placements(stack) == [(HOUR, duration, 10)]


@pytest.mark.parametrize(("counts", "first"), [("zero", 2), ("files", 1003)])
def test_the_start_frame_of_a_sequence_counts_from_0_or_is_a_file_number(
    open_project: ProjectFactory, counts: str, first: int
) -> None:
    opened = open_project(sequences_count_from=counts)
    media, stack = opened.import_media(opened.create_sequence(1001, 1010)), opened.create_timeline()
    opened.place(media, startFrame=first, endFrame=first + 4, recordFrame=HOUR)
    assert placements(stack) == [(HOUR, 4, 2)]


@pytest.mark.parametrize(("counts", "first"), [("zero", 1003), ("files", 2)])
def test_a_start_frame_in_the_wrong_numbering_places_no_clip(
    open_project: ProjectFactory, counts: str, first: int
) -> None:
    opened = open_project(sequences_count_from=counts)
    media, stack = opened.import_media(opened.create_sequence(1001, 1010)), opened.create_timeline()
    opened.place(media, startFrame=first, endFrame=first + 4, recordFrame=HOUR)
    assert placements(stack) == []


def test_an_end_frame_alone_is_ignored(open_project: ProjectFactory) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, endFrame=10, recordFrame=HOUR)
    assert placements(stack) == [(HOUR, 120, 0)]


@pytest.mark.parametrize(("past", "expected"), [("clamped", [(HOUR, 20, 100)]), ("refused", [])])
def test_a_range_beyond_the_end_is_clamped_or_rejected(
    open_project: ProjectFactory, past: str, expected: list[tuple[int, int, float]]
) -> None:
    opened = open_project(past_the_end=past)
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, startFrame=100, endFrame=200, recordFrame=HOUR)
    assert placements(stack) == expected


def test_durations_at_another_rate_are_rounded_down(open_project: ProjectFactory) -> None:
    opened = open_project(project_rate="25")
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, startFrame=0, endFrame=24, recordFrame=90000)
    opened.place(media, startFrame=0, endFrame=23, recordFrame=90100)
    assert placements(stack) == [(90000, 25, 0), (90100, 23, 0)]


def test_a_still_can_have_any_duration(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.create_sequence(1001, 1001)
    media, stack = opened.import_media(str(opened.folder / "face.1001.exr")), opened.create_timeline()
    opened.place(media, startFrame=0, endFrame=48, recordFrame=HOUR)
    assert placements(stack) == [(HOUR, 48, 0)]


# --- position -----------------------------------------------------------------------------------------------------


def test_the_record_frame_counts_from_midnight(open_project: ProjectFactory) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, startFrame=0, endFrame=24, recordFrame=0)
    assert placements(stack) == [(0, 24, 0)] and stack.GetStartFrame() == HOUR


def test_without_a_record_frame_clips_are_appended_at_the_end(open_project: ProjectFactory) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, startFrame=0, endFrame=24)
    opened.place(media, startFrame=0, endFrame=10)
    assert placements(stack) == [(HOUR, 24, 0), (HOUR + 24, 10, 0)]


def test_a_missing_track_falls_back_to_the_first(open_project: ProjectFactory) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, startFrame=0, endFrame=24, trackIndex=3, recordFrame=HOUR)
    assert placements(stack) == [(HOUR, 24, 0)] and stack.GetTrackCount("video") == 1


def test_every_clip_may_be_placed_on_the_first_track(open_project: ProjectFactory) -> None:
    opened = open_project(lands_on_v1=True)
    media, stack = opened.import_media(), opened.create_timeline()
    stack.AddTrack("video")
    opened.place(media, startFrame=0, endFrame=24, trackIndex=2, recordFrame=HOUR)
    assert (placements(stack), placements(stack, 2)) == ([(HOUR, 24, 0)], [])


def test_clips_are_placed_on_the_current_timeline(open_project: ProjectFactory) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    opened.project.SetCurrentTimeline(opened.users)
    opened.place(media, startFrame=0, endFrame=24, recordFrame=HOUR + 500)
    assert placements(stack) == [] and len(placements(opened.users)) == 2


def test_the_users_timeline_may_become_current_by_itself(open_project: ProjectFactory) -> None:
    opened = open_project(reverts_after=1)
    media = opened.import_media()
    opened.create_timeline()
    opened.place(media, startFrame=0, endFrame=24, recordFrame=HOUR)
    assert opened.project.GetCurrentTimeline().GetName() == "scene_04"


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [({"record_late": 1}, (HOUR + 1, 24, 10)), ({"source_late": 1}, (HOUR, 24, 11))],
    ids=["late on the timeline", "late in the media"],
)
def test_a_clip_may_be_a_frame_off(
    open_project: ProjectFactory, behaviour: dict[str, int], expected: tuple[int, int, float]
) -> None:
    opened = open_project(**behaviour)
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, startFrame=10, endFrame=34, recordFrame=HOUR)
    assert placements(stack) == [expected]


def test_without_a_media_type_audio_is_placed_too(open_project: ProjectFactory) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    opened.pool.AppendToTimeline([{"mediaPoolItem": media, "startFrame": 0, "endFrame": 24, "recordFrame": HOUR}])
    assert placements(stack) == placements(stack, kind="audio") == [(HOUR, 24, 0)]
    video = stack.GetItemListInTrack("video", 1)[0]
    assert [one.GetTrackTypeAndIndex() for one in video.GetLinkedItems()] == [["audio", 1]]
    assert stack.DeleteClips([video], False) is True
    assert placements(stack, kind="audio") == [(HOUR, 24, 0)]


def test_audio_may_be_placed_although_not_requested(open_project: ProjectFactory) -> None:
    opened = open_project(places_audio=True)
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, startFrame=0, endFrame=24, recordFrame=HOUR)
    assert len(placements(stack, kind="audio")) == 1


def test_media_without_clip_info_is_appended_one_after_another(open_project: ProjectFactory) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    assert len(opened.pool.AppendToTimeline(media, media)) == len(opened.pool.AppendToTimeline([media, media])) == 2
    assert [start for start, _, _ in placements(stack)] == [HOUR + 120 * number for number in range(4)]


# --- rejections ---------------------------------------------------------------------------------------------------


def test_an_overlapping_clip_is_rejected_with_none_in_the_list(open_project: ProjectFactory) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    info = {"mediaPoolItem": media, "mediaType": 1, "startFrame": 0, "endFrame": 24}
    answer = opened.pool.AppendToTimeline([{**info, "recordFrame": HOUR}, {**info, "recordFrame": HOUR + 23}])
    assert answer[0].GetStart() == HOUR and answer[1] is None
    assert placements(stack) == [(HOUR, 24, 0)] and opened.fake.misuse == []


def test_a_rejected_clip_may_be_a_dead_item(open_project: ProjectFactory) -> None:
    opened = open_project(refusals="dead", refused_media=("plate",))
    media, stack = opened.import_media(), opened.create_timeline()
    dead = opened.place(media, startFrame=0, endFrame=24, recordFrame=HOUR)
    assert dead is not None and (dead.GetDuration(), dead.GetStart(), dead.GetUniqueId()) == (None, None, None)
    assert placements(stack) == []


def test_a_locked_track_accepts_no_clips(open_project: ProjectFactory) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    stack.SetTrackLock("video", 1, True)
    assert opened.place(media, startFrame=0, endFrame=24, recordFrame=HOUR) is None


def test_the_last_of_several_clips_may_be_skipped(open_project: ProjectFactory) -> None:
    opened = open_project(drops_last_append=True)
    media, stack = opened.import_media(), opened.create_timeline()
    opened.pool.AppendToTimeline([media, media, media])
    assert len(placements(stack)) == 2


def test_every_nth_clip_may_be_skipped(open_project: ProjectFactory) -> None:
    opened = open_project(drops_every=2)
    media, stack = opened.import_media(), opened.create_timeline()
    placed = [opened.place(media, startFrame=0, endFrame=24) is not None for _ in range(4)]
    assert placed == [True, False, True, False] and len(placements(stack)) == 2


def test_a_clip_may_disappear_after_it_was_read(open_project: ProjectFactory) -> None:
    opened = open_project(lost_media=("plate",))
    media, stack = opened.import_media(), opened.create_timeline()
    placed = opened.place(media, startFrame=0, endFrame=24, recordFrame=HOUR)
    assert len(stack.GetItemListInTrack("video", 1)) == 1 and placed.GetLeftOffset() == 0
    assert stack.GetItemListInTrack("video", 1) == []


def test_clips_may_be_placed_but_not_returned(open_project: ProjectFactory) -> None:
    opened = open_project(returns_no_items=True)
    media, stack = opened.import_media(), opened.create_timeline()
    assert opened.place(media, startFrame=0, endFrame=24, recordFrame=HOUR) is None
    assert len(placements(stack)) == 1


def test_clips_that_were_not_returned_may_disappear_at_a_save(open_project: ProjectFactory) -> None:
    opened = open_project(returns_no_items=True, loses_unreturned=True)
    media, stack = opened.import_media(), opened.create_timeline()
    opened.place(media, startFrame=0, endFrame=24, recordFrame=HOUR)
    assert len(placements(stack)) == 1
    assert opened.fake.handle.GetProjectManager().SaveProject() is True
    assert placements(stack) == []


def test_without_a_current_timeline_no_clip_is_placed(open_project: ProjectFactory) -> None:
    opened = open_project()
    media = opened.import_media()
    opened.pool.DeleteTimelines([opened.users])
    assert opened.place(media, startFrame=0, endFrame=24) is None


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"trackindex": 1}, "unknown key 'trackindex'"),
        ({"startFrame": "0"}, "startFrame is '0'"),
        ({"mediaType": 3}, "mediaType is 3"),
        ({"trackIndex": 0}, "tracks count from 1"),
        ({"mediaPoolItem": "plate.mov"}, "no mediaPoolItem"),
    ],
)
def test_an_invalid_clip_info_is_recorded(open_project: ProjectFactory, wrong: dict[str, Any], message: str) -> None:
    opened = open_project()
    media, stack = opened.import_media(), opened.create_timeline()
    assert opened.pool.AppendToTimeline([{"mediaPoolItem": media, **wrong}]) == [None]
    assert message in opened.fake.misuse[0] and placements(stack) == []
