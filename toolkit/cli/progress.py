"""How far the work is: bars for a person on stderr, or lines of JSON on stdout for a program that shows its own."""

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

_PAUSE = 0.1
"""Least seconds between two lines of one stage."""


class ShownProgress(Protocol):
    """A ``toolkit.progress.Progress`` that is shown while its block runs."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
    def stage(self, label: str, total: int) -> AbstractContextManager[Advance]:
        """See ``toolkit.progress.Progress``."""

    @property
    def step_callback(self) -> StepCallback | None:
        """See ``toolkit.progress.Progress``."""


def shown_progress(kind: str) -> ShownProgress:
    """``bar`` or ``lines``."""
    return LineProgress() if kind == "lines" else RichProgress()


def print_delivery(delivery: Path) -> None:
    """The last line of a run that is shown in lines."""
    _line({"delivery": str(delivery.absolute())})


class _FramesPerSecond(ProgressColumn):
    """The pace, over the last seconds while running and over the whole once done."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        known = speed is not None and not task.fields.get("steps")
        return Text(f"{speed:5.1f} fps" if known else "", style="progress.data.speed")


class RichProgress:
    """Bars on a terminal; one line per finished stage elsewhere, so that a log stays readable."""

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
        self._pictures: dict[str, TaskID] = {}

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
        """See ``toolkit.progress.Progress``: a bar of its own for each place, as long as a picture is painted there."""
        return self._picture if self._live else None

    def _picture(self, place: str, step: int, steps: int) -> None:
        if step == steps:
            if place in self._pictures:
                self._bars.remove_task(self._pictures.pop(place))
            return
        if place not in self._pictures:
            self._pictures[place] = self._bars.add_task(f"  {place}", total=steps, steps=True)
        self._bars.update(self._pictures[place], completed=step, total=steps)


class LineProgress:
    """``{"stage": "sh010  FACE", "done": 12, "total": 48}``: for each stage at most ten lines a second, and its last.

    Whoever reads the lines has no keyboard for us, so while they run Ctrl-C is heard even where a parent in the
    background has it ignored, and on Windows Ctrl-Break, the only one of the two that can be sent to a child, is a
    Ctrl-C as well.
    """

    def __init__(self) -> None:
        self._heard = [getattr(signal, name) for name in ("SIGINT", "SIGBREAK") if hasattr(signal, name)]
        self._before: list[Any] = []
        self.step_callback: StepCallback | None = None
        """Lines count whole frames."""

    def __enter__(self) -> Self:
        self._before = [signal.signal(number, signal.default_int_handler) for number in self._heard]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in zip(self._heard, self._before, strict=True):
            signal.signal(number, handler)

    @contextmanager
    def stage(self, label: str, total: int) -> Iterator[Advance]:
        """See ``toolkit.progress.Progress``."""
        done = said = 0
        due = time.monotonic() + _PAUSE
        _line({"stage": label, "done": 0, "total": total})

        def advance(steps: int) -> None:
            nonlocal done, said, due
            done += steps
            now = time.monotonic()
            if now >= due:
                _line({"stage": label, "done": done, "total": total})
                said, due = done, now + _PAUSE

        yield advance
        if said != done:
            _line({"stage": label, "done": done, "total": total})


def _line(facts: dict[str, str | int]) -> None:
    """One line of JSON on stdout, at once."""
    click.echo(json.dumps(facts))
