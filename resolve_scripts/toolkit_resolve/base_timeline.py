"""Choose the timeline a delivery is imported onto: the one it was sent from, if its plates are still in place."""

import itertools
import re

from toolkit_resolve.bins import media_path
from toolkit_resolve.clip_times import ClipTimes
from toolkit_resolve.delivery import is_plate, media_count
from toolkit_resolve.host import ask, ask_id, ask_optional
from toolkit_resolve.layout import item_path, item_placement, track_items, track_numbers
from toolkit_resolve.old_layers import output_folder
from toolkit_resolve.resolve_values import (
    is_layer, is_media_of_clip, is_same_value, parse_layer_name, parse_stack_name, rate_text,
)
from toolkit_resolve.uses import layer_of_files


def choose_base_timeline(session, delivery, report):
    """Return the timeline to duplicate, or None if the delivery needs a new timeline; reasons go to the report.

    Work on an earlier stack continues: first the open timeline if it is a stack of the cut, then the newest stacks by
    name. Else it is the open timeline, or the one the delivery was sent from.
    """
    origin = delivery.get("origin")
    if not origin or origin["host"] != "resolve":
        return None
    names = [(ask(one, "GetName"), one) for one in session.timelines()]
    sent = [one for _, one in names if origin["timeline_id"] and ask_id(one) == origin["timeline_id"]]
    sent = sent or [one for name, one in names if name == origin["name"]]
    opened = [session.timeline] if session.timeline is not None else []
    stacks = itertools.chain((one for one in opened if is_stack_of_cut(session, one, delivery)),
                             itertools.islice(_find_newest_stacks(session, names, delivery), 3))
    found, outdated = _choose(session, delivery, stacks, opened if sent else [], sent)
    if found is not None:
        _report_choice(session, delivery, found, outdated, sent, report)
        return found
    for name, why in outdated[:1]:
        report["by_hand"].append("'%s' was not used: %s. The layers are on a new timeline, with the plates: copy what "
                                 "else you need from '%s'" % (name, why, name))
    report["notes"] += ["'%s' was not used: %s" % one for one in outdated[1:]]
    if not sent:
        report["by_hand"].append("'%s' is not in this project: the layers are on a new timeline, with the plates, but "
                                 "without the sound and everything else of the cut" % origin["name"])
    return None


def _find_newest_stacks(session, names, delivery):
    """Yield the stacks of the cut among ``names``, (name, timeline), from the newest; each is read when it is next."""
    by_version = sorted((parse_stack_name(name)[1:], at) for at, (name, _) in enumerate(names)
                        if (parse_stack_name(name) or ("",))[0] == delivery["name"])
    return (names[at][1] for _, at in reversed(by_version) if is_stack_of_cut(session, names[at][1], delivery))


def _choose(session, delivery, stacks, opened, sent):
    """Return the first fitting timeline of ``stacks``, ``opened`` and ``sent``, or None, and what does not fit.

    The latter are the (name, reason) of those that the editor has worked on: the stacks, and the one that was sent.
    """
    tried, outdated = [], []
    every = itertools.chain(((one, True) for one in stacks), ((one, False) for one in opened),
                            ((one, True) for one in sent[:1]))
    for timeline, is_worked_on in every:
        if ask_id(timeline) not in tried:
            tried.append(ask_id(timeline))
            why = describe_mismatch(session, timeline, delivery)
            if not why:
                return timeline, outdated
            if is_worked_on or tried[-1] in map(ask_id, sent):
                outdated.append((ask(timeline, "GetName"), why))
    return None, outdated


def _report_choice(session, delivery, found, outdated, sent, report):
    """Report work on another timeline that is not on the duplicate."""
    name, opened = ask(found, "GetName"), session.timeline
    for old, why in outdated[:1]:
        report["by_hand"].append("'%s' no longer matches the cut (%s): the layers are on a duplicate of '%s', without "
                                 "your work in '%s'" % (old, why, name, old))
    if opened is None or ask_id(opened) == ask_id(found) or ask(opened, "GetName") in [old for old, _ in outdated]:
        return
    is_of_cut = ask_id(opened) in map(ask_id, sent) or not describe_mismatch(session, opened, delivery)
    if is_of_cut:  # it may have titles or sound that are newer
        report["by_hand"].append("the layers are on a duplicate of the stack '%s', and not of the open '%s': copy what "
                                 "is new there" % (name, ask(opened, "GetName")))


def is_stack_of_cut(session, timeline, delivery):
    """Return whether a timeline holds layers of the delivery's cut, of any version.

    Another cut may have shots of the same names, which are those of the camera's clips: the name, the output folder or
    a plate in its place must be the same, too.
    """
    clips = [clip for track in delivery["tracks"] for clip in track["clips"]]
    layers = {layer_of_files(clip): clip for clip in clips if layer_of_files(clip)}
    paths = (item_path(item) for number in reversed(track_numbers(timeline)) for item in track_items(timeline, number))
    found = ((path, parse_layer_name(re.split(r"[/\\]", path)[-1])) for path in paths)
    own = ((path, layers[layer[:2]]) for path, layer in found if layer is not None and layer[:2] in layers)
    first = next(own, None)
    if first is None:
        return False
    is_named_so = (parse_stack_name(ask(timeline, "GetName")) or ("",))[0] == delivery["name"]
    if is_named_so or any(output_folder(path) == output_folder(media_path(clip)) for path, clip in [first] + list(own)):
        return True
    plates = PlateFinder(timeline, delivery["fps"], ClipTimes(session.resolve, timeline))
    return any(plates.find_tracks(clip) for track in filter(is_plate, delivery["tracks"]) for clip in track["clips"])


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
            if not clip["is_nested"] and not plates.find_tracks(clip):
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

    def find_covering(self, clip):
        """Return the numbers of the tracks with an item of the editor's all over the place of a clip, bottom to top."""
        first, end = self.start + clip["record_first"], self.start + clip["record_first"] + clip["record_count"]
        return sorted(number for (start, duration), found in self.items.items() for number, item in found
                      if start <= first and end <= start + duration and not is_layer(item_path(item)))

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
