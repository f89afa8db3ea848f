"""ImportMedia: add files to the media pool."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.hosts.resolve.media import MediaKind, MediaPoolItem
from tests.hosts.resolve.world import Footage

if TYPE_CHECKING:
    from tests.hosts.resolve.pool import MediaPool

KEYS = {"FilePath": str, "StartIndex": int, "EndIndex": int}
STILLS = (".exr", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dpx")


def import_media(pool: MediaPool, items: list[Any]) -> Any:
    """Import files into the current bin. Existing media and missing files are silently skipped."""
    behaviour = pool.world.behaviour
    if behaviour.imports in ("None", "[]", "[None]"):
        return {"None": None, "[]": [], "[None]": [None]}[behaviour.imports]
    made: list[MediaPoolItem] = []
    for one in items:
        found = _movie_or_still(pool, one) if isinstance(one, str) else _sequence(pool, one)
        if found is None:
            return None
        have = {clip.path for clip in pool.root.all_clips()}
        made += [clip for clip in found if behaviour.reimports or clip.path not in have]
        pool.current.clips += [clip for clip in made if clip not in pool.current.clips]
    return made


def _movie_or_still(pool: MediaPool, path: str) -> list[MediaPoolItem]:
    world = pool.world
    if not Path(path).is_file():
        if Path(path).is_dir():
            world.misuse.append(f"ImportMedia of the folder {path}: the fake imports files only")
        return []
    footage = world.footage.get(path, Footage())
    kind: MediaKind = "still" if footage.frames == 1 and path.lower().endswith(STILLS) else "movie"
    return [MediaPoolItem(world, path=path, kind=kind, first=0, frames=footage.frames, footage=footage)]


def _sequence(pool: MediaPool, spec: dict[str, Any]) -> list[MediaPoolItem] | None:
    """A dictionary must have three keys; from 21.1 one that names an ordinary file makes the whole call return None."""
    world = pool.world
    wrong = [key for key, kind in KEYS.items() if type(spec.get(key)) is not kind]
    if wrong or set(spec) != set(KEYS):
        world.misuse.append(f"ImportMedia: {spec!r}")
        return []
    pattern, first, last = Path(spec["FilePath"]), spec["StartIndex"], spec["EndIndex"]
    if not re.search(r"%0\d+d", pattern.name):
        return None if world.behaviour.has("21.1") else _movie_or_still(pool, str(pattern))
    if not {_numbered(pattern.name, number) for number in range(first, last + 1)} <= _files_in(pattern.parent):
        return []
    middle = (first + last) // 2
    split = world.behaviour.imports == "split" and last > first
    runs = [(first, middle), (middle + 1, last)] if split else [(first, last)]
    footage = world.footage.get(str(pattern.parent / _numbered(pattern.name, first)), Footage())
    return [
        MediaPoolItem(
            world,
            path=_sequence_path(pattern, *run),
            kind="sequence",
            first=run[0],
            frames=run[1] - run[0] + 1,
            footage=footage,
        )
        for run in runs
    ]


def _files_in(folder: Path) -> set[str]:
    if not folder.is_dir():
        return set()
    with os.scandir(folder) as entries:
        return {entry.name for entry in entries if entry.is_file()}


def _sequence_path(pattern: Path, first: int, last: int) -> str:
    """Return ``name.[1001-1064].exr``, Resolve's name for a sequence."""
    head, digits, tail = re.split(r"%0(\d+)d(?!.*%0\d+d)", pattern.name)
    return str(pattern.parent / f"{head}[{first:0{digits}d}-{last:0{digits}d}]{tail}")


def _numbered(pattern: str, number: int) -> str:
    """One file of a sequence. That Resolve takes other percent signs as they are is an assumption of this fake."""
    head, digits, tail = re.split(r"%0(\d+)d(?!.*%0\d+d)", pattern)
    return f"{head}{number:0{digits}d}{tail}"


def has_files(clip: MediaPoolItem, path: str) -> bool:
    """Return whether all files of a clip exist at ``path``."""
    numbers = re.search(r"\[(\d+)-(\d+)\]", Path(path).name)
    if clip.kind != "sequence" or numbers is None:
        return Path(path).is_file()
    return all(
        Path(path.replace(numbers[0], f"{number:0{len(numbers[1])}d}")).is_file()
        for number in range(int(numbers[1]), int(numbers[2]) + 1)
    )
