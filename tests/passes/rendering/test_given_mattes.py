"""Mattes from files take the place of the drawn ones, in the layer and for the engine, frame by frame."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, HEIGHT, WIDTH, sample, shot_of, tracks_of
from tests.passes.rendering.test_render import layer, read
from tests.passes.rendering.test_requests import WantsEverything
from tests.passes.rendering.test_reuse import counts, digests
from toolkit.documents import FaceState, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest, open_engine
from toolkit.errors import CorruptMedia, MediaChanged, MissingMedia, UnsupportedMedia
from toolkit.passes import (
    RenderedPass,
    describe_mattes,
    find_cut_mattes,
    forecast_passes,
    plan_passes,
    render_passes,
    when_delivered,
)
from toolkit.passes.rendering.canvases import draw_crop_matte
from toolkit.passes.rendering.shot_mattes import ShotMattes
from toolkit.plates import open_plate
from toolkit.settings import load_settings
from toolkit.stages.given_mattes import find_mattes

ABSENT_FROM = FIRST + 9
PAINTED = (FIRST + 1, FIRST + 2)
"""Source frames that have a matte of their own."""
BLOCK = slice(40, 50), slice(75, 85)
"""Rows and columns of the plate: inside the face's crop."""


def block() -> NDArray[np.uint8]:
    """A hard square and a grey one below it."""
    matte = np.zeros((HEIGHT, WIDTH), np.uint8)
    matte[BLOCK] = 255
    matte[50:52, 75:85] = 51
    return matte


def put(cut_folder: Path, matte: NDArray[np.uint8], *source_frames: int) -> None:
    folder = cut_folder / "guides/sh010"
    folder.mkdir(parents=True, exist_ok=True)
    for source_frame in source_frames:
        assert cv2.imwrite(str(folder / f"matte.{source_frame:04d}.png"), matte)


def plans_for(pattern: Path, *assignments: str) -> tuple[PassPlan, ...]:
    samples = [
        sample(frame) if frame < ABSENT_FROM else sample(frame, state=FaceState.ABSENT)
        for frame in range(FIRST, FIRST + COUNT)
    ]
    shot, tracks, settings = shot_of(pattern), tracks_of(samples), load_settings(overrides=list(assignments))
    mattes = find_mattes(shot, tracks, settings, cut_folder=pattern.parent)
    return plan_passes(shot, tracks, settings, cut_folder=CUT_FOLDER, mattes=mattes)


def render(pattern: Path, root: Path, *assignments: str, engine: Engine | None = None) -> dict[PassName, RenderedPass]:
    with open_plate(shot_of(pattern).media) as plate:
        done = render_passes(plans_for(pattern, *assignments), plate, engine or open_engine("builtin"), root, writers=2)
    return {one.plan.pass_name: one for one in done}


def alpha(root: Path, source_frame: int) -> NDArray[np.float32]:
    return read(layer(root, "FACE", source_frame - FIRST + 1001))[1][..., 3]


def test_frames_with_a_file_have_its_matte_and_the_others_are_drawn(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "usual")
    put(plate_pattern.parent, block(), *PAINTED)
    (sentence,) = describe_mattes(plans_for(plate_pattern)[1])
    assert sentence == (
        f"sh010: FACE v001 has the matte of face 0 from {plate_pattern.parent}/guides/sh010/matte.####.png "
        "in 2 of 12 frames"
    )
    render(plate_pattern, tmp_path / "out")
    usual, ours = digests(tmp_path / "usual"), digests(tmp_path / "out")
    changed = {name for name in usual if ours[name] != usual[name]}
    assert changed == {f"sh010/FACE/v001/sh010_FACE_v001.{frame - FIRST + 1001}.exr" for frame in PAINTED}
    for frame in PAINTED:
        assert alpha(tmp_path / "out", frame) == pytest.approx(block() / 255, abs=1e-3)


def test_the_colours_of_the_layer_are_premultiplied_with_the_matte(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "usual")
    put(plate_pattern.parent, block(), *PAINTED)
    render(plate_pattern, tmp_path / "out")
    usual, ours = (read(layer(tmp_path / name, "FACE", 1002))[1] for name in ("usual", "out"))
    assert usual[BLOCK][..., 3].min() == 1, "the drawn matte is opaque there"
    assert ours[BLOCK] == pytest.approx(usual[BLOCK], abs=2e-3)
    assert ours[50:52, 75:85, :3] == pytest.approx(usual[50:52, 75:85, :3] * 0.2, abs=2e-3)


