"""Random cuts: every feature that a timeline may have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate

from hypothesis import strategies as st

from tests.proof._footage import RATES, has_holes
from tests.proof._model import Constant, Curve, Footage, Item, Remap, Retime, Timeline, Track, Warp

HOUR = {rate: 3600 * round(rate) for rate in RATES}
SPEEDS = [
    Fraction(text)
    for text in ("1", "1", "1", "1", "2", "1/2", "-1", "-2", "11/10", "1/3", "0", "1/100", "3/4", "-1/4", "1/10000")
]
NONE = (Fraction(0), Fraction(0))


@st.composite
def curves(draw: st.DrawFn, media_rate: Fraction, rate: Fraction) -> Curve:
    """Keys on whole frames of the timeline and of the media; the last one far behind the clip."""
    steps = draw(st.lists(st.integers(4, 25), min_size=2, max_size=4))
    clip = list(accumulate([0, *steps, 400]))
    rises = [draw(st.integers(3, 30)), *(draw(st.integers(-10, 30)) for _ in steps[1:]), 50]
    media = [max(0, one) for one in accumulate([0, *rises])]
    handles = [NONE, NONE]
    for _ in clip[2:-1]:
        out = Fraction(draw(st.integers(1, 4)), 3) / rate
        eased = (out, out * Fraction(draw(st.integers(0, 8)), 8))
        handles.append(eased if draw(st.booleans()) else NONE)
    keys = tuple((x / rate, y / media_rate) for x, y in zip(clip, media, strict=True))
    return Curve(keys=keys, handles=(*handles, NONE))


@st.composite
def warps(draw: st.DrawFn, count: int) -> Warp:
    quarters = st.integers(-20, 20).map(lambda n: Fraction(n, 4))
    tables = [
        tuple(draw(st.lists(quarters, min_size=count, max_size=count))) for _ in range(draw(st.sampled_from([1, 1, 2])))
    ]
    tables[0] = (Fraction(1), *tables[0][1:])  # a table of zeros moves nothing
    return Warp(
        speed=draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(2), Fraction(1, 2)])), tables=tuple(tables)
    )


@st.composite
def remaps(draw: st.DrawFn, count: int, most: int) -> Remap:
    positions = draw(st.lists(st.integers(0, 4 * most), min_size=count, max_size=count))
    return Remap(positions=tuple(Fraction(one, 4) for one in positions))


@st.composite
def retimes(draw: st.DrawFn, footage: Footage, count: int, rate: Fraction) -> Retime:
    kind = draw(st.sampled_from(["speed"] * 5 + ["curve", "warp", "remap"]))
    if kind == "curve":
        return draw(curves(footage.rate, rate))
    if kind == "warp" and not has_holes(footage):
        return draw(warps(count))
    if kind == "remap" and not has_holes(footage):
        return draw(remaps(count, 60))
    return Constant(speed=draw(st.sampled_from(SPEEDS)))


class Generator:
    """Draws cuts of some footage."""

    def __init__(self, footage: Sequence[Footage]) -> None:
        self._footage = list(footage)
        self._names = 0

    def cut(self, draw: st.DrawFn) -> Timeline:
        self._names = 0
        rate = draw(st.sampled_from(RATES))
        drop_frame = rate.denominator == 1001 and round(rate) != 24 and draw(st.booleans())
        tracks = [self._track(draw, rate, depth=2) for _ in range(draw(st.integers(1, 3)))]
        always = Item(
            count=6, name="always", start=40, footage=next(one for one in self._footage if one.on_disk is None)
        )
        tracks[0] = Track(items=(always, *tracks[0].items))
        count = max(track.count for track in tracks)
        first = draw(st.sampled_from([0, 0, 0, 2]))
        window = (first, draw(st.integers(1, count - first))) if draw(st.integers(0, 4)) == 0 else None
        return Timeline(
            rate=rate,
            start=_start(draw, rate, drop_frame=drop_frame),
            drop_frame=drop_frame,
            tracks=tuple(tracks),
            window=window,
        )

    def _track(self, draw: st.DrawFn, rate: Fraction, *, depth: int) -> Track:
        items = tuple(self._item(draw, rate, depth=depth) for _ in range(draw(st.integers(1, 4))))
        items = tuple(_dissolved(draw, before, after) for before, after in zip(items, [*items[1:], None], strict=True))
        track = Track(items=items, enabled=draw(st.integers(0, 9)) != 9)
        if draw(st.integers(0, 5)) == 5:
            first = draw(st.integers(0, track.count - 1))
            track = Track(items=items, enabled=track.enabled, window=(first, draw(st.integers(1, track.count - first))))
        return track

    def _item(self, draw: st.DrawFn, rate: Fraction, *, depth: int) -> Item:
        kinds = ["clip"] * 6 + ["gap", "title"] + ["compound"] * (2 if depth else 0)
        kind, count = draw(st.sampled_from(kinds)), draw(st.integers(1, 18))
        if kind == "gap":
            return Item(count=count)
        self._names += 1
        name, enabled = f"{kind[0]}{self._names}", draw(st.integers(0, 9)) != 9
        if kind == "title":
            return Item(count=count, name=name)
        if kind == "compound":
            return self._compound(draw, rate, Item(count=count, name=name, enabled=enabled), depth=depth)
        footage = draw(st.sampled_from(self._footage))
        item = Item(count=count, name=name, enabled=enabled, footage=footage)
        return item if footage.kind == "still" else _moving(draw, item, footage, rate)

    def _compound(self, draw: st.DrawFn, rate: Fraction, item: Item, *, depth: int) -> Item:
        own = draw(st.sampled_from([None, None, *RATES]))
        retime: Retime = Constant(speed=draw(st.sampled_from([Fraction(1), *SPEEDS])))
        if draw(st.integers(0, 5)) == 5:
            retime = draw(remaps(item.count, 30))
        tracks = tuple(self._track(draw, own or rate, depth=depth - 1) for _ in range(draw(st.integers(1, 2))))
        start = draw(st.integers(0, 15))
        return replace(item, rate=own, retime=retime, tracks=tracks, start=start)


def _moving(draw: st.DrawFn, item: Item, footage: Footage, rate: Fraction) -> Item:
    """``item`` with a start and a retime."""
    retime = draw(retimes(footage, item.count, rate))
    if isinstance(retime, Curve):  # a clip with a curve starts on its first segment
        start = draw(st.integers(0, int(retime.keys[1][1] * footage.rate) - 1))
        return replace(item, retime=retime, start=start)
    in_record_frames = draw(st.integers(0, 4)) == 4
    return replace(item, retime=retime, start=draw(st.integers(5, 60)), is_start_in_record_frames=in_record_frames)


def _dissolved(draw: st.DrawFn, before: Item, after: Item | None) -> Item:
    both = after is not None and bool(before.name and after.name) and min(before.count, after.count) > 4
    return replace(before, dissolve=2) if both and draw(st.integers(0, 5)) == 5 else before


def _start(draw: st.DrawFn, rate: Fraction, *, drop_frame: bool) -> int:
    """00:00, 01:00, 10:00 or 23:59, on a whole minute."""
    hours = draw(st.sampled_from([0, 1, 10, 24]))
    minutes = hours * 60 - (1 if hours == 24 else 0)
    per_minute = round(rate) // 15 if drop_frame else 0
    first = per_minute if minutes % 10 else 0  # 23:59 begins with ;02
    return minutes * 60 * round(rate) + first - per_minute * (minutes - minutes // 10)


def timelines(footage: Sequence[Footage]) -> st.SearchStrategy[Timeline]:
    """Cuts of ``footage``."""

    @st.composite
    def draw_cut(draw: st.DrawFn) -> Timeline:
        return Generator(footage).cut(draw)

    return draw_cut()
