"""The face guide, compared with MediaPipe's own drawing."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from mediapipe.tasks.python.components.containers.landmark import NormalizedLandmark
from mediapipe.tasks.python.vision import FaceLandmarksConnections, drawing_utils
from numpy.typing import NDArray

from tests.faces._footage import Person, Picture
from tests.faces.test_geometry import face
from toolkit.faces.detect import LandmarkReader
from toolkit.passes.guides.face_mesh import CONTOURS, draw_face_annotation

SIZE = (512, 256)
"""Width and height; powers of two, so that pixels survive the round trip through 0..1 exactly."""

DRAWN = {
    "FACE_OVAL": (10, 200, 10),
    "LEFT_EYE": (180, 200, 10),
    "LEFT_EYEBROW": (180, 220, 10),
    "RIGHT_EYE": (10, 200, 180),
    "RIGHT_EYEBROW": (10, 220, 180),
    "LIPS": (10, 180, 10),
}
"""The annotator's colours in its drawing order, as BGR."""
RIGHT_PUPIL, LEFT_PUPIL = 468, 473
PUPILS_DRAWN = {RIGHT_PUPIL: (10, 200, 250), LEFT_PUPIL: (250, 200, 10)}

WHOLE = face(scale=1.7, x=-120.3, y=-80.1)
CLIPPED = face(scale=2.0, roll=20, x=-340, y=-240)
SCRAMBLED = np.random.default_rng(3).uniform((-40, -40, 0), (*SIZE, 1), (478, 3)).astype(np.float32)


def centred(**placing: float) -> NDArray[np.float32]:
    """The face with its bounding box centred in the image."""
    landmarks = face(**placing)
    extent = landmarks[:, :2]
    landmarks[:, :2] += np.array(SIZE) / 2 - (extent.min(axis=0) + extent.max(axis=0)) / 2
    return landmarks


def draw_with_mediapipe(faces: Sequence[NDArray[np.float32]]) -> Picture:
    """MediaPipe's drawing, with the lines of each part in random order: the annotator's is that of a hash table."""
    width, height = SIZE
    canvas = np.zeros((height, width, 3), dtype=np.uint8)
    for landmarks in faces:
        marks = [NormalizedLandmark(x=float(x) / width, y=float(y) / height) for x, y, _ in landmarks]
        for name, colour in DRAWN.items():
            lines = list(getattr(FaceLandmarksConnections, f"FACE_LANDMARKS_{name}"))
            random.Random(name).shuffle(lines)
            spec = drawing_utils.DrawingSpec(color=colour, thickness=2)
            drawing_utils.draw_landmarks(canvas, marks, lines, landmark_drawing_spec=None, connection_drawing_spec=spec)
        for index, colour in PUPILS_DRAWN.items():
            if 0 <= marks[index].x < 1 and 0 <= marks[index].y < 1:
                x, y = math.floor(marks[index].x * width), math.floor(marks[index].y * height)
                canvas[y - 2 : y + 2, x - 2 : x + 2] = colour
    return canvas[..., ::-1]


def find_colour(picture: Picture, drawn: tuple[int, int, int]) -> NDArray[np.float64]:
    """x, y of the pixels (n, 2) with a BGR colour."""
    rows, columns = np.nonzero((picture == drawn[::-1]).all(axis=-1))
    return np.column_stack([columns, rows]).astype(np.float64)


def edges(name: str) -> list[frozenset[int]]:
    return [frozenset(edge) for chain in CONTOURS[name][1] for edge in pairwise(chain)]


@pytest.mark.parametrize(
    ("name", "count"),
    [("FACE_OVAL", 36), ("LEFT_EYE", 16), ("LEFT_EYEBROW", 8), ("RIGHT_EYE", 16), ("RIGHT_EYEBROW", 8), ("LIPS", 40)],
)
def test_each_part_has_mediapipes_edges_exactly_once(name: str, count: int) -> None:
    theirs = {frozenset((edge.start, edge.end)) for edge in getattr(FaceLandmarksConnections, f"FACE_LANDMARKS_{name}")}
    assert set(edges(name)) == theirs
    assert len(edges(name)) == len(theirs) == count


def test_the_parts_together_are_mediapipes_contours() -> None:
    contours = {frozenset((edge.start, edge.end)) for edge in FaceLandmarksConnections.FACE_LANDMARKS_CONTOURS}
    assert {edge for name in CONTOURS for edge in edges(name)} == contours
    assert len(contours) == 124


