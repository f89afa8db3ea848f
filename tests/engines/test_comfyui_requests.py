"""What the comfyui engine sends: the default workflow, the uploaded images, and the values of the placeholders.

Against a fake server over real sockets; fake_comfyui.py says what that proves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._comfyui import DEPTH, MESH, engine_on, make_request, paint_seed, request_with_mesh
from tests.engines._requests import colours, seeds_in, to_float
from tests.engines.fake_automatic1111 import as_json
from tests.engines.fake_comfyui import FakeComfyui, Graph, decode_png, encode_png, node_of
from toolkit.documents import LoraPlan
from toolkit.engines import PaintRequest
from toolkit.engines.png import fill_mask, inpaint_mask
from toolkit.errors import EngineUnavailable
from toolkit.plates import to_8bit_codes


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


def test_the_original_recipe_is_a_workflow_of_comfyuis_own_nodes() -> None:
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
def test_under_a_mask_the_plate_is_sent_filled(content: str) -> None:
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


def test_a_control_whose_guide_shows_nothing_has_no_weight() -> None:
    """ControlNetApplyAdvanced of ComfyUI passes the conditioning on unchanged where its strength is 0 (nodes.py)."""
    black = np.zeros_like(colours())
    nodes = by_title(send_request(make_request(controls=(DEPTH, MESH), guides=(black, colours())))[0])
    assert (nodes["control_depth"][1]["strength"], nodes["control_face"][1]["strength"]) == (0.0, MESH.weight)


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
