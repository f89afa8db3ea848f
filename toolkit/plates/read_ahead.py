"""Work done ahead of whoever consumes it: bounded, in order, and gone when the consumer is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def results_ahead(calls: Iterable[Callable[[], T]], *, workers: int, ahead: int) -> Generator[T, None, None]:
    """The results of ``calls`` in their order, computed in ``workers`` threads up to ``ahead`` calls early.

    What a call raises is raised here, in its place. Closing the iterator (or an exception in its consumer, Ctrl-C
    included) drops what has not begun and waits for the calls under way.
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
