"""Passes: planning reads no pixel, rendering decides nothing."""

from __future__ import annotations

from toolkit.passes.encoding import pass_encoding
from toolkit.passes.guides import check_guides
from toolkit.passes.looks import planned_guides, planned_looks, wanted_passes, wants_bodies
from toolkit.passes.plan import plan_passes
from toolkit.passes.render import RenderedPass, render_passes
from toolkit.passes.slate import Slate, SlateFace
from toolkit.passes.writing import Tick

__all__ = [
    "RenderedPass",
    "Slate",
    "SlateFace",
    "Tick",
    "check_guides",
    "pass_encoding",
    "plan_passes",
    "planned_guides",
    "planned_looks",
    "render_passes",
    "wanted_passes",
    "wants_bodies",
]
