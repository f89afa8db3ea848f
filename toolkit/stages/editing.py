"""Edit the faces of a tracked shot by hand: ``OUT/<shot>/edits.json``, which every later run carries out."""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from toolkit.documents import (
    LARGEST_FACE,
    Cut,
    FaceEdit,
    FaceEdits,
    FaceKey,
    FaceReference,
    FaceSample,
    FaceState,
    FaceTrack,
    FaceTracks,
    NameFace,
    PlaceFace,
    Point,
    SetState,
)
from toolkit.errors import InputError, NoMatchingShot, list_frames
from toolkit.faces import EditOutcome, apply_edits, move_outline
from toolkit.frames import FrameRange
from toolkit.output import Output, lock_output
from toolkit.settings import FACE_NAME

_SMALLEST = 1.0
"""Height of a face that can be placed, pixels."""

log = logging.getLogger(__name__)


def edit_tracks(tracks: FaceTracks, output: Output) -> FaceTracks:
    """``tracks``, as detected, with the edits by hand; logs which of these do not apply."""
    edited = output.apply_edits(tracks)
    for problem in edited.problems:
        log.warning("%s", problem)
    return edited.tracks


def read_faces(out: Path | str, shot_name: str, *, cut_name: str = "") -> FaceTracks:
    """The faces of one shot that was tracked in ``out``, with the edits by hand: as every stage uses them.

    ``cut_name`` is that of a cut that was added to ``out``. Raises NoMatchingShot, MissingDocument when the shot is not
    tracked, Unreadable and DocumentError.
    """
    output = Output(root=Path(out), cut=cut_name)
    return output.read_faces(find_rendered(Cut.read(output.shots), shot_name))


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRow:
    """One edit of a shot."""

    shot: str
    edit: int
    """Its number, from 1 in the order in which the edits of the shot are carried out."""
    what: str
    applies: bool
    note: str


def list_edits(out: Path | str, shot_name: str | None = None, *, cut_name: str = "") -> list[EditRow]:
    """The edits of all shots in ``out``, or of one, and what becomes of them.

    Raises NoMatchingShot, MissingDocument, Unreadable and DocumentError.
    """
    output = Output(root=Path(out), cut=cut_name)
    cut = Cut.read(output.shots)
    names = [shot.name for shot in cut.source_shots()] if shot_name is None else [find_rendered(cut, shot_name)]
    rows: list[EditRow] = []
    for name in names:
        if output.edits(name).exists():
            outcomes = output.apply_edits(FaceTracks.read(output.face_track(name))).outcomes
            rows += [
                EditRow(shot=name, edit=number, what=one.edit.summary, applies=one.applies, note=one.note)
                for number, one in enumerate(outcomes, start=1)
            ]
    return rows


@contextmanager
def edit_shot(out: Path | str, shot_name: str, *, cut_name: str = "") -> Iterator[ShotEditor]:
    """Edit the faces of one shot in ``out``, which is locked until the block ends.

    Raises NoMatchingShot, MissingDocument when the shot is not tracked, Unreadable, DocumentError, OutputBusy and
    OutputNotWritable.
    """
    with lock_output(Path(out), cut=cut_name, made_by=Cut.made_by) as output:
        yield ShotEditor(output, find_rendered(Cut.read(output.shots), shot_name))


def find_rendered(cut: Cut, shot_name: str) -> str:
    """The name of the shot in whose folder the tracks of ``shot_name`` are. Raises NoMatchingShot."""
    names = {shot.name: shot.rendered_name for shot in cut.shots}
    if shot_name not in names:
        raise NoMatchingShot([shot_name], list(names))
    return names[shot_name]


