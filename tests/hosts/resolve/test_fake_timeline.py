"""The fake's timelines: names, settings, tracks, markers, deletions, duplicates and exports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from tests.hosts.resolve import VERSIONS, Footage, without_ids
from tests.hosts.resolve.opened import Opened

Open = Callable[..., Opened]


# --- making and finding -------------------------------------------------------------------------------------------


def test_a_new_timeline_is_in_front_and_its_name_is_taken(opened: Open) -> None:
    there = opened()
    stack = there.empty_timeline()
    assert there.project.GetCurrentTimeline().GetUniqueId() == stack.GetUniqueId()
    assert there.project.GetTimelineByIndex(2).GetName() == "stack"
    assert there.project.GetTimelineByIndex(3) is None
    assert there.empty_timeline() is None and stack.SetName("scene_04") is False


def test_a_name_may_be_taken_although_no_timeline_shows_it(opened: Open) -> None:
    there = opened(unseen_names=2)
    assert [there.empty_timeline(name) is None for name in ("one", "two", "three", "one")] == [True, True, False, True]


def test_timelines_may_be_refused_or_be_the_users(opened: Open) -> None:
    assert opened(refuses_timelines=True).empty_timeline() is None
    there = opened(hands_out_the_users_timeline=True)
    assert there.empty_timeline().GetUniqueId() == there.users.GetUniqueId()


def test_another_timeline_may_come_back_to_the_front_again_and_again(opened: Open) -> None:
    there = opened(keeps_open="scene_04")
    stack = there.empty_timeline()
    assert there.project.SetCurrentTimeline(stack) is True
    assert there.project.GetCurrentTimeline().GetName() == "scene_04"


def test_a_deleted_timeline_answers_nothing(opened: Open) -> None:
    there = opened()
    stack = there.empty_timeline()
    assert there.pool.DeleteTimelines([stack]) is True
    assert stack.GetName() is None and there.project.GetCurrentTimeline() is None
    assert there.project.SetCurrentTimeline(stack) is False


# --- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "reads", "answer"),
    [("24", "number", 24.0), ("23.976", "number", 23.976), ("24", "text", "24"), ("29.97 DF", "number", "29.97 DF")],
)
def test_a_rate_is_set_as_text_and_read_as_a_number(opened: Open, rate: str, reads: str, answer: object) -> None:
    there = opened(project_rate=rate, rates_read_as=reads)
    found = there.project.GetSetting("timelineFrameRate")
    assert found == answer and type(found) is type(answer)


def test_the_projects_rate_is_locked_with_the_first_timeline(opened: Open) -> None:
    there = opened()
    assert there.project.SetSetting("timelineFrameRate", "25") is False
    there.pool.DeleteTimelines([there.users])
    assert there.project.SetSetting("timelineFrameRate", "25") is True


def test_a_timeline_has_settings_of_its_own_only_when_told_to(opened: Open) -> None:
    there = opened()
    stack = there.empty_timeline()
    assert stack.SetSetting("timelineFrameRate", "25") is False
    assert stack.SetSetting("useCustomSettings", "1") is True
    assert stack.SetSetting("timelineFrameRate", "26") is False
    assert stack.SetSetting("timelineFrameRate", "25") is True
    assert (stack.GetSetting("timelineFrameRate"), stack.GetStartFrame()) == (25.0, 90000)
    assert there.project.GetSetting("timelineFrameRate") == 24.0


def test_a_timeline_with_clips_keeps_its_rate(opened: Open) -> None:
    there = opened()
    there.users.SetSetting("useCustomSettings", "1")
    assert there.users.SetSetting("timelineFrameRate", "25") is False


def test_rate_size_and_start_may_be_locked(opened: Open) -> None:
    stack = opened(rate_locked=True, size_locked=True, start_timecode_locked=True).empty_timeline()
    stack.SetSetting("useCustomSettings", "1")
    assert stack.SetSetting("timelineFrameRate", "25") is False
    assert stack.SetSetting("timelineResolutionWidth", "1280") is False
    assert stack.SetStartTimecode("10:00:00:00") is False


def test_an_unknown_setting_reads_as_nothing(opened: Open) -> None:
    there = opened()
    assert there.project.GetSetting("frameRate") == "" == there.users.GetSetting("frameRate")
    assert there.project.SetSetting("colorScienceMode", "aces") is False
    assert there.project.GetSetting()["colorScienceMode"] == "davinciYRGB"


def test_settings_in_one_go_keep_what_was_set_before_one_failed(opened: Open) -> None:
    stack = opened().empty_timeline()
    wanted = {"useCustomSettings": "1", "timelineFrameRate": "26", "timelineResolutionWidth": "1280"}
    assert stack.SetSettings(wanted) is False
    assert (stack.GetSetting("useCustomSettings"), stack.GetSetting("timelineResolutionWidth")) == ("1", "1920")


@pytest.mark.parametrize(
    ("rate", "timecode", "frame"),
    [
        ("24", "10:00:00:00", 864000),
        ("25", "00:00:00:00", 0),
        ("29.97", "01:00:00:00", 108000),
        ("29.97 DF", "01:00:00;00", 107892),
        ("59.94 DF", "00:01:00;04", 3600),
    ],
)
def test_a_start_timecode_is_a_frame_counted_from_midnight(opened: Open, rate: str, timecode: str, frame: int) -> None:
    stack = opened(project_rate=rate).empty_timeline()
    assert stack.SetStartTimecode(timecode) is True
    assert (stack.GetStartFrame(), stack.GetStartTimecode()) == (frame, timecode)
    stack.SetCurrentTimecode(timecode)
    assert stack.GetCurrentTimecode() == timecode


def test_what_is_no_timecode_or_no_drop_frame_here_is_refused(opened: Open) -> None:
    stack = opened().empty_timeline()
    assert [stack.SetStartTimecode(text) for text in ("ten", "10:00:00;00")] == [False, False]


# --- tracks -------------------------------------------------------------------------------------------------------


def test_a_track_is_added_on_top(opened: Open) -> None:
    stack = opened().empty_timeline()
    assert stack.AddTrack("video") is True
    assert [stack.GetTrackName("video", number) for number in (1, 2, 3)] == ["Video 1", "Video 2", None]
    assert stack.AddTrack("audio", "stereo") is True and stack.GetTrackSubType("audio", 2) == "stereo"


@pytest.mark.parametrize(("version", "names"), [("18.6", ["low", "top"]), ("20.3", ["low", "Video 3", "top"])])
def test_a_track_is_put_between_others_from_19_0_on(opened: Open, version: str, names: list[str]) -> None:
    stack = opened(version=VERSIONS[version]).empty_timeline()
    stack.AddTrack("video")
    stack.SetTrackName("video", 1, "low")
    stack.SetTrackName("video", 2, "top")
    assert stack.AddTrack("video", {"index": 2}) is (len(names) == 3)
    assert [stack.GetTrackName("video", number + 1) for number in range(len(names))] == names


def test_the_place_of_a_new_track_may_be_ignored(opened: Open) -> None:
    stack = opened(ignores_track_index=True).empty_timeline()
    stack.SetTrackName("video", 1, "low")
    assert stack.AddTrack("video", {"index": 1}) is True and stack.GetTrackName("video", 1) == "low"


@pytest.mark.parametrize("options", [{"Index": 1}, {"index": "1"}, {"index": True}])
def test_options_of_a_track_that_are_misspelt_are_recorded(opened: Open, options: dict[str, object]) -> None:
    there = opened()
    assert there.users.AddTrack("video", options) is False and "AddTrack" in there.fake.misuse[0]


def test_tracks_and_their_names_may_be_refused(opened: Open) -> None:
    stack = opened(refuses_tracks=True, forgets_track_names=True).empty_timeline()
    assert stack.AddTrack("video") is False and stack.GetTrackCount("video") == 1
    assert stack.SetTrackName("video", 1, "PLATE") is False and stack.GetTrackName("video", 1) == "Video 1"


def test_an_index_without_a_track_answers_none_or_false(opened: Open) -> None:
    stack = opened().empty_timeline()
    assert stack.GetItemListInTrack("video", 2) is None
    assert stack.SetTrackEnable("video", 2, False) is stack.DeleteTrack("video", 2) is False


def test_tracks_are_switched_and_deleted_with_what_is_on_them(opened: Open) -> None:
    there = opened()
    item = there.users.GetItemListInTrack("video", 1)[0]
    there.users.AddTrack("video")
    assert there.users.SetTrackEnable("video", 1, False) is True
    assert there.users.GetIsTrackEnabled("video", 1) is False
    assert there.users.DeleteTrack("video", 1) is True
    assert item.GetName() is None and there.users.GetTrackName("video", 1) == "Video 2"


# --- markers ------------------------------------------------------------------------------------------------------


def test_markers_count_from_the_first_frame_and_there_is_one_per_frame(opened: Open) -> None:
    there = opened()
    assert there.users.AddMarker(12, "Red", "toolkit", "look here", 1, "key") is True
    assert there.users.AddMarker(12, "Blue", "again", "", 1) is False
    marker = {"color": "Red", "duration": 1.0, "note": "look here", "name": "toolkit", "customData": "key"}
    assert there.users.GetMarkers() == {12.0: marker} and isinstance(next(iter(there.users.GetMarkers())), float)
    assert there.users.GetMarkerByCustomData("key") == {12.0: marker}
    assert there.users.DeleteMarkerAtFrame(12) is True and there.users.GetMarkers() == {}


@pytest.mark.parametrize(
    ("frame", "colour", "duration"), [(-1, "Red", 1), (0, "red", 1), (0, "Orange", 1), (0, "Red", 0)]
)
def test_a_marker_that_cannot_be_is_refused(opened: Open, frame: int, colour: str, duration: int) -> None:
    there = opened()
    assert there.users.AddMarker(frame, colour, "", "", duration) is False
    assert opened(refuses_markers=True).users.AddMarker(0, "Red", "", "", 1) is False


def test_a_marker_counted_from_midnight_is_set_far_away_and_recorded(opened: Open) -> None:
    there = opened()
    assert there.users.AddMarker(86412, "Red", "", "", 1) is True
    assert "not from midnight" in there.fake.misuse[0]


def test_markers_go_by_colour_and_by_custom_data(opened: Open) -> None:
    there = opened()
    for frame, colour in enumerate(("Red", "Blue", "Red")):
        there.users.AddMarker(frame, colour, "", "", 1, str(frame))
    assert there.users.UpdateMarkerCustomData(1, "one") is True and there.users.GetMarkerCustomData(1) == "one"
    assert there.users.DeleteMarkerByCustomData("one") is True
    assert there.users.DeleteMarkersByColor("Blue") is False
    assert there.users.DeleteMarkersByColor("All") is True and there.users.GetMarkers() == {}


def test_in_and_out_points_are_told_only_where_they_are_set(opened: Open) -> None:
    there = opened()
    assert there.users.GetMarkInOut() == {}
    assert there.users.SetMarkInOut(10, 20, "video") is True
    assert there.users.GetMarkInOut() == {"video": {"in": 10, "out": 20}}
    assert opened(version=VERSIONS["18.6"]).users.GetMarkInOut() is None


# --- clips --------------------------------------------------------------------------------------------------------


def test_clips_are_deleted_on_the_edit_page_only(opened: Open) -> None:
    there = opened(page="color")
    items = there.users.GetItemListInTrack("video", 1)
    assert there.users.DeleteClips(items, False) is False
    there.resolve.OpenPage("edit")
    assert there.users.DeleteClips(items, False) is True and there.users.GetItemListInTrack("video", 1) == []


def test_the_first_deletion_may_fail(opened: Open) -> None:
    there = opened(deletions_that_fail=1)
    items = there.users.GetItemListInTrack("video", 1)
    assert [there.users.DeleteClips(items, False) for _ in range(2)] == [False, True]


def test_a_rippling_deletion_moves_what_comes_after(opened: Open) -> None:
    there = opened()
    there.fake.add_item(there.fake.users, there.fake.add_media("/a.mov", Footage(frames=9)), duration=9, at=100)
    first, second = there.users.GetItemListInTrack("video", 1)
    assert there.users.DeleteClips([first], True) is True and second.GetStart() == 86400


def test_clips_are_linked_and_unlinked(opened: Open) -> None:
    there = opened()
    there.fake.add_item(there.fake.users, there.fake.add_media("/a.mov", Footage(frames=9)), duration=9, track=2)
    items = [there.users.GetItemListInTrack("video", number)[0] for number in (1, 2)]
    assert there.users.SetClipsLinked(items, True) is True
    assert [one.GetUniqueId() for one in items[0].GetLinkedItems()] == [items[1].GetUniqueId()]
    assert there.users.SetClipsLinked(items, False) is True and items[0].GetLinkedItems() == []
    refusing = opened(refuses_links=True).users
    assert refusing.SetClipsLinked(refusing.GetItemListInTrack("video", 1), True) is False


def test_selected_clips_are_known_from_21_0_4(opened: Open) -> None:
    for version, count in (("20.3", None), ("21.1", 1)):
        there = opened(version=VERSIONS[version])
        there.fake.users.selected = there.fake.users.items()
        found = there.users.GetSelectedClips()
        assert (None if found is None else len(found)) == count


# --- copies -------------------------------------------------------------------------------------------------------


def test_a_duplicate_is_alike_under_ids_of_its_own_and_not_in_front(opened: Open) -> None:
    there = opened()
    there.users.AddMarker(3, "Red", "a", "b", 1)
    twin = there.users.DuplicateTimeline("scene_04 v2")
    assert there.project.GetCurrentTimeline().GetName() == "scene_04"
    first, second = there.fake.snapshot()["timelines"]
    assert without_ids({**first, "name": ""}) == without_ids({**second, "name": ""})
    assert twin.GetUniqueId() != there.users.GetUniqueId()
    assert twin.GetItemListInTrack("video", 1)[0].GetUniqueId() != first["tracks"]["video"][0]["items"][0]["id"]


def test_what_is_done_to_a_duplicate_is_not_done_to_the_first(opened: Open) -> None:
    there = opened()
    there.users.GetItemListInTrack("video", 1)[0].AddFusionComp()
    before = there.fake.snapshot()["timelines"][0]
    twin = there.users.DuplicateTimeline("scene_04 v2")
    item = twin.GetItemListInTrack("video", 1)[0]
    item.SetProperty("Opacity", 50)
    item.AddMarker(0, "Red", "", "", 1)
    item.RenameFusionCompByName("Composition 1", "ours")
    twin.AddTrack("video")
    twin.SetTrackName("video", 1, "PLATE")
    assert there.fake.snapshot()["timelines"][0] == before


def test_a_duplicate_may_be_refused_poor_or_in_front(opened: Open) -> None:
    assert opened(refuses_duplicates=True).users.DuplicateTimeline("v2") is None
    assert opened().users.DuplicateTimeline("scene_04") is None
    poor = opened(duplicates_lose_clips=True).users.DuplicateTimeline("v2")
    assert poor.GetItemListInTrack("video", 1) == []
    there = opened(duplicates_open=True)
    there.users.DuplicateTimeline("v2")
    assert there.project.GetCurrentTimeline().GetName() == "v2"


def test_a_drt_brings_a_timeline_back(opened: Open) -> None:
    there = opened()
    path = there.folder / "before.drt"
    before = there.fake.snapshot()["timelines"][0]
    assert there.users.Export(str(path), there.resolve.EXPORT_DRT, there.resolve.EXPORT_NONE) is True
    assert there.pool.ImportTimelineFromFile(str(path)) is None  # the name is taken
    there.users.AddTrack("video")
    there.pool.DeleteTimelines([there.users])
    assert there.fake.misuse == []
    assert there.pool.ImportTimelineFromFile(there.movie) is None and "does not read" in there.fake.misuse[0]
    assert there.pool.ImportTimelineFromFile(str(path)).GetName() == "scene_04"
    assert without_ids(there.fake.snapshot()["timelines"][0]) == without_ids(before)


def exported(there: Opened) -> Any:
    path = there.folder / "cut.otio"
    assert there.users.Export(str(path), there.resolve.EXPORT_OTIO, there.resolve.EXPORT_NONE) is True
    return otio.adapters.read_from_file(str(path))


def test_an_otio_is_what_another_program_reads(opened: Open) -> None:
    there = opened()
    footage = Footage(frames=100, fps=24, start_timecode="10:00:00:00")
    media = there.fake.add_media("/plates/a.[1001-1100].exr", footage, first=1001)
    there.fake.add_item(there.fake.users, media, duration=24, at=120, left=10, speed=200)
    found = exported(there)
    assert found.global_start_time == otio.opentime.RationalTime(86400, 24)
    first, gap, second = found.video_tracks()[0]
    assert isinstance(gap, otio.schema.Gap) and gap.duration().value == 20
    assert first.media_reference.target_url == "/somewhere/user.mov"
    assert second.source_range.start_time.value == 864010 and second.duration().value == 24
    assert second.effects[0].time_scalar == 2.0
    reference = second.media_reference
    assert (reference.start_frame, reference.frame_zero_padding, reference.target_url_base) == (1001, 4, "/plates")


def test_an_export_may_be_refused_or_write_nothing(opened: Open) -> None:
    for behaviour, answer in (({"refuses_exports": True}, False), ({"exports_write_nothing": True}, True)):
        there = opened(**behaviour)
        path = there.folder / "cut.otio"
        assert there.users.Export(str(path), there.resolve.EXPORT_OTIO, there.resolve.EXPORT_NONE) is answer
        assert not path.exists()


def test_an_export_into_no_folder_or_of_another_kind_answers_false(opened: Open) -> None:
    there = opened()
    nowhere = str(there.folder / "no" / "cut.otio")
    assert there.users.Export(nowhere, there.resolve.EXPORT_OTIO, there.resolve.EXPORT_NONE) is False
    edl = str(there.folder / "cut.edl")
    assert there.users.Export(edl, there.resolve.EXPORT_EDL, there.resolve.EXPORT_NONE) is False
    assert "writes no" in there.fake.misuse[0] and not Path(edl).exists()


def test_an_otio_has_no_name_of_its_own(opened: Open) -> None:
    there = opened()
    exported(there)
    assert json.loads((there.folder / "cut.otio").read_text(encoding="utf-8"))["name"] == ""
