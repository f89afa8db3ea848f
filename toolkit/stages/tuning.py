"""``tune``: the strongest settings that keep the acting, shot by shot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from toolkit import __version__
from toolkit.documents import ClipName, Cut, FaceTracks, PassName, PassPlan, Shot, ShotTuning, Trial, Tuning
from toolkit.frames import FrameRange
from toolkit.output import Output, lock_output
from toolkit.passes import WhenDelivered, render_passes
from toolkit.plates import Plate, open_plate
from toolkit.progress import SILENT, Advance, Progress
from toolkit.review import ShotReviewer, choose_telling_runs, open_pictures
from toolkit.settings import Settings, Variation
from toolkit.stages.checks import check_before_work, check_cut_of_output
from toolkit.stages.choosing import ShotPatterns
from toolkit.stages.failures import Failures
from toolkit.stages.planning import make_plans
from toolkit.stages.reading import read_source
from toolkit.stages.rendering import RenderTools, open_tools_for
from toolkit.stages.tracking import TrackModels, fetch_track_models, track_shot
from toolkit.stages.tuning_search import TRIALS, Search

RUNS = 7
"""Stretches of four frames that are rendered for a trial."""
_MISSED = 2.0
"""Points below the target at which the whole shot is tried again with a corrected value."""
DEFAULT_VARIATIONS = (Variation(key="face.strength", low=0.1, high=0.9),)
"""What is varied unless something else is asked for."""
_CLIPS = {"face": ClipName.COMPOSITE, "body": ClipName.BODY}
"""What is judged for a setting of a pass."""


def tune(
    cut: Cut | Path | str,
    out: Path | str,
    settings: Settings | None = None,
    *,
    target: float = 90.0,
    vary: Sequence[Variation] = (),
    shots: ShotPatterns = None,
    models: Path | str | None = None,
    progress: Progress = SILENT,
) -> Tuning:
    """Find, for every shot, the value of each of ``vary`` that changes most and keeps ``target`` of the acting.

    Without ``vary``: ``face.strength`` from 0.1 to 0.9. ``target`` is a score, 0 to 100: of FACE over the plate for
    settings of FACE, of BODY alone for its own. A trial renders ``RUNS`` stretches of four frames, where the face acts
    most, under ``out/trials``; there are at most ``TRIALS`` of each shot and setting. What is chosen is confirmed on
    the whole shot, and corrected once. Writes ``out/tuning.json``; no setting is changed. A shot whose media cannot be
    used is left out, unless ``settings.strict``. Raises what ``run`` raises.
    """
    settings = settings or Settings()
    vary = vary or DEFAULT_VARIATIONS
    source = read_source(cut, settings, out, progress=progress)
    cut_name = check_cut_of_output(source, Path(out), replace=False).cut
    chosen = check_before_work(source, shots, settings, Path(out))
    found: list[ShotTuning] = []
    failures = Failures(strict=settings.strict)
    with lock_output(Path(out), cut=cut_name) as output, open_tools_for(source, chosen, settings) as tools:
        files = fetch_track_models(source, chosen, settings, models, reviews=True, progress=progress)
        source.write(output.shots)
        for shot in chosen:
            with failures.catch(shot), open_plate(shot.media) as plate:
                stage = _Stage(
                    cut=source, shot=shot, plate=plate, tools=tools, models=files, output=output, progress=progress
                )
                found += [_tune_shot(stage, settings, one, target) for one in vary]
        failures.check(chosen)
        tuning = Tuning(toolkit=__version__, target=target, shots=tuple(found))
        tuning.write(output.tuning)
    return tuning


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stage:
    """What trials of one shot need."""

    cut: Cut
    shot: Shot
    plate: Plate
    tools: RenderTools
    models: TrackModels
    output: Output
    progress: Progress

    def measure(self, settings: Settings, clip: ClipName, runs: Sequence[FrameRange]) -> float | None:
        """What is kept in ``runs`` of source frames, rendered with ``settings``; None: nothing acts."""
        faces, people = track_shot(
            self.shot, self.plate, settings, self.models, output=self.output, progress=self.progress
        )
        plans = make_plans(self.cut, self.shot, faces, people, settings=settings)
        self._prepare(plans)
        for run in runs:
            self._render(plans, run, settings)
        return self._judge(plans, faces, settings, clip, [frame for run in runs for frame in run])

    def _prepare(self, plans: Sequence[PassPlan]) -> None:
        for plan in plans:
            self.tools.engine.prepare(plan.looks, section=plan.pass_name.lower())

    def _render(self, plans: Sequence[PassPlan], run: FrameRange, settings: Settings) -> None:
        first = self.shot.frame_map.shot_frame(run.first)
        render_passes(
            plans,
            self.plate,
            self.tools.engine,
            self.output.trials,
            writers=settings.output.writers,
            when_delivered=WhenDelivered.OVERWRITE,
            only=FrameRange.of(first, len(run)),
            estimators=self.tools.estimators,
            strict=settings.strict,
        )

    def _judge(
        self, plans: Sequence[PassPlan], faces: FaceTracks, settings: Settings, clip: ClipName, frames: Sequence[int]
    ) -> float | None:
        confidence = settings.for_shot(self.shot.name).track.confidence
        with (
            open_pictures(self.shot, plans, self.output.trials) as pictures,
            ShotReviewer(faces, [clip], self.models.detectors.landmarker, confidence=confidence) as reviewer,
        ):
            for frame in pictures.frames(frames):
                reviewer.add(frame.source_frame, frame.plate, {clip: frame.clips()[clip]})
            return reviewer.judge().faces[0].acting.score


def _tune_shot(stage: _Stage, settings: Settings, variation: Variation, target: float) -> ShotTuning:
    """The value for one shot."""
    shot, clip = stage.shot, _CLIPS[variation.section]
    own = _with_needed_passes(settings.for_shot(shot.name), clip)
    faces, _ = track_shot(shot, stage.plate, own, stage.models, output=stage.output, progress=stage.progress)
    runs = choose_telling_runs(faces, RUNS)
    search = Search(variation=variation, settings=own, target=target)
    with stage.progress.stage(f"{shot.name}  {variation.key}", TRIALS + 1) as advance:
        is_judged = _try_values(stage, search, clip, runs, advance) and _confirm(stage, search, clip)
        advance(TRIALS + 1 - len(search.trials))
    chosen = search.trials[-1] if is_judged else None
    return ShotTuning(
        shot=shot.name,
        pass_name=PassName(variation.section.upper()),
        key=variation.key,
        trials=tuple(search.trials),
        value=None if chosen is None else chosen.value,
        score=None if chosen is None else chosen.score,
        note=_explain(search, chosen),
    )


def _try_values(stage: _Stage, search: Search, clip: ClipName, runs: Sequence[FrameRange], advance: Advance) -> bool:
    """Try values in ``runs`` of frames until one is close to the target; False if nothing can be judged."""
    if not runs:
        return False
    while (value := search.next_value()) is not None:
        score = stage.measure(search.variation.apply(search.settings, value), clip, runs)
        if score is None:
            return False
        search.add(value, score, sum(map(len, runs)))
        advance(1)
    return True


def _explain(search: Search, chosen: Trial | None) -> str:
    if chosen is None:
        return "nothing was chosen: no face acts in it, or it is found in too few frames"
    if chosen.score >= search.target - _MISSED:
        return ""
    limits = search.variation.low, search.variation.high
    if chosen.value in limits:
        return f"no value from {limits[0]:g} to {limits[1]:g} keeps {search.target:g}"
    return f"the whole shot keeps less than its trials; ask for more than {search.target:g}, or set it by hand"


def _with_needed_passes(settings: Settings, clip: ClipName) -> Settings:
    """Only the pass that is judged, on ones: FACE is judged over the plate, whose acting is whole around it."""
    output = replace(settings.output, passes="FACE" if clip is ClipName.COMPOSITE else "BODY", version=0, frames="")
    body, face = replace(settings.body, on="ones"), replace(settings.face, on="ones")
    return replace(settings, output=output, body=body, face=face)


def _confirm(stage: _Stage, search: Search, clip: ClipName) -> bool:
    """Measure what was chosen on the whole shot, and once more with a corrected value if that misses the target."""
    whole = stage.shot.source_work_range
    value = search.best_value()
    for is_last in (False, True):
        score = stage.measure(search.variation.apply(search.settings, value), clip, [whole])
        if score is None:
            return False
        search.add(value, score, len(whole))
        corrected = search.best_value(short_by=search.target - score)
        if is_last or score >= search.target - _MISSED or corrected == value:
            return True
        value = corrected
    return True
