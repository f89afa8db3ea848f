"""Depth estimated from the plate: one range per shot, one estimate per frame, cropped like the plate, in the key."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.passes._plate import COUNT, FIRST, HEIGHT, WIDTH, plate_picture, sample, shot_of, tracks_of
from tests.passes.rendering.test_requests import WantsEverything, WantsNothing
from toolkit.documents import EstimatePlan, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.errors import DepthUnavailable
from toolkit.passes import plan_passes, planned_guides, render_passes
from toolkit.passes.guides.depth_range import depth_range, normalise_depth, sample_frames
from toolkit.plates import open_plate
from toolkit.settings import load_settings

FRAMES = range(FIRST, FIRST + COUNT)
SAMPLED = (101, 102, 104, 105, 107, 108, 109, 111, 112)
"""Nine of the twelve, the first and last included."""
CONTROL = '{kind="depth", estimator="bright"}'


@dataclass
class Bright:
    """Uses the red channel as depth, in arbitrary units; the real estimators are in ``tests/engines``."""

    identity: str = "bright 1"
    pictures: list[NDArray[np.uint8]] = field(default_factory=list)
    works: bool = True

    def estimate(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        if not self.works:
            raise DepthUnavailable("bright has failed", remedy="name another estimator")
        self.pictures.append(picture)
        return picture[..., 0] * np.float32(0.01) + 7


class RecordingEngine(WantsEverything):
    def __init__(self) -> None:
        self.requests: list[PaintRequest] = []

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        self.requests.extend(requests)
        return super().paint(list(requests))

    def of(self, name: PassName) -> list[PaintRequest]:
        return [request for request in self.requests if f" {name} " in request.place]


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    """The folder of a plate with black and white corners, so that the shot has all codes."""
    folder = tmp_path / "plates"
    folder.mkdir()
    for source_frame in FRAMES:
        write(folder, source_frame, with_corners(plate_picture(source_frame)))
    return folder


def with_corners(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    picture = picture.copy()
    picture[:8, :8], picture[-8:, -8:] = 0, 255
    return picture


def write(folder: Path, source_frame: int, picture: NDArray[np.uint8]) -> None:
    assert cv2.imwrite(str(folder / f"plate.{source_frame:04d}.png"), picture[..., ::-1])


def plans(plates: Path, control: str = CONTROL, *assignments: str) -> list[PassPlan]:
    settings = load_settings(
        overrides=[f"body.controls=[{control}]", f"face.controls=[{control}]", "face.canvas=256", *assignments]
    )
    shot, tracks = shot_of(plates / "plate.####.png"), tracks_of([sample(f) for f in FRAMES])
    return list(plan_passes(shot, tracks, settings, cut_folder=plates.parent))


def count_rendered(passes: Sequence[PassPlan], plates: Path, bright: Bright, engine: Engine) -> list[int]:
    """How many frames of each pass were rendered."""
    with open_plate(shot_of(plates / "plate.####.png").media) as plate:
        done = render_passes(passes, plate, engine, plates.parent / "out", writers=1, estimators={"bright": bright})  # type: ignore[dict-item]
    return [one.rendered for one in done]


def test_a_plan_names_the_estimator_and_no_sequence(tmp_path: Path) -> None:
    planned = plans(tmp_path, '{kind="depth", estimator="bright", invert=true}')
    assert [plan.guides for plan in planned] == [(EstimatePlan(estimator="bright", invert=True),)] * 2
    assert PassPlan.model_validate_json(planned[0].model_dump_json(by_alias=True)).guides == planned[0].guides
    settings = load_settings(overrides=[f"body.controls=[{CONTROL}]", f"face.controls=[{CONTROL}]"])
    (guide,) = planned_guides("sh010", settings, cut_folder=tmp_path)
    assert guide == EstimatePlan(estimator="bright", invert=False), "one guide for both passes"


def test_the_estimate_is_brought_to_the_canvas_exactly_like_the_plate(plates: Path) -> None:
    """This estimator returns the plate's red, and the shot has all codes: in every request the two must be equal."""
    engine = RecordingEngine()
    count_rendered(plans(plates), plates, Bright(), engine)
    assert len(engine.of(PassName.BODY)) == len(engine.of(PassName.FACE)) == COUNT
    for request in engine.requests:
        (guide,) = request.guides
        assert guide.shape == request.image.shape
        red = np.clip(request.image[..., :1], 0, 1) * 255
        assert np.abs(guide - red).max() <= 0.52


def test_a_whole_frame_is_estimated_once_for_all_passes(plates: Path) -> None:
    bright = Bright()
    count_rendered(
        plans(plates, CONTROL + ', {kind="depth", estimator="bright", invert=true}'), plates, bright, RecordingEngine()
    )
    assert len(bright.pictures) == len(SAMPLED) + COUNT
    for source_frame, picture in zip((*SAMPLED, *FRAMES), bright.pictures, strict=True):
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert np.array_equal(picture, with_corners(plate_picture(source_frame)))


