"""Every face that was followed, as a row and as a picture: who is face 0, in which frames, and who was dropped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from toolkit.documents import (
    Cut,
    DroppedFace,
    DropReason,
    FaceState,
    FaceTrack,
    FaceTracks,
    Shot,
    left_out_sentence,
)
from toolkit.errors import MediaError, MissingDocument, list_frames
from toolkit.faces import FacePlacement, cut_place, measure_placement, place_of
from toolkit.output import Output
from toolkit.plates import open_plate
from toolkit.progress import SILENT, Progress
from toolkit.report import (
    EMPTY,
    FAINT,
    INK,
    PAPER,
    WARNING,
    Picture,
    fit_picture,
    lay_out,
    write_picture,
    write_tag,
    write_text,
)

_SIDE = 192
"""Of a face's picture, pixels."""
_CAPTION = 52
"""Height of the two lines below it, pixels."""
_WHY = {DropReason.CROWDED: "too many", DropReason.SMALL: "too small"}
"""Who has a picture without being a face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceRow:
    """One face of one shot."""

    shot: str
    face: int
    """As in the track: 0 is the most prominent face of the shot."""
    name: str
    """Given by hand; empty: none."""
    found: int
    """Frames in which it was found."""
    held: int
    """Frames in which it was interpolated, or seen without being read."""
    absent: int
    """Frames of the shot without it."""
    first: int
    """First frame with it (source space)."""
    last: int
    """Last frame with it (source space)."""
    height: int
    """The median height of the face, pixels."""
    largest: int
    """The frame in which it was found largest (source space): the one in its picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedRow:
    """Somebody who was followed in one shot and is no face of it, or not in all frames; see ``DroppedFace``."""

    shot: str
    reason: DropReason
    found: int
    dropped: int
    first: int
    """First dropped frame (source space)."""
    last: int
    """Last dropped frame (source space)."""
    height: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FacesFound:
    """The faces of an output folder."""

    faces: tuple[FaceRow, ...]
    """In the order of the cut."""
    dropped: tuple[DroppedRow, ...]
    notes: tuple[str, ...]
    """What there is to say, one sentence each: also of everybody who was dropped, and why."""

    @property
    def has_pictures(self) -> bool:
        """Whether there is anything to draw."""
        return bool(self.faces) or any(row.reason in _WHY for row in self.dropped)


def list_faces(out: Path | str, *, cut_name: str = "") -> FacesFound:
    """Every face that was followed in ``out``, with the edits by hand, and who was dropped.

    Raises MissingDocument when no shot is tracked, Unreadable and DocumentError.
    """
    output = Output(root=Path(out), cut=cut_name)
    rows: list[FaceRow] = []
    dropped: list[DroppedRow] = []
    notes: list[str] = []
    tracked = [shot for shot in Cut.read(output.shots).source_shots() if output.face_track(shot.name).exists()]
    if not tracked:
        raise MissingDocument(output.root / "*" / "face_track.json", FaceTracks.made_by)
    for shot in tracked:
        edited = output.apply_edits(FaceTracks.read(output.face_track(shot.name)))
        tracks = edited.tracks
        rows += [describe_face(shot.name, face) for face in tracks.faces]
        dropped += [_describe_dropped(shot.name, one) for one in tracks.dropped]
        was_found = tracks.dropped or edited.outcomes
        notes += [] if tracks.faces else [f"{shot.name}: no face {'is followed' if was_found else 'was found'}"]
        notes += [*_tell_dropped(shot.name, tracks), *edited.problems]
    return FacesFound(faces=tuple(rows), dropped=tuple(dropped), notes=tuple(notes))


def write_faces_sheet(
    out: Path | str, found: FacesFound, path: Path, *, cut_name: str = "", progress: Progress = SILENT
) -> list[str]:
    """Write a picture of the faces, upright, at ``path``, and of whoever was dropped, shot by shot.

    Who was found too briefly has no picture, and without any face there is no file. Returns what could not be read, in
    sentences. Raises OutputNotWritable.
    """
    output = Output(root=Path(out), cut=cut_name)
    cards: list[Picture] = []
    problems: list[str] = []
    seen = {row.shot for row in found.faces} | {row.shot for row in found.dropped}
    shots = [shot for shot in Cut.read(output.shots).source_shots() if shot.name in seen]
    with progress.stage(f"{path.name}  shots", len(shots)) as advance:
        for shot in shots:
            tracks = output.read_faces(shot.name)
            drawn = [_of_face(row, tracks) for row in found.faces if row.shot == shot.name]
            drawn += _of_dropped(shot.name, tracks)
            try:
                pictures = _read_pictures(shot, drawn)
            except MediaError as error:
                problems.append(f"{shot.name}: {error.sentence}")
                pictures = [None] * len(drawn)
            cards += [_draw_card(one, picture) for one, picture in zip(drawn, pictures, strict=True)]
            advance(1)
    if cards:
        write_picture(lay_out(cards), path)
    return problems


