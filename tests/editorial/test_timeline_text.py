"""An .otio file keeps its own text: only new tracks are put into it, and paths that have to change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.turnover._cuts import clip, movie_reference, time_range, timeline, track
from toolkit.editorial.timeline_text import insert_tracks, replace_paths

NEW = '{"OTIO_SCHEMA": "Track.1", "name": "new"}'
SHOT = clip(movie_reference("plates/a.mov", time_range(0, 99)), time_range(0, 20))


@pytest.mark.parametrize("indent", [None, 0, 1, 4])
def test_tracks_are_inserted_and_the_rest_stays_as_it_is_written(indent: int | None) -> None:
    text = json.dumps(timeline(track(SHOT, name="V1"), track(SHOT, name="V2")), indent=indent)
    changed = insert_tracks(text, {0: [NEW, NEW], 1: [NEW]}, 2)
    assert changed is not None
    names = [one["name"] for one in json.loads(changed)["tracks"]["children"]]
    assert names == ["V1", "new", "new", "V2", "new"]
    assert changed.replace(f",\n{NEW}", "") == text


@given(st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_digits_spaces_and_unknown_parts_stay(value: float, name: str) -> None:
    digits = f"{value!r}" if "e" in repr(value) else f"{value!r}00"
    text = f"""
  {{ "metadata" : {{ "tracks": [1, {{}}], "x": {json.dumps(name)} }},  "OTIO_SCHEMA":"Timeline.1",
   "tracks" :{{"children"  :[ {{"OTIO_SCHEMA": "Track.9", "rate": {digits}, "odd": [] }}\t] , "name":"tracks" }} }}
"""
    changed = insert_tracks(text, {0: [NEW]}, 1)
    assert changed is not None
    assert changed.replace(f",\n{NEW}", "") == text
    assert len(json.loads(changed)["tracks"]["children"]) == 2


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"tracks": []}', '{"tracks": {"children": [Inf]}}', '{"tracks": null}']
)
def test_what_is_no_timeline_is_left_to_opentimelineio(text: str) -> None:
    assert insert_tracks(text, {0: [NEW]}, 1) is None


def test_another_number_of_tracks_is_left_to_opentimelineio() -> None:
    assert insert_tracks(json.dumps(timeline(track(SHOT))), {0: [NEW]}, 2) is None


def test_only_paths_of_media_are_replaced() -> None:
    document = timeline(track(SHOT, name="plates/a.mov"))
    text = json.dumps(document, indent=4)
    changed = replace_paths(text, {"plates/a.mov": "/show/ä b/a.mov"})
    assert changed == text.replace('"target_url": "plates/a.mov"', '"target_url": "/show/ä b/a.mov"')
    assert replace_paths(text, {}) == text


def test_an_empty_path_of_a_file_stays_empty_beside_a_sequence_in_the_folder_of_the_cut() -> None:
    text = '{"target_url": "", "target_url_base": ""}'
    assert replace_paths(text, {"": "/show/"}) == '{"target_url": "", "target_url_base": "/show/"}'


def test_real_files_keep_every_character(shared: Path) -> None:
    count = 0
    for path in sorted((shared / "timelines").rglob("*.otio")):
        text = path.read_bytes().decode("utf-8-sig")
        try:
            tracks = json.loads(text)["tracks"]["children"]
        except (ValueError, KeyError):
            continue
        changed = insert_tracks(text, {len(tracks) - 1: [NEW]}, len(tracks))
        assert changed is not None
        assert changed.replace(f",\n{NEW}", "") == text
        count += 1
    assert count >= 15
