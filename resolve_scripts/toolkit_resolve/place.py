"""Putting a clip on its frame: append, measure what landed, take a wrong try off again and try the next way."""

import math

from toolkit_resolve.delivery import media_count, pictures
from toolkit_resolve.files import kept, read_json, write_json
from toolkit_resolve.host import Trouble, ask, ask_all, identity
from toolkit_resolve.layout import item_facts, occupancy
from toolkit_resolve.spelling import same

HABITS = "resolve_habits.json"


class Habits:
    """Which way worked, for each version of Resolve and kind of media. Only the order of the tries depends on it."""

    def __init__(self, version):
        found = read_json(kept(HABITS))
        self.all = found if isinstance(found, dict) else {}
        self.version, known = str(version), self.all.get(str(version))
        self.ways = {kind: tuple(way) for kind, way in known.items()} if isinstance(known, dict) else {}

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
    """Appends to one timeline, and only to that one."""

    def __init__(self, session, timeline, fps, report):
        self.session, self.timeline, self.fps, self.notes = session, timeline, fps, report["notes"]
        self.habits = Habits(report["resolve"])

    def record(self, clip):
        """Where a clip starts, as Resolve counts: from midnight, not from the timeline's first frame."""
        return ask(self.timeline, "GetStartFrame") + clip["record_first"]

    def place(self, number, clip, item):
        """The timeline item of a clip on video track ``number``, measured. Raises Trouble."""
        count, faults = pictures(clip, self.fps), []
        for way in self.habits.first(clip["kind"], ways(clip, self.fps)):
            before = occupancy(self.timeline)
            landed = self._append(number, clip, item, count, way)
            if occupancy(self.timeline) == before:
                continue
            faults.append(self._fault(number, clip, item, landed, before))
            if not faults[-1]:
                self.habits.keep(clip["kind"], way, self.notes)
                if ask(landed[0], "GetLeftOffset") is None:
                    self.notes.append("'%s': its in point cannot be read back" % clip["name"])
                return landed[0]
            for _ in range(2):  # the first DeleteClips fails now and then
                if occupancy(self.timeline) != before:
                    ask(self.timeline, "DeleteClips", landed, False)
            if occupancy(self.timeline) != before:
                raise Trouble(faults[-1] + ", and Resolve does not take it off again")
        raise Trouble((faults or ["Resolve places nothing there"])[0])

    def _append(self, number, clip, item, count, way):
        self.session.select(self.timeline)
        first = clip["in_frame"] + (clip["start_index"] if way[0] else 0)
        answer = ask_all(self.session.pool, "AppendToTimeline", [{
            "mediaPoolItem": item, "startFrame": first, "endFrame": first + count + way[1], "mediaType": 1,
            "trackIndex": number, "recordFrame": self.record(clip)}])
        return [one for one in answer if ask(one, "GetDuration") is not None]

    def _fault(self, number, clip, item, landed, before):
        """What is wrong with what landed, in words; empty when nothing is."""
        if occupancy(self.timeline) != [held + (track == number) for track, held in enumerate(before, 1)]:
            return "it lands on another track"
        if len(landed) != 1:
            return "Resolve hands out %d clips for it" % len(landed)
        if item_facts(landed[0]) != (self.record(clip), clip["record_count"], identity(item)):
            return "it starts at frame %s and lasts %s frames of media %s" % item_facts(landed[0])
        head = ask(landed[0], "GetLeftOffset")
        if head is not None and same(clip["fps"], self.fps) and int(head) != clip["in_frame"]:
            return "it begins %s pictures into its media instead of %d" % (head, clip["in_frame"])
        return ""


def unplaceable(clip, fps):
    """Why no script can place a clip, known before Resolve is asked; empty for most."""
    if pictures(clip, fps):
        return ""
    return ("'%s' runs at %g %% and its media (%d pictures) is too short to hold its place before it has that speed: "
            "import return.otio for it, or lay it by hand" % (clip["name"], 100 * clip["speed"], media_count(clip)))
