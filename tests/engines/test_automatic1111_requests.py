"""What the automatic1111 engine sends: every field of a request, and the images in it.

Against a fake server over real sockets; fake_automatic1111.py says what that proves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engines._automatic1111 import MESH, engine_on, make_request, paint_seed, request_with_mesh
from tests.engines._requests import colours, seeds_in, to_float
from tests.engines.fake_automatic1111 import FakeAutomatic1111, as_json, pixels_of
from toolkit.documents import ControlPlan, LoraPlan
from toolkit.engines import PaintRequest
from toolkit.engines.automatic1111 import Automatic1111Engine
from toolkit.errors import EngineUnavailable
from toolkit.settings import ServerSettings

RECIPE = {
    "prompt": "a face",
    "negative_prompt": "blurry",
    "resize_mode": 0,
    "denoising_strength": 0.5,
    "steps": 30,
    "cfg_scale": 8.0,
    "sampler_name": "Euler",
    "scheduler": "Automatic",
    "width": 24,
    "height": 16,
    "seed": 7,
    "subseed": -1,
    "subseed_strength": 0,
    "batch_size": 1,
    "n_iter": 1,
    "restore_faces": False,
    "tiling": False,
    "override_settings": {},
    "override_settings_restore_afterwards": False,
    "send_images": True,
    "save_images": False,
    "include_init_images": False,
    "alwayson_scripts": {},
}
MASKED = {
    "mask_blur": 0,
    "inpainting_fill": 1,
    "inpaint_full_res": False,
    "inpaint_full_res_padding": 0,
    "inpainting_mask_invert": 0,
}
MESH_UNIT = {
    "enabled": True,
    "module": "none",
    "model": "control_v1p_sd15_mediapipe_face [9e397ea6]",
    "weight": 1.0,
    "resize_mode": "Just Resize",
    "processor_res": -1,
    "guidance_start": 0.0,
    "guidance_end": 1.0,
    "control_mode": "Balanced",
    "pixel_perfect": False,
    "save_detected_map": True,
}


def send_request(request: PaintRequest, **kinds: Any) -> dict[str, Any]:
    """Paint ``request``; returns the body that the server received."""
    with FakeAutomatic1111(**kinds) as fake, Automatic1111Engine(ServerSettings(url=fake.address)) as engine:
        engine.paint([request])
        (body,) = fake.img2img_bodies
    assert body.pop("force_task_id")
    return body


def test_every_field_of_the_founding_recipe_is_sent() -> None:
    body = send_request(make_request())
    (picture,) = body.pop("init_images")
    assert body == RECIPE
    assert np.array_equal(pixels_of(picture), colours())


def test_the_mask_covers_the_soft_edge_of_the_matte_and_one_latent_pixel_around_it() -> None:
    matte = np.zeros((64, 96), np.float32)
    matte[24:40, 32:64] = np.linspace(0.01, 1, 32, dtype=np.float32)
    body = send_request(make_request(image=to_float(np.full((64, 96, 3), 9, np.uint8)), matte=matte))
    expected = np.zeros((64, 96), np.uint8)
    expected[16:48, 24:72] = 255
    assert np.array_equal(pixels_of(body.pop("mask")), expected)
    del body["init_images"]
    assert body == RECIPE | MASKED | {"width": 96, "height": 64}


@pytest.mark.parametrize(
    ("content", "number"), [("fill", 0), ("original", 1), ("latent noise", 2), ("latent nothing", 3)]
)
def test_masked_content_is_sent_as_the_servers_number(content: str, number: int) -> None:
    body = send_request(make_request(matte=np.ones((16, 24), np.float32), masked_content=content))
    assert body["inpainting_fill"] == number
    assert np.array_equal(pixels_of(body["init_images"][0]), colours()), "the server fills it"
    assert "inpainting_fill" not in send_request(make_request(masked_content=content)), "there is no mask"


def test_a_control_is_a_unit_with_every_field_and_the_servers_model_name() -> None:
    (shown,) = send_request(request_with_mesh())["alwayson_scripts"]["controlnet"]["args"]
    assert np.array_equal(pixels_of(shown.pop("image")), colours())
    assert shown == MESH_UNIT


def test_a_vae_is_sent_as_an_option_and_loras_as_tags_after_the_prompt() -> None:
    loras = (LoraPlan(model="film grain", weight=0.75), LoraPlan(model="skin", weight=-1.0))
    body = send_request(make_request(prompt="a face", vae="vae-ft-mse-840000-ema-pruned.safetensors", loras=loras))
    assert body["override_settings"] == {"sd_vae": "vae-ft-mse-840000-ema-pruned.safetensors"}
    assert body["prompt"] == "a face <lora:film_grain_v2:0.75> <lora:skin:-1>"


def test_the_vae_of_one_look_does_not_affect_another_look() -> None:
    """Options that a request overrides stay changed unless it restores them (process_images of the web UI)."""
    vae = "vae-ft-mse-840000-ema-pruned.safetensors"
    with engine_on(fake := FakeAutomatic1111()) as engine:
        engine.paint([make_request(1)])
        engine.paint([make_request(2, vae=vae)])
        assert fake.options["sd_vae"] == vae
        engine.paint([make_request(3), make_request(4, vae=vae, model="deliberate_v2"), make_request(5, steps=9)])
    deliberate, first = (f"{name}.safetensors [6ce0161689]" for name in ("deliberate_v2", "v1-5-pruned-emaonly"))
    assert [body["override_settings"] for body in fake.img2img_bodies] == [
        {},
        {"sd_vae": vae},
        {"sd_vae": "Automatic", "sd_model_checkpoint": first},
        {"sd_vae": vae, "sd_model_checkpoint": deliberate},
        {"sd_vae": "Automatic", "sd_model_checkpoint": first},
    ]


def test_an_alias_that_two_loras_share_is_refused() -> None:
    """Training tools write the same alias ("last") into many files; the web UI does not accept it either."""
    fake = FakeAutomatic1111()
    twins: list[dict[str, Any]] = [
        {"name": name, "alias": "last", "path": name, "metadata": {}} for name in ("grain", "skin")
    ]
    fake.answers_by_path["/sdapi/v1/loras"] = as_json(twins)
    with engine_on(fake) as engine:
        with pytest.raises(EngineUnavailable, match=r"no LoRA 'last' \(available: grain, skin\)"):
            engine.paint([make_request(loras=(LoraPlan(model="last", weight=1.0),))])
        engine.paint([make_request(loras=(LoraPlan(model="skin", weight=1.0),))])
    assert fake.img2img_bodies[-1]["prompt"] == "a face <lora:skin:1>"


def test_controls_keep_their_order_and_values() -> None:
    depth = ControlPlan(kind="face", model="control_v11f1p_sd15_depth", weight=0.4, start=0.1, end=0.8)
    units = send_request(make_request(controls=(depth, MESH), guides=(colours(), 255 - colours())))["alwayson_scripts"][
        "controlnet"
    ]
    first, second = units["args"]
    assert (first["weight"], first["guidance_start"], first["guidance_end"]) == (0.4, 0.1, 0.8)
    assert first["model"] == "control_v11f1p_sd15_depth"
    assert np.array_equal(pixels_of(second["image"]), 255 - colours())


def test_a_control_whose_guide_shows_nothing_is_not_sent() -> None:
    """Nobody is seen, or only a face that is too small: Forge's ControlNet fails for an all-black guide."""
    depth = MESH.model_copy(update={"model": "control_v11f1p_sd15_depth"})
    black = np.zeros_like(colours())
    body = send_request(make_request(controls=(depth, MESH), guides=(black, colours())))
    (unit,) = body["alwayson_scripts"]["controlnet"]["args"]
    assert unit["model"] == "control_v1p_sd15_mediapipe_face [9e397ea6]"
    assert send_request(make_request(controls=(MESH,), guides=(black,)))["alwayson_scripts"] == {}


