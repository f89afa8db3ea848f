"""Where a new layer goes: as delivered, or as the editor had trimmed, slipped or moved the older one.

An older layer that lies elsewhere than its new version is delivered was either changed by the editor, or it was made
for a plate that has changed since: then the new one goes where it is delivered. The media tells which: that of a layer
covers its plate, with the same handles each time. So does another layer of the shot that is where the delivery says.
"""

import collections

from toolkit_resolve.bins import media_path
from toolkit_resolve.delivery import is_plate, media_count
from toolkit_resolve.host import ask, ask_optional
from toolkit_resolve.layout import item_path
from toolkit_resolve.old_layers import retime_of
from toolkit_resolve.resolve_values import frames_between, is_same_value, parse_number

Finding = collections.namedtuple(
    "Finding", "first count has_speed head own_head own_tail offset is_plain is_timed has_media is_other_retime")
"""An older layer beside its new version, in frames: ``first`` and ``count`` on the timeline, ``head`` in the new media
and ``own_head`` in its own, ``own_tail`` after its end, and ``offset``: how far its pictures are from those of the new
version. None where that cannot be known.

``has_speed``: whether it runs at the delivered speed. ``is_plain``: at 100 % and the timeline's rate. ``is_timed``:
whether timecodes tell how the two media are to each other. ``has_media``: whether they cover the same.
``is_other_retime``: whether one has a retime in its files that the other has not."""


