"""Passes: planning makes every decision and reads no pixels; rendering makes the pixels and no decisions."""

from __future__ import annotations

from toolkit.passes.guides.guide_pictures import check_guides
from toolkit.passes.planning.acting import ActingFacts
from toolkit.passes.planning.encoding import pass_encoding
from toolkit.passes.planning.looks import (
    describe_control,
    needs_body_tracks,
    planned_guides,
    planned_looks,
    resolve_look,
    wanted_passes,
)
from toolkit.passes.planning.plan import plan_passes, plan_stepping, planned_frames
from toolkit.passes.rendering.files_of_pass import count_current
from toolkit.passes.rendering.forecast import PassForecast, forecast_passes, forecast_untracked
from toolkit.passes.rendering.matte_layers import count_mattes, find_written_mattes, matte_folder, write_mattes
from toolkit.passes.rendering.render import RenderedPass, render_passes
from toolkit.passes.rendering.reuse import copy_layer
from toolkit.passes.rendering.shot_mattes import describe_mattes
from toolkit.passes.rendering.slate import (
    Slate,
    SlateFace,
    find_cut_mattes,
    find_empty_guides,
    is_current,
    read_content_key,
)
from toolkit.passes.rendering.versions import (
    WhenDelivered,
    mark_delivered,
    protect_delivered,
    read_frame_keys,
    when_delivered,
)
from toolkit.passes.temporal.optical_flow import Luma, estimate_flow, identity_stmap, to_luma, warp_by_stmap

__all__ = [
    "ActingFacts",
    "Luma",
    "PassForecast",
    "RenderedPass",
    "Slate",
    "SlateFace",
    "WhenDelivered",
    "check_guides",
    "copy_layer",
    "count_current",
    "count_mattes",
    "describe_control",
    "describe_mattes",
    "estimate_flow",
    "find_cut_mattes",
    "find_empty_guides",
    "find_written_mattes",
    "forecast_passes",
    "forecast_untracked",
    "identity_stmap",
    "is_current",
    "mark_delivered",
    "matte_folder",
    "needs_body_tracks",
    "pass_encoding",
    "plan_passes",
    "plan_stepping",
    "planned_frames",
    "planned_guides",
    "planned_looks",
    "protect_delivered",
    "read_content_key",
    "read_frame_keys",
    "render_passes",
    "resolve_look",
    "to_luma",
    "wanted_passes",
    "warp_by_stmap",
    "when_delivered",
    "write_mattes",
]
