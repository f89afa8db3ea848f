"""AUTOMATIC1111's "Only masked" crop: its integer region, its resize, and the way back to the plate."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from tests.passes._plate import CUT_FOLDER, FIRST, HEIGHT, WIDTH, plate_picture, sample, shot_of, tracks_of
from tests.passes.rendering.test_render import read as read_layer
from toolkit.a1111.only_masked import Region, crop_region, expand_crop_region, region_to_canvas
from toolkit.documents import FacePlan, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.mattes import draw_matte
from toolkit.passes import plan_passes, render_passes
from toolkit.passes.planning.crops import mask_bounds
from toolkit.passes.rendering.canvases import crop_face, draw_crop_matte
from toolkit.passes.rendering.layers import PlateProperties, compose_face
from toolkit.plates import open_plate
from toolkit.settings import load_settings

PLATE = (WIDTH, HEIGHT)


def image_processor() -> Any:
    """That of diffusers, whose import takes seconds: every worker collects this file."""
    from diffusers.image_processor import VaeImageProcessor

    return VaeImageProcessor()


def diffusers_region(mask: NDArray[np.uint8], width: int, height: int, padding: int) -> Region:
    """The crop of diffusers, which reimplements AUTOMATIC1111 line by line; it does not accept an empty mask."""
    left, top, right, bottom = image_processor().get_crop_region(Image.fromarray(mask), width, height, pad=padding)
    return left, top, right, bottom


def planned(
    *assignments: str, rolls: Sequence[float] = (0.0,), x: float = 80.0, pattern: str = "no.####.png"
) -> PassPlan:
    samples = [sample(FIRST + index, roll=roll, x=x) for index, roll in enumerate(rolls)]
    settings = load_settings(overrides=["output.passes=FACE", "face.crop=a1111", *assignments])
    return plan_passes(shot_of(Path(pattern)), tracks_of(samples), settings, cut_folder=CUT_FOLDER)[0]


def region_of(face: FacePlan) -> tuple[float, ...]:
    """The outer edges of the canvas on the plate."""
    (left, top), _, _, (right, bottom) = face.corners
    return left + 0.5, top + 0.5, right + 0.5, bottom + 0.5


# --- the region --------------------------------------------------------------------------------------------------


def test_the_region_of_any_mask_matches_diffusers() -> None:
    rng = np.random.default_rng(0)
    for _ in range(4000):
        width, height = (int(side) for side in rng.integers(8, 120, 2))
        mask = np.zeros((height, width), np.uint8)
        (left, right), (top, bottom) = (np.sort(rng.integers(0, side, 2)) for side in (width, height))
        mask[rng.integers(top, bottom + 1, 5), rng.integers(left, right + 1, 5)] = rng.integers(1, 256, 5)
        rows, columns = np.nonzero(mask)
        bounds = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        canvas = (512, 512) if rng.random() < 0.5 else (int(rng.integers(64, 1024)), int(rng.integers(64, 1024)))
        padding = int(rng.integers(0, 60))
        ours = expand_crop_region(crop_region(bounds, padding, (width, height)), canvas, (width, height))
        assert ours == diffusers_region(mask, *canvas, padding)


def test_the_mask_is_the_matte_in_8_bits() -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        angles = np.sort(rng.uniform(0, 2 * np.pi, 9))
        radii = rng.uniform(5, 40, 2)
        middle = rng.uniform((-10, -10), (WIDTH + 10, HEIGHT + 10))
        outline = [(float(x), float(y)) for x, y in middle + radii * np.column_stack([np.cos(angles), np.sin(angles)])]
        feather = float(rng.uniform(0, 12))
        mask = np.rint(draw_matte(outline, feather, window=(0, 0, *PLATE)) * 255).astype(np.uint8)
        bounds = mask_bounds(outline, feather, None, PLATE)
        assert (bounds is None) == (not mask.any())
        if bounds is not None:
            assert expand_crop_region(crop_region(bounds, 8, PLATE), (512, 512), PLATE) == diffusers_region(
                mask, 512, 512, 8
            )


@pytest.mark.parametrize("x", [80.0, 12.0, 155.0], ids=["in the middle", "clipped left", "clipped right"])
def test_a_planned_crop_matches_the_mask_of_its_frame(x: float) -> None:
    face = planned("face.padding=8", x=x).frames[0].faces[0]
    mask = np.rint(draw_matte(face.outline, face.feather, window=(0, 0, *PLATE)) * 255).astype(np.uint8)
    assert region_of(face) == pytest.approx(diffusers_region(mask, 512, 512, 8), abs=2e-3)


def test_a_crop_is_never_rotated_and_each_frame_is_independent() -> None:
    faces = [frame.faces[0] for frame in planned("face.padding=8", rolls=[0.0, 50.0]).frames[:2]]
    assert all(face.plate_to_canvas[1] == face.plate_to_canvas[3] == 0.0 for face in faces)
    assert region_of(faces[0]) != region_of(faces[1]), "a rotated ellipse is less high"


def test_a_mask_outside_the_plate_gives_a_crop_of_the_whole_plate() -> None:
    face = planned(x=-200.0).frames[0].faces[0]
    assert face.plate_to_canvas == region_to_canvas((0, 0, *PLATE), (512, 512))


def blur_1_3(mask: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(mask).filter(ImageFilter.GaussianBlur(pixels)), np.uint8)


def blur_1_4(mask: NDArray[np.uint8], pixels: int) -> NDArray[np.uint8]:
    side = 2 * int(2.5 * pixels + 0.5) + 1
    return np.asarray(cv2.GaussianBlur(cv2.GaussianBlur(mask, (side, 1), pixels), (1, side), pixels), np.uint8)


BLURS = {"1.3": blur_1_3, "1.4": blur_1_4}
"""AUTOMATIC1111's mask blur, applied to a whole mask."""


