"""The demo's footage, and short shots for tests that make footage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.demo import TrueShot
from toolkit.demo.motion import FLOAT_AWAY, PUSH_IN, DemoShot
from toolkit.frames import FramePath, FrameRange

ReadFrames = Callable[[TrueShot, set[int]], dict[int, NDArray[np.uint8]]]


@pytest.fixture(scope="session")
def demo(demo_out: Path) -> Path:
    """The folder of the demo's footage."""
    return demo_out / "footage"


@pytest.fixture(scope="session")
def read_frames(demo: Path) -> ReadFrames:
    """Reads uint8 (720, 1280, 3) RGB by source frame number, without the toolkit's readers."""

    def movie(path: Path) -> Iterator[tuple[int, NDArray[Any]]]:
        import av

        with av.open(str(path)) as container:
            for index, frame in enumerate(container.decode(video=0)):
                yield index, frame.to_ndarray(format="rgb24")

    def read(shot: TrueShot, numbers: set[int]) -> dict[int, NDArray[np.uint8]]:
        import cv2

        if shot.media.endswith(".mov"):
            return {index: frame for index, frame in movie(demo / shot.media) if index in numbers}
        files = FramePath.parse(demo / shot.media)
        return {n: cv2.cvtColor(cv2.imread(str(files.path(n))), cv2.COLOR_BGR2RGB) for n in numbers}

    return read


@pytest.fixture
def short_shots(demo_pictures: None) -> tuple[DemoShot, DemoShot]:
    """Both shots, shortened to their first three frames."""
    movie = replace(PUSH_IN, source_range=FrameRange.of(PUSH_IN.source_range.first, 3), head_handle=1, cut_count=1)
    sequence = replace(
        FLOAT_AWAY, source_range=FrameRange.of(FLOAT_AWAY.source_range.first, 3), head_handle=1, cut_count=1
    )
    return movie, sequence
