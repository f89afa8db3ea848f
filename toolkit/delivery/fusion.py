"""Fusion comps of the FACE layers: a moving face to grade, mask or paint on.

Two for each FACE clip with a face, beside the folder of its pass:

``sh010_FACE_v001.comp``          for the clip on a Resolve timeline (``ImportFusionComp``): MediaIn goes to MediaOut as
                                  it is, the faces' rigs lie beside them;
``sh010_FACE_v001_loaders.comp``  for Fusion itself: plate, BODY and FACE as Loaders under Merges, and the same rigs.

Time 0 of the Loaders is the first file of the layer, handles included. Time 0 of a timeline clip's comp is the first
picture that the clip shows when it gets the comp: the handles before it have negative times, and the keys stay on the
face when the clip is trimmed later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

from toolkit.delivery.fusion_rig import Tools, connected, inputs, rig, tool
from toolkit.delivery.lua_tables import LuaValue, Table
from toolkit.documents import Delivery, DeliveryClip, DeliveryTrack, FaceKeys, MediaKind, PassName, write_atomically

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
"""Fusion's names of file formats; it finds out the others by itself."""


def write_comps(delivery: Delivery, root: Path) -> Delivery:
    """Write the comps of ``delivery`` under ``root``; the delivery with ``comp`` set on the clips that have one.

    A FACE layer without a face gets none. Raises OutputNotWritable.
    """
    tracks = tuple(
        track.model_copy(update={"clips": tuple(_with_comp(clip, delivery, root) for clip in track.clips)})
        if track.pass_name is PassName.FACE
        else track
        for track in delivery.tracks
    )
    return delivery.model_copy(update={"tracks": tracks})


def _with_comp(clip: DeliveryClip, delivery: Delivery, root: Path) -> DeliveryClip:
    faces = [keys for keys in delivery.faces if keys.shot == clip.shot]
    if not faces:
        return clip
    comp = f"{clip.shot}/{clip.name}.comp"
    _write(root / comp, _clip_comp(clip, faces, delivery.rate))
    _write(root / f"{clip.shot}/{clip.name}_loaders.comp", _loader_comp(clip, faces, delivery.tracks, root))
    return clip.model_copy(update={"comp": comp})


def _write(path: Path, comp: Table) -> None:
    with write_atomically(path) as temporary:
        temporary.write_text(comp.text() + "\n", encoding="utf-8", newline="\n")


def _clip_comp(clip: DeliveryClip, faces: Sequence[FaceKeys], record_rate: Fraction) -> Table:
    """A clip's comp counts timeline frames and comes before the clip's retime."""
    pictures_per_frame = clip.rate / record_rate
    first = ceil(-clip.in_frame / pictures_per_frame)
    last = ceil((_length(clip) - clip.in_frame) / pictures_per_frame) - 1
    times = {time: clip.in_frame + floor(time * pictures_per_frame) for time in range(first, last + 1)}
    tools = {
        "MediaIn1": tool("MediaIn", inputs(Layer="0"), at=(0, 0)),
        "MediaOut1": tool("MediaOut", {"Input": connected("MediaIn1", "Output")}, at=(1, 0)),
        **_rigs(faces, times, clip),
    }
    return _composition(tools, (first, last), (0, ceil(clip.frame_count / pictures_per_frame) - 1))


def _loader_comp(face: DeliveryClip, faces: Sequence[FaceKeys], tracks: Sequence[DeliveryTrack], root: Path) -> Table:
    length = _length(face)
    tools: dict[str, Table] = {}
    under = ""
    for column, (name, clip) in enumerate(_stack(face, tracks)):
        trimmed = 0 if clip.version else clip.in_frame - face.in_frame  # a plate has more than the layer
        tools[name] = _loader(clip, root, trimmed, length, at=(column, 1))
        if under:
            over = {"Background": connected(under, "Output"), "Foreground": connected(name, "Output")}
            tools[f"Over{name}"] = tool("Merge", over | inputs(PerformDepthMerge=0), at=(column, 0))
        under = f"Over{name}" if under else name
    tools |= _rigs(faces, {frame: frame for frame in range(length)}, face)
    picture = Table(fields={"Rate": float(face.rate), "Width": face.width, "Height": face.height})
    return _composition(
        tools,
        (0, length - 1),
        (face.in_frame, face.in_frame + face.frame_count - 1),
        Prefs=Table(fields={"Comp": Table(fields={"FrameFormat": picture})}),
    )


def _composition(tools: Tools, every: tuple[int, int], shown: tuple[int, int], **more: LuaValue) -> Table:
    fields: dict[str, LuaValue] = {"CurrentTime": shown[0]}
    fields |= {"RenderRange": Table(items=shown), "GlobalRange": Table(items=every)}
    return Table("Composition", fields={**fields, "Tools": Table("ordered()", fields=tools), **more})


def _stack(face: DeliveryClip, tracks: Sequence[DeliveryTrack]) -> Iterator[tuple[str, DeliveryClip]]:
    """The plate of a FACE clip where it is online, its BODY where there is one, and the clip, with their names."""
    for track in tracks:
        for clip in track.clips:
            if clip.shot == face.shot and (track.pass_name is not PassName.FACE or clip == face):
                yield track.pass_name or "PLATE", clip


def _loader(clip: DeliveryClip, root: Path, trimmed: int, length: int, *, at: tuple[int, int]) -> Table:
    """A Loader of ``length`` pictures from number ``trimmed`` of the media on.

    Its path is absolute, as in return.otio: when OUT moves, ``toolkit conform OUT`` writes it anew.
    """
    path = root.absolute() / clip.path
    facts: dict[str, LuaValue] = {"ID": "Clip1", "Filename": str(path)}
    if path.suffix.lower() in _FORMATS:
        facts["FormatID"] = _FORMATS[path.suffix.lower()]
    facts |= {"Multiframe": True} if _is_movie(clip, path) else {"StartFrame": _first_number(clip, path)}
    facts |= {"Length": _length(clip), "LengthSetManually": True}
    facts |= {"TrimIn": trimmed, "TrimOut": trimmed + length - 1, "ExtendFirst": 0, "ExtendLast": 0}
    facts |= {"Loop": 0, "AspectMode": 0, "Depth": 0, "GlobalStart": 0, "GlobalEnd": length - 1}
    alpha = inputs(MakeAlphaSolid=1) if clip.alpha == "none" else inputs(PostMultiplyByAlpha=0)
    return tool("Loader", alpha, at=at, Clips=Table(items=(Table("Clip", fields=facts),)))


def _is_movie(clip: DeliveryClip, path: Path) -> bool:
    """Whether it is one file of many pictures; a still is not, whatever hosts import it as."""
    return clip.kind is MediaKind.MOVIE and (_length(clip) > 1 or _FORMATS.get(path.suffix.lower()) == _MOVIES)


def _first_number(clip: DeliveryClip, path: Path) -> int:
    """The number of the first file; of a still the one in its name, or -1."""
    if clip.kind is MediaKind.SEQUENCE:
        return clip.start_index
    number = re.search(r"\d+$", path.stem)
    return int(number[0]) if number else -1


def _rigs(faces: Sequence[FaceKeys], times: Mapping[int, int], clip: DeliveryClip) -> dict[str, Table]:
    tools: dict[str, Table] = {}
    for row, keys in enumerate(faces):
        tools |= rig(keys, times, (clip.width, clip.height), row=row + 3)
    return tools


def _length(clip: DeliveryClip) -> int:
    """How many pictures the media has."""
    return clip.end_index - clip.start_index + 1
