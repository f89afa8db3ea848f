"""A progress display that tests can read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from toolkit.progress import Advance, SilentProgress


class RecordedProgress(SilentProgress):
    """Records the label, the total and the steps of every stage."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int, list[int]]] = []

    @contextmanager
    def stage(self, label: str, total: int) -> Iterator[Advance]:
        steps: list[int] = []
        self.stages.append((label, total, steps))
        yield steps.append
