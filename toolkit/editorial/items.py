"""What the children of a track are, and how long they last."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from toolkit.editorial.otio import otio
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import to_seconds

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable

_NOTHING = Fraction(0)


def is_clip(child: Composable | None) -> bool:
    """A clip with a media reference."""
    return isinstance(child, otio().schema.Clip)


def is_gap(child: Composable | None) -> bool:
    """Empty track time."""
    return isinstance(child, otio().schema.Gap)


def is_transition(child: Composable | None) -> bool:
    """A transition, which overlaps its neighbours and takes no track time of its own."""
    return isinstance(child, otio().schema.Transition)


def is_nested(child: Composable | None) -> bool:
    """A stack or a track inside a track: a compound clip or a nested timeline."""
    return isinstance(child, otio().core.Composition)


def is_track(child: Composable | None) -> bool:
    """A track; inside another track it is a nested timeline of one track."""
    return isinstance(child, otio().schema.Track)


def is_video_track(child: Composable | None) -> bool:
    """A track with pictures."""
    return isinstance(child, otio().schema.Track) and bool(child.kind == otio().schema.TrackKind.Video)


def is_time_effect(effect: schema.Effect) -> bool:
    """Whether ``effect`` is a retime of any kind, enabled or not."""
    return isinstance(effect, otio().schema.TimeEffect)


def has_time_effect(clip: schema.Clip) -> bool:
    """Whether ``clip`` has a retime of any kind, enabled or not."""
    return any(map(is_time_effect, clip.effects))


def transition_offsets(transition: schema.Transition) -> tuple[Fraction, Fraction] | None:
    """Seconds that ``transition`` begins before the cut and ends after it; None for times that cannot be."""
    try:
        before, after = to_seconds(transition.in_offset), to_seconds(transition.out_offset)
    except Skip:
        return None
    return (before, after) if min(before, after) >= 0 else None


def known_duration(child: Composable) -> Fraction | None:
    """Like ``item_duration``; None also for times that are not finite or have an invalid rate."""
    try:
        return item_duration(child)
    except Skip:
        return None


def item_duration(child: Composable) -> Fraction | None:
    """Seconds that ``child`` takes on its track; None when the timeline does not say.

    A transition takes none, nor does a clip of negative length, which is a mistake. Raises Skip for times that are not
    finite or have an invalid rate.
    """
    if not isinstance(child, otio().core.Item):
        return _NOTHING
    try:
        duration = child.duration()
    except otio().exceptions.OTIOError:
        return None
    seconds = to_seconds(duration)
    return seconds if duration.value > 0 else _NOTHING
