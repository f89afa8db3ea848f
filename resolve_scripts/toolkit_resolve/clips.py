"""Read one clip of a timeline or of the media pool into the fields of a turnover."""

import os

from toolkit_resolve.host import HostError, ask, ask_id, ask_optional
from toolkit_resolve.markers import get_markers
from toolkit_resolve.resolve_values import is_same_value, parse_media_path, parse_number

REVERSED = ("it runs backwards, and without an OTIO export this Resolve does not report how fast: render it in place "
            "first, or send from 21.1 or later")
NO_MEDIA = {"path": "", "media_fps": 0.0, "media_count": 0, "media_timecode": "", "media_index": 0, "alpha": "",
            "input_colour_space": ""}
"""Of a compound clip: its contents are in the export."""


def read_media(media):
    """Return the media pool's data on a clip's media. Raises HostError if it is not a file, or is offline."""
    def read(key):
        return ask_optional(media, "GetClipProperty", key)

    path = str(read("File Path") or "")
    if not path:
        raise HostError("not a media file: %s" % (read("Type") or "a title or a generator"))
    first, index, count = parse_media_path(path)
    if not os.path.isfile(first):
        raise HostError("offline: %s is missing" % first)
    return {
        "path": path,
        "media_fps": parse_number(read("FPS")) or 0.0,
        "media_count": int(parse_number(read("Frames")) or count),
        "media_timecode": str(read("Start TC") or ""),
        "media_index": index,
        "alpha": str(read("Alpha mode") or ""),
        "input_colour_space": str(read("Input Color Space") or ""),
    }


def read_timeline_clip(item, track, enabled, start, fps, exported, notes):
    """Return a clip of the turnover. Raises HostError with the reason if it cannot be sent.

    ``start`` is the timeline's first frame; ``exported`` is this clip's data from the OTIO export, or None. Scripts
    read neither a speed ramp nor the contents of a compound clip: such a clip is for the export alone.
    """
    media, is_nested = ask_optional(item, "GetMediaPoolItem"), bool(exported) and exported["nested"]
    if media is None and not is_nested:
        raise HostError("no media: %s" % (ask_optional(item, "GetType") or "a title, a generator or a transition"))
    name, count = str(ask_optional(item, "GetName") or ""), ask(item, "GetDuration")
    data = dict(NO_MEDIA) if is_nested else read_media(media)
    per_frame = (data["media_fps"] or fps) / fps
    if is_nested or data["media_count"] == 1:  # a still has no start frame, whatever Resolve reports
        first, speed, source_count = 0.0, 1.0, 1.0
    else:
        speed = 1.0 if exported and exported["ramp"] else _read_speed(item, exported)
        if speed is None:
            speed = _estimate_speed(item, count * per_frame, data["media_count"], name, notes)
            _check_direction(item, media, data["media_count"], speed, count * per_frame * speed, name, notes)
        first = _read_source_start(item, media, speed, data["media_fps"] or fps, fps, exported)
        source_count = count * per_frame * abs(speed) or 1.0
    clip_enabled = ask_optional(item, "GetClipEnabled")
    return dict(data, name=name, track=track, enabled=enabled and clip_enabled is not False,
                record_first=ask(item, "GetStart") - start, record_count=count, source_first=first,
                source_count=source_count, speed=speed, colour=str(ask_optional(item, "GetClipColor") or ""),
                markers=read_markers(item), is_in_export_only=is_nested or (bool(exported) and exported["ramp"]))


def _read_speed(item, exported):
    """Return the speed: from Resolve since 21.1, else from its OTIO export; None if neither has it."""
    reported = ask_optional(item, "GetSpeed")
    if isinstance(reported, dict) and parse_number(reported.get("Percentage")) is not None:
        return parse_number(reported["Percentage"]) / 100.0
    return exported["speed"] if exported else None


def _estimate_speed(item, expected, media_count, name, notes):
    """Return source range / duration. Raises HostError for a source range that runs backwards."""
    first, end = ask_optional(item, "GetSourceStartFrame"), ask_optional(item, "GetSourceEndFrame")
    if first is not None and end is not None and -media_count <= end - first < 0:
        raise HostError(REVERSED)
    if first is None or end is None or (first, end) == (0, 0) or end - first > media_count or end < first:
        notes.append("'%s': Resolve does not report its speed; assuming 100 %%, forwards" % name)
        return 1.0
    if abs(end - first - expected) <= 1.5:  # some versions include the end frame
        return 1.0
    notes.append("'%s': its speed is estimated from its source range, to within a frame" % name)
    return (end - first) / expected


