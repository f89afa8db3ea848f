"""The README: its links are valid, and the gate and the workflow run exactly its test command."""

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
DEMO_COMMAND = "pip install . && toolkit demo -o demo_out"
PICTURE = REPOSITORY / "docs" / "images" / "demo.jpg"


def test_the_gate_runs_exactly_the_test_command_of_the_readme() -> None:
    assert f"## Tests\n\n```\n{TEST_COMMAND}\n```\n" in README
    assert f"\n{TEST_COMMAND}\n" in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")


def test_the_workflow_runs_it_on_three_systems() -> None:
    workflow = (REPOSITORY / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8")
    assert f"run: {TEST_COMMAND}\n" in workflow
    assert "system: [ubuntu-latest, macos-latest, windows-latest]" in workflow
    assert 'python: ["3.11", "3.12", "3.13"]' in workflow


def test_the_demo_is_one_command() -> None:
    assert f"\n```\n{DEMO_COMMAND}\n```\n" in README


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "DEVELOPMENT.md", "CHANGELOG.md"])
def test_relative_links_lead_to_files_and_headings(page: str) -> None:
    """Pages outside of docs/; those inside are checked when the site is built."""
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, heading = target.partition("#")
        assert (REPOSITORY / path).is_file(), f"{page}: {target}"
        if heading:
            assert heading in headings(REPOSITORY / path), f"{page}: {target}"


def test_the_readme_is_short_and_its_picture_small() -> None:
    """An editor reads it in a few minutes, and a clone stays small."""
    assert len(README.split()) < 900
    assert PICTURE.stat().st_size < 120_000


def headings(path: Path) -> set[str]:
    """The anchors of a page, as GitHub and the site make them."""
    lines = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).strip().replace(" ", "-") for line in lines}


@pytest.mark.parametrize("name", sorted(toolkit.commands))
def test_every_command_has_help_with_an_example(name: str) -> None:
    done = CliRunner().invoke(toolkit, [name, "--help"])
    assert done.exit_code == 0
    assert f"toolkit {name}" in done.output.replace("Usage: toolkit", "")


@pytest.mark.parametrize("name", ["", *(name for name, one in toolkit.commands.items() if isinstance(one, Group))])
def test_no_command_is_listed_with_a_truncated_sentence(name: str) -> None:
    listed = CliRunner().invoke(toolkit, [*name.split(), "--help"]).output.partition("Commands:")[2]
    assert listed
    assert "..." not in listed
