"""The mattes of a shot that are read from files instead of being drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import MattePlan, PassPlan
from toolkit.errors import MissingMedia, UnsupportedMedia, at
from toolkit.frames import FramePath
from toolkit.plates import UnchangedFiles, read_matte

Matte = NDArray[np.float32]
"""(H, W) of the plate, 0..1."""
Mattes = Mapping[int, Matte]
"""By face."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sequence:
    """One sequence of mattes."""

    files: FramePath
    numbers: frozenset[int]
    """Source frames that have a file."""
    plate_size: tuple[int, int]
    """Width and height."""
    unchanged: UnchangedFiles

    def digest(self, source_frame: int) -> str:
        return self.unchanged.digest(self.files.path_on_disk(source_frame))

    def read(self, source_frame: int) -> Matte:
        """Raises what reading raises, and UnsupportedMedia if the file has not the plate's size."""
        path = self.files.path_on_disk(source_frame)
        with self.unchanged.reading(path):
            matte = read_matte(path)
        height, width = matte.shape
        if (width, height) != self.plate_size:
            plate = "x".join(map(str, self.plate_size))
            raise UnsupportedMedia(path, f"the matte is {width}x{height}; render it in the plate's size, {plate}")
        return matte


class ShotMattes:
    """The matte files of one shot."""

    def __init__(self, plans: Sequence[PassPlan]) -> None:
        """Find the files of every sequence that ``plans`` name, and read the first of each: it may not be usable.

        Raises MissingMedia, CorruptMedia and UnsupportedMedia.
        """
        self._sequences = {
            (plan.pass_name, matte.face): _open_sequence(matte, plan) for plan in plans for matte in plan.mattes
        }

    def key(self, plan: PassPlan, source_frame: int) -> list[tuple[int, str]]:
        """The faces whose matte is read in this frame of ``plan``, with digests of the files."""
        return [(face, one.digest(source_frame)) for face, one in self._of_frame(plan, source_frame)]

    def read(self, plan: PassPlan, source_frame: int) -> dict[int, Matte]:
        """The mattes of this frame of ``plan``; also of a face that the frame does not have. Raises MediaError."""
        with at(frame=source_frame):
            return {face: one.read(source_frame) for face, one in self._of_frame(plan, source_frame)}

    def _of_frame(self, plan: PassPlan, source_frame: int) -> Iterator[tuple[int, _Sequence]]:
        for matte in plan.mattes:
            sequence = self._sequences[plan.pass_name, matte.face]
            if source_frame in sequence.numbers:
                yield matte.face, sequence


def _open_sequence(matte: MattePlan, plan: PassPlan) -> _Sequence:
    files = FramePath.parse(matte.path)
    numbers = frozenset(files.frames_on_disk())
    used = [frame.source_frame for frame in plan.frames if frame.source_frame in numbers]
    if not numbers:
        raise MissingMedia(matte.path, "it was there when the pass was planned; plan it again: toolkit plan OUT")
    opened = _Sequence(files=files, numbers=numbers, plate_size=(plan.width, plan.height), unchanged=UnchangedFiles())
    if used:
        opened.read(used[0])
    return opened


def describe_mattes(plan: PassPlan) -> list[str]:
    """A sentence for each sequence of mattes that ``plan`` reads."""
    return [_describe(matte, plan) for matte in plan.mattes]


def _describe(matte: MattePlan, plan: PassPlan) -> str:
    numbers = set(FramePath.parse(matte.path).frames_on_disk())
    count = sum(frame.source_frame in numbers for frame in plan.frames)
    rest = f"{count} of {len(plan.frames)} frames; the others are drawn" if count < len(plan.frames) else "all frames"
    where = Path(matte.path)
    return f"{plan.shot}: {plan.label} has the matte of face {matte.face} from {where} in {rest}"
