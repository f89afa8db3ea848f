"""A chart below the movie of what was tracked: in which frames each face is found, held and absent, and how it acts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceState, FaceTrack, FaceTracks
from toolkit.frames import FrameRange
from toolkit.report import COLOURS, FAINT, INK, PAPER, Picture, write_text
from toolkit.review import read_measure

_ROW, _BAR = 44, 6
"""Height of a face's row and of the bar of its states, pixels."""
_LABEL = 120
"""Width of the names at the left, pixels."""
_MOST = 6
"""Faces with a row."""
_BOLD, _FAINT = "mouth open", "brow inner left"
"""The curves: the first in the colour of the face."""


class TrackChart:
    """The chart of one shot: drawn once, with the moment marked in each frame."""

    def __init__(self, tracks: FaceTracks, frames: FrameRange, width: int) -> None:
        faces = tracks.faces[:_MOST]
        self.height = 2 * -(-_ROW * len(faces) // 2)
        """Pixels, even; 0 without faces."""
        self._frames = frames
        self._picture: Picture = np.full((self.height, width, 3), PAPER, np.uint8)
        for row, face in enumerate(faces):
            _draw_row(self._picture[row * _ROW : (row + 1) * _ROW], face, frames)

    def draw(self, source_frame: int) -> Picture:
        """The chart, uint8 (height, width, 3), with a line at ``source_frame``."""
        picture = self._picture.copy()
        x = int(_place([source_frame], self._frames, picture.shape[1])[0])
        picture[:, x : x + 1] = INK
        return picture


def _draw_row(row: Picture, face: FaceTrack, frames: FrameRange) -> None:
    colour = tuple(bytes.fromhex(COLOURS[face.face % len(COLOURS)][1:]))
    write_text(row, " ".join(filter(None, (str(face.face), face.name))), (6, _ROW // 2 + 5), 0.5, colour)
    shown = [sample for sample in face.samples if sample.source_frame in frames]
    lefts = _place([sample.source_frame for sample in shown], frames, row.shape[1])
    rights = _place([sample.source_frame + 1 for sample in shown], frames, row.shape[1])
    for sample, left, right in zip(shown, lefts, rights, strict=True):
        if sample.state is FaceState.FOUND:
            row[-_BAR - 2 : -2, left : max(right, left + 1)] = colour
        elif sample.state is FaceState.HELD:
            row[-4:-2, left : max(right, left + 1)] = colour
    for name, tint in ((_FAINT, FAINT), (_BOLD, colour)):
        values = read_measure(face, name)
        if values is not None:
            here = [sample.source_frame in frames for sample in face.samples]
            _draw_curve(row, values[here], lefts, tint)


def _draw_curve(row: Picture, values: NDArray[np.float64], xs: Sequence[int], colour: tuple[int, ...]) -> None:
    """``values``, from the lowest to the highest of the shot over the whole height; a NaN is a gap."""
    import cv2

    known = ~np.isnan(values)
    if not known.any():
        return
    low, high = np.nanmin(values), np.nanmax(values)
    ys = (_ROW - _BAR - 6) - (values - low) / max(high - low, 1e-9) * (_ROW - _BAR - 12)
    for run in np.split(np.arange(len(values)), np.flatnonzero(np.diff(known.astype(int))) + 1):
        if known[run[0]]:
            points = np.column_stack([np.array(xs)[run], np.rint(ys[run])]).astype(np.int32)
            cv2.polylines(row, [points], isClosed=False, color=colour, thickness=1, lineType=cv2.LINE_AA)


def _place(source_frames: Sequence[int], frames: FrameRange, width: int) -> list[int]:
    """The x of the beginning of each frame."""
    return [_LABEL + (frame - frames.first) * (width - _LABEL - 8) // max(1, len(frames)) for frame in source_frames]
