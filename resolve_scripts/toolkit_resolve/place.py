"""Putting a clip on its frame: append, measure what landed, take a wrong try off again and try the next way."""

import math

from toolkit_resolve.delivery import media_count, pictures
from toolkit_resolve.files import kept, read_json, write_json
from toolkit_resolve.host import Trouble, ask, identity
from toolkit_resolve.layout import item_facts, track_items, track_numbers
from toolkit_resolve.spelling import same

HABITS = "resolve_habits.json"


class Unfilled(Trouble):
    """No whole number of pictures lasts as long as the clip: its media has another rate than the timeline."""


class Habits:
    """Which way worked, for each version of Resolve and kind of media. Only the order of the tries depends on it."""

    def __init__(self, version):
        found = read_json(kept(HABITS))
        self.all = found if isinstance(found, dict) else {}
        self.version, known = str(version), self.all.get(str(version))
        known = known if isinstance(known, dict) else {}
        self.ways = {kind: tuple(way) for kind, way in known.items() if isinstance(way, list)}

    def first(self, kind, ways):
        """``ways`` with the one that worked before in front."""
        return sorted(ways, key=lambda way: way != self.ways.get(kind))

    def keep(self, kind, way, notes):
        """Remember a way that worked."""
        if self.ways.get(kind) == way:
            return
        self.ways[kind] = way
        self.all[self.version] = {kind: list(way) for kind, way in self.ways.items()}
        try:
            write_json(kept(HABITS), self.all)
        except OSError as error:
            notes.append("what was measured is not remembered: %s" % error)


def ways(clip, fps):
    """The (count by file numbers, add to endFrame) to try: versions differ in whether a sequence is counted from 0 or
    by its file numbers, and in whether endFrame is included. Only measuring tells."""
    step = max(1, int(math.ceil(clip["fps"] / fps)))
    bases = (False,) if clip["kind"] == "movie" else (False, True)
    return [(by_file_number, extra) for by_file_number in bases for extra in (0, -1, 1, -step, step)]


class Placer:
    """Appends to one timeline, and only to that one. What landed is found by looking, whatever Resolve answers."""

    def __init__(self, session, timeline, fps, report):
        self.session, self.timeline, self.fps, self.notes = session, timeline, fps, report["notes"]
        self.habits = Habits(report["resolve"])
        self.known = [{identity(item) for item in track_items(timeline, number)} for number in track_numbers(timeline)]

    def place(self, number, clip, item):
        """The timeline item of a clip on video track ``number``, measured. Raises Trouble."""
        record, count = ask(self.timeline, "GetStartFrame") + clip["record_first"], pictures(clip, self.fps)
        faults, lengths = [], set()
        for way in self.habits.first(clip["kind"], ways(clip, self.fps)):
            self.session.select(self.timeline)
            first = clip["in_frame"] + (clip["start_index"] if way[0] else 0)
            ask(self.session.pool, "AppendToTimeline", [{
                "mediaPoolItem": item, "startFrame": first, "endFrame": first + count + way[1], "mediaType": 1,
                "trackIndex": number, "recordFrame": record}])
            self.session.select(self.timeline)  # handles of items die when another timeline comes to the front
            landed = self._landed()
            if not landed:
                self._look_for_known(number)
                continue
            fault = self._fault(number, record, clip, item, landed)
            if not fault:
                self.habits.keep(clip["kind"], way, self.notes)
                self.known[number - 1].add(identity(landed[0][1]))
                return landed[0][1]
            faults.append(fault)
            lengths.add(self._length(number, record, item, landed))
            self._take_off([one for _, one in landed], fault)
        if lengths and None not in lengths and not same(clip["fps"], self.fps):
            told = " or ".join(str(length) for length in sorted(lengths))
            raise Unfilled("whole pictures at %g frames per second last %s frames there, not %d: import return.otio "
                           "for it, or lay it by hand" % (clip["fps"], told, clip["record_count"]))
        raise Trouble((faults or ["Resolve places nothing there"])[0])

    def _length(self, number, record, item, landed):
        """How long the one clip lasts that landed where it should; None when anything else is wrong."""
        start, length, media = item_facts(landed[0][1])
        right = (len(landed), landed[0][0], start, media) == (1, number, record, identity(item))
        return length if right else None

    def _landed(self):
        """(track number, item) of every item that is new."""
        found = []
        for number, known in enumerate(self.known, 1):
            items = track_items(self.timeline, number)
            if len(items) != len(known):
                found += [(number, one) for one in items if identity(one) not in known]
        return found

    def _look_for_known(self, number):
        """Trouble when a clip that was placed before is gone again."""
        if self.known[number - 1] - {identity(one) for one in track_items(self.timeline, number)}:
            raise Trouble("a clip that was placed there before is gone again")

    def _take_off(self, items, fault):
        for _ in range(2):  # the first DeleteClips fails now and then
            if self._landed():
                ask(self.timeline, "DeleteClips", items, False)
        if self._landed():
            raise Trouble(fault + ", and Resolve does not take it off again")

    def _fault(self, number, record, clip, item, landed):
        """What is wrong with what landed, in words; empty when nothing is."""
        if [track for track, _ in landed] != [number]:
            return "it lands on video track %s" % " and ".join(str(track) for track, _ in landed)
        placed = landed[0][1]
        if item_facts(placed) != (record, clip["record_count"], identity(item)):
            return "it starts at frame %s and lasts %s frames of media %s" % item_facts(placed)
        head = ask(placed, "GetLeftOffset")
        if head is None:
            self.notes.append("'%s': its in point cannot be read back" % clip["name"])
        elif media_count(clip) > 1 and same(clip["fps"], self.fps) and int(head) != clip["in_frame"]:
            return "it begins %s pictures into its media instead of %d" % (head, clip["in_frame"])
        return ""


def unplaceable(clip, fps):
    """Why no script can place a clip, known before Resolve is asked; empty for most."""
    if pictures(clip, fps):
        return ""
    return ("'%s' runs at %g %% and its media (%d pictures) is too short to hold its place before it has that speed: "
            "import return.otio for it, or lay it by hand" % (clip["name"], 100 * clip["speed"], media_count(clip)))
