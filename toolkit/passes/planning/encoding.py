"""The encoding of a pass, chosen so that a layer of unchanged pixels is invisible on its plate.

The plate's own codes are right if the host treats layer and plate alike. After Effects with a working space does not:
it reads every EXR as linear light. There the layer must be linear, provided that it is then known to match the plate
(decision 010).
"""

from __future__ import annotations

import re

from toolkit.documents import LayerEncoding, Origin, Shot

_SRGB_CURVE = re.compile(r"srgb", re.IGNORECASE)
"""Profiles with the transfer curve that ``linear`` removes."""
_REC709_PRIMARIES = re.compile(r"srgb|rec\.? ?709 gamma", re.IGNORECASE)
"""Working spaces in which an EXR without primaries can only be linear Rec.709. Not HDTV (Rec. 709), which After Effects
treats as scene-referred and compensates."""
_ASSUMED_SRGB = (".png", ".jpg", ".jpeg")
"""Stills that After Effects reads as sRGB. A movie's profile depends on its codec and tags, a TIFF's on its depth."""


def pass_encoding(shot: Shot, wanted: LayerEncoding, origin: Origin | None) -> LayerEncoding:
    """``wanted`` (the setting ``output.encoding``), but ``linear`` instead of ``plate`` if the host needs it."""
    return "linear" if wanted == "plate" and origin is not None and _reads_exr_as_linear(shot, origin) else wanted


def _reads_exr_as_linear(shot: Shot, origin: Origin) -> bool:
    if origin.host != "after effects" or origin.colour.mode != "managed":
        return False
    profile = shot.input_colour_space
    plate_is_srgb = bool(_SRGB_CURVE.search(profile)) if profile else shot.media.path.lower().endswith(_ASSUMED_SRGB)
    return plate_is_srgb and bool(_REC709_PRIMARIES.search(origin.colour.working))
