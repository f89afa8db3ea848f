"""From the engine's images to the pixels of a layer file: warped onto the plate, matted, encoded.

Everything up to the final encoding is display-referred, with Rec.709 primaries. Overbrights, the values outside 0..1
(an EXR plate's highlights, colours outside Rec.709), never reach the engine; they are added back here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FacePlan, PassName, PassPlan
from toolkit.mattes import PixelWindow
from toolkit.passes.rendering.face_mattes import draw_face_matte, face_window
from toolkit.passes.rendering.shot_mattes import Matte, Mattes
from toolkit.passes.resampling import Picture, mean_zoom, prefilter, split_affine, warp_affine
from toolkit.plates import AP1, Encoding, Primaries, encode, from_linear, from_rec709, to_half, to_linear


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateProperties:
    """What a layer takes over from its plate frame besides the colours."""

    alpha: NDArray[np.float32] | None
    """(H, W) 0..1; None if the plate has none, in all of its frames."""
    premultiplied: bool
    """Whether the plate's colours are multiplied by ``alpha``."""
    encoding: Encoding
    """The plate's encoding, which display-referred colours are converted back to."""
    primaries: Primaries | None = None
    """Of a linear plate; None: Rec.709."""
    ceiling: Picture | None = None
    """(H, W, 3) display-referred, see ``measure_ceiling``; None: no limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPixels:
    """The pixels of one layer file."""

    pixels: NDArray[np.float16]
    """(H, W, 3), or (H, W, 4) premultiplied."""
    matte_areas: tuple[float, ...]
    """Sum of each face's matte, in the order of the plan."""


def compose_body(plan: PassPlan, plate: PlateProperties, painted: Picture, overbrights: Picture | None) -> LayerPixels:
    """The whole frame, premultiplied with the plate's alpha if it has one; ``overbrights`` are plate-sized."""
    if plan.plate_to_canvas is None:
        rgb = painted[: plan.height, : plan.width]
    else:
        linear, shift = split_affine(plan.plate_to_canvas)
        painted, matrix = prefilter(painted, 1 / mean_zoom(linear)), np.column_stack([linear, shift])
        rgb = warp_affine(painted, matrix, (plan.width, plan.height), inverse=True)
        np.clip(rgb, 0.0, 1.0, out=rgb)
    if plate.ceiling is not None:
        rgb = np.minimum(rgb, plate.ceiling)
    rgb = _encode(rgb if overbrights is None else rgb + overbrights, plan, plate)
    if plate.alpha is None:
        return LayerPixels(pixels=to_half(np.ascontiguousarray(rgb)), matte_areas=())
    colours = rgb if plate.premultiplied else rgb * plate.alpha[..., None]
    return LayerPixels(pixels=to_half(np.dstack([colours, plate.alpha])), matte_areas=())


def measure_ceiling(alpha: NDArray[np.float32], picture: Picture, encoding: Encoding) -> Picture:
    """The brightest that an engine may paint on a premultiplied plate, display-referred (H, W, 3).

    Engines see an opaque picture and paint outside of the alpha, too, where light would add to what is below. A pixel
    has room for white times its alpha, and for what the plate's ``picture`` itself has there, such as a glow or a lamp.
    """
    room = np.clip(alpha, 0.0, 1.0)
    room = from_linear(room) if encoding == "linear" else room
    return np.maximum(room[..., None], picture)


def compose_face(
    plan: PassPlan,
    faces: Sequence[FacePlan],
    plate: PlateProperties,
    painted: Sequence[Picture],
    mattes: Mattes = MappingProxyType({}),
) -> LayerPixels:
    """The faces over transparent black, premultiplied, each one over those before it in the plan.

    ``mattes`` are those that come from files; the others are drawn.
    """
    pixels = np.zeros((plan.height, plan.width, 4), np.float16)
    windows = [face_window(plan, face, mattes.get(face.face)) for face in faces]
    visible = [window for window in windows if window is not None]
    if not visible:
        return LayerPixels(pixels=pixels, matte_areas=(0.0,) * len(faces))
    left, top = min(w[0] for w in visible), min(w[1] for w in visible)
    right, bottom = max(w[2] for w in visible), max(w[3] for w in visible)
    planes = np.zeros((4, bottom - top, right - left), np.float32)  # numpy and OpenCV are fast on separate channels
    areas = []
    for face, picture, window in zip(faces, painted, windows, strict=True):
        if window is None:
            areas.append(0.0)
            continue
        rgb, alpha = _premultiply_face(plan, face, plate, picture, window=window, given=mattes.get(face.face))
        x0, y0, x1, y1 = window[0] - left, window[1] - top, window[2] - left, window[3] - top
        below = planes[:, y0:y1, x0:x1]
        below *= 1.0 - alpha
        below[:3] += np.moveaxis(rgb, 2, 0)
        below[3] += alpha
        areas.append(float(alpha.sum(dtype=np.float64)))
    pixels[top:bottom, left:right] = to_half(cv2.merge(list(planes)))
    return LayerPixels(pixels=pixels, matte_areas=tuple(areas))


def _premultiply_face(
    plan: PassPlan,
    face: FacePlan,
    plate: PlateProperties,
    painted: Picture,
    *,
    window: PixelWindow,
    given: Matte | None,
) -> tuple[Picture, NDArray[np.float32]]:
    """The face in ``window``, premultiplied (H, W, 3), and its alpha (H, W)."""
    left, top, right, bottom = window
    linear, shift = split_affine(face.plate_to_canvas)
    matrix = np.column_stack([linear, shift + linear @ (left, top)])
    matte = draw_face_matte(plan, face, given, window=window)
    rgb = warp_affine(painted, matrix, (right - left, bottom - top), inverse=True, mask=matte)
    if plate.encoding == "display":
        np.clip(rgb, 0.0, 1.0, out=rgb)  # Lanczos overshoots; display codes end at white
    if plate.ceiling is not None:
        np.minimum(rgb, plate.ceiling[top:bottom, left:right], out=rgb)
    alpha = matte if plate.alpha is None else matte * plate.alpha[top:bottom, left:right]
    rgb = _encode(rgb, plan, plate)
    factor = matte if plate.premultiplied else alpha
    for channel in range(3):
        rgb[..., channel] *= factor
    return rgb, alpha


def _encode(rgb: Picture, plan: PassPlan, plate: PlateProperties) -> Picture:
    """Convert display-referred colours to the encoding of the layer."""
    if plate.encoding == "display":
        return encode(rgb, source="display", target=plan.encoding)
    linear, primaries = to_linear(rgb), layer_primaries(plan, plate)
    if primaries is not None and primaries == plate.primaries:  # back the way it came, exactly
        return from_rec709(linear, primaries)
    return encode(linear, source="linear", target=plan.encoding)


def layer_primaries(plan: PassPlan, plate: PlateProperties) -> Primaries | None:
    """Primaries of the layer, for its header; None: Rec.709, or display codes."""
    if plan.encoding == "acescg":
        return AP1
    return plate.primaries if plan.encoding == "plate" else None


def layer_encoding(plan: PassPlan, plate: PlateProperties) -> str:
    """The encoding as written in the slate: ``display``, ``linear`` or ``acescg``."""
    return plate.encoding if plan.encoding == "plate" else plan.encoding


def layer_alpha(plan: PassPlan, plate: PlateProperties) -> str:
    """``premultiplied`` for FACE, and for BODY of a plate with alpha; else ``none``."""
    return "none" if plan.pass_name is PassName.BODY and plate.alpha is None else "premultiplied"
