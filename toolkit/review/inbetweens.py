"""The frames between two rendered ones, as an editor's application fills them in.

Optical flow stands in for what hosts do: the flow is OpenCV's DIS (Kroeger et al., "Fast Optical Flow using Dense
Inverse Search", 2016), taken to the moment between the two frames as in Jiang et al., "Super SloMo", 2018. Hosts have
better and worse ones, and a trained one would invent other mouths.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Interpolation
from toolkit.passes import Luma, estimate_flow, identity_stmap, to_luma, warp_by_stmap
from toolkit.plates import Encoding, PlateFrame, to_display_referred

_SIDE = 480
"""The flow is estimated on pictures whose shorter side is at most this long, pixels."""


def fill_in(
    before: PlateFrame, after: PlateFrame, part: float, interpolation: Interpolation, encoding: Encoding
) -> PlateFrame:
    """What a host shows at ``part`` (0..1) of the way from ``before`` to ``after``, two frames of one layer.

    ``nearest`` holds ``before``, ``blend`` mixes the two, ``flow`` and ``host`` move both along their optical flow.
    ``encoding`` is that of the layer. The frame that is returned has the number of ``before``.
    """
    if part == 0 or before is after or interpolation == "nearest":
        return before
    if interpolation == "blend":
        return _mix(before, after, part)
    window = _find_window(before, after)
    if window is None:
        return before
    one, other = (_cut(frame, window) for frame in (before, after))
    into_before, into_after = _stmaps(one, other, part, encoding)
    mixed = _mix(_warp(one, into_before), _warp(other, into_after), part)
    alpha = None
    if before.alpha is not None and mixed.alpha is not None:
        alpha = _paste(mixed.alpha, window, before.alpha.shape)
    return replace(before, rgb=_paste(mixed.rgb, window, before.rgb.shape), alpha=alpha)


def _mix(before: PlateFrame, after: PlateFrame, part: float) -> PlateFrame:
    def mix(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.addWeighted(one, 1 - part, other, part, 0), np.float32)

    alpha = None if before.alpha is None or after.alpha is None else mix(before.alpha, after.alpha)
    return replace(before, rgb=mix(before.rgb, after.rgb), alpha=alpha)


def _find_window(before: PlateFrame, after: PlateFrame) -> tuple[slice, slice] | None:
    """Rows and columns around what either frame shows: all of an opaque one; None: nothing."""
    height, width = before.rgb.shape[:2]
    if before.alpha is None or after.alpha is None:
        return slice(0, height), slice(0, width)
    shown = find_shown(np.maximum(before.alpha, after.alpha))
    return None if shown is None else (_widen(shown[0], height), _widen(shown[1], width))


def find_shown(alpha: NDArray[np.float32]) -> tuple[slice, slice] | None:
    """The rows and columns of ``alpha``, (H, W), outside of which it is 0; None: it is 0 throughout."""
    rows, columns = np.flatnonzero(alpha.max(axis=1)), np.flatnonzero(alpha.max(axis=0))
    if not len(rows):
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _widen(shown: slice, end: int) -> slice:
    """Half as much again on each side: the flow follows a motion that is small beside the picture it sees."""
    margin = (shown.stop - shown.start) // 2
    return slice(max(0, shown.start - margin), min(end, shown.stop + margin))


def _cut(frame: PlateFrame, window: tuple[slice, slice]) -> PlateFrame:
    alpha = None if frame.alpha is None else np.ascontiguousarray(frame.alpha[window])
    return replace(frame, rgb=np.ascontiguousarray(frame.rgb[window]), alpha=alpha)


def _paste(part: NDArray[np.float32], window: tuple[slice, slice], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """``part`` in the ``window`` of a picture of ``shape``, 0 around it."""
    whole = np.zeros(shape, np.float32)
    whole[window] = part
    return whole


def _stmaps(
    before: PlateFrame, after: PlateFrame, part: float, encoding: Encoding
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where a pixel of the frame between is in ``before`` and in ``after``: two ST maps, (H, W, 2)."""
    height, width = before.rgb.shape[:2]
    scale = min(1.0, _SIDE / max(1, min(height, width)))
    one, other = (_small_luma(frame, encoding, scale) for frame in (before, after))
    still = identity_stmap(one.shape)
    forward, backward = estimate_flow(other, one)[0] - still, estimate_flow(one, other)[0] - still
    to_before = -(1 - part) * part * forward + part * part * backward
    to_after = (1 - part) * (1 - part) * forward - part * (1 - part) * backward
    whole = identity_stmap((height, width))
    grown = (
        cv2.resize(flow, (width, height)) * (width / one.shape[1], height / one.shape[0])
        for flow in (to_before, to_after)
    )
    into_before, into_after = ((whole + flow).astype(np.float32) for flow in grown)
    return into_before, into_after


def _small_luma(frame: PlateFrame, encoding: Encoding, scale: float) -> Luma:
    luma = to_luma(to_display_referred(frame, encoding))
    if scale == 1:
        return luma
    return np.asarray(cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


def _warp(frame: PlateFrame, stmap: NDArray[np.float32]) -> PlateFrame:
    alpha = None if frame.alpha is None else warp_by_stmap(frame.alpha, stmap)
    return replace(frame, rgb=warp_by_stmap(frame.rgb, stmap), alpha=alpha)
