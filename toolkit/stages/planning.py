"""``plan``: decide what every frame of every pass is made of."""

from __future__ import annotations

from pathlib import Path

from toolkit.documents import BodyTracks, Cut, FaceTracks, PassPlan, Shot
from toolkit.output import Output, lock_output
from toolkit.passes import plan_passes
from toolkit.settings import Settings
from toolkit.stages.checks import ShotPatterns, check_before_work, tracks_people


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
        for shot in check_before_work(cut, shots, settings, output.root):
            faces = FaceTracks.read(output.face_track(shot.name))
            people = BodyTracks.read(output.body_track(shot.name)) if tracks_people(settings) else None
            plans += plan_shot(cut, shot, faces, people, settings=settings, output=output)
    return plans


def plan_shot(
    cut: Cut, shot: Shot, faces: FaceTracks, people: BodyTracks | None, *, settings: Settings, output: Output
) -> tuple[PassPlan, ...]:
    """The plans of ``shot``, written beside the frames they describe."""
    cut_folder = Path(cut.path).parent
    plans = plan_passes(shot, faces, settings, cut_folder=cut_folder, bodies=people, origin=cut.origin)
    for one in plans:
        one.write(output.plan(one))
    return plans
