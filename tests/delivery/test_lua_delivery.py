"""``delivery.lua``, read by a real Lua: the numbers of delivery.json in Resolve's notation, and nothing but data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.delivery._deliveries import deliver
from tests.hosts.delivered import GOLDEN
from tests.hosts.lua_host import new_lua, plain
from tests.turnover._cuts import clip, movie_reference, speed, time, time_range, timeline, track, write, write_movie
from toolkit.delivery.lua_delivery import write_lua
from toolkit.documents import Delivery, MediaKind
from toolkit.turnover import read_cut


def read(folder: Path) -> Any:
    """The table of ``folder/delivery.lua``, as a script without any globals gets it."""
    lua = new_lua("lua51")
    for name in list(lua.globals()):
        if name != "dofile":
            lua.globals()[name] = None
    return plain(lua.globals().dofile(str(folder / "delivery.lua")))


def change_clips(delivery: Delivery, **values: Any) -> Delivery:
    tracks = [
        one.model_copy(update={"clips": tuple(each.model_copy(update=values) for each in one.clips)})
        for one in delivery.tracks
    ]
    return delivery.model_copy(update={"tracks": tuple(tracks)})


@pytest.fixture(scope="module")
def golden() -> Delivery:
    return Delivery.read(GOLDEN)


def test_everything_is_final(golden: Delivery, tmp_path: Path) -> None:
    write_lua(golden, tmp_path)
    found = read(tmp_path)
    assert (found["timeline_name"], found["rate"], found["drop_frame"]) == ("scene_04 v001", "24", False)
    plates, _, faces = found["tracks"]
    assert (plates["name"], plates["is_layer"], faces["is_layer"]) == ("PLATE", False, True)
    movie, face = plates["clips"][0], faces["clips"][0]
    assert movie["path"] == movie["pool_path"] == "/media/plates/A001C003_230114.mov" and "pattern" not in movie
    assert face["pattern"] == f"{tmp_path}/sh010/FACE/v001/sh010_FACE_v001.%04d.exr"
    assert face["pool_path"] == f"{tmp_path}/sh010/FACE/v001/sh010_FACE_v001.[1001-1064].exr"
    assert (face["first_number"], face["last_number"], face["frames"]) == (1001, 1064, 64)
    assert (face["start"], face["count"], face["record_first"], face["record_count"]) == (8, 48, 0, 48)
    assert (face["premultiplied"], movie["premultiplied"], face["speed"]) == (True, False, 100)


@pytest.mark.parametrize(
    ("pattern", "span"),
    [
        ("100%_.%04d.png", "100%_.[1001-1003].png"),
        ("50%d_.%04d.png", "50%d_.[1001-1003].png"),
        ("p%20x%41.%04d.png", "p%20x%41.[1001-1003].png"),
        ("p%04d.%010d.png", "p%04d.[0000001001-0000001003].png"),
    ],
)
def test_only_the_last_placeholder_of_a_pattern_is_the_number(
    golden: Delivery, tmp_path: Path, pattern: str, span: str
) -> None:
    files = {"kind": MediaKind.SEQUENCE, "path": f"/p/{span}", "pattern": pattern}
    write_lua(change_clips(golden, **files, start_index=1001, end_index=1003), tmp_path)
    clip = read(tmp_path)["tracks"][0]["clips"][0]
    assert (clip["pattern"], clip["pool_path"]) == (f"/p/{pattern}", f"/p/{span}")


@pytest.mark.parametrize(
    "text",
    ['"]] os.exit() --[[', "a\\", 'a" .. x .. "b', "line\nbreak\r\0", "C:\\shows\\20%\\é", "//server/100%d", "]==]"],
)
def test_no_text_is_more_than_a_text(golden: Delivery, tmp_path: Path, text: str) -> None:
    hostile = change_clips(golden, name=text, input_colour_space=text, path=f"/{text}")
    write_lua(hostile.model_copy(update={"name": text, "notes": (text,)}), tmp_path)
    found = read(tmp_path)
    assert (found["name"], found["notes"]) == (text, [text])
    clips = [each for each_track in found["tracks"] for each in each_track["clips"]]
    assert {(each["name"], each["colour_space"]) for each in clips} == {(text, text)}
    assert all(each["path"].startswith("/") and text.lstrip("/") in each["path"] for each in clips)


def test_a_rate_is_written_as_resolve_writes_it(golden: Delivery, tmp_path: Path) -> None:
    ntsc = change_clips(golden, fps=24000 / 1001).model_copy(update={"fps": 30000 / 1001, "drop_frame": True})
    write_lua(ntsc, tmp_path)
    found = read(tmp_path)
    assert (found["rate"], found["tracks"][0]["clips"][0]["rate"]) == ("29.97 DF", "23.976")


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 20),
        ({"speed": 0.5}, 20),
        ({"speed": 0.5, "in_frame": 11}, 0),
        ({"speed": 1.0, "in_frame": 11}, 19),
        ({"fps": 48.0, "in_frame": 0}, 0),
        ({"fps": 12.0}, 10),
        ({"end_index": 1001, "in_frame": 0, "speed": 0.0}, 20),
    ],
    ids=[
        "plain",
        "slow, with enough media",
        "slow, without",
        "at the end",
        "twice the rate",
        "half the rate",
        "a still",
    ],
)
def test_the_frames_to_place_fill_the_clip_at_100_percent(
    golden: Delivery, tmp_path: Path, changes: dict[str, Any], count: int
) -> None:
    if changes.get("fps") == 48.0:
        changes = {**changes, "speed": 2.0}
    media = {"start_index": 1001, "end_index": 1030, "in_frame": 5, "record_count": 20, "frame_count": 20}
    write_lua(change_clips(golden, **{**media, **changes}), tmp_path)
    found = read(tmp_path)["tracks"][2]["clips"][0]
    assert found["count"] == count


def test_conform_writes_it_beside_delivery_json(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 60)
    item = clip(movie_reference("a.mov", time_range(0, 60)), time_range(10.5, 18), effects=[speed(0.5)])
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(item), start=time(0))), handles=4)
    deliver(cut, tmp_path / "out")
    plates, body, _ = read(tmp_path / "out")["tracks"]
    assert (plates["clips"][0]["start"], plates["clips"][0]["off_by_one"]) == (10.5, 9)
    assert body["clips"][0]["start"] == 2.5
