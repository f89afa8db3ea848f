"""Import Passes over a stack that the editor has worked on: the new version takes the place of the old one, with it.

The fake knows what of an item scripts can read and set. Whether CopyGrades copies everything that an editor calls the
grade, and what else hangs on an item (transitions, effects, keyframes), is not seen here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Document
from tests.hosts.entries import Desk, Report, load, start_in
from tests.hosts.resolve import Behaviour, Footage
from tests.hosts.resolve.item import TimelineItem
from tests.hosts.resolve.timeline import Timeline, Track
from tests.hosts.test_resolve_import import later_version

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Import Passes.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def desk(entry: ModuleType, deliver: Any, at_home: Path) -> Desk:
    """A Resolve with the stack of v001 open."""
    desk = Desk(deliver)
    assert start_in(entry, desk, str(desk.path))["problems"] == []
    return desk


def import_v002(entry: ModuleType, desk: Desk, *flags: str, change: Callable[[Document], Any] | None = None) -> Report:
    def later(document: Document) -> None:
        later_version(2)(document)
        if change:
            change(document)

    report = start_in(entry, desk, str(desk.delivery(later)), *flags)
    assert report["problems"] == [] and desk.fake.misuse == []
    return report


def stack(desk: Desk, name: str = "scene_04 v001") -> Timeline:
    return desk.fake.timeline(name)


def track(timeline: Timeline, name: str) -> Track:
    (found,) = (one for one in timeline.tracks["video"] if one.name == name)
    return found


def layer(timeline: Timeline, name: str) -> TimelineItem:
    """The only item on a timeline whose media is named so."""
    (found,) = (one for one in timeline.items("video") if one.media and one.media.name.startswith(name))
    return found


def shown_layers(timeline: Timeline) -> list[str]:
    """The layers that are on, from the bottom to the top."""
    return [
        item.name.split(".")[0]
        for each in timeline.tracks["video"]
        if each.enabled
        for item in sorted(each.items, key=lambda item: item.start)
        if item.enabled and "_v0" in item.name
    ]


V002 = ["sh010_BODY_v002", "sh020_BODY_v002", "sh010_FACE_v002", "sh020_FACE_v002"]


# --- the new version is the one that is seen ---------------------------------------------------------------------


def add_title(timeline: Timeline, desk: Desk) -> None:
    desk.fake.add_item(timeline, None, at=60, duration=20, track=3)


def rename_track(timeline: Timeline, desk: Desk) -> None:
    track(timeline, "FACE v001").name = "Anna's face"


def move_layer(timeline: Timeline, desk: Desk) -> None:
    timeline.AddTrack("video")
    face = layer(timeline, "sh010_FACE")
    track(timeline, "FACE v001").items.remove(face)
    timeline.tracks["video"][-1].items.append(face)


@pytest.mark.parametrize("edit", [add_title, rename_track, move_layer])
def test_layers_are_recognised_by_their_media(
    entry: ModuleType, desk: Desk, edit: Callable[[Timeline, Desk], None]
) -> None:
    edit(stack(desk), desk)
    before = desk.fake.snapshot()["timelines"]
    report = import_v002(entry, desk)
    made = stack(desk, report["timeline"])
    assert shown_layers(made) == V002
    assert desk.fake.snapshot()["timelines"][: len(before)] == before
    titles = [item for item in made.items("video") if item.media is None]
    assert len(titles) == (edit is add_title)


@pytest.mark.parametrize("edit", [add_title, rename_track, move_layer])
def test_beside_switches_off_the_older_ones_wherever_they_are(
    entry: ModuleType, desk: Desk, edit: Callable[[Timeline, Desk], None]
) -> None:
    edit(stack(desk), desk)
    made = stack(desk, import_v002(entry, desk, "--beside")["timeline"])
    assert shown_layers(made) == V002
    assert len([item for item in made.items("video") if "_v001" in item.name]) == 4
    assert all(each.enabled for each in made.tracks["video"] if any(item.media is None for item in each.items))


def test_a_layer_that_the_editor_deleted_comes_back_and_that_is_said(entry: ModuleType, desk: Desk) -> None:
    faces = track(stack(desk), "FACE v001")
    faces.items.remove(layer(stack(desk), "sh010_FACE"))
    report = import_v002(entry, desk)
    assert shown_layers(stack(desk, report["timeline"])) == V002
    assert report["by_hand"] == [
        "no older layer was found for 'sh010_FACE_v002': if you had deleted it, delete the new one; if it is inside a "
        "compound clip, switch it off there"
    ]


def test_layers_inside_a_compound_clip_are_missed_aloud(entry: ModuleType, desk: Desk) -> None:
    for each in stack(desk).tracks["video"][1:]:
        each.items.clear()
    desk.fake.add_item(stack(desk), None, at=0, duration=96, track=3).name = "Compound Clip 1"
    (said,) = import_v002(entry, desk)["by_hand"]
    assert "no older layer was found for" in said and all(f"'{name}'" in said for name in V002)


def test_the_same_version_again_leaves_the_editors_work_alone(entry: ModuleType, desk: Desk) -> None:
    face = layer(stack(desk), "sh010_FACE")
    face.grade, face.duration, face.properties["Opacity"] = "warmer", 30, 60.0
    track(stack(desk), "BODY v001").name = "bodies"
    report = start_in(entry, desk, str(desk.path))
    made = stack(desk, report["timeline"])
    assert report["problems"] == report["by_hand"] == []
    again = layer(made, "sh010_FACE")
    assert (again.grade, again.duration, again.properties["Opacity"]) == ("warmer", 30, 60.0)
    assert [each.name for each in made.tracks["video"]] == ["Video 1", "bodies", "FACE v001"]
    assert any("in this version already, and left as they are: 4 layers." in note for note in report["notes"])


# --- and keeps what was done to the old one ----------------------------------------------------------------------


def test_grade_settings_comp_colour_markers_and_state_are_carried_over(entry: ModuleType, desk: Desk) -> None:
    old = layer(stack(desk), "sh010_FACE")
    old.grade, old.clip_colour = "warmer", "Orange"
    old.properties.update(Opacity=60.0, Pan=12.0, FlipX=True)
    old.AddMarker(5, "Red", "blink", "keep this", 1, "")
    old._add("Composition { Tools = ordered() { Blur1 = Blur { } } }")
    layer(stack(desk), "sh020_FACE").enabled = False
    report = import_v002(entry, desk)
    made = stack(desk, report["timeline"])
    new = layer(made, "sh010_FACE_v002")
    assert (new.grade, new.clip_colour) == ("warmer", "Orange")
    assert (new.properties["Opacity"], new.properties["Pan"], new.properties["FlipX"]) == (60.0, 12.0, True)
    assert [(frame, marker["note"]) for frame, marker in new.GetMarkers().items()] == [(5, "keep this")]
    assert [comp.text for comp in new.comps] == [comp.text for comp in old.comps]
    assert layer(made, "sh020_FACE_v002").enabled is False
    assert report["by_hand"] == []
    assert "4 layers replaced; grade, settings, trim and comps were carried over" in report["notes"]
    assert "'sh010_FACE_v002': Opacity is 60.0, as on the older layer" in report["notes"]


def test_a_trim_is_carried_over(entry: ModuleType, desk: Desk) -> None:
    old = layer(stack(desk), "sh010_FACE")
    old.start, old.duration, old.left = old.start + 6, 30, old.left + 6
    report = import_v002(entry, desk)
    new = layer(stack(desk, report["timeline"]), "sh010_FACE_v002")
    assert (new.start, new.duration, new.left) == (old.start, old.duration, old.left)
    assert report["by_hand"] == []


def test_both_halves_of_a_layer_that_was_cut_are_replaced(entry: ModuleType, desk: Desk) -> None:
    old = layer(stack(desk), "sh010_FACE")
    second = desk.fake.add_item(stack(desk), old.media, at=20, duration=28, track=3, left=old.left + 20)
    old.duration, old.grade, second.grade = 20, "cold", "warm"
    made = stack(desk, import_v002(entry, desk)["timeline"])
    pieces = [item for item in track(made, "FACE v002").items if item.name.startswith("sh010")]
    found = [(item.start - made.start, item.duration, item.left, item.grade) for item in pieces]
    assert sorted(found) == [(0, 20, 8, "cold"), (20, 28, 28, "warm")]


def test_what_cannot_be_carried_over_is_named(entry: ModuleType, deliver: Any, at_home: Path) -> None:
    """A retimed layer's trim, and on a Resolve that refuses it the grade."""

    def fast(document: Document) -> None:
        for each in document["tracks"]:
            each["clips"][0].update(speed=2.0, frame_count=96, end_index=each["clips"][0]["end_index"] + 100)

    desk = Desk(deliver, change=fast)
    start_in(entry, desk, str(desk.path))
    old = layer(stack(desk), "sh010_FACE")
    old.start, old.duration, old.grade = old.start + 6, 30, "warmer"
    desk.fake.behaviour.refuses_grades = True
    report = import_v002(entry, desk, change=fast)
    by_hand = "\n".join(report["by_hand"])
    assert "the trim of 'sh010_FACE_v002' could not be carried over: copy it from 'scene_04 v001'" in by_hand
    assert "the grade of 'sh010_BODY_v002', 'sh020_BODY_v002'," in by_hand


