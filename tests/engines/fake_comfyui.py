"""A fake ComfyUI server on this machine: it answers as the server's source code says, without rendering.

It proves which requests and websocket messages our client really exchanges over sockets, and how the client reacts to
the server's answers, to refusals that name nodes, and to slow, dying, restarting and misbehaving servers. It does not
prove that a real server accepts every workflow, that the names of its models look like these, or that it renders
anything. Of the nodes it knows the inputs that ``/object_info`` lists; it does not execute them.
"""

from __future__ import annotations

import base64
import email
import json
import queue
import threading
import time
import uuid
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import cv2
import numpy as np

from tests.engines._comfyui_nodes import make_object_info
from tests.engines._comfyui_wire import ReceivedRequest, Socket, make_handler
from tests.engines.fake_automatic1111 import BROKEN, Answer, Pixels, as_json

Graph = dict[str, dict[str, Any]]
Painter = Callable[[Pixels, Graph], Pixels]
"""From the plate that was uploaded to the image that is returned; the graph is the workflow as received."""


def decode_png(png: bytes) -> Pixels:
    """The RGB codes of a PNG."""
    stored = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    assert stored.ndim == 3
    return np.ascontiguousarray(np.asarray(stored, np.uint8)[..., ::-1])


def encode_png(pixels: Pixels) -> bytes:
    return bytes(cv2.imencode(".png", np.ascontiguousarray(pixels[..., ::-1]))[1].tobytes())


def echo(pixels: Pixels, graph: Graph) -> Pixels:
    """Returns the image unchanged."""
    return pixels


def node_of(graph: Graph, class_type: str) -> dict[str, Any]:
    """The inputs of the only node of a class."""
    (inputs,) = (node["inputs"] for node in graph.values() if node["class_type"] == class_type)
    return dict(inputs)


@dataclass(slots=True, kw_only=True)
class QueueItem:
    """One item of the queue, which ComfyUI calls a prompt."""

    prompt_id: str
    client: str
    graph: Graph


