"""Noise that goes with the plate: where it is taken from, and that a file does not depend on what was there before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.engines._requests import make_request
from tests.passes._plate import FIRST
from tests.passes.rendering.test_render import digests, layer, render
from tests.passes.temporal.test_overlap import scene
from toolkit.engines import Engine, PaintRequest, open_engine
from toolkit.errors import EngineUnavailable
from toolkit.passes.temporal.noise_flow import FlowAccumulator
from toolkit.passes.temporal.optical_flow import to_luma
from toolkit.settings import load_settings

INSIDE = np.s_[24:-24, 24:-24]
FLOW = ("body.noise=flow", "face.noise=flow")


def test_pixels_are_followed_back_to_the_first_picture() -> None:
    accumulator = FlowAccumulator()
    found = [accumulator.advance(10 + index, 0, to_luma(scene(3 * index))) for index in range(5)]
    rows, columns = np.indices(found[0].shape[:2])
    assert np.array_equal(found[0], np.dstack([columns, rows]))
    assert np.abs(found[4][INSIDE][..., 0] - (columns - 12)[INSIDE]).max() < 0.7
    assert np.abs(found[4][INSIDE][..., 1] - rows[INSIDE]).max() < 0.7
    assert found[4][60, 0, 0] < -8, "what came in has been outside"


def test_faces_travel_on_their_own_and_one_that_was_away_begins_anew() -> None:
    accumulator = FlowAccumulator()
    for face in (0, 1):
        accumulator.advance(10, face, to_luma(scene(0)))
    moved, still = accumulator.advance(11, 0, to_luma(scene(4))), accumulator.advance(11, 1, to_luma(scene(0)))
    assert (still - moved)[INSIDE][..., 0].mean() == pytest.approx(4, abs=0.3)
    gap = accumulator.advance(13, 0, to_luma(scene(8)))
    assert np.array_equal(gap[0, :, 0], np.arange(gap.shape[1]))


@pytest.mark.parametrize("flows", [False, True])
def test_with_the_noise_of_the_plate_the_grain_of_the_preview_goes_along_with_a_pan(*, flows: bool) -> None:
    engine, accumulator, shift = open_engine("builtin"), FlowAccumulator(), 6
    grains = []
    for index in range(2):
        picture = scene(shift * index)
        noise_stmap = accumulator.advance(index, 0, to_luma(picture)) if flows else None
        (painted,) = engine.paint([replace(make_request(picture), noise_stmap=noise_stmap)])
        grains.append(painted - cv2.GaussianBlur(painted, (0, 0), 1.5))
    along = np.abs(grains[1][:, shift:] - grains[0][:, :-shift])[INSIDE].mean()
    still = np.abs(grains[1] - grains[0])[INSIDE].mean()
    assert bool(along < 0.1 * still) is flows


class ReceivedRequest(Engine):
    """Remembers where the noise was asked to come from, and paints it."""

    name = "asked"
    revision = "1"
    batch = 3

    def paint(self, requests: list[PaintRequest]) -> list[np.ndarray]:  # type: ignore[override]
        painted = []
        for request in requests:
            assert request.noise_stmap is not None
            painted.append(np.dstack([np.abs(request.noise_stmap[..., 0]) % 97 / 97] * 3).astype(np.float32))
        return painted


def test_a_frame_made_alone_is_the_frame_made_with_all_others(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out", *FLOW, engine=ReceivedRequest())
    whole = digests(tmp_path / "out")
    for name, shot_frame in (("FACE", 1005), ("BODY", 1009)):
        layer(tmp_path / "out", name, shot_frame).unlink()
    again = render(plate_pattern, tmp_path / "out", *FLOW, engine=ReceivedRequest())
    assert {name: done.rendered for name, done in again.items()} == {"FACE": 1, "BODY": 1}
    assert digests(tmp_path / "out") == whole


def test_a_changed_plate_frame_changes_what_comes_after_it_and_nothing_before(
    plate_pattern: Path, tmp_path: Path
) -> None:
    render(plate_pattern, tmp_path / "out", *FLOW, engine=ReceivedRequest())
    changed = plate_pattern.with_name(f"plate.{FIRST + 8:04d}.png")
    assert cv2.imwrite(str(changed), np.full((90, 160, 3), 90, np.uint8))
    again = render(plate_pattern, tmp_path / "out", *FLOW, engine=ReceivedRequest())
    assert {name: (done.kept, done.rendered) for name, done in again.items()} == {"FACE": (8, 4), "BODY": (8, 4)}


def test_an_engine_that_cannot_move_its_noise_is_not_opened_for_it() -> None:
    with pytest.raises(EngineUnavailable, match="it does not support noise = flow; set"):
        open_engine("automatic1111", load_settings(overrides=["face.noise=flow"]))
