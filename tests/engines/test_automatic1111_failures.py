"""How the automatic1111 engine handles errors, interrupts and Ctrl-C, and how it reports progress.

Against a fake server over real sockets; fake_automatic1111.py says what that proves.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import numpy as np
import pytest

from tests.engines._automatic1111 import engine_on, make_request
from tests.engines._requests import colours, send_ctrl_c, to_float
from tests.engines.fake_automatic1111 import BROKEN, Answer, FakeAutomatic1111, as_json, error, png
from toolkit.engines import http_client
from toolkit.engines.automatic1111 import Automatic1111Engine
from toolkit.engines.automatic1111 import engine as automatic1111
from toolkit.errors import EngineFailed
from toolkit.settings import ServerSettings

# --- retries and errors ------------------------------------------------------------------------------------------


def proxy_answer(status: int) -> Answer:
    """What a proxy answers for the server behind it."""
    return Answer(status=status, body=b"<html>", media_type="text/html")


@pytest.mark.parametrize("failure", [BROKEN, *map(proxy_answer, (502, 503, 521, 522, 523))])
def test_temporary_failures_are_retried(failure: Answer) -> None:
    fake = FakeAutomatic1111()
    fake.queued_answers.extend([failure] * http_client.RETRIES)
    with engine_on(fake) as engine:
        engine.paint([make_request()])
    assert len(fake.img2img_bodies) == 1 + http_client.RETRIES


@pytest.mark.parametrize("status", [504, 524])
def test_a_gateway_timeout_is_not_retried(status: int) -> None:
    """The server behind the proxy is still rendering, and a retry would wait behind the first request."""
    fake = FakeAutomatic1111()
    fake.queued_answers.append(proxy_answer(status))
    with (
        engine_on(fake) as engine,
        pytest.raises(EngineFailed, match=f"answered {status}.*; raise the proxy's timeout"),
    ):
        engine.paint([make_request()])
    assert len(fake.img2img_bodies) == 1


def test_an_image_whose_connection_is_cut_is_stopped_before_it_is_asked_for_again() -> None:
    """The server does not notice that nobody waits any more, and a retry would wait behind the first request."""
    fake = FakeAutomatic1111()
    fake.remaining_cuts, fake.hangs = 1, True

    def start() -> None:
        fake.hangs = len(fake.img2img_bodies) == 1

    fake.on_start = start
    began = time.monotonic()
    with engine_on(fake) as engine:
        assert len(engine.paint([make_request()])) == 1
    assert time.monotonic() - began < fake.hang_s / 2
    assert (len(fake.img2img_bodies), fake.interrupt_count) == (2, 1)


@pytest.mark.parametrize(
    "not_ready", [error(404, "", detail="Not Found"), error(500, "IndexError", errors="list index")]
)
def test_a_server_that_has_just_come_back_may_not_be_ready(not_ready: Answer) -> None:
    """The web UI listens before its API exists, and its API exists before the extensions' values do (webui.py)."""
    fake = FakeAutomatic1111()
    fake.queued_answers.extend([proxy_answer(503), not_ready, not_ready])
    with engine_on(fake) as engine:
        assert len(engine.paint([make_request()])) == 1
    assert len(fake.img2img_bodies) == 4


@pytest.mark.parametrize(("starting_s", "posts"), [(0.0, 2), (30.0, 1 + http_client.RETRIES)])
def test_an_error_that_stays_after_a_restart_is_reported(
    starting_s: float, posts: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "STARTING_S", starting_s)
    fake = FakeAutomatic1111()
    fake.queued_answers.extend([proxy_answer(503), *[error(404, "", detail="Sampler not found")] * 9])
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match="answered 404 Not Found: Sampler not found"):
        engine.paint([make_request()])
    assert len(fake.img2img_bodies) == posts


def test_the_wait_doubles_with_every_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "BACKOFF_S", 0.05)
    fake = FakeAutomatic1111()
    times: list[float] = []
    fake.on_start = lambda: times.append(time.monotonic())
    fake.queued_answers.extend([BROKEN] * 3)
    with engine_on(fake) as engine:
        engine.paint([make_request()])
    waits = np.diff(times)
    assert (waits > (0.05, 0.1, 0.2)).all()
    assert waits.sum() < 5  # generous, for busy machines


