"""What a template of shot names may contain: plain names in braces, each with a short format."""

from __future__ import annotations

import re
from string import Formatter

NAME_TOKENS: dict[str, str | int] = {
    "clip": "sh010", "reel": "A001", "scene": "12", "take": "3", "track": 1, "index": 1, "timecode": "01000000"
}  # fmt: skip
"""What may be in braces, with a value of each."""

_FORMAT = re.compile(r"(?:.?[<>^])?\d{0,2}(?:\.\d{1,2})?[sd]?")
"""No more than two digits: a template may come with a cut, and ``{index:999999999d}`` fills the memory."""

_EXAMPLE = "such as {clip} or {index:04d}"


def template_problem(text: str) -> str | None:
    """Why ``text`` is no template of names; None if it is one."""
    try:
        parts = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
    except ValueError as error:
        return f"not a template: {error}"
    for token, form, conversion in parts:
        if token not in NAME_TOKENS:
            return f"there is no {{{token}}}, only {', '.join(f'{{{name}}}' for name in NAME_TOKENS)}"
        if conversion or not _FORMAT.fullmatch(form or ""):
            return f"'{form or '!' + str(conversion)}' cannot be used in {{{token}}}; write it {_EXAMPLE}"
    try:
        is_empty = not text.format(**NAME_TOKENS).strip()
    except ValueError as error:
        return f"not a template: {error}"
    return f"needs a part that differs from shot to shot, {_EXAMPLE}" if is_empty or not parts else None
