"""A ready After Effects project, for who may not run scripts there: experimental, no real After Effects has opened one.

It holds what the menu's script builds, but for its helper solids. A comp per shot, at the rate of the cut and with its
handles: the plate as guide, BODY, FACE with the face oval as a mask, and a null that goes with each face. The master
comp lays those comps over the plates. py-aep writes the file; what it cannot import stands as a placeholder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from toolkit.delivery.ae_timing import Placed, span
from toolkit.delivery.aep_comps import Comp, FaceInComp, add_mask, add_null
from toolkit.delivery.aep_footage import Footage
from toolkit.documents import Delivery, DeliveryClip, FaceKeys, PassName, write_atomically
from toolkit.editorial.shot_names import shot_stem
from toolkit.errors import DocumentError, PackageMissing, UnsupportedMedia
from toolkit.frames import FrameRange

if TYPE_CHECKING:
    from py_aep import CompItem

_WRITTEN_FOR = "22.0x111"
"""A file opens in the version it is written for and in every later one; our scripts ask for 22, too."""
_FASTEST = 99
"""Frames per second of a comp or of footage."""
_LONGEST = 10_800
"""Seconds of a comp."""
_LABELS = {PassName.BODY: 9, PassName.FACE: 8}
_SHOT_LABEL = 10
"""Colours of the standard palette."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shot:
    """What one comp is made of."""

    name: str
    plates: Sequence[DeliveryClip]
    """One, or none while it is offline."""
    layers: Sequence[tuple[PassName, DeliveryClip]]
    """Bottom to top, at least one."""
    faces: Sequence[FaceKeys]
    shown: FrameRange
    """The frames of the cut that the layers reach, handles included (record space)."""

    @property
    def newest(self) -> dict[PassName, DeliveryClip]:
        """The layer of each pass that is shown."""
        return dict(sorted(self.layers, key=lambda layer: layer[1].version or 0))

    @property
    def clip(self) -> DeliveryClip:
        """One of the layers: their places in the cut are the same."""
        return self.layers[0][1]


def check_aep() -> None:
    """Raises PackageMissing when ``write_aep`` could not work."""
    try:
        import py_aep  # noqa: F401  (only whether it is there)
    except ImportError as error:
        raise PackageMissing("an .aep", "py-aep", extra="aep") from error


def write_aep(delivery: Delivery, root: Path) -> tuple[Path, tuple[str, ...]]:
    """Write ``root/<name>.aep`` for the delivery that lies in ``root``; its path, and what its user has to know.

    Raises PackageMissing without py-aep, MediaError for pictures that are gone or that After Effects cannot hold,
    DocumentError for a layer outside ``root``, OutputNotWritable.
    """
    check_aep()
    import py_aep

    _check(delivery, root)
    project = py_aep.new(_WRITTEN_FOR).project
    project.bits_per_channel = py_aep.BitsPerChannel.THIRTY_TWO
    footage = Footage(project=project, folder=project.root_folder.add_folder(delivery.name), root=root)
    shots = _shots(delivery)
    _master_comp(delivery, {shot.name: (shot, _shot_comp(shot, delivery, footage)) for shot in shots}, footage)
    path = root / f"{shot_stem(delivery.name)}.aep"
    with write_atomically(path) as temporary:
        project.save(temporary)
    return path, tuple(footage.notes)


def _check(delivery: Delivery, root: Path) -> None:
    """What After Effects cannot hold, and what a document may not ask for, before anything is made."""
    document = root / "delivery.json"
    if delivery.record_count / delivery.rate > _LONGEST:
        raise UnsupportedMedia(document, "the cut is longer than three hours, the most a comp of After Effects lasts")
    for what, rate in [("the cut", delivery.rate), *((clip.name, clip.rate) for _, clip in _clips(delivery))]:
        if rate > _FASTEST:
            raise UnsupportedMedia(document, f"{what} runs at {float(rate):g} fps; After Effects takes {_FASTEST}")
    for pass_name, clip in _clips(delivery):
        path = PurePosixPath(clip.path)
        if pass_name and (".." in path.parts or not (root / path).is_relative_to(root)):
            raise DocumentError(document, "/tracks", f"{clip.name} lies outside the delivery's folder: {clip.path}")


