"""Guides from a 3D package: aligned with the plate to the pixel, constant over the shot, part of the key."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

from tests.passes._plate import COUNT, FIRST, HEIGHT, WIDTH, plate_picture, sample, shot_of, tracks_of
from tests.passes.rendering.test_requests import WantsEverything
from toolkit.documents import GuidePlan, PassName, PassPlan
from toolkit.engines import PaintRequest
from toolkit.errors import MissingFrames, MissingMedia, UnsupportedMedia
from toolkit.frames import FramePath
from toolkit.passes import check_guides, plan_passes, planned_guides, render_passes
from toolkit.passes.guides.guide_pictures import GuidePictures, ShotGuides
from toolkit.passes.resampling import Picture
from toolkit.plates import open_plate
from toolkit.settings import load_settings

FRAMES = range(FIRST, FIRST + COUNT)


def write(folder: Path, source_frame: int, distances: np.ndarray) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {"Z": distances.astype(np.float32)}).write(str(folder / f"depth.{source_frame:04d}.exr"))


def wall(source_frame: int) -> np.ndarray:
    """A wall at 10, a box at 2 that comes 0.1 nearer each frame, and a corner without any object."""
    distances = np.full((HEIGHT, WIDTH), 10.0, np.float32)
    distances[20:70, 40:120] = 2.0 - 0.1 * (source_frame - FIRST)
    distances[:10, :10] = 1e10
    return distances


@pytest.fixture
def depth(tmp_path: Path) -> Path:
    """The folder of the cut with ``guides/sh010/depth.####.exr`` in it."""
    for source_frame in FRAMES:
        write(tmp_path / "cut/guides/sh010", source_frame, wall(source_frame))
    return tmp_path / "cut"


def plans(cut_folder: Path, control: str, *assignments: str, plates: str = "nowhere") -> dict[PassName, PassPlan]:
    settings = load_settings(
        overrides=[f"body.controls=[{control}]", f"face.controls=[{control}]", "face.canvas=256", *assignments]
    )
    planned = plan_passes(
        shot_of(Path(plates) / "plate.####.png"),
        tracks_of([sample(f) for f in FRAMES]),
        settings,
        cut_folder=cut_folder,
    )
    return {plan.pass_name: plan for plan in planned}


def read_guide_picture(plan: PassPlan, source_frame: int) -> Picture:
    (frame,) = ShotGuides([plan]).read_ahead([source_frame], [plan])
    return only(frame)


def only(frame: GuidePictures) -> Picture:
    (picture,) = frame.values()
    return picture


def test_a_control_without_a_source_reads_from_the_guides_folder_next_to_the_cut() -> None:
    plan = plans(Path("/shows/cut"), '{kind="depth"}')[PassName.BODY]
    (guide,) = plan.guides
    assert isinstance(guide, GuidePlan)
    assert guide.path == "/shows/cut/guides/sh010/depth.####.exr"
    assert plan.look.controls[0].model == "control_v11f1p_sd15_depth"


def test_a_source_may_be_anywhere_and_contain_the_shot_name() -> None:
    control = '{kind="lineart", source="/renders/{shot}/ink.%04d.png", offset=-100}'
    (guide,) = plans(Path("/shows/cut"), control)[PassName.FACE].guides
    assert guide == GuidePlan(
        path="/renders/sh010/ink.%04d.png", offset=-100, distances=False, near=0.0, far=0.0, invert=False
    )


@pytest.mark.parametrize(("near", "far"), [(1.0, 10.0), (2.0, 10.0), (1.5, 5.0), (4.0, 12.0)])
def test_distances_become_inverse_depth_with_near_white(depth: Path, near: float, far: float) -> None:
    plan = plans(depth, f'{{kind="depth", near={near}, far={far}}}')[PassName.BODY]
    picture = read_guide_picture(plan, FIRST)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert picture[5, 5].tolist() == [0, 0, 0], "no object is farther than any object"
    for (row, column), distance in (((50, 60), 2.0), ((80, 150), 10.0)):
        expected = np.clip((1 / distance - 1 / far) / (1 / near - 1 / far), 0, 1)
        assert picture[row, column] == pytest.approx([expected] * 3, abs=1e-6)


