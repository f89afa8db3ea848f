"""The layers of an EXR file, and which of them is the picture.

A layer is a set of channels with a common name (``Main.Combined.R``), or a part of a multi-part file. The name of a
layer that is a part is the name of the part. Channels without a layer name in a file of one part are the layer "".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import UnsupportedMedia
from toolkit.plates.exr import ExrPart, read_parts

BEAUTY_NAMES = ("composite.combined", "combined", "beauty", "rgba", "rgb", "primary", "finalimage", "c")
"""Names that renderers give to the picture, the preferred first: Blender's compositor, Blender, most renderers, Arnold,
Unreal, Karma."""

_COMPONENT_NAMES = {
    "r": "R",
    "red": "R",
    "g": "G",
    "green": "G",
    "b": "B",
    "blue": "B",
    "a": "A",
    "alpha": "A",
    "y": "Y",
}
_REMEDY = "choose one with the setting plate.layer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExrLayer:
    """Channels that make a picture."""

    name: str
    """``Main.Combined``, or a part's name; "" for channels without a layer name in a file of one part."""
    part: int
    """Index of its part."""
    channels: tuple[str, ...]
    """Full names of its red, green and blue channels (three times luminance for grey), and of alpha if it has one."""


def probe_layer(path: Path, wanted: str = "") -> tuple[str, str]:
    """The name of the layer of the file at ``path`` that is its picture, and a note if that was a choice.

    Reads the header only. ``wanted`` is the setting ``plate.layer``. Raises what ``choose_layer`` and ``read_parts``
    raise.
    """
    parts = read_parts(path, pixels=False)
    layers = list_layers(parts)
    chosen = choose_layer(path, parts, wanted)
    others = [layer.name or "R, G, B" for layer in layers if layer != chosen]
    if not chosen.name or not others:
        return chosen.name, ""
    return chosen.name, f"its picture is read from layer {chosen.name}, not from {', '.join(others)} (plate.layer)"


def choose_layer(path: Path, parts: Sequence[ExrPart], wanted: str = "") -> ExrLayer:
    """The layer that is the picture.

    The first name in ``wanted`` (separated by commas) that a layer has, alone or after a dot, in any case. Without
    ``wanted``: channels without a layer name, else the layer named as in ``BEAUTY_NAMES``. A file with a single layer
    has nothing to choose. Raises UnsupportedMedia if that decides nothing, or the file has no picture.
    """
    layers = list_layers(parts)
    if not layers:
        raise UnsupportedMedia(path, _explain_no_picture(parts))
    if len(layers) == 1:
        return layers[0]
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    listed = ", ".join(layer.name or "R, G, B without a name" for layer in layers)
    if not names and layers[0].name == "":
        return layers[0]
    for name in names or BEAUTY_NAMES:
        found = [layer for layer in layers if _is_called(layer, name)]
        if len(found) > 1:
            listed = ", ".join(layer.name for layer in found)
            raise UnsupportedMedia(path, f"several of its layers may be the picture: {listed}; {_REMEDY}")
        if found:
            return found[0]
    if names:
        raise UnsupportedMedia(path, f"no layer {' or '.join(names)} (plate.layer); its layers are {listed}")
    raise UnsupportedMedia(path, f"which of its layers is the picture is not clear: {listed}; {_REMEDY}")


def find_layer(path: Path, parts: Sequence[ExrPart], name: str) -> ExrLayer:
    """The layer called ``name``. Raises UnsupportedMedia when this file has none, as may happen within a sequence."""
    layers = list_layers(parts)
    for layer in layers:
        if layer.name == name:
            return layer
    if not layers:
        raise UnsupportedMedia(path, _explain_no_picture(parts))
    expected = f"layer {name}" if name else "R, G, B without a layer name"
    has = ", ".join(layer.name or "R, G, B" for layer in layers)
    raise UnsupportedMedia(path, f"no {expected}, from which the plate is read; it has {has}")


def list_layers(parts: Iterable[ExrPart]) -> list[ExrLayer]:
    """The layers with red, green and blue of all flat parts, in the order of parts and names, "" first.

    Without any, luminance counts, as grey. Raises nothing.
    """
    flat = [(index, part) for index, part in enumerate(parts) if not part.is_deep]
    coloured = [layer for index, part in flat for layer in _coloured_layers(index, part)]
    return coloured or [layer for index, part in flat for layer in _grey_layers(index, part)]


def _coloured_layers(index: int, part: ExrPart) -> Iterable[ExrLayer]:
    for name, found in sorted(_components_by_layer(part).items()):
        if found.keys() >= {"R", "G", "B"}:
            channels = tuple(found[kind] for kind in "RGBA" if kind in found)
            yield ExrLayer(name=_full_name(part, name), part=index, channels=channels)


def _grey_layers(index: int, part: ExrPart) -> Iterable[ExrLayer]:
    unnamed = _components_by_layer(part).get("", {})
    if "Y" in unnamed and not {"RY", "BY", "X"} & part.channels.keys():  # beside its chroma, or CIE XYZ
        alpha = (unnamed["A"],) if "A" in unnamed else ()
        yield ExrLayer(name=part.name, part=index, channels=(*[unnamed["Y"]] * 3, *alpha))


def _components_by_layer(part: ExrPart) -> dict[str, dict[str, str]]:
    """Full names of channels by the name of their layer and their component."""
    layers: dict[str, dict[str, str]] = {}
    for name in part.channels:
        layer, _, component = name.rpartition(".")
        kind = _COMPONENT_NAMES.get(component.lower())
        if kind:
            layers.setdefault(layer, {})[kind] = name
    return layers


def _full_name(part: ExrPart, layer: str) -> str:
    """The layer's name in its file: parts often repeat their own name in those of their channels."""
    if not part.name or not layer:
        return part.name or layer
    return layer if f"{layer}.".startswith(f"{part.name}.") else f"{part.name}.{layer}"


def _is_called(layer: ExrLayer, name: str) -> bool:
    return f".{layer.name}".lower().endswith(f".{name}".lower())


def _explain_no_picture(parts: Sequence[ExrPart]) -> str:
    if any(part.is_deep for part in parts):
        return "its picture is deep: it has many samples per pixel; flatten it"
    if len(parts) > 1:
        has = ", ".join(f"{part.name} ({', '.join(sorted(part.channels))})" for part in parts)
        return f"none of its parts has R, G and B: {has}"
    (part,) = parts
    listed = ", ".join(sorted(part.channels))
    some = [kind for kind in "RGB" if kind in _components_by_layer(part).get("", {})]
    if some:
        return f"only {' and '.join(some)} of R, G and B among its channels: {listed}"
    if {"RY", "BY", "X"} & part.channels.keys():
        return f"its channels {listed} are not RGB"
    return f"no R, G, B or Y among its channels: {listed}"