@pytest.mark.parametrize(
    "wanted", ["deliberate_v2", "deliberate_v2.safetensors", "deliberate_v2.safetensors [6ce0161689]"]
)
def test_a_checkpoint_is_sent_by_its_title(wanted: str) -> None:
    assert send_request(make_request(model=wanted))["override_settings"] == {
        "sd_model_checkpoint": "deliberate_v2.safetensors [6ce0161689]"
    }


NEW = ("Euler", "DPM++ 2M", "DPM++ 2M SDE", "Restart")
OLD = (*NEW, "DPM++ 2M Karras", "DPM++ 2M SDE Karras")


@pytest.mark.parametrize(
    ("wanted", "name", "schedule"),
    [
        ("Euler", "Euler", "Automatic"),
        ("DPM++ 2M", "DPM++ 2M", "Uniform"),
        ("DPM++ 2M Karras", "DPM++ 2M", "Karras"),
        ("DPM++ 2M SDE", "DPM++ 2M SDE", "Uniform"),
        ("DPM++ 2M SDE Karras", "DPM++ 2M SDE", "Karras"),
        ("DPM++ 2M SGM Uniform", "DPM++ 2M", "SGM Uniform"),
        ("DPM++ 2M SGMUniform", "DPM++ 2M", "SGM Uniform"),
        ("Euler Karras", "Euler", "Karras"),
        ("Restart", "Restart", "Automatic"),
    ],
)
def test_since_1_9_a_sampler_name_keeps_its_earlier_meaning(wanted: str, name: str, schedule: str) -> None:
    """img2imgapi accepts any schedule type, "Automatic" included, which means the sampler's own default.

    For some samplers that is Karras or exponential, although their plain names meant uniform spacing before
    (get_sigmas in sd_samplers_kdiffusion.py).
    """
    body = send_request(make_request(sampler=wanted), samplers=NEW)
    assert (body["sampler_name"], body["scheduler"]) == (name, schedule)


