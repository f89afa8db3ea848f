"""Face tracking on real footage, where it is available."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from tests.faces._footage import shot_of, states
from toolkit.documents import FaceTracks
from toolkit.frames import FrameRange

Track = Callable[..., FaceTracks]


def test_a_tiny_face_in_a_full_figure_is_found_in_every_frame(shared: Path, track: Track) -> None:
    """In the whole frame MediaPipe's own detector never finds it."""
    (face,) = track(shot_of(shared / "media/performance/source_s13.mp4")).faces
    assert states(face) == "F" * 103


def test_two_faces_side_by_side_stay_two(shared: Path, track: Track) -> None:
    part = FrameRange(first=100, last=159)
    tracks = track(shot_of(shared / "media/performance/solo.mp4", part))
    assert [states(face) for face in tracks.faces] == ["F" * 60] * 2
    for face in tracks.faces:
        places = [sample.centre for sample in face.samples if sample.centre]
        steps = [np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(places)]
        assert max(steps) < 12, "pixels per frame: nobody jumps"


def test_animals_are_not_people(shared: Path, track: Track) -> None:
    part = FrameRange(first=0, last=63)
    assert track(shot_of(shared / "media/performance/bbb_npm_8-14s_720p.mp4", part)).faces == ()


def test_a_cut_inside_a_clip_ends_one_face_and_begins_another(shared: Path, track: Track) -> None:
    part = FrameRange(first=190, last=229)
    tracks = track(shot_of(shared / "media/performance/short_hamilton_clip.mp4", part))
    found = [states(face) for face in tracks.faces]
    assert "F" * 21 + "." * 19 in found
    assert "." * 21 + "F" * 19 in found
    beyond = [states for states in found if states.startswith("." * 21)]
    assert len(beyond) == len(found) - 1 == 4, "he sings alone, and five listen, of whom one is in the dark"
    assert "." * 21 + "h" * 19 in beyond, "profiles that nothing reads"
