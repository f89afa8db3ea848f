"""Cuts found in pictures: frame n is the first frame of the new shot, and a move of the camera is no cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from tests.turnover._scenes import Picture, dissolve, fade, join, scene
from toolkit.frames import FrameRange
from toolkit.turnover.picture_cuts.gradual import GradualChange, find_gradual_changes
from toolkit.turnover.picture_cuts.hard_cuts import HardCuts, find_hard_cuts
from toolkit.turnover.picture_cuts.signals import measure

THRESHOLD = 8.0


def hard(pictures: Sequence[Picture]) -> HardCuts:
    return find_hard_cuts(measure(pictures, THRESHOLD))


def gradual(pictures: Sequence[Picture]) -> list[GradualChange]:
    signals = measure(pictures, THRESHOLD)
    return find_gradual_changes(signals.thumbnails, find_hard_cuts(signals).firsts)[0]


def all_cuts(pictures: Sequence[Picture]) -> list[int]:
    """The hard cuts that no fade explains, and the middles of dissolves and fades."""
    signals = measure(pictures, THRESHOLD)
    firsts = find_hard_cuts(signals).firsts
    changes, edges = find_gradual_changes(signals.thumbnails, firsts)
    return sorted({*firsts, *(change.middle for change in changes)} - set(edges))


def test_every_cut_is_at_the_first_frame_of_its_shot() -> None:
    pictures, firsts = join(scene(1, 17), scene(2, 9), scene(3, 23), scene(4, 6))
    assert list(hard(pictures).firsts) == firsts


@pytest.mark.parametrize("lengths", [(1, 12), (2, 12), (12, 1), (12, 2), (1, 1)], ids=str)
def test_a_cut_next_to_an_end_is_found(lengths: tuple[int, int]) -> None:
    pictures, firsts = join(scene(1, lengths[0]), scene(2, lengths[1]))
    assert list(hard(pictures).firsts) == firsts


def test_a_row_of_shots_of_one_frame_is_divided_at_each() -> None:
    pictures, firsts = join(scene(1, 10), scene(2, 1), scene(3, 1), scene(4, 2), scene(5, 1), scene(6, 10))
    assert list(hard(pictures).firsts) == firsts


def test_dark_shots_and_shots_with_black_bars_are_divided() -> None:
    pictures, firsts = join(scene(1, 12, light=0.2), scene(2, 12, light=0.2), scene(3, 12))
    for picture in pictures:
        picture[:14] = picture[-14:] = 0
    assert list(hard(pictures).firsts) == firsts


@pytest.mark.parametrize("speed", [4, 15, 40])
def test_a_fast_pan_is_no_cut(speed: float) -> None:
    pictures = [*scene(1, 8, speed=0), *scene(1, 24, speed=speed)]
    assert hard(pictures).firsts == ()


def test_a_light_that_is_switched_on_is_no_cut() -> None:
    bright = scene(1, 24)
    pictures = [(picture * 0.4).astype(np.uint8) for picture in bright[:11]] + bright[11:]
    assert hard(pictures).firsts == ()


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_flash_is_no_cut_but_is_said(count: int) -> None:
    pictures = scene(1, 24)
    for number in range(10, 10 + count):
        pictures[number] = np.full_like(pictures[number], 250)
    found = hard(pictures)
    assert found.firsts == ()
    assert found.flashes == (10, 10 + count)


def test_still_pictures_have_no_cuts() -> None:
    still = scene(1, 1) * 20
    assert hard(still) == HardCuts(firsts=(), alike=(), flashes=())
    assert gradual(still) == []


@pytest.mark.parametrize("count", [6, 12, 24, 48])
def test_a_dissolve_is_divided_in_its_middle(count: int) -> None:
    pictures = dissolve(scene(1, 70, speed=0.1), scene(2, 70, speed=0.1), count)
    (found,) = gradual(pictures)
    assert not found.is_fade
    assert abs(found.middle - (70 - count / 2)) <= 2
    assert abs(found.frames.first - (70 - count)) <= 3
    assert abs(found.frames.last - 69) <= 3
    assert hard(pictures).firsts == ()


@pytest.mark.parametrize("black", [0, 1, 9])
def test_a_fade_through_black_is_one_cut_in_the_middle_of_the_black(black: int) -> None:
    before, after = fade(scene(1, 40), tail=12), fade(scene(2, 40), head=12)
    pictures, _ = join(before, [np.zeros_like(before[0])] * black, after)
    (middle,) = all_cuts(pictures)
    assert abs(middle - (40 + black / 2)) <= 1


def test_a_fade_in_or_out_alone_is_no_cut() -> None:
    assert all_cuts(fade(scene(1, 60), head=12, tail=16)) == []


def test_black_between_two_cuts_is_a_shot_of_its_own() -> None:
    one = scene(1, 20)
    pictures, firsts = join(one, [np.zeros_like(one[0])] * 8, scene(2, 20))
    assert all_cuts(pictures) == firsts


def test_cuts_and_dissolves_in_one_movie_are_told_apart() -> None:
    mixed = dissolve(scene(2, 40, speed=0.4), scene(3, 40, speed=0.4), 16)
    pictures, firsts = join(scene(1, 20), mixed, scene(4, 20))
    first, middle, last = all_cuts(pictures)
    assert [first, last] == firsts
    assert abs(middle - (20 + 32)) <= 2


def test_a_cut_inside_a_slow_change_of_light_is_no_dissolve() -> None:
    shares = np.linspace(0.3, 1, 60)
    pictures = [(picture * share).astype(np.uint8) for picture, share in zip(scene(1, 60), shares, strict=True)]
    assert gradual(pictures) == []


def test_where_gradual_changes_are_they_do_not_overlap() -> None:
    pictures = dissolve(dissolve(scene(1, 60, speed=0.1), scene(2, 60, speed=0.1), 20), scene(3, 60, speed=0.1), 20)
    found = gradual(pictures)
    assert len(found) == 2
    assert all(one.frames.intersection(other.frames) is None for one, other in pairwise(found))
    assert all(isinstance(one.frames, FrameRange) for one in found)
