"""Painting on AUTOMATIC1111 servers, over real sockets to a stand-in: see what that proves in fake_automatic1111.py."""

from __future__ import annotations

import base64
import logging
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from tests.engines._requests import colours, ctrl_c, look, seeds_in, unit
from tests.engines.fake_automatic1111 import BROKEN, Answer, FakeAutomatic1111, Pixels, as_json, error, pixels_of, png
from toolkit.documents import ControlPlan, LoraPlan
from toolkit.engines import Engine, PaintRequest, servers
from toolkit.engines.addresses import AUTH_VARIABLE, addresses_in
from toolkit.engines.automatic1111 import Automatic1111Engine
from toolkit.engines.automatic1111 import engine as automatic1111
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.settings import ServerSettings

MESH = ControlPlan(kind="face", model="control_v1p_sd15_mediapipe_face", weight=1.0, start=0.0, end=1.0)


@pytest.fixture(autouse=True)
def quick_and_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Short waits between tries, and no credentials in the environment."""
    monkeypatch.setattr(servers, "BACKOFF_S", 0.005)
    monkeypatch.delenv(AUTH_VARIABLE, raising=False)


@contextmanager
def engine_on(*fakes: FakeAutomatic1111, timeout: float = 10.0) -> Iterator[Engine]:
    with ExitStack() as stack:
        addresses = [stack.enter_context(fake).address for fake in fakes]
        settings = ServerSettings(url=", ".join(addresses), timeout=timeout)
        yield stack.enter_context(Automatic1111Engine(settings))


def ask(seed: int = 7, *, prompt: str = "a face", **changes: Any) -> PaintRequest:
    """The founding recipe's face; ``changes`` are of the request where it has the field, else of its look."""
    own = {key: changes.pop(key) for key in ("image", "matte", "guides", "negative") if key in changes}
    fields: dict[str, Any] = {"image": unit(colours()), "negative": "blurry"} | own
    return PaintRequest(
        look=look(**changes),
        prompt=prompt,
        seed=seed,
        place=f"sh010 FACE {1000 + seed}",
        **fields,
    )


def with_mesh(**changes: Any) -> PaintRequest:
    return ask(controls=(MESH.model_copy(update=changes),), guides=(colours(),))


def by_seed(pixels: Pixels, body: Mapping[str, Any]) -> Pixels:
    """A painting that shows whose it is."""
    return np.full_like(pixels, body["seed"])


# --- what is sent ------------------------------------------------------------------------------------------------

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


def sent(request: PaintRequest, **kinds: Any) -> dict[str, Any]:
    """The one body that ``request`` becomes."""
    with FakeAutomatic1111(**kinds) as fake, Automatic1111Engine(ServerSettings(url=fake.address)) as engine:
        engine.paint([request])
        (body,) = fake.paintings
    assert body.pop("force_task_id")
    return body


def test_the_founding_recipe_is_sent_with_every_field_said() -> None:
    body = sent(ask())
    (picture,) = body.pop("init_images")
    assert body == RECIPE
    assert np.array_equal(pixels_of(picture), colours())


def test_a_mask_lets_all_of_a_mattes_soft_edge_change_and_a_latent_pixel_more() -> None:
    matte = np.zeros((64, 96), np.float32)
    matte[24:40, 32:64] = np.linspace(0.01, 1, 32, dtype=np.float32)
    body = sent(ask(image=unit(np.full((64, 96, 3), 9, np.uint8)), matte=matte))
    expected = np.zeros((64, 96), np.uint8)
    expected[16:48, 24:72] = 255
    assert np.array_equal(pixels_of(body.pop("mask")), expected)
    del body["init_images"]
    assert body == RECIPE | MASKED | {"width": 96, "height": 64}


@pytest.mark.parametrize(
    ("content", "number"), [("fill", 0), ("original", 1), ("latent noise", 2), ("latent nothing", 3)]
)
def test_masked_content_is_the_servers_own_number_for_it(content: str, number: int) -> None:
    body = sent(ask(matte=np.ones((16, 24), np.float32), masked_content=content))
    assert body["inpainting_fill"] == number
    assert np.array_equal(pixels_of(body["init_images"][0]), colours()), "it fills by itself"
    assert "inpainting_fill" not in sent(ask(masked_content=content)), "nothing is masked"


def test_a_control_is_a_unit_with_every_field_said_and_the_servers_name() -> None:
    (shown,) = sent(with_mesh())["alwayson_scripts"]["controlnet"]["args"]
    assert np.array_equal(pixels_of(shown.pop("image")), colours())
    assert shown == MESH_UNIT


