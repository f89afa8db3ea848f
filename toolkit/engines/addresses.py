"""Where the servers of an engine are, and who we are to them. Credentials come from the environment only."""

from __future__ import annotations

import base64
import logging
import os
from urllib.parse import urlsplit

from toolkit.errors import EngineUnavailable

log = logging.getLogger(__name__)

AUTH_VARIABLE = "TOOLKIT_ENGINE_AUTH"
"""Environment variable that holds ``user:password``."""
AUTH_REMEDY = f"set the environment variable {AUTH_VARIABLE} to user:password"


def addresses_in(url: str, engine: str, usual: str) -> tuple[str, ...]:
    """The addresses in ``url``, each once, with a scheme and without credentials or a slash at the end.

    What a browser shows behind them (``/?__theme=dark``, ``/#a1b2``) is cut off. ``usual`` where there is none. Raises
    EngineUnavailable.
    """
    found = []
    for text in filter(None, map(str.strip, url.split(","))):
        scheme, separator, rest = text.partition("://")
        credentials, _, place = (rest if separator else text).rpartition("@")
        place = place.partition("?")[0].partition("#")[0]
        address = f"{scheme if separator else 'http'}://{place}".rstrip("/")
        if credentials:
            log.warning("credentials in server.url are not used; %s", AUTH_REMEDY)
        if not _is_address(address):
            shown = "a part of it" if "@" in url else address  # which may be a part of a password
            raise EngineUnavailable(engine, f"server.url: {shown} is no address", remedy=f"write {usual}")
        found.append(address)
    return tuple(dict.fromkeys(found)) or (usual,)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a broken IPv6 address
        return False


def credentials_of(engine: str) -> tuple[str, str] | None:
    """User and password from the environment, None where it holds none. Raises EngineUnavailable."""
    user, separator, password = (text := os.environ.get(AUTH_VARIABLE, "")).partition(":")
    if text and not separator:
        raise EngineUnavailable(engine, f"{AUTH_VARIABLE} has no colon", remedy=AUTH_REMEDY)
    return (user, password) if text else None


def authorization(credentials: tuple[str, str] | None) -> dict[str, str]:
    """The header that httpx sends of its own accord, for the websocket."""
    if credentials is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(credentials).encode()).decode("ascii")}
