"""How steady a painting is over time: its warp error under the plate's own optical flow."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.plates import open_plate, probe, read_exr

_AGREE = 1.0
"""Pixels by which the flow there and back may miss its start before a pixel counts as covered."""


def bench_steady(folder: Path) -> None:
    """Warp error of the demo's movie as painted by ``builtin``, with the noise of each frame and of the shot.

    The mean difference of a pixel from the one it came from, in codes of 255, over all pixels of the plate whose flow
    (OpenCV's DIS) agrees there and back; of FACE only where it covers. What the plate itself has is the floor.
    """
    from toolkit.demo import make_demo

    make_demo(folder / "steady", tick=lambda count: None)
    (movie,) = (folder / "steady").rglob("*.mov")
    with open_plate(probe(movie)) as plate:
        frames = [frame.rgb for frame in plate.frames(range(48))]
    flows = [_flow(before, after) for before, after in pairwise(frames)]
    print(f"{'warp error, plate':28s} {_error(frames, None, flows):.3f} codes (the floor)")
    for noise in ("frame", "shot"):
        out = folder / f"steady_{noise}"
        chosen = [f"{name}.noise={noise}" for name in ("body", "face")]
        line = [sys.executable, "-m", "toolkit.cli", "run", str(movie), "-o", str(out)]
        subprocess.run([*line, *(word for key in chosen for word in ("--set", key))], capture_output=True, check=True)
        for name in ("BODY", "FACE"):
            files = sorted(out.glob(f"*/{name}/v001/*.exr"))
            layers = [read_exr(file) for file in files]
            pictures, covers = [layer.rgb for layer in layers], [layer.alpha for layer in layers]
            print(f"{f'warp error, {name}, noise={noise}':28s} {_error(pictures, covers, flows):.3f} codes")


def _flow(before: NDArray[np.float32], after: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Where each pixel of ``after`` was in ``before``, and whether that can be trusted."""
    first, second = (
        cv2.cvtColor(np.rint(np.clip(p, 0, 1) * 255).astype(np.uint8), cv2.COLOR_RGB2GRAY) for p in (before, after)
    )
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    back, forth = finder.calc(second, first, None), finder.calc(first, second, None)
    where = _grid(back.shape) + back
    returned = cv2.remap(forth, where[..., 0], where[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return where, np.asarray(np.hypot(*np.moveaxis(back + returned, 2, 0)) < _AGREE)


def _grid(shape: tuple[int, ...]) -> NDArray[np.float32]:
    rows, columns = np.indices(shape[:2], np.float32)
    return np.dstack([columns, rows])


def _error(pictures: list, covers: list | None, flows: list) -> float:  # type: ignore[type-arg]
    total, count = 0.0, 0
    for index, (where, trusted) in enumerate(flows):
        moved = cv2.remap(pictures[index], where[..., 0], where[..., 1], cv2.INTER_LINEAR)
        covered = trusted
        if covers is not None and covers[index + 1] is not None:
            covered = trusted & (covers[index + 1] > 0.99) & (covers[index] > 0.99)
        difference = np.abs(moved - pictures[index + 1]).mean(axis=2)[covered]
        total, count = total + float(difference.sum()), count + difference.size
    return 255 * total / max(count, 1)
