"""What somebody probably means who writes a sequence in another way, and the ways that are understood."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.turnover._cuts import write_sequence
from toolkit.errors import MissingMedia, NoSuchFile, UnreadableCut
from toolkit.frames import FramePath, FrameRange
from toolkit.passes import check_guides, planned_guides
from toolkit.settings import load_settings
from toolkit.turnover import read_cut


@pytest.fixture
def pngs(tmp_path: Path) -> Path:
    """Five frames of ``B001``, and another sequence."""
    write_sequence(tmp_path / "pngs", range(1001, 1006), prefix="B001.")
    write_sequence(tmp_path / "pngs", range(1, 3), prefix="zz.")
    return tmp_path / "pngs"


@pytest.mark.parametrize(
    "name", ["B001.*.png", "B*", "*", "B001.#####.png", "B001.%06d.png", "B001.1009.png", "B001.[0-9]*.png"]
)
def test_the_sequence_that_is_there_is_suggested(pngs: Path, name: str) -> None:
    with pytest.raises(NoSuchFile) as caught:
        read_cut(pngs / name)
    assert str(caught.value) == f"no such file: {pngs / name}. Did you mean '{pngs}/B001.####.png' (5 frames)?"


def test_the_padding_of_the_files_is_suggested(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1, 4), prefix="a.")
    (only,) = tmp_path.glob("a.*1.png")
    with pytest.raises(NoSuchFile, match=rf"a\.{'#' * len(only.name.split('.')[1])}\.png' \(3 frames\)"):
        read_cut(tmp_path / "a.########.png")


def test_a_folder_suggests_it_too(pngs: Path) -> None:
    with pytest.raises(UnreadableCut, match=r"Did you mean '.*/pngs/B001\.####\.png' \(5 frames\)\?$"):
        read_cut(pngs)


def test_nothing_is_suggested_where_nothing_is_like_it(pngs: Path) -> None:
    with pytest.raises(NoSuchFile, match=r"C001\.####\.png$"):
        read_cut(pngs / "C001.####.png")
    with pytest.raises(NoSuchFile, match=r"nowhere/B001\.####\.png$"):
        read_cut(pngs / "nowhere" / "B001.####.png")


def test_a_single_frame_of_a_sequence_is_one_frame_and_says_so(pngs: Path) -> None:
    cut = read_cut(pngs / "B001.1001.png")
    assert [len(shot.source_range) for shot in cut.shots] == [1]
    assert f"B001.1001.png is a single frame; for all 5 frames give '{pngs}/B001.####.png'" in cut.notes
    (pngs / "alone.png").write_bytes((pngs / "B001.1001.png").read_bytes())
    assert read_cut(pngs / "alone.png").notes == ()


def test_the_frames_in_brackets_are_a_sequence(pngs: Path) -> None:
    (shot,) = read_cut(pngs / "B001.[1001-1005].png").shots
    assert shot.media.path == f"{pngs}/B001.####.png"
    assert shot.source_range == FrameRange(first=1001, last=1005)
    (part,) = read_cut(pngs / "B001.[1002-1004].png").shots
    assert part.name == "B001"
    assert part.source_range == FrameRange(first=1002, last=1004)
    assert part.media.source_range == FrameRange(first=1001, last=1005)


def test_frames_in_brackets_that_are_missing_are_named(pngs: Path) -> None:
    cut = read_cut(pngs / "B001.[1004-1007].png")
    assert [shot.source_range for shot in cut.shots] == [FrameRange(first=1004, last=1005)]
    assert any("1006-1007" in row.reason for row in cut.skipped)


def test_brackets_work_for_guides_too(pngs: Path) -> None:
    control = '[{kind="depth", source="pngs/B001.[1001-1005].png"}]'
    settings = load_settings(overrides=[f"face.controls={control}"])
    (shot,) = read_cut(pngs / "B001.[1001-1003].png").shots
    check_guides(shot, planned_guides(shot.name, settings, cut_folder=pngs.parent))


def test_a_guide_with_another_padding_suggests_the_files(pngs: Path) -> None:
    control = '[{kind="depth", source="pngs/B001.######.png"}]'
    settings = load_settings(overrides=[f"face.controls={control}"])
    (shot,) = read_cut(pngs / "B001.####.png").shots
    with pytest.raises(MissingMedia, match=r"no file of this sequence exists; did you mean '.*B001\.####\.png' \(5"):
        check_guides(shot, planned_guides(shot.name, settings, cut_folder=pngs.parent))


@pytest.mark.parametrize(
    ("name", "pattern", "frames"),
    [
        ("a.[0001-0099].exr", "a.####.exr", FrameRange(first=1, last=99)),
        ("a_[7-12].png", "a_#.png", FrameRange(first=7, last=12)),
        ("a.####.exr", "a.####.exr", None),
        ("take[1-2].[11-12].png", "take[1-2].##.png", FrameRange(first=11, last=12)),
    ],
)
def test_brackets_in_a_name(name: str, pattern: str, frames: FrameRange | None) -> None:
    assert FramePath.is_pattern(name)
    assert FramePath.parse(name).name == pattern
    assert FramePath.named_range(name) == frames


def test_brackets_that_are_part_of_a_name_are_no_sequence() -> None:
    assert not FramePath.is_pattern("take [1-2] final.png")
    assert FramePath.parse("take[1-2].1001.png").name == "take[1-2].####.png"
