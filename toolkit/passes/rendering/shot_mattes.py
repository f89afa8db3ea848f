"""The mattes of a shot that are read from files instead of being drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import MattePlan, PassPlan
from toolkit.errors import MissingMedia, UnsupportedMedia, at
from toolkit.frames import FramePath
from toolkit.plates import UnchangedFiles, list_objects, read_cryptomatte, read_matte

Matte = NDArray[np.float32]
"""(H, W) of the plate, 0..1."""
Mattes = Mapping[int, Matte]
"""By face."""
_MOST_NAMES = 12
"""Of the objects of a Cryptomatte that a message lists: a set may have thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sequence:
    """One sequence of mattes."""

    files: FramePath
    numbers: frozenset[int]
    """Source frames that have a file."""
    plate_size: tuple[int, int]
    """Width and height."""
    unchanged: UnchangedFiles
    objects: tuple[str, ...]
    """Of a Cryptomatte; empty: the files are mattes."""
    visible_only: bool
    """Whether the plate has alpha, which a Cryptomatte would otherwise count again."""

    def key(self, source_frame: int) -> tuple[object, ...]:
        """What determines the matte of a frame."""
        file = self.unchanged.digest(self.files.path_on_disk(source_frame))
        return (file, self.objects, self.visible_only) if self.objects else (file,)

    def read(self, source_frame: int) -> Matte:
        """Raises what reading raises, and UnsupportedMedia if the file does not have the plate's size."""
        path = self.files.path_on_disk(source_frame)
        with self.unchanged.reading(path):
            matte = (
                read_cryptomatte(path, self.objects, visible_only=self.visible_only)
                if self.objects
                else read_matte(path)
            )
        height, width = matte.shape
        if (width, height) != self.plate_size:
            plate = "x".join(map(str, self.plate_size))
            raise UnsupportedMedia(path, f"the matte is {width}x{height}; render it in the plate's size, {plate}")
        return matte


class ShotMattes:
    """The matte files of one shot."""

    def __init__(self, plans: Sequence[PassPlan], *, has_alpha: bool) -> None:
        """Find the files of every sequence that ``plans`` name, and read the first of each: it may not be usable.

        ``has_alpha``: the plate has. Raises MissingMedia, CorruptMedia and UnsupportedMedia.
        """
        self._sequences = {
            matte: _open_sequence(matte, plan, has_alpha=has_alpha) for plan in plans for matte in plan.mattes
        }

    def key(self, plan: PassPlan, source_frame: int) -> dict[int, tuple[object, ...]]:
        """What determines the mattes that are read in this frame of ``plan``, by face."""
        return {face: one.key(source_frame) for face, one in self._of_frame(plan, source_frame).items()}

    def read(self, plan: PassPlan, source_frame: int) -> dict[int, Matte]:
        """The mattes of this frame of ``plan``; also of a face that the frame does not have. Raises MediaError."""
        with at(frame=source_frame):
            return {face: one.read(source_frame) for face, one in self._of_frame(plan, source_frame).items()}

    def read_face(self, plan: PassPlan, source_frame: int, face: int) -> Matte | None:
        """The matte of ``face`` in this frame of ``plan``; None if it is drawn. Raises MediaError."""
        sequence = self._of_frame(plan, source_frame).get(face)
        return None if sequence is None else sequence.read(source_frame)

    def _of_frame(self, plan: PassPlan, source_frame: int) -> dict[int, _Sequence]:
        found: dict[int, _Sequence] = {}
        for matte in plan.mattes:
            if source_frame in self._sequences[matte].numbers:
                found.setdefault(matte.face, self._sequences[matte])
        return found


def _open_sequence(matte: MattePlan, plan: PassPlan, *, has_alpha: bool) -> _Sequence:
    files = FramePath.parse(matte.path)
    numbers = frozenset(files.frames_on_disk())
    used = [frame.source_frame for frame in plan.frames if frame.source_frame in numbers]
    if not numbers:
        raise MissingMedia(matte.path, "it was there when the pass was planned; plan it again: toolkit plan OUT")
    opened = _Sequence(
        files=files,
        numbers=numbers,
        plate_size=(plan.width, plan.height),
        unchanged=UnchangedFiles(),
        objects=matte.objects,
        visible_only=has_alpha,
    )
    if used:
        opened.read(used[0])
    _check_objects(matte, [files.path_on_disk(number) for number in used])
    return opened


def _check_objects(matte: MattePlan, paths: Sequence[Path]) -> None:
    """Raises UnsupportedMedia for an object that is in no manifest: its matte would be black.

    Renderers may list only the objects that are seen in a frame, so all are searched. Some write no manifest at all;
    then nothing can be checked.
    """
    listed: set[str] = set()
    for path in paths if matte.objects else ():
        listed |= list_objects(path)
        if listed.issuperset(matte.objects):
            return
    unknown = [name for name in matte.objects if name not in listed]
    if listed and unknown:
        like = get_close_matches(unknown[0], sorted(listed), cutoff=0.4)
        known = f"did you mean {' or '.join(like)}?" if like else f"it has {', '.join(sorted(listed)[:_MOST_NAMES])}"
        raise UnsupportedMedia(matte.path, f"its Cryptomatte has no object {unknown[0]} (matte.cryptomatte); {known}")


def describe_mattes(plan: PassPlan) -> list[str]:
    """A sentence for each sequence of mattes that ``plan`` reads."""
    return [_describe(matte, plan) for matte in plan.mattes]


def _describe(matte: MattePlan, plan: PassPlan) -> str:
    numbers = set(FramePath.parse(matte.path).frames_on_disk())
    count = sum(frame.source_frame in numbers for frame in plan.frames)
    rest = f"{count} of {len(plan.frames)} frames" if count < len(plan.frames) else "all frames"
    where = f"{' and '.join(matte.objects)} in the Cryptomatte of {matte.path}" if matte.objects else matte.path
    return f"{plan.shot}: {plan.label} has the matte of face {matte.face} from {where} in {rest}"
