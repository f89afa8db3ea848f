"""Compute results ahead of their consumer: bounded, in order, cancelled with the consumer."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def prefetch(calls: Iterable[Callable[[], T]], *, workers: int, ahead: int) -> Generator[T, None, None]:
    """The results of ``calls`` in order, computed in ``workers`` threads up to ``ahead`` calls early.

    An exception of a call is raised here, in its place. Closing the iterator (or an exception in its consumer, Ctrl-C
    included) cancels calls that have not started and waits for the running ones.
    """
    pool = ThreadPoolExecutor(workers, thread_name_prefix="plate")
    waiting: deque[Future[T]] = deque()
    try:
        for call in calls:
            waiting.append(pool.submit(call))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
