"""From the pictures of an engine to the pixels of a layer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.faces._footage import Person
from tests.passes._plate import CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from toolkit.passes import plan_passes
from toolkit.passes.rendering.canvases import draw_crop_matte, fit_frame_to_canvas
from toolkit.passes.rendering.layers import PlateProperties, compose_body, compose_face
from toolkit.plates import Encoding
from toolkit.settings import load_settings


@pytest.mark.parametrize(("size", "mean_codes", "psnr"), [(272, 3.8, 30.2), (384, 2.0, 35.6)])
def test_a_smaller_body_canvas_loses_what_the_docs_state(
    size: int, mean_codes: float, psnr: float, anna: Person
) -> None:
    """The figures in docs/engines-proof.md."""
    photograph = (anna.photograph / 255).astype(np.float32)
    height, width = photograph.shape[:2]
    tracks = tracks_of([sample(FIRST)]).model_copy(update={"width": width, "height": height})
    settings = load_settings(overrides=[f"body.size={size}", "output.passes=BODY"])
    (plan,) = plan_passes(shot_of(Path("nowhere/plate.####.png")), tracks, settings, cut_folder=CUT_FOLDER)
    backing = PlateProperties(alpha=None, premultiplied=False, encoding="display")
    back = compose_body(plan, backing, fit_frame_to_canvas(plan, photograph), None).pixels
    off = back.astype(np.float64) - photograph
    assert np.abs(off).mean() * 255 == pytest.approx(mean_codes, abs=0.06)
    assert -10 * np.log10((off**2).mean()) == pytest.approx(psnr, abs=0.06)


@pytest.mark.parametrize(("encoding", "overshoots"), [("display", False), ("linear", True)])
def test_a_face_over_a_display_plate_is_never_brighter_than_white(encoding: Encoding, overshoots: bool) -> None:
    """Scaling overshoots at sharp edges. In a linear layer there is room for that, as on its plate."""
    settings = load_settings(overrides=["output.passes=FACE"])
    tracks = tracks_of([sample(FIRST, roll=7.0)])
    (plan,) = plan_passes(shot_of(Path("nowhere/plate.####.png")), tracks, settings, cut_folder=CUT_FOLDER)
    faces = plan.frames[0].faces
    width, height = plan.canvas
    stripes = np.zeros((height, width, 3), np.float32)
    stripes[:, np.arange(width) // 40 % 2 == 1] = 1.0
    backing = PlateProperties(alpha=None, premultiplied=False, encoding=encoding)
    pixels = compose_face(plan, faces, backing, [stripes]).pixels.astype(np.float32)
    inside = pixels[..., 3] == 1
    assert inside.any()
    assert (pixels[inside][:, :3].max() > 1.001) == overshoots


def test_a_face_that_fades_covers_the_plate_by_its_opacity_and_the_engine_sees_it_whole() -> None:
    settings = load_settings(overrides=["output.passes=FACE"])
    (plan,) = plan_passes(
        shot_of(Path("nowhere/plate.####.png")), tracks_of([sample(FIRST)]), settings, cut_folder=CUT_FOLDER
    )
    (face,) = plan.frames[0].faces
    fading = face.model_copy(update={"opacity": 0.25})
    painted = np.full((*plan.canvas[::-1], 3), 0.5, np.float32)
    backing = PlateProperties(alpha=None, premultiplied=False, encoding="display")
    whole, faded = (compose_face(plan, [one], backing, [painted]) for one in (face, fading))
    assert whole.pixels[..., 3].max() == 1
    assert faded.pixels.astype(np.float32) == pytest.approx(whole.pixels.astype(np.float32) / 4, abs=1e-3)
    assert faded.matte_areas == pytest.approx([area / 4 for area in whole.matte_areas])
    assert (draw_crop_matte(plan, fading) == draw_crop_matte(plan, face)).all()
