"""The footage's ground truth: the motion and the landmarks it was drawn with, stored beside it for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.demo.astronaut import FACE_HEIGHT, FACE_WIDTH, LANDMARKS
from toolkit.demo.motion import HEIGHT, WIDTH, DemoShot, Pose
from toolkit.documents import Point, write_atomically
from toolkit.errors import DocumentError, MissingDocument

FILE_NAME = "ground_truth.json"
_SCHEMA = "toolkit.demo_ground_truth/1"


class Visibility(StrEnum):
    """How much of the face is in the frame."""

    FULLY = "FULLY"
    PARTLY = "PARTLY"
    GONE = "GONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFace:
    """The face in one frame of the media, as drawn; also where it is outside the frame."""

    source_frame: int
    """Frame index in the movie, or number of the file."""
    visible: Visibility
    """FULLY if all landmarks are in the frame, GONE if none is."""
    matrix: tuple[tuple[float, float, float], tuple[float, float, float]]
    """The similarity from photo pixels to frame pixels, rows of a 2x3 matrix."""
    centre: Point
    """Mean of the landmarks that no expression moves (``astronaut.RIGID``), frame pixels."""
    roll: float
    """Degrees clockwise, 0 upright."""
    scale: float
    """Height of the face with the mouth as photographed, frame pixels."""
    width: float
    """Width of the face, frame pixels."""
    mouth_open: float
    """0 as photographed, 1 wide open."""
    brow_raise: float
    """0 as photographed, 1 fully raised."""
    landmarks: NDArray[np.float64]
    """float64 (478, 2), read-only: x, y in frame pixels, expression included, in MediaPipe's order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueShot:
    """One piece of footage."""

    name: str
    media: str
    """File or sequence (``####``), relative to the demo's folder."""
    faces: tuple[TrueFace, ...]
    """One per frame of the media, ascending."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundTruth:
    """The ground truth of a folder of demo footage; written when the footage is complete."""

    recipe: str
    """Digest of the code and the pictures that it was made with."""
    files: Mapping[str, str]
    """sha256 of every media file, by path relative to the demo's folder."""
    shots: tuple[TrueShot, ...]


def build_true_shot(shot: DemoShot) -> TrueShot:
    """The ground truth of ``shot``."""
    faces = [
        _build_true_face(source_frame, pose) for source_frame, pose in zip(shot.source_range, shot.poses(), strict=True)
    ]
    return TrueShot(name=shot.name, media=shot.media, faces=tuple(faces))


def write_ground_truth(folder: Path, truth: GroundTruth) -> None:
    """Write ``ground_truth.json`` atomically; landmarks are rounded to 0.01 px. Raises OutputNotWritable."""
    document = {
        "schema": _SCHEMA,
        "recipe": truth.recipe,
        "files": dict(truth.files),
        "shots": [
            {"name": shot.name, "media": shot.media, "faces": [_face_to_json(face) for face in shot.faces]}
            for shot in truth.shots
        ],
    }
    with write_atomically(folder / FILE_NAME) as temporary:
        temporary.write_text(json.dumps(document) + "\n", encoding="utf-8")


def read_ground_truth(folder: Path) -> GroundTruth:
    """The ground truth of the demo in ``folder``. Raises MissingDocument and DocumentError."""
    path = folder / FILE_NAME
    try:
        document = json.loads(path.read_bytes())
        if document["schema"] != _SCHEMA:
            raise DocumentError(path, "/schema", f"this version reads {_SCHEMA}")
        shots = tuple(
            TrueShot(name=shot["name"], media=shot["media"], faces=tuple(map(_face_from_json, shot["faces"])))
            for shot in document["shots"]
        )
        return GroundTruth(recipe=document["recipe"], files=dict(document["files"]), shots=shots)
    except FileNotFoundError:
        raise MissingDocument(path, "toolkit demo") from None
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DocumentError(path, "", f"not a ground truth: {error!r}") from error


def _build_true_face(source_frame: int, pose: Pose) -> TrueFace:
    matrix = pose.matrix
    landmarks = _freeze(pose.expression.move(LANDMARKS) @ matrix[:, :2].T + matrix[:, 2])
    inside = ((landmarks > -0.5) & (landmarks < (WIDTH - 0.5, HEIGHT - 0.5))).all(axis=1)
    partly_or_gone = Visibility.PARTLY if inside.any() else Visibility.GONE
    first, second = matrix.tolist()
    return TrueFace(
        source_frame=source_frame,
        visible=Visibility.FULLY if inside.all() else partly_or_gone,
        matrix=(tuple(first), tuple(second)),
        centre=(pose.x, pose.y),
        roll=pose.roll,
        scale=pose.scale * FACE_HEIGHT,
        width=pose.scale * FACE_WIDTH,
        mouth_open=pose.expression.mouth_open,
        brow_raise=pose.expression.brow_raise,
        landmarks=landmarks,
    )


def _face_to_json(face: TrueFace) -> dict[str, Any]:
    names = [name for name in TrueFace.__slots__ if name != "landmarks"]
    return {name: getattr(face, name) for name in names} | {"landmarks": np.round(face.landmarks, 2).tolist()}


def _face_from_json(document: dict[str, Any]) -> TrueFace:
    first, second = document["matrix"]
    x, y = document["centre"]
    exact = {
        "visible": Visibility(document["visible"]),
        "matrix": (tuple(first), tuple(second)),
        "centre": (x, y),
        "landmarks": _freeze(np.array(document["landmarks"], dtype=np.float64)),
    }
    return TrueFace(**{**document, **exact})


def _freeze(points: NDArray[np.float64]) -> NDArray[np.float64]:
    points.setflags(write=False)
    return points
