"""Which timeline a delivery belongs on: the one it came from, when its plates still lie there."""

from toolkit_resolve.delivery import is_plate, media_count
from toolkit_resolve.host import ask, identity
from toolkit_resolve.layout import item_facts, item_path, track_items, track_numbers
from toolkit_resolve.spelling import rate_text, same, shows


def choose_base(session, delivery, notes):
    """The timeline to duplicate, or None when the delivery needs one of its own; ``notes`` get the reason.

    The open timeline comes first, so that work done on an earlier stack goes on; then the one it was sent from.
    """
    origin = delivery.get("origin")
    if not origin or origin["host"] != "resolve":
        return None
    every = session.timelines()
    sent = [one for one in every if origin["timeline_id"] and identity(one) == origin["timeline_id"]]
    sent = sent or [one for one in every if ask(one, "GetName") == origin["name"]]
    why = "'%s' is not in this project" % origin["name"]
    for timeline in ([session.timeline] if sent and session.timeline is not None else []) + sent[:1]:
        why = unfit(session, timeline, delivery)
        if not why:
            return timeline
    notes.append("%s: the stack is on a timeline of its own, with the plates" % why)
    return None


def unfit(session, timeline, delivery):
    """Why a delivery's layers would not lie on its plates here; empty when they would."""
    name, wanted = ask(timeline, "GetName"), rate_text(delivery["fps"], delivery["drop_frame"])
    rate, start = session.setting(timeline, "timelineFrameRate"), ask(timeline, "GetStartFrame")
    if not same(rate, wanted):
        return "'%s' runs at %s, not %s" % (name, rate, wanted)
    if start != delivery["start_frame"]:
        return "'%s' starts at frame %s, not %d" % (name, start, delivery["start_frame"])
    for track in filter(is_plate, delivery["tracks"]):
        for clip in track["clips"]:
            if not plate_tracks(timeline, clip, delivery["fps"]):
                return ("'%s' has changed since it was sent ('%s' is not at frame %d any more, or shows other pictures)"
                        % (name, clip["name"], start + clip["record_first"]))
    return ""


def plate_tracks(timeline, clip, fps):
    """The numbers of the video tracks on which a plate lies where the delivery says, from below."""
    place = ask(timeline, "GetStartFrame") + clip["record_first"], clip["record_count"]
    return [number for number in track_numbers(timeline) for item in track_items(timeline, number)
            if item_facts(item)[:2] == place and shows(item_path(item), clip) and not is_slipped(item, clip, fps)]


def is_slipped(item, clip, fps):
    """Whether an item certainly begins at another picture than a clip of the same media.

    False where Resolve may count otherwise: retimed, at another rate, or in a part of the media (a subclip).
    """
    frames, head = ask(ask(item, "GetMediaPoolItem"), "GetClipProperty", "Frames"), ask(item, "GetLeftOffset")
    comparable = clip["speed"] == 1 and media_count(clip) > 1 and same(clip["fps"], fps)
    return comparable and same(frames, media_count(clip)) and head is not None and int(head) != clip["in_frame"]
