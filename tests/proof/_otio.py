"""The model as OpenTimelineIO's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from typing import Any

from tests.proof._model import Constant, Curve, Footage, Item, Remap, Retime, Timeline, Track, Warp
from tests.turnover import _cuts as otio

Json = dict[str, Any]


def timeline_json(cut: Timeline) -> Json:
    rate = float(cut.rate)
    tracks = [_track(track, cut.rate, number) for number, track in enumerate(cut.tracks, start=1)]
    window = {} if cut.window is None else {"source_range": otio.time_range(*cut.window, rate)}
    return otio.timeline(*tracks, start=otio.time(cut.start, rate), name="cut", **window)


def _track(track: Track, rate: Fraction, number: int) -> Json:
    children = list(chain.from_iterable(_items(item, rate) for item in track.items))
    facts: Json = {} if track.window is None else {"source_range": otio.time_range(*track.window, float(rate))}
    return otio.track(*children, name=f"Video {number}", enabled=track.enabled, **facts)


def _items(item: Item, rate: Fraction) -> Iterator[Json]:
    yield _item(item, rate)
    if item.dissolve:
        yield otio.transition(item.dissolve, item.dissolve, float(rate))


def _item(item: Item, rate: Fraction) -> Json:
    if not item.name:
        return otio.gap(item.count, float(rate))
    if item.tracks:
        own = item.rate or rate
        length = otio.time(item.count, float(rate))
        return {
            "OTIO_SCHEMA": "Stack.1",
            "name": item.name,
            "source_range": {
                **otio.time_range(0, 1),
                "start_time": otio.time(item.start, float(own)),
                "duration": length,
            },
            "children": [_track(track, own, number) for number, track in enumerate(item.tracks, start=1)],
            "effects": list(_effects(item.retime)),
            "enabled": item.enabled,
            "metadata": {},
        }
    reference = otio.missing_reference() if item.footage is None else _reference(item.footage)
    used = otio.time_range(0, item.count, float(rate))
    if item.footage is not None:
        used["start_time"] = _start(item, item.footage, rate)
    return otio.clip(reference, used, name=item.name, effects=_effects(item.retime), enabled=item.enabled)


def _start(item: Item, footage: Footage, rate: Fraction) -> Json:
    if item.is_start_in_record_frames:
        return otio.time(float(footage.start / footage.rate * rate + item.start), float(rate))
    return otio.time(footage.start + item.start, float(footage.rate))


def _reference(footage: Footage) -> Json:
    available = otio.time_range(footage.start, footage.count, float(footage.rate))
    if footage.kind != "sequence":
        return otio.movie_reference(footage.path, available)
    folder = footage.path.rpartition("/")[0] + "/"
    return otio.sequence_reference(folder, footage.first, available, rate=float(footage.rate))


def _effects(retime: Retime) -> Iterator[Json]:
    if isinstance(retime, Constant):
        if retime.speed == 0:
            yield otio.freeze()
        elif retime.speed != 1:
            yield otio.speed(float(retime.speed))
    elif isinstance(retime, Curve):
        yield _time_effect("Retime", {"Resolve_OTIO": {"Key Frames": list(_keys(retime))}})
    elif isinstance(retime, Remap):
        yield _time_effect("Remap", {"resolve_ae_toolkit": {"remap": [str(one) for one in retime.positions]}})
    elif isinstance(retime, Warp):
        if retime.speed != 1:
            yield otio.speed(float(retime.speed))
        for table in retime.tables:
            yield _time_effect("TimeWarp", {"length": len(table), "lookup": [float(one) for one in table]})


def _keys(curve: Curve) -> Iterator[list[float | bool]]:
    for (x, y), (dx, dy) in zip(curve.keys, curve.handles, strict=True):
        yield [float(x), float(y), dx != 0, float(-dx), float(-dy), float(dx), float(dy)]


def _time_effect(name: str, metadata: Json) -> Json:
    return {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": name, "enabled": True, "metadata": metadata}
