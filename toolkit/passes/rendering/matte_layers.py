"""The matte of each face as a sequence of its own, beside the frames of FACE: white on black, as large as the plate.

An editor grades or keys through it, or paints on it and puts it back into ``guides/<shot>``. So it is numbered like the
plate, has a file for every frame, black without the face, and also on twos one for each frame of the plate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FacePlan, FramePlan, PassPlan, digest
from toolkit.errors import OutputNotWritable, at
from toolkit.frames import FramePath, FrameRange
from toolkit.passes.rendering.face_mattes import draw_face_matte, face_window
from toolkit.passes.rendering.files_of_pass import remove_frame
from toolkit.passes.rendering.shot_mattes import ShotMattes
from toolkit.passes.rendering.slate import is_current, matte_attributes
from toolkit.plates import prefetch, to_half, write_exr
from toolkit.progress import Advance, ignore_steps

_REVISION = 1
"""Part of every content key. Increase it whenever the same plan would give different mattes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _MatteTask:
    """One matte file."""

    path: Path
    frame: FramePlan
    """The frame of FACE that is shown there; on twos, it lasts two frames of the plate."""
    source_frame: int
    number: int
    """Of the face, as in the track."""
    face: FacePlan | None
    """None: the frame does not have it."""


def matte_folder(plan: PassPlan, root: Path) -> Path:
    """``root/sh010/FACE/v001/mattes``."""
    return plan.files(root).folder / "mattes"


def matte_files(plan: PassPlan, root: Path, face: int) -> FramePath:
    """``sh010_FACE_v001_matte_face0.####.exr`` in that folder."""
    layer = plan.files(root)
    prefix = f"{layer.prefix.removesuffix('.')}_matte_face{face}."
    return FramePath(folder=matte_folder(plan, root), prefix=prefix, padding=layer.padding, suffix=layer.suffix)


def find_written_mattes(plan: PassPlan, root: Path) -> dict[int, FramePath]:
    """The sequences of ``plan`` under ``root`` that have a file for every frame of the plate, by face."""
    wanted = set(range(plan.frames[0].source_frame, plan.frames[-1].source_frame + 1))
    sequences = {face: matte_files(plan, root, face) for face in _list_faces(plan)}
    return {face: files for face, files in sequences.items() if wanted <= set(files.frames_on_disk())}


def count_mattes(plan: PassPlan, only: FrameRange | None) -> int:
    """How many files ``write_mattes`` would have to look at."""
    return sum(1 for _ in _list_tasks(plan, Path(), only))


def write_mattes(
    plan: PassPlan,
    root: Path,
    *,
    has_alpha: bool,
    threads: int,
    only: FrameRange | None = None,
    advance: Advance = ignore_steps,
) -> int:
    """Write the matte of each face of ``plan``, a FACE, as a sequence under ``root``; return how many files are new.

    A file that is current is kept. ``has_alpha``: the plate has. With ``only``, those of the frames with these numbers
    (shot space). A matte has the fade of its layer, and not the plate's alpha. Half float, the same in R, G and B,
    which hosts read as a picture. Raises MediaError for mattes that are read from files, and OutputNotWritable.
    """
    mattes, folder = ShotMattes([plan], has_alpha=has_alpha), matte_folder(plan, root)
    if folder.is_symlink():
        raise OutputNotWritable(folder, "it is a symbolic link; put the folder itself there, or move OUT")
    tasks, count = list(_list_tasks(plan, root, only)), 0
    calls = (partial(_write_matte, task, plan, mattes) for task in tasks)
    with closing(prefetch(calls, workers=threads, ahead=threads)) as written:
        for is_new in written:
            count += is_new
            advance(1)
    if only is None:
        _remove_others(folder, tasks)
    return count


def _list_tasks(plan: PassPlan, root: Path, only: FrameRange | None) -> Iterator[_MatteTask]:
    """Face by face, in source order."""
    first, last = plan.frames[0].source_frame, plan.frames[-1].source_frame
    for number in _list_faces(plan):
        files = matte_files(plan, root, number)
        for frame, span in plan.spans():
            if only is not None and frame.shot_frame not in only:
                continue
            face = next((face for face in frame.faces if face.face == number), None)
            for source_frame in span:
                if first <= source_frame <= last:
                    path = files.path(source_frame)
                    yield _MatteTask(path=path, frame=frame, source_frame=source_frame, number=number, face=face)


def _list_faces(plan: PassPlan) -> list[int]:
    return sorted({face.face for frame in plan.frames for face in frame.faces})


def _write_matte(task: _MatteTask, plan: PassPlan, mattes: ShotMattes) -> bool:
    """Write the file unless it is current; returns whether it was written."""
    with at(shot=plan.shot, face=task.number, frame=task.source_frame):
        key = _content_key(task, plan, mattes)
        if is_current(task.path, key):
            return False
        matte = _draw(task, plan, mattes)
        attributes = matte_attributes(plan, task.source_frame, face=task.number, content_key=key)
        write_exr(task.path, to_half(np.dstack([matte] * 3)), attributes)
        return True


def _content_key(task: _MatteTask, plan: PassPlan, mattes: ShotMattes) -> str:
    given = mattes.key(plan, task.frame.source_frame).get(task.number)
    determining = {"corners"} if given else {"outline", "feather", "opacity", "occluders", "scale"}
    shape = task.face and task.face.model_dump(mode="json", include=determining)
    labels = plan.model_dump(mode="json", include={"shot", "version", "rate", "timecode_first", "drop_frame"})
    blur = plan.mask_blur and plan.mask_blur.model_dump(mode="json")
    return digest(_REVISION, shape, given, blur, plan.width, plan.height, labels, task.source_frame)


def _draw(task: _MatteTask, plan: PassPlan, mattes: ShotMattes) -> NDArray[np.float32]:
    """(H, W) of the plate, 0..1."""
    matte = np.zeros((plan.height, plan.width), np.float32)
    given = mattes.read_face(plan, task.frame.source_frame, task.number)
    window = None if task.face is None else face_window(plan, task.face, given)
    if task.face is not None and window is not None:
        left, top, right, bottom = window
        matte[top:bottom, left:right] = draw_face_matte(plan, task.face, given, window=window)
    return matte


def _remove_others(folder: Path, tasks: Sequence[_MatteTask]) -> None:
    """Remove mattes of an earlier plan: hosts read every file of a folder as part of the sequence."""
    planned = {task.path for task in tasks}
    for path in folder.glob("[!.]*.exr"):
        if path not in planned:
            remove_frame(path)
