"""Files of newer or other programs, and files whose root is no timeline: an unknown part costs as little as it can."""

from __future__ import annotations

import json
from pathlib import Path

import opentimelineio as otio
import pytest

from tests.delivery._deliveries import deliver
from tests.turnover._cuts import (
    Json,
    clip,
    collection,
    movie_reference,
    one_clip,
    time,
    time_range,
    timeline,
    track,
    transition,
    write,
)
from toolkit.errors import CutIncomplete, EmptyCut
from toolkit.turnover import read_cut
from toolkit.turnover.source_timeline import open_timeline

MEDIA = movie_reference("/offline/a.mov", time_range(0, 100))
CLIP = clip(MEDIA, time_range(10, 20))
AFTER = clip(MEDIA, time_range(50, 20), name="sh020")
SPARKLE = {"OTIO_SCHEMA": "Sparkle.1", "effect_name": "glow", "metadata": {}}
COLOUR = {"OTIO_SCHEMA": "Color.1", "r": 1.0, "g": 0.0, "b": 0.0, "a": 1.0, "name": "RED"}
MARKER = {
    "OTIO_SCHEMA": "Marker.3",
    "name": "m",
    "color": COLOUR,
    "marked_range": time_range(3, 1),
    "comment": "",
    "metadata": {},
}


@pytest.mark.parametrize("count", [1, 2])
def test_newer_markers_are_left_out_with_a_note(count: int, tmp_path: Path) -> None:
    marked = dict(CLIP, markers=[MARKER] * count)
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(marked, AFTER), start=time(0))), handles=0)

    assert [shot.source_range.first for shot in cut.shots] == [10, 50]
    what = "an object of type Marker.3 in the file is" if count == 1 else "2 objects of type Marker.3 in the file are"
    (note,) = cut.notes
    assert note.startswith(f"{what} left out, also of return.otio: OpenTimelineIO {otio.__version__} does not know")
    assert len(open_timeline(cut).timeline.find_clips()[0].markers) == 0


KEPT: dict[str, Json] = {
    "a marker on the timeline": timeline(track(CLIP), start=time(0), markers=[MARKER]),
    "a marker on a track": timeline(track(CLIP, markers=[MARKER]), start=time(0)),
    "a colour of a clip": one_clip(dict(CLIP, color=COLOUR, markers=[MARKER])),
    "a marker in metadata": one_clip(dict(CLIP, metadata={"old": [MARKER], "one": MARKER})),
    "an unknown type in metadata": one_clip(dict(CLIP, metadata={"a": SPARKLE}, markers=[MARKER])),
    "an effect of a track": timeline(track(CLIP, effects=[SPARKLE]), start=time(0)),
    "a transition": timeline(track(CLIP, dict(transition(3, 3), OTIO_SCHEMA="Transition.9")), start=time(0)),
}


@pytest.mark.parametrize("document", KEPT.values(), ids=KEPT.keys())
def test_what_holds_no_picture_costs_no_clip(document: Json, tmp_path: Path) -> None:
    cut = read_cut(write(tmp_path / "cut.otio", document), handles=0)

    assert [list(shot.source_range) for shot in cut.shots] == [list(range(10, 30))]
    assert not cut.skipped
    assert cut.notes
    assert all("left out, also of return.otio" in note for note in cut.notes)


@pytest.mark.parametrize("document", KEPT.values(), ids=KEPT.keys())
def test_return_otio_lacks_it_too_so_that_hosts_can_read_it(document: Json, tmp_path: Path) -> None:
    cut = read_cut(write(tmp_path / "cut.otio", document), handles=0)
    deliver(cut, tmp_path / "out", only_first=True)
    text = (tmp_path / "out" / "return.otio").read_text(encoding="utf-8")
    assert len(otio.adapters.read_from_string(text, "otio_json").find_clips()) == 3
    assert not any(name in text for name in ("Marker.3", "Transition.9"))


COSTS: dict[str, tuple[Json, str]] = {
    "an unknown effect": (dict(CLIP, effects=[SPARKLE]), "OpenTimelineIO does not know its effect Sparkle.1"),
    "a newer retime": (
        dict(CLIP, effects=[{"OTIO_SCHEMA": "LinearTimeWarp.7", "time_scalar": 2.0, "metadata": {}}]),
        "OpenTimelineIO does not know its effect LinearTimeWarp.7",
    ),
    "an unknown reference": (
        clip({"OTIO_SCHEMA": "CloudReference.1", "url": "x", "metadata": {}}, time_range(0, 20)),
        "OpenTimelineIO does not know its media reference CloudReference.1",
    ),
    "a newer clip": (dict(CLIP, OTIO_SCHEMA="Clip.9", media={}), "OpenTimelineIO does not know Clip.9"),
}


@pytest.mark.parametrize(("child", "reason"), COSTS.values(), ids=COSTS.keys())
def test_what_may_change_the_picture_costs_its_clip(child: Json, reason: str, tmp_path: Path) -> None:
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(child, AFTER), start=time(0))), handles=0)

    ((shot,), (row,)) = cut.shots, cut.skipped
    assert (shot.name, shot.record_range.first, shot.source_range.first) == ("sh020", 20, 50)
    assert row.record_range is not None
    assert (row.shot, row.clip_name, len(row.record_range)) == ("sh010", "sh010", 20)
    assert row.reason.startswith(f"{reason}; return.otio has ")


