"""Deliveries for machines that see the same files elsewhere: farms, and artists on another system."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from tests.delivery._deliveries import deliver, face, plan_of
from tests.delivery._fusion import read_comp
from tests.delivery.test_lua_delivery import read as read_lua
from tests.turnover._cuts import (
    clip,
    movie_reference,
    sequence_reference,
    time,
    time_range,
    timeline,
    track,
    write,
    write_movie,
    write_sequence,
)
from toolkit.delivery.path_map import PathMap
from toolkit.documents import Delivery, PassName
from toolkit.errors import SettingsError
from toolkit.settings import DeliverySettings, Settings, load_settings
from toolkit.turnover import read_cut


@pytest.mark.parametrize(
    ("text", "path", "there"),
    [
        ("", "/mnt/show/a.mov", "/mnt/show/a.mov"),
        ("/mnt/show=Z:/show", "/mnt/show/a/b.mov", "Z:/show/a/b.mov"),
        ("/mnt/show/=Z:/show/", "/mnt/show/a.mov", "Z:/show/a.mov"),
        ("/mnt/show=Z:\\show", "/mnt/show/a/b.mov", "Z:\\show\\a\\b.mov"),
        ("/mnt/show=Z:/show", "/mnt/shows/a.mov", "/mnt/shows/a.mov"),
        ("/mnt=Y:, /mnt/show=Z:", "/mnt/show/a.mov", "Z:/a.mov"),
        ("/mnt/show=Z:, /mnt=Y:", "/mnt/lib/a.mov", "Y:/lib/a.mov"),
        ("Z:\\show=/Volumes/show", "Z:\\show\\a\\b.mov", "/Volumes/show/a/b.mov"),
        ("/mnt/show=Z:/show", "/mnt/show", "Z:/show"),
    ],
)
def test_whole_folders_are_replaced_the_longest_first(text: str, path: str, there: str) -> None:
    assert PathMap.parse(text).map(path) == there


@pytest.mark.parametrize("text", ["/mnt/show", "=Z:", "/mnt/show=", "a=b=c", "/a=/b, /c"])
def test_a_pair_that_is_none_is_a_settings_error(text: str) -> None:
    with pytest.raises(SettingsError, match="is not FROM=TO, such as"):
        DeliverySettings(map=text)


def test_everything_that_is_delivered_is_mapped(tmp_path: Path) -> None:
    write_movie(tmp_path / "plates" / "a.mov", 40)
    write_sequence(tmp_path / "plates" / "b", range(101, 131))
    edit = track(
        clip(movie_reference("plates/a.mov", time_range(0, 40)), time_range(5, 20), name="a"),
        clip(sequence_reference("plates/b/", 101, time_range(0, 30)), time_range(5, 20), name="b"),
    )
    cut = read_cut(write(tmp_path / "cut.otio", timeline(edit, start=time(0))), handles=2)
    moving = [(face(0, 16.0 + i),) for i in range(99)]
    plans = [
        plan_of(shot, name, faces=moving[: len(shot.source_work_range)]) for shot in cut.shots for name in PassName
    ]
    settings = Settings(delivery=DeliverySettings(map=f"{tmp_path}=Z:/show"))
    delivery = deliver(cut, tmp_path / "out", plans, settings=settings)

    assert delivery == Delivery.read(tmp_path / "out" / "delivery.json")
    plates, _, faces = delivery.tracks
    assert [one.path for one in plates.clips] == ["Z:/show/plates/a.mov", "Z:/show/plates/b/plate.0101.png"]
    assert faces.clips[0].path == "a/FACE/v001/a_FACE_v001.1001.exr", "relative to delivery.json"

    lua_plates, _, lua_faces = read_lua(tmp_path / "out")["tracks"]
    assert lua_plates["clips"][1]["pattern"] == "Z:/show/plates/b/plate.%04d.png"
    assert lua_faces["clips"][0]["pool_path"] == "Z:/show/out/a/FACE/v001/a_FACE_v001.[1001-1024].exr"

    back = otio.adapters.read_from_file(str(tmp_path / "out" / "return.otio"))
    names = [
        reference.target_url if hasattr(reference, "target_url") else reference.target_url_base
        for reference in (one.media_reference for one in back.find_clips())
    ]
    assert len(names) == 6 and all(name.startswith("Z:/show/") for name in names)

    loaders = read_comp(tmp_path / "out" / "a" / "a_FACE_v001_loaders.comp").tools
    files = [tool["Clips"][1]["Filename"] for tool in loaders.values() if tool["__kind"] == "Loader"]
    assert len(files) == 3 and all(name.startswith("Z:/show/") for name in files)


def test_a_map_that_is_none_is_refused_by_its_key() -> None:
    with pytest.raises(SettingsError, match=r"^--set: delivery\.map: 'x' is not FROM=TO"):
        load_settings(overrides=["delivery.map=x"])
