"""The comfyui engine against a fake server over real sockets; fake_comfyui.py says what that proves."""

from __future__ import annotations

import base64
import logging
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._comfyui import DEPTH, MESH, engine_on, make_request, paint_seed, request_with_mesh
from tests.engines._comfyui_wire import ReceivedRequest
from tests.engines._requests import colours, seeds_in, send_ctrl_c, to_float
from tests.engines.fake_automatic1111 import BROKEN, Answer, as_json
from tests.engines.fake_comfyui import FakeComfyui, Graph, decode_png, encode_png, node_of
from toolkit.documents import LoraPlan
from toolkit.engines import PaintRequest, servers
from toolkit.engines.addresses import AUTH_VARIABLE
from toolkit.engines.comfyui import ComfyuiEngine, queue
from toolkit.engines.png import fill_mask, inpaint_mask
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.plates import to_8bit_codes
from toolkit.settings import ServerSettings

# --- what is sent ------------------------------------------------------------------------------------------------


def send_request(request: PaintRequest, **kinds: Any) -> tuple[Graph, FakeComfyui]:
    """Paint ``request``; returns the workflow that the server received, and the server."""
    fake = FakeComfyui(**kinds)
    with engine_on(fake) as engine:
        engine.paint([request])
    (graph,) = fake.graphs
    return graph, fake


def by_title(graph: Graph) -> dict[str, Any]:
    """Class and inputs of each node by title; a link is the title of its source node and the number of the output."""
    titles = {key: node["_meta"]["title"] for key, node in graph.items()}
    return {
        titles[key]: (
            node["class_type"],
            {
                name: f"{titles[value[0]]}:{value[1]}" if isinstance(value, list) else value
                for name, value in node["inputs"].items()
            },
        )
        for key, node in graph.items()
    }


SAMPLER = {
    "model": "checkpoint:0",
    "positive": "prompt:0",
    "negative": "negative:0",
    "latent_image": "latent:0",
    "seed": 7,
    "steps": 15,
    "cfg": 8.0,
    "sampler_name": "euler",
    "scheduler": "normal",
    "denoise": 0.5,
}


def test_the_founding_recipe_is_a_workflow_of_comfyuis_own_nodes() -> None:
    graph, fake = send_request(make_request())
    nodes = by_title(graph)
    name = nodes["plate"][1].pop("image")
    assert np.array_equal(decode_png(fake.image_file(name)), colours())
    assert nodes == {
        "checkpoint": ("CheckpointLoaderSimple", {"ckpt_name": "SD1.5/v1-5-pruned-emaonly.safetensors"}),
        "prompt": ("CLIPTextEncode", {"clip": "checkpoint:1", "text": "a face"}),
        "negative": ("CLIPTextEncode", {"clip": "checkpoint:1", "text": "blurry"}),
        "plate": ("LoadImage", {}),
        "latent": ("VAEEncode", {"pixels": "plate:0", "vae": "checkpoint:2"}),
        "sampler": ("KSampler", SAMPLER),
        "decoded": ("VAEDecode", {"samples": "sampler:0", "vae": "checkpoint:2"}),
        "result": ("PreviewImage", {"images": "decoded:0"}),
    }


def test_the_mask_covers_the_soft_edge_of_the_matte_and_one_latent_pixel_around_it() -> None:
    matte = np.zeros((64, 96), np.float32)
    matte[24:40, 32:64] = np.linspace(0.01, 1, 32, dtype=np.float32)
    graph, fake = send_request(make_request(image=to_float(np.full((64, 96, 3), 9, np.uint8)), matte=matte))
    nodes = by_title(graph)
    assert nodes["masked"] == ("SetLatentNoiseMask", {"samples": "latent:0", "mask": "mask:0"})
    assert nodes["sampler"][1] == SAMPLER | {"latent_image": "masked:0"}
    assert nodes["mask"][1]["channel"] == "red"
    expected = np.zeros((64, 96), np.uint8)
    expected[16:48, 24:72] = 255
    assert np.array_equal(decode_png(fake.image_file(nodes["mask"][1]["image"])), np.stack([expected] * 3, axis=-1))


