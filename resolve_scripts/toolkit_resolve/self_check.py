"""Self Check: measure how this Resolve behaves where versions differ, on a temporary timeline."""

import os
import platform
import shutil
import sys
import tempfile

from toolkit_resolve.delivery import DELIVERY_SCHEMA
from toolkit_resolve.bins import Bins
from toolkit_resolve.host import (
    HostError, ask, ask_id, ask_list, call, call_list, find_new, get_constant, is_studio, require, unique_id,
)
from toolkit_resolve.layout import layout, track_items, track_numbers
from toolkit_resolve.markers import get_markers
from toolkit_resolve.otio_export import export_otio
from toolkit_resolve.report import describe_error
from toolkit_resolve.resolve_values import find_unused_name, is_same_value
from toolkit_resolve.scratch import SCRATCH_COUNT, SCRATCH_FIRST, write_scratch_sequence
from toolkit_resolve.session import Session
from toolkit_resolve.window import get_ui

SCRATCH_NAME = "toolkit self check"
REQUIRED_PROBES = ("make", "imported", "end_frame")
"""The later probes depend on these."""
PROBED_CONSTANTS = (
    "EXPORT_OTIO", "EXPORT_DRT", "EXPORT_NONE", "RETIME_NEAREST", "RETIME_FRAME_BLEND", "RETIME_OPTICAL_FLOW",
    "MOTION_EST_STANDARD_FASTER", "MOTION_EST_ENHANCED_BETTER", "MOTION_EST_SPEED_WARP_BETTER",
    "MOTION_EST_SPEED_WARP_FASTER", "COMPOSITE_NORMAL")
PROBED_SETTINGS = (
    "timelineFrameRate", "colorScienceMode", "colorSpaceInput", "colorSpaceTimeline", "imageRetimeInterpolation")


