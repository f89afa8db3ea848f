"""Parts of tests that coverage does not follow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from coverage import Coverage


@contextmanager
def unmeasured() -> Iterator[None]:
    """What a test prepares without the toolkit.

    Coverage follows every line of every library, which makes pure Python three times as slow. A test in which the
    toolkit does nothing is marked ``no_cover`` as a whole.
    """
    measured = Coverage.current()
    if measured is None:
        yield
        return
    measured.stop()
    try:
        yield
    finally:
        measured.start()
