"""The engines by name, and the only way to open one. No fallback: the requested engine runs, or the run stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from toolkit.engines.base import Engine, FaceShape, PaintRequest, is_drawn
from toolkit.engines.depth import DepthEstimator, open_estimators
from toolkit.errors import EngineUnavailable, UnknownEngine
from toolkit.settings import Settings

__all__ = [
    "ENGINES",
    "DepthEstimator",
    "Engine",
    "EngineEntry",
    "FaceShape",
    "PaintRequest",
    "check_engine",
    "find_engine",
    "is_drawn",
    "open_engine",
    "open_estimators",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEntry:
    """One line of ``toolkit engines``."""

    summary: str
    """What it is, in a few words."""
    open: Callable[[Settings], Engine]
    """Creates the engine."""
    extra: str = ""
    """Name of the pip extra that installs its packages; empty when none is needed."""
    packages: tuple[str, ...] = ()
    """Import names of the packages that the extra installs."""
    server: bool = False
    """Whether it uses a server, which is contacted only when the engine is opened."""
    wants_guides: bool = False
    """As ``Engine.wants_guides``, known without opening the engine."""
    wants_faces: bool = False
    """As ``Engine.wants_faces``: whether plans hold what it needs."""
    takes_noise_stmap: bool = False
    """Whether it can sample its noise through ``PaintRequest.noise_stmap``, as ``noise = "flow"`` needs."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that are not installed."""
        return tuple(name for name in self.packages if find_spec(name) is None)

    @property
    def status(self) -> str:
        """``ready``, or the command that installs what is missing."""
        if self.missing:
            return f"needs pip install 'resolve-ae-toolkit[{self.extra}]'"
        return "ready; its server is contacted when rendering starts" if self.server else "ready"

    @property
    def ready(self) -> bool:
        """Whether its packages are installed."""
        return not self.missing


def _open_builtin(_: Settings) -> Engine:
    from toolkit.engines.builtin import BuiltinEngine

    return BuiltinEngine()


def _open_flatten(_: Settings) -> Engine:
    from toolkit.engines.flatten import FlattenEngine

    return FlattenEngine()


def _open_automatic1111(settings: Settings) -> Engine:
    from toolkit.engines.automatic1111 import Automatic1111Engine

    return Automatic1111Engine(settings.server)


def _open_diffusers(settings: Settings) -> Engine:
    from toolkit.engines.diffusers_local import open_diffusers

    return open_diffusers(settings.diffusers)


def _open_comfyui(settings: Settings) -> Engine:
    from toolkit.engines.comfyui import ComfyuiEngine

    return ComfyuiEngine(settings.server)


ENGINES: Mapping[str, EngineEntry] = {
    "builtin": EngineEntry(
        summary="deterministic preview on the CPU; no models, no AI", open=_open_builtin, takes_noise_stmap=True
    ),
    "flatten": EngineEntry(
        summary="simulation on the CPU of what averaging does to acting; no models, no AI",
        open=_open_flatten,
        wants_faces=True,
        takes_noise_stmap=True,
    ),
    "diffusers": EngineEntry(
        summary="Stable Diffusion 1.5 with ControlNets on this machine",
        open=_open_diffusers,
        extra="diffusers",
        packages=("diffusers", "torch", "transformers", "accelerate", "safetensors", "peft"),
        wants_guides=True,
        takes_noise_stmap=True,
    ),
    "automatic1111": EngineEntry(
        summary="AUTOMATIC1111 servers over HTTP", open=_open_automatic1111, server=True, wants_guides=True
    ),
    "comfyui": EngineEntry(summary="ComfyUI servers over HTTP", open=_open_comfyui, server=True, wants_guides=True),
}
"""Every engine, in the order of ``toolkit engines``."""


def find_engine(name: str) -> EngineEntry:
    """The entry of the engine ``name``. Raises UnknownEngine."""
    entry = ENGINES.get(name)
    if entry is None:
        raise UnknownEngine(name, list(ENGINES))
    return entry


def check_engine(name: str, settings: Settings) -> None:
    """Check that the engine ``name`` is installed and supports what ``settings`` ask for, without opening it.

    Raises UnknownEngine and EngineUnavailable.
    """
    entry = find_engine(name)
    if entry.missing:
        problem = f"{', '.join(entry.missing)} not installed"
        raise EngineUnavailable(name, problem, remedy=f"pip install 'resolve-ae-toolkit[{entry.extra}]'")
    noises = {look.noise for one in settings.variants() for look in (one.body, one.face)}
    if not entry.takes_noise_stmap and "flow" in noises:
        remedy = "set body.noise and face.noise to frame or shot"
        raise EngineUnavailable(name, "it does not support noise = flow", remedy=remedy)


def open_engine(name: str, settings: Settings | None = None) -> Engine:
    """Open the engine ``name``; ``settings`` say how it runs.

    Raises UnknownEngine, EngineUnavailable, and InputError for an invalid file that the settings name.
    """
    settings = settings or Settings()
    check_engine(name, settings)
    return find_engine(name).open(settings)
