"""Write Fusion comps for the FACE layers, with rigs to grade, mask or paint on a moving face.

Two for each FACE clip with a face, next to the folder of its pass:

``sh010_FACE_v001.comp``          for the clip on a Resolve timeline (``ImportFusionComp``): MediaIn is connected
                                  straight to MediaOut, and the faces' rigs are next to them;
``sh010_FACE_v001_loaders.comp``  for Fusion itself: plate, BODY and FACE as merged Loaders, and the same rigs.

Time 0 of the Loaders is the first file of the layer, handles included. Time 0 of a timeline clip's comp is the first
frame that the clip shows when the comp is imported: the handles before it have negative times, and the keys stay on
the face when the clip is trimmed later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

from toolkit.delivery.fusion_rig import Tools, build_face_rig, connect, make_inputs, make_tool
from toolkit.delivery.lua_tables import LuaValue, Table
from toolkit.delivery.path_map import PathMap
from toolkit.documents import Delivery, DeliveryClip, DeliveryTrack, FaceKeys, MediaKind, PassName, write_atomically

_SAME_PATHS = PathMap()
_MOVIES = "QuickTimeMovies"
_FORMATS = {
    ".exr": "OpenEXRFormat",
    ".dpx": "DPXFormat",
    ".png": "PNGFormat",
    ".tif": "TiffFormat",
    ".tiff": "TiffFormat",
    ".jpg": "JpegFormat",
    ".jpeg": "JpegFormat",
    ".mov": _MOVIES,
    ".mp4": _MOVIES,
}
"""Fusion's names for file formats; it detects the others itself."""


def write_comps(delivery: Delivery, root: Path, path_map: PathMap = _SAME_PATHS) -> Delivery:
    """Write the comps of ``delivery`` under ``root``; returns it with ``comp`` set on the clips that have one.

    A FACE layer without a face has none. Raises OutputNotWritable.
    """
    tracks = tuple(
        track.model_copy(
            update={"clips": tuple(_write_clip_comps(clip, delivery, root, path_map) for clip in track.clips)}
        )
        if track.pass_name is PassName.FACE
        else track
        for track in delivery.tracks
    )
    return delivery.model_copy(update={"tracks": tracks})


def _write_clip_comps(clip: DeliveryClip, delivery: Delivery, root: Path, path_map: PathMap) -> DeliveryClip:
    faces = [keys for keys in delivery.faces if keys.shot == clip.shot]
    if not faces:
        return clip
    with_comp = clip.model_copy(update={"comp": f"{clip.shot}/{clip.name}.comp"})
    comp, loaders = comp_paths(with_comp)
    _write_text(root / comp, _build_clip_comp(clip, faces, delivery.rate))
    loader_comp = _build_loader_comp(clip, faces, delivery.tracks, lambda one: path_map.locate(one, root))
    _write_text(root / loaders, loader_comp)
    return with_comp


def comp_paths(clip: DeliveryClip) -> tuple[str, ...]:
    """The comps of ``clip``, for Resolve and for Fusion, relative to the delivery; none if it has no comp."""
    return (clip.comp, f"{clip.comp.removesuffix('.comp')}_loaders.comp") if clip.comp else ()


def _write_text(path: Path, comp: Table) -> None:
    with write_atomically(path) as temporary:
        temporary.write_text(comp.text() + "\n", encoding="utf-8", newline="\n")


def _build_clip_comp(clip: DeliveryClip, faces: Sequence[FaceKeys], record_rate: Fraction) -> Table:
    """The comp of a timeline clip: its times are timeline frames, before the clip's retime."""
    source_frames_per_frame = clip.rate / record_rate
    first = ceil(-clip.in_position / source_frames_per_frame)
    last = ceil((_media_count(clip) - clip.in_position) / source_frames_per_frame) - 1
    times = {time: floor(clip.in_position + time * source_frames_per_frame) for time in range(first, last + 1)}
    tools = {
        "MediaIn1": make_tool("MediaIn", make_inputs(Layer="0"), at=(0, 0)),
        "MediaOut1": make_tool("MediaOut", {"Input": connect("MediaIn1", "Output")}, at=(1, 0)),
        **_build_rigs(faces, times, clip),
    }
    return _build_composition(tools, (first, last), (0, ceil(clip.frame_count / source_frames_per_frame) - 1))


