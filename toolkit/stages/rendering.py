"""``render``: render the planned passes and write their layer files."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from toolkit.documents import Cut, EstimatePlan, GuidePlan, LookPlan, PassName, PassPlan, Shot
from toolkit.engines import DepthEstimator, Engine, open_engine, open_estimators
from toolkit.memory import trim_heap
from toolkit.output import Output, lock_output
from toolkit.passes import (
    RenderedPass,
    count_mattes,
    matte_folder,
    planned_guides,
    planned_looks,
    render_passes,
    wanted_passes,
    when_delivered,
    write_mattes,
)
from toolkit.plates import Plate, open_plate
from toolkit.progress import SILENT, Progress
from toolkit.settings import Settings
from toolkit.stages.checks import check_before_rendering, check_disk
from toolkit.stages.choosing import ShotPatterns, choose_by_frames, choose_shots, failed_shots
from toolkit.stages.failures import Failures
from toolkit.stages.planning import planned_version

log = logging.getLogger(__name__)
"""The command line always shows what this module logs: who paints, and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderTools:
    """The engine and the depth estimators, opened and checked before the first frame."""

    engine: Engine
    """Prepared for every look."""
    estimators: Mapping[str, DepthEstimator]
    """Depth estimators by the name that the plans give them; empty when the engine takes no guides."""


def render(
    out: Path | str, settings: Settings | None = None, *, shots: ShotPatterns = None, progress: Progress = SILENT
) -> list[RenderedPass]:
    """Render the passes planned in ``out`` and write their layers; frames that are already up to date are kept.

    ``shots`` are shell patterns of shot names, all shots when None. Engine and look come from the plans; ``settings``
    say which passes and version, and how the engine runs. Returns one ``RenderedPass`` per pass and shot. Raises
    MissingDocument when a shot is not planned yet, CutIncomplete, MissingFrames, EngineError, OutputBusy and
    OutputNotWritable; frames written before an error stay and are complete. Raises ShotsLeftOut at the end if the media
    of some shots could not be used.
    """
    settings = settings or Settings()
    rendered: list[RenderedPass] = []
    failures = Failures(strict=settings.strict)
    with lock_output(Path(out), made_by=Cut.made_by) as output:
        cut = Cut.read(output.shots)
        chosen = choose_by_frames(choose_shots(cut, shots, strict=settings.strict), settings.output.frame_range)
        failed = failed_shots(cut)
        chosen = [one for one in chosen if one.name not in failed or output.face_track(one.name).exists()]
        plans = [one for shot in chosen for one in _read_plans(shot, settings, output)]
        check_before_rendering(chosen, plans, settings)
        check_disk(output.root)
        for name in sorted({one.engine for one in plans}):
            mine = [one for one in plans if one.engine == name]
            looks: dict[PassName, list[LookPlan]] = {}
            for one in mine:
                looks.setdefault(one.pass_name, []).extend(one.looks)
            guides = [guide for one in mine for guide in one.guides if guide is not None]
            with open_render_tools(name, looks, guides, settings) as tools:
                for shot in chosen:
                    with failures.catch(shot), open_plate(shot.media) as plate:
                        own = [one for one in mine if one.shot == shot.name]
                        rendered += render_shot(own, plate, tools, settings=settings, output=output, progress=progress)
    failures.raise_if_any(chosen)
    return rendered


@contextmanager
def open_tools_for(cut: Cut, shots: Sequence[Shot], settings: Settings) -> Iterator[RenderTools]:
    """The tools that render the passes that will be planned for ``shots``; see ``open_render_tools``."""
    folder = Path(cut.path).parent
    guides = [guide for shot in shots for guide in planned_guides(shot.name, settings, cut_folder=folder)]
    with open_render_tools(settings.engine, planned_looks(shots, settings), guides, settings) as tools:
        yield tools


@contextmanager
def open_render_tools(
    name: str,
    looks: Mapping[PassName, Sequence[LookPlan]],
    guides: Iterable[GuidePlan | EstimatePlan],
    settings: Settings,
) -> Iterator[RenderTools]:
    """The engine ``name``, prepared for the ``looks`` of each pass, and the estimators that ``guides`` need.

    Both are closed with the block. Raises EngineUnavailable, DepthUnavailable, and InputError for a file named by the
    settings that does not fit.
    """
    with open_engine(name, settings) as engine:
        log.info("%s paints %s", name, engine.place)
        for pass_name, own in looks.items():
            engine.prepare(dict.fromkeys(own), section=pass_name.lower())
        named = [guide.estimator for guide in guides if engine.wants_guides and isinstance(guide, EstimatePlan)]
        yield RenderTools(engine=engine, estimators=open_estimators(named, settings.diffusers))


def render_shot(
    plans: Sequence[PassPlan],
    plate: Plate,
    tools: RenderTools,
    *,
    settings: Settings,
    output: Output,
    progress: Progress,
) -> list[RenderedPass]:
    """Write every frame of ``plans`` (all of one shot) that is not on disk yet, and the faces' mattes if asked for."""
    tools.engine.step_callback = progress.step_callback
    trim_heap()  # tracking leaves some 100 MB of small freed blocks
    only = settings.output.frame_range
    with ExitStack() as bars:
        advance = {
            one.pass_name: bars.enter_context(progress.stage(f"{one.shot}  {one.pass_name}", len(one.frames_in(only))))
            for one in plans
        }
        rendered = render_passes(
            plans,
            plate,
            tools.engine,
            output.root,
            writers=settings.output.writers,
            when_delivered=when_delivered(settings.output),
            only=only,
            strict=settings.strict,
            advance=advance,
            estimators=tools.estimators,
        )
    for one in (one for one in rendered if one.plan.pass_name is PassName.FACE):
        _write_mattes_of(one.plan, plate, settings, output, progress)
    return rendered


def _write_mattes_of(plan: PassPlan, plate: Plate, settings: Settings, output: Output, progress: Progress) -> None:
    """Write the mattes of a FACE if the settings ask for them; those of an earlier run are kept up to date anyway."""
    if not settings.output.mattes and not matte_folder(plan, output.root).exists():
        return
    only = settings.output.frame_range
    count = count_mattes(plan, only)
    if count:
        with progress.stage(f"{plan.shot}  mattes", count) as advance:
            write_mattes(
                plan,
                output.root,
                has_alpha=plate.has_alpha,
                threads=settings.output.writers,
                only=only,
                advance=advance,
            )


def _read_plans(shot: Shot, settings: Settings, output: Output) -> list[PassPlan]:
    """The plans that an earlier ``plan`` wrote for ``shot``: the newest, or those asked for. Raises MissingDocument."""
    versions = {name: planned_version(output, shot.name, name, settings) for name in wanted_passes(settings)}
    return [PassPlan.read(output.plan_of(shot.name, name, version)) for name, version in versions.items()]
