"""The comps of a ready-made After Effects project: layers in their places, masks and nulls that go with the faces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from toolkit.delivery.ae_timing import ALMOST, Placed, held_rate, is_mixed, placed, position_at
from toolkit.delivery.aep_footage import Footage
from toolkit.documents import Delivery, DeliveryClip, FaceKeys
from toolkit.frames import FrameRange

if TYPE_CHECKING:
    from py_aep import AVItem, AVLayer, CompItem

Floats = NDArray[np.float64]

_BLENDING = {"nearest": "NO_FRAME_BLEND", "blend": "FRAME_MIX", "flow": "PIXEL_MOTION"}
_MARKERS = {"Red": 1, "Yellow": 2, "Blue": 8, "Green": 9}
_PLATE_LABEL, _FACE_LABEL = 15, 2
"""Colours of the standard palette."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comp:
    """A comp and the frames of the cut that it shows."""

    item: CompItem
    footage: Footage
    record_range: FrameRange
    """The first is the comp's frame 0 (record space)."""
    rate: Fraction
    """Frames per second."""

    @classmethod
    def make(
        cls, footage: Footage, delivery: Delivery, name: str, size: tuple[int, int], record_range: FrameRange
    ) -> Comp:
        """An empty comp of ``size`` (width, height)."""
        seconds = float(len(record_range) / held_rate(delivery.rate))
        item = footage.folder.add_comp(name, *size, 1.0, seconds, delivery.fps)
        item.frame_blending = True  # the comp's switch: each layer has its own
        return cls(item=item, footage=footage, record_range=record_range, rate=delivery.rate)

    def add_plate(self, clip: DeliveryClip, window: FrameRange) -> None:
        """A guide: seen while working, not rendered."""
        layer = self.add_clip(clip, window)
        layer.name, layer.label, layer.guide_layer = f"plate {clip.name}", _PLATE_LABEL, True

    def add_clip(self, clip: DeliveryClip, window: FrameRange) -> AVLayer:
        """A layer of what ``clip`` has inside ``window`` (record space)."""
        import py_aep

        layer = self.add_fitted(self.footage.item(clip), clip)
        layer.transform.property("ADBE Opacity").value = clip.opacity
        self.time(layer, placed(clip, window, self.rate), clip)
        if clip.interpolation in _BLENDING:
            layer.frame_blending_type = py_aep.FrameBlendingType[_BLENDING[clip.interpolation]]
        return layer

    def add_fitted(self, item: AVItem, clip: DeliveryClip) -> AVLayer:
        """A layer on top, its whole picture, as large as that of ``clip``, fitted into the frame as Resolve does it."""
        layer = self.item.add(item)
        fit = min(self.item.width / clip.width, self.item.height / clip.height)
        if fit != 1:
            layer.transform.property("ADBE Scale").value = [100 * fit, 100 * fit, 100.0]
        return layer

    def time(self, layer: AVLayer, where: Placed, clip: DeliveryClip) -> None:
        """Lay ``layer`` there. The start comes first and the out point last: each moves those after it."""
        layer.start_time = self.seconds(where.media_first)
        if where.remap and layer.can_set_time_remap_enabled:
            layer.time_remap_enabled = True
            keys = layer.property("ADBE Time Remapping")
            keys.remove_all_keys()
            for record_frame, picture in where.remap:
                keys.set_value_at_time(self.seconds(record_frame), float(picture / held_rate(clip.rate)))
        layer.in_point = self.seconds(where.shown.first)
        layer.out_point = self.seconds(where.shown.last + 1)

    def mark(self, remarks: Iterable[tuple[int, str, str]]) -> None:
        """Markers of (record frame, text, colour). A frame holds one: further texts join the first and its colour."""
        import py_aep

        markers: dict[int, py_aep.MarkerValue] = {}
        for record_frame, text, colour in remarks:
            if record_frame in markers:
                markers[record_frame].comment += f"\n{text}"
            else:
                markers[record_frame] = py_aep.MarkerValue(text)
                markers[record_frame].label = _MARKERS[colour]
        for record_frame, marker in markers.items():
            self.item.marker_property.set_value_at_time(self.seconds(record_frame), marker)

    def seconds(self, record_frame: Fraction | int) -> float:
        """The time of the comp at ``record_frame``."""
        return float((record_frame - self.record_range.first) / held_rate(self.rate))


