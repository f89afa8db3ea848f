"""The video tracks of a stack: laid above their plates, named, and rid of the layers they replace."""

from toolkit_resolve.delivery import is_plate
from toolkit_resolve.host import Trouble, ask
from toolkit_resolve.layout import (
    item_facts, item_path, layer_tracks, layout, occupancy, track_items, track_name, track_numbers,
)
from toolkit_resolve.spelling import layer_track


class Tracks:
    """``number[track name]`` is where each track of the delivery lies."""

    def __init__(self, target, delivery, report):
        self.target, self.timeline, self.delivery, self.report = target, target.timeline, delivery, report
        self.number, self.displaced = {}, []

    def clear(self, beside):
        """Take off the layers that the delivery's replace: those of the same pass, over the same frames.

        ``beside`` leaves other versions where they are, switched off.
        """
        start, resting = ask(self.timeline, "GetStartFrame"), []
        for number, (family, version) in sorted(layer_tracks(self.timeline).items(), reverse=True):
            places = [(start + clip["record_first"], clip["record_count"], found[1])
                      for found, clip in self._layers() if found[0] == family]
            old = [item for item in track_items(self.timeline, number)
                   if any(_overlap(item_facts(item), place) for place in places)]
            if old and beside and version not in [place[2] for place in places]:
                resting.append(number)
            elif old:
                self._take_off(number, old)
        for number in resting:
            ask(self.timeline, "SetTrackEnable", "video", number, False)
            if ask(self.timeline, "GetIsTrackEnabled", "video", number) is not False:
                self.report["by_hand"].append("switch off the track '%s'" % track_name(self.timeline, number))

    def _layers(self):
        tracks = [track for track in self.delivery["tracks"] if not is_plate(track)]
        named = [(layer_track(track["name"]), track) for track in tracks]
        return [(found, clip) for found, track in named if found for clip in track["clips"]]

    def _take_off(self, number, old):
        """Remove items from a track, and the track when it is empty then. Raises Trouble when Resolve does not."""
        name, before = track_name(self.timeline, number), layout(self.timeline)
        gone = [item_facts(item) for item in old]
        before[number - 1] = [facts for facts in before[number - 1] if facts not in gone]
        for _ in range(2):  # the first DeleteClips fails now and then
            if layout(self.timeline) != before:
                ask(self.timeline, "DeleteClips", old, False)
        if layout(self.timeline) == before and not before[number - 1]:
            ask(self.timeline, "DeleteTrack", "video", number)
            del before[number - 1]
        if layout(self.timeline) != before:
            raise Trouble("Resolve does not take the older layers off the track '%s'" % name)
        note = "replaced: %d clips of '%s'; a grade on them is not carried over"
        self.report["notes"].append(note % (len(old), name))

    def lay(self):
        """Find or add a track for each of the delivery's, from below; on a duplicate the plates have theirs."""
        duplicate = self.target.base is not None
        slots = [track_name(self.timeline, number) for number in track_numbers(self.timeline)] if duplicate else []
        below, plates, lower = len(slots), len(slots), 0
        for track in self.delivery["tracks"]:
            if duplicate and is_plate(track):
                below = plates = lower = self.target.plates_on(track, lower)
            elif duplicate and track["name"] in slots:
                below = self._use_again(slots.index(track["name"]) + 1, track["name"])
            else:
                below = self._add(slots, below, track["name"])
                self._note_displaced(slots, plates, below)
        for name, over in self.displaced:
            self.report["by_hand"].append("'%s' lies over %s, since this Resolve inserts no tracks: Move Track Down, "
                                          "unless that is right" % (name, " and ".join(over)))

    def _note_displaced(self, slots, plates, number):
        """Remember what a track lies over that is neither its plate nor of the delivery."""
        held, ours = occupancy(self.timeline), [track["name"] for track in self.delivery["tracks"]]
        over = ["'%s'" % slots[at] for at in range(plates, number - 1) if held[at] and slots[at] not in ours]
        self.displaced += [(slots[number - 1], over)] if over else []

    def _use_again(self, number, name):
        self.number[name] = number
        if ask(self.timeline, "GetIsTrackEnabled", "video", number) is False:
            ask(self.timeline, "SetTrackEnable", "video", number, True)
        return number

    def _add(self, slots, below, name):
        """Add a track above track ``below`` (the slots tell what is where), or on top where Resolve cannot insert."""
        number = len(slots) + 1
        before = layout(self.timeline)
        if len(before) < number:
            if below + 1 < number:
                ask(self.timeline, "AddTrack", "video", {"index": below + 1})
            if layout(self.timeline) == before:
                ask(self.timeline, "AddTrack", "video")
            number = _where_added(before, layout(self.timeline), below + 1)
            if not number:
                raise Trouble("Resolve adds no video track for %s" % name)
        self.number = {one: known + (known >= number) for one, known in self.number.items()}
        self.number[name] = number
        slots.insert(number - 1, name)
        ask(self.timeline, "SetTrackName", "video", number, name)
        if track_name(self.timeline, number) != name:
            self.report["by_hand"].append("name video track %d '%s'" % (number, name))
        return number


def _where_added(before, after, wanted):
    """The number of the empty track that makes ``after`` of ``before``; 0 when there is none."""
    fits = [number for number in range(1, len(after) + 1)
            if not after[number - 1] and after[:number - 1] + after[number:] == before]
    return wanted if wanted in fits else (fits[-1] if fits else 0)


def _overlap(facts, place):
    return facts[0] < place[0] + place[1] and place[0] < facts[0] + facts[1]
