"""The timeline that is built on: a duplicate, or an empty one. Nothing that was there before is changed."""

import os

from toolkit_resolve.base import choose_base, plate_tracks
from toolkit_resolve.delivery import stack_name
from toolkit_resolve.host import Trouble, ask, constant, identity
from toolkit_resolve.layout import audio_counts, layout, occupancy
from toolkit_resolve.spelling import file_name_for, rate_text, same, unused


class Target:
    """``timeline`` is ours, called ``name``; ``base`` is the one it duplicates, None when it stands alone."""

    def __init__(self, session, delivery, report):
        self.session, self.delivery, self.report = session, delivery, report
        self.timeline = self.base = self.base_layout = self.name = self.known = None

    def open(self, on_its_own, folder):
        """Duplicate or make the timeline, and open it. Raises Trouble."""
        self.base = None if on_its_own else choose_base(self.session, self.delivery, self.report["notes"])
        if self.base is None:
            self._make()
        else:
            self._snapshot(folder)
            self._duplicate()
        self.report["timeline"] = self.name = ask(self.timeline, "GetName")
        self.session.select(self.timeline)
        if self.base is None:
            self._set_up()

    def _named(self, make):
        """Make a timeline under a name that no other has; what was made is looked up, whatever Resolve answers."""
        every = self.session.timelines()
        taken, known = [ask(timeline, "GetName") for timeline in every], [identity(timeline) for timeline in every]
        for _ in range(5):  # none made may mean: the name is taken after all
            self.name = unused(stack_name(self.delivery), taken)
            taken.append(self.name)
            answer = make(self.name)
            new = [timeline for timeline in self.session.timelines() if identity(timeline) not in known]
            if new:
                self.known = identity(new[0])
                return new[0]
            if answer is not None:  # whatever it is, it is not ours to fill or to take away again
                raise Trouble("Resolve hands out the timeline '%s', which was there before" % ask(answer, "GetName"))
        raise Trouble("Resolve makes no timeline called '%s'" % self.name)

    def _make(self):
        self.timeline = self._named(lambda name: ask(self.session.pool, "CreateEmptyTimeline", name))
        if any(occupancy(self.timeline)):
            raise Trouble("the new timeline is not empty")

    def _duplicate(self):
        self.session.select(self.base)
        self.base_layout = layout(self.base)
        self.timeline = self._named(lambda name: ask(self.base, "DuplicateTimeline", name))
        self.report["made_from"] = ask(self.base, "GetName")
        if layout(self.timeline) != self.base_layout or audio_counts(self.timeline) != audio_counts(self.base):
            raise Trouble("the duplicate of '%s' is not like it" % ask(self.base, "GetName"))

    def _snapshot(self, folder):
        """The base as a .drt beside the delivery; File > Import > Timeline brings it back."""
        resolve, name = self.session.resolve, ask(self.base, "GetName")
        path = os.path.join(folder, "%s before import.drt" % file_name_for(name))
        if os.path.isfile(path):
            os.remove(path)
        self.session.select(self.base)
        kind, part = constant(resolve, "EXPORT_DRT", None), constant(resolve, "EXPORT_NONE", None)
        if kind is not None and part is not None:
            ask(self.base, "Export", path, kind, part)
        if os.path.isfile(path) and os.path.getsize(path):
            self.report["snapshot"] = path
        else:
            self.report["notes"].append("Resolve exports no .drt of '%s': the duplicate is all that protects it" % name)

    def _set_up(self):
        """Rate, size and start timecode. A wrong rate is Trouble: every frame would land wrong."""
        drop, fps = self.delivery["drop_frame"], self.delivery["fps"]
        settings = [("timelineFrameRate", rate_text(fps, drop)),
                    ("timelineResolutionWidth", str(self.delivery["width"])),
                    ("timelineResolutionHeight", str(self.delivery["height"]))]
        says = [self._says(key) for key, _ in settings]
        if not all(same(found, wanted) for found, (_, wanted) in zip(says, settings)) or drop != ("DF" in str(says[0])):
            own = [("useCustomSettings", "1"), ("timelineDropFrameTimecode", str(int(drop)))]
            for key, wanted in own + settings:
                ask(self.timeline, "SetSetting", key, wanted)
        for key, wanted in settings:
            if not same(self._says(key), wanted):
                sentence = "the timeline's %s is %s, not %s" % (key, self._says(key), wanted)
                if key == "timelineFrameRate":
                    raise Trouble("%s: make a project with that rate and run this there" % sentence)
                self.report["by_hand"].append(sentence + ": Timeline Settings")
        ask(self.timeline, "SetStartTimecode", self.delivery["start_timecode"])
        start = ask(self.timeline, "GetStartTimecode"), ask(self.timeline, "GetStartFrame")
        wanted = self.delivery["start_timecode"], self.delivery["start_frame"]
        # What begins before 0 elsewhere has a label of the day before here, and its frame.
        if start[0] != wanted[0] or (start[1] != wanted[1] and wanted[1] >= 0):
            sentence = "the timeline starts at %s (frame %s), not at %s (frame %s): set its Starting Timecode"
            self.report["by_hand"].append(sentence % (start + wanted))

    def _says(self, key):
        return self.session.setting(self.timeline, key)

    def plates_on(self, track, lower):
        """The highest track of the duplicate on which a plate of a delivery's track lies.

        A plate may lie there on several: it is the lowest above ``lower``, where the delivery's track before lies.
        """
        lies_on = [plate_tracks(self.timeline, clip, self.delivery["fps"]) for clip in track["clips"]]
        return max(next((number for number in numbers if number > lower), numbers[0]) for numbers in lies_on)

    def untouched(self):
        """Trouble when the timeline that was duplicated is not what it was."""
        if self.base is not None and layout(self.base) != self.base_layout:
            raise Trouble("Resolve changed '%s' while its duplicate was built%s" % (
                ask(self.base, "GetName"),
                ": %s is how it was" % self.report["snapshot"] if self.report.get("snapshot") else ""))

    def names(self):
        """What may have been made, in words."""
        return ["the timeline '%s'" % self.name] if self.name else []

    def take_back(self):
        """Remove the timeline; what is left, in words."""
        return self.names() if self.known and not self.session.removes(self.known) else []
