"""What is in front of a face."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.faces.test_geometry import face
from toolkit.documents import FaceSample, FaceState, Outline
from toolkit.faces.occluders import OccluderFinder, outline_occluders
from toolkit.faces.upright import CANVAS, FacePlacement, canvas_affine, measure_placement
from toolkit.plates import open_plate
from toolkit.turnover import read_cut

LANDMARKS = face(scale=1.0, roll=0.0)
PLACE = measure_placement(LANDMARKS)
SAMPLE = FaceSample(
    source_frame=7, state=FaceState.FOUND, centre=(PLACE.x, PLACE.y), scale=PLACE.scale, roll=0.0, landmarks=LANDMARKS
)
MATRIX = canvas_affine(PLACE, zoom=0.8)
UNIT = 0.8 * 0.5 * CANVAS
"""Canvas pixels of a face height."""
EYES = MATRIX[:, :2] @ (PLACE.x, PLACE.y) + MATRIX[:, 2]
BODY, FACE, CLOTHES, THINGS = 2, 3, 4, 5

Box = tuple[float, float, float, float]
"""Left, top, right and bottom from the point between the eyes, face heights."""


def classes(**boxes: tuple[int, Box]) -> np.ndarray:
    """A face that fills the canvas, and over it boxes of other classes."""
    found = np.zeros((CANVAS, CANVAS, 6), np.float32)
    found[..., FACE] = 1
    for number, (left, top, right, bottom) in boxes.values():
        x0, y0, x1, y1 = (
            int(np.clip(round(edge), 0, CANVAS))
            for edge in (EYES[0] + left * UNIT, EYES[1] + top * UNIT, EYES[0] + right * UNIT, EYES[1] + bottom * UNIT)
        )
        found[y0:y1, x0:x1] = np.eye(6)[number]
    return found


def cover(outlines: tuple[Outline, ...], box: Box) -> float:
    """The part of ``box`` that the outlines contain."""
    drawn = np.zeros((CANVAS, CANVAS), np.uint8)
    for outline in outlines:
        points = np.array(outline) @ MATRIX[:, :2].T + MATRIX[:, 2]
        cv2.fillPoly(drawn, [np.rint(points).astype(np.int32)], 1)
    left, top, right, bottom = (
        round(edge)
        for edge in (EYES[0] + box[0] * UNIT, EYES[1] + box[1] * UNIT, EYES[0] + box[2] * UNIT, EYES[1] + box[3] * UNIT)
    )
    return float(drawn[top:bottom, left:right].mean())


HAND: Box = (-0.2, 0.3, 0.1, 0.6)


@pytest.mark.parametrize(
    ("seen", "is_in_front"),
    [
        ({"hand": (BODY, HAND)}, True),
        ({"sleeve": (CLOTHES, HAND)}, True),
        ({"neck": (BODY, (-0.3, 0.85, 0.3, 1.2))}, False),
        ({"glasses": (THINGS, (-0.3, -0.1, 0.3, 0.1))}, False),
        ({"fingertip": (BODY, (0.0, 0.3, 0.04, 0.34))}, False),
        ({"wall": (0, HAND), "hair": (1, (-0.3, -0.3, 0.3, -0.1))}, False),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_hands_and_arms_that_reach_into_the_face_are_in_front(
    seen: dict[str, tuple[int, Box]], is_in_front: bool
) -> None:
    assert bool(outline_occluders(classes(**seen), SAMPLE, MATRIX)) is is_in_front


def test_a_microphone_is_in_front_with_the_hand_that_holds_it() -> None:
    microphone: Box = (-0.05, 0.2, 0.05, 0.4)
    found = outline_occluders(
        classes(hand=(BODY, (-0.1, 0.4, 0.15, 0.7)), microphone=(THINGS, microphone)), SAMPLE, MATRIX
    )
    assert cover(found, microphone) == 1


def test_an_outline_is_hardly_wider_than_the_hand() -> None:
    found = outline_occluders(classes(hand=(BODY, HAND)), SAMPLE, MATRIX)
    assert cover(found, HAND) == 1
    points = np.concatenate([np.array(outline) for outline in found]) @ MATRIX[:, :2].T + MATRIX[:, 2]
    beyond = (points - EYES) / UNIT
    assert np.abs(beyond.min(axis=0) - HAND[:2]).max() < 0.02
    assert np.abs(beyond.max(axis=0) - HAND[2:]).max() < 0.02


def test_of_a_face_that_is_only_seen_the_neck_is_not_in_front() -> None:
    """Its outline is an oval, which ends below the chin."""
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    middle = np.array(FacePlacement(x=PLACE.x, y=PLACE.y, scale=PLACE.scale, roll=0).middle())
    oval = middle + PLACE.scale * np.column_stack([0.4 * np.cos(angles), 0.62 * np.sin(angles)])
    update = {"landmarks": None, "state": FaceState.HELD, "outline": tuple(map(tuple, oval.tolist()))}
    seen = SAMPLE.model_copy(update=update)
    assert outline_occluders(classes(neck=(BODY, (-0.3, 0.7, 0.3, 1.2))), seen, MATRIX) == ()
    assert outline_occluders(classes(hand=(BODY, HAND)), seen, MATRIX)


def test_the_hands_of_a_singer_are_found_and_his_bare_face_is_bare(shared: Path, segmenter_model: Path) -> None:
    (shot,) = read_cut(shared / "media/performance/short_hamilton_clip.mp4", handles=0).shots
    faces = {100: (268, 60, 95), 134: (243, 96, 100)}
    with (
        open_plate(shot.media) as plate,
        closing(plate.frames_8bit(list(faces))) as frames,
        OccluderFinder(segmenter_model) as finder,
    ):
        found = {}
        for frame, picture in frames:
            x, y, scale = faces[frame]
            angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
            oval = np.array([x, y + 0.2 * scale]) + scale * np.column_stack(
                [0.36 * np.cos(angles), 0.5 * np.sin(angles)]
            )
            outline = tuple((float(px), float(py)) for px, py in oval)
            sample = FaceSample(
                source_frame=frame, state=FaceState.HELD, centre=(x, y), scale=scale, roll=0.0, outline=outline
            )
            (found[frame],) = finder.find(picture, [sample])
    assert found[100] == ()
    (hand,) = found[134]
    assert cv2.pointPolygonTest(np.array(hand, np.float32), (220, 150), measureDist=False) > 0, "his right hand"
    assert cv2.pointPolygonTest(np.array(hand, np.float32), (243, 100), measureDist=False) < 0, "his nose"