def describe_face(shot: str, face: FaceTrack) -> FaceRow:
    """The row of one face, which is there in some frame."""
    counts = {state: sum(sample.state is state for sample in face.samples) for state in FaceState}
    present = [sample for sample in face.samples if sample.state is not FaceState.ABSENT]
    best = max(present, key=lambda one: (one.state is FaceState.FOUND, one.scale or 0.0))
    return FaceRow(
        shot=shot,
        face=face.face,
        name=face.name,
        found=counts[FaceState.FOUND],
        held=counts[FaceState.HELD],
        absent=counts[FaceState.ABSENT],
        first=present[0].source_frame,
        last=present[-1].source_frame,
        height=round(float(np.median([sample.scale for sample in present]))),
        largest=best.source_frame,
    )


def _describe_dropped(shot: str, one: DroppedFace) -> DroppedRow:
    return DroppedRow(
        shot=shot,
        reason=one.reason,
        found=one.found,
        dropped=one.dropped,
        first=one.source_range.first,
        last=one.source_range.last,
        height=round(one.height),
        largest=one.largest,
    )


def _tell_dropped(shot: str, tracks: FaceTracks) -> Iterator[str]:
    """Who was dropped and why; those who were found too briefly in one sentence."""
    brief = [one for one in tracks.dropped if one.reason is DropReason.BRIEF]
    for one in tracks.dropped:
        who = f"{shot}: a face {one.height:.0f} pixels high"
        if one.reason is DropReason.CROWDED:
            frames = f"{one.dropped} of the {one.found} frames in which it was found ({one.source_range})"
            yield f"{who} is left out in {frames}: track.max_faces others are there; raise it to render this one too"
        elif one.reason is DropReason.SMALL:
            frames = f"found in {one.found} frames ({one.source_range})"
            yield f"{who}, {frames}, is left out: it is smaller than track.min_size; lower that to render it"
    if brief:
        longest = max(brief, key=lambda one: one.found)
        count = "1 face was" if len(brief) == 1 else f"{len(brief)} faces were"
        most = f"{longest.found} frame{'s' if longest.found > 1 else ''} ({list_frames(list(longest.source_range))})"
        yield f"{shot}: {count} found too briefly to be followed, at most in {most}; often these are no faces"
    if tracks.left_out and not tracks.dropped:  # tracked by an older version
        yield left_out_sentence(shot, tracks.left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """A face on the sheet."""

    source_frame: int
    place: FacePlacement | None
    """Where it is in that frame; None: that is not known."""
    name: str
    facts: str
    is_dropped: bool = False


def _of_face(row: FaceRow, tracks: FaceTracks) -> _Drawn:
    face = next(face for face in tracks.faces if face.face == row.face)
    sample = face.samples[row.largest - tracks.source_range.first]
    return _Drawn(
        source_frame=row.largest,
        place=measure_placement(sample.landmarks) if sample.landmarks is not None else place_of(sample),
        name=f"{row.shot}  {row.face}  {row.name}".rstrip(),
        facts=f"{row.found} found, {row.held} held",
    )


def _of_dropped(shot: str, tracks: FaceTracks) -> list[_Drawn]:
    return [
        _Drawn(
            source_frame=one.largest,
            place=FacePlacement(x=one.centre[0], y=one.centre[1], scale=one.scale, roll=one.roll),
            name=f"{shot}  {_WHY[one.reason]}",
            facts=f"{one.dropped} of {one.found} left out",
            is_dropped=True,
        )
        for one in tracks.dropped
        if one.reason in _WHY
    ]


def _read_pictures(shot: Shot, drawn: Sequence[_Drawn]) -> list[Picture | None]:
    """The picture of each of ``drawn``."""
    found: dict[_Drawn, Picture] = {}
    wanted = sorted({one.source_frame for one in drawn if one.place is not None})
    with open_plate(shot.media) as plate, closing(plate.frames_8bit(wanted)) as frames:
        for source_frame, rgb in frames:
            for one in drawn:
                if one.source_frame == source_frame and one.place is not None:
                    found[one] = fit_picture(cut_place(rgb, one.place), (_SIDE, _SIDE))
    return [found.get(one) for one in drawn]


def _draw_card(one: _Drawn, picture: Picture | None) -> Picture:
    card = np.full((_SIDE + _CAPTION, _SIDE, 3), PAPER, np.uint8)
    area = card[:_SIDE]
    area[:] = EMPTY if picture is None else picture
    write_tag(area, str(one.source_frame))
    write_text(card, one.name, (0, _SIDE + 22), 0.5, WARNING if one.is_dropped else INK)
    write_text(card, one.facts, (0, _SIDE + 44), 0.42, FAINT)
    return card
