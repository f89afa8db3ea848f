"""``finish``: shots go through Topaz Video AI, and what that has left of the acting is measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from toolkit.documents import ClipName, Cut, FaceTracks, Finished, PassName, ShotReview
from toolkit.models import FACE_MODEL, fetch_asset
from toolkit.output import Output, lock_output
from toolkit.plates import open_plate, probe
from toolkit.progress import SILENT, Progress
from toolkit.review import ShotReviewer
from toolkit.settings import Settings
from toolkit.stages.checks import check_disk
from toolkit.stages.choosing import ShotPatterns
from toolkit.stages.failures import Failures
from toolkit.stages.finish_movies import make_movie, remove_unfinished
from toolkit.stages.finish_tasks import FinishTask, plan_tasks
from toolkit.stages.pairing import are_alike
from toolkit.topaz import Program, Recipe


def finish(
    out: Path | str,
    recipe: Recipe,
    program: Program,
    settings: Settings | None = None,
    *,
    pass_name: PassName | None = None,
    shots: ShotPatterns = None,
    again: bool = False,
    models: Path | str | None = None,
    cut_name: str = "",
    progress: Progress = SILENT,
) -> tuple[list[Finished], dict[str, str]]:
    """Carry out ``recipe`` on the complete passes in ``out``, shot by shot: ``out/finished/<shot>.mov`` and ``.json``.

    ``pass_name`` FACE is finished over the plate, BODY alone, and None is FACE over BODY. A movie that was made of the
    same pictures by the same commands is kept, unless ``again``. Returns what is there now, and why shots are left out,
    by name. Raises MissingDocument when no such pass is complete, NoMatchingShot, SettingsError if the recipe does not
    fit, AssetUnavailable, EngineUnavailable, EngineFailed, OutputBusy, OutputNotWritable, and a MediaError if all
    shots have one or ``settings.strict``.
    """
    settings = settings or Settings()
    check_disk(Path(out))
    failures = Failures(strict=settings.strict)
    with lock_output(Path(out), cut=cut_name, made_by=Cut.made_by) as output:
        tasks, left_out = plan_tasks(output, recipe, settings, pass_name, shots)
        remove_unfinished(output.finished)
        model = fetch_asset(FACE_MODEL, folder=None if models is None else Path(models), progress=progress)
        found = []
        for task in tasks:
            with failures.catch(task.shot):
                made = make_movie(task, program, output, again=again, progress=progress)
                found.append(_with_review(made, task, output, settings=settings, model=model, progress=progress))
        failures.check([task.shot for task in tasks])
    return found, {**left_out, **failures.reasons}


def _with_review(
    made: Finished, task: FinishTask, output: Output, *, settings: Settings, model: Path, progress: Progress
) -> Finished:
    """``made`` with what is left of the acting, or with why that is not measured; and so on disk."""
    if made.review is not None:
        return made
    reason = _why_not(made, task, output)
    review = None if reason else _measure(made, task, output, settings=settings, model=model, progress=progress)
    told = made.model_copy(update={"review": review, "not_measured": reason})
    told.write(output.finished / f"{task.name}.json")
    return told


def _why_not(made: Finished, task: FinishTask, output: Output) -> str:
    plate = task.plans[0]
    if not output.face_track(task.shot.name).exists():
        return f"its face track is missing; run '{FaceTracks.made_by}'"
    if task.job.is_stabilised:
        return "it is stabilised, so that its faces are not where they are in the plate"
    if made.frames_each.denominator != 1:
        return f"it has {float(made.frames_each):g} frames for each of the plate, so that most show other moments"
    if not are_alike((plate.width, plate.height), (made.width, made.height)):
        return f"it is {made.width}x{made.height}, and the plate {plate.width}x{plate.height}: other proportions"
    return ""


def _measure(
    made: Finished, task: FinishTask, output: Output, *, settings: Settings, model: Path, progress: Progress
) -> ShotReview:
    """Compare the clip, and the frames of the movie that show the same moments, with the plate."""
    tracks = output.read_faces(task.shot.name)
    confidence = settings.for_shot(task.shot.name).track.confidence
    with (
        task.open_pictures(output.root) as pictures,
        open_plate(probe(output.finished / made.movie)) as movie,
        ShotReviewer(tracks, [task.clip, ClipName.RESULT], model, confidence=confidence) as reviewer,
        progress.stage(f"{task.name}  acting", len(pictures.source_frames)) as advance,
    ):
        same = _same_moments(made, len(pictures.source_frames))
        for frame, (_, result) in zip(pictures.frames(), movie.frames_8bit(same), strict=True):
            clips = {task.clip: frame.clips()[task.clip], ClipName.RESULT: result}
            reviewer.add(frame.source_frame, frame.plate, clips)
            advance(1)
        return reviewer.judge()


def _same_moments(made: Finished, count: int) -> Sequence[int]:
    """The frames of the movie that show the ``count`` frames of the plate."""
    return range(0, count * made.frames_each.numerator, made.frames_each.numerator)
