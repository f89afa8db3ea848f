"""The fake's clips: offsets, source frames, properties, speed and Fusion comps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hosts.resolve import VERSIONS, Footage
from tests.hosts.resolve.opened import Opened

Open = Callable[..., Opened]
PLATE = "/plates/a.[1001-1100].exr"


def clip(there: Opened, **item: Any) -> Any:
    """A clip of 24 frames, 10 pictures into a sequence of 100 that starts at 10 o'clock; on track 2."""
    footage = Footage(frames=100, fps=24, start_timecode="10:00:00:00")
    media = there.fake.add_media(PLATE, footage, first=1001)
    there.fake.add_item(there.fake.users, media, track=2, **{"duration": 24, "left": 10, **item})
    return there.users.GetItemListInTrack("video", 2)[0]


# --- where it is in its media -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speed", "left_offset", "right_offset"),
    [(100, 10, 66), (200, 5, 42), (50, 20, 78), (-100, 66, 66)],
)
def test_the_left_offset_is_true_at_plain_speed_only(
    opened: Open, speed: float, left_offset: int, right_offset: int
) -> None:
    item = clip(opened(), speed=speed)
    assert (item.GetLeftOffset(), item.GetRightOffset()) == (left_offset, right_offset)
    assert isinstance(item.GetLeftOffset(True), float)


def test_source_frames_count_from_the_first_file_number(opened: Open) -> None:
    item = clip(opened())
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (1011, 1034)
    assert (item.GetSourceStartTime(), item.GetSourceEndTime()) == (10 / 24, 34 / 24)


@pytest.mark.parametrize(
    ("behaviour", "start", "end"),
    [
        ({"source_end": "exclusive"}, 1011, 1035),
        ({"source_end": "timecode"}, 1011, 864033),
        ({"source_start_slips": 1}, 1012, 1034),
    ],
)
def test_source_frames_have_their_quirks(opened: Open, behaviour: dict[str, Any], start: int, end: int) -> None:
    item = clip(opened(**behaviour))
    assert (item.GetSourceStartFrame(), item.GetSourceEndFrame()) == (start, end)


def test_source_frames_are_unknown_before_19_0_3(opened: Open) -> None:
    assert clip(opened(version=VERSIONS["18.6"])).GetSourceStartFrame() is None


def test_a_clip_at_double_speed_runs_through_twice_as_many_pictures(opened: Open) -> None:
    item = clip(opened(), speed=200)
    assert item.GetSourceEndFrame() - item.GetSourceStartFrame() == 47 and item.GetDuration() == 24


def test_a_generator_has_no_media(opened: Open) -> None:
    there = opened()
    there.fake.add_item(there.fake.users, None, track=2, duration=24)
    item = there.users.GetItemListInTrack("video", 2)[0]
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
def test_a_property_is_a_number_clipped_to_its_range(opened: Open, key: str, value: object, reads: object) -> None:
    item = clip(opened())
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
def test_what_a_property_does_not_take_answers_false(opened: Open, key: str, value: object) -> None:
    item = clip(opened())
    before = item.GetProperty()
    assert item.SetProperty(key, value) is False
    assert item.GetProperty() == before and item.GetProperty("Speed") is None


def test_properties_may_be_refused_or_only_seem_to_be_set(opened: Open) -> None:
    for behaviour, answer in (({"refuses_properties": True}, False), ({"ignores_properties": True}, True)):
        item = clip(opened(**behaviour))
        assert item.SetProperty("Opacity", 50) is answer and item.GetProperty("Opacity") == 100.0


def test_several_properties_are_set_all_or_none(opened: Open) -> None:
    item = clip(opened())
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
def test_speed_warp_is_studios_from_19_on(opened: Open, version: str, studio: bool, value: int, taken: bool) -> None:
    item = clip(opened(version=VERSIONS[version], studio=studio))
    assert item.SetProperty("MotionEstimation", value) is taken


def test_asking_the_free_edition_for_speed_warp_may_block_all(opened: Open) -> None:
    there = opened(studio=False, upsell=True)
    clip(there).SetProperty("MotionEstimation", 5)
    assert there.users.GetName() is None


def test_sound_has_no_properties(opened: Open) -> None:
    there = opened()
    there.fake.add_item(there.fake.users, there.fake.add_media("/a.wav", Footage(frames=9)), duration=9, kind="audio")
    item = there.users.GetItemListInTrack("audio", 1)[0]
    assert item.GetProperty() == {} and item.SetProperty("Opacity", 50) is False


# --- speed --------------------------------------------------------------------------------------------------------


def test_speed_is_set_with_a_dictionary_and_keeps_the_duration(opened: Open) -> None:
    there = opened()
    item = clip(there)
    assert item.SetSpeed({"Percentage": 200.0}) is True
    assert (item.GetSpeed()["Percentage"], item.GetDuration()) == (200.0, 24)
    assert item.SetSpeed({"Percentage": 100.0, "RippleTimeline": True}) is True and item.GetDuration() == 48
    assert item.SetSpeed(200.0) is False and item.SetSpeed({"Speed": 200.0}) is False
    assert len(there.fake.misuse) == 2


def test_speed_may_be_refused_or_only_seem_to_be_set(opened: Open) -> None:
    for behaviour, answer in (({"refuses_speed": True}, False), ({"ignores_speed": True}, True)):
        item = clip(opened(**behaviour))
        assert item.SetSpeed({"Percentage": 200.0}) is answer and item.GetSpeed()["Percentage"] == 100.0


# --- the rest -----------------------------------------------------------------------------------------------------


def test_a_clip_is_switched_off_and_named(opened: Open) -> None:
    there = opened()
    item = clip(there)
    assert item.SetClipEnabled(False) is True and item.GetClipEnabled() is False
    assert item.SetName("sh010") is True and item.GetName() == "sh010"
    assert item.GetTrackTypeAndIndex() == ["video", 2]


def test_comps_are_imported_listed_and_deleted(opened: Open) -> None:
    there = opened()
    item, path = clip(there), there.folder / "face.comp"
    path.write_text("Composition { Tools = ordered() { Blur1 = Blur { Inputs = {} } } }", encoding="utf-8")
    comp = item.ImportFusionComp(str(path))
    assert comp.GetToolList() == {1: "Blur1"} and item.GetFusionCompNameList() == ["Composition 1"]
    assert item.ExportFusionComp(str(there.folder / "out.comp"), 1) is True
    assert (there.folder / "out.comp").read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    assert item.RenameFusionCompByName("Composition 1", "face") is True
    assert item.DeleteFusionCompByName("face") is True and item.GetFusionCompCount() == 0


def test_a_comp_that_is_none_is_not_imported(opened: Open) -> None:
    there = opened()
    item, path = clip(there), there.folder / "face.comp"
    assert item.ImportFusionComp(str(path)) is None
    path.write_text("not a comp", encoding="utf-8")
    assert item.ImportFusionComp(str(path)) is None
    path.write_text("{ Tools = ordered() {} }", encoding="utf-8")
    assert item.ImportFusionComp(str(path)) is not None
    assert clip(opened(refuses_comps=True)).ImportFusionComp(str(path)) is None
