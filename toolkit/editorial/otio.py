"""OpenTimelineIO, loaded when it is first needed.

Loading it takes a while, which no command should wait for that does not use it; and an import statement that runs for
every clip of a cut costs more than most of what is asked about the clip.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType


@cache
def otio() -> ModuleType:
    """The package ``opentimelineio``."""
    return import_module("opentimelineio")
