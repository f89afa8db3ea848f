"""Which files each kind of model consists of, and which files are refused.

Only safetensors are loaded. The older formats (.ckpt, .pt, .bin) are pickles, and loading one can run any code in it.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from toolkit.engines.torch_models.devices import engine_unavailable
from toolkit.errors import EngineError

_PICKLES = {".ckpt", ".pt", ".pth", ".bin"}
_CONVERT = (
    "import sys, torch, safetensors.torch as s; d = torch.load(sys.argv[1], map_location='cpu', weights_only=True); "
    "s.save_file({k: v.clone().contiguous() for k, v in d.get('state_dict', d).items() if hasattr(v, 'shape')}, "
    "sys.argv[2])"
)
"""Loads a pickle without running code in it, and writes its tensors as safetensors."""
_VARIANTS = ("", ".fp16")
"""What may precede ``.safetensors`` in a folder. Full-precision weights are preferred."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelKind:
    """A kind of model."""

    label: str
    """Its name in messages."""
    configs: tuple[str, ...] = ()
    """Configuration files that its folder must contain."""
    weights: tuple[str, ...] = ()
    """Weights that its folder must contain, without ``.safetensors`` or ``.fp16.safetensors``."""
    has_tokenizer: bool = False
    """Whether its folder must contain a tokenizer, in one of the two formats there are."""
    allows_single_file: bool = True
    """Whether a single ``.safetensors`` file can be the whole model."""
    make_error: Callable[..., EngineError] = engine_unavailable
    """Makes the error for a model that cannot be used, from a problem and a remedy."""


_CONFIGS = ("scheduler/scheduler_config.json", "text_encoder/config.json", "unet/config.json", "vae/config.json")
_TOKENIZERS = (("tokenizer/vocab.json", "tokenizer/merges.txt"), ("tokenizer/tokenizer.json",))

CHECKPOINT = ModelKind(
    label="checkpoint",
    configs=_CONFIGS,
    weights=("text_encoder/model", "unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model"),
    has_tokenizer=True,
)
CONFIGURATION = ModelKind(
    label="configuration", configs=("model_index.json", *_CONFIGS), has_tokenizer=True, allows_single_file=False
)
"""What a single-file checkpoint does not contain."""
CONTROL = ModelKind(label="ControlNet", configs=("config.json",), weights=("diffusion_pytorch_model",))
VAE = ModelKind(label="VAE", configs=("config.json",), weights=("diffusion_pytorch_model",))
LORA = ModelKind(label="LoRA")
"""Always a single file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFiles:
    """A complete model on disk."""

    path: Path
    """A folder in the layout of diffusers, or a single ``.safetensors`` file."""
    files: tuple[Path, ...]
    """Every file that is loaded."""
    variant: str | None = None
    """``fp16`` when the folder has only half-precision weights."""

    @property
    def is_single_file(self) -> bool:
        """Whether the model is one file."""
        return self.path.is_file()


def collect_files(kind: ModelKind, path: Path) -> ModelFiles:
    """All files of the model in ``path``.

    Raises the error of ``kind`` when files are missing, naming each, and when they are pickles.
    """
    if path.is_file():
        _check_single_file(kind, path)
        return ModelFiles(path=path, files=(path,))
    if kind is LORA:
        raise kind.make_error(f"{kind.label} {path} is a folder", remedy="name the .safetensors file in it")
    variant, weights = _find_weights(kind, path)
    tokenizer = _find_tokenizer(path) if kind.has_tokenizer else ()
    configs = tuple(path / config for config in (*kind.configs, *tokenizer))
    _check_complete(kind, path, (*configs, *weights))
    # Optional settings of the tokenizer are loaded too, where they exist.
    optional = tuple(file for file in path.glob("tokenizer/*") if kind.has_tokenizer and file not in configs)
    return ModelFiles(path=path, files=(*configs, *weights, *optional), variant=variant.removeprefix(".") or None)


def _check_single_file(kind: ModelKind, path: Path) -> None:
    if path.suffix.lower() in _PICKLES:
        raise _pickle_error(kind, path, [path])
    if path.suffix.lower() != ".safetensors" or not kind.allows_single_file:
        expected = "a folder or a .safetensors file" if kind.allows_single_file else "a folder"
        raise kind.make_error(f"{kind.label} {path} is not {expected}", remedy=f"name {expected}")


def _check_complete(kind: ModelKind, folder: Path, files: Sequence[Path]) -> None:
    missing = [file for file in files if not file.is_file()]
    if not missing:
        return
    pickles = [pickle for file in missing if (pickle := _find_pickle(file))]
    if len(pickles) == len(missing):
        raise _pickle_error(kind, folder, pickles)
    listed = ", ".join(file.relative_to(folder).as_posix() for file in missing)
    raise kind.make_error(f"{kind.label} {folder} lacks {listed}", remedy="add these files to the folder")


def _find_weights(kind: ModelKind, folder: Path) -> tuple[str, tuple[Path, ...]]:
    """The first variant whose weights are all in ``folder``; the full-precision one when none is complete."""
    by_variant = {
        variant: tuple(folder / f"{stem}{variant}.safetensors" for stem in kind.weights) for variant in _VARIANTS
    }
    complete = (variant for variant, files in by_variant.items() if all(file.is_file() for file in files))
    variant = next(complete, "")
    return variant, by_variant[variant]


def _find_tokenizer(folder: Path) -> tuple[str, ...]:
    """The files of the tokenizer format in ``folder``; of the older format when there is none."""
    present = (names for names in _TOKENIZERS if all((folder / name).is_file() for name in names))
    return next(present, _TOKENIZERS[0])


def _find_pickle(missing: Path) -> Path | None:
    """The pickle that holds the weights of the ``missing`` safetensors; a text encoder's is named differently."""
    stem = "pytorch_model" if missing.stem == "model" else missing.stem
    pickle = missing.with_name(f"{stem}.bin")
    return pickle if missing.suffix == ".safetensors" and pickle.is_file() else None


def _pickle_error(kind: ModelKind, path: Path, pickles: Sequence[Path]) -> EngineError:
    commands = " && ".join(conversion_command(pickle) for pickle in pickles)
    problem = f"{kind.label} {path} is a pickle, which can run code when it is loaded"
    return kind.make_error(problem, remedy=f"convert it once: {commands}")


def conversion_command(pickle: Path) -> str:
    """The shell command that converts ``pickle`` to safetensors under the expected name."""
    name = "model" if pickle.stem == "pytorch_model" else pickle.stem
    return shlex.join(["python", "-c", _CONVERT, str(pickle), str(pickle.with_name(f"{name}.safetensors"))])


def digest_files(files: Iterable[Path]) -> str:
    """One digest of the contents of all ``files``, independent of where they are. Reads several at a time."""
    ordered = sorted(set(files))
    with ThreadPoolExecutor() as pool:
        digests = list(pool.map(_sha256, ordered))
    # The last folder distinguishes unet/config.json from vae/config.json; the folders above differ between machines.
    named = sorted(f"{'/'.join(path.parts[-2:])} {digest}" for path, digest in zip(ordered, digests, strict=True))
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:32]


def _sha256(path: Path) -> str:
    state = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            state.update(block)
    return state.hexdigest()
