"""What the editor has switched off or locked stays so, and a new layer is seen unless the report says otherwise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Document, clips, retime
from tests.hosts.entries import Desk, Report, load, start_in
from tests.hosts.resolve import VERSIONS, Behaviour, Footage
from tests.hosts.resolve.timeline import Timeline
from tests.hosts.test_resolve_editors_work import add_title, import_v002, layer, shown_layers, stack, track
from tests.hosts.test_resolve_import import later_version

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit

V001 = ["sh010_BODY_v001", "sh020_BODY_v001", "sh010_FACE_v001", "sh020_FACE_v001"]


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Import Passes.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def cut(deliver: Any, at_home: Path) -> Desk:
    """A Resolve with the cut open, before the first import."""
    return Desk(deliver)


@pytest.fixture
def desk(entry: ModuleType, cut: Desk) -> Desk:
    """A Resolve with the stack of v001 open."""
    assert start_in(entry, cut, str(cut.path))["problems"] == []
    return cut


def states(timeline: Timeline) -> dict[str, tuple[bool, bool]]:
    """Whether each track is enabled and locked, by name."""
    return {each.name: (each.enabled, each.locked) for each in timeline.tracks["video"]}


def only(number: int) -> Callable[[Document], None]:
    """A change to a delivery: only one of the two shots."""

    def change(document: Document) -> None:
        for each in document["tracks"]:
            del each["clips"][1 - number]

    return change


def import_version(entry: ModuleType, desk: Desk, version: int, *flags: str, shot: int | None = None) -> Report:
    def change(document: Document) -> None:
        later_version(version)(document)
        if shot is not None:
            only(shot)(document)

    report = start_in(entry, desk, str(desk.delivery(change)), *flags)
    assert report["problems"] == [] and desk.fake.misuse == []
    return report


# --- empty tracks of the editor's -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["18.6", "20.3", "21.1"])
@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("Video 2", (False, False)),
        ("Video 2", (True, True)),
        ("GFX", (False, False)),
        ("GFX", (True, True)),
        ("GFX", (True, False)),
    ],
)
def test_an_empty_track_of_the_editors_above_the_plates_is_left_alone(
    entry: ModuleType, deliver: Any, at_home: Path, *, version: str, name: str, state: tuple[bool, bool]
) -> None:
    desk = Desk(deliver, Behaviour(version=VERSIONS[version]))
    desk.sent.AddTrack("video")
    own = desk.sent.tracks["video"][1]
    own.name, (own.enabled, own.locked) = name, state
    report = start_in(entry, desk, str(desk.path))
    assert report["problems"] == [] and len(report["placed"]) == 4
    made = stack(desk, report["timeline"])
    assert shown_layers(made) == V001
    new, normal = {"BODY v001": (True, False), "FACE v001": (True, False)}, {"Video 1": (True, False)}
    assert states(made) == {**normal, name: state, **new}
    order = [each.name for each in made.tracks["video"]]
    if version != "18.6":
        assert order == ["Video 1", "BODY v001", "FACE v001", name]


@pytest.mark.parametrize("state", [(False, False), (True, True)], ids=["off", "locked"])
def test_an_empty_track_is_left_alone_by_the_next_version(
    entry: ModuleType, desk: Desk, state: tuple[bool, bool]
) -> None:
    stack(desk).AddTrack("video")
    own = stack(desk).tracks["video"][-1]
    own.enabled, own.locked = state
    made = stack(desk, import_v002(entry, desk)["timeline"])
    found = [(each.enabled, each.locked) for each in made.tracks["video"] if not each.items]
    assert found == [state] and len(shown_layers(made)) == 4


# --- layer tracks that are used again ---------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [(False, False), (True, True)], ids=["off", "locked"])
def test_another_shot_of_a_version_leaves_its_track_as_it_is(
    entry: ModuleType, desk: Desk, state: tuple[bool, bool]
) -> None:
    """v002 of sh020 is there, and its FACE is off or locked; v002 of sh010 comes on a track of its own."""
    import_version(entry, desk, 2, shot=1)
    faces = track(stack(desk, "scene_04 v002"), "FACE v002")
    faces.enabled, faces.locked = state
    made = stack(desk, import_version(entry, desk, 2, shot=0)["timeline"])
    by_media = {
        item.name.split(".")[0]: (each.enabled, each.locked) for each in made.tracks["video"] for item in each.items
    }
    assert by_media["sh020_FACE_v002"] == state and by_media["sh010_FACE_v002"] == (True, False)


@pytest.mark.parametrize("state", [(False, False), (True, True)], ids=["off", "locked"])
def test_the_same_version_again_brings_a_deleted_layer_and_leaves_its_track_as_it_is(
    entry: ModuleType, desk: Desk, state: tuple[bool, bool]
) -> None:
    faces = track(stack(desk), "FACE v001")
    faces.items.remove(layer(stack(desk), "sh010_FACE"))
    faces.enabled, faces.locked = state
    report = start_in(entry, desk, str(desk.path))
    made = stack(desk, report["timeline"])
    found = {item.name[:10]: (each.enabled, each.locked) for each in made.tracks["video"] for item in each.items}
    assert found["sh020_FACE"] == state and found["sh010_FACE"] == (True, False)
    assert ["no older layer was found for 'sh010_FACE_v001'" in text for text in report["by_hand"]] == [True]
    again = stack(desk, start_in(entry, desk, str(desk.path))["timeline"])
    assert len(again.tracks["video"]) == len(made.tracks["video"])


@pytest.mark.parametrize("name", ["GFX", "FACE v001"])
def test_a_locked_track_that_is_emptied_is_locked_again(entry: ModuleType, desk: Desk, name: str) -> None:
    faces = track(stack(desk), "FACE v001")
    faces.name, faces.locked = name, True
    made = stack(desk, import_v002(entry, desk)["timeline"])
    assert states(made).get(name) == ((True, True) if name == "GFX" else None)


# --- layers that are off ----------------------------------------------------------------------------------------------


def test_a_face_that_the_editor_switched_off_stays_off_while_another_shots_is_on(entry: ModuleType, desk: Desk) -> None:
    import_version(entry, desk, 2, shot=0)
    track(stack(desk, "scene_04 v002"), "FACE v001").enabled = False
    report = import_version(entry, desk, 3)
    made = stack(desk, report["timeline"])
    assert shown_layers(made) == ["sh010_BODY_v003", "sh020_BODY_v003", "sh010_FACE_v003"]
    assert report["by_hand"] == [
        "switched off, as their older versions were: 'sh020_FACE_v003'. Switch on what you want to see"
    ]


@pytest.mark.parametrize("title", [True, False], ids=["clip by clip", "by track"])
def test_a_layer_whose_only_version_was_set_aside_stays_off_and_that_is_said(
    entry: ModuleType, desk: Desk, title: bool
) -> None:
    if title:
        add_title(stack(desk), desk)
    import_version(entry, desk, 2, "--beside")
    opened = stack(desk, "scene_04 v002")
    track(opened, "FACE v002").items.remove(layer(opened, "sh010_FACE_v002"))
    report = import_version(entry, desk, 3)
    made = stack(desk, report["timeline"])
    assert shown_layers(made) == ["sh010_BODY_v003", "sh020_BODY_v003", "sh020_FACE_v003"]
    assert len(report["by_hand"]) == 1 and "'sh010_FACE_v003'. Switch on" in report["by_hand"][0]


# --- beside, where the new layer is not right -------------------------------------------------------------------------


def too_slow(document: Document) -> None:
    face = clips(document, "FACE")[0]
    face.update(speed=0.25, frame_count=12, end_index=face["start_index"] + 30)


def too_slow_body(document: Document) -> None:
    body = clips(document, "BODY")[0]
    body.update(speed=0.25, frame_count=12, end_index=body["start_index"] + 30)


def double_speed(document: Document) -> None:
    retime(2.0, frame_count=96, record_count=48)(document)
    for each in document["tracks"]:
        each["clips"][0]["end_index"] += 100


def odd_on_twos(document: Document) -> None:
    clips(document, "BODY")[0].update(fps=12.0, frame_count=24, in_frame=4, end_index=1032)
    for each in document["tracks"]:
        each["clips"][0]["record_count"] = 47


BESIDE = [
    (too_slow, ["sh010_FACE"], []),
    (too_slow_body, ["sh010_BODY"], ["'sh010_FACE_v002' is hidden under the older 'sh010_BODY_v001'"]),
    (double_speed, ["sh010_BODY", "sh010_FACE"], []),
    (odd_on_twos, ["sh010_BODY"], ["'sh010_FACE_v002' is hidden under the older 'sh010_BODY_v001'"]),
]
"""A change to the new version, whose older layers stay on because of it, and what else is said."""


@pytest.mark.parametrize(("change", "stay", "more"), BESIDE)
def test_beside_keeps_an_older_layer_on_where_the_new_one_is_not_right(
    entry: ModuleType, deliver: Any, at_home: Path, *,
    change: Callable[[Document], None], stay: list[str], more: list[str],
) -> None:  # fmt: skip
    desk = Desk(deliver, Behaviour(version=VERSIONS["20.3"]))
    assert start_in(entry, desk, str(desk.path))["problems"] == []
    if change is odd_on_twos:
        for item in stack(desk).items("video"):
            item.duration = 47 if item.start == stack(desk).start else 48
    if change is double_speed:
        stack(desk).tracks["video"][0].items[0].speed = 200.0  # of the plate, when the cut was sent again
    report = import_v002(entry, desk, "--beside", change=change)
    made = stack(desk, report["timeline"])
    news = [one[:10] for one in V001 if one[:10] not in stay]
    assert sorted(shown_layers(made)) == sorted([f"{one}_v001" for one in stay] + [f"{one}_v002" for one in news])
    for one in stay:
        assert f"the older '{one}_v001' stays on; switch it off when the new one is right" in report["by_hand"]
    assert [text.split(":")[0] for text in report["by_hand"] if "hidden" in text] == more
    assert len([item for item in made.items("video") if "_v001" in item.name]) == 4


def test_layers_of_another_output_folder_that_are_seen_are_named_once(entry: ModuleType, desk: Desk) -> None:
    for number, at in enumerate((400, 500)):
        path = f"/jobs/scene_09/sh0{number + 1}0/FACE/v003/sh0{number + 1}0_FACE_v003.[1001-1064].exr"
        foreign = desk.fake.add_media(path, Footage(frames=64))
        desk.fake.add_item(stack(desk), foreign, at=at, duration=40, track=3)
    assert import_v002(entry, desk)["by_hand"] == [
        "left as they are, being of another output folder: 'sh010_FACE_v003', 'sh020_FACE_v003'. Switch off what is of "
        "this cut"
    ]