def _build_loader_comp(
    face: DeliveryClip,
    faces: Sequence[FaceKeys],
    tracks: Sequence[DeliveryTrack],
    locate: Callable[[DeliveryClip], str],
) -> Table:
    """The comp for Fusion itself: plate, BODY and FACE merged."""
    length = _media_count(face)
    tools: dict[str, Table] = {}
    background = ""
    for column, (name, clip) in enumerate(_plate_and_layers(face, tracks)):
        first = 0 if clip.version else clip.in_frame - face.in_frame  # a plate has more frames than the layer
        tools[name] = _build_loader(clip, locate(clip), first, length, at=(column, 1))
        if background:
            merge = {"Background": connect(background, "Output"), "Foreground": connect(name, "Output")}
            tools[f"Over{name}"] = make_tool("Merge", merge | make_inputs(PerformDepthMerge=0), at=(column, 0))
        background = f"Over{name}" if background else name
    tools |= _build_rigs(faces, {frame: frame for frame in range(length)}, face)
    frame_format = Table(fields={"Rate": float(face.rate), "Width": face.width, "Height": face.height})
    return _build_composition(
        tools,
        (0, length - 1),
        (face.in_frame, face.in_frame + face.frame_count - 1),
        Prefs=Table(fields={"Comp": Table(fields={"FrameFormat": frame_format})}),
    )


def _build_composition(
    tools: Tools, global_range: tuple[int, int], render_range: tuple[int, int], **more: LuaValue
) -> Table:
    fields: dict[str, LuaValue] = {"CurrentTime": render_range[0]}
    fields |= {"RenderRange": Table(items=render_range), "GlobalRange": Table(items=global_range)}
    return Table("Composition", fields={**fields, "Tools": Table("ordered()", fields=tools), **more})


def _plate_and_layers(face: DeliveryClip, tracks: Sequence[DeliveryTrack]) -> Iterator[tuple[str, DeliveryClip]]:
    """The plate of a FACE clip if online, its BODY if any, and the clip itself, each with its name.

    Without a plate that is retimed when the layers are not, since they have the retime in their files.
    """
    for track in tracks:
        for clip in track.clips:
            is_one = track.pass_name is not PassName.FACE or clip == face
            if clip.shot == face.shot and is_one and (clip.speed, clip.rate) == (face.speed, face.rate):
                yield track.pass_name or "PLATE", clip


_ALPHA = {
    "none": {"MakeAlphaSolid": 1},
    "premultiplied": {"PostMultiplyByAlpha": 0},
    "straight": {"PostMultiplyByAlpha": 1},
}
"""Inputs of a Loader by a clip's alpha: Fusion works on premultiplied pictures."""


def _build_loader(clip: DeliveryClip, file: str, first: int, length: int, *, at: tuple[int, int]) -> Table:
    """A Loader of ``length`` frames, starting at frame ``first`` of the media, whose first file is ``file``.

    Its path is absolute, as Fusion needs it: when OUT moves, ``toolkit conform OUT`` rewrites it.
    """
    path = Path(clip.path)
    settings: dict[str, LuaValue] = {"ID": "Clip1", "Filename": file}
    if path.suffix.lower() in _FORMATS:
        settings["FormatID"] = _FORMATS[path.suffix.lower()]
    settings |= {"Multiframe": True} if _is_movie(clip, path) else {"StartFrame": _first_number(clip, path)}
    settings |= {"Length": _media_count(clip), "LengthSetManually": True}
    settings |= {"TrimIn": first, "TrimOut": first + length - 1, "ExtendFirst": 0, "ExtendLast": 0}
    settings |= {"Loop": 0, "AspectMode": 0, "Depth": 0, "GlobalStart": 0, "GlobalEnd": length - 1}
    alpha = make_inputs(**_ALPHA[clip.alpha])
    return make_tool("Loader", alpha, at=at, Clips=Table(items=(Table("Clip", fields=settings),)))


def _is_movie(clip: DeliveryClip, path: Path) -> bool:
    """Whether it is one file of many frames. A still is not, although the delivery lists it as a movie."""
    return clip.kind is MediaKind.MOVIE and (_media_count(clip) > 1 or _FORMATS.get(path.suffix.lower()) == _MOVIES)


def _first_number(clip: DeliveryClip, path: Path) -> int:
    """The number of the first file; for a still, the number in its name, or -1."""
    if clip.kind is MediaKind.SEQUENCE:
        return clip.start_index
    number = re.search(r"\d+$", path.stem)
    return int(number[0]) if number else -1


def _build_rigs(faces: Sequence[FaceKeys], times: Mapping[int, int], clip: DeliveryClip) -> dict[str, Table]:
    tools: dict[str, Table] = {}
    for row, keys in enumerate(faces):
        tools |= build_face_rig(keys, times, (clip.width, clip.height), row=row + 3)
    return tools


def _media_count(clip: DeliveryClip) -> int:
    """Frames of the media."""
    return clip.end_index - clip.start_index + 1
