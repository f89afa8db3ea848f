"""The turnover: reads a timeline, a host's ``turnover.json``, a movie or an image sequence as shots.

``read_cut`` reads a cut, ``compare_cuts`` says what has changed between two, and ``find_layers`` which layers of one go
over the other. ``open_timeline`` loads the timeline of a cut again, so that layers can be added to it. Clips that
cannot be rendered are listed in ``Cut.skipped``, each with the reason.
"""

from __future__ import annotations

from toolkit.turnover.cuts import read_cut
from toolkit.turnover.edited_cut import EditedCut, find_layers
from toolkit.turnover.formats.timeline_file import TimelineFile
from toolkit.turnover.kept_names import keep_names
from toolkit.turnover.recut import ChangeKind, ShotChange, compare_cuts
from toolkit.turnover.source_timeline import open_timeline
from toolkit.turnover.use_matching import count_matches

__all__ = [
    "ChangeKind",
    "EditedCut",
    "ShotChange",
    "TimelineFile",
    "compare_cuts",
    "count_matches",
    "find_layers",
    "keep_names",
    "open_timeline",
    "read_cut",
]
