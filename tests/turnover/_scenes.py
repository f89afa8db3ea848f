"""Made scenes to cut together: each is a texture of its own that drifts, so that frames of one scene are alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB."""

WIDTH, HEIGHT = 160, 90


def scene(seed: int, count: int, *, speed: float = 1.5, light: float = 1.0) -> list[Picture]:
    """``count`` frames of scene ``seed``, which moves to the right by ``speed`` pixels a frame."""
    wide = _texture(seed)
    lefts = [round(number * speed) for number in range(count)]
    noise = np.random.default_rng(seed + 1000)
    pictures = [wide[:, left : left + WIDTH] * light + noise.normal(0, 1.5, (HEIGHT, WIDTH, 3)) for left in lefts]
    return [np.rint(picture.clip(0, 255)).astype(np.uint8) for picture in pictures]


def _texture(seed: int) -> NDArray[np.float32]:
    """(HEIGHT, 1200, 3) of soft blobs in the colours of this scene."""
    width = 1200
    random = np.random.default_rng(seed)
    coarse = random.normal(0, 1, (HEIGHT // 10, width // 10, 3)).astype(np.float32)
    blobs = cv2.resize(coarse, (width, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.asarray(random.uniform(70, 180, 3) + 42 * blobs, np.float32).clip(0, 255)


def join(*scenes: Sequence[Picture]) -> tuple[list[Picture], list[int]]:
    """The scenes one after another, and the first frame of each but the first."""
    lengths = [len(one) for one in scenes]
    return [picture for one in scenes for picture in one], np.cumsum(lengths)[:-1].tolist()


def dissolve(before: Sequence[Picture], after: Sequence[Picture], count: int) -> list[Picture]:
    """``before``, whose last ``count`` frames are mixed with the first ones of ``after``."""
    shares = [(number + 1) / (count + 1) for number in range(count)]
    mixed = [
        np.asarray(cv2.addWeighted(one, 1 - share, other, share, 0), np.uint8)
        for one, other, share in zip(before[-count:], after, shares, strict=False)
    ]
    return [*before[:-count], *mixed, *after[count:]]


def fade(pictures: Sequence[Picture], *, head: int = 0, tail: int = 0) -> list[Picture]:
    """``pictures`` with a fade from black of ``head`` frames and one to black of ``tail`` frames."""
    last = len(pictures) - 1
    shares = [
        min(1.0, number / head if head else 1, (last - number) / tail if tail else 1) for number in range(last + 1)
    ]
    return [np.rint(picture * share).astype(np.uint8) for picture, share in zip(pictures, shares, strict=True)]


def write_pictures(
    path: Path,
    pictures: Iterable[Picture],
    *,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    rate: Fraction = Fraction(24),
    options: Mapping[str, str] | None = None,
    timecode: str | None = None,
    ticks: Sequence[int] | None = None,
) -> Path:
    """A movie of ``pictures``; ``ticks`` are presentation times in 1/12288 s."""
    path.parent.mkdir(parents=True, exist_ok=True)
    base = 1 / rate if ticks is None else Fraction(1, 12288)
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=rate, options=dict(options or {}))
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        stream.codec_context.time_base = base
        if timecode is not None:
            stream.metadata["timecode"] = timecode
        for number, picture in enumerate(pictures):
            frame: Any = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = number if ticks is None else ticks[number], base
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path
