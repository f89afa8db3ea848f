"""The host timeline that a cut was sent from."""

from __future__ import annotations

from typing import Literal

from toolkit.documents.base import Value


class HostColour(Value):
    """Colour management of a host, as the host reports it."""

    mode: Literal["unmanaged", "managed", "aces", "ocio", "unknown"]
    """``unmanaged``: codes are not converted; all others convert every clip from its own colour space to the working
    space."""
    science: str = ""
    """The host's name for its mode."""
    working: str = ""
    """The host's name for its timeline or working space; empty: none."""
    linear: bool = False
    """Whether layers are composited in linear light."""


class Origin(Value):
    """The host timeline that the cut was sent from."""

    host: Literal["resolve", "after effects"]
    name: str
    timeline_id: str
    """The host's ID for it; empty: unknown."""
    colour: HostColour
