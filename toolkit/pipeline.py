"""The story: a cut goes in, stacked face and body layers come out. Read this first, then ``stages``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from toolkit import stages
from toolkit.documents import Delivery
from toolkit.engines import open_engine
from toolkit.errors import at
from toolkit.output import claimed
from toolkit.passes import RenderedPass, planned_looks
from toolkit.plates import open_plate
from toolkit.settings import Settings
from toolkit.turnover import read_cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run: what, how, and where to."""

    cut: Path
    """A timeline, a host's ``turnover.json``, a movie, or an image sequence as ``plate.####.exr``."""
    out: Path
    """The folder that receives everything."""
    settings: Settings
    shots: Sequence[str] = ()
    """Shell patterns of shot names; empty takes every shot."""
    models: Path | None = None
    """A studio's own folder of models; None: the user's cache."""


def run(job: Job, progress: stages.Progress) -> tuple[Delivery, list[RenderedPass]]:
    """Read, follow, decide, paint, deliver."""
    settings = job.settings
    cut = read_cut(job.cut, handles=settings.cut.handles)
    shots = stages.choose_shots(cut, job.shots)
    stages.look_for_packages(settings)
    model = stages.obtain_model(job.models, progress)
    rendered: list[RenderedPass] = []
    with open_engine(settings.engine, settings) as engine, claimed(job.out) as out:
        engine.prepare(planned_looks(shots, settings))
        estimators = stages.look_for_guides(cut, shots, settings, engine)
        poses = stages.obtain_pose_model(job.models, settings, progress, engine)
        cut.write(out.shots)
        for shot in shots:
            with at(shot=shot.name), open_plate(shot.media) as plate:
                tracks = stages.follow_faces(shot, plate, settings, model=model, out=out, progress=progress)
                bodies = stages.follow_bodies(shot, plate, settings, model=poses, out=out, progress=progress)
                plans = stages.decide(cut, shot, tracks, settings, out, bodies=bodies)
                del tracks, bodies  # a shot's landmarks are large, and all that is needed of them is in the plans
                rendered += stages.paint(
                    plans, plate, engine, estimators, writers=settings.output.writers, out=out, progress=progress
                )
        return stages.deliver(cut, settings, out), rendered
