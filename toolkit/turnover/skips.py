"""Why a clip is left alone."""

from __future__ import annotations


class Skip(Exception):
    """This clip is not rendered; the text says why. It becomes a row of ``Cut.skipped`` and never leaves the room."""
