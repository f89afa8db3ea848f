"""Check the installation: one finding per requirement, with the command that fixes it."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from typing import TYPE_CHECKING

import toolkit
from toolkit.errors import InputError

if TYPE_CHECKING:
    from toolkit.install import Host

_PACKAGES = (
    "av", "click", "defusedxml", "httpx", "jinja2", "matplotlib", "mediapipe", "numpy", "OpenEXR", "OpenTimelineIO",
    "otio-aaf-adapter", "pillow", "platformdirs", "pyaaf2", "pycmx", "pydantic", "rich", "scenedetect", "tomlkit",
    "websockets",
)  # fmt: skip
"""The dependencies, as listed in pyproject.toml."""
_EXTRAS = {"opencolorio": ("output.encoding = acescg", "colour"), "py-aep": ("toolkit aep", "aep")}
"""Package: (what needs it, the extra that installs it). The engines report theirs themselves."""
_SYSTEM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""Libraries that MediaPipe (EGL, GLES) and OpenCV (GL, GLib) link to on Linux, with their Debian packages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of ``toolkit doctor``."""

    what: str
    ok: bool
    detail: str
    """What was found, or what to do."""
    required: bool = True
    """Whether ``toolkit run`` fails without it."""

    def row(self) -> dict[str, str]:
        """The finding as a table row."""
        state = "ok" if self.ok else ("MISSING" if self.required else "not installed")
        return {"what": self.what, "state": state, "detail": self.detail}


def check_installation() -> list[Finding]:
    """Check every requirement; changes and downloads nothing.

    Depends on nothing it checks: modules are imported where they are needed, and an import that fails is a finding.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    findings = [Finding(what="Python", ok=sys.version_info >= (3, 11), detail=python)]
    findings += [*_packages(), _check_cv2(), *_libraries()]
    for what, check in {
        "models": _models, "engines": _engines, "Resolve": _resolve, "After Effects": _after_effects
    }.items():  # fmt: skip
        try:
            findings += check()
        except ImportError as error:
            findings.append(Finding(what=what, ok=False, detail=f"cannot be checked: {error}"))
    return findings


def _packages() -> Iterator[Finding]:
    for name in _PACKAGES:
        try:
            yield Finding(what=name, ok=True, detail=version(name))
        except PackageNotFoundError:
            yield Finding(what=name, ok=False, detail=f"pip install {name}")
    for name, (purpose, extra) in _EXTRAS.items():
        try:
            yield Finding(what=name, ok=True, detail=version(name), required=False)
        except PackageNotFoundError:
            detail = f"only needed for {purpose}: pip install 'resolve-ae-toolkit[{extra}]'"
            yield Finding(what=name, ok=False, detail=detail, required=False)


def _check_cv2() -> Finding:
    """Two packages that provide cv2 overwrite each other's files, so there must be one."""
    providers = sorted(set(packages_distributions().get("cv2", ())))
    if providers == ["opencv-contrib-python"]:
        return Finding(what="cv2", ok=True, detail=f"opencv-contrib-python {version(providers[0])}")
    fix = "pip uninstall -y opencv-python opencv-python-headless; pip install --force-reinstall opencv-contrib-python"
    return Finding(what="cv2", ok=False, detail=f"provided by {', '.join(providers) or 'nothing'}: {fix}")


def _libraries() -> Iterator[Finding]:
    if not sys.platform.startswith("linux"):
        return
    for name, package in _SYSTEM_LIBRARIES.items():
        try:
            ctypes.CDLL(name)
        except OSError:
            yield Finding(what=name, ok=False, detail=f"on Debian and Ubuntu: apt-get install {package}")
        else:
            yield Finding(what=name, ok=True, detail="loads")


def _models() -> Iterator[Finding]:
    from toolkit.models import list_assets

    for row in list_assets():
        present = row["state"] == "ready"
        detail = row["path"] if present else "downloaded when first needed, or now: toolkit models fetch"
        yield Finding(what=row["name"], ok=present, detail=detail, required=False)


def _engines() -> Iterator[Finding]:
    from toolkit.engines import ENGINES

    for name, entry in ENGINES.items():
        yield Finding(what=f"engine {name}", ok=entry.ready, detail=entry.status, required=name == "builtin")


def _resolve() -> Iterator[Finding]:
    """Whether Resolve's menu has the entries of this version, and its scripting module is in the default place."""
    from toolkit.install import resolve_entries, scripting_environment

    names = [name for name, _ in resolve_entries()]
    folders = [folder for all_users in (False, True) for folder in _resolve_menus(all_users=all_users)]
    if not folders:
        detail = "Scripts folder not found; to create it: toolkit install-scripts resolve"
        yield Finding(what="Resolve", ok=False, detail=detail, required=False)
    for folder in folders:
        yield _menu("Resolve", "resolve", folder, names)
    if sys.platform == "darwin":
        yield _mac_python()
    module = Path(scripting_environment()["RESOLVE_SCRIPT_API"], "Modules", "DaVinciResolveScript.py")
    detail = str(module) if module.is_file() else f"not at {module}; only needed for 'toolkit resolve …'"
    yield Finding(what="Resolve scripting", ok=module.is_file(), detail=detail, required=False)


def _mac_python() -> Finding:
    """Whether Resolve on macOS finds a Python for its menu."""
    from toolkit.install import mac_python_home

    home, is_usable = mac_python_home()
    detail = str(home)
    if not is_usable:
        state = "finds no Python" if home is None else f"cannot use PYTHON3HOME, {home} has no bin/python3"
        detail = f"Resolve {state}: launchctl setenv PYTHON3HOME {sys.base_prefix}, then start Resolve again"
    return Finding(what="Resolve's Python", ok=is_usable, detail=detail, required=False)


def _resolve_menus(*, all_users: bool) -> list[Path]:
    """Existing script folders: the user's own, and the shared one if the toolkit installed something there."""
    from toolkit.install import installed_version, resolve_folders

    try:
        folders = [folder for folder in resolve_folders(all_users=all_users) if folder.is_dir()]
    except InputError:  # the environment does not name the folders: nothing to check
        return []
    return [folder for folder in folders if not all_users or any(map(installed_version, folder.iterdir()))]


def _after_effects() -> Iterator[Finding]:
    """Every installed After Effects, and whether its menu has the entries of this version; nothing on Linux."""
    from toolkit.install import ae_entries, find_after_effects, scripts_folder

    found = find_after_effects()
    if not found and sys.platform in ("darwin", "win32"):
        detail = "not in the default location; use toolkit install-scripts ae --to FOLDER"
        yield Finding(what="After Effects", ok=False, detail=detail, required=False)
    names = [name for name, _ in ae_entries()]
    for version_name, version_folder in found.items():
        yield _menu(version_name.removeprefix("Adobe "), "ae", scripts_folder(version_folder), names)


def _menu(what: str, host: Host, folder: Path, names: Iterable[str]) -> Finding:
    """Whether a host's folder has all entries ``names``, written by this version."""
    from toolkit.install import installed_version

    versions = {installed_version(folder / name) for name in names}
    if versions == {toolkit.__version__}:
        return Finding(what=what, ok=True, detail=f"menu entries of this version in {folder}", required=False)
    others = ", ".join(sorted(versions - {"", toolkit.__version__}))
    state = f"menu entries of {others}" if others else "menu entries are missing"
    return Finding(what=what, ok=False, detail=f"{state} in {folder}: toolkit install-scripts {host}", required=False)
