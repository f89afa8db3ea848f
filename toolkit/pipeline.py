"""The whole pipeline: a cut goes in, stacked face and body layers come out. Read this first, then ``stages``."""

from __future__ import annotations

from pathlib import Path

from toolkit.documents import Cut
from toolkit.output import lock_output
from toolkit.passes import RenderedPass
from toolkit.plates import open_plate
from toolkit.progress import SILENT, Progress
from toolkit.settings import Settings
from toolkit.stages.checks import check_before_work, check_cut_of_output
from toolkit.stages.choosing import ShotPatterns, find_left_out
from toolkit.stages.failures import Failures
from toolkit.stages.planning import plan_shot
from toolkit.stages.reading import read_source
from toolkit.stages.rendering import open_tools_for, render_shot
from toolkit.stages.reporting import finish_run
from toolkit.stages.run_result import RunResult
from toolkit.stages.tracking import fetch_track_models, track_shot


def run(
    cut: Cut | Path | str,
    out: Path | str,
    settings: Settings | None = None,
    *,
    shots: ShotPatterns = None,
    models: Path | str | None = None,
    replace: bool = False,
    add: bool = False,
    progress: Progress = SILENT,
) -> RunResult:
    """Read ``cut``, track the faces, plan and render the passes shot by shot, conform and review them in ``out``.

    ``cut`` is what ``read_cut`` takes, or what it returned. ``shots`` are shell patterns of shot names, all shots when
    None; ``models`` is a folder with a studio's own copies of the model files; ``replace`` allows an ``out`` that holds
    the layers of another cut, and ``add`` renders the cut beside those that ``out`` holds, with documents of its own
    and source shots in common. Everything that can be checked is checked before the first frame. A shot whose media
    cannot be used is left out, and the others go on, unless ``settings.strict``. Raises what the single stages raise.
    """
    settings = settings or Settings()
    source = read_source(cut, settings, out, add=add, progress=progress)
    cut_name = check_cut_of_output(source, Path(out), replace=replace, add=add).cut
    chosen = check_before_work(source, shots, settings, Path(out))
    rendered: list[RenderedPass] = []
    failures = Failures(strict=settings.strict)
    with lock_output(Path(out), cut=cut_name) as output, open_tools_for(source, chosen, settings) as tools:
        files = fetch_track_models(source, chosen, settings, models, reviews=settings.report.write, progress=progress)
        source.write(output.shots)
        for shot in chosen:
            with failures.catch(shot), open_plate(shot.media) as plate:
                faces, people = track_shot(shot, plate, settings, files, output=output, progress=progress)
                plans = plan_shot(source, shot, faces, people, settings=settings, output=output)
                del faces, people  # a shot's landmarks are large, and the plans hold what is needed of them
                rendered += render_shot(plans, plate, tools, settings=settings, output=output, progress=progress)
        failures.record(source, output)
        failures.check(chosen)
        delivered = finish_run(
            source, chosen, settings, output, models=files.face, failed=failures.reasons, shots=shots, progress=progress
        )
    left_out = {**failures.reasons, **find_left_out(source, shots)}
    return RunResult(delivered=delivered, rendered=tuple(rendered), left_out=left_out, cut_name=cut_name)
