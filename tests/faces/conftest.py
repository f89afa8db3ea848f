"""The face finder, and shots made of pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import pytest

from tests.faces._footage import Picture, shot_of
from toolkit.documents import Shot
from toolkit.faces.finder import FaceFinder


@pytest.fixture(scope="session")
def finder(finder_model: Path) -> FaceFinder:
    """Finds faces in single pictures."""
    return FaceFinder(finder_model)


@pytest.fixture
def clip(tmp_path: Path) -> Callable[[Sequence[Picture]], Shot]:
    """Writes pictures as a PNG sequence from frame 1 and returns the shot with all of them."""

    def write(pictures: Sequence[Picture]) -> Shot:
        for number, picture in enumerate(pictures, start=1):
            path = str(tmp_path / f"plate.{number:04d}.png")
            assert cv2.imwrite(path, picture[..., ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
        return shot_of(tmp_path / "plate.####.png")

    return write
