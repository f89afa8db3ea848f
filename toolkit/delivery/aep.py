"""Write an After Effects project, for users who cannot run scripts. Experimental: not tested in After Effects.

It contains what the menu script builds, without its helper solids. Each shot is a comp at the cut's rate, with handles:
the plate as a guide layer, BODY, FACE with the face oval as a mask, and a null that follows each face. The master comp
has these comps over the plates. py-aep writes the file; footage that it cannot import becomes a placeholder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from toolkit.delivery.ae_timing import LayerTiming, media_span
from toolkit.delivery.aep_comps import Comp, FaceAnimation, add_mask, add_null
from toolkit.delivery.aep_footage import Footage
from toolkit.documents import Delivery, DeliveryClip, FaceKeys, PassName, write_atomically
from toolkit.editorial.shot_names import shot_stem
from toolkit.errors import DocumentError, PackageMissing, UnsupportedMedia
from toolkit.frames import FrameRange

if TYPE_CHECKING:
    from py_aep import CompItem

_WRITTEN_FOR = "22.0x111"
"""A file opens in this version and every later one; our scripts also require 22."""
_MAX_RATE = 99
"""Frames per second of a comp or of footage."""
_MAX_SECONDS = 10_800
"""Length of a comp."""
_LABELS = {PassName.BODY: 9, PassName.FACE: 8}
_SHOT_LABEL = 10
"""Indices in After Effects' default label colours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ShotContents:
    """What the comp of one shot contains."""

    name: str
    plates: Sequence[DeliveryClip]
    """One; empty when it is offline."""
    layers: Sequence[tuple[PassName, DeliveryClip]]
    """Bottom to top, at least one."""
    faces: Sequence[FaceKeys]
    record_range: FrameRange
    """Frames that the layers cover, handles included (record space)."""

    @property
    def newest(self) -> dict[PassName, DeliveryClip]:
        """The newest layer of each pass, which is the enabled one."""
        return dict(sorted(self.layers, key=lambda layer: layer[1].version or 0))

    @property
    def clip(self) -> DeliveryClip:
        """Any of the layers: all have the same position in the cut."""
        return self.layers[0][1]


def check_aep() -> None:
    """Check that ``write_aep`` can run. Raises PackageMissing."""
    try:
        import py_aep  # noqa: F401  (checks that it can be imported)
    except ImportError as error:
        raise PackageMissing("an .aep", "py-aep", extra="aep") from error


def write_aep(delivery: Delivery, root: Path) -> tuple[Path, tuple[str, ...]]:
    """Write ``root/<name>.aep`` for the delivery in ``root``; returns its path and notes for the user.

    Raises PackageMissing without py-aep, MediaError for media that is missing or beyond the limits of After Effects,
    DocumentError for a layer outside ``root``, OutputNotWritable.
    """
    check_aep()
    import py_aep

    _check_limits(delivery, root)
    project = py_aep.new(_WRITTEN_FOR).project
    project.bits_per_channel = py_aep.BitsPerChannel.THIRTY_TWO
    footage = Footage(project=project, folder=project.root_folder.add_folder(delivery.name), root=root)
    shots = _collect_shots(delivery)
    comps = {shot.name: (shot, _build_shot_comp(shot, delivery, footage)) for shot in shots}
    _build_master_comp(delivery, comps, footage)
    path = aep_path(delivery, root)
    with write_atomically(path) as temporary:
        project.save(temporary)
    return path, tuple(footage.notes)


def aep_path(delivery: Delivery, root: Path) -> Path:
    """Where ``write_aep`` writes the project of ``delivery``."""
    return root / f"{shot_stem(delivery.name)}.aep"


def _check_limits(delivery: Delivery, root: Path) -> None:
    """Check the limits of After Effects and the layer paths. Raises UnsupportedMedia and DocumentError."""
    document = root / "delivery.json"
    if delivery.record_count / delivery.rate > _MAX_SECONDS:
        raise UnsupportedMedia(document, "the cut is longer than three hours, the limit of a comp in After Effects")
    for what, rate in [("the cut", delivery.rate), *((clip.name, clip.rate) for _, clip in _clips(delivery))]:
        if rate > _MAX_RATE:
            raise UnsupportedMedia(
                document, f"{what} runs at {float(rate):g} fps; the limit of After Effects is {_MAX_RATE}"
            )
    for pass_name, clip in _clips(delivery):
        path = PurePosixPath(clip.path)
        if pass_name and (".." in path.parts or not (root / path).is_relative_to(root)):
            raise DocumentError(document, "/tracks", f"{clip.name} is outside the delivery's folder: {clip.path}")


