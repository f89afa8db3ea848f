"""docs/cli.md has a section for every command, with every option, and for nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from tests.docs._pages import REPOSITORY
from toolkit.cli import toolkit

TEXT = (REPOSITORY / "docs" / "cli.md").read_text(encoding="utf-8")
SECTIONS = {match[1]: match[2] for match in re.finditer(r"^### `toolkit ([^`]+)`\n(.*?)(?=^##|\Z)", TEXT, re.M | re.S)}
PASSED_ON = {"send", "render", "import", "compare", "self-check"}
"""Subcommands of ``resolve``: the menu entries read their options themselves."""


def commands(group: click.Group, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield prefix + name, command
        if isinstance(command, click.Group):
            yield from commands(command, f"{prefix}{name} ")


COMMANDS = dict(commands(toolkit))


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    assert list(SECTIONS) == [name for name in SECTIONS if name in COMMANDS]
    assert set(COMMANDS) == set(SECTIONS)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name.split()[-1] not in PASSED_ON or "ae" in name])
def test_a_section_names_all_options_of_its_command(name: str) -> None:
    """Including options that a group only passes to its subcommands; examples do not count."""
    written = set(re.findall(r"--[a-z][a-z-]*", re.sub(r"```.*?```", "", SECTIONS[name], flags=re.DOTALL)))
    options = {
        max(option.opts, key=len)
        for option in COMMANDS[name].params
        if isinstance(option, click.Option) and not option.hidden
    }
    assert written == options


@pytest.mark.parametrize("name", [name for name in COMMANDS if not isinstance(COMMANDS[name], click.Group)])
def test_a_section_has_an_example(name: str) -> None:
    assert f"\ntoolkit {name}" in SECTIONS[name]


def test_shared_options_are_options_of_a_command() -> None:
    table = TEXT.partition("Options that several commands share")[2].partition("## Exit codes")[0]
    known = {text for command in COMMANDS.values() for option in command.params for text in option.opts}
    written = set(re.findall(r"--[a-z][a-z-]*", table))
    assert written
    assert written <= known
