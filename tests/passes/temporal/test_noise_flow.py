"""Noise that moves with the plate: its ST maps, and that files do not depend on what was rendered before."""

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


def test_the_st_map_leads_back_to_the_first_frame() -> None:
    accumulator = FlowAccumulator()
    stmaps = [accumulator.advance(10 + index, 0, to_luma(scene(3 * index))) for index in range(5)]
    rows, columns = np.mgrid[:120, :160]
    assert np.array_equal(stmaps[0], np.dstack([columns, rows]))
    assert np.abs(stmaps[4][INSIDE][..., 0] - (columns - 12)[INSIDE]).max() < 0.7
    assert np.abs(stmaps[4][INSIDE][..., 1] - rows[INSIDE]).max() < 0.7
    assert stmaps[4][60, 0, 0] < -8, "content that entered later comes from outside"


def test_faces_accumulate_separately_and_start_over_after_a_gap() -> None:
    accumulator = FlowAccumulator()
    for face in (0, 1):
        accumulator.advance(10, face, to_luma(scene(0)))
    moved, still = accumulator.advance(11, 0, to_luma(scene(4))), accumulator.advance(11, 1, to_luma(scene(0)))
    assert (still - moved)[INSIDE][..., 0].mean() == pytest.approx(4, abs=0.3)
    gap = accumulator.advance(13, 0, to_luma(scene(8)))
    assert np.array_equal(gap[0, :, 0], np.arange(gap.shape[1]))


@pytest.mark.parametrize("flows", [False, True])
def test_with_an_st_map_the_grain_of_the_preview_moves_with_a_pan(*, flows: bool) -> None:
    engine, accumulator, shift = open_engine("builtin"), FlowAccumulator(), 6
    grain = []
    for index in range(2):
        picture = scene(shift * index)
        noise_stmap = accumulator.advance(index, 0, to_luma(picture)) if flows else None
        (painted,) = engine.paint([replace(make_request(picture), noise_stmap=noise_stmap)])
        grain.append(painted - cv2.GaussianBlur(painted, (0, 0), 1.5))
    along = np.abs(grain[1][:, shift:] - grain[0][:, :-shift])[INSIDE].mean()
    still = np.abs(grain[1] - grain[0])[INSIDE].mean()
    assert bool(along < 0.1 * still) is flows


class PaintsStmap(Engine):
    """Paints the x coordinates of its ST map."""

    name = "paints st map"
    revision = "1"
    batch = 3

    def paint(self, requests: list[PaintRequest]) -> list[np.ndarray]:  # type: ignore[override]
        painted = []
        for request in requests:
            assert request.noise_stmap is not None
            painted.append(np.dstack([np.abs(request.noise_stmap[..., 0]) % 97 / 97] * 3).astype(np.float32))
        return painted


def test_a_frame_rendered_alone_equals_the_frame_rendered_with_all_others(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out", *FLOW, engine=PaintsStmap())
    whole = digests(tmp_path / "out")
    for name, shot_frame in (("FACE", 1005), ("BODY", 1009)):
        layer(tmp_path / "out", name, shot_frame).unlink()
    again = render(plate_pattern, tmp_path / "out", *FLOW, engine=PaintsStmap())
    assert {name: done.rendered for name, done in again.items()} == {"FACE": 1, "BODY": 1}
    assert digests(tmp_path / "out") == whole


def test_a_changed_plate_frame_renders_later_frames_again_and_no_earlier_ones(
    plate_pattern: Path, tmp_path: Path
) -> None:
    render(plate_pattern, tmp_path / "out", *FLOW, engine=PaintsStmap())
    changed = plate_pattern.with_name(f"plate.{FIRST + 8:04d}.png")
    assert cv2.imwrite(str(changed), np.full((90, 160, 3), 90, np.uint8))
    again = render(plate_pattern, tmp_path / "out", *FLOW, engine=PaintsStmap())
    assert {name: (done.kept, done.rendered) for name, done in again.items()} == {"FACE": (8, 4), "BODY": (8, 4)}


def test_an_engine_without_movable_noise_refuses_noise_flow() -> None:
    with pytest.raises(EngineUnavailable, match="it does not support noise = flow; set"):
        open_engine("automatic1111", load_settings(overrides=["face.noise=flow"]))