NAN = "A tensor with all NaNs was produced in Unet."
TRACE = "Traceback (most recent call last):\n  File 'a.py', line 3\n    x()\nKeyError: 'cond'"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (error(404, "HTTPException", detail="Sampler not found"), "answered 404 Not Found: Sampler not found"),
        (error(500, "NansException", errors=NAN), f"answered 500 Internal Server Error: NansException: {NAN}"),
        (error(500, "KeyError", errors=TRACE), "answered 500 Internal Server Error: KeyError: 'cond'"),
        (error(500, "RuntimeError"), "answered 500 Internal Server Error: RuntimeError"),
        (error(401, "HTTPException", detail="Who?"), "Who?; set the environment variable TOOLKIT_ENGINE_AUTH to"),
        (
            as_json({"detail": [{"loc": ["body", "steps"], "msg": "not an int"}], "body": "iVBOR"}, status=422),
            ": body.steps: not an int",
        ),
        (Answer(status=500, body=b"<html><h1>Oops</h1>", media_type="text/html"), "answered 500 Internal Server Error"),
        (Answer(status=302), "answered 302 Found"),
        (
            Answer(body=b"<html>hello</html>", media_type="text/html"),
            "answered /sdapi/v1/img2img with something that is not",
        ),
        (as_json({"images": []}), "answered without an image"),
        (as_json({"images": None}), "answered without an image"),
        (as_json([1]), "answered without an image"),
        (as_json({"images": [png(colours(8, 16))]}), "an image of 16 x 8 pixels instead of 24 x 16"),
        (as_json({"images": ["%%%"]}), "an image that is not a PNG"),
        (
            as_json({"images": [base64.b64encode(b"\xff\xd8\xff\xe0 JFIF").decode()]}),
            "set its image file format to png",
        ),
        (as_json({"images": [base64.b64encode(b"\x89PNG\r\n\x1a\n????").decode()]}), "PNG that cannot be decoded"),
    ],
)
def test_a_refusal_is_one_line_with_the_place_and_is_not_retried(answer: Answer, words: str) -> None:
    fake = FakeAutomatic1111()
    fake.queued_answers.append(answer)
    with engine_on(fake) as engine, pytest.raises(EngineFailed) as caught:
        engine.paint([make_request(1)])
    text = str(caught.value)
    assert f"sh010 FACE 1001: {fake.address} " in text
    assert words in text
    for never in ("<html", "Traceback", "iVBOR", "\n"):
        assert never not in text
    assert len(fake.img2img_bodies) == 1


def test_a_servers_own_message_is_shortened_to_300_characters() -> None:
    fake = FakeAutomatic1111()
    fake.queued_answers.append(error(500, "E", errors="x" * 5000))
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match=f"E: {'x' * 296}…$"):
        engine.paint([make_request()])


def test_an_image_in_a_data_url_is_accepted() -> None:
    fake = FakeAutomatic1111()
    fake.queued_answers.append(as_json({"images": ["data:image/png;base64," + png(colours()), "a detected map"]}))
    with engine_on(fake) as engine:
        assert np.array_equal(engine.paint([make_request()])[0], to_float(colours()))


def test_an_image_that_takes_too_long_is_interrupted_and_not_retried() -> None:
    fake = FakeAutomatic1111()
    fake.hangs = True
    with (
        engine_on(fake, timeout=0.2) as engine,
        pytest.raises(EngineFailed, match=r"did not answer within 0\.2 s; raise server\.timeout"),
    ):
        engine.paint([make_request()])
    assert len(fake.img2img_bodies) == 1
    assert fake.interrupt_count == 1


# --- interrupting ------------------------------------------------------------------------------------------------


def make_hanging_fake(*, on_start: Callable[[], object]) -> FakeAutomatic1111:
    fake = FakeAutomatic1111()
    fake.hangs, fake.on_start = True, on_start
    return fake


def test_ctrl_c_stops_all_servers_and_the_engine_can_go_on() -> None:
    both_at_work = threading.Barrier(2, action=send_ctrl_c)
    one, two = (make_hanging_fake(on_start=both_at_work.wait) for _ in range(2))
    idle_before = threading.active_count()
    with engine_on(one, two, FakeAutomatic1111()) as engine:
        with pytest.raises(KeyboardInterrupt):
            engine.paint([make_request(1), make_request(2)])
        assert (one.interrupt_count, two.interrupt_count) == (1, 1)
        one.hangs = two.hangs = False
        one.on_start = two.on_start = lambda: None
        assert len(engine.paint([make_request(3), make_request(4)])) == 2
    assert threading.active_count() <= idle_before + len(
        (one, two)
    )  # connection threads of the fake that are just ending


def test_ctrl_c_does_not_wait_for_a_server_that_ignores_it() -> None:
    fake = make_hanging_fake(on_start=send_ctrl_c)
    fake.obeys_interrupts = False
    start = time.monotonic()
    with engine_on(fake) as engine:
        with pytest.raises(KeyboardInterrupt):
            engine.paint([make_request()])
        assert time.monotonic() - start < 2
    assert fake.interrupt_count == 1


@pytest.mark.parametrize("how", ["interrupted", "skipped"])
def test_an_image_interrupted_by_another_client_is_an_error(how: str) -> None:
    """The unfinished image is returned like a finished one; only ``/sdapi/v1/progress`` reports the interrupt.

    See sd_samplers_common.py and process_images_inner of the web UI.
    """
    fake = FakeAutomatic1111()
    fake.hangs, fake.on_start = True, lambda: fake.stop(how)
    with engine_on(fake) as engine:
        with pytest.raises(EngineFailed, match=r"sh010 FACE 1007: .* was interrupted by another client"):
            engine.paint([make_request()])
        fake.hangs, fake.on_start = False, lambda: None
        assert len(engine.paint([make_request()])) == 1, "the next image is not affected"


