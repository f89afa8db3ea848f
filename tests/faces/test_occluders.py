"""What is in front of a face."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.faces.test_geometry import face
from toolkit.documents import FaceSample, FaceState, Outline
from toolkit.faces.occluders import OccluderFinder, Sight, outline_occluders, settle
from toolkit.faces.upright import CANVAS, canvas_affine, measure_placement
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
    assert outline_occluders(classes(**seen), SAMPLE, MATRIX).is_sure is is_in_front


def test_a_microphone_is_in_front_with_the_hand_that_holds_it() -> None:
    microphone: Box = (-0.05, 0.2, 0.05, 0.4)
    found = outline_occluders(
        classes(hand=(BODY, (-0.1, 0.4, 0.15, 0.7)), microphone=(THINGS, microphone)), SAMPLE, MATRIX
    ).outlines
    assert cover(found, microphone) == 1


def test_an_outline_is_hardly_wider_than_the_hand() -> None:
    found = outline_occluders(classes(hand=(BODY, HAND)), SAMPLE, MATRIX).outlines
    assert cover(found, HAND) == 1
    points = np.concatenate([np.array(outline) for outline in found]) @ MATRIX[:, :2].T + MATRIX[:, 2]
    beyond = (points - EYES) / UNIT
    assert np.abs(beyond.min(axis=0) - HAND[:2]).max() < 0.02
    assert np.abs(beyond.max(axis=0) - HAND[2:]).max() < 0.02


def sights(sure: str, *, first: int = 100) -> dict[int, Sight]:
    """``S`` for each frame with a sure sight, ``s`` for one that is not sure; outlines tell their frames."""
    return {
        first + index: Sight(outlines=(((float(first + index), 0.0), (1.0, 0.0), (0.0, 1.0)),), is_sure=letter == "S")
        for index, letter in enumerate(sure)
        if letter != "."
    }


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ("..SSS...", "..ooo..."),
        ("..SS....", "........"),
        ("..sss...", "........"),
        ("..sSSSss", "..oooooo"),
        (".SS....S", ".ooooooo"),
        (".SS......S", ".........."),
        ("", ""),
    ],
)
def test_what_is_in_front_stays_for_a_while_and_does_not_flicker(seen: str, expected: str) -> None:
    settled = settle(sights(seen), range(100, 100 + len(seen)), least=3)
    assert "".join("o" if 100 + index in settled else "." for index in range(len(seen))) == expected


def test_a_frame_between_has_what_is_nearest_in_time_where_the_face_is_read() -> None:
    settled = settle(sights("SS....S"), [*range(100, 103), 104, 105, 106], least=3)
    assert {frame: outlines[0][0][0] for frame, outlines in settled.items()} == {
        100: 100, 101: 101, 102: 101, 104: 106, 105: 106, 106: 106
    }  # fmt: skip


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
                [0.3 * np.cos(angles), 0.4 * np.sin(angles)]
            )
            outline = tuple((float(px), float(py)) for px, py in oval)
            sample = FaceSample(
                source_frame=frame, state=FaceState.FOUND, centre=(x, y), scale=scale, roll=0.0, outline=outline
            )
            (found[frame],) = finder.find(picture, [sample])
    assert not found[100].is_sure
    (hand,) = found[134].outlines
    assert cv2.pointPolygonTest(np.array(hand, np.float32), (220, 150), measureDist=False) > 0, "his right hand"
    assert cv2.pointPolygonTest(np.array(hand, np.float32), (243, 100), measureDist=False) < 0, "his nose"
