"""Every user-visible default, in one place, with its unit and its reason.

A setting is a field of one of the small classes below; its key is ``section.field`` (``face.strength``). Values come
from a preset, then from ``toolkit.toml`` beside the cut, then from ``--set``; each later one wins. A key that does not
exist, or a value out of its range, is an error that names the key, the range and the nearest key there is.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from toolkit.errors import NoSuchFile, SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a setting may be; shown by errors and by ``toolkit engines --settings``."""

    least: float | None = None
    most: float | None = None
    one_of: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.one_of:
            return "one of " + ", ".join(self.one_of)
        least = "…" if self.least is None else f"{self.least:g}"
        return f"{least} to {'…' if self.most is None else f'{self.most:g}'}"


def _number(default: float, least: float, most: float) -> Any:
    return field(default=default, metadata={"limits": Limits(least=least, most=most)})


def _choice(default: str, *names: str) -> Any:
    return field(default=default, metadata={"limits": Limits(one_of=names)})


@dataclass(frozen=True, slots=True, kw_only=True)
class CutSettings:
    """How a cut becomes shots."""

    handles: int = _number(8, 0, 240)
    """Source frames kept beyond each end of the cut, where the media has them, at plain speed; a retimed shot gets them
    times its speed: room for the editor to slip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackSettings:
    """How faces are found and followed."""

    max_faces: int = _number(4, 1, 16)
    """Most faces followed in one shot; the longest-lived and largest are kept."""
    confidence: float = _number(0.5, 0.05, 0.95)
    """Least detection and presence confidence, 0..1: the value the founding recipe's FaceMesh used."""
    min_size: int = _number(30, 8, 512)
    """Smallest face worth a pass, pixels of its oval's height: below this there is no acting left to keep."""
    tiles: bool = True
    """Search overlapping tiles too: squares of the short side for further faces, smaller ones where none is known."""
    hold: int = _number(6, 0, 48)
    """A face lost for at most this many frames between two sightings is HELD (bridged); a longer gap is ABSENT."""
    smooth: int = _number(2, 0, 12)
    """Frames each side of the local quadratic fit that steadies centre, scale and roll (it has no lag); 0 off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatteSettings:
    """The soft shape that lays FACE over BODY."""

    grow: float = _number(0.06, 0.0, 0.5)
    """How far the matte reaches beyond the face oval, as a part of the face's height: covers the jaw line."""
    feather: float = _number(0.08, 0.0, 0.5)
    """Width of the soft edge, as a part of the face's height: scales with the face, so no edge breathes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an engine is told to paint; one per pass."""

    strength: float = _number(0.5, 0.0, 1.0)
    """Denoising strength: 0 leaves the plate untouched, 1 forgets it."""
    seed: int = _number(20230407, 0, 2**31 - 1)
    """Start of the noise; shot, pass, face and source frame are mixed in, never a batch number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodySettings(Look):
    """The BODY pass: the whole frame."""

    strength: float = _number(0.65, 0.0, 1.0)
    """Denoising strength of the founding recipe's body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceSettings(Look):
    """The FACE pass: each face in its own upright crop."""

    canvas: int = _number(512, 64, 2048)
    """Side of the square the engine paints, pixels, a multiple of 8: what Stable Diffusion 1.5 was trained on."""
    padding: int = _number(32, 0, 512)
    """Plate pixels kept around the matte in the crop: the engine's context, as 'only masked padding' gives it."""
    roll_threshold: float = _number(20.0, 0.0, 180.0)
    """A face tilted more than this many degrees is turned upright in its crop: models paint upright faces best."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSettings:
    """The files."""

    version: int = _number(1, 1, 999)
    """Version of the passes: v001."""
    encoding: str = _choice("plate", "plate", "linear", "acescg")
    """Pixel encoding of the layers: the plate's own, scene-linear Rec.709, or ACEScg."""
    passes: str = _choice("BODY+FACE", "BODY+FACE", "BODY", "FACE")
    """Which passes are rendered, bottom to top."""
    writers: int = _number(2, 1, 64)
    """Threads that compress and write EXR frames."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of them."""

    engine: str = "builtin"
    """Name of the engine that paints; see ``toolkit engines``."""
    cut: CutSettings = field(default_factory=CutSettings)
    track: TrackSettings = field(default_factory=TrackSettings)
    matte: MatteSettings = field(default_factory=MatteSettings)
    body: BodySettings = field(default_factory=BodySettings)
    face: FaceSettings = field(default_factory=FaceSettings)
    output: OutputSettings = field(default_factory=OutputSettings)


