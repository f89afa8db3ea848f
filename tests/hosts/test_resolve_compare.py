"""Compare Versions: exactly one version's tracks are shown, and nothing else is changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.hosts.delivered import Deliveries
from tests.hosts.entries import Desk, load, start_in
from tests.hosts.resolve import FAILURES, Behaviour, Switch, editions
from toolkit.documents import PassName

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Compare Versions.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def make_desk(deliver: Deliveries, at_home: Path) -> Callable[..., Desk]:
    """A factory of fake Resolves whose timeline has layer tracks: BODY v001, and FACE in three versions."""

    def make(behaviour: Behaviour | None = None) -> Desk:
        desk = Desk(deliver, behaviour)
        for track, (name, versions) in enumerate((("BODY", 1), ("FACE", 1), ("FACE", 2), ("FACE", 4)), 2):
            media = desk.fake.add_media(f"/out/sh010_{name}_v{versions:03d}.[1001-1064].exr", first=1001)
            desk.fake.add_item(desk.sent, media, duration=48, track=track)
            desk.sent.tracks["video"][track - 1].name = f"{name} v{versions:03d}"
        return desk

    return make


def enabled_tracks(desk: Desk) -> list[str]:
    return [track.name for track in desk.sent.tracks["video"] if track.enabled]


@pytest.mark.parametrize("behaviour", [pytest.param(one, id=name) for name, one in editions()])
def test_it_cycles_through_the_versions(
    entry: ModuleType, make_desk: Callable[..., Desk], behaviour: Behaviour
) -> None:
    desk = make_desk(behaviour)
    for version, face in ((4, "FACE v004"), (1, "FACE v001"), (2, "FACE v002"), (4, "FACE v004"), (1, "FACE v001")):
        report = start_in(entry, desk)
        assert report["problems"] == [] and report["version"] == version
        assert enabled_tracks(desk) == ["Video 1", "BODY v001", face]
        assert f"v{version:03d}: 'BODY v001' and '{face}'" in report["done"]
    assert desk.fake.misuse == []


def test_a_version_can_be_given(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    assert start_in(entry, desk, "v002")["version"] == 2
    assert enabled_tracks(desk) == ["Video 1", "BODY v001", "FACE v002"]
    assert "there is no v003 on this timeline, only v001, v002, v004" in start_in(entry, desk, "3")["problems"][0]


def test_a_version_of_only_some_shots_is_shown_with_the_other_shots_of_the_version_before(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk()
    for track, shot, version in ((3, "sh020", 1), (4, "sh020", 2), (4, "sh030", 2)):
        media = desk.fake.add_media(f"/out/{shot}_FACE_v{version:03d}.[1001-1064].exr", first=1001)
        desk.fake.add_item(desk.sent, media, duration=48, at=48 * (2 if shot == "sh030" else 1), track=track)
    desk.sent.tracks["video"][3].items.pop(0)  # v002 has no sh010
    for version, faces in ((2, ["FACE v001", "FACE v002"]), (4, ["FACE v002", "FACE v004"]), (1, ["FACE v001"])):
        assert start_in(entry, desk, f"v{version:03d}")["problems"] == []
        assert enabled_tracks(desk) == ["Video 1", "BODY v001", *faces]
    assert [start_in(entry, desk)["version"] for _ in range(4)] == [2, 4, 1, 2]


def test_layers_that_lie_on_each_other_are_shown_together(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    media = desk.sent.tracks["video"][3].items[0].media
    desk.fake.add_item(desk.sent, media, duration=48, track=6)
    desk.sent.tracks["video"][5].name = "FACE v002 (2)"
    start_in(entry, desk, "v002")
    assert enabled_tracks(desk) == ["Video 1", "BODY v001", "FACE v002", "FACE v002 (2)"]
    start_in(entry, desk)
    assert enabled_tracks(desk) == ["Video 1", "BODY v001", "FACE v004"]


def test_a_layer_track_with_other_clips_is_left_as_it_is_and_named(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk()
    desk.fake.add_item(desk.sent, None, at=60, duration=20, track=3)  # a title, on FACE v001
    report = start_in(entry, desk)
    assert "'FACE v001' holds other clips as well, and is left as it is" in report["notes"]
    assert enabled_tracks(desk) == ["Video 1", "BODY v001", "FACE v001", "FACE v004"]


def test_a_timeline_without_our_layers_is_not_changed(entry: ModuleType, deliver: Deliveries, at_home: Path) -> None:
    desk = Desk(deliver)
    desk.sent.tracks["video"][0].name = "BODY v001"  # but it holds plates
    before = desk.fake.snapshot()
    assert "has no BODY or FACE tracks of the toolkit" in start_in(entry, desk)["problems"][0]
    desk.fake.project.current = None
    assert start_in(entry, desk)["problems"] == ["no timeline is open"]
    assert {**desk.fake.snapshot(), "current_timeline": "scene_04"} == before


def test_versions_from_a_vfx_house_are_not_treated_as_ours(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    """VFX comps are often named like our layers; only our pass names count."""
    desk = make_desk()
    comp = desk.fake.add_media("/vfx/sh010_COMP_v007.[1001-1064].exr", first=1001)
    desk.fake.add_item(desk.sent, comp, duration=48, track=6)
    desk.sent.tracks["video"][5].name = "COMP v007"
    start_in(entry, desk)
    assert enabled_tracks(desk) == ["Video 1", "BODY v001", "FACE v004", "COMP v007"]
    start_in(entry, desk)
    assert enabled_tracks(desk) == ["Video 1", "BODY v001", "FACE v001", "COMP v007"]


def test_it_recognises_every_pass(entry: ModuleType) -> None:
    for name in PassName:
        assert entry.parse_layer_track(f"{name} v001 (PLATE 2)") == (f"{name} (PLATE 2)", 1)
        assert entry.parse_layer_track(f"{name} v012 (3)") == (name, 12)
        assert entry.parse_layer_track(f"{name} v001 (PLATE 2) (3)") == (f"{name} (PLATE 2)", 1)
        assert entry.is_layer(f"/out/sh010/{name}/v001/sh010_{name}_v001.[1001-1064].exr")


@pytest.mark.parametrize("switch", [pytest.param(one, id=one.name) for one in FAILURES])
def test_every_failure_ends_with_one_version_shown_or_all_tracks_restored(
    entry: ModuleType, make_desk: Callable[..., Desk], switch: Switch
) -> None:
    desk = make_desk()
    desk.switch_on(switch)
    before = desk.fake.snapshot()
    report = start_in(entry, desk)
    if not report["problems"]:
        assert enabled_tracks(desk) == ["Video 1", "BODY v001", "FACE v004"]
    elif not (desk.fake.world.modal or desk.fake.world.has_quit):
        assert desk.fake.snapshot() == before
    else:
        assert desk.fake.snapshot() == before or "check the tracks by hand" in report["problems"][0]
    assert desk.fake.misuse == []
