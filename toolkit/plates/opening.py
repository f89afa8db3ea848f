"""Which kind of plate a media is."""

from __future__ import annotations

from toolkit.documents import Media, MediaKind
from toolkit.plates.movie import MoviePlate
from toolkit.plates.plate import Plate
from toolkit.plates.sequence import SequencePlate


def open_plate(media: Media) -> Plate:
    """The plate of ``media``, its first frame read: a corrupt or unsupported one is found here.

    Raises MissingMedia, MissingFrames, CorruptMedia and UnsupportedMedia.
    """
    return MoviePlate(media) if media.kind is MediaKind.MOVIE else SequencePlate(media)
