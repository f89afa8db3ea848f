"""The fake's clips: offsets, source frames, properties, speed and Fusion comps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hosts.resolve import VERSIONS, Footage
from tests.hosts.resolve.open_project import OpenProject

ProjectFactory = Callable[..., OpenProject]
PLATE = "/plates/a.[1001-1100].exr"


def add_clip(opened: OpenProject, **item: Any) -> Any:
    """Add a clip on track 2: 24 frames from frame 10 of a 100-frame sequence that starts at 10:00:00:00."""
    footage = Footage(frames=100, fps=24, start_timecode="10:00:00:00")
    media = opened.fake.add_media(PLATE, footage, first=1001)
    opened.fake.add_item(opened.fake.users, media, track=2, **{"duration": 24, "left": 10, **item})
    return opened.users.GetItemListInTrack("video", 2)[0]


# --- source range -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speed", "left_offset", "right_offset"),
    [(100, 10, 66), (200, 5, 42), (50, 20, 78), (-100, 66, 66)],
)
def test_the_left_offset_is_correct_at_100_percent_only(
    open_project: ProjectFactory, speed: float, left_offset: int, right_offset: int
) -> None:
    item = add_clip(open_project(), speed=speed)
    assert (item.GetLeftOffset(), item.GetRightOffset()) == (left_offset, right_offset)
    assert isinstance(item.GetLeftOffset(True), float)


def test_source_frames_count_from_the_first_file_number(open_project: ProjectFactory) -> None:
    item = add_clip(open_project())
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (1011, 1034)
    assert (item.GetSourceStartTime(), item.GetSourceEndTime()) == (10 / 24, 34 / 24)


@pytest.mark.parametrize(
    ("behaviour", "start", "end"),
    [
        ({"source_end": "exclusive"}, 1011, 1035),
        ({"source_end": "timecode"}, 1011, 864033),
        ({"source_start_offset": 1}, 1012, 1034),
    ],
)
def test_source_frames_may_be_off(
    open_project: ProjectFactory, behaviour: dict[str, Any], start: int, end: int
) -> None:
    item = add_clip(open_project(**behaviour))
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (start, end)


def test_source_frames_are_unknown_before_19_0_3(open_project: ProjectFactory) -> None:
    assert add_clip(open_project(version=VERSIONS["18.6"])).GetSourceStartFrame() is None


def test_a_clip_at_double_speed_uses_twice_as_many_source_frames(open_project: ProjectFactory) -> None:
    item = add_clip(open_project(), speed=200)
    assert item.GetSourceEndFrame() - item.GetSourceStartFrame() == 47 and item.GetDuration() == 24


def test_a_generator_has_no_media(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.fake.add_item(opened.fake.users, None, track=2, duration=24)
    item = opened.users.GetItemListInTrack("video", 2)[0]
    assert (item.GetMediaPoolItem(), item.GetSourceStartFrame(), item.GetType()) == (None, None, "generator")


# --- properties ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "reads"),
    [
        ("Opacity", 50, 50.0),
        ("Opacity", 150, 100.0),
        ("RetimeProcess", 3.0, 3),
        ("MotionEstimation", 5.0, 5),
        ("CompositeMode", 1.0, 1),
        ("FlipX", True, True),
    ],
)
def test_a_property_is_a_number_clipped_to_its_range(
    open_project: ProjectFactory, key: str, value: object, reads: object
) -> None:
    item = add_clip(open_project())
    assert item.SetProperty(key, value) is True
    assert item.GetProperty(key) == reads == item.GetProperty()[key]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Opacity", "50"),
        ("opacity", 50),
        ("RetimeProcess", "Optical Flow"),
        ("RetimeProcess", 4),
        ("CompositeMode", 32),
        ("FlipX", 1),
        ("Speed", 200),
    ],
)
def test_an_invalid_property_value_returns_false(open_project: ProjectFactory, key: str, value: object) -> None:
    item = add_clip(open_project())
    before = item.GetProperty()
    assert item.SetProperty(key, value) is False
    assert item.GetProperty() == before and item.GetProperty("Speed") is None


def test_setting_properties_may_fail_or_have_no_effect(open_project: ProjectFactory) -> None:
    for behaviour, answer in (({"refuses_properties": True}, False), ({"ignores_properties": True}, True)):
        item = add_clip(open_project(**behaviour))
        assert item.SetProperty("Opacity", 50) is answer and item.GetProperty("Opacity") == 100.0


def test_several_properties_are_set_together_or_not_at_all(open_project: ProjectFactory) -> None:
    item = add_clip(open_project())
    assert item.SetProperties({"Opacity": 50, "RetimeProcess": 9}) is False and item.GetProperty("Opacity") == 100.0
    assert item.SetProperties({"Opacity": 50, "RetimeProcess": 1}) is True and item.GetProperty("Opacity") == 50.0


@pytest.mark.parametrize(
    ("version", "studio", "value", "taken"),
    [
        ("18.6", True, 5, False),
        ("19.1", True, 5, True),
        ("19.1", False, 5, False),
        ("20.3", True, 7, False),
        ("21.1", True, 7, True),
        ("21.1", False, 4, True),
    ],
)
def test_speed_warp_needs_studio_and_19(
    open_project: ProjectFactory, version: str, studio: bool, value: int, taken: bool
) -> None:
    item = add_clip(open_project(version=VERSIONS[version], studio=studio))
    assert item.SetProperty("MotionEstimation", value) is taken


def test_setting_speed_warp_on_the_free_edition_may_block_all_calls(open_project: ProjectFactory) -> None:
    opened = open_project(studio=False, upsell=True)
    add_clip(opened).SetProperty("MotionEstimation", 5)
    assert opened.users.GetName() is None


def test_audio_clips_have_no_properties(open_project: ProjectFactory) -> None:
    opened = open_project()
    opened.fake.add_item(
        opened.fake.users, opened.fake.add_media("/a.wav", Footage(frames=9)), duration=9, kind="audio"
    )
    item = opened.users.GetItemListInTrack("audio", 1)[0]
    assert item.GetProperty() == {} and item.SetProperty("Opacity", 50) is False


# --- speed --------------------------------------------------------------------------------------------------------


def test_speed_is_set_with_a_dictionary_and_keeps_the_duration(open_project: ProjectFactory) -> None:
    opened = open_project()
    item = add_clip(opened)
    assert item.SetSpeed({"Percentage": 200.0}) is True
    assert (item.GetSpeed()["Percentage"], item.GetDuration()) == (200.0, 24)
    assert item.SetSpeed({"Percentage": 100.0, "RippleTimeline": True}) is True and item.GetDuration() == 48
    assert item.SetSpeed(200.0) is False and item.SetSpeed({"Speed": 200.0}) is False
    assert len(opened.fake.misuse) == 2


def test_setting_the_speed_may_fail_or_have_no_effect(open_project: ProjectFactory) -> None:
    for behaviour, answer in (({"refuses_speed": True}, False), ({"ignores_speed": True}, True)):
        item = add_clip(open_project(**behaviour))
        assert item.SetSpeed({"Percentage": 200.0}) is answer and item.GetSpeed()["Percentage"] == 100.0


# --- names and comps ----------------------------------------------------------------------------------------------


def test_a_clip_can_be_disabled_and_renamed(open_project: ProjectFactory) -> None:
    opened = open_project()
    item = add_clip(opened)
    assert item.SetClipEnabled(False) is True and item.GetClipEnabled() is False
    assert item.SetName("sh010") is True and item.GetName() == "sh010"
    assert item.GetTrackTypeAndIndex() == ["video", 2]


def test_comps_are_imported_listed_and_deleted(open_project: ProjectFactory) -> None:
    opened = open_project()
    item, path = add_clip(opened), opened.folder / "face.comp"
    path.write_text("Composition { Tools = ordered() { Blur1 = Blur { Inputs = {} } } }", encoding="utf-8")
    comp = item.ImportFusionComp(str(path))
    assert comp.GetToolList() == {1: "Blur1"} and item.GetFusionCompNameList() == ["Composition 1"]
    assert item.ExportFusionComp(str(opened.folder / "out.comp"), 1) is True
    assert (opened.folder / "out.comp").read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    assert item.RenameFusionCompByName("Composition 1", "face") is True
    assert item.DeleteFusionCompByName("face") is True and item.GetFusionCompCount() == 0


def test_an_invalid_comp_is_not_imported(open_project: ProjectFactory) -> None:
    opened = open_project()
    item, path = add_clip(opened), opened.folder / "face.comp"
    assert item.ImportFusionComp(str(path)) is None
    path.write_text("not a comp", encoding="utf-8")
    assert item.ImportFusionComp(str(path)) is None
    path.write_text("{ Tools = ordered() {} }", encoding="utf-8")
    assert item.ImportFusionComp(str(path)) is not None
    assert add_clip(open_project(refuses_comps=True)).ImportFusionComp(str(path)) is None
