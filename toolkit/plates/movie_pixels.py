"""Convert decoded movie frames to RGB.

FFmpeg's scaler maps white to 0.996 (limited range) or to full scale shifted by the bit depth (full range), samples
chroma as if it lay between the pixels, and clips; all of this was measured. So float RGB is computed here from the
planes with the matrix of the standard, and the scaler is used only for the 8-bit pictures of detectors, where it is
twenty times as fast.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from toolkit.plates.stored_picture import to_float

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.format import VideoFormat

_BT709, _UNSPECIFIED, _RESERVED, _BT470BG = 1, 2, 3, 5
"""Matrix coefficients of ITU-T H.273, table 4, as FFmpeg numbers them."""

_LUMA_WEIGHTS = {
    _BT709: (0.2126, 0.0722),
    4: (0.30, 0.11),
    _BT470BG: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
"""Kr and Kb of BT.709, FCC, BT.601 (625 and 525 lines), SMPTE 240M and BT.2020 non-constant luminance."""

_LIMITED, _FULL = 1, 2
"""FFmpeg's numbers for the range of codes."""


def describe_problem(frame: VideoFrame) -> str:
    """Why this frame cannot be converted to RGB; empty if it can."""
    kind = frame.format
    unsupported = kind.name.startswith(("xyz", "bayer")) or "f16" in kind.name
    if unsupported or (kind.is_rgb and kind.components[0].bits < 8):
        return f"pixel format {kind.name} is not supported"
    if _is_yuv(kind) and _matrix_and_range(frame)[0] not in _LUMA_WEIGHTS:
        return f"colour matrix {int(frame.colorspace)} of ITU-T H.273 is not supported"
    return ""


def has_alpha(frame: VideoFrame) -> bool:
    """Whether the frame has an alpha channel."""
    return any(component.is_alpha for component in frame.format.components)


def display_matrix(frame: VideoFrame) -> tuple[int, ...] | None:
    """The 9 numbers that place the picture on the display, row by row; None if it is shown as stored."""
    found: Any = frame.side_data  # PyAV's types say that it holds names
    for one in found:
        if one.type.name == "DISPLAYMATRIX":
            return tuple(np.frombuffer(bytes(one), np.int32).tolist())
    return None


def is_untagged(frame: VideoFrame) -> bool:
    """Whether a YUV frame has no matrix tag."""
    return _is_yuv(frame.format) and int(frame.colorspace) in {_UNSPECIFIED, _RESERVED}


def to_float_rgb(frame: VideoFrame, *, centred_chroma: bool) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """RGB (H, W, 3) as display codes 0..1, C-contiguous, and alpha (H, W) 0..1 if the format has one.

    RGB sources are exact, YUV is within 1e-6 of its standard's matrix. Chroma is interpolated linearly; it is sited at
    the left luma sample of its pair (MPEG-2 and later), or between them with ``centred_chroma`` (JPEG, MPEG-1). Codes
    beyond white and black are clamped.
    """
    if _is_yuv(frame.format):
        planar = _to_planar(frame)
        rgb = _yuv_to_float_rgb(planar, centred_chroma=centred_chroma, colour=_matrix_and_range(frame))
        return rgb, _normalise(_plane(planar, 3), planar.format.components[3].bits) if has_alpha(frame) else None
    codes, alpha = extract_codes(frame)
    rgb = to_float(codes)
    if frame.format.name.startswith("gray") and int(frame.color_range) == _LIMITED:
        rgb = np.clip((rgb - np.float32(16 / 255)) * np.float32(255 / 219), 0.0, 1.0)
    return rgb, None if alpha is None else to_float(alpha)


def to_8bit_rgb(frame: VideoFrame) -> NDArray[np.uint8]:
    """(H, W, 3) display codes, C-contiguous: fast, up to 4 codes off for sources deeper than 8 bits."""
    if frame.format.name == "rgb24":
        return np.array(frame.to_ndarray(), np.uint8, order="C", copy=True)  # the decoder may still use its buffer
    if _is_yuv(frame.format):
        frame.colorspace, frame.color_range = _matrix_and_range(frame)
    return np.ascontiguousarray(frame.to_ndarray(format="rgb24", dst_color_range=_FULL))


def extract_codes(frame: VideoFrame) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """RGB (H, W, 3) and alpha (H, W) of an RGB, grey or palette frame as stored.

    uint8; uint16 with full scale 65535; float32 for floats, and for 9 to 14 bits divided by their full scale.
    """
    kind = frame.format
    bits = kind.components[0].bits
    if bits <= 8:  # the scaler only copies these bytes
        frame = frame.reformat(format="rgba" if has_alpha(frame) else "rgb24")
    elif bits <= 16 and not kind.name.startswith(("gbr", "gray")):
        frame = frame.reformat(format="rgba64le" if has_alpha(frame) else "rgb48le")
        bits = 16
    codes = np.asarray(frame.to_ndarray())
    if 8 < bits < 16:
        codes = _normalise(codes, bits)
    if codes.ndim == 2:
        codes = np.repeat(codes[..., None], 3, axis=2)
    alpha = np.ascontiguousarray(codes[..., 3]) if codes.shape[2] == 4 else None
    return np.array(codes[..., :3], order="C", copy=True), alpha


