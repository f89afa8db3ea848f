"""The files of a pass: which of them are current, and which do not belong there."""

from __future__ import annotations

import logging
from pathlib import Path

from toolkit.documents import FrameKeys, FramePlan, PassPlan
from toolkit.errors import OutputNotWritable
from toolkit.passes.rendering.content_keys import ContentKeys
from toolkit.passes.rendering.slate import is_current, is_slated
from toolkit.passes.rendering.versions import WhenDelivered, protect_delivered, read_frame_keys

log = logging.getLogger(__name__)


def settle_version(plan: PassPlan, root: Path, keys: ContentKeys, policy: WhenDelivered) -> PassPlan:
    """``plan`` as the version to render, with a record of the frames that this render wants.

    The record is written before the first frame, because an interrupted render leaves frames of another look. Raises
    VersionDelivered; see ``protect_delivered``.
    """
    settled = choose_version(plan, root, keys, policy)
    if settled is not plan:
        settled.write(settled.files(root).folder / PassPlan.file_name)
    known = read_frame_keys(settled, root)
    wanted = _wanted(settled, keys)
    if known is not None:
        wanted = wanted.model_copy(update={"delivered": known.delivered})
    if known != wanted:
        wanted.write(settled.files(root).folder / FrameKeys.file_name)
    return settled


def choose_version(plan: PassPlan, root: Path, keys: ContentKeys, policy: WhenDelivered) -> PassPlan:
    """``plan`` as the version that a render would write. Raises VersionDelivered; see ``protect_delivered``."""
    known = read_frame_keys(plan, root)
    is_changed = known is not None and known.keys != _wanted(plan, keys).keys
    return protect_delivered(plan, root, policy, is_changed=is_changed)


def _wanted(plan: PassPlan, keys: ContentKeys) -> FrameKeys:
    return FrameKeys(plan=plan.digest(), keys=tuple(keys.content_key(plan, frame) for frame in plan.frames))


def count_current(plan: PassPlan, root: Path) -> int:
    """How many frames of ``plan`` under ``root`` are complete and as its last render wanted them.

    None of them if the plan has changed since. Raises Unreadable and DocumentError for a damaged record.
    """
    wanted = read_frame_keys(plan, root)
    if wanted is None or wanted.plan != plan.digest():
        return 0
    files = plan.files(root)
    pairs = zip(plan.frames, wanted.keys, strict=True)
    return sum(is_current(files.path(frame.number), key) for frame, key in pairs)


def find_missing(plan: PassPlan, root: Path, keys: ContentKeys) -> list[FramePlan]:
    """The frames whose files are missing, incomplete or out of date."""
    files = plan.files(root)
    return [frame for frame in plan.frames if not is_current(files.path(frame.number), keys.content_key(plan, frame))]


def remove_other_frames(plan: PassPlan, root: Path) -> None:
    """Remove frames of an earlier plan: hosts read every file of a folder as part of the sequence."""
    files = plan.files(root)
    planned = {frame.number for frame in plan.frames}
    for number in files.frames_on_disk():
        if number not in planned:
            remove_frame(files.path(number))


def remove_frame(path: Path) -> None:
    """Remove a frame that the toolkit wrote; warn of any other. Raises OutputNotWritable."""
    try:
        if is_slated(path):
            path.unlink()
        else:
            log.warning("%s is not a frame of this pass, nor of the toolkit; hosts may take it for one: move it", path)
    except OSError as error:
        raise OutputNotWritable(path, error.strerror or str(error)) from error
