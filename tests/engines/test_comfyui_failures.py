"""How the comfyui engine handles errors, interrupts and Ctrl-C.

Against a fake server over real sockets; fake_comfyui.py says what that proves.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.engines._comfyui import engine_on, make_request, paint_seed
from tests.engines._comfyui_wire import ReceivedRequest
from tests.engines._requests import colours, seeds_in, send_ctrl_c
from tests.engines.fake_automatic1111 import BROKEN, Answer, as_json
from tests.engines.fake_comfyui import FakeComfyui, encode_png
from toolkit.engines import http_client
from toolkit.errors import EngineFailed

# --- retries and errors ------------------------------------------------------------------------------------------


PATHS = ["/prompt", "/upload", "/view", "/history"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("failure", [BROKEN, *(Answer(status=status, body=b"<html>") for status in (503, 504))])
def test_temporary_failures_are_retried(failure: Answer, path: str) -> None:
    fake = FakeComfyui(paint=paint_seed)
    with engine_on(fake) as engine:
        fake.queued_answers[path].extend([failure] * http_client.RETRIES)
        assert seeds_in(engine.paint([make_request(5)])) == [5]


VALIDATION = {
    "error": {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"},
    "node_errors": {
        "9": {
            "errors": [
                {
                    "type": "value_bigger_than_max",
                    "message": "Value 400.0 bigger than max of 100.0",
                    "details": "cfg",
                    "extra_info": {"input_name": "cfg", "received_value": 400.0},
                }
            ],
            "dependent_outputs": ["11"],
            "class_type": "KSampler",
        }
    },
}
GONE = {"type": "missing_node_type", "message": "Node 'X' not found.", "details": "Node ID '#9'"}
CFG = "node 9 'sampler' (KSampler), 'cfg': Value 400.0 bigger than max of 100.0: cfg"


@pytest.mark.parametrize(
    ("place", "answer", "words"),
    [
        ("/prompt", as_json(VALIDATION, status=400), f"refused {CFG}"),
        ("/prompt", as_json({"prompt_id": "1", "number": 1, **VALIDATION}), f"refused {CFG}"),
        ("/prompt", as_json({"error": GONE, "node_errors": {}}, status=400), "Node 'X' not found.: Node ID '#9'"),
        ("/prompt", as_json({"error": "no prompt", "node_errors": []}, status=400), "400 Bad Request: no prompt"),
        ("/prompt", as_json([1]), "answered /prompt without an id"),
        (
            "/prompt",
            Answer(body=b"<html>hello", media_type="text/html"),
            "answered /prompt with something that is not JSON",
        ),
        ("/prompt", Answer(status=403, body=b"<html>"), "403 Forbidden; set the environment variable TOOLKIT_ENGINE"),
        ("/prompt", Answer(status=500, body=b"<html>Traceback"), "answered 500 Internal Server Error"),
        ("/upload", Answer(status=413, body=b"<html>"), "answered 413 "),
        ("/upload", as_json({"subfolder": ""}), "answered /upload/image without a file name"),
        ("/view", Answer(status=404), "answered 404 Not Found"),
        (
            "/view",
            Answer(body=b"RIFF WEBP", media_type="image/webp"),
            "not a PNG; let node 11 'result' (PreviewImage) save PNG",
        ),
        ("/view", Answer(body=b"\x89PNG\r\n\x1a\n????"), "PNG that cannot be decoded"),
        ("/view", Answer(body=encode_png(colours(8, 16))), "an image of 16 x 8 pixels instead of 24 x 16"),
    ],
)
def test_a_refusal_is_one_line_with_the_place_and_is_not_retried(place: str, answer: Answer, words: str) -> None:
    fake = FakeComfyui()
    with engine_on(fake) as engine:
        fake.queued_answers[place].append(answer)
        with pytest.raises(EngineFailed) as caught:
            engine.paint([make_request(1)])
    text = str(caught.value)
    assert f"sh010 FACE 1001: {fake.address} " in text
    assert words in text
    for never in ("<html", "Traceback", "\n"):
        assert never not in text
    assert len(fake.graphs) <= 1


@pytest.mark.parametrize(
    ("outputs", "words"),
    [
        ({}, "finished without an image from node 11 'result' (PreviewImage)"),
        ({"11": {"text": ["hello"]}}, "finished without an image from node 11"),
        (
            {"11": {"images": [{"filename": "a.png"}, {"filename": "b.png"}]}},
            "finished with 2 images from node 11 'result' (PreviewImage) instead of one",
        ),
        ({"11": {"images": ["a.png"]}}, "does not say where it stored the image from node 11 'result' (PreviewImage)"),
        ([], "answered /history without the outputs of our item"),
    ],
)
def test_a_missing_or_ambiguous_result_is_reported(
    outputs: object, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeComfyui()
    monkeypatch.setattr(fake, "_run", lambda task, say, ends: outputs)
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match="sh010 FACE 1007") as caught:
        engine.paint([make_request()])
    assert words in str(caught.value)


@pytest.mark.parametrize("websocket", ["works", "is refused"])
def test_a_failure_while_executing_names_the_node(websocket: str) -> None:
    fake = FakeComfyui()
    fake.fails = ("KSampler", "torch.OutOfMemoryError", "Allocation on device\nTIPS: …")
    fake.websocket = websocket
    text = r"failed in node 9 'sampler' \(KSampler\): torch.OutOfMemoryError: Allocation on device TIPS: …$"
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match=text):
        engine.paint([make_request()])
    assert len(fake.graphs) == 1


@pytest.mark.parametrize("websocket", ["works", "is refused"])
def test_an_item_interrupted_by_another_client_is_an_error(websocket: str) -> None:
    fake = FakeComfyui()
    fake.hangs, fake.websocket = True, websocket
    fake.on_start = fake._interrupted.set
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match="was interrupted by another client"):
        engine.paint([make_request()])


# --- interrupting ------------------------------------------------------------------------------------------------


def make_hanging_fake(*, on_start: Callable[[], object] = lambda: None, **kinds: Any) -> FakeComfyui:
    fake = FakeComfyui(**kinds)
    fake.hangs, fake.on_start = True, on_start
    return fake


def count_interrupts(fake: FakeComfyui) -> int:
    return sum(path == "/interrupt" for path, _ in fake.commands)


@pytest.mark.parametrize("websocket", ["works", "is refused"])
@pytest.mark.parametrize("old", [False, True])
def test_an_item_that_takes_too_long_is_removed_and_not_retried(websocket: str, old: bool) -> None:
    fake = make_hanging_fake(old=old)
    fake.websocket = websocket
    with (
        engine_on(fake, timeout=0.3) as engine,
        pytest.raises(EngineFailed, match=r"was not done within 0\.3 s; raise server\.timeout"),
    ):
        engine.paint([make_request()])
    assert len(fake.graphs) == 1
    assert count_interrupts(fake) == 1


@pytest.mark.parametrize("old", [False, True])
def test_cancelling_a_waiting_item_does_not_interrupt_another_clients(old: bool) -> None:
    at_work = threading.Event()
    fake = make_hanging_fake(on_start=at_work.set, old=old)
    with engine_on(fake, timeout=0.3) as engine:
        engine.prepare([make_request().look])
        fake.enqueue("of another client", {})
        assert at_work.wait(5)
        with pytest.raises(EngineFailed, match="was not done"):
            engine.paint([make_request()])
        assert [path for path, _ in fake.commands] == ["/queue"]


def test_ctrl_c_stops_all_servers_and_the_engine_can_go_on() -> None:
    both_at_work = threading.Barrier(2, action=send_ctrl_c)
    one, two = (make_hanging_fake(on_start=both_at_work.wait) for _ in range(2))
    with engine_on(one, two, FakeComfyui()) as engine:
        with pytest.raises(KeyboardInterrupt):
            engine.paint([make_request(1), make_request(2)])
        assert (count_interrupts(one), count_interrupts(two)) == (1, 1)
        one.hangs = two.hangs = False
        one.on_start = two.on_start = lambda: None
        assert len(engine.paint([make_request(3), make_request(4)])) == 2


def test_ctrl_c_does_not_wait_for_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "BEST_EFFORT_TIMEOUT_S", 0.2)
    fake, ended = make_hanging_fake(on_start=send_ctrl_c), threading.Event()
    answer = fake.answer

    def mute(request: ReceivedRequest, body: bytes, media_type: str) -> Answer:
        if request.path == "/queue":
            ended.wait(20)
        return answer(request, body, media_type)

    monkeypatch.setattr(fake, "answer", mute)
    with engine_on(fake) as engine:
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            engine.paint([make_request()])
        assert time.monotonic() - start < 2
        ended.set()


def test_an_error_of_one_server_stops_the_others() -> None:
    busy = threading.Event()
    working, failing = make_hanging_fake(on_start=busy.set), FakeComfyui()
    failing.on_start = lambda: busy.wait(5)
    failing.fails = ("KSampler", "RuntimeError", "CUDA error")
    with engine_on(working, failing) as engine, pytest.raises(EngineFailed, match="CUDA error"):
        engine.paint([make_request(1), make_request(2)])
    assert count_interrupts(working) == 1
    assert count_interrupts(failing) == 0


def test_a_closed_engine_may_be_closed_again() -> None:
    with engine_on(FakeComfyui()) as engine:
        engine.close()
