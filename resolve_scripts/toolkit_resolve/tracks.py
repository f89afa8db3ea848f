"""The video tracks of a stack: add them above their plates, and name them."""

from toolkit_resolve.delivery import is_plate
from toolkit_resolve.host import HostError, ask_id, ask_optional, call
from toolkit_resolve.layout import layout, track_items, track_name, track_numbers, video_counts
from toolkit_resolve.resolve_values import parse_layer_track


class Tracks:
    """``number[track name]`` is the video track number of each track of the delivery."""

    def __init__(self, target, delivery, report):
        self.target, self.timeline, self.delivery, self.report = target, target.timeline, delivery, report
        self.number, self.displaced = {}, []

    def _enable(self, number, enabled):
        """Enable or disable a track, and return whether it is enabled; None if Resolve does not report it."""
        for _ in range(2):
            if ask_optional(self.timeline, "GetIsTrackEnabled", "video", number) is not enabled:
                call(self.timeline, "SetTrackEnable", "video", number, enabled)
        return ask_optional(self.timeline, "GetIsTrackEnabled", "video", number)

    def add_tracks(self, kept):
        """Find or add a track for each track of the delivery, bottom to top; a duplicate already has the plates.

        A track whose clips are all in ``kept``, {name: item ids}, is not needed; the next one goes above those items.
        """
        is_duplicate = self.target.base is not None
        slots = [track_name(self.timeline, number) for number in track_numbers(self.timeline)] if is_duplicate else []
        below, plates, lower = len(slots), len(slots), 0
        for track in self.delivery["tracks"]:
            if is_duplicate and is_plate(track):
                below = plates = lower = self.target.find_plate_track(track, lower)
            elif is_duplicate and all(clip["name"] in kept for clip in track["clips"]):
                ids = [one for clip in track["clips"] for one in kept[clip["name"]]]
                below = max([below] + [number for number in track_numbers(self.timeline)
                                       for item in track_items(self.timeline, number) if ask_id(item) in ids])
            elif is_duplicate and track["name"] in slots:
                below = self._reuse_track(slots.index(track["name"]) + 1, track["name"])
            else:
                below = self._add_track(slots, below, track["name"])
                self._record_displaced(slots, plates, below)
        for name, over in self.displaced:
            self.report["by_hand"].append("'%s' is above %s, because this Resolve cannot insert tracks: use Move Track "
                                          "Down, unless that is right" % (name, " and ".join(over)))

    def _record_displaced(self, slots, plates, number):
        """Record which tracks below a new one are neither its plate nor part of the delivery."""
        counts, own = video_counts(self.timeline), [track["name"] for track in self.delivery["tracks"]]
        over = ["'%s'" % slots[at] for at in range(plates, number - 1)
                if counts[at] and slots[at] not in own and not parse_layer_track(slots[at])]
        self.displaced += [(slots[number - 1], over)] if over else []

    def _reuse_track(self, number, name):
        self.number[name] = number
        self._enable(number, True)
        return number

    def _add_track(self, slots, below, name):
        """Add a track above track ``below``, or on top if Resolve cannot insert; ``slots`` are the track names."""
        number = len(slots) + 1
        before = layout(self.timeline)
        if len(before) < number:
            for options in ([{"index": below + 1}] if below + 1 < number else [], []):
                if layout(self.timeline) == before and call(self.timeline, "AddTrack", "video", *options) is None:
                    if layout(self.timeline) == before:
                        call(self.timeline, "AddTrack", "video", *options)
            number = _find_added_track(before, layout(self.timeline), below + 1)
            if not number:
                raise HostError("Resolve did not add a video track for %s" % name)
        self.number = {one: known + (known >= number) for one, known in self.number.items()}
        self.number[name] = number
        slots.insert(number - 1, name)
        for _ in range(2):
            if track_name(self.timeline, number) != name:
                call(self.timeline, "SetTrackName", "video", number, name)
        if track_name(self.timeline, number) != name:
            self.report["by_hand"].append("name video track %d '%s'" % (number, name))
        return number


def _find_added_track(before, after, preferred):
    """Return the number of the empty track added between ``before`` and ``after``; 0 if there is none."""
    candidates = [number for number in range(1, len(after) + 1)
                  if not after[number - 1] and after[:number - 1] + after[number:] == before]
    return preferred if preferred in candidates else (candidates[-1] if candidates else 0)
