"""AUTOMATIC1111's algorithms as pure functions: infotext, mask blur, the "Only masked" crop, and noise levels; and the
masks of its extension batch-face-swap.
"""

from __future__ import annotations

from toolkit.a1111.face_swap_mask import face_swap_outline
from toolkit.a1111.infotext import Infotext, parse_infotext, read_infotext
from toolkit.a1111.mask_blur import blur_mask, blur_reach
from toolkit.a1111.only_masked import crop_region, expand_crop_region, region_to_canvas
from toolkit.a1111.sigmas import first_step, k_diffusion_sigmas

__all__ = [
    "Infotext",
    "blur_mask",
    "blur_reach",
    "crop_region",
    "expand_crop_region",
    "face_swap_outline",
    "first_step",
    "k_diffusion_sigmas",
    "parse_infotext",
    "read_infotext",
    "region_to_canvas",
]
