"""Errors of HTTP servers: the exceptions that the server engines use, and one readable line for each response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx

_MAX_CHARS = 300
"""Longest excerpt of a server's own text in a message."""


GATEWAY_TIMEOUTS = {504, 524}
"""A proxy stopped waiting for the server: gateway timeout, and Cloudflare's own code."""


class ServerLost(Exception):
    """The server cannot be reached, even after retries. The text begins with its address."""


class ServerRefused(Exception):
    """The server answered, but not with the requested result, or it timed out. The text begins with its address."""

    def __init__(self, address: str, problem: str, *, status: int = 0, body: Any = None) -> None:
        super().__init__(f"{address} {problem}")
        self.status = status
        """HTTP status; 0 when there was no response."""
        self.body = body
        """JSON body of the response; None when it had none."""
        self.wants_credentials = status in {401, 403}


class ServerTimeout(ServerRefused):
    """Timed out. The server may still be working on the request; its result is discarded."""


def check_status(address: str, response: httpx.Response) -> httpx.Response:
    """``response``, if its status is a success. Raises ServerRefused."""
    if not response.is_success:
        raise ServerRefused(address, describe_failure(response), status=response.status_code, body=_body(response))
    return response


def parse_json(address: str, response: httpx.Response) -> Any:
    """The JSON body of a successful response. Raises ServerRefused."""
    try:
        return response.json()
    except ValueError as error:
        raise ServerRefused(address, f"answered {response.url.path} with something that is not JSON") from error


def describe_failure(response: httpx.Response) -> str:
    """``answered 404 Not Found: Sampler not found``, without HTML, tracebacks or anything of our own request."""
    body = _body(response)
    reason = one_line(_error_text(body)) if isinstance(body, dict) else ""
    if response.has_redirect_location:  # to a login page, or from http to https
        reason = f"it redirects to {_without_secrets(response.headers['location'])}"
    return f"answered {response.status_code} {response.reason_phrase}".rstrip() + (f": {reason}" if reason else "")


def _without_secrets(url: str) -> str:
    """``url`` without credentials, query and fragment."""
    parts = urlsplit(url)
    return one_line(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl())


def one_line(text: str) -> str:
    """``text`` without line breaks, shortened to 300 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _MAX_CHARS else line[: _MAX_CHARS - 1] + "…"


def _body(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None


def _error_text(body: dict[str, Any]) -> str:
    """The message in an error body.

    FastAPI's ``detail`` (text, or a list of invalid fields), ComfyUI's ``error`` (message and details), or the name
    and text of the exception.
    """
    detail, error = body.get("detail"), body.get("error")
    if isinstance(detail, list):  # {"loc": ["body", "steps"], "msg": "not an int"} for each invalid field
        faults = [fault for fault in detail if isinstance(fault, dict)]
        return "; ".join(f"{'.'.join(map(str, fault.get('loc', ())))}: {fault.get('msg', '')}" for fault in faults)
    if isinstance(error, dict):
        return ": ".join(str(error[key]) for key in ("message", "details") if error.get(key))
    name, text = ("", detail) if detail else (str(error or ""), body.get("errors") or "")
    text = str(text).strip()
    if "Traceback (most recent call last)" in text:
        text = text.splitlines()[-1]
    return f"{name}: {text}" if name and text and not text.startswith(name) else text or name


def check_gateway(address: str, response: httpx.Response, problem: str, *, answers_when_done: bool) -> None:
    """Raises ServerTimeout when a proxy has stopped waiting for a server that is still working."""
    if answers_when_done and response.status_code in GATEWAY_TIMEOUTS:
        hint = "a proxy in front of it timed out; raise the proxy's timeout, or bypass the proxy"
        raise ServerTimeout(address, f"{problem}: {hint}", status=response.status_code)


def tls_hint(reason: str) -> str:
    """What to do about an OpenSSL error; empty for other errors."""
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        return ": to trust its certificate, set the environment variable SSL_CERT_FILE to the certificate's file"
    return ": it does not use TLS; write http://" if "WRONG_VERSION_NUMBER" in reason else ""
