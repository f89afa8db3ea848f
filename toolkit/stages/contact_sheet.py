"""A contact sheet: the first, middle and last frame of every shot, in one picture for people to look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from toolkit.documents import Cut, Media, Shot
from toolkit.errors import OutputNotWritable
from toolkit.frames import timecode_from_frames
from toolkit.progress import SILENT, Progress
from toolkit.report import EMPTY, FAINT, INK, PAPER, WARNING, Picture, lay_out, write_picture, write_tag, write_text
from toolkit.stages.thumbnails import Thumbnails, read_thumbnails

_SUFFIXES = (".png", ".jpg", ".jpeg")

_FRAME = (256, 144)
"""Width and height that a frame is fitted into, pixels."""
_GAP = 8
"""Pixels between frames."""
_CAPTION = 52
"""Height of the two lines below the frames of a shot, pixels."""
_CARD = (3 * _FRAME[0] + 2 * _GAP, _FRAME[1] + _CAPTION)
"""Width and height of what is drawn for a shot, pixels."""


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
    sheet = lay_out([_draw_card(shot, cut, thumbnails) for shot in cut.shots])
    write_picture(sheet, path)
    return problems


def _shown_frames(shot: Shot) -> list[int]:
    """The source frames to draw, in the order in which the edit shows them, each once."""
    record = shot.record_range
    moments = (record.first, (record.first + record.last) // 2, record.last)
    return list(dict.fromkeys(shot.frame_map.source_frame_at_record(moment) for moment in moments))


# --- drawing ---------------------------------------------------------------------------------------------------


def _draw_card(shot: Shot, cut: Cut, thumbnails: Thumbnails) -> Picture:
    """The frames of a shot, and what it is, below."""
    card = np.full((_CARD[1], _CARD[0], 3), PAPER, np.uint8)
    for place, source_frame in enumerate(_shown_frames(shot)):
        left = place * (_FRAME[0] + _GAP)
        area = card[: _FRAME[1], left : left + _FRAME[0]]
        picture = thumbnails.get((shot.media, source_frame))
        area[:] = EMPTY if picture is None else picture
        if picture is None:
            write_text(area, "OFFLINE" if not shot.media.online else "unreadable", (12, _FRAME[1] // 2), 0.7, WARNING)
        write_tag(area, str(source_frame))
    write_text(card, shot.name, (0, _FRAME[1] + 22), 0.62, INK)
    write_text(card, _describe(shot, cut), (0, _FRAME[1] + 44), 0.48, FAINT)
    return card


def _describe(shot: Shot, cut: Cut) -> str:
    record = shot.record_range
    first, last = (
        timecode_from_frames(cut.record_start + frame, cut.record_rate, drop_frame=cut.drop_frame)
        for frame in (record.first, record.last)
    )
    count = f"{len(record)} frame{'s' if len(record) != 1 else ''}"
    return f"source {shot.source_range}   {first} - {last}   {count}, {float(len(record) / cut.record_rate):.2f} s"
