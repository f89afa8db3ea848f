"""A small movie of what was tracked: the plate, and each face's oval, box, number and state in its colour."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceSample, FaceState, FaceTrack, FaceTracks, Shot, write_atomically
from toolkit.errors import OutputNotWritable
from toolkit.mattes import skin_outline
from toolkit.plates import Plate
from toolkit.plates.proxy import can_write_proxy, write_proxy
from toolkit.progress import Advance
from toolkit.report import COLOURS, INK, PAPER, Picture, write_tag, write_text

_FITS = (960, 540)
"""Width and height that the movie is fitted into, pixels."""
_BYTES = 20_000
"""Of a frame, at most and on average."""
_DASH = 8.0
"""Pixels of a dash, and between two: the oval of a face that is HELD."""
_TEXT, _LINE = 0.5, 22
"""Size of the labels, in OpenCV's measure, and from one to the next, pixels."""


def check_preview(path: Path) -> None:
    """Raises OutputNotWritable when no movie can be written: this build of PyAV lacks the encoder."""
    if not can_write_proxy():
        raise OutputNotWritable(path, "this build of PyAV has no H.264 encoder; leave --preview out")


def write_track_preview(tracks: FaceTracks, shot: Shot, plate: Plate, path: Path, advance: Advance) -> None:
    """Write the frames of ``shot`` with its ``tracks`` at ``path``, an MP4, whole or not at all.

    Raises OutputNotWritable, and what ``Plate.frames`` raises.
    """
    frames = shot.source_work_range
    scale = min(_FITS[0] / plate.width, _FITS[1] / plate.height)
    width, height = (2 * max(1, round(side * scale / 2)) for side in (plate.width, plate.height))
    with write_atomically(path) as temporary, closing(plate.frames_8bit(frames)) as pictures:
        write_proxy(
            temporary,
            _draw_frames(pictures, tracks, (width, height), advance),
            size=(width, height),
            rate=shot.media.rate,
            count=len(frames),
            bytes_per_frame=_BYTES,
        )


def _draw_frames(
    pictures: Iterator[tuple[int, Picture]], tracks: FaceTracks, size: tuple[int, int], advance: Advance
) -> Iterator[Picture]:
    import cv2

    faces = [(face, {sample.source_frame: sample for sample in face.samples}) for face in tracks.faces]
    for source_frame, picture in pictures:
        frame = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        for line, (face, samples) in enumerate(faces, start=1):
            _draw_face(frame, face, samples.get(source_frame), frame.shape[1] / tracks.width, line)
        if not faces:
            _write_label(frame, "no face was found", (0, _LINE), INK)
        write_tag(frame, str(source_frame))
        yield frame
        advance(1)


def _draw_face(frame: Picture, face: FaceTrack, sample: FaceSample | None, scale: float, line: int) -> None:
    """Draw one face in place; where it is absent, only its label, in its own ``line`` at the top."""
    colour = _rgb(COLOURS[face.face % len(COLOURS)])
    state = FaceState.ABSENT if sample is None else sample.state
    label = " ".join(filter(None, (str(face.face), face.name, state)))
    outline = None if sample is None else skin_outline(sample)
    if outline is None:
        _write_label(frame, label, (0, line * _LINE), colour)
        return
    oval = scale * (np.array(outline) + 0.5) - 0.5  # 0 is the centre of the first pixel
    _draw_oval(frame, oval, colour, is_dashed=state is FaceState.HELD)
    (left, top), (right, bottom) = oval.min(axis=0), oval.max(axis=0)
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    _draw_lines(frame, [corners], colour, thickness=1, is_closed=True)
    _write_label(frame, label, (max(0, round(left)), max(_LINE, round(top) - 6)), colour)


def _draw_oval(frame: Picture, oval: NDArray[np.float64], colour: tuple[int, ...], *, is_dashed: bool) -> None:
    if not is_dashed:
        _draw_lines(frame, [oval], colour, thickness=2, is_closed=True)
        return
    closed = np.vstack([oval, oval[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    steps = np.linspace(0, along[-1], 2 * max(4, round(along[-1] / (2 * _DASH))) + 1)
    points = np.column_stack([np.interp(steps, along, closed[:, axis]) for axis in (0, 1)])
    _draw_lines(frame, [points[index : index + 2] for index in range(0, len(points) - 1, 2)], colour, thickness=2)


def _draw_lines(
    frame: Picture,
    lines: list[NDArray[np.float64]],
    colour: tuple[int, ...],
    *,
    thickness: int,
    is_closed: bool = False,
) -> None:
    import cv2

    shift = 4  # OpenCV takes whole numbers: sixteenths of a pixel
    whole = [np.rint(line * 2**shift).astype(np.int32) for line in lines]
    cv2.polylines(frame, whole, is_closed, colour, thickness, cv2.LINE_AA, shift)


def _write_label(frame: Picture, text: str, where: tuple[int, int], colour: tuple[int, ...]) -> None:
    """``text`` from ``where`` (x, baseline) on, on paper of its own, so that it is read on any picture."""
    import cv2

    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, _TEXT, 1)
    left, baseline = where
    frame[max(0, baseline - _LINE + 6) : baseline + 6, left : left + width + 8] = PAPER
    write_text(frame, text, (left + 4, baseline), _TEXT, colour)


def _rgb(name: str) -> tuple[int, ...]:
    """``#e69f00`` as three codes."""
    return tuple(bytes.fromhex(name[1:]))
