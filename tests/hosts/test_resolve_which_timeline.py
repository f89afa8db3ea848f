"""Which timeline Import Passes duplicates, and under which name a cut is sent: that of the cut, never a guess."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Document
from tests.hosts.entries import Desk, load, start_in
from tests.hosts.resolve import Footage
from tests.hosts.test_resolve_editors_work import import_v002, layer, shown_layers, stack
from tests.hosts.test_resolve_import import later_version

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Import Passes.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Send Turnover.py", tmp_path_factory.mktemp("send"))


@pytest.fixture
def cut(deliver: Any, at_home: Path) -> Desk:
    """A Resolve with the cut open, before the first import."""
    return Desk(deliver)


@pytest.fixture
def desk(entry: ModuleType, cut: Desk) -> Desk:
    """A Resolve with the stack of v001 open."""
    assert start_in(entry, cut, str(cut.path))["problems"] == []
    return cut


# --- what is a stack of the cut ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("slip", [0, 3], ids=["the same plates", "other plates"])
def test_a_version_of_the_cut_that_the_editor_made_is_no_stack(entry: ModuleType, cut: Desk, slip: int) -> None:
    """``scene_04 v005`` is named like one, but has no layers: nobody's work is on it."""
    own = cut.sent.DuplicateTimeline("scene_04 v005")
    assert own is not None
    own.tracks["video"][0].items[0].left += slip
    cut.fake.add_item(cut.sent, None, at=0, duration=30, track=2).name = "Final title"
    report = start_in(entry, cut, str(cut.path))
    assert (report["made_from"], report["problems"], report["by_hand"]) == ("scene_04", [], [])
    assert not [note for note in report["notes"] if "v005" in note or "older layer" in note]


def add_foreign_layers(desk: Desk, name: str) -> None:
    """Open a stack of another cut that has clips of the same camera, and so shots of the same names."""
    other = desk.fake.add_timeline(name)
    for track, kind in enumerate(("BODY", "FACE"), 2):
        path = f"/jobs/trailer/out/sh010/{kind}/v003/sh010_{kind}_v003.[1001-1064].exr"
        media = desk.fake.add_media(path, Footage(frames=64), first=1001)
        desk.fake.add_item(other, media, at=200, duration=48, left=8, track=track)
    desk.fake.project.current = other


@pytest.mark.parametrize("name", ["trailer v003", "trailer"])
def test_a_stack_of_another_cut_with_the_same_clips_is_left_out_of_it(entry: ModuleType, desk: Desk, name: str) -> None:
    add_foreign_layers(desk, name)
    report = import_v002(entry, desk)
    assert report["made_from"] == "scene_04 v001" and report["by_hand"] == []


def rename_folder(desk: Desk) -> None:
    for item in stack(desk).items("video"):
        if item.media and "_v001" in item.media.name:
            item.media.path = item.media.path.replace(str(desk.path.parent), "/elsewhere/out")


def slip_plates(desk: Desk) -> None:
    for item in stack(desk).tracks["video"][0].items:
        item.left += 2


@pytest.mark.parametrize("change", [rename_folder, slip_plates], ids=["by its plates", "by its folder"])
def test_a_renamed_stack_is_known(entry: ModuleType, desk: Desk, change: Callable[[Desk], None]) -> None:
    """By either: one that no longer matches is named, since work is on it."""
    change(desk)
    stack(desk).name = "anna"
    report = start_in(entry, desk, str(desk.path))
    assert report["problems"] == []
    if change is rename_folder:
        assert (report["made_from"], report["by_hand"]) == ("anna", [])
    else:
        assert report["made_from"] == "scene_04" and "without your work in 'anna'" in report["by_hand"][0]


# --- the timeline that was sent is gone -------------------------------------------------------------------------------


