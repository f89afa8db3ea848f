"""Keeping what one thread prints away from the terminal, without touching what other threads print there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO


@contextmanager
def prints_of_this_thread() -> Iterator[list[str]]:
    """What this thread prints inside the block, in pieces; ``contextlib.redirect_stdout`` would take every thread's."""
    said: list[str] = []
    with _stdout.lock:
        if sys.stdout is not _stdout:
            _stdout.real, sys.stdout = sys.stdout, _stdout
        _stdout.listening[threading.get_ident()] = said
    try:
        yield said
    finally:
        with _stdout.lock:
            del _stdout.listening[threading.get_ident()]
            # When somebody (a progress bar) has put another stdout over ours, it is theirs to take away.
            if not _stdout.listening and sys.stdout is _stdout:
                sys.stdout = _stdout.real


class _Stdout:
    """Stands in for ``sys.stdout``: keeps what listening threads print and passes everybody else's on."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.listening: dict[int, list[str]] = {}
        self.real: TextIO = sys.stdout

    def write(self, text: str) -> int:
        """As TextIO's."""
        kept = self.listening.get(threading.get_ident())
        if kept is None:
            return self.real.write(text)
        kept.append(text)
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


_stdout = _Stdout()
