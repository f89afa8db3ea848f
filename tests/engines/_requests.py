"""Paint requests whose look a test can change, and helpers for the tests of the server engines."""

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
    """The founding recipe's look for the face."""
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


def make_request(image: NDArray[np.float32], *, seed: int = 7, **changes: Any) -> PaintRequest:
    """A request for ``image``; ``changes`` set fields of the look."""
    own = look(**changes)
    return PaintRequest(image=image, look=own, prompt="", negative=own.negative, seed=seed, place="sh010 FACE 1001")


def colours(height: int = 16, width: int = 24) -> NDArray[np.uint8]:
    """All codes in red, another order in green, one code in blue, so that swapped channels are noticed."""
    codes = np.zeros((height, width, 3), np.uint8)
    codes[..., 0] = np.arange(height * width).reshape(height, width) % 256
    codes[..., 1] = 255 - codes[..., 0] // 2
    codes[..., 2] = 7
    return codes


def to_float(codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """8-bit codes as 0..1."""
    return codes.astype(np.float32) / np.float32(255)


def seeds_in(painted: list[NDArray[np.float32]]) -> list[int]:
    """The seeds that ``paint_seed`` wrote into images."""
    return [round(float(image[0, 0, 0]) * 255) for image in painted]


def send_ctrl_c() -> None:
    """Interrupt the main thread as the keyboard does, whatever it is waiting for."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:  # Windows
        _thread.interrupt_main()
