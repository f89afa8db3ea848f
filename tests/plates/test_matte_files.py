"""Matte files: as drawn by whatever application, the stored values are how much of a pixel belongs to the face."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

from tests.plates.test_guide_files import exr
from toolkit.errors import CorruptMedia, MissingMedia, UnsupportedMedia
from toolkit.plates import read_matte

ROWS, COLUMNS = 4, 6
EMPTY = np.zeros((ROWS, COLUMNS), np.float32)
FULL = EMPTY + 1
RAMP = np.linspace(0, 1, ROWS * COLUMNS, dtype=np.float32).reshape(ROWS, COLUMNS)


@pytest.mark.parametrize(
    "channels",
    [
        {"R": RAMP, "G": RAMP, "B": RAMP},
        {"R": RAMP, "G": RAMP, "B": RAMP, "A": RAMP},
        {"R": RAMP, "G": RAMP, "B": RAMP, "A": FULL},
        {"R": RAMP, "G": EMPTY, "B": EMPTY},
        {"Y": RAMP},
        {"A": RAMP},
        {"roto.face": RAMP},
    ],
    ids="+".join,
)
def test_a_matte_is_read_from_what_roto_tools_write(channels: dict[str, np.ndarray], tmp_path: Path) -> None:
    read = read_matte(exr(tmp_path / "matte.exr", channels))
    assert read.dtype == np.float32
    assert np.array_equal(read, RAMP)


def test_values_that_are_no_share_of_a_pixel_are_clipped(tmp_path: Path) -> None:
    odd = RAMP.copy()
    odd[0, :4] = np.nan, np.inf, -1.0, 3.0
    assert read_matte(exr(tmp_path / "matte.exr", {"Y": odd}))[0, :4].tolist() == [0, 1, 0, 1]


def test_outside_the_data_window_nothing_belongs_to_the_face(tmp_path: Path) -> None:
    windows = {
        "dataWindow": (np.array([2, 1], np.int32), np.array([7, 4], np.int32)),
        "displayWindow": (np.array([0, 0], np.int32), np.array([9, 5], np.int32)),
    }
    read = read_matte(exr(tmp_path / "matte.exr", {"A": FULL}, **windows))
    assert read.shape == (6, 10)
    assert read[1:5, 2:8].min() == 1
    assert read.sum() == ROWS * COLUMNS


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 65535)])
def test_codes_are_shares_of_full_scale_and_no_light(suffix: str, dtype: type, white: int, tmp_path: Path) -> None:
    codes: np.ndarray = np.rint(RAMP * white).astype(dtype)
    path = tmp_path / f"matte.{suffix}"
    assert cv2.imwrite(str(path), codes)
    assert read_matte(path) == pytest.approx(RAMP, abs=0.6 / white)


def test_straight_alpha_counts(tmp_path: Path) -> None:
    """White paint on a transparent layer, as Photoshop saves it."""
    alpha = np.rint(RAMP * 255).astype(np.uint8)
    white = np.full((ROWS, COLUMNS), 255, np.uint8)
    path = tmp_path / "matte.png"
    assert cv2.imwrite(str(path), np.dstack([white, white, white, alpha]))
    assert read_matte(path) == pytest.approx(RAMP, abs=0.6 / 255)


def test_a_missing_or_truncated_file_is_an_error(tmp_path: Path) -> None:
    path = exr(tmp_path / "matte.exr", {"Y": RAMP})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CorruptMedia, match="truncated"):
        read_matte(path)
    with pytest.raises(MissingMedia):
        read_matte(tmp_path / "other.exr")


def test_a_deep_file_is_refused(tmp_path: Path) -> None:
    """Its pixels have any number of samples."""
    samples = np.empty((ROWS, COLUMNS), object)
    for place in np.ndindex(ROWS, COLUMNS):
        samples[place] = np.ones(2, np.float32)
    path = tmp_path / "deep.exr"
    header = {"compression": OpenEXR.ZIPS_COMPRESSION, "type": OpenEXR.deepscanline}
    OpenEXR.File(header, {"A": samples}).write(str(path))
    with pytest.raises(UnsupportedMedia, match="deep"):
        read_matte(path)
