"""AppendToTimeline: place clips on the current timeline. This part of Resolve has the most silent failures."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING, Any

from tests.hosts.resolve.item import TimelineItem
from tests.hosts.resolve.media import MediaPoolItem

if TYPE_CHECKING:
    from tests.hosts.resolve.pool import MediaPool
    from tests.hosts.resolve.timeline import Timeline, Track

KEYS = ("mediaPoolItem", "startFrame", "endFrame", "mediaType", "trackIndex", "recordFrame")


def append_clips(pool: MediaPool, clips: list[Any]) -> list[TimelineItem | None] | None:
    """Place clips; the result has None or a dead item for every rejected one."""
    behaviour, project = pool.world.behaviour, pool.project
    infos = [one if isinstance(one, dict) else {"mediaPoolItem": one} for one in clips]
    for info in infos:
        wrong = find_info_error(info)
        if wrong:
            pool.world.misuse.append(f"AppendToTimeline: {wrong}")
            return [None]
    timeline = project.GetCurrentTimeline()
    answer: list[TimelineItem | None] = []
    for number, info in enumerate(infos, 1):
        pool.placements.append(info)
        last = behaviour.drops_last_append and len(infos) > 1 and number == len(infos)
        dropped = last or (behaviour.drops_every and len(pool.placements) % behaviour.drops_every == 0)
        answer.append(None if timeline is None or dropped else _place(timeline, info))
    if behaviour.reverts_after is not None and len(pool.placements) >= behaviour.reverts_after:
        project.set_current(project.timelines[0])
    if behaviour.loses_unreturned:
        project.unsaved += [item for item in answer if item is not None]
    return None if behaviour.returns_no_items else answer


def find_info_error(info: dict[str, Any]) -> str:
    """Return what is wrong with a clip info in any version; empty if nothing is."""
    unknown = [key for key in info if key not in KEYS]
    if unknown:
        return f"unknown key {unknown[0]!r}"
    if not isinstance(info.get("mediaPoolItem"), MediaPoolItem):
        return "no mediaPoolItem"
    for key in KEYS[1:]:
        value = info.get(key, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return f"{key} is {value!r}"
    if info.get("mediaType", 1) not in (1, 2):
        return f"mediaType is {info['mediaType']}"
    track = info.get("trackIndex", 1)
    return "" if isinstance(track, int) and track >= 1 else f"trackIndex is {track}: tracks count from 1"


def _place(timeline: Timeline, info: dict[str, Any]) -> TimelineItem | None:
    behaviour, media = timeline.world.behaviour, info["mediaPoolItem"]
    kind = "audio" if info.get("mediaType") == 2 else "video"
    used = _source_range(info, timeline)
    track = _choose_track(timeline, kind, info)
    refused = behaviour.refused_media and media.name.startswith(behaviour.refused_media)
    if used is None or refused or track.locked or media.dead:
        return _create_refusal(timeline, media)
    first, duration = used
    end = max([item.start + item.duration for item in track.items], default=timeline.start)
    start = int(info.get("recordFrame", end)) + behaviour.record_late
    if any(start < item.start + item.duration and item.start < start + duration for item in track.items):
        return _create_refusal(timeline, media)
    item = _create_item(timeline, media, kind, start=start, duration=duration, left=first)
    track.items.append(item)
    if kind == "video" and (behaviour.places_audio or ("mediaType" not in info and media.footage.audio)):
        audio = _create_item(timeline, media, "audio", start=start, duration=duration, left=first)
        timeline.tracks["audio"][0].items.append(audio)
        item.set_links([item, audio])
        audio.set_links([item, audio])
    return item


def _source_range(info: dict[str, Any], timeline: Timeline) -> tuple[float, int] | None:
    """Return (in point, duration in timeline frames); None if the range is outside the media."""
    behaviour, media = timeline.world.behaviour, info["mediaPoolItem"]
    base = media.first if media.kind == "sequence" and behaviour.sequences_count_from == "files" else 0
    first, last = info.get("startFrame", base) - base, media.frames - 1
    if not behaviour.has("19.0.3"):  # sub-frame placement came with that version
        first = int(first)
    if "startFrame" in info and "endFrame" in info:  # endFrame alone is ignored
        last = info["endFrame"] - base - (not behaviour.end_is_included)
    if media.frames == 1:  # a still can have any duration
        last = first + max(last - first, 0)
    elif behaviour.past_the_end == "refused" and not 0 <= first <= last < media.frames:
        return None
    if media.frames > 1:
        first = max(first + behaviour.source_late, 0)
        last = min(last + behaviour.source_late, media.frames - 1)
    duration = floor((last - first + 1) * timeline.rate / media.rate + 1e-6)
    return (0 if media.frames == 1 else first, duration) if duration >= 1 else None


def _choose_track(timeline: Timeline, kind: str, info: dict[str, Any]) -> Track:
    """Return the requested track; the first track if it does not exist."""
    tracks = timeline.tracks[kind]
    number = info.get("trackIndex", 1)
    outside = number > len(tracks) or (kind == "video" and timeline.world.behaviour.lands_on_v1)
    return tracks[0 if outside else number - 1]


def _create_item(
    timeline: Timeline, media: MediaPoolItem, kind: str, *, start: int, duration: int, left: float
) -> TimelineItem:
    return TimelineItem(
        timeline.world, timeline=timeline, kind=kind, media=media, start=start, duration=duration, left=left
    )


def _create_refusal(timeline: Timeline, media: MediaPoolItem) -> TimelineItem | None:
    if timeline.world.behaviour.refusals == "none":
        return None
    item = _create_item(timeline, media, "video", start=0, duration=0, left=0)
    item.dead = True
    return item
