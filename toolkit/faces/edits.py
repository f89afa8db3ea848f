"""Carry out the edits of a shot's faces on what was tracked: the only place where that is done."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.documents import (
    DropFace,
    FaceEdit,
    FaceEdits,
    FaceReference,
    FaceSample,
    FaceState,
    FaceTrack,
    FaceTracks,
    MergeFaces,
    NameFace,
    PlaceFace,
    SetState,
    SplitFace,
    digest,
)
from toolkit.errors import InputError, list_frames
from toolkit.faces.placing import Keyframes
from toolkit.faces.smooth import unwrap_degrees
from toolkit.frames import FrameRange

_FARTHEST = 1.0
"""Face heights from the place that an edit names beyond which it means no face that is there."""
_RANK = {FaceState.FOUND: 2, FaceState.HELD: 1, FaceState.ABSENT: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOutcome:
    """What has become of one edit."""

    edit: FaceEdit
    face: int | None
    """The number that its face has after it; None: it finds its face or its frames no more, and changes nothing."""
    note: str = ""
    """Why not, or what else there is to say; a part of a sentence."""

    @property
    def applies(self) -> bool:
        """Whether it is carried out, at least in some of its frames."""
        return self.face is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedFaces:
    """The faces of a shot with the edits by hand."""

    tracks: FaceTracks
    """Without faces that are ABSENT throughout. With another ``key`` than what was tracked, unless nothing changed."""
    outcomes: tuple[EditOutcome, ...]
    """In the order of the edits."""
    detected: Mapping[int, Sequence[FaceSample]]
    """By the number of the face, one per frame: the sample before it was placed or its state was set by hand. Edits
    find their faces by these."""

    @property
    def problems(self) -> list[str]:
        """A sentence for each edit that does not apply."""
        return [
            f"{self.tracks.shot}: edit {number} ({outcome.edit.summary}) does not apply: {outcome.note}; "
            f"'toolkit edit undo OUT {self.tracks.shot} {number}' removes it"
            for number, outcome in enumerate(self.outcomes, start=1)
            if not outcome.applies
        ]

    def refer_to(self, face: int, frames: FrameRange | None = None) -> FaceReference:
        """What an edit says to find ``face`` again: where it is largest, in ``frames`` if it was detected there."""
        present = [sample for sample in self.detected[face] if _is_present(sample)]
        found = [sample for sample in present if sample.state is FaceState.FOUND] or present
        best = [one for one in found if frames is not None and one.source_frame in frames] or found
        largest = max(best, key=lambda sample: sample.scale or 0.0)
        x, y = largest.centre or (0.0, 0.0)
        return FaceReference(number=face, source_frame=largest.source_frame, centre=(round(x, 1), round(y, 1)))


def apply_edits(tracks: FaceTracks, edits: FaceEdits) -> EditedFaces:
    """``tracks``, as detected, with ``edits``. An edit that does not apply is an outcome and changes nothing.

    Faces keep their numbers. A merged face has the lower of the two, and a new one the next that was never used.
    """
    editor = _Editor(tracks)
    outcomes = tuple(_try(editor, edit) for edit in edits.edits)
    faces = [face for face in editor.faces if any(_is_present(sample) for sample in face.samples)]
    effective = [one.edit for one in outcomes if one.applies and not isinstance(one.edit, NameFace)]
    edited = tuple(
        FaceTrack(face=face.number, name=face.name, samples=_unwrap_rolls(face.samples))
        for face in sorted(faces, key=lambda face: face.number)
    )
    key = digest(tracks.key, effective) if effective else tracks.key
    return EditedFaces(
        tracks=tracks.model_copy(update={"faces": edited, "key": key}),
        outcomes=outcomes,
        detected={face.number: face.detected for face in faces},
    )


def _try(editor: _Editor, edit: FaceEdit) -> EditOutcome:
    try:
        face, note = editor.apply(edit)
    except InputError as error:
        return EditOutcome(edit=edit, face=None, note=error.sentence)
    return EditOutcome(edit=edit, face=face, note=note)


@dataclass(slots=True, kw_only=True)
class _Face:
    """A face on the way; both lists have one sample per frame of the track."""

    number: int
    name: str
    samples: list[FaceSample]
    detected: list[FaceSample]


class _Editor:
    """Carries out edits one after the other. Its methods raise InputError for an edit that does not apply."""

    def __init__(self, tracks: FaceTracks) -> None:
        self._shot, self._frames = tracks.shot, tracks.source_range
        self.faces = [
            _Face(number=one.face, name=one.name, samples=list(one.samples), detected=list(one.samples))
            for one in tracks.faces
        ]
        self._next = max((one.face for one in tracks.faces), default=-1) + 1

    def apply(self, edit: FaceEdit) -> tuple[int, str]:
        """Carry out ``edit``; returns the number of its face, and what there is to say, as a part of a sentence."""
        face = self._find(edit.face)
        note = ""
        match edit:
            case DropFace():
                self._drop(face, edit.source_range)
            case MergeFaces():
                note = self._merge(face, self._find(edit.other))
            case SplitFace():
                note = self._split(face, edit.source_frame)
            case NameFace():
                face.name = edit.name
            case PlaceFace():
                self._place(face, edit)
            case SetState():
                note = self._set_state(face, edit.source_range, edit.state)
        return face.number, note

    def _find(self, wanted: FaceReference) -> _Face:
        """The face that was detected nearest to the place of ``wanted``."""
        if wanted.source_frame not in self._frames:
            raise InputError(f"frame {wanted.source_frame} is not in the track, which has {self._frames}")
        index = wanted.source_frame - self._frames.first
        near: list[tuple[float, bool, _Face]] = []
        for face in self.faces:
            sample = face.detected[index]
            if sample.centre is not None and sample.scale is not None:
                distance = math.dist(sample.centre, wanted.centre)
                if distance <= _FARTHEST * sample.scale:
                    near.append((distance, face.number != wanted.number, face))
        if not near:
            x, y = wanted.centre
            raise InputError(f"no face is found at {x:.0f},{y:.0f} in frame {wanted.source_frame}")
        return min(near, key=lambda one: one[:2])[2]

    def _indices(self, frames: FrameRange | None) -> list[int]:
        """The places in the lists of samples of those of ``frames`` that the track has; of all for None."""
        shared = self._frames if frames is None else self._frames.intersection(frames)
        if shared is None:
            raise InputError(f"the track has only frames {self._frames}")
        return [frame - self._frames.first for frame in shared]

    def _drop(self, face: _Face, frames: FrameRange | None) -> None:
        for index in self._remove(face, frames):
            face.detected[index] = face.samples[index]

    def _remove(self, face: _Face, frames: FrameRange | None) -> list[int]:
        """Make ``face`` ABSENT in ``frames``; returns the places of these in the lists."""
        indices = self._indices(frames)
        if not any(_is_present(face.samples[index]) for index in indices):
            where = list_frames([self._frames.first + index for index in indices])
            raise InputError(f"face {face.number} is not there in {where}")
        for index in indices:
            face.samples[index] = _absent(self._frames.first + index)
        return indices

    def _merge(self, face: _Face, other: _Face) -> str:
        if face is other:
            raise InputError(f"both are face {face.number}")
        both: list[int] = []
        for index, (mine, its) in enumerate(zip(face.samples, other.samples, strict=True)):
            if _is_present(mine) and mine.state is its.state:
                both.append(mine.source_frame)
            elif _RANK[its.state] > _RANK[mine.state]:
                face.samples[index], face.detected[index] = its, other.detected[index]
        note = f"both are there in {list_frames(both)}: face {face.number} stays" if both else ""
        face.name, face.number = face.name or other.name, min(face.number, other.number)
        self.faces.remove(other)
        return note

    def _split(self, face: _Face, source_frame: int) -> str:
        present = [sample.source_frame for sample in face.samples if _is_present(sample)]
        if not present or not present[0] < source_frame <= present[-1]:
            there = f"there in {list_frames(present)}" if present else "not there at all"
            raise InputError(f"frame {source_frame} does not divide face {face.number}, which is {there}")
        new = _Face(number=self._next, name="", samples=list(face.samples), detected=list(face.detected))
        for index, frame in enumerate(self._frames):
            left = new if frame < source_frame else face
            left.samples[index] = left.detected[index] = _absent(frame)
        self.faces.append(new)
        self._next += 1
        return f"from frame {source_frame} on it is face {new.number}"

    def _place(self, face: _Face, edit: PlaceFace) -> None:
        keyframes = Keyframes(edit.keys)
        for index in self._indices(edit.source_range):
            face.samples[index] = keyframes.place(face.samples[index])
            if not _is_present(face.detected[index]):
                face.detected[index] = face.samples[index]

    def _set_state(self, face: _Face, frames: FrameRange, state: FaceState) -> str:
        if state is FaceState.ABSENT:
            self._remove(face, frames)
            return ""
        # What an earlier edit took away comes back as it was detected.
        now = {index: _first_present(face.samples[index], face.detected[index]) for index in self._indices(frames)}
        usable = {
            index: one for index, one in now.items() if _can_be(one, state) or face.detected[index].state is state
        }
        missing = list_frames([one.source_frame for index, one in now.items() if index not in usable])
        reason = "was never read" if state is FaceState.FOUND else "has no place"
        if not usable:
            remedy = f"set one with 'toolkit edit key OUT {self._shot} {face.number}'"
            raise InputError(f"face {face.number} {reason} in {missing}; {remedy}")
        for index, sample in usable.items():
            face.samples[index] = sample.model_copy(update={"state": state})
        return f"it {reason} in {missing}" if missing else ""


def _can_be(sample: FaceSample, state: FaceState) -> bool:
    return sample.landmarks is not None if state is FaceState.FOUND else _is_present(sample)


def _is_present(sample: FaceSample) -> bool:
    return sample.state is not FaceState.ABSENT


def _first_present(*samples: FaceSample) -> FaceSample:
    return next(filter(_is_present, samples), samples[0])


def _absent(source_frame: int) -> FaceSample:
    return FaceSample(source_frame=source_frame, state=FaceState.ABSENT)


def _unwrap_rolls(samples: Sequence[FaceSample]) -> tuple[FaceSample, ...]:
    """``samples`` without jumps of a full turn, which a merge and keys typed by hand may leave."""
    rolls = np.array([sample.roll for sample in samples if sample.roll is not None])
    smooth: Iterator[float] = iter(unwrap_degrees(rolls).tolist())
    unwrapped = []
    for sample in samples:
        roll = None if sample.roll is None else next(smooth)
        is_other = roll is not None and sample.roll is not None and abs(roll - sample.roll) > 180
        unwrapped.append(sample.model_copy(update={"roll": roll}) if is_other else sample)
    return tuple(unwrapped)
