"""Frame numbers: exact rates, inclusive ranges, timecode, numbered files, and the three frame spaces.

A frame number is meaningless without its space, so every variable name carries it:

``source_``  numbering inside the media: file numbers of a sequence, 0-based picture index of a movie;
``shot_``    numbering of the layer files: the first working frame is always ``SHOT_FIRST`` (1001);
``record_``  position on the timeline, 0-based from the timeline's first frame.

``FrameMap`` in this module is the only place that converts between them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import floor
from pathlib import Path

SHOT_FIRST = 1001
"""First working frame of every shot: the film convention, which leaves room before it without negative numbers."""

POSITION_FLOOR = Fraction(1, 1_000_000)
"""Frames that a position may lie below the frame it means, from rounding in the file."""

_NTSC_NOMINALS = (24, 30, 48, 60, 120)
_NTSC_TOLERANCE = Fraction(1, 4000)
"""A rate this close (relative) to an NTSC rate means that rate: editors write 23.976, 23.98 and 23.976024627685547."""


@lru_cache(maxsize=256)
def exact_rate(value: float | int | str | Fraction) -> Fraction:
    """The exact frame rate that ``value`` stands for: integers stay, NTSC decimals become n*1000/1001.

    Raises ValueError for rates that are not positive or not finite.
    """
    try:
        rate = Fraction(value)
    except (OverflowError, ValueError) as error:
        raise ValueError(f"not a frame rate: {value!r}") from error
    if not 0 < rate <= 1000:
        raise ValueError(f"not a frame rate: {value!r}")
    nominal = round(rate)
    if nominal and abs(rate - nominal) <= nominal * Fraction(1, 100_000):
        return Fraction(nominal)
    for n in _NTSC_NOMINALS:
        ntsc = Fraction(n * 1000, 1001)
        if abs(rate - ntsc) <= ntsc * _NTSC_TOLERANCE:
            return ntsc
    simple = rate.limit_denominator(10_000)
    if not simple:  # slower than a frame in hours
        raise ValueError(f"not a frame rate: {value!r}")
    return simple


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameRange:
    """An inclusive range of frames in one space; never empty (``last >= first``)."""

    first: int
    """First frame, in the space that the variable name gives."""
    last: int
    """Last frame, included."""

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"empty frame range {self.first}-{self.last}")

    @classmethod
    def of(cls, first: int, count: int) -> FrameRange:
        """``count`` frames from ``first``."""
        return cls(first=first, last=first + count - 1)

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))

    def __contains__(self, frame: object) -> bool:
        return isinstance(frame, int) and self.first <= frame <= self.last

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    def intersection(self, other: FrameRange) -> FrameRange | None:
        """The frames in both ranges; None when they do not overlap."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return FrameRange(first=first, last=last) if first <= last else None

    def without(self, frames: Collection[int]) -> list[FrameRange]:
        """The runs of this range between ``frames``, ascending; empty when no frame is left."""
        kept = [frame for frame in self if frame not in frames]
        starts = [frame for frame in kept if frame == self.first or frame - 1 in frames]
        ends = [frame for frame in kept if frame == self.last or frame + 1 in frames]
        return [FrameRange(first=first, last=last) for first, last in zip(starts, ends, strict=True)]

    def minus(self, other: FrameRange) -> list[int]:
        """The frames of this range that are not in ``other``, ascending."""
        return [
            *range(self.first, min(self.last + 1, other.first)),
            *range(max(self.first, other.last + 1), self.last + 1),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameMap:
    """How one use of a source maps to the timeline and to the layer files.

    The rule for record frame ``record_first + i`` of ``record_count`` is
    ``source_first + floor(source_offset + |speed| * j * source_rate / record_rate)`` with ``j = i`` forwards and
    ``j = record_count - 1 - i`` backwards: hosts keep the lowest source frame as the start of a reversed clip.
    Where the speed varies, ``frames`` lists the source frames instead.
    """

    source_first: int
    """First frame the media has (source space)."""
    source_offset: Fraction
    """Exact position of the lowest frame used, in media frames after ``source_first``."""
    source_rate: Fraction
    """Frames per second of the media."""
    record_first: int
    """First timeline frame of the clip (record space)."""
    record_count: int
    """Length of the clip on the timeline, frames."""
    record_rate: Fraction
    """Frames per second of the timeline."""
    speed: Fraction
    """Source seconds per record second: 1 normal, 2 double speed, -1 reversed, 0 freeze; the mean if it varies."""
    source_work_first: int
    """Source frame shown by layer file ``SHOT_FIRST``, head handle included (source space)."""
    frames: tuple[int, ...] | None = None
    """The source frame shown in each of the ``record_count`` timeline frames; None: the rule above gives it."""

    def __post_init__(self) -> None:
        if self.frames is not None and len(self.frames) != self.record_count:
            raise ValueError(f"{len(self.frames)} source frames for {self.record_count} timeline frames")

    def source_frame_at_record(self, record_frame: int) -> int:
        """The source frame shown at ``record_frame``."""
        i = record_frame - self.record_first
        if self.frames is not None:
            return self.frames[i]
        return self._source_frame_at_step(i if self.speed >= 0 else self.record_count - 1 - i)

    def _source_frame_at_step(self, j: int) -> int:
        """The ``j``-th source frame shown, from the lowest one up."""
        whole, rest = divmod(self.source_offset.numerator, self.source_offset.denominator)
        if not rest and self.speed in (1, -1) and self.source_rate == self.record_rate:
            return self.source_first + whole + j  # as below, in whole numbers
        position = self.source_offset + abs(self.speed) * j * self.source_rate / self.record_rate
        return self.source_first + floor(position + POSITION_FLOOR)

    def source_range(self) -> FrameRange:
        """The source frames from the lowest to the highest one shown, both included."""
        if self.frames is not None:
            return FrameRange(first=min(self.frames), last=max(self.frames))
        return FrameRange(first=self._source_frame_at_step(0), last=self._source_frame_at_step(self.record_count - 1))

    def trimmed(self, record_range: FrameRange) -> FrameMap:
        """The map of a part of the clip: it shows the same source frame at every frame of ``record_range``."""
        head = record_range.first - self.record_first
        tail = self.record_count - head - len(record_range)
        if head == tail == 0 and self.frames is None:
            return self
        if self.frames is not None:
            frames = self.frames[head : head + len(record_range)]
            return replace(
                self,
                frames=frames,
                source_offset=Fraction(min(frames) - self.source_first),
                record_first=record_range.first,
                record_count=len(record_range),
            )
        hidden = head if self.speed >= 0 else tail
        return replace(
            self,
            source_offset=self.source_offset + abs(self.speed) * hidden * self.source_rate / self.record_rate,
            record_first=record_range.first,
            record_count=len(record_range),
        )

    def with_work_range(self, source_work_range: FrameRange) -> FrameMap:
        """The same map for layer files that begin with ``source_work_range``."""
        return replace(self, source_work_first=source_work_range.first)

    def shot_frame(self, source_frame: int) -> int:
        """The number of the layer file that shows ``source_frame``."""
        return SHOT_FIRST + source_frame - self.source_work_first

    def source_frame(self, shot_frame: int) -> int:
        """The source frame that layer file ``shot_frame`` shows."""
        return self.source_work_first + shot_frame - SHOT_FIRST


# --- timecode --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Timecode:
    """An SMPTE 12M label of one frame; wraps at 24 hours as the standard does."""

    hours: int
    minutes: int
    seconds: int
    frames: int
    drop_frame: bool = False

    def __str__(self) -> str:
        mark = ";" if self.drop_frame else ":"
        return f"{self.hours:02}:{self.minutes:02}:{self.seconds:02}{mark}{self.frames:02}"


DROP_FRAME_RATES = {Fraction(30000, 1001): 2, Fraction(60000, 1001): 4}
"""Labels that drop frame skips each minute but the tenth, by the rates that have it."""

_TIMECODE = re.compile(r"^(\d{1,2}):(\d{2}):(\d{2})([:;.])(\d{2,3})$")


def timecode_from_frames(frame: int, rate: Fraction, *, drop_frame: bool = False) -> Timecode:
    """The label of the ``frame``-th frame after 00:00:00:00 at ``rate``.

    Drop frame (29.97 and 59.94 only, ValueError otherwise) skips two (four) labels each minute but the tenth:
    SMPTE ST 12-1.
    """
    nominal = _labels_per_second(rate)
    if drop_frame:
        dropped = _dropped_per_minute(rate)
        per_ten = nominal * 600 - 9 * dropped
        tens, rest = divmod(frame % (per_ten * 144), per_ten)
        minutes_in_ten = max(0, (rest - dropped) // (nominal * 60 - dropped))
        frame = tens * per_ten + rest + dropped * (9 * tens + minutes_in_ten)
    seconds, frames = divmod(frame % (nominal * 86_400), nominal)
    return Timecode(
        hours=seconds // 3600, minutes=seconds // 60 % 60, seconds=seconds % 60, frames=frames, drop_frame=drop_frame
    )


def frames_from_timecode(text: str, rate: Fraction) -> int:
    """The number of frames from 00:00:00:00 to the label ``text``; a ``;`` before the frames means drop frame.

    Raises ValueError when the text is not a timecode or a number is out of range for ``rate``.
    """
    match = _TIMECODE.match(text.strip())
    if match is None:
        raise ValueError(f"not a timecode: {text!r}")
    hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
    nominal = _labels_per_second(rate)
    if hours > 23 or minutes > 59 or seconds > 59 or frames >= nominal:
        raise ValueError(f"timecode {text!r} does not exist at {float(rate):g} fps")
    total = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if match[4] == ";":
        total_minutes = hours * 60 + minutes
        total -= _dropped_per_minute(rate) * (total_minutes - total_minutes // 10)
    return total


def media_timecode(text: str, rate: Fraction) -> tuple[int, bool]:
    """The timecode of media as frames after 00:00:00:00, and whether it is drop frame.

    A drop-frame mark at a rate that has no drop frame is ignored: some cameras set the flag at 24 fps. Raises
    ValueError like ``frames_from_timecode``.
    """
    drop_frame = ";" in text and rate in DROP_FRAME_RATES
    return frames_from_timecode(text if drop_frame else text.replace(";", ":"), rate), drop_frame


def _labels_per_second(rate: Fraction) -> int:
    """Labels per second: 24 at 23.976; 1 for anything slower than one frame a second."""
    return max(1, round(rate))


def _dropped_per_minute(rate: Fraction) -> int:
    if rate in DROP_FRAME_RATES:
        return DROP_FRAME_RATES[rate]
    raise ValueError(f"drop-frame timecode does not exist at {float(rate):g} fps")


# --- numbered files --------------------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(r"#+|%0?(\d*)d|\[(-?\d+)-(-?\d+)\](?=\.[^.]+$)")
"""Where a pattern has its number: the last match, since a name may contain another ``#`` before it."""
FRAME_NUMBER = re.compile(r"((?:(?<=\.)-)?\d+)(?=\.[A-Za-z0-9]+$)")
"""The number in the name of one file. A hyphen is a sign only after a dot: in ``sh010-0002.png`` it is a separator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FramePath:
    """The files of one sequence: ``folder/prefix`` + zero-padded number + ``suffix``.

    The minus sign of a negative number takes one of the digits, as ``printf`` writes it: ``-002`` beside ``0002``. On
    disk, ``-0002`` is found too.
    """

    folder: Path
    prefix: str
    padding: int
    """Least number of digits; longer numbers are written in full."""
    suffix: str
    """What follows the number, the extension with its dot included."""

    @classmethod
    def parse(cls, text: str | Path) -> FramePath:
        """Read ``plate.####.exr``, ``plate.%04d.png``, ``plate.[1001-1099].png`` or one file, ``plate.1001.exr``.

        Raises ValueError when the name has no frame number.
        """
        path = Path(text)
        place = _last_placeholder(path.name) or FRAME_NUMBER.search(path.name)
        if place is None:
            raise ValueError(f"no frame number in {path.name!r}")
        digits = {"%": int(place[1] or 1) if place[0][0] == "%" else 0, "[": len(place[0].partition("-")[0]) - 1}
        return cls(
            folder=path.parent,
            prefix=path.name[: place.start()],
            padding=digits.get(place[0][0], len(place[0])),
            suffix=path.name[place.end() :],
        )

    @staticmethod
    def is_pattern(text: str | Path) -> bool:
        """Whether the name contains ``####``, ``%04d`` or ``[1001-1099]``: a sequence rather than one file."""
        return _last_placeholder(Path(text).name) is not None

    @staticmethod
    def named_range(text: str | Path) -> FrameRange | None:
        """The frames that ``plate.[1001-1099].exr`` names; None for other names, and if they are in the wrong order."""
        place = _last_placeholder(Path(text).name)
        if place is None or place[2] is None or int(place[2]) > int(place[3]):
            return None
        return FrameRange(first=int(place[2]), last=int(place[3]))

    def path(self, frame: int) -> Path:
        """The file of ``frame``, as ``printf`` writes its number."""
        return self.folder / self._names(frame)[0]

    def path_on_disk(self, frame: int) -> Path:
        """The file of ``frame`` as it is on disk; ``path(frame)`` if it is not."""
        names = self._names(frame)
        found = (name for name in names if frame < 0 and (self.folder / name).exists())
        return self.folder / next(found, names[0])

    def frames_on_disk(self) -> list[int]:
        """The frame numbers on disk, ascending; lists the folder once."""
        return sorted({frame for frame, fits in self._numbers_on_disk() if fits})

    def frames_left_out(self) -> list[int]:
        """Numbers of files that are named like those of the sequence, but have too few digits or too many zeros."""
        numbers = list(self._numbers_on_disk())
        return sorted({frame for frame, fits in numbers if not fits} - {frame for frame, fits in numbers if fits})

    def _numbers_on_disk(self) -> Iterator[tuple[int, bool]]:
        """The number of each file that differs from the pattern at most in its padding, and whether it fits."""
        if not self.folder.is_dir():
            return
        name = re.compile(re.escape(self.prefix) + r"(-?\d+)" + re.escape(self.suffix) + r"$")
        for entry in self.folder.iterdir():
            match = name.match(entry.name)
            if match:
                frame = int(match[1])
                yield frame, entry.name in self._names(frame)

    def _names(self, frame: int) -> tuple[str, str]:
        """The two ways to write a negative number, which are one for the others."""
        after, before = f"{frame:0{self.padding}d}", f"{'-' if frame < 0 else ''}{abs(frame):0{self.padding}d}"
        return f"{self.prefix}{after}{self.suffix}", f"{self.prefix}{before}{self.suffix}"

    @property
    def name(self) -> str:
        """``name.####.exr``."""
        return f"{self.prefix}{'#' * self.padding}{self.suffix}"

    @property
    def hashes(self) -> str:
        """``folder/name.####.exr``."""
        return str(self.folder / self.name)

    @property
    def printf(self) -> str:
        """``folder/name.%04d.exr``; the last ``%0…d`` is the number, and any other percent sign is part of the name."""
        return str(self.folder / f"{self.prefix}%0{self.padding}d{self.suffix}")

    def span(self, frames: FrameRange) -> str:
        """``name.[1001-1064].exr``, as Resolve names a sequence."""
        first, last = (f"{number:0{self.padding}d}" for number in (frames.first, frames.last))
        return f"{self.prefix}[{first}-{last}]{self.suffix}"

    def __str__(self) -> str:
        return self.hashes


def _last_placeholder(name: str) -> re.Match[str] | None:
    return max(_PLACEHOLDER.finditer(name), key=re.Match.start, default=None)
