"""Read media as float pixels, frame-exact by source frame number, and read and write EXR files.

``probe`` describes a path, ``open_plate`` reads its frames, ``write_exr`` writes a layer. No other package imports PyAV
or OpenEXR (the demo encodes its movie with PyAV).
"""

from __future__ import annotations

from toolkit.plates.colour import Encoding, check_encoding, encode, from_linear, to_linear
from toolkit.plates.cryptomatte import list_objects, read_cryptomatte
from toolkit.plates.exr import Attribute, read_channels, write_exr
from toolkit.plates.exr_copy import copy_pixels
from toolkit.plates.exr_header import is_complete, read_attributes
from toolkit.plates.exr_picture import read_exr
from toolkit.plates.guide_files import read_distances, read_guide
from toolkit.plates.half_float import from_half, to_half
from toolkit.plates.likely_sequences import name_likely_sequence
from toolkit.plates.matte_files import read_matte
from toolkit.plates.open import open_plate
from toolkit.plates.plate import Plate, PlateFrame, to_display_referred
from toolkit.plates.primaries import AP1, Primaries, from_rec709
from toolkit.plates.probing import (
    READABLE_IMAGE_SUFFIXES,
    check_frames,
    count_by_step,
    count_by_time,
    frame_file,
    missing_frames,
    probe,
)
from toolkit.plates.read_ahead import prefetch
from toolkit.plates.stored_picture import StoredPicture, to_8bit_codes
from toolkit.plates.unchanged_files import UnchangedFiles, file_digest

__all__ = [
    "AP1",
    "READABLE_IMAGE_SUFFIXES",
    "Attribute",
    "Encoding",
    "Plate",
    "PlateFrame",
    "Primaries",
    "StoredPicture",
    "UnchangedFiles",
    "check_encoding",
    "check_frames",
    "copy_pixels",
    "count_by_step",
    "count_by_time",
    "encode",
    "file_digest",
    "frame_file",
    "from_half",
    "from_linear",
    "from_rec709",
    "is_complete",
    "list_objects",
    "missing_frames",
    "name_likely_sequence",
    "open_plate",
    "prefetch",
    "probe",
    "read_attributes",
    "read_channels",
    "read_cryptomatte",
    "read_distances",
    "read_exr",
    "read_guide",
    "read_matte",
    "to_8bit_codes",
    "to_display_referred",
    "to_half",
    "to_linear",
    "write_exr",
]
