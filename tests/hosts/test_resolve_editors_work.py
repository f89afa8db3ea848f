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
    assert [note for note in report["notes"] if "or its layer was deleted there" in note] == [
        "'sh010_FACE_v002' had no earlier version on the timeline: it is new, or its layer was deleted there"
    ]


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
    assert any(note.startswith("4 layers are on the timeline in this version already") for note in report["notes"])


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
    assert "replaced 4 layers, each with the grade, settings, trim and comps of the one before" in report["notes"]


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


def test_what_cannot_be_carried_over_is_named(entry: ModuleType, desk: Desk) -> None:
    """A retimed layer's trim, and on a Resolve that refuses it the grade."""

    def slow(document: Document) -> None:
        for each in document["tracks"]:
            each["clips"][0].update(speed=2.0, frame_count=48, end_index=each["clips"][0]["end_index"] + 100)

    old = layer(stack(desk), "sh010_FACE")
    old.start, old.duration, old.grade = old.start + 6, 30, "warmer"
    desk.fake.behaviour.refuses_grades = True
    report = import_v002(entry, desk, change=slow)
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
    assert report["by_hand"][1] == "'sh010_FACE_v001' stays on the timeline until then"


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
    assert any(
        note.startswith("'scene_04 v001' was not used: it has changed since it was sent") for note in report["notes"]
    )


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
