"""What the engines that paint on servers have in common, seen from the seam."""

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
    """One or several servers of a kind; each paints the next picture as soon as it is free."""

    wants_matte: ClassVar[bool] = True
    wants_guides: ClassVar[bool] = True

    def __init__(self, kind: ServerKind, settings: ServerSettings) -> None:
        """Ask every server whether it is there; raises EngineUnavailable when none is, warns of some."""
        self._servers = Servers(kind, settings)
        self.batch = 2 * len(self._servers.addresses)
        """Twice the number of servers: each has its next picture waiting."""

    def close(self) -> None:
        """Close the connections."""
        self._servers.close()

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """See ``Engine.paint``; strength 0 is given back without asking a server.

        Raises EngineFailed with the place of the picture that could not be had, and what ``prepare`` raises.
        """
        asking = [request for request in requests if request.look.strength > 0.0]
        self.prepare(dict.fromkeys(request.look for request in asking))
        painted = iter(self._servers.share(asking, self._paint_one))
        return [next(painted) if request.look.strength > 0.0 else request.image.copy() for request in requests]

    @abstractmethod
    async def _paint_one(self, address: str, request: PaintRequest) -> NDArray[np.float32]:
        """The picture that the server at ``address`` makes of ``request``. Raises ServerLost and EngineFailed."""