def test_an_older_layer_stays_if_the_new_one_cannot_be_placed(entry: ModuleType, desk: Desk) -> None:
    """An older version is better than none."""

    def slow(document: Document) -> None:
        face = next(each for each in document["tracks"] if each["name"].startswith("FACE"))["clips"][0]
        face.update(speed=0.25, frame_count=12)  # 48 frames at 100 % speed; its media has 64, 8 of them before
        face["end_index"] = face["start_index"] + 30

    report = import_v002(entry, desk, change=slow)
    made = stack(desk, report["timeline"])
    assert shown_layers(made) == ["sh010_BODY_v002", "sh020_BODY_v002", "sh020_FACE_v002", "sh010_FACE_v001"]
    assert report["by_hand"][1] == "the older 'sh010_FACE_v001' was kept; delete it when the new one is right"


def test_it_starts_from_the_newest_stack_although_the_cut_is_open(entry: ModuleType, desk: Desk) -> None:
    layer(stack(desk), "sh010_FACE").grade = "warmer"
    desk.fake.project.current = desk.sent
    report = import_v002(entry, desk)
    assert report["made_from"] == "scene_04 v001"
    assert layer(stack(desk, report["timeline"]), "sh010_FACE_v002").grade == "warmer"


def test_if_the_stack_no_longer_matches_it_says_why_and_starts_from_the_cut(entry: ModuleType, desk: Desk) -> None:
    stack(desk).tracks["video"][0].items[0].start += 1
    report = import_v002(entry, desk)
    assert report["made_from"] == "scene_04"
    assert report["by_hand"] == [
        "'scene_04 v001' no longer matches the cut ('A001C003' is no longer at frame 86400, or shows different source "
        "frames): the layers are on a duplicate of 'scene_04', without your work in 'scene_04 v001'"
    ]


