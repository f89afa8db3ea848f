"""Choose the timeline a delivery is imported onto: the one it was sent from, if its plates are still in place."""

from toolkit_resolve.delivery import is_plate, media_count
from toolkit_resolve.host import call, unique_id
from toolkit_resolve.layout import item_path, item_placement, track_items, track_numbers
from toolkit_resolve.resolve_values import is_media_of_clip, is_same_value, rate_text


def choose_base_timeline(session, delivery, notes):
    """Return the timeline to duplicate, or None if the delivery needs a new timeline; the reason goes to ``notes``.

    The open timeline is tried first, so that work on an earlier stack continues; then the one it was sent from.
    """
    origin = delivery.get("origin")
    if not origin or origin["host"] != "resolve":
        return None
    every = session.timelines()
    candidates = [one for one in every if origin["timeline_id"] and unique_id(one) == origin["timeline_id"]]
    candidates = candidates or [one for one in every if call(one, "GetName") == origin["name"]]
    why = "'%s' is not in this project" % origin["name"]
    for timeline in ([session.timeline] if candidates and session.timeline is not None else []) + candidates[:1]:
        why = describe_mismatch(session, timeline, delivery)
        if not why:
            return timeline
    notes.append("%s; the stack is on a new timeline, with the plates" % why)
    return None


def describe_mismatch(session, timeline, delivery):
    """Return why a delivery's layers would not match the plates of this timeline; empty if they match."""
    name, expected_rate = call(timeline, "GetName"), rate_text(delivery["fps"], delivery["drop_frame"])
    rate, start = session.get_setting(timeline, "timelineFrameRate"), call(timeline, "GetStartFrame")
    if not is_same_value(rate, expected_rate):
        return "'%s' runs at %s, not %s" % (name, rate, expected_rate)
    if start != delivery["start_frame"]:
        return "'%s' starts at frame %s, not %d" % (name, start, delivery["start_frame"])
    for track in filter(is_plate, delivery["tracks"]):
        for clip in track["clips"]:
            if not find_plate_tracks(timeline, clip, delivery["fps"]):
                return ("'%s' has changed since it was sent ('%s' is no longer at frame %d, or shows different "
                        "source frames)" % (name, clip["name"], start + clip["record_first"]))
    return ""


def find_plate_tracks(timeline, clip, fps):
    """Return the numbers of the video tracks that hold a plate at the delivery's position, bottom to top."""
    place = call(timeline, "GetStartFrame") + clip["record_first"], clip["record_count"]
    return [number for number in track_numbers(timeline) for item in track_items(timeline, number)
            if item_placement(item)[:2] == place and is_media_of_clip(item_path(item), clip)
            and not is_slipped(item, clip, fps)]


def is_slipped(item, clip, fps):
    """Return whether an item definitely starts on a different source frame than a clip of the same media.

    False where Resolve may count frames differently: retimed, at another rate, or a subclip.
    """
    frames = call(call(item, "GetMediaPoolItem"), "GetClipProperty", "Frames")
    head = call(item, "GetLeftOffset")
    comparable = clip["speed"] == 1 and media_count(clip) > 1 and is_same_value(clip["fps"], fps)
    is_full = comparable and is_same_value(frames, media_count(clip))
    return is_full and head is not None and int(head) != clip["in_frame"]
