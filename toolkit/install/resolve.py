"""Resolve: bundle each menu entry with the modules it imports into one file, and find its Scripts folders."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources.abc import Traversable
from pathlib import Path

from toolkit.errors import InputError, ToolkitError
from toolkit.install.sources import header, scripts

PACKAGE = "toolkit_resolve"
"""The package the entries import from; it is bundled into them and not installed."""
MENU = "Toolkit"
"""The sub-menu of Workspace > Scripts with the entries: a folder among Resolve's scripts."""
LUA_PACKAGE = "toolkit_resolve_lua"
"""The files that Lua entries include."""
_FRAMEWORKS = Path("/Library/Frameworks/Python.framework/Versions")
"""Where Python from python.org is on macOS."""


def resolve_entries() -> Iterator[tuple[str, str]]:
    """(name, text) of every menu entry, bundled with what it imports or includes.

    The names are those in the sub-menu ``MENU``: without the word that the files here begin with.
    """
    folder = scripts("resolve_scripts")
    for script in sorted(folder.iterdir(), key=lambda script: script.name):
        if script.name.endswith(".py"):
            yield script.name.removeprefix(f"{MENU} "), bundle_python(folder, script.name)
        elif script.name.endswith(".lua"):
            yield script.name.removeprefix(f"{MENU} "), bundle_lua(folder, script.name)


def bundle_lua(folder: Traversable, entry: str) -> str:
    """``entry`` with each line ``-- include: NAME`` replaced by ``toolkit_resolve_lua/NAME.lua``.

    Lua in Resolve's sandbox has no ``require``.
    """

    def include(match: re.Match[str]) -> str:
        return folder.joinpath(LUA_PACKAGE, f"{match[1]}.lua").read_text(encoding="utf-8").rstrip("\n")

    text = folder.joinpath(entry).read_text(encoding="utf-8")
    return header(entry, "resolve_scripts", "resolve", "--") + re.sub(r"(?m)^-- include: (\w+)$", include, text)


def bundle_python(folder: Traversable, entry: str) -> str:
    """``entry`` preceded by the modules of toolkit_resolve that it imports, each once and after its own imports.

    Top-level names are unique across these modules, so the import lines are simply dropped. Raises ToolkitError when a
    module is missing, or is imported in a form that cannot be bundled.
    """
    text = folder.joinpath(entry).read_text(encoding="utf-8")
    docstring, body, modules = _split_module(text, entry)
    parts: list[str] = []
    seen: set[str] = set()
    for module in modules:
        _collect_modules(folder, module, seen, parts)
    return "\n\n".join([header(entry, "resolve_scripts", "resolve", "#") + docstring, *parts, body.strip("\n") + "\n"])


def _collect_modules(folder: Traversable, module: str, seen: set[str], parts: list[str]) -> None:
    if module in seen:
        return
    seen.add(module)
    try:
        text = folder.joinpath(PACKAGE, f"{module}.py").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        missing = f"resolve_scripts/{PACKAGE}/{module}.py"
        raise ToolkitError(
            f"this installation lacks {missing}: pip install --force-reinstall resolve-ae-toolkit"
        ) from error
    docstring, body, modules = _split_module(text, module)
    for needed in modules:
        _collect_modules(folder, needed, seen, parts)
    summary = docstring.strip('"').strip().splitlines()[0]
    parts.append(f"# --- {module}: {summary}\n\n{body.strip()}")


def _split_module(text: str, name: str) -> tuple[str, str, list[str]]:
    """The docstring, the rest without imports from toolkit_resolve, and the modules those imports name, in order."""
    tree, lines = ast.parse(text), text.splitlines()
    first = tree.body[0]
    modules, dropped = [], set(range(1, (first.end_lineno or 0) + 1))
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if any(imported.split(".")[0] == PACKAGE for imported in names):
            raise ToolkitError(f"{name} imports {PACKAGE} in a way that cannot be bundled")
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
            if node not in tree.body or any(alias.asname for alias in node.names):
                raise ToolkitError(f"{name} imports from {node.module} in a way that cannot be bundled")
            modules.append(str(node.module).split(".", 1)[1])
            dropped |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    docstring = "\n".join(lines[: first.end_lineno])
    return docstring, "\n".join(line for at, line in enumerate(lines, 1) if at not in dropped), modules


def resolve_folders(*, all_users: bool = False) -> list[Path]:
    """The sub-menu among the scripts shown on every page, for one user or for all (Resolve's scripting README, 20.3).

    Raises InputError when Windows does not define the folder's environment variable.
    """
    under = Path("Fusion", "Scripts", "Utility", MENU)
    if sys.platform == "darwin":
        root = Path("/Library") if all_users else Path.home() / "Library"
        return [root / "Application Support/Blackmagic Design/DaVinci Resolve" / under]
    if sys.platform == "win32":
        variable, inside = ("PROGRAMDATA", "") if all_users else ("APPDATA", "Support")
        root_name = os.environ.get(variable)
        if not root_name:
            raise InputError(
                f"the environment variable {variable} is not set; use --to with the path of Resolve's Scripts folder"
            )
        return [Path(root_name, "Blackmagic Design", "DaVinci Resolve", inside) / under]
    if not all_users:
        return [Path.home() / ".local/share/DaVinciResolve" / under]
    return [_linux_root() / under]


def _linux_root() -> Path:
    usual, other = Path("/opt/resolve"), Path("/home/resolve")
    return other if other.is_dir() and not usual.is_dir() else usual


def scripting_environment() -> dict[str, str]:
    """The environment that Resolve's scripting module needs: its folder, its library, and PYTHONPATH starting with it.

    Variables that are set already are kept, since Resolve may be installed elsewhere.
    """
    if sys.platform == "darwin":
        api = "/Library/Application Support/Blackmagic Design/DaVinci Resolve/Developer/Scripting"
        library = "/Applications/DaVinci Resolve/DaVinci Resolve.app/Contents/Libraries/Fusion/fusionscript.so"
    elif sys.platform == "win32":
        programs = os.environ.get("PROGRAMDATA", r"C:\ProgramData")
        api = programs + r"\Blackmagic Design\DaVinci Resolve\Support\Developer\Scripting"
        library = r"C:\Program Files\Blackmagic Design\DaVinci Resolve\fusionscript.dll"
    else:
        api = str(_linux_root() / "Developer/Scripting")
        library = str(_linux_root() / "libs/Fusion/fusionscript.so")
    api = os.environ.get("RESOLVE_SCRIPT_API", api)
    library = os.environ.get("RESOLVE_SCRIPT_LIB", library)
    path = os.pathsep.join(filter(None, [str(Path(api, "Modules")), os.environ.get("PYTHONPATH", "")]))
    return {"RESOLVE_SCRIPT_API": api, "RESOLVE_SCRIPT_LIB": library, "PYTHONPATH": path}


def mac_python_home() -> tuple[Path | None, bool]:
    """Where Resolve on macOS takes its Python from, and whether it can use it.

    Resolve finds Python from python.org by itself, and any other through ``PYTHON3HOME``, in the environment of the
    desktop session. It runs ``bin/python3`` there: without that file it silently lists no Python script (reported by
    users of other projects, 2026-09).
    """
    found = subprocess.run(
        ["launchctl", "getenv", "PYTHON3HOME"], capture_output=True, text=True, check=False
    ).stdout.strip()
    if found:
        return Path(found), Path(found, "bin", "python3").is_file()
    frameworks = sorted(_FRAMEWORKS.glob("3.*/bin/python3"))
    return (frameworks[-1].parents[1], True) if frameworks else (None, False)
