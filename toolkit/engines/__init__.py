"""The engines by name, and the only way to open one. Nothing falls back: what was asked for runs, or the run stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from toolkit.engines.base import Engine, PaintRequest
from toolkit.engines.depth import DepthEstimator, open_estimators
from toolkit.errors import EngineUnavailable, UnknownEngine
from toolkit.settings import Settings

__all__ = [
    "ENGINES",
    "DepthEstimator",
    "Engine",
    "EngineEntry",
    "PaintRequest",
    "check_engine",
    "find_engine",
    "open_engine",
    "open_estimators",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEntry:
    """One line of ``toolkit engines``."""

    what: str
    """In a few words."""
    open: Callable[[Settings], Engine]
    """Opens it."""
    extra: str = ""
    """Name of the pip extra that brings its packages; empty when none is needed."""
    packages: tuple[str, ...] = ()
    """Import names the extra must have installed."""
    server: bool = False
    """Whether it talks to a server, which is contacted only when it is opened."""
    wants_guides: bool = False
    """As ``Engine.wants_guides``, known without opening it."""
    moves_noise: bool = False
    """Whether its noise can be taken from elsewhere than a pixel's own place."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Packages that are not installed."""
        return tuple(name for name in self.packages if find_spec(name) is None)

    @property
    def state(self) -> str:
        """``ready``, or what stands in the way."""
        if self.missing:
            return f"needs pip install 'resolve-ae-toolkit[{self.extra}]'"
        return "ready; its server is contacted when it starts" if self.server else "ready"

    @property
    def ready(self) -> bool:
        """Whether its packages are installed."""
        return not self.missing


def _builtin(_: Settings) -> Engine:
    from toolkit.engines.builtin import BuiltinEngine

    return BuiltinEngine()


def _automatic1111(settings: Settings) -> Engine:
    from toolkit.engines.automatic1111 import Automatic1111Engine

    return Automatic1111Engine(settings.server)


def _diffusers(settings: Settings) -> Engine:
    from toolkit.engines.diffusers_local import open_diffusers

    return open_diffusers(settings.diffusers)


def _comfyui(settings: Settings) -> Engine:
    from toolkit.engines.comfyui import ComfyuiEngine

    return ComfyuiEngine(settings.server)


ENGINES: Mapping[str, EngineEntry] = {
    "builtin": EngineEntry(
        what="deterministic preview on the CPU, no weights, not AI", open=_builtin, moves_noise=True
    ),
    "diffusers": EngineEntry(
        what="Stable Diffusion with ControlNets in this process",
        open=_diffusers,
        extra="diffusers",
        packages=("diffusers", "torch", "transformers", "accelerate", "safetensors", "peft"),
        wants_guides=True,
        moves_noise=True,
    ),
    "automatic1111": EngineEntry(
        what="an AUTOMATIC1111 server over HTTP", open=_automatic1111, server=True, wants_guides=True
    ),
    "comfyui": EngineEntry(what="a ComfyUI server over HTTP", open=_comfyui, server=True, wants_guides=True),
}
"""Every engine this version knows of, in the order they are listed."""


def find_engine(name: str) -> EngineEntry:
    """The entry of the engine called ``name``. Raises UnknownEngine."""
    entry = ENGINES.get(name)
    if entry is None:
        raise UnknownEngine(name, list(ENGINES))
    return entry


def check_engine(name: str, settings: Settings) -> None:
    """Check that the engine called ``name`` is installed and can do what ``settings`` ask for; opens nothing.

    Raises UnknownEngine and EngineUnavailable.
    """
    entry = find_engine(name)
    if entry.missing:
        problem = f"{', '.join(entry.missing)} not installed"
        raise EngineUnavailable(name, problem, remedy=f"pip install 'resolve-ae-toolkit[{entry.extra}]'")
    if not entry.moves_noise and "flow" in {settings.body.noise, settings.face.noise}:
        remedy = "set body.noise and face.noise to frame or shot"
        raise EngineUnavailable(name, "it cannot move its noise with the plate (noise = flow)", remedy=remedy)


def open_engine(name: str, settings: Settings | None = None) -> Engine:
    """The engine called ``name``, ready to paint; ``settings`` say how it runs, the defaults when None.

    Raises UnknownEngine, EngineUnavailable, and InputError for a file named by the settings that does not fit.
    """
    settings = settings or Settings()
    check_engine(name, settings)
    return find_engine(name).open(settings)
