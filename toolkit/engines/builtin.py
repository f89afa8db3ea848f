"""The built-in preview engine: needs no model weights; for layout, timing and tests. It does not use AI.

It gives the picture a new texture and moves nothing. The effect grows with strength and vanishes at 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from toolkit.engines.base import Engine, PaintRequest
from toolkit.engines.texture import Texture


class BuiltinEngine(Engine):
    """The built-in preview engine."""

    name: ClassVar[str] = "builtin"
    revision = "1"

    def __init__(self) -> None:
        self._texture = Texture()

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """See ``Engine.paint``. Each image is processed by itself, so grouping has no effect."""
        return [self._paint_one(request) for request in requests]

    def _paint_one(self, request: PaintRequest) -> NDArray[np.float32]:
        strength = request.look.strength
        if strength == 0.0:
            return request.image.copy()
        return self._texture.apply(request.image, strength=strength, seed=request.seed, noise_stmap=request.noise_stmap)