def test_a_second_version_of_one_shot_keeps_the_edited_other_shot(entry: ModuleType, desk: Desk) -> None:
    desk.fake.add_media("/own/grain.mov", Footage(frames=10))
    layer(stack(desk), "sh020_FACE").grade = "warmer"

    def only_first(document: Document) -> None:
        for each in document["tracks"]:
            del each["clips"][1]

    made = stack(desk, import_v002(entry, desk, change=only_first)["timeline"])
    assert layer(made, "sh020_FACE_v001").grade == "warmer"
    assert shown_layers(made) == ["sh010_BODY_v002", "sh010_FACE_v002", "sh020_BODY_v001", "sh020_FACE_v001"]


def test_before_21_1_the_same_is_carried_over(entry: ModuleType, deliver: Any, at_home: Path) -> None:
    desk = Desk(deliver, Behaviour(version="18.6.6.7"))
    start_in(entry, desk, str(desk.path))
    old = layer(stack(desk), "sh010_FACE")
    old.grade, old.properties["Opacity"] = "warmer", 60.0
    new = layer(stack(desk, import_v002(entry, desk)["timeline"]), "sh010_FACE_v002")
    assert (new.grade, new.properties["Opacity"]) == ("warmer", 60.0)


# --- edits that a script can only partly carry over ----------------------------------------------------------------