def test_without_near_and_far_the_whole_shot_has_one_range(depth: Path) -> None:
    """In the last frame the box is at 0.9, the nearest of the shot: white. In the first it is darker."""
    plan = plans(depth, '{kind="depth"}')[PassName.BODY]
    last, first = read_guide_picture(plan, FRAMES[-1]), read_guide_picture(plan, FIRST)
    assert last[50, 60, 0] == pytest.approx(1.0, abs=1e-5)
    assert last[80, 150, 0] == pytest.approx(0.0, abs=1e-5)
    assert first[50, 60, 0] == pytest.approx((1 / 2 - 1 / 10) / (1 / 0.9 - 1 / 10), abs=1e-5)


def test_a_flat_wall_works_and_an_empty_scene_is_an_error(tmp_path: Path) -> None:
    for source_frame in FRAMES:
        write(tmp_path / "guides/sh010", source_frame, np.full((HEIGHT, WIDTH), 3.0))
    assert np.isfinite(read_guide_picture(plans(tmp_path, '{kind="depth"}')[PassName.BODY], FIRST)).all()
    for source_frame in FRAMES:
        write(tmp_path / "guides/sh010", source_frame, np.full((HEIGHT, WIDTH), 1e10))
    with pytest.raises(UnsupportedMedia, match="no distances found in the sampled frames; set near and far"):
        read_guide_picture(plans(tmp_path, '{kind="depth"}')[PassName.BODY], FIRST)


def write_plate_as_guide(folder: Path, change: Callable[[np.ndarray], np.ndarray] = lambda codes: codes) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    for source_frame in FRAMES:
        picture = change(plate_picture(source_frame)[..., ::-1])
        assert cv2.imwrite(str(folder / f"g.{source_frame + 900:04d}.png"), picture)
    return f'{{kind="image", model="tile", source="{folder}/g.####.png", offset=900'


def ask_all(plate_pattern: Path, root: Path, control: str) -> list[PaintRequest]:
    """All requests to the engine when the small plate is rendered."""
    recorded: list[PaintRequest] = []

    class RecordingEngine(WantsEverything):
        def paint(self, requests: list[PaintRequest]) -> list[np.ndarray]:  # type: ignore[override]
            recorded.extend(requests)
            return super().paint(requests)

    planned = plans(root, control, plates=str(plate_pattern.parent))
    with open_plate(shot_of(plate_pattern).media) as plate:
        render_passes(list(planned.values()), plate, RecordingEngine(), root / "out", writers=1)
    return recorded


def test_a_guide_is_brought_to_the_canvas_exactly_like_the_plate(plate_pattern: Path, tmp_path: Path) -> None:
    """The guide is the plate itself, numbered 900 higher: in every request the two must be equal."""
    control = write_plate_as_guide(tmp_path / "ink") + "}"
    requests = ask_all(plate_pattern, tmp_path, control)
    assert len(requests) == 2 * COUNT
    for request in requests:
        (guide,) = request.guides
        assert guide.shape == request.image.shape
        assert np.abs(guide - np.clip(request.image, 0, 1) * 255).max() <= 0.51


def test_invert_swaps_black_and_white(plate_pattern: Path, tmp_path: Path) -> None:
    control = write_plate_as_guide(tmp_path / "ink", lambda codes: 255 - codes) + ", invert=true}"
    for request in ask_all(plate_pattern, tmp_path, control):
        assert np.abs(request.guides[0] - np.clip(request.image, 0, 1) * 255).max() <= 1.01


