"""Base class of the engines that run on servers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from toolkit.engines.base import Engine, PaintRequest
from toolkit.engines.servers import ServerKind, Servers
from toolkit.settings import ServerSettings


class ServerEngine(Engine):
    """One or several servers of one kind; each takes the next image as soon as it is free."""

    wants_matte: ClassVar[bool] = True
    wants_guides: ClassVar[bool] = True

    def __init__(self, kind: ServerKind, settings: ServerSettings) -> None:
        """Connect to every server. Raises EngineUnavailable when none answers; logs a warning when only some do."""
        self._servers = Servers(kind, settings)
        self.batch = 2 * len(self._servers.addresses)
        """Two requests per server, so that the next one is waiting when a server is done."""

    @property
    def place(self) -> str:
        """See ``Engine.place``."""
        return f"at {', '.join(self._servers.addresses)}"

    def close(self) -> None:
        """Close the connections."""
        self._servers.close()

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """See ``Engine.paint``. At strength 0 the image is returned without asking a server.

        Raises EngineFailed, which names the place of the image that failed, and what ``prepare`` raises.
        """
        to_paint = [request for request in requests if request.look.strength > 0.0]
        self.prepare(dict.fromkeys(request.look for request in to_paint))
        painted = iter(self._servers.distribute(to_paint, self._paint_one))
        return [next(painted) if request.look.strength > 0.0 else request.image.copy() for request in requests]

    @abstractmethod
    async def _paint_one(self, address: str, request: PaintRequest) -> NDArray[np.float32]:
        """Have the server at ``address`` paint ``request``. Raises ServerLost and EngineFailed."""
