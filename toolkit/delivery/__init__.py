"""The delivery: put the passes back over the cut they came from.

``write_delivery`` writes ``return.otio`` for applications that read timelines, and ``delivery.json`` for the host
scripts. Every number in it is final, so the scripts compute nothing. It also writes the faces as Fusion comps and as
keyframes to paste into After Effects. ``write_aep`` makes an After Effects project from a delivery;
``update_checksums`` and ``verify_checksums`` tell whether its files have arrived.
"""

from __future__ import annotations

from toolkit.delivery.aep import check_aep, write_aep
from toolkit.delivery.checksums import FileProblem, checksums_path, update_checksums, verify_checksums
from toolkit.delivery.conform import write_delivery

__all__ = [
    "FileProblem",
    "check_aep",
    "checksums_path",
    "update_checksums",
    "verify_checksums",
    "write_aep",
    "write_delivery",
]
