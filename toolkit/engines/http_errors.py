"""What servers say over HTTP, as JSON or as one of our sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

_MOST = 300
"""Characters of what a server said in one of our sentences."""


class ServerLost(Exception):
    """It cannot be reached, not even by trying again; its text begins with the address."""


class ServerRefused(Exception):
    """It answered, but not with what was asked for, or it took too long; its text begins with the address."""

    def __init__(self, address: str, problem: str, *, status: int = 0, body: Any = None) -> None:
        super().__init__(f"{address} {problem}")
        self.status = status
        """Of HTTP; 0 where there was none."""
        self.body = body
        """The JSON of the refusal; None where there was none."""
        self.wants_credentials = status in {401, 403}


class ServerSlow(ServerRefused):
    """It gave no answer in time; it may be at work still, and for nobody."""


def accepted(address: str, response: httpx.Response) -> httpx.Response:
    """The response, if it is what was asked for. Raises ServerRefused."""
    if not response.is_success:
        raise ServerRefused(address, refusal(response), status=response.status_code, body=_body(response))
    return response


def json_of(address: str, response: httpx.Response) -> Any:
    """The JSON of an accepted response. Raises ServerRefused."""
    try:
        return response.json()
    except ValueError as error:
        raise ServerRefused(address, f"answered {response.url.path} with something that is not JSON") from error


def refusal(response: httpx.Response) -> str:
    """``answered 404 Not Found: Sampler not found``: never a page of HTML, never a traceback, never our own request."""
    body = _body(response)
    said = one_line(_said(body)) if isinstance(body, dict) else ""
    if response.has_redirect_location:  # to a page for logging in, or from http to https
        said = f"it sends on to {_without_secrets(response.headers['location'])}"
    return f"answered {response.status_code} {response.reason_phrase}".rstrip() + (f": {said}" if said else "")


def _without_secrets(url: str) -> str:
    """``url`` without credentials and query."""
    parts = urlsplit(url)
    return one_line(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl())


def one_line(text: str) -> str:
    """``text`` without line breaks, cut short."""
    line = " ".join(text.split())
    return line if len(line) <= _MOST else line[: _MOST - 1] + "…"


def _body(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _said(body: dict[str, Any]) -> str:
    """What an error body says: FastAPI's ``detail`` (text or a list of faulty fields), ComfyUI's ``error`` (message
    and details), or the exception's own words.
    """
    detail, error = body.get("detail"), body.get("error")
    if isinstance(detail, list):  # each with where it is, ["body", "steps"], and what is wrong
        faults = [fault for fault in detail if isinstance(fault, dict)]
        return "; ".join(f"{'.'.join(map(str, fault.get('loc', ())))}: {fault.get('msg', '')}" for fault in faults)
    if isinstance(error, dict):
        return ": ".join(str(error[key]) for key in ("message", "details") if error.get(key))
    name, words = ("", detail) if detail else (str(error or ""), body.get("errors") or "")
    words = str(words).strip()
    if "Traceback (most recent call last)" in words:
        words = words.splitlines()[-1]
    return f"{name}: {words}" if name and words and not words.startswith(name) else words or name
