"""Where a face acts most is known from its track, and rises and falls without flicker."""

from __future__ import annotations

import numpy as np

from tests.review._performances import FRAMES, Performance
from tests.review.test_prediction import tracks_of
from toolkit.review import find_activity

MIDDLE = FRAMES // 2


def one_smile(*, strength: float = 1.0) -> Performance:
    """At rest, but for the mouth and the jaw around the middle of the shot."""
    curve = np.exp(-(((np.arange(FRAMES) - MIDDLE) / 6) ** 2)) * strength
    still = Performance.lively().scaled(0)
    return Performance(curves=still.curves | {"mouth": curve, "jaw": curve})


def test_activity_peaks_where_the_face_acts_and_is_0_at_rest() -> None:
    activity = find_activity(tracks_of(one_smile()).faces[0])
    assert activity.shape == (FRAMES,)
    assert activity.min() >= 0 and activity.max() <= 1
    assert activity[MIDDLE - 3 : MIDDLE + 4].min() > 0.9
    assert activity[:40].max() < 0.2 and activity[-40:].max() < 0.2
    assert np.abs(np.diff(activity)).max() < 0.3


def test_a_face_that_does_not_act_or_is_not_there_has_none() -> None:
    assert not find_activity(tracks_of(one_smile(strength=0)).faces[0]).any()
    assert not find_activity(tracks_of(one_smile(), lost=range(FRAMES)).faces[0]).any()


def test_frames_without_the_face_count_as_rest() -> None:
    activity = find_activity(tracks_of(one_smile(), lost=range(100, FRAMES)).faces[0])
    assert activity[MIDDLE] > 0.9
    assert activity[110:].max() < 0.01
