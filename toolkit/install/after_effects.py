"""After Effects: bundle each menu entry with the files it includes into one .jsx, and find its Scripts folders."""

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
"""Names of the menu entries; every other file in ae_scripts is included by one."""
PANELS = "ScriptUI Panels"
"""The folder in the Scripts folder whose files After Effects lists in its Window menu, under their file names."""
_INSTALLED_AS = {"toolkit_panel.jsx": f"{PANELS}/Toolkit.jsx"}


def ae_entries() -> Iterator[tuple[str, str]]:
    """(path in the Scripts folder, text) of every menu entry, bundled."""
    folder = scripts("ae_scripts")
    for script in sorted(folder.iterdir(), key=lambda script: script.name):
        if _ENTRY.fullmatch(script.name):
            yield _INSTALLED_AS.get(script.name, script.name), bundle(folder, script.name)


def bundle(folder: Traversable, entry: str) -> str:
    """``entry`` as one self-contained .jsx: every ``//@include "…"`` replaced by its file, each file once.

    ExtendScript understands the same line, so the sources also run unbundled. Raises ToolkitError when an included
    file is missing.
    """
    return header(entry, "ae_scripts", "ae", "//") + "\n" + _inline(folder, _text(folder, entry), seen={entry})


def launch_script(entry: str, values: Mapping[str, str], report: Path) -> str:
    """A script that runs ``entry`` once, with ``values`` in ``$.global``, and writes its report to ``report``.

    Raises ToolkitError for an unknown entry.
    """
    members = ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in values.items())
    text = _LAUNCH_TEMPLATE.format(values=members, report=json.dumps(report.as_posix()), entry=entry)
    return _inline(scripts("ae_scripts"), text, seen=set())


_LAUNCH_TEMPLATE = """\
(function () {{
    //@include "lib/json.jsx"
    //@include "lib/files.jsx"
    //@include "lib/launch.jsx"
    toolkitLaunch.run({{ {values} }}, {report}, function () {{
        //@include "{entry}"
    }});
}}());
"""


def _inline(folder: Traversable, text: str, seen: set[str]) -> str:
    def include(line: re.Match[str]) -> str:
        if line[1] in seen:
            return ""
        seen.add(line[1])
        return _inline(folder, _text(folder, line[1]), seen).rstrip("\n")

    return _INCLUDE.sub(include, text)


def _text(folder: Traversable, name: str) -> str:
    try:
        return folder.joinpath(*name.split("/")).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ToolkitError(
            f"this installation lacks ae_scripts/{name}: pip install --force-reinstall resolve-ae-toolkit"
        ) from error


def find_after_effects() -> dict[str, Path]:
    """The versions of After Effects in the default location, by name, oldest first; none on Linux."""
    programs = _programs()
    found = sorted(programs.glob("Adobe After Effects*"), key=_age_key) if programs is not None else []
    return {path.name: path for path in found if path.is_dir()}


def scripts_folder(version: Path) -> Path:
    """Where a version looks for the scripts in its menu (After Effects Scripting Guide)."""
    return version / "Support Files" / "Scripts" if sys.platform == "win32" else version / "Scripts"


def ae_folders() -> list[Path]:
    """The Scripts folder of every version found, oldest first. Raises InputError when there is none."""
    programs = _programs()
    if programs is None:
        raise InputError("After Effects does not run on this system; use --to FOLDER to write its scripts elsewhere")
    found = [scripts_folder(version) for version in find_after_effects().values()]
    folders = [folder for folder in found if folder.is_dir()]
    if not folders:
        raise InputError(f"After Effects not found in {programs}; use --to with the path of its Scripts folder")
    return folders


def _programs() -> Path | None:
    if sys.platform == "darwin":
        return Path("/Applications")
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMFILES", r"C:\Program Files"), "Adobe")
    return None


def _age_key(path: Path) -> tuple[list[int], str]:
    """Sort key: CC 2019 before 2020; a beta, which has no year, last."""
    return [int(number) for number in re.findall(r"\d+", path.name)] or [9999], path.name
