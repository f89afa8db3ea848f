"""Finds the models that a look names: by path, in the studio's folder, or on the Hugging Face hub."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from toolkit.engines.torch_models.files import ModelFiles, ModelKind, collect_files

_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+(/[\w./-]+\.safetensors)?")
"""``owner/name``, or one file in it."""


def find_model(kind: ModelKind, name: str, models: Path | None) -> ModelFiles:
    """The model that a look calls ``name``. ``models`` is the studio's folder of models; None: there is none.

    The network is used only for an ``owner/name`` that is neither a path nor in ``models`` nor in the hub's cache, and
    never when HF_HUB_OFFLINE is set. Raises the error of ``kind``, which says what is missing and where it belongs.
    """
    path = _find_on_disk(kind, name, models)
    if path is None and _HUB_NAME.fullmatch(name):
        path = _fetch_from_hub(kind, name)
    if path is None:
        below = f"a name below {models}" if models else "a name below diffusers.models (not set)"
        remedy = f"set it to a path, {below}, or owner/name on the Hugging Face hub"
        raise kind.make_error(f"no {kind.label} '{name}'", remedy=remedy)
    return collect_files(kind, path)


def _find_on_disk(kind: ModelKind, name: str, models: Path | None) -> Path | None:
    path = Path(name).expanduser()
    if path.exists():
        return path
    if models is None:
        return None
    if not models.is_dir():
        raise kind.make_error(f"diffusers.models: no folder {models}", remedy="create it, or change the setting")
    names = (name, f"{name}.safetensors")
    direct = [models / each for each in names]
    deeper = chain.from_iterable(models.rglob(_escape_glob(each)) for each in names) if "/" not in name else ()
    matches = sorted({match for match in chain(direct, deeper) if match.exists()})
    if len(matches) > 1:
        listed = ", ".join(match.relative_to(models).as_posix() for match in matches)
        remedy = f"write one of these, relative to {models}"
        raise kind.make_error(f"{kind.label} '{name}' is ambiguous: {listed}", remedy=remedy)
    return matches[0] if matches else None


def _escape_glob(name: str) -> str:
    """``name`` as a pattern that matches only itself."""
    return re.sub(r"([*?[])", r"[\1]", name)


def _fetch_from_hub(kind: ModelKind, name: str) -> Path:
    """The files of a repository that ``kind`` needs, in the hub's own cache; downloaded when they are not there."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    owner, repository, *inner = name.split("/", 2)
    weights = [f"{stem}.safetensors" for stem in kind.weights]
    wanted = [*kind.configs, *weights, *(["tokenizer/*"] if kind.has_tokenizer else [])]
    try:
        folder = Path(snapshot_download(f"{owner}/{repository}", allow_patterns=inner or wanted or ["*.safetensors"]))
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, OSError, ValueError) as error:
        remedy = "go online, log in to the hub, or put its files into a folder and name that"
        problem = f"{kind.label} '{name}' is not on this machine and cannot be downloaded: {first_line(error)}"
        raise kind.make_error(problem, remedy=remedy) from error
    if inner or wanted:
        return folder.joinpath(*inner)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.safetensors"))
    if len(files) != 1:
        problem = f"{kind.label} '{name}' must have one .safetensors file, but has {', '.join(files) or 'none'}"
        raise kind.make_error(problem, remedy=f"name one, as {name}/FILE.safetensors")
    return folder / files[0]


def first_line(error: Exception) -> str:
    """The first line of a library's error message; the rest is details for developers."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