@pytest.mark.parametrize(
    ("width", "height"), [(80, 45), (320, 180), (161, 90)], ids=["half the size", "twice the size", "one column more"]
)
def test_a_guide_of_another_size_is_scaled_to_the_plates(tmp_path: Path, width: int, height: int) -> None:
    control = write_plate_as_guide(tmp_path / "ink", lambda codes: cv2.resize(codes, (width, height))) + "}"
    picture = read_guide_picture(plans(tmp_path, control)[PassName.BODY], FIRST)
    assert picture.shape == (HEIGHT, WIDTH, 3)
    assert np.abs(picture - plate_picture(FIRST) / np.float32(255)).mean() < 0.03


def test_a_larger_guide_is_averaged_not_sampled(tmp_path: Path) -> None:
    """A checkerboard of single pixels, three times the size, is grey everywhere."""
    rows, columns = np.indices((HEIGHT * 3, WIDTH * 3))
    board = np.repeat(((rows + columns) % 2 * 255).astype(np.uint8)[..., None], 3, axis=2)
    control = write_plate_as_guide(tmp_path / "ink", lambda codes: board) + "}"
    picture = read_guide_picture(plans(tmp_path, control)[PassName.BODY], FIRST)
    assert np.abs(picture - 0.5).max() < 0.06


def test_a_guide_with_another_aspect_ratio_is_an_error_with_both_sizes(tmp_path: Path) -> None:
    control = write_plate_as_guide(tmp_path / "ink", lambda codes: codes[:80]) + "}"
    with pytest.raises(UnsupportedMedia, match=r"aspect ratio, 160x80, differs from the plate.s, 160x90"):
        read_guide_picture(plans(tmp_path, control)[PassName.BODY], FIRST)


def test_guides_with_numbers_of_their_own_are_checked_by_these(tmp_path: Path) -> None:
    """The files count 900 higher than the plate's frames."""
    control = write_plate_as_guide(tmp_path) + "}"
    shot = shot_of(Path("nowhere/plate.####.png"))
    guides = plans(tmp_path, control)[PassName.BODY].guides
    check_guides(shot, {guide: "depth of BODY" for guide in guides if guide is not None})
    (tmp_path / f"g.{FRAMES[0] + 900:04d}.png").unlink()
    with pytest.raises(MissingFrames, match=str(FRAMES[0] + 900)):
        check_guides(shot, {guide: "depth of BODY" for guide in guides if guide is not None})


def test_missing_guides_are_reported_before_rendering(depth: Path) -> None:
    shot = shot_of(Path("nowhere/plate.####.png"))
    settings = load_settings(overrides=['body.controls=[{kind="depth"}]', 'face.controls=[{kind="depth"}]'])
    guides = planned_guides("sh010", settings, cut_folder=depth)
    (guide,) = guides
    assert isinstance(guide, GuidePlan), "one guide for both passes"
    check_guides(shot, guides)
    files = FramePath.parse(guide.path)
    files.path(FIRST + 3).unlink()
    with pytest.raises(MissingFrames, match=rf"depth.####.exr: 1 source frame missing: {FIRST + 3}"):
        check_guides(shot, guides)
    shutil.rmtree(files.folder)
    with pytest.raises(MissingMedia, match="no file of this sequence exists"):
        check_guides(shot, guides)


def test_a_frame_is_rendered_again_if_its_guide_changes_and_kept_if_guides_move(
    depth: Path, plate_pattern: Path, tmp_path: Path
) -> None:
    def count_rendered(cut_folder: Path) -> int:
        planned = plans(
            cut_folder, '{kind="depth", near=0.5, far=20.0}', "output.passes=BODY", plates=str(plate_pattern.parent)
        )
        with open_plate(shot_of(plate_pattern).media) as plate:
            (done,) = render_passes(list(planned.values()), plate, WantsEverything(), tmp_path / "out", writers=1)
        return done.rendered

    assert count_rendered(depth) == COUNT
    assert count_rendered(depth) == 0
    moved = tmp_path / "elsewhere"
    depth.rename(moved)
    assert count_rendered(moved) == 0
    write(moved / "guides/sh010", FIRST + 4, wall(FIRST + 4) * 1.1)
    assert count_rendered(moved) == 1