class ShotEditor:
    """The faces of one shot, and the edits of them; every change is written at once."""

    def __init__(self, output: Output, shot_name: str) -> None:
        self._output = output
        self._detected = FaceTracks.read(output.face_track(shot_name))
        self._edits = output.read_edits(shot_name)
        self.faces = output.apply_edits(self._detected)
        """With all edits so far."""

    @property
    def shot(self) -> str:
        """The name of the shot."""
        return self._detected.shot

    def find_face(self, face: str) -> int:
        """The number of the face that is called by its number or its name. Raises InputError."""
        tracks = self.faces.tracks.faces
        if face.isdecimal():
            found = [one.face for one in tracks if one.face == int(face)]
        else:
            found = [one.face for one in tracks if one.name.casefold() == face.strip().casefold()]
        if len(found) == 1:
            return found[0]
        problem = f"{len(found)} faces are called {face!r}; use a number" if found else f"no face {face!r}"
        known = ", ".join(f"{one.face} ({one.name})" if one.name else str(one.face) for one in tracks)
        raise InputError(f"{self.shot}: {problem}; faces of this shot: {known or 'none'}")

    def refer_to(self, face: str, frames: FrameRange | None = None) -> FaceReference:
        """What an edit of the face of this number or name says to find it again; from ``frames``, if it is there."""
        return self.faces.refer_to(self.find_face(face), frames)

    def frames_between(self, first: int | None, last: int | None) -> FrameRange:
        """From ``first`` to ``last``; None: from or to the end of the track. Raises InputError."""
        track = self._detected.source_range
        first, last = track.first if first is None else first, track.last if last is None else last
        if last < first:
            raise self._refuse(f"frame {first} is after frame {last}")
        if first not in track or last not in track:
            raise self._refuse(f"frames {first} to {last} are not in the track, which has {track}")
        return FrameRange(first=first, last=last)

    def add(self, edit: FaceEdit) -> EditOutcome:
        """Append ``edit`` and carry it out. Raises InputError, and writes nothing, if it does not apply."""
        return self._write([*self._edits.edits, edit], len(self._edits.edits))

    def name(self, face: str, name: str) -> EditOutcome:
        """Give ``face`` a name; an empty one takes it away. Raises InputError."""
        name, reference = name.strip(), self.refer_to(face)
        if name and not re.fullmatch(FACE_NAME, name):
            rule = "it has at most 40 letters, no digit or dash first, and no comma or exclamation mark"
            raise self._refuse(f"{name!r} cannot be the name of a face: {rule}")
        for one in self.faces.tracks.faces:
            if name and one.name.casefold() == name.casefold() and one.face != reference.number:
                remedy = f"toolkit edit merge OUT {self.shot} {one.face} {reference.number}"
                raise self._refuse(f"face {one.face} is called {one.name} already; if it is the same person: {remedy}")
        return self.add(NameFace(face=reference, name=name))

    def make_key(
        self,
        face: str,
        source_frame: int,
        *,
        centre: Point | None = None,
        scale: float | None = None,
        roll: float | None = None,
        outline: tuple[Point, ...] | None = None,
    ) -> FaceKey:
        """A key of ``face`` as it is in ``source_frame``, but for what is given. Raises InputError."""
        sample = self._find_sample(face, source_frame)
        centre = sample.centre if centre is None else centre
        scale = sample.scale if scale is None else scale
        roll = sample.roll if roll is None else roll
        if centre is None or scale is None or roll is None:
            raise self._refuse(
                f"face {face} is not there in frame {source_frame}: set its centre, its scale and its roll"
            )
        finite = all(map(math.isfinite, (*centre, scale, roll, *chain(*(outline or ())))))
        if not finite or not _SMALLEST <= scale <= LARGEST_FACE:
            wanted = f"a scale from {_SMALLEST:g} to {LARGEST_FACE:g} pixels, not {scale:g}"
            raise self._refuse(f"a key needs finite numbers, and {wanted}")
        if outline is not None and len(outline) < 3:
            raise self._refuse("an outline needs three points or more")
        x, y = centre
        return FaceKey(
            source_frame=source_frame,
            centre=(round(x, 3), round(y, 3)),
            scale=round(scale, 3),
            roll=round(roll, 3),
            outline=outline,
        )

    def add_key(self, face: str, key: FaceKey) -> EditOutcome:
        """Place ``face`` by ``key``, together with the keys that it has already. Raises InputError.

        A key in the same frame is replaced, but for an outline that it has and ``key`` has not. Keys are on their own
        where a later edit of the face would change what they mean.
        """
        reference = self.refer_to(face, FrameRange.of(key.source_frame, 1))
        index, known = self._find_keys(reference.number, key.source_frame)
        if known is None:
            return self.add(PlaceFace(face=reference, keys=(key,)))
        by_frame = {one.source_frame: one for one in known.keys}
        replaced = by_frame.get(key.source_frame)
        if replaced is not None and key.outline is None:
            key = key.model_copy(update={"outline": move_outline(replaced, key)})
        by_frame[key.source_frame] = key
        keys = tuple(by_frame[frame] for frame in sorted(by_frame))
        if len({len(one.outline) for one in keys if one.outline is not None}) > 1:
            raise self._refuse("the outlines of all keys must have the same number of points")
        edits = list(self._edits.edits)
        edits[index] = PlaceFace(face=known.face, keys=keys)
        return self._write(edits, index)

    def remove(self, numbers: Collection[int] = ()) -> list[FaceEdit]:
        """Remove the edits of these numbers, counted from 1; without any, the last one. Returns what is removed.

        Raises InputError.
        """
        count = len(self._edits.edits)
        if not count:
            raise self._refuse("there are no edits")
        unknown = [number for number in numbers if not 1 <= number <= count]
        if unknown:
            raise self._refuse(f"no edit {unknown[0]}; there are {count}, see 'toolkit edit list OUT'")
        gone = set(numbers) or {count}
        numbered = list(enumerate(self._edits.edits, start=1))
        left = tuple(edit for number, edit in numbered if number not in gone)
        self._store(self._edits.model_copy(update={"edits": left}))
        return [edit for number, edit in numbered if number in gone]

    def _find_keys(self, face: int, source_frame: int) -> tuple[int, PlaceFace | None]:
        """The last keys of ``face`` that another one at ``source_frame`` can join, and their place in the list."""
        for index, outcome in reversed([*enumerate(self.faces.outcomes)]):
            if outcome.face != face:
                continue
            match outcome.edit:
                case PlaceFace() as known:
                    return index, known
                case NameFace():
                    pass
                case SetState(source_range=frames) if source_frame not in frames:
                    pass
                case _:
                    break
        return -1, None

    def _find_sample(self, face: str, source_frame: int) -> FaceSample:
        number = self.find_face(face)
        if source_frame not in self._detected.source_range:
            raise self._refuse(f"frame {source_frame} is not in the track, which has {self._detected.source_range}")
        index = source_frame - self._detected.source_range.first
        return next(one for one in self.faces.tracks.faces if one.face == number).samples[index]

    def _write(self, edits: Sequence[FaceEdit], index: int) -> EditOutcome:
        """Replace the edits by ``edits``, unless the one at ``index`` does not apply; returns what became of it."""
        changed = self._edits.model_copy(update={"edits": tuple(edits)})
        outcome = apply_edits(self._detected, changed).outcomes[index]
        if not outcome.applies:
            raise self._refuse(outcome.note)
        self._store(changed)
        return outcome

    def _store(self, edits: FaceEdits) -> None:
        edits.write(self._output.edits(self.shot))
        self._edits, self.faces = edits, apply_edits(self._detected, edits)

    def _refuse(self, problem: str) -> InputError:
        return InputError(f"{self.shot}: {problem}")


