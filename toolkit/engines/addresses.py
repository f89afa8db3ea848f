"""Server addresses from the settings, and credentials, which come from the environment only."""

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


def parse_addresses(url: str, engine: str, default: str) -> tuple[str, ...]:
    """The addresses in ``url``, each once, with a scheme and without credentials or a trailing slash.

    Whatever a browser appends (``/?__theme=dark``, ``/#a1b2``) is cut off. ``default`` when ``url`` is empty. Raises
    EngineUnavailable for an invalid address.
    """
    addresses = []
    for text in filter(None, map(str.strip, url.split(","))):
        scheme, separator, rest = text.partition("://")
        credentials, _, host = (rest if separator else text).rpartition("@")
        host = host.partition("?")[0].partition("#")[0]
        address = f"{scheme if separator else 'http'}://{host}".rstrip("/")
        if credentials:
            log.warning("credentials in server.url are not used; %s", AUTH_REMEDY)
        if not _is_valid(address):
            # A password with a comma in it is split there: do not show a part that may belong to one.
            shown = "part of it" if "@" in url else f"'{address}'"
            raise EngineUnavailable(engine, f"server.url: {shown} is not a valid address", remedy=f"write {default}")
        addresses.append(address)
    return tuple(dict.fromkeys(addresses)) or (default,)


def _is_valid(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number, or an IPv6 address is malformed
        return False


def read_credentials(engine: str) -> tuple[str, str] | None:
    """User and password from the environment; None when the variable is not set. Raises EngineUnavailable."""
    user, separator, password = (text := os.environ.get(AUTH_VARIABLE, "")).partition(":")
    if text and not separator:
        raise EngineUnavailable(engine, f"{AUTH_VARIABLE} has no colon", remedy=AUTH_REMEDY)
    return (user, password) if text else None


def authorization_header(credentials: tuple[str, str] | None) -> dict[str, str]:
    """HTTP basic authentication for the websocket; httpx adds the same header to its own requests."""
    if credentials is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(credentials).encode()).decode("ascii")}
