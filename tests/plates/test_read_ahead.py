"""Decoding ahead: in order, bounded, with errors in their place, and cancelled with the consumer."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from toolkit.plates import open_plate, probe
from toolkit.plates.read_ahead import prefetch


@pytest.fixture(autouse=True)
def earlier_threads() -> set[threading.Thread]:
    """Threads from before the test: pytest may still hold objects of an earlier, failed one."""
    gc.collect()
    _EARLIER.clear()
    _EARLIER.update(threading.enumerate())
    return _EARLIER


_EARLIER: set[threading.Thread] = set()


def _workers() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("plate") and t not in _EARLIER]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_calls(workers: int) -> None:
    def slow(number: int) -> int:
        time.sleep(0.002 * (5 - number % 5))
        return number

    assert list(prefetch((partial(slow, n) for n in range(20)), workers=workers, ahead=4)) == list(range(20))
    assert _workers() == []


def test_results_are_computed_at_most_ahead_calls_early() -> None:
    started = threading.Semaphore(0)

    def call(number: int) -> int:
        started.release()
        return number

    results = prefetch((partial(call, n) for n in range(100)), workers=2, ahead=3)
    for _ in range(4):
        next(results)
    for _ in range(4 + 3):
        assert started.acquire(timeout=30), "these start before they are needed"
    assert not started.acquire(timeout=0.2), "no others"
    results.close()


def test_an_exception_reaches_the_consumer_in_its_turn() -> None:
    def call(number: int) -> int:
        if number == 3:
            raise RuntimeError("number three")
        return number

    results = prefetch((partial(call, n) for n in range(9)), workers=2, ahead=5)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(RuntimeError, match="number three"):
        next(results)
    assert _workers() == []


@pytest.fixture
def pngs(tmp_path: Path) -> Path:
    for number in range(40):
        assert cv2.imwrite(str(tmp_path / f"p.{number:04d}.png"), np.full((90, 160, 3), number, np.uint8))
    return tmp_path / "p.####.png"


@pytest.fixture(params=["movie", "sequence"])
def source(request: pytest.FixtureRequest, movie: Callable[[str], Path], pngs: Path) -> Path:
    return movie("h264_open_group.mp4") if request.param == "movie" else pngs


@pytest.mark.parametrize("how", ["closed", "dropped", "interrupted"])
def test_a_consumer_that_stops_early_leaves_no_thread_behind(how: str, source: Path) -> None:
    with open_plate(probe(source)) as plate:
        frames: Generator[object, None, None] = plate.frames(range(40))
        next(frames)
        next(frames)
        assert _workers()
        if how == "closed":
            frames.close()
        elif how == "dropped":
            del frames
        else:
            with pytest.raises(KeyboardInterrupt):
                frames.throw(KeyboardInterrupt)
        assert _workers() == []


def test_reading_from_a_closed_plate_is_an_error(source: Path) -> None:
    with open_plate(probe(source)) as plate:
        pass
    with pytest.raises(ValueError, match="closed"):
        plate.frames([0])
