"""Frames whose pixels exist in another version or under another number: copied with new labels, not painted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from toolkit.documents import LOSSY_COMPRESSIONS, FramePlan, PassPlan
from toolkit.errors import CorruptMedia, MediaError, OutputNotWritable
from toolkit.passes.rendering.content_keys import ContentKeys
from toolkit.passes.rendering.slate import PICTURE_KEY, read_slate, relabel
from toolkit.plates import copy_pixels, read_channels, write_exr


def reuse_frames(
    plan: PassPlan, frames: Sequence[FramePlan], root: Path, keys: ContentKeys, *, threads: int
) -> set[int]:
    """Write those of ``frames`` whose pixels exist under ``root``; return their source frames.

    A trim moves frames to other numbers in the same folder, where they would overwrite each other. So all copies are
    made under temporary names first, and then renamed. Raises OutputNotWritable.
    """
    layers = read_layers(plan, root) if frames else {}
    pictures = {slate[PICTURE_KEY]: path for path, slate in layers.items()}
    chosen = [frame for frame in frames if keys.picture_key(plan, frame) in pictures]
    files = plan.files(root)

    def copy(frame: FramePlan) -> Path | None:
        source = pictures[keys.picture_key(plan, frame)]
        temporary = files.folder / f".copy.{frame.number}.{os.getpid()}.part"
        try:
            copy_layer(source, temporary, plan, frame, keys.content_key(plan, frame))
        except CorruptMedia:  # damaged pixels under a good header: painted again
            return None
        return temporary

    with ThreadPoolExecutor(threads, thread_name_prefix="frame-reuse") as pool:
        copies = list(pool.map(copy, chosen))
    reused = set()
    for frame, temporary in zip(chosen, copies, strict=True):
        if temporary is not None:
            _replace(temporary, files.path(frame.number))
            reused.add(frame.source_frame)
    return reused


def copy_layer(source: Path, path: Path, plan: PassPlan, frame: FramePlan, content_key: str) -> None:
    """Write the layer file ``source`` to ``path`` as ``frame`` of ``plan``: the same pixels under other labels.

    Raises MissingMedia, CorruptMedia and OutputNotWritable.
    """
    _, channels = read_channels(source)
    labels = relabel(source, plan, frame, content_key)
    if plan.compression in LOSSY_COMPRESSIONS:  # compressed a second time, it would lose more
        copy_pixels(source, path, channels, labels, compression=plan.compression)
    else:
        write_exr(path, channels, labels, compression=plan.compression)


def _replace(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except OSError as error:
        raise OutputNotWritable(path, error.strerror or str(error)) from error


def read_layers(plan: PassPlan, root: Path) -> dict[Path, dict[str, Any]]:
    """The slates of the complete layer files of this shot and pass, of any version, oldest version first."""
    found = {}
    for path in sorted((root / plan.shot / plan.pass_name).glob("v[0-9]*/[!.]*.exr")):
        with suppress(MediaError):  # somebody's own file, or a damaged one
            found[path] = read_slate(path)
    return {path: slate for path, slate in found.items() if slate}
