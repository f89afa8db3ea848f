"""Where settings come from: a preset, then ``toolkit.toml`` beside the cut, then ``--set``; each later one wins.

A key that does not exist, or a value out of its range, is an error that names the key, the range and the nearest key
there is.
"""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import Field, fields, replace
from importlib import resources
from pathlib import Path
from typing import Any

from toolkit.errors import NoSuchFile, SettingsError, Unreadable
from toolkit.frames import FramePath
from toolkit.settings.values import (
    DRAWN_CONTROLS,
    EXPRESSION,
    SHOT,
    USUAL_CONTROLS,
    ControlSettings,
    PromptSettings,
    Settings,
)


def preset_names() -> list[str]:
    """The presets there are, each a TOML file with every setting in it."""
    folder = resources.files("toolkit.settings") / "presets"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def preset_text(name: str) -> str:
    """The TOML text of a preset. Raises SettingsError."""
    if name not in preset_names():
        raise SettingsError.unknown(name, preset_names(), source="--preset", what="preset")
    return (resources.files("toolkit.settings") / "presets" / f"{name}.toml").read_text(encoding="utf-8")


def preset_about(name: str) -> str:
    """What a preset is for: the comment at its top, as one sentence. Raises SettingsError."""
    comment = preset_text(name).partition("\n\n")[0]
    return " ".join(line.lstrip("# ") for line in comment.splitlines())


def load_settings(
    *,
    preset: str = "founding",
    beside: Path | None = None,
    assignments: Sequence[str] = (),
) -> Settings:
    """Settings from a preset, the ``toolkit.toml`` beside the cut (if any), then ``key=value`` assignments.

    Raises SettingsError for unknown keys and values out of range, NoSuchFile when ``beside`` does not exist, and
    Unreadable when it cannot be opened.
    """
    settings = _overlay(Settings(), tomllib.loads(preset_text(preset)), source=f"preset {preset}")
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
    known = {name: (section, item) for name, section, item in walk(settings)}
    if key not in known:
        raise SettingsError.unknown(key, known, source=source)
    section_name, item = known[key]
    holder = settings if section_name is None else getattr(settings, section_name)
    checked = _checked(key, value, holder, item, source)
    changed: Any = replace(holder, **{item.name: checked})
    return changed if section_name is None else _with_section(settings, section_name, changed)


def setting_keys(settings: Settings) -> dict[str, tuple[Any, str]]:
    """Every key with its value and its limits in words, in the order of the classes."""
    rows: dict[str, tuple[Any, str]] = {}
    for key, section, item in walk(settings):
        holder = settings if section is None else getattr(settings, section)
        value = getattr(holder, item.name)
        if isinstance(value, tuple):
            value = _as_toml(value)
        rows[key] = (value, _allowed(item))
    return rows


def _allowed(item: Field[Any]) -> str:
    """What a setting may be, in words: its limits, or what its tables may say."""
    if "of" in item.metadata:
        return "tables of " + ", ".join(inner.name for inner in fields(item.metadata["of"]))
    return str(item.metadata.get("limits", ""))


def as_toml(settings: Settings) -> str:
    """Every setting as the text of a ``toolkit.toml``, its range beside it."""
    lines: list[str] = []
    section = ""
    for key, (value, limits) in setting_keys(settings).items():
        name, _, inner = key.rpartition(".")
        if name != section:
            lines += ["", f"[{name}]"]
            section = name
        if inner in _TABLES:
            lines.append(f"{inner} = {value}")  # written as TOML already, every name in it
        else:
            lines.append(f"{inner} = {toml_text(value)}" + (f"  # {limits}" if limits else ""))
    return "\n".join(lines).lstrip("\n") + "\n"


def toml_text(value: Any) -> str:
    """A setting's value as TOML; of text, numbers and truth values JSON's way of writing is TOML's, too."""
    return _as_toml(value) if isinstance(value, tuple) else json.dumps(value, ensure_ascii=False)


def _with_section(settings: Settings, name: str, section: Any) -> Settings:
    sections: dict[str, Any] = {name: section}
    return replace(settings, **sections)


def walk(settings: Settings) -> Iterator[tuple[str, str | None, Any]]:
    """Every key with its section (None for those without one) and its field, in the order of the classes."""
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


def _checked(key: str, value: Any, holder: Any, item: Field[Any], source: str) -> Any:
    """``value`` as what ``item`` of ``holder`` takes."""
    current, limits = getattr(holder, item.name), item.metadata.get("limits")
    if isinstance(current, tuple):
        return _tables(key, value, item.metadata["of"], source)
    wanted = type(current)
    try:
        value = _converted(value, wanted)
    except (KeyError, ValueError):
        raise SettingsError(key, f"{value!r} is not {_KINDS[wanted]}", source=source) from None
    if key.endswith(".prompt"):
        for name in re.findall(r"\{\w*\}", value):
            if name != EXPRESSION:
                raise SettingsError(key, f"{name} stands for nothing; a prompt may hold {EXPRESSION}", source=source)
    if limits is None:
        return value
    if limits.one_of and value not in limits.one_of:
        raise SettingsError(key, f"{value!r} is not {limits}", source=source)
    too_small = limits.least is not None and not value >= limits.least
    too_large = limits.most is not None and not value <= limits.most
    if not limits.one_of and (too_small or too_large):
        raise SettingsError(key, f"{value} is out of range: {limits}", source=source)
    if key in _PAINTED_SIDES and (value % 8 or 0 < value < _LEAST_SIDE):
        raise SettingsError(key, f"{value} is not a multiple of 8 from {_LEAST_SIDE} on", source=source)
    return value


