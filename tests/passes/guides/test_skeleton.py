"""The body guide, compared with the annotator's drawing, reimplemented here."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.passes.guides.skeleton import COLOURS, LIMBS, POINTS, draw_skeleton, joints_of

SIDE = (512, 640)
"""Width and height; the shorter side is the annotator's."""

JOINTS = (
    "nose neck rshoulder relbow rwrist lshoulder lelbow lwrist rhip rknee rankle lhip lknee lankle reye leye rear lear"
)
MEDIAPIPE = {
    "nose": 0, "leye": 2, "reye": 5, "lear": 7, "rear": 8, "lshoulder": 11, "rshoulder": 12, "lelbow": 13, "relbow": 14,
    "lwrist": 15, "rwrist": 16, "lhip": 23, "rhip": 24, "lknee": 25, "rknee": 26, "lankle": 27, "rankle": 28,
}  # fmt: skip
"""MediaPipe's published indices."""
LIMBS_FROM_ONE = "2-3 2-6 3-4 4-5 6-7 7-8 2-9 9-10 10-11 2-12 12-13 13-14 2-1 1-15 15-17 1-16 16-18"
"""As listed in the annotator, joints counted from one."""


def hue(index: int) -> tuple[int, int, int]:
    """The 18 colours as a rule: 20 degrees of hue apart."""
    part, rest = divmod(index, 3)
    up, down = 85 * rest, 255 - 85 * rest
    return [(255, up, 0), (down, 255, 0), (0, 255, up), (0, down, 255), (up, 0, 255), (255, 0, down)][part]


def standing(*, x: float = 256.0, y: float = 60.0, height: float = 480.0) -> NDArray[np.float32]:
    """A person standing in front of the camera, all visible; points that are not drawn are in a corner."""
    places = {
        "nose": (0, 0.06), "leye": (0.02, 0.04), "reye": (-0.02, 0.04), "lear": (0.05, 0.05), "rear": (-0.05, 0.05),
        "lshoulder": (0.12, 0.18), "rshoulder": (-0.12, 0.18), "lelbow": (0.17, 0.34), "relbow": (-0.17, 0.34),
        "lwrist": (0.2, 0.5), "rwrist": (-0.25, 0.45), "lhip": (0.08, 0.52), "rhip": (-0.08, 0.52),
        "lknee": (0.09, 0.76), "rknee": (-0.09, 0.76), "lankle": (0.1, 0.98), "rankle": (-0.1, 0.98),
    }  # fmt: skip
    points = np.full((33, 3), (3, 3, 1), np.float32)
    for name, (across, down) in places.items():
        points[MEDIAPIPE[name], :2] = (x + across * height, y + down * height)
    return points


