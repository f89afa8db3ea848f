"""Where a cut came from, when a host handed it over."""

from __future__ import annotations

from typing import Literal

from toolkit.documents.base import Value


class HostColour(Value):
    """How a host treats the colours of its media, as it said itself."""

    mode: Literal["unmanaged", "managed", "aces", "ocio", "unknown"]
    """``unmanaged``: codes pass as they are; the others turn every clip from its own space to the working one."""
    science: str = ""
    """The host's own word for its mode."""
    working: str = ""
    """The host's own name of its timeline or working space; empty: none."""
    linear: bool = False
    """Whether it lays layers over one another in linear light."""


class Origin(Value):
    """The host's timeline that the cut came from."""

    host: Literal["resolve", "after effects"]
    name: str
    timeline_id: str
    """What the host knows it by; empty: unknown."""
    colour: HostColour
