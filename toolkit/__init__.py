"""Frame-exact face and body re-render passes for DaVinci Resolve and After Effects.

The public API. Everything in ``__all__`` is stable from 0.1 on; it is imported on first use, so that ``import toolkit``
is instant. A run from Python::

    import toolkit

    cut = toolkit.read_cut("cut.otio", handles=8)
    settings = toolkit.load_settings(preset="draft", overrides={"output.passes": "FACE"})
    toolkit.track(cut, "out", settings, shots=["sh02*"])
    toolkit.plan("out", settings, shots=["sh02*"])
    toolkit.render("out", settings, shots=["sh02*"])
    delivery = toolkit.conform("out", settings)
    review = toolkit.review_passes("out", settings)

``pipeline.py`` shows the order of the stages; the first line of each subpackage says what it is for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toolkit.documents import (
        BodySample,
        BodyTracks,
        Cut,
        Delivery,
        DeliveryClip,
        DeliveryTrack,
        FaceEdits,
        FaceSample,
        FaceState,
        FaceTrack,
        FaceTracks,
        Media,
        PassName,
        PassPlan,
        ReadOptions,
        Review,
        RigFaces,
        Shot,
        ShotReview,
        Turnover,
    )
    from toolkit.errors import (
        AssetUnavailable,
        CorruptMedia,
        CutIncomplete,
        DeliveryDamaged,
        DepthUnavailable,
        DocumentError,
        EmptyCut,
        EngineError,
        EngineFailed,
        EngineUnavailable,
        InputError,
        MediaChanged,
        MediaError,
        MissingDocument,
        MissingFrames,
        MissingMedia,
        NoInfotext,
        NoMatchingFrame,
        NoMatchingShot,
        NoSuchFile,
        OtherCut,
        OutputBusy,
        OutputNotWritable,
        PackageMissing,
        ResultUnusable,
        SettingsError,
        ShotsLeftOut,
        ToolkitError,
        UnknownEngine,
        Unreadable,
        UnreadableCut,
        UnsupportedMedia,
        UntrustedSettings,
        VersionDelivered,
        WorkflowError,
    )
    from toolkit.frames import FrameMap, FrameRange
    from toolkit.passes import RenderedPass
    from toolkit.pipeline import run
    from toolkit.progress import SILENT, Advance, Progress, SilentProgress, StepCallback
    from toolkit.settings import (
        BodySettings,
        ControlSettings,
        CutSettings,
        DeliverySettings,
        DiffusersSettings,
        FaceSettings,
        LoraSettings,
        MatteSettings,
        OutputSettings,
        PlateSettings,
        PromptSettings,
        ReportSettings,
        ServerSettings,
        Settings,
        TrackSettings,
        load_settings,
    )
    from toolkit.stages import Alignment, RunResult, compare, conform, plan, read_faces, render, review_passes, track
    from toolkit.turnover import read_cut

__version__ = "0.1.0"

_HOMES = {
    "documents": (
        "BodySample", "BodyTracks", "Cut", "Delivery", "DeliveryClip", "DeliveryTrack", "FaceEdits", "FaceSample",
        "FaceState", "FaceTrack", "FaceTracks", "Media", "PassName", "PassPlan", "ReadOptions", "Review", "RigFaces",
        "Shot", "ShotReview", "Turnover",
    ),
    "errors": (
        "AssetUnavailable", "CorruptMedia", "CutIncomplete", "DeliveryDamaged", "DepthUnavailable", "DocumentError",
        "EmptyCut", "EngineError", "EngineFailed", "EngineUnavailable", "InputError", "MediaChanged", "MediaError",
        "MissingDocument", "MissingFrames", "MissingMedia", "NoInfotext", "NoMatchingFrame", "NoMatchingShot",
        "NoSuchFile", "OtherCut", "OutputBusy", "OutputNotWritable", "PackageMissing", "ResultUnusable",
        "SettingsError", "ShotsLeftOut", "ToolkitError", "UnknownEngine", "Unreadable", "UnreadableCut",
        "UnsupportedMedia", "UntrustedSettings", "VersionDelivered", "WorkflowError",
    ),
    "frames": ("FrameMap", "FrameRange",),
    "passes": ("RenderedPass",),
    "pipeline": ("run",),
    "progress": ("Advance", "Progress", "SILENT", "SilentProgress", "StepCallback",),
    "settings": (
        "BodySettings", "ControlSettings", "CutSettings", "DeliverySettings", "DiffusersSettings", "FaceSettings",
        "LoraSettings", "MatteSettings", "OutputSettings", "PlateSettings", "PromptSettings", "ReportSettings",
        "ServerSettings", "Settings", "TrackSettings", "load_settings",
    ),
    "stages": (
        "Alignment", "RunResult", "compare", "conform", "plan", "read_faces", "render", "review_passes", "track",
    ),
    "turnover": ("read_cut",),
}  # fmt: skip
"""Module of this package: the public names it defines."""

__all__ = [
    "SILENT",
    "Advance",
    "Alignment",
    "AssetUnavailable",
    "BodySample",
    "BodySettings",
    "BodyTracks",
    "ControlSettings",
    "CorruptMedia",
    "Cut",
    "CutIncomplete",
    "CutSettings",
    "Delivery",
    "DeliveryClip",
    "DeliveryDamaged",
    "DeliverySettings",
    "DeliveryTrack",
    "DepthUnavailable",
    "DiffusersSettings",
    "DocumentError",
    "EmptyCut",
    "EngineError",
    "EngineFailed",
    "EngineUnavailable",
    "FaceEdits",
    "FaceSample",
    "FaceSettings",
    "FaceState",
    "FaceTrack",
    "FaceTracks",
    "FrameMap",
    "FrameRange",
    "InputError",
    "LoraSettings",
    "MatteSettings",
    "Media",
    "MediaChanged",
    "MediaError",
    "MissingDocument",
    "MissingFrames",
    "MissingMedia",
    "NoInfotext",
    "NoMatchingFrame",
    "NoMatchingShot",
    "NoSuchFile",
    "OtherCut",
    "OutputBusy",
    "OutputNotWritable",
    "OutputSettings",
    "PackageMissing",
    "PassName",
    "PassPlan",
    "PlateSettings",
    "Progress",
    "PromptSettings",
    "ReadOptions",
    "RenderedPass",
    "ReportSettings",
    "ResultUnusable",
    "Review",
    "RigFaces",
    "RunResult",
    "ServerSettings",
    "Settings",
    "SettingsError",
    "Shot",
    "ShotReview",
    "ShotsLeftOut",
    "SilentProgress",
    "StepCallback",
    "ToolkitError",
    "TrackSettings",
    "Turnover",
    "UnknownEngine",
    "Unreadable",
    "UnreadableCut",
    "UnsupportedMedia",
    "UntrustedSettings",
    "VersionDelivered",
    "WorkflowError",
    "__version__",
    "compare",
    "conform",
    "load_settings",
    "plan",
    "read_cut",
    "read_faces",
    "render",
    "review_passes",
    "run",
    "track",
]


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it."""
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
