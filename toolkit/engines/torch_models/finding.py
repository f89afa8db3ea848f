"""From the name in a look to a model on disk: a path, a name in the studio's folder, or one on the Hugging Face hub."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

from toolkit.engines.torch_models.files import Found, Kind, complete

_HUB = re.compile(r"[\w.-]+/[\w.-]+(/[\w./-]+\.safetensors)?")
"""``owner/name``, or one file of it."""


def find(kind: Kind, name: str, models: Path | None) -> Found:
    """The ``kind`` of model that a look calls ``name``; ``models`` is the studio's folder, None without one.

    The network is asked only for an ``owner/name`` that is neither a path nor in ``models``, and not even then when the
    hub's cache has it, or HF_HUB_OFFLINE is set. Raises the ``kind``'s error: what is missing and where it belongs.
    """
    path = _on_disk(kind, name, models)
    if path is None and _HUB.fullmatch(name):
        path = _from_hub(kind, name)
    if path is None:
        below = f"a name below {models}" if models else "a name below diffusers.models, which is not set"
        remedy = f"write a path, {below}, or owner/name on the Hugging Face hub"
        raise kind.unavailable(f"no {kind.what} '{name}'", remedy=remedy)
    return complete(kind, path)


def _on_disk(kind: Kind, name: str, models: Path | None) -> Path | None:
    path = Path(name).expanduser()
    if path.exists():
        return path
    if models is None:
        return None
    if not models.is_dir():
        remedy = "create it, or change the setting"
        raise kind.unavailable(f"diffusers.models: there is no folder {models}", remedy=remedy)
    names = (name, f"{name}.safetensors")
    direct = [models / each for each in names]
    deeper = chain.from_iterable(models.rglob(_literal(each)) for each in names) if "/" not in name else ()
    matches = sorted({match for match in chain(direct, deeper) if match.exists()})
    if len(matches) > 1:
        listed = ", ".join(match.relative_to(models).as_posix() for match in matches)
        raise kind.unavailable(f"{kind.what} '{name}' may be {listed}", remedy=f"write which, as below {models}")
    return matches[0] if matches else None


def _literal(name: str) -> str:
    """``name`` as a pattern that matches nothing else."""
    return re.sub(r"([*?[])", r"[\1]", name)


def _from_hub(kind: Kind, name: str) -> Path:
    """The files of a repository that ``kind`` needs, in the hub's own cache."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

    owner, repository, *inner = name.split("/", 2)
    wanted = [*kind.configs, *(f"{stem}.safetensors" for stem in kind.weights), *(["tokenizer/*"] * kind.tokenizer)]
    try:
        folder = Path(snapshot_download(f"{owner}/{repository}", allow_patterns=inner or wanted or ["*.safetensors"]))
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, OSError, ValueError) as error:
        remedy = "go online, log in there, or put its files into a folder and name that"
        problem = f"{kind.what} '{name}' is neither here nor to be had from the hub: {first_line(error)}"
        raise kind.unavailable(problem, remedy=remedy) from error
    if inner or wanted:
        return folder.joinpath(*inner)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.safetensors"))
    if len(files) != 1:
        problem = f"{kind.what} '{name}' is not one .safetensors file but {', '.join(files) or 'none'}"
        raise kind.unavailable(problem, remedy=f"name one, as {name}/FILE.safetensors")
    return folder / files[0]


def first_line(error: Exception) -> str:
    """The first line that an error of a library says: what is below it is for its authors."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
