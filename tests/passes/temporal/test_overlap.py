"""Overlapping paintings: flicker goes, what the plate does stays, and a file never depends on what was there before."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.passes._plate import COUNT, FIRST
from tests.passes.rendering.test_render import FACES_UNTIL, digests, layer, read, render
from toolkit.engines import Engine, PaintRequest
from toolkit.passes.temporal.optical_flow import to_luma
from toolkit.passes.temporal.overlap import NeighbourBlender, PaintedCanvas, blend_canvas

Picture = NDArray[np.float32]


def scene(shift: int) -> Picture:
    """Something to hold on to, moved ``shift`` pixels to the right."""
    soft = cv2.GaussianBlur(np.random.default_rng(1).random((120, 220, 3)).astype(np.float32), (0, 0), 3)
    spread = (soft - soft.min()) / np.ptp(soft)
    return np.ascontiguousarray(spread[:, 40 - shift : 200 - shift])


def noisy(picture: Picture, seed: int) -> Picture:
    return picture + np.random.default_rng(seed).normal(0, 0.1, picture.shape).astype(np.float32)


def painting(shift: int, *, seed: int = 0) -> PaintedCanvas:
    """Of the moved scene, made brighter, with noise of its own when it has a ``seed``."""
    picture = scene(shift)
    painted = picture * np.float32(0.5) + np.float32(0.4)
    return PaintedCanvas(luma=to_luma(picture), image=noisy(painted, seed) if seed else painted)


def off(found: Picture, shift: int) -> float:
    """How far ``found`` is from the painting without noise, away from the edges."""
    return float(np.abs(found - painting(shift).image)[16:-16, 16:-16].mean())


def test_where_the_plate_stands_still_it_is_a_weighted_mean() -> None:
    found = blend_canvas(painting(0, seed=1), {-1: painting(0, seed=2), 1: painting(0, seed=3)}, reach=1)
    mean = sum(weight * painting(0, seed=seed).image for weight, seed in ((0.5, 1), (0.25, 2), (0.25, 3)))
    assert np.abs(found - mean)[16:-16, 16:-16].max() < 1e-3


def test_noise_is_averaged_along_the_motion_and_nothing_is_smeared() -> None:
    own = painting(0, seed=1)
    around = {away: painting(4 * away, seed=10 + away) for away in (-2, -1, 1, 2)}
    assert off(blend_canvas(own, around, reach=2), 0) < 0.62 * off(own.image, 0)
    clean = {away: painting(4 * away) for away in around}
    assert off(blend_canvas(painting(0), clean, reach=2), 0) < 0.004


def test_a_neighbour_whose_plate_shows_something_else_is_not_heeded() -> None:
    own = painting(0, seed=1)
    other = PaintedCanvas(luma=to_luma(1 - scene(20)[::-1]), image=np.ones_like(own.image))
    found = blend_canvas(own, {1: other}, reach=1)
    assert np.abs(found - own.image).mean() < 0.01


@pytest.mark.parametrize("order", [range(10, 16), range(15, 9, -1), [12, 10, 15, 11, 14, 13]], ids=str)
def test_frames_come_out_in_order_with_every_planned_neighbour_in_them(order: list[int]) -> None:
    flat = {
        n: PaintedCanvas(luma=np.zeros((32, 32), np.uint8), image=np.full((32, 32, 3), n, np.float32)) for n in order
    }
    overlap = NeighbourBlender(reach=1, planned=range(10, 16), wanted=[10, 13, 15])
    found = [done for n in order for done in overlap.add(n, {0: flat[n]})]
    assert [frame for frame, _ in found] == [10, 13, 15]
    means = [(10 + 0.5 * 11) / 1.5, 13, (15 + 0.5 * 14) / 1.5]
    assert [float(painted[0].mean()) for _, painted in found] == pytest.approx(means)


def test_a_face_is_averaged_with_itself_and_only_where_it_is() -> None:
    def flat(value: float) -> PaintedCanvas:
        return PaintedCanvas(luma=np.zeros((32, 32), np.uint8), image=np.full((32, 32, 3), value, np.float32))

    overlap = NeighbourBlender(reach=1, planned=range(3), wanted=range(3))
    people = [{0: flat(0.1), 1: flat(0.9)}, {1: flat(0.7)}, {}]
    found = [done for frame, faces in enumerate(people) for done in overlap.add(frame, faces)]
    values = [[round(float(painted.mean()), 4) for painted in paintings] for _, paintings in found]
    assert values == [[0.1, round((0.9 + 0.35) / 1.5, 4)], [round((0.7 + 0.45) / 1.5, 4)], []]


# --- in a render -------------------------------------------------------------------------------------------------

OVERLAP = ("face.overlap=2", "body.overlap=1")


class Gathering(Engine):
    """Brightens each picture by its seed, several at a time."""

    name = "gathering"
    revision = "1"

    def __init__(self, batch: int) -> None:
        self.batch = batch

    def paint(self, requests: list[PaintRequest]) -> list[Picture]:  # type: ignore[override]
        return [request.image * np.float32(0.5 + (request.seed % 97) / 200) for request in requests]


def test_files_are_the_same_whatever_was_there_and_however_it_was_grouped(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "whole", *OVERLAP, engine=Gathering(1))
    render(plate_pattern, tmp_path / "grouped", *OVERLAP, engine=Gathering(5))
    assert digests(tmp_path / "whole") == digests(tmp_path / "grouped")
    for name, frames in (("FACE", (1001, 1006, 1007)), ("BODY", (1004, 1012))):
        for shot_frame in frames:
            layer(tmp_path / "grouped", name, shot_frame).unlink()
    again = render(plate_pattern, tmp_path / "grouped", *OVERLAP, engine=Gathering(3))
    assert {name: done.rendered for name, done in again.items()} == {"FACE": 3, "BODY": 2}
    assert digests(tmp_path / "whole") == digests(tmp_path / "grouped")


def test_neighbours_show_in_a_frame_and_a_frame_without_a_face_stays_empty(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "plain", engine=Gathering(1))
    render(plate_pattern, tmp_path / "blend_canvas", *OVERLAP, engine=Gathering(1))
    gone = 1001 + FACES_UNTIL - FIRST
    for shot_frame in range(1001, 1001 + COUNT):
        plain, over = (read(layer(tmp_path / out, "FACE", shot_frame))[1] for out in ("plain", "blend_canvas"))
        assert np.array_equal(plain[..., 3], over[..., 3]), "the matte is the frame's own"
        assert over.any() == (shot_frame < gone)


def test_a_changed_plate_frame_is_seen_in_its_neighbours_too(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out", *OVERLAP)
    changed = plate_pattern.with_name(f"plate.{FIRST + 5:04d}.png")
    assert cv2.imwrite(str(changed), np.full((90, 160, 3), 90, np.uint8))
    again = render(plate_pattern, tmp_path / "out", *OVERLAP)
    assert {name: done.rendered for name, done in again.items()} == {"FACE": 5, "BODY": 3}