def test_a_vae_is_an_option_and_each_lora_a_tag_at_the_end_of_the_prompt() -> None:
    loras = (LoraPlan(model="film grain", weight=0.75), LoraPlan(model="skin", weight=-1.0))
    body = sent(ask(prompt="a face", vae="vae-ft-mse-840000-ema-pruned.safetensors", loras=loras))
    assert body["override_settings"] == {"sd_vae": "vae-ft-mse-840000-ema-pruned.safetensors"}
    assert body["prompt"] == "a face <lora:film_grain_v2:0.75> <lora:skin:-1>"


def test_a_look_that_names_no_vae_is_not_painted_with_that_of_another() -> None:
    """Options that a request overrides stay so unless they are put back after each (process_images of the web UI)."""
    vae = "vae-ft-mse-840000-ema-pruned.safetensors"
    with engine_on(fake := FakeAutomatic1111()) as engine:
        engine.paint([ask(1)])
        engine.paint([ask(2, vae=vae)])
        assert fake.options["sd_vae"] == vae
        engine.paint([ask(3), ask(4, vae=vae, model="deliberate_v2"), ask(5, steps=9)])
    deliberate, first = (f"{name}.safetensors [6ce0161689]" for name in ("deliberate_v2", "v1-5-pruned-emaonly"))
    assert [body["override_settings"] for body in fake.paintings] == [
        {},
        {"sd_vae": vae},
        {"sd_vae": "Automatic", "sd_model_checkpoint": first},
        {"sd_vae": vae, "sd_model_checkpoint": deliberate},
        {"sd_vae": "Automatic", "sd_model_checkpoint": first},
    ]


def test_what_two_loras_call_themselves_is_not_guessed() -> None:
    """Training tools write the same word into many files ("last"); the web UI does not take such a word either."""
    fake = FakeAutomatic1111()
    twins = [{"name": name, "alias": "last", "path": name, "metadata": {}} for name in ("grain", "skin")]
    fake.lists["/sdapi/v1/loras"] = as_json(twins)
    with engine_on(fake) as engine:
        with pytest.raises(EngineUnavailable, match=r"no LoRA 'last' \(it has: grain, skin\)"):
            engine.paint([ask(loras=(LoraPlan(model="last", weight=1.0),))])
        engine.paint([ask(loras=(LoraPlan(model="skin", weight=1.0),))])
    assert fake.paintings[-1]["prompt"] == "a face <lora:skin:1>"


def test_controls_keep_their_order_and_their_numbers() -> None:
    depth = ControlPlan(kind="face", model="control_v11f1p_sd15_depth", weight=0.4, start=0.1, end=0.8)
    units = sent(ask(controls=(depth, MESH), guides=(colours(), 255 - colours())))["alwayson_scripts"]["controlnet"]
    first, second = units["args"]
    assert (first["weight"], first["guidance_start"], first["guidance_end"]) == (0.4, 0.1, 0.8)
    assert first["model"] == "control_v11f1p_sd15_depth"
    assert np.array_equal(pixels_of(second["image"]), 255 - colours())


