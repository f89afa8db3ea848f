"""The turnover: what a host handed over, a timeline, a movie or an image sequence goes in, shots come out.

``read_cut`` is the door; ``open_timeline`` gives the timeline back to whoever puts layers over it. What cannot be
rendered yet is listed clip by clip in ``Cut.skipped``, with the reason.
"""

from __future__ import annotations

from toolkit.turnover.claims import is_layer_clip
from toolkit.turnover.clips import constant_speed
from toolkit.turnover.cuts import read_cut
from toolkit.turnover.names import shot_stem
from toolkit.turnover.reopened import open_timeline
from toolkit.turnover.skips import Skip
from toolkit.turnover.timelines import LAYER_METADATA
from toolkit.turnover.times import seconds, snapped, time_base
from toolkit.turnover.tracks import Slot, Window, slots, video_tracks

__all__ = [
    "LAYER_METADATA",
    "Skip",
    "Slot",
    "Window",
    "constant_speed",
    "is_layer_clip",
    "open_timeline",
    "read_cut",
    "seconds",
    "shot_stem",
    "slots",
    "snapped",
    "time_base",
    "video_tracks",
]
