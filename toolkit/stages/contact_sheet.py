"""A contact sheet: the first, middle and last frame of every shot, in one picture for people to look at."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path

import numpy as np

from toolkit.documents import Cut, Media, Shot, write_atomically
from toolkit.errors import OutputNotWritable
from toolkit.frames import timecode_from_frames
from toolkit.progress import SILENT, Progress
from toolkit.stages.thumbnails import Picture, Thumbnails, read_thumbnails

_SUFFIXES = (".png", ".jpg", ".jpeg")

_FRAME = (256, 144)
"""Width and height that a frame is fitted into, pixels."""
_GAP = 8
"""Pixels between frames."""
_CAPTION = 52
"""Height of the two lines below the frames of a shot, pixels."""
_CARD = (3 * _FRAME[0] + 2 * _GAP, _FRAME[1] + _CAPTION)
"""Width and height of what is drawn for a shot, pixels."""
_MARGIN = 24
"""Pixels around each card."""
_TAG_SIZE, _TAG_HEIGHT = 0.42, 20
"""Size of the frame numbers, in OpenCV's measure, and of the paper below them, pixels."""
_TALL = 1.2
"""Height of a sheet divided by its width, about."""

_PAPER, _INK, _FAINT, _EMPTY, _WARNING = (24,) * 3, (235,) * 3, (150,) * 3, (52,) * 3, (235, 120, 90)
"""RGB."""


def check_sheet_path(path: Path) -> None:
    """Raises OutputNotWritable when no picture can be written under that name."""
    if path.suffix.lower() not in _SUFFIXES:
        raise OutputNotWritable(path, "a contact sheet is a picture; end its name in .png or .jpg")


def write_contact_sheet(cut: Cut, path: Path, *, progress: Progress = SILENT) -> list[str]:
    """Write a contact sheet of the shots of ``cut``; returns what could not be read, one sentence each.

    Each shot has the first, the middle and the last frame that the edit shows, by source frame, and its name, its
    source frames, its timecode on the timeline and its length. A shot that is offline or unreadable is drawn as such.
    Raises OutputNotWritable.
    """
    check_sheet_path(path)
    wanted: dict[Media, set[int]] = {}
    for shot in cut.shots:
        if shot.media.online:
            wanted.setdefault(shot.media, set()).update(_shown_frames(shot))
    with progress.stage(f"{path.name}  frames", sum(map(len, wanted.values()))) as advance:
        thumbnails, problems = read_thumbnails(wanted, advance, size=_FRAME)
    sheet = _lay_out([_draw_card(shot, cut, thumbnails) for shot in cut.shots])
    _write_picture(sheet, path)
    return problems


def _shown_frames(shot: Shot) -> list[int]:
    """The source frames to draw, in the order in which the edit shows them, each once."""
    record = shot.record_range
    moments = (record.first, (record.first + record.last) // 2, record.last)
    return list(dict.fromkeys(shot.frame_map.source_frame_at_record(moment) for moment in moments))


# --- drawing ---------------------------------------------------------------------------------------------------


def _draw_card(shot: Shot, cut: Cut, thumbnails: Thumbnails) -> Picture:
    """The frames of a shot, and what it is, below."""
    card = np.full((_CARD[1], _CARD[0], 3), _PAPER, np.uint8)
    for place, source_frame in enumerate(_shown_frames(shot)):
        left = place * (_FRAME[0] + _GAP)
        area = card[: _FRAME[1], left : left + _FRAME[0]]
        picture = thumbnails.get((shot.media, source_frame))
        area[:] = _EMPTY if picture is None else picture
        if picture is None:
            _write(area, "OFFLINE" if not shot.media.online else "unreadable", (12, _FRAME[1] // 2), 0.7, _WARNING)
        _write_tag(area, str(source_frame))
    _write(card, shot.name, (0, _FRAME[1] + 22), 0.62, _INK)
    _write(card, _describe(shot, cut), (0, _FRAME[1] + 44), 0.48, _FAINT)
    return card


def _describe(shot: Shot, cut: Cut) -> str:
    record = shot.record_range
    first, last = (
        timecode_from_frames(cut.record_start + frame, cut.record_rate, drop_frame=cut.drop_frame)
        for frame in (record.first, record.last)
    )
    count = f"{len(record)} frame{'s' if len(record) != 1 else ''}"
    return f"source {shot.source_range}   {first} - {last}   {count}, {float(len(record) / cut.record_rate):.2f} s"


def _write(area: Picture, text: str, where: tuple[int, int], size: float, colour: tuple[int, ...]) -> None:
    """Write ``text`` from ``where`` (x, baseline) on, in place."""
    import cv2

    canvas = np.ascontiguousarray(area)
    cv2.putText(canvas, text, where, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
    area[:] = canvas


def _write_tag(frame: Picture, text: str) -> None:
    """Write ``text`` into the lower left corner of ``frame``, on paper of its own, in place."""
    import cv2

    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, _TAG_SIZE, 1)
    frame[-_TAG_HEIGHT:, : width + 12] = _PAPER
    _write(frame, text, (6, frame.shape[0] - 6), _TAG_SIZE, _INK)


def _lay_out(cards: Sequence[Picture]) -> Picture:
    """The cards on one sheet, from left to right and from top to bottom."""
    width, height = _CARD[0] + _MARGIN, _CARD[1] + _MARGIN
    columns = max(1, round(sqrt(len(cards) * height / (_TALL * width))))
    rows = ceil(len(cards) / columns)
    sheet = np.full((rows * height + _MARGIN, columns * width + _MARGIN, 3), _PAPER, np.uint8)
    for place, card in enumerate(cards):
        top, left = _MARGIN + place // columns * height, _MARGIN + place % columns * width
        sheet[top : top + _CARD[1], left : left + _CARD[0]] = card
    return sheet


def _write_picture(rgb: Picture, path: Path) -> None:
    import cv2

    is_written, data = cv2.imencode(path.suffix.lower(), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    if not is_written:
        raise OutputNotWritable(path, f"a picture of {rgb.shape[1]}x{rgb.shape[0]} does not fit this format")
    with write_atomically(path) as temporary:
        temporary.write_bytes(data.tobytes())