@pytest.mark.parametrize("version", ["21.1.0.14", "20.3.2.9"])
def test_a_speed_that_the_editor_set_is_named(entry: ModuleType, deliver: Any, at_home: Path, version: str) -> None:
    desk = Desk(deliver, Behaviour(version=version))
    start_in(entry, desk, str(desk.path))
    old = layer(stack(desk), "sh010_FACE")
    old.speed, old.duration = 200.0, 24
    report = import_v002(entry, desk)
    new = layer(stack(desk, report["timeline"]), "sh010_FACE_v002")
    assert (new.duration, new.left) == (48, 8)
    assert "the speed of 'sh010_FACE_v002' could not be carried over: copy it from 'scene_04 v001'" in report["by_hand"]


def longer_handles(document: Document) -> None:
    """Eight more frames before and after the layers of sh010."""
    for each in document["tracks"][1:]:
        clip = each["clips"][0]
        clip.update(in_frame=clip["in_frame"] + 8, in_position=str(clip["in_frame"] + 8))
        clip["end_index"] += 16


@pytest.mark.parametrize("timecodes", [True, False], ids=["with timecode", "without"])
def test_layers_with_other_handles_stay_on_their_frames(entry: ModuleType, desk: Desk, timecodes: bool) -> None:
    if timecodes:
        for item in stack(desk).items("video"):
            if item.media and item.media.name.startswith("sh010_"):
                item.media.properties["Start TC"] = "00:00:00:08"
    report = import_v002(entry, desk, change=longer_handles)
    made = stack(desk, report["timeline"])
    for name in ("sh010_BODY_v002", "sh010_FACE_v002"):
        assert (layer(made, name).duration, layer(made, name).left) == (48, 16)
    unknown = [text for text in report["by_hand"] if "Whether you had slipped the older layer" in text]
    assert unknown == report["by_hand"] and bool(unknown) is not timecodes


def test_a_trim_is_carried_over_to_media_with_other_handles_by_their_timecode(entry: ModuleType, desk: Desk) -> None:
    old = layer(stack(desk), "sh010_FACE")
    assert old.media is not None
    old.media.properties["Start TC"] = "00:00:00:08"
    old.start, old.duration, old.left = old.start + 6, 30, old.left + 6
    report = import_v002(entry, desk, change=longer_handles)
    new = layer(stack(desk, report["timeline"]), "sh010_FACE_v002")
    assert (new.start - old.start, new.duration, new.left) == (0, 30, old.left + 8)


def deliver_from_elsewhere(desk: Desk, deliver: Any) -> Path:
    """Let the layers on the stack be of another output folder than that of the delivery that is returned."""
    for item in stack(desk).items("video"):
        if item.media and "_v001" in item.media.name:
            item.media.path = item.media.path.replace(str(desk.path.parent), "/elsewhere/out")
    return Desk(deliver).delivery(lambda document: document["notes"].append("another folder"))


def test_layers_of_another_output_folder_are_replaced_though_their_names_are_the_same(
    entry: ModuleType, desk: Desk, deliver: Any
) -> None:
    other = deliver_from_elsewhere(desk, deliver)
    report = start_in(entry, desk, str(other))
    assert report["problems"] == [] and len(report["placed"]) == 4
    made = stack(desk, report["timeline"])
    assert not [item for item in made.items("video") if item.media and item.media.path.startswith("/elsewhere")]


