"""The door of the room: whatever the user calls a cut, as shots."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from toolkit.documents import Cut, Media, Shot
from toolkit.editorial.locations import MOVIES, STILLS
from toolkit.editorial.shot_names import shot_stem
from toolkit.editorial.timeline_files import is_timeline, load_timeline
from toolkit.errors import EmptyCut, MissingFrames, MissingMedia, NoSuchFile, UnreadableCut, at
from toolkit.frames import FrameMap, FrameRange
from toolkit.turnover.timeline_cut import cut_of_timeline
from toolkit.turnover.turnover_cut import cut_of_turnover
from toolkit.turnover.turnover_file import is_turnover

_NOT_READ_YET = ("aaf", "ale", "drp", "drt", "edl", "fcpxml", "fcpxmld", "otiod", "otioz", "prproj", "xges", "xml")
"""Timelines that editors export and this version does not read."""


def read_cut(path: Path | str, *, handles: int = 8) -> Cut:
    """The shots of a cut: an ``.otio`` timeline, a ``turnover.json``, one movie, one sequence (``plate.####.exr``) or
    one still.

    ``handles`` are source frames wanted beyond each end of each shot, at plain speed: a retimed shot gets them times
    its speed, and no shot gets more than its media has. Media that is offline makes a shot all the same.

    Raises NoSuchFile, UnreadableCut, DocumentError when a turnover does not hold, EmptyCut when nothing can be
    rendered, MissingFrames when media is there but has less than its clip shows, CorruptMedia.
    """
    path = Path(path)
    suffix = path.suffix.lower().removeprefix(".")
    if path.is_dir():
        raise UnreadableCut(path, "it is a folder; give a timeline, a movie, or a sequence as plate.####.exr")
    if is_turnover(path):
        return cut_of_turnover(path, handles=handles)
    if is_timeline(path):
        return cut_of_timeline(load_timeline(path), path, handles=handles)
    if suffix in MOVIES or suffix in STILLS:
        return _cut_of_media(path)
    if not path.exists():
        raise NoSuchFile(path)
    if suffix in _NOT_READ_YET:
        raise UnreadableCut(path, f".{suffix} is not read yet; export .otio")
    raise UnreadableCut(path, "by its name it is neither a timeline (.otio, turnover.json), a movie nor a picture")


def _cut_of_media(path: Path) -> Cut:
    """The whole of ``path`` as a cut of one shot; there is nothing beyond it that could be a handle."""
    media, source_range = _probed(path)
    name = shot_stem(path.name)
    _check(name, media, source_range)
    shot = Shot(
        name=name,
        clip_name=path.name,
        media=media,
        source_range=source_range,
        source_work_range=source_range,
        record_range=FrameRange.of(0, len(source_range)),
        map=_frame_for_frame(media, source_range),
        track_index=0,
        clip_index=0,
    )
    return Cut(
        name=name,
        path=str(path.absolute()),
        record_rate=media.rate,
        record_start=media.timecode_first or 0,
        drop_frame=media.drop_frame,
        record_count=len(source_range),
        shots=(shot,),
        skipped=(),
    )


def _probed(path: Path) -> tuple[Media, FrameRange]:
    from toolkit.plates import probe

    try:
        media = probe(path.absolute())
    except MissingMedia as error:
        raise NoSuchFile(path) from error
    if media.source_range is None:
        raise EmptyCut(path, ["it has no pictures"])
    return media, media.source_range


def _check(name: str, media: Media, source_range: FrameRange) -> None:
    from toolkit.plates import missing_frames

    missing = missing_frames(media, source_range)
    if missing:
        with at(shot=name):
            raise MissingFrames(media.path, missing, available=str(source_range))


def _frame_for_frame(media: Media, source_range: FrameRange) -> FrameMap:
    return FrameMap(
        source_first=source_range.first,
        source_offset=Fraction(0),
        source_rate=media.rate,
        record_first=0,
        record_count=len(source_range),
        record_rate=media.rate,
        speed=Fraction(1),
        source_work_first=source_range.first,
    )
