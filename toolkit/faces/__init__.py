"""Faces: found, followed, told apart, measured; the soft mattes around them; and the people they belong to.

The only room that knows MediaPipe.
"""

from __future__ import annotations

from toolkit.faces.annotation import draw_face_annotation
from toolkit.faces.bodies import bodies_key, track_bodies
from toolkit.faces.mask_blur import blur_reach, draw_blurred_mask
from toolkit.faces.mattes import draw_matte, face_outline
from toolkit.faces.model import FACE_MODEL, MODELS, POSE_MODEL, Model, fetch_model, list_models
from toolkit.faces.skeleton import draw_skeleton
from toolkit.faces.track import track_faces, track_key
from toolkit.faces.words import expression_words

__all__ = [
    "FACE_MODEL",
    "MODELS",
    "POSE_MODEL",
    "Model",
    "blur_reach",
    "bodies_key",
    "draw_blurred_mask",
    "draw_face_annotation",
    "draw_matte",
    "draw_skeleton",
    "expression_words",
    "face_outline",
    "fetch_model",
    "list_models",
    "track_bodies",
    "track_faces",
    "track_key",
]