@pytest.mark.parametrize(
    "wanted", ["deliberate_v2", "deliberate_v2.safetensors", "deliberate_v2.safetensors [6ce0161689]"]
)
def test_a_checkpoint_is_asked_for_by_its_title(wanted: str) -> None:
    assert sent(ask(model=wanted))["override_settings"] == {
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
def test_a_sampler_means_since_1_9_what_its_name_meant_before(wanted: str, name: str, schedule: str) -> None:
    """img2imgapi keeps a spacing that is sent, "Automatic" too, and takes the sampler's own for that: Karras or
    exponential for some whose bare names were evenly spaced until then (sd_samplers_kdiffusion.py, get_sigmas)."""
    body = sent(ask(sampler=wanted), samplers=NEW)
    assert (body["sampler_name"], body["scheduler"]) == (name, schedule)


@pytest.mark.parametrize("wanted", OLD)
def test_before_1_9_a_samplers_name_is_sent_as_it_is(wanted: str) -> None:
    body = sent(ask(sampler=wanted), samplers=OLD, old=True)
    assert (body["sampler_name"], body["scheduler"]) == (wanted, "Automatic")


def test_each_picture_has_its_own_seed_and_words() -> None:
    with engine_on(fake := FakeAutomatic1111()) as engine:
        engine.paint([ask(3, prompt="mouth open", negative="beard"), ask(4, prompt="eyes closed", negative="")])
    assert [(body["seed"], body["prompt"], body["negative_prompt"]) for body in fake.paintings] == [
        (3, "mouth open", "beard"),
        (4, "eyes closed", ""),
    ]


def test_a_picture_of_8_bit_codes_comes_back_exactly() -> None:
    with engine_on(FakeAutomatic1111()) as engine:
        (painted,) = engine.paint([ask()])
    assert painted.dtype == np.float32
    assert np.array_equal(painted, unit(colours()))


def test_values_are_rounded_to_the_nearest_code_and_cut_to_the_range() -> None:
    image = np.full((8, 8, 3), (0.6 / 255, -0.5, 1.5), np.float32)
    assert pixels_of(sent(ask(image=image))["init_images"][0])[0, 0].tolist() == [1, 0, 255]


def test_strength_zero_is_given_back_without_asking_the_server() -> None:
    image = np.full((8, 8, 3), 0.12345, np.float32)
    with engine_on(fake := FakeAutomatic1111(paint=by_seed)) as engine:
        still, painted = engine.paint([ask(image=image, strength=0.0), ask(9, image=image)])
    assert np.array_equal(still, image)
    assert still is not image
    assert seeds_in([painted]) == [9]
    assert len(fake.paintings) == 1


# --- several servers ---------------------------------------------------------------------------------------------


def test_results_keep_the_order_and_the_quicker_server_does_more() -> None:
    slow, quick = FakeAutomatic1111(paint=by_seed, seconds=0.2), FakeAutomatic1111(paint=by_seed, seconds=0.02)
    with engine_on(slow, quick) as engine:
        assert seeds_in(engine.paint([ask(seed) for seed in range(8)])) == list(range(8))
        assert engine.batch == 4
    assert 1 <= len(slow.paintings) < len(quick.paintings)


def test_a_dying_server_hands_its_work_to_the_others(caplog: pytest.LogCaptureFixture) -> None:
    dying, other = FakeAutomatic1111(paint=by_seed, seconds=0.01), FakeAutomatic1111(paint=by_seed, seconds=0.05)
    dying.lives = 1
    with engine_on(dying, other) as engine:
        assert seeds_in(engine.paint([ask(seed) for seed in range(6)])) == list(range(6))
        assert seeds_in(engine.paint([ask(seed) for seed in (8, 9)])) == [8, 9]
    assert len(dying.paintings) == 1 + 1 + servers.RETRIES
    assert f"going on without {dying.address}" in caplog.text


def test_work_that_comes_back_after_the_others_went_home_is_done_all_the_same() -> None:
    dying, other = FakeAutomatic1111(paint=by_seed), FakeAutomatic1111(paint=by_seed)
    dying.answers.extend([BROKEN] * 10)
    with engine_on(dying, other) as engine:
        assert seeds_in(engine.paint([ask(1), ask(2)])) == [1, 2]
    assert sorted(body["seed"] for body in other.paintings) == [1, 2]


def test_when_all_servers_have_died_each_is_named() -> None:
    one, two = FakeAutomatic1111(), FakeAutomatic1111()
    with engine_on(one, two) as engine:
        engine.paint([ask(), ask()])
        one.lives = two.lives = 0
        for _ in range(2):  # and again: the engine does not come back to life
            with pytest.raises(EngineFailed, match="no server is left") as caught:
                engine.paint([ask(), ask()])
            assert one.address in str(caught.value)
            assert two.address in str(caught.value)


def test_a_server_that_is_down_at_opening_is_a_warning_while_another_is_there(
    caplog: pytest.LogCaptureFixture, nothing_there: str
) -> None:
    with FakeAutomatic1111() as fake:
        both = ServerSettings(url=f"{nothing_there},{fake.address}/")
        with Automatic1111Engine(both) as engine:
            engine.paint([ask()])
            assert engine.batch == 2
    assert f"going on without {nothing_there}" in caplog.text


# --- opening -----------------------------------------------------------------------------------------------------


@pytest.fixture
def nothing_there() -> str:
    """An address where nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_nothing_at_the_port_names_the_address_and_the_remedy(nothing_there: str) -> None:
    with pytest.raises(EngineUnavailable, match="start the web UI there with --api") as caught:
        Automatic1111Engine(ServerSettings(url=nothing_there))
    assert nothing_there in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue of connections is refused")
def test_a_machine_that_is_off_is_given_up_after_one_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_CONNECT_S", 0.3)
    monkeypatch.setattr(servers, "BACKOFF_S", 600.0)  # nobody would wait for a second try
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for caller in (first, second):  # nobody takes their calls, and there is no room for a third
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        address = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with pytest.raises(EngineUnavailable, match=r"cannot be reached \(no answer within 0\.3 s\); start the web UI"):
            Automatic1111Engine(ServerSettings(url=address))


def test_a_server_that_does_not_answer_when_it_is_opened_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "BACKOFF_S", 600.0)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        address = f"http://127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(EngineUnavailable, match=r"gave no answer within 0\.2 s; start the web UI"):
            Automatic1111Engine(ServerSettings(url=address, timeout=0.2))


def test_a_web_ui_without_its_interface_is_told_apart() -> None:
    fake = FakeAutomatic1111()
    fake.lists.clear()
    said = "answered 404 Not Found: Not Found; start the web UI there with --api"
    with pytest.raises(EngineUnavailable, match=said), engine_on(fake):
        pass


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://here/sdapi/v1/sd-models", "it sends on to https://here/sdapi/v1/sd-models; start the web UI"),
        ("/login?next=%2F&token=s3cret", "it sends on to /login; start the web UI"),
        ("https://ada:s3cret@here/", "it sends on to https://here/; start the web UI"),
    ],
)
def test_where_a_proxy_sends_on_to_is_said_without_what_is_nobodys_business(location: str, shown: str) -> None:
    fake = FakeAutomatic1111()
    fake.lists["/sdapi/v1/sd-models"] = Answer(status=302, location=location)
    with pytest.raises(EngineUnavailable, match="answered 302 Found: ") as caught, engine_on(fake):
        pass
    assert shown in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_https_where_there_is_none_says_what_to_write() -> None:
    with FakeAutomatic1111() as fake, pytest.raises(EngineUnavailable, match="it speaks no TLS; write http://"):
        Automatic1111Engine(ServerSettings(url=fake.address.replace("http", "https")))


@pytest.fixture
def trust_read_anew() -> Iterator[None]:
    """Whose certificates are believed is read once otherwise."""
    servers._trusted.cache_clear()
    yield
    servers._trusted.cache_clear()


@pytest.mark.usefixtures("trust_read_anew")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")
def test_a_certificate_of_ones_own_is_trusted_where_the_environment_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "own.pem"), "-days", "1", "-subj", "/CN=here"]
    names = ["-nodes", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", *names, *made], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem", tmp_path / "key.pem")
    with (
        FakeAutomatic1111(tls=context) as fake,
        pytest.raises(EngineUnavailable, match="SSL_CERT_FILE may name the file of a certificate to trust"),
    ):
        Automatic1111Engine(ServerSettings(url=fake.address))
    servers._trusted.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    with engine_on(FakeAutomatic1111(tls=context)) as engine:
        assert len(engine.paint([ask()])) == 1


@pytest.mark.parametrize("url", ["ftp://here", "http://here:port", "http://", "http://[::1"])
def test_an_address_that_is_none_is_refused_before_anything_is_asked(url: str) -> None:
    with pytest.raises(EngineUnavailable, match=r"is no address; write http://127\.0\.0\.1:7860"):
        Automatic1111Engine(ServerSettings(url=url))


def test_an_address_may_leave_out_http_and_is_taken_once() -> None:
    with FakeAutomatic1111() as fake:
        bare = fake.address.removeprefix("http://")
        with Automatic1111Engine(ServerSettings(url=f"{bare}, {fake.address}/,")) as engine:
            assert engine.batch == 2


@pytest.mark.parametrize("shown", ["/?__theme=dark", "/#a1b2", "?__theme=dark"])
def test_an_address_may_be_what_a_browser_shows(shown: str) -> None:
    """The web UI opens its page with a theme behind the address, ComfyUI's page puts the workflow's id there."""
    with FakeAutomatic1111() as fake, Automatic1111Engine(ServerSettings(url=fake.address + shown)) as engine:
        assert len(engine.paint([ask()])) == 1


def test_no_address_means_the_usual_one() -> None:
    """Asked of the parser alone: a real web UI may be running on the machine that tests."""
    assert addresses_in(" ", "x", "http://127.0.0.1:7860") == ("http://127.0.0.1:7860",)


# --- who we are --------------------------------------------------------------------------------------------------


def test_credentials_of_the_environment_are_sent_with_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTH_VARIABLE, "ada:s3cret:x")
    with engine_on(fake := FakeAutomatic1111(auth="ada:s3cret:x")) as engine:
        engine.paint([with_mesh()])
    expected = "Basic " + base64.b64encode(b"ada:s3cret:x").decode()
    assert {asked.authorization for asked in fake.asked} == {expected}


@pytest.mark.parametrize("held", ["", "ada:wr0ng"])
def test_a_locked_server_names_the_variable_and_never_what_it_holds(
    held: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv(AUTH_VARIABLE, held)
    with (
        pytest.raises(
            EngineUnavailable, match="Incorrect username or password; set the environment variable"
        ) as caught,
        engine_on(FakeAutomatic1111(auth="ada:s3cret")),
    ):
        pass
    shown = caplog.text + str(caught.value)
    assert "wr0ng" not in shown
    assert not held or base64.b64encode(held.encode()).decode() not in shown


def test_a_variable_without_a_colon_is_said_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTH_VARIABLE, "s3cret")
    with pytest.raises(
        EngineUnavailable, match="has no colon; set the environment variable TOOLKIT_ENGINE_AUTH to user:password"
    ) as caught:
        Automatic1111Engine(ServerSettings())
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("secret", ["s3cret", "s3/cret", "s3://cret", "s3@cret"])
def test_credentials_in_an_address_are_neither_used_nor_shown(
    secret: str, nothing_there: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for host in (nothing_there.removeprefix("http://"), "here:port"):
        with pytest.raises(EngineUnavailable) as caught:
            Automatic1111Engine(ServerSettings(url=f"http://ada:{secret}@{host}"))
        assert "cret" not in str(caught.value) + caplog.text
    assert "credentials in server.url are not used; set the environment variable" in caplog.text


def test_a_password_that_an_address_is_cut_in_is_not_shown() -> None:
    with pytest.raises(EngineUnavailable, match=r"server\.url: a part of it is no address") as caught:
        Automatic1111Engine(ServerSettings(url="http://ada:s3,cret@here"))
    assert "s3" not in str(caught.value)


# --- what a look needs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ask(model="deliberate_v3"), "no model 'deliberate_v3' (near: deliberate_v2"),
        (ask(sampler="EULER A"), "no sampler 'EULER A' (near: Euler a, Euler)"),
        (ask(sampler="Euler Karas"), "no sampler 'Euler Karas' (near: Euler"),
        (ask(sampler="LMS"), "no sampler 'LMS' (it has: Euler, Euler a, DPM++ 2M)"),
        (ask(vae="vae-ft-mse"), "no VAE 'vae-ft-mse' (near: vae-ft-mse-840000-ema-pruned.safetensors"),
        (ask(loras=(LoraPlan(model="grain", weight=1.0),)), "no LoRA 'grain' (near: film grain"),
        (with_mesh(model="control_v1p_sd15_mediapipe"), "(near: control_v1p_sd15_mediapipe_face [9e397ea6]"),
        (ask(model="x", sampler="y"), "no model 'x' (it has: "),
        (ask(model="x", sampler="y"), "no sampler 'y' (it has: "),
    ],
)
def test_what_a_server_lacks_is_named_with_what_it_has(request_: PaintRequest, words: str) -> None:
    with (
        engine_on(lacking := FakeAutomatic1111()) as engine,
        pytest.raises(EngineUnavailable, match="install it there") as caught,
    ):
        engine.paint([request_])
    assert words in str(caught.value)
    assert lacking.address in str(caught.value)
    assert not lacking.paintings


def test_a_server_that_lists_no_vaes_says_what_to_do_about_it() -> None:
    fake = FakeAutomatic1111()
    del fake.lists["/sdapi/v1/sd-vae"]  # as before 1.4.0
    with (
        engine_on(fake) as engine,
        pytest.raises(EngineUnavailable, match="lists no VAEs; update it, or choose the VAE"),
    ):
        engine.paint([ask(vae="vae-ft-mse")])


def test_a_look_that_only_one_server_can_paint_is_refused_with_the_other_named() -> None:
    with (
        engine_on(FakeAutomatic1111(), lacking := FakeAutomatic1111(samplers=["LMS"])) as engine,
        pytest.raises(EngineUnavailable, match=f"{lacking.address} has no sampler 'Euler'"),
    ):
        engine.paint([ask()])


@pytest.mark.parametrize("old", [False, True])
def test_more_controls_than_the_server_takes_are_refused_instead_of_left_out(old: bool) -> None:
    """The web UI hands an extension no more values than its page has (init_script_args in modules/api/api.py)."""
    both = ask(controls=(MESH, MESH), guides=(colours(), colours()))
    with engine_on(fake := FakeAutomatic1111(units=1, old=old)) as engine:
        with pytest.raises(
            EngineUnavailable, match="it takes 1 at once, and the look has 2; raise the number of Contr"
        ):
            engine.paint([both])
        assert len(engine.paint([with_mesh()])) == 1
    assert len(fake.paintings) == 1


def test_an_extension_that_does_not_say_how_many_controls_it_takes_is_believed() -> None:
    fake = FakeAutomatic1111()
    del fake.lists["/controlnet/settings"]
    with engine_on(fake) as engine:
        assert len(engine.paint([with_mesh()])) == 1


@pytest.mark.parametrize(("listed", "status"), [(True, 200), (False, 200), (False, 500)])
def test_a_picture_that_controlnet_did_not_hold_is_no_frame(listed: bool, status: int) -> None:
    """ScriptRunner.process of the web UI (modules/scripts.py) reports a failing extension at its console and goes on;
    postprocess of the extension (scripts/controlnet.py) gives guides back only where it had taken hold.

    Its option to keep them back is not listed where the extension has loaded modules/api/models.py before the options
    of extensions were known; some versions answer for theirs with an error (the web UI's issue 11805)."""
    fake = FakeAutomatic1111()
    fake.controls_fail = True
    said = "painted without the controls: its ControlNet failed, and only the server's own console says why"
    with engine_on(fake) as engine:
        if not listed:
            fake.lists["/sdapi/v1/options"] = as_json({}, status=status)
        with pytest.raises(EngineFailed, match=said):
            engine.paint([with_mesh()])
    assert len(fake.paintings) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"control_net_no_detectmap": True},
        {"control_net_no_detectmap": False, "forge_try_reproduce": "None"},
    ],
    ids=["an option", "some versions of Forge"],
)
def test_where_guides_are_kept_back_that_is_said_once(
    options: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Forge kept them back from this interface for a time (its issue 2051)."""
    fake = FakeAutomatic1111()
    fake.options["control_net_no_detectmap"] = True
    with engine_on(fake) as engine:
        fake.lists["/sdapi/v1/options"] = as_json(options)
        for _ in range(2):
            assert len(engine.paint([with_mesh()])) == 1
    assert caplog.text.count("gives no guides back, so that nobody can tell") == 1


def test_controls_without_the_extension_say_what_to_install() -> None:
    with (
        engine_on(FakeAutomatic1111(controls=None)) as engine,
        pytest.raises(EngineUnavailable, match="no ControlNet extension; install the extension sd-webui-controlnet"),
    ):
        engine.paint([with_mesh()])


@pytest.mark.parametrize(("path", "list_"), [("/sdapi/v1/samplers", {}), ("/controlnet/model_list", [])])
def test_a_list_of_another_shape_is_said(path: str, list_: object) -> None:
    fake = FakeAutomatic1111()
    fake.lists[path] = as_json(list_)
    with engine_on(fake) as engine, pytest.raises(EngineUnavailable, match=f"answered {path} with something else"):
        engine.paint([with_mesh()])


def test_a_look_is_looked_up_once() -> None:
    with engine_on(fake := FakeAutomatic1111()) as engine:
        for _ in range(3):
            engine.paint([with_mesh()])
        assert [asked.path for asked in fake.asked].count("/controlnet/model_list") == 1
        engine.paint([ask(steps=20)])
    assert [asked.path for asked in fake.asked].count("/sdapi/v1/samplers") == 2


# --- trying again, and not ---------------------------------------------------------------------------------------


def page(status: int) -> Answer:
    """What a proxy says for the server behind it."""
    return Answer(status=status, body=b"<html>", kind="text/html")


@pytest.mark.parametrize("passing", [BROKEN, *map(page, (502, 503, 521, 522, 523))])
def test_what_may_pass_is_tried_again(passing: Answer) -> None:
    fake = FakeAutomatic1111()
    fake.answers.extend([passing] * servers.RETRIES)
    with engine_on(fake) as engine:
        engine.paint([ask()])
    assert len(fake.paintings) == 1 + servers.RETRIES


@pytest.mark.parametrize("status", [504, 524])
def test_a_proxy_that_gives_up_waiting_is_not_asked_for_the_same_picture_again(status: int) -> None:
    """The server behind it is painting still: each further try would wait behind the one before."""
    fake = FakeAutomatic1111()
    fake.answers.append(page(status))
    with (
        engine_on(fake) as engine,
        pytest.raises(EngineFailed, match=f"answered {status}.*; raise the proxy's timeout"),
    ):
        engine.paint([ask()])
    assert len(fake.paintings) == 1


def test_the_waits_between_tries_double(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "BACKOFF_S", 0.05)
    fake = FakeAutomatic1111()
    times: list[float] = []
    fake.begun = lambda: times.append(time.monotonic())
    fake.answers.extend([BROKEN] * 3)
    with engine_on(fake) as engine:
        engine.paint([ask()])
    waits = np.diff(times)
    assert (waits > (0.05, 0.1, 0.2)).all()
    assert waits.sum() < 5  # a busy machine may take its time


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
        (Answer(status=500, body=b"<html><h1>Oops</h1>", kind="text/html"), "answered 500 Internal Server Error"),
        (Answer(status=302), "answered 302 Found"),
        (Answer(body=b"<html>hello</html>", kind="text/html"), "answered /sdapi/v1/img2img with something that is not"),
        (as_json({"images": []}), "answered without a picture"),
        (as_json({"images": None}), "answered without a picture"),
        (as_json([1]), "answered without a picture"),
        (as_json({"images": [png(colours(8, 16))]}), "a picture of 16 x 8 pixels where 24 x 16 were asked for"),
        (as_json({"images": ["%%%"]}), "a picture that is no PNG"),
        (
            as_json({"images": [base64.b64encode(b"\xff\xd8\xff\xe0 JFIF").decode()]}),
            "set its image file format to png",
        ),
        (as_json({"images": [base64.b64encode(b"\x89PNG\r\n\x1a\n????").decode()]}), "PNG that cannot be decoded"),
    ],
)
def test_a_refusal_becomes_one_line_with_its_place_and_is_not_tried_again(answer: Answer, words: str) -> None:
    fake = FakeAutomatic1111()
    fake.answers.append(answer)
    with engine_on(fake) as engine, pytest.raises(EngineFailed) as caught:
        engine.paint([ask(1)])
    text = str(caught.value)
    assert f"sh010 FACE 1001: {fake.address} " in text
    assert words in text
    for never in ("<html", "Traceback", "iVBOR", "\n"):
        assert never not in text
    assert len(fake.paintings) == 1


def test_what_a_server_says_is_cut_to_300_characters() -> None:
    fake = FakeAutomatic1111()
    fake.answers.append(error(500, "E", errors="x" * 5000))
    with engine_on(fake) as engine, pytest.raises(EngineFailed, match=f"E: {'x' * 296}…$"):
        engine.paint([ask()])


def test_a_picture_in_a_data_url_is_read_too() -> None:
    fake = FakeAutomatic1111()
    fake.answers.append(as_json({"images": ["data:image/png;base64," + png(colours()), "a detected map"]}))
    with engine_on(fake) as engine:
        assert np.array_equal(engine.paint([ask()])[0], unit(colours()))


def test_a_painting_that_takes_too_long_is_stopped_and_not_asked_for_again() -> None:
    fake = FakeAutomatic1111()
    fake.hangs = True
    with (
        engine_on(fake, timeout=0.2) as engine,
        pytest.raises(EngineFailed, match=r"gave no answer within 0\.2 s; raise server\.timeout"),
    ):
        engine.paint([ask()])
    assert len(fake.paintings) == 1
    assert fake.interrupts == 1


# --- stopping ----------------------------------------------------------------------------------------------------


def hanging(*, begun: Callable[[], object]) -> FakeAutomatic1111:
    fake = FakeAutomatic1111()
    fake.hangs, fake.begun = True, begun
    return fake


def test_ctrl_c_stops_every_server_at_work_and_goes_on() -> None:
    both_at_work = threading.Barrier(2, action=ctrl_c)
    one, two = (hanging(begun=both_at_work.wait) for _ in range(2))
    idle_before = threading.active_count()
    with engine_on(one, two, FakeAutomatic1111()) as engine:
        with pytest.raises(KeyboardInterrupt):
            engine.paint([ask(1), ask(2)])
        assert (one.interrupts, two.interrupts) == (1, 1)
        one.hangs = two.hangs = False
        one.begun = two.begun = lambda: None
        assert len(engine.paint([ask(3), ask(4)])) == 2  # the connections that were given up are not in the way
    assert threading.active_count() <= idle_before + len((one, two))  # the stand-in's own, ending


def test_ctrl_c_does_not_wait_for_a_server_that_does_not_heed_it() -> None:
    fake = hanging(begun=ctrl_c)
    fake.heeds_interrupts = False
    start = time.monotonic()
    with engine_on(fake) as engine:
        with pytest.raises(KeyboardInterrupt):
            engine.paint([ask()])
        assert time.monotonic() - start < 2
    assert fake.interrupts == 1


@pytest.mark.parametrize("how", ["interrupted", "skipped"])
def test_a_picture_that_somebody_else_stopped_is_no_frame(how: str) -> None:
    """The sampler ends, what it has is decoded, and the answer is that of a picture that is done (sd_samplers_common.py
    and process_images_inner of the web UI); that it was stopped is told by ``/sdapi/v1/progress`` alone."""
    fake = FakeAutomatic1111()
    fake.hangs, fake.begun = True, lambda: fake.stop(how)
    with engine_on(fake) as engine:
        with pytest.raises(EngineFailed, match=r"sh010 FACE 1007: .* was told to stop by somebody else"):
            engine.paint([ask()])
        fake.hangs, fake.begun = False, lambda: None
        assert len(engine.paint([ask()])) == 1, "what was stopped says nothing of the next one"


@pytest.fixture
def at_somebody_elses() -> Iterator[FakeAutomatic1111]:
    """A server that is at a picture of another client's."""
    at_work = threading.Event()
    fake = FakeAutomatic1111()
    fake.hangs, fake.begun = True, at_work.set
    theirs = {"init_images": [png(colours())], "force_task_id": "task(theirs)"}
    with fake:
        asking = threading.Thread(
            target=httpx.post, args=(fake.address + "/sdapi/v1/img2img",), kwargs={"json": theirs, "trust_env": False}
        )
        asking.start()
        assert at_work.wait(5)
        fake.begun = lambda: None
        yield fake
        fake.release()
        asking.join()


def test_giving_up_what_waits_behind_others_work_does_not_stop_theirs(at_somebody_elses: FakeAutomatic1111) -> None:
    """``/sdapi/v1/interrupt`` names nobody; ``/internal/progress`` says whose turn it is (modules/progress.py)."""
    settings = ServerSettings(url=at_somebody_elses.address, timeout=0.3)
    with Automatic1111Engine(settings) as engine, pytest.raises(EngineFailed, match="gave no answer within"):
        engine.paint([ask()])
    assert at_somebody_elses.interrupts == 0


def test_a_server_that_lets_nobody_name_a_task_is_stopped_all_the_same() -> None:
    fake = FakeAutomatic1111(old=True)
    fake.hangs = True
    with engine_on(fake, timeout=0.2) as engine, pytest.raises(EngineFailed, match="gave no answer within"):
        engine.paint([ask()])
    assert fake.interrupts == 1


def test_an_error_of_one_server_stops_the_others() -> None:
    busy = threading.Event()
    working, failing = hanging(begun=busy.set), FakeAutomatic1111()
    failing.begun = lambda: busy.wait(5)
    failing.answers.append(error(500, "OutOfMemoryError", errors="CUDA out of memory"))
    with engine_on(working, failing) as engine, pytest.raises(EngineFailed, match="CUDA out of memory"):
        engine.paint([ask(1), ask(2)])
    assert working.interrupts == 1
    assert failing.interrupts == 0


# --- how far it is -----------------------------------------------------------------------------------------------


def test_who_watches_is_told_how_far_a_picture_is_and_when_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic1111, "LOOK_AGAIN_S", 0.01)
    fake, told = hanging(begun=lambda: None), []

    def watch(place: str, step: int, steps: int) -> None:
        told.append((place, step, steps))
        if fake.at_step == (4, 16):
            fake.at_step = (9, 16)
        elif (step, steps) == (9, 16):
            fake.release()

    fake.at_step = (4, 16)
    with engine_on(fake) as engine:
        engine.step_callback = watch
        engine.paint([ask()])
    assert list(dict.fromkeys(told)) == [(fake.address, 4, 16), (fake.address, 9, 16), (fake.address, 1, 1)]
    assert told[-1] == (fake.address, 1, 1)


