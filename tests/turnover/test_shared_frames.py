"""Several uses of the same frames of one media are one source shot."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.turnover._cuts import (
    Json,
    clip,
    gap,
    movie_reference,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    write,
    write_sequence,
)
from toolkit.documents import Cut
from toolkit.frames import FrameRange
from toolkit.turnover import read_cut
from toolkit.turnover.shared_frames import share_frames

MEDIA = movie_reference("/offline/a.mov", time_range(0, 1000))


def use(first: int, count: int, name: str = "a", media: Json = MEDIA, **facts: object) -> Json:
    return clip(media, time_range(first, count), name=name, **facts)  # type: ignore[arg-type]


def read(folder: Path, *children: Json, handles: int = 8, share: bool = True) -> Cut:
    document = timeline(track(*children), start=time(0))
    return read_cut(write(folder / "cut.otio", document), handles=handles, share=share)


def groups(cut: Cut) -> dict[str, tuple[int, int]]:
    """First and last frame to render of each source shot."""
    return {shot.name: (shot.source_work_range.first, shot.source_work_range.last) for shot in cut.source_shots()}


def test_t32_uses_whose_frames_overlap_are_rendered_once(tmp_path: Path) -> None:
    cut = read(tmp_path, use(10, 48, "u1"), use(40, 48, "u2"), use(200, 48, "u3"))
    assert [shot.rendered_name for shot in cut.shots] == ["u1", "u1", "u3"]
    assert groups(cut) == {"u1": (2, 95), "u3": (192, 255)}
    assert cut.frames_to_render == 158


def test_each_use_keeps_its_own_range_speed_and_handles(tmp_path: Path) -> None:
    cut = read(tmp_path, use(10, 48), gap(5), use(40, 20, effects=[speed(-2)]))
    first, second = cut.shots
    assert (first.name, second.name, second.rendered_name) == ("a", "a_2", "a")
    assert [(shot.source_range, shot.handles) for shot in cut.shots] == [
        (FrameRange(first=10, last=57), (8, 8)),
        (FrameRange(first=40, last=78), (16, 16)),
    ]
    assert first.shot_range == second.shot_range == FrameRange.of(1001, 93)
    assert second.frame_map.shot_frame(2) == 1001


@pytest.mark.parametrize(
    ("gap_frames", "expected"), [(24, ["u1", "u1"]), (25, ["u1", "u2"])], ids=["handles of both and 8 more", "one more"]
)
def test_uses_with_few_frames_between_them_belong_together(
    gap_frames: int, expected: list[str], tmp_path: Path
) -> None:
    cut = read(tmp_path, use(100, 10, "u1"), gap(5), use(110 + gap_frames, 10, "u2"))
    assert [shot.rendered_name for shot in cut.shots] == expected


def test_the_two_sides_of_a_through_edit_stay_apart(tmp_path: Path) -> None:
    """A flattened movie that is cut where its picture cuts has nothing but through edits."""
    cut = read(tmp_path, use(100, 10, "u1"), use(110, 10, "u2"), use(120, 10, "u3"))
    assert [shot.rendered_name for shot in cut.shots] == ["u1", "u2", "u3"]


def test_a_hole_between_two_uses_keeps_them_apart(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", [number for number in range(1, 60) if number != 30])
    media = sequence_reference("plates/", 1, time_range(0, 59))
    cut = read(tmp_path, use(5, 20, "u1", media), gap(5), use(34, 20, "u2", media))
    assert groups(cut) == {"u1": (1, 29), "u2": (31, 59)}


def test_other_media_and_unshared_cuts_stay_apart(tmp_path: Path) -> None:
    other = movie_reference("/offline/b.mov", time_range(0, 1000))
    assert len(groups(read(tmp_path, use(10, 48, "u1"), use(10, 48, "u2", other)))) == 2
    alone = read(tmp_path, use(10, 48, "u1"), use(10, 48, "u2"), share=False)
    assert len(groups(alone)) == 2
    assert alone.frames_to_render == 2 * 64


@given(st.lists(st.tuples(st.integers(8, 400), st.integers(1, 40)), min_size=1, max_size=12))
def test_every_use_finds_its_frames_in_exactly_one_source_shot(uses: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        children = [one for first, count in uses for one in (use(first, count), gap(1))]
        cut = read(Path(folder), *children)
    by_name = {shot.name: shot for shot in cut.source_shots()}
    assert cut.frames_to_render == sum(len(shot.source_work_range) for shot in by_name.values())
    for shot in cut.shots:
        rendered = by_name[shot.rendered_name].source_work_range
        assert shot.source_work_range.intersection(rendered) == shot.source_work_range
        assert shot.frame_map.source_frame(1001) == rendered.first
    ranges = sorted((shot.source_range.first, shot.source_range.last) for shot in by_name.values())
    assert all(before[1] < after[0] for before, after in pairwise(ranges))
    assert share_frames(cut, near=8) == cut
