"""Find the files of the clips of an edit list, which names reels and clips."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from pathlib import Path

from toolkit.documents import Media
from toolkit.errors import MediaError
from toolkit.turnover.formats.edl.events import EdlEvent
from toolkit.turnover.formats.edl.sources import PlacedEvent
from toolkit.turnover.media_folders import MediaFile, MediaFolders

_ANY_REEL = frozenset({"AX", "BL", ""})
"""Names that stand for no reel in particular."""

_MOST_NAMES = 3
"""Files named in one note."""


class Fit(IntEnum):
    """Whether media has the frames of an event, and by what."""

    NONE = 0
    COUNTED = 1
    """By file number, or from its first frame."""
    TIMECODE = 2


Fits = Callable[[PlacedEvent, Media], Fit]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMedia:
    """The media of an event."""

    path: str
    media: Media | None
    """None: the file cannot be read."""
    by: str
    """What of the list it was found by."""
    note: str = ""
    """That other files would do as well."""


class MediaFinder:
    """Finds the media of events below some folders. Only files whose name fits are opened, each once."""

    def __init__(self, folders: MediaFolders, sequence_rate: Fraction, fits: Fits) -> None:
        """``sequence_rate`` is that of sequences that give none."""
        self._folders = folders
        self._sequence_rate = sequence_rate
        self._fits = fits
        self._named_folders: dict[Path, MediaFolders] = {}
        self._probed: dict[MediaFile, Media | None] = {}

    def find(self, placed: PlacedEvent) -> FoundMedia | None:
        """The file of ``placed``: one that is named like it and has its frames, else one that is named like it.

        Among names the order is that of ``_levels``.
        """
        event, fallback = placed.event, None
        for by, files, needs_timecode in self._levels(event):
            known = {file: self._probe(file) for file in files}
            fits = {file: self._fits(placed, media) for file, media in known.items() if media is not None}
            best = max(fits.values(), default=Fit.NONE)
            if best > (Fit.COUNTED if needs_timecode else Fit.NONE):
                decides = best is Fit.TIMECODE and (len(known) > 1 or needs_timecode)
                fitting = [file for file, fit in fits.items() if fit is best]
                return self._found(event, fitting, f"{by} and timecode" if decides else by)
            if known and fallback is None and not needs_timecode:
                fallback = self._found(event, sorted(known, key=lambda file: known[file] is None), by)
        return fallback

    def _found(self, event: EdlEvent, files: Sequence[MediaFile], by: str) -> FoundMedia:
        note = _note_others(event, [file.path for file in files]) if len(files) > 1 else ""
        return FoundMedia(path=files[0].path, media=self._probe(files[0]), by=by, note=note)

    def _levels(self, event: EdlEvent) -> Iterator[tuple[str, Sequence[MediaFile], bool]]:
        """Files by what names them, the surest first, and whether only their timecode makes them sure."""
        reel = "" if event.reel.upper() in _ANY_REEL else event.reel
        paths = [Path(name.replace("\\", "/")) for name in event.files]
        yield "path", [file for path in paths if path.is_absolute() for file in self._at(path)], False
        named = [*(("source file", path.name) for path in paths), ("clip name", event.clip_name), ("reel", reel)]
        named = [(by, name) for by, name in named if name]
        yield from ((by, self._folders.named(Path(name).name), False) for by, name in named)
        yield from ((f"{by} without suffix", self._folders.without_suffix(name), False) for by, name in named)
        yield f"truncated reel ({len(reel)} characters)", self._folders.truncated(reel), False
        for by, name in named:
            files = self._folders.in_folder(name)
            yield f"folder ({by})", files, len(files) > 1
        yield from ((f"beginning of its name ({by})", self._folders.beginning_with(name), True) for by, name in named)

    def _at(self, path: Path) -> list[MediaFile]:
        """What a path of the list itself is, if it exists here."""
        folder = path.parent
        if folder not in self._named_folders:
            self._named_folders[folder] = MediaFolders((), beside=folder)
        return self._named_folders[folder].named(path.name)

    def _probe(self, file: MediaFile) -> Media | None:
        """What is at ``file``; None when it cannot be read."""
        from toolkit.plates import probe

        if file not in self._probed:
            try:
                self._probed[file] = probe(Path(file.path), sequence_rate=self._sequence_rate)
            except MediaError:
                self._probed[file] = None
        return self._probed[file]


def _note_others(event: EdlEvent, paths: Sequence[str]) -> str:
    names = ", ".join(paths[:_MOST_NAMES])
    more = f" and {len(paths) - _MOST_NAMES} more" if len(paths) > _MOST_NAMES else ""
    return f"event {event.number} ({event.name}): {len(paths)} files fit it, {names}{more}; the first is taken"
