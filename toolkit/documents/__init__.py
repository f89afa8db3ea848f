"""The documents that cross a process boundary; ``schemas/`` is generated from them, and a test keeps it current.

Every value is frozen and keyword-only. Reading reports unknown and missing fields by name; writing is atomic. Rates and
exact offsets are written as ``"24000/1001"``, so that no host has to guess what 23.976 means.
"""

from __future__ import annotations

from toolkit.documents.base import Document, Point, Value, digest, json_schema, schema_file_name, write_atomically
from toolkit.documents.bodies import BodyFrame, BodyPoints, BodySample, BodyTracks
from toolkit.documents.checksums import Checksums, FileChecksum
from toolkit.documents.cut import Cut, Media, MediaKind, MediaMatch, ReadOptions, Shot, Skipped, SourceShot
from toolkit.documents.delivery import (
    Delivery,
    DeliveryClip,
    DeliveryMarker,
    DeliveryMatte,
    DeliveryTrack,
    FaceKeys,
    Interpolation,
    Motion,
)
from toolkit.documents.faces import (
    DroppedFace,
    DropReason,
    FaceSample,
    FaceState,
    FaceTrack,
    FaceTracks,
    left_out_sentence,
)
from toolkit.documents.finished import Finished
from toolkit.documents.origin import HostColour, Origin
from toolkit.documents.passes import (
    LOSSY_COMPRESSIONS,
    Affine,
    Compression,
    ControlPlan,
    EstimatePlan,
    FacePlan,
    FrameKeys,
    FramePlan,
    GuidePlan,
    LayerEncoding,
    LookPlan,
    LoraPlan,
    MaskBlurPlan,
    MattePlan,
    PassName,
    PassPlan,
    StepPlan,
)
from toolkit.documents.review import (
    ActingReview,
    BlinkReview,
    ClipName,
    ClipReview,
    FaceReview,
    MeasureCurve,
    RegionReview,
    Review,
    ShotReview,
)
from toolkit.documents.tuning import ShotTuning, Trial, Tuning
from toolkit.documents.turnover import HostClip, HostMarker, HostSkipped, Turnover

DOCUMENTS: tuple[type[Document], ...] = (
    Turnover,
    Cut,
    FaceTracks,
    BodyTracks,
    PassPlan,
    FrameKeys,
    Delivery,
    Checksums,
    Review,
    Tuning,
    Finished,
)
"""Every document that has a schema file."""

__all__ = [
    "DOCUMENTS",
    "LOSSY_COMPRESSIONS",
    "ActingReview",
    "Affine",
    "BlinkReview",
    "BodyFrame",
    "BodyPoints",
    "BodySample",
    "BodyTracks",
    "Checksums",
    "ClipName",
    "ClipReview",
    "Compression",
    "ControlPlan",
    "Cut",
    "Delivery",
    "DeliveryClip",
    "DeliveryMarker",
    "DeliveryMatte",
    "DeliveryTrack",
    "Document",
    "DropReason",
    "DroppedFace",
    "EstimatePlan",
    "FaceKeys",
    "FacePlan",
    "FaceReview",
    "FaceSample",
    "FaceState",
    "FaceTrack",
    "FaceTracks",
    "FileChecksum",
    "Finished",
    "FrameKeys",
    "FramePlan",
    "GuidePlan",
    "HostClip",
    "HostColour",
    "HostMarker",
    "HostSkipped",
    "Interpolation",
    "LayerEncoding",
    "LookPlan",
    "LoraPlan",
    "MaskBlurPlan",
    "MattePlan",
    "MeasureCurve",
    "Media",
    "MediaKind",
    "MediaMatch",
    "Motion",
    "Origin",
    "PassName",
    "PassPlan",
    "Point",
    "ReadOptions",
    "RegionReview",
    "Review",
    "Shot",
    "ShotReview",
    "ShotTuning",
    "Skipped",
    "SourceShot",
    "StepPlan",
    "Trial",
    "Tuning",
    "Turnover",
    "Value",
    "digest",
    "json_schema",
    "left_out_sentence",
    "schema_file_name",
    "write_atomically",
]
