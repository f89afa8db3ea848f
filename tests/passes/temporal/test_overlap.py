"""Blending with neighbours: less flicker, the plate's motion kept, and files that do not depend on earlier runs."""

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
    """A smooth texture, moved ``shift`` pixels to the right."""
    soft = cv2.GaussianBlur(np.random.default_rng(1).random((120, 220, 3)).astype(np.float32), (0, 0), 3)
    spread = (soft - soft.min()) / np.ptp(soft)
    return np.ascontiguousarray(spread[:, 40 - shift : 200 - shift])


def noisy(picture: Picture, seed: int) -> Picture:
    return picture + np.random.default_rng(seed).normal(0, 0.1, picture.shape).astype(np.float32)


def painted_canvas(shift: int, *, seed: int = 0) -> PaintedCanvas:
    """The moved scene, painted brighter, with noise if it has a ``seed``."""
    picture = scene(shift)
    painted = picture * np.float32(0.5) + np.float32(0.4)
    return PaintedCanvas(luma=to_luma(picture), image=noisy(painted, seed) if seed else painted)


def error(found: Picture, shift: int) -> float:
    """Mean error of ``found`` against the canvas without noise, away from the edges."""
    return float(np.abs(found - painted_canvas(shift).image)[16:-16, 16:-16].mean())


def test_on_a_static_plate_the_blend_is_a_weighted_mean() -> None:
    found = blend_canvas(
        painted_canvas(0, seed=1), {-1: painted_canvas(0, seed=2), 1: painted_canvas(0, seed=3)}, reach=1
    )
    mean = sum(weight * painted_canvas(0, seed=seed).image for weight, seed in ((0.5, 1), (0.25, 2), (0.25, 3)))
    assert np.abs(found - mean)[16:-16, 16:-16].max() < 1e-3


@pytest.mark.parametrize("brighter", [0, 3, 6])
def test_the_weight_of_a_neighbour_drops_to_1_e_at_six_codes_of_plate_difference(brighter: int) -> None:
    luma = to_luma(scene(0)) // 2 + np.uint8(40)
    own = PaintedCanvas(luma=luma, image=painted_canvas(0, seed=1).image)
    other = PaintedCanvas(luma=luma + np.uint8(brighter), image=painted_canvas(0, seed=2).image)
    weight = 0.5 * np.exp(-((brighter / 6) ** 2))
    mean = (own.image + weight * other.image) / (1 + weight)
    assert np.abs(blend_canvas(own, {1: other}, reach=1) - mean)[16:-16, 16:-16].max() < 5e-3


def test_noise_is_averaged_along_the_motion_without_smearing() -> None:
    own = painted_canvas(0, seed=1)
    around = {away: painted_canvas(4 * away, seed=10 + away) for away in (-2, -1, 1, 2)}
    assert error(blend_canvas(own, around, reach=2), 0) < 0.62 * error(own.image, 0)
    clean = {away: painted_canvas(4 * away) for away in around}
    assert error(blend_canvas(painted_canvas(0), clean, reach=2), 0) < 0.004


def test_a_neighbour_with_a_different_plate_has_no_weight() -> None:
    own = painted_canvas(0, seed=1)
    other = PaintedCanvas(luma=to_luma(1 - scene(20)[::-1]), image=np.ones_like(own.image))
    found = blend_canvas(own, {1: other}, reach=1)
    assert np.abs(found - own.image).mean() < 0.01


@pytest.mark.parametrize("order", [range(10, 16), range(15, 9, -1), [12, 10, 15, 11, 14, 13]], ids=str)
def test_frames_are_yielded_in_order_with_all_planned_neighbours(order: list[int]) -> None:
    flat = {
        n: PaintedCanvas(luma=np.zeros((32, 32), np.uint8), image=np.full((32, 32, 3), n, np.float32)) for n in order
    }
    overlap = NeighbourBlender(reach=1, planned=range(10, 16), wanted=[10, 13, 15])
    found = [done for n in order for done in overlap.add(n, {0: flat[n]})]
    assert [frame for frame, _ in found] == [10, 13, 15]
    means = [(10 + 0.5 * 11) / 1.5, 13, (15 + 0.5 * 14) / 1.5]
    assert [float(painted[0].mean()) for _, painted in found] == pytest.approx(means)


def test_a_face_is_blended_only_with_itself() -> None:
    def flat(value: float) -> PaintedCanvas:
        return PaintedCanvas(luma=np.zeros((32, 32), np.uint8), image=np.full((32, 32, 3), value, np.float32))

    overlap = NeighbourBlender(reach=1, planned=range(3), wanted=range(3))
    people = [{0: flat(0.1), 1: flat(0.9)}, {1: flat(0.7)}, {}]
    found = [done for frame, faces in enumerate(people) for done in overlap.add(frame, faces)]
    values = [[round(float(painted.mean()), 4) for painted in paintings] for _, paintings in found]
    assert values == [[0.1, round((0.9 + 0.35) / 1.5, 4)], [round((0.7 + 0.45) / 1.5, 4)], []]


# --- in a render -------------------------------------------------------------------------------------------------

OVERLAP = ("face.overlap=2", "body.overlap=1")


class Batching(Engine):
    """Brightens each image by its seed, in batches."""

    name = "batching"
    revision = "1"

    def __init__(self, batch: int) -> None:
        self.batch = batch

    def paint(self, requests: list[PaintRequest]) -> list[Picture]:  # type: ignore[override]
        return [request.image * np.float32(0.5 + (request.seed % 97) / 200) for request in requests]


def test_files_do_not_depend_on_existing_files_or_batch_size(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "whole", *OVERLAP, engine=Batching(1))
    render(plate_pattern, tmp_path / "grouped", *OVERLAP, engine=Batching(5))
    assert digests(tmp_path / "whole") == digests(tmp_path / "grouped")
    for name, frames in (("FACE", (1001, 1006, 1007)), ("BODY", (1004, 1012))):
        for shot_frame in frames:
            layer(tmp_path / "grouped", name, shot_frame).unlink()
    again = render(plate_pattern, tmp_path / "grouped", *OVERLAP, engine=Batching(3))
    assert {name: done.rendered for name, done in again.items()} == {"FACE": 3, "BODY": 2}
    assert digests(tmp_path / "whole") == digests(tmp_path / "grouped")


def test_overlap_keeps_the_matte_and_leaves_frames_without_a_face_empty(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "plain", engine=Batching(1))
    render(plate_pattern, tmp_path / "overlap", *OVERLAP, engine=Batching(1))
    first_absent = 1001 + FACES_UNTIL - FIRST
    for shot_frame in range(1001, 1001 + COUNT):
        plain, over = (read(layer(tmp_path / out, "FACE", shot_frame))[1] for out in ("plain", "overlap"))
        assert np.array_equal(plain[..., 3], over[..., 3]), "the matte is not blended"
        assert over.any() == (shot_frame < first_absent)


def test_a_changed_plate_frame_renders_its_neighbours_again(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out", *OVERLAP)
    changed = plate_pattern.with_name(f"plate.{FIRST + 5:04d}.png")
    assert cv2.imwrite(str(changed), np.full((90, 160, 3), 90, np.uint8))
    again = render(plate_pattern, tmp_path / "out", *OVERLAP)
    assert {name: done.rendered for name, done in again.items()} == {"FACE": 5, "BODY": 3}
