"""What the turnover and the delivery both need of timelines: tracks, slots, times, speeds, media references, files."""

from __future__ import annotations

from toolkit.editorial.media_references import is_layer_clip
from toolkit.editorial.shot_names import shot_stem
from toolkit.editorial.skips import Skip
from toolkit.editorial.speeds import constant_speed, trimmed_source_frames
from toolkit.editorial.timeline_files import LAYER_METADATA
from toolkit.editorial.times import seconds, snapped, time_base
from toolkit.editorial.tracks import Slot, TrackTrim, slots, video_tracks

__all__ = [
    "LAYER_METADATA",
    "Skip",
    "Slot",
    "TrackTrim",
    "constant_speed",
    "is_layer_clip",
    "seconds",
    "shot_stem",
    "slots",
    "snapped",
    "time_base",
    "trimmed_source_frames",
    "video_tracks",
]
