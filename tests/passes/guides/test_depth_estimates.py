"""Depth estimated from the plate: one span for a shot, made once a frame, cut as the plate is, part of the key."""

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
from tests.passes.rendering.test_requests import Plain, Wanting
from toolkit.documents import EstimatePlan, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.errors import DepthUnavailable
from toolkit.passes import plan_passes, planned_guides, render_passes
from toolkit.passes.guides.depth_range import depth_range, normalise_depth, sample_frames
from toolkit.plates import open_plate
from toolkit.settings import load_settings

FRAMES = range(FIRST, FIRST + COUNT)
LOOKED_AT = (101, 102, 104, 105, 107, 108, 109, 111, 112)
"""Nine of the twelve, the ends among them."""
CONTROL = '{kind="depth", estimator="bright"}'


@dataclass
class Bright:
    """Takes what is red for near, in numbers of its own; the real ones are in ``tests/engines``."""

    identity: str = "bright 1"
    seen: list[NDArray[np.uint8]] = field(default_factory=list)
    works: bool = True

    def estimate(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        if not self.works:
            raise DepthUnavailable("bright is tired", remedy="let it sleep")
        self.seen.append(picture)
        return picture[..., 0] * np.float32(0.01) + 7


class Keeps(Wanting):
    def __init__(self) -> None:
        self.asked: list[PaintRequest] = []

    def paint(self, requests: Sequence[PaintRequest]) -> list[NDArray[np.float32]]:
        self.asked.extend(requests)
        return super().paint(list(requests))

    def of(self, name: PassName) -> list[PaintRequest]:
        return [request for request in self.asked if f" {name} " in request.place]


@pytest.fixture
def plates(tmp_path: Path) -> Path:
    """The folder of a plate with corners of black and of white, so that a shot spans all codes."""
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


def rendered(made: Sequence[PassPlan], plates: Path, bright: Bright, engine: Engine) -> list[int]:
    """How many frames of each pass were painted."""
    with open_plate(shot_of(plates / "plate.####.png").media) as plate:
        done = render_passes(made, plate, engine, plates.parent / "out", writers=1, estimators={"bright": bright})
    return [one.rendered for one in done]


def test_a_plan_says_what_estimates_and_nothing_that_is_read(tmp_path: Path) -> None:
    made = plans(tmp_path, '{kind="depth", estimator="bright", invert=true}')
    assert [plan.guides for plan in made] == [(EstimatePlan(estimator="bright", invert=True),)] * 2
    assert PassPlan.model_validate_json(made[0].model_dump_json(by_alias=True)).guides == made[0].guides
    settings = load_settings(overrides=[f"body.controls=[{CONTROL}]", f"face.controls=[{CONTROL}]"])
    (guide,) = planned_guides("sh010", settings, cut_folder=tmp_path)
    assert guide == EstimatePlan(estimator="bright", invert=False), "the same for both passes is one guide"


def test_the_guide_is_the_estimate_cut_from_its_frame_exactly_as_the_plate_is(plates: Path) -> None:
    """This estimator sees the plate's red, and the shot spans all codes: in every request the two must be the same."""
    engine = Keeps()
    rendered(plans(plates), plates, Bright(), engine)
    assert len(engine.of(PassName.BODY)) == len(engine.of(PassName.FACE)) == COUNT
    for request in engine.asked:
        (guide,) = request.guides
        assert guide.shape == request.image.shape
        red = np.clip(request.image[..., :1], 0, 1) * 255
        assert np.abs(guide - red).max() <= 0.52


def test_a_frame_is_estimated_once_for_all_passes_and_as_a_whole(plates: Path) -> None:
    bright = Bright()
    rendered(plans(plates, CONTROL + ', {kind="depth", estimator="bright", invert=true}'), plates, bright, Keeps())
    assert len(bright.seen) == len(LOOKED_AT) + COUNT
    for source_frame, picture in zip((*LOOKED_AT, *FRAMES), bright.seen, strict=True):
        assert picture.shape == (HEIGHT, WIDTH, 3)
        assert np.array_equal(picture, with_corners(plate_picture(source_frame)))


def test_what_is_as_near_looks_the_same_in_every_frame(plates: Path) -> None:
    """A wall that stays, beside a box that comes nearer: over each frame for itself the wall would darken."""
    for source_frame in FRAMES:
        picture = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
        picture[20:70, :40] = 100 + 10 * (source_frame - FIRST)
        picture[20:70, 120:] = 40
        write(plates, source_frame, picture)
    engine = Keeps()
    rendered(plans(plates, CONTROL, "output.passes=BODY"), plates, Bright(), engine)
    for index, request in enumerate(engine.asked):
        (guide,) = request.guides
        for place, red in (((45, 80), 100), ((45, 20), 100 + 10 * index), ((45, 140), 40)):
            assert guide[place].tolist() == [round(255 * (red - 40) / (210 - 40))] * 3


def test_a_stray_pixel_is_not_what_a_shot_spans() -> None:
    numbers = np.linspace(1, 2, 10_000)
    numbers[:5], numbers[-5:] = -50, 50
    assert depth_range([numbers, numbers[:1]]) == pytest.approx((-50, 1.999), abs=1e-3), "a whole frame of it is"
    assert depth_range([numbers]) == pytest.approx((1.001, 1.999), abs=1e-3)
    assert depth_range([]) is None
    assert sample_frames(list(FRAMES)) == list(LOOKED_AT)
    assert sample_frames([5]) == [5]


def test_a_shot_without_depth_is_black_and_never_a_number_that_is_none() -> None:
    for level in (0.0, 3.0, -3.0):
        assert not normalise_depth(level, level, np.full((2, 2), level)).any()


def test_invert_exchanges_black_and_white(plates: Path) -> None:
    both = CONTROL + ', {kind="depth", estimator="bright", invert=true}'
    engine = Keeps()
    rendered(plans(plates, both, "output.passes=BODY"), plates, Bright(), engine)
    for request in engine.asked:
        guide, inverted = (one.astype(int) for one in request.guides)
        assert np.abs(guide + inverted - 255).max() <= 1


def test_an_engine_that_is_shown_no_guides_has_nothing_estimated(plates: Path) -> None:
    bright = Bright()
    assert rendered(plans(plates), plates, bright, Plain()) == [COUNT, COUNT]
    assert not bright.seen


def test_what_an_estimator_says_against_a_frame_names_it(plates: Path) -> None:
    with pytest.raises(DepthUnavailable, match=f"frame {FIRST}: cannot estimate depth: bright is tired"):
        rendered(plans(plates), plates, Bright(works=False), Keeps())


# --- keys ----------------------------------------------------------------------------------------------------------


def test_frames_that_are_there_are_kept_without_an_estimate(plates: Path) -> None:
    assert rendered(plans(plates), plates, Bright(), Wanting()) == [COUNT, COUNT]
    assert rendered(plans(plates), plates, Bright(works=False), Wanting()) == [0, 0]


def test_another_estimator_is_another_picture_and_another_name_for_it_is_not(plates: Path) -> None:
    rendered(plans(plates), plates, Bright(), Wanting())
    renamed = plans(plates, '{kind="depth", estimator="renamed"}')
    with open_plate(shot_of(plates / "plate.####.png").media) as plate:
        for estimator, painted in ((Bright(works=False), 0), (Bright("bright 2"), COUNT)):
            out, known = plates.parent / "out", {"renamed": estimator}
            done = render_passes(
                renamed,
                plate,
                Wanting(),
                out,
                writers=1,
                estimators=known,  # type: ignore[arg-type]
            )
            assert [one.rendered for one in done] == [painted, painted]
    assert rendered(
        plans(plates, '{kind="depth", estimator="bright", invert=true}'), plates, Bright("bright 2"), Wanting()
    ) == [COUNT, COUNT]


def test_a_changed_plate_is_estimated_anew_and_changes_all_frames_when_the_span_is_measured_in_it(plates: Path) -> None:
    made = plans(plates, CONTROL, "output.passes=BODY")
    assert rendered(made, plates, Bright(), Wanting()) == [COUNT]
    between = next(frame for frame in FRAMES if frame not in LOOKED_AT)
    write(plates, between, with_corners(plate_picture(between + 50)))
    assert rendered(made, plates, Bright(), Wanting()) == [1]
    write(plates, LOOKED_AT[3], with_corners(plate_picture(LOOKED_AT[3] + 50)))
    assert rendered(made, plates, Bright(), Wanting()) == [COUNT]


def test_frames_hold_on_when_the_plates_move(plates: Path) -> None:
    assert rendered(plans(plates), plates, Bright(), Wanting()) == [COUNT, COUNT]
    moved = Path(shutil.move(plates, plates.parent / "elsewhere"))
    assert rendered(plans(moved), moved, Bright(works=False), Wanting()) == [0, 0]
