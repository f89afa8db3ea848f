"""The small pictures of a shot: a movie, JPEG files, or both; kept while nothing changes."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from hashlib import sha256
from itertools import chain
from pathlib import Path

from toolkit.documents import Value
from toolkit.errors import OutputNotWritable
from toolkit.plates.proxy import write_proxy
from toolkit.progress import Advance
from toolkit.report.atlas import Atlas, fit_atlas
from toolkit.report.budget import Allowance
from toolkit.report.pictures import CLIPS, Frame
from toolkit.report.stills import StillWriter
from toolkit.review import Picture

REVISION = 2
"""Raise it when the same frames would give other proxies."""
FACTS = "proxy.json"
_UNFINISHED = ".new-"


class Tiles(Value):
    """Where the clips of a frame are in one picture."""

    path: str
    """The movie, or the folder of the JPEG files, in the proxy's folder."""
    width: int
    """Of the picture of one clip, pixels."""
    height: int
    places: dict[str, tuple[int, int]]
    """Left and top of each clip, pixels."""


class Proxy(Value):
    """The small pictures of one shot, in a folder of their own."""

    source_frames: tuple[int, ...]
    """Those of the movie, one by one (source space)."""
    size: tuple[int, int]
    """Width and height of the pictures that these were made from, pixels."""
    movie: Tiles | None
    stills: Tiles | None
    """JPEG files named by the index of the frame, five digits."""
    stride: int
    """Every how many frames there is such a file."""
    taken: int
    """Bytes of all files."""


def folder_name(name: str, key: str) -> str:
    """A name for files of ``name``, whatever that holds: safe on every system, and no other name has it."""
    readable = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:24]
    return f"{readable}-{sha256(f'{name}/{key}'.encode()).hexdigest()[:12]}"


def read_proxy(folder: Path) -> Proxy | None:
    """The proxy in ``folder``; None if there is none, or one of an older kind: it is made again."""
    try:
        return Proxy.model_validate_json((folder / FACTS).read_bytes())
    except (OSError, ValueError):
        return None


def make_proxy(
    folder: Path,
    frames: Iterator[Frame],
    *,
    count: int,
    rate: Fraction,
    allowance: Allowance,
    advance: Advance,
) -> Proxy | None:
    """Write the proxy of ``count`` ``frames`` to ``folder``, which is there as a whole or not at all.

    None if there are no frames. Raises OutputNotWritable, and what ``frames`` raises.
    """
    first = next(frames, None)
    if first is None:
        return None
    with _new_folder(folder) as new:
        maker = _Maker(new, first[1], count=count, allowance=allowance)
        pictures = maker.follow(chain([first], frames), advance)
        if maker.movie is not None:
            path, size = new / "movie.mp4", maker.movie.size
            write_proxy(path, pictures, size=size, rate=rate, count=count, bytes_per_frame=allowance.movie)
        else:
            for _ in pictures:
                pass
        proxy = maker.finish()
        (new / FACTS).write_text(proxy.model_dump_json(indent=1), encoding="utf-8")
    return proxy


class _Maker:
    """Makes all that a proxy has in one reading of the frames."""

    def __init__(
        self,
        folder: Path,
        clips: Mapping[str, Picture],
        *,
        count: int,
        allowance: Allowance,
    ) -> None:
        names = [name for name in CLIPS if name in clips]
        height, width = clips[names[0]].shape[:2]
        self._folder = folder
        self._size = (width, height)
        self._frames: list[int] = []
        self.movie: Atlas | None = None
        if allowance.movie:
            self.movie = fit_atlas(names, self._size, pixels=allowance.movie_pixels(len(names)))
        self._stills: StillWriter | None = None
        if allowance.stills:
            atlas = fit_atlas(names, self._size, pixels=allowance.still_pixels(len(names)))
            stride = allowance.stride(len(names))
            self._stills = StillWriter(folder / "stills", atlas, stride=stride, allowed=stride * allowance.stills)

    def follow(self, frames: Iterable[Frame], advance: Advance) -> Iterator[Picture]:
        """The pictures of the movie, one by one; the rest is made on the way."""
        for index, (source_frame, clips) in enumerate(frames):
            self._frames.append(source_frame)
            if self._stills is not None:
                self._stills.write(index, clips)
            if self.movie is not None:
                yield self.movie.draw(clips)
            advance(1)

    def finish(self) -> Proxy:
        """What there is."""
        return Proxy(
            source_frames=tuple(self._frames),
            size=self._size,
            movie=_tiles("movie.mp4", self.movie) if self.movie else None,
            stills=_tiles("stills", self._stills.atlas) if self._stills else None,
            stride=self._stills.stride if self._stills else 1,
            taken=bytes_of(self._folder),
        )


def _tiles(path: str, atlas: Atlas) -> Tiles:
    return Tiles(path=path, width=atlas.width, height=atlas.height, places=atlas.places)


def bytes_of(folder: Path) -> int:
    """Of all files in ``folder``, at any depth."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder to fill, which becomes ``folder`` at the end. Raises OutputNotWritable."""
    new = folder.with_name(f"{_UNFINISHED}{os.getpid()}-{folder.name}")
    try:
        shutil.rmtree(folder, ignore_errors=True)  # of an older kind, or damaged
        new.mkdir(parents=True)
        yield new
        new.replace(folder)
    except OSError as error:
        raise OutputNotWritable(folder, error.strerror or str(error)) from error
    finally:
        shutil.rmtree(new, ignore_errors=True)


def remove_unused(media: Path, used: Iterable[str]) -> None:
    """Remove the proxies in ``media`` that no page shows any more, and unfinished ones; nothing else."""
    names = set(used)
    for folder in media.iterdir() if media.is_dir() else ():
        is_ours = (folder / FACTS).is_file() or folder.name.startswith(_UNFINISHED)
        if folder.name not in names and is_ours and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