def stack(*tracks: Json, effects: list[Json]) -> Json:
    return {
        "OTIO_SCHEMA": "Stack.1",
        "name": "comp",
        "source_range": time_range(0, 20),
        "children": list(tracks),
        "effects": effects,
        "metadata": {},
    }


@pytest.mark.parametrize("depth", [1, 2])
def test_an_unknown_effect_of_a_nested_timeline_costs_the_clips_in_it(depth: int, tmp_path: Path) -> None:
    nested = stack(track(CLIP), effects=[SPARKLE])
    for _ in range(depth - 1):
        nested = stack(track(nested), effects=[])
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(nested, AFTER), start=time(0))), handles=0)

    ((shot,), (row,)) = cut.shots, cut.skipped
    assert (shot.name, shot.record_range.first) == ("sh020", 20)
    assert row.shot
    reason = "OpenTimelineIO does not know the effect Sparkle.1 of the nested timeline that it is in"
    assert row.reason == f"{reason}; return.otio lacks it"


def test_a_cut_of_only_such_clips_is_incomplete(tmp_path: Path) -> None:
    with pytest.raises(CutIncomplete, match=r"sh010 \(OpenTimelineIO does not know its effect Sparkle\.1; .*\)"):
        read_cut(write(tmp_path / "cut.otio", one_clip(dict(CLIP, effects=[SPARKLE]))), handles=0)


def test_an_unknown_child_keeps_its_place(tmp_path: Path) -> None:
    subtitle = {"OTIO_SCHEMA": "Subtitle.1", "name": "hello", "source_range": time_range(0, 7), "metadata": {}}
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(subtitle, AFTER), start=time(0))), handles=0)

    ((shot,), (row,)) = cut.shots, cut.skipped
    assert shot.record_range.first == 7
    assert (row.shot, row.reason.partition(";")[0]) == ("", "OpenTimelineIO does not know Subtitle.1")


def test_after_an_unknown_child_of_unknown_length_positions_are_unknown(tmp_path: Path) -> None:
    edit = timeline(track(CLIP, {"OTIO_SCHEMA": "Subtitle.1"}, AFTER), start=time(0))
    cut = read_cut(write(tmp_path / "cut.otio", edit), handles=0)

    assert [shot.name for shot in cut.shots] == ["sh010"]
    assert "its position is unknown" in cut.skipped[-1].reason


ROOTS: dict[str, tuple[Json, str]] = {
    "a clip": (CLIP, "the file is a single Clip, no timeline: it is read as one that starts at 0"),
    "a track": (track(CLIP), "the file is a single Track, no timeline: it is read as one that starts at 0"),
    "a stack": (
        {"OTIO_SCHEMA": "Stack.1", "name": "s", "children": [track(CLIP)], "metadata": {}},
        "the file is a single Stack, no timeline: it is read as one that starts at 0",
    ),
    "a collection of a timeline and a clip": (
        collection(AFTER, timeline(track(CLIP))),
        "the file is a collection; its 1 other item is not read",
    ),
}


@pytest.mark.parametrize(("document", "note"), ROOTS.values(), ids=ROOTS.keys())
def test_a_root_that_is_no_timeline_is_read_as_one(document: Json, note: str, tmp_path: Path) -> None:
    cut = read_cut(write(tmp_path / "cut.otio", document), handles=0)

    assert [(shot.clip_name, shot.record_range.first, shot.source_range.first) for shot in cut.shots] == [
        ("sh010", 0, 10)
    ]
    assert cut.record_start == 0
    assert cut.notes[0] == note
    assert [child.name for child in open_timeline(cut).timeline.find_clips()] == ["sh010"]


def test_a_collection_of_one_timeline_is_that_timeline(tmp_path: Path) -> None:
    cut = read_cut(write(tmp_path / "cut.otio", collection(timeline(track(CLIP), start=time(86400)))), handles=0)

    assert (cut.record_start, cut.notes) == (86400, ())


def test_a_file_of_only_unknown_things_has_nothing_to_render(tmp_path: Path) -> None:
    subtitle = {"OTIO_SCHEMA": "Subtitle.1", "source_range": time_range(0, 7)}
    with pytest.raises(EmptyCut, match=r"does not know Subtitle\.1"):
        read_cut(write(tmp_path / "cut.otio", timeline(track(subtitle))), handles=0)


def test_metadata_beside_an_unknown_part_is_kept(tmp_path: Path) -> None:
    facts = {"big": 2**62, "small": 1e-300, "nested": {"list": [SPARKLE, "text", None, True]}}
    document = one_clip(dict(CLIP, markers=[MARKER], metadata=facts))
    cut = read_cut(write(tmp_path / "cut.otio", document), handles=0)

    timeline_again = open_timeline(cut).timeline
    (again,) = timeline_again.find_clips()
    kept = json.loads(otio.adapters.write_to_string(again))["metadata"]
    assert (kept["big"], kept["small"], kept["nested"]["list"][1:]) == (2**62, 1e-300, ["text", None, True])
    assert kept["nested"]["list"][0]["effect_name"] == "glow"
