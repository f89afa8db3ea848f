"""What an editor reads is true, in the words of Resolve's windows, and says what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Document, clips, set_on
from tests.hosts.entries import Desk, load, start_in
from tests.hosts.resolve import VERSIONS, Behaviour
from tests.hosts.resolve.timeline import Timeline
from tests.hosts.test_resolve_editors_work import import_v002, layer, stack

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Import Passes.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def make_desk(deliver: Any, at_home: Path) -> Callable[..., Desk]:
    return lambda behaviour=None, **changes: Desk(deliver, behaviour, **changes)


@pytest.fixture
def desk(entry: ModuleType, make_desk: Callable[..., Desk]) -> Desk:
    """A Resolve with the stack of v001 open."""
    desk = make_desk()
    assert start_in(entry, desk, str(desk.path))["problems"] == []
    return desk


# --- settings, as the Inspector and the other windows name them -------------------------------------------------------


def test_settings_that_resolve_does_not_take_are_named_as_in_the_inspector(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    wanted = {"interpolation": "flow", "motion": "standard better", "opacity": 50.0}
    desk = make_desk(Behaviour(ignores_properties=True), change=set_on("FACE", 0, **wanted))
    assert start_in(entry, desk, str(desk.path))["by_hand"] == [
        "'sh010_FACE_v001': set Retime Process to Optical Flow in the Inspector",
        "'sh010_FACE_v001': set Motion Estimation to Standard Better in the Inspector",
        "'sh010_FACE_v001': set Opacity to 50.0 in the Inspector",
    ]


def test_settings_that_are_not_carried_over_are_named_as_in_the_inspector(entry: ModuleType, desk: Desk) -> None:
    settings = {"RetimeProcess": 3, "CompositeMode": 5, "ZoomX": 1.5, "Pan": 4.0, "FlipX": True, "AnchorPointY": 2.0}
    layer(stack(desk), "sh010_FACE").properties.update(settings)
    desk.fake.behaviour.ignores_properties = True
    said = import_v002(entry, desk)["by_hand"]
    names = ["Anchor Point Y", "Composite Mode", "Position X", "Retime Process", "Zoom X", "horizontal Flip"]
    assert said == [
        f"the {name} of 'sh010_FACE_v002' could not be carried over: copy it from 'scene_04 v001'" for name in names
    ]


SETTINGS = [
    ({"interpolation": "nearest"}, {"RetimeProcess": 3}, "Retime Process is Nearest", "it was Optical Flow"),
    ({"interpolation": "blend"}, {"RetimeProcess": 1}, "Retime Process is Frame Blend", "it was Nearest"),
    (
        {"interpolation": "flow", "motion": "enhanced better"}, {"MotionEstimation": 1},
        "Motion Estimation is Enhanced Better", "it was Standard Faster",
    ),
]  # fmt: skip
"""What the delivery sets, what the editor had set, and what is said of both."""


@pytest.mark.parametrize(("delivered", "edited", "now", "before"), SETTINGS)
def test_a_setting_that_both_made_is_named_with_its_values(
    entry: ModuleType, desk: Desk, *, delivered: dict[str, Any], edited: dict[str, int], now: str, before: str
) -> None:
    layer(stack(desk), "sh010_FACE").properties.update(edited)
    said = import_v002(entry, desk, change=set_on("FACE", 0, **delivered))["by_hand"]
    assert f"'sh010_FACE_v002': {now}, as delivered; on the older layer {before}" in said


def test_a_setting_that_was_carried_over_is_named_with_its_value(entry: ModuleType, desk: Desk) -> None:
    layer(stack(desk), "sh010_FACE").properties.update(RetimeProcess=2, MotionEstimation=0)
    assert (
        "'sh010_FACE_v002': Retime Process is Frame Blend, as on the older layer" in import_v002(entry, desk)["notes"]
    )


@pytest.mark.parametrize("text", [True, False], ids=["as a text", "as a number"])
def test_a_frame_rate_that_cannot_be_set_is_named(
    entry: ModuleType, make_desk: Callable[..., Desk], text: bool
) -> None:
    behaviour = Behaviour(project_rate="25", rate_locked=True, rates_read_as="text" if text else "number")
    desk = make_desk(behaviour)
    assert start_in(entry, desk, str(desk.path), "--new-timeline")["problems"] == [
        "the timeline's frame rate is 25, not 24: create a project whose timeline frame rate is 24 and import there; "
        "the project is unchanged"
    ]


def test_a_size_that_cannot_be_set_is_one_sentence(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(Behaviour(size_locked=True))
    assert start_in(entry, desk, str(desk.path), "--new-timeline")["by_hand"] == [
        "the timeline's resolution is 1920 x 1080, not 1280 x 720: change it in Timeline Settings"
    ]


# --- reasons ----------------------------------------------------------------------------------------------------------


def test_a_start_between_two_frames_is_the_reason_if_the_duration_is_not(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    """30 fps media from a half frame: before 19.0.3 it can fill its duration, but not start there."""

    def between(document: Document) -> None:
        face = clips(document, "FACE")[0]
        face.update(fps=30.0, frame_count=60, end_index=face["start_index"] + 130, off_by_one=24)
        face["in_position"] = f"{2 * face['in_frame'] + 1}/2"

    desk = make_desk(Behaviour(version=VERSIONS["18.6"]), change=between)
    (said,) = start_in(entry, desk, str(desk.path))["by_hand"]
    assert said.startswith("'sh010_FACE_v001' is left out: it starts between two frames of its media (at 8.500)")


def test_an_import_that_changed_the_editors_timeline_does_not_say_that_nothing_changed(
    entry: ModuleType, make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, add = make_desk(), Timeline.AddMarker

    def add_and_damage(timeline: Timeline, *arguments: Any) -> Any:
        desk.sent.tracks["video"][0].items[0].start += 1
        return add(timeline, *arguments)

    monkeypatch.setattr(Timeline, "AddMarker", add_and_damage)
    marker = {"record_frame": 12, "shot": "sh010", "name": "sh010", "note": "no face", "colour": "Yellow"}
    path = desk.delivery(lambda document: document.update(markers=[marker]))
    (problem,) = start_in(entry, desk, str(path))["problems"]
    assert problem == (
        "Resolve changed 'scene_04' while its duplicate was built: restore it with File > Import > Timeline from "
        f"{path.parent / 'scene_04 before import.drt'}; nothing else in the project has changed"
    )


def test_an_unexpected_error_says_what_to_do(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(Behaviour(raises_on="AddTrack"))
    (problem,) = start_in(entry, desk, str(desk.path))["problems"]
    assert ": try again; if it happens again, send us this message and the report of Toolkit Self Check; " in problem


def test_one_is_not_written_in_the_plural(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    def one_layer(document: Document) -> None:
        document["tracks"] = [each for each in document["tracks"] if not each["name"].startswith("FACE")]
        for each in document["tracks"]:
            del each["clips"][1]

    desk = make_desk(change=one_layer)
    assert start_in(entry, desk, str(desk.path))["done"].endswith(": 1 clip placed")
    again = start_in(entry, desk, str(desk.path))
    assert [note for note in again["notes"] if "left as they are: 1 layer." in note]
    replaced = import_v002(entry, desk, change=one_layer)
    assert "1 layer replaced; grade, settings, trim and comps were carried over" in replaced["notes"]
