"""What the player needs of a shot, as JSON: its frames by number and timecode, its pictures, its curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from toolkit.documents import Cut, FaceReview, FaceTracks, MeasureCurve, PassName
from toolkit.report.entries import ShotEntry, record_frames, record_timecode, source_timecode
from toolkit.report.overlays import COLOURS, draw_overlays
from toolkit.report.proxies import Tiles

Json = dict[str, Any]


def shot_data(entry: ShotEntry, cut: Cut, tracks: FaceTracks | str) -> Json:
    """The shot as the script of the page takes it; ``tracks`` may say in a sentence why there are none."""
    frames = _frames_of(entry)
    shown = record_frames(entry.uses)
    records = [shown.get(frame) for frame in frames]
    plan = entry.plan_of(PassName.FACE)
    return {
        "name": entry.shot.name,
        "fps": float(entry.shot.media.rate),
        "frames": frames,
        "timecodes": [str(source_timecode(entry.shot, frame) or "") for frame in frames],
        "records": records,
        "recordTimecodes": ["" if one is None else str(record_timecode(cut, one)) for one in records],
        "pictures": _pictures(entry),
        "faces": [] if isinstance(tracks, str) else draw_overlays(tracks, plan, frames),
        "noFaces": tracks if isinstance(tracks, str) else "",
        "curves": [_curve(face, curve) for face in entry.faces for curve in face.curves],
        "curvesFirst": _first_of_curves(entry),
        "failing": [[span.first, span.last] for span in entry.failing],
        "worst": list(entry.worst),
    }


def _frames_of(entry: ShotEntry) -> list[int]:
    if entry.proxy is not None:
        return list(entry.proxy.source_frames)
    return list(entry.shot.rendered_range)


def _first_of_curves(entry: ShotEntry) -> int:
    return entry.review.source_range.first if entry.review is not None else entry.shot.rendered_range.first


def _pictures(entry: ShotEntry) -> Json | None:
    proxy = entry.proxy
    if proxy is None:
        return None
    return {
        "size": proxy.size,
        "movie": _tiles(proxy.movie, entry.folder),
        "stills": _tiles(proxy.stills, entry.folder),
        "stride": proxy.stride,
    }


def _tiles(tiles: Tiles | None, folder: str) -> Json | None:
    if tiles is None:
        return None
    return {**tiles.model_dump(mode="json"), "path": quote(f"{folder}/{tiles.path}")}


def _curve(face: FaceReview, curve: MeasureCurve) -> Json:
    return {
        "face": face.face,
        "colour": COLOURS[face.face % len(COLOURS)],
        "region": curve.region,
        "measure": curve.measure,
        "plate": _rounded(curve.plate),
        "clips": {name: _rounded(values) for name, values in curve.clips.items()},
        "failing": [[span.first, span.last] for span in face.acting.failing],
    }


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else round(value, 2) for value in values]
