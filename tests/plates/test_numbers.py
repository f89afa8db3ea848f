"""Half floats, the sRGB curve and encodings."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import numpy as np
import pytest

from toolkit.errors import PackageMissing
from toolkit.plates import colour, encode, from_half, from_linear, half_float, to_half, to_linear

EVERY_HALF = np.arange(65536, dtype=np.uint16).view(np.float16)
_FINITE = np.unique(EVERY_HALF[np.isfinite(EVERY_HALF)].astype(np.float32))
_MIDDLES = ((_FINITE[1:].astype(np.float64) + _FINITE[:-1]) / 2).astype(np.float32)
HARD = np.concatenate(
    [
        _FINITE,
        _MIDDLES,
        np.nextafter(_MIDDLES, np.float32(np.inf)),
        np.nextafter(_MIDDLES, np.float32(-np.inf)),
        np.random.default_rng(0).integers(0, 2**32, 200_000, dtype=np.uint32).view(np.float32),
        np.array([0.0, -0.0, 65504, 65519.99, 65520, 1e38, np.inf, -np.inf], np.float32),
    ]
)
"""Every half, the ties between neighbours, and the values next to them."""


@pytest.mark.parametrize("opencv_adds_halves", [True, False], ids=["OpenCV 5", "OpenCV 4"])
def test_conversion_to_half_equals_numpys_bit_for_bit(
    opencv_adds_halves: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not opencv_adds_halves:
        monkeypatch.setattr(half_float, "_opencv_adds_halves", lambda: False)
    numbers = HARD[~np.isnan(HARD)]
    truth = np.clip(numbers, -65504, 65504).astype(np.float16)
    assert np.array_equal(to_half(numbers).view(np.uint16), truth.view(np.uint16))


def test_nan_stays_nan() -> None:
    assert np.isnan(to_half(np.array([np.nan, 1.0], np.float32))).tolist() == [True, False]


def test_conversion_from_half_is_exact() -> None:
    finite = EVERY_HALF[~np.isnan(EVERY_HALF)]
    assert np.array_equal(from_half(finite).view(np.uint32), finite.astype(np.float32).view(np.uint32))


@pytest.mark.parametrize("shape", [(0,), (1,), (4,), (4, 1), (1, 4), (2, 3, 4), (5, 7, 3), (0, 3)])
def test_shapes_and_views_are_kept(shape: tuple[int, ...]) -> None:
    numbers = np.random.default_rng(1).random((*shape, 2)).astype(np.float32)[..., 0]
    halves = to_half(numbers)
    assert np.array_equal(halves, numbers.astype(np.float16))
    assert from_half(halves).shape == shape


@pytest.mark.parametrize("alpha", [None, 1 / 255, 0.2, 1.0])
def test_every_8_bit_code_survives_linear_half_and_premultiplication(alpha: float | None) -> None:
    codes = np.arange(256, dtype=np.uint8)
    linear = to_linear((codes / 255).astype(np.float32))
    if alpha is None:
        back = from_half(to_half(linear))
    else:
        stored = to_half(np.array([alpha], np.float32))
        back = from_half(to_half(linear * from_half(stored))) / from_half(stored)
    assert np.array_equal(np.rint(from_linear(back) * 255), codes)


def test_the_curve_is_srgb() -> None:
    display = np.linspace(0, 1, 10_001)
    truth = np.where(display <= 0.04045, display / 12.92, ((display + 0.055) / 1.055) ** 2.4)
    assert np.abs(to_linear(display.astype(np.float32)) - truth).max() < 1e-6
    assert np.abs(from_linear(truth.astype(np.float32)) - display).max() < 1e-6


def test_the_curve_continues_beyond_white_and_below_black() -> None:
    display = np.concatenate([np.linspace(-4, 4, 8001), [0.0, -0.0, 0.04045, 12.0]]).astype(np.float32)
    linear = to_linear(display)
    assert np.all(np.diff(linear[:8001]) > 0)
    assert np.array_equal(to_linear(-display), -linear)
    assert np.allclose(from_linear(linear), display, rtol=3e-6, atol=1e-7)


def test_plate_encoding_changes_no_values() -> None:
    rgb = np.random.default_rng(2).random((4, 5, 3)).astype(np.float32)
    assert encode(rgb, source="display", target="plate") is rgb
    assert encode(rgb, source="linear", target="linear") is rgb
    assert np.array_equal(encode(rgb, source="display", target="linear"), to_linear(rgb))


def test_acescg_equals_the_published_matrix() -> None:
    """Rec.709 to AP1 with the Bradford adaptation from D65 to the ACES white, as published by the ACES project."""
    pytest.importorskip("PyOpenColorIO")
    to_ap1 = np.array([[0.613097, 0.339523, 0.047379], [0.070194, 0.916354, 0.013452], [0.020616, 0.109570, 0.869815]])
    light = np.random.default_rng(3).uniform(0, 8, (6, 7, 3)).astype(np.float32)
    assert np.allclose(encode(light, source="linear", target="acescg"), light @ to_ap1.T, atol=1e-4)
    display = np.random.default_rng(4).random((6, 7, 3)).astype(np.float32)
    assert np.allclose(encode(display, source="display", target="acescg"), to_linear(display) @ to_ap1.T, atol=2e-5)
    assert display.max() <= 1, "the input is not changed"


def test_acescg_without_opencolorio_is_an_error_with_the_install_command(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def import_without_ocio(name: str, *rest: Any) -> Any:
        if name == "PyOpenColorIO":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.delitem(sys.modules, "PyOpenColorIO", raising=False)
    monkeypatch.setattr(builtins, "__import__", import_without_ocio)
    colour._acescg_processor.cache_clear()
    with pytest.raises(PackageMissing, match=r"pip install 'resolve-ae-toolkit\[colour\]'"):
        encode(np.zeros((2, 2, 3), np.float32), source="display", target="acescg")
