"""Review one shot: its clips go in frame by frame, and what is left of the acting comes out at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import ActingReview, ClipName, ClipReview, FaceReview, FaceTrack, FaceTracks, ShotReview
from toolkit.faces import FaceRereader
from toolkit.review.acting import FEWEST_FRAMES, compare_acting
from toolkit.review.curves import build_curves
from toolkit.review.flicker import FlickerMeter
from toolkit.review.freeing import free_landmarks, neutral_shape
from toolkit.review.measures import MEASURES, measure_shapes
from toolkit.review.placement import PlacementMeter
from toolkit.review.seams import SeamMeter
from toolkit.review.signals import Values

Picture = NDArray[np.uint8]
"""uint8 (H, W, 3) RGB, display-referred, C-contiguous."""
REVISION = "review/1"
"""Increase it whenever this package would judge the same pictures differently."""
_MOST_FOR_NEUTRAL = 500
"""Frames from which the resting face of a shot is taken, evenly spread."""


class ShotReviewer:
    """Compares clips of one shot with its plate; close it.

    Its memory grows by some 250 numbers per frame and face, whatever the size of the pictures.
    """

    def __init__(self, tracks: FaceTracks, clips: Sequence[ClipName], model: Path, *, confidence: float) -> None:
        """``tracks`` are those of the plate. Raises EngineUnavailable and EngineFailed."""
        self._tracks = tracks
        self._faces = [_Face(face, clips, tracks.source_range.first) for face in tracks.faces]
        self._readers = {clip: FaceRereader(tracks, model, confidence=confidence) for clip in clips}
        self._seams = {clip: SeamMeter() for clip in clips}
        self._flicker = FlickerMeter(clips)
        self._threads = ThreadPoolExecutor(len(clips), thread_name_prefix="review")

    def add(
        self,
        source_frame: int,
        plate: Picture,
        clips: Mapping[ClipName, Picture],
        matte: NDArray[np.float32] | None = None,
    ) -> None:
        """Read the next frame; frames must come in ascending order.

        ``matte`` is the alpha of all faces, (H, W) 0..1, of the size of the pictures; None: there is none, or it is not
        known. Raises EngineFailed.
        """

        def read(clip: ClipName) -> dict[int, NDArray[np.float32]]:
            return self._readers[clip].read(source_frame, clips[clip])

        readings = dict(zip(clips, self._threads.map(read, clips), strict=True))
        size = self._tracks.width / plate.shape[1]
        for face in self._faces:
            for clip, found in readings.items():
                if face.number in found:
                    face.add(source_frame, clip, size * found[face.number])
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
    """One face of the plate, and its measures in every clip so far."""

    def __init__(self, face: FaceTrack, clips: Sequence[ClipName], source_first: int) -> None:
        landmarks = {
            sample.source_frame: sample.landmarks
            for sample in face.samples
            if sample.state == "FOUND" and sample.landmarks is not None
        }
        self.number = face.face
        self._first = source_first
        self._landmarks = landmarks
        spread = list(landmarks.values())[:: -(-len(landmarks) // _MOST_FOR_NEUTRAL) or 1]
        self._neutral = neutral_shape(np.array(spread)) if spread else None
        shape = len(face.samples), len(MEASURES)
        self._plate = np.full(shape, np.nan)
        for frame, points in landmarks.items():
            self._plate[frame - source_first] = self._measure(points)
        self._clips: dict[ClipName, Values] = {clip: np.full(shape, np.nan) for clip in clips}
        self._places = {clip: PlacementMeter() for clip in clips}

    def _measure(self, landmarks: NDArray[np.float32]) -> NDArray[np.float64]:
        assert self._neutral is not None  # there are landmarks
        return np.asarray(measure_shapes(free_landmarks(landmarks[None], self._neutral))[0])

    def add(self, source_frame: int, clip: ClipName, landmarks: NDArray[np.float32]) -> None:
        """What was read in ``clip``, in pixels of the plate."""
        self._clips[clip][source_frame - self._first] = self._measure(landmarks)
        self._places[clip].add(source_frame - self._first, self._landmarks[source_frame], landmarks)

    def judge(self) -> FaceReview:
        passes = {clip: self._judge_clip(clip) for clip in self._clips}
        return FaceReview(
            face=self.number,
            acting=next(iter(passes.values())),
            passes=passes,
            alignment={clip: meter.distance() for clip, meter in self._places.items()},
            curves=build_curves(self._plate, self._clips),
        )

    def _judge_clip(self, clip: ClipName) -> ActingReview:
        slips = self._places[clip].slips()
        values = self._clips[clip]
        values[slips] = np.nan
        return compare_acting(self._plate, values, source_first=self._first, slips=len(slips))

    def notes(self, shot: str) -> list[str]:
        """Why it could not be judged in a clip."""
        notes = []
        for clip, values in self._clips.items():
            count = int((~np.isnan(values[:, 0])).sum())
            name = "the result" if clip is ClipName.RESULT else clip
            if not count:
                notes.append(f"{shot}: face {self.number} was not found in {name}")
            elif count < FEWEST_FRAMES:
                short = f"in {count} frames of {name}; {FEWEST_FRAMES} are needed to judge its acting"
                notes.append(f"{shot}: face {self.number} was found {short}")
        return notes
