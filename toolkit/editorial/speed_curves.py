"""Speed curves: the time in the media as a function of the time in the clip, between keys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from toolkit.editorial.skips import Skip
from toolkit.editorial.times import exact_number

_BISECTIONS = 60
"""Halvings of a segment that is eased: more than a double can tell apart."""

_Handle = tuple[Fraction, Fraction]
"""Seconds of the clip and of the media, relative to a key."""
_STRAIGHT: _Handle = (Fraction(0), Fraction(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The curve from one key to the next: a straight line, or a cubic Bézier curve."""

    clip_first: Fraction
    """Seconds."""
    clip_end: Fraction
    media_first: Fraction
    """Seconds from the first frame of the media."""
    media_end: Fraction
    leaving: _Handle = _STRAIGHT
    """Handle of the first key."""
    arriving: _Handle = _STRAIGHT
    """Handle of the last key."""

    @property
    def is_straight(self) -> bool:
        """Whether it has no handles."""
        return self.leaving == self.arriving == _STRAIGHT

    def media_time(self, clip_time: Fraction) -> Fraction:
        """Seconds in the media at ``clip_time``; a straight segment goes on beyond its ends."""
        length = self.clip_end - self.clip_first
        if self.is_straight:
            return self.media_first + (self.media_end - self.media_first) * (clip_time - self.clip_first) / length
        low, high = 0.0, 1.0
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            if self._bezier(0, middle) < clip_time:
                low = middle
            else:
                high = middle
        return exact_number(self._bezier(1, low))

    def _bezier(self, axis: int, u: float) -> float:
        """The clip's time (axis 0) or the media's (1) at the parameter ``u``, 0 to 1."""
        first = float((self.clip_first, self.media_first)[axis])
        last = float((self.clip_end, self.media_end)[axis])
        out, into = first + float(self.leaving[axis]), last + float(self.arriving[axis])
        v = 1 - u
        return v * v * v * first + 3 * v * v * u * out + 3 * v * u * u * into + u * u * u * last

    def clip_time(self, media_time: Fraction) -> Fraction | None:
        """The first moment of the clip that shows ``media_time``, in seconds; None if none does."""
        low, high = sorted((self.media_first, self.media_end))
        if not low <= media_time <= high:
            return None
        if self.media_first == self.media_end:
            return self.clip_first
        if self.is_straight:
            share = (media_time - self.media_first) / (self.media_end - self.media_first)
            return self.clip_first + share * (self.clip_end - self.clip_first)
        early, late = self.clip_first, self.clip_end
        rises = self.media_end > self.media_first
        for _ in range(_BISECTIONS):
            middle = (early + late) / 2
            is_before = self.media_time(middle) < media_time
            early, late = (middle, late) if is_before == rises else (early, middle)
        return late.limit_denominator(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedCurve:
    """A retime given by keys."""

    segments: tuple[Segment, ...]
    """Without gaps, ascending in the clip's time."""

    @classmethod
    def from_resolve(cls, keys: Sequence[Sequence[float]]) -> SpeedCurve:
        """The curve of Resolve's keys ``[clip s, media s, is smooth, in x, in y, out x, out y]``.

        Handles are relative to their key. Resolve ignores those of the first and of the last key: measured by the
        authors of the public "otio-conform" exports of Resolve 21. Raises Skip for keys that give no curve.
        """
        if len(keys) < 2 or any(len(key) < 7 for key in keys):
            raise Skip(f"its speed curve has {len(keys)} keys that cannot be read")
        last = len(keys) - 1
        points = [(exact_number(key[0]), exact_number(key[1])) for key in keys]
        segments = []
        for number, ((clip_first, media_first), (clip_end, media_end)) in enumerate(pairwise(points)):
            if clip_end <= clip_first:
                raise Skip("the keys of its speed curve are not in order")
            leaving, arriving = keys[number], keys[number + 1]
            segments.append(
                Segment(
                    clip_first=clip_first,
                    clip_end=clip_end,
                    media_first=media_first,
                    media_end=media_end,
                    leaving=_handle(leaving[5:7]) if number > 0 and leaving[2] else _STRAIGHT,
                    arriving=_handle(arriving[3:5]) if number + 1 < last and arriving[2] else _STRAIGHT,
                )
            )
        return cls(segments=tuple(segments))

    def media_time(self, clip_time: Fraction) -> Fraction:
        """Seconds from the first frame of the media at ``clip_time``; beyond the keys the last speed goes on."""
        inside = (segment for segment in self.segments if clip_time < segment.clip_end)
        segment = next(inside, self.segments[-1])
        if segment.clip_first <= clip_time <= segment.clip_end:
            return segment.media_time(clip_time)
        return _straight(segment).media_time(clip_time)

    def clip_time(self, media_time: Fraction) -> Fraction:
        """The first moment of the clip that shows ``media_time``, both in seconds. Raises Skip if none does."""
        for segment in self.segments:
            found = segment.clip_time(media_time)
            if found is not None:
                return found
        raise Skip("its start is not on its speed curve")


def _handle(written: Sequence[float]) -> _Handle:
    return exact_number(written[0]), exact_number(written[1])


def _straight(segment: Segment) -> Segment:
    return Segment(
        clip_first=segment.clip_first,
        clip_end=segment.clip_end,
        media_first=segment.media_first,
        media_end=segment.media_end,
    )
