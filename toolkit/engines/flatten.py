"""The ``flatten`` engine: a simulation of what averaging does to acting. It is not AI, and says nothing of quality.

An engine that re-renders a face makes it likelier: closer to the average of all faces, and so to the average of this
one over the shot. Here only that happens. Each face is moved towards the shot's mean expression, by an amount that the
strength alone determines, and the picture gets the texture of the built-in engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines.base import Engine, PaintRequest
from toolkit.engines.face_warp import move_face
from toolkit.engines.texture import Texture

_HARMLESS = 0.3
"""Strength up to which all of the acting is kept."""
_REACH = 0.6
"""Strength from there to where nothing is kept."""
_MOST_HELD = 0.5
"""Part of the loss that a ``face`` control of full weight prevents."""
UNDERREAD = 1.18
"""How much farther skin moves than the landmarks that are read from it: of the demo's drawn face they show 85 % of the
movement, of brows and jaw alike. Without it, 0.47 of the acting would be left where 0.38 is stated."""


def kept_acting(strength: float, *, hold: float = 0.0) -> float:
    """The share of the acting that is kept, 0 to 1, by the law of this engine.

    ``1 - smoothstep((strength - 0.3) / 0.6) * (1 - 0.5 * min(hold, 1))``, where smoothstep(t) = t² (3 - 2 t) for t
    limited to 0..1. ``hold`` is the weight of the strongest ``face`` control, 0 without one. Without one it is 1 up to
    strength 0.3, 0.74 at 0.5, 0.38 at 0.65, and 0 from 0.9.
    """
    t = min(1.0, max(0.0, (strength - _HARMLESS) / _REACH))
    return 1 - t * t * (3 - 2 * t) * (1 - _MOST_HELD * min(hold, 1.0))


class FlattenEngine(Engine):
    """The simulation of averaging."""

    name: ClassVar[str] = "flatten"
    revision = "1"
    wants_faces: ClassVar[bool] = True

    def __init__(self) -> None:
        self._texture = Texture()

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        """See ``Engine.paint``. Each image is processed by itself, so grouping has no effect."""
        return [self._paint_one(request) for request in requests]

    def _paint_one(self, request: PaintRequest) -> NDArray[np.float32]:
        strength = request.look.strength
        if strength == 0.0:
            return request.image.copy()
        loss = 1 - kept_acting(strength, hold=_find_hold(request.look))
        image, share = request.image, np.float32(loss * UNDERREAD)
        for face in request.faces if loss else ():
            image = move_face(image, face.landmarks, face.landmarks + share * (face.mean - face.landmarks))
        return self._texture.apply(image, strength=strength, seed=request.seed, noise_stmap=request.noise_stmap)


def _find_hold(look: LookPlan) -> float:
    return max((control.weight for control in look.controls if control.kind == "face"), default=0.0)
