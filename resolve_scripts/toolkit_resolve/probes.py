"""Self Check: how this Resolve behaves where versions differ, measured on a scratch timeline that goes again."""

import os
import platform
import shutil
import sys
import tempfile

from toolkit_resolve.bins import bin_named
from toolkit_resolve.delivery import DELIVERY_SCHEMA
from toolkit_resolve.export import export_otio
from toolkit_resolve.host import Trouble, ask, ask_all, ask_surely, constant, identity, is_studio, known_of, must
from toolkit_resolve.layout import layout, track_items, track_numbers
from toolkit_resolve.markers import markers_of
from toolkit_resolve.report import stopped_by
from toolkit_resolve.scratch import SCRATCH_COUNT, SCRATCH_FIRST, write_sequence
from toolkit_resolve.session import Session
from toolkit_resolve.spelling import same, unused
from toolkit_resolve.window import open_ui

SCRATCH = "toolkit self check"
NEEDED = ("make", "imported", "end_frame")
"""What the probes after it stand on."""
CONSTANTS = ("EXPORT_OTIO", "EXPORT_DRT", "EXPORT_NONE", "RETIME_NEAREST", "RETIME_FRAME_BLEND", "RETIME_OPTICAL_FLOW",
             "MOTION_EST_STANDARD_FASTER", "MOTION_EST_ENHANCED_BETTER", "MOTION_EST_SPEED_WARP_BETTER",
             "MOTION_EST_SPEED_WARP_FASTER", "COMPOSITE_NORMAL")
SETTINGS = ("timelineFrameRate", "colorScienceMode", "colorSpaceInput", "colorSpaceTimeline",
            "imageRetimeInterpolation")


