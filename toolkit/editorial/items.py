"""What the children of a track are, and how long they last."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from toolkit.editorial.times import to_seconds

if TYPE_CHECKING:
    from opentimelineio import schema
    from opentimelineio.core import Composable


@cache
def otio_schema() -> ModuleType:
    """The module ``opentimelineio.schema``.

    It is loaded when it is first needed, as that is slow; what asks about every clip of a cut must not import it each
    time.
    """
    return import_module("opentimelineio.schema")


def is_clip(child: Composable | None) -> bool:
    """A clip with a media reference."""
    return isinstance(child, otio_schema().Clip)


def is_gap(child: Composable | None) -> bool:
    """Empty track time."""
    return isinstance(child, otio_schema().Gap)


def is_transition(child: Composable | None) -> bool:
    """A transition, which overlaps its neighbours and takes no track time of its own."""
    return isinstance(child, otio_schema().Transition)


def is_nested(child: Composable | None) -> bool:
    """A stack or a track inside a track: a compound clip or a nested timeline."""
    from opentimelineio import core

    return isinstance(child, core.Composition)


def is_track(child: Composable | None) -> bool:
    """A track; inside another track it is a nested timeline of one track."""
    return isinstance(child, otio_schema().Track)


def is_video_track(child: Composable | None) -> bool:
    """A track with pictures."""
    return isinstance(child, otio_schema().Track) and bool(child.kind == otio_schema().TrackKind.Video)


def is_time_effect(effect: schema.Effect) -> bool:
    """Whether ``effect`` is a retime of any kind, enabled or not."""
    return isinstance(effect, otio_schema().TimeEffect)


def has_time_effect(clip: schema.Clip) -> bool:
    """Whether ``clip`` has a retime of any kind, enabled or not."""
    return any(map(is_time_effect, clip.effects))


def item_duration(child: Composable) -> Fraction | None:
    """Seconds that ``child`` takes on its track; None when the timeline does not say.

    A transition takes none, nor does a clip of negative length, which is a mistake. Raises Skip for times that are not
    finite or have an invalid rate.
    """
    import opentimelineio as otio

    if not isinstance(child, otio.core.Item):
        return Fraction(0)
    try:
        duration = child.duration()
    except otio.exceptions.OTIOError:
        return None
    return max(Fraction(0), to_seconds(duration))
