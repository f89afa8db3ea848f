"""Versions: the frames of one that has been delivered are never changed unless that is asked for.

A host may hold them in an edit, a cache or a grade, and would show a mix of two looks.
"""

from __future__ import annotations

from enum import Enum, auto
from pathlib import Path

from toolkit.documents import FrameKeys, PassPlan
from toolkit.errors import VersionDelivered
from toolkit.settings import OutputSettings


class WhenDelivered(Enum):
    """What to do when the frames of a delivered version would change."""

    NEW_VERSION = auto()
    """Leave them alone, and make the next version."""
    REFUSE = auto()
    """A version was asked for by number."""
    OVERWRITE = auto()


def when_delivered(settings: OutputSettings) -> WhenDelivered:
    """What the settings ask for."""
    if settings.overwrite:
        return WhenDelivered.OVERWRITE
    return WhenDelivered.REFUSE if settings.version else WhenDelivered.NEW_VERSION


def read_frame_keys(plan: PassPlan, root: Path) -> FrameKeys | None:
    """What the last render of this version wanted; None before the first. Raises Unreadable and DocumentError."""
    path = plan.files(root).folder / FrameKeys.file_name
    return FrameKeys.read(path) if path.exists() else None


def mark_delivered(plan: PassPlan, root: Path) -> None:
    """Record that a delivery names the frames of ``plan``. Raises OutputNotWritable."""
    keys = read_frame_keys(plan, root)
    if keys is not None and not keys.delivered:
        keys.model_copy(update={"delivered": True}).write(plan.files(root).folder / FrameKeys.file_name)


def protect_delivered(plan: PassPlan, root: Path, policy: WhenDelivered, *, is_changed: bool) -> PassPlan:
    """``plan`` as the version to write, when the frames of its own would change if ``is_changed``.

    Raises VersionDelivered if the settings asked for a version that is not to be changed.
    """
    keys = read_frame_keys(plan, root) if is_changed and policy is not WhenDelivered.OVERWRITE else None
    if keys is None or not keys.delivered:
        return plan
    if policy is WhenDelivered.REFUSE:
        raise VersionDelivered(f"{plan.shot} {plan.label}")
    return plan.with_version(plan.version + 1)