class SelfCheck:
    """``found`` gets one entry for each probe: what was measured, or what went wrong."""

    def __init__(self, resolve, found):
        self.resolve, self.found, self.session = resolve, found, Session(resolve)
        self.pool, self.bin, self.folder, self.timeline, self.media = self.session.pool, None, None, None, None
        self.item = None

    def run(self):
        """Every probe, then everything is removed; what is left in the project, in words."""
        self.before = known_of(self.session.timelines())
        self.disk = tempfile.mkdtemp(prefix="toolkit_self_check_")
        try:
            for probe in (self.host, self.make, self.imported, self.end_frame, self.numbering, self.clip_properties,
                          self.item_properties, self.speed, self.tracks, self.linking, self.markers, self.exports,
                          self.duplicate):
                if not self._probe(probe) and probe.__name__ in NEEDED:
                    break  # never measure on what is not ours
        finally:
            left = self._remove()
            shutil.rmtree(self.disk, ignore_errors=True)
        return left

    def _probe(self, probe):
        """Whether it went well."""
        try:
            self.found[probe.__name__] = probe()
        except Exception as error:
            self.found[probe.__name__] = str(error) if isinstance(error, Trouble) else stopped_by(error)
            return False
        return True

    def host(self):
        """What is running here. No window is opened."""
        return {"python": sys.version, "system": platform.platform(), "product": ask(self.resolve, "GetProductName"),
                "studio": is_studio(self.resolve), "page": ask(self.resolve, "GetCurrentPage"),
                "windows": open_ui(self.resolve) is not None, "delivery": DELIVERY_SCHEMA,
                "constants": {name: constant(self.resolve, name, None) for name in CONSTANTS},
                "settings": {key: ask(self.session.project, "GetSetting", key) for key in SETTINGS},
                "marks": str(ask(self.session.timeline, "GetMarkInOut"))}

    def make(self):
        """A bin and a timeline of our own."""
        ask(self.resolve, "OpenPage", "edit")
        root = must(ask(self.pool, "GetRootFolder"), "Resolve shows no media pool")
        name = unused(SCRATCH, [ask(one, "GetName") for one in ask_all(root, "GetSubFolderList")])
        self.bin = name
        ask(self.pool, "AddSubFolder", root, name)
        self.folder = must(bin_named(root, name), "Resolve makes no bin")
        self.session.open_folder(self.folder)
        taken = [ask(one, "GetName") for one in self.session.timelines()]
        ask(self.pool, "CreateEmptyTimeline", unused(SCRATCH, taken))
        made = [timeline for timeline in self.session.timelines() if identity(timeline) not in self.before]
        self.timeline = must(made, "Resolve makes no timeline")[0]
        self.session.select(self.timeline)
        return {"start": ask(self.timeline, "GetStartFrame"), "timecode": ask(self.timeline, "GetStartTimecode"),
                "rate": ask(self.timeline, "GetSetting", "timelineFrameRate")}

    def imported(self):
        """A numbered sequence as one clip, and everything the pool says of it."""
        pattern, last = write_sequence(self.disk), SCRATCH_FIRST + SCRATCH_COUNT - 1
        answer = ask(self.pool, "ImportMedia", [{"FilePath": pattern, "StartIndex": SCRATCH_FIRST, "EndIndex": last}])
        clips = [one for one in ask_all(self.folder, "GetClipList")
                 if "toolkit_self_check." in str(ask(one, "GetClipProperty", "File Path"))]
        self.media = must(clips, "Resolve imports no sequence (it answers %s)" % type(answer).__name__)[0]
        said = ask(self.media, "GetClipProperty")
        return {"answer": type(answer).__name__, "clips": len(clips), "says": _plain(said)}

    def _append(self, first, end, record, track=1):
        """Append, and find out what landed by looking."""
        self.session.select(self.timeline)
        before = [identity(item) for item in track_items(self.timeline, track)]
        ask(self.pool, "AppendToTimeline", [{
            "mediaPoolItem": self.media, "startFrame": first, "endFrame": end, "mediaType": 1, "trackIndex": track,
            "recordFrame": ask(self.timeline, "GetStartFrame") + record}])
        new = [item for item in track_items(self.timeline, track) if identity(item) not in before]
        return new[0] if new else None

    def end_frame(self):
        """startFrame 2, endFrame 6: four frames when the end is excluded, five when it is included."""
        self.item = must(self._append(2, 6, 0), "Resolve appends nothing")
        said = {name: ask(self.item, name) for name in ("GetStart", "GetEnd", "GetDuration", "GetLeftOffset",
                                                        "GetRightOffset", "GetSourceStartFrame", "GetSourceEndFrame")}
        meaning = {4: "excluded", 5: "included"}.get(said["GetDuration"], "unclear")
        return dict(said, endFrame=meaning, media_fps=ask(self.media, "GetClipProperty", "FPS"))

    def numbering(self):
        """The same by the numbers in the file names."""
        item = self._append(SCRATCH_FIRST + 2, SCRATCH_FIRST + 6, 100)
        return {"by file number": None if item is None else {
            "GetDuration": ask(item, "GetDuration"), "GetLeftOffset": ask(item, "GetLeftOffset")}}

    def clip_properties(self):
        """Which attributes take, and as what they are read back."""
        tries = (("Alpha mode", "Straight"), ("Alpha mode", "Premultiplied"), ("FPS", "12"), ("FPS", "24"),
                 ("Input Color Space", "Rec.709 Gamma 2.4"))
        return [_tried(self.media, "ClipProperty", key, value) for key, value in tries]

    def item_properties(self):
        """The keys of an item, and which of ours take."""
        tries = (("Opacity", 50.0), ("RetimeProcess", constant(self.resolve, "RETIME_OPTICAL_FLOW", 3)),
                 ("MotionEstimation", constant(self.resolve, "MOTION_EST_ENHANCED_BETTER", 4)),
                 ("MotionEstimation", constant(self.resolve, "MOTION_EST_SPEED_WARP_BETTER", 5)),
                 ("CompositeMode", constant(self.resolve, "COMPOSITE_NORMAL", 0)))
        return {"all": _plain(ask(self.item, "GetProperty")),
                "tried": [_tried(self.item, "Property", key, value) for key, value in tries]}

    def speed(self):
        """Whether a script may set a speed, and what becomes of the length."""
        answer = ask(self.item, "SetSpeed", {"Percentage": 50.0, "RippleTimeline": False})
        return {"answer": answer, "says": _plain(ask(self.item, "GetSpeed")),
                "GetDuration": ask(self.item, "GetDuration"), "GetLeftOffset": ask(self.item, "GetLeftOffset")}

    def tracks(self):
        """Where tracks are added, and what a track number past the last one does."""
        before = len(layout(self.timeline))
        top = ask(self.timeline, "AddTrack", "video")
        inserted = ask(self.timeline, "AddTrack", "video", {"index": 1})
        return {"before": before, "added": top, "inserted below": inserted,
                "items on each": [len(items) for items in layout(self.timeline)]}

    def linking(self):
        """Whether two items can be linked, and whether that can be read."""
        number = next(n for n in track_numbers(self.timeline) if track_items(self.timeline, n))
        self._append(8, 12, 200, number)
        items = must(track_items(self.timeline, number)[1:], "there is no second item") + [self.item]
        return {"answer": ask(self.timeline, "SetClipsLinked", items, True),
                "linked": len(ask_all(items[0], "GetLinkedItems"))}

    def markers(self):
        """Where a marker at frame 3 is read back."""
        answer = ask(self.timeline, "AddMarker", 3, "Red", SCRATCH, "note", 1, "hidden")
        return {"answer": answer, "says": _plain(markers_of(self.timeline))}

    def exports(self):
        """Whether .otio and .drt are written, and the .otio itself: it names nothing but the scratch media."""
        path, drt = os.path.join(self.disk, "check.otio"), os.path.join(self.disk, "check.drt")
        written, text = export_otio(self.resolve, self.timeline, path), ""
        if written:
            with open(path, encoding="utf-8", errors="replace") as stream:
                text = stream.read(60000)
        ask(self.timeline, "Export", drt, constant(self.resolve, "EXPORT_DRT", None),
            constant(self.resolve, "EXPORT_NONE", None))
        return {"otio": written, "drt": os.path.isfile(drt), "text": text}

    def duplicate(self):
        """Whether a duplicate is like its original, and under an id of its own."""
        made = ask(self.timeline, "DuplicateTimeline", SCRATCH + " duplicate")
        return {"answer": made is not None, "like it": layout(made) == layout(self.timeline) if made else None,
                "other id": identity(made) != identity(self.timeline)}

    def _remove(self):
        """Everything that was not there before; what is left, in words."""
        return self.session.taken_back((self._remove_timelines, self._remove_bin), ["'%s' and what is in it" % SCRATCH])

    def _remove_timelines(self):
        every = self.session.timelines()
        ours = [known for timeline, known in zip(every, known_of(every))
                if known not in self.before and str(ask(timeline, "GetName")).startswith(SCRATCH)]
        return ["the timeline '%s'" % SCRATCH for known in ours if not self.session.removes(known)]

    def _remove_bin(self):
        root = ask(self.pool, "GetRootFolder")
        for folder in ask_surely(root, "GetSubFolderList") if self.bin else []:
            if ask(folder, "GetName") == self.bin:
                ask(self.pool, "DeleteFolders", [folder])
        there = [ask(one, "GetName") for one in ask_surely(root, "GetSubFolderList")]
        return ["the bin '%s'" % self.bin] if self.bin in there else []


def _tried(thing, kind, key, value):
    """One property, set and read back."""
    before, answer = ask(thing, "Get" + kind, key), ask(thing, "Set" + kind, key, value)
    after = ask(thing, "Get" + kind, key)
    return {"key": key, "before": str(before), "set": str(value), "answer": answer, "after": str(after),
            "holds": same(after, value)}


def _plain(value):
    """What JSON can hold."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
