"""What the editor changed on an older layer, carried over to the new one: trim, grade, settings, comps, markers."""

import os
import shutil
import tempfile

from toolkit_resolve.bins import set_and_read
from toolkit_resolve.host import ask, ask_optional, call, insist
from toolkit_resolve.inspector import property_name, value_name
from toolkit_resolve.markers import get_markers
from toolkit_resolve.old_places import OldPlaces
from toolkit_resolve.report import count_of
from toolkit_resolve.resolve_values import is_same_value
from toolkit_resolve.tracks import overlaps

DELIVERED_PROPERTIES = {"RetimeProcess": "interpolation", "MotionEstimation": "motion", "Opacity": "opacity"}
"""Inspector properties that a delivery sets, and the field of the clip."""
LOST = ("speed", "slip", "trim")
PLACES = (
    ("changed", "notes", "%s: as delivered, since the plate is not where it was for the older layer in '%s', or shows "
     "other source frames"),
    ("moved", "by_hand", "%s: over the plate, as delivered; the older layer in '%s' is not. If you had moved that on "
     "purpose, and not only the plate, move the new one"),
    ("retimed", "by_hand", "%s: at the speed that is delivered; the older layer in '%s' has another. If you had set "
     "that, and not only the plate's, set it again"),
    ("unsure", "by_hand", "%s: placed like the older layer in '%s', and not as delivered. Whether you trimmed or "
     "slipped that, or only its plate was changed since, cannot be told: check the first and last frame"),
    ("unknown", "by_hand", "%s: placed as delivered. Whether you had slipped the older layer in '%s' cannot be told, "
     "since Resolve does not show which frames of the plate that starts on: if you had, slip the new one"),
    ("speed unknown", "by_hand", "%s: this Resolve does not tell the speed of the older layer in '%s'. If you had "
     "changed it, the in point and the speed of the new one are wrong"))
"""Why layers are where they are, the list of the report that it goes to, and the sentence there."""


class CarryOver:
    """``lost[what]`` are the names of the clips for which it could not be carried over, and ``places[why]`` of those
    whose places are told at the end, see ``OldPlaces.plan``.

    ``pairs`` are (clip, its media, the layers that it replaces).
    """

    def __init__(self, resolve, timeline, delivery, report, times, pairs):
        self.resolve = resolve
        self.report, self.carried, self.lost, self.places = report, 0, {}, {}
        self.old_places = OldPlaces(timeline, delivery, times, pairs)

    def plan(self, clip, olds):
        """Return (old layer, clip as it is to be placed) for each of the layers that a clip replaces.

        Where the trim of a part is lost, the clip is placed in full, instead of the parts there.
        """
        found = [(old,) + self.old_places.plan(old, clip) for old in olds]
        for old, edited, why in found:
            if why in LOST:
                self._lose(why, clip)
            else:
                _add_name(self.places, why, clip)
            if self.old_places.found[old.id].has_speed is None:
                _add_name(self.places, "speed unknown", clip)
        full = [(old, edited) for old, edited, why in found if why in LOST + ("retimed",)][:1]
        rest = [(old, edited) for old, edited, why in found
                if why not in LOST + ("retimed",) and not (full and overlaps(edited, clip))]
        if len(full) + len(rest) < len(found):
            self.report["by_hand"].append("'%s' is placed as delivered for %d parts of the older layer; what was done "
                                          "to one of them is carried over" % (clip["name"], len(found) - len(rest)))
        return full + rest

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

    def _lose(self, what, clip):
        _add_name(self.lost, what, clip)

    def finish(self, base_name):
        """Report what was carried over and what was not."""
        if self.carried:
            self.report["notes"].append("%s replaced; grade, settings, trim and comps were carried over%s" % (
                count_of(self.carried, "layer"), ", except as said" if self.lost else ""))
        for what, names in sorted(self.lost.items()):
            self.report["by_hand"].append("the %s of %s could not be carried over: copy it from '%s'"
                                          % (what, ", ".join(names), base_name))
        for why, kind, sentence in PLACES:
            if why in self.places:
                self.report[kind].append(sentence % (", ".join(self.places[why]), base_name))


def _add_name(names, key, clip):
    """Add a clip's name to ``names[key]``, once."""
    found = names.setdefault(key, [])
    if "'%s'" % clip["name"] not in found:
        found.append("'%s'" % clip["name"])