def whole_mask(face: FacePlan, version: str, pixels: int) -> NDArray[np.uint8]:
    hard = (draw_matte(face.outline, 1.0, window=(0, 0, *PLATE)) > 0).astype(np.uint8) * np.uint8(255)
    return BLURS[version](hard, pixels)


@pytest.mark.parametrize("version", BLURS)
@pytest.mark.parametrize("x", [80.0, 12.0, 155.0], ids=["in the middle", "clipped left", "clipped right"])
@pytest.mark.parametrize("pixels", [1, 4, 9])
def test_with_mask_blur_the_blurred_mask_defines_the_crop_and_the_alpha(version: str, x: float, pixels: int) -> None:
    plan = planned("face.padding=8", f"face.mask_blur={pixels}", f"face.mask_blur_version={version}", x=x)
    face = plan.frames[0].faces[0]
    mask = whole_mask(face, version, pixels)
    assert face.plate_to_canvas == region_to_canvas(diffusers_region(mask, 512, 512, 8), (512, 512))
    backing = PlateProperties(alpha=None, premultiplied=False, encoding="display")
    layer = compose_face(plan, [face], backing, [np.ones((512, 512, 3), np.float32)])
    assert np.array_equal(np.rint(layer.pixels[..., 3].astype(np.float64) * 255), mask)
    assert layer.matte_areas[0] == pytest.approx(mask.sum() / 255, rel=1e-4)


@pytest.mark.parametrize("crop", ["a1111", "upright"])
def test_the_engine_gets_the_blurred_mask_as_seen_in_the_crop(crop: str) -> None:
    plan = planned("face.mask_blur=6", f"face.crop={crop}", "face.padding=2", rolls=[25.0] * 12)
    face = plan.frames[0].faces[0]
    mask = whole_mask(face, "1.3", 6) / np.float32(255)
    seen = crop_face(face, 512, np.dstack([mask] * 3))[..., 0]
    matte = draw_crop_matte(plan, face)
    assert np.abs(matte - seen).max() < 0.02
    assert matte[[0, -1]].max() == matte[:, [0, -1]].max() == 0, "all of it is inside the crop"


# --- the resampling ----------------------------------------------------------------------------------------------

REGIONS = [(30, 10, 100, 80), (3, 0, 93, 90), (0, 0, 160, 90), (60, 20, 97, 57), (40, 0, 160, 90)]
IDS = ["square", "as high as the plate", "the whole plate, filled", "an odd side", "wide, filled"]


def face_with(region: Region, canvas: int) -> FacePlan:
    face = planned().frames[0].faces[0]
    left, top, right, bottom = region
    corners = ((left, top), (right, top), (left, bottom), (right, bottom))
    outline = (
        (left + 8.0, top + 8.0),
        (right - 8.0, top + 8.0),
        (right - 8.0, bottom - 8.0),
        (left + 8.0, bottom - 8.0),
    )
    affine = region_to_canvas(region, (canvas, canvas))
    return face.model_copy(update={"plate_to_canvas": affine, "corners": corners, "outline": outline, "feather": 2.0})


