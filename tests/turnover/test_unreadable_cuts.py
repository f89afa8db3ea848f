"""Files that are not cuts: a one-line error with the exit code for input errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.turnover._cuts import (
    Json,
    clip,
    collection,
    gap,
    missing_reference,
    movie_reference,
    one_clip,
    time,
    time_range,
    timeline,
    track,
    write,
    write_sequence,
)
from toolkit.cli import run_command
from toolkit.errors import EmptyCut, NoSuchFile, UnreadableCut
from toolkit.turnover import read_cut

CLIP = clip(movie_reference("/offline/a.mov", time_range(0, 100)), time_range(10, 20))


def newer(schema: str) -> Json:
    document: Json = json.loads(json.dumps(one_clip(CLIP)).replace(f"{schema}.", f"{schema}.9"))
    return document


TEXTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n", "the file is empty"),
    "prose": (b"hello", "it is not OpenTimelineIO JSON"),
    "binary": (b"\x89PNG\r\n\x1a\n\xff\xfe", "it is a binary file, not OpenTimelineIO JSON"),
    "cut short": (json.dumps(one_clip(CLIP)).encode()[:400], "truncated (line 1, column 400)"),
    "other JSON": (b'{"shots": []}', "it is JSON, but not OpenTimelineIO"),
    "a JSON list": (b"[1, 2]", "it is JSON, but not OpenTimelineIO"),
    "JSON null": (b"null", "it is JSON, but not OpenTimelineIO"),
    "deep lists": (b"[" * 200_000, "it is nested 200000 levels deep, more than the 1000 that are read"),
    "deep objects": (b'{"a":"]}}"' + b',"b":{"a":1' * 2000 + b"}" * 2001, "it is nested 2001 levels deep"),
    "a gap": (json.dumps(gap(10)).encode(), "it is a single Gap, not a timeline"),
    "a collection of clips": (
        json.dumps(collection(CLIP)).encode(),
        "it is a collection of 1 item called 'bin' with no timelines; export a single timeline",
    ),
    "a collection of two timelines": (
        json.dumps(collection(one_clip(CLIP), one_clip(CLIP))).encode(),
        "it is a collection of 2 items called 'bin' with 2 timelines; export a single timeline",
    ),
    "a newer track": (json.dumps(newer("Track")).encode(), "it uses Track.91, newer than the Track.1 that"),
    "a newer timeline": (json.dumps(newer("Timeline")).encode(), "it uses Timeline.91, newer than the Timeline.1"),
    "a newer clip on its own": (json.dumps(dict(CLIP, OTIO_SCHEMA="Clip.9")).encode(), "it uses Clip.9, newer than"),
    "something else": (b'{"OTIO_SCHEMA": "Shopping.1"}', "it is a single UnknownSchema, not a timeline"),
    "a missing field": (
        json.dumps(one_clip(dict(CLIP, effects=[{"OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": 2.0}]))).encode(),
        "OpenTimelineIO cannot read it: While reading object named",
    ),
    "a clip with null for its media": (
        json.dumps(one_clip(dict(CLIP, media_references={"DEFAULT_MEDIA": None}))).encode(),
        "expected to read a MediaReference, found a None instead",
    ),
    "no tracks": (b'{"OTIO_SCHEMA": "Timeline.1", "tracks": null}', "has no tracks"),
    "a rate of zero": (json.dumps(one_clip(CLIP, rate=0)).encode(), "its frame rate is 0"),
}


@pytest.mark.parametrize(("text", "problem"), TEXTS.values(), ids=TEXTS.keys())
def test_a_file_that_is_not_a_timeline(text: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    path.write_bytes(text)
    with pytest.raises(UnreadableCut, match=r"cannot read .* as a cut") as caught:
        read_cut(path, handles=8)

    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "cut.otio"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(one_clip(CLIP)).encode())
    assert len(read_cut(path, handles=0).shots) == 1


@pytest.mark.parametrize("suffix", ["drp", "prproj"])
def test_unsupported_timelines_name_the_format_to_export(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"cut.{suffix}"
    path.write_text("TITLE: CUT\n")
    with pytest.raises(UnreadableCut, match=rf"{suffix.upper()} is not supported\. Export OTIO instead"):
        read_cut(path, handles=8)


@pytest.mark.parametrize("name", ["notes.txt", "cut", "cut.OTIO.bak"])
def test_unknown_file_types_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("hello")
    with pytest.raises(UnreadableCut, match="unknown file type"):
        read_cut(tmp_path / name, handles=8)


@pytest.mark.parametrize("name", ["cut.otio", "cut.edl", "plate.mov", "plate.####.exr", "plate.png", "cut"])
def test_a_path_that_does_not_exist(name: str, tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile, match=name):
        read_cut(tmp_path / name, handles=8)


def test_a_folder_names_the_sequence_in_it(tmp_path: Path) -> None:
    with pytest.raises(UnreadableCut, match=r"it is a folder; give a timeline, .* plate\.####\.exr"):
        read_cut(tmp_path, handles=8)

    write_sequence(tmp_path, range(1001, 1006), prefix="B001.")
    (tmp_path / "A notes.txt").touch()
    with pytest.raises(UnreadableCut) as caught:
        read_cut(tmp_path, handles=8)
    assert str(caught.value).endswith(f"it is a folder. Did you mean '{tmp_path}/B001.####.png' (5 frames)?")


EMPTY: dict[str, tuple[Json, str]] = {
    "no tracks": (timeline(), "it has no video clips"),
    "only audio": (timeline(track(CLIP, kind="Audio")), "it has no video clips"),
    "only titles": (
        timeline(track(clip(missing_reference(), time_range(0, 48), name="Text+"))),
        "Text+: no media: a title",
    ),
    "only a clip of no length": (one_clip(dict(CLIP, source_range=time_range(10, 0))), "sh010: it has no length"),
    "many of the same": (
        timeline(track(*[dict(CLIP, enabled=False)] * 30), start=time(0)),
        "sh010 and 29 more: disabled in the timeline",
    ),
}


@pytest.mark.parametrize(("document", "reason"), EMPTY.values(), ids=EMPTY.keys())
def test_a_timeline_without_renderable_clips_lists_the_reasons(document: Json, reason: str, tmp_path: Path) -> None:
    with pytest.raises(EmptyCut, match="nothing to render") as caught:
        read_cut(write(tmp_path / "cut.otio", document), handles=8)

    assert reason in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize("kind", ["only titles", "only a clip of no length", "many of the same"])
def test_a_list_has_such_a_timeline_clip_by_clip(kind: str, tmp_path: Path) -> None:
    document, reason = EMPTY[kind]
    path = write(tmp_path / "cut.otio", document)
    cut = read_cut(path, handles=8, allow_empty=True)

    assert not cut.shots
    assert len(cut.skipped) == len(document["tracks"]["children"][0]["children"])
    assert reason.rpartition(": ")[2] in cut.skipped[0].reason
    assert run_command(["shots", str(path)]) == 0


def test_a_timeline_without_clips_is_no_list(tmp_path: Path) -> None:
    with pytest.raises(EmptyCut, match="it has no video clips"):
        read_cut(write(tmp_path / "cut.otio", timeline(track(gap(10)), start=time(0))), handles=8, allow_empty=True)


NUMBERS: dict[str, tuple[Any, str]] = {
    "NaN": (float("nan"), "its times are not finite numbers (nan)"),
    "infinity": (float("inf"), "its times are not finite numbers (inf)"),
    "minus infinity": (float("-inf"), "its times are not finite numbers (-inf)"),
    "more than a double counts": (5e299, "its times are too large (5e+299)"),
    "less than a double counts": (-1e17, "its times are too large (-1e+17)"),
}


@pytest.mark.parametrize(("value", "reason"), NUMBERS.values(), ids=NUMBERS.keys())
@pytest.mark.parametrize("field", ["start_time", "duration"])
def test_clips_with_times_that_are_no_times_are_skipped(value: float, reason: str, field: str, tmp_path: Path) -> None:
    broken = time_range(0, 10)
    broken[field]["value"] = value
    edit = timeline(track(CLIP, dict(CLIP, name="broken", source_range=broken)), start=time(0))
    cut = read_cut(write(tmp_path / "cut.otio", edit), handles=0)

    assert [shot.name for shot in cut.shots] == ["sh010"]
    assert [(row.clip_name, row.reason) for row in cut.skipped] == [("broken", reason)]


def test_a_clip_of_negative_length_is_skipped_and_moves_no_other(tmp_path: Path) -> None:
    broken = dict(CLIP, name="broken", source_range=time_range(30, -5))
    edit = timeline(track(CLIP, broken, dict(CLIP, name="after")), start=time(0))
    cut = read_cut(write(tmp_path / "cut.otio", edit), handles=0)

    assert [row.reason for row in cut.skipped] == ["it has no length"]
    first, after = cut.shots
    assert after.record_range.first == first.record_range.last + 1
