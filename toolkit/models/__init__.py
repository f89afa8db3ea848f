"""Model files: fetched, checked against their sha256, and cached."""

from __future__ import annotations

from toolkit.models.files import FACE_MODEL, MODELS, POSE_MODEL, Model, fetch_model, list_models

__all__ = ["FACE_MODEL", "MODELS", "POSE_MODEL", "Model", "fetch_model", "list_models"]
