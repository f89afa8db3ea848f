"""Memory that MediaPipe has freed, given back to the system."""

from __future__ import annotations

import ctypes
import sys


def give_back_freed_memory() -> None:
    """Let go of the pages that hold nothing any more.

    Reading the faces of a shot leaves some 100 MB of freed pieces between those still in use. Pictures do not fit into
    them, so without this they would lie there beside the pictures of the whole render. Of the allocators we run on,
    only glibc's has to be told.
    """
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
    if trim is not None:
        trim(0)
