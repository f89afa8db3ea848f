"""Read one movie, one image sequence or one still as a cut: one shot, or the shots that it is divided into."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from toolkit.documents import Cut, Media, ReadOptions, Shot, Skipped
from toolkit.editorial.locations import IMAGE_SUFFIXES, Location
from toolkit.editorial.shot_names import ShotNames, numbered_names
from toolkit.editorial.skips import MediaSkip
from toolkit.errors import CutIncomplete, EmptyCut, MissingMedia, NoSuchFile, UnreadableCut, list_frames
from toolkit.frames import FrameMap, FramePath, FrameRange
from toolkit.progress import SILENT, Progress
from toolkit.settings import PlateSettings
from toolkit.turnover.edl_beside import find_edl, read_edl_boundaries
from toolkit.turnover.parts import split_at_missing_frames
from toolkit.turnover.path_on_disk import find_on_disk
from toolkit.turnover.picture_cuts import find_boundaries


def read_media_cut(path: Path, options: ReadOptions, plate: PlateSettings, *, progress: Progress = SILENT) -> Cut:
    """All of ``path`` as a cut, without handles: a handle would show the neighbouring shot.

    It is one shot, unless ``options`` give boundaries or ask for a search; a sequence with holes gives a shot for each
    part. The boundaries are kept in the ``read_options`` of the cut. Raises like ``read_cut``.
    """
    media, source_range = _probe_media(path, plate)
    missing = frozenset(_find_missing(media, source_range))
    boundaries, notes = _find_boundaries(path, media, source_range, missing, options, progress=progress)
    shots, skipped = _read_shots(path, media, divide(source_range, boundaries), missing)
    first = media.source_range.first if media.source_range is not None else source_range.first
    return Cut(
        name=ShotNames().next_name(path.name),
        path=str(path.absolute()),
        read_options=options.model_copy(update={"boundaries": boundaries}) if options.detect_cuts else options,
        record_rate=media.rate,
        record_start=0 if media.timecode_first is None else media.timecode_first + source_range.first - first,
        drop_frame=media.drop_frame,
        record_count=len(source_range),
        shots=tuple(shots),
        skipped=tuple(skipped),
        notes=(*_note_siblings(path), *notes),
    )


def divide(source_range: FrameRange, boundaries: Iterable[int]) -> list[FrameRange]:
    """``source_range`` from each of the ascending ``boundaries``, all within it, to the next."""
    firsts = [source_range.first, *boundaries, source_range.last + 1]
    return [FrameRange(first=first, last=end - 1) for first, end in pairwise(firsts)]


def name_clips(path: Path, count: int) -> list[str]:
    """The names of the ``count`` clips that ``path`` is divided into: numbered, unless it is one."""
    return numbered_names(path.name, count) if count > 1 else [path.name]


def name_likely_media(path: Path) -> str:
    """The sequence that may have been meant by ``path``; empty: none."""
    from toolkit.plates import name_likely_sequence

    return name_likely_sequence(path, tuple(f".{suffix}" for suffix in IMAGE_SUFFIXES))


def _find_boundaries(
    path: Path,
    media: Media,
    source_range: FrameRange,
    missing: frozenset[int],
    options: ReadOptions,
    *,
    progress: Progress,
) -> tuple[tuple[int, ...], Sequence[str]]:
    """Where ``path`` is divided, and notes on what is uncertain."""
    if options.boundaries is not None:
        outside = [frame for frame in options.boundaries if not source_range.first < frame <= source_range.last]
        if outside:
            has = f"it has {source_range}, and the first shot begins at {source_range.first} in any case"
            raise UnreadableCut(path, f"no shot can begin at frame {list_frames(outside)} (cut.at): {has}")
        return options.boundaries, ()
    if not options.detect_cuts:
        return (), ()
    edl = find_edl(media)
    if edl is not None:
        return read_edl_boundaries(edl, media, source_range, options)
    frames = [frame for frame in source_range if frame not in missing]
    return find_boundaries(media, frames, options.detect_threshold, progress=progress)


def _read_shots(
    path: Path, media: Media, ranges: Sequence[FrameRange], missing: frozenset[int]
) -> tuple[list[Shot], list[Skipped]]:
    """A shot for each of ``ranges``, or for its parts, and what is left out. Raises CutIncomplete if that is all."""
    clip_names = name_clips(path, len(ranges))
    names = ShotNames(lambda: clip_names)
    whole = FrameRange(first=ranges[0].first, last=ranges[-1].last)
    shots: list[Shot] = []
    skipped: list[Skipped] = []
    for index, (clip_name, source_range) in enumerate(zip(clip_names, ranges, strict=True)):
        shot = _build_shot(names.next_name(clip_name), clip_name, media, source_range, whole=whole, clip_index=index)
        holes = missing.intersection(source_range)
        if not holes:
            shots.append(shot)
            continue
        try:
            parts, rows = split_at_missing_frames(shot, holes, names, lambda part: part, available=whole)
        except MediaSkip as skip:
            parts, rows = [], [_skip_shot(shot, str(skip))]
        shots += parts
        skipped += rows
    if not shots:
        raise CutIncomplete({row.shot: row.reason for row in skipped})
    return shots, skipped


def _build_shot(
    name: str, clip_name: str, media: Media, source_range: FrameRange, *, whole: FrameRange, clip_index: int
) -> Shot:
    record_first = source_range.first - whole.first
    return Shot(
        name=name,
        clip_name=clip_name,
        media=media,
        source_range=source_range,
        source_work_range=source_range,
        record_range=FrameRange.of(record_first, len(source_range)),
        frame_map=FrameMap(
            source_first=whole.first,
            source_offset=Fraction(record_first),
            source_rate=media.rate,
            record_first=record_first,
            record_count=len(source_range),
            record_rate=media.rate,
            speed=Fraction(1),
            source_work_first=source_range.first,
        ),
        track_index=0,
        clip_index=clip_index,
    )


def _skip_shot(shot: Shot, reason: str) -> Skipped:
    return Skipped(
        clip_name=shot.clip_name,
        track_index=shot.track_index,
        record_range=shot.record_range,
        reason=reason,
        shot=shot.name,
    )


def _find_missing(media: Media, source_range: FrameRange) -> list[int]:
    from toolkit.plates import missing_frames

    return missing_frames(media, source_range)


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
        raise NoSuchFile(path, name_likely_media(path)) from error
    if media.source_range is None:
        raise EmptyCut(path, ["it has no frames"])
    return media, FramePath.named_range(path) or media.source_range
