"""The fake's application: versions, editions, handles, blocking windows, and misuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.hosts.resolve import VERSIONS, Behaviour, FakeResolve, editions
from tests.hosts.resolve.open_project import OpenProject

ProjectFactory = Callable[..., OpenProject]


@pytest.mark.parametrize("behaviour", [pytest.param(behaviour, id=name) for name, behaviour in editions()])
def test_every_edition_starts_with_the_users_timeline_open(behaviour: Behaviour) -> None:
    fake = FakeResolve(behaviour)
    timeline = fake.handle.GetProjectManager().GetCurrentProject().GetCurrentTimeline()
    assert (timeline.GetName(), timeline.GetStartFrame()) == ("scene_04", 86400)
    assert [item.GetDuration() for item in timeline.GetItemListInTrack("video", 1)] == [100]
    assert fake.misuse == []


# --- versions and editions ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("called", "since"),
    [("IsStudio", "21.1"), ("GetMediaPool", "21.1"), ("GetVersionString", "18.6")],
)
def test_a_method_exists_from_its_first_version(called: str, since: str) -> None:
    for version, full_version in VERSIONS.items():
        fake = FakeResolve(Behaviour(version=full_version))
        has = Behaviour(version=full_version).has(since)
        assert hasattr(fake.handle, called)
        assert (getattr(fake.handle, called)() is not None) == has == (called in dir(fake.handle)), version
        assert (fake.misuse == []) == has


def test_a_call_to_a_newer_method_is_recorded_with_its_version(open_project: ProjectFactory) -> None:
    opened = open_project(version=VERSIONS["20.3"])
    assert opened.users.GetItemListInTrack("video", 1)[0].GetSpeed() is None
    assert opened.fake.misuse == ["TimelineItem.GetSpeed is new in 21.1, this is 20.3.2.9"]


def test_an_allowed_probe_is_not_misuse() -> None:
    fake = FakeResolve(Behaviour(version=VERSIONS["18.6"]), probes={"Resolve.IsStudio"})
    assert fake.handle.IsStudio() is None and fake.misuse == []


def test_an_unknown_name_is_an_attribute_and_misuse() -> None:
    fake = FakeResolve()
    assert hasattr(fake.handle, "GetTimelines")
    assert fake.handle.GetTimelines() is None
    assert fake.misuse == ["Resolve.GetTimelines is not in the fake's API"]


def test_a_call_on_a_deleted_object_is_not_misuse(open_project: ProjectFactory) -> None:
    opened = open_project()
    stack = opened.create_timeline()
    opened.pool.DeleteTimelines([stack])
    assert stack.GetMediaId() is None and opened.fake.misuse == []


def test_calling_an_unknown_attribute_that_is_none_raises() -> None:
    handle: Any = FakeResolve(Behaviour(unknown_attributes="none")).handle
    unknown: Any = handle.GetTimelines
    assert hasattr(handle, "GetTimelines") and unknown is None
    with pytest.raises(TypeError, match="not callable"):
        handle.GetTimelines()


def test_constants_are_floats_and_missing_ones_are_none() -> None:
    new, old = FakeResolve().handle, FakeResolve(Behaviour(version=VERSIONS["18.6"])).handle
    assert isinstance(new.EXPORT_OTIO, float) and new.RETIME_OPTICAL_FLOW == 3.0
    assert new.MOTION_EST_SPEED_WARP_BETTER == 5.0 and old.MOTION_EST_SPEED_WARP_BETTER is None
    assert new.EXPORT_PREMIERE is None and new.GetProjectManager().EXPORT_OTIO is None


def test_the_edition_is_reported() -> None:
    products = {studio: FakeResolve(Behaviour(studio=studio)).handle for studio in (True, False)}
    assert products[True].GetProductName() == "DaVinci Resolve Studio" and products[True].IsStudio() is True
    assert products[False].GetProductName() == "DaVinci Resolve" and products[False].IsStudio() is False


@pytest.mark.parametrize(
    ("version", "studio", "windows", "python", "outside"),
    [
        ("18.6", True, True, True, True),
        ("18.6", False, True, True, False),
        ("19.1", True, True, True, True),
        ("19.1", False, False, True, False),
        ("21.1", True, True, True, True),
        ("21.1", False, False, False, False),
    ],
)
def test_what_scripts_can_use_in_each_edition(
    version: str, studio: bool, windows: bool, python: bool, outside: bool
) -> None:
    fake = FakeResolve(Behaviour(version=VERSIONS[version], studio=studio))
    assert (fake.script_globals()["fusion"].UIManager is not None) == windows
    assert fake.lists_python_scripts() == python
    assert (fake.module().scriptapp("Resolve") is not None) == outside


def test_studio_only_methods_return_false_on_free_and_may_block_all_calls(open_project: ProjectFactory) -> None:
    free = open_project(studio=False)
    assert free.users.GetItemListInTrack("video", 1)[0].SmartReframe() is False
    assert free.users.GetName() == "scene_04"
    upsell = open_project(studio=False, upsell=True)
    upsell.users.GetItemListInTrack("video", 1)[0].SmartReframe()
    assert upsell.users.GetName() is None and upsell.resolve.GetCurrentPage() is None


def test_accessing_windows_on_the_free_edition_may_block_all_calls() -> None:
    fake = FakeResolve(Behaviour(studio=False, upsell=True))
    assert fake.script_globals()["fu"].UIManager is None
    assert fake.handle.GetVersionString() is None


# --- handles ------------------------------------------------------------------------------------------------------


def test_handles_are_new_on_every_call_and_only_the_id_persists(open_project: ProjectFactory) -> None:
    opened = open_project()
    again = opened.project.GetCurrentTimeline()
    assert again.GetUniqueId() == opened.users.GetUniqueId() and opened.fake.misuse == []
    assert again != opened.users and opened.users not in [again]
    assert len(opened.fake.misuse) == 2 and "compare their ids" in opened.fake.misuse[0]


def test_clip_handles_expire_when_another_timeline_becomes_current(open_project: ProjectFactory) -> None:
    opened = open_project()
    item = opened.users.GetItemListInTrack("video", 1)[0]
    opened.create_timeline()
    assert (item.GetDuration(), item.GetName(), item.GetUniqueId()) == (None, None, None)
    assert opened.users.DeleteClips([item], False) is False
    assert opened.users.GetItemListInTrack("video", 1)[0].GetDuration() == 100


def test_handles_of_a_project_expire_when_another_is_opened(open_project: ProjectFactory) -> None:
    opened = open_project()
    manager = opened.resolve.GetProjectManager()
    assert manager.CreateProject("Another").GetTimelineCount() == 0
    assert (opened.project.GetName(), opened.pool.GetRootFolder(), opened.users.GetName()) == (None, None, None)
    assert manager.LoadProject("A film").GetCurrentTimeline().GetName() == "scene_04"


def test_creating_a_project_with_a_taken_name_returns_none(open_project: ProjectFactory) -> None:
    assert open_project().resolve.GetProjectManager().CreateProject("A film") is None


def test_saving_an_untitled_project_is_misuse() -> None:
    fake = FakeResolve(Behaviour(project_name="Untitled Project"))
    assert fake.handle.GetProjectManager().SaveProject() is False
    assert "hangs" in fake.misuse[0]


# --- misuse -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("misuse", "message"),
    [
        pytest.param(lambda it: it.users.GetTrackCount("Video"), "'Video', not track", id="word in wrong case"),
        pytest.param(lambda it: it.users.GetTrackCount(), "0 arguments", id="too few arguments"),
        pytest.param(lambda it: it.users.GetName("x"), "1 arguments instead of none", id="too many"),
        pytest.param(lambda it: it.users.SetTrackName("video", "1", "x"), "'1', not int", id="text for a number"),
        pytest.param(lambda it: it.users.GetItemListInTrack("video", True), "True, not int", id="bool for a number"),
        pytest.param(lambda it: it.users.GetItemListInTrack("video", 0), "count from 1", id="track 0"),
        pytest.param(lambda it: it.project.GetTimelineByIndex(0), "count from 1", id="timeline 0"),
        pytest.param(lambda it: it.pool.SetCurrentFolder("Master"), "'Master', not Folder", id="name for a bin"),
        pytest.param(lambda it: it.pool.DeleteTimelines(it.users), "not [Timeline]", id="not a list"),
        pytest.param(lambda it: it.project.SetCurrentTimeline(None), "None, not Timeline", id="None for a timeline"),
        pytest.param(lambda it: it.users.SetTrackName("video", 1, name="x"), "named arguments", id="keywords"),
        pytest.param(lambda it: it.project.SetSetting("superScale", 2), "2, not str", id="number for text"),
        pytest.param(lambda it: it.resolve.OpenPage("Edit"), "'Edit', not page", id="page in wrong case"),
        pytest.param(lambda it: it.resolve.Quit(), "quits", id="quitting"),
    ],
)
def test_calls_that_are_wrong_in_every_version_are_recorded(
    open_project: ProjectFactory, misuse: Callable[[OpenProject], object], message: str
) -> None:
    opened = open_project()
    before = opened.fake.snapshot()
    assert misuse(opened) in (None, False)
    assert len(opened.fake.misuse) == 1 and message in opened.fake.misuse[0]
    assert opened.fake.snapshot() == before


# --- blocking windows and quitting --------------------------------------------------------------------------------


def test_an_open_window_makes_every_call_return_none() -> None:
    fake = FakeResolve(Behaviour(modal_after=0))
    assert fake.handle.GetCurrentPage() is None and fake.handle.EXPORT_OTIO is None
    assert fake.handle.GetProjectManager() is None


def test_a_window_opens_after_the_given_number_of_changes(open_project: ProjectFactory) -> None:
    opened = open_project(modal_after=1)
    assert opened.users.SetTrackName("video", 1, "PLATE") is True
    assert opened.users.GetTrackName("video", 1) == "PLATE"
    assert opened.users.SetTrackName("video", 1, "BODY") is None
    assert opened.users.GetTrackName("video", 1) is None
    assert opened.fake.users.tracks["video"][0].name == "PLATE"


def test_the_editor_may_close_the_window(open_project: ProjectFactory) -> None:
    opened = open_project(modal_after=1, modal_lasts=2)
    opened.users.SetTrackName("video", 1, "PLATE")
    assert opened.users.SetTrackName("video", 1, "BODY") is None
    assert [opened.users.GetTrackName("video", 1) for _ in range(3)] == [None, None, "PLATE"]


def test_after_quitting_calls_return_none_or_raise(open_project: ProjectFactory) -> None:
    silent, loud = open_project(quits_after=1), open_project(quits_after=1, quits="loud")
    for opened in (silent, loud):
        assert opened.users.SetTrackName("video", 1, "PLATE") is True
    assert silent.users.SetTrackName("video", 1, "BODY") is None and silent.resolve.GetVersionString() is None
    with pytest.raises(RuntimeError, match="lost"):
        loud.users.SetTrackName("video", 1, "BODY")
    assert loud.fake.users.tracks["video"][0].name == "PLATE"


def test_a_method_may_raise(open_project: ProjectFactory) -> None:
    with pytest.raises(TypeError, match="GetName"):
        open_project(raises_on="GetName").users.GetName()


def test_opening_a_page_may_fail(open_project: ProjectFactory) -> None:
    assert open_project().resolve.OpenPage("color") is True
    opened = open_project(refuses_pages=True)
    assert opened.resolve.OpenPage("color") is False and opened.resolve.GetCurrentPage() == "edit"


def test_a_file_dialog_returns_the_editors_choice() -> None:
    fake = FakeResolve()
    fake.fusion.chosen = ["/delivery.json"]
    fusion = fake.script_globals()["fusion"]
    assert fusion.RequestFile("/last") == "/delivery.json"
    assert fusion.RequestDir("/last") is None
    assert fake.fusion.dialog_folders == ["/last", "/last"]
