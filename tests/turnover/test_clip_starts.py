"""Where clips start whose times are written at a rounded rate, or are counted from another zero."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.turnover._cuts import Json, clip, one_clip, sequence_reference, speed, time_range, write, write_sequence
from toolkit.documents import Cut
from toolkit.turnover import read_cut

FLOAT32 = 23.976024627685547
"""24000/1001 rounded to a 32-bit float."""

HOURS = {"2 h": 172_626, "6 h": 517_878, "11 h": 949_446, "11 h 16": 973_553, "22 h": 1_898_904}
"""Media timecodes, as frames."""


def read(folder: Path, item: Json, *, rate: float = FLOAT32, handles: int = 0) -> Cut:
    return read_cut(write(folder / "cut.otio", one_clip(item, rate=rate)), handles=handles)


def shown(cut: Cut) -> list[int]:
    (shot,) = cut.shots
    return [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]


@pytest.mark.parametrize("retime", [1.0, 0.5, 1.1, -1.0])
@pytest.mark.parametrize("timecode", HOURS.values(), ids=HOURS.keys())
@pytest.mark.parametrize("media_rate", [23.976, 23.98, 24000 / 1001], ids=str)
def test_a_converted_start_is_plain_seconds(media_rate: float, timecode: int, retime: float, tmp_path: Path) -> None:
    """Hiero divides by the rates that it writes; read as exact NTSC, the clip was a frame late from 11 h on."""
    start = (timecode + 9) / media_rate * FLOAT32
    media = sequence_reference("/offline", 1001, time_range(timecode, 98, media_rate), rate=media_rate)
    cut = read(tmp_path, clip(media, time_range(start, 40, FLOAT32), effects=[speed(retime)]))

    assert min(shown(cut)) == 1010
    assert len(cut.notes) == 0


@pytest.mark.parametrize("timecode", HOURS.values(), ids=HOURS.keys())
@pytest.mark.parametrize("label", [23.97599983215332, FLOAT32, 23.976, 23.98], ids=str)
def test_a_start_that_was_converted_exactly_and_labelled_roughly_is_exact(
    label: float, timecode: int, tmp_path: Path
) -> None:
    """Only the exact rate gives a whole frame then."""
    start = (timecode + 9) / 24 * (24000 / 1001)
    media = sequence_reference("/offline", 1001, time_range(timecode, 98))
    cut = read(tmp_path, clip(media, time_range(start, 40, label)))

    assert shown(cut)[0] == 1010
    assert len(cut.notes) == 0


@pytest.mark.parametrize("media_rate", [23.976, 23.98, 24000 / 1001], ids=str)
@pytest.mark.parametrize("timecode", HOURS.values(), ids=HOURS.keys())
def test_whole_numbers_are_counts_however_their_rate_is_spelt(timecode: int, media_rate: float, tmp_path: Path) -> None:
    media = sequence_reference("/offline", 1001, time_range(timecode, 98, media_rate), rate=media_rate)
    cut = read(tmp_path, clip(media, time_range(timecode + 9, 40, FLOAT32)))

    assert shown(cut) == list(range(1010, 1050))
    assert len(cut.notes) == 0


def test_the_policy_is_a_note_where_it_decides(tmp_path: Path) -> None:
    """T22: the exact reading of 23.976 beside media at 24."""
    media = sequence_reference("/offline", 883750, time_range(883750, 755))
    cut = read(tmp_path, clip(media, time_range(883159, 108, 23.976)), rate=23.976)

    assert shown(cut)[0] == 884042
    assert cut.notes == (
        "sh010: it is written at 23.976 fps beside media at 24 fps: NTSC rates are read as exact (24000/1001); "
        "as decimals it would start 1 frame later",
    )


def legacy(start: float, count: float = 104, *, first_file: int = 1000) -> Json:
    media = sequence_reference("/offline", first_file, time_range(first_file, 101, 24), rate=24)
    return clip(media, time_range(start, count, 25))


def test_a_clip_that_counts_from_the_first_file_is_read_so_with_a_note(tmp_path: Path) -> None:
    cut = read(tmp_path, legacy(0), rate=25, handles=10)
    (shot,) = cut.shots

    assert (shot.source_range.first, shot.source_range.last) == (1000, 1098)
    assert (shot.source_work_range.first, shot.source_work_range.last) == (1000, 1100)
    assert cut.notes == (
        "sh010: its start, 0, is counted from the first file: its media begin at 1000, the file's number",
    )


def test_on_disk_it_shows_files_that_exist(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", range(1000, 1101))
    item = legacy(5, 20)
    item["media_references"]["DEFAULT_MEDIA"]["target_url_base"] = "plates/"
    cut = read(tmp_path, item, rate=25)

    assert shown(cut)[0] == 1004
    assert not cut.skipped


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [(996, 20, 956), (800, 50, 768), (2000, 10, 1920)],
    ids=["it reaches into its media", "it would begin after its media either way", "it begins after its media"],
)
def test_other_clips_outside_their_media_keep_their_times(
    start: float, count: float, expected: int, tmp_path: Path
) -> None:
    cut = read(tmp_path, legacy(start, count), rate=25)

    assert shown(cut)[0] == expected
    assert [note for note in cut.notes if "which is offline" in note]
    assert not [note for note in cut.notes if "is counted from the first file" in note]


def test_a_source_rate_that_is_exact_has_one_meaning(tmp_path: Path) -> None:
    media = sequence_reference("/offline", 1001, time_range(0, 98, 24000 / 1001), rate=24000 / 1001)
    cut = read(tmp_path, clip(media, time_range(10.25, 40, 24000 / 1001)))

    assert cut.shots[0].frame_map.source_offset == Fraction(41, 4)


SLOW = {"1 %": (0.01, "1 %"), "a hundred-thousandth": (1e-5, "0.001 %"), "rounded to nothing": (1e-9, "1e-07 %")}


@pytest.mark.parametrize(("retime", "written"), SLOW.values(), ids=SLOW.keys())
@pytest.mark.parametrize("sign", [1, -1])
def test_a_speed_that_shows_one_frame_is_said(sign: int, retime: float, written: str, tmp_path: Path) -> None:
    media = sequence_reference("/offline", 1001, time_range(0, 98))
    cut = read(tmp_path, clip(media, time_range(10, 40), effects=[speed(sign * retime)]), rate=24)

    assert set(shown(cut)) == {1011}
    minus = "-" if sign < 0 else ""
    assert cut.notes == (
        f"sh010: at its speed of {minus}{written} it shows one frame all the time, like a freeze frame",
    )


@pytest.mark.parametrize(("retime", "count"), [(0.0, 40), (1.0, 1), (0.5, 1), (0.5, 40)])
def test_a_freeze_and_a_clip_of_one_frame_are_what_they_are(retime: float, count: int, tmp_path: Path) -> None:
    media = sequence_reference("/offline", 1001, time_range(0, 98))
    cut = read(tmp_path, clip(media, time_range(10, count), effects=[speed(retime)]), rate=24)

    assert cut.notes == ()


@pytest.mark.parametrize("written", [0, 1])
def test_a_sequence_whose_rate_was_never_set_has_that_of_its_range(written: int, tmp_path: Path) -> None:
    media = sequence_reference("/offline", 1001, time_range(0, 98, 25), rate=written)
    cut = read(tmp_path, clip(media, time_range(10, 40, 25)), rate=25)

    assert cut.shots[0].media.rate == 25
    assert shown(cut) == list(range(1011, 1051))
