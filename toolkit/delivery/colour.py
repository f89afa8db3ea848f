"""What a host must do with the colours of layers, so that one of unchanged pixels is invisible (decision 010)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from toolkit.delivery.plate_stacks import Layer
from toolkit.documents import Cut, Origin, Shot
from toolkit.passes import pass_encoding

_ON_PURPOSE = {
    "linear": "the layers are scene-linear Rec.709 on purpose: tell the host so, it is not the plate's own encoding",
    "acescg": "the layers are ACEScg on purpose: tell the host so, it is not the plate's own encoding",
}
"""What the editor has to set by hand: no host script knows the name of a space that no plate has."""

_HOSTS = {"resolve": "Resolve", "after effects": "After Effects"}
_PROPERTY = {
    "resolve": "Input Color Space (right-click the clip in the Media Pool)",
    "after effects": "profile and the same Interpret as Linear Light (Interpret Footage > Color Management)",
}
_PROPERTY_OCIO = "Input Color Space (Interpret Footage > Color Management)"


def input_colour_space(shot: Shot, origin: Origin | None, *, holds_codes: bool) -> str:
    """What a managed host is told of the plate of ``shot``, and of a layer that ``holds_codes`` of it; else empty."""
    managed = origin is not None and origin.colour.mode in {"managed", "aces", "ocio"}
    return shot.input_colour_space if managed and holds_codes else ""


def colour_notes(cut: Cut, layers: Sequence[Layer]) -> Iterator[str]:
    """One sentence for each thing that has to be checked in the host, or that was decided for it."""
    followed = [layer for layer in layers if _followed(layer, cut.origin)]
    on_purpose = {layer.plan.encoding for layer in layers if not _followed(layer, cut.origin)}
    yield from (_ON_PURPOSE[encoding] for encoding in sorted(on_purpose & _ON_PURPOSE.keys()))
    if cut.origin is None:
        return
    if followed:
        yield (
            f"the layers of {_shots(followed, cut)} are scene-linear Rec.709: After Effects works in "
            f"{cut.origin.colour.working} and takes EXR files as linear light, so they match their plates as they are"
        )
    # A plate that is linear is an EXR like its layers: a host that is told nothing treats both alike.
    codes = [layer for layer in layers if layer.plan.encoding == "plate" and layer.encoding == "display"]
    unsure = [layer for layer in codes if not input_colour_space(layer.shot, cut.origin, holds_codes=True)]
    if unsure:
        yield from _to_check(cut.origin, _shots(unsure, cut))


def _followed(layer: Layer, origin: Origin | None) -> bool:
    """Whether it is linear light because its host needs that."""
    return layer.plan.encoding == pass_encoding(layer.shot, "plate", origin) == "linear"


def _to_check(origin: Origin, shots: str) -> Iterator[str]:
    colour = origin.colour
    if colour.mode == "unmanaged":
        return
    known = f"{_HOSTS[origin.host]} manages colours ({colour.science or colour.working or colour.mode})"
    if colour.mode == "unknown":
        known = f"it is not known whether {_HOSTS[origin.host]} manages colours"
    in_ae_ocio = origin.host == "after effects" and colour.mode in {"aces", "ocio"}
    what = _PROPERTY_OCIO if in_ae_ocio else _PROPERTY[origin.host]
    where = " where it does," if colour.mode == "unknown" else ""
    yield f"{known} and the layers of {shots} hold their plates' own codes:{where} give them their plates' {what}"


def _shots(layers: Sequence[Layer], cut: Cut) -> str:
    names = list(dict.fromkeys(layer.shot.name for layer in layers))
    if len(names) == len(cut.shots):
        return "all shots"
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} shots, {names[0]} among them"
