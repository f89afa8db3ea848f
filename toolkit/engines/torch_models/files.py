"""The files that each kind of model is made of, and what is refused.

Only safetensors are read. The older formats (.ckpt, .pt, .bin) are pickles: reading one can run any code in it.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from toolkit.engines.torch_models.devices import unavailable
from toolkit.errors import EngineError

_PICKLES = {".ckpt", ".pt", ".pth", ".bin"}
_CONVERT = (
    "import sys, torch, safetensors.torch as s; d = torch.load(sys.argv[1], map_location='cpu', weights_only=True); "
    "s.save_file({k: v.clone().contiguous() for k, v in d.get('state_dict', d).items() if hasattr(v, 'shape')}, "
    "sys.argv[2])"
)
"""Reads a pickle without running what is in it, and writes its tensors as safetensors."""
_VARIANTS = ("", ".fp16")
"""What may stand before ``.safetensors`` in a folder: full weights are taken before halved ones."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of model."""

    what: str
    """As messages call it."""
    configs: tuple[str, ...] = ()
    """What its folder must hold beside the weights."""
    weights: tuple[str, ...] = ()
    """Paths of the weights in its folder, without what comes from ``.fp16.safetensors`` or ``.safetensors`` on."""
    tokenizer: bool = False
    """Whether its folder must hold a tokenizer, in either of the two forms there are."""
    alone: bool = True
    """Whether one ``.safetensors`` file can be all of it."""
    unavailable: Callable[..., EngineError] = unavailable
    """What is raised, from a problem and its remedy, for one that cannot be had."""


_CONFIGS = ("scheduler/scheduler_config.json", "text_encoder/config.json", "unet/config.json", "vae/config.json")
_TOKENIZERS = (("tokenizer/vocab.json", "tokenizer/merges.txt"), ("tokenizer/tokenizer.json",))

CHECKPOINT = Kind(
    what="checkpoint",
    configs=_CONFIGS,
    weights=("text_encoder/model", "unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model"),
    tokenizer=True,
)
CONFIGURATION = Kind(what="configuration", configs=("model_index.json", *_CONFIGS), tokenizer=True, alone=False)
"""What a checkpoint in one file does not say about itself."""
CONTROL = Kind(what="ControlNet", configs=("config.json",), weights=("diffusion_pytorch_model",))
VAE = Kind(what="VAE", configs=("config.json",), weights=("diffusion_pytorch_model",))
LORA = Kind(what="LoRA")
"""Always one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A model on disk, complete."""

    path: Path
    """A folder as diffusers writes it, or one ``.safetensors`` file."""
    files: tuple[Path, ...]
    """All that is read of it."""
    variant: str | None = None
    """``fp16`` when the folder has only halved weights."""

    @property
    def single(self) -> bool:
        """Whether it is one file."""
        return self.path.is_file()


def complete(kind: Kind, path: Path) -> Found:
    """The ``kind`` of model in ``path`` with all that is read of it.

    Raises the ``kind``'s error when something is missing, saying what and where to, and when it is a pickle.
    """
    if path.is_file():
        if path.suffix.lower() in _PICKLES:
            raise _pickled(kind, path, [path])
        if path.suffix.lower() != ".safetensors" or not kind.alone:
            wanted = "a folder or a .safetensors file" if kind.alone else "a folder"
            raise kind.unavailable(f"{kind.what} {path} is not {wanted}", remedy="name one that is")
        return Found(path=path, files=(path,))
    if kind is LORA:
        raise kind.unavailable(f"{kind.what} {path} is a folder", remedy="name the .safetensors file in it")
    variant, weights = _weights(kind, path)
    tokenizer = _tokenizer(path) if kind.tokenizer else ()
    configs = tuple(path / config for config in (*kind.configs, *tokenizer))
    missing = [file for file in (*configs, *weights) if not file.is_file()]
    if missing:
        pickles = [found for file in missing if (found := _pickle_beside(file))]
        if len(pickles) == len(missing):
            raise _pickled(kind, path, pickles)
        listed = ", ".join(file.relative_to(path).as_posix() for file in missing)
        raise kind.unavailable(f"{kind.what} {path} lacks {listed}", remedy="put these into that folder")
    # Beside what it must have, a tokenizer has settings of its own that are read when they are there.
    beside = tuple(file for file in path.glob("tokenizer/*") if kind.tokenizer and file not in configs)
    return Found(path=path, files=(*configs, *weights, *beside), variant=variant.removeprefix(".") or None)


def _weights(kind: Kind, folder: Path) -> tuple[str, tuple[Path, ...]]:
    """The first variant of which ``folder`` has every weight; the full ones, there or not, when it has none."""
    sets = {variant: tuple(folder / f"{stem}{variant}.safetensors" for stem in kind.weights) for variant in _VARIANTS}
    whole = next((variant for variant, files in sets.items() if all(file.is_file() for file in files)), "")
    return whole, sets[whole]


def _tokenizer(folder: Path) -> tuple[str, ...]:
    """The form of tokenizer that ``folder`` has; the older one when it has none."""
    present = (names for names in _TOKENIZERS if all((folder / name).is_file() for name in names))
    return next(present, _TOKENIZERS[0])


def _pickle_beside(missing: Path) -> Path | None:
    """The pickle that stands where the safetensors ``missing`` is looked for; a text encoder's has another name."""
    stem = "pytorch_model" if missing.stem == "model" else missing.stem
    pickle = missing.with_name(f"{stem}.bin")
    return pickle if missing.suffix == ".safetensors" and pickle.is_file() else None


def _pickled(kind: Kind, path: Path, pickles: Sequence[Path]) -> EngineError:
    commands = " && ".join(conversion(pickle) for pickle in pickles)
    problem = f"{kind.what} {path} is a pickle, which can run code when it is read"
    return kind.unavailable(problem, remedy=f"convert it once: {commands}")


def conversion(pickle: Path) -> str:
    """The shell command that writes ``pickle`` as safetensors, under the name that is looked for."""
    name = "model" if pickle.stem == "pytorch_model" else pickle.stem
    return shlex.join(["python", "-c", _CONVERT, str(pickle), str(pickle.with_name(f"{name}.safetensors"))])


def digest_of(files: Iterable[Path]) -> str:
    """One digest of the bytes of all ``files``, whatever folder they lie in; reads each once, several at a time."""
    ordered = sorted(set(files))
    with ThreadPoolExecutor() as pool:
        digests = list(pool.map(_sha256, ordered))
    # The last folder tells unet/config.json from vae/config.json; those above it are of this machine.
    named = sorted(f"{'/'.join(path.parts[-2:])} {digest}" for path, digest in zip(ordered, digests, strict=True))
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:32]


def _sha256(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            state.update(block)
    return state.hexdigest()
