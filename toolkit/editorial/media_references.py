"""Media references: what a timeline says about a clip's media, before anything is looked up on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.editorial.clip_starts import MediaOrigin
from toolkit.editorial.locations import Location, is_relative, parse_location, resolve_path
from toolkit.editorial.otio import otio
from toolkit.editorial.shot_names import is_layer_path
from toolkit.editorial.skips import LAYER_REASON, Skip
from toolkit.editorial.timeline_files import LAYER_METADATA
from toolkit.editorial.times import WrittenTime, nearest_frame, time_base, to_seconds

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.opentime import TimeRange


_FASTEST = 1000
"""Frames per second: ``exact_rate`` takes no more."""
_MOST_DIGITS = 100
"""Of a frame number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailableRange:
    """An ``available_range`` with exact numbers."""

    start_time: WrittenTime
    """Often the media's timecode."""
    length: Fraction
    """Seconds."""
    rate: Fraction
    """The rate it is written in: usually, not always, the media's own."""

    @property
    def frame_rate(self) -> Fraction | None:
        """The same if it is one of frames; None: it is a finer clock, such as samples of sound."""
        return self.rate if self.rate <= _FASTEST else None

    @property
    def start(self) -> Fraction:
        """Seconds."""
        return self.start_time.exact

    @classmethod
    def from_time_range(cls, time_range: TimeRange) -> AvailableRange:
        """``time_range`` in seconds. Raises Skip for times that are not finite or have an invalid rate."""
        start, duration = time_range.start_time, time_range.duration
        return _available_range(start.value, start.rate, duration.value, duration.rate)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MediaReference:
    """The media of a clip as the timeline describes it; compared by identity, as equal ones are read once."""

    location: Location
    sequence_rate: Fraction | None = None
    """Frame numbers per second of a sequence; None when the timeline does not say."""
    frame_step: int = 1
    """How far apart the numbers of a sequence's files are."""
    available: AvailableRange | None = None
    """None when the timeline does not say what the media has."""

    @property
    def frame_rate(self) -> Fraction | None:
        """Frames per second that the timeline gives: of the sequence, else those that the range is counted in."""
        return self.sequence_rate or (self.available.frame_rate if self.available is not None else None)

    @property
    def may_be_still(self) -> bool:
        """Whether the available range is one frame long or missing."""
        return self.available is None or nearest_frame(self.available.length, self.available.rate) <= 1


class MediaReferences:
    """Reads the media references of a timeline in ``cut_folder``; one that many clips have is read once."""

    def __init__(self, cut_folder: Path) -> None:
        self._cut_folder = cut_folder
        self._known: dict[object, MediaReference | Skip] = {}

    def read(self, clip: schema.Clip) -> MediaReference:
        """The media reference of ``clip``. Raises Skip when it names no footage."""
        reference = clip.media_reference
        facts = _facts(reference)
        if facts is None:
            return _read_media_reference(reference, self._cut_folder)
        if facts not in self._known:
            try:
                self._known[facts] = _read_media_reference(reference, self._cut_folder)
            except Skip as skip:
                self._known[facts] = skip
        known = self._known[facts]
        if isinstance(known, Skip):
            raise Skip(*known.args)
        return known

    def read_plate(self, clip: schema.Clip) -> MediaReference:
        """The media reference of ``clip``. Raises Skip when it names no footage, or is one of our layers."""
        if _is_marked_as_layer(clip):
            raise Skip(LAYER_REASON)
        reference = self.read(clip)
        if is_layer_path(reference.location.path):
            raise Skip(LAYER_REASON)
        return reference

    def is_layer(self, clip: schema.Clip) -> bool:
        """Whether ``clip`` is one of our layers, by its metadata or else by the path of its media."""
        if _is_marked_as_layer(clip):
            return True
        try:
            return is_layer_path(self.read(clip).location.path)
        except Skip:
            return False


def _is_marked_as_layer(clip: schema.Clip) -> bool:
    return bool(len(clip.metadata)) and LAYER_METADATA in clip.metadata  # the look-up alone is slow


def _facts(reference: schema.MediaReference | None) -> object | None:
    """All that is read of a reference to files, as a key; None for a reference of another kind."""
    schema = otio().schema
    if isinstance(reference, schema.ExternalReference):
        return reference.target_url, _numbers(reference.available_range)
    if isinstance(reference, schema.ImageSequenceReference):
        files = _sequence_text(reference), reference.start_frame, reference.frame_step, reference.rate
        return *files, _numbers(reference.available_range)
    return None


def _numbers(time_range: TimeRange | None) -> tuple[float, float, float, float] | None:
    if time_range is None:
        return None
    start, duration = time_range.start_time, time_range.duration
    return start.value, start.rate, duration.value, duration.rate


def _read_media_reference(reference: schema.MediaReference | None, cut_folder: Path) -> MediaReference:
    schema = otio().schema
    if isinstance(reference, schema.GeneratorReference):
        raise Skip(f"a generator ({reference.generator_kind or 'unnamed'}), not footage")
    available = (
        AvailableRange.from_time_range(reference.available_range) if reference and reference.available_range else None
    )
    if isinstance(reference, schema.ImageSequenceReference):
        return _read_sequence(reference, available, cut_folder)
    if isinstance(reference, schema.ExternalReference):
        return MediaReference(location=parse_location(reference.target_url or "", cut_folder), available=available)
    if reference is None or isinstance(reference, schema.MissingReference):
        return MediaReference(location=parse_location(_resolve_media_url(reference), cut_folder), available=available)
    raise Skip(f"media references of type {reference.schema_name()} are not supported yet")


