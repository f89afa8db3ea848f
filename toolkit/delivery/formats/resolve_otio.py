"""``return_resolve.otio``: OpenTimelineIO as Resolve itself exports it, which is what its import takes.

``return.otio`` keeps the editor's own timeline, with everything that is in it. This one has the plates and the layers
only: plain paths, every clip and its media called by the file's name, tracks called "Video 1" from the bottom up, the
clips of one shot in one link group, and no media that is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.delivery.clip_timing import has_one_frame, media_length, media_start
from toolkit.delivery.formats.locations import Locations, numbered_files, span_name, split_path
from toolkit.documents import Delivery, DeliveryClip, DeliveryTrack, write_atomically
from toolkit.editorial.builders import (
    make_clip,
    make_constant_speed,
    make_file_reference,
    make_gap,
    make_marker,
    make_sequence_reference,
    make_time,
    make_time_range,
    make_timeline,
    make_video_track,
)

if TYPE_CHECKING:
    from opentimelineio import schema

_KEY = "Resolve_OTIO"
_NEW_FIELD = re.compile(r',\n *(?:"color": null(?=[,\n])|"enabled": true(?=,\n *"time_scalar"))')
"""Fields that OpenTimelineIO has added since the version in Resolve: colours of clips, and the switch of a speed."""


def write_resolve_otio(delivery: Delivery, path: Path, locations: Locations) -> None:
    """Write ``delivery`` to ``path``. Raises OutputNotWritable."""
    start = make_time(delivery.start_frame, delivery.rate)
    timeline = make_timeline(timeline_name(delivery), start, _metadata({"Resolve OTIO Meta Version": "1.0"}))
    shots = [clip.shot for track in delivery.tracks for clip in track.clips]
    groups = {shot: number for number, shot in enumerate(dict.fromkeys(shots), start=1)}
    for number, track in enumerate(delivery.tracks, start=1):
        made = make_video_track(f"Video {number}", metadata=_metadata({"Locked": False}))
        for item in _items(track, delivery.rate, groups, locations):
            made.append(item)
        timeline.tracks.append(made)
    for marker in delivery.markers:
        at = make_time(marker.record_frame, delivery.rate)
        timeline.tracks.markers.append(make_marker(marker.name, at, colour=marker.colour.upper(), note=marker.note))
    with write_atomically(path) as temporary:
        temporary.write_text(_NEW_FIELD.sub("", timeline.to_json_string(indent=1)) + "\n", encoding="utf-8")


def timeline_name(delivery: Delivery) -> str:
    """What hosts call the timeline: ``cut v002``, by the newest version in it."""
    newest = max((clip.version or 0 for track in delivery.tracks for clip in track.clips), default=0)
    return f"{delivery.name} v{newest:03d}" if newest else delivery.name


def _items(
    track: DeliveryTrack, rate: Fraction, groups: dict[str, int], locations: Locations
) -> Iterator[schema.Clip | schema.Gap]:
    end = 0
    for clip in sorted(track.clips, key=lambda clip: clip.record_first):
        if clip.record_first > end:
            yield make_gap(make_time(clip.record_first - end, rate))
        end = clip.record_first + clip.record_count
        yield _clip(clip, rate, groups[clip.shot], locations)


def _clip(clip: DeliveryClip, rate: Fraction, group: int, locations: Locations) -> schema.Clip:
    path = locations.portable(clip)
    name = span_name(clip, path)
    start = (media_start(clip) + clip.in_position) * rate / clip.rate
    retimed = clip.speed != 1 and not has_one_frame(clip)
    return make_clip(
        name,
        _reference(clip, path, name),
        make_time_range(make_time(start, rate), make_time(clip.record_count, rate)),
        effects=[make_constant_speed(clip.speed)] if retimed else (),
        metadata=_metadata({"Link Group ID": group}),
    )


def _reference(clip: DeliveryClip, path: str, name: str) -> schema.MediaReference:
    begin, length = make_time(media_start(clip), clip.rate), make_time(media_length(clip), clip.rate)
    available = make_time_range(begin, length)
    files = numbered_files(clip)
    if files is None:
        return make_file_reference(path, available, name=name)
    return make_sequence_reference(
        split_path(path)[0],
        files,
        first_file=clip.start_index,
        rate=float(clip.rate),
        available_range=available,
        name=name,
        separator="",
    )


def _metadata(facts: dict[str, Any]) -> dict[str, Any]:
    return {_KEY: facts}
