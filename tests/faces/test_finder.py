"""YuNet: which faces it finds, and where."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.faces._footage import Person, Picture, grey
from toolkit.errors import EngineFailed
from toolkit.faces.finder import FaceFinder
from toolkit.faces.upright import FacePlacement


@pytest.mark.parametrize("size", [(640, 360), (1080, 1920), (1921, 1087), (3840, 2160)], ids="{0[0]}x{0[1]}".format)
@pytest.mark.parametrize("turns", range(4))
def test_a_face_is_located_in_plate_pixels_for_any_frame_size_and_turn(
    size: tuple[int, int], turns: int, finder: FaceFinder, anna: Person
) -> None:
    """She is upright in the turned picture: a quarter anticlockwise is undone by a roll of 90 degrees clockwise."""
    height = min(size) * 0.3
    x, y = size[0] * 0.6, size[1] * 0.4
    frame = anna.composite_over(grey(*size), x, y, height=height, roll=10 + 90 * turns)
    found = max(finder.find(frame, side=640, turns=turns), key=lambda face: face.score)
    assert found.placement.distance_to(FacePlacement(x=x, y=y, scale=height, roll=0)) < 0.08
    assert found.placement.scale == pytest.approx(height, rel=0.15)
    assert (found.placement.roll - 10 - 90 * turns + 180) % 360 - 180 == pytest.approx(0, abs=12)
    assert found.score > 0.8


def test_a_face_of_20_pixels_is_found(finder: FaceFinder, anna: Person) -> None:
    (found,) = finder.find(anna.composite_over(grey(640, 360), 420, 130, height=20), side=640)
    assert np.hypot(found.placement.x - 420, found.placement.y - 130) < 3


@pytest.mark.parametrize("roll", [90, 180, -90])
def test_the_middle_of_a_large_face_is_right_whichever_way_up_it_is(
    roll: float, finder: FaceFinder, anna: Person
) -> None:
    true = FacePlacement(x=320, y=190, scale=120, roll=roll)
    frame = anna.composite_over(grey(), true.x, true.y, height=true.scale, roll=roll)
    best = max(finder.find(frame, side=640), key=lambda face: face.score).placement
    assert np.hypot(*np.subtract(best.middle(), true.middle())) < 0.3 * true.scale


def test_profiles_are_found(shared: Path, finder: FaceFinder) -> None:
    """The camera goes round a face, 100 degrees to either side; the landmarks are lost from 70 on."""
    for frame in _read(shared / "media/facecap/facecap_turn_720p24.mp4")[::6]:
        assert finder.find(frame, side=640)


def test_an_empty_picture_shows_no_face(finder: FaceFinder) -> None:
    assert finder.find(grey(), side=640) == []
    assert finder.find(grey(1, 1), side=640) == []


def test_native_code_prints_nothing(finder_model: Path) -> None:
    program = (
        "import sys, numpy; from pathlib import Path; from toolkit.faces.finder import FaceFinder\n"
        "print(FaceFinder(Path(sys.argv[1])).find(numpy.zeros((90, 160, 3), numpy.uint8), side=640))\n"
    )
    command = [sys.executable, "-c", program, str(finder_model)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_file_that_is_not_a_model_is_a_clear_error(tmp_path: Path) -> None:
    broken = tmp_path / "finder.onnx"
    broken.write_bytes(b"not a model at all")
    with pytest.raises(EngineFailed, match=r"finder\.onnx is not a model"):
        FaceFinder(broken)


def _read(clip: Path) -> list[Picture]:
    capture, frames = cv2.VideoCapture(str(clip)), []
    while (frame := capture.read()[1]) is not None:
        frames.append(np.ascontiguousarray(frame[..., ::-1], dtype=np.uint8))
    return frames
