"""The movie of a finished shot: pictures are written, the program runs, and what comes back is checked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit import __version__
from toolkit.documents import Finished
from toolkit.errors import EngineFailed, MediaError, OutputNotWritable, UnsupportedMedia
from toolkit.output import Output
from toolkit.plates import open_plate, probe
from toolkit.progress import Advance, Progress
from toolkit.review import ShotPictures
from toolkit.stages.finish_tasks import FinishTask
from toolkit.topaz import FEWEST_FRAMES, MOVIE, NAME, PICTURES, Clip, Program, run_command

_UNFINISHED = ".new-"


def make_movie(task: FinishTask, program: Program, output: Output, *, again: bool, progress: Progress) -> Finished:
    """The movie of one shot: the one that is there if it is of the same key, unless ``again``, or else a new one.

    It is there as a whole or not at all, and so is the document beside it. Raises what ``finish`` raises.
    """
    movie, document = (output.finished / f"{task.name}{suffix}" for suffix in (".mov", ".json"))
    known = Finished.read(document) if document.exists() else None
    if not again and known is not None and known.key == task.key and _has_size(movie, known.bytes):
        return known
    if task.frames < FEWEST_FRAMES:
        problem = f"it has {task.frames} frames, and {NAME} needs {FEWEST_FRAMES}"
        raise UnsupportedMedia(task.shot.media.path, problem)
    with _new_folder(output.finished / f"{_UNFINISHED}{os.getpid()}-{task.name}") as folder:
        with (
            task.open_pictures(output.root) as pictures,
            progress.stage(f"{task.name}  pictures", task.job.pictures) as advance,
        ):
            _write_pictures(folder, pictures, task, advance)
        _run(task, program, folder, progress)
        _check_movie(folder / MOVIE, task.job.made)
        made = _describe_movie(task, movie.name, (folder / MOVIE).stat().st_size)
        document.unlink(missing_ok=True)  # until the new one is there, nothing describes the movie
        (folder / MOVIE).replace(movie)
    made.write(document)
    return made


def _run(task: FinishTask, program: Program, folder: Path, progress: Progress) -> None:
    """All commands of the task; the last one makes the movie, and one before it follows the camera."""
    for place, arguments in enumerate(task.job.commands, start=1):
        is_last = place == len(task.job.commands)
        total = task.job.made.frames if is_last else task.job.pictures
        with progress.stage(f"{task.name}  {NAME if is_last else 'camera'}", total) as advance:
            run_command(program, arguments, folder, advance)


def _describe_movie(task: FinishTask, name: str, size: int) -> Finished:
    made = task.job.made
    return Finished(
        toolkit=__version__,
        shot=task.shot.name,
        pass_name=task.pass_name,
        clip=task.clip,
        movie=name,
        bytes=size,
        key=task.key,
        commands=task.job.commands,
        source_range=task.shot.rendered_range,
        width=made.width,
        height=made.height,
        rate=made.rate,
        frames=made.frames,
        frames_each=task.job.per_frame,
    )


def _has_size(path: Path, size: int) -> bool:
    return path.is_file() and path.stat().st_size == size


def _write_pictures(folder: Path, pictures: ShotPictures, task: FinishTask, advance: Advance) -> None:
    """The frames of the shot, and the last one again if the job asks for one more."""
    count = 0
    for count, picture in enumerate(pictures.displayed(task.clip), start=1):
        (folder / (PICTURES % (count - 1))).write_bytes(_encode_png(picture))
        advance(1)
    for index in range(count, task.job.pictures):
        shutil.copyfile(folder / (PICTURES % (count - 1)), folder / (PICTURES % index))
        advance(1)


def _encode_png(display: NDArray[np.float32]) -> bytes:
    """16 bits; what is brighter than white, or outside Rec.709, is clipped."""
    import cv2

    codes = np.rint(np.clip(display, 0, 1) * np.float32(65535)).astype(np.uint16)
    fast = [cv2.IMWRITE_PNG_COMPRESSION, 1]
    encoded, png = cv2.imencode(".png", cv2.cvtColor(codes, cv2.COLOR_RGB2BGR), fast)
    assert encoded  # into memory, of a valid array
    return bytes(png.tobytes())


def _check_movie(path: Path, expected: Clip) -> None:
    """Raises EngineFailed if what came back is not what was to be made."""
    if not path.is_file():
        raise EngineFailed(NAME, "it ended without an error, and without a movie")
    try:
        media = probe(path)
        with open_plate(media) as plate:
            width, height = plate.width, plate.height
    except MediaError as error:
        raise EngineFailed(NAME, f"it made a movie that cannot be read ({error.sentence}); nothing is kept") from error
    frames = 0 if media.source_range is None else len(media.source_range)
    found = Clip(width=width, height=height, rate=media.rate, frames=frames)
    if found != expected:
        raise EngineFailed(NAME, f"it made {_describe(found)}, and was to make {_describe(expected)}; nothing is kept")


def _describe(clip: Clip) -> str:
    return f"{clip.frames} frames of {clip.width}x{clip.height} at {float(clip.rate):g} fps"


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """A folder to work in, which is removed at the end. Raises OutputNotWritable."""
    try:
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        place = error.filename2 or error.filename or folder  # of a file that cannot be replaced, its own
        raise OutputNotWritable(Path(place), error.strerror or str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_unfinished(finished: Path) -> None:
    """Remove what killed runs have left. Only while the output is locked."""
    for folder in finished.glob(f"{_UNFINISHED}*"):
        if not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
