"""Decoding ahead: in order, bounded, loud when it fails, gone when nobody listens."""

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
from toolkit.plates.read_ahead import results_ahead


@pytest.fixture(autouse=True)
def elsewhere() -> set[threading.Thread]:
    """Threads that were there before the test: a failed render in an earlier one may still be remembered by pytest."""
    gc.collect()
    _ELSEWHERE.clear()
    _ELSEWHERE.update(threading.enumerate())
    return _ELSEWHERE


_ELSEWHERE: set[threading.Thread] = set()


def _workers() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("plate") and t not in _ELSEWHERE]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_calls(workers: int) -> None:
    def slow(number: int) -> int:
        time.sleep(0.002 * (5 - number % 5))
        return number

    assert list(results_ahead((partial(slow, n) for n in range(20)), workers=workers, ahead=4)) == list(range(20))
    assert _workers() == []


def test_results_are_made_while_the_consumer_works_but_no_more_than_ahead_of_it() -> None:
    begun = threading.Semaphore(0)

    def call(number: int) -> int:
        begun.release()
        return number

    results = results_ahead((partial(call, n) for n in range(100)), workers=2, ahead=3)
    for _ in range(4):
        next(results)
    for _ in range(4 + 3):
        assert begun.acquire(timeout=30), "these begin although nobody has asked for them yet"
    assert not begun.acquire(timeout=0.2), "and no others"
    results.close()


def test_an_exception_reaches_the_consumer_in_its_turn() -> None:
    def call(number: int) -> int:
        if number == 3:
            raise RuntimeError("number three")
        return number

    results = results_ahead((partial(call, n) for n in range(9)), workers=2, ahead=5)
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


def test_a_closed_plate_says_so(source: Path) -> None:
    with open_plate(probe(source)) as plate:
        pass
    with pytest.raises(ValueError, match="closed"):
        plate.frames([0])
