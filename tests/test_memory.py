"""Freed memory goes back to the system, and threads do not keep heaps of their own."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

PIECES = """
import threading
from pathlib import Path
from toolkit.memory import trim_heap, use_one_heap

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

def leave_pieces():
    pieces = [bytes(8000) for _ in range(8000)]
    kept.append(pieces[::100])

{setup}
kept = []
worker = threading.Thread(target=leave_pieces)
worker.start()
worker.join()
before = resident()
trim_heap()
print(before - resident())
"""


def has_glibc() -> bool:
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim")


@pytest.mark.skipif(not has_glibc(), reason="only glibc keeps freed pieces: nothing to give back here")
@pytest.mark.parametrize("setup", ["", "use_one_heap()"])
def test_what_lies_free_between_pieces_in_use_is_given_back(setup: str) -> None:
    """Of 64 MB in pieces, one in a hundred is kept: nearly all the rest goes back, whichever thread asked for it."""
    line = [sys.executable, "-c", PIECES.format(setup=setup)]
    given = int(subprocess.run(line, capture_output=True, text=True, check=True).stdout)
    assert given > 40e6