@pytest.mark.parametrize(
    "faces",
    [
        pytest.param([centred(scale=1.7)], id="upright"),
        pytest.param([centred(scale=1.7, roll=35)], id="rolled"),
        pytest.param([centred(scale=1.7, roll=180)], id="upside down"),
        pytest.param([centred(scale=0.75)], id="small"),
        pytest.param([SCRAMBLED], id="scrambled, so that all parts cross each other"),
        pytest.param([CLIPPED], id="clipped at the top and left"),
        pytest.param([face(scale=2.0, x=70, y=20)], id="clipped at the bottom and right"),
        pytest.param([face(scale=4.0, x=-644, y=-300)], id="larger than the picture"),
        pytest.param([face(scale=2.0, x=900)], id="beside the picture"),
        pytest.param([np.round(face(scale=1.7, x=-160))], id="at whole pixels"),
        pytest.param([WHOLE, centred(scale=1.7), CLIPPED], id="several faces, later over earlier"),
    ],
)
def test_every_pixel_matches_mediapipe(faces: list[NDArray[np.float32]]) -> None:
    picture = draw_face_annotation([landmarks.astype(np.float32) for landmarks in faces], SIZE)
    assert picture.dtype == np.uint8
    assert picture.shape == (256, 512, 3)
    assert picture.flags.c_contiguous
    assert (picture == draw_with_mediapipe(faces)).all()


@pytest.mark.parametrize(
    ("landmark", "axis", "edge", "outwards"),
    [
        pytest.param(234, 0, 0, -np.inf, id="left"),
        pytest.param(454, 0, SIZE[0], np.inf, id="right"),
        pytest.param(10, 1, 0, -np.inf, id="top"),
        pytest.param(152, 1, SIZE[1], np.inf, id="bottom"),
    ],
)
def test_a_line_may_end_on_the_edge_of_the_image_but_not_beyond(
    landmark: int, axis: int, edge: int, outwards: float
) -> None:
    landmarks = WHOLE.copy()
    outermost = max(0, edge - 1)
    for end, drawn in ((np.float32(edge), True), (np.nextafter(np.float32(edge), np.float32(outwards)), False)):
        landmarks[landmark, axis] = end
        picture = draw_face_annotation([landmarks], SIZE)
        assert picture.take(outermost, axis=1 - axis).any() == drawn
        assert (picture == draw_with_mediapipe([landmarks])).all()


def test_the_image_has_eight_colours_on_black() -> None:
    colours = {tuple(colour) for colour in draw_face_annotation([WHOLE], SIZE).reshape(-1, 3).tolist()}
    assert colours == {(0, 0, 0)} | {colour[::-1] for colour in (*DRAWN.values(), *PUPILS_DRAWN.values())}


def test_a_pupil_is_a_4x4_square_placed_as_in_the_original() -> None:
    landmarks = WHOLE.copy()
    landmarks[LEFT_PUPIL, :2] = (300.9, 200.2)
    square = find_colour(draw_face_annotation([landmarks], SIZE), PUPILS_DRAWN[LEFT_PUPIL])
    assert square.tolist() == [[x, y] for y in range(198, 202) for x in range(298, 302)]


@pytest.mark.parametrize(
    ("x", "y", "pixels"),
    [(2, 2, 16), (1, 50, 0), (50, 1, 0), (-0.1, 50, 0), (511, 50, 12), (510, 255, 12), (512.1, 50, 0)],
)
def test_at_an_edge_a_pupil_is_clipped_or_left_out_like_an_array_slice(x: float, y: float, pixels: int) -> None:
    landmarks = WHOLE.copy()
    landmarks[RIGHT_PUPIL, :2] = (x, y)
    assert len(find_colour(draw_face_annotation([landmarks], SIZE), PUPILS_DRAWN[RIGHT_PUPIL])) == pixels


@pytest.mark.parametrize("side", [0, 1], ids=["width", "height"])
def test_a_face_under_64_pixels_is_not_drawn(side: int) -> None:
    landmarks, middle = centred(scale=1.7), SIZE[side] // 2
    landmarks[:, side] = landmarks[:, side].clip(middle - 32, middle + 32)
    assert draw_face_annotation([landmarks], SIZE).any()
    landmarks[:, side] = landmarks[:, side].clip(middle - 32, middle + 31.9)
    assert not draw_face_annotation([landmarks], SIZE).any()


def test_without_a_face_nothing_is_drawn() -> None:
    picture = draw_face_annotation([], SIZE)
    assert picture.shape == (256, 512, 3)
    assert not picture.any()


def test_on_a_photograph_the_lines_match_the_eyes(model: Path, anna: Person) -> None:
    height, width = anna.photograph.shape[:2]
    with LandmarkReader(model, confidence=0.5) as reader:
        seen = reader.read(anna.photograph)
    assert seen is not None
    picture = draw_face_annotation([seen.landmarks], (width, height))
    right, left = (find_colour(picture, DRAWN[name]).mean(axis=0) for name in ("RIGHT_EYE", "LEFT_EYE"))
    assert (right + left) / 2 == pytest.approx(anna.eyes, abs=3), "the brows are 11 pixels higher"
    assert np.degrees(np.arctan2(*(left - right)[::-1])) == pytest.approx(anna.roll, abs=1.5)
    luma = anna.photograph.mean(axis=-1)
    for index, eye in ((RIGHT_PUPIL, right), (LEFT_PUPIL, left)):
        pupil = find_colour(picture, PUPILS_DRAWN[index])
        assert np.hypot(*(pupil.mean(axis=0) - eye)) < 5
        columns, rows = pupil.astype(int).T
        x, y = eye.astype(int)
        assert luma[rows, columns].mean() < 0.6 * luma[y - 10 : y + 11, x - 15 : x + 16].mean(), "the pupil is dark"
