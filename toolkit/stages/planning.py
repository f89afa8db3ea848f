"""``plan``: decide what every frame of every pass is made of."""

from __future__ import annotations

from pathlib import Path

from toolkit.documents import BodyTracks, Cut, FaceTracks, Occluders, PassName, PassPlan, Shot
from toolkit.engines import find_engine
from toolkit.faces import add_occluders
from toolkit.output import Output, lock_output
from toolkit.passes import plan_passes, protect_delivered, when_delivered
from toolkit.settings import Settings
from toolkit.stages.acting_facts import find_acting_facts
from toolkit.stages.checks import check_before_work, tracks_people
from toolkit.stages.choosing import ShotPatterns, failed_shots
from toolkit.stages.editing import edit_tracks
from toolkit.stages.given_mattes import find_mattes


def plan(out: Path | str, settings: Settings | None = None, *, shots: ShotPatterns = None) -> list[PassPlan]:
    """Plan the passes of the shots tracked in ``out``: ``out/<shot>/<pass>/v001/plan.json``.

    Reads no pixels. ``shots`` are shell patterns of shot names, all shots when None. Returns the plans shot by shot,
    BODY before FACE. Raises MissingDocument when a shot is not tracked yet, what ``check_before_work`` raises,
    OutputBusy and OutputNotWritable.
    """
    settings = settings or Settings()
    plans: list[PassPlan] = []
    with lock_output(Path(out), made_by=Cut.made_by) as output:
        cut = Cut.read(output.shots)
        failed = failed_shots(cut)
        for shot in check_before_work(cut, shots, settings, output.root):
            if shot.name in failed and not output.face_track(shot.name).exists():
                continue
            own = settings.for_shot(shot.name)
            faces = edit_tracks(FaceTracks.read(output.face_track(shot.name)), output)
            if own.track.occluders:
                faces = add_occluders(faces, Occluders.read(output.occluders(shot.name)))
            people = BodyTracks.read(output.body_track(shot.name)) if tracks_people(own) else None
            plans += plan_shot(cut, shot, faces, people, settings=settings, output=output)
    return plans


def plan_shot(
    cut: Cut, shot: Shot, faces: FaceTracks, people: BodyTracks | None, *, settings: Settings, output: Output
) -> tuple[PassPlan, ...]:
    """The plans of ``shot``, written beside the frames they describe. Raises VersionDelivered."""
    plans = decide_plans(cut, shot, faces, people, settings=settings, output=output)
    for one in plans:
        one.write(output.plan(one))
    return plans


def decide_plans(
    cut: Cut, shot: Shot, faces: FaceTracks, people: BodyTracks | None, *, settings: Settings, output: Output
) -> tuple[PassPlan, ...]:
    """The plans of ``shot`` in the versions to write. Raises VersionDelivered."""
    planned = make_plans(cut, shot, faces, people, settings=settings)
    return tuple(_choose_version(one, output, settings) for one in planned)


def make_plans(
    cut: Cut, shot: Shot, faces: FaceTracks, people: BodyTracks | None, *, settings: Settings
) -> tuple[PassPlan, ...]:
    """The plans of ``shot`` for the engine of ``settings``, in no version yet.

    Raises UnsupportedMedia for mattes beside the cut that cannot be meant.
    """
    cut_folder = Path(cut.path).parent
    return plan_passes(
        shot,
        faces,
        settings,
        cut_folder=cut_folder,
        bodies=people,
        origin=cut.origin,
        with_shapes=find_engine(settings.engine).wants_faces,
        acting=find_acting_facts(shot, faces, settings),
        mattes=find_mattes(shot, faces, settings, cut_folder=cut_folder),
    )


def planned_version(output: Output, shot_name: str, pass_name: PassName, settings: Settings) -> int:
    """The version that the settings ask for, or else the newest that is planned; 1 if none is."""
    return settings.output.version or max(output.versions(shot_name, pass_name), default=1)


def _choose_version(plan: PassPlan, output: Output, settings: Settings) -> PassPlan:
    """``plan`` as the version to write; as a new one if that has been delivered with another plan."""
    plan = plan.with_version(planned_version(output, plan.shot, plan.pass_name, settings))
    path = output.plan(plan)
    is_changed = path.exists() and PassPlan.read(path).digest() != plan.digest()
    return protect_delivered(plan, output.root, when_delivered(settings.output), is_changed=is_changed)
