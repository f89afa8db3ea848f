"""How the automatic1111 engine finds the parts of a look on a server, and verifies that its controls were applied.

Against a fake server over real sockets; fake_automatic1111.py says what that proves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.engines._automatic1111 import MESH, engine_on, make_request, request_with_mesh
from tests.engines._requests import colours
from tests.engines.fake_automatic1111 import FakeAutomatic1111, as_json
from toolkit.documents import LoraPlan
from toolkit.engines import PaintRequest
from toolkit.errors import EngineFailed, EngineUnavailable


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (make_request(model="deliberate_v3"), "no model 'deliberate_v3' (similar: deliberate_v2"),
        (make_request(sampler="EULER A"), "no sampler 'EULER A' (similar: Euler a, Euler)"),
        (make_request(sampler="Euler Karas"), "no sampler 'Euler Karas' (similar: Euler"),
        (make_request(sampler="LMS"), "no sampler 'LMS' (available: Euler, Euler a, DPM++ 2M)"),
        (make_request(vae="vae-ft-mse"), "no VAE 'vae-ft-mse' (similar: vae-ft-mse-840000-ema-pruned.safetensors"),
        (make_request(loras=(LoraPlan(model="grain", weight=1.0),)), "no LoRA 'grain' (similar: film grain"),
        (request_with_mesh(model="control_v1p_sd15_mediapipe"), "(similar: control_v1p_sd15_mediapipe_face [9e397ea6]"),
        (make_request(model="x", sampler="y"), "no model 'x' (available: "),
        (make_request(model="x", sampler="y"), "no sampler 'y' (available: "),
    ],
)
def test_missing_parts_of_a_look_are_named_with_available_ones(request_: PaintRequest, words: str) -> None:
    with (
        engine_on(lacking := FakeAutomatic1111()) as engine,
        pytest.raises(EngineUnavailable, match="install it on the server") as caught,
    ):
        engine.paint([request_])
    assert words in str(caught.value)
    assert lacking.address in str(caught.value)
    assert not lacking.img2img_bodies


def test_missing_parts_of_a_look_are_named_with_their_settings() -> None:
    changes: dict[str, Any] = {"model": "x", "vae": "x", "sampler": "x", "loras": (LoraPlan(model="x", weight=1.0),)}
    with engine_on(FakeAutomatic1111()) as engine, pytest.raises(EngineUnavailable) as caught:
        engine.prepare([request_with_mesh(model="y").look.model_copy(update=changes)], section="face")
    for words in (
        "face.model: no model 'x'",
        "face.vae: no VAE 'x'",
        "face.sampler: no sampler 'x'",
        "face.loras: no LoRA 'x'",
        "face.controls (face): no control 'y'",
    ):
        assert words in str(caught.value)


def test_a_server_too_old_to_list_vaes_is_reported_with_a_remedy() -> None:
    fake = FakeAutomatic1111()
    del fake.answers_by_path["/sdapi/v1/sd-vae"]  # as before 1.4.0
    with (
        engine_on(fake) as engine,
        pytest.raises(EngineUnavailable, match="does not list its VAEs; update it, or select the VAE"),
    ):
        engine.paint([make_request(vae="vae-ft-mse")])


def test_a_look_that_one_server_cannot_render_is_refused_with_its_address() -> None:
    with (
        engine_on(FakeAutomatic1111(), lacking := FakeAutomatic1111(samplers=["LMS"])) as engine,
        pytest.raises(EngineUnavailable, match=f"{lacking.address}: no sampler 'Euler'"),
    ):
        engine.paint([make_request()])


@pytest.mark.parametrize("old", [False, True])
def test_more_controls_than_the_server_has_units_are_refused(old: bool) -> None:
    """The web UI passes an extension only as many values as its page has (init_script_args in modules/api/api.py)."""
    both = make_request(controls=(MESH, MESH), guides=(colours(), colours()))
    with engine_on(fake := FakeAutomatic1111(units=1, old=old)) as engine:
        with pytest.raises(
            EngineUnavailable, match="the look has 2, and its ControlNet is set to 1; raise the number of Contr"
        ):
            engine.paint([both])
        assert len(engine.paint([request_with_mesh()])) == 1
    assert len(fake.img2img_bodies) == 1


def test_an_unknown_number_of_units_is_accepted() -> None:
    fake = FakeAutomatic1111()
    del fake.answers_by_path["/controlnet/settings"]
    with engine_on(fake) as engine:
        assert len(engine.paint([request_with_mesh()])) == 1


@pytest.mark.parametrize("name", ["none", "None"])
def test_a_guide_is_sent_without_preprocessor_under_the_servers_own_name(name: str) -> None:
    """``none`` in the extension, ``None`` in Forge: get_preprocessor in its lib_controlnet/global_state.py."""
    with engine_on(fake := FakeAutomatic1111(no_preprocessor=name)) as engine:
        assert len(engine.paint([request_with_mesh()])) == 1
    (unit,) = fake.img2img_bodies[0]["alwayson_scripts"]["controlnet"]["args"]
    assert unit["module"] == name


def test_a_server_that_lists_no_preprocessors_is_sent_the_extensions_name() -> None:
    fake = FakeAutomatic1111()
    del fake.answers_by_path["/controlnet/module_list"]
    with engine_on(fake) as engine:
        assert len(engine.paint([request_with_mesh()])) == 1


def test_a_server_that_cannot_take_a_guide_as_it_is_is_refused() -> None:
    with (
        engine_on(FakeAutomatic1111(no_preprocessor="canny")) as engine,
        pytest.raises(EngineUnavailable, match="lists no ControlNet preprocessor named none"),
    ):
        engine.paint([request_with_mesh()])


@pytest.mark.parametrize("how", ["ControlNet failed", "an option hides the guides", "a fork says so"])
def test_an_image_whose_controls_are_not_proven_is_an_error(how: str) -> None:
    """When an extension fails, ScriptRunner.process of the web UI (modules/scripts.py) only prints that and continues.

    The extension returns its guides only where it was applied (postprocess in scripts/controlnet.py). What the server
    says of itself changes nothing: the options are not even asked for.
    """
    fake = FakeAutomatic1111()
    fake.controls_fail = how == "ControlNet failed"
    fake.options["control_net_no_detectmap"] = how != "ControlNet failed"
    if how == "a fork says so":
        fake.options["forge_try_reproduce"] = "None"
    message = "returned 0 of 1 guides, so its ControlNet failed: see the server's console for the reason, or turn off"
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match=message):
        engine.paint([request_with_mesh()])
    assert len(fake.img2img_bodies) == 1


@pytest.mark.parametrize("option", ["return_mask", "return_mask_composite"])
def test_a_mask_that_comes_back_proves_no_control(option: str) -> None:
    """The web UI returns the mask, or the picture cut by it, behind the result where its options say so."""
    matte = np.zeros((16, 24), np.float32)
    matte[4:8, 4:8] = 1.0
    request = replace(request_with_mesh(), matte=matte)
    fake = FakeAutomatic1111()
    fake.options[option] = True
    with engine_on(fake) as engine:
        assert len(engine.paint([request])) == 1
        fake.controls_fail = True
        with pytest.raises(EngineFailed, match="returned 0 of 1 guides"):
            engine.paint([request])


def test_options_that_cannot_be_read_are_an_error_where_a_look_changes_them() -> None:
    """They would stay changed for the looks that leave them as they are."""
    fake = FakeAutomatic1111()
    fake.answers_by_path["/sdapi/v1/options"] = as_json([])
    with engine_on(fake) as engine:
        assert len(engine.paint([make_request()])) == 1
        with pytest.raises(EngineUnavailable, match="answered /sdapi/v1/options without a table of options"):
            engine.paint([make_request(model="deliberate_v2")])


def test_unproven_controls_are_accepted_only_where_the_settings_say_so_and_reported_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake = FakeAutomatic1111()
    fake.options["control_net_no_detectmap"] = True
    with engine_on(fake, unproven_controls=True) as engine:
        for _ in range(2):
            assert len(engine.paint([request_with_mesh()])) == 1
    assert caplog.text.count("returns no guides; whether it applies the controls is not proven") == 1


def test_without_the_extension_the_message_says_what_to_install() -> None:
    with (
        engine_on(FakeAutomatic1111(controls=None)) as engine,
        pytest.raises(EngineUnavailable, match="no ControlNet extension; install the extension sd-webui-controlnet"),
    ):
        engine.paint([request_with_mesh()])


@pytest.mark.parametrize(
    ("path", "list_"), [("/sdapi/v1/samplers", {}), ("/controlnet/model_list", []), ("/controlnet/module_list", [])]
)
def test_an_unexpected_answer_is_reported(path: str, list_: object) -> None:
    fake = FakeAutomatic1111()
    fake.answers_by_path[path] = as_json(list_)
    with engine_on(fake) as engine, pytest.raises(EngineUnavailable, match=f"answered {path} with something other"):
        engine.paint([request_with_mesh()])


def test_a_look_is_resolved_only_once() -> None:
    with engine_on(fake := FakeAutomatic1111()) as engine:
        for _ in range(3):
            engine.paint([request_with_mesh()])
        assert [request.path for request in fake.requests].count("/controlnet/model_list") == 1
        engine.paint([make_request(steps=20)])
    assert [request.path for request in fake.requests].count("/sdapi/v1/samplers") == 2
