"""HTTP and websocket requests to the servers of an engine, with retries, credentials and readable errors.

Credentials go as HTTP basic authentication to the servers that they are for, and never appear in a message.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from toolkit.engines.addresses import Credentials, authorization_header
from toolkit.engines.http_errors import (
    GATEWAY_TIMEOUTS,
    ServerLost,
    ServerRefused,
    ServerTimeout,
    check_gateway,
    check_status,
    describe_failure,
    one_line,
    parse_json,
    tls_hint,
)

if TYPE_CHECKING:
    import httpx
    from websockets.asyncio.client import connect as WebSocket  # noqa: N812  calling it makes one

log = logging.getLogger(__name__)

RETRIES = 3
"""Least number of retries of a request after a temporary failure."""
BACKOFF_S = 0.5
"""Wait before the first retry, seconds; doubles with each one."""
MAX_BACKOFF_S = 5.0
"""Longest wait between two retries, seconds."""
STARTING_S = 30.0
"""How long a server that was away may answer with errors, seconds. A web UI listens before it is ready: until then its
API does not exist (404), or fails for want of the extensions' values (500)."""
CONNECT_TIMEOUT_S = 10.0
_QUERY_TIMEOUT_S = 30.0
"""For requests that the server answers without rendering, seconds."""
BEST_EFFORT_TIMEOUT_S = 2.0
_TEMPORARY = {502, 503, 521, 522, 523} | GATEWAY_TIMEOUTS
"""A proxy did not reach the server, which may be restarting: bad gateway, unavailable, and Cloudflare's own codes."""
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""Hosts that never go through a proxy from the environment."""
_MAX_MESSAGE = 2**26
"""Largest websocket message, bytes: some are preview images."""


StopWork = Callable[[], Awaitable[None]]
"""Stops what a server is working on for us, as far as possible."""


class HttpClient:
    """Sends requests to any address; all on one event loop."""

    def __init__(self, *, timeout_s: float, reconnect_s: float, credentials: Credentials) -> None:
        """``timeout_s``: longest wait for an answer to a POST, which may need work; for others at most 30 s.

        ``reconnect_s``: how long a request is repeated while the server does not answer, which may be restarting.
        """
        import httpx

        self._timeout_s = timeout_s
        self._reconnect_s = reconnect_s
        self._query_timeout_s = min(_QUERY_TIMEOUT_S, timeout_s)
        self._credentials = credentials
        self._client = httpx.AsyncClient(
            verify=_ssl_context(), mounts=dict.fromkeys(f"all://{host}" for host in _LOOPBACK)
        )

    @property
    def is_closed(self) -> bool:
        """Whether ``aclose`` was called."""
        return self._client.is_closed

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def get(self, address: str, path: str, *, retry_unanswered: bool = False) -> Any:
        """GET ``path`` and return its JSON. Raises ServerLost and ServerRefused.

        ``retry_unanswered``: also retry when nothing answers at all. For a server that has accepted work and may only
        be restarting; without it, a server that is off is reported at once.
        """
        response = await self._request(
            address, path, method="GET", timeout_s=self._query_timeout_s, retry_unanswered=retry_unanswered
        )
        return parse_json(address, response)

    async def get_bytes(self, address: str, path: str, params: Mapping[str, str]) -> bytes:
        """GET ``path`` and return its bytes. Raises ServerLost and ServerRefused."""
        response = await self._request(
            address, path, method="GET", timeout_s=self._query_timeout_s, retry_unanswered=True, params=params
        )
        return response.content

    async def post(
        self,
        address: str,
        path: str,
        body: object,
        *,
        answers_when_done: bool = False,
        when_cut: StopWork | None = None,
    ) -> Any:
        """POST ``body`` and return the JSON answer, after at most ``server.timeout`` seconds.

        ``answers_when_done``: the server answers only after it has done the work. A gateway timeout then means that it
        is still working, and a retry would only make its queue longer. ``when_cut`` stops that work, if it goes
        on, before it is asked for again, because the connection broke before the answer.

        The request must give the same result when it is repeated: when a connection breaks before the answer, we do
        not know whether the server had started. Raises ServerLost and ServerRefused, ServerTimeout among them.
        """
        response = await self._request(
            address,
            path,
            method="POST",
            timeout_s=self._timeout_s,
            answers_when_done=answers_when_done,
            when_cut=when_cut,
            json=body,
        )
        return parse_json(address, response)

    async def upload(self, address: str, path: str, file: Mapping[str, tuple[str, bytes, str]], form: object) -> Any:
        """POST a form with one file (field: name, bytes, media type) and return the JSON answer.

        Like ``post``, the upload may happen twice. Raises ServerLost and ServerRefused.
        """
        response = await self._request(address, path, method="POST", timeout_s=self._timeout_s, files=file, data=form)
        return parse_json(address, response)

    async def send_best_effort(self, address: str, path: str, body: object = None, *, method: str = "POST") -> Any:
        """One try with a 2 s timeout; returns the JSON answer, or None on any failure.

        For cancelling work and polling progress.
        """
        import httpx

        with suppress(httpx.RequestError, TimeoutError, ValueError):
            async with asyncio.timeout(BEST_EFFORT_TIMEOUT_S):
                login = self._credentials.for_address(address)
                return (await self._client.request(method, address + path, json=body, auth=login)).json()
        return None

    def open_websocket(self, address: str, path: str) -> WebSocket:
        """A websocket at ``path`` with the credentials for that server, to be entered with ``async with``.

        Entering it raises OSError and websockets.WebSocketException.
        """
        from websockets.asyncio.client import connect

        is_local = urlsplit(address).hostname in {host.strip("[]") for host in _LOOPBACK}
        return connect(
            "ws" + address.removeprefix("http") + path,
            additional_headers=authorization_header(self._credentials.for_address(address)),
            ssl=_ssl_context() if address.startswith("https") else None,
            proxy=None if is_local else True,
            open_timeout=CONNECT_TIMEOUT_S,
            close_timeout=BEST_EFFORT_TIMEOUT_S,
            max_size=_MAX_MESSAGE,
            logger=_websocket_logger(),
        )

    async def _request(
        self,
        address: str,
        path: str,
        *,
        method: str,
        timeout_s: float,
        retry_unanswered: bool = False,
        answers_when_done: bool = False,
        when_cut: StopWork | None = None,
        **content: Any,
    ) -> httpx.Response:
        """Send a request, with retries, and return a successful response. Raises ServerLost and ServerRefused."""
        import httpx

        timeout, problem = httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S), ""
        login = self._credentials.for_address(address)
        is_at_work = retry_unanswered or method == "POST"
        give_up_at = time.monotonic() + (self._reconnect_s if is_at_work else 0.0)
        ready_at = 0.0
        """When a server that was away must be ready."""
        refused: httpx.Response | None = None
        """The last answer, if it was an error of a server that may not be ready."""
        stop: StopWork | None = None
        for attempt in count():
            if attempt and not await self._wait_before_retry(attempt, f"{address} {problem}", give_up_at, stop):
                break
            refused = None
            try:
                response = await self._client.request(method, address + path, timeout=timeout, auth=login, **content)
            except httpx.ReadTimeout as error:
                problem = f"did not answer within {timeout_s:g} s"
                if method == "POST":  # it is still working
                    raise ServerTimeout(address, f"{problem}; raise server.timeout if it needs longer") from error
                if not retry_unanswered:
                    break
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                reason = str(error) or f"no answer within {CONNECT_TIMEOUT_S:g} s"
                problem = f"cannot be reached ({one_line(reason)}){tls_hint(reason)}"
                if method == "GET" and not retry_unanswered:  # no server is running there, or the machine is off
                    break
                ready_at = time.monotonic() + STARTING_S
            except httpx.TransportError as error:
                stop = when_cut
                problem = f"broke the connection ({one_line(str(error) or type(error).__name__)})"
            except httpx.RequestError as error:
                raise ServerRefused(address, f"sent an unreadable answer ({one_line(str(error))})") from error
            else:
                is_away = response.status_code in _TEMPORARY
                if not is_away and (response.is_success or time.monotonic() > ready_at):
                    return check_status(address, response)
                problem = describe_failure(response)
                check_gateway(address, response, problem, answers_when_done=answers_when_done)
                ready_at, refused = (time.monotonic() + STARTING_S, None) if is_away else (ready_at, response)
        if refused is not None:
            return check_status(address, refused)
        raise ServerLost(f"{address} {problem}")

    async def _wait_before_retry(self, attempt: int, failure: str, give_up_at: float, stop: StopWork | None) -> bool:
        """Wait before retry number ``attempt``, then ``stop``; False if that is too late.

        Says once that this takes longer.
        """
        wait = min(BACKOFF_S * 2 ** (attempt - 1), MAX_BACKOFF_S)
        if attempt > RETRIES and time.monotonic() + wait > give_up_at:
            return False
        if attempt == RETRIES + 1:
            log.warning("%s; waiting up to %g s for it to come back", failure, self._reconnect_s)
        await asyncio.sleep(wait)
        if stop is not None:
            await stop()
        return True


@cache
def _ssl_context() -> ssl.SSLContext:
    """The trusted certificates. Cached: reading them takes longer than everything else at opening."""
    import httpx

    return httpx.create_ssl_context()


def _websocket_logger() -> logging.Logger:
    """Without debug messages, which would show the authorization header."""
    logger = log.getChild("websocket")
    logger.setLevel(logging.WARNING)
    return logger
