"""Plates: media in, float pixels out, frame-exact by source frame number; and EXR files, in and out.

``probe`` says what a path is, ``open_plate`` reads its frames, ``write_exr`` writes a layer. This room owns PyAV and
OpenEXR: no other one imports them.
"""

from __future__ import annotations

from toolkit.plates.colour import Encoding, check_encoding, encode, from_linear, to_linear
from toolkit.plates.exr import read_channels, write_exr
from toolkit.plates.exr_header import is_complete, read_attributes
from toolkit.plates.exr_picture import read_exr
from toolkit.plates.guide_files import read_distances, read_guide
from toolkit.plates.half import from_half, to_half
from toolkit.plates.opening import open_plate
from toolkit.plates.plate import Plate, PlateFrame, display_picture, file_digest
from toolkit.plates.probing import check_frames, frame_file, missing_frames, probe
from toolkit.plates.read_ahead import results_ahead
from toolkit.plates.stored import StoredPicture, display_codes

__all__ = [
    "Encoding",
    "Plate",
    "PlateFrame",
    "StoredPicture",
    "check_encoding",
    "check_frames",
    "display_codes",
    "display_picture",
    "encode",
    "file_digest",
    "frame_file",
    "from_half",
    "from_linear",
    "is_complete",
    "missing_frames",
    "open_plate",
    "probe",
    "read_attributes",
    "read_channels",
    "read_distances",
    "read_exr",
    "read_guide",
    "results_ahead",
    "to_half",
    "to_linear",
    "write_exr",
]
