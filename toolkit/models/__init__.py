"""Files that are not part of the package: models and the demo's pictures, downloaded, verified (sha256) and cached."""

from __future__ import annotations

from toolkit.models.assets import (
    ASSETS,
    DEEP_FIELD,
    DEMO_PICTURES,
    FACE_FINDER,
    FACE_MODEL,
    LAUNCH_PAD,
    PORTRAIT,
    POSE_MODEL,
    SEGMENTER,
    Asset,
)
from toolkit.models.fetch import fetch_asset, list_assets

__all__ = [
    "ASSETS",
    "DEEP_FIELD",
    "DEMO_PICTURES",
    "FACE_FINDER",
    "FACE_MODEL",
    "LAUNCH_PAD",
    "PORTRAIT",
    "POSE_MODEL",
    "SEGMENTER",
    "Asset",
    "fetch_asset",
    "list_assets",
]
