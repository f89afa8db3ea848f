"""Progress reporting: one shape for every stage, silent unless the caller passes something that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Advance = Callable[[int], None]
"""Called with the number of steps (usually frames) finished since the last call."""

StepCallback = Callable[[str, int, int], None]
"""Called with the address of the server that paints an image, the sampling steps done and their total.

Both are 1 when the image is done or has failed."""


class Progress(Protocol):
    """Receives progress updates."""

    def stage(self, label: str, total: int) -> AbstractContextManager[Advance]:
        """Show a stage of ``total`` steps while the block runs; the block calls the returned ``Advance``."""

    @property
    def step_callback(self) -> StepCallback | None:
        """Receives the sampling steps within single images; None when nothing shows them."""


class SilentProgress:
    """Shows nothing. Subclass it and override ``stage`` to show the progress of a run::

    class Printed(toolkit.SilentProgress):
        @contextmanager
        def stage(self, label, total):
            print(label, total)
            yield lambda steps: print(f"  {steps} more")
    """

    step_callback: StepCallback | None = None
    """Nothing shows single images."""

    @contextmanager
    def stage(self, label: str, total: int) -> Iterator[Advance]:
        """See ``Progress``."""
        yield ignore_steps


def ignore_steps(steps: int) -> None:
    """An ``Advance`` for callers that show nothing."""


SILENT: Progress = SilentProgress()
"""The default of every function that takes a ``Progress``."""