def shown_part(region: Region, canvas: int) -> tuple[slice, slice]:
    """Rows and columns of the canvas that show the region, without a border: Pillow's image ends there, and ours
    continues into the plate."""
    width, height = region[2] - region[0], region[3] - region[1]
    fitted = height * canvas // width if width > height else canvas
    above, border = canvas // 2 - fitted // 2, 4 * ceil(canvas / width)
    return slice(above + border, above + fitted - border), slice(border, -border)


@pytest.mark.parametrize("canvas", [512, 64], ids=["enlarged", "reduced"])
@pytest.mark.parametrize("region", REGIONS, ids=IDS)
def test_every_part_of_the_plate_maps_to_where_pillow_puts_it(region: Region, canvas: int) -> None:
    """A ramp of the coordinates shows any shift: under a fiftieth of a plate pixel in each sixteenth of a crop.

    Single pixels are off by up to 0.05: both kernels ripple on a ramp, and OpenCV rounds positions to a 32nd.
    """
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    crop = crop_face(face_with(region, canvas), canvas, np.dstack([x, y, x]))
    for channel, ramp in enumerate([x, y]):
        cut = Image.fromarray(ramp[region[1] : region[3], region[0] : region[2]])
        rows, columns = shown_part(region, canvas)
        width, height = cut.size
        fitted = (canvas, height * canvas // width)
        above = canvas // 2 - fitted[1] // 2
        expected = np.asarray(cut.resize(fitted, Image.Resampling.LANCZOS))[
            rows.start - above : rows.stop - above, columns
        ]
        off = crop[rows, columns, channel] - expected
        assert np.abs(off).max() < 0.05
        for band in np.array_split(off, 4):
            for part in np.array_split(band, 4, axis=1):
                assert abs(part.mean()) < 0.02


@pytest.mark.parametrize("region", REGIONS, ids=IDS)
def test_the_crop_matches_resize_and_fill(region: Region) -> None:
    """Pillow's kernel is six pixels wide, ours eight; in the filled borders both repeat the edge."""
    codes = cv2.GaussianBlur(np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8), (0, 0), 2)
    codes = cv2.normalize(codes, None, 0, 255, cv2.NORM_MINMAX)
    expected = image_processor()._resize_and_fill(Image.fromarray(codes).crop(region), 512, 512)
    difference = np.abs(crop_face(face_with(region, 512), 512, codes / np.float32(255)) * 255 - np.asarray(expected))
    assert difference[shown_part(region, 512)].max() < 3, "of 255 codes"
    assert difference.mean() < 0.5


@pytest.mark.parametrize("region", REGIONS, ids=IDS)
def test_a_round_trip_does_not_shift_pixels(region: Region) -> None:
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    picture = np.dstack([x, y, x]) / np.float32(WIDTH)
    face = face_with(region, 512)
    layer = compose_face(
        planned(),
        [face],
        PlateProperties(alpha=None, premultiplied=False, encoding="display"),
        [crop_face(face, 512, picture)],
    )
    solid = layer.pixels[..., 3] == 1
    off = (layer.pixels[..., :3].astype(np.float64) - picture)[solid] * WIDTH
    assert solid.any()
    assert np.abs(off.mean(axis=0)).max() < 0.02
    assert np.abs(off).max() < 0.02 + WIDTH * 2**-12, "the precision of half floats near 1"


class PassesThrough(Engine):
    """Returns its images unchanged."""

    name = "passes through"
    revision = "1"

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        return [request.image for request in requests]


@pytest.mark.parametrize("padding", [4, 32], ids=["a square crop", "a crop higher than the plate"])
def test_an_engine_that_changes_nothing_returns_the_plate(plate_pattern: Path, tmp_path: Path, padding: int) -> None:
    plan = planned(f"face.padding={padding}", "face.strength=0", rolls=[0, 9] * 6, pattern=str(plate_pattern))
    with open_plate(shot_of(plate_pattern).media) as plate:
        done = render_passes([plan], plate, PassesThrough(), tmp_path, writers=1)
        assert [(one.plan.pass_name, one.rendered) for one in done] == [(PassName.FACE, 12)]
    files = plan.files(tmp_path)
    for frame in plan.frames:
        _, pixels = read_layer(files.path(frame.shot_frame))
        solid = pixels[..., 3] == 1
        plate_rgb = plate_picture(frame.source_frame) / 255.0
        assert solid.sum() > 500
        assert np.abs(pixels[..., :3] - plate_rgb)[solid].mean() < 0.004
