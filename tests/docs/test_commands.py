"""Every command line and every setting in the documentation works: parsed by the real commands, loaded by the real
settings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from tests.docs._pages import PAGES, CommandLine, blocks, command_lines, page_name, spans
from toolkit.cli import toolkit
from toolkit.settings import Settings, load_settings, setting_keys

LINES = [line for path in PAGES for line in command_lines(path)]
TOML = [(page_name(path), text) for path in PAGES for text in blocks(path.read_text(encoding="utf-8"), "toml")]
SPANS = [(page_name(path), span) for path in PAGES for span in spans(path.read_text(encoding="utf-8"))]
SECTIONS = {key.partition(".")[0] for key in setting_keys(Settings()) if "." in key}
NOT_SETTINGS = re.compile(r"\.(otio|json|lua|py)$")
"""Endings of file names that begin like a section: ``cut.otio``, ``output.py``."""


def leaves(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from leaves(command)
        else:
            yield command


@pytest.fixture
def parse(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[CommandLine], None]:
    """Parses a command line with the real options, and loads its settings; no command runs."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "delivery.json").touch()
    monkeypatch.chdir(tmp_path)

    def load(**values: Any) -> None:
        if "assignments" in values:
            load_settings(preset=values["preset"], overrides=values["assignments"])

    for command in leaves(toolkit):
        monkeypatch.setattr(command, "callback", load)

    def run(line: CommandLine) -> None:
        if "…" in line.words or "COMMAND" in line.words:  # a form, not a command
            return
        try:
            toolkit.main(list(line.words), standalone_mode=False)
        except click.MissingParameter:
            assert not line.complete, f"{line}: an argument is missing"
        except click.exceptions.NoArgsIsHelpError:
            assert not line.complete, f"{line}: a subcommand is missing"

    return run


def test_there_are_command_lines_to_check() -> None:
    assert sum(line.complete for line in LINES) > 40


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_command_line_in_the_documentation_parses(line: CommandLine, parse: Callable[[CommandLine], None]) -> None:
    parse(line)


@pytest.mark.parametrize(
    "words", [("rnu", "cut.otio"), ("run", "cut.otio", "-o", "out", "--stet", "a=b"), ("run", "cut.otio")]
)
def test_an_invalid_command_line_is_detected(words: tuple[str, ...], parse: Callable[[CommandLine], None]) -> None:
    with pytest.raises((click.UsageError, AssertionError)):
        parse(CommandLine("page", words, complete=True))


@pytest.mark.parametrize(("page", "text"), TOML)
def test_a_toml_block_in_the_documentation_loads(page: str, text: str, tmp_path: Path) -> None:
    toml = tmp_path / "toolkit.toml"
    toml.write_text(text, encoding="utf-8")
    assert load_settings(toml=toml) != Settings(), page


@pytest.mark.parametrize("page", sorted({page for page, _ in SPANS}))
def test_the_settings_named_on_a_page_exist(page: str) -> None:
    """``face.strength`` and ``face.crop = "a1111"`` in code spans, and ``--set key=value``."""
    known = setting_keys(Settings())
    for name, span in SPANS:
        if name != page:
            continue
        if span.startswith("--set ") and span != "--set KEY=VALUE":
            load_settings(overrides=[part.strip(" '\"") for part in span.split("--set ")[1:]])
        key = re.match(r"(\w+)\.(\w+)(?= ?=|$)", span)
        if key and key[1] in SECTIONS and not NOT_SETTINGS.search(span):
            assert key[0] in known, f"{page}: {span}"
            if "=" in span:
                load_settings(overrides=["=".join(part.strip(' "') for part in span.split("=", 1))])
