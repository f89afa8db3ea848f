"""The ground truth matches the pixels: compared with the decoded media, not with the drawing code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.demo import GroundTruth, TrueFace, Visibility, read_ground_truth
from toolkit.demo.astronaut import CENTRE, FACE_HEIGHT, LANDMARKS, RIGID, ROLL, read_picture
from toolkit.errors import DocumentError, MissingDocument
from toolkit.models import PORTRAIT

if TYPE_CHECKING:
    from tests.demo.conftest import ReadFrames

MAGNIFIED = 4
"""Samples per photo pixel at which patches are compared."""


@pytest.fixture(scope="module")
def truth(demo: Path) -> GroundTruth:
    return read_ground_truth(demo)


def _patch(
    picture: NDArray[Any], centre: NDArray[Any], size: tuple[int, int], to_picture: NDArray[Any]
) -> NDArray[np.float32]:
    """A grey patch of ``size`` photo pixels around ``centre``; ``to_picture`` (2, 3) maps the photo to the picture."""
    width, height = (side * MAGNIFIED for side in size)
    corner = centre - (np.array([width, height]) - 1) / 2 / MAGNIFIED
    to_photo = np.array([[1 / MAGNIFIED, 0, corner[0]], [0, 1 / MAGNIFIED, corner[1]], [0, 0, 1]])
    matrix = np.asarray(to_picture) @ to_photo
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.warpAffine(grey, matrix, (width, height), flags=flags))


def _in_photo(face: TrueFace) -> NDArray[np.float64]:
    """The landmarks of a frame, mapped back to photo pixels."""
    matrix = np.asarray(face.matrix)
    return np.asarray((face.landmarks - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T)


def _fully(truth: GroundTruth, shot: int) -> list[TrueFace]:
    return [face for face in truth.shots[shot].faces if face.visible is Visibility.FULLY]


def _offset(still: NDArray[np.float32], moving: NDArray[np.float32], face: TrueFace) -> float:
    """Offset between the two patches, frame pixels: registration by enhanced correlation (ECC)."""
    start = np.eye(2, 3, dtype=np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 100, 1e-6)
    correlation, found = cv2.findTransformECC(still, moving, start, cv2.MOTION_TRANSLATION, criteria)
    assert correlation > 0.98, "not the same piece of the face"
    return float(np.hypot(*found[:, 2])) / MAGNIFIED * face.scale / FACE_HEIGHT


@pytest.mark.parametrize("shot", [0, 1], ids=["movie", "sequence"])
def test_both_eyes_and_the_nose_are_where_the_ground_truth_says(
    truth: GroundTruth, read_frames: ReadFrames, shot: int
) -> None:
    """Detects an offset of one frame or half a pixel, 0.2 degrees of roll, and half a percent of scale."""
    places = [LANDMARKS[[33, 133]].mean(axis=0), LANDMARKS[[362, 263]].mean(axis=0), LANDMARKS[4]]
    stills = [_patch(read_picture(PORTRAIT), place, (24, 12), np.eye(3)[:2]) for place in places]
    faces = _fully(truth, shot)[::5]
    frames = read_frames(truth.shots[shot], {face.source_frame for face in faces})
    for face in faces:
        for place, still in zip(places, stills, strict=True):
            moving = _patch(frames[face.source_frame], place, (24, 12), np.asarray(face.matrix))
            assert _offset(still, moving, face) < 0.2, f"source frame {face.source_frame}"


def _mouth(picture: NDArray[Any], face: TrueFace) -> tuple[float, float]:
    """Brightness just above and just below the inner edge of the lower lip in the ground truth."""
    lip, chin = face.landmarks[14], face.landmarks[152]
    down = (chin - lip) / np.linalg.norm(chin - lip) * face.scale / FACE_HEIGHT
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (0, 0), 1)
    above, below = np.round(lip - 2.5 * down).astype(int), np.round(lip + 2.5 * down).astype(int)
    return float(grey[above[1], above[0]]), float(grey[below[1], below[0]])


@pytest.mark.parametrize("shot", [0, 1], ids=["movie", "sequence"])
def test_the_lower_lip_is_at_its_landmark_and_the_open_mouth_is_dark(
    truth: GroundTruth, read_frames: ReadFrames, shot: int
) -> None:
    wide = [face for face in _fully(truth, shot) if face.mouth_open > 0.6][::3]
    shut = [face for face in _fully(truth, shot) if face.mouth_open < 0.01][::3]
    frames = read_frames(truth.shots[shot], {face.source_frame for face in [*wide, *shut]})
    assert wide and shut
    for face in wide:
        above, below = _mouth(frames[face.source_frame], face)
        assert above < 60, f"source frame {face.source_frame}: not dark"
        assert below > 110, f"source frame {face.source_frame}: no lip"
    for face in shut:
        above, _ = _mouth(frames[face.source_frame], face)
        assert above > 150, f"source frame {face.source_frame}: no teeth"


@pytest.mark.parametrize("brow", [105, 334], ids=["right brow", "left brow"])
def test_a_raised_brow_is_at_its_landmark(truth: GroundTruth, read_frames: ReadFrames, brow: int) -> None:
    """The photograph's brow is searched for along the axis of the face in steps of a quarter photo pixel."""
    raised = [face for face in _fully(truth, 0) if face.brow_raise > 0.9][::4]
    frames = read_frames(truth.shots[0], {face.source_frame for face in raised})
    still = _patch(read_picture(PORTRAIT), LANDMARKS[brow], (14, 6), np.eye(3)[:2])
    for face in raised:
        motion = _in_photo(face)[brow] - LANDMARKS[brow]
        distance = np.linalg.norm(motion)
        assert distance > 3
        axis = motion / distance
        steps = np.arange(0, 8, 0.25)
        frame, matrix = frames[face.source_frame], np.asarray(face.matrix)
        patches = [_patch(frame, LANDMARKS[brow] + axis * step, (14, 6), matrix) for step in steps]
        similarities = [float(cv2.matchTemplate(patch, still, cv2.TM_CCOEFF_NORMED)[0, 0]) for patch in patches]
        assert abs(steps[int(np.argmax(similarities))] - distance) < 0.8, f"source frame {face.source_frame}"


def test_the_ground_truth_is_consistent(truth: GroundTruth) -> None:
    for shot in truth.shots:
        for face in shot.faces:
            matrix = np.asarray(face.matrix)
            assert np.allclose(face.landmarks[list(RIGID)].mean(axis=0), face.centre, atol=0.01)
            assert np.allclose(matrix[:, :2] @ CENTRE + matrix[:, 2], face.centre)
            assert np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0])) + ROLL == pytest.approx(face.roll)
            inside = ((face.landmarks > -0.5) & (face.landmarks < (1279.5, 719.5))).all(axis=1)
            expected = {True: "FULLY", False: "PARTLY" if inside.any() else "GONE"}[bool(inside.all())]
            assert face.visible == expected


def test_there_is_no_ground_truth_without_a_complete_demo(tmp_path: Path) -> None:
    with pytest.raises(MissingDocument, match="toolkit demo"):
        read_ground_truth(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("{", id="not JSON"),
        pytest.param("[]", id="not an object"),
        pytest.param('{"schema": "toolkit.demo_ground_truth/9"}', id="another version"),
        pytest.param('{"schema": "toolkit.demo_ground_truth/1", "recipe": "", "files": {}}', id="no shots"),
    ],
)
def test_an_invalid_ground_truth_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "ground_truth.json").write_text(text)
    with pytest.raises(DocumentError, match=r"ground_truth\.json"):
        read_ground_truth(tmp_path)
