"""Requests to paint, with a look that a test can change."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import LookPlan
from toolkit.engines import PaintRequest


def look(**changes: Any) -> LookPlan:
    """The founding recipe's face."""
    recipe: dict[str, Any] = {
        "strength": 0.5,
        "model": "",
        "vae": "",
        "loras": (),
        "negative": "",
        "steps": 30,
        "guidance": 8.0,
        "sampler": "Euler",
        "controls": (),
    }
    return LookPlan(**(recipe | changes))


def ask(image: NDArray[np.float32], *, seed: int = 7, **changes: Any) -> PaintRequest:
    """One picture; ``changes`` are of the look."""
    return PaintRequest(image=image, look=look(**changes), prompt="", seed=seed, place="sh010 FACE 1001")