def test_a_layer_of_another_shot_of_that_name_at_another_time_is_left_alone(entry: ModuleType, desk: Desk) -> None:
    foreign = desk.fake.add_media("/jobs/scene_09/sh010/FACE/v003/sh010_FACE_v003.[1001-1064].exr", Footage(frames=64))
    desk.fake.add_item(stack(desk), foreign, at=400, duration=40, track=3)
    made = stack(desk, import_v002(entry, desk)["timeline"])
    assert [
        item.start - made.start for item in made.items("video") if item.media and item.media.path == foreign.path
    ] == [400]


def test_after_beside_the_next_version_replaces_what_is_shown_and_keeps_what_was_set_aside(
    entry: ModuleType, desk: Desk
) -> None:
    import_v002(entry, desk, "--beside")
    report = start_in(entry, desk, str(desk.delivery(later_version(3))))
    made = stack(desk, report["timeline"])
    assert report["problems"] == [] and shown_layers(made) == [name.replace("v002", "v003") for name in V002]
    names = {item.name.split(".")[0] for item in made.items("video")}
    assert "sh010_FACE_v001" in names and "sh010_FACE_v002" not in names


def test_the_same_version_again_keeps_what_was_set_aside(entry: ModuleType, desk: Desk) -> None:
    import_v002(entry, desk, "--beside")
    made = stack(desk, import_v002(entry, desk)["timeline"])
    assert len([item for item in made.items("video") if "_v001" in item.name]) == 4
    assert shown_layers(made) == V002


def test_beside_says_that_nothing_is_carried_over(entry: ModuleType, desk: Desk) -> None:
    assert any("is not carried over" in note for note in import_v002(entry, desk, "--beside")["notes"])


def test_a_layer_that_lies_on_itself_does_so_again_on_a_track_of_its_own(entry: ModuleType, desk: Desk) -> None:
    old = layer(stack(desk), "sh010_FACE")
    glow = desk.fake.add_item(stack(desk), old.media, at=0, duration=48, track=4, left=old.left)
    glow.grade, glow.properties["Opacity"] = "glow", 30.0
    report = import_v002(entry, desk)
    made = stack(desk, report["timeline"])
    assert shown_layers(made) == [*V002, "sh010_FACE_v002"]
    (again,) = track(made, "FACE v002 (2)").items
    assert (again.grade, again.properties["Opacity"], again.start - made.start, again.duration) == ("glow", 30.0, 0, 48)
    assert report["by_hand"] == []


@pytest.mark.parametrize("number", [2, 3])
def test_a_copy_of_a_layer_elsewhere_comes_back_beside_the_original(entry: ModuleType, desk: Desk, number: int) -> None:
    old = layer(stack(desk), "sh020_FACE")
    copy = desk.fake.add_item(stack(desk), old.media, at=120, duration=20, track=number, left=old.left + 5)
    old.grade, copy.grade = "warm", "cold"
    made = stack(desk, import_v002(entry, desk)["timeline"])
    found = sorted(
        (item.start - made.start, item.duration, item.left, item.grade)
        for item in made.items("video")
        if item.name.startswith("sh020_FACE_v002")
    )
    assert found == [(48, 48, 8, "warm"), (120, 20, 13, "cold")]


def test_a_layer_extended_over_the_cut_goes_on_a_track_of_its_own(entry: ModuleType, desk: Desk) -> None:
    """As for a dissolve."""
    timeline = stack(desk)
    timeline.AddTrack("video")
    face = layer(timeline, "sh010_FACE")
    track(timeline, "FACE v001").items.remove(face)
    timeline.tracks["video"][-1].items.append(face)
    face.duration = 54
    report = import_v002(entry, desk)
    made = stack(desk, report["timeline"])
    assert [item.name.split(".")[0] for item in track(made, "FACE v002").items] == ["sh020_FACE_v002"]
    (over,) = track(made, "FACE v002 (2)").items
    assert (over.name.split(".")[0], over.duration, report["by_hand"]) == ("sh010_FACE_v002", 54, [])


