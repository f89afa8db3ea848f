"""The demo footage, generated from a public-domain photograph of a face, with its exact motion as ground truth."""

from __future__ import annotations

from toolkit.demo.make import make_demo
from toolkit.demo.truth import GroundTruth, TrueFace, TrueShot, Visibility, read_ground_truth

__all__ = [
    "GroundTruth",
    "TrueFace",
    "TrueShot",
    "Visibility",
    "make_demo",
    "read_ground_truth",
]
