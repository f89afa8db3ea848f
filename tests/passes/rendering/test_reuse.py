"""Pixels that exist are not painted again: they are copied into another version, or to another number after a trim."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from toolkit.documents import PassName, Shot
from toolkit.engines import open_engine
from toolkit.frames import FrameRange
from toolkit.passes import RenderedPass, plan_passes, render_passes
from toolkit.plates import open_plate
from toolkit.settings import load_settings

TRACKS = tracks_of([sample(FIRST + index, x=70.0 + index) for index in range(COUNT)])
WHOLE = FrameRange.of(FIRST, COUNT)


def shot_with(pattern: Path, work: FrameRange) -> Shot:
    """The shot with other handles."""
    shot = shot_of(pattern)
    frame_map = replace(shot.frame_map, source_work_first=work.first)
    return shot.model_copy(update={"source_work_range": work, "frame_map": frame_map})


def render(
    pattern: Path, root: Path, *assignments: str, work: FrameRange = WHOLE, shot_name: str = "sh010"
) -> dict[PassName, RenderedPass]:
    shot = shot_with(pattern, work).model_copy(update={"name": shot_name})
    plans = plan_passes(shot, TRACKS, load_settings(overrides=list(assignments)), cut_folder=CUT_FOLDER)
    with open_plate(shot.media) as plate, open_engine("builtin") as engine:
        return {one.plan.pass_name: one for one in render_passes(plans, plate, engine, root, writers=2)}


def digests(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in root.rglob("*.exr")}


def counts(done: dict[PassName, RenderedPass]) -> dict[str, tuple[int, int, int]]:
    """Rendered, reused, kept."""
    return {str(name): (one.rendered, one.reused, one.kept) for name, one in done.items()}


def test_another_version_of_the_same_look_is_copied_and_equals_a_render(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out")
    again = render(plate_pattern, tmp_path / "out", "output.version=2")
    assert counts(again) == {"BODY": (0, COUNT, 0), "FACE": (0, COUNT, 0)}
    render(plate_pattern, tmp_path / "fresh", "output.version=2")
    ours = {name: value for name, value in digests(tmp_path / "out").items() if "v002" in name}
    assert ours == digests(tmp_path / "fresh")


def test_another_version_renders_only_the_pass_whose_look_changed(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path)
    again = render(plate_pattern, tmp_path, "output.version=2", "face.strength=0.4")
    assert counts(again) == {"BODY": (0, COUNT, 0), "FACE": (COUNT, 0, 0)}


@pytest.mark.parametrize(
    ("work", "reused"),
    [
        pytest.param(FrameRange(first=FIRST + 2, last=WHOLE.last), COUNT - 2, id="two frames less at the head"),
        pytest.param(FrameRange(first=FIRST + 2, last=WHOLE.last - 3), COUNT - 5, id="at both ends"),
    ],
)
def test_a_trim_moves_frames_to_other_numbers_and_paints_none(
    plate_pattern: Path, tmp_path: Path, work: FrameRange, reused: int
) -> None:
    render(plate_pattern, tmp_path / "out", "output.passes=BODY")
    again = render(plate_pattern, tmp_path / "out", "output.passes=BODY", work=work)
    assert counts(again) == {"BODY": (0, reused, 0)}
    render(plate_pattern, tmp_path / "fresh", "output.passes=BODY", work=work)
    assert digests(tmp_path / "out") == digests(tmp_path / "fresh")


def test_a_longer_shot_paints_only_the_new_frames(plate_pattern: Path, tmp_path: Path) -> None:
    shorter = FrameRange(first=FIRST + 2, last=WHOLE.last - 1)
    render(plate_pattern, tmp_path / "out", "output.passes=BODY", work=shorter)
    again = render(plate_pattern, tmp_path / "out", "output.passes=BODY")
    assert counts(again) == {"BODY": (3, COUNT - 3, 0)}
    render(plate_pattern, tmp_path / "fresh", "output.passes=BODY")
    assert digests(tmp_path / "out") == digests(tmp_path / "fresh")


def test_frames_of_another_shot_are_not_taken(plate_pattern: Path, tmp_path: Path) -> None:
    """Their noise has another seed."""
    render(plate_pattern, tmp_path, "output.passes=BODY")
    again = render(plate_pattern, tmp_path, "output.passes=BODY", shot_name="sh020")
    assert counts(again) == {"BODY": (COUNT, 0, 0)}


def test_a_damaged_file_is_not_copied(plate_pattern: Path, tmp_path: Path) -> None:
    """Its header is whole, and its key is the wanted one."""
    render(plate_pattern, tmp_path, "output.passes=BODY")
    path = tmp_path / "sh010" / "BODY" / "v001" / "sh010_BODY_v001.1003.exr"
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 300] = bytes(300)
    path.write_bytes(data)
    again = render(plate_pattern, tmp_path, "output.passes=BODY", "output.version=2")
    assert counts(again) == {"BODY": (1, COUNT - 1, 0)}


def test_foreign_files_beside_the_frames_do_no_harm(plate_pattern: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sh010" / "BODY" / "v000"
    folder.mkdir(parents=True)
    (folder / "note.exr").write_text("not an EXR")
    (folder / "empty.exr").touch()
    assert counts(render(plate_pattern, tmp_path, "output.passes=BODY")) == {"BODY": (COUNT, 0, 0)}


def test_nothing_unfinished_is_left(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path)
    render(plate_pattern, tmp_path, work=FrameRange(first=FIRST + 1, last=WHOLE.last))
    assert list(tmp_path.rglob(".*")) == []
