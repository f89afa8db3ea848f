"""The comfyui engine on one or several servers: the websocket, credentials, and the parts of a look.

Against a fake server over real sockets; fake_comfyui.py says what that proves.
"""

from __future__ import annotations

import base64
import logging
import socket
from typing import Any

import pytest

from tests.engines._comfyui import DEPTH, MESH, engine_on, make_request, paint_seed, request_with_mesh
from tests.engines._requests import colours, seeds_in
from tests.engines.fake_comfyui import FakeComfyui, node_of
from toolkit.documents import LoraPlan
from toolkit.engines import PaintRequest
from toolkit.engines.addresses import AUTH_VARIABLE
from toolkit.engines.comfyui import ComfyuiEngine, queue
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.settings import ServerSettings

# --- websocket ---------------------------------------------------------------------------------------------------


def test_the_websocket_reports_the_end() -> None:
    fake = FakeComfyui(seconds=0.3)
    with engine_on(fake) as engine:
        engine.paint([make_request()])
    assert sum(request.path.startswith("/history/") for request in fake.requests) <= 2


@pytest.mark.parametrize(
    ("websocket", "words"),
    [
        ("is refused", "cannot be opened (server rejected WebSocket connection: HTTP 404)"),
        ("breaks", "was closed"),
        ("sends invalid JSON", "does not send JSON"),
    ],
)
def test_without_a_websocket_the_history_is_polled_with_a_warning(
    websocket: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    fake = FakeComfyui(paint=paint_seed, seconds=0.05)
    fake.websocket = websocket
    with engine_on(fake) as engine:
        assert seeds_in(engine.paint([make_request(5), make_request(6)])) == [5, 6]
    assert f"the websocket of {fake.address} {words}; polling /history instead" in caplog.text


def test_the_websocket_reports_steps_and_the_end() -> None:
    fake, reports = FakeComfyui(), []
    fake.steps = 4
    with engine_on(fake) as engine:
        engine.step_callback = lambda *facts: reports.append(facts)
        engine.paint([make_request()])
    assert reports == [(fake.address, step, 4) for step in (1, 2, 3)] + [(fake.address, 1, 1)]


@pytest.mark.parametrize("fields", [{"value": 2}, {"value": "2", "max": 4}, {"value": 2, "max": 4, "prompt_id": "b"}])
def test_progress_that_is_not_ours_or_has_no_numbers_is_not_reported(fields: dict[str, object]) -> None:
    fake, reports = FakeComfyui(), []
    fake.extra_messages = [("progress", fields)]
    with engine_on(fake) as engine:
        engine.step_callback = lambda *facts: reports.append(facts)
        engine.paint([make_request()])
    assert reports == [(fake.address, 1, 1)]


def test_the_end_of_a_failed_picture_is_reported() -> None:
    fake, reports = FakeComfyui(), []
    fake.fails = ("VAEDecode", "RuntimeError", "no")
    with engine_on(fake) as engine:
        engine.step_callback = lambda *facts: reports.append(facts)
        with pytest.raises(EngineFailed):
            engine.paint([make_request()])
    assert reports == [(fake.address, 1, 1)]


def test_a_refused_websocket_is_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeComfyui()
    fake.websocket = "is refused"
    with engine_on(fake) as engine:
        engine.paint([make_request(5), make_request(6)])
    assert sum(request.path.startswith("/ws") for request in fake.requests) == 1
    assert caplog.text.count("polling /history instead") == 1


def test_a_silent_websocket_does_not_block_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "SILENCE_S", 0.1)
    fake = FakeComfyui(paint=paint_seed)
    fake.websocket = "sends nothing"
    with engine_on(fake) as engine:
        assert seeds_in(engine.paint([make_request(5)])) == [5]


# --- several servers ---------------------------------------------------------------------------------------------


def test_results_keep_their_order_and_the_faster_server_does_more() -> None:
    slow, quick = FakeComfyui(paint=paint_seed, seconds=0.3), FakeComfyui(paint=paint_seed)
    with engine_on(slow, quick) as engine:
        assert seeds_in(engine.paint([make_request(seed) for seed in range(8)])) == list(range(8))
        assert engine.batch == 4
    assert 1 <= len(slow.graphs) < len(quick.graphs)


