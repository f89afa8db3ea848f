"""The After Effects half: each menu entry and the libraries it includes as one .jsx, and where it is looked for."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from toolkit.errors import InputError, ToolkitError
from toolkit.install.sources import header, scripts

_INCLUDE = re.compile(r'^[ \t]*//@include "([^"]+)"[ \t]*$', re.MULTILINE)
_ENTRY = re.compile(r"toolkit_\w+\.jsx")
"""What becomes a menu entry; everything else in ae_scripts is part of one."""


def ae_entries() -> Iterator[tuple[str, str]]:
    """(name, text) of every menu entry, bundled."""
    folder = scripts("ae_scripts")
    for script in sorted(folder.iterdir(), key=lambda script: script.name):
        if _ENTRY.fullmatch(script.name):
            yield script.name, bundle(folder, script.name)


def bundle(folder: Traversable, entry: str) -> str:
    """``entry`` with every ``//@include "…"`` replaced by the file it names, each file once: one self-contained .jsx.

    ExtendScript knows the same line, so the sources also run unbundled. ToolkitError when an include is not there.
    """
    return header(entry, "ae_scripts", "ae", "//") + "\n" + _inlined(folder, _text(folder, entry), seen={entry})


def launched(entry: str, given: Mapping[str, str], report: Path) -> str:
    """A script for one run of ``entry``: what it is given as members of ``$.global``, and the file its report goes to.

    ToolkitError when there is no such entry.
    """
    values = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in given.items())
    text = _LAUNCHED.format(values=values, report=json.dumps(report.as_posix()), entry=entry)
    return _inlined(scripts("ae_scripts"), text, seen=set())


_LAUNCHED = """\
(function () {{
    //@include "lib/json.jsx"
    //@include "lib/files.jsx"
    //@include "lib/launch.jsx"
    toolkitLaunch.run({{ {values} }}, {report}, function () {{
        //@include "{entry}"
    }});
}}());
"""


def _inlined(folder: Traversable, text: str, seen: set[str]) -> str:
    def included(line: re.Match[str]) -> str:
        if line[1] in seen:
            return ""
        seen.add(line[1])
        return _inlined(folder, _text(folder, line[1]), seen).rstrip("\n")

    return _INCLUDE.sub(included, text)


def _text(folder: Traversable, name: str) -> str:
    try:
        return folder.joinpath(*name.split("/")).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ToolkitError(f"a script of this installation is missing: ae_scripts/{name}") from error


def find_after_effects() -> dict[str, Path]:
    """Every version of After Effects where it is usually installed, by its name, oldest first; none on Linux."""
    programs = _programs()
    found = sorted(programs.glob("Adobe After Effects*"), key=_age) if programs is not None else []
    return {path.name: path for path in found if path.is_dir()}


def scripts_folder(version: Path) -> Path:
    """Where a version looks for the scripts of its menu (After Effects Scripting Guide)."""
    return version / "Support Files" / "Scripts" if sys.platform == "win32" else version / "Scripts"


def ae_folders() -> list[Path]:
    """The Scripts folder of every version found, oldest first. Raises InputError when there is none."""
    programs = _programs()
    if programs is None:
        raise InputError("After Effects does not run on this system; name a folder to write its scripts to with --to")
    found = [scripts_folder(version) for version in find_after_effects().values()]
    folders = [folder for folder in found if folder.is_dir()]
    if not folders:
        raise InputError(f"no After Effects in {programs}; name its Scripts folder with --to")
    return folders


def _programs() -> Path | None:
    if sys.platform == "darwin":
        return Path("/Applications")
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMFILES", r"C:\Program Files"), "Adobe")
    return None


def _age(path: Path) -> tuple[list[int], str]:
    """CC 2019 is older than 2020, and a beta, which has no year, newer than all."""
    return [int(number) for number in re.findall(r"\d+", path.name)] or [9999], path.name