@pytest.fixture
def busy_with_another_client() -> Iterator[FakeAutomatic1111]:
    """A server that is rendering an image of another client."""
    at_work = threading.Event()
    fake = FakeAutomatic1111()
    fake.hangs, fake.on_start = True, at_work.set
    theirs = {"init_images": [png(colours())], "force_task_id": "task(theirs)"}
    with fake:
        asking = threading.Thread(
            target=httpx.post, args=(fake.address + "/sdapi/v1/img2img",), kwargs={"json": theirs, "trust_env": False}
        )
        asking.start()
        assert at_work.wait(5)
        fake.on_start = lambda: None
        yield fake
        fake.release()
        asking.join()


def test_cancelling_a_waiting_image_does_not_interrupt_another_clients(
    busy_with_another_client: FakeAutomatic1111,
) -> None:
    """``/sdapi/v1/interrupt`` takes no task id; ``/internal/progress`` knows the running task (modules/progress.py)."""
    settings = ServerSettings(url=busy_with_another_client.address, timeout=0.3)
    with Automatic1111Engine(settings) as engine, pytest.raises(EngineFailed, match="did not answer within"):
        engine.paint([make_request()])
    assert busy_with_another_client.interrupt_count == 0


def test_a_server_without_task_ids_is_interrupted() -> None:
    fake = FakeAutomatic1111(old=True)
    fake.hangs = True
    with engine_on(fake, timeout=0.2) as engine, pytest.raises(EngineFailed, match="did not answer within"):
        engine.paint([make_request()])
    assert fake.interrupt_count == 1


def test_an_error_of_one_server_stops_the_others() -> None:
    busy = threading.Event()
    working, failing = make_hanging_fake(on_start=busy.set), FakeAutomatic1111()
    failing.on_start = lambda: busy.wait(5)
    failing.queued_answers.append(error(500, "OutOfMemoryError", errors="CUDA out of memory"))
    with engine_on(working, failing) as engine, pytest.raises(EngineFailed, match="CUDA out of memory"):
        engine.paint([make_request(1), make_request(2)])
    assert working.interrupt_count == 1
    assert failing.interrupt_count == 0


# --- progress ----------------------------------------------------------------------------------------------------


def test_the_step_callback_receives_progress_and_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic1111, "PROGRESS_INTERVAL_S", 0.01)
    fake, reports = make_hanging_fake(on_start=lambda: None), []

    def watch(place: str, step: int, steps: int) -> None:
        reports.append((place, step, steps))
        if fake.at_step == (4, 16):
            fake.at_step = (9, 16)
        elif (step, steps) == (9, 16):
            fake.release()

    fake.at_step = (4, 16)
    with engine_on(fake) as engine:
        engine.step_callback = watch
        engine.paint([make_request()])
    assert list(dict.fromkeys(reports)) == [(fake.address, 4, 16), (fake.address, 9, 16), (fake.address, 1, 1)]
    assert reports[-1] == (fake.address, 1, 1)


@pytest.mark.parametrize("answer", [as_json([]), as_json({"state": None}), as_json({"detail": "no"}, status=404)])
def test_a_server_that_reports_no_progress_still_renders(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic1111, "PROGRESS_INTERVAL_S", 0.01)
    fake, reports = FakeAutomatic1111(seconds=0.2), []
    fake.answers_by_path["/sdapi/v1/progress?skip_current_image=true"] = answer
    with engine_on(fake) as engine:
        engine.step_callback = lambda *facts: reports.append(facts)
        assert len(engine.paint([make_request()])) == 1
    assert reports == [(fake.address, 1, 1)]
    assert any(request.path.startswith("/sdapi/v1/progress") for request in fake.requests)


def test_without_a_step_callback_progress_is_queried_only_once_after_the_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(automatic1111, "PROGRESS_INTERVAL_S", 0.01)
    with engine_on(fake := FakeAutomatic1111(seconds=0.1)) as engine:
        engine.paint([make_request()])
    assert [request.path.partition("?")[0] for request in fake.requests][-2:] == [
        "/sdapi/v1/img2img",
        "/sdapi/v1/progress",
    ]
    assert sum("progress" in request.path for request in fake.requests) == 1


def test_ctrl_c_stops_the_progress_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic1111, "PROGRESS_INTERVAL_S", 0.01)
    fake, reports = make_hanging_fake(on_start=send_ctrl_c), []
    with engine_on(fake) as engine:
        engine.step_callback = lambda *facts: reports.append(facts)
        with pytest.raises(KeyboardInterrupt):
            engine.paint([make_request()])
        before = len(fake.requests)
        time.sleep(0.1)
        assert len(fake.requests) == before
    assert reports[-1] == (fake.address, 1, 1)


def test_a_closed_engine_may_be_closed_again() -> None:
    with engine_on(FakeAutomatic1111()) as engine:
        engine.close()
