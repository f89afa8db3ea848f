"""Timelines that an adapter of OpenTimelineIO reads."""

from __future__ import annotations

import gc
import io
import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from toolkit.errors import NoSuchFile, UnreadableCut

log = logging.getLogger(__name__)


def read_with_adapter(path: Path, adapter: str, **arguments: Any) -> Any:
    """What ``adapter`` reads from ``path``: a timeline, or a collection of them. Raises NoSuchFile and UnreadableCut.

    ``arguments`` are the adapter's own. The caller must keep what is returned: OpenTimelineIO frees the children of an
    object that is garbage-collected.
    """
    import opentimelineio as otio

    if not path.exists():
        raise NoSuchFile(path)
    try:
        with quiet_libraries():
            return otio.adapters.read_from_file(str(path), adapter_name=adapter, **arguments)
    except Exception as error:  # adapters raise whatever their parser does: KeyError, struct.error, AssertionError, ...
        raise UnreadableCut(path, explain_failure(error)) from error


def explain_failure(error: Exception) -> str:
    """One line for an error of a library that reads timelines."""
    message = " ".join(str(error).split())
    return f"it is damaged or not supported ({type(error).__name__}{': ' if message else ''}{message[:160]})"


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Keep what libraries print, warn and log through the root logger out of the output; it is logged at debug level.

    ``logging.warning`` of a library would also install a handler on the root logger, and each line would be doubled.
    """
    root, printed, handler = logging.getLogger(), io.StringIO(), logging.NullHandler()
    root.addHandler(handler)
    root.addFilter(_reject)
    try:
        with redirect_stdout(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield
            except Exception as error:
                # A parser that fails leaves its file open, which Python warns of whenever it finds the file later on.
                traceback.clear_frames(error.__traceback__)
                gc.collect()
                raise
    finally:
        root.removeFilter(_reject)
        root.removeHandler(handler)
        for line in printed.getvalue().splitlines():
            log.debug("adapter: %s", line)


def _reject(record: logging.LogRecord) -> bool:
    """A filter for records that are logged to the root logger itself."""
    log.debug("adapter: %s", record.getMessage())
    return False