def test_both_halves_of_a_retimed_layer_become_one_as_delivered(entry: ModuleType, desk: Desk) -> None:
    old = layer(stack(desk), "sh010_FACE")
    desk.fake.add_item(stack(desk), old.media, at=20, duration=28, track=3, left=old.left + 20, speed=50.0)
    old.duration, old.speed = 20, 50.0
    report = import_v002(entry, desk)
    made = stack(desk, report["timeline"])
    (new,) = (item for item in made.items("video") if item.name.startswith("sh010_FACE_v002"))
    assert (new.start - made.start, new.duration) == (0, 48)
    assert any(text.startswith("the speed of 'sh010_FACE_v002'") for text in report["by_hand"])


def test_the_layers_of_a_locked_track_are_replaced_and_the_track_is_locked_again(entry: ModuleType, desk: Desk) -> None:
    add_title(stack(desk), desk)
    track(stack(desk), "FACE v001").locked = True
    made = stack(desk, import_v002(entry, desk)["timeline"])
    assert shown_layers(made) == V002
    assert [each.locked for each in made.tracks["video"] if any(item.media is None for item in each.items)] == [True]
    assert track(stack(desk), "FACE v001").locked


def test_where_the_editor_used_a_layers_track_the_layer_goes_on_a_new_one(entry: ModuleType, desk: Desk) -> None:
    faces = track(stack(desk), "FACE v001")
    faces.items.remove(layer(stack(desk), "sh010_FACE"))
    desk.fake.add_item(stack(desk), None, at=10, duration=20, track=3)
    report = start_in(entry, desk, str(desk.path))
    made = stack(desk, report["timeline"])
    assert report["problems"] == [] and shown_layers(made).count("sh010_FACE_v001") == 1
    assert len([item for item in made.items("video") if item.media is None]) == 1


def test_an_opacity_that_both_set_is_named(entry: ModuleType, desk: Desk) -> None:
    layer(stack(desk), "sh010_FACE").properties["Opacity"] = 60.0

    def half(document: Document) -> None:
        next(each for each in document["tracks"] if each["name"].startswith("FACE"))["clips"][0]["opacity"] = 80.0

    report = import_v002(entry, desk, change=half)
    assert "'sh010_FACE_v002': Opacity is 80.0, as delivered; on the older layer it was 60.0" in report["by_hand"]


def test_a_layer_that_was_over_a_title_and_is_under_it_now_is_named(entry: ModuleType, desk: Desk) -> None:
    timeline = stack(desk)
    desk.fake.add_item(timeline, None, at=0, duration=48, track=4).name = "Vignette"
    timeline.AddTrack("video")
    face = layer(timeline, "sh010_FACE")
    track(timeline, "FACE v001").items.remove(face)
    timeline.tracks["video"][-1].items.append(face)
    report = import_v002(entry, desk)
    assert "'sh010_FACE_v002' is under 'Vignette' now: move its track if that is wrong" in report["by_hand"]


def test_layers_on_a_track_that_is_off_come_back_switched_off(entry: ModuleType, desk: Desk) -> None:
    track(stack(desk), "FACE v001").enabled = False
    made = stack(desk, import_v002(entry, desk)["timeline"])
    assert shown_layers(made) == V002[:2]


@pytest.mark.parametrize("name", ["Reel 2 anna", "scene_04 v001"])
def test_the_open_stack_is_continued_whatever_it_is_called(entry: ModuleType, desk: Desk, name: str) -> None:
    layer(stack(desk), "sh010_FACE").grade = "warmer"
    stack(desk).name = name
    desk.fake.project.current = stack(desk, name)
    report = import_v002(entry, desk)
    assert report["made_from"] == name
    assert layer(stack(desk, report["timeline"]), "sh010_FACE_v002").grade == "warmer"


def test_an_open_timeline_that_is_not_used_is_named(entry: ModuleType, desk: Desk) -> None:
    desk.fake.project.current = desk.sent
    said = "the layers are on a duplicate of the stack 'scene_04 v001', and not of the open 'scene_04': copy what is"
    assert import_v002(entry, desk)["by_hand"] == [f"{said} new there"]


