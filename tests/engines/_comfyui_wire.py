"""HTTP and a websocket on one port, for the stand-in for ComfyUI: how it is asked, not what it answers."""

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
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    authorization: str


class Fake(Protocol):
    """What answers."""

    asked: list[Asked]
    websocket: str

    def answer(self, asked: Asked, body: bytes, kind: str) -> Answer: ...

    def open_socket(self, client: str, socket: Socket) -> None: ...


class Socket:
    """The server's end of one websocket; the protocol is the library's, the socket the HTTP server's."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self._handler, self._protocol, self._lock = handler, ServerProtocol(), threading.Lock()
        head = "".join(f"{key}: {value}\r\n" for key, value in handler.headers.items())
        self._protocol.receive_data(f"GET {handler.path} HTTP/1.1\r\n{head}\r\n".encode())
        (request,) = self._protocol.events_received()
        assert isinstance(request, Request)
        self._protocol.send_response(self._protocol.accept(request))

    def open(self) -> None:
        """Answer the client's handshake; nothing was sent so far."""
        self._flush()

    def send(self, message: str | bytes) -> None:
        with self._lock, suppress(OSError, InvalidState):  # the client has gone
            if isinstance(message, str):
                self._protocol.send_text(message.encode())
            else:
                self._protocol.send_binary(message)
            self._flush()

    def listen(self) -> None:
        """Until the client goes: pings and its farewell are answered."""
        with suppress(OSError):
            while data := self._handler.connection.recv(4096):
                with self._lock:
                    self._protocol.receive_data(data)
                    self._flush()
                if self._protocol.close_expected():
                    return

    def cut(self) -> None:
        with suppress(OSError):
            self._handler.connection.shutdown(2)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._handler.connection.sendall(data)


def handler_of(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: in two, the second waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            self._respond(b"")

        def do_POST(self) -> None:
            self._respond(self.rfile.read(int(self.headers["Content-Length"] or 0)))

        def _respond(self, body: bytes) -> None:
            asked = Asked(method=self.command, path=self.path, authorization=self.headers.get("Authorization", ""))
            fake.asked.append(asked)
            if self.path.startswith("/ws?") and fake.websocket != "refuses":
                self.close_connection = True
                socket = Socket(self)
                fake.open_socket(parse_qs(urlsplit(self.path).query)["clientId"][0], socket)
                socket.listen()
                return
            answer = fake.answer(asked, body, self.headers.get("Content-Type", ""))
            if not answer.status:
                self.close_connection = True
                return
            try:
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.kind)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
                self.wfile.flush()
            except OSError:  # the client has gone
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Tests read what was asked from ``asked``."""

    return Handler
