"""The video tracks of a stack: add them above their plates, and name them."""

import re

from toolkit_resolve.delivery import is_plate
from toolkit_resolve.host import HostError, ask, ask_id, ask_optional, call
from toolkit_resolve.layout import item_placement, layout, track_items, track_name, track_numbers, video_counts
from toolkit_resolve.resolve_values import parse_layer_track

INNER_TRACK = re.compile(r"\((.*, )?compound \d+\)$")
"""In the name of a track of a delivery: it goes directly over the track of the compound clips that it is inside."""
NEW_TRACK = (True, False)
"""Enabled, and not locked."""


class Tracks:
    """``number[track name]`` is the video track number of each track of the delivery."""

    def __init__(self, target, delivery, report):
        self.target, self.timeline, self.delivery, self.report = target, target.timeline, delivery, report
        self.number, self.displaced, self.slots = {}, [], []

    def add_tracks(self, kept, find_under):
        """Find or add a track for each track of the delivery, bottom to top, and yield the delivery's once it is there.

        A duplicate already has the plates. A track whose clips are all in ``kept``, {name: item ids}, is not needed;
        the next one goes above those items, and each above those that ``find_under`` returns for it.
        """
        is_duplicate = self.target.base is not None
        slots = [track_name(self.timeline, number) for number in track_numbers(self.timeline)] if is_duplicate else []
        self.slots = slots
        below, plates, lower = len(slots), len(slots), 0
        known = {clip["shot"] for track in self.delivery["tracks"] if is_plate(track) for clip in track["clips"]}
        for track in self.delivery["tracks"]:
            shots = {clip["shot"] for clip in track["clips"]}
            if is_duplicate and (is_plate(track) or not shots & known):
                known |= shots
                is_inner = lower > 0 and bool(INNER_TRACK.search(track["name"]))
                found = self.target.find_plate_track(track, lower, is_inner)
                if found:
                    below = plates = lower = found
                elif not is_inner:
                    below = plates = len(slots)
            if is_duplicate and is_plate(track):
                continue
            under = self._find_highest(find_under(track)) if is_duplicate else 0
            below = max(below, under)
            if is_duplicate and all(clip["name"] in kept for clip in track["clips"]):
                ids = [one for clip in track["clips"] for one in kept[clip["name"]]]
                below = max(below, self._find_highest(ids))
                continue
            number = self._find_usable(slots, under, track, kept) if is_duplicate else 0
            if number:
                self.number[track["name"]] = number
            else:
                number = self._add_track(slots, below, track["name"])
                self._record_displaced(slots, plates, number)
            yield track
            below = self._find_top(track["name"])
        for name, over in self.displaced:
            self.report["by_hand"].append("'%s' is above %s, because this Resolve cannot insert tracks: use Move Track "
                                          "Down, unless that is right" % (name, " and ".join(over)))

    def _find_highest(self, ids):
        """Return the number of the highest track that holds one of these items; 0 if there are none."""
        return max([0] + [number for number in (track_numbers(self.timeline) if ids else ())
                          for item in track_items(self.timeline, number) if ask_id(item) in ids])

    def _find_top(self, name):
        """Return the number of the highest track for clips of a track: it may have got lanes above it."""
        lane = re.compile(re.escape(name) + r"( \(\d+\))?$")
        return max(number for one, number in self.number.items() if lane.match(one))

    def _record_displaced(self, slots, plates, number):
        """Record which tracks below a new one are neither its plate nor part of the delivery."""
        counts, own = video_counts(self.timeline), [track["name"] for track in self.delivery["tracks"]]
        over = ["'%s'" % slots[at] for at in range(plates, number - 1)
                if counts[at] and slots[at] not in own and not parse_layer_track(slots[at])]
        self.displaced += [(slots[number - 1], over)] if over else []

    def _find_usable(self, slots, under, track, kept):
        """Return the track of an earlier import above ``under`` that a track's clips can go to; 0 if there is none.

        The editor may have put something else there. One that is off or locked stays so, with what is on it.
        """
        start = ask(self.timeline, "GetStartFrame")
        clips = [clip for clip in track["clips"] if clip["name"] not in kept]
        for number in [at for at, name in enumerate(slots, 1) if at > under and name == track["name"]]:
            taken = [item_placement(item)[:2] for item in track_items(self.timeline, number)]
            is_free = not any(overlaps(clip, {"record_first": first - start, "record_count": count})
                              for clip in clips for first, count in taken)
            if is_free and self._state(number) == NEW_TRACK:
                return number
        return 0

    def _state(self, number):
        """Return whether a track is enabled and whether it is locked; a track that is new is ``NEW_TRACK``."""
        return (ask_optional(self.timeline, "GetIsTrackEnabled", "video", number) is not False,
                bool(ask_optional(self.timeline, "GetIsTrackLocked", "video", number)))

    def add_lanes(self, name, pieces):
        """Return the pieces of a track by track name: those that overlap others get tracks above it, ``name (2)``.

        What lay lower before lies lower again.
        """
        lanes, busy = [[]], [self._occupied(name)]
        for piece in sorted(pieces, key=lambda piece: piece.old.number if piece.old is not None else 0):
            at = next((at for at, clips in enumerate(busy) if not any(overlaps(piece.edited, one) for one in clips)),
                      len(lanes))
            if at == len(lanes):
                lanes.append([])
                busy.append([])
            lanes[at].append(piece)
            busy[at].append(piece.edited)
        names = [name] + ["%s (%d)" % (name, number) for number in range(2, len(lanes) + 1)]
        for below, lane in zip(names, names[1:]):
            self._add_track(self.slots, self.number[below], lane)
        return dict(zip(names, lanes))

    def _occupied(self, name):
        """Return what is on a track already, as clips."""
        start = ask(self.timeline, "GetStartFrame")
        places = [item_placement(item)[:2] for item in track_items(self.timeline, self.number[name])]
        return [{"record_first": first - start, "record_count": count} for first, count in places]

    def _describe(self):
        """Return what tells the tracks apart from a new one, (layout, states, names), each bottom to top.

        The name is None where Resolve gives it by the number, which changes when a track is inserted.
        """
        names = [track_name(self.timeline, number) for number in track_numbers(self.timeline)]
        return (layout(self.timeline), [self._state(number) for number in range(1, len(names) + 1)],
                [None if re.match(r"\D+%d$" % number, name) else name for number, name in enumerate(names, 1)])

    def _add_track(self, slots, below, name):
        """Add a track above track ``below``, or on top if Resolve cannot insert; ``slots`` are the track names."""
        number = len(slots) + 1
        before = self._describe()
        if len(before[0]) < number:
            for options in ([{"index": below + 1}] if below + 1 < number else [], []):
                if layout(self.timeline) == before[0] and call(self.timeline, "AddTrack", "video", *options) is None:
                    if layout(self.timeline) == before[0]:
                        call(self.timeline, "AddTrack", "video", *options)
            number = _find_added_track(before, self._describe(), below + 1)
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


def overlaps(one, other):
    """Return whether two clips overlap in the timeline."""
    return (one["record_first"] < other["record_first"] + other["record_count"]
            and other["record_first"] < one["record_first"] + one["record_count"])


def _find_added_track(before, after, wanted):
    """Return the number of the empty track added between ``before`` and ``after``; 0 if there is none.

    Names and states tell it from empty tracks of the editor's, one of which may be off or locked. Among tracks that are
    all alike it does not matter; it is ``wanted``, where it was asked for, if that is one of them, else the highest.
    """
    def is_added(number, parts):
        return all(after[part][:number - 1] + after[part][number:] == before[part] for part in parts)

    empty = [number for number in range(len(after[0]), 0, -1)
             if not after[0][number - 1] and after[1][number - 1] == NEW_TRACK]
    for parts in ((0, 1, 2), (0, 1)):  # a version may number the names of its tracks in another way
        found = [number for number in empty if is_added(number, parts)]
        if found:
            return wanted if wanted in found else found[0]
    return 0