def _clips(delivery: Delivery) -> Iterator[tuple[PassName | None, DeliveryClip]]:
    """Every clip with its pass, bottom to top; None for a plate."""
    return ((track.pass_name, clip) for track in delivery.tracks for clip in track.clips)


def _collect_shots(delivery: Delivery) -> list[_ShotContents]:
    """The shots with layers, bottom to top."""
    layers: dict[str, list[tuple[PassName, DeliveryClip]]] = {}
    for pass_name, clip in _clips(delivery):
        if pass_name is not None:
            layers.setdefault(clip.shot, []).append((pass_name, clip))
    return [
        _ShotContents(
            name=name,
            plates=[clip for pass_name, clip in _clips(delivery) if pass_name is None and clip.shot == name],
            layers=own,
            faces=[keys for keys in delivery.faces if keys.shot == name],
            record_range=_enclosing_range(media_span(clip, delivery.rate) for _, clip in own),
        )
        for name, own in layers.items()
    ]


def _enclosing_range(ranges: Iterable[FrameRange]) -> FrameRange:
    firsts, lasts = zip(*((one.first, one.last) for one in ranges), strict=True)
    return FrameRange(first=min(firsts), last=max(lasts))


# --- comps -------------------------------------------------------------------------------------------------------


def _build_shot_comp(shot: _ShotContents, delivery: Delivery, footage: Footage) -> CompItem:
    """The shot with its handles, at the cut's rate; its first frame has the number of the first layer file."""
    clip = shot.clip
    comp = Comp.create(footage, delivery, shot.name, (clip.width, clip.height), shot.record_range)
    comp.item.display_start_frame = clip.start_index
    comp.item.work_area_start_frame = head = clip.record_first - shot.record_range.first
    if head + clip.record_count < len(shot.record_range):  # otherwise it already ends with the comp
        comp.item.work_area_duration_frame = clip.record_count
    for plate in shot.plates:
        comp.add_plate(plate, shot.record_range)
    newest = shot.newest
    faces = _animate_faces(shot, delivery)
    for pass_name, one in shot.layers:
        layer = comp.add_clip(one, shot.record_range)
        layer.enabled = one is newest[pass_name]
        layer.name = str(pass_name) if layer.enabled else one.name
        layer.label = _LABELS[pass_name]
        if one is newest.get(PassName.FACE):
            for face in faces:
                add_mask(layer, face)
    for face in faces:
        add_null(comp.item, face)
    comp.add_markers(_markers(delivery, shot))
    return comp.item


def _animate_faces(shot: _ShotContents, delivery: Delivery) -> list[FaceAnimation]:
    """The faces that the newest FACE layer shows."""
    layer = shot.newest.get(PassName.FACE)
    if layer is None:
        return []
    faces = [FaceAnimation.from_keys(keys, layer, shot.record_range, delivery.rate) for keys in shot.faces]
    return [face for face in faces if face.times]


def _build_master_comp(
    delivery: Delivery, shots: Mapping[str, tuple[_ShotContents, CompItem]], footage: Footage
) -> None:
    """The cut: the plates as guide layers, and the comps of the shots over each plate track."""
    whole_cut = FrameRange.of(0, delivery.record_count)
    comp = Comp.create(footage, delivery, delivery.name, (delivery.width, delivery.height), whole_cut)
    comp.item.display_start_frame = delivery.start_frame
    comp.item.drop_frame = delivery.drop_frame
    remaining = dict(shots)
    for pass_name, clip in _clips(delivery):
        record_range = FrameRange.of(clip.record_first, clip.record_count)
        if pass_name is None:
            comp.add_plate(clip, record_range)
        elif clip.shot in remaining:
            shot, item = remaining.pop(clip.shot)
            layer = comp.add_to_fit(item, clip)
            layer.name, layer.label = shot.name, _SHOT_LABEL
            timing = LayerTiming(record_range=record_range, media_start=Fraction(shot.record_range.first), remap=())
            comp.set_timing(layer, timing, clip)
    comp.add_markers(_markers(delivery, None))


def _markers(delivery: Delivery, shot: _ShotContents | None) -> Iterator[tuple[int, str, str]]:
    """Record frame, text and colour of the markers of ``shot``; without one, of all markers and of the notes."""
    if shot is None and delivery.notes:
        yield 0, "\n".join(delivery.notes), "Yellow"
    for marker in delivery.markers:
        if shot is None or marker.shot == shot.name:
            name = f"{marker.shot}: {marker.name}" if marker.shot and not shot else marker.name
            yield marker.record_frame, "\n".join(filter(None, (name, marker.note))), marker.colour
