"""The stages of a run, each reading what the one before it wrote: the story's verbs.

Every stage keeps what is already right on disk: a track whose key holds is read instead of made, and a frame whose
content key holds is not painted again. Resuming after a crash and re-rendering after a change are the same thing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from fnmatch import fnmatchcase
from functools import partial
from itertools import product
from pathlib import Path
from typing import Protocol, TypeVar

from toolkit.delivery import check_aep, conform
from toolkit.documents import BodyTracks, Cut, Delivery, EstimatePlan, FaceTracks, GuidePlan, PassPlan, Shot
from toolkit.engines import DepthEstimator, Engine, Watch, open_estimators
from toolkit.errors import MissingDocument, MissingMedia, NoMatchingShot, at
from toolkit.faces import FACE_MODEL, POSE_MODEL, Model, bodies_key, fetch_model, track_bodies, track_faces, track_key
from toolkit.heap import give_back
from toolkit.output import Output, remember_delivery
from toolkit.passes import (
    RenderedPass,
    check_guides,
    plan_passes,
    planned_guides,
    render_passes,
    wanted_passes,
    wants_bodies,
)
from toolkit.plates import Plate, check_encoding
from toolkit.settings import Settings

Tracks = TypeVar("Tracks", FaceTracks, BodyTracks)
Bar = AbstractContextManager[Callable[[int], None]]
"""Shown as long as it is entered; the callable advances it by so many steps."""


class Progress(Protocol):
    """Who is told how far the work is."""

    def stage(self, label: str, total: int) -> Bar:
        """A bar over ``total`` steps; the callable advances it."""

    @property
    def watch(self) -> Watch | None:
        """Who is told how far a single picture is; None when nobody would see it."""


def choose_shots(cut: Cut, patterns: Sequence[str]) -> tuple[Shot, ...]:
    """The shots that match one of the shell ``patterns``; all of them without any.

    Raises NoMatchingShot, and MissingMedia naming every offline source they need: before any work is done.
    """
    chosen = tuple(
        shot for shot in cut.shots if not patterns or any(fnmatchcase(shot.name, pattern) for pattern in patterns)
    )
    if not chosen:
        raise NoMatchingShot(patterns, [shot.name for shot in cut.shots])
    offline = [shot for shot in chosen if not shot.media.online]
    if offline:
        paths = ", ".join(sorted({shot.media.path for shot in offline}))
        raise MissingMedia(paths, f"needed by {', '.join(shot.name for shot in offline)}")
    return chosen


def follow_faces(
    shot: Shot, plate: Plate, settings: Settings, *, model: Path, out: Output, progress: Progress
) -> FaceTracks:
    """The faces of ``shot``: read when what is on disk was made from the same media, range, settings and model."""
    asked = shot, plate, settings.track, model
    bar = progress.stage(f"{shot.name}  faces", len(shot.source_work_range))
    key, make = partial(track_key, *asked), partial(track_faces, *asked)
    return _known_or_made(FaceTracks, out.face_track(shot.name), key, make, bar)


def follow_bodies(
    shot: Shot, plate: Plate, settings: Settings, *, model: Path | None, out: Output, progress: Progress
) -> BodyTracks | None:
    """The people of ``shot``, read where ``follow_faces`` would read; None without a ``model``, as nobody asks."""
    if model is None:
        return None
    asked = shot, plate, settings.track, model
    bar = progress.stage(f"{shot.name}  bodies", len(shot.source_work_range))
    key, make = partial(bodies_key, *asked), partial(track_bodies, *asked)
    return _known_or_made(BodyTracks, out.body_track(shot.name), key, make, bar)


def _known_or_made(
    kind: type[Tracks], path: Path, key: Callable[[], str], make: Callable[[Callable[[int], None]], Tracks], bar: Bar
) -> Tracks:
    """The tracks at ``path`` when ``key`` is theirs; else what ``make`` makes under the ``bar``, written there."""
    if path.exists():
        known = kind.read(path)
        if known.key == key():
            return known
    with bar as tick:
        tracks = make(tick)
    tracks.write(path)
    return tracks


def look_for_packages(settings: Settings) -> None:
    """Make sure, before any work is done, that what ``settings`` ask for beside the engine is installed.

    Raises PackageMissing.
    """
    check_encoding(settings.output.encoding)
    if settings.delivery.aep:
        check_aep()


def look_for_guides(
    cut: Cut, shots: Sequence[Shot], settings: Settings, engine: Engine
) -> Mapping[str, DepthEstimator]:
    """Make sure, before any work is done, that every guide ``engine`` will be shown is there; and what estimates depth.

    Raises MissingMedia and MissingFrames, and what ``obtain_estimators`` raises.
    """
    every: list[GuidePlan | EstimatePlan] = []
    for shot in shots if engine.wants_guides else ():
        with at(shot=shot.name):
            guides = planned_guides(shot.name, settings, beside=Path(cut.path).parent)
            check_guides(shot, guides)
        every += guides
    return obtain_estimators(every, settings, engine)


def obtain_estimators(
    guides: Iterable[GuidePlan | EstimatePlan | None], settings: Settings, engine: Engine
) -> Mapping[str, DepthEstimator]:
    """What estimates the depth in any of ``guides``, by its name, loaded; nothing that ``engine`` is not shown.

    Raises DepthUnavailable.
    """
    wanted = [guide.estimator for guide in guides if engine.wants_guides and isinstance(guide, EstimatePlan)]
    return open_estimators(wanted, settings.diffusers)


def decide(
    cut: Cut, shot: Shot, tracks: FaceTracks, settings: Settings, out: Output, *, bodies: BodyTracks | None = None
) -> tuple[PassPlan, ...]:
    """The plans of ``shot``, written beside the frames they will make; ``bodies`` as ``plan_passes`` takes them."""
    plans = plan_passes(shot, tracks, settings, beside=Path(cut.path).parent, bodies=bodies, origin=cut.origin)
    for plan in plans:
        plan.write(out.plan(plan))
    return plans


def paint(
    plans: Sequence[PassPlan],
    plate: Plate,
    engine: Engine,
    estimators: Mapping[str, DepthEstimator],
    *,
    writers: int,
    out: Output,
    progress: Progress,
) -> list[RenderedPass]:
    """Every frame of ``plans``, on disk."""
    engine.watch = progress.watch
    give_back()  # following the faces has left some 100 MB of small pieces
    with ExitStack() as bars:
        ticks = {
            plan.pass_name: bars.enter_context(progress.stage(f"{plan.shot}  {plan.pass_name}", len(plan.frames)))
            for plan in plans
        }
        return render_passes(
            plans,
            plate,
            engine,
            out.root,
            writers=writers,
            tick=lambda pass_name, count: ticks[pass_name](count),
            estimators=estimators,
        )


def read_plans(shot: Shot, settings: Settings, out: Output) -> list[PassPlan]:
    """The plans an earlier ``decide`` wrote for ``shot``. Raises MissingDocument."""
    version = settings.output.version
    return [PassPlan.read(out.plan_of(shot.name, name, version)) for name in wanted_passes(settings)]


def deliver(cut: Cut, settings: Settings, out: Output) -> Delivery:
    """The return timeline and delivery.json of every pass that is complete in ``out``, by this run or an earlier one.

    Raises MissingDocument when there is none.
    """
    plans: list[PassPlan] = []
    notes: list[str] = []
    for shot, name in product(cut.shots, wanted_passes(settings)):
        path = out.plan_of(shot.name, name, settings.output.version)
        plan = PassPlan.read(path) if path.exists() else None
        missing = _missing_frames(plan, out) if plan else len(shot.source_work_range)
        if plan and not missing:
            plans.append(plan)
        else:
            notes.append(f"{shot.name}: {name} is not in this delivery, {missing} of its frames are not rendered yet")
    if not plans:
        raise MissingDocument(f"a whole pass in {out.root}", "toolkit render OUT")
    delivery = conform(cut, plans, out.root, settings=settings, notes=notes)
    remember_delivery(out.delivery)
    return delivery


def _missing_frames(plan: PassPlan, out: Output) -> int:
    on_disk = set(plan.files(out.root).frames_on_disk())
    return sum(frame.shot_frame not in on_disk for frame in plan.frames)


def obtain_model(folder: Path | None, progress: Progress, wanted: Model = FACE_MODEL) -> Path:
    """The model ``wanted``; a bar appears only when it has to be fetched. Raises ModelUnavailable."""
    with ExitStack() as bars:
        tick: Callable[[int], None] | None = None
        done = 0

        def advance(received: int, expected: int) -> None:
            nonlocal tick, done
            if tick is None and received < expected:
                tick = bars.enter_context(progress.stage(wanted.what, 100))
            if tick is not None:
                reached = 100 * received // expected
                tick(reached - done)
                done = reached

        return fetch_model(wanted, folder=folder, tick=advance)


def obtain_pose_model(
    folder: Path | None, settings: Settings, progress: Progress, engine: Engine | None = None
) -> Path | None:
    """The pose model where a look has a ``body`` control, else None: nothing is fetched that nobody will use.

    With an ``engine``, None as well when it is shown no guides. Raises ModelUnavailable.
    """
    if not wants_bodies(settings) or (engine is not None and not engine.wants_guides):
        return None
    return obtain_model(folder, progress, POSE_MODEL)