@pytest.mark.parametrize("answer", [as_json([]), as_json({"state": None}), as_json({"detail": "no"}, status=404)])
def test_a_server_that_does_not_say_how_far_it_is_paints_all_the_same(
    answer: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(automatic1111, "LOOK_AGAIN_S", 0.01)
    fake, told = FakeAutomatic1111(seconds=0.2), []
    fake.lists["/sdapi/v1/progress?skip_current_image=true"] = answer
    with engine_on(fake) as engine:
        engine.step_callback = lambda *facts: told.append(facts)
        assert len(engine.paint([ask()])) == 1
    assert told == [(fake.address, 1, 1)]
    assert any(asked.path.startswith("/sdapi/v1/progress") for asked in fake.asked)


def test_nobody_watching_a_server_is_asked_only_once_and_when_the_picture_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(automatic1111, "LOOK_AGAIN_S", 0.01)
    with engine_on(fake := FakeAutomatic1111(seconds=0.1)) as engine:
        engine.paint([ask()])
    assert [asked.path.partition("?")[0] for asked in fake.asked][-2:] == ["/sdapi/v1/img2img", "/sdapi/v1/progress"]
    assert sum("progress" in asked.path for asked in fake.asked) == 1


def test_ctrl_c_stops_the_watching_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(automatic1111, "LOOK_AGAIN_S", 0.01)
    fake, told = hanging(begun=ctrl_c), []
    with engine_on(fake) as engine:
        engine.step_callback = lambda *facts: told.append(facts)
        with pytest.raises(KeyboardInterrupt):
            engine.paint([ask()])
        before = len(fake.asked)
        time.sleep(0.1)
        assert len(fake.asked) == before
    assert told[-1] == (fake.address, 1, 1)


def test_a_closed_engine_may_be_closed_again() -> None:
    with engine_on(FakeAutomatic1111()) as engine:
        engine.close()