def _clips(delivery: Delivery) -> Iterator[tuple[PassName | None, DeliveryClip]]:
    """Every clip with its pass, bottom to top; None for a plate."""
    return ((track.pass_name, clip) for track in delivery.tracks for clip in track.clips)


def _shots(delivery: Delivery) -> list[_Shot]:
    """The shots with layers, bottom to top."""
    layers: dict[str, list[tuple[PassName, DeliveryClip]]] = {}
    for pass_name, clip in _clips(delivery):
        if pass_name is not None:
            layers.setdefault(clip.shot, []).append((pass_name, clip))
    return [
        _Shot(
            name=name,
            plates=[clip for pass_name, clip in _clips(delivery) if pass_name is None and clip.shot == name],
            layers=own,
            faces=[keys for keys in delivery.faces if keys.shot == name],
            shown=_union(span(clip, delivery.rate) for _, clip in own),
        )
        for name, own in layers.items()
    ]


def _union(ranges: Iterable[FrameRange]) -> FrameRange:
    every = list(ranges)
    return FrameRange(first=min(one.first for one in every), last=max(one.last for one in every))


# --- comps -------------------------------------------------------------------------------------------------------


def _shot_comp(shot: _Shot, delivery: Delivery, footage: Footage) -> CompItem:
    """The shot with its handles, at the rate of the cut; its first frame is called like the first layer file."""
    clip = shot.clip
    comp = Comp.make(footage, delivery, shot.name, (clip.width, clip.height), shot.shown)
    comp.item.display_start_frame = clip.start_index
    comp.item.work_area_start_frame = head = clip.record_first - shot.shown.first
    if head + clip.record_count < len(shot.shown):  # else it runs to the end by itself
        comp.item.work_area_duration_frame = clip.record_count
    for plate in shot.plates:
        comp.add_plate(plate, shot.shown)
    newest = shot.newest
    faces = _faces(shot, delivery)
    for pass_name, one in shot.layers:
        layer = comp.add_clip(one, shot.shown)
        layer.enabled = one is newest[pass_name]
        layer.name = str(pass_name) if layer.enabled else one.name
        layer.label = _LABELS[pass_name]
        if one is newest.get(PassName.FACE):
            for face in faces:
                add_mask(layer, face)
    for face in faces:
        add_null(comp.item, face)
    comp.mark(_markers(delivery, shot))
    return comp.item


def _faces(shot: _Shot, delivery: Delivery) -> list[FaceInComp]:
    painted = shot.newest.get(PassName.FACE)
    if painted is None:
        return []
    every = [FaceInComp.of(keys, painted, shot.shown, delivery.rate) for keys in shot.faces]
    return [face for face in every if face.times]


def _master_comp(delivery: Delivery, shots: Mapping[str, tuple[_Shot, CompItem]], footage: Footage) -> None:
    """The cut: the plates as guides, which do not render, and over each plate track the comps of its shots."""
    everything = FrameRange.of(0, delivery.record_count)
    comp = Comp.make(footage, delivery, delivery.name, (delivery.width, delivery.height), everything)
    comp.item.display_start_frame = delivery.start_frame
    comp.item.drop_frame = delivery.drop_frame
    waiting = dict(shots)
    for pass_name, clip in _clips(delivery):
        record_range = FrameRange.of(clip.record_first, clip.record_count)
        if pass_name is None:
            comp.add_plate(clip, record_range)
        elif clip.shot in waiting:
            shot, item = waiting.pop(clip.shot)
            layer = comp.add_fitted(item, clip)
            layer.name, layer.label = shot.name, _SHOT_LABEL
            comp.time(layer, Placed(shown=record_range, media_first=Fraction(shot.shown.first), remap=()), clip)
    comp.mark(_markers(delivery, None))


def _markers(delivery: Delivery, shot: _Shot | None) -> Iterator[tuple[int, str, str]]:
    """Record frame, text and colour of the remarks on ``shot``; of all of them and the notes without one."""
    if shot is None and delivery.notes:
        yield 0, "\n".join(delivery.notes), "Yellow"
    for marker in delivery.markers:
        if shot is None or marker.shot == shot.name:
            name = f"{marker.shot}: {marker.name}" if marker.shot and not shot else marker.name
            yield marker.record_frame, "\n".join(filter(None, (name, marker.note))), marker.colour
