"""Draw the demo's frames: the cut-out person over a backdrop, each resampled once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from toolkit.demo.astronaut import OUTLINE, cut_out_person, read_picture
from toolkit.demo.expression import DOWN, FACE_BOX, MOUTH_BOX, Box, face_coordinates, photo_coordinates
from toolkit.demo.motion import HEIGHT, WIDTH, DemoShot, Pose
from toolkit.models import Asset

_MARGIN = 40
"""Extra backdrop on every side of the frame, pixels: over the shot it pans from the left edge to the right one."""
_BACKDROP_BLUR = 2.5
"""Standard deviation of the backdrop's blur, pixels: with the portrait's lens it would be out of focus."""
_THROAT, _TONGUE = (0.07, 0.02, 0.02), (0.40, 0.13, 0.12)
"""Colours inside the mouth, display codes 0..1, at the teeth and at the lower lip."""


def _corners(box: Box) -> NDArray[np.float64]:
    """(4, 2) photo pixels."""
    (left, top), (right, bottom) = box
    return photo_coordinates([[left, top], [right, top], [right, bottom], [left, bottom]])


_PERSON = np.concatenate([OUTLINE, _corners(FACE_BOX)])
"""Photo points that enclose everything drawn over the backdrop."""


def draw_frames(shot: DemoShot) -> Iterator[NDArray[np.uint8]]:
    """Every frame of the shot's media in order, uint8 (720, 1280, 3) RGB."""
    person = cut_out_person()
    backdrop = _backdrop(shot.backdrop)
    poses = shot.poses()
    for index, pose in enumerate(poses):
        frame = _pan(backdrop, index / len(poses))
        _composite_person(frame, person, pose)
        _paint_mouth(frame, pose)
        frame *= 255
        np.rint(frame, out=frame)
        yield np.clip(frame, 0, 255, out=frame).astype(np.uint8)


def _backdrop(picture: Asset) -> NDArray[np.float32]:
    """float32 (800, 1360, 3): the picture scaled to fill the frame and its margin, blurred, display codes 0..1."""
    import cv2

    pixels = read_picture(picture)
    width, height = WIDTH + 2 * _MARGIN, HEIGHT + 2 * _MARGIN
    scale = max(width / pixels.shape[1], height / pixels.shape[0])
    large = cv2.resize(pixels.astype(np.float32) / 255, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    soft = cv2.GaussianBlur(large[top : top + height, left : left + width], (0, 0), _BACKDROP_BLUR)
    return np.asarray(np.clip(soft, 0, 1), dtype=np.float32)


def _pan(backdrop: NDArray[np.float32], progress: float) -> NDArray[np.float32]:
    """The part of the backdrop behind the frame at ``progress`` (0..1) of the pan; float32 (720, 1280, 3)."""
    import cv2

    shift = np.array([[1, 0, -2 * _MARGIN * progress], [0, 1, -_MARGIN]])
    return np.asarray(cv2.warpAffine(backdrop, shift, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR), dtype=np.float32)


def _composite_person(frame: NDArray[np.float32], person: NDArray[np.float32], pose: Pose) -> None:
    """Draw the person over ``frame`` (720, 1280, 3), in place: expression and pose in one cubic resampling."""
    import cv2

    window = rows, columns = _window(pose, _PERSON)
    if frame[window].size == 0:
        return
    back = cv2.invertAffineTransform(pose.matrix)
    x, y = np.arange(columns.start, columns.stop), np.arange(rows.start, rows.stop)[:, np.newaxis]
    photo_x = (back[0, 0] * x + back[0, 1] * y + back[0, 2]).astype(np.float32)
    photo_y = (back[1, 0] * x + back[1, 1] * y + back[1, 2]).astype(np.float32)
    face_window, u, v = _face_coordinates_in(pose, FACE_BOX)
    face = tuple(
        slice(part.start - whole.start, part.stop - whole.start)
        for part, whole in zip(face_window, window, strict=True)
    )
    shift = pose.expression.shift(u, v)
    photo_x[face] -= shift * DOWN[0]
    photo_y[face] -= shift * DOWN[1]
    placed = cv2.remap(person, photo_x, photo_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT)
    frame[window] *= cv2.merge([1 - placed[..., 3]] * 3)  # faster than NumPy broadcasting one channel over three
    frame[window] += cv2.cvtColor(placed, cv2.COLOR_BGRA2BGR)  # only drops alpha; the order of channels stays


def _paint_mouth(frame: NDArray[np.float32], pose: Pose) -> None:
    """Draw the inside of the open mouth below the teeth, in place: the photograph has no pixels for it."""
    window, u, v = _face_coordinates_in(pose, MOUTH_BOX)
    matte, depth = pose.expression.opening(u, v)
    inside = np.asarray(_THROAT) + (np.asarray(_TONGUE) - np.asarray(_THROAT)) * (depth**2)[..., np.newaxis]
    frame[window] += matte[..., np.newaxis] * (inside - frame[window])


def _face_coordinates_in(pose: Pose, box: Box) -> tuple[tuple[slice, slice], NDArray[np.float64], NDArray[np.float64]]:
    """The window of the frame that contains ``box``, and the face coordinates u, v of its pixels."""
    window = _window(pose, _corners(box))
    rows, columns = window
    x, y = np.meshgrid(np.arange(columns.start, columns.stop), np.arange(rows.start, rows.stop))
    photo_points = (np.stack([x, y], axis=-1) - pose.matrix[:, 2]) @ np.linalg.inv(pose.matrix[:, :2]).T
    u, v = np.moveaxis(face_coordinates(photo_points), -1, 0)
    return window, u, v


def _window(pose: Pose, photo_points: NDArray[np.float64]) -> tuple[slice, slice]:
    """The rows and columns of the frame that enclose ``photo_points`` (N, 2); empty if all are outside."""
    placed = photo_points @ pose.matrix[:, :2].T + pose.matrix[:, 2]
    first = np.clip(np.floor(placed.min(axis=0)), 0, (WIDTH, HEIGHT)).astype(int)
    last = np.clip(np.ceil(placed.max(axis=0)) + 1, 0, (WIDTH, HEIGHT)).astype(int)
    return slice(first[1], last[1]), slice(first[0], last[0])
