"""Run a MediaPipe graph of any task. The only module that imports mediapipe."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, Self

from toolkit.errors import EngineFailed, EngineUnavailable
from toolkit.faces.upright import Picture

log = logging.getLogger(__name__)

_STEP_MS = 10_000_000
"""Distance between the timestamps of successive pictures, milliseconds. It disables MediaPipe's temporal filter: with
almost three hours between pictures, the previous one has a weight of 3 in 10,000."""
_REMEDY = "run 'toolkit doctor'"


class MediaPipeGraph:
    """One MediaPipe graph; for one thread at a time."""

    def __init__(self, model: Path, *, task: str, video: bool, member: str = "", **options: Any) -> None:
        """``task`` is a class of ``mediapipe.tasks.vision``; ``options`` are the fields of its options class.

        ``member`` is the network to use of a ``model`` that bundles several; empty: the model as a whole. ``video``:
        pictures are successive, and each is first searched where the previous one showed something. Raises
        EngineUnavailable if MediaPipe or one of its libraries cannot be loaded, and EngineFailed if it rejects the
        model.
        """
        self._video = video
        self._timestamp_ms = 0
        asset = {"model_asset_buffer": _read_member(model, member)} if member else {"model_asset_path": str(model)}
        with silence_stderr():
            vision, base_options, self._image = _mediapipe()
            mode = vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE
            task_options = getattr(vision, f"{task}Options")(
                base_options=base_options(**asset), running_mode=mode, **options
            )
            try:
                self._graph = getattr(vision, task).create_from_options(task_options)
            except OSError as error:  # a system library is missing: MediaPipe loads it only now
                raise EngineUnavailable("mediapipe", str(error), remedy=_REMEDY) from error
            except (RuntimeError, ValueError) as error:
                raise EngineFailed("mediapipe", f"{model}: {error}") from error

    def run(self, picture: Picture) -> Any:
        """MediaPipe's result for ``picture``. Raises EngineFailed."""
        try:
            return self._run(self._image(picture))
        except (RuntimeError, ValueError) as error:
            raise EngineFailed("mediapipe", str(error)) from error

    def _run(self, image: Any) -> Any:
        """The task's own name for it."""
        if not self._video:
            return self._graph.detect(image)
        self._timestamp_ms += _STEP_MS
        return self._graph.detect_for_video(image, self._timestamp_ms)

    def close(self) -> None:
        """Release threads and memory; if this is left to the interpreter's exit, MediaPipe prints a traceback."""
        with silence_stderr():
            self._graph.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read_member(model: Path, member: str) -> bytes:
    try:
        with zipfile.ZipFile(model) as bundle:
            return bundle.read(member)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise EngineFailed("mediapipe", f"no {member} in {model}: {error}") from error


def _mediapipe() -> tuple[Any, Any, Any]:
    if "mediapipe" not in sys.modules:
        # Without PortAudio, mediapipe keeps an exception of its import forever, and with it every object on the stack:
        # the pictures and detections of a whole shot. In a thread of its own, the stack is empty.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(import_module, "mediapipe.tasks.python.vision").exception()
    try:
        from mediapipe import Image, ImageFormat
        from mediapipe.tasks.python import BaseOptions, vision
    except (ImportError, OSError) as error:
        raise EngineUnavailable("mediapipe", str(error), remedy=_REMEDY) from error
    return vision, BaseOptions, lambda picture: Image(image_format=ImageFormat.SRGB, data=picture)


@contextmanager
def silence_stderr() -> Iterator[None]:
    """Redirect what native code prints to file descriptor 2 to the log (level debug).

    MediaPipe 1.2 ignores every logging variable of glog, absl and TensorFlow, so the descriptor is the only way. For
    one thread at a time: two would restore each other's descriptor.
    """
    sys.stderr.flush()
    try:
        saved = os.dup(2)
    except OSError:  # a GUI host without a standard error: nothing to redirect
        yield
        return
    with tempfile.TemporaryFile() as output:
        os.dup2(output.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            output.seek(0)
            for line in output.read().decode(errors="replace").splitlines():
                log.debug("mediapipe: %s", line)
