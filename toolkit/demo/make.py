"""Make the demo: draw both shots, write them as media, keep the truth about them, and cut them together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor, as_completed
from pathlib import Path
from threading import Event, Lock

import numpy as np
from numpy.typing import NDArray

from toolkit.demo.drawing import draw_frames
from toolkit.demo.motion import SHOTS, DemoShot
from toolkit.demo.truth import FILE_NAME, GroundTruth, read_ground_truth, true_shot, write_ground_truth
from toolkit.demo.writing import remove_old, write_cut, write_movie, write_sequence
from toolkit.errors import DocumentError, MissingDocument, OutputNotWritable
from toolkit.frames import FramePath
from toolkit.progress import Advance, ignore_steps

_CUT_NAME = "demo.otio"
DEMO_FRAMES = sum(len(shot.source_range) for shot in SHOTS)
"""Frames that ``make_demo`` ticks off."""


def make_demo(folder: Path, *, advance: Advance = ignore_steps, shots: Sequence[DemoShot] = SHOTS) -> Path:
    """Footage, ``ground_truth.json`` and the cut in ``folder``; returns the path of the cut.

    The same program gives the same bytes. Footage that is already there, complete and from this very program, is kept;
    anything else is made anew. ``advance`` is called with the number of frames done since the last call, one call at a
    time but not always from the same thread.
    Raises OutputNotWritable, and MissingMedia or CorruptMedia when scikit-image's pictures are not as they should be.
    """
    recipe = _recipe(shots)
    if _is_finished(folder, recipe):
        advance(sum(len(shot.source_range) for shot in shots))
    else:
        remove_old(folder / FILE_NAME)  # it may only stand beside complete footage
        files = _write_footage(folder, shots, advance)
        truth = GroundTruth(recipe=recipe, files=files, shots=tuple(true_shot(shot) for shot in shots))
        write_ground_truth(folder, truth)
    cut = folder / _CUT_NAME
    write_cut(cut, shots)
    return cut


def _write_footage(folder: Path, shots: Sequence[DemoShot], advance: Advance) -> dict[str, str]:
    """Write the media of all shots, each in a thread; the digest of every file by its path relative to ``folder``.

    When one fails, or the user interrupts, the others stop at their next frame.
    """
    stop = Event()
    one_at_a_time = Lock()

    def counted(frames: Iterator[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
        for frame in frames:
            if stop.is_set():
                raise CancelledError
            yield frame
            with one_at_a_time:
                advance(1)

    with ThreadPoolExecutor(max_workers=len(shots)) as threads:
        written = [threads.submit(_write_shot, folder, shot, counted(draw_frames(shot))) for shot in shots]
        try:
            for shot in as_completed(written):
                shot.result()
        except BaseException:
            stop.set()
            raise
    paths = [path for shot in written for path in shot.result()]
    return {path.relative_to(folder).as_posix(): _digest(path) for path in paths}


def _write_shot(folder: Path, shot: DemoShot, frames: Iterator[NDArray[np.uint8]]) -> list[Path]:
    if FramePath.is_pattern(shot.media):
        sequence = FramePath.parse(folder / shot.media)
        write_sequence(sequence, shot.source_range.first, frames)
        return [sequence.path(number) for number in shot.source_range]
    write_movie(folder / shot.media, frames, timecode_first=shot.timecode_first)
    return [folder / shot.media]


def _is_finished(folder: Path, recipe: str) -> bool:
    try:
        truth = read_ground_truth(folder)
    except (MissingDocument, DocumentError):
        return False
    paths = {folder / name: digest for name, digest in truth.files.items()}
    return truth.recipe == recipe and all(path.is_file() and _digest(path) == it for path, it in paths.items())


def _recipe(shots: Sequence[DemoShot]) -> str:
    """Digest of everything of ours that determines the footage: the source of this room, and the shots asked for."""
    program = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"".join([*program, repr(shots).encode()])).hexdigest()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise OutputNotWritable(path, f"written, but it cannot be read back: {error.strerror}") from error
