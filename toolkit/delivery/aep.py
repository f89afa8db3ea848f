"""A ready After Effects project, for who may not run scripts there: experimental, no real After Effects has opened one.

It holds what the script of the menu builds. A comp per shot counts the layer files, handles included: the plate as
guide, BODY, FACE with the face oval as a mask, and a null that goes with each face. The master comp lays those comps
over the plates as they are cut. py-aep writes the file; what it cannot import stands as a placeholder and is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from toolkit.delivery.after_effects import face_layers, pixel, timing
from toolkit.documents import Delivery, DeliveryClip, FaceKeys, appearing
from toolkit.errors import DocumentError, EngineUnavailable, MissingFrames, MissingMedia, UnsupportedMedia
from toolkit.frames import FramePath, FrameRange
from toolkit.turnover import shot_stem

if TYPE_CHECKING:
    from py_aep import AVItem, AVLayer, CompItem, FolderItem, FootageItem, Project

_WRITTEN_FOR = "22.0x111"
"""A file opens in the version it is written for and in every later one; our scripts ask for 22, too."""
_FASTEST = 99
"""Frames per second of a comp or of footage."""
_LONGEST = 10_800
"""Seconds of a comp."""
_BLENDING = {"nearest": "NO_FRAME_BLEND", "blend": "FRAME_MIX", "flow": "PIXEL_MOTION"}
_LABELS = {"Red": 1, "Yellow": 2, "Blue": 8, "Green": 9}


def write_aep(delivery: Delivery, root: Path) -> tuple[Path, tuple[str, ...]]:
    """Write ``root/<name>.aep`` for the delivery that lies in ``root``; its path, and what its user has to know.

    Raises EngineUnavailable without py-aep, MediaError for layers that are gone or that After Effects cannot hold,
    DocumentError for a layer outside ``root``, OutputNotWritable.
    """
    try:
        import py_aep
    except ImportError as error:
        raise EngineUnavailable(
            "py-aep", "an .aep needs it", remedy="run: pip install 'resolve-ae-toolkit[aep]'"
        ) from error
    _check(delivery, root)
    project = py_aep.new(_WRITTEN_FOR).project
    project.bits_per_channel = py_aep.BitsPerChannel.THIRTY_TWO
    folder = project.root_folder.add_folder(delivery.name)
    pool = _Pool(project=project, folder=folder, root=root)
    shots = {name: _shot_comp(name, delivery, pool) for name in _shots_with_layers(delivery)}
    _master_comp(delivery, shots, pool)
    path = root / f"{shot_stem(delivery.name)}.aep"
    with appearing(path) as temporary:
        project.save(temporary)
    return path, tuple(pool.notes)


def _check(delivery: Delivery, root: Path) -> None:
    """What After Effects cannot hold, and what a document may not ask for, before anything is made."""
    document = root / "delivery.json"
    if delivery.record_count / delivery.rate > _LONGEST:
        raise UnsupportedMedia(document, "the cut is longer than three hours, the most a comp of After Effects lasts")
    for what, rate in [("the cut", delivery.rate), *((clip.name, clip.rate) for _, clip in _placed(delivery))]:
        if rate > _FASTEST:
            raise UnsupportedMedia(document, f"{what} runs at {float(rate):g} fps; After Effects takes {_FASTEST}")
    for is_layer, clip in _placed(delivery):
        path = PurePosixPath(clip.path)
        if is_layer and (path.is_absolute() or ".." in path.parts or not (root / path).is_relative_to(root)):
            raise DocumentError(document, "/tracks", f"{clip.name} lies outside the delivery's folder: {clip.path}")


def _placed(delivery: Delivery) -> Iterator[tuple[bool, DeliveryClip]]:
    """Whether it is a layer, and the clip: bottom to top."""
    for track in delivery.tracks:
        for clip in track.clips:
            yield track.pass_name is not None, clip


def _shots_with_layers(delivery: Delivery) -> list[str]:
    return list(dict.fromkeys(clip.shot for is_layer, clip in _placed(delivery) if is_layer))


# --- footage -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pool:
    """The footage of the project: each file is imported once."""

    project: Project
    folder: FolderItem
    root: Path
    notes: list[str] = field(default_factory=list)
    _items: dict[str, FootageItem] = field(default_factory=dict)

    def item(self, clip: DeliveryClip, *, is_layer: bool) -> FootageItem:
        """The footage of ``clip``, interpreted."""
        if clip.path not in self._items:
            item = self._imported(clip, is_layer=is_layer)
            item.parent_folder = self.folder
            self._items[clip.path] = item
        return self._items[clip.path]

    def _imported(self, clip: DeliveryClip, *, is_layer: bool) -> FootageItem:
        import py_aep

        path = self.root / clip.path
        options = py_aep.ImportOptions(path)
        if clip.pattern:
            numbers = FrameRange(first=clip.start_index, last=clip.end_index)
            if missing := sorted(set(numbers) - set(FramePath.parse(path.parent / clip.pattern).frames_on_disk())):
                raise MissingFrames(path, missing)
            if len(numbers) > 1:
                options.sequence = True
                options.range_start, options.range_end = numbers.first, numbers.last
        elif not path.is_file():
            raise MissingMedia(path, "run 'toolkit conform' again where it lies now")
        try:
            item = self.project.import_file(options)
        except (ValueError, NotImplementedError) as error:
            if is_layer:
                raise UnsupportedMedia(path, str(error)) from error
            return self._placeholder(clip, str(error))
        self._interpret(item, clip)
        return item

    def _placeholder(self, clip: DeliveryClip, problem: str) -> FootageItem:
        self.notes.append(f"{clip.name} stands as a placeholder ({problem}): Replace Footage > File… with {clip.path}")
        seconds = (clip.end_index - clip.start_index + 1) / clip.fps
        return self.project.import_placeholder(clip.name, clip.width, clip.height, clip.fps, seconds)

    def _interpret(self, item: FootageItem, clip: DeliveryClip) -> None:
        import py_aep

        source = item.main_source
        if not source.is_still and (clip.pattern or abs(source.display_frame_rate - clip.fps) > 0.001):
            source.conform_frame_rate = clip.fps
        if (item.width, item.height) != (clip.width, clip.height):
            size = f"{item.width}x{item.height}, not {clip.width}x{clip.height}"
            self.notes.append(f"{clip.name} is {size}, for py-aep: look at it in After Effects")
        if clip.alpha == "premultiplied":
            source.alpha_mode = py_aep.AlphaMode.PREMULTIPLIED
            source.premul_color = [0.0, 0.0, 0.0]


# --- comps -------------------------------------------------------------------------------------------------------


def _shot_comp(shot: str, delivery: Delivery, pool: _Pool) -> CompItem:
    """The shot's pictures one by one, from the first layer file to the last; no speed, no cut."""
    layers = [clip for is_layer, clip in _placed(delivery) if is_layer and clip.shot == shot]
    plates = [clip for is_layer, clip in _placed(delivery) if not is_layer and clip.shot == shot]
    base = layers[0]
    count = base.end_index - base.start_index + 1
    comp = pool.folder.add_comp(shot, base.width, base.height, 1.0, float(count / base.rate), base.fps)
    comp.display_start_frame = base.start_index
    for clip in (*plates, *layers):
        is_layer = clip in layers
        layer = _layer(comp, pool.item(clip, is_layer=is_layer), clip)
        # in_frame of both is the first picture that the cut shows: there they meet
        layer.start_time = float((base.in_frame - clip.in_frame) / clip.rate)
        layer.in_point, layer.out_point = 0.0, float(count / base.rate)
        layer.guide_layer = not is_layer
        layer.transform.property("ADBE Opacity").value = clip.opacity
        if clip == face_layers(delivery).get(shot):
            for keys in delivery.faces:
                if keys.shot == shot:
                    _mask(layer, keys, clip.rate)
    for keys in delivery.faces:
        if keys.shot == shot:
            _null(comp, keys, base.rate)
    return comp


