"""Server addresses from the settings, and credentials, which come from the environment only."""

from __future__ import annotations

import base64
import logging
import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from toolkit.errors import EngineUnavailable

log = logging.getLogger(__name__)

AUTH_VARIABLE = "TOOLKIT_ENGINE_AUTH"
"""Environment variable that holds ``user:password``."""
HOST_VARIABLE = "TOOLKIT_ENGINE_AUTH_HOST"
"""Environment variable that holds the only hosts that get them: ``render01, render02:7860``."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """User and password, and who gets them."""

    login: tuple[str, str] | None = field(default=None, repr=False)
    """User and password; None: there are none."""
    hosts: tuple[str, ...] = ()
    """The only hosts that get them, some with a port; empty: every address that the user named."""
    is_named_by_user: bool = True
    """Whether the user named the addresses, and not only a file beside the cut."""

    def for_address(self, address: str) -> tuple[str, str] | None:
        """User and password for the server at ``address``; None if it gets none."""
        if not self.hosts:
            return self.login if self.is_named_by_user else None
        netloc = urlsplit(address).netloc.lower()
        return self.login if {netloc, netloc.rpartition(":")[0]} & set(self.hosts) else None

    def explain_withheld(self, address: str) -> str:
        """Why the server at ``address`` gets none, though there are some, and what to do; empty if it gets them."""
        if self.login is None or self.for_address(address):
            return ""
        host = urlsplit(address).netloc
        why = f"{HOST_VARIABLE} does not name it" if self.hosts else "only a file beside the cut names that server"
        return f"{AUTH_VARIABLE} is not sent to {address}: {why}; to send it, set {HOST_VARIABLE}={host}"


def read_credentials(engine: str, *, is_named_by_user: bool = True) -> Credentials:
    """User, password and their hosts from the environment. Raises EngineUnavailable."""
    user, separator, password = (text := os.environ.get(AUTH_VARIABLE, "")).partition(":")
    if text and not separator:
        raise EngineUnavailable(engine, f"{AUTH_VARIABLE} has no colon", remedy=AUTH_REMEDY)
    hosts = (part.strip().lower().rpartition("://")[2] for part in os.environ.get(HOST_VARIABLE, "").split(","))
    return Credentials(
        login=(user, password) if text else None,
        hosts=tuple(host.rstrip("/") for host in hosts if host),
        is_named_by_user=is_named_by_user,
    )


def authorization_header(credentials: tuple[str, str] | None) -> dict[str, str]:
    """HTTP basic authentication for the websocket; httpx adds the same header to its own requests."""
    if credentials is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(":".join(credentials).encode()).decode("ascii")}
