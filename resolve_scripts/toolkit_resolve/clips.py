"""One clip of a timeline or of the media pool, as Resolve says it."""

import os

from toolkit_resolve.host import Trouble, ask, ask_all
from toolkit_resolve.markers import markers_of
from toolkit_resolve.spelling import files_of, number_in, same


def media_facts(media):
    """What the media pool says of a clip's media. Raises Trouble when it is no file, or not there."""
    path = str(ask(media, "GetClipProperty", "File Path") or "")
    if not path:
        raise Trouble("no file behind it: %s" % (ask(media, "GetClipProperty", "Type") or "a title or a generator"))
    first, index, count = files_of(path)
    if not os.path.isfile(first):
        raise Trouble("offline: %s is not there" % first)
    return {
        "path": path,
        "media_fps": number_in(ask(media, "GetClipProperty", "FPS")) or 0.0,
        "media_count": int(number_in(ask(media, "GetClipProperty", "Frames")) or count),
        "media_timecode": str(ask(media, "GetClipProperty", "Start TC") or ""),
        "media_index": index,
        "alpha": str(ask(media, "GetClipProperty", "Alpha mode") or ""),
        "input_colour_space": str(ask(media, "GetClipProperty", "Input Color Space") or ""),
    }


def timeline_clip(item, track, enabled, start, fps, exported, notes):
    """A clip of the turnover. Raises Trouble, with the reason, for what is none.

    ``start`` is the timeline's first frame, ``exported`` what the OTIO export says of this clip, or None.
    """
    media = ask(item, "GetMediaPoolItem")
    if media is None:
        raise Trouble("no media behind it: %s" % (ask(item, "GetType") or "a title, a generator or a transition"))
    if exported and exported["ramp"]:
        raise Trouble("a speed ramp: Resolve tells a script constant speeds only")
    name, facts, count = str(ask(item, "GetName") or ""), media_facts(media), ask(item, "GetDuration")
    per_frame = (facts["media_fps"] or fps) / fps
    if facts["media_count"] == 1:  # a still has no beginning, whatever Resolve says of it
        first, speed, shown = 0.0, 1.0, 1.0
    else:
        speed = _speed(item, count * per_frame, facts["media_count"], exported, name, notes)
        first = _first(item, media, speed, facts["media_fps"] or fps, fps, exported)
        shown = count * per_frame * abs(speed) or 1.0
    on = ask(item, "GetClipEnabled")
    return dict(facts, name=name, track=track, enabled=enabled and on is not False,
                record_first=ask(item, "GetStart") - start, record_count=count, source_first=first,
                source_count=shown, speed=speed, colour=str(ask(item, "GetClipColor") or ""),
                markers=marker_facts(item))


def _speed(item, plain, media_count, exported, name, notes):
    """Resolve's own word since 21.1; else its export's; else the span of media over the length."""
    said = ask(item, "GetSpeed")
    if isinstance(said, dict) and number_in(said.get("Percentage")) is not None:
        return number_in(said["Percentage"]) / 100.0
    if exported:
        return exported["speed"]
    first, end = ask(item, "GetSourceStartFrame"), ask(item, "GetSourceEndFrame")
    if first is None or end is None or not 0 <= end - first <= media_count:
        notes.append("'%s': Resolve does not tell its speed; taken as 100 %%" % name)
        return 1.0
    if abs(end - first - plain) <= 1.5:  # versions differ in whether the end is included
        return 1.0
    notes.append("'%s': its speed is told by its span of media only, to a frame" % name)
    return (end - first) / plain


def _first(item, media, speed, media_fps, fps, exported):
    """Pictures before the first one shown. GetLeftOffset holds at plain speed only, and in the timeline's rate."""
    offset = ask(item, "GetLeftOffset")
    if speed == 1 and same(media_fps, fps) and offset is not None:
        return float(offset)
    if exported and exported["head"] is not None:
        return round(exported["head"] * media_fps, 3)
    source, begins = ask(item, "GetSourceStartFrame"), number_in(ask(media, "GetClipProperty", "Start"))
    if source is not None and begins is not None:
        return float(source - begins)
    return float(offset or 0)


def pool_clip(media, record_first, fps):
    """A clip of the media pool as a clip of a turnover, whole. Raises Trouble for what is none."""
    facts = media_facts(media)
    count = facts["media_count"] * fps / (facts["media_fps"] or fps)
    return dict(facts, name=str(ask(media, "GetName") or ""), track=1, enabled=True, record_first=record_first,
                record_count=max(int(count + 1e-6), 1), source_first=0.0, source_count=float(facts["media_count"]),
                speed=1.0, colour=str(ask(media, "GetClipColor") or ""), markers=[])


def marker_facts(thing):
    """The markers of an item or a timeline."""
    return [{"frame": float(frame), "name": str(marker.get("name", "")), "note": str(marker.get("note", "")),
             "colour": str(marker.get("color", ""))} for frame, marker in sorted(markers_of(thing).items())]


def chosen(session, timeline, notes):
    """Whether to send an item that starts and ends (excluded) so many frames into the timeline: a function, and words.

    What is selected (Resolve tells since 21.0.4), else what the in and out points touch (since 19.1), else everything.
    """
    selected = [ask(item, "GetUniqueId") for item in ask_all(timeline, "GetSelectedClips")]
    if selected:
        return (lambda item, first, end: ask(item, "GetUniqueId") in selected), "what is selected of"
    marked = ask(timeline, "GetMarkInOut")
    marked = (marked.get("video") or marked.get("all")) if isinstance(marked, dict) else None
    if isinstance(marked, dict) and (marked.get("in") is not None or marked.get("out") is not None):
        start, end = ask(timeline, "GetStartFrame"), ask(timeline, "GetEndFrame")
        points = marked.get("in"), marked.get("out")
        # One that lies beyond the timeline's length is counted from midnight, as Resolve does elsewhere.
        into, out = [point - start if point is not None and point > end - start else point for point in points]
        into = 0 if into is None else into
        out = end - start - 1 if out is None else out
        notes.append("whole clips that frames %d to %d of '%s' touch" % (into, out, ask(timeline, "GetName")))
        return (lambda item, first, end: first <= out and end > into), "the in to out range of"
    return (lambda item, first, end: True), "all of"
