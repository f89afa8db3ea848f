"""``contact.png``: of each shot the first frame, the worst and the last, the plate above the result."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from pathlib import Path

import numpy as np

from toolkit.documents import Cut
from toolkit.report.entries import ShotEntry, record_timecode
from toolkit.report.sheet import FAINT, INK, PAPER, WARNING, fit_picture, lay_out, write_picture, write_tag, write_text
from toolkit.report.views import GRADES, grade_of
from toolkit.review import Picture

_FRAME = (224, 126)
"""Width and height of a frame, pixels, unless there are many."""
_SMALLEST = 0.45
"""Of that, at least."""
_GAP, _CAPTION = 6, 46
"""Pixels between frames, and below them for the two lines."""
_BYTES_OF_PIXEL = 1.7
"""Of a photograph as PNG, about."""


def write_contact(path: Path, cut: Cut, entries: Sequence[ShotEntry], *, most: float) -> list[str]:
    """Write the sheet in at most about ``most`` bytes; returns what is not on it, as a sentence.

    Where not all shots fit, those are shown of which least is left. Raises OutputNotWritable.
    """
    pictured = [entry for entry in entries if entry.strip is not None]
    if not pictured:
        path.unlink(missing_ok=True)
        return []
    scale = min(1.0, sqrt(most / _BYTES_OF_PIXEL / (6 * _FRAME[0] * _FRAME[1] * len(pictured))))
    size = (round(max(scale, _SMALLEST) * _FRAME[0]), round(max(scale, _SMALLEST) * _FRAME[1]))
    fits = max(1, int(most / _BYTES_OF_PIXEL / (6 * size[0] * size[1]))) if scale < _SMALLEST else len(pictured)
    worst_first = sorted(pictured, key=lambda entry: entry.score if entry.score is not None else 101.0)
    chosen = {entry.shot.name for entry in worst_first[:fits]}
    shown = [entry for entry in pictured if entry.shot.name in chosen]
    write_picture(lay_out([_draw_card(entry, cut, path.parent, size) for entry in shown]), path)
    rest = f"contact.png shows the {fits} shots of which least is left, for its size (report.size)."
    return [rest] if len(shown) < len(pictured) else []


def _draw_card(entry: ShotEntry, cut: Cut, folder: Path, size: tuple[int, int]) -> Picture:
    width, height = size
    card = np.full((2 * height + _GAP + _CAPTION, 3 * width + 2 * _GAP, 3), PAPER, np.uint8)
    for column, (frame, cells) in enumerate(_cells(entry, folder)):
        left = column * (width + _GAP)
        for row, cell in enumerate(cells):
            top = row * (height + _GAP)
            area = card[top : top + height, left : left + width]
            area[:] = fit_picture(cell, size)
            if row:
                write_tag(area, str(frame))
    base = 2 * height + _GAP
    score, words = entry.score, GRADES[grade_of(entry.score)]
    told = words if score is None else f"{score:.0f} of 100, {words}"
    colour = INK if score is None or grade_of(score) == "kept" else WARNING
    write_text(card, f"{entry.shot.name}   {told}", (0, base + 20), 0.5, colour)
    write_text(card, _where(entry, cut), (0, base + 40), 0.42, FAINT)
    return card


def _cells(entry: ShotEntry, folder: Path) -> list[tuple[int, tuple[Picture, Picture]]]:
    """Source frame, plate and result, of the first frame of the strip, the worst or middle one, and the last."""
    import cv2

    if entry.strip is None:
        return []
    data = np.frombuffer((folder / entry.strip_file).read_bytes(), np.uint8)
    picture = np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)
    strip = entry.strip
    worst = entry.worst[0] if entry.worst and entry.worst[0] in strip.frames else strip.frames[len(strip.frames) // 2]
    chosen = dict.fromkeys((strip.frames[0], worst, strip.frames[-1]))
    columns = [(frame, strip.frames.index(frame)) for frame in chosen]
    return [(frame, (strip.cell(picture, 0, one), strip.cell(picture, 1, one))) for frame, one in columns]


def _where(entry: ShotEntry, cut: Cut) -> str:
    first = entry.uses[0].record_range if entry.uses else None
    at = f"   {record_timecode(cut, first.first)} - {record_timecode(cut, first.last)}" if first is not None else ""
    failing = ", ".join(map(str, entry.failing[:3]))
    return f"source {entry.shot.source_range}{at}{f'   lost in {failing}' if failing else ''}"
