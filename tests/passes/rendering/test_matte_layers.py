"""Mattes as sequences: what FACE is cut with, a file for every frame of the plate, and fit to be put back."""

from __future__ import annotations

import shutil
from fractions import Fraction
from pathlib import Path

import numpy as np
import OpenImageIO
import pytest

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, HEIGHT, WIDTH
from tests.passes.planning.test_fades import SHOT, tracks
from tests.passes.rendering.test_given_mattes import ABSENT_FROM, alpha, block, plans_for, put, render
from tests.passes.rendering.test_render import layer, read
from tests.passes.rendering.test_reuse import digests
from toolkit.documents import PassName, PassPlan
from toolkit.errors import MediaError, OutputNotWritable
from toolkit.frames import FrameRange
from toolkit.passes import count_mattes, plan_passes, write_mattes
from toolkit.passes.rendering.layers import PlateProperties, compose_face
from toolkit.passes.rendering.matte_layers import matte_files
from toolkit.settings import load_settings

FRAMES = list(range(FIRST, FIRST + COUNT))


def plan_of(*faces: str, on: str = "ones") -> PassPlan:
    """FACE of a shot in which the faces are F, found, or ., absent, frame by frame."""
    settings = load_settings(overrides=[f"face.on={on}"])
    return plan_passes(SHOT, tracks(*faces), settings, cut_folder=CUT_FOLDER)[1]


def test_a_matte_is_the_alpha_of_its_face_on_black(plate_pattern: Path, tmp_path: Path) -> None:
    plan = render(plate_pattern, tmp_path)[PassName.FACE].plan
    assert write_mattes(plan, tmp_path, has_alpha=False, threads=2) == COUNT
    folder = tmp_path / "sh010/FACE/v001/mattes"
    assert sorted(path.name for path in folder.iterdir()) == [
        f"sh010_FACE_v001_matte_face0.{frame:04d}.exr" for frame in FRAMES
    ]
    fading = 0
    for frame in FRAMES:
        spec, pixels = read(matte_files(plan, tmp_path, 0).path(frame))
        assert spec.channelnames == ("R", "G", "B")
        assert spec.format == OpenImageIO.HALF
        assert (spec.width, spec.height, spec.full_width, spec.full_height) == (WIDTH, HEIGHT, WIDTH, HEIGHT)
        expected = alpha(tmp_path, frame)
        fading += 0 < expected.max() < 1
        assert all(np.array_equal(pixels[..., channel], expected) for channel in range(3))
    assert fading, "the face fades out before it leaves"


def test_a_matte_has_the_rate_and_timecode_of_the_layer(plate_pattern: Path, tmp_path: Path) -> None:
    plan = render(plate_pattern, tmp_path)[PassName.FACE].plan
    write_mattes(plan, tmp_path, has_alpha=False, threads=2)
    (matte, _), (face, _) = read(matte_files(plan, tmp_path, 0).path(FIRST + 2)), read(layer(tmp_path, "FACE", 1003))
    assert matte.getattribute("smpte:TimeCode") == face.getattribute("smpte:TimeCode")
    assert Fraction(*matte.getattribute("FramesPerSecond")) == Fraction(24000, 1001)
    assert matte.getattribute("toolkit/sourceFrame") == FIRST + 2


def test_every_face_has_a_file_for_every_frame_black_without_the_face(tmp_path: Path) -> None:
    plan = plan_of("F" * COUNT, "...." + "F" * (COUNT - 4))
    assert count_mattes(plan, None) == 2 * COUNT
    assert write_mattes(plan, tmp_path, has_alpha=False, threads=2) == 2 * COUNT
    for face, absent in ((0, []), (1, FRAMES[:4])):
        files = matte_files(plan, tmp_path, face)
        assert files.frames_on_disk() == FRAMES
        assert [frame for frame in FRAMES if not read(files.path(frame))[1].any()] == absent


def test_what_is_in_front_of_a_face_is_left_out_as_in_its_layer(plate_pattern: Path, tmp_path: Path) -> None:
    hand = ((70.0, 30.0), (90.0, 30.0), (90.0, 50.0), (70.0, 50.0))
    _, plan = plans_for(plate_pattern)
    first, *others = plan.frames
    covered = first.faces[0].model_copy(update={"occluders": (hand,)})
    frames = (first.model_copy(update={"faces": (covered,)}), *others)
    write_mattes(plan, tmp_path, has_alpha=False, threads=1)
    files = matte_files(plan, tmp_path, 0)
    whole = read(files.path(FIRST))[1][..., 0]
    plan = plan.model_copy(update={"frames": frames})
    assert write_mattes(plan, tmp_path, has_alpha=False, threads=1) == 1
    seen = read(files.path(FIRST))[1][..., 0]
    assert not seen[33:48, 73:88].any()
    painted = np.ones((plan.canvas[1], plan.canvas[0], 3), np.float32)
    backing = PlateProperties(alpha=None, premultiplied=False, encoding="display")
    composed = compose_face(plan, [covered], backing, [painted]).pixels[..., 3].astype(np.float32)
    assert np.array_equal(seen, composed)
    assert whole[33:48, 73:88].min() > 0