def test_the_work_of_a_dying_server_goes_to_the_others(caplog: pytest.LogCaptureFixture) -> None:
    dying, other = FakeComfyui(paint=paint_seed), FakeComfyui(paint=paint_seed, seconds=0.05)
    dying.remaining_images = 1
    with engine_on(dying, other) as engine:
        assert seeds_in(engine.paint([make_request(seed) for seed in range(6)])) == list(range(6))
        assert seeds_in(engine.paint([make_request(seed) for seed in (8, 9)])) == [8, 9]
    assert len(dying.graphs) == 2
    assert "servers left: 1" in caplog.text


def test_when_all_servers_are_lost_each_is_named() -> None:
    one, two = FakeComfyui(), FakeComfyui()
    with engine_on(one, two) as engine:
        engine.paint([make_request(), make_request()])
        one.remaining_images = two.remaining_images = -1
        with pytest.raises(EngineFailed, match="no server is left") as caught:
            engine.paint([make_request(), make_request()])
    assert one.address in str(caught.value)
    assert two.address in str(caught.value)


def test_a_restarted_server_gets_its_work_and_images_again() -> None:
    fake = FakeComfyui(paint=paint_seed)
    fake.remaining_restarts = 1
    with engine_on(fake) as engine:
        assert seeds_in(engine.paint([make_request(5)])) == [5]
    assert len(fake.graphs) == fake.uploads == 2


def test_a_server_restarted_between_two_images_gets_its_uploads_again() -> None:
    with engine_on(fake := FakeComfyui(paint=paint_seed)) as engine:
        engine.paint([make_request(5)])
        fake.files.clear()
        assert seeds_in(engine.paint([make_request(6)])) == [6]
    assert fake.uploads == 2


def test_a_server_that_keeps_losing_its_work_is_dropped() -> None:
    fake = FakeComfyui()
    fake.remaining_restarts = 100
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match="has lost its work 4 times"):
        engine.paint([make_request()])


# --- connecting, and credentials ---------------------------------------------------------------------------------


def test_an_address_without_a_server_is_reported_with_a_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        unused_address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(EngineUnavailable, match="start ComfyUI there") as caught:
        ComfyuiEngine(ServerSettings(url=unused_address))
    assert unused_address in str(caught.value)


def test_credentials_are_sent_with_every_request_and_the_websocket(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("websockets.server").setLevel(
        logging.WARNING
    )  # the fake's own, which logs the header it receives
    monkeypatch.setenv(AUTH_VARIABLE, "ada:s3cret:x")
    with engine_on(fake := FakeComfyui(auth="ada:s3cret:x")) as engine:
        engine.paint([request_with_mesh()])
    coded = base64.b64encode(b"ada:s3cret:x").decode()
    assert {request.authorization for request in fake.requests} == {f"Basic {coded}"}
    parts = {"/" + request.path.split("/")[1].partition("?")[0] for request in fake.requests}
    # The queue is read only when the history is late.
    assert parts - {"/queue"} == {"/prompt", "/object_info", "/upload", "/ws", "/history", "/view"}
    assert coded not in caplog.text
    assert "s3cret" not in caplog.text


def test_a_server_that_only_a_file_beside_the_cut_names_gets_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTH_VARIABLE, "ada:s3cret")
    with (
        FakeComfyui() as fake,
        ComfyuiEngine(ServerSettings(url=fake.address, is_url_from_cut=True)) as engine,
    ):
        engine.paint([make_request()])
    assert any(request.path.startswith("/ws") for request in fake.requests)
    assert {request.authorization for request in fake.requests} == {""}


def test_a_locked_server_is_reported_with_the_environment_variable() -> None:
    with (
        pytest.raises(EngineUnavailable, match="answered 401 Unauthorized; set the environment variable"),
        engine_on(FakeComfyui(auth="ada:s3cret")),
    ):
        pass


