"""Clips whose media lack frames: what can be rendered is a shot, the rest is a row with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

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
    write_movie,
    write_sequence,
)
from toolkit.documents import Cut
from toolkit.errors import CutIncomplete
from toolkit.turnover import read_cut


def read(folder: Path, item: Json, *, handles: int = 0, rate: float = 24) -> Cut:
    return read_cut(write(folder / "cut.otio", one_clip(item, rate=rate)), handles=handles)


def shown(cut: Cut) -> dict[int, tuple[str, int]]:
    """The shot and the source frame at every record frame that is rendered."""
    return {
        record: (shot.name, shot.frame_map.source_frame_at_record(record))
        for shot in cut.shots
        for record in shot.record_range
    }


def left_out(cut: Cut) -> list[tuple[str, str, str]]:
    return [(row.shot, str(row.record_range), row.reason.partition(": ")[2]) for row in cut.skipped]


def test_a_clip_one_frame_longer_than_its_movie_is_rendered_up_to_its_end(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 40)
    cut = read(tmp_path, clip(movie_reference("a.mov", time_range(0, 41)), time_range(30, 11)), handles=4)

    assert shown(cut) == {record: ("sh010", 30 + record) for record in range(10)}
    assert (cut.shots[0].handles, cut.record_count) == ((4, 0), 11)
    assert left_out(cut) == [("sh010", "10-10", "1 source frame missing: 40; available: 0-39")]


def test_a_clip_that_begins_before_its_media_is_rendered_from_its_start(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 40)
    cut = read(tmp_path, clip(movie_reference("a.mov", time_range(100, 40)), time_range(97, 10)))

    assert shown(cut) == {record: ("sh010", record - 3) for record in range(3, 10)}
    assert left_out(cut) == [("sh010", "0-2", "3 source frames missing: -3--1; available: 0-39")]


def test_holes_in_a_sequence_divide_a_shot_into_parts(tmp_path: Path) -> None:
    write_sequence(tmp_path, [*range(1001, 1011), *range(1012, 1015), *range(1017, 1041)])
    item = clip(sequence_reference("", 1001, time_range(0, 40)), time_range(5, 20), name="sc 1")
    cut = read(tmp_path, item, handles=6)

    names = {**dict.fromkeys(range(5), "sc_1"), **dict.fromkeys(range(6, 9), "sc_1_part2")}
    names |= dict.fromkeys(range(11, 20), "sc_1_part3")
    assert shown(cut) == {record: (name, 1006 + record) for record, name in names.items()}
    assert [shot.handles for shot in cut.shots] == [(5, 0), (0, 0), (0, 6)]
    assert {str(shot.clip_record_range) for shot in cut.shots} == {"0-19"}
    assert left_out(cut) == [
        ("sc_1", "5-5", "1 source frame missing: 1011; available: 1001-1040"),
        ("sc_1", "9-10", "2 source frames missing: 1015-1016; available: 1001-1040"),
    ]


@pytest.mark.parametrize(
    ("percent", "frames", "shot_names"),
    [
        (200, {0: 1, 1: 3, 2: 5, 3: 7, 4: 9, 5: 11, 7: 15, 8: 17, 9: 19}, "a" * 6 + "b" * 3),
        (-200, {0: 20, 1: 18, 2: 16, 3: 14, 5: 10, 6: 8, 7: 6, 8: 4, 9: 2}, "a" * 4 + "b" * 5),
        (50, {n: 1 + n // 2 for n in range(10)}, "a" * 10),
        (-50, {n: 5 - n // 2 for n in range(10)}, "a" * 10),
    ],
)
def test_parts_of_a_retimed_clip_show_the_frames_of_the_whole_clip(
    percent: int, frames: dict[int, int], shot_names: str, tmp_path: Path
) -> None:
    hole = 13 if percent > 0 else 12
    write_sequence(tmp_path, [number for number in range(1, 41) if number != hole])
    start = 0 if percent != -200 else 1
    item = clip(sequence_reference("", 1, time_range(0, 40)), time_range(start, 10), effects=[speed(percent / 100)])
    cut = read(tmp_path, item)

    assert {record: source for record, (_, source) in shown(cut).items()} == frames
    names = [shot.name for shot in cut.shots]
    assert "".join("ab"[names.index(name)] for name, _ in shown(cut).values()) == shot_names
    assert all(source in shot.source_range for shot in cut.shots for source in [frames[shot.record_range.first]])


def test_a_frame_that_the_speed_leaves_out_divides_the_shot_but_is_not_missed(tmp_path: Path) -> None:
    write_sequence(tmp_path, [number for number in range(1, 41) if number != 12])
    item = clip(sequence_reference("", 1, time_range(0, 40)), time_range(0, 10), effects=[speed(2)])
    cut = read(tmp_path, item)

    assert [(shot.name, str(shot.record_range)) for shot in cut.shots] == [("sh010", "0-5"), ("sh010_part2", "6-9")]
    (row,) = cut.skipped
    assert (row.shot, "missing: 12" in row.reason, "divide the shot" in row.reason) == ("", True, True)


@pytest.mark.parametrize("numbers", [range(100, 140), range(1, 41, 2)], ids=["elsewhere", "every second frame"])
def test_a_clip_of_which_nothing_useful_is_left_is_left_out(numbers: range, tmp_path: Path) -> None:
    write_sequence(tmp_path, numbers)
    available = time_range(0, 40)
    with pytest.raises(CutIncomplete, match=r"sh010 \(.*plate\.####\.png: \d+ source frames missing"):
        read(tmp_path, clip(sequence_reference("", 1, available), time_range(0, 40), name="sh010"))


@pytest.mark.parametrize(("count", "scalar"), [(5, 1.7e308), (5, -1e300), (5, 1e9), (10_000_000, 1.0)])
def test_a_clip_of_more_frames_than_any_media_has_is_left_out_at_once(
    count: int, scalar: float, tmp_path: Path
) -> None:
    write_movie(tmp_path / "a.mov", 10)
    item = clip(movie_reference("a.mov", time_range(0, 10)), time_range(0, count), effects=[speed(scalar)])
    write(tmp_path / "cut.otio", timeline(track(item), start=time(0)))
    cut = read_cut(tmp_path / "cut.otio", handles=8, allow_empty=True)
    (row,) = cut.skipped
    assert "a.mov: at its length and speed it lacks more than " in row.reason
    assert row.reason.endswith("; available: 0-9")
    assert row.shot == "sh010"


def test_a_single_sequence_with_holes_is_a_shot_for_each_part(tmp_path: Path) -> None:
    cut = read_cut(write_sequence(tmp_path, [1, 2, 3, 5, 6, 9]), handles=8)

    assert shown(cut) == {
        n - 1: (f"plate{part}", n) for part, ns in {"": (1, 2, 3), "_part2": (5, 6), "_part3": (9,)}.items() for n in ns
    }
    assert cut.record_count == 9
    assert left_out(cut) == [
        ("plate", "3-3", "1 source frame missing: 4; available: 1-9"),
        ("plate", "6-7", "2 source frames missing: 7-8; available: 1-9"),
    ]


def test_a_part_does_not_take_the_name_of_another_clip(tmp_path: Path) -> None:
    write_sequence(tmp_path, [1, 2, 4, 5, 6])
    reference = sequence_reference("", 1, time_range(0, 6))
    clips = [clip(reference, time_range(0, 6), name="s"), clip(reference, time_range(3, 2), name="s_part2")]
    cut = read_cut(write(tmp_path / "cut.otio", timeline(track(*clips), start=time(0))), handles=0)

    assert [(shot.clip_name, shot.name) for shot in cut.shots] == [
        ("s", "s"),
        ("s", "s_part2_of_clip"),
        ("s_part2", "s_part2"),
    ]


@pytest.mark.parametrize("handles", [0, 2])
def test_a_clip_that_begins_in_a_hole_is_rendered_from_behind_it(handles: int, tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", [number for number in range(1, 21) if number != 3])
    media = sequence_reference("plates/", 1, time_range(0, 20))
    cut = read(tmp_path, clip(media, time_range(2, 5)), handles=handles)
    assert [source for _, source in shown(cut).values()] == [4, 5, 6, 7]
    assert [shot.handles for shot in cut.shots] == [(0, handles)]
