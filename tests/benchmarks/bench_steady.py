"""Temporal stability of a rendered pass: its warp error under the plate's own optical flow."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np

from toolkit.passes.temporal.optical_flow import estimate_flow, to_luma
from toolkit.plates import open_plate, probe, read_exr

VARIANTS = {
    "default": (),
    "noise=shot": ("{}.noise=shot",),
    "noise=flow": ("{}.noise=flow",),
    "overlap=1": ("{}.overlap=1",),
    "overlap=2": ("{}.overlap=2",),
    "noise=shot, overlap=2": ("{}.noise=shot", "{}.overlap=2"),
}
"""Settings of both passes, by label."""


def bench_steady(folder: Path) -> None:
    """Warp error and detail of the demo's movie as rendered by ``builtin``, with each of the VARIANTS.

    Warp error: the mean difference between a pixel and its motion-compensated predecessor, in codes of 255, where the
    plate's forward and backward flow (OpenCV's DIS) agree; for FACE only inside its matte. The lower limit is the
    plate's own warp error. Detail: what a blur of 2 pixels removes, relative to the default settings.
    """
    from toolkit.demo import make_demo

    make_demo(folder / "steady")
    (movie,) = (folder / "steady").rglob("*.mov")
    with open_plate(probe(movie)) as plate:
        frames = [frame.rgb for frame in plate.frames(range(48))]
    flows = [estimate_flow(to_luma(before), to_luma(after)) for before, after in pairwise(frames)]
    print(f"{'warp error, plate':40s} {_error(frames, None, flows):.3f} codes (lower limit)")
    kept: dict[str, float] = {}
    for variant, asked in VARIANTS.items():
        out = folder / f"steady {variant}"
        keys = [key.format(name) for key in asked for name in ("body", "face")]
        line = [sys.executable, "-m", "toolkit.cli", "run", str(movie), "-o", str(out)]
        subprocess.run([*line, *(word for key in keys for word in ("--set", key))], capture_output=True, check=True)
        for name in ("BODY", "FACE"):
            layers = [read_exr(file) for file in sorted(out.glob(f"*/{name}/v001/*.exr"))]
            pictures, covers = [layer.rgb for layer in layers], [layer.alpha for layer in layers]
            error, detail = _error(pictures, covers, flows), _detail(pictures, covers)
            share = detail / kept.setdefault(name, detail)
            print(f"{f'warp error, {name}, {variant}':40s} {error:.3f} codes, detail {100 * share:.0f} %")


def _detail(pictures: list, covers: list) -> float:  # type: ignore[type-arg]
    fine = [np.abs(picture - cv2.GaussianBlur(picture, (0, 0), 2)).mean(axis=2) for picture in pictures]
    inside = [
        np.ones(one.shape, bool) if cover is None else cover > 0.99 for one, cover in zip(fine, covers, strict=True)
    ]
    return float(np.concatenate([one[where] for one, where in zip(fine, inside, strict=True)]).mean())


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
