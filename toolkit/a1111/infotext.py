"""Reads the "infotext" in a PNG from AUTOMATIC1111: the settings that it stores beside the pixels.

The text is the prompt, a line that begins with "Negative prompt:", and a last line of "Key: value" pairs separated by
commas; a value with commas or quotes is a JSON string. Follows modules/infotext_utils.py, which writes it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from toolkit.errors import NoInfotext, NoSuchFile, Unreadable
from toolkit.settings import ControlSettings

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"parameters"
"""Keyword of the PNG chunk with the text."""
_MIN_PAIRS = 3
"""With fewer pairs, the last line is a part of the prompt that happens to contain colons."""
_PAIR = re.compile(r'\s*(\w[\w \-/]*):\s*("(?:\\.|[^"\\])*"|\([^)]*\)|[^,]*)(?:,|$)')
_NEGATIVE = "Negative prompt:"
_CONTROLNET = re.compile(r"ControlNet( \d+)?")
_LEGACY_UNIT = re.compile(r"ControlNet(?:-(\d+))? ([A-Z][A-Za-z ]*)")
"""One value of a ControlNet unit, as written until spring 2023; since then a unit is one pair."""
_SCHEDULE = "Schedule type"
_VERSION = re.compile(r"(?:^|v)(\d+)\.(\d+)")
"""Version of the web UI; a fork writes its own in front. A text without a version is from before 1.4.0."""
_MODULES: Mapping[str, Literal["face", "body"]] = {"mediapipe_face": "face", "openpose": "body"}
"""The annotators that the toolkit draws itself, and their kinds of control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Infotext:
    """The text as settings of a look."""

    values: Mapping[str, Any]
    """By name of the setting (``strength``, ``prompt``, ...); only those in the text."""
    unmapped: tuple[str, ...]
    """Pairs without a matching setting: ``Seed: 123``."""


def read_infotext(path: Path) -> Infotext:
    """Read the look that an image was generated with. Raises NoSuchFile, Unreadable and NoInfotext."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except OSError as error:
        raise Unreadable(path, error) from error
    if not data.startswith(_SIGNATURE):
        raise NoInfotext(path, "it is not a PNG")
    try:
        text = next(_text_chunks(data), None)
    except zlib.error as error:
        raise NoInfotext(path, f"its text is damaged ({error})") from error
    if text is None:
        raise NoInfotext(path, "it has no AUTOMATIC1111 text; was it saved again by another program?")
    return parse_infotext(text)


def parse_infotext(text: str) -> Infotext:
    """Convert the text's prompts and pairs to settings; pairs without a matching setting are listed in ``unmapped``."""
    lines = text.strip().splitlines()
    pairs = _parse_pairs(lines[-1]) if lines else []
    if len(pairs) >= _MIN_PAIRS:
        lines = lines[:-1]
    else:
        pairs = []
    prompt, _, negative = "\n".join(lines).partition(_NEGATIVE)
    values: dict[str, Any] = {"prompt": prompt.strip(), "negative": negative.strip()}
    controls: list[ControlSettings] = []
    unmapped: list[str] = []
    for key, value in _merge_legacy_units(pairs):
        control = _parse_control(value) if _CONTROLNET.fullmatch(key) else None
        if control is not None:
            controls.append(control)
        elif key == "Size" and (sides := _parse_size(value)):
            values |= sides
        elif key in _SETTINGS and (parsed := _parse_value(key, value)) is not None:
            values[_SETTINGS[key][0]] = parsed
        elif key == _SCHEDULE and "sampler" in values:
            values["sampler"] += "" if value in _IMPLIED_SCHEDULES else f" {value}"
        else:
            unmapped.append(f"{key}: {value}")
    if controls:
        values["controls"] = tuple(controls)
    if "mask_blur" in values:
        version = _VERSION.search(dict(pairs).get("Version", ""))
        is_new = version is not None and (int(version[1]), int(version[2])) >= (1, 4)
        values["mask_blur_version"] = "1.4" if is_new else "1.3"
    return Infotext(values=values, unmapped=tuple(unmapped))


_IMPLIED_SCHEDULES = {"Automatic", "Uniform"}
"""Schedules that are not part of a sampler's name. If "Automatic" was not even spacing, the text names the schedule."""


def _parse_seed(text: str) -> int:
    """Raises ValueError for seeds that the setting does not take: those of the web UI have one bit more."""
    if not 0 <= int(text) < 2**31:
        raise ValueError(text)
    return int(text)


_SETTINGS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "Denoising strength": ("strength", float),
    "Model": ("model", str),
    "Seed": ("seed", _parse_seed),
    "Steps": ("steps", int),
    "CFG scale": ("guidance", float),
    "Sampler": ("sampler", str),
    "Mask blur": ("mask_blur", int),
    "Masked content": ("masked_content", str),
}
"""Key in the text: name of the matching setting, and how its value is read."""


def _parse_size(text: str) -> dict[str, int]:
    """``640x512`` as the ``size`` of BODY, its shorter side, and, if square, the ``canvas`` of FACE.

    Empty if the settings do not take it.
    """
    sides = re.fullmatch(r"(\d+)x(\d+)", text)
    width, height = (int(sides[1]), int(sides[2])) if sides else (0, 0)
    shorter = min(width, height)
    if shorter % 8 or not 64 <= shorter <= 2048:
        return {}
    return {"canvas": shorter, "size": shorter} if width == height else {"size": shorter}


def _merge_legacy_units(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Merge the pairs of each ControlNet unit of early 2023 into one pair, as units were written later."""
    merged: dict[str, str] = {}
    for key, value in pairs:
        legacy = _LEGACY_UNIT.fullmatch(key)
        name, text = (f"ControlNet {legacy[1] or 0}", f"{legacy[2]}: {value}") if legacy else (key, value)
        merged[name] = f"{merged[name]}, {text}" if legacy and name in merged else text
    return list(merged.items())


def _parse_value(key: str, value: str) -> Any:
    """The value in its setting's type; None if it cannot be converted."""
    try:
        return _SETTINGS[key][1](value)
    except ValueError:
        return None


def _parse_control(text: str) -> ControlSettings | None:
    """Convert a ControlNet unit to a control; None if the toolkit does not draw its guide."""
    facts = {key.lower(): value for key, value in _parse_pairs(text)}
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


def _parse_pairs(line: str) -> list[tuple[str, str]]:
    return [(key.strip(), _unquote(value.strip())) for key, value in _PAIR.findall(line)]


def _unquote(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value


def _text_chunks(data: bytes) -> Iterator[str]:
    """The texts with the keyword: tEXt is Latin-1, iTXt is UTF-8 and may be deflated (PNG, third edition, 11.3.3)."""
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
            is_deflated, content = rest[:1] == b"\x01", rest[2:].split(b"\0", 2)[-1]
            yield (zlib.decompress(content) if is_deflated else content).decode("utf-8", errors="replace")
