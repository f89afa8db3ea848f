"""A face is moved as its landmarks say, and nothing tears, folds or moves around it."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.engines._faces import SIZE, face, shut
from toolkit.engines.face_triangles import INNER_LIPS, TRIANGLES
from toolkit.engines.face_warp import find_window, map_face, move_face
from toolkit.passes.guides.face_mesh import CONTOURS

Points = NDArray[np.float32]


def test_the_triangles_are_one_surface_that_ends_at_the_oval() -> None:
    edges = Counter(frozenset(pair) for a, b, c in TRIANGLES.tolist() for pair in ((a, b), (b, c), (c, a)))
    oval = CONTOURS["FACE_OVAL"][1][0]
    assert {edge for edge, count in edges.items() if count == 1} == {frozenset(p) for p in pairwise(oval)}
    assert set(edges.values()) == {1, 2}
    used = len({corner for triangle in TRIANGLES.tolist() for corner in triangle})
    assert used - len(edges) + len(TRIANGLES) == 1, "a disc: no holes, nothing counted twice"


def test_no_triangle_lies_across_a_line_that_opens() -> None:
    edges = {frozenset(pair) for a, b, c in TRIANGLES.tolist() for pair in ((a, b), (b, c), (c, a))}
    for _, chains in CONTOURS.values():
        for chain in chains:
            assert {frozenset(pair) for pair in pairwise(chain)} <= edges
    inner = set(INNER_LIPS.tolist())
    assert inner == set(CONTOURS["LIPS"][1][1])


MOVES: dict[str, tuple[Points, Points]] = {
    "an open mouth closes": (face(mouth=1, brows=1), face()),
    "a mouth opens": (face(), face(mouth=1, brows=1)),
    "a little": (face(mouth=0.3, brows=0.6), face(mouth=0.5, brows=0.3)),
    "a tilted head": (face(mouth=1, brows=1, roll=70), face(roll=70)),
    "a turned head": (face(mouth=0.7, yaw=25), face(mouth=0.3, yaw=25)),
    "read with noise": (face(mouth=0.6, noise=0.3), face(mouth=0.4)),
    "closed lips open": (shut(face()), face(mouth=0.5)),
}
each_move = pytest.mark.parametrize(("shown", "wanted"), MOVES.values(), ids=MOVES.keys())


@each_move
def test_every_landmark_is_where_it_is_wanted(shown: Points, wanted: Points) -> None:
    left, top, *_ = window = find_window(wanted, (SIZE, SIZE))
    x, y = (wanted[:, :2] - (left, top)).T.astype(np.float32)[..., None]
    found = cv2.remap(map_face(shown, wanted, window), x, y, cv2.INTER_LINEAR)[:, 0]
    used = np.setdiff1d(np.unique(TRIANGLES), INNER_LIPS)
    errors = np.linalg.norm(found - shown[:, :2], axis=1)[used]
    assert np.linalg.norm(wanted - shown, axis=1)[used].max() > 4
    assert np.percentile(errors, 95) < 1
    assert errors.max() < 4, "beside lips that cross"


@each_move
def test_nothing_folds(shown: Points, wanted: Points) -> None:
    stmap = map_face(shown, wanted, find_window(wanted, (SIZE, SIZE)))
    by_x, by_y = np.diff(stmap, axis=1)[:-1], np.diff(stmap, axis=0)[:, :-1]
    areas = by_x[..., 0] * by_y[..., 1] - by_x[..., 1] * by_y[..., 0]
    assert (areas > 0).mean() > 0.9999
    assert areas.min() > -0.1, "of one pixel, at most a tenth"


@each_move
def test_what_is_far_from_the_face_stays(shown: Points, wanted: Points) -> None:
    picture = np.random.default_rng(1).random((SIZE, SIZE, 3), np.float32)
    moved = move_face(picture, shown, wanted)
    outside = np.ones((SIZE, SIZE), np.uint8)
    cv2.fillConvexPoly(outside, cv2.convexHull(np.rint(wanted[:468, :2]).astype(np.int32)), 0)
    away = cv2.distanceTransform(outside, cv2.DIST_L2, 5)
    height = np.linalg.norm(wanted[10] - wanted[152])
    change = np.abs(moved - picture).max(axis=2)
    assert change[away > 0.36 * height].max() < 1e-4
    assert change[away == 0].max() > 0.3


def test_no_edge_shows_around_the_face() -> None:
    shown, wanted = MOVES["an open mouth closes"]
    left, top, right, bottom = window = find_window(wanted, (SIZE, SIZE))
    x, y = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
    shift = map_face(shown, wanted, window) - np.stack([x, y], axis=-1)
    outside = np.ones(shift.shape[:2], np.uint8)
    cv2.fillConvexPoly(outside, cv2.convexHull(np.rint(wanted[:468, :2] - (left, top)).astype(np.int32)), 0)
    around = cv2.erode(outside, np.ones((5, 5)))[:-1, :-1] > 0
    for axis in (0, 1):
        assert np.abs(np.diff(shift, axis=axis)[: around.shape[0], : around.shape[1]])[around].max() < 0.7
    assert np.abs(shift[[0, -1]]).max() < 0.02 and np.abs(shift[:, [0, -1]]).max() < 0.02


def test_a_closed_mouth_that_opens_is_dark_inside() -> None:
    picture = np.full((SIZE, SIZE, 3), 0.6, np.float32)
    wanted = face(mouth=0.8)
    inside = tuple(np.rint((wanted[13] + wanted[14]) / 2).astype(int)[[1, 0]])
    assert move_face(picture, shut(face()), wanted)[inside].max() < 0.25
    assert move_face(picture, face(mouth=1), wanted)[inside].min() > 0.59, "what is seen of it is kept"
    cheek = tuple(np.rint(wanted[205]).astype(int)[[1, 0]])
    assert move_face(picture, shut(face()), wanted)[cheek].min() > 0.59


@pytest.mark.parametrize("away", [(-600, 0), (0, 900), (-250, 0), (0, 230)])
def test_a_face_may_be_outside_of_the_picture(away: tuple[int, int]) -> None:
    picture = np.random.default_rng(1).random((SIZE, SIZE, 3), np.float32)
    shown, wanted = (np.asarray(one + np.array([*away, 0]), np.float32) for one in MOVES["an open mouth closes"])
    moved = move_face(picture, shown, wanted)
    assert moved.shape == picture.shape and np.isfinite(moved).all()
    assert np.array_equal(moved, picture) == (abs(sum(away)) > 500)


def test_a_face_that_does_not_act_stays_as_it_is() -> None:
    picture = np.random.default_rng(1).random((SIZE, SIZE, 3), np.float32)
    assert np.allclose(move_face(picture, face(mouth=0.5), face(mouth=0.5)), picture, atol=1e-6)
