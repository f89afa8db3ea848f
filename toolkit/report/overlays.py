"""What is drawn over a frame: where a face was found, its oval, its crop, and the edge of its matte."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from toolkit.documents import FaceSample, FaceState, FaceTrack, FaceTracks, PassPlan, Point
from toolkit.mattes import skin_outline

COLOURS = ("#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#f0e442", "#0072b2")
"""Of the faces, in turn: told apart by people who see few colours too."""

_LETTERS = {FaceState.FOUND: "F", FaceState.HELD: "H", FaceState.ABSENT: "A"}

Outline = list[int] | None
"""x and y in turn, whole pixels of the plate; None: there is none in this frame."""


def draw_overlays(tracks: FaceTracks, plan: PassPlan | None, source_frames: Sequence[int]) -> list[dict[str, Any]]:
    """For each face its state, oval, crop and matte in each of ``source_frames``; ``plan`` is that of FACE."""
    planned = _planned(plan)
    return [_draw_face(track, planned, source_frames) for track in tracks.faces]


def _draw_face(
    track: FaceTrack, planned: Mapping[tuple[int, int], tuple[Outline, Outline]], source_frames: Sequence[int]
) -> dict[str, Any]:
    samples = {sample.source_frame: sample for sample in track.samples}
    layers = [planned.get((track.face, frame), (None, None)) for frame in source_frames]
    return {
        "face": track.face,
        "colour": COLOURS[track.face % len(COLOURS)],
        "states": "".join(_letter(samples.get(frame)) for frame in source_frames),
        "ovals": [_oval(samples.get(frame)) for frame in source_frames],
        "mattes": [matte for matte, _ in layers],
        "boxes": [box for _, box in layers],
    }


def _letter(sample: FaceSample | None) -> str:
    return _LETTERS[sample.state if sample is not None else FaceState.ABSENT]


def _oval(sample: FaceSample | None) -> Outline:
    """Every second point: it shows where the face is, while the matte's edge is exact."""
    outline = None if sample is None else skin_outline(sample)
    return None if outline is None else _whole(outline[::2])


def _planned(plan: PassPlan | None) -> dict[tuple[int, int], tuple[Outline, Outline]]:
    """The edge of the matte and the crop, by face and source frame."""
    if plan is None:
        return {}
    return {
        (face.face, source_frame): (_whole(face.outline), _whole(_around(face.corners)))
        for frame, lasting in plan.spans()
        for face in frame.faces
        for source_frame in lasting
    }


def _around(corners: tuple[Point, Point, Point, Point]) -> tuple[Point, ...]:
    upper_left, upper_right, lower_left, lower_right = corners
    return upper_left, upper_right, lower_right, lower_left


def _whole(points: Iterable[Point]) -> list[int]:
    return [round(value) for point in points for value in point]
