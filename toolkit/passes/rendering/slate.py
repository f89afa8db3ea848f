"""The slate: identity and provenance written into every frame's header."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from toolkit.documents import FramePlan, PassPlan, Point
from toolkit.errors import CorruptMedia, MediaError
from toolkit.frames import timecode_from_frames
from toolkit.plates import Attribute, Primaries, is_complete, read_attributes

SLATE_SCHEMA = "toolkit.slate/1"
_KEY = "toolkit/contentKey"
PICTURE_KEY = "toolkit/pictureKey"
_EMPTY_GUIDES = "toolkit/emptyGuides"
_CUT_MATTES = "toolkit/cutMattes"
_CORNERS = ("upperLeft", "upperRight", "lowerLeft", "lowerRight")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlateFace:
    """One face of a FACE frame: what an artist needs to align something with it."""

    face: int
    """As in the track; 0 is the most prominent face."""
    state: str
    """FOUND or HELD."""
    centre: Point
    """Plate pixels, y down."""
    scale: float
    """Face height, plate pixels."""
    roll: float
    """Degrees clockwise."""
    corners: tuple[Point, Point, Point, Point]
    """Of the crop: upper left, upper right, lower left, lower right; plate pixels."""
    matte_area: float
    """Sum of the face's matte, plate pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """Identity and provenance of one layer file."""

    shot: str
    pass_name: str
    version: int
    engine: str
    """Name and revision, ``builtin/1``."""
    settings: str
    """Digest of the settings that affect the pixels of this pass."""
    content_key: str
    """Digest of everything in the file: a frame whose key is unchanged is kept."""
    picture_key: str
    """Digest of what determines the pixels: a frame with the same one, of any version, has the same pixels."""
    source_frame: int
    shot_frame: int
    encoding: str
    """``display`` (the plate's own codes), ``linear`` (Rec.709) or ``acescg``."""
    alpha: str
    """``premultiplied`` or ``none``."""
    faces: tuple[SlateFace, ...]
    empty_guides: tuple[str, ...] = ()
    """Kinds of the controls that had nothing to follow in this frame: their guide shows nothing."""
    cut_mattes: tuple[int, ...] = ()
    """The faces whose matte comes from a file that shows more than is rendered: it is cut."""
    primaries: Primaries | None = None
    """Of linear colours; None: Rec.709, or display codes."""

    def attributes(self) -> dict[str, str | int | float | tuple[float, ...]]:
        """EXR header attributes: one typed attribute per value, and the faces again as JSON at full precision."""
        facts: dict[str, str | int | float | tuple[float, ...]] = {
            "toolkit/schema": SLATE_SCHEMA,
            "toolkit/shot": self.shot,
            "toolkit/pass": self.pass_name,
            "toolkit/version": self.version,
            "toolkit/engine": self.engine,
            "toolkit/settings": self.settings,
            _KEY: self.content_key,
            PICTURE_KEY: self.picture_key,
            "toolkit/sourceFrame": self.source_frame,
            "toolkit/shotFrame": self.shot_frame,
            "toolkit/encoding": self.encoding,
            "toolkit/alpha": self.alpha,
            "toolkit/faces": json.dumps([asdict(face) for face in self.faces]),
        }
        if self.empty_guides:
            facts[_EMPTY_GUIDES] = " ".join(self.empty_guides)
        if self.cut_mattes:
            facts[_CUT_MATTES] = " ".join(map(str, self.cut_mattes))
        if self.primaries is not None:
            facts["chromaticities"] = self.primaries
        for face in self.faces:
            name = f"toolkit/face{face.face}"
            facts[f"{name}/state"] = face.state
            facts[f"{name}/centre"] = face.centre
            facts[f"{name}/scale"] = face.scale
            facts[f"{name}/roll"] = face.roll
            facts[f"{name}/matteArea"] = face.matte_area
            facts |= {f"{name}/{corner}": point for corner, point in zip(_CORNERS, face.corners, strict=True)}
        return facts


def layer_attributes(plan: PassPlan, frame: FramePlan, slate: Slate) -> dict[str, Attribute]:
    """All attributes of a layer file: its rate and timecode, and the slate."""
    label = plan.file_timecode_first + frame.number - plan.frames[0].number
    timecode = timecode_from_frames(label, plan.file_rate, drop_frame=plan.drop_frame and plan.step == 1)
    return {"framesPerSecond": plan.file_rate, "timeCode": timecode, **slate.attributes()}