# --- the parts of a look -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (make_request(model="deliberate_v3"), "no model 'deliberate_v3' (similar: deliberate_v2"),
        (make_request(model=""), "no model is set (available: v1-5-pruned-emaonly, deliberate_v2)"),
        (make_request(sampler="Eulr"), "no sampler 'Eulr' (similar: euler"),
        (make_request(sampler="LMS Karras"), "no sampler 'lms' (available: euler, euler_ancestral, dpmpp_2m)"),
        (make_request(sampler="euler/karas"), "no scheduler 'karas' (similar: karras"),
        (make_request(vae="mse"), "no VAE 'mse'"),
        (make_request(loras=(LoraPlan(model="grain", weight=1.0),)), "no LoRA 'grain' (similar: film_grain_v2, skin)"),
        (request_with_mesh(model="control_v1p_sd15_mediapipe"), "(similar: control_v1p_sd15_mediapipe_face"),
        (make_request(model="x", sampler="y"), "no model 'x' (available: "),
        (make_request(model="x", sampler="y"), "no sampler 'y' (available: "),
    ],
)
def test_missing_parts_of_a_look_are_named_with_available_ones(request_: PaintRequest, words: str) -> None:
    with (
        engine_on(lacking := FakeComfyui()) as engine,
        pytest.raises(EngineUnavailable, match="install it on the server") as caught,
    ):
        engine.paint([request_])
    assert words in str(caught.value)
    assert lacking.address in str(caught.value)
    assert not lacking.graphs
    assert not lacking.uploads


def test_missing_parts_of_a_look_are_named_with_their_settings() -> None:
    controls = (MESH.model_copy(update={"model": "x"}), DEPTH, DEPTH.model_copy(update={"model": "y"}))
    changes: dict[str, Any] = {"model": "x", "vae": "x", "sampler": "x/y", "loras": (LoraPlan(model="x", weight=1.0),)}
    request = make_request(controls=controls, guides=(colours(),) * 3, **changes)
    with engine_on(FakeComfyui()) as engine, pytest.raises(EngineUnavailable) as caught:
        engine.prepare([request.look], section="body")
    for words in (
        "body.model: no model 'x'",
        "body.vae: no VAE 'x'",
        "body.sampler: no sampler 'x'",
        "body.sampler: no scheduler 'y'",
        "body.loras: no LoRA 'x'",
        "body.controls (face): no control 'x'",
        "body.controls (depth 2): no control 'y'",
    ):
        assert words in str(caught.value)


def test_a_look_that_one_server_cannot_render_is_refused_with_its_address() -> None:
    with (
        engine_on(FakeComfyui(), lacking := FakeComfyui(samplers=["lms"])) as engine,
        pytest.raises(EngineUnavailable, match=f"{lacking.address}: no sampler 'euler'"),
    ):
        engine.paint([make_request()])


def test_each_server_is_queried_once_and_gets_its_own_names() -> None:
    one, two = FakeComfyui(), FakeComfyui(checkpoints=["models\\v1-5-pruned-emaonly.ckpt"])
    with engine_on(one, two) as engine:
        for steps in (20, 30):
            engine.paint([make_request(1, steps=steps), make_request(2, steps=steps)])
    for fake, name in ((one, "SD1.5/v1-5-pruned-emaonly.safetensors"), (two, "models\\v1-5-pruned-emaonly.ckpt")):
        assert {node_of(graph, "CheckpointLoaderSimple")["ckpt_name"] for graph in fake.graphs} <= {name}
        assert [request.path for request in fake.requests].count("/object_info") == 1


def test_a_name_that_two_files_share_is_refused() -> None:
    twins = FakeComfyui(checkpoints=["a/film.safetensors", "b/film.safetensors"])
    with engine_on(twins) as engine:
        with pytest.raises(EngineUnavailable, match=r"no model 'film' \(available: a/film.safetensors, b/film"):
            engine.paint([make_request(model="film")])
        engine.paint([make_request(model="b/film.safetensors")])
