"""Frame-exact face and body re-render passes for DaVinci Resolve and After Effects.

The rooms, in the order in which they may import (each only from those after it):
cli, pipeline, demo, delivery, passes, engines, faces, turnover, plates, documents, settings, frames, errors.
"""

from __future__ import annotations

__version__ = "0.1.0"
