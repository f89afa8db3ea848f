"""The report of a run: a page that shows, shot by shot, what was rendered and what is left of the acting."""

from __future__ import annotations

from toolkit.report.overlays import COLOURS
from toolkit.report.picture_maker import PictureMaker
from toolkit.report.pictures import OpenPictures, Pictures
from toolkit.report.sheet import (
    EMPTY,
    FAINT,
    INK,
    PAPER,
    WARNING,
    fit_picture,
    lay_out,
    write_picture,
    write_tag,
    write_text,
)
from toolkit.report.write import open_picture_maker, write_report
from toolkit.review import Picture

__all__ = [
    "COLOURS",
    "EMPTY",
    "FAINT",
    "INK",
    "PAPER",
    "WARNING",
    "OpenPictures",
    "Picture",
    "PictureMaker",
    "Pictures",
    "fit_picture",
    "lay_out",
    "open_picture_maker",
    "write_picture",
    "write_report",
    "write_tag",
    "write_text",
]
