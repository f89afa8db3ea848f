"""Work shared over servers that speak HTTP: whoever is free takes the next picture, and a lost server's work moves on.

All in the caller's thread, on an event loop of its own, not in a thread per server: when Ctrl-C or an error ends a
painting, what is under way is given up at once, whatever its server does. The price: not inside another running loop.
Credentials come from the environment only, go to every server as HTTP basic authentication, and into no message.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from toolkit.engines.addresses import AUTH_REMEDY, addresses_in, authorization, credentials_of
from toolkit.engines.event_loop import CoroutineRunner
from toolkit.engines.http_errors import ServerLost, ServerRefused, ServerSlow, accepted, json_of, one_line, refusal
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.settings import ServerSettings

if TYPE_CHECKING:
    import httpx
    from websockets.asyncio.client import connect as WebSocket  # noqa: N812  what it gives is one

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")
Ask = Callable[[str], Awaitable[Result]]

RETRIES = 3
"""Further tries after the first, for what may pass by itself."""
BACKOFF_S = 0.5
"""Wait before the first further try, seconds; it doubles each time."""
_CONNECT_S, _LIST_S, _TELL_S = 10.0, 30.0, 2.0
"""Longest wait for a connection, for an answer that needs no painting, and when telling a server to stop, seconds."""
_GAVE_UP = {504, 524}
"""Gateway timeout, and Cloudflare's own: a proxy's words for a server that did not answer in its time."""
_PASSING = {502, 503, 521, 522, 523} | _GAVE_UP
"""Bad gateway, unavailable, and Cloudflare's own: a proxy's words for a server that is restarting."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""Never asked through the proxy that the environment may name for the web."""
_LARGEST = 2**26
"""Most bytes of one message on a websocket: previews of pictures are among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKind:
    """What differs from one kind of server to the next."""

    engine: str
    """Name of the engine, for messages."""
    usual: str
    """Its address on this machine when nobody chose another."""
    probe: str
    """Path that answers a GET with JSON as soon as the server can work."""
    start: str
    """What to do when none answers; ends the sentence."""


class Servers:
    """The servers of one engine that answered when they were opened; ``addresses`` shrinks when one is lost."""

    def __init__(self, kind: ServerKind, settings: ServerSettings) -> None:
        """Ask every server whether it is there. Raises EngineUnavailable when none is, or an address does not hold."""
        import httpx

        self._kind, self._timeout = kind, settings.timeout
        self._list_s = min(_LIST_S, settings.timeout)
        self._lost: list[str] = []
        self.addresses = addresses_in(settings.url, kind.engine, kind.usual)
        self._credentials = credentials_of(kind.engine)
        self._client = httpx.AsyncClient(
            verify=_trusted(), auth=self._credentials, mounts=dict.fromkeys(f"all://{h}" for h in _LOOPBACK)
        )
        self._runner = CoroutineRunner()
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            self._open()
            on_failure.pop_all()

    def close(self) -> None:
        """Close every connection; may be called twice."""
        if not self._client.is_closed:
            self._runner.run(self._client.aclose())
            self._runner.close()

    async def get(self, address: str, path: str, *, patient: bool = False) -> Any:
        """The JSON at ``path``. Raises ServerLost and ServerRefused; where nothing answers, at once unless ``patient``.

        Patience is for a server that has taken work: it may only be restarting.
        """
        response = await self._answer(address, path, method="GET", read_s=self._list_s, patient=patient)
        return json_of(address, response)

    async def fetch(self, address: str, path: str, params: Mapping[str, str]) -> bytes:
        """The bytes at ``path``. Raises ServerLost and ServerRefused."""
        response = await self._answer(address, path, method="GET", read_s=self._list_s, patient=True, params=params)
        return response.content

    async def post(self, address: str, path: str, body: object, *, painting: bool = False) -> Any:
        """The JSON that ``path`` answers to ``body`` after up to ``server.timeout`` seconds of work.

        Raises ServerLost and ServerRefused, of it ServerSlow after that time, and, where the answer is the
        ``painting`` itself, when a proxy has waited too long: asked again it would only make the queue longer.

        The work must give the same result when it is asked for again: a connection that breaks before the answer does
        not tell whether the server had begun.
        """
        response = await self._answer(address, path, method="POST", read_s=self._timeout, painting=painting, json=body)
        return json_of(address, response)

    async def upload(self, address: str, path: str, file: Mapping[str, tuple[str, bytes, str]], form: object) -> Any:
        """The JSON that ``path`` answers to a form with one file (by its field: name, bytes, type of media).

        Raises ServerLost and ServerRefused. Like ``post``, it may happen twice.
        """
        response = await self._answer(address, path, method="POST", read_s=self._timeout, files=file, data=form)
        return json_of(address, response)

    async def tell(self, address: str, path: str, body: object = None, *, method: str = "POST") -> Any:
        """What a server answers at once, None where it does not: for what nobody waits for, farewells and curiosity."""
        import httpx

        with suppress(httpx.RequestError, TimeoutError, ValueError):
            async with asyncio.timeout(_TELL_S):
                return (await self._client.request(method, address + path, json=body)).json()
        return None

    def listen(self, address: str, path: str) -> WebSocket:
        """A websocket at ``path`` with the same credentials, to be entered with ``async with``.

        Entering it raises OSError and websockets.WebSocketException.
        """
        from websockets.asyncio.client import connect

        here = urlsplit(address).hostname in {host.strip("[]") for host in _LOOPBACK}
        return connect(
            "ws" + address.removeprefix("http") + path,
            additional_headers=authorization(self._credentials),
            ssl=_trusted() if address.startswith("https") else None,
            proxy=None if here else True,
            open_timeout=_CONNECT_S,
            close_timeout=_TELL_S,
            max_size=_LARGEST,
            logger=_quiet(),
        )

    async def _answer(
        self,
        address: str,
        path: str,
        *,
        method: str,
        read_s: float,
        patient: bool = False,
        painting: bool = False,
        **content: Any,
    ) -> httpx.Response:
        """A response with the status of success. Raises ServerLost and ServerRefused."""
        import httpx

        timeout, problem = httpx.Timeout(read_s, connect=_CONNECT_S), ""
        for attempt in range(RETRIES + 1):
            if attempt:
                await asyncio.sleep(BACKOFF_S * 2 ** (attempt - 1))
            try:
                response = await self._client.request(method, address + path, timeout=timeout, **content)
            except httpx.ReadTimeout as error:
                problem = f"gave no answer within {read_s:g} s"
                if method == "POST":  # it is at work still
                    raise ServerSlow(address, f"{problem}; raise server.timeout if it needs longer") from error
                if not patient:
                    break
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                why = str(error) or f"no answer within {_CONNECT_S:g} s"
                problem = f"cannot be reached ({one_line(why)}){_tls_hint(why)}"
                if method == "GET" and not patient:  # nothing listens there, or the machine is off: said at once
                    break
            except httpx.TransportError as error:
                problem = f"broke the connection ({one_line(str(error) or type(error).__name__)})"
            except httpx.RequestError as error:
                raise ServerRefused(address, f"sent an unreadable answer ({one_line(str(error))})") from error
            else:
                if response.status_code not in _PASSING:
                    return accepted(address, response)
                problem = refusal(response)
                if painting and response.status_code in _GAVE_UP:
                    cause = "a proxy before it does not wait so long; raise the proxy's timeout, or go around it"
                    raise ServerSlow(address, f"{problem}: {cause}", status=response.status_code)
        raise ServerLost(f"{address} {problem}")

    def _open(self) -> None:
        there, down = self._runner.run(self._asked(lambda address: self.get(address, self._kind.probe)))
        if not there:
            locked = any(isinstance(problem, ServerRefused) and problem.wants_credentials for problem in down.values())
            remedy = AUTH_REMEDY if locked else self._kind.start
            raise EngineUnavailable(self._kind.engine, "; ".join(map(str, down.values())), remedy=remedy)
        for address, problem in down.items():
            self._drop(address, problem)

    def everywhere(self, ask: Ask[Result]) -> dict[str, Result]:
        """What ``ask`` gives for each address, asked all at once; a server lost meanwhile is left out from here on.

        Raises EngineFailed when none is left, and whatever else ``ask`` raises.
        """
        results, down = self._runner.run(self._asked(ask))
        for address, problem in down.items():
            self._drop(address, problem)
        if results:
            return results
        raise self._all_lost()

    async def _asked(self, ask: Ask[Result]) -> tuple[dict[str, Result], dict[str, ServerLost | ServerRefused]]:
        """What each server answered, and why others did not."""
        results, down = {}, {}
        answers = await asyncio.gather(*map(ask, self.addresses), return_exceptions=True)
        for address, answer in zip(self.addresses, answers, strict=True):
            if isinstance(answer, (ServerLost, ServerRefused)):
                down[address] = answer
            elif isinstance(answer, BaseException):
                raise answer
            else:
                results[address] = answer
        return results, down

    def share(self, items: Sequence[Item], work: Callable[[str, Item], Awaitable[Result]]) -> list[Result]:
        """``work(address, item)`` for every item, in their order; each server takes the next one when it is free.

        An item whose server is lost goes to the others. Raises EngineFailed when none is left. Whatever else ``work``
        raises, and Ctrl-C, ends all of it: ``work`` is cancelled everywhere, which is when it tells its server to
        stop, then the exception goes on.
        """
        return self._runner.run(self._share(items, work))

    async def _share(self, items: Sequence[Item], work: Callable[[str, Item], Awaitable[Result]]) -> list[Result]:
        waiting = deque(range(len(items)))
        results: dict[int, Result] = {}

        async def serve(address: str) -> None:
            while waiting:
                index = waiting.popleft()
                try:
                    results[index] = await work(address, items[index])
                except ServerLost as loss:
                    waiting.appendleft(index)
                    self._drop(address, loss)
                    return

        # A server may hand its work back when the others have gone home already: hence as often as it takes.
        while waiting:
            if not self.addresses:
                raise self._all_lost()
            try:
                async with asyncio.TaskGroup() as group:
                    for address in self.addresses:
                        group.create_task(serve(address))
            except ExceptionGroup as failures:
                first = failures.exceptions[0]
                raise first from first.__cause__
        return [results[index] for index in range(len(items))]

    def _drop(self, address: str, why: Exception) -> None:
        self.addresses = tuple(other for other in self.addresses if other != address)
        self._lost.append(str(why))
        if self.addresses:
            log.warning("%s: going on without %s; servers left: %d", self._kind.engine, why, len(self.addresses))

    def _all_lost(self) -> EngineFailed:
        problem = f"no server is left: {'; '.join(self._lost)}; start one and run again: it goes on from here"
        return EngineFailed(self._kind.engine, problem)


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed, read once: it takes longer than everything else at opening."""
    import httpx

    return httpx.create_ssl_context()


def _tls_hint(text: str) -> str:
    """What to do about an error of OpenSSL's."""
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return ": the environment variable SSL_CERT_FILE may name the file of a certificate to trust"
    return ": it speaks no TLS; write http://" if "WRONG_VERSION_NUMBER" in text else ""


def _quiet() -> logging.Logger:
    """For the websocket: it would log our header where somebody debugs."""
    quiet = log.getChild("websocket")
    quiet.setLevel(logging.WARNING)
    return quiet
