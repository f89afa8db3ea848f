"""A graph of MediaPipe, whatever it looks for: opened, asked, closed. The only module that imports mediapipe."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
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
"""Distance of the timestamps that pictures of a moving scene get. MediaPipe's filter takes them for time: over three
hours from one picture to the next, the one before counts for 3 parts in 10,000."""
_REMEDY = "run 'toolkit doctor'"


class Graph:
    """One MediaPipe graph; one caller at a time."""

    def __init__(self, model: Path, *, task: str, video: bool, **options: Any) -> None:
        """``task`` is the class of ``mediapipe.tasks.vision`` that reads ``model``, ``options`` what its options take.

        ``video`` pictures follow one another, and each is first searched where the one before showed something.
        Raises EngineUnavailable when MediaPipe, or a library it stands on, cannot be loaded, and EngineFailed when it
        refuses the model.
        """
        self._video = video
        self._clock = 0
        with quiet():
            vision, base_options, self._image = _mediapipe()
            mode = vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE
            given = getattr(vision, f"{task}Options")(
                base_options=base_options(model_asset_path=str(model)), running_mode=mode, **options
            )
            try:
                self._graph = getattr(vision, task).create_from_options(given)
            except OSError as error:  # a library of the system's does not load: that is seen only now
                raise EngineUnavailable("mediapipe", str(error), remedy=_REMEDY) from error
            except (RuntimeError, ValueError) as error:
                raise EngineFailed("mediapipe", f"{model}: {error}") from error

    def ask(self, picture: Picture) -> Any:
        """MediaPipe's own result for ``picture``. Raises EngineFailed."""
        try:
            image = self._image(picture)
            if not self._video:
                return self._graph.detect(image)
            self._clock += _STEP_MS
            return self._graph.detect_for_video(image, self._clock)
        except (RuntimeError, ValueError) as error:
            raise EngineFailed("mediapipe", str(error)) from error

    def close(self) -> None:
        """Give the graph's threads and memory back; left to the interpreter's end, MediaPipe prints a traceback."""
        self._graph.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _mediapipe() -> tuple[Any, Any, Any]:
    if "mediapipe" not in sys.modules:
        # Without PortAudio, mediapipe keeps an exception of its import for good, and with it all that is on the stack:
        # the pictures and sightings of a whole shot. A thread of its own has nothing on its stack.
        with ThreadPoolExecutor(1) as alone:
            alone.submit(import_module, "mediapipe.tasks.python.vision").exception()
    try:
        from mediapipe import Image, ImageFormat
        from mediapipe.tasks.python import BaseOptions, vision
    except (ImportError, OSError) as error:
        raise EngineUnavailable("mediapipe", str(error), remedy=_REMEDY) from error
    return vision, BaseOptions, lambda picture: Image(image_format=ImageFormat.SRGB, data=picture)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep what native code prints to file descriptor 2 off the terminal; it goes to the log instead, never away.

    MediaPipe 1.2 ignores every logging variable of glog, absl and TensorFlow, so that descriptor is the only handle.
    For one thread at a time: two would put back each other's.
    """
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # a windowed host without a standard error: nothing to keep quiet
        yield
        return
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            said.seek(0)
            for line in said.read().decode(errors="replace").splitlines():
                log.debug("mediapipe: %s", line)
