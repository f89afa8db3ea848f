"""Settings out of a PNG that AUTOMATIC1111 wrote: the "infotext" it keeps beside the pixels.

The text is the prompt, a line that begins with "Negative prompt:", and a last line of "Key: value" pairs with commas
between them; a value that holds commas or quotes is a JSON string. Read as modules/infotext_utils.py writes it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from toolkit.errors import NoInfotext, NoSuchFile, Unreadable
from toolkit.settings import ControlSettings

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"parameters"
"""Of the chunk that holds the text."""
_LEAST_PAIRS = 3
"""With fewer pairs a last line is a part of the prompt that happens to have colons in it."""
_PAIR = re.compile(r'\s*(\w[\w \-/]*):\s*("(?:\\.|[^"\\])*"|\([^)]*\)|[^,]*)(?:,|$)')
_NEGATIVE = "Negative prompt:"
_CONTROL = re.compile(r"ControlNet( \d+)?")
_EARLY = re.compile(r"ControlNet(?:-(\d+))? ([A-Z][A-Za-z ]*)")
"""A value of a unit, as written until spring 2023: since then a unit is one pair."""
_SCHEDULE = "Schedule type"
_VERSION = re.compile(r"(?:^|v)(\d+)\.(\d+)")
"""Of the web UI, in a fork's after its own; those without one in their texts are older than 1.4.0."""
_MODULES: Mapping[str, Literal["face", "body"]] = {"mediapipe_face": "face", "openpose": "body"}
"""The annotators whose pictures this version draws itself, and the kinds of control that stand for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Infotext:
    """What the text says, as settings of a look."""

    values: Mapping[str, Any]
    """By the name of the setting, ``strength``, ``prompt`` …; only what the text names."""
    left: tuple[str, ...]
    """``Seed: 123``: what has no setting here."""


def read_infotext(path: Path) -> Infotext:
    """The look a picture was painted with. Raises NoSuchFile, Unreadable and NoInfotext."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except OSError as error:
        raise Unreadable(path, error) from error
    if not data.startswith(_SIGNATURE):
        raise NoInfotext(path, "it is not a PNG")
    try:
        text = next(_texts(data), None)
    except zlib.error as error:
        raise NoInfotext(path, f"its text is damaged ({error})") from error
    if text is None:
        raise NoInfotext(path, "it holds no text of AUTOMATIC1111's; was it saved again by another program?")
    return parse_infotext(text)


def parse_infotext(text: str) -> Infotext:
    """The text's prompts and pairs as settings; what has no setting is listed, not dropped."""
    lines = text.strip().splitlines()
    pairs = _pairs(lines[-1]) if lines else []
    if len(pairs) >= _LEAST_PAIRS:
        lines = lines[:-1]
    else:
        pairs = []
    prompt, _, negative = "\n".join(lines).partition(_NEGATIVE)
    values: dict[str, Any] = {"prompt": prompt.strip(), "negative": negative.strip()}
    controls: list[ControlSettings] = []
    left: list[str] = []
    for key, value in _gathered(pairs):
        control = _control(value) if _CONTROL.fullmatch(key) else None
        if control is not None:
            controls.append(control)
        elif key in _SETTINGS and (number := _read(key, value)) is not None:
            values[_SETTINGS[key][0]] = number
        elif key == _SCHEDULE and "sampler" in values:
            values["sampler"] += "" if value in _NO_WORD else f" {value}"
        else:
            left.append(f"{key}: {value}")
    if controls:
        values["controls"] = tuple(controls)
    if "mask_blur" in values:
        version = _VERSION.search(dict(pairs).get("Version", ""))
        since = version is not None and (int(version[1]), int(version[2])) >= (1, 4)
        values["mask_blur_version"] = "1.4" if since else "1.3"
    return Infotext(values=values, left=tuple(left))


_NO_WORD = {"Automatic", "Uniform"}
"""Spacings that a sampler's name does not say. Where "Automatic" was not even, the text names what it stood for."""
_SETTINGS: Mapping[str, tuple[str, type]] = {
    "Denoising strength": ("strength", float),
    "Model": ("model", str),
    "Steps": ("steps", int),
    "CFG scale": ("guidance", float),
    "Sampler": ("sampler", str),
    "Mask blur": ("mask_blur", int),
    "Masked content": ("masked_content", str),
}
"""The text's word, and the setting that means the same with its kind."""


def _gathered(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """``pairs`` with each unit of early 2023 in one pair, as units were written later."""
    gathered: dict[str, str] = {}
    for key, value in pairs:
        early = _EARLY.fullmatch(key)
        name, text = (f"ControlNet {early[1] or 0}", f"{early[2]}: {value}") if early else (key, value)
        gathered[name] = f"{gathered[name]}, {text}" if early and name in gathered else text
    return list(gathered.items())


def _read(key: str, value: str) -> Any:
    """The value as its setting's kind; None when it is none."""
    try:
        return _SETTINGS[key][1](value)
    except ValueError:
        return None


def _control(text: str) -> ControlSettings | None:
    """A ControlNet unit as one of our controls; None for one whose guide this version does not make."""
    facts = {key.lower(): value for key, value in _pairs(text)}
    kind = _MODULES.get(facts.get("module", facts.get("preprocessor", "")))
    if kind is None:
        return None
    start, _, end = facts.get("starting/ending", "(0, 1)").strip("()").partition(",")
    try:
        control = ControlSettings(
            kind=kind,
            weight=float(facts.get("weight", 1)),
            start=float(facts.get("guidance start", start)),
            end=float(facts.get("guidance end", end)),
        )
    except ValueError:
        return None
    model = facts.get("model", "").partition(" [")[0]
    return replace(control, model=model) if model else control


def _pairs(line: str) -> list[tuple[str, str]]:
    return [(key.strip(), _unquoted(value.strip())) for key, value in _PAIR.findall(line)]


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value


def _texts(data: bytes) -> Iterator[str]:
    """The texts under the keyword: tEXt is Latin-1, iTXt is UTF-8 and may be deflated (PNG, third edition, 11.3.3)."""
    position = len(_SIGNATURE)
    while position + 8 <= len(data):
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        body = data[position + 8 : position + 8 + length]
        position += 12 + length
        keyword, _, rest = body.partition(b"\0")
        if keyword != _KEYWORD:
            continue
        if kind == b"tEXt":
            yield rest.decode("latin-1")
        elif kind == b"iTXt":
            deflated, content = rest[:1] == b"\x01", rest[2:].split(b"\0", 2)[-1]
            yield (zlib.decompress(content) if deflated else content).decode("utf-8", errors="replace")
