"""The fake's timelines: names, settings, tracks, markers, deletions, duplicates and exports."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from tests.hosts.resolve import VERSIONS, Footage, without_ids
from tests.hosts.resolve.open_project import OpenProject

ProjectFactory = Callable[..., OpenProject]


# --- creating and finding -----------------------------------------------------------------------------------------


def test_a_new_timeline_is_current_and_its_name_is_taken(open_project: ProjectFactory) -> None:
    opened = open_project()
    stack = opened.create_timeline()
    assert opened.project.GetCurrentTimeline().GetUniqueId() == stack.GetUniqueId()
    assert opened.project.GetTimelineByIndex(2).GetName() == "stack"
    assert opened.project.GetTimelineByIndex(3) is None
    assert opened.create_timeline() is None and stack.SetName("scene_04") is False


def test_a_name_may_be_taken_although_no_timeline_has_it(open_project: ProjectFactory) -> None:
    opened = open_project(hidden_names=2)
    assert [opened.create_timeline(name) is None for name in ("one", "two", "three", "one")] == [
        True,
        True,
        False,
        True,
    ]


def test_creating_a_timeline_may_fail_or_return_an_existing_one(open_project: ProjectFactory) -> None:
    assert open_project(refuses_timelines=True).create_timeline() is None
    opened = open_project(returns_existing_timeline=True)
    assert opened.create_timeline().GetUniqueId() == opened.users.GetUniqueId()


def test_another_timeline_may_become_current_again_and_again(open_project: ProjectFactory) -> None:
    opened = open_project(stuck_timeline="scene_04")
    stack = opened.create_timeline()
    assert opened.project.SetCurrentTimeline(stack) is True
    assert opened.project.GetCurrentTimeline().GetName() == "scene_04"


def test_a_deleted_timeline_returns_none(open_project: ProjectFactory) -> None:
    opened = open_project()
    stack = opened.create_timeline()
    assert opened.pool.DeleteTimelines([stack]) is True
    assert stack.GetName() is None and opened.project.GetCurrentTimeline() is None
    assert opened.project.SetCurrentTimeline(stack) is False


# --- settings -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "reads", "answer"),
    [("24", "number", 24.0), ("23.976", "number", 23.976), ("24", "text", "24"), ("29.97 DF", "number", "29.97 DF")],
)
def test_a_rate_is_set_as_text_and_read_as_a_number(
    open_project: ProjectFactory, rate: str, reads: str, answer: object
) -> None:
    opened = open_project(project_rate=rate, rates_read_as=reads)
    found = opened.project.GetSetting("timelineFrameRate")
    assert found == answer and type(found) is type(answer)


def test_the_project_rate_is_locked_by_the_first_timeline(open_project: ProjectFactory) -> None:
    opened = open_project()
    assert opened.project.SetSetting("timelineFrameRate", "25") is False
    opened.pool.DeleteTimelines([opened.users])
    assert opened.project.SetSetting("timelineFrameRate", "25") is True


def test_a_timeline_needs_use_custom_settings_to_have_its_own_settings(open_project: ProjectFactory) -> None:
    opened = open_project()
    stack = opened.create_timeline()
    assert stack.SetSetting("timelineFrameRate", "25") is False
    assert stack.SetSetting("useCustomSettings", "1") is True
    assert stack.SetSetting("timelineFrameRate", "26") is False
    assert stack.SetSetting("timelineFrameRate", "25") is True
    assert (stack.GetSetting("timelineFrameRate"), stack.GetStartFrame()) == (25.0, 90000)
    assert opened.project.GetSetting("timelineFrameRate") == 24.0


def test_a_timeline_with_clips_keeps_its_rate(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.users.SetSetting("useCustomSettings", "1")
    assert opened.users.SetSetting("timelineFrameRate", "25") is False


def test_rate_size_and_start_may_be_locked(open_project: ProjectFactory) -> None:
    stack = open_project(rate_locked=True, size_locked=True, start_timecode_locked=True).create_timeline()
    stack.SetSetting("useCustomSettings", "1")
    assert stack.SetSetting("timelineFrameRate", "25") is False
    assert stack.SetSetting("timelineResolutionWidth", "1280") is False
    assert stack.SetStartTimecode("10:00:00:00") is False


def test_an_unknown_setting_is_empty(open_project: ProjectFactory) -> None:
    opened = open_project()
    assert opened.project.GetSetting("frameRate") == "" == opened.users.GetSetting("frameRate")
    assert opened.project.SetSetting("colorScienceMode", "aces") is False
    assert opened.project.GetSetting()["colorScienceMode"] == "davinciYRGB"


def test_set_settings_keeps_the_settings_before_a_failing_one(open_project: ProjectFactory) -> None:
    stack = open_project().create_timeline()
    settings = {"useCustomSettings": "1", "timelineFrameRate": "26", "timelineResolutionWidth": "1280"}
    assert stack.SetSettings(settings) is False
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
def test_a_start_timecode_is_a_frame_counted_from_midnight(
    open_project: ProjectFactory, rate: str, timecode: str, frame: int
) -> None:
    stack = open_project(project_rate=rate).create_timeline()
    assert stack.SetStartTimecode(timecode) is True
    assert (stack.GetStartFrame(), stack.GetStartTimecode()) == (frame, timecode)
    stack.SetCurrentTimecode(timecode)
    assert stack.GetCurrentTimecode() == timecode


def test_an_invalid_start_timecode_is_rejected(open_project: ProjectFactory) -> None:
    stack = open_project().create_timeline()
    assert [stack.SetStartTimecode(text) for text in ("ten", "10:00:00;00")] == [False, False]


# --- tracks -------------------------------------------------------------------------------------------------------


def test_a_track_is_added_on_top(open_project: ProjectFactory) -> None:
    stack = open_project().create_timeline()
    assert stack.AddTrack("video") is True
    assert [stack.GetTrackName("video", number) for number in (1, 2, 3)] == ["Video 1", "Video 2", None]
    assert stack.AddTrack("audio", "stereo") is True and stack.GetTrackSubType("audio", 2) == "stereo"


@pytest.mark.parametrize(("version", "names"), [("18.6", ["low", "top"]), ("20.3", ["low", "Video 3", "top"])])
def test_tracks_can_be_inserted_from_19_0(open_project: ProjectFactory, version: str, names: list[str]) -> None:
    stack = open_project(version=VERSIONS[version]).create_timeline()
    stack.AddTrack("video")
    stack.SetTrackName("video", 1, "low")
    stack.SetTrackName("video", 2, "top")
    assert stack.AddTrack("video", {"index": 2}) is (len(names) == 3)
    assert [stack.GetTrackName("video", number + 1) for number in range(len(names))] == names


def test_the_index_of_a_new_track_may_be_ignored(open_project: ProjectFactory) -> None:
    stack = open_project(ignores_track_index=True).create_timeline()
    stack.SetTrackName("video", 1, "low")
    assert stack.AddTrack("video", {"index": 1}) is True and stack.GetTrackName("video", 1) == "low"


@pytest.mark.parametrize("options", [{"Index": 1}, {"index": "1"}, {"index": True}])
def test_misspelt_track_options_are_recorded(open_project: ProjectFactory, options: dict[str, object]) -> None:
    opened = open_project()
    assert opened.users.AddTrack("video", options) is False and "AddTrack" in opened.fake.misuse[0]


def test_adding_and_naming_tracks_may_fail(open_project: ProjectFactory) -> None:
    stack = open_project(refuses_tracks=True, refuses_track_names=True).create_timeline()
    assert stack.AddTrack("video") is False and stack.GetTrackCount("video") == 1
    assert stack.SetTrackName("video", 1, "PLATE") is False and stack.GetTrackName("video", 1) == "Video 1"


def test_a_missing_track_returns_none_or_false(open_project: ProjectFactory) -> None:
    stack = open_project().create_timeline()
    assert stack.GetItemListInTrack("video", 2) is None
    assert stack.SetTrackEnable("video", 2, False) is stack.DeleteTrack("video", 2) is False


def test_tracks_can_be_disabled_and_deleted_with_their_clips(open_project: ProjectFactory) -> None:
    opened = open_project()
    item = opened.users.GetItemListInTrack("video", 1)[0]
    opened.users.AddTrack("video")
    assert opened.users.SetTrackEnable("video", 1, False) is True
    assert opened.users.GetIsTrackEnabled("video", 1) is False
    assert opened.users.DeleteTrack("video", 1) is True
    assert item.GetName() is None and opened.users.GetTrackName("video", 1) == "Video 2"


# --- markers ------------------------------------------------------------------------------------------------------


def test_markers_count_from_the_first_frame_with_one_per_frame(open_project: ProjectFactory) -> None:
    opened = open_project()
    assert opened.users.AddMarker(12, "Red", "toolkit", "look here", 1, "key") is True
    assert opened.users.AddMarker(12, "Blue", "again", "", 1) is False
    marker = {"color": "Red", "duration": 1.0, "note": "look here", "name": "toolkit", "customData": "key"}
    assert opened.users.GetMarkers() == {12.0: marker} and isinstance(next(iter(opened.users.GetMarkers())), float)
    assert opened.users.GetMarkerByCustomData("key") == {12.0: marker}
    assert opened.users.DeleteMarkerAtFrame(12) is True and opened.users.GetMarkers() == {}


@pytest.mark.parametrize(
    ("frame", "colour", "duration"), [(-1, "Red", 1), (0, "red", 1), (0, "Orange", 1), (0, "Red", 0)]
)
def test_an_invalid_marker_is_rejected(open_project: ProjectFactory, frame: int, colour: str, duration: int) -> None:
    opened = open_project()
    assert opened.users.AddMarker(frame, colour, "", "", duration) is False
    assert open_project(refuses_markers=True).users.AddMarker(0, "Red", "", "", 1) is False


def test_a_marker_counted_from_midnight_is_added_and_recorded_as_misuse(open_project: ProjectFactory) -> None:
    opened = open_project()
    assert opened.users.AddMarker(86412, "Red", "", "", 1) is True
    assert "not from midnight" in opened.fake.misuse[0]


def test_markers_can_be_deleted_by_colour_and_by_custom_data(open_project: ProjectFactory) -> None:
    opened = open_project()
    for frame, colour in enumerate(("Red", "Blue", "Red")):
        opened.users.AddMarker(frame, colour, "", "", 1, str(frame))
    assert opened.users.UpdateMarkerCustomData(1, "one") is True and opened.users.GetMarkerCustomData(1) == "one"
    assert opened.users.DeleteMarkerByCustomData("one") is True
    assert opened.users.DeleteMarkersByColor("Blue") is False
    assert opened.users.DeleteMarkersByColor("All") is True and opened.users.GetMarkers() == {}


def test_unset_in_and_out_points_are_not_returned(open_project: ProjectFactory) -> None:
    opened = open_project()
    assert opened.users.GetMarkInOut() == {}
    assert opened.users.SetMarkInOut(10, 20, "video") is True
    assert opened.users.GetMarkInOut() == {"video": {"in": 10, "out": 20}}
    assert open_project(version=VERSIONS["18.6"]).users.GetMarkInOut() is None


# --- clips --------------------------------------------------------------------------------------------------------


def test_clips_are_deleted_on_the_edit_page_only(open_project: ProjectFactory) -> None:
    opened = open_project(page="color")
    items = opened.users.GetItemListInTrack("video", 1)
    assert opened.users.DeleteClips(items, False) is False
    opened.resolve.OpenPage("edit")
    assert opened.users.DeleteClips(items, False) is True and opened.users.GetItemListInTrack("video", 1) == []


def test_the_first_deletion_may_fail(open_project: ProjectFactory) -> None:
    opened = open_project(deletions_that_fail=1)
    items = opened.users.GetItemListInTrack("video", 1)
    assert [opened.users.DeleteClips(items, False) for _ in range(2)] == [False, True]


def test_a_ripple_delete_moves_later_clips(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.fake.add_item(opened.fake.users, opened.fake.add_media("/a.mov", Footage(frames=9)), duration=9, at=100)
    first, second = opened.users.GetItemListInTrack("video", 1)
    assert opened.users.DeleteClips([first], True) is True and second.GetStart() == 86400


def test_clips_are_linked_and_unlinked(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.fake.add_item(opened.fake.users, opened.fake.add_media("/a.mov", Footage(frames=9)), duration=9, track=2)
    items = [opened.users.GetItemListInTrack("video", number)[0] for number in (1, 2)]
    assert opened.users.SetClipsLinked(items, True) is True
    assert [one.GetUniqueId() for one in items[0].GetLinkedItems()] == [items[1].GetUniqueId()]
    assert opened.users.SetClipsLinked(items, False) is True and items[0].GetLinkedItems() == []
    refusing = open_project(refuses_links=True).users
    assert refusing.SetClipsLinked(refusing.GetItemListInTrack("video", 1), True) is False


def test_selected_clips_can_be_read_from_21_0_4(open_project: ProjectFactory) -> None:
    for version, count in (("20.3", None), ("21.1", 1)):
        opened = open_project(version=VERSIONS[version])
        opened.fake.users.selected = opened.fake.users.items()
        found = opened.users.GetSelectedClips()
        assert (None if found is None else len(found)) == count


# --- copies -------------------------------------------------------------------------------------------------------


def test_a_duplicate_is_equal_has_new_ids_and_is_not_current(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.users.AddMarker(3, "Red", "a", "b", 1)
    twin = opened.users.DuplicateTimeline("scene_04 v2")
    assert opened.project.GetCurrentTimeline().GetName() == "scene_04"
    first, second = opened.fake.snapshot()["timelines"]
    assert without_ids({**first, "name": ""}) == without_ids({**second, "name": ""})
    assert twin.GetUniqueId() != opened.users.GetUniqueId()
    assert twin.GetItemListInTrack("video", 1)[0].GetUniqueId() != first["tracks"]["video"][0]["items"][0]["id"]


def test_changing_a_duplicate_does_not_change_the_original(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.users.GetItemListInTrack("video", 1)[0].AddFusionComp()
    before = opened.fake.snapshot()["timelines"][0]
    twin = opened.users.DuplicateTimeline("scene_04 v2")
    item = twin.GetItemListInTrack("video", 1)[0]
    item.SetProperty("Opacity", 50)
    item.AddMarker(0, "Red", "", "", 1)
    item.RenameFusionCompByName("Composition 1", "ours")
    twin.AddTrack("video")
    twin.SetTrackName("video", 1, "PLATE")
    assert opened.fake.snapshot()["timelines"][0] == before


def test_duplicating_may_fail_lose_clips_or_change_the_current_timeline(open_project: ProjectFactory) -> None:
    assert open_project(refuses_duplicates=True).users.DuplicateTimeline("v2") is None
    assert open_project().users.DuplicateTimeline("scene_04") is None
    incomplete = open_project(duplicates_lose_clips=True).users.DuplicateTimeline("v2")
    assert incomplete.GetItemListInTrack("video", 1) == []
    opened = open_project(selects_duplicates=True)
    opened.users.DuplicateTimeline("v2")
    assert opened.project.GetCurrentTimeline().GetName() == "v2"


def test_a_drt_restores_a_timeline(open_project: ProjectFactory) -> None:
    opened = open_project()
    path = opened.folder / "before.drt"
    before = opened.fake.snapshot()["timelines"][0]
    assert opened.users.Export(str(path), opened.resolve.EXPORT_DRT, opened.resolve.EXPORT_NONE) is True
    assert opened.pool.ImportTimelineFromFile(str(path)) is None  # the name is taken
    opened.users.AddTrack("video")
    opened.pool.DeleteTimelines([opened.users])
    assert opened.fake.misuse == []
    assert opened.pool.ImportTimelineFromFile(opened.movie) is None and "does not read" in opened.fake.misuse[0]
    assert opened.pool.ImportTimelineFromFile(str(path)).GetName() == "scene_04"
    assert without_ids(opened.fake.snapshot()["timelines"][0]) == without_ids(before)


def export_and_read(opened: OpenProject) -> Any:
    path = opened.folder / "cut.otio"
    assert opened.users.Export(str(path), opened.resolve.EXPORT_OTIO, opened.resolve.EXPORT_NONE) is True
    return otio.adapters.read_from_file(str(path))


def test_the_otio_export_is_readable_by_opentimelineio(open_project: ProjectFactory) -> None:
    opened = open_project()
    footage = Footage(frames=100, fps=24, start_timecode="10:00:00:00")
    media = opened.fake.add_media("/plates/a.[1001-1100].exr", footage, first=1001)
    opened.fake.add_item(opened.fake.users, media, duration=24, at=120, left=10, speed=200)
    found = export_and_read(opened)
    assert found.global_start_time == otio.opentime.RationalTime(86400, 24)
    first, gap, second = found.video_tracks()[0]
    assert isinstance(gap, otio.schema.Gap) and gap.duration().value == 20
    assert first.media_reference.target_url == "/somewhere/user.mov"
    assert second.source_range.start_time.value == 864010 and second.duration().value == 24
    assert second.effects[0].time_scalar == 2.0
    reference = second.media_reference
    assert (reference.start_frame, reference.frame_zero_padding, reference.target_url_base) == (1001, 4, "/plates")


def test_an_export_may_fail_or_write_no_file(open_project: ProjectFactory) -> None:
    for behaviour, answer in (({"refuses_exports": True}, False), ({"exports_write_nothing": True}, True)):
        opened = open_project(**behaviour)
        path = opened.folder / "cut.otio"
        assert opened.users.Export(str(path), opened.resolve.EXPORT_OTIO, opened.resolve.EXPORT_NONE) is answer
        assert not path.exists()


def test_an_export_to_a_missing_folder_or_of_another_type_returns_false(open_project: ProjectFactory) -> None:
    opened = open_project()
    nowhere = str(opened.folder / "no" / "cut.otio")
    assert opened.users.Export(nowhere, opened.resolve.EXPORT_OTIO, opened.resolve.EXPORT_NONE) is False
    edl = str(opened.folder / "cut.edl")
    assert opened.users.Export(edl, opened.resolve.EXPORT_EDL, opened.resolve.EXPORT_NONE) is False
    assert "writes no" in opened.fake.misuse[0] and not Path(edl).exists()


def test_the_otio_export_has_no_name(open_project: ProjectFactory) -> None:
    opened = open_project()
    export_and_read(opened)
    assert json.loads((opened.folder / "cut.otio").read_text(encoding="utf-8"))["name"] == ""