def test_only_frames_whose_matte_changes_are_rendered_again(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out")
    put(plate_pattern.parent, block(), *PAINTED)
    assert counts(render(plate_pattern, tmp_path / "out")) == {"BODY": (0, 0, COUNT), "FACE": (2, 0, COUNT - 2)}
    put(plate_pattern.parent, block() // 2, PAINTED[0])
    assert counts(render(plate_pattern, tmp_path / "out")) == {"BODY": (0, 0, COUNT), "FACE": (1, 0, COUNT - 1)}
    assert counts(render(plate_pattern, tmp_path / "out")) == {"BODY": (0, 0, COUNT), "FACE": (0, 0, COUNT)}


def test_without_its_files_a_pass_is_what_it_was_before(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out")
    before = digests(tmp_path / "out")
    put(plate_pattern.parent, block(), *PAINTED)
    render(plate_pattern, tmp_path / "out")
    for path in (plate_pattern.parent / "guides/sh010").iterdir():
        path.unlink()
    render(plate_pattern, tmp_path / "out")
    assert digests(tmp_path / "out") == before


def test_a_dry_run_knows_the_mattes(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out")
    put(plate_pattern.parent, block(), *PAINTED)
    plans, policy = plans_for(plate_pattern), when_delivered(load_settings().output)
    with open_plate(shot_of(plate_pattern).media) as plate:
        body, face = forecast_passes(plans, plate, open_engine("builtin"), tmp_path / "out", when_delivered=policy)
    assert (body.rendered, body.mattes) == (0, ())
    assert (face.rendered, face.reasons) == (2, {"another plate, guide, matte, face or model": 2})
    assert face.mattes == tuple(describe_mattes(plans[1]))


# --- what the engine gets ----------------------------------------------------------------------------------------


def test_an_engine_gets_the_matte_as_its_mask(plate_pattern: Path, tmp_path: Path) -> None:
    asked: list[PaintRequest] = []

    class Records(WantsEverything):
        def paint(self, requests: list[PaintRequest]) -> list[np.ndarray]:  # type: ignore[override]
            asked.extend(requests)
            return super().paint(requests)

    put(plate_pattern.parent, block(), *PAINTED)
    render(plate_pattern, tmp_path / "out", "output.passes=FACE", engine=Records())
    drawn, painted = asked[0].matte, asked[1].matte
    assert drawn is not None and painted is not None
    (face,) = plans_for(plate_pattern)[1].frames[1].faces
    zoom = face.plate_to_canvas[0]
    assert painted.sum() == pytest.approx((block() / 255).sum() * zoom**2, rel=0.02)
    x, y = (zoom * place + face.plate_to_canvas[i] for place, i in ((79.5, 2), (44.5, 5)))
    assert painted[round(y), round(x)] == pytest.approx(1, abs=1e-3)
    assert drawn.sum() > 2 * painted.sum()


def test_the_fade_in_a_matte_is_undone_for_the_engine_and_kept_in_the_layer(plate_pattern: Path) -> None:
    """A matte that the toolkit wrote holds the fade of its frame. The engine gets the whole matte, as always."""
    plan = plans_for(plate_pattern)[1]
    (face,) = plan.frames[0].faces
    faded = np.zeros((HEIGHT, WIDTH), np.float32)
    faded[BLOCK] = 0.25
    fading = face.model_copy(update={"opacity": 0.25})
    whole = draw_crop_matte(plan, face, faded * 4)
    assert np.array_equal(draw_crop_matte(plan, fading, faded), whole)
    assert draw_crop_matte(plan, fading, faded * 4).max() == 1


# --- what cannot be shown ----------------------------------------------------------------------------------------


def test_a_matte_ends_where_the_crop_does_and_the_layer_says_so(plate_pattern: Path, tmp_path: Path) -> None:
    put(plate_pattern.parent, np.full((HEIGHT, WIDTH), 255, np.uint8), FIRST)
    put(plate_pattern.parent, block(), *PAINTED, ABSENT_FROM)
    put(plate_pattern.parent, np.zeros((HEIGHT, WIDTH), np.uint8), ABSENT_FROM + 1)
    plan = render(plate_pattern, tmp_path / "out", "face.padding=4")[PassName.FACE].plan
    assert find_cut_mattes(plan, tmp_path / "out") == {0: [1001, ABSENT_FROM - FIRST + 1001]}
    upper_left, _, _, lower_right = plan.frames[0].faces[0].corners
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    in_columns = (columns >= upper_left[0]) & (columns < lower_right[0])
    in_crop = in_columns & (rows >= upper_left[1]) & (rows < lower_right[1])
    assert 0 < in_crop.sum() < WIDTH * HEIGHT
    assert np.array_equal(alpha(tmp_path / "out", FIRST) > 0, in_crop)
    assert not alpha(tmp_path / "out", ABSENT_FROM).any()


def test_a_copied_frame_still_says_that_its_matte_is_cut(plate_pattern: Path, tmp_path: Path) -> None:
    put(plate_pattern.parent, np.full((HEIGHT, WIDTH), 255, np.uint8), FIRST)
    render(plate_pattern, tmp_path / "out")
    copied = render(plate_pattern, tmp_path / "out", "output.version=2")[PassName.FACE]
    assert copied.reused == COUNT
    assert find_cut_mattes(copied.plan, tmp_path / "out") == {0: [1001]}


def test_the_plates_alpha_still_limits_the_face(tmp_path: Path) -> None:
    folder = tmp_path / "plates"
    folder.mkdir()
    for frame in range(FIRST, FIRST + COUNT):
        plate = np.full((HEIGHT, WIDTH, 4), 128, np.uint8)
        plate[:45, :, 3] = 0
        assert cv2.imwrite(str(folder / f"plate.{frame:04d}.png"), plate)
    put(folder, block(), FIRST)
    render(folder / "plate.####.png", tmp_path / "out", "output.passes=FACE")
    found = alpha(tmp_path / "out", FIRST)
    assert not found[:45].any()
    assert found[45:50, 75:85].min() > 0.49


# --- files that cannot be used -----------------------------------------------------------------------------------


def test_a_matte_of_another_size_stops_before_the_first_frame(plate_pattern: Path, tmp_path: Path) -> None:
    put(plate_pattern.parent, np.zeros((45, 80), np.uint8), *PAINTED)
    with pytest.raises(
        UnsupportedMedia, match=r"matte\.0102\.png: the matte is 80x45; render it in the plate's size, "
    ):
        render(plate_pattern, tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*.exr"))


def test_a_damaged_matte_is_an_error_with_its_frame(plate_pattern: Path, tmp_path: Path) -> None:
    put(plate_pattern.parent, block(), *PAINTED)
    damaged = plate_pattern.parent / "guides/sh010/matte.0103.png"
    damaged.write_bytes(damaged.read_bytes()[:-30])
    with pytest.raises(CorruptMedia, match=r"frame 103: cannot decode .*matte\.0103\.png: truncated"):
        render(plate_pattern, tmp_path / "out")


def test_mattes_that_went_away_after_planning_are_missed(plate_pattern: Path) -> None:
    put(plate_pattern.parent, block(), *PAINTED)
    plans = plans_for(plate_pattern)
    for path in (plate_pattern.parent / "guides/sh010").iterdir():
        path.unlink()
    with pytest.raises(MissingMedia, match="when the pass was planned; plan it again: toolkit plan OUT"):
        ShotMattes(plans, has_alpha=False)


def test_a_matte_that_is_painted_on_during_the_render_is_noticed(plate_pattern: Path, tmp_path: Path) -> None:
    put(plate_pattern.parent, block(), *PAINTED)

    class Repaints(WantsEverything):
        def paint(self, requests: list[PaintRequest]) -> list[np.ndarray]:  # type: ignore[override]
            put(plate_pattern.parent, block() // 2, *PAINTED)
            return super().paint(requests)

    with pytest.raises(MediaChanged, match=r"matte\.010[23]\.png"):
        render(plate_pattern, tmp_path / "out", "output.passes=FACE", engine=Repaints())
