"""Write ``return.otio``: the editor's own file, with our tracks in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.delivery.path_map import PathMap
from toolkit.editorial.media_references import replace_media_paths
from toolkit.editorial.timeline_files import write_timeline, write_timeline_text
from toolkit.editorial.timeline_text import insert_tracks, replace_paths
from toolkit.settings import DeliverySettings
from toolkit.turnover import TimelineFile

if TYPE_CHECKING:
    from opentimelineio import schema


def write_return(
    found: TimelineFile,
    layer_tracks: Mapping[int, Sequence[schema.Track]],
    root: Path,
    settings: DeliverySettings,
    path_map: PathMap,
    *,
    suffix: str = "",
) -> None:
    """Write the timeline ``found`` with ``layer_tracks`` as ``root/return.otio``, with the paths that are asked for.

    ``suffix`` is for one of several cuts in the folder.

    ``layer_tracks`` are those to insert after each track, by its index. An .otio file keeps its own text around them:
    nothing of the editor's changes, not even the last digit of a time. Raises OutputNotWritable.
    """
    change: Callable[[str], str] | None = None
    if path_map.pairs:
        change = path_map.map
    elif settings.relative:
        change = partial(_relative_to, root.absolute().as_posix())
    if change is not None:
        if path_map.pairs or _may_name(found.text, root):
            renamed = replace_media_paths(found.timeline, change)
            found = replace(found, text=replace_paths(found.text, renamed))
        for track in chain.from_iterable(layer_tracks.values()):
            replace_media_paths(track, change)
    _write(found, layer_tracks, root / f"return{suffix}.otio")


def _may_name(text: str, folder: Path) -> bool:
    """Whether a path below ``folder`` may be in the JSON ``text``; of an empty one, of another format, nobody knows."""
    return not text or "\\" in text or f"{folder.absolute().as_posix()}/" in text


def _relative_to(folder: str, path: str) -> str:
    """``path`` as seen from ``folder`` if it lies there, without ``./``: OUT can be moved as a whole."""
    return path.removeprefix(f"{folder}/") or path


def _write(found: TimelineFile, layer_tracks: Mapping[int, Sequence[schema.Track]], path: Path) -> None:
    texts = {index: [track.to_json_string(indent=1) for track in tracks] for index, tracks in layer_tracks.items()}
    text = insert_tracks(found.text, texts, len(found.timeline.tracks)) if found.text else None
    if text is not None:
        write_timeline_text(text, path)
        return
    for index, tracks in sorted(layer_tracks.items(), reverse=True):
        for track in reversed(tracks):
            found.timeline.tracks.insert(index + 1, track)
    write_timeline(found.timeline, path)
