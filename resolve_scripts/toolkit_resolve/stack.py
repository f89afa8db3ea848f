"""Import Passes: bins, timeline, tracks, clips; all of it right, or nothing of it there."""

import os

from toolkit_resolve.bins import Bins
from toolkit_resolve.delivery import in_record_order, is_plate, read_delivery
from toolkit_resolve.dress import Dresser
from toolkit_resolve.host import Trouble, ask
from toolkit_resolve.layout import audio_counts, find_item, item_facts, layout
from toolkit_resolve.markers import add_marker, mark
from toolkit_resolve.place import Placer, Unfilled, unplaceable
from toolkit_resolve.report import stopped_by
from toolkit_resolve.session import Session
from toolkit_resolve.target import Target
from toolkit_resolve.tracks import Tracks

STACK_FLAGS = ("--beside", "--comps", "--new-timeline", "--keep-partial")


class Stack:
    """One import. ``flags`` are those of STACK_FLAGS that were asked for."""

    def __init__(self, resolve, path, flags, report):
        self.flags, self.report = flags, report
        self.delivery, self.root = read_delivery(path), os.path.dirname(path)
        self.session = Session(resolve)
        self.bins = Bins(self.session, report["by_hand"])
        self.target = Target(self.session, self.delivery, report)
        self.placed = []

    def build(self):
        """Build and compare; on any failure take everything back. Raises Trouble."""
        ask(self.session.resolve, "OpenPage", "edit")  # where DeleteClips works
        try:
            self._build()
        except BaseException as error:
            left = self._take_back()
            if not isinstance(error, Exception):
                raise
            said = str(error) if isinstance(error, Trouble) else stopped_by(error)
            if not self.session.answers():
                said += "; Resolve does not answer any more: is a dialog open?"
            if left:
                raise Trouble("%s; look whether it has kept %s, and remove that by hand" % (said, " and ".join(left)))
            raise Trouble(said + ("; the project is as it was" if self.session.answers() else "; nothing was made yet"))

    def _build(self):
        self.bins.open(self.delivery["name"])
        self.target.open("--new-timeline" in self.flags, self.root)
        tracks = Tracks(self.target, self.delivery, self.report)
        if self.target.base is not None:
            tracks.clear("--beside" in self.flags)
        tracks.lay()
        self.before = layout(self.target.timeline), audio_counts(self.target.timeline)
        self._place_all(tracks)
        mark(self.target.timeline, self.delivery["markers"], self.report["by_hand"])
        self._read_back()
        self.target.untouched()
        self._tell()

    def _place_all(self, tracks):
        placer = Placer(self.session, self.target.timeline, self.delivery["fps"], self.report)
        dresser = Dresser(self.session.resolve, self.target.timeline, self.report)
        shots = {}
        for track in self.delivery["tracks"]:
            if track["name"] not in tracks.number:
                continue  # a plate that the duplicate has
            for clip in in_record_order(track):
                item = self._place(placer, tracks.number[track["name"]], clip)
                if item is None:
                    continue
                dresser.dress(item, clip, not is_plate(track), "--comps" in self.flags)
                if not is_plate(track):
                    shots.setdefault(clip["shot"], []).append(self.placed[-1][:2])
        self.session.select(self.target.timeline)
        for shot, places in shots.items():
            dresser.link(shot, [find_item(self.target.timeline, *place) for place in places])

    def _place(self, placer, number, clip):
        media = self.bins.item(clip, self.delivery["name"], clip["shot"])
        why = unplaceable(clip, self.delivery["fps"])
        if why:
            self.report["by_hand"].append(why)
            return None
        try:
            item = placer.place(number, clip, media)
        except Unfilled as unfilled:
            self.report["by_hand"].append("'%s' is left out: %s" % (clip["name"], unfilled))
            return None
        except Trouble as trouble:
            self._fail("'%s' is not on track %d: %s" % (clip["name"], number, trouble))
            return None
        self.placed.append((number, item_facts(item), clip["name"]))
        return item

    def _fail(self, sentence):
        if "--keep-partial" not in self.flags:
            raise Trouble(sentence)
        self.report["problems"].append(sentence)

    def _read_back(self):
        """What is on the timeline in the end is what was there, and what was placed."""
        found, expected = layout(self.target.timeline), [list(facts) for facts in self.before[0]]
        for number, facts, name in self.placed:
            if number <= len(found) and facts in found[number - 1]:
                expected[number - 1].append(facts)
                self.report["placed"].append({"track": number, "name": name, "start": facts[0], "duration": facts[1]})
            else:
                self._fail("'%s' is gone from track %d, frame %d" % (name, number, facts[0]))
        if [sorted(facts, key=str) for facts in found] != [sorted(facts, key=str) for facts in expected]:
            self._fail("what was on the timeline before is not as it was")
        if audio_counts(self.target.timeline) != self.before[1]:
            self._fail("audio came along that nobody asked for")

    def _tell(self):
        report, timeline = self.report, self.target.timeline
        where = "a duplicate of '%s'" % report["made_from"] if report["made_from"] else "a timeline of its own"
        report["done"] = "'%s', %s: %d clips placed" % (report["timeline"], where, len(report["placed"]))
        told = report["problems"] + report["by_hand"]
        if told:  # few editors have the Console open
            add_marker(timeline, 0, "Red", report["entry"], "\n".join(told))

    def _take_back(self):
        """The timeline goes, then the media on it, then what was open is opened. What may be left, in words."""
        self.report.update(placed=[], timeline=None)
        self.report["by_hand"][:] = []
        steps = (self.target.take_back, self.bins.take_back)
        return self.session.taken_back(steps, self.target.names() + self.bins.names())


def import_stack(resolve, path, flags, report):
    """Import the delivery at ``path``; ``report`` gets what happened. Raises Trouble, with the project as it was."""
    report.update(delivery=path, resolve=ask(resolve, "GetVersionString"), timeline=None, made_from=None,
                  snapshot=None, placed=[])
    stack = Stack(resolve, path, flags, report)
    report["notes"] += stack.delivery["notes"]
    stack.build()
