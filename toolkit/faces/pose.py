"""The pose of the head relative to the plate's camera, from landmarks in plate pixels.

MediaPipe solves it for the picture that it is given; here these are upright canvases, whose camera differs from the
plate's. So it is solved here, with the same method and the same canonical face, which is stored in the model file.
"""

from __future__ import annotations

import math
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from toolkit.errors import EngineFailed

_METADATA = "geometry_pipeline_metadata_landmarks.binarypb"
_FLOATS_PER_VERTEX = 5  # x, y, z and two texture coordinates
_HALF_FIELD_OF_VIEW = math.tan(math.radians(63 / 2))
"""MediaPipe's virtual camera has a vertical field of view of 63 degrees."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CanonicalFace:
    """The average face that poses are relative to."""

    points: Matrix
    """(n, 3) centimetres: x right in the picture, y up, z towards the camera."""
    indices: NDArray[np.intp]
    """(n,) landmark index of each point; only the landmarks that MediaPipe uses for the fit."""
    weights: Matrix
    """(n,) weight of each point in the fit; they sum to 1."""

    @classmethod
    def load(cls, model: Path) -> Self:
        """Read it from ``face_landmarker.task``. Raises EngineFailed if the file does not contain it."""
        try:
            with zipfile.ZipFile(model) as bundle:
                metadata = bundle.read(_METADATA)
            return cls._parse(metadata)
        except (OSError, KeyError, zipfile.BadZipFile, struct.error, ValueError, IndexError) as error:
            raise EngineFailed("mediapipe", f"no canonical face in {model}: {error}") from error

    @classmethod
    def _parse(cls, metadata: bytes) -> Self:
        fields = list(_read_protobuf(metadata))
        mesh = next(value for number, value in fields if number == 1 and isinstance(value, bytes))
        floats = b"".join(value for number, value in _read_protobuf(mesh) if number == 3 and isinstance(value, bytes))
        vertices = np.frombuffer(floats, dtype="<f4").reshape(-1, _FLOATS_PER_VERTEX)[:, :3].astype(np.float64)
        basis = [dict(_read_protobuf(value)) for number, value in fields if number == 2 and isinstance(value, bytes)]
        indices = np.array([entry.get(1, 0) for entry in basis], dtype=np.intp)
        weights = np.array([struct.unpack("<f", entry[2])[0] for entry in basis])  # type: ignore[arg-type]
        return cls(points=vertices[indices], indices=indices, weights=weights / weights.sum())

    def solve_poses(self, landmarks: NDArray[np.float32], *, width: int, height: int) -> Matrix:
        """(frames, 4, 4), canonical face to camera, centimetres: x right, y up, the camera at 0 looking along -z.

        ``landmarks`` (frames, 478, 3) are in pixels of a picture of ``width`` x ``height``. The screen is one unit in
        front of the camera. The unit of the landmarks' depths is the one in which the canonical face fits best, first
        without perspective, then with each point moved along its line of sight (weighted Procrustes; Umeyama 1991).
        """
        per_pixel = 2 * _HALF_FIELD_OF_VIEW / height
        screen = np.empty((len(landmarks), len(self.indices), 3))
        screen[..., 0] = (landmarks[:, self.indices, 0] - width / 2) * per_pixel
        screen[..., 1] = (height / 2 - landmarks[:, self.indices, 1]) * per_pixel
        depth = landmarks[..., 2].astype(np.float64)
        screen[..., 2] = (depth[:, self.indices] - depth.mean(axis=1, keepdims=True)) * per_pixel
        orthographic_unit, _, _ = self._fit(screen * (1, 1, -1))
        unit, _, _ = self._fit(_unproject(screen, orthographic_unit))
        _, rotation, shift = self._fit(_unproject(screen, orthographic_unit * unit))
        poses = np.zeros((len(landmarks), 4, 4))
        poses[:, :3, :3], poses[:, :3, 3], poses[:, 3, 3] = rotation, shift, 1
        return poses

    def _fit(self, target: Matrix) -> tuple[Matrix, Matrix, Matrix]:
        """Scales (frames,), rotations (.., 3, 3) and shifts (.., 3) that map the canonical points onto ``target``."""
        weights = self.weights[:, None]
        centre, target_centre = (weights * self.points).sum(axis=0), (weights * target).sum(axis=1)
        source = self.points - centre
        left, stretch, right = np.linalg.svd(np.swapaxes(target - target_centre[:, None], 1, 2) @ (weights * source))
        stretch[:, 2] *= np.sign(np.linalg.det(left @ right))
        left[..., 2] *= np.sign(np.linalg.det(left @ right))[:, None]
        rotation = left @ right
        scale = stretch.sum(axis=1) / (weights * source**2).sum()
        return scale, rotation, target_centre - scale[:, None] * (rotation @ centre)


def _unproject(screen: Matrix, unit: Matrix) -> Matrix:
    """Move screen points (frames, n, 3) along their lines of sight to their depths; ``unit`` (frames,) per
    centimetre.
    """
    depth = (screen[..., 2] + 1) / unit[:, None]
    return np.stack([screen[..., 0] * depth, screen[..., 1] * depth, -depth], axis=-1)


def _read_protobuf(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers and values of one protobuf message: varints as int, everything else as bytes."""
    position = 0
    while position < len(message):
        key, position = _read_varint(message, position)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, position = _read_varint(message, position)
            yield number, value
            continue
        size, position = _read_varint(message, position) if kind == 2 else ({1: 8, 5: 4}[kind], position)
        yield number, message[position : position + size]
        position += size


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        position += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, position
