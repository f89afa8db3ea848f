"""Timelines in the formats of editing systems: one module for each, which gives an OpenTimelineIO timeline.

A reader says what the file says, in OpenTimelineIO's terms; ``timeline_cut`` alone decides which frames a clip shows.
What a reader has to guess, or cannot carry, is a note.
"""

from __future__ import annotations

from toolkit.turnover.formats.readers import is_timeline_file, open_otio, open_timeline_file

__all__ = ["is_timeline_file", "open_otio", "open_timeline_file"]
