"""Settings as people read them: keys, values, limits and help texts; and as the text of a ``toolkit.toml``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from toolkit.settings.base import limits_of, table_class
from toolkit.settings.values import Settings


def setting_keys(settings: Settings) -> dict[str, tuple[Any, str]]:
    """Every key with its value and its limits in words, in the order of the classes."""
    rows: dict[str, tuple[Any, str]] = {}
    for key, value, info in _walk(settings):
        tables = table_class(info)
        limits = limits_of(info) if tables is None else "tables of " + ", ".join(one.name for one in fields(tables))
        rows[key] = (value if tables is None else toml_text(value), limits)
    return rows


def describe_settings() -> dict[str, str]:
    """Every key with its help text, on one line."""
    settings = Settings()
    texts: dict[str, str] = {}
    for key, _, _ in _walk(settings):
        section, _, name = key.rpartition(".")
        text = help_text(type(getattr(settings, section) if section else settings), name)
        texts[key] = " ".join(text.replace("``", "").split())
    return texts


def help_text(cls: type[Any], name: str) -> str:
    """The string below the field, in the nearest class that has one."""
    declared = (vars(one).get("__pydantic_fields__", {}).get(name) for one in cls.__mro__)
    return next((info.description for info in declared if info and info.description), "")


def settings_toml(settings: Settings) -> str:
    """Every setting as the text of a ``toolkit.toml``, its limits beside it."""
    lines: list[str] = []
    section = ""
    for key, value, info in _walk(settings):
        name, _, inner = key.rpartition(".")
        if name != section:
            lines += ["", f"[{name}]"]
            section = name
        limits = limits_of(info)
        lines.append(f"{inner} = {toml_text(value)}" + (f"  # {limits}" if limits else ""))
    if settings.shots:
        lines += ["", "[shots]", *_shot_lines(settings)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _shot_lines(settings: Settings) -> Iterator[str]:
    """The settings of single shots, as they were checked: what was written may be a number as text."""
    checked = dict(zip(dict.fromkeys(one.pattern for one in settings.shots), [*settings.variants()][1:], strict=True))
    for one in settings.shots:
        section, _, name = one.key.partition(".")
        yield f'"{one.pattern}".{one.key} = {toml_text(getattr(getattr(checked[one.pattern], section), name))}'


def toml_text(value: Any) -> str:
    """A setting's value as TOML, tables inline; for text, numbers and truth values JSON and TOML are the same."""
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(toml_text, value))}]"
    if is_dataclass(value):
        value = {item.name: getattr(value, item.name) for item in fields(value)}
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key} = {toml_text(one)}' for key, one in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)


def _walk(settings: Settings) -> Iterator[tuple[str, Any, Any]]:
    """Key, value and FieldInfo of every setting, in the order of the classes."""
    for name, info in type(settings).__pydantic_fields__.items():  # type: ignore[attr-defined]  # set by pydantic
        if info.exclude:
            continue
        value = getattr(settings, name)
        inner = getattr(value, "__pydantic_fields__", None)
        if inner is None:
            yield name, value, info
        else:
            yield from ((f"{name}.{one}", getattr(value, one), inner[one]) for one in inner if not inner[one].exclude)
