"""What is asked of Topaz Video AI, as it is written: ``stab=cpe-1,fi=apo-8:fps=48,up=gcg-5:scale=2``."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from toolkit.errors import SettingsError, suggest
from toolkit.frames import exact_rate

SOURCE = "--topaz"
"""Where a recipe is written, for errors."""

MODELS: Mapping[str, tuple[str, ...]] = {
    "stab": ("cpe-1", "cpe-2"),
    "fi": ("apo-8", "apf-1", "apf-2", "chr-1", "chr-2", "chf-1", "chf-2", "chf-3", "aion-1"),
    "up": (
        "gcg-5", "ghq-5", "prob-2", "prob-3", "prob-4", "iris-1", "iris-2", "iris-3", "nyx-1", "nyx-2", "nyx-3",
        "rhea-1", "rxl-1", "ahq-10", "ahq-11", "ahq-12", "amq-10", "amq-12", "amq-13", "alq-10", "alq-12", "alq-13",
        "amqs-1", "amqs-2", "alqs-1", "alqs-2", "aaa-9", "aaa-10", "thd-3", "thf-4",
    ),
}  # fmt: skip
"""The steps in the order in which they are done, and the models of each that its maker names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """What a parameter may be."""

    low: float
    high: float
    whole: bool = False

    def read(self, text: str) -> str:
        """``text`` as FFmpeg takes it. Raises ValueError."""
        value = int(text) if self.whole else float(text)
        if not self.low <= value <= self.high:
            raise ValueError(text)
        return f"{value:g}"

    def __str__(self) -> str:
        return f"{'a whole' if self.whole else 'a'} number from {self.low:g} to {self.high:g}"


class _Rate(_Number):
    """Frames per second."""

    def read(self, text: str) -> str:
        """See ``_Number``."""
        rate = exact_rate(text)
        if not self.low <= rate <= self.high:
            raise ValueError(text)
        return str(rate)


_SWITCH = _Number(low=0, high=1, whole=True)
_PART = _Number(low=-1, high=1)
_SIDE = _Number(low=16, high=16384, whole=True)
_DEVICE = {
    "device": _Number(low=-2, high=15, whole=True),
    "vram": _Number(low=0, high=1),
    "instances": _Number(low=0, high=4, whole=True),
}
_PARAMETERS: Mapping[str, Mapping[str, _Number]] = {
    "stab": {
        "smoothness": _Number(low=0, high=16),
        "full": _SWITCH,
        "roll": _SWITCH,
        "reduce": _Number(low=0, high=5, whole=True),
        **_DEVICE,
    },
    "fi": {"slowmo": _Number(low=1, high=16), "fps": _Rate(low=1, high=1000), "rdt": _PART, **_DEVICE},
    "up": {
        "scale": _Number(low=1, high=4, whole=True),
        "w": _SIDE,
        "h": _SIDE,
        **dict.fromkeys(("preblur", "noise", "details", "halo", "blur", "compression"), _PART),
        "estimate": _Number(low=0, high=100, whole=True),
        "blend": _Number(low=0, high=1),
        **_DEVICE,
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step with its model; parameters that are not given are left to the program."""

    model: str
    parameters: Mapping[str, str]

    def fraction(self, name: str) -> Fraction | None:
        """A parameter as an exact number; None: it is not given."""
        return Fraction(self.parameters[name]) if name in self.parameters else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Stabilise, then interpolate, then upscale: the interpolation is cheaper on the smaller picture."""

    stab: Step | None
    fi: Step | None
    up: Step | None


def parse_recipe(text: str, installed: Collection[str] = ()) -> Recipe:
    """The steps in ``text``, in any order. ``installed`` are models of the program at hand, beside those known here.

    Raises SettingsError for what is not known, not in its range, given twice or contradictory.
    """
    steps: dict[str, Step] = {}
    for part in text.split(","):
        head, *assignments = part.strip().split(":")
        kind, _, model = head.partition("=")
        if kind not in MODELS:
            steps_known = ", ".join(f"{name}=MODEL" for name in MODELS)
            raise SettingsError(kind or "''", f"no such step; steps are {steps_known}", source=SOURCE)
        if kind in steps:
            raise SettingsError(kind, "it is given twice", source=SOURCE)
        _check_model(kind, model, installed)
        step = Step(model=model, parameters=_read_parameters(kind, assignments))
        _check_agreement(kind, step)
        steps[kind] = step
    return Recipe(stab=steps.get("stab"), fi=steps.get("fi"), up=steps.get("up"))


def _check_model(kind: str, model: str, installed: Collection[str]) -> None:
    if model in MODELS[kind]:
        return
    home = next((name for name, models in MODELS.items() if model in models), None)
    if home is not None:
        raise SettingsError(kind, f"{model} is a model for {home}, as in {home}={model}", source=SOURCE)
    if not model or model not in installed:
        known = sorted({*MODELS[kind], *installed})
        raise SettingsError(kind, f"no such model: {model!r}; {suggest(model, known, 'models')}", source=SOURCE)


def _read_parameters(kind: str, assignments: list[str]) -> dict[str, str]:
    known = _PARAMETERS[kind]
    found: dict[str, str] = {}
    for assignment in assignments:
        name, _, text = assignment.partition("=")
        key = f"{kind}.{name}"
        if name not in known:
            raise SettingsError(key, f"no such parameter; {suggest(name, list(known), 'parameters')}", source=SOURCE)
        if name in found:
            raise SettingsError(key, "it is given twice", source=SOURCE)
        try:
            found[name] = known[name].read(text)
        except ValueError:
            raise SettingsError(key, f"must be {known[name]}, not {text!r}", source=SOURCE) from None
    return found


def _check_agreement(kind: str, step: Step) -> None:
    given = step.parameters.keys()
    problem = ""
    if kind == "up" and {"w", "h"} & given and not {"w", "h"} <= given:
        problem = "give both w and h, or neither"
    elif kind == "up" and {"w", "scale"} <= given:
        problem = "w and h are a size, and scale is another: give one of them"
    elif kind == "stab" and step.model == "cpe-1" and step.parameters.get("roll") == "1":
        problem = "roll=1 needs the model cpe-2, which sees the rolling shutter"
    if problem:
        raise SettingsError(kind, problem, source=SOURCE)
