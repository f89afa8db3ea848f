"""The faces of a shot from a file: an exact head needs no detector, and nothing is filled in or smoothed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import (
    BLENDSHAPES,
    FaceSample,
    FaceState,
    FaceTrack,
    FaceTracks,
    Point,
    RigFace,
    RigFaces,
    RigHead,
    RigSample,
    RigShot,
    Shot,
    digest,
)
from toolkit.errors import DocumentError, list_frames
from toolkit.faces.placing import draw_ellipse
from toolkit.faces.smooth import unwrap_degrees
from toolkit.faces.upright import FacePlacement, find_centre_offset, from_face_coordinates, measure_placement

if TYPE_CHECKING:
    from toolkit.plates import Plate

_ALGORITHM = "rig/1"
"""Increment when the same file would give different numbers; part of every key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RigSource:
    """What a file says of one shot."""

    path: Path
    faces: RigFaces
    """With only the entry of this shot."""
    digest: str
    """Of ``faces``, 32 hex digits: reading what a file says of one shot again costs no new tracking of the others."""

    @classmethod
    def of(cls, path: Path, faces: RigFaces, entry: RigShot) -> RigSource:
        """``entry`` of ``faces``, which were read from ``path``."""
        own = faces.model_copy(update={"shots": (entry.model_copy(update={"shot": "", "media": ""}),)})
        return cls(path=path, faces=own, digest=digest(own))

    @property
    def entry(self) -> RigShot:
        """The faces of the shot."""
        return self.faces.shots[0]


def rig_key(shot: Shot, plate: Plate, rig: RigSource) -> str:
    """The ``key`` that ``read_rig_track`` writes for the same arguments: 32 hex digits. It reads no pixel."""
    return digest(_ALGORITHM, shot.name, shot.source_work_range, plate.width, plate.height, rig.digest)


def read_rig_track(shot: Shot, plate: Plate, rig: RigSource) -> FaceTracks:
    """The faces of ``shot`` that ``rig`` has, in its order.

    Raises DocumentError if it is for pictures of other proportions than those of ``plate``.
    """
    picture = _Picture.find(rig, plate)
    faces = tuple(
        FaceTrack(face=index, name=face.name, samples=_build_samples(face, shot, picture))
        for index, face in enumerate(rig.entry.faces)
    )
    return FaceTracks(
        shot=shot.name,
        key=rig_key(shot, plate, rig),
        width=plate.width,
        height=plate.height,
        source_range=shot.source_work_range,
        blendshape_names=BLENDSHAPES,
        faces=tuple(face for face in faces if any(one.state is not FaceState.ABSENT for one in face.samples)),
        notes=tuple(f"{shot.name}: {note}" for note in (*picture.notes, *_find_missing(rig, shot))),
    )


