"""Compare Versions: exactly one version's tracks are shown, and nothing but that is changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.hosts.delivered import Deliveries
from tests.hosts.entries import Desk, load, start_in
from tests.hosts.resolve import SWITCHES, Behaviour, Switch, editions
from toolkit.documents import PassName


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Compare Versions.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def sit(deliver: Deliveries, at_home: Path) -> Callable[..., Desk]:
    """An editor's Resolve whose timeline has layer tracks: BODY v001, and FACE in three versions."""

    def seated(behaviour: Behaviour | None = None) -> Desk:
        desk = Desk(deliver, behaviour)
        for track, (name, versions) in enumerate((("BODY", 1), ("FACE", 1), ("FACE", 2), ("FACE", 4)), 2):
            media = desk.fake.add_media(f"/out/sh010_{name}_v{versions:03d}.[1001-1064].exr", first=1001)
            desk.fake.add_item(desk.sent, media, duration=48, track=track)
            desk.sent.tracks["video"][track - 1].name = f"{name} v{versions:03d}"
        return desk

    return seated


def shown(desk: Desk) -> list[str]:
    return [track.name for track in desk.sent.tracks["video"] if track.enabled]


@pytest.mark.parametrize("behaviour", [pytest.param(one, id=name) for name, one in editions()])
def test_it_goes_round_the_versions_one_at_a_time(
    entry: ModuleType, sit: Callable[..., Desk], behaviour: Behaviour
) -> None:
    desk = sit(behaviour)
    for version, face in ((4, "FACE v004"), (1, "FACE v001"), (2, "FACE v002"), (4, "FACE v004"), (1, "FACE v001")):
        report = start_in(entry, desk)
        assert report["problems"] == [] and report["version"] == version
        assert shown(desk) == ["Video 1", "BODY v001", face]
        assert f"v{version:03d}: 'BODY v001' and '{face}'" in report["done"]
    assert desk.fake.misuse == []


def test_a_version_can_be_named(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    assert start_in(entry, desk, "v002")["version"] == 2
    assert shown(desk) == ["Video 1", "BODY v001", "FACE v002"]
    assert "there is no v003 here, only v001, v002, v004" in start_in(entry, desk, "3")["problems"][0]


def test_a_timeline_without_layers_of_ours_is_left_alone(entry: ModuleType, deliver: Deliveries, at_home: Path) -> None:
    desk = Desk(deliver)
    desk.sent.tracks["video"][0].name = "BODY v001"  # plates on it: the editor's own
    before = desk.fake.snapshot()
    assert "has no BODY or FACE tracks of ours" in start_in(entry, desk)["problems"][0]
    desk.fake.project.current = None
    assert start_in(entry, desk)["problems"] == ["no timeline is open"]
    assert {**desk.fake.snapshot(), "current_timeline": "scene_04"} == before  # type: ignore[dict-item]


def test_versions_of_the_vfx_house_are_not_ours(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    """Comps are called like our layers everywhere: only our passes are taken for ours."""
    desk = sit()
    comp = desk.fake.add_media("/vfx/sh010_COMP_v007.[1001-1064].exr", first=1001)
    desk.fake.add_item(desk.sent, comp, duration=48, track=6)
    desk.sent.tracks["video"][5].name = "COMP v007"
    start_in(entry, desk)
    assert shown(desk) == ["Video 1", "BODY v001", "FACE v004", "COMP v007"]
    start_in(entry, desk)
    assert shown(desk) == ["Video 1", "BODY v001", "FACE v001", "COMP v007"]


def test_it_knows_every_pass_there_is(entry: ModuleType) -> None:
    for name in PassName:
        assert entry.layer_track(f"{name} v001 (PLATE 2)") == (f"{name} (PLATE 2)", 1)
        assert entry.is_layer(f"/out/sh010/{name}/v001/sh010_{name}_v001.[1001-1064].exr")


@pytest.mark.parametrize("switch", [pytest.param(one, id=one.name) for one in SWITCHES])
def test_whatever_fails_one_version_is_shown_or_all_is_as_it_was(
    entry: ModuleType, sit: Callable[..., Desk], switch: Switch
) -> None:
    desk = sit()
    desk.switch_on(switch)
    before = desk.fake.snapshot()
    report = start_in(entry, desk)
    if not report["problems"]:
        assert shown(desk) == ["Video 1", "BODY v001", "FACE v004"]
    elif not (desk.fake.world.modal or desk.fake.world.gone):
        assert desk.fake.snapshot() == before
    else:
        assert desk.fake.snapshot() == before or "check the tracks by hand" in report["problems"][0]
    assert desk.fake.misuse == []
