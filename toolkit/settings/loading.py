"""Where settings come from: a preset, then ``toolkit.toml`` beside the cut, then ``--set``; each later one wins.

What a key may be is checked by the classes in ``values``; here each value is only traced to where it was written.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from toolkit.errors import NoSuchFile, SettingsError, Unreadable, UntrustedSettings
from toolkit.settings.base import settings_error
from toolkit.settings.describe import setting_keys
from toolkit.settings.shots import SECTIONS, ShotValue, flatten_shots, parse_shot_key
from toolkit.settings.text_files import decode_text
from toolkit.settings.trust import TRUSTED_FOLDERS, find_requests
from toolkit.settings.values import URL_FROM_CUT, Settings

Overrides = Mapping[str, Any] | Sequence[str]
"""``{"face.strength": 0.4}`` or ``["face.strength=0.4"]``."""


def preset_names() -> list[str]:
    """The names of the presets, each a TOML file with every setting in it."""
    folder = resources.files("toolkit.settings") / "presets"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def preset_text(name: str) -> str:
    """The TOML text of a preset. Raises SettingsError."""
    if name not in preset_names():
        raise SettingsError.unknown_preset(name, preset_names())
    return (resources.files("toolkit.settings") / "presets" / f"{name}.toml").read_text(encoding="utf-8")


def preset_summary(name: str) -> str:
    """What a preset is for: the comment at its top, on one line. Raises SettingsError."""
    comment = preset_text(name).partition("\n\n")[0]
    return " ".join(line.lstrip("# ") for line in comment.splitlines())


def load_settings(
    *,
    preset: str = "founding",
    toml: Path | str | None = None,
    overrides: Overrides = (),
    origin: Literal["user", "trusted", "cut"] = "user",
) -> Settings:
    """Settings from a preset, then the file ``toml`` (if any), then ``overrides``; each later one wins.

    What a file says of single shots, ``[shots."sh02*"]``, goes before what it or an earlier one says of all; a later
    value for all shots replaces it. ``overrides`` maps dotted keys to values, ``{"face.strength": 0.4}``, or lists them
    as text, ``["face.strength=0.4"]``; for single shots the key is ``shots."sh02*".face.strength``.

    ``origin`` is where ``toml`` comes from: ``user``: it is the user's own. ``cut``: it lies beside a cut and may have
    come with it, so it may not choose an engine, a server, a workflow or files elsewhere. ``trusted``: it lies there,
    and may; but ``TOOLKIT_ENGINE_AUTH`` goes to a server that only it names if that names the host.

    Raises SettingsError for unknown keys and values that do not fit, UntrustedSettings, NoSuchFile when ``toml`` does
    not exist, and Unreadable when it cannot be opened.
    """
    layers = [(f"preset {preset}", dict(_flatten(tomllib.loads(preset_text(preset)))))]
    if toml is not None:
        layers.append((str(toml), dict(_flatten(_read_toml(Path(toml))))))
    layers.append((_override_source(overrides), dict(_parse_overrides(overrides))))
    known = setting_keys(Settings())
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    of_shots: dict[str, ShotValue] = {}
    for source, pairs in layers:
        of_shots = {name: one for name, one in of_shots.items() if one.key not in pairs}
        for key, value in pairs.items():
            if key == "shots" or key.startswith("shots."):
                one = _parse_shot_value(key, value, known, source)
                of_shots.pop(one.name, None)  # the last one counts
                of_shots[one.name] = one
                sources[one.name] = source
                continue
            values[key] = _parse_value(key, value, known, source)
            sources[key] = source
    if toml is not None and origin == "cut":
        its_own = [one for one in of_shots.values() if sources[one.name] == str(toml)]
        for some in (values, *({one.key: one.value} for one in its_own)):
            named = sources if some is values else dict.fromkeys(some, str(toml))
            _refuse_requests(Path(toml), some, named, preset=layers[0][1])
    if origin != "user" and sources["server.url"] == str(toml):
        values[URL_FROM_CUT] = values["server.url"] not in ("", layers[0][1]["server.url"])  # a list is refused below
    settings = _build(values, sources)
    for name, one in of_shots.items():
        _build({**values, one.key: one.value}, {**sources, one.key: f'{sources[name]}: shots."{one.pattern}"'})
    return replace(settings, shots=tuple(of_shots.values()))


def _build(values: Mapping[str, Any], sources: Mapping[str, str]) -> Settings:
    """Raises SettingsError, with the source of the key that does not fit."""
    try:
        settings: Settings = TypeAdapter(Settings).validate_python(_group_by_section(values))
    except ValidationError as error:
        raise settings_error(error, Settings, sources=sources) from None
    return settings


def _parse_value(key: str, value: Any, known: Mapping[str, tuple[Any, str]], source: str) -> Any:
    if key not in known:
        raise SettingsError.unknown(key, known, source=source)
    is_tables = known[key][1].startswith("tables of ")
    return _parse_tables(key, value, source) if is_tables else value


def _parse_shot_value(dotted: str, value: Any, known: Mapping[str, tuple[Any, str]], source: str) -> ShotValue:
    """A setting of single shots. Raises SettingsError."""
    parsed = parse_shot_key(dotted)
    allowed = [key for key in known if key.partition(".")[0] in SECTIONS]
    if parsed is None:
        raise SettingsError(dotted, 'write it as shots."sh02*".face.strength', source=source)
    pattern, key = parsed
    if key not in allowed:
        raise SettingsError(
            dotted, f"only settings of {', '.join(SECTIONS)} can differ from shot to shot", source=source
        )
    return ShotValue(pattern=pattern, key=key, value=_parse_value(key, value, known, source))


def _refuse_requests(
    toml: Path, values: Mapping[str, Any], sources: Mapping[str, str], *, preset: Mapping[str, Any]
) -> None:
    """Raises UntrustedSettings if ``toml`` sets what needs trust, and nothing later than it replaces that."""
    its_own = {key: value for key, value in values.items() if sources[key] == str(toml)}
    requests = find_requests(its_own, preset, toml.parent)
    if requests:
        raise UntrustedSettings(toml, requests, trusted_folders=TRUSTED_FOLDERS)


def _override_source(overrides: Overrides) -> str:
    """Where overrides were written, for messages: a mapping comes from Python, text from the command line."""
    return "overrides" if isinstance(overrides, Mapping) else "--set"


def _parse_overrides(overrides: Overrides) -> Iterator[tuple[str, Any]]:
    if isinstance(overrides, Mapping):
        yield from overrides.items()
        return
    for text in overrides:
        key, separator, value = text.partition("=")
        if not separator:
            raise SettingsError(text, "write it as key=value, such as face.strength=0.5", source="--set")
        yield key.strip(), value.strip()


def _flatten(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The values of a TOML document by their keys, ``face.strength``."""
    for name, value in document.items():
        if name == "shots" and isinstance(value, Mapping):
            yield from flatten_shots(value)
        elif isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", inner_value) for inner, inner_value in value.items())
        else:
            yield name, value


def _group_by_section(values: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        (nested.setdefault(section, {}) if section else nested)[name] = value
    return nested


def _parse_tables(key: str, value: Any, source: str) -> Any:
    """A list of tables, read from its TOML text where ``--set`` gives it as text."""
    if isinstance(value, str):
        try:
            value = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(key, f"not TOML: {error}", source=source) from None
    if not isinstance(value, (list, tuple)):
        raise SettingsError(key, 'write it as a list of tables, such as [{kind="face"}]', source=source)
    return tuple(value)


def _read_toml(path: Path) -> Mapping[str, Any]:
    """The file as TOML."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except OSError as error:
        raise Unreadable(path, error) from error
    try:
        return tomllib.loads(decode_text(data))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError.not_toml(path, error) from None
