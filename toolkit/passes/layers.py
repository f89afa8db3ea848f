"""From plate to painter and back: crops in, layers out.

Everything here works on display-referred pictures in the plate's own primaries. Light above white (an EXR plate's
highlights) cannot be painted: it is set aside before the engine and put back on top of what the engine made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Affine, FacePlan, PassName, PassPlan
from toolkit.passes.mattes import Window, matte_window, plate_matte
from toolkit.passes.warp import parts_of, warped, zoom_of
from toolkit.plates import Encoding, PlateFrame, encode, from_linear, to_half, to_linear

Picture = NDArray[np.float32]
"""(H, W, 3) RGB."""


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


def display_picture(frame: PlateFrame, encoding: Encoding) -> Picture:
    """The colours as engines want to see them, display-referred; beyond 1 where the plate is brighter than white."""
    return from_linear(frame.rgb) if encoding == "linear" else frame.rgb


# --- to the engine ---------------------------------------------------------------------------------------------


def whole_picture(plan: PassPlan, picture: Picture) -> Picture:
    """The whole frame, 0..1, on the pass's canvas: one Lanczos resampling where that has another size, and the edge
    pixels repeated up to the multiple of 8."""
    if plan.plate_to_canvas is not None:
        linear, shift = parts_of(plan.plate_to_canvas)
        shown = warped(_softened(picture, zoom_of(linear)), np.column_stack([linear, shift]), plan.canvas)
        return np.clip(shown, 0.0, 1.0, out=shown)  # Lanczos overshoots
    height, width = picture.shape[:2]
    right, below = plan.canvas[0] - width, plan.canvas[1] - height
    if right == 0 and below == 0:
        return picture
    return np.asarray(cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_REPLICATE))


def face_crop(face: FacePlan, canvas: int, picture: Picture) -> Picture:
    """The face on its canvas: one Lanczos resampling; what lies outside the plate repeats its edge."""
    linear, shift = parts_of(face.plate_to_canvas)
    zoom = zoom_of(linear)
    if zoom < 1:
        left, top, right, bottom = _window_of_canvas(face, canvas, picture.shape, margin=ceil(8 / zoom))
        picture = _softened(picture[top:bottom, left:right], zoom)
        shift = shift + linear @ (left, top)
    return warped(picture, np.column_stack([linear, shift]), (canvas, canvas))


def _softened(picture: Picture, zoom: float) -> Picture:
    """``picture`` without the detail that a ``zoom`` below 1 cannot show: Lanczos at the smaller pitch would alias."""
    if zoom >= 1:
        return picture
    sigma = 0.5 * sqrt(1 / zoom**2 - 1)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE))


def without_beyond(picture: Picture, *, ours: bool = False) -> tuple[Picture, Picture | None]:
    """What an engine may see, 0..1, and the light above white (and below black) it must not; None without any.

    With ``ours`` the caller has no more use for ``picture``, and that light comes back in its memory.
    """
    if picture.min() >= 0.0 and picture.max() <= 1.0:
        return np.ascontiguousarray(picture), None
    image = np.ascontiguousarray(np.clip(picture, 0.0, 1.0))
    return image, np.subtract(picture, image, out=picture if ours else None)


def on_canvas(affine: Affine | None, mesh: NDArray[np.float32]) -> NDArray[np.float32]:
    """Points ``mesh`` (n, 3) of the plate in the pixels of the canvas that ``affine`` leads to; the third column stays
    as it is, and all of it without an affine."""
    if affine is None:
        return mesh
    linear, shift = parts_of(affine)
    points = mesh.copy()
    points[:, :2] = mesh[:, :2] @ linear.T + shift
    return points


# --- and back --------------------------------------------------------------------------------------------------


def body_layer(plan: PassPlan, backing: Backing, painted: Picture, beyond: Picture | None) -> Layer:
    """The whole frame without alpha; ``beyond`` is the plate's light beyond 0..1, in the plate's size."""
    if plan.plate_to_canvas is None:
        rgb = painted[: plan.height, : plan.width]
    else:
        linear, shift = parts_of(plan.plate_to_canvas)
        painted, matrix = _softened(painted, 1 / zoom_of(linear)), np.column_stack([linear, shift])
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


def _window_of_canvas(face: FacePlan, canvas: int, shape: tuple[int, ...], *, margin: int) -> Window:
    window = matte_window(face.corners, None, (shape[1], shape[0]), margin=margin)
    # A crop that misses the plate altogether still shows the plate's nearest edge.
    return window if window is not None else (0, 0, shape[1], shape[0])
