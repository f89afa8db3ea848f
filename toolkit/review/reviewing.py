"""Review one shot: its clips go in frame by frame, and what is left of the acting comes out at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import (
    ActingReview,
    ClipName,
    ClipReview,
    FaceReview,
    FaceState,
    FaceTrack,
    FaceTracks,
    ShotReview,
)
from toolkit.faces import FaceRereader
from toolkit.faces.freeing import find_neutral, free_landmarks
from toolkit.review.acting import FEWEST_FRAMES, compare_acting
from toolkit.review.blinks import compare_blinks
from toolkit.review.curves import build_curves
from toolkit.review.flicker import FlickerMeter
from toolkit.review.lids import LIDS_READ, read_lids
from toolkit.review.measures import MEASURES, measure_shapes
from toolkit.review.pictures import Picture
from toolkit.review.placement import PlacementMeter
from toolkit.review.seams import SeamMeter
from toolkit.review.signals import Values

REVISION = "review/2"
"""Increase it whenever this package would judge the same pictures differently."""
_PLATE = None
"""The plate among the clips."""


class _Reading(NamedTuple):
    """One face in one frame of one clip."""

    landmarks: NDArray[np.float32]
    """In pixels of the track."""
    lids: NDArray[np.float64]
    """See ``read_lids``."""


class ShotReviewer:
    """Compares clips of one shot with its plate; close it.

    Its memory grows by some 250 numbers per frame and face, whatever the size of the pictures.
    """

    def __init__(self, tracks: FaceTracks, clips: Sequence[ClipName], model: Path, *, confidence: float) -> None:
        """``tracks`` are those of the plate. Raises EngineUnavailable and EngineFailed."""
        self._tracks = tracks
        self._faces = [_Face(face, clips, tracks.source_range.first) for face in tracks.faces]
        self._readers = {clip: FaceRereader(tracks, model, confidence=confidence) for clip in (_PLATE, *clips)}
        self._seams = {clip: SeamMeter() for clip in clips}
        self._flicker = FlickerMeter(clips)
        self._threads = ThreadPoolExecutor(len(self._readers), thread_name_prefix="review")

    def add(
        self,
        source_frame: int,
        plate: Picture,
        clips: Mapping[ClipName, Picture],
        matte: NDArray[np.float32] | None = None,
    ) -> None:
        """Read the next frame; frames must come in ascending order.

        The plate is read again, too: with the same crop and after the same frames as the others. Clips may be larger or
        smaller than the plate. ``matte`` is the alpha of all faces, (H, W) 0..1, of the size of the plate and of every
        clip; None: there is none, or it is not known. Raises EngineFailed.
        """
        pictures: dict[ClipName | None, Picture] = {_PLATE: plate}
        pictures.update(clips.items())

        def read(clip: ClipName | None) -> dict[int, _Reading]:
            picture = pictures[clip]
            found = self._readers[clip].read(source_frame, picture)
            size = np.float32(self._tracks.width / picture.shape[1])
            return {face: _Reading(size * landmarks, read_lids(landmarks)) for face, landmarks in found.items()}

        readings = dict(zip(pictures, self._threads.map(read, pictures), strict=True))
        for face in self._faces:
            face.add(
                source_frame, {clip: found[face.number] for clip, found in readings.items() if face.number in found}
            )
        self._flicker.add(plate, clips)
        if matte is not None:
            for clip, picture in clips.items():
                self._seams[clip].add(plate, picture, matte)

    def judge(self) -> ShotReview:
        """The review of all frames so far."""
        notes = [note for face in self._faces for note in face.notes(self._tracks.shot)]
        if not self._faces:
            notes.append(f"{self._tracks.shot}: no face was found in the plate")
        clips = tuple(
            ClipReview(
                clip=clip, seam=meter.step(), seam_energy=meter.energy(), flicker=self._flicker.more_than_plate(clip)
            )
            for clip, meter in self._seams.items()
        )
        return ShotReview(
            shot=self._tracks.shot,
            source_range=self._tracks.source_range,
            faces=tuple(face.judge() for face in self._faces),
            clips=clips,
            notes=tuple(notes),
        )

    def close(self) -> None:
        """Release graphs and threads."""
        self._threads.shutdown()
        for reader in self._readers.values():
            reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Face:
    """One face of the plate, and its measures in the plate and in every clip so far."""

    def __init__(self, face: FaceTrack, clips: Sequence[ClipName], source_first: int) -> None:
        self.number = face.face
        self._first = source_first
        self._neutral = find_neutral(face.samples)
        self._is_found = any(sample.state is FaceState.FOUND for sample in face.samples)
        self._is_read = any(sample.landmarks is not None for sample in face.samples)
        shape = len(face.samples), len(MEASURES)
        self._values: dict[ClipName | None, Values] = {clip: np.full(shape, np.nan) for clip in (_PLATE, *clips)}
        self._lids: dict[ClipName | None, Values] = {
            clip: np.full((len(face.samples), LIDS_READ), np.nan) for clip in (_PLATE, *clips)
        }
        self._places = {clip: PlacementMeter() for clip in clips}

    def add(self, source_frame: int, readings: Mapping[ClipName | None, _Reading]) -> None:
        """What was read in one frame, by clip."""
        if self._neutral is None:
            return
        index = source_frame - self._first
        for clip, (landmarks, lids) in readings.items():
            self._values[clip][index] = measure_shapes(free_landmarks(landmarks[None], self._neutral))[0]
            self._lids[clip][index] = lids
            if clip is not None and _PLATE in readings:
                self._places[clip].add(index, readings[_PLATE].landmarks, landmarks)

    def judge(self) -> FaceReview:
        passes = {clip: self._judge_clip(clip) for clip in self._places}
        return FaceReview(
            face=self.number,
            acting=next(iter(passes.values())),
            passes=passes,
            alignment={clip: meter.distance() for clip, meter in self._places.items()},
            curves=build_curves(self._values[_PLATE], {clip: self._values[clip] for clip in self._places}),
        )

    def _judge_clip(self, clip: ClipName) -> ActingReview:
        slips = self._places[clip].slips()
        values, lids = self._values[clip], self._lids[clip]
        values[slips] = lids[slips] = np.nan
        acting = compare_acting(self._values[_PLATE], values, source_first=self._first, slips=len(slips))
        blinks = compare_blinks(self._lids[_PLATE], lids, source_first=self._first)
        unmeasured = acting.unmeasured if blinks is not None else (*acting.unmeasured, "blinks")
        return acting.model_copy(update={"blinks": blinks, "unmeasured": unmeasured})

    def notes(self, shot: str) -> list[str]:
        """Why it could not be judged in a clip."""
        if self._neutral is None and self._is_found:
            return [f"{shot}: face {self.number} has no landmarks in its track: its acting is not judged"]
        if not self._is_read:
            return [f"{shot}: face {self.number} is seen but not read in the plate: its acting is not judged"]
        notes = []
        for clip in self._places:
            count = int((~np.isnan(self._values[clip][:, 0])).sum())
            name = "the result" if clip is ClipName.RESULT else clip
            if not count:
                notes.append(f"{shot}: face {self.number} was not found in {name}")
            elif count < FEWEST_FRAMES:
                short = f"in {count} frames of {name}; {FEWEST_FRAMES} are needed to judge its acting"
                notes.append(f"{shot}: face {self.number} was found {short}")
        return notes
