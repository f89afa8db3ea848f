"""Runs coroutines from synchronous code, whether or not an event loop already runs in the calling thread.

asyncio allows one running loop per thread. In a notebook, or for a caller inside ``asyncio.run``, that one is taken:
there a helper thread runs ours while the calling thread waits.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")

_CHECK_S = 0.1
"""How often the calling thread checks for a Ctrl-C while it waits for the helper thread, seconds."""


class CoroutineRunner:
    """Runs coroutines one at a time, all on one event loop of its own, so that they can share connections."""

    def __init__(self) -> None:
        # With a factory, Runner does not replace the current event loop of the calling thread.
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._helper: Future[Any] | None = None
        """What the last helper thread returned or will return."""

    def run(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        """Run ``coroutine`` to its end and return its result.

        Ctrl-C, and any other exception in the calling thread, first cancels the coroutine and waits for it to clean
        up, then goes on. A second one does not wait.
        """
        self._wait_for_helper()
        return self._run_in_helper(coroutine) if _is_loop_running() else self._runner.run(coroutine)

    def close(self) -> None:
        """Close the event loop; may be called twice."""
        self._wait_for_helper()
        if _is_loop_running():  # closing runs the loop once more
            self._start_helper(self._runner.close).result()
        else:
            self._runner.close()

    def _run_in_helper(self, coroutine: Coroutine[Any, Any, Result]) -> Result:
        cancel: Future[Callable[[], object]] = Future()

        async def cancellable() -> Result:
            loop, task = asyncio.get_running_loop(), asyncio.current_task()
            assert task is not None
            cancel.set_result(lambda: loop.call_soon_threadsafe(task.cancel))
            return await coroutine

        def work() -> Result:
            try:
                return self._runner.run(cancellable())
            finally:
                cancel.cancel()  # in case the loop could not start

        caller = _Caller()  # before the helper starts, or a Ctrl-C in between goes unnoticed
        try:
            outcome = self._start_helper(work)
            caller.wait_for(outcome)
        except BaseException:
            with suppress(CancelledError):
                cancel.result()()
            self._wait_for_helper()
            raise
        return outcome.result()

    def _start_helper(self, work: Callable[[], Result]) -> Future[Result]:
        outcome: Future[Result] = Future()

        def run() -> None:
            try:
                outcome.set_result(work())
            except BaseException as error:  # raised again in the calling thread
                outcome.set_exception(error)

        self._helper = outcome
        threading.Thread(target=run, name="toolkit engine", daemon=True).start()
        return outcome

    def _wait_for_helper(self) -> None:
        """Wait until the loop is free: a second Ctrl-C may have left a coroutine that is still cleaning up."""
        if self._helper is not None:
            wait([self._helper])  # not Thread.join: in Python 3.11, one that was interrupted does not wait again
            self._helper = None


def _is_loop_running() -> bool:
    """Whether an event loop runs in this thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


class _Caller:
    """The task that calls, if any, which notices when it is cancelled while it is blocked.

    ``asyncio.run`` answers a first Ctrl-C by cancelling its main task, which takes effect at the task's next ``await``
    only; a caller that is blocked here would not notice.
    """

    def __init__(self) -> None:
        self._task = asyncio.current_task()
        self._earlier_requests = self._count_requests()
        """How often the task was asked to cancel before; it may be cleaning up after that."""

    def wait_for(self, outcome: Future[Any]) -> None:
        """Wait until ``outcome`` is there. Raises asyncio.CancelledError once the task is cancelled."""
        while not wait([outcome], timeout=_CHECK_S).done:
            if self._count_requests() > self._earlier_requests:
                raise asyncio.CancelledError

    def _count_requests(self) -> int:
        return self._task.cancelling() if self._task else 0