PRESETS: Mapping[str, Mapping[str, Any]] = {
    "founding": {},
    "draft": {"face": {"canvas": 256}, "cut": {"handles": 0}},
}
"""Named starting points: ``founding`` is the defaults, the recipe the technique came from; ``draft`` is for layout."""


def load_settings(
    *,
    preset: str = "founding",
    beside: Path | None = None,
    assignments: Sequence[str] = (),
) -> Settings:
    """Settings from a preset, the ``toolkit.toml`` beside the cut (if any), then ``key=value`` assignments.

    Raises SettingsError for unknown keys and values out of range, NoSuchFile when ``beside`` does not exist.
    """
    if preset not in PRESETS:
        raise SettingsError.unknown(preset, PRESETS, source="--preset")
    settings = _overlay(Settings(), PRESETS[preset], source=f"preset {preset}")
    if beside is not None:
        settings = _overlay(settings, _read_toml(beside), source=str(beside))
    for assignment in assignments:
        key, separator, text = assignment.partition("=")
        if not separator:
            raise SettingsError(assignment, "write it as key=value, such as face.strength=0.5")
        settings = assign(settings, key.strip(), text.strip())
    return settings


def assign(settings: Settings, key: str, value: Any, *, source: str = "--set") -> Settings:
    """``settings`` with the one ``key`` changed; ``value`` may be text, which is read as the field's type."""
    known = {name: (section, item) for name, section, item in _walk(settings)}
    if key not in known:
        raise SettingsError.unknown(key, known, source=source)
    section_name, item = known[key]
    holder = settings if section_name is None else getattr(settings, section_name)
    checked = _checked(key, value, getattr(holder, item.name), item.metadata.get("limits"), source)
    changed: Any = replace(holder, **{item.name: checked})
    return changed if section_name is None else _with_section(settings, section_name, changed)


def setting_keys(settings: Settings) -> dict[str, tuple[Any, str]]:
    """Every key with its value and its limits in words, in the order of the classes above."""
    rows: dict[str, tuple[Any, str]] = {}
    for key, section, item in _walk(settings):
        holder = settings if section is None else getattr(settings, section)
        rows[key] = (getattr(holder, item.name), str(item.metadata.get("limits", "")))
    return rows


def _with_section(settings: Settings, name: str, section: Any) -> Settings:
    sections: dict[str, Any] = {name: section}
    return replace(settings, **sections)


def _walk(settings: Settings) -> Iterator[tuple[str, str | None, Any]]:
    for item in fields(settings):
        value = getattr(settings, item.name)
        if hasattr(value, "__dataclass_fields__"):
            for inner in fields(value):
                yield f"{item.name}.{inner.name}", item.name, inner
        else:
            yield item.name, None, item


def _overlay(settings: Settings, values: Mapping[str, Any], *, source: str) -> Settings:
    for name, value in values.items():
        if isinstance(value, Mapping):
            for inner, inner_value in value.items():
                settings = assign(settings, f"{name}.{inner}", inner_value, source=source)
        else:
            settings = assign(settings, name, value, source=source)
    return settings


def _checked(key: str, value: Any, current: Any, limits: Limits | None, source: str) -> Any:
    wanted = type(current)
    try:
        if wanted is bool:
            named = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False}
            value = value if isinstance(value, bool) else {**named, "0": False}[str(value).lower()]
        elif isinstance(value, bool) or (wanted is int and isinstance(value, float) and value != int(value)):
            raise ValueError
        else:
            value = wanted(value)
    except (KeyError, ValueError, TypeError):
        raise SettingsError(key, f"{value!r} is not {_KINDS[wanted]}", source=source) from None
    if limits is None:
        return value
    if limits.one_of and value not in limits.one_of:
        raise SettingsError(key, f"{value!r} is not {limits}", source=source)
    too_small = limits.least is not None and not value >= limits.least
    too_large = limits.most is not None and not value <= limits.most
    if not limits.one_of and (too_small or too_large):
        raise SettingsError(key, f"{value} is out of range: {limits}", source=source)
    if key == "face.canvas" and value % 8:
        raise SettingsError(key, f"{value} is not a multiple of 8", source=source)
    return value


_KINDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def _read_toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(path.name, f"not TOML: {error}", source=str(path.parent)) from None
