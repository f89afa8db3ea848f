"""The demo: its own footage, from a photograph of a face in the public domain, with the true motion kept beside it."""

from __future__ import annotations

from toolkit.demo.make import DEMO_FRAMES, make_demo
from toolkit.demo.truth import GroundTruth, TrueFace, TrueShot, Visibility, read_ground_truth

__all__ = [
    "DEMO_FRAMES",
    "GroundTruth",
    "TrueFace",
    "TrueShot",
    "Visibility",
    "make_demo",
    "read_ground_truth",
]