def half_matte() -> NDArray[np.float32]:
    matte = np.zeros((64, 96), np.float32)
    matte[:, 64:] = 1
    return matte


@pytest.mark.parametrize("content", ["fill", "latent nothing"])
def test_under_a_mask_the_plate_is_sent_fill_mask(content: str) -> None:
    image = to_float(np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8))
    graph, fake = send_request(make_request(image=image, matte=half_matte(), masked_content=content))
    shown = decode_png(fake.image_file(by_title(graph)["plate"][1]["image"]))
    hole = inpaint_mask(half_matte())
    assert np.array_equal(shown, fill_mask(to_8bit_codes(image), hole))
    assert np.array_equal(shown[hole == 0], to_8bit_codes(image)[hole == 0])


def test_latent_nothing_composites_an_empty_latent_under_the_mask() -> None:
    image = to_float(np.full((64, 96, 3), 9, np.uint8))
    nodes = by_title(send_request(make_request(image=image, matte=half_matte(), masked_content="latent nothing"))[0])
    assert nodes["nothing"] == ("EmptyLatentImage", {"width": 96, "height": 64, "batch_size": 1})
    assert nodes["emptied"] == (
        "LatentCompositeMasked",
        {"destination": "latent:0", "source": "nothing:0", "mask": "mask:0", "x": 0, "y": 0, "resize_source": False},
    )
    assert nodes["masked"] == ("SetLatentNoiseMask", {"samples": "emptied:0", "mask": "mask:0"})


def test_latent_noise_is_refused_before_any_work() -> None:
    with engine_on(fake := FakeComfyui()) as engine:
        with pytest.raises(EngineUnavailable, match="ComfyUI has no node for masked content 'latent noise'; set face"):
            engine.prepare([make_request(masked_content="latent noise").look])
        assert not fake.graphs


def test_controls_are_chained_with_their_values() -> None:
    request = make_request(controls=(DEPTH, MESH), guides=(colours(), 255 - colours()))
    graph, fake = send_request(request)
    nodes = by_title(graph)
    assert nodes["control_depth model"][1] == {"control_net_name": "sd15/control_v11f1p_sd15_depth.pth"}
    assert nodes["control_depth"][1] == {
        "positive": "prompt:0",
        "negative": "negative:0",
        "control_net": "control_depth model:0",
        "image": "control_depth picture:0",
        "strength": 0.4,
        "start_percent": 0.1,
        "end_percent": 0.8,
    }
    assert nodes["control_face"][1]["positive"] == "control_depth:0"
    assert nodes["control_face"][1]["negative"] == "control_depth:1"
    assert nodes["sampler"][1] == SAMPLER | {"positive": "control_face:0", "negative": "control_face:1"}
    shown = decode_png(fake.image_file(nodes["control_face picture"][1]["image"]))
    assert np.array_equal(shown, 255 - colours())


def test_two_controls_of_one_kind_are_distinguished() -> None:
    both = (MESH, MESH.model_copy(update={"weight": 0.2}))
    nodes = by_title(send_request(make_request(controls=both, guides=(colours(), colours())))[0])
    assert nodes["control_face_2"][1]["strength"] == 0.2
    assert nodes["control_face_2"][1]["positive"] == "control_face:0"


def test_a_vae_and_loras_are_inserted_into_the_chain() -> None:
    loras = (LoraPlan(model="film_grain_v2", weight=0.75), LoraPlan(model="skin", weight=-1.0))
    nodes = by_title(send_request(make_request(vae="vae-ft-mse-840000-ema-pruned", loras=loras))[0])
    assert nodes["vae"][1] == {"vae_name": "vae-ft-mse-840000-ema-pruned.safetensors"}
    assert nodes["latent"][1]["vae"] == nodes["decoded"][1]["vae"] == "vae:0"
    assert nodes["lora"][1]["lora_name"] == "film_grain_v2.safetensors"
    assert nodes["lora"][1]["strength_model"] == nodes["lora"][1]["strength_clip"] == 0.75
    assert nodes["lora_2"][1] | {"model": "lora:0", "clip": "lora:1"} == nodes["lora_2"][1]
    assert nodes["lora_2"][1]["lora_name"] == "people/skin.safetensors"
    assert nodes["prompt"][1]["clip"] == nodes["negative"][1]["clip"] == "lora_2:1"
    assert nodes["sampler"][1]["model"] == "lora_2:0"