@pytest.mark.parametrize("opened", [True, False], ids=["open", "closed"])
def test_the_stack_is_continued_when_the_cut_is_gone(entry: ModuleType, desk: Desk, opened: bool) -> None:
    layer(stack(desk), "sh010_FACE").grade = "warmer"
    desk.fake.project.timelines.remove(desk.sent)
    if not opened:
        desk.fake.project.current = desk.fake.add_timeline("lunch")
    report = import_v002(entry, desk)
    assert (report["made_from"], report["by_hand"]) == ("scene_04 v001", [])
    made = stack(desk, report["timeline"])
    assert layer(made, "sh010_FACE_v002").grade == "warmer" and len(shown_layers(made)) == 4


def test_without_the_cut_and_a_stack_the_red_marker_says_that_the_timeline_is_new(entry: ModuleType, cut: Desk) -> None:
    path = cut.delivery(lambda document: document["origin"].update(name="another"))
    report = start_in(entry, cut, str(path))
    assert report["made_from"] is None
    (said,) = report["by_hand"]
    assert said.startswith("'another' is not in this project: the layers are on a new timeline, with the plates")


def test_if_nothing_fits_the_red_marker_names_the_stack_with_the_work(entry: ModuleType, desk: Desk) -> None:
    slip_plates(desk)
    for item in desk.sent.tracks["video"][0].items:
        item.left += 2
    report = import_v002(entry, desk)
    assert report["made_from"] is None
    (said,) = report["by_hand"]
    assert said.startswith("'scene_04 v001' was not used: ") and said.endswith(
        "what else you need from 'scene_04 v001'"
    )
    assert [note for note in report["notes"] if note.startswith("'scene_04' was not used: ")]


# --- the name of the cut ----------------------------------------------------------------------------------------------


NAMES = [
    ("scene_04", "scene_04 v001", "scene_04"),
    ("scene_04", "scene_04 v007 2", "scene_04"),
    ("scene_04", "Reel 2", "Reel 2"),
    ("reel v012", "reel v012 v001", "reel v012"),
    ("reel v012", "reel v013", "reel v013"),
    ("reel v012", "reel v012", "reel v012"),
]
"""The cut, what its stack is called, and the name that is sent from it."""


@pytest.mark.parametrize("readable", [True, False], ids=["by the delivery", "by the bin"])
@pytest.mark.parametrize(("name", "stacked", "sent"), NAMES)
def test_a_version_is_left_out_only_if_the_cut_is_named_so_without_it(
    entry: ModuleType, sender: ModuleType, deliver: Any, at_home: Path, tmp_path: Path, *,
    name: str, stacked: str, sent: str, readable: bool,
) -> None:  # fmt: skip
    def change(document: Document) -> None:
        document["name"] = name

    desk = Desk(deliver, change=change)
    assert start_in(entry, desk, str(desk.path))["problems"] == []
    made = desk.fake.project.current
    assert made is not None
    if stacked == name:
        desk.sent.name = "old"
    made.name = stacked
    if not readable:
        desk.path.write_text("{", encoding="utf-8")
    assert f"all of '{sent}'" in start_in(sender, desk, "-o", str(tmp_path))["done"]


def test_only_layers_selected_is_said(sender: ModuleType, desk: Desk, tmp_path: Path) -> None:
    made = stack(desk)
    made.selected = [layer(made, "sh010_FACE")]
    (problem,) = start_in(sender, desk, "-o", str(tmp_path))["problems"]
    assert problem == (
        "selected clips of 'scene_04 v001': only layers of the toolkit are selected; select plates, or nothing to send "
        "the whole timeline"
    )


def test_later_versions_continue_from_the_newest_stack_by_name(entry: ModuleType, desk: Desk) -> None:
    """Also where the editor's own versions of the cut lie between them."""
    import_v002(entry, desk)
    assert desk.sent.DuplicateTimeline("scene_04 v009") is not None
    desk.fake.project.current = desk.sent
    report = start_in(entry, desk, str(desk.delivery(later_version(3))))
    assert report["made_from"] == "scene_04 v002"
    (said,) = report["by_hand"]
    assert said.startswith("the layers are on a duplicate of the stack 'scene_04 v002', and not of the open 'scene_04'")
