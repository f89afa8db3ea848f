"""Passes: planning reads no pixel, rendering decides nothing."""

from __future__ import annotations

from toolkit.passes.plan import plan_passes, planned_looks, wanted_passes
from toolkit.passes.render import RenderedPass, Tick, render_passes
from toolkit.passes.slate import Slate, SlateFace

__all__ = [
    "RenderedPass",
    "Slate",
    "SlateFace",
    "Tick",
    "plan_passes",
    "planned_looks",
    "render_passes",
    "wanted_passes",
]
