"""Timelines exported by real editors, without their media: each gives a cut or a one-line error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.turnover._cuts import one_clip, timeline, track, write
from toolkit.documents import Cut, Shot
from toolkit.errors import EmptyCut, InputError, UnreadableCut
from toolkit.frames import FrameRange
from toolkit.turnover import read_cut


def test_each_gives_a_cut_or_a_one_line_error(shared: Path) -> None:
    files = [path for path in sorted((shared / "timelines").rglob("*")) if path.is_file()]
    assert len(files) > 40
    cuts = 0
    for path in files:
        try:
            cut = read_cut(path, handles=8)
        except (UnreadableCut, EmptyCut) as error:
            assert "\n" not in str(error)
            assert path.name in str(error)
            continue
        assert Cut.model_validate_json(cut.model_dump_json(by_alias=True)) == cut
        assert all(not shot.media.online for shot in cut.shots)
        cuts += 1
    assert cuts >= 10


def test_a_resolve_export_with_offline_media_stills_and_disabled_clips(shared: Path) -> None:
    cut = read_cut(shared / "timelines/otio_sample_data/effects.otio", handles=8)

    assert (cut.record_rate, cut.record_start, cut.record_count) == (24, 86400, 1125)
    assert len(cut.shots) == 18
    stills = [shot for shot in cut.shots if shot.media.path.endswith(".png")]
    assert all(shot.frame_map.speed == 0 and len(shot.source_work_range) == 1 for shot in stills)
    assert sorted(row.reason for row in cut.skipped)[1:] == ["disabled in the timeline"] * 2
    movies = [shot for shot in cut.shots if shot.track_index == 4]
    assert [shot.record_range.first for shot in movies] == [0, 500, 816, 1027]


@pytest.mark.parametrize(
    ("name", "shots", "skipped"),
    [
        ("base", 1, 0),
        ("ref2", 2, 1),
        ("ref4_retime_50pct", 1, 0),
        ("ref10_clean_audio_base", 1, 0),
        ("torture_ref", 3, 1),
    ],
)
def test_exports_of_resolve_21(name: str, shots: int, skipped: int, shared: Path) -> None:
    cut = read_cut(shared / f"timelines/resolve21/{name}.otio", handles=8)

    assert (cut.record_rate, cut.record_start) == (50, 180_000)
    assert (len(cut.shots), len(cut.skipped)) == (shots, skipped)
    assert {shot.media.path for shot in cut.shots} == {"E:/SHOWREEL/NBC UNIVERSAL/more 13th st/1128797.mxf"}
    assert {shot.media.timecode_first for shot in cut.shots} == {1_800_000}


def test_a_speed_ramp_of_resolve_is_followed_frame_by_frame(shared: Path) -> None:
    """100 % for 10.32 s, 25 % to 49.2 s, then 100 % again, of 30 s of media at 50 fps."""
    cut = read_cut(shared / "timelines/resolve21/ref5_speedramp_stepped.otio", handles=8)

    (shot,) = cut.shots
    assert (shot.source_range, len(shot.record_range)) == (FrameRange(first=0, last=1497), 2956)
    shown = [shot.frame_map.source_frame_at_record(frame) for frame in (0, 515, 516, 520, 2459, 2460, 2461, 2955)]
    assert shown == [0, 515, 516, 517, 1001, 1002, 1003, 1497]


@pytest.mark.parametrize(("name", "shots", "markers"), [("premiere_example", 6, 4), ("screening_example", 0, 3)])
def test_markers_of_a_newer_schema_cost_no_clip(name: str, shots: int, markers: int, shared: Path) -> None:
    cut = read_cut(shared / f"timelines/otio_sample_data/{name}.otio", handles=8, allow_empty=True)

    assert len(cut.shots) == shots
    objects = f"{markers} objects of type Marker.3" if markers > 1 else "an object of type Marker.3"
    assert [note for note in cut.notes if note.startswith(objects)]


@pytest.mark.parametrize("folder", ["otio_sample_data", "resolve21", "ayon_clips"])
def test_every_openTimelineIO_file_is_listed_clip_by_clip(folder: str, shared: Path) -> None:  # noqa: N802
    files = [path for path in sorted((shared / "timelines" / folder).iterdir()) if path.suffix in {".otio", ".json"}]
    assert files
    for path in files:
        cut = read_cut(path, handles=8, allow_empty=True)
        assert cut.shots or cut.skipped, path.name
        assert all(row.reason for row in cut.skipped)


AYON: dict[str, tuple[int, int, int]] = {
    "img_seq_2x_speed_resolve": (11, 1040, 1060),
    "img_seq_embedded_tc": (74, 1005, 1075),
    "img_seq_freeze_frame": (5, 948855, 948855),
    "img_seq_reverse_speed_no_tc": (41, 1060, 1020),
    "img_seq_with_handles": (39, 1034, 1072),
    "movie_with_handles": (171, 0, 170),
    "qt_embedded_tc": (44, 30, 72),
    "qt_freeze_frame": (11, 30, 30),
    "qt_retimed_speed": (171, 0, 425),
    "qt_reverse_speed_2x": (11, 50, 30),
}
"""Record frames, source frame at the first and at the last one: from another tool's tests, or counted by hand."""


