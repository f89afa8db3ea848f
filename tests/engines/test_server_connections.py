"""Connections to servers, shown with AUTOMATIC1111: addresses, credentials, several servers, and lost ones.

Against a fake server over real sockets; fake_automatic1111.py says what that proves.
"""

from __future__ import annotations

import base64
import logging
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines._automatic1111 import engine_on, make_request, paint_seed, request_with_mesh
from tests.engines._requests import seeds_in
from tests.engines.fake_automatic1111 import BROKEN, Answer, FakeAutomatic1111
from toolkit.engines import http_client
from toolkit.engines.addresses import AUTH_VARIABLE, parse_addresses
from toolkit.engines.automatic1111 import Automatic1111Engine
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.settings import ServerSettings

# --- several servers ---------------------------------------------------------------------------------------------


def test_results_keep_their_order_and_the_faster_server_does_more() -> None:
    slow, quick = FakeAutomatic1111(paint=paint_seed, seconds=0.2), FakeAutomatic1111(paint=paint_seed, seconds=0.02)
    with engine_on(slow, quick) as engine:
        assert seeds_in(engine.paint([make_request(seed) for seed in range(8)])) == list(range(8))
        assert engine.batch == 4
    assert 1 <= len(slow.img2img_bodies) < len(quick.img2img_bodies)


def test_the_work_of_a_dying_server_goes_to_the_others(caplog: pytest.LogCaptureFixture) -> None:
    dying, other = FakeAutomatic1111(paint=paint_seed, seconds=0.01), FakeAutomatic1111(paint=paint_seed, seconds=0.05)
    dying.remaining_images = 1
    with engine_on(dying, other) as engine:
        assert seeds_in(engine.paint([make_request(seed) for seed in range(6)])) == list(range(6))
        assert seeds_in(engine.paint([make_request(seed) for seed in (8, 9)])) == [8, 9]
    assert len(dying.img2img_bodies) == 1, "and it did not say any more whether that was interrupted"
    assert f"continuing without {dying.address}" in caplog.text


def test_a_server_that_restarts_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    """A ComfyUI took 13 to 30 s; a night's run must not end with that."""
    fake = FakeAutomatic1111(paint=paint_seed)
    fake.queued_answers.extend([BROKEN] * (http_client.RETRIES + 4))
    with engine_on(fake, reconnect=60.0) as engine:
        assert seeds_in(engine.paint([make_request(1)])) == [1]
    assert caplog.text.count("waiting up to 60 s for it to come back") == 1
    assert f"{fake.address} broke the connection" in caplog.text


def test_a_server_that_does_not_come_back_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "MAX_BACKOFF_S", 0.05)
    fake = FakeAutomatic1111()
    with engine_on(fake, reconnect=2.0) as engine:
        engine.paint([make_request(1)])
        fake.remaining_images = 0
        start = time.monotonic()
        with pytest.raises(EngineFailed, match="no server is left"):
            engine.paint([make_request(2)])
        assert time.monotonic() - start > 1.5
    assert len(fake.img2img_bodies) > 2 + http_client.RETRIES


def test_work_of_a_server_lost_last_is_still_done() -> None:
    dying, other = FakeAutomatic1111(paint=paint_seed), FakeAutomatic1111(paint=paint_seed)
    dying.queued_answers.extend([BROKEN] * 10)
    with engine_on(dying, other) as engine:
        assert seeds_in(engine.paint([make_request(1), make_request(2)])) == [1, 2]
    assert sorted(body["seed"] for body in other.img2img_bodies) == [1, 2]


def test_when_all_servers_are_lost_each_is_named() -> None:
    one, two = FakeAutomatic1111(), FakeAutomatic1111()
    with engine_on(one, two) as engine:
        engine.paint([make_request(), make_request()])
        one.remaining_images = two.remaining_images = 0
        for _ in range(2):  # a second call fails in the same way
            with pytest.raises(EngineFailed, match="no server is left") as caught:
                engine.paint([make_request(), make_request()])
            assert one.address in str(caught.value)
            assert two.address in str(caught.value)


def test_a_server_that_is_down_at_the_start_is_a_warning_if_another_answers(
    caplog: pytest.LogCaptureFixture, unused_address: str
) -> None:
    with FakeAutomatic1111() as fake:
        both = ServerSettings(url=f"{unused_address},{fake.address}/")
        with Automatic1111Engine(both) as engine:
            engine.paint([make_request()])
            assert engine.batch == 2
    assert f"continuing without {unused_address}" in caplog.text


# --- connecting --------------------------------------------------------------------------------------------------


