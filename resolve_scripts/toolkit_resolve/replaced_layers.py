"""The layers that a new version replaces: found by their media, with what the editor changed on them carried over."""

import os
import shutil
import tempfile

from toolkit_resolve.bins import set_and_read
from toolkit_resolve.delivery import media_count
from toolkit_resolve.host import ask, ask_id, ask_optional, call, insist
from toolkit_resolve.layout import item_path, item_placement, track_items, track_name, track_numbers
from toolkit_resolve.markers import get_markers
from toolkit_resolve.resolve_values import is_same_value, parse_layer_name, parse_layer_track

DELIVERED_PROPERTIES = {"RetimeProcess": "interpolation", "MotionEstimation": "motion", "Opacity": "opacity"}
"""Inspector properties that a delivery may set, and the field of the clip."""


class OldLayer:
    """An item of an earlier version: its track, what it shows and where."""

    def __init__(self, number, item, layer):
        self.number, self.item, self.layer, self.id = number, item, layer, ask_id(item)
        self.start, self.duration, self.media_id = self.placement = item_placement(item)
        self.head = ask_optional(item, "GetLeftOffset")

    @property
    def name(self):
        """Its name as in the delivery, ``sh010_FACE_v001``."""
        return "%s_%s_v%03d" % self.layer


class ReplacedLayers:
    """``old[(shot, pass)]`` are the items of other versions; ``kept[name]`` the ids of clips that are already there."""

    def __init__(self, timeline, delivery, report):
        self.timeline, self.report, self.start = timeline, report, ask(timeline, "GetStartFrame")
        self.old, self.kept, self.carried, self.lost = {}, {}, 0, {}
        clips = {parse_layer_name(clip["name"])[:2]: clip for track in delivery["tracks"] for clip in track["clips"]
                 if parse_layer_name(clip["name"])}
        for number in track_numbers(timeline):
            for item in track_items(timeline, number):
                layer = parse_layer_name(os.path.basename(item_path(item).replace("\\", "/")))
                if layer and layer[:2] in clips:
                    if parse_layer_name(clips[layer[:2]]["name"]) == layer:
                        self.kept.setdefault(clips[layer[:2]]["name"], []).append(ask_id(item))
                    else:
                        self.old.setdefault(layer[:2], []).append(OldLayer(number, item, layer))
        if self.kept:
            report["notes"].append("%d layers are on the timeline in this version already and stay as they are. If "
                                   "they were rendered again and Resolve still shows the old pictures: Playback > "
                                   "Delete Render Cache > All, or reopen the project" % len(self.kept))
        if self.old or self.kept:
            for clip in clips.values():
                if clip["name"] not in self.kept and parse_layer_name(clip["name"])[:2] not in self.old:
                    report["notes"].append("'%s' had no earlier version on the timeline: it is new, or its layer was "
                                           "deleted there" % clip["name"])

    def find_again(self):
        """Read on which tracks the old layers are, after tracks were added."""
        numbers = {ask_id(item): number for number in track_numbers(self.timeline)
                   for item in track_items(self.timeline, number)} if self.old else {}
        for old in self.items():
            old.number = numbers[old.id]

    def items(self):
        """Return all old layers."""
        return [old for olds in self.old.values() for old in olds]

    def find(self, clip):
        """Return the old layers that a clip replaces: several if the editor cut one in two."""
        layer = parse_layer_name(clip["name"])
        return self.old.get(layer[:2], []) if layer else []

    def keep(self, clip):
        """Keep the old layers of a clip that could not be placed: an older version is better than none."""
        layer = parse_layer_name(clip["name"])
        for old in self.old.pop(layer[:2], []) if layer else []:
            self.report["by_hand"].append("'%s' stays on the timeline until then" % old.name)

    def trim_like(self, old, clip, media):
        """Return ``clip`` with the place and the trim of an old layer; as delivered if that cannot be carried over."""
        place = old.start - self.start, old.duration
        if place == (clip["record_first"], clip["record_count"]) and old.head is not None \
                and (clip["speed"] != 1 or int(old.head) == clip["in_frame"]):
            return clip
        old_media = ask_optional(old.item, "GetMediaPoolItem")
        same_start = is_same_value(ask_optional(old_media, "GetClipProperty", "Start TC"),
                                   ask_optional(media, "GetClipProperty", "Start TC"))
        same_rate = is_same_value(ask_optional(old_media, "GetClipProperty", "FPS"), clip["fps"])
        if clip["speed"] != 1 or old.head is None or not same_start or not same_rate \
                or int(old.head) + old.duration > media_count(clip):
            self._lose("trim", clip)
            return clip
        return dict(clip, record_first=place[0], record_count=place[1], in_frame=int(old.head),
                    in_position=float(int(old.head)), off_by_one=0)

    def lose_trim(self, clip):
        """Report that a trimmed layer could only be placed as delivered."""
        self._lose("trim", clip)

    def carry_over(self, old, new, defaults, clip):
        """Give a new layer the grade, settings, comps, markers and state of the one it replaces.

        ``defaults`` are its properties right after it was placed. What cannot be carried over is reported at the end.
        """
        found = ask_optional(old.item, "GetProperty")
        for key, value in sorted((found if isinstance(found, dict) else {}).items()):
            field = DELIVERED_PROPERTIES.get(key)
            is_delivered = field is not None and clip[field] not in ("host", 100.0)
            if value != defaults.get(key) and not is_delivered \
                    and not is_same_value(set_and_read(new, "Property", key, value), value):
                self._lose(key, clip)
        if insist(old.item, "CopyGrades", [new]) is not True:
            self._lose("grade", clip)
        if ask_optional(old.item, "GetClipEnabled") is False:
            insist(new, "SetClipEnabled", False)
            if ask_optional(new, "GetClipEnabled") is not False:
                self._lose("off switch", clip)
        colour = ask_optional(old.item, "GetClipColor")
        if colour and insist(new, "SetClipColor", colour) is not True:
            self._lose("clip colour", clip)
        for frame, marker in get_markers(old.item).items():
            values = [marker.get(key, "") for key in ("color", "name", "note")]
            call(new, "AddMarker", frame, *(values + [marker.get("duration", 1), str(marker.get("customData", ""))]))
            if frame not in get_markers(new):
                self._lose("markers", clip)
        self._carry_comps(old, new, clip)
        self.carried += 1

    def _carry_comps(self, old, new, clip):
        count = ask(old.item, "GetFusionCompCount")
        if not count or ask(new, "GetFusionCompCount"):
            return  # none, or the delivery's own comp has just been added on request
        folder = tempfile.mkdtemp(prefix="toolkit_comps_")
        try:
            for index in range(1, count + 1):
                path = os.path.join(folder, "%d.comp" % index)
                insist(old.item, "ExportFusionComp", path, index)
                if os.path.isfile(path):
                    insist(new, "ImportFusionComp", path)
            if ask(new, "GetFusionCompCount") < count:
                self._lose("Fusion comp", clip)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _lose(self, what, clip):
        self.lost.setdefault(what, []).append("'%s'" % clip["name"])

    def finish(self, base_name):
        """Report what was carried over and what was not."""
        if self.carried:
            self.report["notes"].append("replaced %d layers, each with the grade, settings, trim and comps of the one "
                                        "before" % self.carried)
        for what, names in sorted(self.lost.items()):
            self.report["by_hand"].append("the %s of %s could not be carried over: copy it from '%s'"
                                          % (what, ", ".join(names), base_name))

    def switch_off(self):
        """Switch the old layers off: their tracks where these hold nothing else, else the items; report failures."""
        by_track = {}
        for old in self.items():
            by_track.setdefault(old.number, []).append(old)
        for number, olds in sorted(by_track.items()):
            name = track_name(self.timeline, number)
            if parse_layer_track(name) and len(track_items(self.timeline, number)) == len(olds):
                insist(self.timeline, "SetTrackEnable", "video", number, False)
                if ask_optional(self.timeline, "GetIsTrackEnabled", "video", number) is not False:
                    self.report["by_hand"].append("disable the track '%s'" % name)
                continue
            for old in olds:
                insist(old.item, "SetClipEnabled", False)
                if ask_optional(old.item, "GetClipEnabled") is not False:
                    self.report["by_hand"].append("disable '%s' on the track '%s'" % (old.name, name))

    def remove(self):
        """Delete the old layers, and tracks of ours that this empties; return the numbers of the deleted tracks.

        Returns None if Resolve does not delete them.
        """
        wanted = {old.id: old for old in self.items()}
        for _ in range(3):  # the first DeleteClips fails now and then
            left = [item for number in {old.number for old in wanted.values()}
                    for item in track_items(self.timeline, number) if ask_id(item) in wanted]
            if left:
                call(self.timeline, "DeleteClips", left, False)
        if any(ask_id(item) in wanted for number in track_numbers(self.timeline)
               for item in track_items(self.timeline, number)):
            return None
        deleted = []
        for number in sorted({old.number for old in wanted.values()}, reverse=True):
            if not track_items(self.timeline, number) and parse_layer_track(track_name(self.timeline, number)):
                count = len(track_numbers(self.timeline))
                for _ in range(2):
                    if len(track_numbers(self.timeline)) == count:
                        call(self.timeline, "DeleteTrack", "video", number)
                if len(track_numbers(self.timeline)) < count:
                    deleted.append(number)
        return deleted
