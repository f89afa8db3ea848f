"""Install and remove the host scripts where Resolve and After Effects look for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from toolkit.documents import write_atomically
from toolkit.errors import OutputNotWritable
from toolkit.install.after_effects import (
    PANELS,
    ae_entries,
    ae_folders,
    bundle,
    find_after_effects,
    launch_script,
    scripts_folder,
)
from toolkit.install.record import record_command
from toolkit.install.resolve import (
    MENU,
    bundle_lua,
    bundle_python,
    mac_python_home,
    resolve_entries,
    resolve_folders,
    scripting_environment,
)
from toolkit.install.sources import installed_version

__all__ = [
    "Host",
    "ae_entries",
    "bundle",
    "bundle_lua",
    "bundle_python",
    "find_after_effects",
    "install_scripts",
    "installed_version",
    "launch_script",
    "mac_python_home",
    "record_command",
    "remove_scripts",
    "resolve_entries",
    "resolve_folders",
    "scripting_environment",
    "scripts_folder",
]

Host = Literal["resolve", "ae"]


def install_scripts(host: Host, to: Path | None = None, *, all_users: bool = False) -> list[Path]:
    """Write the menu entries of ``host`` into ``to``, by default where the host looks; return the files written.

    Entries that an older version of the toolkit left there are removed, and the Python interpreter is recorded for
    Render Passes. Resolve's folder is created if missing (``all_users``: the one shared by all users). After Effects
    has one folder per version, and the entries go into every version found. Raises InputError when there is no default
    folder, and OutputNotWritable when writing is not permitted (the folders of After Effects, and those of all users,
    often belong to the administrator).
    """
    entries = dict(resolve_entries() if host == "resolve" else ae_entries())
    written = []
    for folder in _folders(host, to, all_users=all_users):
        for name, text in entries.items():
            path = folder / name
            with write_atomically(path) as temporary:
                temporary.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
        _remove(path for path in _installed_entries(folder, host) if path not in written)
    record_command()
    return written


def remove_scripts(host: Host, to: Path | None = None, *, all_users: bool = False) -> list[Path]:
    """Remove the toolkit's entries from where ``install_scripts`` writes them; return the files removed."""
    found = [path for folder in _folders(host, to, all_users=all_users) for path in _installed_entries(folder, host)]
    _remove(found)
    return found


def _folders(host: Host, to: Path | None, *, all_users: bool) -> list[Path]:
    if to is not None:
        return [to]
    return resolve_folders(all_users=all_users) if host == "resolve" else ae_folders()


def _installed_entries(folder: Path, host: Host) -> list[Path]:
    """The files in ``folder`` that carry the toolkit's header; all other files belong to the user.

    Before 0.2, Resolve's entries lay in the parent of their sub-menu.
    """
    kinds = {".py", ".lua"} if host == "resolve" else {".jsx"}
    places = [folder, folder / PANELS]
    if host == "resolve":
        places = [folder, folder.parent] if folder.name == MENU else [folder]
    files = [path for place in places if place.is_dir() for path in sorted(place.iterdir())]
    return [path for path in files if path.suffix in kinds and path.is_file() and installed_version(path)]


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            path.unlink()
        except OSError as error:
            raise OutputNotWritable(path, error.strerror or str(error)) from error
