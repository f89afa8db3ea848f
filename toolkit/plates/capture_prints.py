"""Capture what one thread prints, without affecting other threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO


@contextmanager
def capture_prints() -> Iterator[list[str]]:
    """Capture what this thread prints inside the block; ``contextlib.redirect_stdout`` would affect all threads."""
    printed: list[str] = []
    with _stdout.lock:
        if sys.stdout is not _stdout:
            _stdout.real, sys.stdout = sys.stdout, _stdout
        _stdout.captured[threading.get_ident()] = printed
    try:
        yield printed
    finally:
        with _stdout.lock:
            del _stdout.captured[threading.get_ident()]
            # If other code (a progress bar) has replaced our stdout since, it restores it itself.
            if not _stdout.captured and sys.stdout is _stdout:
                sys.stdout = _stdout.real


class _Stdout:
    """Replaces ``sys.stdout``: keeps what capturing threads print and passes on the rest."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.captured: dict[int, list[str]] = {}
        self.real: TextIO = sys.stdout

    def write(self, text: str) -> int:
        """See ``TextIO``."""
        pieces = self.captured.get(threading.get_ident())
        if pieces is None:
            return self.real.write(text)
        pieces.append(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


_stdout = _Stdout()
