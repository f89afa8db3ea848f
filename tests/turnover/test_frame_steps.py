"""Sequences whose files are numbered in steps (T38): their frames are the files, and each shows until the next one."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.delivery._deliveries import deliver_frames
from tests.delivery.test_return_timeline import layers_of
from tests.turnover._cuts import (
    Json,
    clip,
    movie_reference,
    one_clip,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    write,
    write_sequence,
)
from toolkit.documents import Cut, Shot
from toolkit.plates import open_plate
from toolkit.turnover import read_cut


def stepped(step: int = 2, *, available: Json | None = None, folder: str = "plates/") -> Json:
    return sequence_reference(folder, 1001, available or time_range(0, 20), step=step)


def read(folder: Path, item: Json, *, handles: int = 0, rate: float = 24) -> Cut:
    return read_cut(write(folder / "cut.otio", one_clip(item, rate=rate)), handles=handles)


def files_shown(shot: Shot) -> list[int]:
    """The number of the file that each timeline frame shows."""
    return [shot.media.file_number(shot.frame_map.source_frame_at_record(frame)) for frame in shot.record_range]


@pytest.mark.parametrize("online", [True, False])
@pytest.mark.parametrize("step", [2, 3, 5])
def test_a_time_between_two_files_shows_the_one_before(step: int, online: bool, tmp_path: Path) -> None:
    if online:
        write_sequence(tmp_path / "plates", range(1001, 1021, step))
    (shot,) = read(tmp_path, clip(stepped(step), time_range(0, 20))).shots

    assert files_shown(shot) == [1001 + frame // step * step for frame in range(20)]
    assert shot.media.online == online
    assert shot.media.rate == Fraction(24, step)
    assert shot.media.source_range is not None
    assert len(shot.media.source_range) == len(range(1001, 1021, step))


def test_t38_time_3_of_a_step_of_2_is_file_1003(tmp_path: Path) -> None:
    (shot,) = read(tmp_path, clip(stepped(), time_range(3, 1))).shots

    assert files_shown(shot) == [1003]


RETIMES = {
    "from the middle of a file": (time_range(3, 6), None, [1003, 1005, 1005, 1007, 1007, 1009]),
    "double speed": (time_range(0, 5), 2.0, [1001, 1003, 1005, 1007, 1009]),
    "reversed": (time_range(4, 5), -1.0, [1009, 1007, 1007, 1005, 1005]),
    "in a timeline of 25 fps": (time_range(0, 4, 25), None, [1001, 1001, 1001, 1003]),
}


@pytest.mark.parametrize(("used", "retime", "expected"), RETIMES.values(), ids=RETIMES.keys())
def test_retimed_and_trimmed(used: Json, retime: float | None, expected: list[int], tmp_path: Path) -> None:
    effects = [] if retime is None else [speed(retime)]
    rate = used["duration"]["rate"]
    (shot,) = read(tmp_path, clip(stepped(), used, effects=effects), rate=rate).shots

    assert files_shown(shot) == expected


def test_the_pixels_are_those_of_the_files(tmp_path: Path) -> None:
    write_sequence(
        tmp_path / "plates", range(1001, 1021)
    )  # the numbers between are there, but the cut does not use them
    (shot,) = read(tmp_path, clip(stepped(), time_range(4, 8)), handles=2).shots

    assert (shot.source_range.first, len(shot.source_range)) == (1003, 4)
    assert (shot.source_work_range.first, len(shot.source_work_range)) == (1001, 8)
    with open_plate(shot.media) as plate:
        grey = [int(np.rint(float(frame.rgb.max()) * 255)) for frame in plate.frames(shot.source_work_range)]
    assert grey == [number % 256 for number in range(1001, 1017, 2)]


def test_a_hole_is_a_missing_file_of_the_step(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", [1001, 1003, 1004, 1007, 1009])
    cut = read(tmp_path, clip(stepped(available=time_range(0, 10)), time_range(0, 10)))

    assert [(shot.name, files_shown(shot)) for shot in cut.shots] == [
        ("sh010", [1001, 1001, 1003, 1003]),
        ("sh010_part2", [1007, 1007, 1009, 1009]),
    ]
    assert [str(row.record_range) for row in cut.skipped] == ["4-5"]


def test_the_same_files_with_and_without_a_step(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", range(1001, 1021))
    plain = clip(sequence_reference("plates/", 1001, time_range(0, 20)), time_range(0, 20), name="plain")
    edit = timeline(track(clip(stepped(), time_range(0, 20)), plain), start=time(0))
    cut = read_cut(write(tmp_path / "cut.otio", edit), handles=0)

    every_second, all_of_them = cut.shots
    assert files_shown(every_second)[-1] == 1019
    assert files_shown(all_of_them) == list(range(1001, 1021))
    assert cut.notes == ("sh010: its files are numbered in steps of 2 and counted one by one from 1001",)


def test_no_file_of_the_step(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", [1002, 1004])
    edit = timeline(
        track(clip(stepped(), time_range(0, 4)), clip(movie_reference("/b.mov", time_range(0, 9)), time_range(0, 4))),
        start=time(0),
    )
    (row,) = read_cut(write(tmp_path / "cut.otio", edit), handles=0).skipped

    assert "no file with the number 1001, 1003 and so on exists" in row.reason


@pytest.mark.parametrize("step", [0, -1])
def test_a_step_without_an_order_costs_its_clip(step: int, tmp_path: Path) -> None:
    other = clip(movie_reference("/b.mov", time_range(0, 9)), time_range(0, 4))
    edit = timeline(track(clip(stepped(step), time_range(0, 4)), other), start=time(0))
    (row,) = read_cut(write(tmp_path / "cut.otio", edit), handles=0).skipped

    assert row.reason == f"a sequence with a frame step of {step} has no order"


def test_timecode_counts_files(tmp_path: Path) -> None:
    (shot,) = read(tmp_path, clip(stepped(available=time_range(86400, 20)), time_range(86404, 4))).shots

    assert shot.media.timecode_first == 43200
    assert files_shown(shot) == [1005, 1005, 1007, 1007]


def test_layers_have_a_file_for_each_file_and_the_plate_is_left_out_for_hosts(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", range(1001, 1021, 2))
    cut = read(tmp_path, clip(stepped(), time_range(3, 8)), handles=1)
    delivery = deliver_frames(cut, tmp_path / "out")

    (layer,) = layers_of(tmp_path / "out", "FACE v001")
    media = layer["media_references"]["DEFAULT_MEDIA"]
    available = media["available_range"]
    assert media["frame_step"] == 1
    assert (available["start_time"]["rate"], available["duration"]["value"]) == (12, 7)
    first_file = media["start_frame"]
    seconds = layer["source_range"]["start_time"]["value"] / 24 - available["start_time"]["value"] / 12
    assert first_file + int(seconds * 12) == cut.shots[0].frame_map.shot_frame(1002)
    assert not [clip for each in delivery.tracks if each.name.startswith("PLATE") for clip in each.clips]
    assert any("hosts show no sequence whose files are numbered in steps of 2" in note for note in delivery.notes)


def test_two_steps_through_the_same_files_share_no_frames(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", range(1001, 1021))
    odd = clip(stepped(), time_range(0, 16), name="odd")
    even = clip(sequence_reference("plates/", 1002, time_range(0, 18), step=2), time_range(0, 16), name="even")
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(odd, even), start=time(0))), handles=0)

    assert [(shot.rendered_name, files_shown(shot)[-1]) for shot in cut.shots] == [("odd", 1015), ("even", 1016)]
