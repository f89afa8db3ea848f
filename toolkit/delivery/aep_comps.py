"""Build the comps of a generated After Effects project: layers, masks and nulls that follow the faces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toolkit.delivery.ae_timing import LayerTiming, ae_rate, is_interpolated, time_layer
from toolkit.delivery.aep_footage import Footage
from toolkit.delivery.clip_timing import TOLERANCE, source_position
from toolkit.documents import Delivery, DeliveryClip, FaceKeys
from toolkit.frames import FrameRange

if TYPE_CHECKING:
    from py_aep import AVItem, AVLayer, CompItem

Floats = NDArray[np.float64]

_BLENDING = {"nearest": "NO_FRAME_BLEND", "blend": "FRAME_MIX", "flow": "PIXEL_MOTION"}
_MARKER_LABELS = {"Red": 1, "Yellow": 2, "Blue": 8, "Green": 9}
_PLATE_LABEL, _FACE_LABEL = 15, 2
"""Indices in After Effects' default label colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comp:
    """A comp and the record frames that it shows."""

    item: CompItem
    footage: Footage
    record_range: FrameRange
    """Its first frame is the comp's frame 0 (record space)."""
    rate: Fraction
    """Frames per second."""

    @classmethod
    def create(
        cls, footage: Footage, delivery: Delivery, name: str, size: tuple[int, int], record_range: FrameRange
    ) -> Comp:
        """Add an empty comp of ``size`` (width, height) to the project."""
        seconds = float(len(record_range) / ae_rate(delivery.rate))
        item = footage.folder.add_comp(name, *size, 1.0, seconds, delivery.fps)
        item.frame_blending = True  # the comp's switch; each layer has its own
        return cls(item=item, footage=footage, record_range=record_range, rate=delivery.rate)

    def add_plate(self, clip: DeliveryClip, window: FrameRange) -> None:
        """Add a guide layer, which is visible while working but not rendered."""
        layer = self.add_clip(clip, window)
        layer.name, layer.label, layer.guide_layer = f"plate {clip.name}", _PLATE_LABEL, True

    def add_clip(self, clip: DeliveryClip, window: FrameRange) -> AVLayer:
        """Add a layer of the frames that ``clip`` has inside ``window`` (record space)."""
        import py_aep

        layer = self.add_to_fit(self.footage.item(clip), clip)
        layer.transform.property("ADBE Opacity").value = clip.opacity
        self.set_timing(layer, time_layer(clip, window, self.rate), clip)
        if clip.interpolation in _BLENDING:
            layer.frame_blending_type = py_aep.FrameBlendingType[_BLENDING[clip.interpolation]]
        return layer

    def add_to_fit(self, item: AVItem, clip: DeliveryClip) -> AVLayer:
        """Add ``item`` on top, scaled so that the frame size of ``clip`` fits into the comp, as Resolve does."""
        layer = self.item.add(item)
        fit = min(self.item.width / clip.width, self.item.height / clip.height)
        if fit != 1:
            layer.transform.property("ADBE Scale").value = [100 * fit, 100 * fit, 100.0]
        return layer

    def set_timing(self, layer: AVLayer, timing: LayerTiming, clip: DeliveryClip) -> None:
        """Set start time, remap keys, in point and out point, in this order: each one moves those after it."""
        layer.start_time = self.seconds(timing.media_start)
        if timing.remap and layer.can_set_time_remap_enabled:
            layer.time_remap_enabled = True
            keys = layer.property("ADBE Time Remapping")
            keys.remove_all_keys()
            for record_frame, source_frame in timing.remap:
                keys.set_value_at_time(self.seconds(record_frame), float(source_frame / ae_rate(clip.rate)))
        layer.in_point = self.seconds(timing.record_range.first)
        layer.out_point = self.seconds(timing.record_range.last + 1)

    def add_markers(self, remarks: Iterable[tuple[int, str, str]]) -> None:
        """Add markers of (record frame, text, colour).

        A frame has one marker: further texts are appended to the first one, which keeps its colour.
        """
        import py_aep

        markers: dict[int, py_aep.MarkerValue] = {}
        for record_frame, text, colour in remarks:
            if record_frame in markers:
                markers[record_frame].comment += f"\n{text}"
            else:
                markers[record_frame] = py_aep.MarkerValue(text)
                markers[record_frame].label = _MARKER_LABELS[colour]
        for record_frame, marker in markers.items():
            self.item.marker_property.set_value_at_time(self.seconds(record_frame), marker)

    def seconds(self, record_frame: Fraction | int) -> float:
        """The comp time at ``record_frame``."""
        return float((record_frame - self.record_range.first) / ae_rate(self.rate))


