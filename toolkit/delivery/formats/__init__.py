"""The delivery in the formats of other applications: one module for each.

A writer takes every number from the ``Delivery``, which says exactly what each timeline frame shows, and what its
format cannot hold is a note. ``writing`` knows the formats; ``locations`` names the files as each one wants them.
"""

from __future__ import annotations

from toolkit.delivery.formats.locations import Locations
from toolkit.delivery.formats.writing import check_cut_is_kept, find_formats, format_notes, write_formats

__all__ = ["Locations", "check_cut_is_kept", "find_formats", "format_notes", "write_formats"]