def test_each_image_has_its_own_seed_and_prompts() -> None:
    with engine_on(fake := FakeComfyui()) as engine:
        engine.paint(
            [
                make_request(3, prompt="mouth open", negative="beard"),
                make_request(4, prompt="eyes {{seed}}", negative=""),
            ]
        )
    texts = [[by_title(graph)[node][1]["text"] for node in ("prompt", "negative")] for graph in fake.graphs]
    assert texts == [["mouth open", "beard"], ["eyes {{seed}}", ""]], "placeholders in a prompt are not filled"
    assert [node_of(graph, "KSampler")["seed"] for graph in fake.graphs] == [3, 4]


@pytest.mark.parametrize("old", [False, True], ids=["current", "of 2023"])
def test_8_bit_codes_come_back_exactly(old: bool) -> None:
    with engine_on(FakeComfyui(old=old)) as engine:
        (painted,) = engine.paint([make_request()])
    assert painted.dtype == np.float32
    assert np.array_equal(painted, to_float(colours()))


def test_at_strength_zero_the_image_is_returned_without_asking_the_server() -> None:
    image = np.full((8, 8, 3), 0.12345, np.float32)
    with engine_on(fake := FakeComfyui(paint=paint_seed)) as engine:
        still, painted = engine.paint([make_request(image=image, strength=0.0), make_request(9, image=image)])
    assert np.array_equal(still, image)
    assert still is not image
    assert seeds_in([painted]) == [9]
    assert len(fake.graphs) == 1


def test_an_image_is_uploaded_only_once_as_a_temporary_file() -> None:
    with engine_on(fake := FakeComfyui(paint=paint_seed)) as engine:
        request = request_with_mesh()  # its guide and its plate are the same image
        engine.paint([request, request_with_mesh(weight=0.5)])
        engine.paint([make_request(9)])
    assert fake.uploads == 1
    assert {kind for kind, _, _ in fake.files} == {"temp"}


def test_an_upload_is_referenced_by_the_servers_name() -> None:
    """As when another image has that name already, and the server does not support temporary uploads."""
    fake = FakeComfyui()
    fake.queued_answers["/upload"].append(as_json({"name": "plate (1).png", "subfolder": "", "type": "input"}))
    fake.files["input", "", "plate (1).png"] = encode_png(colours())
    with engine_on(fake) as engine:
        engine.paint([make_request()])
    assert node_of(fake.graphs[0], "LoadImage")["image"] == "plate (1).png"


def test_a_request_from_the_servers_cache_returns_the_same_image() -> None:
    with engine_on(fake := FakeComfyui()) as engine:
        one, other = engine.paint([make_request()]), engine.paint([make_request()])
    assert np.array_equal(one, other)
    assert (len(fake.graphs), fake.executed) == (2, 1)


# --- how it is heard ---------------------------------------------------------------------------------------------


def test_the_websocket_reports_the_end() -> None:
    fake = FakeComfyui(seconds=0.3)
    with engine_on(fake) as engine:
        engine.paint([make_request()])
    assert sum(request.path.startswith("/history/") for request in fake.requests) <= 2


