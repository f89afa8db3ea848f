"""The text of an OpenTimelineIO file, changed in places: everything else stays as the editor's application wrote it.

OpenTimelineIO's own read and write changes the last digits of times, drops what it does not know, and orders keys anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_SPACE = re.compile(r"[ \t\n\r]*")
_PATH = re.compile(r'("target_url(?:_base)?"\s*:\s*)("(?:[^"\\]|\\.)*")')
_decode = json.JSONDecoder().raw_decode

Span = tuple[int, int]
"""Where a value begins and ends in the text."""


def insert_tracks(text: str, additions: Mapping[int, Sequence[str]], count: int) -> str | None:
    """``text``, a timeline of ``count`` tracks, with new tracks.

    ``additions`` are the JSON texts of those to insert after each track, by its index. None when ``text`` is not the
    JSON of a timeline with so many children in its stack: OpenTimelineIO also reads what is not quite JSON.
    """
    try:
        spans = _find_tracks(text)
    except (ValueError, LookupError, RecursionError):
        return None
    if len(spans) != count:
        return None
    parts, done = [], 0
    for index, tracks in sorted(additions.items()):
        end = spans[index][1]
        parts += [text[done:end], *(f",\n{track}" for track in tracks)]
        done = end
    return "".join([*parts, text[done:]])


def replace_paths(text: str, renamed: Mapping[str, str]) -> str:
    """``text`` with other paths of media, and of folders of sequences, where ``renamed`` has one."""

    def replace(match: re.Match[str]) -> str:
        path = json.loads(match[2], strict=False)
        is_folder = match[1].startswith('"target_url_base"')
        if path not in renamed or not (path or is_folder):  # an empty path of a file stays: it names no media
            return match[0]
        return match[1] + json.dumps(renamed[path], ensure_ascii=False)

    return _PATH.sub(replace, text) if renamed else text


def _find_tracks(text: str) -> list[Span]:
    """Where the children of the timeline's stack are."""
    stack = _find_member(text, _skip_space(text, 0), "tracks")
    return _find_items(text, _find_member(text, stack, "children"))


def _find_member(text: str, start: int, name: str) -> int:
    """Where the member ``name`` of the object at ``start`` begins. Raises LookupError and ValueError."""
    position = _expect(text, start, "{")
    while text[position] != "}":
        key, position = _decode(text, position)
        position = _expect(text, _skip_space(text, position), ":")
        if key == name:
            return position
        position = _after_value(text, position)
    raise LookupError(name)


def _find_items(text: str, start: int) -> list[Span]:
    """Where the items of the list at ``start`` are. Raises ValueError."""
    position, spans = _expect(text, start, "["), []
    while text[position] != "]":
        _, end = _decode(text, position)
        spans.append((position, end))
        position = _after_comma(text, end)
    return spans


def _after_value(text: str, position: int) -> int:
    return _after_comma(text, _decode(text, position)[1])


def _after_comma(text: str, position: int) -> int:
    position = _skip_space(text, position)
    return _skip_space(text, position + 1) if text[position] == "," else position


def _expect(text: str, position: int, character: str) -> int:
    """The place after ``character`` and white space. Raises ValueError when something else is there."""
    if text[position : position + 1] != character:
        raise ValueError(f"no {character} at {position}")
    return _skip_space(text, position + 1)


def _skip_space(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return position if match is None else match.end()
