"""The delivery: the passes go back over the cut they came from.

``write_delivery`` writes ``return.otio`` for every application that reads timelines and ``delivery.json`` for the host
scripts, which never compute: every number in it is final. Beside them lie the faces as Fusion comps and as
keyframes to paste into After Effects. ``write_aep`` makes a project for After Effects of a delivery.
"""

from __future__ import annotations

from toolkit.delivery.aep import check_aep, write_aep
from toolkit.delivery.conform import write_delivery

__all__ = ["check_aep", "write_aep", "write_delivery"]
