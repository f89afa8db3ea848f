"""Two clips are read in one way and compared; clips that cannot be compared are refused with their numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.report._reports import make_review, make_shot
from tests.turnover._cuts import write_movie, write_sequence
from toolkit.cli import run_command
from toolkit.cli.compare import show_review
from toolkit.demo.drawing import draw_frames
from toolkit.demo.motion import PUSH_IN, DemoShot, FaceKey
from toolkit.demo.writing import write_movie as write_demo_movie
from toolkit.documents import BlinkReview, Review
from toolkit.errors import UnsupportedMedia
from toolkit.stages import compare


def blinks(**counts: float) -> BlinkReview:
    none = dict.fromkeys(("plate", "kept", "lost", "added"), 0)
    return BlinkReview.model_validate(
        {"frames_compared": 40, **none, "delay_frames": None, "worst_frame": None, **counts}
    )


def flattened(kept: float) -> DemoShot:
    """The demo's first shot with all of the head's motion, and ``kept`` of the acting."""
    mouth, brows = (
        sum(values) / len(values) for values in zip(*((k.mouth, k.brows) for k in PUSH_IN.face), strict=True)
    )
    keys = tuple(
        FaceKey(frame=key.frame, mouth=mouth + kept * (key.mouth - mouth), brows=brows + kept * (key.brows - brows))
        for key in PUSH_IN.face
    )
    return replace(PUSH_IN, face=keys)


def test_half_of_the_acting_is_read_from_pictures(
    demo_out: Path, tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plate, half = demo_out / "footage" / PUSH_IN.media, tmp_path / "half.mov"
    write_demo_movie(half, draw_frames(flattened(0.5)), timecode_first=0)
    assert run_command(["compare", str(plate), str(half), "--json"]) == 0
    found = Review.model_validate_json(capsys.readouterr().out)
    (face,) = found.shots[0].faces
    acting = face.acting
    assert (found.plate, found.result) == (str(plate), str(half))
    assert acting.score is not None and 40 < acting.score < 60
    assert acting.amplitude == pytest.approx(0.5, abs=0.07)
    assert acting.delay_frames == pytest.approx(0, abs=0.5)
    assert {"brows", "jaw"} <= set(acting.regions)
    assert "gaze" in acting.unmeasured

    show_review(found)
    said = capsys.readouterr().out
    assert f"face 0: {acting.score:.0f} of 100: {100 * (acting.amplitude or 0):.0f} % of the movement" in said
    assert f"differs most in frames {acting.worst_frames[0]}, " in said


BLINKS: dict[str, tuple[BlinkReview, list[str]]] = {
    "none": (blinks(), []),
    "all kept": (blinks(plate=3, kept=3, delay_frames=-0.2), ["face 0: 3 of 3 blinks kept"]),
    "one lost and one added": (
        blinks(plate=3, kept=2, lost=1, added=1, delay_frames=1.5, worst_frame=112),
        ["face 0: 2 of 3 blinks kept, 1 added, 1.5 frames late: look at frame 112"],
    ),
    "unseen": (blinks(plate=2, kept=1), ["face 0: 1 of 2 blinks kept, 1 not seen in the result"]),
    "added": (blinks(added=2, worst_frame=7), ["face 0: no blinks in the plate, 2 added: look at frame 7"]),
}


@pytest.mark.parametrize(("found", "lines"), BLINKS.values(), ids=BLINKS.keys())
def test_blinks_are_told_in_one_line(found: BlinkReview, lines: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    shot = make_review(make_shot("sh010", 48), 80, faces=1)
    (face,) = shot.faces
    for acting in (face.acting, face.acting.model_copy(update={"score": None, "regions": {}})):
        judged = face.model_copy(update={"acting": acting.model_copy(update={"blinks": found})})
        show_review(Review(toolkit="", shots=(shot.model_copy(update={"faces": (judged,)}),)))
        assert [line for line in capsys.readouterr().out.splitlines() if "blinks" in line] == lines


UNLIKE: dict[str, tuple[int, int, str]] = {
    "shorter": (15, 24, "it has 15 frames, and the plate 16: give two clips of the same frames, or add --offset"),
    "of another rate": (
        16,
        25,
        "it plays at 25 fps, and the plate at 24: give two clips of the same frames, or add --by",
    ),
}


@pytest.mark.parametrize(("count", "rate", "problem"), UNLIKE.values(), ids=UNLIKE.keys())
def test_clips_of_other_frames_are_refused(count: int, rate: int, problem: str, tmp_path: Path, model: Path) -> None:
    write_movie(tmp_path / "plate.mov", 16)
    write_movie(tmp_path / "result.mov", count, rate=Fraction(rate))
    with pytest.raises(UnsupportedMedia, match=problem):
        compare(tmp_path / "plate.mov", tmp_path / "result.mov")


def test_a_sequence_with_a_hole_is_refused(tmp_path: Path, model: Path) -> None:
    pattern = write_sequence(tmp_path, [*range(1, 9), *range(12, 20)])
    with pytest.raises(UnsupportedMedia, match="frames of it are missing: give one movie, or one whole sequence"):
        compare(pattern, pattern)


def test_a_cropped_clip_is_refused(tmp_path: Path, model: Path) -> None:
    write_movie(tmp_path / "plate.mov", 2)
    for number in range(2):
        cv2.imwrite(str(tmp_path / f"square.{number:04d}.png"), np.zeros((16, 16, 3), np.uint8))
    with pytest.raises(UnsupportedMedia, match="it is 16x16, and the plate 32x16: give two clips of the same picture"):
        compare(tmp_path / "plate.mov", tmp_path / "square.####.png")


def test_clips_without_faces_say_so(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("plate.mov", "result.mov"):
        write_movie(tmp_path / name, 12)
    assert run_command(["compare", str(tmp_path / "plate.mov"), str(tmp_path / "result.mov")]) == 0
    assert capsys.readouterr().out == "note: plate: no face was found in the plate\n"
