"""The faces of one shot: watch every frame, tell the people apart, write one sample per frame each."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from toolkit.documents import FaceTrack, FaceTracks, Shot, digest
from toolkit.errors import at
from toolkit.faces.follow import Sighting
from toolkit.faces.identity import identities
from toolkit.faces.pose import CanonicalFace
from toolkit.faces.samples import samples_of
from toolkit.faces.tracker import Watch
from toolkit.progress import Advance
from toolkit.settings import TrackSettings

if TYPE_CHECKING:
    from toolkit.plates import Plate

ALGORITHM = "faces/3"
"""Changes whenever this room would give other numbers for the same pictures; part of every track's key."""
_LEAST_SIGHTINGS = 5
"""A face seen in fewer frames than this, or in less than half of a shorter shot, is taken for noise."""


def track_faces(shot: Shot, plate: Plate, settings: TrackSettings, model: Path, advance: Advance) -> FaceTracks:
    """Every face of ``shot``'s work range, the most present first, at most ``settings.max_faces``.

    ``advance`` is called with the number of frames done since the last call. Raises what the plate raises, EngineFailed
    when MediaPipe does, and EngineUnavailable when MediaPipe cannot be loaded.
    """
    canonical = CanonicalFace.load(model)
    with Watch(model, settings) as watch, closing(plate.frames_8bit(shot.source_work_range)) as frames:
        for source_frame, picture in frames:
            with at(frame=source_frame):
                watch.see(source_frame, picture)
            advance(1)
        watch.finish()
    people = identities(watch.trails)
    faces = [
        samples_of(
            person,
            shot.source_work_range,
            settings,
            canonical,
            others=[other for other in people if other is not person],
            width=plate.width,
            height=plate.height,
        )
        for person in _worth_keeping(people, len(shot.source_work_range), settings)
    ]
    return FaceTracks(
        shot=shot.name,
        key=track_key(shot, plate, settings, model),
        width=plate.width,
        height=plate.height,
        source_range=shot.source_work_range,
        blendshape_names=watch.blendshape_names,
        faces=tuple(FaceTrack(face=index, samples=samples) for index, samples in enumerate(faces)),
    )


def track_key(shot: Shot, plate: Plate, settings: TrackSettings, model: Path) -> str:
    """What ``track_faces`` of the same arguments would write into its ``key``: 32 hex digits of everything that counts.

    The bytes of the media, the range, the settings of faces, the model and this room's own algorithm; not where the
    files are.
    """
    heeded = asdict(settings)
    del heeded["max_bodies"]  # how many people are followed is nothing to the faces
    weights = hashlib.sha256(model.read_bytes()).hexdigest()
    return digest(ALGORITHM, shot.name, shot.source_work_range, content_of(shot, plate), heeded, weights)


def content_of(shot: Shot, plate: Plate) -> str:
    """Digest of the media's bytes in the work range, 64 hex digits."""
    content = hashlib.sha256()
    for source_frame in shot.source_work_range:
        content.update(bytes.fromhex(plate.digest(source_frame)))
    return content.hexdigest()


def _worth_keeping(
    people: list[dict[int, Sighting]], frame_count: int, settings: TrackSettings
) -> list[dict[int, Sighting]]:
    """Those seen long enough and large enough, the most present first, then the largest."""
    least = min(_LEAST_SIGHTINGS, (frame_count + 1) // 2)

    def height(person: dict[int, Sighting]) -> float:
        return float(np.median([seen.placement.scale for seen in person.values()]))

    worthy = [person for person in people if len(person) >= least and height(person) >= settings.min_size]
    worthy.sort(key=lambda person: (-len(person), -height(person)))
    return worthy[: settings.max_faces]
