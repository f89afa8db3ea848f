"""The guide of the ControlNet ``control_v11p_sd15_openpose``: people drawn as coloured skeletons."""

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
"""x, y in pixels of the image."""

POINTS: tuple[tuple[int, ...], ...] = (
    (0,), (11, 12),
    (12,), (14,), (16,), (11,), (13,), (15,),
    (24,), (26,), (28,), (23,), (25,), (27,),
    (5,), (2,), (8,), (7,),
)  # fmt: skip
"""OpenPose's 18 joints as indices into MediaPipe's 33 points (their mean if several): nose; neck, between the
shoulders; the arms from shoulder to wrist, the subject's right one first; the legs from hip to ankle; eyes; ears."""

LIMBS: tuple[tuple[int, int], ...] = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7),
    (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13),
    (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
"""Pairs of joints in drawing order: shoulders, arms, trunk and legs, neck and head."""

COLOURS: tuple[Colour, ...] = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0),
    (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255),
    (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip
"""A full turn of hues: for the limbs, and again for the joints, each in its own order."""

VISIBLE = 0.5
"""Minimum visibility of a point that is drawn; MediaPipe uses the same threshold for its own drawings."""

_RADIUS = 4
"""Half the thickness of a limb, and the radius of a joint, pixels, in an image of ``_SIDE``."""
_SIDE = 512
"""Shorter side at which the original annotator works, pixels. Its image, limbs included, is then scaled to the size of
the canvas."""
_LIMB_BRIGHTNESS = 0.6
"""Factor on the limbs' colours; joints are drawn at full brightness."""
_MAX_COORDINATE = 1 << 20
"""Pixels. Joints farther away are not drawn: OpenCV uses 32-bit fixed point with 16 fractional bits."""


def draw_skeleton(people: Sequence[NDArray[np.float32]], size: tuple[int, int]) -> Picture:
    """Draw the guide of ``people``, uint8 (H, W, 3) RGB: coloured limbs and joints on black.

    Each person is MediaPipe's 33 points, (33, 3): x and y in pixels of the image, which may lie outside it, and
    visibility 0..1. ``size`` is the image's width and height. A joint is left out if one of its points has a visibility
    below 0.5, and a limb if one of its joints is left out; without people the image is black. Raises IndexError for
    fewer than 33 points.

    Pixel for pixel what ControlNet's own ``openpose`` annotator draws of the body at 512 pixels, and in proportion at
    other sizes: first all limbs of all people, then, over the dimmed limbs, all joints.
    """
    import cv2

    picture = np.zeros((size[1], size[0], 3), dtype=np.uint8)
    radius = max(1, round(_RADIUS * min(size) / _SIDE))
    skeletons = [joints_of(points) for points in people]
    for (start, end), colour in zip(LIMBS, COLOURS, strict=False):  # there is one more joint than limbs
        for joints in skeletons:
            one, other = joints[start], joints[end]
            if one is not None and other is not None:
                cv2.fillConvexPoly(picture, _limb_polygon(one, other, radius), colour)
    picture = (picture * _LIMB_BRIGHTNESS).astype(np.uint8)
    for index, colour in enumerate(COLOURS):
        for joints in skeletons:
            joint = joints[index]
            if joint is not None:
                cv2.circle(picture, (int(joint[0]), int(joint[1])), radius, colour, thickness=-1)
    return picture


def joints_of(points: NDArray[np.float32]) -> list[Joint | None]:
    """The 18 joints of one person's ``points`` (33, 3); None for those that are not drawn."""
    joints: list[Joint | None] = []
    for indices in POINTS:
        sources = points[list(indices)].astype(np.float64)
        is_drawn = sources[:, 2].min() >= VISIBLE and np.abs(sources[:, :2]).max() < _MAX_COORDINATE
        x, y = sources[:, :2].mean(axis=0)
        joints.append((float(x), float(y)) if is_drawn else None)
    return joints


def _limb_polygon(one: Joint, other: Joint, radius: int) -> NDArray[np.int32]:
    """The outline of a limb: an ellipse along it, with centre, length and angle truncated to integers."""
    import cv2

    x_distance, y_distance = one[0] - other[0], one[1] - other[1]
    centre = int((one[0] + other[0]) / 2), int((one[1] + other[1]) / 2)
    half = int(math.hypot(x_distance, y_distance) / 2)
    angle = int(math.degrees(math.atan2(y_distance, x_distance)))
    return np.asarray(cv2.ellipse2Poly(centre, (half, radius), angle, 0, 360, 1))
