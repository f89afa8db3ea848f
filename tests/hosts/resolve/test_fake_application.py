"""The fake's application: versions, editions, handles, windows that block, and what a script is caught at."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.hosts.resolve import VERSIONS, Behaviour, FakeResolve, editions
from tests.hosts.resolve.opened import Opened

Open = Callable[..., Opened]


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
def test_a_method_is_there_from_its_version_on(called: str, since: str) -> None:
    for version, told in VERSIONS.items():
        fake = FakeResolve(Behaviour(version=told))
        has = Behaviour(version=told).has(since)
        assert hasattr(fake.handle, called)
        assert (getattr(fake.handle, called)() is not None) == has == (called in dir(fake.handle)), version
        assert (fake.misuse == []) == has


def test_a_method_that_is_too_new_is_named_with_its_version(opened: Open) -> None:
    there = opened(version=VERSIONS["20.3"])
    assert there.users.GetItemListInTrack("video", 1)[0].GetSpeed() is None
    assert there.fake.misuse == ["TimelineItem.GetSpeed is new in 21.1, this is 20.3.2.9"]


def test_a_probe_that_the_test_allows_is_no_misuse() -> None:
    fake = FakeResolve(Behaviour(version=VERSIONS["18.6"]), probes={"Resolve.IsStudio"})
    assert fake.handle.IsStudio() is None and fake.misuse == []


def test_a_name_that_no_version_has_is_an_attribute_and_a_misuse() -> None:
    fake = FakeResolve()
    assert hasattr(fake.handle, "GetTimelines")
    assert fake.handle.GetTimelines() is None
    assert fake.misuse == ["Resolve.GetTimelines is not in the fake's API"]


def test_what_is_gone_is_not_misused(opened: Open) -> None:
    there = opened()
    stack = there.empty_timeline()
    there.pool.DeleteTimelines([stack])
    assert stack.GetMediaId() is None and there.fake.misuse == []


def test_where_unknown_attributes_are_none_calling_one_raises() -> None:
    handle = FakeResolve(Behaviour(unknown_attributes="none")).handle
    assert hasattr(handle, "GetTimelines") and handle.GetTimelines is None
    with pytest.raises(TypeError, match="not callable"):
        handle.GetTimelines()


def test_constants_are_floats_and_missing_ones_are_none() -> None:
    new, old = FakeResolve().handle, FakeResolve(Behaviour(version=VERSIONS["18.6"])).handle
    assert isinstance(new.EXPORT_OTIO, float) and new.RETIME_OPTICAL_FLOW == 3.0
    assert new.MOTION_EST_SPEED_WARP_BETTER == 5.0 and old.MOTION_EST_SPEED_WARP_BETTER is None
    assert new.EXPORT_PREMIERE is None and new.GetProjectManager().EXPORT_OTIO is None


def test_studio_says_so_and_free_does_not() -> None:
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
def test_what_an_edition_lets_a_script_do(
    version: str, studio: bool, windows: bool, python: bool, outside: bool
) -> None:
    fake = FakeResolve(Behaviour(version=VERSIONS[version], studio=studio))
    assert (fake.script_globals()["fusion"].UIManager is not None) == windows
    assert fake.lists_python_scripts() == python
    assert (fake.module().scriptapp("Resolve") is not None) == outside


def test_what_only_studio_has_answers_false_on_free_and_may_block_all(opened: Open) -> None:
    quiet = opened(studio=False)
    assert quiet.users.GetItemListInTrack("video", 1)[0].SmartReframe() is False
    assert quiet.users.GetName() == "scene_04"
    selling = opened(studio=False, upsell=True)
    selling.users.GetItemListInTrack("video", 1)[0].SmartReframe()
    assert selling.users.GetName() is None and selling.resolve.GetCurrentPage() is None


def test_asking_the_free_edition_for_windows_may_block_all() -> None:
    fake = FakeResolve(Behaviour(studio=False, upsell=True))
    assert fake.script_globals()["fu"].UIManager is None
    assert fake.handle.GetVersionString() is None


# --- handles ------------------------------------------------------------------------------------------------------


def test_handles_are_new_on_every_call_and_only_the_id_is_the_same(opened: Open) -> None:
    there = opened()
    again = there.project.GetCurrentTimeline()
    assert again.GetUniqueId() == there.users.GetUniqueId() and there.fake.misuse == []
    assert again != there.users and there.users not in [again]
    assert len(there.fake.misuse) == 2 and "compare their ids" in there.fake.misuse[0]


def test_handles_of_clips_die_when_another_timeline_comes_to_the_front(opened: Open) -> None:
    there = opened()
    item = there.users.GetItemListInTrack("video", 1)[0]
    there.empty_timeline()
    assert (item.GetDuration(), item.GetName(), item.GetUniqueId()) == (None, None, None)
    assert there.users.DeleteClips([item], False) is False
    assert there.users.GetItemListInTrack("video", 1)[0].GetDuration() == 100


def test_everything_of_a_project_dies_with_another_project_open(opened: Open) -> None:
    there = opened()
    manager = there.resolve.GetProjectManager()
    assert manager.CreateProject("Another").GetTimelineCount() == 0
    assert (there.project.GetName(), there.pool.GetRootFolder(), there.users.GetName()) == (None, None, None)
    assert manager.LoadProject("A film").GetCurrentTimeline().GetName() == "scene_04"


def test_a_name_that_a_project_has_already_makes_none(opened: Open) -> None:
    assert opened().resolve.GetProjectManager().CreateProject("A film") is None


def test_saving_a_project_that_was_never_saved_is_caught() -> None:
    fake = FakeResolve(Behaviour(project_name="Untitled Project"))
    assert fake.handle.GetProjectManager().SaveProject() is False
    assert "hangs" in fake.misuse[0]


# --- misuse -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("misuse", "says"),
    [
        pytest.param(lambda it: it.users.GetTrackCount("Video"), "'Video', not track", id="a word of another case"),
        pytest.param(lambda it: it.users.GetTrackCount(), "0 arguments", id="too few arguments"),
        pytest.param(lambda it: it.users.GetName("x"), "1 arguments instead of none", id="too many"),
        pytest.param(lambda it: it.users.SetTrackName("video", "1", "x"), "'1', not int", id="a text for a number"),
        pytest.param(lambda it: it.users.GetItemListInTrack("video", True), "True, not int", id="a truth for one"),
        pytest.param(lambda it: it.users.GetItemListInTrack("video", 0), "count from 1", id="track 0"),
        pytest.param(lambda it: it.project.GetTimelineByIndex(0), "count from 1", id="timeline 0"),
        pytest.param(lambda it: it.pool.SetCurrentFolder("Master"), "'Master', not Folder", id="a name for a bin"),
        pytest.param(lambda it: it.pool.DeleteTimelines(it.users), "not [Timeline]", id="no list"),
        pytest.param(lambda it: it.project.SetCurrentTimeline(None), "None, not Timeline", id="None for a timeline"),
        pytest.param(lambda it: it.users.SetTrackName("video", 1, name="x"), "named arguments", id="keywords"),
        pytest.param(lambda it: it.project.SetSetting("superScale", 2), "2, not str", id="a number for a text"),
        pytest.param(lambda it: it.resolve.OpenPage("Edit"), "'Edit', not page", id="a page of another case"),
        pytest.param(lambda it: it.resolve.Quit(), "quits", id="quitting"),
    ],
)
def test_what_no_resolve_would_understand_is_recorded(
    opened: Open, misuse: Callable[[Opened], object], says: str
) -> None:
    there = opened()
    before = there.fake.snapshot()
    assert misuse(there) in (None, False)
    assert len(there.fake.misuse) == 1 and says in there.fake.misuse[0]
    assert there.fake.snapshot() == before


# --- windows that block, and the end ------------------------------------------------------------------------------


def test_with_a_window_open_every_call_answers_none() -> None:
    fake = FakeResolve(Behaviour(modal_after=0))
    assert fake.handle.GetCurrentPage() is None and fake.handle.EXPORT_OTIO is None
    assert fake.handle.GetProjectManager() is None


def test_a_window_opens_after_so_many_changes(opened: Open) -> None:
    there = opened(modal_after=1)
    assert there.users.SetTrackName("video", 1, "PLATE") is True
    assert there.users.GetTrackName("video", 1) == "PLATE"
    assert there.users.SetTrackName("video", 1, "BODY") is None
    assert there.users.GetTrackName("video", 1) is None
    assert there.fake.users.tracks["video"][0].name == "PLATE"


def test_the_editor_may_close_the_window(opened: Open) -> None:
    there = opened(modal_after=1, modal_lasts=2)
    there.users.SetTrackName("video", 1, "PLATE")
    assert there.users.SetTrackName("video", 1, "BODY") is None
    assert [there.users.GetTrackName("video", 1) for _ in range(3)] == [None, None, "PLATE"]


def test_an_application_that_is_gone_answers_none_or_raises(opened: Open) -> None:
    silent, loud = opened(dies_after=1), opened(dies_after=1, dies="loud")
    for there in (silent, loud):
        assert there.users.SetTrackName("video", 1, "PLATE") is True
    assert silent.users.SetTrackName("video", 1, "BODY") is None and silent.resolve.GetVersionString() is None
    with pytest.raises(RuntimeError, match="lost"):
        loud.users.SetTrackName("video", 1, "BODY")
    assert loud.fake.users.tracks["video"][0].name == "PLATE"


def test_a_method_may_raise(opened: Open) -> None:
    with pytest.raises(TypeError, match="GetName"):
        opened(raises_on="GetName").users.GetName()


def test_a_page_may_stay(opened: Open) -> None:
    assert opened().resolve.OpenPage("color") is True
    there = opened(pages_stay=True)
    assert there.resolve.OpenPage("color") is False and there.resolve.GetCurrentPage() == "edit"


def test_a_file_dialog_answers_what_the_editor_chooses() -> None:
    fake = FakeResolve()
    fake.fusion.chosen = ["/delivery.json"]
    fusion = fake.script_globals()["fusion"]
    assert fusion.RequestFile("/last") == "/delivery.json"
    assert fusion.RequestDir("/last") is None
    assert fake.fusion.asked == ["/last", "/last"]