@pytest.mark.parametrize(
    ("websocket", "words"),
    [
        ("refuses", "cannot be opened (server rejected WebSocket connection: HTTP 404)"),
        ("breaks", "was closed"),
        ("mumbles", "does not send JSON"),
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


def test_a_refused_websocket_is_not_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    fake = FakeComfyui()
    fake.websocket = "refuses"
    with engine_on(fake) as engine:
        engine.paint([make_request(5), make_request(6)])
    assert sum(request.path.startswith("/ws") for request in fake.requests) == 1
    assert caplog.text.count("polling /history instead") == 1


def test_a_silent_websocket_does_not_block_forever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "SILENCE_S", 0.1)
    fake = FakeComfyui(paint=paint_seed)
    fake.websocket = "is silent"
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


# --- opening, and who we are -------------------------------------------------------------------------------------


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
    assert parts == {"/prompt", "/object_info", "/upload", "/ws", "/history", "/view"}
    assert coded not in caplog.text
    assert "s3cret" not in caplog.text


def test_a_locked_server_is_reported_with_the_environment_variable() -> None:
    with (
        pytest.raises(EngineUnavailable, match="answered 401 Unauthorized; set the environment variable"),
        engine_on(FakeComfyui(auth="ada:s3cret")),
    ):
        pass


# --- what a look needs -------------------------------------------------------------------------------------------


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


# --- trying again, and not ---------------------------------------------------------------------------------------

PATHS = ["/prompt", "/upload", "/view", "/history"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("failure", [BROKEN, *(Answer(status=status, body=b"<html>") for status in (503, 504))])
def test_temporary_failures_are_retried(failure: Answer, path: str) -> None:
    fake = FakeComfyui(paint=paint_seed)
    with engine_on(fake) as engine:
        fake.queued_answers[path].extend([failure] * servers.RETRIES)
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


@pytest.mark.parametrize("websocket", ["speaks", "refuses"])
def test_a_failure_while_executing_names_the_node(websocket: str) -> None:
    fake = FakeComfyui()
    fake.fails = ("KSampler", "torch.OutOfMemoryError", "Allocation on device\nTIPS: …")
    fake.websocket = websocket
    said = r"failed in node 9 'sampler' \(KSampler\): torch.OutOfMemoryError: Allocation on device TIPS: …$"
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match=said):
        engine.paint([make_request()])
    assert len(fake.graphs) == 1


@pytest.mark.parametrize("websocket", ["speaks", "refuses"])
def test_an_item_interrupted_by_another_client_is_an_error(websocket: str) -> None:
    fake = FakeComfyui()
    fake.hangs, fake.websocket = True, websocket
    fake.on_start = fake._interrupted.set
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match="was interrupted by another client"):
        engine.paint([make_request()])


# --- stopping ----------------------------------------------------------------------------------------------------


def make_hanging_fake(*, begun: Callable[[], object] = lambda: None, **kinds: Any) -> FakeComfyui:
    fake = FakeComfyui(**kinds)
    fake.hangs, fake.on_start = True, begun
    return fake


def count_interrupts(fake: FakeComfyui) -> int:
    return sum(path == "/interrupt" for path, _ in fake.commands)


@pytest.mark.parametrize("websocket", ["speaks", "refuses"])
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
    fake = make_hanging_fake(begun=at_work.set, old=old)
    with engine_on(fake, timeout=0.3) as engine:
        engine.prepare([make_request().look])
        fake.enqueue("of another client", {})
        assert at_work.wait(5)
        with pytest.raises(EngineFailed, match="was not done"):
            engine.paint([make_request()])
        assert [path for path, _ in fake.commands] == ["/queue"]


def test_ctrl_c_stops_all_servers_and_the_engine_can_go_on() -> None:
    both_at_work = threading.Barrier(2, action=send_ctrl_c)
    one, two = (make_hanging_fake(begun=both_at_work.wait) for _ in range(2))
    with engine_on(one, two, FakeComfyui()) as engine:
        with pytest.raises(KeyboardInterrupt):
            engine.paint([make_request(1), make_request(2)])
        assert (count_interrupts(one), count_interrupts(two)) == (1, 1)
        one.hangs = two.hangs = False
        one.on_start = two.on_start = lambda: None
        assert len(engine.paint([make_request(3), make_request(4)])) == 2


def test_ctrl_c_does_not_wait_for_a_server_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "BEST_EFFORT_TIMEOUT_S", 0.2)
    fake, ended = make_hanging_fake(begun=send_ctrl_c), threading.Event()
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
    working, failing = make_hanging_fake(begun=busy.set), FakeComfyui()
    failing.on_start = lambda: busy.wait(5)
    failing.fails = ("KSampler", "RuntimeError", "CUDA error")
    with engine_on(working, failing) as engine, pytest.raises(EngineFailed, match="CUDA error"):
        engine.paint([make_request(1), make_request(2)])
    assert count_interrupts(working) == 1
    assert count_interrupts(failing) == 0


def test_a_closed_engine_may_be_closed_again() -> None:
    with engine_on(FakeComfyui()) as engine:
        engine.close()
