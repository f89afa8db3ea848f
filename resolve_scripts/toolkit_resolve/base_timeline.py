"""Choose the timeline a delivery is imported onto: the one it was sent from, if its plates are still in place."""

import re

from toolkit_resolve.clip_times import ClipTimes
from toolkit_resolve.delivery import is_plate, media_count
from toolkit_resolve.host import ask, ask_id, ask_optional
from toolkit_resolve.layout import item_path, item_placement, track_items, track_numbers
from toolkit_resolve.resolve_values import (
    is_media_of_clip, is_same_value, parse_layer_name, parse_stack_name, rate_text,
)


def choose_base_timeline(session, delivery, report):
    """Return the timeline to duplicate, or None if the delivery needs a new timeline; reasons go to the report.

    Work on an earlier stack continues: first the open timeline if it holds layers of the delivery, then the newest
    stacks by name, then the open timeline, then the one the delivery was sent from.
    """
    origin, notes = delivery.get("origin"), report["notes"]
    if not origin or origin["host"] != "resolve":
        return None
    names = [(ask(one, "GetName"), one) for one in session.timelines()]
    sent = [one for _, one in names if origin["timeline_id"] and ask_id(one) == origin["timeline_id"]]
    sent = sent or [one for name, one in names if name == origin["name"]]
    if not sent:
        notes.append("'%s' is not in this project; the stack is on a new timeline, with the plates" % origin["name"])
        return None
    stacks = sorted((parse_stack_name(name)[1:], at) for at, (name, _) in enumerate(names)
                    if (parse_stack_name(name) or ("",))[0] == delivery["name"])
    newest = [names[at][1] for _, at in stacks[:-4:-1]]
    opened = [session.timeline] if session.timeline is not None else []
    continued = opened if opened and has_layers(opened[0], delivery) else []
    return _choose(session, delivery, continued + newest, opened, sent, report)


def _choose(session, delivery, stacks, opened, sent, report):
    """Return the first fitting timeline of ``stacks``, ``opened`` and ``sent``; None if none fits."""
    tried, outdated, worked_on = [], [], [ask_id(one) for one in stacks + sent]
    for timeline in stacks + opened + sent[:1]:
        if ask_id(timeline) in tried:
            continue
        tried.append(ask_id(timeline))
        name, why = ask(timeline, "GetName"), describe_mismatch(session, timeline, delivery)
        if not why:
            if opened and ask_id(opened[0]) not in tried:
                report["notes"].append("the layers are on a duplicate of '%s', the newest stack, and not of the open "
                                       "'%s'" % (name, ask(opened[0], "GetName")))
            if outdated:
                report["by_hand"].append("%s no longer matches the cut (%s): the layers are on a duplicate of '%s', "
                                         "without your work in %s" % (outdated[0] + (name, outdated[0][0])))
            return timeline
        if ask_id(timeline) in worked_on:
            outdated.append(("'%s'" % name, why))
    for name, why in outdated:
        report["notes"].append("%s was not used: %s" % (name, why))
    report["notes"].append("the stack is on a new timeline, with the plates")
    return None


def has_layers(timeline, delivery):
    """Return whether a timeline holds layers of the delivery's shots, of any version."""
    wanted = {parse_layer_name(clip["name"])[:2] for track in delivery["tracks"] for clip in track["clips"]
              if parse_layer_name(clip["name"])}
    found = (parse_layer_name(re.split(r"[/\\]", item_path(item))[-1])
             for number in track_numbers(timeline) for item in track_items(timeline, number))
    return any(layer is not None and layer[:2] in wanted for layer in found)


def describe_mismatch(session, timeline, delivery):
    """Return why a delivery's layers would not match the plates of this timeline; empty if they match."""
    expected_rate = rate_text(delivery["fps"], delivery["drop_frame"])
    rate, start = session.get_setting(timeline, "timelineFrameRate"), ask(timeline, "GetStartFrame")
    if not is_same_value(rate, expected_rate):
        return "it runs at %s, not %s" % (rate, expected_rate)
    if start != delivery["start_frame"]:
        return "it starts at frame %s, not %d" % (start, delivery["start_frame"])
    plates = PlateFinder(timeline, delivery["fps"], ClipTimes(session.resolve, timeline))
    for track in filter(is_plate, delivery["tracks"]):
        for clip in track["clips"]:
            if not plates.find_tracks(clip):
                return ("'%s' is no longer at frame %d, or shows different source frames"
                        % (clip["name"], start + clip["record_first"]))
    return ""


class PlateFinder:
    """Finds the plates of a delivery on a timeline, which is read once."""

    def __init__(self, timeline, fps, times):
        self.start, self.fps, self.times, self.items = ask(timeline, "GetStartFrame"), fps, times, {}
        for number in track_numbers(timeline):
            for item in track_items(timeline, number):
                self.items.setdefault(item_placement(item)[:2], []).append((number, item))

    def find_tracks(self, clip):
        """Return the numbers of the video tracks that hold a plate at the delivery's position, bottom to top."""
        place = self.start + clip["record_first"], clip["record_count"]
        return [number for number, item in self.items.get(place, [])
                if is_media_of_clip(item_path(item), clip) and not is_slipped(item, clip, self.fps)
                and not self._is_retimed(item, clip)]

    def _is_retimed(self, item, clip):
        """Return whether an item of the same media definitely runs at another speed than a clip."""
        return media_count(clip) > 1 and self.times.has_speed(item, clip["speed"]) is False


def is_slipped(item, clip, fps):
    """Return whether an item definitely starts on a different source frame than a clip of the same media.

    False where Resolve may count frames differently: retimed, at another rate, or a subclip.
    """
    frames = ask_optional(ask_optional(item, "GetMediaPoolItem"), "GetClipProperty", "Frames")
    head = ask_optional(item, "GetLeftOffset")
    comparable = clip["speed"] == 1 and media_count(clip) > 1 and is_same_value(clip["fps"], fps)
    is_full = comparable and is_same_value(frames, media_count(clip))
    return is_full and head is not None and int(head) != clip["in_frame"]
