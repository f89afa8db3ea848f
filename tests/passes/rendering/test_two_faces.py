"""Two overlapping faces of different sizes: mattes that scale, crops that do not alias, and the order of the layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.passes._plate import CUT_FOLDER, FIRST, landmarks, sample, shot_of, tracks_of
from toolkit.documents import FacePlan, FaceTrack, PassName, PassPlan
from toolkit.mattes import draw_matte
from toolkit.passes import plan_passes
from toolkit.passes.rendering.canvases import crop_face, draw_crop_matte, fit_frame_to_canvas
from toolkit.passes.rendering.layers import PlateProperties, compose_body, compose_face
from toolkit.settings import load_settings

WIDTH, HEIGHT = 640, 360
LARGE, SMALL = 260.0, 110.0
"""Heights of the faces, plate pixels; the large one is the most present, so the small one is on top."""
CENTRES = {LARGE: (250.0, 180.0), SMALL: (330.0, 200.0)}
DISPLAY = PlateProperties(alpha=None, premultiplied=False, encoding="display")


def plan_of(name: PassName, *assignments: str) -> PassPlan:
    seen = sample(FIRST)
    faces = tuple(
        FaceTrack(
            face=number,
            samples=(
                seen.model_copy(
                    update={"centre": centre, "scale": height, "landmarks": landmarks(centre, height, 0.0)}
                ),
            ),
        )
        for number, (height, centre) in enumerate(CENTRES.items())
    )
    tracks = tracks_of([seen]).model_copy(update={"width": WIDTH, "height": HEIGHT, "faces": faces})
    settings = load_settings(overrides=list(assignments))
    plans = plan_passes(shot_of(Path("nowhere/plate.####.png")), tracks, settings, cut_folder=CUT_FOLDER)
    return next(plan for plan in plans if plan.pass_name is name)


def two_faces(plan: PassPlan) -> tuple[FacePlan, FacePlan]:
    large, small = plan.frames[0].faces
    assert (large.scale, small.scale) == (LARGE, SMALL)
    return large, small


def flat(canvas: int, colour: tuple[float, float, float]) -> NDArray[np.float32]:
    return np.full((canvas, canvas, 3), colour, np.float32)


# --- the matte scales with the face ------------------------------------------------------------------------------


def edge_width(row: NDArray[np.float32]) -> int:
    """Pixels of the soft edge on the left: those that are neither 0 nor 1."""
    return int(((row > 0) & (row < 1))[: int(np.argmax(row))].sum())


@pytest.mark.parametrize("feather", [0.08, 0.2])
def test_the_soft_edge_of_a_matte_is_a_fraction_of_its_own_face(feather: float) -> None:
    plan = plan_of(PassName.FACE, f"matte.feather={feather}")
    for face in two_faces(plan):
        layer = compose_face(plan, [face], DISPLAY, [flat(512, (1, 1, 1))])
        row = layer.pixels[round(face.centre[1]), :, 3].astype(np.float32)
        assert edge_width(row) == pytest.approx(feather * face.scale, abs=1.5)


def test_an_engine_gets_the_soft_edge_in_canvas_pixels() -> None:
    """Both faces fill their crops about equally, but padding is in plate pixels: the zooms differ by more than two."""
    plan = plan_of(PassName.FACE)
    for face in two_faces(plan):
        zoom = face.plate_to_canvas[0]
        middle = round(face.plate_to_canvas[4] * face.centre[1] + face.plate_to_canvas[5])
        row = draw_crop_matte(plan, face)[middle]
        assert edge_width(row) == pytest.approx(0.08 * face.scale * zoom, abs=1.5)


# --- no aliasing -------------------------------------------------------------------------------------------------


def fine_pattern(width: int, height: int) -> NDArray[np.float32]:
    """A diagonal wave of 0.37 cycles per pixel on both axes over a slow ramp: only the ramp fits a smaller canvas."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    ramp = 0.3 + 0.4 * x / width
    wave = 0.25 * np.sin(2 * np.pi * 0.37 * (x + y))
    return np.dstack([ramp + wave] * 3).astype(np.float32)


def ramp_at(x: NDArray[np.floating], width: int) -> NDArray[np.float64]:
    """The ramp of ``fine_pattern``, which averages over the wave."""
    return np.asarray(0.3 + 0.4 * x / width, np.float64)


@pytest.mark.parametrize("crop", ["upright", "a1111"])
def test_a_crop_that_is_reduced_does_not_alias(crop: str) -> None:
    plan = plan_of(PassName.FACE, "face.canvas=64", f"face.crop={crop}")
    picture = fine_pattern(WIDTH, HEIGHT)
    for face in two_faces(plan):
        zoom, _, shift = face.plate_to_canvas[:3]
        assert zoom < 0.4, "the wave is above the Nyquist frequency of the canvas"
        expected = ramp_at((np.arange(64) - shift) / zoom, WIDTH)
        inner = np.s_[8:-8, 8:-8]
        difference = crop_face(face, 64, picture)[..., 0] - expected[None]
        assert np.abs(difference[inner]).max() < 0.03


def test_body_at_a_smaller_size_does_not_alias() -> None:
    plan = plan_of(PassName.BODY, "body.size=120")
    canvas = fit_frame_to_canvas(plan, fine_pattern(WIDTH, HEIGHT))
    assert plan.plate_to_canvas is not None
    zoom, _, shift = plan.plate_to_canvas[:3]
    assert zoom < 0.4
    expected = ramp_at((np.arange(canvas.shape[1]) - shift) / zoom, WIDTH)
    inner = np.s_[8:112, 8:200]
    assert np.abs((canvas[..., 0] - expected[None])[inner]).max() < 0.03


def test_body_from_a_larger_canvas_does_not_alias_on_the_plate() -> None:
    """What an engine painted finer than the plate averages out when the layer is reduced to the plate."""
    plan = plan_of(PassName.BODY, "body.size=1080")
    width, height = plan.canvas
    layer = compose_body(plan, DISPLAY, fine_pattern(width, height), None).pixels
    assert plan.plate_to_canvas is not None
    zoom, _, shift = plan.plate_to_canvas[:3]
    expected = ramp_at(np.arange(WIDTH) * zoom + shift, width)
    inner = np.s_[8:-8, 8:-8]
    assert np.abs((layer[..., 0].astype(np.float64) - expected[None])[inner]).max() < 0.03


# --- the order of the layers -------------------------------------------------------------------------------------


def test_a_later_face_covers_an_earlier_one() -> None:
    """Premultiplied over, in the order of the plan, also in the soft edges."""
    plan = plan_of(PassName.FACE)
    red, green = (1.0, 0.25, 0.0), (0.0, 0.5, 1.0)
    large, small = two_faces(plan)
    pixels = compose_face(plan, (large, small), DISPLAY, [flat(512, red), flat(512, green)]).pixels.astype(np.float64)
    below, above = (
        draw_matte(face.outline, face.feather, window=(0, 0, WIDTH, HEIGHT))[..., None] for face in (large, small)
    )
    assert ((below == 1) & (above == 1)).sum() > 500, "the faces overlap where both are opaque"
    assert ((below == 1) & (above > 0.2) & (above < 0.8)).sum() > 50, "and in a soft edge"
    assert np.allclose(pixels[..., :3], above * green + (1 - above) * below * red, atol=2e-3)
    assert np.allclose(pixels[..., 3:], above + (1 - above) * below, atol=2e-3)
