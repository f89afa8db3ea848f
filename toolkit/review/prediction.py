"""What a pass on twos or threes would keep of the acting, before a frame of it is rendered.

The plate's own curves are taken at the frames that would be rendered and carried on evenly between them, as optical
flow carries what it sees. What that does to the acting is judged as any other result: see ``acting``.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FaceTrack, FaceTracks, StepPlan
from toolkit.review.acting import compare_acting
from toolkit.review.signals import Values
from toolkit.review.track_curves import read_curves


def predict_kept(tracks: FaceTracks, stepping: StepPlan) -> float | None:
    """The score, 0 to 100, that the face which loses most would have in a pass rendered as ``stepping`` says.

    The engine's own damage comes on top. None: no face acts, or is found in enough frames.
    """
    scores = [_predict_face(face, tracks, stepping) for face in tracks.faces]
    return min((score for score in scores if score is not None), default=None)


def _predict_face(face: FaceTrack, tracks: FaceTracks, stepping: StepPlan) -> float | None:
    values = read_curves(face)
    if values is None:
        return None
    first = tracks.source_range.first
    rendered = np.array(stepping.source_frames(tracks.source_range)) - first
    return compare_acting(values, _carry_on(values, rendered)).score


def _carry_on(values: Values, rendered: NDArray[np.int_]) -> Values:
    """``values`` of the frames in ``rendered`` (indices), and evenly between each two; NaN where one has none."""
    places = np.arange(len(values))
    filled = np.full_like(values, np.nan)
    for before, after in pairwise(rendered):
        part = ((places[before : after + 1] - before) / max(1, after - before))[:, None]
        filled[before : after + 1] = (1 - part) * values[before] + part * values[after]
    return filled