def describe_changes(before: FaceTracks, after: FaceTracks) -> list[str]:
    """What is different in ``after``, a sentence for each face."""
    old, new = ({face.face: face for face in tracks.faces} for tracks in (before, after))
    sentences = []
    for number in sorted(old.keys() | new.keys()):
        if number not in new:
            sentences.append(f"face {number} is gone")
        elif number not in old:
            sentences.append(f"face {number} is new, in {_frames_with(new[number])}")
        else:
            sentences += _describe_face(old[number], new[number])
    return sentences


def _frames_with(face: FaceTrack) -> str:
    return list_frames([one.source_frame for one in face.samples if one.state is not FaceState.ABSENT])


def _describe_face(before: FaceTrack, after: FaceTrack) -> list[str]:
    """By what its frames were and are: ``face 0 in 1040-1043: ABSENT, was FOUND``."""
    by_change: dict[str, list[int]] = {}
    for old, new in zip(before.samples, after.samples, strict=True):
        if old.state is not new.state:
            by_change.setdefault(f"{new.state}, was {old.state}", []).append(new.source_frame)
        elif _place(old) != _place(new):
            by_change.setdefault(f"{new.state}, placed anew", []).append(new.source_frame)
    changes = [f"face {after.face} in {list_frames(frames)}: {change}" for change, frames in by_change.items()]
    if before.name != after.name:
        changes.insert(
            0, f"face {after.face} is called {after.name}" if after.name else f"face {after.face} has no name"
        )
    return changes


def _place(sample: FaceSample) -> tuple[object, ...]:
    return sample.centre, sample.scale, sample.roll, sample.drawn_outline
