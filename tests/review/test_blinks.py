"""Blinks are counted one by one: kept, lost, added, early or late; and never where the eyes cannot be seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.documents import BlinkReview, FaceTracks
from toolkit.review.blinks import compare_blinks
from toolkit.review.lids import close_lids, find_closures, read_lids

Lids = NDArray[np.float64]
FRAMES = 160
OPEN, SHUT = 0.4, 0.05
"""Widths of the eye."""
BLINK = np.interp(np.arange(-4, 9), (-3, 0, 2, 7), (0, 1, 1, 0))
"""How far lids are closed around the first frame in which they are shut: they open more slowly than they close."""
TIMES = (30, 70, 82, 130)


def lids(
    *times: float, depth: float = 1.0, eyes: tuple[int, ...] = (0, 1), noise: float = 0.003, seed: int = 0
) -> Lids:
    """The lids of a face that blinks at ``times``, with ``eyes`` only, ``depth`` of the way."""
    frames = np.arange(FRAMES, dtype=float)
    closed = np.zeros(FRAMES)
    for time in times:
        closed = np.maximum(closed, np.interp(frames - time, np.arange(-4, 9), BLINK, left=0, right=0))
    openings = np.full((FRAMES, 2), OPEN)
    openings[:, eyes] -= depth * (OPEN - SHUT) * closed[:, None]
    openings += np.random.default_rng(seed).normal(0, noise, openings.shape)
    return np.column_stack([openings, np.full((FRAMES, 2), 40.0)])


def compare(plate: Lids, result: Lids, *, source_first: int = 0) -> BlinkReview:
    found = compare_blinks(plate, result, source_first=source_first)
    assert found is not None
    return found


def counts(found: BlinkReview) -> tuple[int, int, int, int]:
    """Of the plate, kept, lost and added."""
    return found.plate, found.kept, found.lost, found.added


def test_a_plate_keeps_all_of_its_own_blinks() -> None:
    found = compare(lids(*TIMES), lids(*TIMES, seed=1))
    assert counts(found) == (4, 4, 0, 0)
    assert found.delay_frames == pytest.approx(0, abs=0.1)
    assert (found.frames_compared, found.worst_frame) == (FRAMES, None)


@pytest.mark.parametrize("frames", [-3, 0.5, 1.2, 2.5, 5, 7])
def test_late_blinks_are_kept_and_late(frames: float) -> None:
    found = compare(lids(*TIMES), lids(*(time + frames for time in TIMES), seed=1))
    assert counts(found) == (4, 4, 0, 0)
    assert found.delay_frames == pytest.approx(frames, abs=0.1)
    assert (found.worst_frame is None) == (frames == 0.5)


def test_a_blink_too_late_is_lost_and_another_is_added() -> None:
    assert counts(compare(lids(30, 130), lids(30, 142))) == (2, 1, 1, 1)


@pytest.mark.parametrize(("depth", "kept"), [(0.9, 4), (0.75, 4), (0.5, 0), (0.25, 0), (0, 0)])
def test_lids_that_close_by_half_do_not_blink(depth: float, kept: int) -> None:
    assert counts(compare(lids(*TIMES), lids(*TIMES, depth=depth))) == (4, kept, 4 - kept, 0)


def test_the_frame_to_look_at_is_that_of_a_lost_blink_counted_as_in_the_plate() -> None:
    found = compare(lids(*TIMES), lids(30, 84, 130), source_first=1001)
    assert counts(found) == (4, 3, 1, 0)
    assert found.worst_frame is not None and 1071 <= found.worst_frame <= 1073
    added = compare(lids(30), lids(30, 100), source_first=1001)
    assert counts(added) == (1, 1, 0, 1)
    assert added.worst_frame is not None and 1101 <= added.worst_frame <= 1103


def test_a_wink_is_a_blink_of_one_eye_and_no_other() -> None:
    wink, blink, other = (lids(60, eyes=eyes) for eyes in ((0,), (0, 1), (1,)))
    assert counts(compare(wink, lids(60, eyes=(0,), seed=1))) == (1, 1, 0, 0)
    for one, another in ((wink, blink), (blink, wink), (wink, other)):
        assert counts(compare(one, another)) == (1, 0, 1, 1)


def test_a_blink_is_neither_kept_nor_lost_where_the_result_is_not_seen() -> None:
    result = lids(30, 130)
    result[68:80] = np.nan
    assert counts(compare(lids(30, 72, 130), result)) == (3, 2, 0, 0)
    assert counts(compare(result, lids(30, 72, 130))) == (2, 2, 0, 0)


def test_where_one_eye_is_turned_away_the_other_is_judged() -> None:
    profile = lids(*TIMES, eyes=(0,))
    profile[:, 3] = 0.0
    assert counts(compare(lids(*TIMES), profile)) == (4, 4, 0, 0)
    assert counts(compare(profile, lids(*TIMES, eyes=(1,)))) == (4, 0, 4, 0)


def test_lids_that_cannot_be_told_are_not_counted() -> None:
    plate, small = lids(*TIMES), lids(*TIMES)
    small[:, 2:] = 7.0
    noisy = lids(*TIMES, noise=0.04)
    for unclear in (small, noisy, np.full_like(plate, np.nan)):
        assert compare_blinks(plate, unclear) is None
        assert compare_blinks(unclear, plate) is None
    assert compare_blinks(plate[:11], plate[:11]) is None


def test_a_face_without_blinks_has_none() -> None:
    found = compare(lids(), lids(seed=1))
    assert (counts(found), found.delay_frames, found.worst_frame) == ((0, 0, 0, 0), None, None)


def test_brows_and_squints_are_no_blinks_and_blinks_in_them_are() -> None:
    narrow = np.interp(np.arange(FRAMES), (0, 40, 50, 110, 120, 160), (0.5, 0.5, 0.3, 0.3, 0.45, 0.4))
    plate = lids(20, 80)
    plate[:, :2] *= narrow[:, None] / OPEN
    assert [round(closure.shut, -1) for closure in find_closures(close_lids(plate)) if closure.is_blink] == [20, 80]
    assert counts(compare(plate, lids(20, 80))) == (2, 2, 0, 0)


def test_eyes_that_stay_shut_blink_once() -> None:
    asleep = lids()
    asleep[50:140, :2] = SHUT
    assert counts(compare(asleep, lids())) == (1, 0, 1, 0)
    assert counts(compare(lids(*TIMES), np.where([1, 1, 0, 0], SHUT, lids()))) == (4, 0, 4, 0)


def test_one_frame_is_a_blink_only_if_the_eyes_are_shut() -> None:
    plate = lids()
    plate[40, :2], plate[90, :2] = 0.16, SHUT
    assert [closure.shut for closure in find_closures(close_lids(plate)) if closure.is_blink] == [90]
    found = compare(plate, np.where([1, 1, 0, 0], 0.4 + 0.75 * (plate - 0.4), plate))
    assert counts(found) == (1, 1, 0, 0)


def test_blinks_of_landmarks_are_found_whatever_the_head_does(demo_out: Path) -> None:
    tracks = FaceTracks.read(demo_out / "push_in" / "face_track.json")
    plate = np.array([one.landmarks for one in tracks.faces[0].samples], np.float64)
    result = plate.copy()
    for upper, lower in ((159, 145), (386, 374)):
        result[40:44, upper] = result[40:44, lower] + 0.2 * (plate[40:44, upper] - plate[40:44, lower])
    one, other = (np.array([read_lids(face) for face in landmarks]) for landmarks in (plate, result))
    found = compare(one, other, source_first=tracks.source_range.first)
    assert counts(found) == (0, 0, 0, 1)
    assert found.worst_frame in range(tracks.source_range.first + 40, tracks.source_range.first + 44)
    assert compare_blinks(one, np.array([read_lids(0.1 * face) for face in result])) is None