class FakeComfyui:
    """``with FakeComfyui() as server: ServerSettings(url=server.address)``."""

    def __init__(
        self,
        *,
        checkpoints: Sequence[str] = ("SD1.5/v1-5-pruned-emaonly.safetensors", "deliberate_v2.safetensors"),
        controls: Sequence[str] = ("control_v1p_sd15_mediapipe_face.safetensors", "sd15/control_v11f1p_sd15_depth.pth"),
        samplers: Sequence[str] = ("euler", "euler_ancestral", "dpmpp_2m"),
        auth: str = "",
        paint: Painter = echo,
        seconds: float = 0.0,
        old: bool = False,
    ) -> None:
        """``auth`` is ``user:password``. ``seconds``: time per image. ``old``: as before 2025."""
        self.object_info: dict[str, Any] = make_object_info(checkpoints, controls, samplers, old=old)
        self.auth, self.paint, self.seconds, self.old = auth, paint, seconds, old
        self.requests: list[ReceivedRequest] = []
        self.graphs: list[Graph] = []
        """Every workflow received, in order of arrival."""
        self.queued_answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        """Answers to the next requests, by the first part of their path; when there are none left it answers itself."""
        self.commands: list[tuple[str, Any]] = []
        """The requests to ``/interrupt`` and ``/queue``, with their bodies."""
        self.fails: tuple[str, str, str] | None = None
        """The class of the node that fails, the type of its exception, and the message."""
        self.websocket = "works"
        """Or ``is refused``, ``breaks`` (when work begins), ``sends invalid JSON``, ``sends nothing``."""
        self.remaining_images: int | None = None
        """The server dies at the start of the image after this many: every connection breaks; None: never."""
        self.remaining_restarts = 0
        """So many of the next items are lost together with all temporary files; the server answers again at once."""
        self.steps = 1
        """So many steps a KSampler reports."""
        self.extra_messages: list[tuple[str, dict[str, Any]]] = []
        """Sent with each item when it starts, about it unless they name another one."""
        self.hangs = False
        """Whether an item is finished only by an interrupt, or after ``hang_s``."""
        self.hang_s = 20.0
        self.on_start: Callable[[], object] = lambda: None
        """Called in the worker's thread when it starts an item."""
        self.files: dict[tuple[str, str, str], bytes] = {}
        """By type, folder and name."""
        self.history: dict[str, Any] = {}
        self.executed = 0
        """Items that were not taken from the cache."""
        self._pending: queue.Queue[QueueItem | None] = queue.Queue()
        self._running: QueueItem | None = None
        self._deleted: set[str] = set()
        self._cached: dict[str, Any] = {}
        self._sockets: dict[str, Socket] = {}
        self._interrupted = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(self))
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.01,)),
            threading.Thread(target=self._work),
        ]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def uploads(self) -> int:
        """How many images were uploaded."""
        return sum(request.path == "/upload/image" for request in self.requests)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._interrupted.set()
        self._pending.put(None)
        self._disconnect_all()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()

    # --- HTTP ----------------------------------------------------------------------------------------------------

    def answer(self, request: ReceivedRequest, body: bytes, media_type: str) -> Answer:  # noqa: PLR0911  one per path
        """The answer to one request."""
        parts = urlsplit(request.path)
        first = "/" + parts.path.split("/")[1]
        if self.remaining_images is not None and self.remaining_images < 0:
            return BROKEN
        if self.auth and request.authorization != "Basic " + base64.b64encode(self.auth.encode()).decode():
            return Answer(status=401, body=b"<html>Who?", media_type="text/html")
        if self.queued_answers[first]:
            return self.queued_answers[first].popleft()
        if first == "/upload":
            return self._upload(body, media_type)
        if first == "/view":
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            file = self.files.get((query.get("type", "output"), query.get("subfolder", ""), query["filename"]))
            return Answer(status=404) if file is None else Answer(body=file, media_type="image/png")
        if first == "/history":
            prompt_id = parts.path.rpartition("/")[2]
            return as_json({prompt_id: self.history[prompt_id]} if prompt_id in self.history else {})
        if request.method == "POST":
            return self._post(first, json.loads(body or b"null"))
        return self._get(first)

    def _get(self, path: str) -> Answer:
        pending = [item for item in list(self._pending.queue) if item and item.prompt_id not in self._deleted]
        answers: dict[str, Any] = {
            "/prompt": {"exec_info": {"queue_remaining": self._pending.qsize()}},
            "/object_info": self.object_info,
            "/queue": {
                "queue_running": [self._row(item) for item in [self._running] if item],
                "queue_pending": [self._row(item) for item in pending],
            },
        }
        if path not in answers:
            return Answer(status=404, body=b"404: Not Found", media_type="text/plain")
        return as_json(answers[path])

    def _row(self, item: QueueItem) -> list[Any]:
        return [0, item.prompt_id, item.graph, {"client_id": item.client}, []]

    def _post(self, path: str, body: Any) -> Answer:
        if path == "/prompt":
            return self._post_prompt(body)
        self.commands.append((path, body))
        if path == "/queue":
            self._deleted.update(body["delete"])
        elif self._running and (self.old or body.get("prompt_id") in {None, self._running.prompt_id}):
            self._interrupted.set()
        return Answer(body=b"", media_type="text/plain")

    def _upload(self, body: bytes, media_type: str) -> Answer:
        form = email.message_from_bytes(f"Content-Type: {media_type}\r\n\r\n".encode() + body)
        fields: dict[str, bytes] = {}
        for part in form.walk():
            if part.is_multipart():
                continue
            fields[str(part.get_param("name", header="content-disposition"))] = bytes(part.get_payload(decode=True))
            name = part.get_filename() or ""
            fields |= {"filename": name.encode()} if name else {}
        folder = fields.get("type", b"input").decode(), fields.get("subfolder", b"").decode()
        name = fields["filename"].decode()
        while self.files.get((*folder, name), fields["image"]) != fields["image"]:
            name = "other " + name
        self.files[*folder, name] = fields["image"]
        return as_json({"name": name, "subfolder": folder[1], "type": folder[0]})

    def _post_prompt(self, body: Mapping[str, Any]) -> Answer:
        graph: Graph = body["prompt"]
        self.graphs.append(graph)
        for key, node in graph.items():
            if node["class_type"] not in self.object_info:
                problem = {"type": "missing_node_type", "message": "Node not found.", "details": f"Node ID '#{key}'"}
                return as_json({"error": problem, "node_errors": {}}, status=400)
        if faults := {key: found for key, node in graph.items() if (found := self._faults(node))}:
            problem = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"}
            return as_json({"error": problem, "node_errors": faults}, status=400)
        prompt_id = str(uuid.uuid4()) if self.old else body["prompt_id"]
        self.enqueue(prompt_id, graph, client=body["client_id"])
        return as_json({"prompt_id": prompt_id, "number": len(self.graphs), "node_errors": {}})

    def enqueue(self, prompt_id: str, graph: Graph, *, client: str = "") -> None:
        """Put an item into the queue; with an empty graph it does nothing, but hangs if the server hangs."""
        self._pending.put(QueueItem(prompt_id=prompt_id, client=client, graph=graph))

    def _faults(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """The only fault that is checked here: the image of a loader must exist."""
        name = node["inputs"].get("image")
        if not isinstance(name, str) or self._file(name) is not None:
            return {}
        fault: dict[str, Any] = {"type": "custom_validation_failed", "message": "Custom validation failed for node"}
        fault |= {"details": f"image - Invalid image file: {name}", "extra_info": {"input_name": "image"}}
        return {"errors": [fault], "dependent_outputs": ["11"], "class_type": node["class_type"]}

    def _file(self, name: str) -> bytes | None:
        """``toolkit/a.png [temp]``: a folder, a file name, and the type of folder."""
        path, _, kind = name.removesuffix("]").partition(" [")
        folder, _, file = path.rpartition("/")
        return self.files.get((kind or "input", folder, file))

    # --- the worker, one item after the other --------------------------------------------------------------------

    def _work(self) -> None:
        while (item := self._pending.get()) is not None:
            if item.prompt_id in self._deleted:
                continue
            if self.remaining_images is not None:
                self.remaining_images -= 1
            if self.remaining_restarts or (self.remaining_images is not None and self.remaining_images < 0):
                self.remaining_restarts = max(0, self.remaining_restarts - 1)
                self.files, self.history, self._cached = {}, {}, {}
                self._disconnect_all()
                continue
            self._running = item
            self._interrupted.clear()
            socket = self._sockets.get(item.client)
            if self.websocket == "breaks":
                self._disconnect_all()
            item_data: dict[str, Any] = {"prompt_id": item.prompt_id}
            ends: list[list[Any]] = []

            def send(kind: str, *, socket: Socket | None = socket, **data: Any) -> None:
                if socket and self.websocket in {"works", "sends invalid JSON"}:
                    message = json.dumps({"type": kind, "data": data})
                    socket.send("{" if self.websocket == "sends invalid JSON" else message)

            send("status", status={"exec_info": {"queue_remaining": 1}})
            send("execution_start", **item_data)
            for kind, data in self.extra_messages:
                send(kind, **{**item_data, **data})
            self.on_start()
            outputs = self._run(item, send, ends)
            failed = bool(ends)
            ends = ends or [["execution_success", item_data]]
            for kind, data in ends:
                send(kind, **data)
            status = {"status_str": "error" if failed else "success", "completed": not failed, "messages": ends}
            self.history[item.prompt_id] = {"prompt": self._row(item), "outputs": outputs, "status": status}
            self._running = None
            send("executing", node=None, **item_data)

    def _run(self, item: QueueItem, send: Callable[..., None], ends: list[list[Any]]) -> dict[str, Any]:
        """The outputs of the nodes; a failure is appended to ``ends``."""
        item_data: dict[str, Any] = {"prompt_id": item.prompt_id}
        signature = json.dumps(item.graph, sort_keys=True)
        if signature in self._cached:
            send("execution_cached", nodes=list(item.graph), **item_data)
            return dict(self._cached[signature])
        send("execution_cached", nodes=[], **item_data)
        if self.hangs:
            self._interrupted.wait(self.hang_s)
        for key, node in item.graph.items():
            send("executing", node=key, display_node=key, **item_data)
            data = {"node_id": key, "node_type": node["class_type"], "executed": [], **item_data}
            if self.fails and node["class_type"] == self.fails[0]:
                exception = {"exception_type": self.fails[1], "exception_message": self.fails[2]}
                ends.append(["execution_error", data | exception | {"traceback": ["File a.py"]}])
                return {}
            if node["class_type"] == "KSampler":
                for step in range(1, self.steps + 1):
                    time.sleep(self.seconds / self.steps)
                    if self._interrupted.is_set():
                        ends.append(["execution_interrupted", data])
                        return {}
                    send("progress", value=step, max=self.steps, node=key, **item_data)
        self.executed += 1
        outputs = self._outputs(item, send)
        self._cached[signature] = outputs
        return outputs

    def _outputs(self, item: QueueItem, send: Callable[..., None]) -> dict[str, Any]:
        outputs = {}
        for key, node in item.graph.items():
            if not self.object_info[node["class_type"]]["output_node"]:
                continue
            name = f"ComfyUI_temp_{self.executed:05}_.png"
            self.files["temp", "", name] = encode_png(self.paint(self._plate(item.graph), item.graph))
            outputs[key] = {"images": [{"filename": name, "subfolder": "", "type": "temp"}]}
            send("executed", node=key, display_node=key, output=outputs[key], prompt_id=item.prompt_id)
        return outputs

    def _plate(self, graph: Graph) -> Pixels:
        file = self.image_file(graph[node_of(graph, "VAEEncode")["pixels"][0]]["inputs"]["image"])
        return decode_png(file)

    def image_file(self, name: str) -> bytes:
        """The PNG that a loader names."""
        file = self._file(name)
        assert file is not None, name
        return file

    # --- the websocket -------------------------------------------------------------------------------------------

    def _disconnect_all(self) -> None:
        for socket in list(self._sockets.values()):
            socket.disconnect()

    def open_socket(self, client: str, socket: Socket) -> None:
        self._sockets[client] = socket  # registered before the client can send anything
        socket.open()
        socket.send(json.dumps({"type": "status", "data": {"status": {}, "sid": client}}))
        socket.send(b"\0\0\0\1preview")
