"""``review_passes``: what the delivered passes have kept of the acting in their plates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from toolkit import __version__
from toolkit.documents import Cut, FaceTracks, PassPlan, Review, Shot, ShotReview, digest
from toolkit.errors import MissingDocument
from toolkit.models import FACE_MODEL, fetch_asset
from toolkit.output import Output, lock_output
from toolkit.passes import read_frame_keys
from toolkit.progress import SILENT, Progress
from toolkit.review import REVISION, ShotReviewer, open_pictures
from toolkit.settings import Settings
from toolkit.stages.choosing import ShotPatterns, choose_shots
from toolkit.stages.conforming import choose_passes
from toolkit.stages.failures import Failures


def review_passes(
    out: Path | str,
    settings: Settings | None = None,
    *,
    shots: ShotPatterns = None,
    models: Path | str | None = None,
    cut_name: str = "",
    progress: Progress = SILENT,
) -> Review:
    """Measure what FACE over BODY, and BODY alone, have kept of the acting in the plate: ``out/review.json``.

    Of each shot it takes the versions that ``conform`` delivers. ``shots`` are shell patterns of shot names, all shots
    when None; ``models`` is a folder with a studio's own copy of the face model; ``cut_name`` is that of a cut that was
    added to ``out``. Shots that have not changed since the last review keep theirs. A shot whose media or layers cannot
    be read is a note, and the others go on, unless ``settings.strict``. Raises MissingDocument when nothing is
    rendered, NoMatchingShot, CutIncomplete, AssetUnavailable, MediaError, EngineError, OutputBusy and
    OutputNotWritable.
    """
    settings = settings or Settings()
    with lock_output(Path(out), cut=cut_name, made_by=Cut.made_by) as output:
        cut = Cut.read(output.shots)
        chosen = choose_shots(cut, shots, strict=settings.strict)
        model = fetch_asset(FACE_MODEL, folder=None if models is None else Path(models), progress=progress)
        return review_output(cut, chosen, settings, output, model, progress=progress)


def review_output(
    cut: Cut, chosen: Sequence[Shot], settings: Settings, output: Output, model: Path, *, progress: Progress = SILENT
) -> Review:
    """The same for an ``output`` that this process has locked already, and the ``chosen`` source shots of ``cut``."""
    plans, reasons = choose_passes(chosen, settings, output)
    known = _read_known(output)
    names = {shot.name for shot in chosen}
    failures = Failures(strict=settings.strict)
    reviewed, notes = [], []
    for shot in cut.source_shots():
        own = [plan for plan in plans if plan.shot == shot.name]
        if shot.name not in names:
            reviewed += [known[shot.name]] if shot.name in known else []
        elif not own:
            notes += reasons.get(shot.name, [])
        else:
            with failures.catch(shot):
                last = known.get(shot.name)
                reviewed.append(_review_shot(shot, own, settings, output, model, known=last, progress=progress))
    notes += [f"{name}: it could not be reviewed: {reason}" for name, reason in failures.reasons.items()]
    review = Review(toolkit=__version__, shots=tuple(reviewed), notes=tuple(notes))
    review.write(output.review)
    return review


def _read_known(output: Output) -> dict[str, ShotReview]:
    """What the last review found, by shot."""
    if not output.review.exists():
        return {}
    return {shot.shot: shot for shot in Review.read(output.review).shots}


def _review_shot(
    shot: Shot,
    plans: Sequence[PassPlan],
    settings: Settings,
    output: Output,
    model: Path,
    *,
    known: ShotReview | None,
    progress: Progress,
) -> ShotReview:
    tracks = FaceTracks.read(output.face_track(shot.name))
    confidence = settings.for_shot(shot.name).track.confidence
    key = digest(REVISION, tracks.key, confidence, [_content(plan, output) for plan in plans])
    if known is not None and known.key == key:
        return known
    with (
        open_pictures(shot, plans, output.root) as pictures,
        ShotReviewer(tracks, pictures.clips, model, confidence=confidence) as reviewer,
        progress.stage(f"{shot.name}  review", len(pictures.source_frames)) as advance,
    ):
        for frame in pictures.frames():
            reviewer.add(frame.source_frame, frame.plate, frame.clips(), frame.matte)
            advance(1)
        found = reviewer.judge()
    return found.model_copy(update={"key": key})


def _content(plan: PassPlan, output: Output) -> Sequence[str]:
    """What determines the layer files of ``plan``. Raises MissingDocument for layers without a record."""
    keys = read_frame_keys(plan, output.root)
    if keys is None:
        raise MissingDocument(output.plan(plan), PassPlan.made_by)
    return keys.keys
