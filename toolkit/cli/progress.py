"""Progress on a terminal: bars on stderr for people, or JSON lines on stdout for programs with their own display."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from toolkit.progress import Advance, StepCallback

_INTERVAL_S = 0.1
"""Minimum time between two lines of one stage, seconds."""


class TerminalProgress(Protocol):
    """A ``toolkit.progress.Progress`` that is displayed while its block runs."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def stage(self, label: str, total: int) -> AbstractContextManager[Advance]:
        """See ``toolkit.progress.Progress``."""

    @property
    def step_callback(self) -> StepCallback | None:
        """See ``toolkit.progress.Progress``."""


def open_progress(kind: str) -> TerminalProgress:
    """The display called ``bar`` or ``lines``."""
    return LineProgress() if kind == "lines" else RichProgress()


def print_delivery(delivery: Path) -> None:
    """Print the last line of a run in lines: where the delivery is."""
    _print_line({"delivery": str(delivery.absolute())})


class _FramesPerSecond(ProgressColumn):
    """Frames per second: recent while running, the average once finished."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        measurable = speed is not None and not task.fields.get("steps")
        return Text(f"{speed:5.1f} fps" if measurable else "", style="progress.data.speed")


class RichProgress:
    """Bars on a terminal; elsewhere one line per finished stage, so that a log stays readable."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._live = console.is_terminal
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _FramesPerSecond(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            disable=not self._live,
        )
        self._images: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    @contextmanager
    def stage(self, label: str, total: int) -> Iterator[Advance]:
        """See ``toolkit.progress.Progress``."""
        task = self._bars.add_task(label, total=total)
        done = 0

        def advance(steps: int) -> None:
            nonlocal done
            done += steps
            self._bars.advance(task, steps)

        yield advance
        if not self._live and done:
            click.echo(f"{label}  {done}/{total}", err=True)

    @property
    def step_callback(self) -> StepCallback | None:
        """See ``toolkit.progress.Progress``: one more bar for each image while it is being rendered."""
        return self._show_steps if self._live else None

    def _show_steps(self, place: str, step: int, steps: int) -> None:
        if step == steps:
            if place in self._images:
                self._bars.remove_task(self._images.pop(place))
            return
        if place not in self._images:
            self._images[place] = self._bars.add_task(f"  {place}", total=steps, steps=True)
        self._bars.update(self._images[place], completed=step, total=steps)


class LineProgress:
    """``{"stage": "sh010  FACE", "done": 12, "total": 48}``: at most ten lines a second per stage, and its last.

    The program that reads the lines can only stop this process with a signal. So Ctrl-C works even if the parent
    process ignores it (a shell's background job does), and on Windows Ctrl-Break, which can be sent to a child process,
    acts like Ctrl-C.
    """

    def __init__(self) -> None:
        self._signals = [getattr(signal, name) for name in ("SIGINT", "SIGBREAK") if hasattr(signal, name)]
        self._handlers: list[Any] = []
        self.step_callback: StepCallback | None = None
        """Lines report whole frames only."""

    def __enter__(self) -> Self:
        self._handlers = [signal.signal(number, signal.default_int_handler) for number in self._signals]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in zip(self._signals, self._handlers, strict=True):
            signal.signal(number, handler)

    @contextmanager
    def stage(self, label: str, total: int) -> Iterator[Advance]:
        """See ``toolkit.progress.Progress``."""
        done = reported = 0
        due = time.monotonic() + _INTERVAL_S
        _print_line({"stage": label, "done": 0, "total": total})

        def advance(steps: int) -> None:
            nonlocal done, reported, due
            done += steps
            now = time.monotonic()
            if now >= due:
                _print_line({"stage": label, "done": done, "total": total})
                reported, due = done, now + _INTERVAL_S

        yield advance
        if reported != done:
            _print_line({"stage": label, "done": done, "total": total})


def _print_line(facts: dict[str, str | int]) -> None:
    """Print one line of JSON on stdout."""
    click.echo(json.dumps(facts))
