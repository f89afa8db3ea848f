"""Guide files: distances under any channel name, and pictures as engines receive them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

from toolkit.errors import UnsupportedMedia
from toolkit.plates import read_distances, read_guide, to_linear

ROWS, COLUMNS = 4, 6
FAR_AWAY = np.full((ROWS, COLUMNS), 50.0, np.float32)
RAMP = np.linspace(2.0, 9.0, ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)


def exr(path: Path, channels: dict[str, np.ndarray], **header: object) -> Path:
    kinds = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(kinds | header, channels).write(str(path))
    return path


@pytest.mark.parametrize(
    "channels",
    [
        {"Z": RAMP},
        {"depth.Z": RAMP},
        {"ViewLayer.Depth.V": RAMP},
        {"R": RAMP},
        {"Y": RAMP},
        {"R": RAMP, "G": FAR_AWAY, "B": FAR_AWAY},
        {"Z": RAMP, "a.Z": FAR_AWAY, "R": FAR_AWAY, "G": FAR_AWAY, "B": FAR_AWAY},
        {"Z": -RAMP},
    ],
    ids="+".join,
)
def test_distances_are_found_under_any_usual_name(channels: dict[str, np.ndarray], tmp_path: Path) -> None:
    assert np.array_equal(read_distances(exr(tmp_path / "d.exr", channels)), RAMP)


@pytest.mark.parametrize("nothing", [np.inf, -np.inf, np.nan, 1e10, 1e30, 0.0])
def test_the_distance_is_zero_where_nothing_was_hit(nothing: float, tmp_path: Path) -> None:
    distances = RAMP.copy()
    distances[1, 2] = nothing
    read = read_distances(exr(tmp_path / "d.exr", {"Z": distances}))
    assert read[1, 2] == 0
    assert np.count_nonzero(read) == RAMP.size - 1


def test_half_floats_and_data_windows_are_read_into_the_display_window(tmp_path: Path) -> None:
    header = {
        "displayWindow": (np.array([0, 0], np.int32), np.array([9, 9], np.int32)),
        "dataWindow": (np.array([2, 3], np.int32), np.array([7, 6], np.int32)),
    }
    read = read_distances(exr(tmp_path / "d.exr", {"Z": RAMP.astype(np.float16)}, **header))
    assert read.shape == (10, 10)
    assert np.array_equal(read[3:7, 2:8], RAMP.astype(np.float16).astype(np.float32))
    assert np.count_nonzero(read) == RAMP.size


def test_a_file_without_distances_is_an_error_with_its_channels(tmp_path: Path) -> None:
    path = exr(tmp_path / "n.exr", {"N.X": RAMP, "N.Y": RAMP})
    with pytest.raises(UnsupportedMedia, match=r"no Z, depth, R or Y among its channels: N.X, N.Y"):
        read_distances(path)


def test_a_png_is_unchanged_and_composited_over_black(tmp_path: Path) -> None:
    codes = np.zeros((ROWS, COLUMNS, 4), np.uint16)
    codes[..., :3] = (1000, 30000, 65535)  # blue, green, red
    codes[:, 3:, 3] = 32768
    assert cv2.imwrite(str(tmp_path / "g.png"), codes)
    picture = read_guide(tmp_path / "g.png")
    assert not picture[:, :3].any()
    assert picture[0, 4] == pytest.approx(np.array((65535, 30000, 1000)) / 65535 * 32768 / 65535, abs=1e-6)


def test_an_exr_picture_is_converted_to_display_codes(tmp_path: Path) -> None:
    display = np.linspace(0, 1, ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)
    light = to_linear(display)
    light[0, 5] = 7.0
    picture = read_guide(exr(tmp_path / "g.exr", {"R": light, "G": light, "B": light}))
    assert picture[..., 1] == pytest.approx(np.where(light > 1, 1, display), abs=1e-5)
