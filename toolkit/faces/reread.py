"""Read the faces of a track again, in any clip of the same frames: the plate itself, or what was made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample, FaceState, FaceTracks
from toolkit.faces.detect import LandmarkReader
from toolkit.faces.upright import FacePlacement, Picture, cut_canvas, map_to_plate, measure_placement

_FARTHEST = 0.6
"""Face heights from its place in the track beyond which it is another face."""


class FaceRereader:
    """Looks where the faces of a track are, so that every clip is read in the same way; close it.

    A face that is known to be there is read as it is, however little is left of it: BlazeFace is not asked. Pictures
    may be larger or smaller than the track's, of the same proportions. For one thread at a time.
    """

    def __init__(self, tracks: FaceTracks, model: Path, *, confidence: float) -> None:
        """Raises EngineUnavailable if MediaPipe cannot be loaded, and EngineFailed if it rejects ``model``."""
        self._width = tracks.width
        self._readers = {
            face.face: LandmarkReader(model, confidence=confidence, blendshapes=False) for face in tracks.faces
        }
        self._places = {face.face: _found_places(face.samples) for face in tracks.faces}

    def read(self, source_frame: int, picture: Picture) -> dict[int, NDArray[np.float32]]:
        """Landmarks by face number, float32 (478, 3) in pixels of ``picture``.

        Only faces that are FOUND in the track, and are seen here at about the same place. Frames must come in ascending
        order. Raises EngineFailed.
        """
        size = picture.shape[1] / self._width
        found = {}
        for face, places in self._places.items():
            if source_frame not in places:
                continue
            place = places[source_frame]
            around = replace(place, x=size * place.x, y=size * place.y, scale=size * place.scale)
            landmarks = _read_at(self._readers[face], picture, around)
            if landmarks is not None:
                found[face] = landmarks
        return found

    def close(self) -> None:
        """Release the graphs."""
        for reader in self._readers.values():
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read_at(reader: LandmarkReader, picture: Picture, around: FacePlacement) -> NDArray[np.float32] | None:
    """The landmarks of the face at ``around``, in pixels of ``picture``; None if there is none."""
    matrix = reader.aim(around)
    reading = reader.read_unconfirmed(cut_canvas(picture, matrix))
    if reading is None:
        return None
    landmarks = map_to_plate(reading.landmarks, matrix)
    return landmarks if measure_placement(landmarks).distance_to(around) < _FARTHEST else None


def _found_places(samples: Iterable[FaceSample]) -> Mapping[int, FacePlacement]:
    """Where a face is, by source frame, as its landmarks say: its centre is smoothed."""
    return {
        sample.source_frame: measure_placement(sample.landmarks)
        for sample in samples
        if sample.state is FaceState.FOUND and sample.landmarks is not None
    }
