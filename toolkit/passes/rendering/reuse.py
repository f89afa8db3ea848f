"""Frames whose pixels exist in another version or under another number: copied with new labels, not painted."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from toolkit.documents import FramePlan, PassPlan
from toolkit.errors import CorruptMedia, MediaError, OutputNotWritable
from toolkit.passes.rendering.content_keys import ContentKeys
from toolkit.passes.rendering.slate import read_picture_key, relabel
from toolkit.plates import read_channels, write_exr


def reuse_frames(
    plan: PassPlan, frames: Sequence[FramePlan], root: Path, keys: ContentKeys, *, threads: int
) -> set[int]:
    """Write those of ``frames`` whose pixels exist under ``root``; return their source frames.

    A trim moves frames to other numbers in the same folder, where they would overwrite each other. So all copies are
    made under temporary names first, and then renamed. Raises OutputNotWritable.
    """
    pictures = _find_pictures(plan, root) if frames else {}
    chosen = [frame for frame in frames if keys.picture_key(plan, frame) in pictures]
    files = plan.files(root)

    def copy(frame: FramePlan) -> Path | None:
        source = pictures[keys.picture_key(plan, frame)]
        temporary = files.folder / f".copy.{frame.shot_frame}.{os.getpid()}.part"
        try:
            _, channels = read_channels(source)
            write_exr(temporary, channels, relabel(source, plan, frame, keys.content_key(plan, frame)))
        except CorruptMedia:  # damaged pixels under a good header: painted again
            return None
        return temporary

    with ThreadPoolExecutor(threads, thread_name_prefix="frame-reuse") as pool:
        copies = list(pool.map(copy, chosen))
    reused = set()
    for frame, temporary in zip(chosen, copies, strict=True):
        if temporary is not None:
            _replace(temporary, files.path(frame.shot_frame))
            reused.add(frame.source_frame)
    return reused


def _replace(temporary: Path, path: Path) -> None:
    try:
        temporary.replace(path)
    except OSError as error:
        raise OutputNotWritable(path, error.strerror or str(error)) from error


def _find_pictures(plan: PassPlan, root: Path) -> dict[str, Path]:
    """The complete layer files of this shot and pass, of any version, by picture key."""
    found = {}
    for path in sorted((root / plan.shot / plan.pass_name).glob("v[0-9]*/[!.]*.exr")):
        try:
            found[read_picture_key(path)] = path
        except MediaError:  # somebody's own file, or a damaged one
            continue
    found.pop("", None)
    return found
