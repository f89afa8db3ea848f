"""What contact sheets are drawn with: captions, frame numbers, and cards on one sheet."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from math import ceil, sqrt
from pathlib import Path

import numpy as np

from toolkit.documents import write_atomically
from toolkit.errors import OutputNotWritable
from toolkit.review import Picture

PAPER, INK, FAINT, EMPTY, WARNING = (24,) * 3, (235,) * 3, (150,) * 3, (52,) * 3, (235, 120, 90)
"""RGB."""

_MARGIN = 24
"""Pixels around each card."""
_TAG_SIZE, _TAG_HEIGHT = 0.42, 20
"""Size of the frame numbers, in OpenCV's measure, and of the paper below them, pixels."""
_TALL = 1.2
"""Height of a sheet divided by its width, about."""


def write_text(area: Picture, text: str, where: tuple[int, int], size: float, colour: tuple[int, ...]) -> None:
    """Write ``text`` from ``where`` (x, baseline) on, in place; OpenCV has ASCII only, so that accents are left out."""
    import cv2

    canvas = np.ascontiguousarray(area)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    cv2.putText(canvas, text, where, cv2.FONT_HERSHEY_SIMPLEX, size, colour, 1, cv2.LINE_AA)
    area[:] = canvas


def write_tag(frame: Picture, text: str) -> None:
    """Write ``text`` into the lower left corner of ``frame``, on paper of its own, in place."""
    import cv2

    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, _TAG_SIZE, 1)
    frame[-_TAG_HEIGHT:, : width + 12] = PAPER
    write_text(frame, text, (6, frame.shape[0] - 6), _TAG_SIZE, INK)


def fit_picture(rgb: Picture, size: tuple[int, int]) -> Picture:
    """``rgb`` scaled into a picture of ``size`` (width and height), with its aspect ratio; the rest is black."""
    import cv2

    height, width = rgb.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    fitted_size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(rgb, fitted_size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    fitted = np.zeros((size[1], size[0], 3), np.uint8)
    top, left = (size[1] - fitted_size[1]) // 2, (size[0] - fitted_size[0]) // 2
    fitted[top : top + fitted_size[1], left : left + fitted_size[0]] = small
    return fitted


def lay_out(cards: Sequence[Picture]) -> Picture:
    """The cards, of one size and at least one, on one sheet, from left to right and from top to bottom."""
    card_height, card_width = cards[0].shape[:2]
    width, height = card_width + _MARGIN, card_height + _MARGIN
    columns = max(1, round(sqrt(len(cards) * height / (_TALL * width))))
    rows = ceil(len(cards) / columns)
    sheet = np.full((rows * height + _MARGIN, columns * width + _MARGIN, 3), PAPER, np.uint8)
    for place, card in enumerate(cards):
        top, left = _MARGIN + place // columns * height, _MARGIN + place % columns * width
        sheet[top : top + card_height, left : left + card_width] = card
    return sheet


def write_picture(rgb: Picture, path: Path) -> None:
    """Write ``rgb`` in the format that the name ends in. Raises OutputNotWritable."""
    import cv2

    is_written, data = cv2.imencode(path.suffix.lower(), cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    if not is_written:
        raise OutputNotWritable(path, f"a picture of {rgb.shape[1]}x{rgb.shape[0]} does not fit this format")
    with write_atomically(path) as temporary:
        temporary.write_bytes(data.tobytes())
