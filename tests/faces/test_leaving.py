"""Faces that cross the picture's edge go on beyond the last reading until they are out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from tests.faces._footage import Person, Picture, states
from tests.faces.test_keypoints import textured, true_points
from tests.faces.test_samples import detection
from toolkit.documents import FaceTracks, Shot
from toolkit.faces.leaving import continue_outwards
from toolkit.faces.tracklet import Detection

Clip = Callable[[Sequence[Picture]], Shot]
Track = Callable[..., FaceTracks]


def visible(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]], width: int, height: int) -> float:
    """The part of the face's landmarks inside the picture."""
    inside = (points >= -0.5) & (points <= (width - 0.5, height - 0.5))
    return float(inside.all(axis=1).mean())


@pytest.mark.parametrize(
    ("step", "roll"), [((24.0, 0.0), 0.0), ((-24.0, 4.0), 20.0), ((0.0, -18.0), 0.0), ((0.0, 18.0), 180.0)]
)
def test_a_face_that_walks_out_is_followed_until_little_of_it_is_seen(
    step: tuple[float, float], roll: float, clip: Clip, track: Track, anna: Person
) -> None:
    places = [(480 + 8 * step[0] + i * step[0], 270 + 4 * step[1] + i * step[1]) for i in range(20)]
    frames = [anna.composite_over(textured(), *place, height=150, roll=roll) for place in places]
    truths = [true_points(anna, *place, height=150, roll=roll) for place in places]
    (face,) = track(clip(frames)).faces
    for sample, points in zip(face.samples, truths, strict=True):
        part = visible(points, 960, 540)
        assert sample.state != "ABSENT" or part < 0.2, part
        if sample.landmarks is not None:
            assert np.hypot(*(sample.landmarks[:, :2] - points).T).mean() < 0.06 * 150
    entering = clip(frames[::-1])
    (back,) = track(entering).faces
    assert states(back)[0] == "."
    assert abs(states(back).count(".") - states(face).count(".")) <= 2


def moving(*places: float, first: int = 100) -> list[Detection]:
    """Faces of a height of about 210 pixels in a picture 1280 wide, with the eyes at these x."""
    return [detection(first + index, x=x - 400) for index, x in enumerate(places)]


def continued(run: Sequence[Detection], *, before: int = 20, after: int = 20) -> list[tuple[int, int]]:
    """Frame and x of what is added."""
    frames = {one.source_frame for one in run}
    added = continue_outwards(run, before=before, after=after, width=1280, height=720)
    return [(one.source_frame, round(one.placement.x)) for one in added if one.source_frame not in frames]


def test_a_face_that_leaves_goes_on_at_its_speed() -> None:
    assert continued(moving(1180, 1200, 1220)) == [(103 + i, 1240 + 20 * i) for i in range(6)]


def test_a_face_that_comes_was_there_before() -> None:
    assert continued(moving(1220, 1200, 1180)) == [(99 - i, 1240 + 20 * i) for i in range(6)][::-1]


def test_a_face_that_was_on_hold_when_it_was_lost_goes_on_moving() -> None:
    """What is added has no pictures: it must not count as one hold with the last reading."""
    step, still = np.array([0.1, 0, 0, 0]), np.zeros(4)
    run = [
        replace(one, motion=still if index % 2 else step) for index, one in enumerate(moving(1160, 1160, 1200, 1200))
    ]
    added = list(continue_outwards(run, before=0, after=20, width=1280, height=720))[len(run) :]
    assert len(added) > 2
    assert all(one.motion is None for one in added)


def test_a_face_goes_on_only_in_the_frames_there_are() -> None:
    assert continued(moving(1180, 1200, 1220), after=2) == [(103, 1240), (104, 1260)]


@pytest.mark.parametrize("places", [(600, 620, 640), (1220, 1220, 1220), (1220,), (1250, 1235, 1220)])
def test_a_face_lost_elsewhere_standing_alone_or_coming_back_does_not_go_on(places: tuple[float, ...]) -> None:
    assert continued(moving(*places), before=0) == []


def test_a_slow_face_goes_on_for_a_second_at_most() -> None:
    assert len(continued(moving(1219, 1219.5, 1220), before=0, after=100)) == 24
