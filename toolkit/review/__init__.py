"""Review: what is left of a performance after a re-render. See ``acting``, then ``reviewing``."""

from __future__ import annotations

from toolkit.review.acting import compare_acting
from toolkit.review.pictures import FramePictures, Picture, ShotPictures, open_pictures
from toolkit.review.prediction import predict_kept
from toolkit.review.reviewing import REVISION, ShotReviewer
from toolkit.review.telling import choose_telling_runs
from toolkit.review.track_curves import find_activity, read_measure

__all__ = [
    "REVISION",
    "FramePictures",
    "Picture",
    "ShotPictures",
    "ShotReviewer",
    "choose_telling_runs",
    "compare_acting",
    "find_activity",
    "open_pictures",
    "predict_kept",
    "read_measure",
]