# --- YUV -------------------------------------------------------------------------------------------------------


def _is_yuv(kind: VideoFormat) -> bool:
    return not kind.is_rgb and not kind.has_palette and len(kind.components) >= 3


def _to_planar(frame: VideoFrame) -> VideoFrame:
    """The same codes with one component per plane."""
    kind = frame.format
    planes = [component.plane for component in kind.components]
    if len(set(planes)) == len(planes):
        return frame
    bits = kind.components[0].bits
    sampling = {(32, 32): "420p", (32, 64): "422p", (16, 64): "411p"}.get(
        (kind.chroma_width(64), kind.chroma_height(64)), "444p"
    )
    name = f"yuv{'a' * has_alpha(frame)}{sampling}" + (f"{bits}le" if bits > 8 else "")
    # The same range on both sides, so that the scaler only copies codes.
    return frame.reformat(format=name, src_color_range=_LIMITED, dst_color_range=_LIMITED)


def _matrix_and_range(frame: VideoFrame) -> tuple[int, int]:
    """Matrix and range; an untagged frame of 720 lines or more is BT.709, a smaller one BT.601, both limited."""
    matrix = int(frame.colorspace)
    if matrix in {_UNSPECIFIED, _RESERVED}:
        matrix = _BT709 if frame.height >= 720 else _BT470BG
    full = int(frame.color_range) == _FULL or frame.format.name.startswith("yuvj")
    return matrix, _FULL if full else _LIMITED


def _yuv_to_float_rgb(frame: VideoFrame, *, centred_chroma: bool, colour: tuple[int, int]) -> NDArray[np.float32]:
    import cv2

    matrix, code_range = colour
    to_rgb = _yuv_to_rgb(matrix, frame.format.components[0].bits, code_range == _FULL)
    luma, blue, red = (_plane(frame, index) for index in range(3))
    subsampling = (64 // frame.format.chroma_width(64), 64 // frame.format.chroma_height(64))
    rgb = np.empty((*luma.shape, 3), np.float32)
    for top in range(0, len(luma), _BAND):
        lines = luma[top : top + _BAND].astype(np.float32)
        chroma = [
            _upsample_chroma(plane, lines.shape, top, subsampling, centred=centred_chroma) for plane in (blue, red)
        ]
        converted = cv2.transform(cv2.merge([lines, *chroma]), to_rgb)
        np.clip(converted, 0.0, 1.0, out=rgb[top : top + _BAND])
    return rgb


_BAND = 64
"""Lines converted at a time, so that intermediate results stay in the CPU cache."""


def _upsample_chroma(
    plane: NDArray[Any], shape: tuple[int, ...], top: int, subsampling: tuple[int, int], *, centred: bool
) -> NDArray[np.float32]:
    """The chroma of the luma lines from ``top`` on; ``subsampling`` is luma per chroma samples, across and down."""
    import cv2

    across, down = subsampling
    height, width = shape
    first = max(top // down - 1, 0)
    codes = plane[first : -(-(top + height) // down) + 1].astype(np.float32)
    if across == down == 1:
        return codes[top - first : top - first + height]
    left = 0.5 / across - 0.5 if centred else 0.0
    to_chroma = np.array([[1 / across, 0.0, left], [0.0, 1 / down, (top + 0.5) / down - 0.5 - first]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(codes, to_chroma, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE))


@cache
def _yuv_to_rgb(matrix: int, bits: int, full: bool) -> NDArray[np.float64]:
    """3x4 matrix from codes to RGB 0..1 (ITU-R BT.709 and BT.2100, quantisation of n-bit codes)."""
    red, blue = _LUMA_WEIGHTS[matrix]
    green, step = 1 - red - blue, 2.0 ** (bits - 8)
    luma, black, chroma = (219 * step, 16 * step, 224 * step) if not full else (2.0**bits - 1, 0.0, 2.0**bits - 1)
    from_difference = np.array(
        [
            [1, 0, 2 * (1 - red)],
            [1, -2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green],
            [1, 2 * (1 - blue), 0],
        ]
    )
    linear = from_difference / np.array([luma, chroma, chroma])
    offset = -linear @ np.array([black, 128 * step, 128 * step])
    return np.column_stack([linear, offset])


def _normalise(codes: NDArray[Any], bits: int) -> NDArray[np.float32]:
    return np.asarray(np.divide(codes, np.float32(2**bits - 1), dtype=np.float32))


def _plane(frame: VideoFrame, index: int) -> NDArray[Any]:
    """(rows, columns) of one plane without the padding at the end of its lines; a view."""
    plane = frame.planes[index]
    deep = frame.format.components[0].bits > 8
    code = np.dtype((">u2" if frame.format.is_big_endian else "<u2") if deep else "u1")
    lines = np.frombuffer(memoryview(plane), code).reshape(plane.height, plane.line_size // code.itemsize)
    return np.asarray(lines[:, : plane.width])
