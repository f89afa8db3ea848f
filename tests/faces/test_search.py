"""The search in tiles, with results in plate pixels."""

from __future__ import annotations

import numpy as np
import pytest

from tests.faces._footage import Person, grey
from toolkit.faces.detect import FaceDetector
from toolkit.faces.search import coarse_tiles, search_tiles
from toolkit.faces.upright import FacePlacement


@pytest.mark.parametrize("size", [(640, 360), (1920, 1080), (1921, 1087), (3840, 2160)], ids="{0[0]}x{0[1]}".format)
def test_a_face_is_located_in_plate_pixels_for_any_frame_size(
    size: tuple[int, int], detector: FaceDetector, anna: Person
) -> None:
    height = size[1] * 0.3
    x, y = size[0] * 0.6, size[1] * 0.4
    frame = anna.composite_over(grey(*size), x, y, height=height)
    whole, *squares = coarse_tiles(*size)
    (found,) = search_tiles(detector, frame, [whole])
    assert found.distance_to(FacePlacement(x=x, y=y, scale=height, roll=0)) < 0.03
    assert found.scale == pytest.approx(height, rel=0.06)
    assert search_tiles(detector, frame, squares), "the squares show it too"
    assert search_tiles(detector, frame, [whole, *squares], known=[found]) == []
    assert len(search_tiles(detector, frame, [whole, *squares])) == 1, (
        "a face found in one tile is not found again in the next"
    )


def test_the_coarse_tiles_find_faces_too_small_for_the_whole_frame(detector: FaceDetector, anna: Person) -> None:
    frame = anna.composite_over(grey(1920, 1080), 1500, 500, height=190)
    whole, *squares = coarse_tiles(1920, 1080)
    assert search_tiles(detector, frame, [whole]) == []
    found = search_tiles(detector, frame, squares)
    assert found
    assert all(np.hypot(face.x - 1500, face.y - 500) < 8 for face in found)