class OldPlaces:
    """Compares the layers of a stack with a delivery. ``pairs`` are (clip, its media, the layers that it replaces)."""

    def __init__(self, timeline, delivery, times, pairs):
        self.start, self.delivery, self.times = ask(timeline, "GetStartFrame"), delivery, times
        self.found = {old.id: self._compare(old, clip, media) for clip, media, olds in pairs for old in olds}
        found = [(clip, self.found[old.id]) for clip, _, olds in pairs for old in olds]
        self.shots_in_place = {clip["shot"] for clip, one in found if one.offset == 0 and is_in_place(one, clip)}
        """The shots with a layer exactly as delivered: their plates have not changed."""
        self.shots_in_sync = {clip["shot"] for clip, one in found if one.is_plain and one.offset == 0
                              and one.first < clip["record_first"] + clip["record_count"]
                              and clip["record_first"] < one.first + one.count}
        """The shots with a layer over the plate as it is now, however trimmed."""
        self.shots_at_speed = {clip["shot"] for clip, one in found if one.has_speed}
        self.plates = {(clip["shot"], clip["record_first"]): clip
                       for track in filter(is_plate, delivery["tracks"]) for clip in track["clips"]}

    def _compare(self, old, clip, media):
        old_media, fps, first = ask_optional(old.item, "GetMediaPoolItem"), clip["fps"], old.start - self.start
        timecodes, rates, counts = [[ask_optional(item, "GetClipProperty", key) for item in (old_media, media)]
                                    for key in ("Start TC", "FPS", "Frames")]
        has_speed = self._has_speed(old, clip)
        is_plain = clip["speed"] == 1 and is_same_value(fps, self.delivery["fps"])
        is_rate_same = is_same_value(rates[0], fps)
        shift = frames_between(timecodes[1], timecodes[0], fps) if is_rate_same else None
        is_timed = bool(shift) or frames_between(timecodes[1], clip.get("timecode"), fps) == 0
        if not is_timed and not is_same_value(counts[0], counts[1]):
            shift = None
        own_head = old.head if is_plain else self.times.head(old.item, fps)
        is_other_retime = retime_of(item_path(old.item)) != retime_of(media_path(clip))
        if own_head is None or not is_rate_same or has_speed is False or is_other_retime:
            return Finding(first, old.duration, has_speed, None, None, None, None, is_plain, is_timed, False,
                           is_other_retime)
        own_head = int(own_head) if is_plain else own_head
        length = source_length(clip, old.duration, self.delivery["fps"])
        own_tail = (parse_number(counts[0]) or 0) - own_head - length
        head = offset = None
        if shift is not None:
            head = own_head + shift
            expected = clip["in_frame"] + first - clip["record_first"] if is_plain else clip["in_position"]
            offset = head - expected if is_plain or is_in_place((first, old.duration), clip) else None
            offset = 0 if offset is not None and abs(offset) < 0.51 else offset
        has_media = shift == 0 and is_same_value(counts[0], media_count(clip))
        return Finding(first, old.duration, has_speed, head, own_head, own_tail, offset, is_plain, is_timed, has_media,
                       False)

    def _has_speed(self, old, clip):
        """Return whether an older layer runs at the delivered speed; None if Resolve does not tell."""
        if media_count(clip) == 1:
            return True
        found = self.times.has_speed(old.item, clip["speed"])
        if found is False and not old.is_shown and self.times.has_speed(old.item, 1):
            return True  # placed and switched off before 21.1, where only the editor can set the speed
        if found is not None or clip["speed"] != 1:
            return found
        first, last = (ask_optional(old.item, name) for name in ("GetSourceStartFrame", "GetSourceEndFrame"))
        if not isinstance(first, (int, float)) or not isinstance(last, (int, float)):
            return None
        span, expected = last - first, source_length(clip, old.duration, self.delivery["fps"])
        if abs(span) > media_count(clip) + 2:  # it counts on the timecode
            return None
        return abs(span - expected) <= 2

    def plan(self, old, clip):
        """Return how the new layer is placed, and why.

        ``delivered``: as it is delivered anyway. ``carried``: as the older one, which the editor has changed.
        ``unsure``: as the older one, which the editor or the cut has changed.

        The others are placed as delivered. ``changed``: the plate has changed. ``moved``, ``retimed``: the plate was,
        or else the older one. ``unknown``: the editor may have slipped the older one. ``slip``, ``trim``, ``speed``:
        the editor has changed the older one.
        """
        one = self.found[old.id]
        if one.is_other_retime:
            return clip, "changed" if is_in_place(one, clip) else "trim"
        if one.has_speed is False:
            return clip, "speed" if clip["shot"] in self.shots_at_speed else "retimed"
        in_place, is_plate_same = is_in_place(one, clip), clip["shot"] in self.shots_in_place
        if in_place and one.offset == 0:
            return clip, "delivered"
        is_moved = not is_plate_same and not (one.has_media and clip["shot"] in self.shots_in_sync)
        if is_moved and self._is_untouched(one, clip):
            return clip, "moved" if one.has_media else "changed"
        if one.offset is None and in_place:
            return clip, "unknown"
        if one.offset is None or not one.is_plain:
            return clip, "slip" if in_place else "trim"
        if is_plate_same:
            return self._carry(one, clip, one.first, one.first + one.count, "carried")
        if one.has_media and (in_place or clip["shot"] in self.shots_in_sync):
            is_sure = one.is_timed and self._has_handles(one, clip)
            return self._carry(one, clip, one.first, one.first + one.count, "carried" if is_sure else "unsure")
        if one.offset == 0:
            return self._carry_edges(one, clip)
        return clip, "trim"

    def _is_untouched(self, one, clip):
        """Return whether an older layer has the handles of the new one, which then are those it was delivered with."""
        length = source_length(clip, clip["record_count"], self.delivery["fps"])
        tail = media_count(clip) - clip["in_position"] - length
        return one.own_head is not None and abs(one.own_head - clip["in_position"]) < 1 and abs(one.own_tail - tail) < 1

    def _has_handles(self, one, clip):
        """Return whether the plate goes on beyond the layer's media at the ends that were changed.

        Media that ends with its plate's is the same for any part of it.
        """
        plate = self.plates.get((clip["shot"], clip["record_first"]))
        if plate is None:
            return False
        is_head_changed = one.offset != 0 or one.first != clip["record_first"]
        is_tail_changed = one.offset != 0 or one.first + one.count != clip["record_first"] + clip["record_count"]
        tail = media_count(clip) - clip["in_frame"] - clip["frame_count"]
        has_head = plate["in_frame"] > clip["in_frame"]
        has_tail = media_count(plate) - plate["in_frame"] - plate["frame_count"] > tail
        return (has_head or not is_head_changed) and (has_tail or not is_tail_changed)

    def _carry_edges(self, one, clip):
        """Keep the ends of an older layer that the editor may have trimmed; the others follow the plate."""
        first, end = one.first, one.first + one.count
        tail = media_count(clip) - clip["in_frame"] - clip["record_count"]
        first = clip["record_first"] if one.own_head == clip["in_frame"] else first
        end = clip["record_first"] + clip["record_count"] if one.own_tail == tail else end
        if first >= end:
            return clip, "trim"
        if (first, end - first) == (clip["record_first"], clip["record_count"]):
            return clip, "changed"
        return self._carry(one, clip, first, end, "unsure")

    def _carry(self, one, clip, first, end, why):
        head = one.head + first - one.first
        if head < 0 or head + end - first > media_count(clip):
            return clip, "trim"
        return dict(clip, record_first=first, record_count=end - first, in_frame=head, in_position=float(head),
                    off_by_one=0), why


def is_in_place(place, clip):
    """Return whether (start, duration, …) is where a clip is delivered."""
    return tuple(place[:2]) == (clip["record_first"], clip["record_count"])


def source_length(clip, count, fps):
    """Return how many frames of a clip's media ``count`` frames of the timeline show."""
    return count * abs(clip["speed"]) * clip["fps"] / fps
