"""Work shared over servers that speak HTTP: whoever is free takes the next picture, and a lost server's work moves on.

All in the caller's thread, on an event loop of its own, not in a thread per server: when Ctrl-C or an error ends a
painting, what is under way is given up at once, whatever its server does. The price: not inside another running loop.
Credentials come from the environment only, go to every server as HTTP basic authentication, and into no message.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.settings import ServerSettings

if TYPE_CHECKING:
    import httpx

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")
Ask = Callable[[str], Awaitable[Result]]

AUTH_VARIABLE = "TOOLKIT_ENGINE_AUTH"
"""Environment variable that holds ``user:password``."""
AUTH_REMEDY = f"set the environment variable {AUTH_VARIABLE} to user:password"
RETRIES = 3
"""Further tries after the first, for what may pass by itself."""
BACKOFF_S = 0.5
"""Wait before the first further try, seconds; it doubles each time."""
_CONNECT_S, _LIST_S, _INTERRUPT_S = 10.0, 30.0, 2.0
"""Longest wait for a connection, for an answer that needs no painting, and when telling a server to stop, seconds."""
_MOST = 300
"""Characters of what a server said in one of our sentences."""
_PASSING = {502, 503, 504}
"""Bad gateway, unavailable, gateway timeout: a proxy's words for a server that is restarting."""
_LOOPBACK = ("all://127.0.0.1", "all://localhost", "all://[::1]")
"""Never asked through the proxy that the environment may name for the web."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKind:
    """What differs from one kind of server to the next."""

    engine: str
    """Name of the engine, for messages."""
    usual: str
    """Its address on this machine when nobody chose another."""
    probe: str
    """Path that answers a GET with JSON as soon as the server can work."""
    interrupt: str
    """Path whose POST ends the work under way."""
    start: str
    """What to do when none answers; ends the sentence."""


class ServerLost(Exception):
    """It cannot be reached, not even by trying again; its text begins with the address."""


class ServerRefused(Exception):
    """It answered, but not with what was asked for, or it took too long; its text begins with the address."""

    def __init__(self, address: str, problem: str, *, status: int = 0) -> None:
        super().__init__(f"{address} {problem}")
        self.status = status
        """Of HTTP; 0 where there was none."""
        self.wants_credentials = status in {401, 403}


class Servers:
    """The servers of one engine that answered when they were opened; ``addresses`` shrinks when one is lost."""

    def __init__(self, kind: ServerKind, settings: ServerSettings) -> None:
        """Ask every server whether it is there. Raises EngineUnavailable when none is, or an address does not hold."""
        import httpx

        self._kind, self._timeout = kind, settings.timeout
        self._lost: list[str] = []
        self.addresses = _addresses(kind, settings.url)
        self._client = httpx.AsyncClient(auth=_credentials(kind), mounts=dict.fromkeys(_LOOPBACK))
        self._runner = asyncio.Runner()
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            self._open()
            on_failure.pop_all()

    def close(self) -> None:
        """Close every connection; may be called twice."""
        if not self._client.is_closed:
            self._runner.run(self._client.aclose())
            self._runner.close()

    async def get(self, address: str, path: str) -> Any:
        """The JSON at ``path``. Raises ServerLost and ServerRefused; where nothing listens, at once."""
        return await self._answer(address, path, method="GET", read_s=min(_LIST_S, self._timeout))

    async def post(self, address: str, path: str, body: object) -> Any:
        """The JSON that ``path`` answers to ``body`` after up to ``server.timeout`` seconds of work.

        Raises ServerLost and ServerRefused. The work must give the same result when it is asked for again: a
        connection that breaks before the answer does not tell whether the server had begun.
        """
        return await self._answer(address, path, method="POST", read_s=self._timeout, body=body)

    async def _answer(self, address: str, path: str, *, method: str, read_s: float, body: object = None) -> Any:
        import httpx

        timeout, problem = httpx.Timeout(read_s, connect=_CONNECT_S), ""
        for attempt in range(RETRIES + 1):
            if attempt:
                await asyncio.sleep(BACKOFF_S * 2 ** (attempt - 1))
            try:
                response = await self._client.request(method, address + path, json=body, timeout=timeout)
            except httpx.ReadTimeout as error:
                problem = f"gave no answer within {read_s:g} s"
                if method == "POST":  # it is painting still: trying again would only make the queue longer
                    await self._interrupt(address)
                    raise ServerRefused(address, f"{problem}; raise server.timeout if it needs longer") from error
            except httpx.ConnectError as error:
                problem = f"cannot be reached ({_one_line(str(error))})"
                if method == "GET":  # nothing listens there: that is said at once
                    break
            except httpx.TransportError as error:
                problem = f"broke the connection ({_one_line(str(error) or type(error).__name__)})"
            except httpx.RequestError as error:
                raise ServerRefused(address, f"sent an unreadable answer ({_one_line(str(error))})") from error
            else:
                if response.status_code not in _PASSING:
                    return _json(address, response)
                problem = _refusal(response)
        raise ServerLost(f"{address} {problem}")

    async def _interrupt(self, address: str) -> None:
        """Tell a server to stop; what it says to that, if anything, is of no use to anybody any more."""
        import httpx

        with suppress(httpx.RequestError, TimeoutError):
            async with asyncio.timeout(_INTERRUPT_S):
                await self._client.post(address + self._kind.interrupt)

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
        raises, and Ctrl-C, ends all of it: every server at work is told to stop, then the exception goes on.
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
                except asyncio.CancelledError:
                    await self._interrupt(address)
                    raise

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


def _addresses(kind: ServerKind, url: str) -> tuple[str, ...]:
    """The addresses in ``url``, each once, with a scheme and without credentials or a slash at the end."""
    found = []
    for text in filter(None, map(str.strip, url.split(","))):
        scheme, separator, rest = text.partition("://")
        credentials, _, place = (rest if separator else text).rpartition("@")
        address = f"{scheme if separator else 'http'}://{place}".rstrip("/")
        if credentials:
            log.warning("credentials in server.url are not used; %s", AUTH_REMEDY)
        if not _is_address(address):
            shown = "a part of it" if "@" in url else address  # which may be a part of a password
            raise EngineUnavailable(kind.engine, f"server.url: {shown} is no address", remedy=f"write {kind.usual}")
        found.append(address)
    return tuple(dict.fromkeys(found)) or (kind.usual,)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False


def _credentials(kind: ServerKind) -> tuple[str, str] | None:
    """User and password from the environment, None where it holds none."""
    user, separator, password = (text := os.environ.get(AUTH_VARIABLE, "")).partition(":")
    if text and not separator:
        raise EngineUnavailable(kind.engine, f"{AUTH_VARIABLE} has no colon", remedy=AUTH_REMEDY)
    return (user, password) if text else None


def _json(address: str, response: httpx.Response) -> Any:
    if not response.is_success:
        raise ServerRefused(address, _refusal(response), status=response.status_code)
    try:
        return response.json()
    except ValueError as error:
        raise ServerRefused(address, f"answered {response.url.path} with something that is not JSON") from error


def _refusal(response: httpx.Response) -> str:
    """``answered 404 Not Found: Sampler not found``: never a page of HTML, never a traceback, never our own request."""
    try:
        body = response.json()
    except ValueError:
        body = None
    said = _one_line(_said(body)) if isinstance(body, dict) else ""
    return f"answered {response.status_code} {response.reason_phrase}".rstrip() + (f": {said}" if said else "")


def _said(body: dict[str, Any]) -> str:
    """What an error body says: FastAPI's ``detail`` (text or a list of faulty fields), or the exception's own words."""
    detail = body.get("detail")
    if isinstance(detail, list):  # each with where it is, ["body", "steps"], and what is wrong
        faults = [fault for fault in detail if isinstance(fault, dict)]
        return "; ".join(f"{'.'.join(map(str, fault.get('loc', ())))}: {fault.get('msg', '')}" for fault in faults)
    name, words = ("", detail) if detail else (str(body.get("error") or ""), body.get("errors") or "")
    words = str(words).strip()
    if "Traceback (most recent call last)" in words:
        words = words.splitlines()[-1]
    return f"{name}: {words}" if name and words and not words.startswith(name) else words or name


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MOST else line[: _MOST - 1] + "…"
