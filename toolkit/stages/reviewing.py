"""What complete passes have kept of the acting in their plates, shot by shot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from toolkit import __version__
from toolkit.documents import Cut, FaceTracks, PassPlan, Review, Shot, ShotReview, digest
from toolkit.errors import MissingDocument
from toolkit.output import Output
from toolkit.passes import read_frame_keys
from toolkit.progress import SILENT, Progress
from toolkit.review import REVISION, FramePictures, ShotReviewer, open_pictures
from toolkit.settings import Settings
from toolkit.stages.failures import Failures

Watch = Callable[[Shot, Sequence[PassPlan], Iterator[FramePictures]], None]
"""Takes all pictures of a shot and its passes: they take long to read, and others have a use for them."""


def _take_all(_: Shot, __: Sequence[PassPlan], frames: Iterator[FramePictures]) -> None:
    for _frame in frames:
        pass


def review_plans(
    cut: Cut,
    plans: Iterable[PassPlan],
    settings: Settings,
    output: Output,
    *,
    chosen: Collection[str],
    reasons: Mapping[str, Sequence[str]],
    model: Path,
    watch: Watch = _take_all,
    progress: Progress = SILENT,
) -> Review:
    """Compare the complete ``plans`` of ``cut`` with its plates and write what they keep: ``out/review.json``.

    Only the source shots that are ``chosen`` by name are read; the others have what the last review found. ``reasons``
    say why a shot has no plans, by its name; ``watch`` gets the pictures that are read. A shot whose media or layers
    cannot be read is a note, and the others go on, unless ``settings.strict``. ``output`` is locked by this process.
    Raises MediaError, EngineError and OutputNotWritable, and what ``watch`` raises.
    """
    known, by_shot = _read_known(output), defaultdict[str, list[PassPlan]](list)
    for plan in plans:
        by_shot[plan.shot].append(plan)
    failures = Failures(strict=settings.strict)
    reviewed: list[ShotReview] = []
    notes: list[str] = []
    for shot in cut.source_shots():
        last = known.get(shot.name)
        if shot.name not in chosen:
            reviewed += [last] if last is not None else []
        elif not by_shot[shot.name]:
            notes += reasons.get(shot.name, [])
        elif not output.face_track(shot.name).exists():
            notes.append(
                f"{shot.name}: it could not be reviewed: its face track is missing; run '{FaceTracks.made_by}'"
            )
        else:
            with failures.catch(shot):
                own = by_shot[shot.name]
                reviewed.append(
                    _review_shot(shot, own, settings, output, model, known=last, watch=watch, progress=progress)
                )
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
    watch: Watch,
    progress: Progress,
) -> ShotReview:
    tracks = output.read_faces(shot.name)
    confidence = settings.for_shot(shot.name).track.confidence
    layers = digest_layers(plans, output)
    interpolation = settings.delivery.interpolation
    filled = [interpolation] if any(plan.step > 1 for plan in plans) else []
    key = digest(REVISION, tracks.key, confidence, layers, *filled)
    if known is not None and known.key == key:
        return known
    with (
        open_pictures(shot, plans, output.root, interpolation=interpolation) as pictures,
        ShotReviewer(tracks, pictures.clips, model, confidence=confidence) as reviewer,
        progress.stage(f"{shot.name}  review", len(pictures.source_frames)) as advance,
    ):

        def read() -> Iterator[FramePictures]:
            for frame in pictures.frames():
                reviewer.add(frame.source_frame, frame.plate, frame.clips(), frame.matte)
                advance(1)
                yield frame

        watch(shot, plans, read())
        found = reviewer.judge()
    return found.model_copy(update={"key": key, "layers": layers})


def current_reviews(plans: Iterable[PassPlan], output: Output) -> dict[str, ShotReview]:
    """What the last review found of the layers of ``plans``, by shot; nothing of shots that have others since.

    Raises Unreadable and DocumentError.
    """
    known, by_shot = _read_known(output), defaultdict[str, list[PassPlan]](list)
    for plan in plans if known else ():
        by_shot[plan.shot].append(plan)
    return {
        name: known[name]
        for name, own in by_shot.items()
        if name in known and known[name].layers == digest_layers(own, output)
    }


def digest_layers(plans: Iterable[PassPlan], output: Output) -> str:
    """Digest of what determines the layer files of ``plans``. Raises MissingDocument for layers without a record."""
    contents = []
    for plan in plans:
        keys = read_frame_keys(plan, output.root)
        if keys is None:
            raise MissingDocument(output.plan(plan), PassPlan.made_by)
        contents.append(keys.keys)
    return digest(contents)