@pytest.fixture
def unused_address() -> str:
    """An address without a server."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_an_address_without_a_server_is_reported_with_a_remedy(unused_address: str) -> None:
    with pytest.raises(EngineUnavailable, match="start the web UI there with --api") as caught:
        Automatic1111Engine(ServerSettings(url=unused_address))
    assert unused_address in str(caught.value)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse connections when the queue is full")
def test_a_machine_that_is_off_is_tried_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "CONNECT_TIMEOUT_S", 0.3)
    monkeypatch.setattr(http_client, "BACKOFF_S", 600.0)  # a retry would run into the timeout of the test
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for caller in (first, second):  # never accepted; they fill the queue
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        address = f"http://127.0.0.1:{full.getsockname()[1]}"
        with pytest.raises(EngineUnavailable, match=r"cannot be reached \(no answer within 0\.3 s\); start the web UI"):
            Automatic1111Engine(ServerSettings(url=address))


def test_a_server_that_does_not_answer_at_the_start_is_tried_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "BACKOFF_S", 600.0)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(EngineUnavailable, match=r"did not answer within 0\.2 s; start the web UI"):
            Automatic1111Engine(ServerSettings(url=address, timeout=0.2))


def test_a_web_ui_without_its_api_is_reported() -> None:
    fake = FakeAutomatic1111()
    fake.answers_by_path.clear()
    message = "answered 404 Not Found: Not Found; start the web UI there with --api"
    with pytest.raises(EngineUnavailable, match=message), engine_on(fake):
        pass


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://here/sdapi/v1/sd-models", "it redirects to https://here/sdapi/v1/sd-models; start the web UI"),
        ("/login?next=%2F&token=s3cret", "it redirects to /login; start the web UI"),
        ("https://ada:s3cret@here/", "it redirects to https://here/; start the web UI"),
    ],
)
def test_the_target_of_a_redirect_is_shown_without_secrets(location: str, shown: str) -> None:
    fake = FakeAutomatic1111()
    fake.answers_by_path["/sdapi/v1/sd-models"] = Answer(status=302, location=location)
    with pytest.raises(EngineUnavailable, match="answered 302 Found: ") as caught, engine_on(fake):
        pass
    assert shown in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_https_to_a_server_without_tls_is_reported_with_a_remedy() -> None:
    with FakeAutomatic1111() as fake, pytest.raises(EngineUnavailable, match="it does not use TLS; write http://"):
        Automatic1111Engine(ServerSettings(url=fake.address.replace("http", "https")))


@pytest.fixture
def fresh_ssl_context() -> Iterator[None]:
    """Trusted certificates are normally read only once."""
    http_client._ssl_context.cache_clear()
    yield
    http_client._ssl_context.cache_clear()


@pytest.mark.usefixtures("fresh_ssl_context")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl creates the certificate")
def test_a_self_signed_certificate_is_trusted_if_the_environment_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "own.pem"), "-days", "1", "-subj", "/CN=here"]
    names = ["-nodes", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", *names, *made], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem", tmp_path / "key.pem")
    with (
        FakeAutomatic1111(tls=context) as fake,
        pytest.raises(
            EngineUnavailable,
            match="to trust its certificate, set the environment variable SSL_CERT_FILE to the certificate's file",
        ),
    ):
        Automatic1111Engine(ServerSettings(url=fake.address))
    http_client._ssl_context.cache_clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
    with engine_on(FakeAutomatic1111(tls=context)) as engine:
        assert len(engine.paint([make_request()])) == 1


@pytest.mark.parametrize("url", ["ftp://here", "http://here:port", "http://", "http://[::1"])
def test_an_invalid_address_is_refused_without_any_request(url: str) -> None:
    with pytest.raises(EngineUnavailable, match=r"is not a valid address; write http://127\.0\.0\.1:7860"):
        Automatic1111Engine(ServerSettings(url=url))


def test_an_address_may_omit_http_and_repeated_ones_count_once() -> None:
    with FakeAutomatic1111() as fake:
        bare = fake.address.removeprefix("http://")
        with Automatic1111Engine(ServerSettings(url=f"{bare}, {fake.address}/,")) as engine:
            assert engine.batch == 2


@pytest.mark.parametrize("shown", ["/?__theme=dark", "/#a1b2", "?__theme=dark"])
def test_an_address_may_be_copied_from_a_browser(shown: str) -> None:
    """The web UI appends its theme to the address, and ComfyUI the id of the workflow."""
    with FakeAutomatic1111() as fake, Automatic1111Engine(ServerSettings(url=fake.address + shown)) as engine:
        assert len(engine.paint([make_request()])) == 1


def test_an_empty_address_means_the_default() -> None:
    """Tests the parser only: a real web UI may be running on this machine."""
    assert parse_addresses(" ", "x", "http://127.0.0.1:7860") == ("http://127.0.0.1:7860",)


# --- credentials -------------------------------------------------------------------------------------------------


def test_credentials_are_sent_with_every_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTH_VARIABLE, "ada:s3cret:x")
    with engine_on(fake := FakeAutomatic1111(auth="ada:s3cret:x")) as engine:
        engine.paint([request_with_mesh()])
    expected = "Basic " + base64.b64encode(b"ada:s3cret:x").decode()
    assert {request.authorization for request in fake.requests} == {expected}


@pytest.mark.parametrize("held", ["", "ada:wr0ng"])
def test_a_locked_server_is_reported_without_showing_the_credentials(
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


def test_credentials_without_a_colon_are_reported_without_showing_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(AUTH_VARIABLE, "s3cret")
    with pytest.raises(
        EngineUnavailable, match="has no colon; set the environment variable TOOLKIT_ENGINE_AUTH to user:password"
    ) as caught:
        Automatic1111Engine(ServerSettings())
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("secret", ["s3cret", "s3/cret", "s3://cret", "s3@cret"])
def test_credentials_in_an_address_are_neither_used_nor_shown(
    secret: str, unused_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for host in (unused_address.removeprefix("http://"), "here:port"):
        with pytest.raises(EngineUnavailable) as caught:
            Automatic1111Engine(ServerSettings(url=f"http://ada:{secret}@{host}"))
        assert "cret" not in str(caught.value) + caplog.text
    assert "credentials in server.url are not used; set the environment variable" in caplog.text


def test_a_password_with_a_comma_in_an_address_is_not_shown() -> None:
    with pytest.raises(EngineUnavailable, match=r"server\.url: part of it is not a valid address") as caught:
        Automatic1111Engine(ServerSettings(url="http://ada:s3,cret@here"))
    assert "s3" not in str(caught.value)
