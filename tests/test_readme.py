"""The README's promises: its commands exist, and the gate runs exactly its test command."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click import Group
from click.testing import CliRunner

from toolkit.cli import toolkit

REPOSITORY = Path(__file__).resolve().parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
TEST_COMMAND = "pip install -c constraints.txt '.[test]' && pytest"


def test_the_gate_runs_exactly_the_test_command_of_the_readme() -> None:
    assert f"\n{TEST_COMMAND}\n" in README
    assert f"\n{TEST_COMMAND}\n" in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")


def test_every_command_is_in_the_readme() -> None:
    for name in toolkit.commands:
        assert f"toolkit {name}" in README, f"toolkit {name} is not in the README"


@pytest.mark.parametrize("name", sorted(toolkit.commands))
def test_every_command_has_help_with_an_example(name: str) -> None:
    done = CliRunner().invoke(toolkit, [name, "--help"])
    assert done.exit_code == 0
    assert f"toolkit {name}" in done.output.replace("Usage: toolkit", "")


@pytest.mark.parametrize("name", ["", *(name for name, one in toolkit.commands.items() if isinstance(one, Group))])
def test_no_command_is_listed_with_half_a_sentence(name: str) -> None:
    listed = CliRunner().invoke(toolkit, [*name.split(), "--help"]).output.partition("Commands:")[2]
    assert listed
    assert "..." not in listed


def test_every_toolkit_command_in_the_readme_exists() -> None:
    written = set(re.findall(r"(?:^|`|&& )toolkit ([a-z][a-z-]*)", README, flags=re.MULTILINE))
    assert written <= set(toolkit.commands)


def test_the_settings_shown_in_the_readme_hold(tmp_path: Path) -> None:
    from toolkit.settings import load_settings

    block = re.search(r"```toml\n(.*?)```", README, flags=re.DOTALL)
    assert block is not None
    toml = tmp_path / "toolkit.toml"
    toml.write_text(block[1])
    load_settings(toml=toml, overrides=re.findall(r"--set (\S+=\S+)`", README.replace("acescg", "")))