def _check_direction(item, media, media_count, speed, span, name, notes):
    """Raise HostError if a clip runs backwards, and add a note if that cannot be known; ``span`` is in source frames.

    No call tells it before 21.1, but in a reversed clip GetLeftOffset counts from the far end of the media, in frames
    at the clip's speed, and GetSourceStartFrame from the near one.
    """
    offset, source = ask_optional(item, "GetLeftOffset"), ask_optional(item, "GetSourceStartFrame")
    start = parse_number(ask_optional(media, "GetClipProperty", "Start"))
    if span <= 1 or None in (offset, source, start):  # what is unknown has been noted with the speed
        return
    near, far = source - start, media_count - (source - start) - span
    tolerance = 2 + speed + abs(offset) * speed / span  # the speed is known to within a frame of the source range
    forwards, backwards = [abs(offset * speed - head) <= tolerance for head in (near, far)]
    if backwards and not forwards:
        raise HostError(REVERSED)
    if backwards or not forwards:
        notes.append("'%s': Resolve does not report whether it runs backwards; assuming forwards" % name)


def _read_source_start(item, media, speed, media_fps, fps, exported):
    """Return the source in frame. GetLeftOffset is only valid at 100 % speed and at the timeline's rate."""
    offset = ask_optional(item, "GetLeftOffset")
    if speed == 1 and is_same_value(media_fps, fps) and offset is not None:
        return float(offset)
    if exported and exported["head"] is not None:
        return round(exported["head"] * media_fps, 3)
    source = ask_optional(item, "GetSourceStartFrame")
    media_start = parse_number(ask_optional(media, "GetClipProperty", "Start"))
    if source is not None and media_start is not None:
        return float(source - media_start)
    return float(offset or 0)


def read_pool_clip(media, record_first, fps):
    """Return a media pool clip, full length, as a clip of a turnover. Raises HostError if it cannot be sent."""
    data = read_media(media)
    count = data["media_count"] * fps / (data["media_fps"] or fps)
    return dict(data, name=str(ask_optional(media, "GetName") or ""), track=1, enabled=True, record_first=record_first,
                record_count=max(int(count + 1e-6), 1), source_first=0.0, source_count=float(data["media_count"]),
                speed=1.0, colour=str(ask_optional(media, "GetClipColor") or ""), markers=[])


def read_markers(target):
    """Return the markers of an item or a timeline."""
    return [{"frame": float(frame), "name": str(marker.get("name", "")), "note": str(marker.get("note", "")),
             "colour": str(marker.get("color", ""))} for frame, marker in sorted(get_markers(target).items())]


def choose_clips(session, timeline, notes):
    """Return a filter for the items to send, ``(item, start, end)`` with ``end`` exclusive, and its description.

    Selected clips (readable since 21.0.4), else clips touching the in/out range (since 19.1), else everything.
    """
    found = ask_optional(timeline, "GetSelectedClips")
    selected = [ask_id(item) for item in found or [] if item is not None]
    if selected:
        return (lambda item, first, end: ask_id(item) in selected), "selected clips of"
    in_out = ask_optional(timeline, "GetMarkInOut")
    in_out = (in_out.get("video") or in_out.get("all")) if isinstance(in_out, dict) else None
    if isinstance(in_out, dict) and (in_out.get("in") is not None or in_out.get("out") is not None):
        start, end = ask(timeline, "GetStartFrame"), ask(timeline, "GetEndFrame")
        points = in_out.get("in"), in_out.get("out")
        # A point beyond the timeline's length is counted from midnight, as elsewhere in Resolve.
        mark_in, mark_out = [point - start if point is not None and point > end - start else point for point in points]
        mark_in = 0 if mark_in is None else mark_in
        mark_out = end - start - 1 if mark_out is None else mark_out
        notes.append("sending clips that touch frames %d to %d of '%s', in full"
                     % (mark_in, mark_out, ask(timeline, "GetName")))
        return (lambda item, first, end: first <= mark_out and end > mark_in), "the in/out range of"
    return (lambda item, first, end: True), "all of"
