"""``run --dry-run``: read and check everything that a run would, and say what it would do; write nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit.documents import BodyTracks, Cut, FaceTracks, PassName, PassPlan, Shot
from toolkit.output import Output
from toolkit.passes import (
    PassForecast,
    forecast_passes,
    forecast_untracked,
    planned_frames,
    resolve_look,
    wanted_passes,
    when_delivered,
)
from toolkit.plates import Plate, open_plate
from toolkit.progress import SILENT, Progress
from toolkit.settings import Settings
from toolkit.stages.checks import check_before_work, check_cut_of_output
from toolkit.stages.choosing import ShotPatterns, find_left_out
from toolkit.stages.failures import Failures
from toolkit.stages.planning import decide_plans
from toolkit.stages.reading import read_source
from toolkit.stages.rendering import RenderTools, open_tools_for
from toolkit.stages.rig_files import read_rig_files
from toolkit.stages.tracking import TrackModels, fetch_track_models, read_current_tracks


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What a run would do."""

    cut: Cut
    """With the chosen shots."""
    passes: tuple[PassForecast, ...]
    """Shot by shot, bottom to top."""
    left_out: Mapping[str, str]
    """Shots that cannot be rendered, in whole or in part, by name; with the reasons."""


def check_run(
    cut: Path | str,
    out: Path | str,
    settings: Settings,
    *,
    shots: ShotPatterns = None,
    models: Path | str | None = None,
    replace: bool = False,
    add: bool = False,
    progress: Progress = SILENT,
) -> DryRun:
    """Read and check everything that ``run`` would, the engine's server and models included, and what is in ``out``.

    Writes nothing there. For a shot that is tracked already it plans the passes and compares every frame with what is
    on disk; of others only the number of frames is known. ``progress`` shows the search for cuts. Raises what ``run``
    raises before its first frame.
    """
    source = read_source(cut, settings, out, add=add, progress=progress)
    output = check_cut_of_output(source, Path(out), replace=replace, add=add)
    chosen = check_before_work(source, shots, settings, Path(out))
    read_rig_files(source, chosen, settings)  # without a track, nothing else would
    found: list[PassForecast] = []
    failures = Failures(strict=settings.strict)
    # Without any track there is nothing to compare with, and no model is fetched for that answer.
    is_tracked = any(output.face_track(shot.name).exists() for shot in chosen)
    files = fetch_track_models(source, chosen, settings, models, progress=SILENT) if is_tracked else None
    with open_tools_for(source, chosen, settings) as tools:
        for shot in chosen:
            with failures.catch(shot), open_plate(shot.media) as plate:
                tracks = None if files is None else _read_tracks(shot, plate, settings, files, output)
                if tracks is None:
                    found += [
                        forecast_untracked(shot.name, name, _count_frames(shot, name, settings), plate)
                        for name in wanted_passes(settings)
                    ]
                else:
                    plans = decide_plans(source, shot, *tracks, settings=settings, output=output)
                    found += _forecast(plans, plate, tools, settings, output)
    failures.check(chosen)
    left_out = {**failures.reasons, **find_left_out(source, shots)}
    names = {shot.name for shot in chosen}
    uses = tuple(shot for shot in source.shots if shot.rendered_name in names)
    return DryRun(cut=source.model_copy(update={"shots": uses}), passes=tuple(found), left_out=left_out)


def _count_frames(shot: Shot, name: PassName, settings: Settings) -> int:
    """How many frames would be rendered; at most so many of a pass on ``auto``."""
    only = settings.output.frame_range
    frames = planned_frames(shot, resolve_look(name, shot.name, settings))
    return sum(only is None or shot.frame_map.shot_frame(frame) in only for frame in frames)


def _read_tracks(
    shot: Shot, plate: Plate, settings: Settings, files: TrackModels, output: Output
) -> tuple[FaceTracks, BodyTracks | None] | None:
    if not output.face_track(shot.name).exists():
        return None
    return read_current_tracks(shot, plate, settings, files, output)


def _forecast(
    plans: Sequence[PassPlan], plate: Plate, tools: RenderTools, settings: Settings, output: Output
) -> list[PassForecast]:
    policy = when_delivered(settings.output)
    return forecast_passes(
        plans,
        plate,
        tools.engine,
        output.root,
        when_delivered=policy,
        only=settings.output.frame_range,
        estimators=tools.estimators,
    )
