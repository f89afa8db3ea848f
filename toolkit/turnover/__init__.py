"""The turnover: a timeline, a host's ``turnover.json``, a movie or an image sequence goes in, shots come out.

``read_cut`` reads a cut; ``open_timeline`` opens its timeline again for the layers to go on. What cannot be rendered is
listed clip by clip in ``Cut.skipped``, with the reason.
"""

from __future__ import annotations

from toolkit.turnover.cuts import read_cut
from toolkit.turnover.source_timeline import open_timeline

__all__ = ["open_timeline", "read_cut"]
