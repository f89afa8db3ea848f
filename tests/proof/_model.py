"""A cut as a model that shares nothing with the toolkit: what each frame shows is found by a plain walk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from itertools import pairwise
from math import floor

SNAP = Fraction(1, 1000)
"""Frames by which the start of a clip may miss a whole media frame and mean it."""


@dataclass(frozen=True, kw_only=True)
class Footage:
    """What a clip shows."""

    kind: str
    """``movie``, ``sequence`` or ``still``."""
    path: str
    """``folder/plate.####.png`` of a sequence."""
    rate: Fraction
    count: int
    first: int = 0
    """Number of the file that the available range begins with."""
    start: int = 0
    """Timecode of the first frame, frames."""
    on_disk: frozenset[int] | None = None
    """Numbers of the files, or of the frames of a movie; None: offline."""

    def number(self, frame: int) -> int | None:
        """What the ``frame``-th frame is called; None: it is a still."""
        return None if self.kind == "still" else self.first + frame

    def file(self, frame: int) -> tuple[str, int]:
        """The file of a frame, and the frame in it."""
        if self.kind == "sequence":
            return self.path.replace("####", f"{self.first + frame:04d}"), 0
        return self.path, 0 if self.kind == "still" else frame

    def lacks(self, frame: int) -> bool:
        return self.on_disk is not None and self.kind != "still" and self.first + frame not in self.on_disk


@dataclass(frozen=True, kw_only=True)
class Constant:
    speed: Fraction = Fraction(1)
    varies = False

    def frame(self, i: int, count: int, start: Fraction, media_rate: Fraction, rate: Fraction) -> int:
        steps = i if self.speed >= 0 else count - 1 - i
        return floor(start + abs(self.speed) * steps * media_rate / rate)


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Resolve's keys: seconds of the clip and of the media, and handles (x, y) on both sides of each inner key."""

    keys: tuple[tuple[Fraction, Fraction], ...]
    handles: tuple[tuple[Fraction, Fraction], ...]
    """(0, 0): a corner. The first two keys have corners."""
    varies = True

    def frame(self, i: int, count: int, start: Fraction, media_rate: Fraction, rate: Fraction) -> int:
        (_, _), (clip_end, media_end) = self.keys[:2]
        moment = start / media_rate * clip_end / media_end + i / rate
        return floor(self._media(moment) * media_rate)

    def _media(self, moment: Fraction) -> Fraction:
        number = next(n for n, (_, (end, _)) in enumerate(pairwise(self.keys)) if moment <= end)
        (x0, y0), (x3, y3) = self.keys[number], self.keys[number + 1]
        (dx0, dy0), (dx3, dy3) = self.handles[number], self.handles[number + 1]
        if dx0 == dx3 == 0:
            return y0 + (y3 - y0) * (moment - x0) / (x3 - x0)
        low, high = Fraction(0), Fraction(1)
        for _ in range(48):
            u = (low + high) / 2
            low, high = (u, high) if _cubic(x0, x0 + dx0, x3 - dx3, x3, u) < moment else (low, u)
        return _cubic(y0, y0 + dy0, y3 - dy3, y3, low)

    def is_clear(self, i: int, start: Fraction, media_rate: Fraction, rate: Fraction) -> bool:
        """Whether frame ``i`` is not so close to an edge between two pictures that floats decide."""
        moment = start / media_rate * self.keys[1][0] / self.keys[1][1] + i / rate
        position = self._media(moment) * media_rate
        return position.denominator < 10**6 or abs(position - round(position)) > SNAP


def _cubic(a: Fraction, b: Fraction, c: Fraction, d: Fraction, u: Fraction) -> Fraction:
    v = 1 - u
    return v**3 * a + 3 * v * v * u * b + 3 * v * u * u * c + u**3 * d


@dataclass(frozen=True, kw_only=True)
class Warp:
    """Hiero's TimeWarps over a constant speed, each a table of offsets per frame of the clip."""

    speed: Fraction
    tables: tuple[tuple[Fraction, ...], ...]
    varies = True

    def frame(self, i: int, count: int, start: Fraction, media_rate: Fraction, rate: Fraction) -> int:
        for table in self.tables[:0:-1]:
            i = min(max(floor(i + table[i] + Fraction(1, 2)), 0), len(table) - 1)
        return floor(start + (i + self.tables[0][i]) * self.speed + Fraction(1, 2))


@dataclass(frozen=True, kw_only=True)
class Remap:
    """The position in the media for each frame."""

    positions: tuple[Fraction, ...]
    varies = True

    def frame(self, i: int, count: int, start: Fraction, media_rate: Fraction, rate: Fraction) -> int:
        return floor(self.positions[i])


