"""Distributes work over HTTP servers: a free server takes the next item, and the items of a lost one go to the others.

Everything runs on one event loop, not in a thread per server: when Ctrl-C or an error ends the work, requests under way
are cancelled at once, whatever their servers do. In a thread whose event loop is already running (a notebook), a helper
thread runs ours; see ``event_loop``.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TypeVar

from toolkit.engines.addresses import AUTH_REMEDY, parse_addresses, read_credentials
from toolkit.engines.event_loop import CoroutineRunner
from toolkit.engines.http_client import HttpClient
from toolkit.engines.http_errors import ServerLost, ServerRefused
from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.settings import ServerSettings

log = logging.getLogger(__name__)

Item = TypeVar("Item")
Result = TypeVar("Result")
Query = Callable[[str], Awaitable[Result]]
"""Called with the address of a server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerKind:
    """What differs between kinds of servers."""

    engine: str
    """Name of the engine, for messages."""
    default_address: str
    """The address on this machine that is used when the settings name none."""
    probe_path: str
    """A path that answers GET with JSON as soon as the server can work."""
    remedy: str
    """What to do when no server answers; ends the message."""


class Servers(HttpClient):
    """The servers of one engine that answered when they were opened; ``addresses`` shrinks when one is lost."""

    def __init__(self, kind: ServerKind, settings: ServerSettings) -> None:
        """Connect to every server. Raises EngineUnavailable when none answers, or when an address is invalid."""
        self._kind = kind
        self._losses: list[str] = []
        self.addresses = parse_addresses(settings.url, kind.engine, kind.default_address)
        credentials = read_credentials(kind.engine, is_named_by_user=not settings.is_url_from_cut)
        super().__init__(timeout_s=settings.timeout, reconnect_s=settings.reconnect, credentials=credentials)
        self._withheld = [why for why in map(credentials.explain_withheld, self.addresses) if why]
        for why in self._withheld:
            log.warning("%s", why)
        self._runner = CoroutineRunner()
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            self._connect()
            on_failure.pop_all()

    def close(self) -> None:
        """Close every connection; may be called twice."""
        if not self.is_closed:
            self._runner.run(self.aclose())
            self._runner.close()

    def _connect(self) -> None:
        answered, failed = self._runner.run(self._query_all(lambda address: self.get(address, self._kind.probe_path)))
        if not answered:
            locked = any(isinstance(error, ServerRefused) and error.wants_credentials for error in failed.values())
            remedy = (self._withheld or [AUTH_REMEDY])[0] if locked else self._kind.remedy
            raise EngineUnavailable(self._kind.engine, "; ".join(map(str, failed.values())), remedy=remedy)
        for address, error in failed.items():
            self._drop(address, error)

    def broadcast(self, query: Query[Result]) -> dict[str, Result]:
        """The result of ``query`` for each address, all at once. A server that is lost meanwhile is dropped.

        Raises EngineFailed when no server is left, and whatever else ``query`` raises.
        """
        results, failed = self._runner.run(self._query_all(query))
        for address, error in failed.items():
            self._drop(address, error)
        if results:
            return results
        raise self._all_lost()

    async def _query_all(self, query: Query[Result]) -> tuple[dict[str, Result], dict[str, ServerLost | ServerRefused]]:
        """The results by address, and the errors of the servers that failed."""
        results, failed = {}, {}
        answers = await asyncio.gather(*map(query, self.addresses), return_exceptions=True)
        for address, answer in zip(self.addresses, answers, strict=True):
            if isinstance(answer, (ServerLost, ServerRefused)):
                failed[address] = answer
            elif isinstance(answer, BaseException):
                raise answer
            else:
                results[address] = answer
        return results, failed

    def distribute(self, items: Sequence[Item], work: Callable[[str, Item], Awaitable[Result]]) -> list[Result]:
        """Run ``work(address, item)`` for every item; each server takes the next one when it is free.

        Returns the results in the order of ``items``. An item whose server is lost goes to the others. Raises
        EngineFailed when no server is left. Any other exception of ``work``, and Ctrl-C, cancels ``work`` on all
        servers, which tells them to stop, and is raised again.
        """
        return self._runner.run(self._distribute(items, work))

    async def _distribute(self, items: Sequence[Item], work: Callable[[str, Item], Awaitable[Result]]) -> list[Result]:
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

        # A lost server can re-queue its item after the other workers have exited, so loop until the queue is empty.
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

    def _drop(self, address: str, error: Exception) -> None:
        self.addresses = tuple(other for other in self.addresses if other != address)
        self._losses.append(str(error))
        if self.addresses:
            log.warning("%s: continuing without %s; servers left: %d", self._kind.engine, error, len(self.addresses))

    def _all_lost(self) -> EngineFailed:
        problem = f"no server is left: {'; '.join(self._losses)}; start one and run the same command again to resume"
        return EngineFailed(self._kind.engine, problem)
