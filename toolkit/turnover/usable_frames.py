"""Which frames of its media a clip can have: those that are missing, and how far its handles go."""

from __future__ import annotations

from bisect import bisect_left

from toolkit.frames import FrameRange
from toolkit.turnover.resolved_media import ResolvedMedia

_MAX_MISSING = 1_000_000
"""Frames that a clip may want beyond its media: half a day. More is a mistake, and each would be looked for."""


def find_length_problem(resolved: ResolvedMedia, wanted: FrameRange) -> str | None:
    """Why a clip of the frames ``wanted`` has a wrong length or speed: it shows far more than the media has."""
    available = resolved.source_range
    if (wanted.last - wanted.first) - (available.last - available.first) <= _MAX_MISSING:
        return None
    reason = f"at its length and speed it lacks more than {_MAX_MISSING} source frames; available: {available}"
    return f"{resolved.media.path}: {reason}"


def find_missing_frames(resolved: ResolvedMedia, source_range: FrameRange) -> list[int]:
    """The frames of ``source_range`` that are not on disk, ascending; none when the media is offline."""
    if not resolved.media.online:
        return []
    on_disk = resolved.source_range
    outside = source_range.minus(on_disk) if source_range.intersection(on_disk) != source_range else []
    return sorted([*outside, *(frame for frame in resolved.holes if frame in source_range)])


def add_handles(resolved: ResolvedMedia, wanted: tuple[int, int], source_range: FrameRange) -> FrameRange:
    """``source_range`` with handles, as far as the media goes without a hole."""
    usable = resolved.handle_range
    first = max(source_range.first - wanted[0], min(usable.first, source_range.first))
    last = min(source_range.last + wanted[1], max(usable.last, source_range.last))
    next_hole = bisect_left(resolved.holes, source_range.first)
    if next_hole > 0:
        first = max(first, resolved.holes[next_hole - 1] + 1)
    if next_hole < len(resolved.holes):
        last = min(last, resolved.holes[next_hole] - 1)
    return FrameRange(first=first, last=last)
