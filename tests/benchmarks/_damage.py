"""Known damage: kinds and sizes of it for any acting, and changes of a picture that leave the acting as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Acting = NDArray[np.float64]
"""float64 (frames, values): how far the mouth is open and the brows are raised, or where the skin is."""
Part = NDArray[np.float64]
"""float64 (values,): how much each value of an ``Acting`` belongs to a part of the face, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """One way of damaging a performance."""

    kind: str
    size: float
    """More of it is worse; 0 is none."""
    act: Callable[[Acting], Acting]
    kept: float | None = None
    """The amplitude that is left; None: it says nothing."""
    late: float | None = None
    """Frames."""
    first: tuple[str, ...] = ()
    """One of these regions is to be named first."""


def flatten(kept: float, part: Part | float = 1.0) -> Callable[[Acting], Acting]:
    """Towards the mean; of ``part`` only, or of all."""
    return lambda acting: acting - (1 - kept) * part * (acting - acting.mean(axis=0))


def delay(frames: float) -> Callable[[Acting], Acting]:
    """Later, with the first frame repeated."""
    return lambda acting: _at(acting, np.arange(len(acting)) - frames)


def hold(frames: int) -> Callable[[Acting], Acting]:
    """On twos, threes: each frame is shown ``frames`` times."""
    return lambda acting: _at(acting, np.arange(len(acting), dtype=float) // frames * frames)


def interpolate(frames: int) -> Callable[[Acting], Acting]:
    """On twos, threes, with straight lines between."""

    def act(acting: Acting) -> Acting:
        keys = np.arange(0, len(acting), frames)
        return np.column_stack([np.interp(np.arange(len(acting)), keys, curve[keys]) for curve in acting.T])

    return act


def smooth(frames: int) -> Callable[[Acting], Acting]:
    """A running mean of so many frames."""
    kernel = np.ones(frames) / frames
    return lambda acting: np.column_stack(
        [np.convolve(np.pad(curve, frames // 2, mode="edge"), kernel, "valid") for curve in acting.T]
    )


def _at(acting: Acting, moments: NDArray[np.floating]) -> Acting:
    frames = np.arange(len(acting))
    return np.column_stack([np.interp(moments, frames, curve) for curve in acting.T])


def damages(*, brows: Part, mouth: Part) -> Sequence[Damage]:
    """Every kind and size, of an acting of which some values are those of the brows, and some those of the mouth."""
    parts = (("brows only", brows, ("brows",)), ("mouth only", mouth, ("mouth", "jaw")))
    return (
        *(
            Damage(kind="flattened", size=1 - kept, act=flatten(kept), kept=kept)
            for kept in (0.9, 0.75, 0.5, 0.25, 0.1, 0)
        ),
        *(Damage(kind="late", size=frames, act=delay(frames), kept=1, late=frames) for frames in (1, 2, 3, 4, 5)),
        *(Damage(kind="smoothed", size=frames, act=smooth(frames)) for frames in (3, 5, 9, 15)),
        *(
            Damage(kind=kind, size=1 - kept, act=flatten(kept, part), first=first)
            for kind, part, first in parts
            for kept in (0.75, 0.5, 0.25, 0)
        ),
        *(Damage(kind="held", size=frames, act=hold(frames)) for frames in (2, 3, 4)),
        *(Damage(kind="interpolated", size=frames, act=interpolate(frames)) for frames in (2, 3, 4, 6)),
        Damage(kind="swapped", size=1, act=lambda acting: acting[::-1].copy()),
    )


def recolour(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """A warm grade with lifted blacks. Pictures here are float32 (H, W, 3), 0..1."""
    return np.asarray(0.06 + 0.9 * picture ** np.array([0.8, 1.0, 1.25], np.float32), np.float32)


def relight(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """A soft light from the left, half as bright on the right."""
    return np.asarray(picture * np.linspace(1.25, 0.6, picture.shape[1], dtype=np.float32)[None, :, None], np.float32)


def grain(picture: NDArray[np.float32], *, seed: int) -> NDArray[np.float32]:
    """4 codes of 255."""
    noise = np.random.default_rng(seed).normal(0, 4 / 255, picture.shape).astype(np.float32)
    return picture + noise


def blur(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """A Gaussian of 1.5 pixels."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.5), np.float32)


def fade(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Half of the contrast."""
    return np.asarray(0.5 + 0.5 * (picture - 0.5), np.float32)


CHANGES: dict[str, Callable[[NDArray[np.float32], int], NDArray[np.float32]]] = {
    "as it is": lambda picture, _: picture,
    "recoloured": lambda picture, _: recolour(picture),
    "relit": lambda picture, _: relight(picture),
    "grained": lambda picture, frame: grain(picture, seed=frame),
    "blurred": lambda picture, _: blur(picture),
    "less contrast": lambda picture, _: fade(picture),
}
"""What changes the picture and not the acting; the number is that of the frame."""


def change(picture: Picture, name: str, frame: int) -> Picture:
    """``picture`` after one of CHANGES."""
    changed = CHANGES[name](picture.astype(np.float32) / np.float32(255), frame)
    return np.asarray(np.rint(np.clip(changed, 0, 1) * 255), np.uint8)
