"""What the editor changed on an older layer, carried over to the new one: trim, grade, settings, comps, markers."""

import os
import shutil
import tempfile

from toolkit_resolve.bins import set_and_read
from toolkit_resolve.delivery import media_count
from toolkit_resolve.host import ask, ask_optional, call, insist
from toolkit_resolve.inspector import property_name, value_name
from toolkit_resolve.markers import get_markers
from toolkit_resolve.report import count_of
from toolkit_resolve.resolve_values import frames_between, is_same_value
from toolkit_resolve.tracks import overlaps

DELIVERED_PROPERTIES = {"RetimeProcess": "interpolation", "MotionEstimation": "motion", "Opacity": "opacity"}
"""Inspector properties that a delivery sets, and the field of the clip."""


class CarryOver:
    """``lost[what]`` are the names of the clips for which it could not be carried over."""

    def __init__(self, resolve, timeline, fps, report):
        self.resolve = resolve
        self.fps, self.report, self.start = fps, report, ask(timeline, "GetStartFrame")
        self.carried, self.lost = 0, {}

    def plan(self, clip, olds, media):
        """Return (old layer, clip as it is to be placed) for each of the layers that a clip replaces.

        Where the trim of a part is lost, the clip is placed in full, instead of the parts there.
        """
        found = [(old,) + self.trim_like(old, clip, media) for old in olds]
        full = [(old, edited) for old, edited, is_carried in found if not is_carried][:1]
        rest = [(old, edited) for old, edited, is_carried in found
                if is_carried and not (full and overlaps(edited, clip))]
        if len(full) + len(rest) < len(found):
            self.report["by_hand"].append("'%s' is placed as delivered for %d parts of the older layer; what was done "
                                          "to one of them is carried over" % (clip["name"], len(found) - len(rest)))
        return full + rest

    def trim_like(self, old, clip, media):
        """Return ``clip`` with the place and the trim of an old layer, and whether they could be carried over.

        If not, it is ``clip`` as delivered.
        """
        place, delivered = (old.start - self.start, old.duration), (clip["record_first"], clip["record_count"])
        if self._is_retimed(old, clip):
            self._lose("speed", clip)
            return clip, False
        head = self._find_head(old, clip, media)
        if place == delivered and (clip["speed"] != 1 or head in (None, clip["in_frame"])):
            if clip["speed"] == 1 and head is None and old.head is not None and int(old.head) != clip["in_frame"]:
                self.report["notes"].append("'%s' is placed as delivered, since its media has other handles than the "
                                            "older layer's: if you had slipped that, slip it again" % clip["name"])
            return clip, True
        if clip["speed"] != 1 or head is None or head < 0 or head + old.duration > media_count(clip):
            self._lose("trim", clip)
            return clip, False
        return dict(clip, record_first=place[0], record_count=place[1], in_frame=head, in_position=float(head),
                    off_by_one=0), True

    def _find_head(self, old, clip, media):
        """Return the frame of the new media that an old layer starts on; None if that cannot be known.

        The media of two versions may have different handles; their timecodes tell by how much.
        """
        old_media = ask_optional(old.item, "GetMediaPoolItem")
        one, other = [[ask_optional(item, "GetClipProperty", key) for key in ("Start TC", "FPS", "Frames")]
                      for item in (old_media, media)]
        shift = frames_between(other[0], one[0], clip["fps"])
        is_unknown = old.head is None or shift is None or not is_same_value(one[1], clip["fps"]) \
            or not is_same_value(clip["fps"], self.fps) or (shift == 0 and not is_same_value(one[2], other[2]))
        return None if is_unknown else int(old.head) + shift

    def _is_retimed(self, old, clip):
        """Return whether the editor has given an old layer another speed than it was delivered with.

        Resolve tells the speed since 21.1; before, the source frames of a layer at 100 % tell most of it.
        """
        speed = ask_optional(old.item, "GetSpeed")
        if isinstance(speed, dict) and "Percentage" in speed:
            return not any(is_same_value(speed["Percentage"], one) for one in (100, 100 * clip["speed"]))
        first, last = (ask_optional(old.item, name) for name in ("GetSourceStartFrame", "GetSourceEndFrame"))
        are_known = isinstance(first, (int, float)) and isinstance(last, (int, float))
        if clip["speed"] != 1 or media_count(clip) == 1 or not are_known:
            return False
        span, expected = last - first, old.duration * clip["fps"] / self.fps
        return abs(span - expected) > 2 and abs(span) <= media_count(clip) + 2  # else it counts on the timecode

    def lose_trim(self, clip):
        """Report that a trimmed layer could only be placed as delivered."""
        self._lose("trim", clip)

    def copy(self, old, new, defaults, clip):
        """Give a new layer the grade, settings, comps, markers and state of the one it replaces.

        ``defaults`` are its properties right after it was placed. What cannot be carried over is reported at the end.
        """
        found = ask_optional(old.item, "GetProperty")
        for key, value in sorted((found if isinstance(found, dict) else {}).items()):
            self._carry_property(key, value, new, defaults, clip)
        if insist(old.item, "CopyGrades", [new]) is not True:
            self._lose("grade", clip)
        if not old.is_shown:
            insist(new, "SetClipEnabled", False)
            if ask_optional(new, "GetClipEnabled") is not False:
                self._lose("off switch", clip)
        colour = ask_optional(old.item, "GetClipColor")
        if colour and insist(new, "SetClipColor", colour) is not True:
            self._lose("clip colour", clip)
        for flag in ask_optional(old.item, "GetFlagList") or ask_optional(old.item, "GetFlagList") or []:
            if insist(new, "AddFlag", flag) is not True:
                self._lose("flags", clip)
        for frame, marker in get_markers(old.item).items():
            values = [marker.get(key, "") for key in ("color", "name", "note")]
            for _ in range(2):
                if frame not in get_markers(new):
                    call(new, "AddMarker", frame,
                         *(values + [marker.get("duration", 1), str(marker.get("customData", ""))]))
            if frame not in get_markers(new):
                self._lose("markers", clip)
        self._carry_comps(old, new, clip)
        self.carried += 1

    def _carry_property(self, key, value, new, defaults, clip):
        field = DELIVERED_PROPERTIES.get(key)
        if field is not None and clip[field] not in ("host", 100.0):
            now = ask_optional(new, "GetProperty", key)
            if value != defaults.get(key) and not is_same_value(value, now):
                self.report["by_hand"].append("'%s': %s is %s, as delivered; on the older layer it was %s"
                                              % ((clip["name"], property_name(key))
                                                 + tuple(value_name(self.resolve, key, one) for one in (now, value))))
        elif value != defaults.get(key):
            if not is_same_value(set_and_read(new, "Property", key, value), value):
                self._lose(property_name(key), clip)
            elif field is not None:  # set by the editor, or by the delivery of the older layer
                self.report["notes"].append("'%s': %s is %s, as on the older layer"
                                            % (clip["name"], property_name(key), value_name(self.resolve, key, value)))

    def _carry_comps(self, old, new, clip):
        count = ask(old.item, "GetFusionCompCount") or ask(old.item, "GetFusionCompCount")  # 0 may be a failure
        if count and ask(new, "GetFusionCompCount"):  # the delivery's own comp has just been added on request
            self._lose("Fusion comp", clip)
        elif count:
            folder = tempfile.mkdtemp(prefix="toolkit_comps_")
            try:
                for index in range(1, count + 1):
                    self._copy_comp(old, new, index, os.path.join(folder, "%d.comp" % index))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            if ask(new, "GetFusionCompCount") < count:
                self._lose("Fusion comp", clip)

    def _copy_comp(self, old, new, index, path):
        insist(old.item, "ExportFusionComp", path, index)
        for _ in range(2):
            if os.path.isfile(path) and ask(new, "GetFusionCompCount") < index:
                call(new, "ImportFusionComp", path)

    def report_order(self, others, old, number, clip):
        """Report what lay under or over an old layer and lies on the other side of the new one, on track ``number``."""
        for at, start, duration, name in others:
            overlaps = start < old.start + old.duration and old.start < start + duration
            if overlaps and (at < old.number) != (at < number):
                self.report["by_hand"].append("'%s' is %s '%s' now: move its track if that is wrong" % (
                    clip["name"], "under" if at > number else "over", name))

    def _lose(self, what, clip):
        names = self.lost.setdefault(what, [])
        if "'%s'" % clip["name"] not in names:
            names.append("'%s'" % clip["name"])

    def finish(self, base_name):
        """Report what was carried over and what was not."""
        if self.carried:
            self.report["notes"].append("%s replaced; grade, settings, trim and comps were carried over%s" % (
                count_of(self.carried, "layer"), ", except as said" if self.lost else ""))
        for what, names in sorted(self.lost.items()):
            self.report["by_hand"].append("the %s of %s could not be carried over: copy it from '%s'"
                                          % (what, ", ".join(names), base_name))
