"""The use of MediaPipe: exact pixels, the plate's camera, no output of its own, and its errors as ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import mediapipe
import numpy as np
import pytest

from tests.faces._footage import Person, Picture
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.faces.detect import LANDMARK_COUNT, LandmarkReader
from toolkit.faces.pose import CanonicalFace
from toolkit.faces.upright import measure_placement

MIDLINE = (10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1)


def test_a_reading_is_in_pixels(model: Path, anna: Person) -> None:
    with LandmarkReader(model, confidence=0.5) as reader:
        seen = reader.read(anna.photograph)
        assert len(reader.blendshape_names) == 52
        assert "jawOpen" in reader.blendshape_names
    assert seen is not None
    assert seen.landmarks.shape == (LANDMARK_COUNT, 3)
    assert seen.landmarks.dtype == np.float32
    assert seen.blendshapes is not None
    assert ((seen.blendshapes >= 0) & (seen.blendshapes <= 1)).all()
    eyes = measure_placement(seen.landmarks)
    assert np.hypot(eyes.x - anna.eyes[0], eyes.y - anna.eyes[1]) < 1
    assert eyes.scale == pytest.approx(anna.face_height, rel=0.06)


@pytest.mark.parametrize("height", [60, 80])
def test_landmarks_of_a_mirrored_picture_are_mirrored_to_a_quarter_of_a_pixel(
    height: float, model: Path, anna: Person
) -> None:
    """Pixel centres are integers: with half a pixel subtracted, the error would be 0.4 pixels."""
    errors = []
    midline = list(MIDLINE)
    with LandmarkReader(model, confidence=0.5) as one, LandmarkReader(model, confidence=0.5) as other:
        for shift in np.linspace(0, 1, 5):
            frame = anna.composite_over(np.zeros((256, 256, 3), np.uint8), 128 + shift, 100 + shift, height=height)
            seen = one.read_unconfirmed(frame)
            mirrored = other.read_unconfirmed(np.ascontiguousarray(frame[:, ::-1]))
            assert seen and mirrored
            errors.append((seen.landmarks[midline, 0] + mirrored.landmarks[midline, 0] - 255).mean() / 2)
    assert abs(np.mean(errors)) < 0.25


def test_the_pose_equals_mediapipes_for_the_same_picture(model: Path, anna: Person) -> None:
    vision, base = mediapipe.tasks.vision, mediapipe.tasks.BaseOptions(model_asset_path=str(model))
    options = vision.FaceLandmarkerOptions(base_options=base, output_facial_transformation_matrixes=True)
    canonical = CanonicalFace.load(model)
    with vision.FaceLandmarker.create_from_options(options) as theirs:
        for roll, x in ((0, 320), (25, 180), (-35, 470)):
            frame = anna.composite_over(np.full((360, 640, 3), 90, np.uint8), x, 150, height=150, roll=roll)
            image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=frame)
            result = theirs.detect(image)
            points = [(point.x * 640, point.y * 360, point.z * 640) for point in result.face_landmarks[0]]
            (ours,) = canonical.solve_poses(np.array([points], dtype=np.float32), width=640, height=360)
            expected = result.facial_transformation_matrixes[0]
            assert ours[:3, :3] == pytest.approx(expected[:3, :3], abs=2e-3)
            assert ours[:3, 3] == pytest.approx(expected[:3, 3], abs=0.01)
            assert ours[3] == pytest.approx([0, 0, 0, 1])
            deeper = np.array([points], dtype=np.float32) + np.array([0, 0, 40], dtype=np.float32)
            assert canonical.solve_poses(deeper, width=640, height=360)[0] == pytest.approx(ours, abs=1e-3), (
                "the depth of the origin is arbitrary"
            )


@pytest.mark.parametrize("step", [6, 60], ids=["within the expected area", "half a face farther"])
def test_a_reading_has_no_lag_and_does_not_depend_on_the_previous_picture(step: int, model: Path, anna: Person) -> None:
    """With MediaPipe's filter it lags 1.1 pixels after a step of 6; read only once, 3.2 pixels after a step of 60."""

    def at(x: float) -> Picture:
        return anna.composite_over(np.full((384, 384, 3), 90, np.uint8), x, 150, height=150)

    with LandmarkReader(model, confidence=0.5) as moving, LandmarkReader(model, confidence=0.5) as still:
        before = [moving.read(at(150)) for _ in range(3)][-1]
        after = moving.read(at(150 + step))
        there = [still.read(at(150 + step)) for _ in range(3)][-1]
    assert before and after and there
    moved = measure_placement(after.landmarks).x - measure_placement(before.landmarks).x
    assert moved == pytest.approx(step, abs=0.5)
    away = np.hypot(*(after.landmarks - there.landmarks)[:, :2].T)
    assert np.sqrt((away**2).mean()) < 1.0


