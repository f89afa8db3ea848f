"""Detect, track and identify the faces and people of a shot. The only package that imports MediaPipe."""

from __future__ import annotations

from toolkit.faces.bodies import bodies_key, track_bodies
from toolkit.faces.edits import EditedFaces, EditOutcome, apply_edits
from toolkit.faces.occluders import add_occluders, find_occluders, occluders_key
from toolkit.faces.placing import move_outline, place_of
from toolkit.faces.reread import FaceRereader
from toolkit.faces.rig import RigSource, read_rig_track, rig_key
from toolkit.faces.track import track_faces, track_key
from toolkit.faces.tracker import FaceModels
from toolkit.faces.upright import FacePlacement, cut_place, measure_placement

__all__ = [
    "EditOutcome",
    "EditedFaces",
    "FaceModels",
    "FacePlacement",
    "FaceRereader",
    "RigSource",
    "add_occluders",
    "apply_edits",
    "bodies_key",
    "cut_place",
    "find_occluders",
    "measure_placement",
    "move_outline",
    "occluders_key",
    "place_of",
    "read_rig_track",
    "rig_key",
    "track_bodies",
    "track_faces",
    "track_key",
]
