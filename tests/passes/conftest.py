"""The tiny plate as a fixture."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from tests.passes._plate import COUNT, FIRST, plate_picture


@pytest.fixture
def plate_pattern(tmp_path: Path) -> Path:
    """A PNG sequence on disk."""
    folder = tmp_path / "plates"
    folder.mkdir()
    for source_frame in range(FIRST, FIRST + COUNT):
        picture = cv2.cvtColor(plate_picture(source_frame), cv2.COLOR_RGB2BGR)
        assert cv2.imwrite(str(folder / f"plate.{source_frame:04d}.png"), picture)
    return folder / "plate.####.png"