def draw_like_annotator(people: list[NDArray[np.float32]], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Limbs as filled ellipses, all dimmed, then joints as discs of 4 pixels."""
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    found = []
    for points in people:
        rows = {name: points[index, :2].astype(float) for name, index in MEDIAPIPE.items()}
        rows["neck"] = (rows["lshoulder"] + rows["rshoulder"]) / 2
        found.append([rows[name] for name in JOINTS.split()])
    for index, limb in enumerate(LIMBS_FROM_ONE.split()):
        start, end = (int(number) - 1 for number in limb.split("-"))
        for joints in found:
            ys, xs = ([joints[end_of][axis] for end_of in (start, end)] for axis in (1, 0))
            angle = math.degrees(math.atan2(ys[0] - ys[1], xs[0] - xs[1]))
            length = ((ys[0] - ys[1]) ** 2 + (xs[0] - xs[1]) ** 2) ** 0.5
            middle = (int(np.mean(xs)), int(np.mean(ys)))
            polygon = cv2.ellipse2Poly(middle, (int(length / 2), 4), int(angle), 0, 360, 1)
            cv2.fillConvexPoly(canvas, polygon, hue(index))
    canvas = (canvas * 0.6).astype(np.uint8)
    for index in range(18):
        for joints in found:
            cv2.circle(canvas, (int(joints[index][0]), int(joints[index][1])), 4, hue(index), thickness=-1)
    return canvas


def colour_at(picture: NDArray[np.uint8], x: float, y: float) -> tuple[int, ...]:
    return tuple(picture[int(y), int(x)].tolist())


def dimmed(colour: tuple[int, int, int]) -> tuple[int, ...]:
    return tuple(int(code * 0.6) for code in colour)


def test_limbs_and_colours_are_openposes() -> None:
    assert ["-".join(str(joint + 1) for joint in limb) for limb in LIMBS] == LIMBS_FROM_ONE.split()
    assert list(COLOURS) == [hue(index) for index in range(18)]
    assert len(POINTS) == len(COLOURS) == 18


def test_each_joint_is_mediapipes_point_and_the_neck_is_between_the_shoulders() -> None:
    for name, indices in zip(JOINTS.split(), POINTS, strict=True):
        expected = (MEDIAPIPE["lshoulder"], MEDIAPIPE["rshoulder"]) if name == "neck" else (MEDIAPIPE[name],)
        assert indices == expected
    points = standing()
    left, right = points[11, :2], points[12, :2]
    assert joints_of(points)[1] == pytest.approx(tuple((left + right) / 2))


@pytest.mark.parametrize(
    "people",
    [
        pytest.param([standing()], id="one person"),
        pytest.param([standing(x=250.4, y=33.7, height=431.9)], id="between pixels"),
        pytest.param([standing(x=200, y=90), standing(x=260, y=40)], id="two people, overlapping"),
        pytest.param([standing(x=20, y=-60), standing(x=480, y=400, height=700)], id="partly outside"),
        pytest.param([standing(x=-2000)], id="outside"),
    ],
)
def test_every_pixel_matches_the_annotator_at_its_own_size(people: list[NDArray[np.float32]]) -> None:
    picture = draw_skeleton(people, SIDE)
    assert picture.dtype == np.uint8
    assert picture.shape == (640, 512, 3)
    assert picture.flags.c_contiguous
    assert (picture == draw_like_annotator(people, SIDE)).all()


def test_a_joint_is_a_bright_disc_of_radius_4_over_dimmed_limbs() -> None:
    picture, points = draw_skeleton([standing()], SIDE), standing()
    for name, index in (("relbow", 3), ("lknee", 12), ("rhip", 8)):
        x, y = points[MEDIAPIPE[name], :2]
        assert colour_at(picture, x, y) == COLOURS[index]
        assert colour_at(picture, x + 4, y) == COLOURS[index]
        assert colour_at(picture, x + 6, y) != COLOURS[index]
    for limb, (start, end) in ((2, ("rshoulder", "relbow")), (8, ("rknee", "rankle")), (3, ("relbow", "rwrist"))):
        x, y = (points[MEDIAPIPE[start], :2] + points[MEDIAPIPE[end], :2]) / 2
        assert colour_at(picture, x, y) == dimmed(COLOURS[limb])


def test_limbs_and_joints_scale_with_the_image() -> None:
    def half_width(side: int) -> int:
        points = np.zeros((33, 3), np.float32)
        points[[14, 16]] = [(0.25 * side, 0.5 * side, 1), (0.75 * side, 0.5 * side, 1)]
        picture = draw_skeleton([points], (side, side))
        return int(picture[:, side // 2].any(axis=-1).sum()) // 2

    assert [half_width(side) for side in (256, 512, 1024)] == [2, 4, 8]


@pytest.mark.parametrize("visible", [0.0, 0.3, 0.499])
def test_a_point_with_low_visibility_is_left_out_with_its_limbs(visible: float) -> None:
    seen, hidden = standing(), standing()
    hidden[MEDIAPIPE["relbow"], 2] = visible
    before, after = draw_skeleton([seen], SIDE), draw_skeleton([hidden], SIDE)
    x, y = seen[MEDIAPIPE["relbow"], :2]
    assert colour_at(before, x, y) == COLOURS[3]
    assert colour_at(after, x, y) == (0, 0, 0)
    for end, joint in (("rshoulder", 2), ("rwrist", 4)):
        middle = (seen[MEDIAPIPE[end], :2] + (x, y)) / 2
        assert colour_at(after, *middle) == (0, 0, 0)
        assert colour_at(after, *seen[MEDIAPIPE[end], :2]) == COLOURS[joint], "adjacent joints remain"


def test_a_hidden_shoulder_removes_the_neck_but_not_the_head() -> None:
    points = standing()
    points[11, 2] = 0.2
    joints = joints_of(points)
    assert joints[1] is None and joints[5] is None
    assert joints[0] is not None and joints[2] is not None


@pytest.mark.parametrize("far", [-5e3, -4e5, -3e6, -1e12, -3e38])
def test_a_point_far_outside_does_not_affect_the_rest(far: float) -> None:
    points = standing()
    points[MEDIAPIPE["rwrist"], 0] = far
    picture, inside = draw_skeleton([points], SIDE), draw_skeleton([standing()], SIDE)
    assert (picture[:200] == inside[:200]).all()
    assert (picture[310:] == inside[310:]).all()
    assert colour_at(picture, *points[MEDIAPIPE["relbow"], :2]) == COLOURS[3]


def test_without_people_the_image_is_black() -> None:
    assert not draw_skeleton([], SIDE).any()
    invisible = np.zeros((33, 3), np.float32)
    assert not draw_skeleton([invisible], SIDE).any()


def test_joints_stay_discs_in_tiny_pictures() -> None:
    """At 48 pixels the radius in proportion would round to none."""
    points = np.zeros((33, 3), np.float32)
    points[0] = (20, 30, 1.0)
    picture = draw_skeleton([points], (48, 64))
    assert picture.any(axis=2).sum() == 5
