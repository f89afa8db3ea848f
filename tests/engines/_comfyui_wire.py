"""HTTP and a websocket on one port, for the fake ComfyUI server: the transport, not the answers."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import InvalidState
from websockets.http11 import Request
from websockets.server import ServerProtocol

from tests.engines.fake_automatic1111 import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One request, as received."""

    method: str
    path: str
    authorization: str


class Fake(Protocol):
    """Answers the requests."""

    requests: list[ReceivedRequest]
    websocket: str

    def answer(self, request: ReceivedRequest, body: bytes, media_type: str) -> Answer: ...

    def open_socket(self, client: str, socket: Socket) -> None: ...


class Socket:
    """The server's end of one websocket: the library's protocol on the HTTP server's socket."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler, self._protocol, self._lock = handler, ServerProtocol(), threading.Lock()
        head = "".join(f"{key}: {value}\r\n" for key, value in handler.headers.items())
        self._protocol.receive_data(f"GET {handler.path} HTTP/1.1\r\n{head}\r\n".encode())
        (request,) = self._protocol.events_received()
        assert isinstance(request, Request)
        self._protocol.send_response(self._protocol.accept(request))

    def open(self) -> None:
        """Answer the client's handshake, before anything else is sent."""
        self._flush()

    def send(self, message: str | bytes) -> None:
        with self._lock, suppress(OSError, InvalidState):  # the client has disconnected
            if isinstance(message, str):
                self._protocol.send_text(message.encode())
            else:
                self._protocol.send_binary(message)
            self._flush()

    def listen(self) -> None:
        """Answer pings and the closing handshake until the client disconnects."""
        with suppress(OSError):
            while data := self._handler.connection.recv(4096):
                with self._lock:
                    self._protocol.receive_data(data)
                    self._flush()
                if self._protocol.close_expected():
                    return

    def disconnect(self) -> None:
        with suppress(OSError):
            self._handler.connection.shutdown(2)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._handler.connection.sendall(data)


def make_handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # send headers and body in one packet; a second one would wait 40 ms for an acknowledgement

        def do_GET(self) -> None:
            self._respond(b"")

        def do_POST(self) -> None:
            self._respond(self.rfile.read(int(self.headers["Content-Length"] or 0)))

        def _respond(self, body: bytes) -> None:
            authorization = self.headers.get("Authorization", "")
            request = ReceivedRequest(method=self.command, path=self.path, authorization=authorization)
            fake.requests.append(request)
            if self.path.startswith("/ws?") and fake.websocket != "is refused":
                self.close_connection = True
                socket = Socket(self)
                fake.open_socket(parse_qs(urlsplit(self.path).query)["clientId"][0], socket)
                socket.listen()
                return
            answer = fake.answer(request, body, self.headers.get("Content-Type", ""))
            if not answer.status:
                self.close_connection = True
                return
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.media_type)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
                self.wfile.flush()
            except OSError:  # the client has disconnected
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Tests read the requests from ``requests``."""

    return Handler