def test_flags_are_carried_over(entry: ModuleType, desk: Desk) -> None:
    layer(stack(desk), "sh010_FACE").AddFlag("Red")
    made = stack(desk, import_v002(entry, desk)["timeline"])
    assert layer(made, "sh010_FACE_v002").GetFlagList() == ["Red"]


def test_with_comps_the_comp_of_the_older_layer_is_named(entry: ModuleType, desk: Desk) -> None:
    layer(stack(desk), "sh010_FACE")._add("Composition { Tools = ordered() { Blur1 = Blur { } } }")

    def with_comp(document: Document) -> None:
        later_version(2)(document)
        next(each for each in document["tracks"] if each["name"].startswith("FACE"))["clips"][0]["comp"] = "all.comp"

    path = desk.delivery(with_comp)
    (path.parent / "all.comp").write_text("Composition { Tools = ordered() {} }", encoding="utf-8")
    report = start_in(entry, desk, str(path), "--comps")
    assert any(text.startswith("the Fusion comp of 'sh010_FACE_v002'") for text in report["by_hand"])


def test_media_of_an_earlier_import_keeps_the_attributes_that_the_editor_gave_it(entry: ModuleType, desk: Desk) -> None:
    face = layer(stack(desk), "sh010_FACE").media
    assert face is not None
    face.properties["Alpha mode"] = "Straight"
    report = start_in(entry, desk, str(desk.path), "--new-timeline")
    assert face.properties["Alpha mode"] == "Straight" and report["problems"] == []
    assert any("Alpha mode is Straight; set Premultiplied" in text for text in report["by_hand"])


# --- layers that were set aside ---------------------------------------------------------------------------------------


def test_after_beside_on_a_track_with_other_clips_the_next_version_is_shown_and_what_was_set_aside_stays(
    entry: ModuleType, desk: Desk
) -> None:
    """There, --beside switches the older layers off one by one; the newer ones are not off because of that."""
    add_title(stack(desk), desk)
    import_v002(entry, desk, "--beside")
    report = start_in(entry, desk, str(desk.delivery(later_version(3))))
    made = stack(desk, report["timeline"])
    assert shown_layers(made) == [name.replace("v002", "v003") for name in V002]
    names = {item.name.split(".")[0] for item in made.items("video")}
    assert "sh010_FACE_v001" in names and "sh010_FACE_v002" not in names


def test_a_layer_that_is_off_stays_while_its_copy_that_is_on_is_replaced(entry: ModuleType, desk: Desk) -> None:
    old = layer(stack(desk), "sh010_FACE")
    copy = desk.fake.add_item(stack(desk), old.media, at=0, duration=48, track=4, left=old.left)
    old.enabled, copy.grade = False, "warmer"
    made = stack(desk, import_v002(entry, desk)["timeline"])
    assert [(item.enabled, item.grade) for item in made.items("video") if item.name.startswith("sh010_FACE_v002")] == [
        (True, "warmer")
    ]
    assert layer(made, "sh010_FACE_v001").enabled is False


def test_after_compare_versions_the_next_version_replaces_the_one_that_is_shown(
    entry: ModuleType, desk: Desk, tmp_path: Path
) -> None:
    import_v002(entry, desk, "--beside")
    compare = load("Toolkit Compare Versions.py", tmp_path)
    assert start_in(compare, desk, "v001")["problems"] == []
    report = start_in(entry, desk, str(desk.delivery(later_version(3))))
    made = stack(desk, report["timeline"])
    assert report["problems"] == [] and shown_layers(made) == [name.replace("v002", "v003") for name in V002]
    names = {item.name.split(".")[0] for item in made.items("video")}
    assert "sh010_FACE_v002" in names and "sh010_FACE_v001" not in names


# --- which timeline and which layers ----------------------------------------------------------------------------------


def copy_timeline(desk: Desk, source: Timeline, name: str) -> Timeline:
    made = source.DuplicateTimeline(name)
    assert made is not None
    return made


