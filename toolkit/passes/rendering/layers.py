"""From what the engine rendered to the pixels of a layer file: placed on the plate, matted, encoded.

Everything up to the final encoding is display-referred, in the plate's own primaries. Values outside 0..1 (an EXR
plate's highlights) never reach the engine; they are added back here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FacePlan, PassName, PassPlan
from toolkit.mattes import Window, matte_window, plate_matte
from toolkit.passes.resampling import Picture, parts_of, softened, warped, zoom_of
from toolkit.plates import Encoding, encode, to_half, to_linear


@dataclass(frozen=True, slots=True, kw_only=True)
class Backing:
    """What a layer must fit besides its plan: all of a plate frame but its colours."""

    alpha: NDArray[np.float32] | None
    """(H, W) 0..1."""
    premultiplied: bool
    """Whether the colours come multiplied by ``alpha``."""
    encoding: Encoding
    """What the colours were made from and go back to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The pixels of one layer file."""

    pixels: NDArray[np.float16]
    """(H, W, 3), or (H, W, 4) premultiplied."""
    matte_areas: tuple[float, ...]
    """Sum of each face's matte, in the order of the plan."""


def body_layer(plan: PassPlan, backing: Backing, painted: Picture, beyond: Picture | None) -> Layer:
    """The whole frame without alpha; ``beyond`` is the plate's light beyond 0..1, in the plate's size."""
    if plan.plate_to_canvas is None:
        rgb = painted[: plan.height, : plan.width]
    else:
        linear, shift = parts_of(plan.plate_to_canvas)
        painted, matrix = softened(painted, 1 / zoom_of(linear)), np.column_stack([linear, shift])
        rgb = warped(painted, matrix, (plan.width, plan.height), inverse=True)
        np.clip(rgb, 0.0, 1.0, out=rgb)
    rgb = _encoded(rgb if beyond is None else rgb + beyond, plan, backing)
    return Layer(pixels=to_half(np.ascontiguousarray(rgb)), matte_areas=())


def face_layer(plan: PassPlan, faces: Sequence[FacePlan], backing: Backing, painted: Sequence[Picture]) -> Layer:
    """The faces over nothing, premultiplied; fully transparent where there is no face."""
    pixels = np.zeros((plan.height, plan.width, 4), np.float16)
    plate = plan.width, plan.height
    windows = [matte_window(face.outline, plan.mask_blur, plate, margin=1) for face in faces]
    visible = [window for window in windows if window is not None]
    if not visible:
        return Layer(pixels=pixels, matte_areas=(0.0,) * len(faces))
    left, top = min(w[0] for w in visible), min(w[1] for w in visible)
    right, bottom = max(w[2] for w in visible), max(w[3] for w in visible)
    stack = np.zeros((4, bottom - top, right - left), np.float32)  # channels apart: numpy and OpenCV are fast on planes
    areas = []
    for face, picture, window in zip(faces, painted, windows, strict=True):
        if window is None:
            areas.append(0.0)
            continue
        rgb, alpha = _face_over_nothing(plan, face, backing, picture, window)
        x0, y0, x1, y1 = window[0] - left, window[1] - top, window[2] - left, window[3] - top
        below = stack[:, y0:y1, x0:x1]
        below *= 1.0 - alpha
        below[:3] += np.moveaxis(rgb, 2, 0)
        below[3] += alpha
        areas.append(float(alpha.sum(dtype=np.float64)))
    pixels[top:bottom, left:right] = to_half(cv2.merge(list(stack)))
    return Layer(pixels=pixels, matte_areas=tuple(areas))


def _face_over_nothing(
    plan: PassPlan, face: FacePlan, backing: Backing, painted: Picture, window: Window
) -> tuple[Picture, NDArray[np.float32]]:
    """The face in ``window``, premultiplied, and its alpha (H, W)."""
    left, top, right, bottom = window
    linear, shift = parts_of(face.plate_to_canvas)
    matrix = np.column_stack([linear, shift + linear @ (left, top)])
    plate = plan.width, plan.height
    matte = plate_matte(face.outline, face.feather, plan.mask_blur, window=window, plate=plate)
    rgb = warped(painted, matrix, (right - left, bottom - top), inverse=True, wanted=matte)
    if backing.encoding == "display":
        np.clip(rgb, 0.0, 1.0, out=rgb)  # Lanczos overshoots; display codes end at white
    alpha = matte if backing.alpha is None else matte * backing.alpha[top:bottom, left:right]
    rgb = _encoded(rgb, plan, backing)
    share = matte if backing.premultiplied else alpha
    for channel in range(3):
        rgb[..., channel] *= share
    return rgb, alpha


def _encoded(rgb: Picture, plan: PassPlan, backing: Backing) -> Picture:
    """Display-referred paint in the encoding the layer is written in."""
    if backing.encoding == "linear":
        return encode(to_linear(rgb), source="linear", target=plan.encoding)
    return encode(rgb, source="display", target=plan.encoding)


def layer_encoding(plan: PassPlan, backing: Backing) -> str:
    """What the slate says about the pixels: ``display``, ``linear`` or ``acescg``."""
    return backing.encoding if plan.encoding == "plate" else plan.encoding


def layer_alpha(plan: PassPlan) -> str:
    """``premultiplied`` for FACE, ``none`` for BODY."""
    return "premultiplied" if plan.pass_name is PassName.FACE else "none"
