"""Probe a path: its frames, rate and timecode, and which frames are missing."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from toolkit.documents import Media, MediaKind
from toolkit.errors import MissingFrames, MissingMedia, UnsupportedMedia, list_frames
from toolkit.frames import FramePath, FrameRange, Timecode, exact_rate, media_timecode
from toolkit.plates.exr_header import read_attributes
from toolkit.plates.exr_layers import probe_layer
from toolkit.plates.likely_sequences import name_likely_sequence
from toolkit.plates.movie_index import index_movie, pictures_by_time
from toolkit.plates.png_gamma import png_gamma_notes
from toolkit.plates.primaries import spans_colours

log = logging.getLogger(__name__)

VariableRate = Literal["refuse", "time", "pictures"]
"""How a movie of variable frame rate is counted: not at all, by time, or picture by picture."""

_VARIABLE = (
    "its frame rate is variable, so that a count by time, as in hosts, and one by picture differ; transcode it to a "
    "constant rate, or choose one of them with the setting plate.variable_rate"
)
_NOTES: dict[VariableRate, str] = {
    "time": "its frame rate is variable: its frames are counted by time, each shows the picture that is up then",
    "pictures": "its frame rate is variable: its frames are counted picture by picture, hosts may count by time",
}

READABLE_IMAGE_SUFFIXES = (".exr", ".png", ".jpg", ".jpeg", ".tif", ".tiff")
"""Suffixes of the image files that the toolkit can read, single or as a sequence."""

_ASSUMED_RATE = Fraction(24)
"""Frames per second of a sequence for which nothing gives a rate."""


def probe(
    path: Path,
    *,
    sequence_rate: Fraction | None = None,
    layer: str | None = None,
    variable_rate: VariableRate = "pictures",
) -> Media:
    """The media at ``path``: a movie, a sequence written ``plate.####.exr`` or ``plate.%04d.png``, or one still.

    Source frames are the 0-based frames of a movie and the file numbers of a sequence; a still is a sequence of one
    (its number, or 0 if its name has none). A sequence's rate and timecode come from the header of its first file;
    ``sequence_rate`` is used if that has none, or else 24. With ``layer``, the setting ``plate.layer``, the picture is
    chosen among the layers of EXR files. ``variable_rate`` is the setting ``plate.variable_rate``. Missing frames are
    not an error here: see ``missing_frames``.

    Raises MissingMedia, CorruptMedia and UnsupportedMedia.
    """
    path = path.absolute()
    if path.suffix.lower() in READABLE_IMAGE_SUFFIXES:
        return _probe_sequence(path, sequence_rate, layer)
    if FramePath.is_pattern(path) and not path.exists():
        readable = ", ".join(suffix[1:] for suffix in READABLE_IMAGE_SUFFIXES)
        raise UnsupportedMedia(path, f"sequences are read from {readable} files")
    if path.is_dir():
        raise UnsupportedMedia(path, "it is a folder; give a movie, or a sequence as plate.####.exr")
    return _probe_movie(path, variable_rate)


def _probe_movie(path: Path, variable_rate: VariableRate) -> Media:
    index = index_movie(path)
    if index.is_variable and variable_rate == "refuse":
        raise UnsupportedMedia(path, _VARIABLE)
    timecode_first, drop_frame = _parse_timecode(path, index.timecode, index.rate)
    media = Media(
        kind=MediaKind.MOVIE,
        path=str(path),
        source_range=FrameRange.of(0, index.source_count),
        rate=index.rate,
        timecode_first=timecode_first,
        drop_frame=drop_frame,
        online=True,
        notes=(_NOTES[variable_rate],) if index.is_variable else (),
    )
    return count_by_time(media, index.rate) if index.is_variable and variable_rate == "time" else media


def count_by_time(media: Media, rate: Fraction) -> Media:
    """The movie ``media`` with the moments of a constant ``rate`` as its source frames, instead of its pictures."""
    media = media.model_copy(update={"by_time": True, "rate": rate})
    return media.model_copy(update={"source_range": _movie_range(media)})


def count_by_step(media: Media, step: int, origin: int, rate: Fraction) -> Media:
    """The sequence ``media`` of which only the files ``origin``, ``origin + step`` and so on count.

    They are its frames, played at ``rate`` files per second. Raises MissingMedia when there is none.
    """
    timecode_first, shown = media.timecode_first, media.source_range
    stepped = media.model_copy(update={"frame_step": step, "step_origin": origin, "rate": rate, "drop_frame": False})
    on_disk = _frames_on_disk(stepped)
    if not on_disk:
        raise MissingMedia(media.path, f"no file with the number {origin}, {origin + step} and so on exists")
    source_range = FrameRange(first=min(on_disk), last=max(on_disk))
    if timecode_first is not None and shown is not None:
        timecode_first = (timecode_first + stepped.file_number(source_range.first) - shown.first) // step
    note = f"its files are numbered in steps of {step} and counted one by one from {origin}"
    facts = {"source_range": source_range, "timecode_first": timecode_first, "notes": (*media.notes, note)}
    return stepped.model_copy(update={**facts, "is_rate_assumed": False})


def missing_frames(media: Media, source_frames: Iterable[int]) -> list[int]:
    """Which of ``source_frames`` are missing, ascending: holes in a sequence, numbers outside a movie."""
    wanted = sorted(set(source_frames))
    if media.kind is MediaKind.MOVIE:
        return [frame for frame in wanted if frame not in _movie_range(media)]
    on_disk = _frames_on_disk(media)
    return [frame for frame in wanted if frame not in on_disk]


def check_frames(media: Media, source_frames: Iterable[int]) -> None:
    """Raise MissingFrames if any of ``source_frames`` are missing; it lists all of them."""
    missing = missing_frames(media, source_frames)
    if missing:
        raise MissingFrames(media.path, missing, available=available_frames(media))


def available_frames(media: Media) -> str:
    """``1001-1096``: first and last available frame, for error messages; empty if there is none."""
    if media.kind is MediaKind.MOVIE:
        return str(_movie_range(media))
    on_disk = _frames_on_disk(media)
    return f"{min(on_disk)}-{max(on_disk)}" if on_disk else ""


def first_frame_on_disk(media: Media) -> int:
    """The lowest file number of a sequence on disk. Raises MissingMedia."""
    on_disk = _frames_on_disk(media)
    if not on_disk:
        raise MissingMedia(media.path, "no file of this sequence exists")
    return min(on_disk)


def frame_file(media: Media, source_frame: int) -> Path:
    """The file that contains ``source_frame``: the movie, or that file of the sequence."""
    path = Path(media.path)
    if media.kind is MediaKind.MOVIE or not FramePath.is_pattern(path):
        return path
    return FramePath.parse(path).path_on_disk(media.file_number(source_frame))


def _movie_range(media: Media) -> FrameRange:
    """The frames that the movie has now: it may have been replaced since the cut was read."""
    index = index_movie(Path(media.path))
    count = len(pictures_by_time(index, media.rate)) if media.by_time else index.source_count
    return FrameRange.of(0, count)


def _frames_on_disk(media: Media) -> set[int]:
    path = Path(media.path)
    if FramePath.is_pattern(path):
        origin, step = media.step_origin, media.frame_step
        offsets = [number - origin for number in FramePath.parse(path).frames_on_disk()]
        return {origin + offset // step for offset in offsets if offset % step == 0}
    return {_still_number(path)} if path.is_file() else set()


def _still_number(path: Path) -> int:
    try:
        name = FramePath.parse(path)
    except ValueError:
        return 0
    return int(path.name[len(name.prefix) : len(path.name) - len(name.suffix)])


def _probe_sequence(path: Path, rate: Fraction | None, wanted_layer: str | None) -> Media:
    notes: list[str] = []
    if FramePath.is_pattern(path):
        files = FramePath.parse(path)
        numbers = files.frames_on_disk()
        if not numbers:
            meant = name_likely_sequence(path, READABLE_IMAGE_SUFFIXES)
            raise MissingMedia(path, f"no file of this sequence exists{f'; did you mean {meant}?' if meant else ''}")
        path, first_file = Path(files.hashes), files.path_on_disk(numbers[0])
        notes += _left_out_notes(files)
    else:
        numbers, first_file = [_still_number(path)], path
        if not path.is_file():
            raise MissingMedia(path)
    timecode_first: int | None = None
    drop_frame = False
    layer: str | None = None
    if first_file.suffix.lower() == ".exr":
        if wanted_layer is not None:
            layer, note = probe_layer(first_file, wanted_layer)
            notes += [note] if note else []
        header = read_attributes(first_file)
        chromaticities = header.get("chromaticities")
        if chromaticities is not None and not spans_colours(chromaticities):
            notes.append("the chromaticities in its header span no colours; they are ignored, and Rec.709 is assumed")
        if isinstance(header.get("framesPerSecond"), Fraction) and header["framesPerSecond"] > 0:
            rate = exact_rate(header["framesPerSecond"])
        if isinstance(header.get("timeCode"), Timecode):
            timecode_first, drop_frame = _parse_timecode(first_file, str(header["timeCode"]), rate or _ASSUMED_RATE)
    notes += png_gamma_notes(first_file)
    return Media(
        kind=MediaKind.SEQUENCE,
        path=str(path),
        source_range=FrameRange(first=numbers[0], last=numbers[-1]),
        rate=rate or _ASSUMED_RATE,
        is_rate_assumed=rate is None,
        timecode_first=timecode_first,
        drop_frame=drop_frame,
        online=True,
        layer=layer,
        notes=tuple(notes),
    )


def _left_out_notes(files: FramePath) -> list[str]:
    """A note if files are left out only because of the padding of their numbers."""
    frames = files.frames_left_out()
    if not frames:
        return []
    verb = "is" if len(frames) == 1 else "are"
    padding = min(len(str(frame)) for frame in frames)
    wider = replace(files, padding=padding)
    remedy = f"; give {wider.name} to include them" if padding < files.padding and not wider.frames_left_out() else ""
    return [f"{list_frames(frames)} {verb} left out: their files are not numbered like {files.name}{remedy}"]


def _parse_timecode(path: Path, text: str, rate: Fraction) -> tuple[int | None, bool]:
    """The timecode as frames after 00:00:00:00, and whether it is drop frame; an invalid one is logged."""
    if not text:
        return None, False
    try:
        return media_timecode(text, rate)
    except ValueError as error:
        log.warning("%s: its timecode is ignored: %s", path, error)
        return None, False
