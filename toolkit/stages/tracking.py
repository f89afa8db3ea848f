"""``track``: find and follow the faces (and people) of every shot, or take the faces from a file."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from toolkit.documents import BodyTracks, Cut, FaceTracks, Shot
from toolkit.errors import MediaError
from toolkit.faces import (
    FaceModels,
    RigSource,
    add_occluders,
    bodies_key,
    read_rig_track,
    rig_key,
    track_bodies,
    track_faces,
    track_key,
)
from toolkit.frames import FrameRange
from toolkit.models import FACE_FINDER, FACE_MODEL, POSE_MODEL, SEGMENTER, fetch_asset
from toolkit.output import Output, lock_output
from toolkit.plates import Plate, open_plate
from toolkit.progress import SILENT, Advance, Progress
from toolkit.settings import Settings
from toolkit.stages.checks import check_before_work, check_cut_of_output, tracks_people
from toolkit.stages.choosing import ShotPatterns
from toolkit.stages.editing import edit_tracks
from toolkit.stages.failures import Failures
from toolkit.stages.occluding import read_occluders, track_occluders
from toolkit.stages.rig_files import read_rig_files
from toolkit.stages.track_preview import check_preview, write_track_preview

log = logging.getLogger(__name__)

Tracks = TypeVar("Tracks", FaceTracks, BodyTracks)

_MOST_TRACKED = 2
"""Frames that are tracked for a shot with an earlier track, as a multiple of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackModels:
    """What tracking needs: model files, on disk, and the faces that come from files."""

    face: FaceModels | None
    """None when no face is detected, and none is read again for a review."""
    pose: Path | None
    """None when no look has a ``body`` control, or the engine takes no guides: nothing would use the poses."""
    segmenter: Path | None
    """None when no shot has ``track.occluders``."""
    rigs: Mapping[str, RigSource]
    """The faces of the shots that have them from a file, by shot: there no detector runs."""

    @property
    def detectors(self) -> FaceModels:
        """``face``, where it is needed. Raises ValueError."""
        if self.face is None:
            raise ValueError("the face models were not fetched")
        return self.face


def track(
    cut: Cut,
    out: Path | str,
    settings: Settings | None = None,
    *,
    shots: ShotPatterns = None,
    models: Path | str | None = None,
    replace: bool = False,
    preview: bool = False,
    progress: Progress = SILENT,
) -> list[FaceTracks]:
    """Find and follow the faces of the shots of ``cut``: ``out/<shot>/face_track.json``.

    With ``track.faces_from`` they are taken from a file, and no detector runs.
    What is returned, and drawn in the preview, has the edits by hand in ``out/<shot>/edits.json`` too.
    Where a look has a ``body`` control, people are followed too (``body_track.json``). ``shots`` are shell patterns of
    shot names, all shots when None; ``models`` is a folder with a studio's own copies of the model files; ``replace``
    allows an ``out`` that holds the layers of another cut; with ``preview``, a small movie shows the plate of each shot
    with what was followed: ``out/<shot>/track_preview.mp4``. Returns one ``FaceTracks`` per shot, in the order of the
    cut. Raises OtherCut, what ``check_before_work`` raises, AssetUnavailable, DocumentError, MediaError, EngineError,
    OutputBusy and OutputNotWritable, and ShotsLeftOut at the end if the media of some shots could not be used.
    """
    settings = settings or Settings()
    cut_name = check_cut_of_output(cut, Path(out), replace=replace).cut
    chosen = check_before_work(cut, shots, settings, Path(out))
    found: list[FaceTracks] = []
    failures = Failures(strict=settings.strict)
    if preview:
        check_preview(Path(out))
    with lock_output(Path(out), cut=cut_name) as output:
        files = fetch_track_models(cut, chosen, settings, models, progress=progress)
        cut.write(output.shots)
        for shot in chosen:
            with failures.catch(shot), open_plate(shot.media) as plate:
                faces, _ = track_shot(shot, plate, settings, files, output=output, progress=progress)
                found.append(faces)
                if preview:
                    with progress.stage(f"{shot.name}  preview", len(shot.source_work_range)) as advance:
                        write_track_preview(faces, shot, plate, output.track_preview(shot.name), advance)
        failures.record(cut, output)
    failures.raise_if_any(chosen)
    return found


def fetch_track_models(
    cut: Cut,
    shots: Iterable[Shot],
    settings: Settings,
    folder: Path | str | None,
    *,
    reviews: bool = False,
    progress: Progress,
) -> TrackModels:
    """The models that are needed, from ``folder``, the cache, or the network, once; and the faces of ``shots``, of
    ``cut``, that come from files.

    ``reviews``: faces are read again later, which needs the face models in any case. Raises AssetUnavailable, and what
    ``read_rig_files`` raises.
    """
    shots = list(shots)
    where = None if folder is None else Path(folder)
    rigs = read_rig_files(cut, shots, settings)
    detects = reviews or any(shot.name not in rigs for shot in shots)
    face = fetch_face_models(where, progress) if detects else None
    pose = fetch_asset(POSE_MODEL, folder=where, progress=progress) if tracks_people(settings) else None
    wants_segmenter = any(one.track.occluders for one in settings.variants())
    segmenter = fetch_asset(SEGMENTER, folder=where, progress=progress) if wants_segmenter else None
    return TrackModels(face=face, pose=pose, segmenter=segmenter, rigs=rigs)


def fetch_face_models(folder: Path | None, progress: Progress) -> FaceModels:
    """What faces are found and read with, from the same places. Raises AssetUnavailable."""
    landmarker, finder = (fetch_asset(asset, folder=folder, progress=progress) for asset in (FACE_MODEL, FACE_FINDER))
    return FaceModels(landmarker=landmarker, finder=finder)


