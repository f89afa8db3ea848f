"""Find the cuts inside a movie or an image sequence by its pictures.

PySceneDetect measures how much changes from frame to frame (``signals``). What stands out is a cut, unless the picture
before is found again in the one after, as in a camera move or a flash (``hard_cuts``). Dissolves and fades are found as
mixtures of two pictures (``gradual``). Decision record 028 has the measurements.
"""

from __future__ import annotations

from toolkit.turnover.picture_cuts.find import find_boundaries

__all__ = ["find_boundaries"]
