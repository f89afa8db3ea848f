"""Pictures on ComfyUI servers: each is sent once, under a name made of what it shows.

They are put among the server's temporary files, which it throws away itself, not among its user's own pictures.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping

from toolkit.engines.http_errors import ServerRefused
from toolkit.engines.servers import Servers

_PATH = "/upload/image"
_FORM = {"type": "temp", "subfolder": "toolkit"}


class Uploads:
    """What has been sent to which server."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._names: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """By address and digest: what the server calls the picture."""

    def holds_any(self, address: str, pictures: Collection[bytes]) -> bool:
        """Whether one of them is there already, as far as we know."""
        return any(_digest(png) in self._names[address] for png in pictures)

    def forget(self, address: str) -> None:
        """It has thrown its temporary files away."""
        self._names.pop(address, None)

    async def names(self, address: str, pictures: Mapping[str, bytes]) -> dict[str, str]:
        """What the server calls each of the PNGs, by the same keys. Raises ServerLost and ServerRefused."""
        missing = {_digest(png): png for png in pictures.values()}
        missing = {digest: png for digest, png in missing.items() if digest not in self._names[address]}
        sent = await asyncio.gather(*(self._send(address, digest, png) for digest, png in missing.items()))
        self._names[address].update(zip(missing, sent, strict=True))
        return {key: self._names[address][_digest(png)] for key, png in pictures.items()}

    async def _send(self, address: str, digest: str, png: bytes) -> str:
        answer = await self._servers.upload(address, _PATH, {"image": (f"{digest}.png", png, "image/png")}, _FORM)
        name = answer.get("name") if isinstance(answer, dict) else None
        if not isinstance(name, str) or not name:
            raise ServerRefused(address, f"answered {_PATH} without a name")
        folder, kind = answer.get("subfolder") or "", answer.get("type") or "input"
        path = f"{folder}/{name}" if folder else name
        return path if kind == "input" else f"{path} [{kind}]"  # a loader looks among the inputs unless told otherwise


def _digest(png: bytes) -> str:
    return hashlib.sha256(png).hexdigest()[:32]
