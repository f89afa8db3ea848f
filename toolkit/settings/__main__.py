"""``python -m toolkit.settings``: print the settings reference, ``docs/settings.md``, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from toolkit.settings.base import limits_of, table_class
from toolkit.settings.describe import help_text, toml_text
from toolkit.settings.looks import ControlSettings, LoraSettings, PromptSettings
from toolkit.settings.values import Settings

_INTRODUCTION = """\
# Settings

<!-- Generated: python -m toolkit.settings > docs/settings.md -->

Change a setting with `--set face.strength=0.4`, or several in a file `toolkit.toml` next to the cut:

```toml
[face]
strength = 0.45
padding = 48
prompt = "portrait of a woman, {expression}"

[[face.controls]]
kind = "face"
weight = 0.8

[[face.prompts]]
shot = "sh02*"
prompt = "portrait of an old man, {expression}"

[cut]
handles = 12

[shots."sh02*"]
face.strength = 0.4
```

`[shots."…"]` is for the shots whose names match: settings of `track`, `matte`, `body` and `face` go there, and count
before those for all shots; of several that match a shot, the last counts. On the command line:
`--set 'shots."sh02*".face.strength=0.4'`. A value for all shots on the command line also replaces those of single shots
in a file. Uses of one source that are rendered together have the settings of the first; `cut.share = false` renders
each on its own.

Precedence: `--set`, then `toolkit.toml`, then `--preset`. A `toolkit.toml` that is loaded is always named. To choose
an engine, a server or files elsewhere it must be [trusted](engines-guide.md#a-toolkittoml-that-came-with-a-cut).
The defaults below are those of the preset `founding`; `toolkit presets show dva-2023` prints another preset in full,
and `toolkit engines --settings` lists the settings in a terminal."""
_TABLES = (
    ("Tables of `controls`", ControlSettings(kind="face")),
    ("Tables of `loras`", LoraSettings(model="name")),
    ("Tables of `prompts`", PromptSettings(prompt="text")),
)
"""Heading, and an instance of the class that lists the keys."""
_NO_DEFAULT = {
    (ControlSettings, "model"),
    (ControlSettings, "source"),
    (LoraSettings, "model"),
    (PromptSettings, "prompt"),
}
"""Fields whose value in these instances depends on other fields, or was set here."""


def settings_page() -> str:
    """The whole page."""
    settings = Settings()
    parts = [_INTRODUCTION, *_section("General", settings)]
    for item in fields(settings):
        section = getattr(settings, item.name)
        if hasattr(section, "__pydantic_fields__"):
            parts += _section(f"`{item.name}`", section, prefix=f"{item.name}.")
    for title, instance in _TABLES:
        parts += _section(title, instance)
    return "\n\n".join(parts) + "\n"


def _section(title: str, values: Any, *, prefix: str = "") -> Iterator[str]:
    """Heading, description and table of one class."""
    cls = type(values)
    yield f"## {title}"
    yield _plain(cls.__doc__ or "")
    rows = ["| key | default | allowed | meaning |", "|---|---|---|---|"]
    for name, info in cls.__pydantic_fields__.items():
        value = getattr(values, name)
        if hasattr(value, "__pydantic_fields__") or info.exclude:
            continue
        tables = table_class(info)
        allowed = limits_of(info) if tables is None else "list of tables"
        default = "" if (cls, name) in _NO_DEFAULT else f"`{toml_text(value)}`"
        rows.append(f"| `{prefix}{name}` | {default} | {_cell(allowed)} | {_cell(_plain(help_text(cls, name)))} |")
    yield "\n".join(rows)


def _plain(text: str) -> str:
    return " ".join(text.replace("``", "`").split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(settings_page(), end="")
