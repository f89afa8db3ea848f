"""The timeline an import builds on: a duplicate or a new empty one. Existing timelines are never changed."""

import os

from toolkit_resolve.base_timeline import PlateFinder, choose_base_timeline
from toolkit_resolve.clip_times import ClipTimes
from toolkit_resolve.delivery import stack_name
from toolkit_resolve.host import HostError, ask, ask_id, call, find_new, get_constant, insist, unique_id
from toolkit_resolve.layout import audio_counts, layout, video_counts
from toolkit_resolve.report import count_of
from toolkit_resolve.resolve_values import find_unused_name, is_same_value, rate_text, to_file_name


class BaseChanged(HostError):
    """The editor's timeline is not as it was, although it is only ever read."""


class TargetTimeline:
    """``timeline`` is the one we created, named ``name``; ``base`` is the one it duplicates, or None.

    ``times``: the speeds and in points of its clips.
    """

    def __init__(self, session, delivery, report):
        self.session, self.delivery, self.report = session, delivery, report
        self.timeline = self.base = self.base_layout = self.name = self.timeline_id = self.known = self.times = None

    def open(self, is_new, folder):
        """Duplicate or create the timeline, and open it. Raises HostError."""
        self.base = None if is_new else choose_base_timeline(self.session, self.delivery, self.report)
        if self.base is None:
            self._create_empty()
        else:
            self._export_snapshot(folder)
            self._duplicate_base()
        self.report["timeline"] = self.name = ask(self.timeline, "GetName")
        self.session.select_timeline(self.timeline)
        self.times = ClipTimes(self.session.resolve, self.timeline)
        if self.base is None:
            self._apply_settings()

    def _create_with_unused_name(self, create):
        """Create a timeline under an unused name. It is looked up afterwards, whatever Resolve returns."""
        every = self.session.timelines()
        taken, self.known = [ask(timeline, "GetName") for timeline in every], [ask_id(timeline) for timeline in every]
        for attempt in range(10):  # no new timeline may mean that the name is taken, although no timeline shows it
            self.name = find_unused_name(stack_name(self.delivery), taken)
            result = create(self.name)
            result_id = None if result is None else unique_id(result)
            self.timeline_id = None if result_id in self.known else result_id
            new = find_new(self.session.timelines(), self.known)
            if len(new) == 1 and ask(new[0], "GetName") == self.name:
                self.timeline_id = ask_id(new[0])
                return new[0]
            if new:
                raise HostError("Resolve shows %s instead of one named '%s'"
                                % (count_of(len(new), "new timeline"), self.name))
            if result is not None:  # an existing timeline, which must not be changed or deleted
                raise HostError("Resolve returned the existing timeline '%s' instead of a new one"
                                % ask(result, "GetName"))
            taken += [self.name] if attempt % 2 else []
        raise HostError("Resolve did not create the timeline '%s'" % self.name)

    def _create_empty(self):
        self.timeline = self._create_with_unused_name(lambda name: call(self.session.pool, "CreateEmptyTimeline", name))
        if any(video_counts(self.timeline)):
            raise HostError("the new timeline is not empty")

    def _duplicate_base(self):
        self.session.select_timeline(self.base)
        self.base_layout = layout(self.base)
        self.timeline = self._create_with_unused_name(lambda name: call(self.base, "DuplicateTimeline", name))
        self.report["made_from"] = ask(self.base, "GetName")
        if layout(self.timeline) != self.base_layout or audio_counts(self.timeline) != audio_counts(self.base):
            raise HostError("the duplicate of '%s' differs from it" % ask(self.base, "GetName"))

    def _export_snapshot(self, folder):
        """Export the base as a .drt beside the delivery; File > Import > Timeline restores it."""
        resolve, name = self.session.resolve, ask(self.base, "GetName")
        path = os.path.join(folder, "%s before import.drt" % to_file_name(name))
        if os.path.isfile(path):
            os.remove(path)
        self.session.select_timeline(self.base)
        kind, part = get_constant(resolve, "EXPORT_DRT", None), get_constant(resolve, "EXPORT_NONE", None)
        for _ in range(2):  # the first may not be answered
            if kind is not None and part is not None and not os.path.isfile(path):
                call(self.base, "Export", path, kind, part)
        if os.path.isfile(path) and os.path.getsize(path):
            self.report["snapshot"] = path
        else:
            self.report["notes"].append("Resolve did not export a .drt of '%s': there is no backup file" % name)

    def _apply_settings(self):
        """Set rate, size and start timecode. Raises HostError on a wrong rate: every clip would be misplaced."""
        drop, fps = self.delivery["drop_frame"], self.delivery["fps"]
        settings = [("timelineFrameRate", rate_text(fps, drop)),
                    ("timelineResolutionWidth", str(self.delivery["width"])),
                    ("timelineResolutionHeight", str(self.delivery["height"]))]
        current = [self._get_setting(key) for key, _ in settings]
        is_set = all(is_same_value(found, value) for found, (_, value) in zip(current, settings))
        if not is_set or drop != ("DF" in str(current[0])):
            own = [("useCustomSettings", "1"), ("timelineDropFrameTimecode", str(int(drop)))]
            for key, value in own + settings:
                insist(self.timeline, "SetSetting", key, value)
        found = [self._get_setting(key) for key, _ in settings]
        wrong = [not is_same_value(one, value) for one, (_, value) in zip(found, settings)]
        if wrong[0]:
            rate, wanted = found[0] if isinstance(found[0], str) else rate_text(found[0] or 0), settings[0][1]
            raise HostError("the timeline's frame rate is %s, not %s: create a project whose timeline frame rate is %s "
                            "and import there" % (rate, wanted, wanted))
        if any(wrong):
            self.report["by_hand"].append("the timeline's resolution is %s x %s, not %s x %s: change it in Timeline "
                                          "Settings" % (found[1], found[2], settings[1][1], settings[2][1]))
        insist(self.timeline, "SetStartTimecode", self.delivery["start_timecode"])
        start = ask(self.timeline, "GetStartTimecode"), ask(self.timeline, "GetStartFrame")
        expected = self.delivery["start_timecode"], self.delivery["start_frame"]
        # A start before frame 0 (After Effects) is the previous day's timecode in Resolve, with its frame number.
        if start[0] != expected[0] or (start[1] != expected[1] and expected[1] >= 0):
            sentence = "the timeline starts at %s (frame %s), not %s (frame %s): set its Starting Timecode"
            self.report["by_hand"].append(sentence % (start + expected))

    def _get_setting(self, key):
        return self.session.get_setting(self.timeline, key)

    def find_plate_track(self, track, lower, is_inner):
        """Return the highest track of the duplicate that holds a plate of ``track``; 0 if none does.

        A plate may be on several tracks: the lowest above ``lower`` counts, the track of the previous plate track. The
        clips of ``track`` are plates, or layers whose plates the delivery does not have, since their speed varies; for
        these, and for plates inside a compound clip, it is what lies there. ``is_inner``: tracks for that are below.
        """
        plates = PlateFinder(self.timeline, self.delivery["fps"], self.times)
        numbers_by_clip = [is_plate(track) and plates.find_tracks(clip) or not is_inner and plates.find_covering(clip)
                           for clip in track["clips"]]
        return max([next((number for number in numbers if number > lower), numbers[0])
                    for numbers in numbers_by_clip if numbers] or [0])

    def verify_base_unchanged(self):
        """Raise HostError if the duplicated timeline has changed."""
        if self.base is not None and layout(self.base) != self.base_layout:
            snapshot = self.report.get("snapshot")
            raise BaseChanged("Resolve changed '%s' while its duplicate was built%s" % (
                ask(self.base, "GetName"),
                ": restore it with File > Import > Timeline from %s" % snapshot if snapshot else ""))

    def describe_created(self):
        """Describe what was created, or may have been, for a message."""
        return ["the timeline '%s'" % self.name] if self.name else []

    def roll_back(self):
        """Delete the timeline, if it is known by its id; return what remains. Raises NotAnswering."""
        if self.timeline_id is not None:
            is_left = not self.session.delete_timeline(self.timeline_id)
        else:
            is_left = self.known is not None and bool(set(map(ask_id, self.session.timelines())) - set(self.known))
        return self.describe_created() if is_left else []