# --- faces -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceAnimation:
    """A face over a comp: arrays with one entry per comp frame that shows the face."""

    name: str
    times: list[float]
    """Comp time, seconds."""
    positions: Floats
    """(N, 2) pixels from the corner of the top left one."""
    scales: Floats
    """(N,) per cent."""
    rolls: Floats
    """(N,) degrees clockwise."""
    ovals: Floats
    """(N, points, 2) pixels from the corner of the top left one; (0,) for a face without an oval."""
    feathers: Floats
    """(N,) pixels; (0,) for a face without an oval."""

    @classmethod
    def from_keys(cls, keys: FaceKeys, clip: DeliveryClip, record_range: FrameRange, rate: Fraction) -> FaceAnimation:
        """The ``keys`` of the frames that the layer ``clip`` shows, interpolated where the host interpolates."""
        entry_of = {source_frame: entry for entry, source_frame in enumerate(keys.frames)}
        times: list[float] = []
        lower: list[int] = []
        upper: list[int] = []
        weights: list[float] = []
        for comp_frame, record_frame in enumerate(record_range):
            position = source_position(clip, record_frame, rate)
            source_frame = floor(position + TOLERANCE)
            if source_frame not in entry_of:
                continue
            times.append(float(comp_frame / ae_rate(rate)))
            lower.append(entry_of[source_frame])
            upper.append(entry_of.get(source_frame + 1, entry_of[source_frame]))
            weights.append(max(float(position) - source_frame, 0.0) if is_interpolated(clip) else 0.0)

        def interpolate(values: tuple[object, ...]) -> Floats:
            column = np.array(values, np.float64)
            weight = np.array(weights).reshape(-1, *[1] * (column.ndim - 1))
            return (1 - weight) * column[lower] + weight * column[upper] if values else column

        return cls(
            name=f"face {keys.face}",
            times=times,
            positions=interpolate(tuple(zip(keys.x, keys.y, strict=True))) + 0.5,
            scales=interpolate(keys.scale),
            rolls=interpolate(keys.roll),
            ovals=interpolate(keys.ovals) + 0.5,
            feathers=interpolate(keys.feathers),
        )


def add_null(comp: CompItem, face: FaceAnimation) -> None:
    """Add a null that follows the face: position, scale and rotation, keyed on every frame with a face."""
    null = comp.add_null(comp.duration)
    null.name, null.label = face.name, _FACE_LABEL
    transform = null.transform
    transform.property("ADBE Anchor Point").value = [0.0, 0.0, 0.0]
    positions = [[x, y, 0.0] for x, y in face.positions.tolist()]
    transform.property("ADBE Position").set_values_at_times(face.times, positions)
    scales = [[scale, scale, 100.0] for scale in face.scales.tolist()]
    transform.property("ADBE Scale").set_values_at_times(face.times, scales)
    transform.property("ADBE Rotate Z").set_values_at_times(face.times, face.rolls.tolist())


def add_mask(layer: AVLayer, face: FaceAnimation) -> None:
    """Add the face oval as a disabled mask: the layer's alpha is the same oval, and using both would thin its edge."""
    import py_aep

    if not face.ovals.size:
        return
    mask = layer.masks.add_property("ADBE Mask Atom")
    mask.name, mask.mask_mode = face.name, py_aep.MaskMode.NONE
    shapes = [py_aep.Shape(oval) for oval in face.ovals.tolist()]
    mask.property("ADBE Mask Shape").set_values_at_times(face.times, shapes)
    # Our matte fades inwards from the oval; After Effects feathers both sides of the path. Hence the negative offset.
    widths = face.feathers.tolist()
    mask.property("ADBE Mask Feather").set_values_at_times(face.times, [[width, width] for width in widths])
    mask.property("ADBE Mask Offset").set_values_at_times(face.times, [-width / 2 for width in widths])
