"""Measure what a result has kept of its plate's acting."""

from toolkit.review.acting import compare_acting
from toolkit.review.pairing import compare_tracks

__all__ = ["compare_acting", "compare_tracks"]