def test_on_twos_every_frame_of_the_plate_has_the_matte_of_the_file_that_shows_it(tmp_path: Path) -> None:
    plan = plan_of("F" * COUNT, on="twos")
    assert len(plan.frames) < COUNT
    write_mattes(plan, tmp_path, has_alpha=False, threads=2)
    files = matte_files(plan, tmp_path, 0)
    assert files.frames_on_disk() == FRAMES
    one, same = (read(files.path(frame)) for frame in (FIRST + 2, FIRST + 3))
    assert np.array_equal(one[1], same[1])
    labels = [spec.getattribute("smpte:TimeCode")[0] & 0xFF for spec, _ in (one, same)]
    assert labels == [2, 3]


def test_what_is_current_is_kept_and_what_is_damaged_is_written_again(tmp_path: Path) -> None:
    plan = plan_of("F" * COUNT)
    write_mattes(plan, tmp_path, has_alpha=False, threads=2)
    before = digests(tmp_path)
    assert write_mattes(plan, tmp_path, has_alpha=False, threads=2) == 0
    damaged = matte_files(plan, tmp_path, 0).path(FIRST)
    damaged.write_bytes(damaged.read_bytes()[:-9])
    matte_files(plan, tmp_path, 0).path(FIRST + 1).unlink()
    assert write_mattes(plan, tmp_path, has_alpha=False, threads=2) == 2
    assert digests(tmp_path) == before


def test_another_shape_writes_its_frames_again(plate_pattern: Path, tmp_path: Path) -> None:
    _, plan = plans_for(plate_pattern)
    write_mattes(plan, tmp_path, has_alpha=False, threads=2)
    put(plate_pattern.parent, block(), FIRST + 1)
    _, other = plans_for(plate_pattern)
    assert write_mattes(other, tmp_path, has_alpha=False, threads=2) == 1
    assert read(matte_files(plan, tmp_path, 0).path(FIRST + 1))[1][..., 0] == pytest.approx(block() / 255, abs=1e-3)
    _, softer = plans_for(plate_pattern, "matte.feather=0.2")
    without_face = FIRST + COUNT - ABSENT_FROM
    assert write_mattes(softer, tmp_path, has_alpha=False, threads=2) == COUNT - without_face - 1, (
        "the given one stays as it is"
    )


def test_only_asked_for_frames_are_written(tmp_path: Path) -> None:
    plan, only = plan_of("F" * COUNT), FrameRange(first=1003, last=1004)
    assert count_mattes(plan, only) == 2
    assert write_mattes(plan, tmp_path, has_alpha=False, threads=1, only=only) == 2
    assert matte_files(plan, tmp_path, 0).frames_on_disk() == [FIRST + 2, FIRST + 3]


def test_mattes_of_an_earlier_plan_are_removed_and_other_files_are_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plan = plan_of("F" * COUNT, "F" * COUNT)
    write_mattes(plan, tmp_path, has_alpha=False, threads=2)
    own = matte_files(plan, tmp_path, 0).folder / "roto.0101.exr"
    own.write_bytes(b"of somebody else")
    write_mattes(plan_of("F" * COUNT), tmp_path, has_alpha=False, threads=2)
    assert matte_files(plan, tmp_path, 0).frames_on_disk() == FRAMES
    assert matte_files(plan, tmp_path, 1).frames_on_disk() == []
    assert own.exists()
    assert "roto.0101.exr is not a frame of this pass" in caplog.text


def test_a_matte_that_is_put_back_unchanged_changes_no_pixel(plate_pattern: Path, tmp_path: Path) -> None:
    plan = render(plate_pattern, tmp_path / "out")[PassName.FACE].plan
    before = [read(layer(tmp_path / "out", "FACE", frame - FIRST + 1001))[1] for frame in FRAMES]
    write_mattes(plan, tmp_path / "out", has_alpha=False, threads=2)
    shutil.copytree(matte_files(plan, tmp_path / "out", 0).folder, plate_pattern.parent / "guides/sh010")
    again = render(plate_pattern, tmp_path / "out")[PassName.FACE]
    assert again.rendered == COUNT
    assert len(again.plan.mattes) == 1
    for frame, pixels in zip(FRAMES, before, strict=True):
        after = read(layer(tmp_path / "out", "FACE", frame - FIRST + 1001))[1]
        assert np.array_equal(after[..., 3], pixels[..., 3])
        assert after == pytest.approx(pixels, abs=1e-3)


def test_an_unreadable_matte_names_shot_face_and_frame(plate_pattern: Path, tmp_path: Path) -> None:
    put(plate_pattern.parent, block(), FIRST, FIRST + 1)
    damaged = plate_pattern.parent / "guides/sh010/matte.0102.png"
    damaged.write_bytes(damaged.read_bytes()[:-30])
    _, plan = plans_for(plate_pattern)
    with pytest.raises(MediaError, match="shot sh010, face 0, frame 102: cannot decode"):
        write_mattes(plan, tmp_path, has_alpha=False, threads=1)


def test_mattes_are_never_written_through_a_link(tmp_path: Path) -> None:
    plan = plan_of("F" * COUNT)
    folder = matte_files(plan, tmp_path / "out", 0).folder
    folder.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    with pytest.raises(OutputNotWritable, match="symbolic link"):
        write_mattes(plan, tmp_path / "out", has_alpha=False, threads=1)
    assert not list((tmp_path / "elsewhere").iterdir())
