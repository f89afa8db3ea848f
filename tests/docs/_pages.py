"""Parse the pages of the documentation: code blocks, code spans, and the command lines in them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *(REPOSITORY / "docs").rglob("*.md"),
        *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "DEVELOPMENT.md")),
    ]
)

_FENCE = re.compile(r"^([ ]*)```(\w*)\n(.*?)^\1```$", flags=re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^    .*\n)+", flags=re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")


@dataclass(frozen=True)
class CommandLine:
    """One ``toolkit …`` of a page."""

    page: str
    words: tuple[str, ...]
    """After ``toolkit``, as a shell splits them; without redirections."""
    complete: bool
    """Whether it is in a block, to be typed as it is; a code span may name a command without its arguments."""

    def __str__(self) -> str:
        return f"{self.page}: toolkit {shlex.join(self.words)}"


def page_name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language, without their indentation."""
    found = [(match[1], match[3]) for match in _FENCE.finditer(text) if match[2] == language]
    return ["".join(line.removeprefix(indent) for line in body.splitlines(keepends=True)) for indent, body in found]


def spans(text: str) -> list[str]:
    """The code spans outside of blocks."""
    return [" ".join(match[1].split()) for match in _SPAN.finditer(_FENCE.sub("", text))]


def command_lines(path: Path) -> Iterator[CommandLine]:
    """Every ``toolkit …`` of a page, in blocks and in code spans."""
    text, page = path.read_text(encoding="utf-8"), page_name(path)
    indented = [match[0] for match in _INDENTED.finditer(_FENCE.sub("", text))]
    for block in [*blocks(text, ""), *indented]:
        for line in block.replace("\\\n", " ").splitlines():
            for command in line.split("&&"):
                if command.strip().startswith("toolkit "):
                    yield CommandLine(page, _words(command), complete=True)
    for span in spans(text):
        if span.startswith("toolkit "):
            yield CommandLine(page, _words(span), complete=False)


def _words(command: str) -> tuple[str, ...]:
    words = shlex.split(command.partition(" > ")[0])
    return tuple(words[1:])
