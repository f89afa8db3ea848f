"""The speeds and in points of the clips of a timeline, as far as Resolve tells them."""

import os
import shutil
import tempfile

from toolkit_resolve.host import ask, ask_id, ask_optional
from toolkit_resolve.layout import track_items, track_numbers
from toolkit_resolve.otio_export import export_otio, read_exported_clips
from toolkit_resolve.resolve_values import parse_number

SPEED_TOLERANCE = 0.0005
"""A speed is rounded differently in Resolve, in its exports and in a delivery."""


class ClipTimes:
    """Asks Resolve; what it does not tell is read from an OTIO export of the timeline, made when first needed."""

    def __init__(self, resolve, timeline):
        self.resolve, self.timeline, self.exported = resolve, timeline, None

    def has_speed(self, item, speed):
        """Return whether an item runs at a speed, 1.0 for 100 %; None if that cannot be known."""
        found = ask_optional(item, "GetSpeed")  # since 21.1
        percent = parse_number(found.get("Percentage")) if isinstance(found, dict) else None
        exported = self._find(item) if percent is None else None
        if percent is None and exported is None:
            return None
        if exported is not None and exported["ramp"]:
            return False
        return abs((exported["speed"] if percent is None else percent / 100.0) - speed) < SPEED_TOLERANCE

    def head(self, item, media_fps):
        """Return the frames of media before the in point of a clip at any speed and rate; None if unknown.

        GetLeftOffset is only valid at 100 % speed and at the timeline's rate.
        """
        exported = self._find(item)
        return None if exported is None or exported["head"] is None else exported["head"] * media_fps

    def _find(self, item):
        if self.exported is None:
            self.exported = self._export()
        return self.exported.get(ask_id(item)) if self.exported else None

    def _export(self):
        """Return the exported data by item id: numbers of tracks change when others are added."""
        folder = tempfile.mkdtemp(prefix="toolkit_times_")
        try:
            path = os.path.join(folder, "timeline.otio")
            clips = read_exported_clips(path) if export_otio(self.resolve, self.timeline, path) else {}
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        start = ask(self.timeline, "GetStartFrame")
        return {ask_id(item): clips[key] for number in (track_numbers(self.timeline) if clips else ())
                for item in track_items(self.timeline, number)
                for key in [(number, ask(item, "GetStart") - start)] if key in clips}
