"""Every face that was followed, as a row and as a picture: who is face 0, and in which frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Cut, FaceState, FaceTrack, FaceTracks, Shot, left_out_sentence
from toolkit.errors import MediaError, MissingDocument
from toolkit.faces import cut_face
from toolkit.output import Output
from toolkit.plates import open_plate
from toolkit.progress import SILENT, Progress
from toolkit.report import EMPTY, FAINT, INK, PAPER, Picture, fit_picture, lay_out, write_picture, write_tag, write_text

_SIDE = 192
"""Of a face's picture, pixels."""
_CAPTION = 52
"""Height of the two lines below it, pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceRow:
    """One face of one shot."""

    shot: str
    face: int
    """As in the track: 0 is the most present face of the shot."""
    found: int
    """Frames in which it was found."""
    held: int
    """Frames in which it was interpolated."""
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


def list_faces(out: Path | str, *, cut_name: str = "") -> tuple[list[FaceRow], list[str]]:
    """A row for every face that was followed in ``out``, in the order of the cut, and what there is to say, in notes.

    Raises MissingDocument when no shot is tracked, Unreadable and DocumentError.
    """
    output = Output(root=Path(out), cut=cut_name)
    rows: list[FaceRow] = []
    notes: list[str] = []
    tracked = [shot for shot in Cut.read(output.shots).source_shots() if output.face_track(shot.name).exists()]
    if not tracked:
        raise MissingDocument(output.root / "*" / "face_track.json", FaceTracks.made_by)
    for shot in tracked:
        tracks = FaceTracks.read(output.face_track(shot.name))
        rows += [_describe(shot.name, face) for face in tracks.faces]
        notes += [] if tracks.faces else [f"{shot.name}: no face was found"]
        notes += [left_out_sentence(shot.name, tracks.left_out)] if tracks.left_out else []
    return rows, notes


def write_faces_sheet(
    out: Path | str, rows: Sequence[FaceRow], path: Path, *, cut_name: str = "", progress: Progress = SILENT
) -> list[str]:
    """Write a picture of the faces of ``rows``, upright, at ``path``; returns what could not be read, in sentences.

    Raises OutputNotWritable.
    """
    output = Output(root=Path(out), cut=cut_name)
    shots = {shot.name: shot for shot in Cut.read(output.shots).source_shots()}
    cards: list[Picture] = []
    problems: list[str] = []
    with progress.stage(f"{path.name}  faces", len(rows)) as advance:
        for name in dict.fromkeys(row.shot for row in rows):
            own = [row for row in rows if row.shot == name]
            tracks = FaceTracks.read(output.face_track(name))
            try:
                pictures = _read_faces(shots[name], tracks, own)
            except MediaError as error:
                problems.append(f"{name}: {error.sentence}")
                pictures = {}
            cards += [_draw_card(row, pictures.get(row.face)) for row in own]
            advance(len(own))
    write_picture(lay_out(cards), path)
    return problems


def _describe(shot: str, face: FaceTrack) -> FaceRow:
    counts = {state: sum(sample.state is state for sample in face.samples) for state in FaceState}
    present = [sample for sample in face.samples if sample.state is not FaceState.ABSENT]
    best = max((one for one in present if one.state is FaceState.FOUND), key=lambda one: one.scale or 0.0)
    return FaceRow(
        shot=shot,
        face=face.face,
        found=counts[FaceState.FOUND],
        held=counts[FaceState.HELD],
        absent=counts[FaceState.ABSENT],
        first=present[0].source_frame,
        last=present[-1].source_frame,
        height=round(float(np.median([sample.scale for sample in present]))),
        largest=best.source_frame,
    )


def _read_faces(shot: Shot, tracks: FaceTracks, rows: Iterable[FaceRow]) -> dict[int, Picture]:
    """The picture of each of ``rows``, by the number of its face."""
    wanted: dict[int, list[tuple[int, NDArray[np.float32]]]] = {}
    for row in rows:
        sample = tracks.faces[row.face].samples[row.largest - tracks.source_range.first]
        if sample.landmarks is not None:
            wanted.setdefault(row.largest, []).append((row.face, sample.landmarks))
    found = {}
    with open_plate(shot.media) as plate, closing(plate.frames_8bit(sorted(wanted))) as frames:
        for source_frame, rgb in frames:
            for face, landmarks in wanted[source_frame]:
                found[face] = fit_picture(cut_face(rgb, landmarks), (_SIDE, _SIDE))
    return found


def _draw_card(row: FaceRow, picture: Picture | None) -> Picture:
    card = np.full((_SIDE + _CAPTION, _SIDE, 3), PAPER, np.uint8)
    area = card[:_SIDE]
    area[:] = EMPTY if picture is None else picture
    write_tag(area, str(row.largest))
    write_text(card, f"{row.shot}  {row.face}", (0, _SIDE + 22), 0.5, INK)
    write_text(card, f"{row.found} found, {row.held} held", (0, _SIDE + 44), 0.42, FAINT)
    return card
