"""A host's own clip list as a timeline: what the host would have exported, had it been able to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import HostClip, HostMarker, Media, Turnover
from toolkit.editorial.locations import STILLS, Location, locate, numbered
from toolkit.editorial.skips import Skip
from toolkit.errors import MissingMedia, UnsupportedMedia
from toolkit.frames import FramePath, exact_rate
from toolkit.turnover.turnover_file import first_label

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.opentime import RationalTime, TimeRange

HOST_METADATA = "turnover"
"""Key of the metadata with what the host says and OpenTimelineIO has no place for."""

_NOISE = 1e-3
"""Pictures that a host's arithmetic may be off by without meaning another one."""


def timeline_of(turnover: Turnover, beside: Path) -> schema.Timeline:
    """The clip list of ``turnover`` as OpenTimelineIO: its tracks bottom to top, gaps, speeds and markers.

    Where the host does not say what a clip's media has, the file is asked, relative paths counting from the folder
    ``beside``; of media that is not there, nothing is known then. Raises CorruptMedia.
    """
    from opentimelineio import opentime, schema

    start = opentime.RationalTime(turnover.start_frame, turnover.fps)
    timeline = schema.Timeline(name=turnover.name, global_start_time=start)
    timeline.metadata[HOST_METADATA] = {"host": turnover.host, "timeline_id": turnover.timeline_id}
    top = max([*(clip.track for clip in turnover.clips), *(row.track for row in turnover.skipped)])
    for number in range(1, top + 1):
        track = schema.Track(name=f"Video {number}", kind=schema.TrackKind.Video)
        for child in _children([clip for clip in turnover.clips if clip.track == number], turnover.fps, beside):
            track.append(child)
        timeline.tracks.append(track)
    for marker in turnover.markers:
        timeline.tracks.markers.append(_marker(marker, _time(marker.frame, turnover.fps)))
    return timeline


def _children(clips: Sequence[HostClip], fps: float, beside: Path) -> Iterator[schema.Clip | schema.Gap]:
    from opentimelineio import schema

    position = 0
    for clip in sorted(clips, key=lambda clip: clip.record_first):
        if clip.record_first > position:
            yield schema.Gap(source_range=_range(_time(0, fps), _time(clip.record_first - position, fps)))
        yield _clip(clip, fps, beside)
        position = clip.record_first + clip.record_count


def _clip(clip: HostClip, fps: float, beside: Path) -> schema.Clip:
    from opentimelineio import schema

    media = _ClipMedia.of(clip, fps, beside)
    per_frame = media.exact_rate / exact_rate(fps)
    shown = _shown(clip, per_frame)
    start = _time(media.label + (shown.lowest if shown else min(clip.remap)), media.rate)
    made = schema.Clip(
        name=clip.name,
        media_reference=media.reference(),
        source_range=_range(start, _time(clip.record_count, fps)),
        metadata={HOST_METADATA: {"alpha": clip.alpha, "colour": clip.colour}},
    )
    made.enabled = clip.enabled
    if shown is None:
        made.effects.append(schema.TimeEffect(effect_name="time remap", metadata={HOST_METADATA: list(clip.remap)}))
    elif shown.speed == 0 and media.count != 1:
        made.effects.append(schema.FreezeFrame())
    elif shown.speed != 1 and media.count != 1:
        made.effects.append(schema.LinearTimeWarp(time_scalar=shown.speed))
    for marker in clip.markers:
        into = marker.frame * float(per_frame) * abs(shown.speed if shown else 1)
        made.markers.append(_marker(marker, start + _time(into, media.rate)))
    return made


# --- time ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What a clip shows at one speed."""

    lowest: float
    """Pictures between the start of the media and the lowest one shown."""
    speed: float
    """As ``HostClip.speed``."""


