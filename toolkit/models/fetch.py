"""Find an asset in a studio's own folder or this user's cache, or download it into the cache, once.

MediaPipe's packages contain no models. Wherever a file comes from, it is used only if its sha256 is the expected one.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Sequence
from pathlib import Path

from toolkit.documents import write_atomically
from toolkit.errors import AssetUnavailable, OutputNotWritable
from toolkit.models.assets import ASSETS, Asset
from toolkit.models.download import DownloadFailed, Source, report_percent
from toolkit.progress import SILENT, Progress

log = logging.getLogger(__name__)

_REMEDY = (
    "run 'toolkit models fetch' on a machine with a network, copy the files, and set TOOLKIT_MODELS to their folder"
)
_one_at_a_time = threading.Lock()


def fetch_asset(
    asset: Asset,
    *,
    folder: Path | None = None,
    progress: Progress = SILENT,
    cache: Path | None = None,
    sources: Sequence[Source] | None = None,
) -> Path:
    """The path of ``asset``: in ``folder`` or TOOLKIT_MODELS, else in the cache, else downloaded into it.

    A studio's own folder is only read: a missing or wrong file there is an error (a file that is not
    ``required_in_folder`` may be missing). The cache is ``cache``, by default this user's; a wrong file there is
    reported and replaced. ``progress`` shows a download in per cent. No network access when the file is right.
    Raises AssetUnavailable with every attempt and its reason.
    """
    studio = _studio_folder_of(asset, folder)
    if studio:
        return _verify_in_folder(asset, studio)
    sources = asset.sources if sources is None else sources
    return _fetch_into_cache(asset, cache or default_cache(), progress, sources)


def list_assets() -> list[dict[str, str]]:
    """One row per asset for ``toolkit models``: name, use, state, path and sha256. Changes and downloads nothing.

    The state is ``ready``, ``missing`` (the path is empty then) or ``wrong file``.
    """
    return [_row(asset, (_studio_folder_of(asset) or default_cache()) / asset.name) for asset in ASSETS]


def default_cache() -> Path:
    """``models`` in this user's cache folder."""
    import platformdirs

    return platformdirs.user_cache_path("resolve-ae-toolkit") / "models"


def _row(asset: Asset, path: Path) -> dict[str, str]:
    try:
        digest = _sha256(path)
    except OSError:
        digest = ""
    state = "missing" if digest is None else "ready" if digest == asset.sha256 else "wrong file"
    where = "" if digest is None else str(path)
    return {"name": asset.name, "use": asset.use, "state": state, "path": where, "sha256": asset.sha256}


def _studio_folder_of(asset: Asset, folder: Path | None = None) -> Path | None:
    """The studio's folder, unless there is none or ``asset`` is missing there and may be."""
    variable = os.environ.get("TOOLKIT_MODELS")
    studio = folder or (Path(variable) if variable else None)
    if studio and (asset.required_in_folder or (studio / asset.name).exists()):
        return studio
    return None


def _verify_in_folder(asset: Asset, folder: Path) -> Path:
    path = folder / asset.name
    try:
        digest = _sha256(path)
    except OSError as error:
        raise _unavailable_in_folder(asset, f"{path}: {error.strerror or error}") from error
    if digest is None:
        raise _unavailable_in_folder(asset, f"it is not in {folder}")
    if digest != asset.sha256:
        raise _unavailable_in_folder(asset, _describe_mismatch(asset, str(path), digest))
    return path


def _unavailable_in_folder(asset: Asset, problem: str) -> AssetUnavailable:
    remedy = "put the right file there, or leave --models and TOOLKIT_MODELS unset to download it"
    return AssetUnavailable(asset.use, asset.name, [problem], remedy=remedy)


def _fetch_into_cache(asset: Asset, cache: Path, progress: Progress, sources: Sequence[Source]) -> Path:
    path = cache / asset.name
    with _one_at_a_time:  # for threads; two processes may both download, and the file appears atomically
        try:
            digest = _sha256(path)
            if digest == asset.sha256:
                return path
            if digest is not None:
                log.warning("%s; downloading it again", _describe_mismatch(asset, str(path), digest))
            content = _download(asset, progress, sources)
            with write_atomically(path) as temporary:
                temporary.write_bytes(content)
        except (OSError, OutputNotWritable) as error:
            problem = str(error) if isinstance(error, OutputNotWritable) else f"{path}: {error.strerror or error}"
            raise AssetUnavailable(asset.use, asset.name, [problem], remedy=_REMEDY) from error
    return path


def _download(asset: Asset, progress: Progress, sources: Sequence[Source]) -> bytes:
    """The content from the first source that delivers the right file."""
    failures: list[str] = []
    for source in sources:
        try:
            with progress.stage(asset.use, 100) as advance:
                content = source.download(asset.size, report_percent(advance, asset.size))
        except DownloadFailed as error:
            failures.append(f"{source}: {error}")
            continue
        digest = hashlib.sha256(content).hexdigest()
        if digest == asset.sha256:
            return content
        failures.append(_describe_mismatch(asset, str(source), digest))
    raise AssetUnavailable(asset.use, asset.name, failures, remedy=_REMEDY)


def _describe_mismatch(asset: Asset, where: str, digest: str) -> str:
    return f"{where}: sha256 is {digest[:12]}…, not {asset.sha256[:12]}…"


def _sha256(path: Path) -> str | None:
    """None if there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return None
