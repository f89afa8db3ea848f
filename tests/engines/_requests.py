"""Requests to paint, with a look that a test can change, and what tests of servers share."""

from __future__ import annotations

import _thread
import signal
import threading
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
    told = look(**changes)
    return PaintRequest(image=image, look=told, prompt="", negative=told.negative, seed=seed, place="sh010 FACE 1001")


def colours(height: int = 16, width: int = 24) -> NDArray[np.uint8]:
    """Every code in red, another order in green, one code in blue: a swapped channel cannot hide."""
    codes = np.zeros((height, width, 3), np.uint8)
    codes[..., 0] = np.arange(height * width).reshape(height, width) % 256
    codes[..., 1] = 255 - codes[..., 0] // 2
    codes[..., 2] = 7
    return codes


def unit(codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    return codes.astype(np.float32) / np.float32(255)


def seeds_in(painted: list[NDArray[np.float32]]) -> list[int]:
    return [round(float(picture[0, 0, 0]) * 255) for picture in painted]


def ctrl_c() -> None:
    """As the keyboard sends it: to the main thread, out of whatever it waits for."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:  # Windows
        _thread.interrupt_main()
