"""The turnover: reads a timeline, a host's ``turnover.json``, a movie or an image sequence as shots.

``read_cut`` reads a cut. ``open_timeline`` loads its timeline again, so that layers can be added to it. Clips that
cannot be rendered are listed in ``Cut.skipped``, each with the reason.
"""

from __future__ import annotations

from toolkit.turnover.cuts import read_cut
from toolkit.turnover.source_timeline import open_timeline

__all__ = ["open_timeline", "read_cut"]
