"""The server engines in a thread whose event loop already runs: Jupyter notebooks, and callers inside ``asyncio.run``.

Against the fake servers, see fake_automatic1111.py and fake_comfyui.py. Jupyter itself is not started: what counts is
that its cells run inside a running loop, with Python's default handler for Ctrl-C.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pytest

from tests.engines import _automatic1111, _comfyui
from tests.engines._requests import colours, seeds_in, send_ctrl_c, to_float
from tests.engines.fake_automatic1111 import FakeAutomatic1111, error
from tests.engines.fake_comfyui import FakeComfyui
from toolkit.engines import Engine, PaintRequest, open_engine
from toolkit.engines.event_loop import CoroutineRunner
from toolkit.errors import EngineFailed
from toolkit.settings import ServerSettings, Settings

Fake = FakeAutomatic1111 | FakeComfyui
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of server."""

    engine: str
    fake: Callable[..., Fake]
    request: Callable[..., PaintRequest]
    paint_seed: Callable[..., Any]

    def requests(self, *seeds: int) -> list[PaintRequest]:
        return [self.request(seed) for seed in seeds]

    def stops(self, fake: Fake) -> int:
        """How often the server was told to interrupt its work."""
        return (
            fake.interrupt_count
            if isinstance(fake, FakeAutomatic1111)
            else sum(p == "/interrupt" for p, _ in fake.commands)
        )