def track_shot(
    shot: Shot, plate: Plate, settings: Settings, models: TrackModels, *, output: Output, progress: Progress
) -> tuple[FaceTracks, BodyTracks | None]:
    """The faces and people of ``shot``; read from disk when media, settings and models are unchanged.

    The faces are returned with the edits by hand; on disk they are as detected, so that an edit costs no detection.
    Tracks of a longer range are used as they are, and tracks of a part are made anew for that part and ``shot``
    together: where a track starts changes it by fractions of a pixel, and every face would be rendered again.
    """
    settings = settings.for_shot(shot.name)
    faces = _read_or_compute(
        output.face_track(shot.name),
        shot,
        kind=FaceTracks,
        key=_key_of_faces(shot, plate, settings, models),
        compute=partial(_find_faces, plate, settings, models),
        bar=partial(progress.stage, f"{shot.name}  faces"),
    )
    for note in faces.notes:
        log.warning("%s", note)
    faces = edit_tracks(faces, output)
    if models.segmenter is not None and settings.track.occluders:
        faces = track_occluders(faces, shot, plate, models.segmenter, output=output, progress=progress)
    pose = models.pose
    if pose is None or not tracks_people(settings):
        return faces, None
    people = _read_or_compute(
        output.body_track(shot.name),
        shot,
        kind=BodyTracks,
        key=lambda part: bodies_key(part, plate, settings.track, pose),
        compute=lambda part, advance: track_bodies(part, plate, settings.track, pose, advance),
        bar=partial(progress.stage, f"{shot.name}  bodies"),
    )
    return faces, people


def _key_of_faces(shot: Shot, plate: Plate, settings: Settings, models: TrackModels) -> Callable[[Shot], str]:
    """The key that ``_find_faces`` would write for a part of ``shot``."""
    rig = models.rigs.get(shot.name)
    if rig is not None:
        return lambda part: rig_key(part, plate, rig)
    return lambda part: track_key(part, plate, settings.track, models.detectors)


def _find_faces(plate: Plate, settings: Settings, models: TrackModels, shot: Shot, advance: Advance) -> FaceTracks:
    """The faces of ``shot``, from a file or detected."""
    rig = models.rigs.get(shot.name)
    if rig is None:
        return track_faces(shot, plate, settings.track, models.detectors, advance)
    faces = read_rig_track(shot, plate, rig)
    advance(len(shot.source_work_range))
    return faces


def read_current_tracks(
    shot: Shot, plate: Plate, settings: Settings, models: TrackModels, output: Output
) -> tuple[FaceTracks, BodyTracks | None] | None:
    """The tracks of ``shot`` that ``track_shot`` would read from disk; None if it would track."""
    settings = settings.for_shot(shot.name)
    path = output.face_track(shot.name)
    faces = FaceTracks.read(path) if path.exists() else None
    if faces is None or not _is_current(faces, shot, _key_of_faces(shot, plate, settings, models)):
        return None
    faces = edit_tracks(faces, output)
    if models.segmenter is not None and settings.track.occluders:
        occluders = read_occluders(faces, shot, plate, models.segmenter, output)
        if occluders is None:
            return None
        faces = add_occluders(faces, occluders)
    pose, path = models.pose, output.body_track(shot.name)
    if pose is None or not tracks_people(settings):
        return faces, None
    people = BodyTracks.read(path) if path.exists() else None
    if people is None or not _is_current(people, shot, lambda part: bodies_key(part, plate, settings.track, pose)):
        return None
    return faces, people


def _read_or_compute(
    path: Path,
    shot: Shot,
    *,
    kind: type[Tracks],
    key: Callable[[Shot], str],
    compute: Callable[[Shot, Advance], Tracks],
    bar: Callable[[int], AbstractContextManager[Advance]],
) -> Tracks:
    """The tracks at ``path`` if they are current; otherwise ``compute`` makes them under a ``bar`` and writes them."""
    known = kind.read(path) if path.exists() else None
    if known is not None and _is_current(known, shot, key):
        return known
    widened = shot if known is None else _widen(shot, known, key)
    with bar(len(widened.source_work_range)) as advance:
        tracks = compute(widened, advance)
    tracks.write(path)
    return tracks


def _is_current(known: FaceTracks | BodyTracks, shot: Shot, key: Callable[[Shot], str]) -> bool:
    """Whether ``known`` covers ``shot`` and was made of the same media, settings and models; ``key`` digests these."""
    covers = known.source_range.intersection(shot.source_work_range) == shot.source_work_range
    return covers and _is_same_media(known, shot, key)


def _is_same_media(known: FaceTracks | BodyTracks, shot: Shot, key: Callable[[Shot], str]) -> bool:
    try:
        return known.key == key(_with_range(shot, known.source_range))
    except MediaError:  # a plate of its range has gone
        return False


def _widen(shot: Shot, known: FaceTracks | BodyTracks, key: Callable[[Shot], str]) -> Shot:
    """``shot`` with the range of ``known`` added, if both overlap and ``known`` is of the same media and settings.

    A shot that has moved far through its media is tracked alone.
    """
    work, tracked = shot.source_work_range, known.source_range
    both = FrameRange(first=min(work.first, tracked.first), last=max(work.last, tracked.last))
    is_near = work.intersection(tracked) is not None and len(both) <= _MOST_TRACKED * len(work)
    return _with_range(shot, both) if is_near and _is_same_media(known, shot, key) else shot


def _with_range(shot: Shot, source_range: FrameRange) -> Shot:
    return shot.model_copy(update={"source_work_range": source_range})