HANDLES: dict[str, tuple[int, int]] = {
    "img_seq_2x_speed_resolve": (20, 20),
    "img_seq_embedded_tc": (5, 10),
    "img_seq_freeze_frame": (0, 0),
    "img_seq_with_handles": (10, 10),
    "movie_with_handles": (0, 10),
    "qt_embedded_tc": (10, 10),
    "qt_freeze_frame": (0, 0),
    "qt_retimed_speed": (0, 25),
    "qt_reverse_speed_2x": (20, 20),
}
"""Source frames before and after with handles of 10: the other tool's numbers."""


@pytest.mark.parametrize("name", HANDLES)
def test_single_clips_on_their_own_have_the_handles_that_their_media_has(name: str, shared: Path) -> None:
    (shot,) = read_cut(shared / f"timelines/ayon_clips/{name}.json", handles=10).shots

    assert (_ends(shot), shot.handles) == (AYON[name], HANDLES[name])


@pytest.mark.parametrize("name", AYON)
def test_single_clips_of_resolve_and_hiero_on_a_timeline(name: str, shared: Path, tmp_path: Path) -> None:
    item = json.loads((shared / f"timelines/ayon_clips/{name}.json").read_text())
    rate = item["source_range"]["duration"]["rate"]
    (shot,) = read_cut(write(tmp_path / "cut.otio", one_clip(item, rate=rate)), handles=8).shots

    assert _ends(shot) == AYON[name]


def test_a_clip_may_count_from_the_first_file(shared: Path, tmp_path: Path) -> None:
    """Hiero wrote file numbers as times of the media: the clip counts from 0, its media from 997."""
    item = json.loads((shared / "timelines/ayon_clips/img_seq_23.976_metadata.json").read_text())
    (shot,) = read_cut(write(tmp_path / "cut.otio", one_clip(item, rate=23.976)), handles=8).shots
    assert _ends(shot) == (51, 997, 1047)


def test_a_whole_track_of_hiero(shared: Path, tmp_path: Path) -> None:
    item = json.loads((shared / "timelines/ayon_clips/multiple_review_clips_gap.json").read_text())
    try:
        cut = read_cut(write(tmp_path / "cut.otio", timeline(item)), handles=8)
    except InputError as error:
        pytest.fail(str(error))
    assert cut.shots
    assert item["OTIO_SCHEMA"] == track()["OTIO_SCHEMA"]


def _ends(shot: Shot) -> tuple[int, int, int]:
    record = shot.record_range
    return (
        len(record),
        shot.frame_map.source_frame_at_record(record.first),
        shot.frame_map.source_frame_at_record(record.last),
    )