def _master_comp(delivery: Delivery, shots: dict[str, CompItem], pool: _Pool) -> None:
    """The cut: the plates as guides, which do not render, and over each plate track the comps of its shots."""
    import py_aep

    seconds = float(delivery.record_count / delivery.rate)
    comp = pool.folder.add_comp(delivery.name, delivery.width, delivery.height, 1.0, seconds, delivery.fps)
    comp.display_start_frame = delivery.start_frame
    comp.drop_frame = delivery.drop_frame
    comp.frame_blending = True
    above = {clip.shot: clip for is_layer, clip in _placed(delivery) if is_layer}
    waiting = dict(shots)
    for is_layer, clip in _placed(delivery):
        if not is_layer:
            plate = _placed_layer(comp, pool.item(clip, is_layer=False), clip, delivery.rate)
            plate.guide_layer = True
        elif clip.shot in waiting:
            placed = _placed_layer(comp, waiting.pop(clip.shot), above[clip.shot], delivery.rate)
            placed.name = clip.shot
    for marker in delivery.markers:
        value = py_aep.MarkerValue(": ".join(filter(None, (marker.shot, marker.name, marker.note))))
        value.label = _LABELS[marker.colour]
        comp.marker_property.set_value_at_time(float(marker.record_frame / delivery.rate), value)