class SelfCheck:
    """``found`` gets one entry per probe: the measurement, or the error."""

    def __init__(self, resolve, found):
        self.resolve, self.found, self.session = resolve, found, Session(resolve)
        self.pool, self.bins, self.timelines = self.session.pool, Bins(self.session, []), []
        self.folder = self.timeline = self.media = self.item = None

    def run(self):
        """Run all probes, then delete everything created; return what remains in the project."""
        self.before = [ask_id(timeline) for timeline in self.session.timelines()]
        self.disk = tempfile.mkdtemp(prefix="toolkit_self_check_")
        probes = (
            ("host", self.probe_host), ("make", self.create_scratch), ("imported", self.import_scratch),
            ("end_frame", self.probe_end_frame), ("numbering", self.probe_numbering),
            ("clip_properties", self.probe_clip_properties), ("item_properties", self.probe_item_properties),
            ("speed", self.probe_speed), ("tracks", self.probe_tracks), ("linking", self.probe_linking),
            ("markers", self.probe_markers), ("exports", self.probe_exports), ("duplicate", self.probe_duplicate))
        try:
            for name, probe in probes:
                if not self._run_probe(name, probe) and name in REQUIRED_PROBES:
                    break  # never measure on the editor's own items
        finally:
            left = self._remove()
            shutil.rmtree(self.disk, ignore_errors=True)
        return left

    def _run_probe(self, name, probe):
        """Return whether the probe succeeded."""
        try:
            self.found[name] = probe()
        except Exception as error:
            self.found[name] = str(error) if isinstance(error, HostError) else describe_error(error)
            return False
        return True

    def probe_host(self):
        """Return versions, edition and settings. Opens no window."""
        return {"python": sys.version, "system": platform.platform(), "product": call(self.resolve, "GetProductName"),
                "studio": is_studio(self.resolve), "page": call(self.resolve, "GetCurrentPage"),
                "windows": get_ui(self.resolve) is not None, "delivery": DELIVERY_SCHEMA,
                "constants": {name: get_constant(self.resolve, name, None) for name in PROBED_CONSTANTS},
                "settings": {key: call(self.session.project, "GetSetting", key) for key in PROBED_SETTINGS},
                "marks": str(call(self.session.timeline, "GetMarkInOut"))}

    def create_scratch(self):
        """Create a temporary bin and timeline."""
        call(self.resolve, "OpenPage", "edit")
        bins = [ask(one, "GetName") for one in ask_list(self.bins.root, "GetSubFolderList")]
        self.folder = self.bins.open_bin(find_unused_name(SCRATCH_NAME, bins))
        name = find_unused_name(SCRATCH_NAME, [ask(one, "GetName") for one in self.session.timelines()])
        call(self.pool, "CreateEmptyTimeline", name)
        created = [one for one in self._find_new_timelines() if ask(one, "GetName") == name]
        self.timeline = require(created, "Resolve did not create a timeline")[0]
        self.session.select_timeline(self.timeline)
        return {"start": call(self.timeline, "GetStartFrame"), "timecode": call(self.timeline, "GetStartTimecode"),
                "rate": call(self.timeline, "GetSetting", "timelineFrameRate")}

    def _find_new_timelines(self):
        """Return our timelines that were not there before, and remember their ids."""
        known = self.before + self.timelines
        new = [one for one in find_new(self.session.timelines(), known)
               if ask(one, "GetName").startswith(SCRATCH_NAME)]
        self.timelines += [ask_id(timeline) for timeline in new]
        return new

    def import_scratch(self):
        """Import a numbered sequence; return the number of clips and all clip properties."""
        pattern, last = write_scratch_sequence(self.disk), SCRATCH_FIRST + SCRATCH_COUNT - 1
        result = call(self.pool, "ImportMedia", [{"FilePath": pattern, "StartIndex": SCRATCH_FIRST, "EndIndex": last}])
        clips = [one for one in ask_list(self.folder, "GetClipList")
                 if "toolkit_self_check." in str(ask(one, "GetClipProperty", "File Path"))]
        self.bins.imported += [(ask_id(self.folder), ask_id(one), ask(one, "GetName")) for one in clips]
        self.media = require(clips, "Resolve did not import the sequence (it returned %s)" % type(result).__name__)[0]
        properties = call(self.media, "GetClipProperty")
        return {"answer": type(result).__name__, "clips": len(clips), "says": _to_plain(properties)}

    def _append(self, first, end, record, track=1):
        """Append a clip; return the new item, found by comparing the track before and after."""
        self.session.select_timeline(self.timeline)
        before = [unique_id(item) for item in track_items(self.timeline, track)]
        call(self.pool, "AppendToTimeline", [{
            "mediaPoolItem": self.media, "startFrame": first, "endFrame": end, "mediaType": 1, "trackIndex": track,
            "recordFrame": call(self.timeline, "GetStartFrame") + record}])
        new = [item for item in track_items(self.timeline, track) if unique_id(item) not in before]
        return new[0] if new else None

    def probe_end_frame(self):
        """Append startFrame 2, endFrame 6: four frames if the end is exclusive, five if inclusive."""
        self.item = require(self._append(2, 6, 0), "AppendToTimeline placed no clip")
        getters = ("GetStart", "GetEnd", "GetDuration", "GetLeftOffset", "GetRightOffset", "GetSourceStartFrame",
                   "GetSourceEndFrame")
        values = {name: call(self.item, name) for name in getters}
        meaning = {4: "excluded", 5: "included"}.get(values["GetDuration"], "unclear")
        return dict(values, endFrame=meaning, media_fps=call(self.media, "GetClipProperty", "FPS"))

    def probe_numbering(self):
        """Append a range given as file numbers."""
        item = self._append(SCRATCH_FIRST + 2, SCRATCH_FIRST + 6, 100)
        return {"by file number": None if item is None else {
            "GetDuration": call(item, "GetDuration"), "GetLeftOffset": call(item, "GetLeftOffset")}}

    def probe_clip_properties(self):
        """Return which clip attributes can be set, and their values afterwards."""
        tries = (("Alpha mode", "Straight"), ("Alpha mode", "Premultiplied"), ("FPS", "12"), ("FPS", "24"),
                 ("Input Color Space", "Rec.709 Gamma 2.4"))
        return [_try_property(self.media, "ClipProperty", key, value) for key, value in tries]

    def probe_item_properties(self):
        """Return all property keys of an item, and which of ours can be set."""
        tries = (("Opacity", 50.0), ("RetimeProcess", get_constant(self.resolve, "RETIME_OPTICAL_FLOW", 3)),
                 ("MotionEstimation", get_constant(self.resolve, "MOTION_EST_ENHANCED_BETTER", 4)),
                 ("MotionEstimation", get_constant(self.resolve, "MOTION_EST_SPEED_WARP_BETTER", 5)),
                 ("CompositeMode", get_constant(self.resolve, "COMPOSITE_NORMAL", 0)))
        return {"all": _to_plain(call(self.item, "GetProperty")),
                "tried": [_try_property(self.item, "Property", key, value) for key, value in tries]}

    def probe_speed(self):
        """Return whether a script can set a speed, and the duration afterwards."""
        result = call(self.item, "SetSpeed", {"Percentage": 50.0, "RippleTimeline": False})
        return {"answer": result, "says": _to_plain(call(self.item, "GetSpeed")),
                "GetDuration": call(self.item, "GetDuration"), "GetLeftOffset": call(self.item, "GetLeftOffset")}

    def probe_tracks(self):
        """Return where tracks are added: on top, and at an index."""
        before = len(layout(self.timeline))
        top = call(self.timeline, "AddTrack", "video")
        inserted = call(self.timeline, "AddTrack", "video", {"index": 1})
        return {"before": before, "added": top, "inserted below": inserted,
                "items on each": [len(items) for items in layout(self.timeline)]}

    def probe_linking(self):
        """Return whether two items can be linked, and whether links can be read."""
        number = next(n for n in track_numbers(self.timeline) if track_items(self.timeline, n))
        self._append(8, 12, 200, number)
        items = require(track_items(self.timeline, number)[1:], "no second item to link") + [self.item]
        return {"answer": call(self.timeline, "SetClipsLinked", items, True),
                "linked": len(call_list(items[0], "GetLinkedItems"))}

    def probe_markers(self):
        """Return at which frame a marker added at frame 3 is found."""
        result = call(self.timeline, "AddMarker", 3, "Red", SCRATCH_NAME, "note", 1, "hidden")
        return {"answer": result, "says": _to_plain(get_markers(self.timeline))}

    def probe_exports(self):
        """Return whether .otio and .drt are written, and the .otio text, which names only the temporary media."""
        path, drt = os.path.join(self.disk, "check.otio"), os.path.join(self.disk, "check.drt")
        written, text = export_otio(self.resolve, self.timeline, path), ""
        if written:
            with open(path, encoding="utf-8", errors="replace") as stream:
                text = stream.read(60000)
        call(self.timeline, "Export", drt, get_constant(self.resolve, "EXPORT_DRT", None),
             get_constant(self.resolve, "EXPORT_NONE", None))
        return {"otio": written, "drt": os.path.isfile(drt), "text": text}

    def probe_duplicate(self):
        """Return whether a duplicate equals its original and has its own id."""
        copy = call(self.timeline, "DuplicateTimeline", SCRATCH_NAME + " duplicate")
        self._find_new_timelines()
        return {"answer": copy is not None, "like it": layout(copy) == layout(self.timeline) if copy else None,
                "other id": unique_id(copy) != unique_id(self.timeline)}

    def _remove(self):
        """Delete everything created; return what remains."""
        steps = (self._remove_timelines, self.bins.roll_back)
        return self.session.roll_back(steps, ["'%s' and its contents" % SCRATCH_NAME])

    def _remove_timelines(self):
        left = [one for one in self.timelines if not self.session.delete_timeline(one)]
        others = [one for one in self.session.timelines()
                  if ask_id(one) not in self.before and ask(one, "GetName").startswith(SCRATCH_NAME)]
        return ["the timeline '%s'" % ask(one, "GetName") for one in others] if left or others else []


def _try_property(target, kind, key, value):
    """Set one property and read it again."""
    before, result = call(target, "Get" + kind, key), call(target, "Set" + kind, key, value)
    after = call(target, "Get" + kind, key)
    return {"key": key, "before": str(before), "set": str(value), "answer": result, "after": str(after),
            "holds": is_same_value(after, value)}


def _to_plain(value):
    """Return the value reduced to JSON types."""
    if isinstance(value, dict):
        return {str(key): _to_plain(one) for key, one in value.items()}
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
