"""The stages of a run, one function each, named like their commands: ``track``, ``plan``, ``render``, ``conform``.

Each stage reads the documents that the stage before it wrote into OUT and keeps what is still valid: a track whose key
matches is read instead of computed, and a frame whose content key matches is not rendered again. Resuming after a crash
and re-rendering after a change are the same thing.
"""

from __future__ import annotations

from toolkit.stages.acting_facts import predict_planned
from toolkit.stages.changes import CutChanges, find_changes
from toolkit.stages.changes_page import check_page_path, write_changes_page
from toolkit.stages.checks import check_before_work
from toolkit.stages.choosing import choose_shots, find_left_out
from toolkit.stages.comparing import compare
from toolkit.stages.conforming import conform, conform_onto
from toolkit.stages.contact_sheet import check_sheet_path, write_contact_sheet
from toolkit.stages.dry_run import check_run
from toolkit.stages.editing import EditRow, ShotEditor, describe_changes, edit_shot, list_edits, read_faces
from toolkit.stages.faces_sheet import DroppedRow, FaceRow, FacesFound, describe_face, list_faces, write_faces_sheet
from toolkit.stages.finish_tasks import FinishTask, plan_finishing
from toolkit.stages.finishing import finish
from toolkit.stages.pairing import Alignment
from toolkit.stages.planning import plan, plan_shot
from toolkit.stages.reading import read_source
from toolkit.stages.rendering import RenderTools, open_render_tools, open_tools_for, render, render_shot
from toolkit.stages.reporting import finish_run, review_passes
from toolkit.stages.run_result import RunResult
from toolkit.stages.shot_settings import chosen_values, write_shot_settings
from toolkit.stages.tracking import TrackModels, fetch_track_models, track, track_shot
from toolkit.stages.tuning import tune
from toolkit.stages.tuning_search import TRIALS as MOST_TRIALS
from toolkit.stages.verifying import Verification, verify

__all__ = [
    "MOST_TRIALS",
    "Alignment",
    "CutChanges",
    "DroppedRow",
    "EditRow",
    "FaceRow",
    "FacesFound",
    "FinishTask",
    "RenderTools",
    "RunResult",
    "ShotEditor",
    "TrackModels",
    "Verification",
    "check_before_work",
    "check_page_path",
    "check_run",
    "check_sheet_path",
    "choose_shots",
    "chosen_values",
    "compare",
    "conform",
    "conform_onto",
    "describe_changes",
    "describe_face",
    "edit_shot",
    "fetch_track_models",
    "find_changes",
    "find_left_out",
    "finish",
    "finish_run",
    "list_edits",
    "list_faces",
    "open_render_tools",
    "open_tools_for",
    "plan",
    "plan_finishing",
    "plan_shot",
    "predict_planned",
    "read_faces",
    "read_source",
    "render",
    "render_shot",
    "review_passes",
    "track",
    "track_shot",
    "tune",
    "verify",
    "write_changes_page",
    "write_contact_sheet",
    "write_faces_sheet",
    "write_shot_settings",
]
