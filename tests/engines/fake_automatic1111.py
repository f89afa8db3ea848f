"""A fake AUTOMATIC1111 server on this machine: it answers as the server's source code says, without rendering.

Like the real server it renders one image at a time, in the order of the requests, whether or not the client still waits
for the answer. An interrupt names no task and stops whatever is running, and an interrupted image is returned as if it
were finished.

It proves which requests our client sends over a socket, and how the client reacts to the documented answers, error
bodies, slow answers and broken connections. It does not prove that a real server accepts every field, that its names
look like these, or that it renders anything.
"""

from __future__ import annotations

import base64
import json
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""(H, W, 3) RGB or (H, W) grey."""
Painter = Callable[[Pixels, Mapping[str, Any]], Pixels]
"""From the image that was sent to the one that is returned; the mapping is the body of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One HTTP answer, byte for byte; status 0 closes the connection without an answer."""

    status: int = 200
    body: bytes = b"{}"
    media_type: str = "application/json"
    location: str = ""
    """Where it redirects to."""


BROKEN = Answer(status=0)


def as_json(value: object, *, status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(value).encode())


def error(status: int, name: str, *, detail: object = "", errors: str = "", body: object = "") -> Answer:
    """An error in the format of the API's own error handler."""
    return as_json({"error": name, "detail": detail, "body": body, "errors": errors}, status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One request, as received."""

    method: str
    path: str
    authorization: str
    body: dict[str, Any] = field(default_factory=dict)


def png(pixels: Pixels) -> str:
    """An image in base64, as the API sends it."""
    stored = pixels[..., [2, 1, 0, 3][: pixels.shape[2]]] if pixels.ndim == 3 else pixels
    return base64.b64encode(cv2.imencode(".png", np.ascontiguousarray(stored))[1].tobytes()).decode()


def pixels_of(text: str) -> Pixels:
    """The RGB or grey codes of an image in base64."""
    stored = cv2.imdecode(np.frombuffer(base64.b64decode(text), np.uint8), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    codes = np.asarray(stored)
    assert codes.dtype == np.uint8
    return np.ascontiguousarray(codes[..., ::-1] if codes.ndim == 3 else codes, np.uint8)


def echo(pixels: Pixels, body: Mapping[str, Any]) -> Pixels:
    """Returns the image unchanged."""
    return pixels


VAES = ("vae-ft-mse-840000-ema-pruned.safetensors",)
LORAS = (("film_grain_v2", "film grain"), ("skin", "skin"))
"""File name and alias."""


NOT_UNIFORM = {
    "DPM++ 2M": {"scheduler": "karras"},
    "DPM++ 2M SDE": {"scheduler": "exponential", "brownian_noise": True},
    "Restart": {"scheduler": "karras", "second_order": True},
}
"""Options of the samplers whose automatic spacing is not uniform since 1.9.0 (sd_samplers_kdiffusion.py)."""
SCHEDULES = (
    ("automatic", "Automatic", None),
    ("uniform", "Uniform", None),
    ("karras", "Karras", None),
    ("exponential", "Exponential", None),
    ("sgm_uniform", "SGM Uniform", ["SGMUniform"]),
)
"""Some of its schedule types (sd_schedulers.py): name, label, aliases."""


def _answers_by_path(
    models: Sequence[str],
    samplers: Sequence[str],
    controls: Sequence[str] | None,
    units: int,
    *,
    no_preprocessor: str,
    old: bool,
) -> dict[str, Answer]:
    """What the server answers at each path that only lists something."""
    answers = {
        "/sdapi/v1/sd-models": as_json([{"title": f"{m}.safetensors [6ce0161689]", "model_name": m} for m in models]),
        "/sdapi/v1/sd-vae": as_json([{"model_name": v, "filename": f"/models/VAE/{v}"} for v in VAES]),
        "/sdapi/v1/loras": as_json([{"name": n, "alias": a, "path": n, "metadata": {}} for n, a in LORAS]),
        "/sdapi/v1/samplers": as_json(
            [{"name": name, "aliases": [], "options": {} if old else NOT_UNIFORM.get(name, {})} for name in samplers]
        ),
    }
    if not old:
        answers["/sdapi/v1/schedulers"] = as_json(
            [{"name": n, "label": label, "aliases": aliases} for n, label, aliases in SCHEDULES]
        )
    if controls is not None:
        answers["/controlnet/model_list"] = as_json({"model_list": ["None", *controls]})
        option = "control_net_max_models_num" if old else "control_net_unit_count"
        answers["/controlnet/settings"] = as_json({option: units})
        answers["/controlnet/module_list"] = as_json({"module_list": [no_preprocessor, "canny", "openpose"]})
    return answers


class FakeAutomatic1111:
    """``with FakeAutomatic1111() as server: ServerSettings(url=server.address)``."""

    def __init__(
        self,
        *,
        models: Sequence[str] = ("v1-5-pruned-emaonly", "deliberate_v2"),
        samplers: Sequence[str] = ("Euler", "Euler a", "DPM++ 2M"),
        controls: Sequence[str] | None = ("control_v1p_sd15_mediapipe_face [9e397ea6]", "control_v11f1p_sd15_depth"),
        auth: str = "",
        paint: Painter = echo,
        seconds: float = 0.0,
        units: int = 3,
        tls: ssl.SSLContext | None = None,
        no_preprocessor: str = "none",
        old: bool = False,
    ) -> None:
        """``controls`` None: the ControlNet extension is not installed. ``auth`` is ``user:password``.

        ``seconds``: time per image. ``units``: number of ControlNet units. ``no_preprocessor``: the name of the module
        that does nothing, ``None`` in Forge, whose ControlNet fails for a name that it does not list. ``old``: as
        version 1.3, which has no task ids, and whose sampler names include the spacing.
        """
        self.answers_by_path = _answers_by_path(
            models, samplers, controls, units, no_preprocessor=no_preprocessor, old=old
        )
        self._no_preprocessor = no_preprocessor
        self.options: dict[str, Any] = {"control_net_no_detectmap": False}
        self.options |= {"sd_model_checkpoint": f"{[*models, ''][0]}.safetensors [6ce0161689]", "sd_vae": "Automatic"}
        self.auth, self.paint, self.seconds, self.units, self.old = auth, paint, seconds, units, old
        self.controls_fail = False
        """As when the extension fails: only the console reports it, and the image is rendered without it."""
        self.requests: list[ReceivedRequest] = []
        self.queued_answers: deque[Answer] = deque()
        """Answers to the next img2img requests, in order; when there are none left, images are rendered."""
        self.remaining_images: int | None = None
        """After this many images every connection breaks; None: never."""
        self.remaining_cuts = 0
        """So many of the next images lose their connection when they begin; the server goes on with them."""
        self.hangs = False
        """Whether an image is finished only by an interrupt, or after ``hang_s``."""
        self.hang_s = 20.0
        self.obeys_interrupts = True
        self.at_step = (0, 0)
        """The progress it reports while it renders: step and number of steps."""
        self.on_start: Callable[[], object] = lambda: None
        """Called in the server's thread when it starts an image."""
        self.state = {"interrupted": False, "skipped": False}
        """The state it reports of its current or last image."""
        self._interrupted = threading.Event()
        self._turn = threading.Lock()
        self._tasks: dict[str, str] = {}
        """``queued``, ``active`` or ``completed``, by task id."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def address(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    @property
    def img2img_bodies(self) -> list[dict[str, Any]]:
        """The bodies of all img2img requests, in order of arrival."""
        return [request.body for request in self.requests if request.path == "/sdapi/v1/img2img"]

    @property
    def interrupt_count(self) -> int:
        return sum(request.path == "/sdapi/v1/interrupt" for request in self.requests)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._interrupted.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def release(self) -> None:
        """Let a hanging image finish."""
        self._interrupted.set()

    def answer(self, request: ReceivedRequest) -> Answer:  # noqa: PLR0911  one return per path
        """The answer to one request."""
        if self.remaining_images is not None and self.remaining_images <= 0:
            return BROKEN
        if self.auth and request.authorization != "Basic " + base64.b64encode(self.auth.encode()).decode():
            return error(401, "HTTPException", detail="Incorrect username or password")
        if request.path in {"/sdapi/v1/interrupt", "/sdapi/v1/skip"}:
            if self.obeys_interrupts:
                self.stop("interrupted" if request.path.endswith("interrupt") else "skipped")
            return Answer()
        if request.path == "/sdapi/v1/options" and request.path not in self.answers_by_path:
            return as_json(self.options)
        if request.path == "/internal/progress":
            task_state = self._tasks.get(request.body["id_task"], "")
            return as_json({name: name == task_state for name in ("active", "queued", "completed")})
        if request.path.startswith("/sdapi/v1/progress?") and request.path not in self.answers_by_path:
            step, steps = self.at_step
            state = {"sampling_step": step, "sampling_steps": steps, "job": "scripts_img2img"} | self.state
            return as_json({"progress": step / max(steps, 1), "eta_relative": 1.0, "state": state})
        if request.path == "/sdapi/v1/img2img":
            return self._img2img(request.body)
        return self.answers_by_path.get(request.path, as_json({"detail": "Not Found"}, status=404))

    def stop(self, how: str = "interrupted") -> None:
        """As when another user presses Interrupt or Skip on the server's page: the unfinished image is returned."""
        self.state[how] = True
        self._interrupted.set()

    def _img2img(self, body: Mapping[str, Any]) -> Answer:
        task_id = "" if self.old else body["force_task_id"]
        self._tasks[task_id] = "queued"
        with self._turn:
            self._tasks[task_id] = "active"
            self.state = dict.fromkeys(self.state, False)
            self._interrupted.clear()
            answer = self._run(body)
            self._tasks[task_id] = "completed"
        return answer

    def _run(self, body: Mapping[str, Any]) -> Answer:
        self.on_start()
        if not body.get("override_settings_restore_afterwards", True):
            self.options |= body["override_settings"]
        if self.queued_answers:
            return self.queued_answers.popleft()
        time.sleep(self.seconds)
        if self.hangs:
            self._interrupted.wait(self.hang_s)
        if self.remaining_images is not None:
            self.remaining_images -= 1
        painted = self.paint(pixels_of(body["init_images"][0]), body)
        returned = [png(painted), *self._masks(body), *self._guides(body)]
        return as_json({"images": returned, "parameters": {}, "info": "{}"})

    def _masks(self, body: Mapping[str, Any]) -> list[str]:
        """What two options of modules/shared_options.py add to the results of inpainting (modules/processing.py)."""
        if "mask" not in body:
            return []
        composite = np.dstack([pixels_of(body["init_images"][0]), pixels_of(body["mask"])])
        masks = [pixels_of(body["mask"])] if self.options.get("return_mask") else []
        return [png(one) for one in (*masks, *([composite] if self.options.get("return_mask_composite") else []))]

    def _guides(self, body: Mapping[str, Any]) -> list[str]:
        """The guides that ControlNet returns for the units it applied; units beyond its number are ignored."""
        applied = body.get("alwayson_scripts", {}).get("controlnet", {"args": []})["args"][: self.units]
        knows_modules = all(unit["module"] == self._no_preprocessor for unit in applied)
        if self.controls_fail or self.options["control_net_no_detectmap"] or not knows_modules:
            return []
        return [unit["image"] for unit in applied if unit["enabled"] and unit["save_detected_map"]]

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # send headers and body in one packet; a second one would wait 40 ms for an acknowledgement

            def do_GET(self) -> None:
                self._respond({})

            def do_POST(self) -> None:
                self._respond(json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}"))

            def _respond(self, body: dict[str, Any]) -> None:
                authorization = self.headers.get("Authorization", "")
                request = ReceivedRequest(method=self.command, path=self.path, authorization=authorization, body=body)
                fake.requests.append(request)
                if fake.remaining_cuts and request.path == "/sdapi/v1/img2img":
                    fake.remaining_cuts -= 1
                    self.connection.shutdown(socket.SHUT_RDWR)
                answer = fake.answer(request)
                if not answer.status:
                    self.close_connection = True
                    return
                try:
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.media_type)
                    self.send_header("Content-Length", str(len(answer.body)))
                    if answer.location:
                        self.send_header("Location", answer.location)
                    self.end_headers()
                    self.wfile.write(answer.body)
                    self.wfile.flush()
                except OSError:  # the client has disconnected
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Tests read the requests from ``requests``."""

        return Handler