def test_the_same_depth_is_the_same_grey_in_every_frame(plates: Path) -> None:
    """A static wall beside a box that comes nearer: normalised per frame, the wall would darken."""
    for source_frame in FRAMES:
        picture = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
        picture[20:70, :40] = 100 + 10 * (source_frame - FIRST)
        picture[20:70, 120:] = 40
        write(plates, source_frame, picture)
    engine = RecordingEngine()
    count_rendered(plans(plates, CONTROL, "output.passes=BODY"), plates, Bright(), engine)
    for index, request in enumerate(engine.requests):
        (guide,) = request.guides
        for place, red in (((45, 80), 100), ((45, 20), 100 + 10 * index), ((45, 140), 40)):
            assert guide[place].tolist() == [round(255 * (red - 40) / (210 - 40))] * 3


def test_outliers_do_not_affect_the_depth_range() -> None:
    numbers = np.linspace(1, 2, 10_000)
    numbers[:5], numbers[-5:] = -50, 50
    assert depth_range([numbers, numbers[:1]]) == pytest.approx((-50, 1.999), abs=1e-3), "a whole frame counts"
    assert depth_range([numbers]) == pytest.approx((1.001, 1.999), abs=1e-3)
    assert depth_range([]) is None
    assert sample_frames(list(FRAMES)) == list(SAMPLED)
    assert sample_frames([5]) == [5]


def test_constant_depth_is_black_and_never_nan() -> None:
    for level in (0.0, 3.0, -3.0):
        assert not normalise_depth(level, level, np.full((2, 2), level)).any()


def test_invert_swaps_black_and_white(plates: Path) -> None:
    both = CONTROL + ', {kind="depth", estimator="bright", invert=true}'
    engine = RecordingEngine()
    count_rendered(plans(plates, both, "output.passes=BODY"), plates, Bright(), engine)
    for request in engine.requests:
        guide, inverted = (one.astype(int) for one in request.guides)
        assert np.abs(guide + inverted - 255).max() <= 1


def test_nothing_is_estimated_for_an_engine_without_guides(plates: Path) -> None:
    bright = Bright()
    assert count_rendered(plans(plates), plates, bright, WantsNothing()) == [COUNT, COUNT]
    assert not bright.pictures


def test_an_error_of_the_estimator_names_the_frame(plates: Path) -> None:
    with pytest.raises(DepthUnavailable, match=f"frame {FIRST}: cannot estimate depth: bright has failed"):
        count_rendered(plans(plates), plates, Bright(works=False), RecordingEngine())


# --- keys ----------------------------------------------------------------------------------------------------------


def test_current_frames_are_kept_without_estimating(plates: Path) -> None:
    assert count_rendered(plans(plates), plates, Bright(), WantsEverything()) == [COUNT, COUNT]
    assert count_rendered(plans(plates), plates, Bright(works=False), WantsEverything()) == [0, 0]


def test_another_estimator_renders_again_and_another_name_for_it_does_not(plates: Path) -> None:
    count_rendered(plans(plates), plates, Bright(), WantsEverything())
    renamed = plans(plates, '{kind="depth", estimator="renamed"}')
    with open_plate(shot_of(plates / "plate.####.png").media) as plate:
        for estimator, rendered in ((Bright(works=False), 0), (Bright("bright 2"), COUNT)):
            out, known = plates.parent / "out", {"renamed": estimator}
            done = render_passes(
                renamed,
                plate,
                WantsEverything(),
                out,
                writers=1,
                estimators=known,  # type: ignore[arg-type]
            )
            assert [one.rendered for one in done] == [rendered, rendered]
    assert count_rendered(
        plans(plates, '{kind="depth", estimator="bright", invert=true}'), plates, Bright("bright 2"), WantsEverything()
    ) == [COUNT, COUNT]


def test_a_changed_sampled_frame_renders_all_frames_again_and_another_only_itself(plates: Path) -> None:
    planned = plans(plates, CONTROL, "output.passes=BODY")
    assert count_rendered(planned, plates, Bright(), WantsEverything()) == [COUNT]
    between = next(frame for frame in FRAMES if frame not in SAMPLED)
    write(plates, between, with_corners(plate_picture(between + 50)))
    assert count_rendered(planned, plates, Bright(), WantsEverything()) == [1]
    write(plates, SAMPLED[3], with_corners(plate_picture(SAMPLED[3] + 50)))
    assert count_rendered(planned, plates, Bright(), WantsEverything()) == [COUNT]


def test_frames_are_kept_when_the_plates_move(plates: Path) -> None:
    assert count_rendered(plans(plates), plates, Bright(), WantsEverything()) == [COUNT, COUNT]
    moved = Path(shutil.move(plates, plates.parent / "elsewhere"))
    assert count_rendered(plans(moved), moved, Bright(works=False), WantsEverything()) == [0, 0]