def test_a_reader_that_lost_its_face_finds_the_next_one_at_once(model: Path, anna: Person) -> None:
    empty = np.full((384, 384, 3), 90, np.uint8)
    with LandmarkReader(model, confidence=0.5) as reader:
        assert reader.read(anna.composite_over(empty, 190, 150, height=150))
        assert reader.read(empty) is None
        assert reader.read(anna.composite_over(empty, 120, 230, height=110))


def test_a_picture_without_a_face_gives_no_reading(model: Path) -> None:
    with LandmarkReader(model, confidence=0.5) as reader:
        assert reader.read(np.full((240, 320, 3), 120, np.uint8)) is None


def test_native_code_prints_nothing(model: Path, tmp_path: Path, anna: Person) -> None:
    cv2.imwrite(str(tmp_path / "face.png"), anna.photograph[..., ::-1])
    program = (
        "import sys, cv2; from pathlib import Path; from toolkit.faces.detect import LandmarkReader\n"
        "picture = cv2.cvtColor(cv2.imread(sys.argv[2]), cv2.COLOR_BGR2RGB)\n"
        "with LandmarkReader(Path(sys.argv[1]), confidence=0.5) as reader:\n"
        "    print(reader.read(picture) is not None)\n"
    )
    command = [sys.executable, "-c", program, str(model), str(tmp_path / "face.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert done.stdout == "True\n"
    assert done.stderr == ""


def test_loading_mediapipe_does_not_keep_its_callers_objects_alive(model: Path) -> None:
    """Without PortAudio it keeps an exception, and with it all stack frames: the pictures of a whole shot."""
    program = (
        "import gc, sys, weakref; from pathlib import Path; from toolkit.faces.detect import LandmarkReader\n"
        "class Shot: pass\n"
        "def first_use():\n"
        "    shot = Shot()\n"
        "    LandmarkReader(Path(sys.argv[1]), confidence=0.5).close()\n"
        "    return weakref.ref(shot)\n"
        "alive = first_use(); gc.collect(); print(alive() is None)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(model)], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


@pytest.mark.parametrize("content", [b"", b"not a model at all"], ids=["empty", "garbage"])
def test_a_file_that_is_not_a_model_is_a_clear_error(content: bytes, tmp_path: Path) -> None:
    broken = tmp_path / "face_landmarker.task"
    broken.write_bytes(content)
    with pytest.raises(EngineFailed, match="face_landmarker"):
        LandmarkReader(broken, confidence=0.5)
    with pytest.raises(EngineFailed, match="no canonical face"):
        CanonicalFace.load(broken)


def test_a_missing_system_library_refers_to_the_doctor(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulates the exception that MediaPipe raises on a machine without it."""
    from mediapipe.tasks.python import vision

    def refuse(*_: object) -> None:
        raise OSError("libEGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(vision.FaceLandmarker, "create_from_options", refuse)
    with pytest.raises(EngineUnavailable, match=r"libEGL\.so\.1: .*; run 'toolkit doctor'"):
        LandmarkReader(model, confidence=0.5)