@pytest.mark.parametrize("wanted", OLD)
def test_before_1_9_the_sampler_name_is_sent_unchanged(wanted: str) -> None:
    body = send_request(make_request(sampler=wanted), samplers=OLD, old=True)
    assert (body["sampler_name"], body["scheduler"]) == (wanted, "Automatic")


def test_each_image_has_its_own_seed_and_prompts() -> None:
    with engine_on(fake := FakeAutomatic1111()) as engine:
        engine.paint(
            [make_request(3, prompt="mouth open", negative="beard"), make_request(4, prompt="eyes closed", negative="")]
        )
    assert [(body["seed"], body["prompt"], body["negative_prompt"]) for body in fake.img2img_bodies] == [
        (3, "mouth open", "beard"),
        (4, "eyes closed", ""),
    ]


def test_8_bit_codes_come_back_exactly() -> None:
    with engine_on(FakeAutomatic1111()) as engine:
        (painted,) = engine.paint([make_request()])
    assert painted.dtype == np.float32
    assert np.array_equal(painted, to_float(colours()))


def test_values_are_rounded_to_the_nearest_code_and_clipped() -> None:
    image = np.full((8, 8, 3), (0.6 / 255, -0.5, 1.5), np.float32)
    assert pixels_of(send_request(make_request(image=image))["init_images"][0])[0, 0].tolist() == [1, 0, 255]


def test_at_strength_zero_the_image_is_returned_without_asking_the_server() -> None:
    image = np.full((8, 8, 3), 0.12345, np.float32)
    with engine_on(fake := FakeAutomatic1111(paint=paint_seed)) as engine:
        still, painted = engine.paint([make_request(image=image, strength=0.0), make_request(9, image=image)])
    assert np.array_equal(still, image)
    assert still is not image
    assert seeds_in([painted]) == [9]
    assert len(fake.img2img_bodies) == 1
