"""The delivery: the passes go back over the cut they came from.

``conform`` writes ``return.otio`` for every application that reads timelines and ``delivery.json`` for the host
scripts, which never compute: every number in it is final. Beside them lie Fusion comps of the faces.
"""

from __future__ import annotations

from toolkit.delivery.conform import conform

__all__ = ["conform"]