def reference_origin(clip: schema.Clip, *, is_movie: bool) -> MediaOrigin | None:
    """Where the media of ``clip`` starts.

    None when the timeline does not say: it gives no available range, or a path that names a sequence (an external
    reference with ``is_movie`` False).
    """
    schema = otio().schema
    reference = clip.media_reference
    if reference is None or reference.available_range is None:
        return None
    if isinstance(reference, schema.ImageSequenceReference):
        first = int(reference.start_frame)
    elif isinstance(reference, schema.ExternalReference) and is_movie:
        first = 0
    else:
        return None
    available = AvailableRange.from_time_range(reference.available_range)
    return MediaOrigin(time=available.start_time, frame=first, length=available.length)


def make_media_paths_absolute(timeline: schema.Timeline, cut_folder: Path) -> dict[str, str]:
    """Make media paths of ``timeline`` that are relative to ``cut_folder`` absolute, in place; returns both of each."""
    schema = otio().schema
    renamed: dict[str, str] = {}
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            if isinstance(reference, schema.ImageSequenceReference):
                folder = reference.target_url_base or ""
                if is_relative(folder or reference.name_prefix or ""):
                    renamed[folder] = f"{resolve_path(folder or './', cut_folder).rstrip('/')}/"
                    reference.target_url_base = renamed[folder]
            elif isinstance(reference, schema.ExternalReference) and is_relative(reference.target_url or ""):
                path = reference.target_url
                renamed[path] = reference.target_url = resolve_path(path, cut_folder)
    return renamed


def relocate_media(timeline: schema.Timeline, find: Callable[[str], str | None]) -> None:
    """Point the relative media paths of ``timeline`` where ``find`` says, in place; None leaves one as it is.

    ``find`` gets ``media/a.mov`` or, for a sequence, ``media/plate.####.exr``, and returns the absolute path.
    """
    schema = otio().schema
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            if isinstance(reference, schema.ExternalReference) and is_relative(reference.target_url or ""):
                reference.target_url = find(reference.target_url) or reference.target_url
            elif isinstance(reference, schema.ImageSequenceReference):
                text = _sequence_text(reference)
                found = find(text) if is_relative(text) else None
                if found is not None:
                    reference.target_url_base = f"{found.rpartition('/')[0]}/"


def replace_media_paths(timeline: schema.Timeline | schema.Track, replace: Callable[[str], str]) -> dict[str, str]:
    """Give each file, and each folder of a sequence, in ``timeline`` the path that ``replace`` returns, in place.

    Returns both paths of each that changed.
    """
    renamed: dict[str, str] = {}
    schema = otio().schema
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            if isinstance(reference, schema.ExternalReference):
                path = reference.target_url or ""
                if (other := replace(path)) != path:
                    renamed[path] = reference.target_url = other
            elif isinstance(reference, schema.ImageSequenceReference):
                written = reference.target_url_base or ""
                folder = written.rstrip("/\\")
                if (other := replace(folder)) != folder:
                    renamed[written] = reference.target_url_base = f"{other}/"
    return renamed


@lru_cache(maxsize=1024)
def _available_range(start: float, start_rate: float, count: float, count_rate: float) -> AvailableRange:
    from opentimelineio.opentime import RationalTime

    start_time = RationalTime(start, start_rate)
    return AvailableRange(
        start_time=WrittenTime.of(start_time),
        length=to_seconds(RationalTime(count, count_rate)),
        rate=time_base(start_rate),
    )


def _read_sequence(
    reference: schema.ImageSequenceReference, available: AvailableRange | None, cut_folder: Path
) -> MediaReference:
    if reference.frame_step < 1:
        raise Skip(f"a sequence with a frame step of {reference.frame_step} has no order")
    if reference.frame_zero_padding > _MOST_DIGITS:
        raise Skip(f"a sequence with frame numbers of {reference.frame_zero_padding} digits cannot be")
    path = resolve_path(_sequence_text(reference), cut_folder)
    return MediaReference(
        location=Location(path=path, is_sequence=True, first_file=reference.start_frame),
        # 1 is the schema's default for a rate that was never set, and some programs write 0.
        sequence_rate=_sequence_rate(reference.rate) if reference.rate not in {0, 1} else None,
        frame_step=reference.frame_step,
        available=available,
    )


def _sequence_rate(rate: float) -> Fraction:
    if rate > _FASTEST:
        raise Skip(f"a sequence of {rate:g} frames per second cannot be")
    return time_base(rate)


def _sequence_text(reference: schema.ImageSequenceReference) -> str:
    """``folder/name.####.exr``."""
    folder = reference.target_url_base or ""
    # Resolve writes the folder without the trailing slash that OpenTimelineIO expects.
    slash = "" if not folder or folder[-1] in "/\\" else "/"
    hashes = "#" * max(1, min(reference.frame_zero_padding, _MOST_DIGITS))
    return f"{folder}{slash}{reference.name_prefix}{hashes}{reference.name_suffix}"


def _resolve_media_url(reference: schema.MissingReference | None) -> str:
    """The path that Resolve keeps in the metadata of a clip that was offline. Raises Skip for titles and the like."""
    resolve: Any = reference.metadata.get("Resolve_OTIO") if reference is not None else None
    url = resolve.get("Media Url") if hasattr(resolve, "get") else None
    if not isinstance(url, str) or not url:
        raise Skip("no media: a title, a generator, or a clip that was offline when the cut was exported")
    return url