def _find_missing(rig: RigSource, shot: Shot) -> list[str]:
    """A note if the file has nothing at all in some frames."""
    known = {sample.source_frame for face in rig.entry.faces for sample in face.samples}
    missing = [frame for frame in shot.source_work_range if frame not in known]
    name = "frame" if len(missing) == 1 else "frames"
    return [f"{rig.path.name} has no {name} {list_frames(missing)}: the faces are ABSENT there"] if missing else []


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    """The picture of the plate, and how much larger it is than that of the file."""

    width: int
    height: int
    zoom: float
    notes: tuple[str, ...]

    @classmethod
    def find(cls, rig: RigSource, plate: Plate) -> _Picture:
        width, height = rig.faces.width or plate.width, rig.faces.height or plate.height
        sizes = f"pictures of {width}x{height}, and the plate has {plate.width}x{plate.height}"
        zoom = plate.width / width
        if abs(zoom * height - plate.height) > max(1.0, zoom):  # both sizes are whole numbers
            problem = f"it is for {sizes}: other proportions; export it for the picture of the plate"
            raise DocumentError(rig.path, "/width", problem)
        notes = () if width == plate.width else (f"{rig.path.name} is for {sizes}: its pixels are scaled",)
        return cls(width=plate.width, height=plate.height, zoom=zoom, notes=notes)

    def move(self, point: Point) -> Point:
        """A point of the file's picture in the plate: the outer edges coincide, not the centres of the pixels."""
        x, y = (round(self.zoom * (value + 0.5) - 0.5, 3) for value in point)
        return x, y

    def move_landmarks(self, landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
        """Rounded as in the document, so that a track that is read again equals the one that was written."""
        half = np.array([0.5, 0.5, 0.0])
        moved = self.zoom * (landmarks.astype(np.float64) + half) - half
        return np.asarray(np.round(moved, 3), np.float32)


def _build_samples(face: RigFace, shot: Shot, picture: _Picture) -> tuple[FaceSample, ...]:
    """One sample per frame of the work range."""
    work = shot.source_work_range
    given = [one for one in face.samples if one.source_frame in work and one.visibility.state is not FaceState.ABSENT]
    landmarks = {one.source_frame: picture.move_landmarks(one.landmarks) for one in given if one.landmarks is not None}
    # Over all frames of the file, so that a shot that becomes longer keeps it.
    shapes = [one.landmarks for one in face.samples if one.landmarks is not None]
    offset = find_centre_offset([(shape, measure_placement(shape)) for shape in shapes])
    places = [_place(one, landmarks.get(one.source_frame), offset, picture) for one in given]
    rolls = unwrap_degrees(np.array([place.roll for place in places]))
    present = {
        one.source_frame: _build_sample(one, place, roll, landmarks.get(one.source_frame), picture)
        for one, place, roll in zip(given, places, rolls.tolist(), strict=True)
    }
    return tuple(present.get(frame) or FaceSample(source_frame=frame, state=FaceState.ABSENT) for frame in work)


def _build_sample(
    one: RigSample, place: FacePlacement, roll: float, landmarks: NDArray[np.float32] | None, picture: _Picture
) -> FaceSample:
    """A face that is in the picture; ``place`` is that of a sample's centre, and ``roll`` is its roll, unwrapped."""
    outline: Sequence[Point] | None = None
    if landmarks is None:
        outline = draw_ellipse(place) if one.outline is None else tuple(map(picture.move, one.outline))
    weights = one.blendshapes
    return FaceSample(
        source_frame=one.source_frame,
        state=one.visibility.state,
        centre=(place.x, place.y),
        scale=place.scale,
        roll=roll,
        landmarks=landmarks,
        outline=None if outline is None else tuple(outline),
        blendshapes=None if weights is None else tuple(round(weights.get(name, 0.0), 6) for name in BLENDSHAPES),
    )


def _place(
    one: RigSample, landmarks: NDArray[np.float32] | None, offset: NDArray[np.float64], picture: _Picture
) -> FacePlacement:
    """The centre, scale and roll of a face, plate pixels; its x and y are those of the centre."""
    if one.centre is not None and one.scale is not None and one.roll is not None:
        x, y = picture.move(one.centre)
        return FacePlacement(x=x, y=y, scale=picture.zoom * one.scale, roll=one.roll)
    if one.head is not None:
        return project_head(one.head, width=picture.width, height=picture.height)
    if landmarks is None:
        raise ValueError(f"the face has no place in source frame {one.source_frame}")
    rigid = measure_placement(landmarks)
    ((x, y),) = from_face_coordinates(offset[None], rigid).tolist()
    return FacePlacement(x=x, y=y, scale=rigid.scale, roll=rigid.roll)


def project_head(head: RigHead, *, width: int, height: int) -> FacePlacement:
    """Where ``head`` is in a picture of ``width`` x ``height``: its origin, its size at that distance, and its roll.

    The roll is that of the rotation in the picture that is nearest to how the face's plane is seen. For a face that is
    not turned it is exact, and it is steady up to a profile and beyond, where the line between the eyes has no
    direction.
    """
    matrix = np.array(head.matrix).reshape(4, 4)
    axes, (x, y, z) = matrix[:3, :3], matrix[:3, 3]
    distance = -float(z)
    focal = height / 2 / math.tan(math.radians(head.field_of_view) / 2)
    size = float(np.cbrt(abs(np.linalg.det(axes))))
    # How the picture of a point moves with the point: the perspective's derivative.
    seen = np.array([[1, 0, x / distance], [0, 1, y / distance]]) @ axes[:, :2]
    anticlockwise = math.atan2(seen[1, 0] - seen[0, 1], seen[0, 0] + seen[1, 1])
    return FacePlacement(
        x=(width - 1) / 2 + focal * float(x) / distance,
        y=(height - 1) / 2 - focal * float(y) / distance,
        scale=focal * head.height * size / distance,
        roll=-math.degrees(anticlockwise),
    )
