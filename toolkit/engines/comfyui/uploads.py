"""Uploads images to ComfyUI servers, each only once: files are named after a digest of their content.

They are stored among the server's temporary files, which it deletes itself, not among its user's input images.
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
    """The images that each server has."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._names: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """The server's name of each image, by address and digest."""

    def has_any(self, address: str, images: Collection[bytes]) -> bool:
        """Whether we have uploaded one of ``images`` to the server already; it may have deleted it since."""
        return any(_digest(png) in self._names[address] for png in images)

    def forget(self, address: str) -> None:
        """Assume that the server has deleted its temporary files."""
        self._names.pop(address, None)

    async def upload_all(self, address: str, images: Mapping[str, bytes]) -> dict[str, str]:
        """Upload the PNGs that the server does not have; returns its name for each, under the same keys.

        Raises ServerLost and ServerRefused.
        """
        by_digest = {_digest(png): png for png in images.values()}
        missing = {digest: png for digest, png in by_digest.items() if digest not in self._names[address]}
        names = await asyncio.gather(*(self._upload(address, digest, png) for digest, png in missing.items()))
        self._names[address].update(zip(missing, names, strict=True))
        return {key: self._names[address][_digest(png)] for key, png in images.items()}

    async def _upload(self, address: str, digest: str, png: bytes) -> str:
        answer = await self._servers.upload(address, _PATH, {"image": (f"{digest}.png", png, "image/png")}, _FORM)
        name = answer.get("name") if isinstance(answer, dict) else None
        if not isinstance(name, str) or not name:
            raise ServerRefused(address, f"answered {_PATH} without a file name")
        folder, kind = answer.get("subfolder") or "", answer.get("type") or "input"
        path = f"{folder}/{name}" if folder else name
        return path if kind == "input" else f"{path} [{kind}]"  # loaders look among the inputs unless told otherwise


def _digest(png: bytes) -> str:
    return hashlib.sha256(png).hexdigest()[:32]