# --- faces -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FaceInComp:
    """A face on the frames of a comp, wherever the picture shown there has one: arrays of one entry per such frame."""

    name: str
    times: list[float]
    """Seconds of the comp."""
    places: Floats
    """(N, 2) pixels from the corner of the top left one."""
    scales: Floats
    """(N,) per cent."""
    rolls: Floats
    """(N,) degrees clockwise."""
    ovals: Floats
    """(N, points, 2) pixels from the corner of the top left one; (0,) for a face without."""
    feathers: Floats
    """(N,) pixels; (0,) for a face without ovals."""

    @classmethod
    def of(cls, keys: FaceKeys, clip: DeliveryClip, record_range: FrameRange, rate: Fraction) -> FaceInComp:
        """Those of ``keys`` that the layer ``clip`` shows; where the host mixes its pictures, they are mixed, too."""
        entry_of = {picture: entry for entry, picture in enumerate(keys.frames)}
        times: list[float] = []
        lower: list[int] = []
        upper: list[int] = []
        parts: list[float] = []
        for number, record_frame in enumerate(record_range):
            position = position_at(clip, record_frame, rate)
            picture = floor(position + ALMOST)
            if picture not in entry_of:
                continue
            times.append(float(number / held_rate(rate)))
            lower.append(entry_of[picture])
            upper.append(entry_of.get(picture + 1, entry_of[picture]))
            parts.append(max(float(position) - picture, 0.0) if is_mixed(clip) else 0.0)

        def between(values: tuple[object, ...]) -> Floats:
            column = np.array(values, np.float64)
            part = np.array(parts).reshape(-1, *[1] * (column.ndim - 1))
            return (1 - part) * column[lower] + part * column[upper] if values else column

        return cls(
            name=f"face {keys.face}",
            times=times,
            places=between(tuple(zip(keys.x, keys.y, strict=True))) + 0.5,
            scales=between(keys.scale),
            rolls=between(keys.roll),
            ovals=between(keys.ovals) + 0.5,
            feathers=between(keys.feathers),
        )


def add_null(comp: CompItem, face: FaceInComp) -> None:
    """A null that goes with the face: position, scale and rotation, a key for every frame with a face."""
    null = comp.add_null(comp.duration)
    null.name, null.label = face.name, _FACE_LABEL
    transform = null.transform
    transform.property("ADBE Anchor Point").value = [0.0, 0.0, 0.0]
    transform.property("ADBE Position").set_values_at_times(face.times, [[x, y, 0.0] for x, y in face.places.tolist()])
    transform.property("ADBE Scale").set_values_at_times(
        face.times, [[size, size, 100.0] for size in face.scales.tolist()]
    )
    transform.property("ADBE Rotate Z").set_values_at_times(face.times, face.rolls.tolist())


def add_mask(layer: AVLayer, face: FaceInComp) -> None:
    """The face oval, switched off: the layer's alpha is that oval already, and both together would thin its edge."""
    import py_aep

    if not face.ovals.size:
        return
    mask = layer.masks.add_property("ADBE Mask Atom")
    mask.name, mask.mask_mode = face.name, py_aep.MaskMode.NONE
    mask.property("ADBE Mask Shape").set_values_at_times(
        face.times, [py_aep.Shape(oval) for oval in face.ovals.tolist()]
    )
    # ours fades inwards from the oval, a mask of After Effects to both sides of its path: it is drawn in by half
    widths = face.feathers.tolist()
    mask.property("ADBE Mask Feather").set_values_at_times(face.times, [[width, width] for width in widths])
    mask.property("ADBE Mask Offset").set_values_at_times(face.times, [-width / 2 for width in widths])