KINDS = {
    "automatic1111": Kind(
        engine="automatic1111",
        fake=FakeAutomatic1111,
        request=_automatic1111.make_request,
        paint_seed=_automatic1111.paint_seed,
    ),
    "comfyui": Kind(engine="comfyui", fake=FakeComfyui, request=_comfyui.make_request, paint_seed=_comfyui.paint_seed),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


@contextmanager
def running(*fakes: Fake) -> Iterator[Settings]:
    """The fakes, started, and the settings that name them."""
    with ExitStack() as stack:
        for fake in fakes:
            stack.enter_context(fake)
        yield Settings(server=ServerSettings(url=",".join(fake.address for fake in fakes), timeout=10.0))


def in_a_cell(work: Callable[[], Result]) -> Result:
    """``work`` called as Jupyter runs a cell: inside a running loop, Ctrl-C raising KeyboardInterrupt at once."""

    async def cell() -> Result:
        return work()

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(cell())
    finally:
        loop.close()


def in_asyncio_run(work: Callable[[], Result]) -> Result:
    """``work`` called inside ``asyncio.run``, whose handler answers a first Ctrl-C by cancelling the main task."""

    async def main() -> Result:
        return work()

    return asyncio.run(main())


def paint_all(kind: Kind, settings: Settings, requests: Sequence[PaintRequest]) -> list[Any]:
    with open_engine(kind.engine, settings) as engine:
        engine.prepare([request.look for request in requests])
        return engine.paint(requests)


# --- working -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [in_asyncio_run, in_a_cell])
def test_an_engine_is_opened_prepared_used_and_closed(kind: Kind, call: Callable[..., Any]) -> None:
    idle_before = threading.active_count()
    with running(kind.fake()) as settings:
        (painted,) = call(lambda: paint_all(kind, settings, kind.requests(7)))
    assert np.array_equal(painted, to_float(colours()))
    assert threading.active_count() <= idle_before + 2  # connection threads of the fake that are just ending


def test_several_servers_share_the_work(kind: Kind) -> None:
    fakes = [kind.fake(paint=kind.paint_seed, seconds=0.02) for _ in range(2)]
    with running(*fakes) as settings:
        painted = in_asyncio_run(lambda: paint_all(kind, settings, kind.requests(*range(6))))
    assert seeds_in(painted) == list(range(6))


def test_an_engine_may_pass_into_a_running_loop_and_out_of_it(kind: Kind) -> None:
    with running(kind.fake(paint=kind.paint_seed)) as settings:
        with open_engine(kind.engine, settings) as engine:
            assert seeds_in(in_asyncio_run(lambda: engine.paint(kind.requests(1)))) == [1]
            assert seeds_in(engine.paint(kind.requests(2))) == [2]
        inside = in_asyncio_run(lambda: open_engine(kind.engine, settings))
        assert seeds_in(inside.paint(kind.requests(3))) == [3]
        in_asyncio_run(inside.close)
        inside.close()


def test_the_callers_own_loop_is_left_as_it_was(kind: Kind) -> None:
    async def main(settings: Settings) -> bool:
        before = asyncio.get_running_loop()
        paint_all(kind, settings, kind.requests(1))
        await asyncio.sleep(0)
        return asyncio.get_event_loop() is before

    with running(kind.fake()) as settings:
        assert asyncio.run(main(settings))


def test_outside_a_loop_the_current_event_loop_is_left_as_it_was(kind: Kind) -> None:
    mine = asyncio.new_event_loop()
    asyncio.set_event_loop(mine)
    try:
        with running(kind.fake()) as settings:
            paint_all(kind, settings, kind.requests(1))
        assert asyncio.get_event_loop_policy().get_event_loop() is mine
    finally:
        asyncio.set_event_loop(None)
        mine.close()


# --- stopping ----------------------------------------------------------------------------------------------------


def make_hanging_fake(kind: Kind, on_start: Callable[[], object]) -> Fake:
    """A server whose work only an interrupt ends."""
    fake = kind.fake()
    fake.hangs, fake.on_start = True, on_start
    return fake


def release(*fakes: Fake) -> None:
    for fake in fakes:
        fake.hangs, fake.on_start = False, lambda: None


@pytest.mark.parametrize("call", [in_asyncio_run, in_a_cell])
def test_ctrl_c_stops_every_server_at_work(kind: Kind, call: Callable[..., Any]) -> None:
    both_at_work = threading.Barrier(2, action=send_ctrl_c)
    one, two = (make_hanging_fake(kind, both_at_work.wait) for _ in range(2))
    with running(one, two) as settings, open_engine(kind.engine, settings) as engine:
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            call(lambda: engine.paint(kind.requests(1, 2)))
        assert time.monotonic() - start < 5
        assert (kind.stops(one), kind.stops(two)) == (1, 1)
        release(one, two)
        assert len(call(lambda: engine.paint(kind.requests(3, 4)))) == 2, "the engine goes on working"


def test_ctrl_c_closes_the_engine_on_its_way_out(kind: Kind) -> None:
    fake = make_hanging_fake(kind, send_ctrl_c)
    with running(fake) as settings, pytest.raises(KeyboardInterrupt):
        in_asyncio_run(lambda: paint_all(kind, settings, kind.requests(1)))
    assert kind.stops(fake) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGUSR1")
def test_any_exception_in_the_waiting_thread_stops_the_servers(kind: Kind) -> None:
    class OutOfTimeError(Exception):
        """Raised by a signal handler, as test runners and job schedulers do."""

    def raise_it(*_: object) -> None:
        raise OutOfTimeError

    main = threading.main_thread().ident or 0
    fake = make_hanging_fake(kind, lambda: signal.pthread_kill(main, signal.SIGUSR1))
    before = signal.signal(signal.SIGUSR1, raise_it)
    try:
        with running(fake) as settings, pytest.raises(OutOfTimeError):
            in_asyncio_run(lambda: paint_all(kind, settings, kind.requests(1)))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert kind.stops(fake) == 1


def test_an_error_of_one_server_stops_the_others_and_reaches_the_caller(kind: Kind) -> None:
    busy = threading.Event()
    working, failing = make_hanging_fake(kind, busy.set), kind.fake()
    failing.on_start = lambda: busy.wait(5)
    if isinstance(failing, FakeAutomatic1111):
        failing.queued_answers.append(error(500, "OutOfMemoryError", errors="CUDA out of memory"))
    else:
        failing.fails = ("KSampler", "torch.OutOfMemoryError", "CUDA out of memory")
    with running(working, failing) as settings, pytest.raises(EngineFailed, match="CUDA out of memory"):
        in_asyncio_run(lambda: paint_all(kind, settings, kind.requests(1, 2)))
    assert kind.stops(working) == 1


# --- CoroutineRunner ---------------------------------------------------------------------------------------------


def test_a_second_ctrl_c_does_not_wait_and_the_runner_can_still_be_closed() -> None:
    """The coroutine takes its time to end after it was cancelled, as when a server does not answer."""
    ended = threading.Event()

    async def stubborn() -> None:
        threading.Timer(0.1, send_ctrl_c).start()
        try:
            await asyncio.sleep(20)
        except asyncio.CancelledError:
            threading.Timer(0.1, send_ctrl_c).start()
            await asyncio.sleep(1)
            ended.set()
            raise

    runner = CoroutineRunner()
    with pytest.raises(KeyboardInterrupt):
        in_a_cell(lambda: runner.run(stubborn()))
    assert not ended.is_set()
    runner.close()
    assert ended.is_set()


@pytest.mark.parametrize("call", [in_asyncio_run, in_a_cell])
def test_a_ctrl_c_before_the_caller_waits_is_not_lost(
    call: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The helper thread may be at work before the calling thread goes on."""
    sent, cancelled = threading.Event(), threading.Event()

    class SlowThread(threading.Thread):
        def start(self) -> None:
            super().start()
            sent.wait(5)

    async def interrupted() -> None:
        send_ctrl_c()
        sent.set()
        try:
            await asyncio.sleep(3)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    runner = CoroutineRunner()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(threading, "Thread", SlowThread)
        call(lambda: runner.run(interrupted()))
    assert cancelled.is_set()
    runner.close()


def test_without_a_running_loop_there_is_no_helper_thread() -> None:
    async def where() -> str:
        return threading.current_thread().name

    runner = CoroutineRunner()
    assert runner.run(where()) == threading.current_thread().name
    assert in_asyncio_run(lambda: runner.run(where())) != threading.current_thread().name
    runner.close()


def test_a_closed_engine_may_be_closed_again(kind: Kind) -> None:
    def close_twice(engine: Engine) -> None:
        engine.close()
        engine.close()

    with running(kind.fake()) as settings:
        in_asyncio_run(lambda: close_twice(open_engine(kind.engine, settings)))
