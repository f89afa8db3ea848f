"""Which encoding a pass is written in, so that a layer of unchanged pixels is invisible on its plate.

The plate's own codes are right wherever the host treats layer and plate alike. After Effects with a working space does
not: it takes every EXR as linear light. There, linear light is what a layer must hold, where we can know that it gives
what the plate gives (decision 010).
"""

from __future__ import annotations

import re

from toolkit.documents import LayerEncoding, Origin, Shot

_OUR_CURVE = re.compile(r"srgb", re.IGNORECASE)
"""Profiles with the curve that ``linear`` takes off."""
_OUR_PRIMARIES = re.compile(r"srgb|rec\.? ?709 gamma", re.IGNORECASE)
"""Working spaces in which linear light of an EXR that names no primaries can only mean Rec.709's. Not HDTV (Rec. 709),
which After Effects counts as the scene's and compensates."""
_UNTAGGED = (".png", ".jpg", ".jpeg")
"""Stills that After Effects takes for sRGB. A movie's profile depends on its codec and tags, a TIFF's on its depth."""


def pass_encoding(shot: Shot, wanted: LayerEncoding, origin: Origin | None) -> LayerEncoding:
    """``wanted`` (an ``output.encoding``), but ``linear`` for ``plate`` where the host of ``origin`` needs it."""
    return "linear" if wanted == "plate" and origin is not None and _takes_linear(shot, origin) else wanted


def _takes_linear(shot: Shot, origin: Origin) -> bool:
    if origin.host != "after effects" or origin.colour.mode != "managed":
        return False
    said = shot.input_colour_space
    plate_is_srgb = bool(_OUR_CURVE.search(said)) if said else shot.media.path.lower().endswith(_UNTAGGED)
    return plate_is_srgb and bool(_OUR_PRIMARIES.search(origin.colour.working))
