"""What a ``toolkit.toml`` that lies beside a cut may not decide by itself: it may have come with the cut, from anybody.

It could send every picture to a server of its author, run a workflow there, and have files from anywhere uploaded as
guides. So these settings count only from a file that the user trusts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from toolkit.errors import Unreadable
from toolkit.settings.text_files import decode_text

TRUSTED_FOLDERS = "~/.toolkit/trusted_folders.txt"
"""The user's own list: one folder a line; a ``toolkit.toml`` in one of them, at any depth, is trusted."""

_ALWAYS = ("engine", "server.url", "server.workflow")
_PATHS = ("cut.media", "track.faces_from", "diffusers.models", "body.model", "body.vae", "face.model", "face.vae")
"""Settings that name a file or folder, or may."""
_TABLES = ("body.controls", "face.controls", "body.loras", "face.loras")
_PATHS_IN_TABLES = ("source", "model", "estimator")


def find_requests(values: Mapping[str, Any], others: Mapping[str, Any], folder: Path) -> list[str]:
    """What the settings ``values`` of a file in ``folder`` ask for that needs trust, each as ``key = value``.

    ``others`` are the values that count without the file: what it only repeats needs no trust.
    """
    return [
        f'{key} = "{value}"'
        for key, value in _named(values)
        if value and value != others.get(key) and (key in _ALWAYS or _leads_out(value, folder))
    ]


def _named(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every value that may need trust."""
    for key in (*_ALWAYS, *_PATHS):
        if isinstance(values.get(key), str):
            yield key, values[key]
    for key in _TABLES:
        for index, table in enumerate(values.get(key, ())):
            for name in _PATHS_IN_TABLES:
                if isinstance(table, Mapping) and isinstance(table.get(name), str):
                    yield f"{key}[{index}].{name}", table[name]


def _leads_out(text: str, folder: Path) -> bool:
    """Whether ``text`` has a path out of ``folder``: ``/mnt/x``, ``~/x``, ``../x``, or through a link.

    ``cut.media`` may have several, with commas between them.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and any(_leads_out(part, folder) for part in parts):
        return True
    path = folder.resolve() / Path(text.replace("\\", "/"))
    is_elsewhere = text.startswith("~") or (len(text) > 1 and text[1] == ":")  # a drive of Windows
    return is_elsewhere or not path.resolve().is_relative_to(folder.resolve())


def is_trusted(folder: Path) -> bool:
    """Whether the user's own list names ``folder`` or one above it. Raises Unreadable."""
    try:
        path = Path(TRUSTED_FOLDERS).expanduser()
        lines = decode_text(path.read_bytes()).splitlines()
    except (FileNotFoundError, RuntimeError):  # RuntimeError: the home folder is unknown
        return False
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(TRUSTED_FOLDERS, error if isinstance(error, OSError) else OSError(str(error))) from error
    named = (Path(line.strip()).expanduser() for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return any(folder.resolve().is_relative_to(one.resolve()) for one in named if one.is_absolute())