def matte_attributes(plan: PassPlan, source_frame: int, *, face: int, content_key: str) -> dict[str, Attribute]:
    """All attributes of a file with the matte of one face of ``plan``, which has one for every frame of the plate."""
    label = plan.timecode_first + source_frame - plan.source_first
    return {
        "framesPerSecond": plan.rate,
        "timeCode": timecode_from_frames(label, plan.rate, drop_frame=plan.drop_frame),
        "toolkit/schema": SLATE_SCHEMA,
        "toolkit/shot": plan.shot,
        "toolkit/pass": plan.pass_name,
        "toolkit/version": plan.version,
        "toolkit/matteOfFace": face,
        "toolkit/sourceFrame": source_frame,
        _KEY: content_key,
    }


def relabel(path: Path, plan: PassPlan, frame: FramePlan, content_key: str) -> dict[str, Attribute]:
    """The attributes of a copy of the layer file at ``path`` as ``frame`` of ``plan``, which has the same pixels."""
    found = read_attributes(path)
    faces = json.loads(found["toolkit/faces"])
    slate = Slate(
        shot=plan.shot,
        pass_name=plan.pass_name,
        version=plan.version,
        engine=found["toolkit/engine"],
        settings=plan.settings,
        content_key=content_key,
        picture_key=found[PICTURE_KEY],
        source_frame=frame.source_frame,
        shot_frame=frame.shot_frame,
        encoding=found["toolkit/encoding"],
        alpha=found["toolkit/alpha"],
        faces=tuple(_read_face(face) for face in faces),
        empty_guides=_read_empty_guides(found),
        cut_mattes=_read_cut_mattes(found),
        primaries=found.get("chromaticities"),
    )
    return layer_attributes(plan, frame, slate)


def _read_face(facts: Mapping[str, Any]) -> SlateFace:
    corners = [tuple(corner) for corner in facts["corners"]]
    return SlateFace(**{**facts, "centre": tuple(facts["centre"]), "corners": tuple(corners)})


def read_slate(path: Path) -> dict[str, Any]:
    """The attributes of the layer file at ``path``; empty unless it is complete and has a slate. Raises MediaError."""
    found = read_attributes(path) if is_complete(path) else {}
    return found if PICTURE_KEY in found else {}


def _read_empty_guides(attributes: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(attributes.get(_EMPTY_GUIDES, "")).split())


def find_empty_guides(plan: PassPlan, root: Path) -> dict[str, list[int]]:
    """The shot frames in which a control had nothing to follow, by its kind, as the files of ``plan`` say.

    Raises MediaError.
    """
    files, found = plan.files(root), dict[str, list[int]]()
    for frame in plan.frames if plan.look.controls else ():
        for kind in _read_empty_guides(read_attributes(files.path(frame.number))):
            found.setdefault(kind, []).append(frame.shot_frame)
    return found


def _read_cut_mattes(attributes: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(face) for face in str(attributes.get(_CUT_MATTES, "")).split())


def find_cut_mattes(plan: PassPlan, root: Path) -> dict[int, list[int]]:
    """The shot frames in which the matte of a face, from a file, shows more than is rendered, by face.

    As the files of ``plan`` say. Raises MediaError.
    """
    files, found = plan.files(root), dict[int, list[int]]()
    for frame in plan.frames if plan.mattes else ():
        for face in _read_cut_mattes(read_attributes(files.path(frame.number))):
            found.setdefault(face, []).append(frame.shot_frame)
    return found


def read_content_key(path: Path) -> str:
    """The content key of the layer file at ``path``. Raises MissingMedia, and CorruptMedia if it has none."""
    found = read_attributes(path)
    if _KEY not in found:
        raise CorruptMedia(path, "it has no slate, so this toolkit did not write it")
    return str(found[_KEY])


def is_current(path: Path, content_key: str) -> bool:
    """Whether the layer file at ``path`` is complete and has ``content_key`` in its slate."""
    return path.exists() and is_complete(path) and read_attributes(path).get(_KEY) == content_key


def is_slated(path: Path) -> bool:
    """Whether the file at ``path`` was written by this toolkit, complete or not; False for anything but an EXR."""
    try:
        return read_attributes(path).get("toolkit/schema") == SLATE_SCHEMA
    except MediaError:
        return False
