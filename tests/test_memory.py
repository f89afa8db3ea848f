"""Freed memory is returned to the system, whichever thread allocated it; a paused search for garbage goes on after."""

from __future__ import annotations

import ctypes
import gc
import subprocess
import sys

import pytest

from toolkit.memory import pause_collection

FRAGMENTS = """
import threading
from pathlib import Path
from toolkit.memory import trim_heap, use_one_heap

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

def leave_fragments():
    pieces = [bytes(8000) for _ in range(8000)]
    kept.append(pieces[::100])

{setup}
kept = []
worker = threading.Thread(target=leave_fragments)
worker.start()
worker.join()
before = resident()
trim_heap()
print(before - resident())
"""


def has_glibc() -> bool:
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim")


@pytest.mark.skipif(not has_glibc(), reason="needs glibc")
@pytest.mark.parametrize("setup", ["", "use_one_heap()"])
def test_free_memory_between_used_blocks_is_returned_to_the_system(setup: str) -> None:
    """Of 64 MB in small blocks, one in a hundred is kept: nearly all the rest is returned."""
    line = [sys.executable, "-c", FRAGMENTS.format(setup=setup)]
    returned = int(subprocess.run(line, capture_output=True, text=True, check=True).stdout)
    assert returned > 40e6


@pytest.mark.parametrize("was_enabled", [True, False])
def test_a_paused_search_for_garbage_goes_on_as_before_even_after_an_error(*, was_enabled: bool) -> None:
    before = gc.isenabled()
    (gc.enable if was_enabled else gc.disable)()
    try:
        with pytest.raises(ValueError, match="inside"), pause_collection():
            assert not gc.isenabled()
            raise ValueError("inside")
        assert gc.isenabled() == was_enabled
    finally:
        (gc.enable if before else gc.disable)()