def _shown(clip: HostClip, per_frame: Fraction) -> _Shown | None:
    """None when the speed varies; ``per_frame`` is how many pictures plain speed shows per timeline frame.

    A remap is one speed when a straight line shows the same picture in every frame: at the speed the host names, or
    from its first picture to its last one.
    """
    if not clip.remap:
        return _Shown(lowest=clip.source_first, speed=clip.speed)
    first, last, steps = clip.remap[0], clip.remap[-1], len(clip.remap) - 1
    if steps == 0:
        return _Shown(lowest=first, speed=clip.speed)
    for step in (clip.speed * float(per_frame), (last - first) / steps):
        lowest = first if step >= 0 else last
        line = [lowest + abs(step) * (index if step >= 0 else steps - index) for index in range(steps + 1)]
        if all(floor(a + _NOISE) == floor(b + _NOISE) for a, b in zip(line, clip.remap, strict=True)):
            return _Shown(lowest=lowest, speed=step / float(per_frame))
    return None


def _time(value: float, rate: float) -> RationalTime:
    from opentimelineio.opentime import RationalTime

    return RationalTime(value, rate)


def _range(start: RationalTime, duration: RationalTime) -> TimeRange:
    from opentimelineio.opentime import TimeRange

    return TimeRange(start, duration)


# --- media -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClipMedia:
    """What is known of a clip's media: as the host says it, else as the file says it."""

    text: str
    """The host's own path."""
    location: Location | None
    """None when the path names no file; whoever reads the timeline says why."""
    rate: float
    """Pictures per second, with the digits the host wrote: readers then know how far its times may be off."""
    label: int
    """Timecode of the first picture as a count; 0 when the host does not say."""
    count: int | None
    """Pictures; None when nobody knows."""
    first_file: int
    """Number of the first file of a sequence."""

    @property
    def exact_rate(self) -> Fraction:
        """Pictures per second."""
        return exact_rate(self.rate)

    @classmethod
    def of(cls, clip: HostClip, fps: float, beside: Path) -> _ClipMedia:
        """Raises CorruptMedia where the file has to be asked and is broken."""
        location = _location(clip, beside)
        first_file = (location.first_file if location else None) or clip.media_index
        asks = not clip.media_fps or not clip.media_count or (location and location.is_sequence and not first_file)
        found = _probed(location, exact_rate(fps)) if location and asks else None
        span = found.source_range if found else None
        rate = clip.media_fps or (float(found.rate) if found else fps)
        return cls(
            text=clip.path,
            location=location,
            rate=rate,
            label=first_label(clip, exact_rate(rate)) or 0,
            count=clip.media_count or (len(span) if span else None),
            first_file=first_file or (span.first if span else 0),
        )

    def reference(self) -> schema.MediaReference:
        """As Resolve itself writes it: bare paths, sequences by their first number."""
        from opentimelineio import schema

        available = None if self.count is None else _range(_time(self.label, self.rate), _time(self.count, self.rate))
        if self.location is None or not self.location.is_sequence:
            return schema.ExternalReference(target_url=self.text, available_range=available)
        folder, _, name = self.location.path.rpartition("/")
        files = FramePath.parse(name)
        return schema.ImageSequenceReference(
            target_url_base=f"{folder}/",
            name_prefix=files.prefix,
            name_suffix=files.suffix,
            start_frame=self.first_file,
            rate=self.rate,
            frame_zero_padding=files.padding,
            available_range=available,
        )


def _location(clip: HostClip, beside: Path) -> Location | None:
    """A numbered still is the first file of a sequence when the host counts more than one picture, or names a number
    and does not count."""
    try:
        location = locate(clip.path, beside)
    except Skip:
        return None
    several = clip.media_count > 1 or (clip.media_count == 0 and clip.media_index > 0)
    series = numbered(location) if several and not location.is_sequence else None
    return series or location


def _probed(location: Location, record_rate: Fraction) -> Media | None:
    from toolkit.plates import probe

    readable = location.suffix in STILLS or Path(location.path).is_file()
    try:
        return probe(Path(location.path), sequence_rate=record_rate) if readable else None
    except (MissingMedia, UnsupportedMedia):  # whoever reads the timeline looks at the media again, and says so
        return None


# --- markers ---------------------------------------------------------------------------------------------------


def _marker(marker: HostMarker, start: RationalTime) -> schema.Marker:
    from opentimelineio import schema

    return schema.Marker(
        name=marker.name,
        marked_range=_range(start, _time(1, start.rate)),
        color=marker.colour.upper(),
        comment=marker.note,
        # Where Resolve looks for a marker's note.
        metadata={"Resolve_OTIO": {"Keywords": [], "Note": marker.note}},
    )
