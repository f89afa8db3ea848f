"""Make the demo: draw both shots, write them as media with their ground truth, and cut them together."""

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
from toolkit.demo.truth import FILE_NAME, GroundTruth, build_true_shot, read_ground_truth, write_ground_truth
from toolkit.demo.writing import remove_old, write_cut, write_movie, write_sequence
from toolkit.errors import DocumentError, MissingDocument, OutputNotWritable
from toolkit.frames import FramePath
from toolkit.models import DEMO_PICTURES, PORTRAIT, fetch_asset
from toolkit.progress import SILENT, Advance, Progress

_CUT_NAME = "demo.otio"


def make_demo(folder: Path, *, progress: Progress = SILENT, shots: Sequence[DemoShot] = SHOTS) -> Path:
    """Write footage, ``ground_truth.json`` and the cut to ``folder``; returns the path of the cut.

    The same code gives the same bytes. Footage that is complete and was made by the same code is kept; any other is
    made again. ``progress`` shows the download of the pictures, if they are not cached, and the frames.
    Raises OutputNotWritable, AssetUnavailable and CorruptMedia.
    """
    recipe = _digest_inputs(shots)
    if not _is_finished(folder, recipe):
        for picture in DEMO_PICTURES:
            fetch_asset(picture, progress=progress)
        remove_old(folder / FILE_NAME)  # valid only beside complete footage
        with progress.stage("demo footage", sum(len(shot.source_range) for shot in shots)) as advance:
            files = _write_footage(folder, shots, advance)
        truth = GroundTruth(recipe=recipe, files=files, shots=tuple(build_true_shot(shot) for shot in shots))
        write_ground_truth(folder, truth)
    cut = folder / _CUT_NAME
    write_cut(cut, shots)
    return cut


def _write_footage(folder: Path, shots: Sequence[DemoShot], advance: Advance) -> dict[str, str]:
    """Write the media of all shots, one thread each; returns the digest of every file by path relative to ``folder``.

    If one fails, or the user interrupts, the others stop at their next frame.
    """
    stop = Event()
    one_at_a_time = Lock()

    def report_each(frames: Iterator[NDArray[np.uint8]]) -> Iterator[NDArray[np.uint8]]:
        for frame in frames:
            if stop.is_set():
                raise CancelledError
            yield frame
            with one_at_a_time:
                advance(1)

    with ThreadPoolExecutor(max_workers=len(shots)) as threads:
        futures = [threads.submit(_write_shot, folder, shot, report_each(draw_frames(shot))) for shot in shots]
        try:
            for future in as_completed(futures):
                future.result()
        except BaseException:
            stop.set()
            raise
    paths = [path for future in futures for path in future.result()]
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
    digests = {folder / name: digest for name, digest in truth.files.items()}
    return truth.recipe == recipe and all(path.is_file() and _digest(path) == it for path, it in digests.items())


def _digest_inputs(shots: Sequence[DemoShot]) -> str:
    """Digest of all that determines the footage: the source code of this package, the shots and their pictures."""
    code = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    return hashlib.sha256(b"".join([*code, repr(shots).encode(), PORTRAIT.sha256.encode()])).hexdigest()


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise OutputNotWritable(path, f"it was written but cannot be read back: {error.strerror}") from error
