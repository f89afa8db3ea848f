"""Colour notes: what to set in the host so that a layer of unchanged pixels is invisible (decision 010)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from toolkit.delivery.plate_stacks import LayerClip
from toolkit.documents import Cut, Origin, Shot
from toolkit.passes import pass_encoding

_REQUESTED = {
    "linear": "the layers are scene-linear Rec.709 as requested, unlike their plates: set that in the host",
    "acescg": "the layers are ACEScg as requested, unlike their plates: set that in the host",
}
"""For the editor to set by hand: a host script does not know the host's name for a space that no plate has."""

_HOSTS = {"resolve": "Resolve", "after effects": "After Effects"}
_PROPERTY = {
    "resolve": "Input Color Space (right-click the clip in the Media Pool)",
    "after effects": "profile and the same Interpret as Linear Light (Interpret Footage > Color Management)",
}
_PROPERTY_OCIO = "Input Color Space (Interpret Footage > Color Management)"


def input_colour_space(shot: Shot, origin: Origin | None, *, is_plate_encoded: bool) -> str:
    """The input colour space for a colour-managed host: of the plate of ``shot``, and of layers encoded like it.

    Empty when the host is not colour-managed or the layer has another encoding.
    """
    managed = origin is not None and origin.colour.mode in {"managed", "aces", "ocio"}
    return shot.input_colour_space if managed and is_plate_encoded else ""


def colour_notes(cut: Cut, layers: Sequence[LayerClip]) -> Iterator[str]:
    """One sentence for each setting to check in the host, and for each encoding that was chosen for the host."""
    for_host = [layer for layer in layers if _is_linear_for_host(layer, cut.origin)]
    requested = {layer.plan.encoding for layer in layers if not _is_linear_for_host(layer, cut.origin)}
    yield from (_REQUESTED[encoding] for encoding in sorted(requested & _REQUESTED.keys()))
    if cut.origin is None:
        return
    if for_host:
        yield (
            f"the layers of {_shot_list(for_host, cut)} are scene-linear Rec.709: After Effects works in "
            f"{cut.origin.colour.working} and reads EXR files as linear light, so they match their plates unchanged"
        )
    # A linear plate is an EXR like its layers, and a host without instructions treats both alike.
    display = [layer for layer in layers if layer.plan.encoding == "plate" and layer.encoding == "display"]
    unknown = [layer for layer in display if not input_colour_space(layer.shot, cut.origin, is_plate_encoded=True)]
    if unknown:
        yield from _host_setting_note(cut.origin, _shot_list(unknown, cut))


def _is_linear_for_host(layer: LayerClip, origin: Origin | None) -> bool:
    """Whether it is scene-linear because its host needs that."""
    return layer.plan.encoding == pass_encoding(layer.shot, "plate", origin) == "linear"


def _host_setting_note(origin: Origin, shots: str) -> Iterator[str]:
    colour, host = origin.colour, _HOSTS[origin.host]
    if colour.mode == "unmanaged":
        return
    in_ae_ocio = origin.host == "after effects" and colour.mode in {"aces", "ocio"}
    setting = _PROPERTY_OCIO if in_ae_ocio else _PROPERTY[origin.host]
    reason = f"the layers of {shots} are encoded like their plates"
    if colour.mode == "unknown":
        yield f"{reason}: if {host} manages colour (unknown), give them their plates' {setting}"
    else:
        management = colour.science or colour.working or colour.mode
        yield f"{reason} and {host} manages colour ({management}): give them their plates' {setting}"


def _shot_list(layers: Sequence[LayerClip], cut: Cut) -> str:
    names = list(dict.fromkeys(layer.shot.name for layer in layers))
    if len(names) == len(cut.shots):
        return "all shots"
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} shots, including {names[0]}"
