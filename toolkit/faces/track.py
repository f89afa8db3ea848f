"""Track the faces of one shot: process every frame, group by person, and build one sample per person and frame."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING

from toolkit.documents import DropReason, FaceTrack, FaceTracks, Shot, digest
from toolkit.errors import at
from toolkit.faces.identity import group_by_identity
from toolkit.faces.person import Person
from toolkit.faces.pose import CanonicalFace
from toolkit.faces.samples import build_samples
from toolkit.faces.selection import describe_dropped, select_people
from toolkit.faces.tracker import FaceModels, FaceTracker
from toolkit.progress import Advance
from toolkit.settings import TrackSettings

if TYPE_CHECKING:
    from toolkit.plates import Plate

ALGORITHM = "faces/9"
"""Increment when this package would give different numbers for the same pictures; part of every track's key."""


def track_faces(shot: Shot, plate: Plate, settings: TrackSettings, models: FaceModels, advance: Advance) -> FaceTracks:
    """Track every face in ``shot``'s work range; at most ``settings.max_faces`` at once, the most prominent first.

    ``advance`` is called with the number of frames done since the last call. Raises what the plate raises, EngineFailed
    if a model fails, and EngineUnavailable if MediaPipe cannot be loaded.
    """
    key = track_key(shot, plate, settings, models)  # first: it names what is read below
    canonical = CanonicalFace.load(models.landmarker)
    with FaceTracker(models, settings) as tracker, closing(plate.frames_8bit(shot.source_work_range)) as frames:
        for source_frame, picture in frames:
            with at(frame=source_frame):
                tracker.process(source_frame, picture)
            advance(1)
        tracker.finish()
    people = group_by_identity(tracker.tracklets)
    selected, dropped = select_people(people, len(shot.source_work_range), settings)
    faces = [
        build_samples(
            person,
            shot.source_work_range,
            settings,
            canonical,
            others=[other.detections for other in people if not _is_same_person(person, other)],
            width=plate.width,
            height=plate.height,
        )
        for person in selected
    ]
    return FaceTracks(
        shot=shot.name,
        key=key,
        width=plate.width,
        height=plate.height,
        source_range=shot.source_work_range,
        blendshape_names=tracker.blendshape_names,
        faces=tuple(FaceTrack(face=index, samples=samples) for index, samples in enumerate(faces)),
        left_out=sum(one.reason is DropReason.CROWDED for one in dropped),
        dropped=tuple(map(describe_dropped, dropped)),
    )


def track_key(shot: Shot, plate: Plate, settings: TrackSettings, models: FaceModels) -> str:
    """The ``key`` that ``track_faces`` writes for the same arguments: 32 hex digits.

    A digest of the bytes of the media, the range, the settings that affect faces, the models and ALGORITHM; independent
    of the location of the files.
    """
    used_settings = asdict(settings)
    for name in ("max_bodies", "occluders", "faces_from"):  # they do not affect the faces that are detected
        del used_settings[name]
    weights = [hashlib.sha256(model.read_bytes()).hexdigest() for model in (models.landmarker, models.finder)]
    return digest(ALGORITHM, shot.name, shot.source_work_range, media_digest(shot, plate), used_settings, *weights)


def media_digest(shot: Shot, plate: Plate) -> str:
    """Digest of the media's bytes in the work range, 64 hex digits."""
    content = hashlib.sha256()
    for source_frame in shot.source_work_range:
        content.update(bytes.fromhex(plate.digest(source_frame)))
    return content.hexdigest()


def _is_same_person(selected: Person, other: Person) -> bool:
    """Whether ``selected`` is ``other``, in all or some of its frames."""
    if not selected.detections:
        first = next(iter(selected.sightings))
        return other.sightings.get(first) is selected.sightings[first]
    first = next(iter(selected.detections))
    return other.detections.get(first) is selected.detections[first]
