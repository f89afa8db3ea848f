"""The engines by name, and the only way to open one. Nothing falls back: what was asked for runs, or the run stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from toolkit.engines.base import Engine, PaintRequest, Watch
from toolkit.engines.depth import DepthEstimator, open_estimators
from toolkit.engines.infotext import Infotext, read_infotext
from toolkit.errors import EngineUnavailable, UnknownEngine
from toolkit.settings import Settings

__all__ = [
    "ENGINES",
    "DepthEstimator",
    "Engine",
    "EngineEntry",
    "Infotext",
    "PaintRequest",
    "Watch",
    "open_engine",
    "open_estimators",
    "read_infotext",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineEntry:
    """One line of ``toolkit engines``."""

    what: str
    """In a few words."""
    open: Callable[[Settings], Engine] | None
    """None: announced, not built in this version."""
    extra: str = ""
    """Name of the pip extra that brings its packages; empty when none is needed."""
    packages: tuple[str, ...] = ()
    """Import names the extra must have installed."""
    server: bool = False
    """Whether it talks to a server, which is asked only when it is opened."""

    moves_noise: bool = False
    """Whether its noise can be taken from elsewhere than a pixel's own place."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Packages that are not installed."""
        return tuple(name for name in self.packages if find_spec(name) is None)

    @property
    def state(self) -> str:
        """``ready``, or what stands in the way."""
        hindrances = []
        if self.missing:
            hindrances.append(f"needs pip install 'resolve-ae-toolkit[{self.extra}]'")
        if self.open is None:
            hindrances.append("not built in this version")
        return "; ".join(hindrances) or ("ready; its server is asked when it starts" if self.server else "ready")

    @property
    def ready(self) -> bool:
        """Whether it is built and its packages are installed."""
        return self.open is not None and not self.missing


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
        moves_noise=True,
    ),
    "automatic1111": EngineEntry(what="an AUTOMATIC1111 server over HTTP", open=_automatic1111, server=True),
    "comfyui": EngineEntry(what="a ComfyUI server over HTTP", open=_comfyui, server=True),
}
"""Every engine this version knows of, in the order they are listed."""


def open_engine(name: str, settings: Settings | None = None) -> Engine:
    """The engine called ``name``, ready to paint; ``settings`` say where and how it runs, without them the defaults.

    Raises UnknownEngine, EngineUnavailable, and InputError for a file that the settings name and that does not hold.
    """
    entry = ENGINES.get(name)
    if entry is None:
        raise UnknownEngine(name, list(ENGINES))
    ready = ", ".join(other for other, row in ENGINES.items() if row.ready)
    if entry.open is None and entry.missing:
        raise EngineUnavailable(
            name,
            f"{', '.join(entry.missing)} not installed, and the engine itself is not built in this version",
            remedy=f"its packages come with pip install 'resolve-ae-toolkit[{entry.extra}]'; ready now: {ready}",
        )
    if entry.open is None:
        raise EngineUnavailable(name, "it is not built in this version", remedy=f"ready now: {ready}")
    if entry.missing:
        raise EngineUnavailable(
            name,
            f"{', '.join(entry.missing)} not installed",
            remedy=f"pip install 'resolve-ae-toolkit[{entry.extra}]'",
        )
    settings = settings or Settings()
    if not entry.moves_noise and "flow" in {settings.body.noise, settings.face.noise}:
        remedy = "set body.noise and face.noise to frame or shot"
        raise EngineUnavailable(name, "its noise cannot go with the plate's motion", remedy=remedy)
    return entry.open(settings)