def test_the_newest_stack_is_the_one_with_the_highest_version(entry: ModuleType, desk: Desk) -> None:
    """Not the one that was made last; and a longer name is another timeline."""
    for name in ("scene_04 v010", "scene_04 v009", "scene_04 vertical", "scene_04 v010 b"):
        copy_timeline(desk, stack(desk), name)
    desk.fake.project.current = desk.sent
    assert import_v002(entry, desk)["made_from"] == "scene_04 v010"


def test_of_several_stacks_of_a_version_the_last_one_is_the_newest(entry: ModuleType, desk: Desk) -> None:
    for name in ("scene_04 v001 2", "scene_04 v001 10"):
        copy_timeline(desk, stack(desk), name)
    desk.fake.project.current = desk.sent
    assert import_v002(entry, desk)["made_from"] == "scene_04 v001 10"


def test_an_open_timeline_of_something_else_is_not_mentioned(entry: ModuleType, desk: Desk) -> None:
    desk.fake.project.current = desk.fake.add_timeline("lunch")
    report = import_v002(entry, desk)
    assert report["made_from"] == "scene_04 v001"
    assert not [note for note in report["notes"] + report["by_hand"] if "was not used" in note or "no longer" in note]


def test_a_layer_of_another_output_folder_that_was_moved_is_known_by_its_neighbours(
    entry: ModuleType, desk: Desk, deliver: Any
) -> None:
    """Layers of that folder that are still in their places show that it is of this cut."""
    other = deliver_from_elsewhere(desk, deliver)
    layer(stack(desk), "sh020_FACE").start += 200
    report = start_in(entry, desk, str(other))
    assert report["problems"] == []
    made = stack(desk, report["timeline"])
    assert [item for item in made.items("video") if item.media and item.media.path.startswith("/elsewhere")] == []
    assert layer(made, "sh020_FACE").start == made.start + 248


def test_a_clip_of_the_editors_between_two_layers_is_reported_when_it_is_over_both(
    entry: ModuleType, desk: Desk
) -> None:
    timeline = stack(desk)
    timeline.AddTrack("video")
    faces = track(timeline, "FACE v001")
    timeline.tracks["video"].remove(faces)
    timeline.tracks["video"].append(faces)
    grain = desk.fake.add_media("/own/grain.mov", Footage(frames=90))
    desk.fake.add_item(timeline, grain, at=0, duration=48, track=3)
    report = import_v002(entry, desk)
    order = [each.name for each in stack(desk, report["timeline"]).tracks["video"]]
    assert order == ["Video 1", "BODY v002", "FACE v002", "Video 4"]
    said = [text for text in report["by_hand"] if "'grain.mov'" in text]
    assert said == ["'sh010_FACE_v002' is under 'grain.mov' now: move its track if that is wrong"]


def test_drop_frame_timecodes_tell_the_handles_of_another_version(entry: ModuleType, desk: Desk) -> None:
    """Over a minute, two numbers are dropped at 29.97: 00:01:00;02 comes one frame after 00:00:59;29."""
    frames_between = entry.frames_between
    assert frames_between("00:00:59;20", "00:01:00;02", 30000 / 1001) == 10
    assert frames_between("00:09:59;29", "00:10:00;00", 30000 / 1001) == 1
    assert frames_between("00:00:59:20", "00:01:00:02", 24.0) == 6
    assert frames_between("00:00:59;50", "00:01:00;04", 60000 / 1001) == 10
    assert frames_between("", "01:00:00:00", 24.0) is None


@pytest.mark.parametrize("names", [("GFX", "TITLES"), ("GFX", "Video 3")])
def test_empty_tracks_of_the_editors_keep_their_names(
    entry: ModuleType, deliver: Any, at_home: Path, names: tuple[str, str]
) -> None:
    desk = Desk(deliver, Behaviour(version="18.6.6.7"))
    for name in names:
        desk.sent.AddTrack("video")
        desk.sent.tracks["video"][-1].name = name
    made = stack(desk, start_in(entry, desk, str(desk.path))["timeline"])
    assert [each.name for each in made.tracks["video"]] == ["Video 1", *names, "BODY v001", "FACE v001"]