def _converted(value: Any, wanted: type) -> Any:
    """``value``, as TOML or the command line has it, as a ``wanted``. Raises KeyError or ValueError."""
    if wanted is bool:
        named = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)
        return value if isinstance(value, bool) else named[str(value).lower()]
    not_whole = isinstance(value, float) and wanted is int and not value.is_integer()
    if isinstance(value, bool) or not_whole or not isinstance(value, (str, int, float)):
        raise ValueError(value)
    return wanted(value)


def _tables(key: str, value: Any, of: type, source: str) -> tuple[Any, ...]:
    """A list of tables, or the TOML text of one, as values of the class ``of``."""
    if isinstance(value, str):
        try:
            value = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(key, f"not TOML: {error}", source=source) from None
    if not isinstance(value, list) or not all(isinstance(table, Mapping) for table in value):
        raise SettingsError(key, f"write it as a list of tables, such as {_as_toml((of(),))}", source=source)
    return tuple(_table(f"{key}[{index}]", table, of(), source) for index, table in enumerate(value))


def _table(key: str, table: Mapping[str, Any], entry: Any, source: str) -> Any:
    """``entry`` with what ``table`` says."""
    known = {item.name: item for item in fields(entry)}
    for name, value in table.items():
        if name not in known:
            raise SettingsError.unknown(f"{key}.{name}", [f"{key}.{other}" for other in known], source=source)
        checked: Any = _checked(f"{key}.{name}", value, entry, known[name], source)
        entry = replace(entry, **{name: checked})
    if isinstance(entry, ControlSettings):
        entry = _control(key, entry, table, source)
    elif isinstance(entry, PromptSettings):
        _check_prompt(key, entry, source)
    elif not entry.model:
        raise SettingsError(f"{key}.model", "name it", source=source)
    return entry


def _check_prompt(key: str, entry: PromptSettings, source: str) -> None:
    if not entry.prompt and not entry.negative:
        raise SettingsError(key, "it has neither prompt nor negative", source=source)
    if entry.face >= 0 and key.startswith("body."):
        raise SettingsError(f"{key}.face", "BODY is painted as a whole", source=source)


def _control(key: str, control: ControlSettings, table: Mapping[str, Any], source: str) -> ControlSettings:
    """``control`` with what is usual for its kind where ``table`` does not say."""
    if "model" not in table:
        control = replace(control, model=USUAL_CONTROLS.get(control.kind, ""))
    if not control.model:
        raise SettingsError(f"{key}.model", "name it", source=source)
    if control.start > control.end:
        raise SettingsError(f"{key}.start", f"{control.start:g} comes after its end, {control.end:g}", source=source)
    if control.estimator:
        _check_estimated(key, control, source)
        return control
    if control.kind in DRAWN_CONTROLS:
        if control.source:
            raise SettingsError(f"{key}.source", f"the {control.kind} is drawn from the track, not read", source=source)
        return control
    if not control.source:
        control = replace(control, source=f"guides/{SHOT}/{control.kind}.####.exr")
    if not FramePath.is_pattern(control.source):
        problem = f"'{control.source}' is no sequence; write it as {control.kind}.####.exr"
        raise SettingsError(f"{key}.source", problem, source=source)
    for name in re.findall(r"\{\w*\}", control.source):
        if name != SHOT:
            raise SettingsError(f"{key}.source", f"{name} stands for nothing; it may hold {SHOT}", source=source)
    if (control.near or control.far) and not (control.kind == "depth" and control.source.lower().endswith(".exr")):
        raise SettingsError(f"{key}.near", "only depth in EXR files holds distances", source=source)
    if (control.near or control.far) and not 0 < control.near < control.far:
        problem = f"{control.near:g} is not between 0 and far, {control.far:g}; to exchange black and white set invert"
        raise SettingsError(f"{key}.near", problem, source=source)
    return control


def _check_estimated(key: str, control: ControlSettings, source: str) -> None:
    """What is estimated from the plate is read from nowhere, and has no unit that a distance could be said in."""
    if control.kind != "depth":
        raise SettingsError(f"{key}.estimator", f"only depth is estimated, {control.kind} is not", source=source)
    for name in ("source", "offset", "near", "far"):
        if getattr(control, name):
            problem = "it is about a sequence, and depth is estimated here; leave out this or estimator"
            raise SettingsError(f"{key}.{name}", problem, source=source)


def _as_toml(tables: tuple[Any, ...]) -> str:
    """The text that ``--set`` would take for ``tables``."""
    texts = (
        ", ".join(f"{item.name} = {json.dumps(getattr(table, item.name))}" for item in fields(table))
        for table in tables
    )
    return "[" + ", ".join(f"{{{text}}}" for text in texts) + "]"


_TABLES = {"controls", "loras", "prompts"}
_PAINTED_SIDES = {"face.canvas", "body.size"}
_LEAST_SIDE = 64
"""Of a painted picture, pixels: eight of a latent."""
_KINDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


def _read_toml(path: Path) -> Mapping[str, Any]:
    """The file as TOML, in UTF-16, too: that is what ``>`` writes in the PowerShell of Windows."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except OSError as error:
        raise Unreadable(path, error) from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return tomllib.loads(data.decode("utf-16" if wide else "utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError.not_toml(path, error) from None
