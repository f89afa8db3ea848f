"""How memory is taken and given back: settings of glibc's malloc, and pauses of Python's search for garbage.

One heap for all threads, and free pages returned to the system between stages: other allocators do not need this, and
there these functions do nothing. Together with freeing images early, the peak of
a run over 1,000 frames of 720p fell from 447 MB and more to 378 MB, the same as for 100 frames
(``python -m tests.benchmarks memory``).
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ARENA_MAX = -8
"""``M_ARENA_MAX`` in malloc.h."""


def use_one_heap() -> None:
    """Make all threads allocate from one heap; call it before any thread starts.

    Otherwise each thread has its own heap and keeps its free memory: after tracking, that is tens of megabytes that
    rendering cannot use. The threads wait for pixels, not for the allocator, so a run takes as long as before.
    """
    mallopt = _glibc_function("mallopt")
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)


def trim_heap() -> None:
    """Return free heap pages to the system (malloc_trim). Fragmentation keeps image buffers from reusing them."""
    trim = _glibc_function("malloc_trim")
    if trim is not None:
        trim(0)


@contextmanager
def pause_collection() -> Iterator[None]:
    """No search for unused cycles of objects inside the ``with``, or inside a function that this decorates.

    Python searches all objects again and again while many are made. Reading or writing a cut of thousands of clips
    keeps them all, and the search takes a fifth of the time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _glibc_function(name: str) -> Any:
    """The function, or None on another system or C library (musl)."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
