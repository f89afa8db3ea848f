"""What ``toolkit tune`` found, as a chart: how much of the acting each value of a setting keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from toolkit.documents import PassPlan, ShotTuning, Trial, Tuning

CHART = {"width": 560, "height": 200, "left": 40, "right": 548, "top": 22, "bottom": 168}
"""Size of the chart, and the edges of its plot, in its own units."""
_LABEL = 34
"""Room for a value below the chart."""
_SCORES = (0, 50, 100)
"""Those that are written at its side."""
_STRENGTH = ".strength"
"""What keys end in whose value is in a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DotView:
    """One trial."""

    x: float
    y: float
    kind: str
    """``trial``, ``whole`` for one of the whole shot, or ``chosen``."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningView:
    """One setting of one shot, and what was tried for it."""

    key: str
    clip: str
    """What its scores are of."""
    verdict: str
    """What was chosen, and what that keeps."""
    dots: tuple[DotView, ...]
    """In the order of the trials; empty: nothing could be judged, and there is no chart."""
    line: str
    """The points of the line through the trials, for SVG."""
    target: float
    """The score that was asked for, and where it is in the chart."""
    target_y: float
    scores: tuple[tuple[int, float], ...]
    """Those at the side of the chart, and where."""
    values: tuple[tuple[str, float], ...]
    """The least and the greatest value that was tried, and the chosen one, and where."""
    tried: str
    """Every trial in words."""
    notes: tuple[str, ...]


def tuning_views(tuning: Tuning | None, shot: str, plans: Iterable[PassPlan]) -> tuple[TuningView, ...]:
    """What ``tuning`` found for ``shot``, whose delivered passes are ``plans``."""
    if tuning is None:
        return ()
    by_pass = {plan.pass_name: plan for plan in plans}
    return tuple(_view(one, tuning.target, by_pass.get(one.pass_name)) for one in tuning.shots if one.shot == shot)


def _view(one: ShotTuning, target: float, plan: PassPlan | None) -> TuningView:
    values = [trial.value for trial in one.trials]
    low, high = min(values, default=0.0), max(values, default=0.0)
    dots = tuple(_dot(trial, one, low, high) for trial in one.trials)
    return TuningView(
        key=one.key,
        clip="BODY" if one.pass_name == "BODY" else "FACE over the plate",
        verdict=_verdict(one, target),
        dots=dots,
        line=_line(one, dots),
        target=target,
        target_y=_y(target),
        scores=tuple((score, _y(score)) for score in _SCORES),
        values=tuple(_axis(one.value, low, high)) if dots else (),
        tried=_tried(one),
        notes=tuple(_notes(one, plan)),
    )


def _verdict(one: ShotTuning, target: float) -> str:
    if one.value is None or one.score is None:
        return one.note or "nothing was chosen"
    return f"{one.value:g} was chosen and keeps {one.score:.0f} of 100; asked for: {target:g}"


def _axis(chosen: float | None, low: float, high: float) -> Iterator[tuple[str, float]]:
    """The values below the chart; an end that is too close to the chosen one is left out."""
    middle = _x(low if chosen is None else chosen, low, high)
    for value in dict.fromkeys((low, high)):
        x = _x(value, low, high)
        if chosen is None or value == chosen or abs(x - middle) > _LABEL:
            yield f"{value:g}", x
    if chosen is not None and chosen not in (low, high):
        yield f"{chosen:g}", middle


def _tried(one: ShotTuning) -> str:
    """``28 frames: 0.1 keeps 99, 0.9 keeps 12; the whole shot: 0.43 keeps 91``."""
    groups: dict[str, list[str]] = {}
    whole = _of_whole_shot(one)
    for trial in one.trials:
        frames = "the whole shot" if trial in whole else f"{trial.frames} frames"
        groups.setdefault(frames, []).append(f"{trial.value:g} keeps {trial.score:.0f}")
    return "; ".join(f"{frames}: {', '.join(trials)}" for frames, trials in groups.items())


def _dot(trial: Trial, one: ShotTuning, low: float, high: float) -> DotView:
    is_whole = trial in _of_whole_shot(one)
    kind = "trial" if not is_whole else "chosen" if trial is one.trials[-1] else "whole"
    frames = "the whole shot" if is_whole else f"{trial.frames} frames"
    return DotView(
        x=_x(trial.value, low, high),
        y=_y(trial.score),
        kind=kind,
        text=f"{trial.value:g} keeps {trial.score:.0f} ({frames})",
    )


def _of_whole_shot(one: ShotTuning) -> list[Trial]:
    """The trials that confirm what was chosen: the last ones, with the most frames."""
    most = max((trial.frames for trial in one.trials), default=0)
    return [trial for trial in one.trials if trial.frames == most] if one.value is not None else []


def _line(one: ShotTuning, dots: Sequence[DotView]) -> str:
    """Through the trials of as many frames, the first of each value, by value: only those can be compared."""
    fewest = min((trial.frames for trial in one.trials), default=0)
    first: dict[float, DotView] = {}
    for trial, dot in zip(one.trials, dots, strict=True):
        if trial.frames == fewest:
            first.setdefault(trial.value, dot)
    return " ".join(f"{dot.x:g},{dot.y:g}" for _, dot in sorted(first.items()))


def _notes(one: ShotTuning, plan: PassPlan | None) -> Iterator[str]:
    """Why it was not reached, and whether what is shown here was rendered with it."""
    if one.note and one.value is not None:
        yield f"{one.note}."
    if one.value is not None and plan is not None and one.key.endswith(_STRENGTH):
        rendered = plan.look.strength
        if abs(rendered - one.value) > 5e-4:  # values are chosen in thousandths
            yield f"{plan.label} on this page was rendered with {rendered:g}."


def _x(value: float, low: float, high: float) -> float:
    part = (value - low) / (high - low) if high > low else 0.5
    return round(CHART["left"] + part * (CHART["right"] - CHART["left"]), 1)


def _y(score: float) -> float:
    return round(CHART["bottom"] - min(100.0, max(0.0, score)) / 100 * (CHART["bottom"] - CHART["top"]), 1)
