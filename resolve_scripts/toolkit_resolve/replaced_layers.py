"""The layers that a new version replaces: found by their media, wherever the editor put them."""

import os

from toolkit_resolve.bins import media_path, path_key
from toolkit_resolve.host import ask, ask_id, ask_optional, call, insist
from toolkit_resolve.layout import item_path, item_placement, track_items, track_name, track_numbers
from toolkit_resolve.old_layers import OldLayer, Other, output_folder
from toolkit_resolve.report import count_of
from toolkit_resolve.resolve_values import join_names, parse_layer_name, parse_layer_track
from toolkit_resolve.uses import Uses


class ReplacedLayers:
    """``old[(shot, pass)]`` are the items to replace; ``kept[name]`` the ids of clips that are already there.

    Older layers that are off were set aside, by --beside, by Compare Versions or by the editor, and stay; unless there
    are no others: then the newest of them are replaced.
    """

    def __init__(self, timeline, delivery, times, report, is_stack, is_beside):
        self.timeline, self.report, self.start = timeline, report, ask(timeline, "GetStartFrame")
        self.is_stack, self.is_beside = is_stack, is_beside
        self.old, self.kept, self.others, self.stayed, self.newest = {}, {}, {}, [], {}
        """``others``: by id, everything that is not replaced; ``stayed``: old layers that are shown, since the new ones
        are not right; ``newest``: by pass, the version."""
        clips = [clip for track in delivery["tracks"] for clip in track["clips"]]
        self.clips = clips = {parse_layer_name(clip["name"])[:2]: clip for clip in clips
                              if parse_layer_name(clip["name"])}
        self._read_tracks(Uses(clips.values(), self.start, delivery["fps"], times))
        self._replace_strays(clips)
        for key, olds in list(self.old.items()):
            newest = max(old.layer[2] for old in olds)
            self.old[key] = [old for old in olds if old.is_shown] or [old for old in olds if old.layer[2] == newest]
        shown = [old.name for key, clip in clips.items() if clip["name"] in self.kept
                 for old in self.old.pop(key, []) if old.is_shown]
        if shown:
            report["by_hand"].append("%s and the version to import are on the timeline already: choose with Compare "
                                     "Versions what is shown" % join_names(shown))
        self._report_kept()

    def _read_tracks(self, uses):
        numbers = track_numbers(self.timeline)
        is_on = {number: ask_optional(self.timeline, "GetIsTrackEnabled", "video", number) is not False
                 for number in numbers}
        family = {number: (parse_layer_track(track_name(self.timeline, number)) or ("",))[0] for number in numbers}
        shown = {family[number] for number in numbers if is_on[number]} - {""}
        items = [(item, item_path(item), number) for number in numbers for item in track_items(self.timeline, number)]
        layers = [parse_layer_name(os.path.basename(path.replace("\\", "/"))) for _, path, _ in items]
        clips = uses.assign([(item, path, layer) for (item, path, _), layer in zip(items, layers)])
        found = [one + (layer, clip) for one, layer, clip in zip(items, layers, clips) if clip is not None]
        for (item, path, number), layer, clip in zip(items, layers, clips):
            if clip is None:
                self._add_other(item, path, layer, number, is_on[number])
        folders = {output_folder(path) for item, path, _, _, clip in found if self._is_of_shot(item, path, clip)}
        foreign = []
        for item, path, number, layer, clip in found:
            is_same = path_key(path) == path_key(media_path(clip))
            if not is_same and output_folder(path) not in folders:
                if is_on[number] and ask_optional(item, "GetClipEnabled") is not False:
                    foreign.append("%s_%s_v%03d" % layer)
                continue
            key = parse_layer_name(clip["name"])[:2]  # files and clip are named alike, unless several clips share them
            old = OldLayer(number, item, key + layer[2:], is_on[number], family[number] in shown)
            if is_same:
                self.kept.setdefault(clip["name"], []).append(old)
            else:
                self.newest[layer[1]] = max(layer[2], self.newest.get(layer[1], 0))
                self.old.setdefault(key, []).append(old)
        if foreign:
            self.report["by_hand"].append("left as they are, being of another output folder: %s. Switch off what is of "
                                          "this cut" % join_names(foreign))

    def _add_other(self, item, path, layer, number, is_on):
        name = os.path.basename(path) or ask(item, "GetName") or "a title"
        is_shown = bool(layer) and is_on and ask_optional(item, "GetClipEnabled") is not False
        name = "%s_%s_v%03d" % layer if layer else name
        self.others[ask_id(item)] = Other(*((number,) + item_placement(item)[:2] + (name, layer, is_shown)))

    def _replace_strays(self, clips):
        """Treat layers of this version like older ones if their plate has moved; name those that were moved themselves.

        ``kept`` then has the ids of the layers that stay.
        """
        over = {name: any(self._is_over(old, clip) for old in self.kept.get(name, []) + self.old.get(key, []))
                for key, clip in clips.items() for name in [clip["name"]]}
        shots = {clip["shot"] for clip in clips.values() if over[clip["name"]]}
        moved = [(key, clip) for key, clip in clips.items() if clip["name"] in self.kept and not over[clip["name"]]]
        for key, clip in moved:
            if clip["shot"] not in shots:
                self.old.setdefault(key, []).extend(self.kept.pop(clip["name"]))
        beside = [clip["name"] for _, clip in moved if clip["shot"] in shots]
        if beside:
            self.report["by_hand"].append("%s: not over the plate, although other layers of the shot are. They stay "
                                          "where they are: move them if that is wrong" % join_names(beside))
        for olds in self.kept.values():
            for old in olds:
                self.others[old.id] = Other(old.number, old.start, old.duration, old.name, old.layer, old.is_shown)
        self.kept = {name: [old.id for old in olds] for name, olds in self.kept.items()}

    def _is_over(self, old, clip):
        first = self.start + clip["record_first"]
        return old.start < first + clip["record_count"] and first < old.start + old.duration

    def find_under(self, track):
        """Return the ids of shown BODY layers that stay and that the clips of a FACE track must be over."""
        clips = [clip for clip in track["clips"] if track["pass_name"] == "FACE"]
        return [one for one, other in self.others.items() if other.is_shown and other.layer[1] == "BODY"
                and any(clip["shot"] == other.layer[0] and self._is_over(other, clip) for clip in clips)]

    def _is_of_shot(self, item, path, clip):
        """Return whether a layer is surely one of this shot: from the delivery's output folder, or at the same time."""
        if output_folder(path) == output_folder(media_path(clip)):
            return True
        start, duration, _ = item_placement(item)
        return self._is_over(Other(0, start, duration, "", None, True), clip)

    def _report_kept(self):
        if self.kept:
            self.report["notes"].append(
                "on the timeline in this version already, and left as they are: %s. If they were rendered again and "
                "Resolve still shows the old pictures: Playback > Delete Render Cache > All, or reopen the project"
                % count_of(len(self.kept), "layer"))

    def report_missing(self, known):
        """Report the layers without an older one on a stack, although the media pool has one: those in ``known``."""
        missing = [clip["name"] for key, clip in self.clips.items() if clip["name"] in known
                   and clip["name"] not in self.kept and key not in self.old]
        if missing and (self.is_stack or self.old or self.kept):
            self.report["by_hand"].append("no older layer was found for %s: if you had deleted it, delete the new one; "
                                          "if it is inside a compound clip, switch it off there" % join_names(missing))

    def find_again(self):
        """Read on which tracks everything is, after tracks were added."""
        is_needed = self.old or any(other.layer for other in self.others.values())
        numbers = {ask_id(item): number for number in track_numbers(self.timeline)
                   for item in track_items(self.timeline, number)} if is_needed else {}
        for old in self.items() + self.stayed:
            old.number = numbers[old.id]
        self.others = {one: other._replace(number=numbers[one]) for one, other in self.others.items() if one in numbers}

    def items(self):
        """Return all old layers."""
        return [old for olds in self.old.values() for old in olds]

    def find(self, clip):
        """Return the old layers that a clip replaces: several if the editor cut one in two."""
        layer = parse_layer_name(clip["name"])
        return self.old.get(layer[:2], []) if layer else []

    def keep(self, olds):
        """Keep old layers whose new ones are not there or not right: an older version is better than none."""
        olds = [old for old in olds if old.is_shown or not self.is_beside]
        for old in olds:
            self.old[old.layer[:2]].remove(old)
            self.stayed += [old] if old.is_shown else []
        if olds:
            does, then = ("stays on", "switch it off") if self.is_beside else ("was kept", "delete it")
            self.report["by_hand"].append("the older %s %s; %s when the new one is right"
                                          % (join_names(old.name for old in olds), does, then))

    def report_hidden(self, placed):
        """Report new layers, (track number, placement, name), that an older BODY, which is opaque, lies over."""
        shots = [old.layer[0] for old in self.stayed if old.layer[1] == "FACE"]  # their new one is off or missing
        for old in [old for old in self.stayed if old.layer[1] == "BODY" and old.layer[0] not in shots]:
            under = [name for number, (start, duration, _), name in placed
                     if number < old.number and parse_layer_name(name)[:2] == (old.layer[0], "FACE")
                     and start < old.start + old.duration and old.start < start + duration]
            if under:
                self.report["by_hand"].append("%s is hidden under the older '%s': move the track of that down"
                                              % (join_names(under), old.name))

    def report_off(self):
        """Report new layers that are off like their older ones, where it may not be the editor who did that."""
        names = [self.clips[old.layer[:2]]["name"] for old in self.items()
                 if not old.is_shown and (old.is_aside or old.layer[2] < self.newest.get(old.layer[1], 0))]
        if names:
            self.report["by_hand"].append("switched off, as their older versions were: %s. Switch on what you want to "
                                          "see" % join_names(names))

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
            self.report["notes"].append("the older layers on '%s' are switched off one by one, since it holds other "
                                        "clips: Compare Versions does not show them" % name)
            for old in olds:
                insist(old.item, "SetClipEnabled", False)
                if ask_optional(old.item, "GetClipEnabled") is not False:
                    self.report["by_hand"].append("disable '%s' on the track '%s'" % (old.name, name))

    def remove(self):
        """Delete the old layers, and tracks of ours that this empties; return the numbers of the deleted tracks.

        Returns None if Resolve does not delete them.
        """
        wanted = {old.id: old for old in self.items()}
        locked = [number for number in {old.number for old in wanted.values()}
                  if ask_optional(self.timeline, "GetIsTrackLocked", "video", number)]
        for number in locked:  # of the stack, not of the editor's timeline
            insist(self.timeline, "SetTrackLock", "video", number, False)
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
                    continue
            if number in locked:
                insist(self.timeline, "SetTrackLock", "video", number, True)
        return deleted
