"""CPU time of reading, listing and giving back a cut of 10,000 clips, beside OpenTimelineIO reading and writing it."""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from functools import partial
from itertools import count as count_up
from itertools import islice
from pathlib import Path

from tests.delivery._deliveries import plan_of, write_layers
from tests.turnover._cuts import (
    Json,
    clip,
    gap,
    movie_reference,
    sequence_reference,
    speed,
    time_range,
    timeline,
    track,
    transition,
    write,
)
from tests.turnover._cuts import time as at
from toolkit.cli.show import show_shots
from toolkit.delivery import write_delivery
from toolkit.turnover import compare_cuts, keep_names, read_cut

COUNTS = (10_000, 20_000)
"""Clips."""
ROUNDS = 5

_BARE = "OpenTimelineIO reads, writes"
_ALL = "read, list as JSON and write"

_TIMECODE = 86_400
"""Of the first frame of every movie: 01:00:00:00 at 24 fps."""
_TAKES = 20
"""Media that many clips use."""


def _effect(number: int, name: str) -> Json:
    """An effect that Resolve writes into every clip, with four parameters at their defaults."""
    parameters = [
        {
            "Default Parameter Value": 1.0,
            "Key Frames": {},
            "Parameter ID": f"parameter{place}",
            "Parameter Value": 1.0,
            "Variant Type": "Double",
        }
        for place in range(4)
    ]
    about = {"Display Type": 1, "Effect Name": name, "Enabled": True, "Name": name, "Parameters": parameters}
    metadata = {"Resolve_OTIO": {**about, "Type": number}}
    return {"OTIO_SCHEMA": "Effect.1", "name": "", "effect_name": "Resolve Effect", "metadata": metadata}


EFFECTS = [
    _effect(number, name)
    for number, name in enumerate(("Transform", "Cropping", "Dynamic Zoom", "Composite", "Lens", "Retime Scaling"))
]


def clips(*, as_resolve: bool) -> Iterator[Json]:
    """Clips without end: every second shows a media of its own; every tenth is retimed, every fifth a sequence."""
    for number in count_up():
        media = number if number % 2 else number % _TAKES
        start = 10 + 7 * number % 800
        effects = [speed((0.5, 2.0, -1.0)[number // 10 % 3])] if number % 10 == 3 else []
        shown = 24 + number % 48
        if number % 5 == 2:
            reference = sequence_reference(f"/offline/plates/take{media:05d}/", 1001, time_range(1001, 2000))
            used = time_range(1001 + start, shown)
        else:
            reference = movie_reference(f"/offline/rushes/A{media:05d}.mov", time_range(_TIMECODE, 2000))
            used = time_range(_TIMECODE + start, shown)
        one = clip(reference, used, name=f"sh{number:05d}", effects=[*effects, *(EFFECTS if as_resolve else ())])
        yield {**one, "metadata": {"Resolve_OTIO": {"Link Group ID": number}}} if as_resolve else one


def make_cut(path: Path, count: int, *, as_resolve: bool = False) -> Path:
    """A timeline of ``count`` clips on two tracks, with offline media, some gaps and dissolves.

    ``as_resolve``: with the effects and metadata that Resolve writes, which make the file several times as large.
    """
    every, below = clips(as_resolve=as_resolve), count * 7 // 10
    lower: list[Json] = []
    for number, one in enumerate(islice(every, below)):
        lower += [transition(6, 6)] if number % 20 == 19 else []
        lower.append(one)
    upper: list[Json] = []
    for one in islice(every, count - below):
        upper += [gap(48), one]
    return write(path, timeline(track(*lower), track(*upper, name="Video 2"), start=at(_TIMECODE), name="reel"))


def bench_cut(folder: Path) -> None:
    """Print the CPU seconds of each step, and their ratio to OpenTimelineIO reading and writing the file."""
    few, many = COUNTS
    totals = {
        count: _print_steps(make_cut(folder / f"cut_{count}.otio", count), f"{count:,} clips") for count in COUNTS
    }
    print(f"{f'{many:,} / {few:,} clips':55s} ratio {totals[many] / totals[few]:.2f} (target: at most 2.2)")
    _print_steps(make_cut(folder / "cut_resolve.otio", few, as_resolve=True), f"{few:,} clips as Resolve writes them")


def _print_steps(path: Path, name: str) -> float:
    """Print a line for each step; returns the seconds of reading, listing and writing."""
    seconds = _time_steps(path, path.with_suffix(""))
    bare = seconds[_BARE]
    for step, times in seconds.items():
        ratio = statistics.median(mine / theirs for mine, theirs in zip(times, bare, strict=True))
        target = " (target: under 3 s, at most 2.0x)" if step == _ALL else ""
        print(f"{f'{name}: {step}':55s} {statistics.median(times):5.2f} s of CPU time, {ratio:4.2f}x{target}")
    return statistics.median(seconds[_ALL])


def _time_steps(path: Path, out: Path) -> dict[str, list[float]]:
    """CPU seconds of each step, once per round, one after another."""
    cut = read_cut(path)
    plan = plan_of(cut.shots[1])  # of a media that no other clip uses
    write_layers(plan, out, only_first=True)
    steps: dict[str, Callable[[], object]] = {
        _BARE: partial(_read_and_write, path, out / "bare.otio"),
        "read": lambda: read_cut(path),
        "list as JSON": lambda: show_shots(cut, as_json=True),
        "list as a table": lambda: show_shots(cut, as_json=False),
        "write": lambda: write_delivery(cut, [plan], out),
        "keep names": lambda: keep_names(cut, cut),
        "compare": lambda: compare_cuts(cut, cut),
    }
    seconds: dict[str, list[float]] = {name: [] for name in (*steps, _ALL)}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            seconds[name].append(_cpu_seconds(step))
        total = sum(seconds[name][-1] for name in ("read", "list as JSON", "write"))
        seconds[_ALL].append(total)
    return seconds


def _cpu_seconds(step: Callable[[], object]) -> float:
    before = time.process_time()
    with redirect_stdout(io.StringIO()):
        step()
    return time.process_time() - before


def _read_and_write(path: Path, target: Path) -> None:
    import opentimelineio as otio

    otio.adapters.write_to_file(otio.adapters.read_from_file(str(path)), str(target))
