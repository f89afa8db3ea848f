"""Read a cut of any kind: the entry point of this package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from toolkit.documents import Cut, Media, ReadOptions, Shot
from toolkit.editorial.locations import IMAGE_SUFFIXES, MOVIE_SUFFIXES, Location
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.skips import MediaSkip
from toolkit.errors import CutIncomplete, EmptyCut, MissingMedia, NoSuchFile, UnreadableCut
from toolkit.frames import FrameMap, FramePath, FrameRange
from toolkit.settings import PlateSettings
from toolkit.turnover.formats import is_timeline_file, open_timeline_file
from toolkit.turnover.kept_names import keep_names
from toolkit.turnover.media_notes import add_media_notes
from toolkit.turnover.parts import split_at_missing_frames
from toolkit.turnover.path_on_disk import find_on_disk
from toolkit.turnover.shared_frames import count_frames, share_frames
from toolkit.turnover.timeline_cut import read_timeline_cut
from toolkit.turnover.turnover_cut import read_turnover_cut
from toolkit.turnover.turnover_file import is_turnover

_DEFAULTS = PlateSettings()

_NO_OPTIONS = ReadOptions()

_UNSUPPORTED = ("aaf", "ale", "drp", "drt", "edl", "fcpxml", "fcpxmld", "otiod", "otioz", "prproj", "xges")
"""Timeline formats that editors export and this version does not read."""


def read_cut(
    path: Path | str,
    *,
    handles: int = 8,
    names: str = "{clip}",
    share: bool = True,
    plate: PlateSettings = _DEFAULTS,
    options: ReadOptions = _NO_OPTIONS,
    known: Cut | None = None,
) -> Cut:
    """The shots of a cut: a timeline of any format, a ``turnover.json``, one movie, one sequence (``plate.####.exr``)
    or one still.

    ``handles`` is the number of source frames wanted beyond each end of each shot at 100 % speed: for a retimed shot
    it is multiplied by the speed, and no shot gets more than its media has. A clip with offline media is still a shot.
    A clip whose media lack frames that it shows becomes a shot for each part that can be rendered; the rest is listed
    in ``skipped``. ``names`` is the template of the shots' names (``cut.names``); the shots of ``known``, an earlier
    version of the cut, keep theirs. With ``share``, several uses of the same frames are rendered once. ``plate`` says
    how media is read, ``options`` how the timeline is. The cut's notes say what was chosen, guessed or left out.

    Raises NoSuchFile, UnreadableCut, DocumentError for an invalid turnover, EmptyCut when nothing can be rendered,
    CutIncomplete when that is because of the media of all clips, and CorruptMedia and UnsupportedMedia for a single
    movie or sequence that cannot be read.
    """
    cut = _read_cut(Path(path), options, handles=handles, plate=plate, names=names)
    cut = share_frames(cut, near=handles) if share else count_frames(cut)
    return add_media_notes(cut if known is None else keep_names(cut, known))


def _read_cut(path: Path, options: ReadOptions, *, handles: int, plate: PlateSettings, names: str) -> Cut:
    suffix = path.suffix.lower().removeprefix(".")
    if is_turnover(path):
        return read_turnover_cut(path, handles=handles, plate=plate, names=names)
    if is_timeline_file(path):
        found = open_timeline_file(path, options)
        return read_timeline_cut(found, path, options, handles=handles, plate=plate, names=names)
    if path.is_dir():
        raise UnreadableCut(path, _explain_folder(path))
    if suffix in MOVIE_SUFFIXES or suffix in IMAGE_SUFFIXES:
        return _read_media_cut(path, plate)
    if not path.exists():
        raise NoSuchFile(path, _name_likely_sequence(path))
    if suffix in _UNSUPPORTED:
        problem = f"{suffix.upper()} is not supported. Export OTIO instead"
        raise UnreadableCut(path, f"{problem} (Resolve: File > Export > Timeline > OpenTimelineIO)")
    raise UnreadableCut(path, "unknown file type; give a timeline (.otio, turnover.json), a movie, or a sequence")


def _explain_folder(folder: Path) -> str:
    """Why a folder is not a cut, naming the first sequence in it."""
    meant = _name_likely_sequence(folder)
    if meant:
        return f"it is a folder. Did you mean {meant}?"
    return "it is a folder; give a timeline, a movie, or a sequence as plate.####.exr"


def _name_likely_sequence(path: Path) -> str:
    from toolkit.plates import name_likely_sequence

    return name_likely_sequence(path, tuple(f".{suffix}" for suffix in IMAGE_SUFFIXES))


def _read_media_cut(path: Path, plate: PlateSettings) -> Cut:
    """All of ``path`` as a cut of one shot, without handles; a sequence with holes gives a shot for each part."""
    from toolkit.plates import missing_frames

    media, source_range = _probe_media(path, plate)
    first = media.source_range.first if media.source_range is not None else source_range.first
    names = ShotNames()
    shot = Shot(
        name=names.next_name(path.name),
        clip_name=path.name,
        media=media,
        source_range=source_range,
        source_work_range=source_range,
        record_range=FrameRange.of(0, len(source_range)),
        frame_map=_one_to_one_map(media, source_range),
        track_index=0,
        clip_index=0,
    )
    missing = set(missing_frames(media, source_range))
    try:
        shots, skipped = split_at_missing_frames(shot, missing, names, lambda part: part, available=source_range)
    except MediaSkip as skip:
        raise CutIncomplete({skip.shot: str(skip)}) from skip
    return Cut(
        name=shot.name,
        path=str(path.absolute()),
        record_rate=media.rate,
        record_start=0 if media.timecode_first is None else media.timecode_first + source_range.first - first,
        drop_frame=media.drop_frame,
        record_count=len(source_range),
        shots=tuple(shots),
        skipped=tuple(skipped),
        notes=tuple(_note_siblings(path)),
    )


def _note_siblings(path: Path) -> Iterator[str]:
    """That ``path`` is one frame of a sequence, which may have been meant."""
    if path.suffix.lower().removeprefix(".") in IMAGE_SUFFIXES and not FramePath.is_pattern(path):
        with suppress(ValueError):  # no number in the name
            files = FramePath.parse(path)
            count = len(files.frames_on_disk())
            if count > 1:
                yield f"{path.name} is a single frame; for all {count} frames give '{files}'"


def _probe_media(path: Path, plate: PlateSettings) -> tuple[Media, FrameRange]:
    from toolkit.plates import probe

    wanted = Location(path=path.absolute().as_posix(), is_sequence=FramePath.is_pattern(path) and not path.exists())
    found, case_differs = find_on_disk(wanted)
    try:
        media = probe(
            # A name in another letter case is for the cut of a Mac, not for a path that somebody typed.
            path.absolute() if case_differs else Path(found.path),
            sequence_rate=plate.sequence_rate,
            layer=plate.layer,
            variable_rate=plate.variable_rate,
        )
    except MissingMedia as error:
        raise NoSuchFile(path, _name_likely_sequence(path)) from error
    if media.source_range is None:
        raise EmptyCut(path, ["it has no frames"])
    return media, FramePath.named_range(path) or media.source_range


def _one_to_one_map(media: Media, source_range: FrameRange) -> FrameMap:
    """Each record frame shows the next source frame."""
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
