"""Builders for the timeline objects that the toolkit writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

from toolkit.editorial.otio import otio
from toolkit.frames import FramePath

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.opentime import RationalTime, TimeRange

REMAP_METADATA = "resolve_ae_toolkit"
"""Metadata key of the positions in a retime that a reader of the toolkit sampled."""


def make_time(value: float | Fraction, rate: float | Fraction) -> RationalTime:
    """``value`` units of 1 / ``rate`` seconds."""
    return otio().opentime.RationalTime(float(value), float(rate))


def make_time_range(start: RationalTime, duration: RationalTime) -> TimeRange:
    """The range of ``duration`` that begins at ``start``."""
    return otio().opentime.TimeRange(start, duration)


def make_timeline(name: str, start: RationalTime, metadata: Mapping[str, Any] | None = None) -> schema.Timeline:
    """A timeline without tracks; ``start`` is the timecode of its first frame."""
    schema = otio().schema
    return schema.Timeline(name=name, global_start_time=start, metadata=dict(metadata or {}))


def make_video_track(
    name: str, source_range: TimeRange | None = None, metadata: Mapping[str, Any] | None = None
) -> schema.Track:
    """An empty video track; ``source_range`` trims it."""
    schema = otio().schema
    return schema.Track(
        name=name, kind=schema.TrackKind.Video, source_range=source_range, metadata=dict(metadata or {})
    )


def make_gap(duration: RationalTime) -> schema.Gap:
    """Empty track time."""
    schema = otio().schema
    return schema.Gap(source_range=make_time_range(make_time(0, duration.rate), duration))


def make_clip(
    name: str,
    reference: schema.MediaReference,
    source_range: TimeRange,
    *,
    effects: Sequence[schema.Effect] = (),
    metadata: Mapping[str, Any] | None = None,
) -> schema.Clip:
    """A clip that shows ``source_range`` of ``reference``."""
    schema = otio().schema
    return schema.Clip(
        name=name,
        media_reference=reference,
        source_range=source_range,
        effects=list(effects),
        metadata=dict(metadata or {}),
    )


def make_file_reference(url: str, available_range: TimeRange | None, *, name: str = "") -> schema.ExternalReference:
    """One file: a movie or a still."""
    schema = otio().schema
    reference = schema.ExternalReference(target_url=url, available_range=available_range)
    reference.name = name
    return reference


def make_sequence_reference(
    folder: str,
    files: FramePath,
    *,
    first_file: int,
    rate: float,
    available_range: TimeRange | None,
    name: str = "",
    separator: str = "/",
) -> schema.ImageSequenceReference:
    """The numbered ``files`` from ``first_file`` on.

    ``folder`` is given without its trailing slash and written with the ``separator``, which Resolve leaves out.
    """
    schema = otio().schema
    reference = schema.ImageSequenceReference(
        target_url_base=f"{folder}{separator}",
        name_prefix=files.prefix,
        name_suffix=files.suffix,
        start_frame=first_file,
        frame_step=1,
        rate=rate,
        frame_zero_padding=files.padding,
        missing_frame_policy=schema.ImageSequenceReference.MissingFramePolicy.error,
        available_range=available_range,
    )
    reference.name = name
    return reference


def make_missing_reference(name: str, available_range: TimeRange | None = None) -> schema.MissingReference:
    """A title, or media of which only the name is known."""
    schema = otio().schema
    return schema.MissingReference(name=name, available_range=available_range)


def make_generator_reference(kind: str, available_range: TimeRange | None = None) -> schema.GeneratorReference:
    """Pictures that the editing system makes itself: ``kind`` is its name for them, such as ``SMPTE Bars``."""
    schema = otio().schema
    return schema.GeneratorReference(generator_kind=kind, available_range=available_range)


def make_transition(name: str, kind: str, *, before: RationalTime, after: RationalTime) -> schema.Transition:
    """A transition that begins ``before`` the cut and ends ``after`` it; ``kind`` is ``SMPTE_Dissolve``, say."""
    schema = otio().schema
    return schema.Transition(name=name, transition_type=kind, in_offset=before, out_offset=after)


def make_stack(name: str, source_range: TimeRange | None, tracks: Sequence[schema.Track]) -> schema.Stack:
    """A nested timeline: ``source_range`` is the part of it that is shown, counted from its own first frame."""
    schema = otio().schema
    return schema.Stack(name=name, source_range=source_range, children=list(tracks))


def make_speed_effect(speed: float) -> schema.LinearTimeWarp:
    """A constant speed: 2 is double speed, negative is reversed, 0 is a freeze frame."""
    schema = otio().schema
    return schema.FreezeFrame() if speed == 0 else schema.LinearTimeWarp(time_scalar=speed)


def make_constant_speed(speed: float) -> schema.LinearTimeWarp:
    """The same as Resolve writes it: a freeze frame too is a constant speed, and the effect has no name."""
    schema = otio().schema
    return schema.LinearTimeWarp(time_scalar=speed)


def make_remap_effect(name: str, positions: Sequence[Fraction]) -> schema.TimeEffect:
    """A retime of varying speed: ``positions`` is the media frame shown in each timeline frame of the clip, exact.

    It is counted from the first frame of the media. OpenTimelineIO has no field for it, so it is metadata.
    """
    schema = otio().schema
    written = [str(position) for position in positions]
    return schema.TimeEffect(effect_name=name, metadata={REMAP_METADATA: {"remap": written}})


def make_marker(name: str, start: RationalTime, *, colour: str, note: str) -> schema.Marker:
    """A marker of one frame."""
    marker = deepcopy(_empty_marker())  # OpenTimelineIO takes metadata from Python slowly
    marker.name, marker.color, marker.comment = name, colour, note
    marker.marked_range = make_time_range(start, make_time(1, start.rate))
    marker.metadata["Resolve_OTIO"]["Note"] = note
    return marker


@cache
def _empty_marker() -> schema.Marker:
    """A marker that Resolve reads: it takes the note from the metadata."""
    schema = otio().schema
    return schema.Marker(metadata={"Resolve_OTIO": {"Keywords": [], "Note": ""}})
