"""Small pictures of the frames of media, for people to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing

from toolkit.documents import Media
from toolkit.errors import MediaError
from toolkit.plates import open_plate
from toolkit.progress import Advance
from toolkit.report import Picture, fit_picture

Thumbnails = dict[tuple[Media, int], Picture]
"""By media and source frame."""


def read_thumbnails(
    wanted: Mapping[Media, Iterable[int]], advance: Advance, *, size: tuple[int, int]
) -> tuple[Thumbnails, list[str]]:
    """The ``wanted`` source frames of each media in pictures of ``size`` (width and height, pixels).

    Each media is read once, in ascending order; what cannot be read is missing, with a sentence.
    """
    found: Thumbnails = {}
    problems: list[str] = []
    for media, frames in wanted.items():
        try:
            with open_plate(media) as plate, closing(plate.frames_8bit(sorted(frames))) as pictures:
                for source_frame, rgb in pictures:
                    found[media, source_frame] = fit_picture(rgb, size)
                    advance(1)
        except MediaError as error:
            problems.append(error.sentence)
    return found, problems
