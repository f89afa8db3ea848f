"""Open media as a plate of the right kind."""

from __future__ import annotations

from toolkit.documents import Media, MediaKind
from toolkit.plates.movie import MoviePlate
from toolkit.plates.plate import Plate
from toolkit.plates.sequence import SequencePlate


def open_plate(media: Media) -> Plate:
    """Open ``media`` and read its first frame, so that corrupt or unsupported media is an error here.

    Raises MissingMedia, MissingFrames, CorruptMedia and UnsupportedMedia.
    """
    return MoviePlate(media) if media.kind is MediaKind.MOVIE else SequencePlate(media)
