"""Everything that is checked before work starts, in one place: every command and ``toolkit.run`` call this.

Cheap checks only: nothing is downloaded, no server is asked and no model is loaded. The stages open those themselves
(``tracking.fetch_track_models``, ``rendering.open_render_tools``), also before their first frame.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

from toolkit.delivery import check_aep
from toolkit.documents import Cut, EstimatePlan, GuidePlan, PassPlan, Shot
from toolkit.engines import check_engine, find_engine
from toolkit.errors import OtherCut, OutputNotWritable, at
from toolkit.output import Output
from toolkit.passes import check_guides, describe_control, needs_body_tracks, planned_guides
from toolkit.plates import check_encoding
from toolkit.settings import Settings
from toolkit.stages.choosing import ShotPatterns, choose_by_frames, choose_shots
from toolkit.stages.cuts_of_output import find_output, is_version_of
from toolkit.stages.rig_files import find_rig_files

_LEAST_FREE = 64 * 2**20
"""Bytes of free disk space below which no work is started: a few frames would fill it."""


def check_before_work(cut: Cut, patterns: ShotPatterns, settings: Settings, out: Path | None = None) -> list[Shot]:
    """Check all that ``settings`` need for the shots matching ``patterns``, and return these shots.

    Checked are, in this order: the shots and their media, the optional packages, the engine's name and packages, the
    guides, files with faces, and free space for ``out``. Raises NoMatchingShot, NoMatchingFrame, CutIncomplete,
    PackageMissing, UnknownEngine, EngineUnavailable, MissingFrames, NoSuchFile and OutputNotWritable.
    """
    shots = choose_by_frames(choose_shots(cut, patterns, strict=settings.strict), settings.output.frame_range)
    check_packages(settings)
    check_engine(settings.engine, settings)
    if find_engine(settings.engine).wants_guides:
        for shot in shots:
            with at(shot=shot.name):
                check_guides(shot, planned_guides(shot.name, settings, cut_folder=Path(cut.path).parent))
    find_rig_files(cut, shots, settings)
    if out is not None:
        check_disk(out)
    return shots


def check_cut_of_output(cut: Cut, out: Path, *, replace: bool, add: bool = False) -> Output:
    """``out`` with the documents of ``cut``: those of its earlier version, or with ``add`` new ones beside them.

    Raises OtherCut when ``out`` was made from other cuts than ``cut``, unless that one is to be replaced.
    """
    output = find_output(cut, out, add=add)
    if not replace and output.shots.exists():
        known = Cut.read(output.shots)
        if not is_version_of(cut, known):
            raise OtherCut(out, known.name)
    return output


def check_before_rendering(shots: Sequence[Shot], plans: Iterable[PassPlan], settings: Settings) -> None:
    """The same checks for ``plans`` that are on disk already: they name their own engines and guides."""
    check_packages(settings)
    by_name = {shot.name: shot for shot in shots}
    for plan in plans:
        check_engine(plan.engine, settings)
        if find_engine(plan.engine).wants_guides:
            with at(shot=plan.shot):
                check_guides(by_name[plan.shot], _read_or_estimated(plan))


def check_packages(settings: Settings) -> None:
    """Raises PackageMissing when a setting needs an optional package that is not installed."""
    check_encoding(settings.output.encoding)
    if settings.delivery.aep:
        check_aep()


def check_disk(out: Path) -> None:
    """Raises OutputNotWritable when the disk of ``out`` is almost full."""
    existing = next((folder for folder in (out, *out.absolute().parents) if folder.exists()), None)
    if existing is None:
        return
    free = shutil.disk_usage(existing).free
    if free < _LEAST_FREE:
        raise OutputNotWritable(out, f"only {free // 2**20} MB are free on its disk")


def tracks_people(settings: Settings) -> bool:
    """Whether people are tracked beside the faces: a look has a ``body`` control, and the engine takes guides."""
    return needs_body_tracks(settings) and find_engine(settings.engine).wants_guides


def _read_or_estimated(plan: PassPlan) -> dict[GuidePlan | EstimatePlan, str]:
    return {
        guide: describe_control(plan.pass_name, control.kind)
        for control, guide in zip(plan.look.controls, plan.guides, strict=True)
        if guide is not None
    }
