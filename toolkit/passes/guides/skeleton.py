"""The picture of people in sticks that the ControlNet ``control_v11p_sd15_openpose`` is steered by."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB."""
Colour = tuple[int, int, int]
"""Red, green, blue, each 0..255."""
Joint = tuple[float, float]
"""x, y in pixels of the picture."""

POINTS: tuple[tuple[int, ...], ...] = (
    (0,), (11, 12),
    (12,), (14,), (16,), (11,), (13,), (15,),
    (24,), (26,), (28,), (23,), (25,), (27,),
    (5,), (2,), (8,), (7,),
)  # fmt: skip
"""OpenPose's 18 joints as points of MediaPipe's 33, of which the mean is taken: nose; neck, which lies between the
shoulders; the arms from shoulder to wrist, the subject's right one first; the legs from hip to ankle; eyes; ears."""

LIMBS: tuple[tuple[int, int], ...] = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7),
    (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
    (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
"""Pairs of joints, in the order in which they are drawn: shoulders, arms, trunk and legs, neck and head."""

COLOURS: tuple[Colour, ...] = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0),
    (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255),
    (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip
"""Once round the hues: of the limbs, and again of the joints, each in its own order."""

VISIBLE = 0.5
"""Least visibility of a point that is drawn: below it MediaPipe itself leaves a point out of its drawings."""

_WIDTH = 4
"""Half the thickness of a stick, and the radius of a joint, pixels, in a picture of ``_SIDE``."""
_SIDE = 512
"""The shorter side at which the annotator works, pixels. Its picture is then enlarged to the one that is painted, and
the sticks with it."""
_DIMMED = 0.6
"""What is left of the sticks' colours under the joints."""
_FAR = 1 << 20
"""Pixels; OpenCV counts in 32 bits with 16 of them behind the point, so no joint further away is drawn."""


def draw_skeleton(people: Sequence[NDArray[np.float32]], size: tuple[int, int]) -> Picture:
    """The control picture of ``people``, uint8 (H, W, 3) RGB: coloured sticks and joints on black.

    Each is MediaPipe's 33 points, (33, 3): x and y in pixels of the picture, which may lie outside it, and visibility
    0..1. ``size`` is the picture's width and height. A joint is left out when one of its points is less visible than
    0.5, and a stick when one of its joints is; without anybody the picture is black. Raises IndexError for fewer than
    33 points.

    It is what ControlNet's own ``openpose`` annotator draws of the body at 512 pixels, pixel for pixel, and at other
    sizes that in proportion: first every limb of everybody, then, over all of them dimmed, every joint.
    """
    import cv2

    picture = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    width = max(1, round(_WIDTH * min(size) / _SIDE))
    skeletons = [joints_of(points) for points in people]
    for (start, end), colour in zip(LIMBS, COLOURS, strict=False):  # the last colour is a joint's alone
        for joints in skeletons:
            one, other = joints[start], joints[end]
            if one is not None and other is not None:
                cv2.fillConvexPoly(picture, _stick(one, other, width), colour)
    picture = (picture * _DIMMED).astype(np.uint8)
    for index, colour in enumerate(COLOURS):
        for joints in skeletons:
            joint = joints[index]
            if joint is not None:
                cv2.circle(picture, (int(joint[0]), int(joint[1])), width, colour, thickness=-1)
    return picture


def joints_of(points: NDArray[np.float32]) -> list[Joint | None]:
    """The 18 joints of one person's ``points`` (33, 3); None for one that is not drawn."""
    joints: list[Joint | None] = []
    for made_of in POINTS:
        those = points[list(made_of)].astype(np.float64)
        drawn = those[:, 2].min() >= VISIBLE and np.abs(those[:, :2]).max() < _FAR
        x, y = those[:, :2].mean(axis=0)
        joints.append((float(x), float(y)) if drawn else None)
    return joints


def _stick(one: Joint, other: Joint, width: int) -> NDArray[np.int32]:
    """The outline of a limb: an ellipse along it, its middle, length and angle cut off to whole numbers."""
    import cv2

    across, down = one[0] - other[0], one[1] - other[1]
    middle = int((one[0] + other[0]) / 2), int((one[1] + other[1]) / 2)
    half = int(math.hypot(across, down) / 2)
    angle = int(math.degrees(math.atan2(down, across)))
    return np.asarray(cv2.ellipse2Poly(middle, (half, width), angle, 0, 360, 1))
