"""Noise seeds: they depend on shot, pass, face and frame, never on a batch or worker number."""

from __future__ import annotations

import hashlib

from toolkit.settings import Look

_WHOLE_SHOT = -1
"""Stands for the frame in the seed that all frames of a shot share."""


def noise_seed(start: int, shot_name: str, pass_name: str, face: int, source_frame: int) -> int:
    """0..2**31-1 from (shot, pass, face, absolute source frame) and the ``seed`` setting, ``start``."""
    text = f"{start}/{shot_name}/{pass_name}/{face}/{source_frame}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def look_seed(look: Look, shot_name: str, pass_name: str, face: int, source_frame: int) -> int:
    """``noise_seed`` for ``look``. With ``noise="shot"`` or ``"flow"`` all frames share the seed of frame -1."""
    return noise_seed(look.seed, shot_name, pass_name, face, source_frame if look.noise == "frame" else _WHOLE_SHOT)