def _placed_layer(comp: CompItem, item: AVItem, clip: DeliveryClip, record_rate: Fraction) -> AVLayer:
    """A layer where the cut has ``clip``. Stretch comes first and the out point last: each moves those after it."""
    import py_aep

    when = timing(clip, record_rate)
    layer = _layer(comp, item, clip)
    layer.stretch = float(when.stretch)
    layer.start_time = float(when.start_time)
    if when.remap and layer.can_set_time_remap_enabled:
        layer.time_remap_enabled = True
        keys = layer.property("ADBE Time Remapping")
        keys.remove_all_keys()
        keys.set_values_at_times(*([float(seconds) for seconds in column] for column in zip(*when.remap, strict=True)))
    layer.in_point = float(when.in_point)
    layer.out_point = float(when.out_point)
    if clip.interpolation in _BLENDING:
        layer.frame_blending_type = py_aep.FrameBlendingType[_BLENDING[clip.interpolation]]
    return layer


def _layer(comp: CompItem, item: AVItem, clip: DeliveryClip) -> AVLayer:
    """A layer on top of ``comp``, its whole picture scaled into the frame as Resolve does it."""
    layer = comp.add(item)
    layer.name = clip.name
    fit = min(comp.width / clip.width, comp.height / clip.height)
    if fit != 1:
        layer.transform.property("ADBE Scale").value = [100 * fit, 100 * fit, 100.0]
    return layer


# --- faces -------------------------------------------------------------------------------------------------------


def _null(comp: CompItem, keys: FaceKeys, rate: Fraction) -> None:
    """A null that goes with the face: position, scale and rotation, a key for every frame with a face."""
    null = comp.add_null(comp.duration)
    null.name = f"{keys.shot} face {keys.face}"
    times = [float(frame / rate) for frame in keys.frames]
    places = [[*pixel(place), 0.0] for place in zip(keys.x, keys.y, strict=True)]
    transform = null.transform
    transform.property("ADBE Anchor Point").value = [0.0, 0.0, 0.0]
    transform.property("ADBE Position").set_values_at_times(times, places)
    transform.property("ADBE Scale").set_values_at_times(times, [[scale, scale, 100.0] for scale in keys.scale])
    transform.property("ADBE Rotate Z").set_values_at_times(times, list(keys.roll))


def _mask(layer: AVLayer, keys: FaceKeys, rate: Fraction) -> None:
    """The face oval, switched off: the layer's alpha is that oval already, and both together would thin its edge."""
    import py_aep

    if not keys.ovals:
        return
    mask = layer.masks.add_property("ADBE Mask Atom")
    mask.name = f"face {keys.face}"
    mask.mask_mode = py_aep.MaskMode.NONE
    times = [float(frame / rate) for frame in keys.frames]
    ovals = [py_aep.Shape([list(pixel(point)) for point in oval]) for oval in keys.ovals]
    mask.property("ADBE Mask Shape").set_values_at_times(times, ovals)
    # the matte fades inwards from the oval, a feather to both sides of it
    mask.property("ADBE Mask Feather").set_values_at_times(times, [[width, width] for width in keys.feathers])
    mask.property("ADBE Mask Offset").set_values_at_times(times, [-width / 2 for width in keys.feathers])
