"""A stand-in for a ComfyUI server on this machine: it answers as the server's source says, without painting.

What it proves: the requests and the websocket our client really uses over sockets, and what the client makes of the
server's answers, of its refusals by node, of slow, dying, restarting and lying servers. What it does not prove: that a
real server accepts every workflow, that a model's names look like these, or that anything is painted at all. Of the
nodes it knows the inputs that ``/object_info`` names; of their work nothing.
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

from tests.engines._comfyui_nodes import nodes_on_offer
from tests.engines._comfyui_wire import Asked, Socket, handler_of
from tests.engines.fake_automatic1111 import BROKEN, Answer, Pixels, as_json

Graph = dict[str, dict[str, Any]]
Painter = Callable[[Pixels, Graph], Pixels]
"""What comes of the plate; the mapping is the workflow as it arrived."""


def decoded(png: bytes) -> Pixels:
    """RGB codes of a PNG."""
    stored = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert stored is not None
    assert stored.ndim == 3
    return np.ascontiguousarray(np.asarray(stored, np.uint8)[..., ::-1])


def encoded(pixels: Pixels) -> bytes:
    return bytes(cv2.imencode(".png", np.ascontiguousarray(pixels[..., ::-1]))[1].tobytes())


def echo(pixels: Pixels, graph: Graph) -> Pixels:
    """The picture as it came."""
    return pixels


def node_of(graph: Graph, class_type: str) -> dict[str, Any]:
    """The inputs of the one node of a class."""
    (inputs,) = (node["inputs"] for node in graph.values() if node["class_type"] == class_type)
    return dict(inputs)


@dataclass(slots=True, kw_only=True)
class Task:
    """One prompt in the queue."""

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
        """``auth`` is ``user:password``. ``seconds``: per painting. ``old``: as before 2025, ids and interrupts too."""
        self.offered: dict[str, Any] = nodes_on_offer(checkpoints, controls, samplers, old=old)
        self.auth, self.paint, self.seconds, self.old = auth, paint, seconds, old
        self.asked: list[Asked] = []
        self.prompts: list[Graph] = []
        """Every workflow asked for, in order of arrival."""
        self.answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        """To the next requests by the first part of their path, in order; when none is left it answers itself."""
        self.told: list[tuple[str, Any]] = []
        """``/interrupt`` and ``/queue``, with what was said."""
        self.fails: tuple[str, str, str] | None = None
        """Class of the node that fails, type of its exception, and its message."""
        self.websocket = "speaks"
        """Or ``refuses``, ``breaks`` when work begins, ``mumbles`` no JSON, ``is silent``."""
        self.lives: int | None = None
        """The painting after this many finds the server dead: every connection breaks; None: never."""
        self.restarts = 0
        """So many of the next paintings are lost with everything temporary; the server is there again at once."""
        self.hangs = False
        """A painting waits for an interrupt, or ``patience`` seconds."""
        self.patience = 20.0
        self.begun: Callable[[], object] = lambda: None
        """Called in the worker's thread when a painting begins."""
        self.files: dict[tuple[str, str, str], bytes] = {}
        """By type, folder and name."""
        self.history: dict[str, Any] = {}
        self.executed = 0
        """Paintings that were not taken from the cache."""
        self._pending: queue.Queue[Task | None] = queue.Queue()
        self._running: Task | None = None
        self._deleted: set[str] = set()
        self._cached: dict[str, Any] = {}
        self._sockets: dict[str, Socket] = {}
        self._interrupted = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(self))
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.01,)),
            threading.Thread(target=self._work),
        ]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def uploads(self) -> int:
        return sum(asked.path == "/upload/image" for asked in self.asked)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._interrupted.set()
        self._pending.put(None)
        self._sever()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()

    # --- what it says over HTTP ----------------------------------------------------------------------------------

    def answer(self, asked: Asked, body: bytes, kind: str) -> Answer:  # noqa: PLR0911  one per address
        parts = urlsplit(asked.path)
        first = "/" + parts.path.split("/")[1]
        if self.lives is not None and self.lives < 0:
            return BROKEN
        if self.auth and asked.authorization != "Basic " + base64.b64encode(self.auth.encode()).decode():
            return Answer(status=401, body=b"<html>Who?", kind="text/html")
        if self.answers[first]:
            return self.answers[first].popleft()
        if first == "/upload":
            return self._upload(body, kind)
        if first == "/view":
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            file = self.files.get((query.get("type", "output"), query.get("subfolder", ""), query["filename"]))
            return Answer(status=404) if file is None else Answer(body=file, kind="image/png")
        if first == "/history":
            prompt_id = parts.path.rpartition("/")[2]
            return as_json({prompt_id: self.history[prompt_id]} if prompt_id in self.history else {})
        if asked.method == "POST":
            return self._told(first, json.loads(body or b"null"))
        lists: dict[str, Any] = {
            "/prompt": {"exec_info": {"queue_remaining": self._pending.qsize()}},
            "/object_info": self.offered,
            "/queue": {
                "queue_running": [self._row(task) for task in [self._running] if task],
                "queue_pending": [
                    self._row(task)
                    for task in list(self._pending.queue)
                    if task and task.prompt_id not in self._deleted
                ],
            },
        }
        return (
            as_json(lists[first]) if first in lists else Answer(status=404, body=b"404: Not Found", kind="text/plain")
        )

    def _row(self, task: Task) -> list[Any]:
        return [0, task.prompt_id, task.graph, {"client_id": task.client}, []]

    def _told(self, path: str, body: Any) -> Answer:
        if path == "/prompt":
            return self._put(body)
        self.told.append((path, body))
        if path == "/queue":
            self._deleted.update(body["delete"])
        elif self._running and (self.old or body.get("prompt_id") in {None, self._running.prompt_id}):
            self._interrupted.set()
        return Answer(body=b"", kind="text/plain")

    def _upload(self, body: bytes, kind: str) -> Answer:
        form = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        fields: dict[str, bytes] = {}
        for part in form.get_payload():
            fields[str(part.get_param("name", header="content-disposition"))] = part.get_payload(decode=True)
            name = part.get_filename() or ""
            fields |= {"filename": name.encode()} if name else {}
        place = fields.get("type", b"input").decode(), fields.get("subfolder", b"").decode()
        name = fields["filename"].decode()
        while self.files.get((*place, name), fields["image"]) != fields["image"]:
            name = "other " + name
        self.files[*place, name] = fields["image"]
        return as_json({"name": name, "subfolder": place[1], "type": place[0]})

    def _put(self, body: Mapping[str, Any]) -> Answer:
        graph: Graph = body["prompt"]
        self.prompts.append(graph)
        for key, node in graph.items():
            if node["class_type"] not in self.offered:
                said = {"type": "missing_node_type", "message": "Node not found.", "details": f"Node ID '#{key}'"}
                return as_json({"error": said, "node_errors": {}}, status=400)
        if faults := {key: found for key, node in graph.items() if (found := self._faults(node))}:
            said = {"type": "prompt_outputs_failed_validation", "message": "Prompt outputs failed validation"}
            return as_json({"error": said, "node_errors": faults}, status=400)
        prompt_id = str(uuid.uuid4()) if self.old else body["prompt_id"]
        self.add(prompt_id, graph, client=body["client_id"])
        return as_json({"prompt_id": prompt_id, "number": len(self.prompts), "node_errors": {}})

    def add(self, prompt_id: str, graph: Graph, *, client: str = "") -> None:
        """Put a prompt into the queue; an empty one hangs where the server hangs."""
        self._pending.put(Task(prompt_id=prompt_id, client=client, graph=graph))

    def _faults(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """The one fault looked for here: the picture of a loader must be there."""
        name = node["inputs"].get("image")
        if not isinstance(name, str) or self._file(name) is not None:
            return {}
        fault = {"type": "custom_validation_failed", "message": "Custom validation failed for node"}
        fault |= {"details": f"image - Invalid image file: {name}", "extra_info": {"input_name": "image"}}
        return {"errors": [fault], "dependent_outputs": ["11"], "class_type": node["class_type"]}

    def _file(self, name: str) -> bytes | None:
        """``toolkit/a.png [temp]``: a folder, a name, and where it is looked for."""
        path, _, kind = name.removesuffix("]").partition(" [")
        folder, _, file = path.rpartition("/")
        return self.files.get((kind or "input", folder, file))

    # --- what it does, one prompt after the other ----------------------------------------------------------------

    def _work(self) -> None:
        while (task := self._pending.get()) is not None:
            if task.prompt_id in self._deleted:
                continue
            if self.lives is not None:
                self.lives -= 1
            if self.restarts or (self.lives is not None and self.lives < 0):
                self.restarts = max(0, self.restarts - 1)
                self.files, self.history, self._cached = {}, {}, {}
                self._sever()
                continue
            self._running = task
            self._interrupted.clear()
            socket = self._sockets.get(task.client)
            if self.websocket == "breaks":
                self._sever()
            said = {"prompt_id": task.prompt_id}
            ends: list[list[Any]] = []

            def say(kind: str, *, socket: Socket | None = socket, **data: Any) -> None:
                if socket and self.websocket in {"speaks", "mumbles"}:
                    message = json.dumps({"type": kind, "data": data})
                    socket.send("{" if self.websocket == "mumbles" else message)

            say("status", status={"exec_info": {"queue_remaining": 1}})
            say("execution_start", **said)
            self.begun()
            outputs = self._run(task, say, ends)
            failed = bool(ends)
            ends = ends or [["execution_success", said]]
            for kind, data in ends:
                say(kind, **data)
            status = {"status_str": "error" if failed else "success", "completed": not failed, "messages": ends}
            self.history[task.prompt_id] = {"prompt": self._row(task), "outputs": outputs, "status": status}
            self._running = None
            say("executing", node=None, **said)

    def _run(self, task: Task, say: Callable[..., None], ends: list[list[Any]]) -> dict[str, Any]:
        """What the nodes give out; a failure is appended to ``ends``."""
        said = {"prompt_id": task.prompt_id}
        signature = json.dumps(task.graph, sort_keys=True)
        if signature in self._cached:
            say("execution_cached", nodes=list(task.graph), **said)
            return dict(self._cached[signature])
        say("execution_cached", nodes=[], **said)
        if self.hangs:
            self._interrupted.wait(self.patience)
        for key, node in task.graph.items():
            say("executing", node=key, display_node=key, **said)
            data = {"node_id": key, "node_type": node["class_type"], "executed": [], **said}
            if self.fails and node["class_type"] == self.fails[0]:
                told = {"exception_type": self.fails[1], "exception_message": self.fails[2], "traceback": ["File a.py"]}
                ends.append(["execution_error", data | told])
                return {}
            if node["class_type"] == "KSampler":
                time.sleep(self.seconds)
                if self._interrupted.is_set():
                    ends.append(["execution_interrupted", data])
                    return {}
                say("progress", value=1, max=1, node=key, **said)
        self.executed += 1
        outputs = {}
        for key, node in task.graph.items():
            if not self.offered[node["class_type"]]["output_node"]:
                continue
            name = f"ComfyUI_temp_{self.executed:05}_.png"
            self.files["temp", "", name] = encoded(self.paint(self._plate(task.graph), task.graph))
            outputs[key] = {"images": [{"filename": name, "subfolder": "", "type": "temp"}]}
            say("executed", node=key, display_node=key, output=outputs[key], **said)
        self._cached[signature] = outputs
        return outputs

    def _plate(self, graph: Graph) -> Pixels:
        file = self.picture(graph, graph[node_of(graph, "VAEEncode")["pixels"][0]]["inputs"]["image"])
        return decoded(file)

    def picture(self, graph: Graph, name: str) -> bytes:
        """The PNG that a loader of ``graph`` names."""
        file = self._file(name)
        assert file is not None, name
        return file

    # --- its websocket -------------------------------------------------------------------------------------------

    def _sever(self) -> None:
        for socket in list(self._sockets.values()):
            socket.cut()

    def open_socket(self, client: str, socket: Socket) -> None:
        self._sockets[client] = socket  # before the client can ask for anything
        socket.open()
        socket.send(json.dumps({"type": "status", "data": {"status": {}, "sid": client}}))
        socket.send(b"\0\0\0\1preview")
