"""A stand-in for an AUTOMATIC1111 server on this machine: it answers as the server's source says, without painting.

Like the server it paints one picture at a time, in the order of asking, whether or not anybody still waits for it; an
interrupt names nobody and stops whatever is being painted, and what was stopped is answered as if it were done.

What it proves: the requests our client really sends over a socket, and what the client makes of the documented
answers, error bodies, slow answers and broken connections. What it does not prove: that a real server accepts every
field, that its names look like these, or that it paints anything at all.
"""

from __future__ import annotations

import base64
import json
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
"""What comes of a picture; the mapping is the body of the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer, to the byte; status 0 closes the connection without any."""

    status: int = 200
    body: bytes = b"{}"
    kind: str = "application/json"
    location: str = ""
    """Where it sends on to."""


BROKEN = Answer(status=0)


def as_json(value: object, *, status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(value).encode())


def error(status: int, name: str, *, detail: object = "", errors: str = "", body: object = "") -> Answer:
    """The body of the interface's own error handler."""
    return as_json({"error": name, "detail": detail, "body": body, "errors": errors}, status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    authorization: str
    body: dict[str, Any] = field(default_factory=dict)


def png(pixels: Pixels) -> str:
    """In base64, as pictures travel."""
    stored = pixels[..., ::-1] if pixels.ndim == 3 else pixels
    return base64.b64encode(cv2.imencode(".png", np.ascontiguousarray(stored))[1].tobytes()).decode()


def pixels_of(text: str) -> Pixels:
    """The RGB or grey codes of a picture that travelled."""
    stored = cv2.imdecode(np.frombuffer(base64.b64decode(text), np.uint8), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    codes = np.asarray(stored)
    assert codes.dtype == np.uint8
    return np.ascontiguousarray(codes[..., ::-1] if codes.ndim == 3 else codes, np.uint8)


def echo(pixels: Pixels, body: Mapping[str, Any]) -> Pixels:
    """The picture as it came."""
    return pixels


VAES = ("vae-ft-mse-840000-ema-pruned.safetensors",)
LORAS = (("film_grain_v2", "film grain"), ("skin", "skin"))
"""Name of the file, and what it calls itself."""


SPACED = {
    "DPM++ 2M": {"scheduler": "karras"},
    "DPM++ 2M SDE": {"scheduler": "exponential", "brownian_noise": True},
    "Restart": {"scheduler": "karras", "second_order": True},
}
"""Options of the samplers whose automatic spacing is not even since 1.9.0 (sd_samplers_kdiffusion.py)."""
SCHEDULES = (
    ("automatic", "Automatic", None),
    ("uniform", "Uniform", None),
    ("karras", "Karras", None),
    ("exponential", "Exponential", None),
    ("sgm_uniform", "SGM Uniform", ["SGMUniform"]),
)
"""Some of its spacings (sd_schedulers.py): name, label, aliases."""


def _lists(
    models: Sequence[str], samplers: Sequence[str], controls: Sequence[str] | None, units: int, *, old: bool
) -> dict[str, Answer]:
    """What a server with all this answers, by its path."""
    lists = {
        "/sdapi/v1/sd-models": as_json([{"title": f"{m}.safetensors [6ce0161689]", "model_name": m} for m in models]),
        "/sdapi/v1/sd-vae": as_json([{"model_name": v, "filename": f"/models/VAE/{v}"} for v in VAES]),
        "/sdapi/v1/loras": as_json([{"name": n, "alias": a, "path": n, "metadata": {}} for n, a in LORAS]),
        "/sdapi/v1/samplers": as_json(
            [{"name": name, "aliases": [], "options": {} if old else SPACED.get(name, {})} for name in samplers]
        ),
    }
    if not old:
        lists["/sdapi/v1/schedulers"] = as_json(
            [{"name": n, "label": label, "aliases": aliases} for n, label, aliases in SCHEDULES]
        )
    if controls is not None:
        lists["/controlnet/model_list"] = as_json({"model_list": ["None", *controls]})
        word = "control_net_max_models_num" if old else "control_net_unit_count"
        lists["/controlnet/settings"] = as_json({word: units})
    return lists


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
        old: bool = False,
    ) -> None:
        """``controls`` None: no ControlNet extension. ``auth`` is ``user:password``. ``seconds``: per painting.

        ``units``: of ControlNet. ``old``: as 1.3, which lets nobody name a task, and whose samplers have their
        spacing in their names.
        """
        self.lists = _lists(models, samplers, controls, units, old=old)
        self.options: dict[str, Any] = {"control_net_no_detectmap": False}
        self.options |= {"sd_model_checkpoint": f"{[*models, ''][0]}.safetensors [6ce0161689]", "sd_vae": "Automatic"}
        self.auth, self.paint, self.seconds, self.units, self.old = auth, paint, seconds, units, old
        self.controls_fail = False
        """An extension that fails is reported at the console alone, and the picture painted without it."""
        self.asked: list[Asked] = []
        self.answers: deque[Answer] = deque()
        """To the next paintings, in order; when none is left it paints."""
        self.lives: int | None = None
        """After this many paintings every connection breaks; None: never."""
        self.hangs = False
        """A painting waits for an interrupt, or ``patience`` seconds."""
        self.patience = 20.0
        self.heeds_interrupts = True
        self.at_step = (0, 0)
        """What it says of itself while it paints: the step, of how many."""
        self.begun: Callable[[], object] = lambda: None
        """Called in the server's thread when a painting begins."""
        self.state = {"interrupted": False, "skipped": False}
        """What it says of the picture it is at, or was at last."""
        self._interrupted = threading.Event()
        self._turn = threading.Lock()
        self._tasks: dict[str, str] = {}
        """``queued``, ``active`` or ``completed``, by the name a client gave its work."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._scheme = "https" if tls else "http"
        if tls:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def address(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._server.server_port}"

    @property
    def paintings(self) -> list[dict[str, Any]]:
        """The bodies of the paintings asked for, in order of arrival."""
        return [asked.body for asked in self.asked if asked.path == "/sdapi/v1/img2img"]

    @property
    def interrupts(self) -> int:
        return sum(asked.path == "/sdapi/v1/interrupt" for asked in self.asked)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._interrupted.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def release(self) -> None:
        """Let a painting that hangs be done."""
        self._interrupted.set()

    def answer(self, asked: Asked) -> Answer:  # noqa: PLR0911  one per address
        """What this server says to one request."""
        if self.lives is not None and self.lives <= 0:
            return BROKEN
        if self.auth and asked.authorization != "Basic " + base64.b64encode(self.auth.encode()).decode():
            return error(401, "HTTPException", detail="Incorrect username or password")
        if asked.path in {"/sdapi/v1/interrupt", "/sdapi/v1/skip"}:
            if self.heeds_interrupts:
                self.stop("interrupted" if asked.path.endswith("interrupt") else "skipped")
            return Answer()
        if asked.path == "/sdapi/v1/options" and asked.path not in self.lists:
            return as_json(self.options)
        if asked.path == "/internal/progress":
            state = self._tasks.get(asked.body["id_task"], "")
            return as_json({word: word == state for word in ("active", "queued", "completed")})
        if asked.path.startswith("/sdapi/v1/progress?") and asked.path not in self.lists:
            step, steps = self.at_step
            state = {"sampling_step": step, "sampling_steps": steps, "job": "scripts_img2img"} | self.state
            return as_json({"progress": step / max(steps, 1), "eta_relative": 1.0, "state": state})
        if asked.path == "/sdapi/v1/img2img":
            return self._painting(asked.body)
        return self.lists.get(asked.path, as_json({"detail": "Not Found"}, status=404))

    def stop(self, how: str = "interrupted") -> None:
        """As somebody at its own page may: the picture is given out as far as it is."""
        self.state[how] = True
        self._interrupted.set()

    def _painting(self, body: Mapping[str, Any]) -> Answer:
        task = "" if self.old else body["force_task_id"]
        self._tasks[task] = "queued"
        with self._turn:
            self._tasks[task] = "active"
            self.state = dict.fromkeys(self.state, False)
            self._interrupted.clear()
            answer = self._painted(body)
            self._tasks[task] = "completed"
        return answer

    def _painted(self, body: Mapping[str, Any]) -> Answer:
        self.begun()
        if not body.get("override_settings_restore_afterwards", True):
            self.options |= body["override_settings"]
        if self.answers:
            return self.answers.popleft()
        time.sleep(self.seconds)
        if self.hangs:
            self._interrupted.wait(self.patience)
        if self.lives is not None:
            self.lives -= 1
        painted = self.paint(pixels_of(body["init_images"][0]), body)
        return as_json({"images": [png(painted), *self._guides(body)], "parameters": {}, "info": "{}"})

    def _guides(self, body: Mapping[str, Any]) -> list[str]:
        """What ControlNet gives back of the units it took: those beyond its number are passed over."""
        taken = body.get("alwayson_scripts", {}).get("controlnet", {"args": []})["args"][: self.units]
        if self.controls_fail or self.options["control_net_no_detectmap"]:
            return []
        return [unit["image"] for unit in taken if unit["enabled"] and unit["save_detected_map"]]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet: in two, the second waits 40 ms for an acknowledgement

            def do_GET(self) -> None:
                self._respond({})

            def do_POST(self) -> None:
                self._respond(json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}"))

            def _respond(self, body: dict[str, Any]) -> None:
                who = self.headers.get("Authorization", "")
                asked = Asked(method=self.command, path=self.path, authorization=who, body=body)
                fake.asked.append(asked)
                answer = fake.answer(asked)
                if not answer.status:
                    self.close_connection = True
                    return
                try:
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.kind)
                    self.send_header("Content-Length", str(len(answer.body)))
                    if answer.location:
                        self.send_header("Location", answer.location)
                    self.end_headers()
                    self.wfile.write(answer.body)
                    self.wfile.flush()
                except OSError:  # the client has gone
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Tests read what was asked from ``asked``."""

        return Handler
