"""Faces: found, followed, told apart, measured; and the soft mattes around them. The only room that knows MediaPipe."""

from __future__ import annotations

from toolkit.faces.annotation import draw_face_annotation
from toolkit.faces.mattes import draw_matte, face_outline
from toolkit.faces.model import fetch_model, list_models
from toolkit.faces.track import track_faces, track_key
from toolkit.faces.words import expression_words

__all__ = [
    "draw_face_annotation",
    "draw_matte",
    "expression_words",
    "face_outline",
    "fetch_model",
    "list_models",
    "track_faces",
    "track_key",
]
