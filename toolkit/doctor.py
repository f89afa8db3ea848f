"""Is everything here? One finding per thing the toolkit stands on, with the command that mends it."""

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
    "av", "click", "httpx", "mediapipe", "numpy", "OpenEXR", "OpenTimelineIO", "pillow", "platformdirs", "pydantic",
    "rich", "scikit-image", "websockets",
)  # fmt: skip
"""What the toolkit depends on, as pyproject.toml lists it."""
_EXTRAS = {"opencolorio": ("output.encoding = acescg", "colour"), "py-aep": ("toolkit aep", "aep")}
"""Package: (what needs it, the extra it comes with). The engines tell of theirs themselves."""
_SYSTEM_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""What MediaPipe (EGL, GLES) and OpenCV (GL, GLib) link to on Linux, and Debian's name for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of ``toolkit doctor``."""

    what: str
    fine: bool
    detail: str
    """What was found, or what to do."""
    needed: bool = True
    """Whether the main job fails without it."""

    def row(self) -> dict[str, str]:
        """As a table row."""
        state = "ok" if self.fine else ("MISSING" if self.needed else "not here")
        return {"what": self.what, "state": state, "detail": self.detail}


def examine() -> list[Finding]:
    """Look at everything; changes nothing and fetches nothing.

    It stands on nothing that it looks for: a room is imported where it is asked, and one that cannot be is a finding.
    """
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    findings = [Finding(what="Python", fine=sys.version_info >= (3, 11), detail=python)]
    findings += [*_packages(), _one_cv2(), *_libraries()]
    for what, look in {
        "models": _models, "engines": _engines, "Resolve": _resolve, "After Effects": _after_effects
    }.items():  # fmt: skip
        try:
            findings += look()
        except ImportError as error:
            findings.append(Finding(what=what, fine=False, detail=f"cannot be asked: {error}"))
    return findings


def _packages() -> Iterator[Finding]:
    for name in _PACKAGES:
        try:
            yield Finding(what=name, fine=True, detail=version(name))
        except PackageNotFoundError:
            yield Finding(what=name, fine=False, detail=f"pip install {name}")
    for name, (asked, extra) in _EXTRAS.items():
        try:
            yield Finding(what=name, fine=True, detail=version(name), needed=False)
        except PackageNotFoundError:
            detail = f"only {asked} needs it: pip install 'resolve-ae-toolkit[{extra}]'"
            yield Finding(what=name, fine=False, detail=detail, needed=False)


def _one_cv2() -> Finding:
    """Two packages that both provide cv2 overwrite each other's files."""
    providers = sorted(set(packages_distributions().get("cv2", ())))
    if providers == ["opencv-contrib-python"]:
        return Finding(what="cv2", fine=True, detail=f"opencv-contrib-python {version(providers[0])}")
    mend = "pip uninstall -y opencv-python opencv-python-headless; pip install --force-reinstall opencv-contrib-python"
    return Finding(what="cv2", fine=False, detail=f"provided by {', '.join(providers) or 'nothing'}: {mend}")


def _libraries() -> Iterator[Finding]:
    if not sys.platform.startswith("linux"):
        return
    for name, package in _SYSTEM_LIBRARIES.items():
        try:
            ctypes.CDLL(name)
        except OSError:
            yield Finding(what=name, fine=False, detail=f"on Debian and Ubuntu: apt-get install {package}")
        else:
            yield Finding(what=name, fine=True, detail="loads")


def _models() -> Iterator[Finding]:
    from toolkit.models import list_models

    for row in list_models():
        present = row["state"] == "ready"
        detail = row["path"] if present else "fetched when first needed, or now: toolkit models fetch"
        yield Finding(what=row["model"], fine=present, detail=detail, needed=False)


def _engines() -> Iterator[Finding]:
    from toolkit.engines import ENGINES

    for name, entry in ENGINES.items():
        yield Finding(what=f"engine {name}", fine=entry.ready, detail=entry.state, needed=name == "builtin")


def _resolve() -> Iterator[Finding]:
    """Whether Resolve's menu has our entries of this version, and its scripting module is where the system keeps it."""
    from toolkit.install import resolve_entries, scripting_environment

    names = [name for name, _ in resolve_entries()]
    folders = [folder for all_users in (False, True) for folder in _resolve_menus(all_users=all_users)]
    if not folders:
        detail = "no Scripts folder of it: toolkit install-scripts resolve makes one"
        yield Finding(what="Resolve", fine=False, detail=detail, needed=False)
    for folder in folders:
        yield _menu("Resolve", "resolve", folder, names)
    module = Path(scripting_environment()["RESOLVE_SCRIPT_API"], "Modules", "DaVinciResolveScript.py")
    detail = str(module) if module.is_file() else f"not at {module}; only 'toolkit resolve …' needs it"
    yield Finding(what="Resolve scripting", fine=module.is_file(), detail=detail, needed=False)


def _resolve_menus(*, all_users: bool) -> list[Path]:
    """The folders that are there: the user's own, and that of all users when it holds something of ours."""
    from toolkit.install import made_by, resolve_folders

    try:
        folders = [folder for folder in resolve_folders(all_users=all_users) if folder.is_dir()]
    except InputError:  # Windows does not say where its folders are: there is nothing to look at
        return []
    return [folder for folder in folders if not all_users or any(made_by(one) for one in folder.iterdir())]


def _after_effects() -> Iterator[Finding]:
    """Every After Effects there is, and whether its menu has our entries of this version; silent on Linux."""
    from toolkit.install import ae_entries, find_after_effects, scripts_folder

    found = find_after_effects()
    if not found and sys.platform in ("darwin", "win32"):
        detail = "not where it is usually installed: toolkit install-scripts ae --to FOLDER"
        yield Finding(what="After Effects", fine=False, detail=detail, needed=False)
    names = [name for name, _ in ae_entries()]
    for version_name, version_folder in found.items():
        yield _menu(version_name.removeprefix("Adobe "), "ae", scripts_folder(version_folder), names)


def _menu(what: str, host: Host, folder: Path, names: Iterable[str]) -> Finding:
    """Whether a host's folder has the entries ``names`` of this version."""
    from toolkit.install import made_by

    versions = {made_by(folder / name) for name in names}
    if versions == {toolkit.__version__}:
        return Finding(what=what, fine=True, detail=f"menu entries of this version in {folder}", needed=False)
    others = ", ".join(sorted(versions - {"", toolkit.__version__}))
    state = f"menu entries of {others}" if others else "menu entries are missing"
    return Finding(what=what, fine=False, detail=f"{state} in {folder}: toolkit install-scripts {host}", needed=False)