Retime = Constant | Curve | Warp | Remap


@dataclass(frozen=True, kw_only=True)
class Picture:
    """What one clip shows in one frame."""

    names: tuple[str, ...]
    """Of the compounds around the clip, then its own."""
    footage: Footage | None = None
    frame: int = 0
    is_left_out: bool = False
    varies: bool = False
    """Whether the clip or a compound around it has a varying speed, or a compound has a time of its own."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """A clip, a compound (with tracks), a title (without footage), or a gap (without name)."""

    count: int
    """Frames of the track that it is on."""
    name: str = ""
    start: int = 0
    """Frames after the first one of its media, or of its compound."""
    is_start_in_record_frames: bool = False
    footage: Footage | None = None
    retime: Retime = Constant()
    tracks: tuple[Track, ...] = ()
    rate: Fraction | None = None
    """Of a compound; None: that of the track."""
    enabled: bool = True
    dissolve: int = 0
    """Frames, on either side, of the transition after it."""

    def start_in_media(self, rate: Fraction) -> Fraction:
        if self.footage is None or not self.is_start_in_record_frames:
            return Fraction(self.start)
        exact = self.start * self.footage.rate / rate
        return Fraction(round(exact)) if abs(exact - round(exact)) <= SNAP else exact

    def at(self, i: int, rate: Fraction, names: tuple[str, ...] = (), *, varies: bool = False) -> Iterator[Picture]:
        names = (*names, self.name)
        if not self.name:
            return
        if not self.enabled and self.tracks:
            for picture in replace(self, enabled=True).at(i, rate, names[:-1]):
                yield Picture(names=picture.names, is_left_out=True)
        elif not self.enabled or (self.footage is None and not self.tracks):
            yield Picture(names=names, is_left_out=True)
        elif self.tracks:
            own = self.rate or rate
            frame = self.retime.frame(i, self.count, Fraction(self.start), own, rate)
            is_retimed = varies or own != rate or self.retime != Constant()
            for track in self.tracks:
                yield from track.at(frame, own, names, varies=is_retimed)
        elif self.footage is not None:
            frame = self.retime.frame(i, self.count, self.start_in_media(rate), self.footage.rate, rate)
            frame = 0 if self.footage.kind == "still" else frame
            is_retimed = varies or (self.retime.varies and self.footage.kind != "still")
            lacks = self.footage.lacks(frame)
            yield Picture(names=names, footage=self.footage, frame=frame, is_left_out=lacks, varies=is_retimed)


@dataclass(frozen=True, kw_only=True)
class Track:
    """Items one after the other."""

    items: tuple[Item, ...]
    window: tuple[int, int] | None = None
    """The first of its frames that is shown, and how many are."""
    enabled: bool = True

    @property
    def count(self) -> int:
        return sum(item.count for item in self.items) if self.window is None else self.window[1]

    def at(self, i: int, rate: Fraction, names: tuple[str, ...] = (), *, varies: bool = False) -> Iterator[Picture]:
        if not 0 <= i < self.count:
            return
        i += self.window[0] if self.window else 0
        for item in self.items:
            if 0 <= i < item.count:
                for picture in item.at(i, rate, names, varies=varies):
                    yield picture if self.enabled else Picture(names=picture.names, is_left_out=True)
            i -= item.count


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A cut."""

    rate: Fraction
    start: int
    """Timecode of its first frame, frames."""
    drop_frame: bool
    tracks: tuple[Track, ...]
    """Bottom first."""
    window: tuple[int, int] | None = None
    """The first frame that is shown, and how many are."""

    @property
    def count(self) -> int:
        first, most = self.window or (0, 10**9)
        return max(min(track.count - first, most) for track in self.tracks)

    def at(self, frame: int) -> list[Picture]:
        """What is shown in ``frame``, bottom first."""
        return [
            picture
            for track in self.tracks
            for picture in track.at(frame + (self.window[0] if self.window else 0), self.rate)
        ]


def describe(cut: Timeline) -> str:
    """``cut`` as text, without what is usual."""
    return _describe(cut)


def _describe(value: object) -> str:
    if isinstance(value, Footage):
        return f"{value.kind} {value.path!r} at {value.rate} from {value.first} start {value.start}"
    if is_dataclass(value):
        facts = [(one.name, getattr(value, one.name), one.default) for one in fields(value)]
        changed = [f"{name}={_describe(found)}" for name, found, usual in facts if found != usual]
        return f"{type(value).__name__}({', '.join(changed)})"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_describe, value))}]"
    return str(value) if isinstance(value, Fraction) else repr(value)
