"""The faces of a FACE pass: crop, matte, seed and prompt of each face in each frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.a1111 import blur_reach, face_swap_outline
from toolkit.documents import (
    Affine,
    FacePlan,
    FaceSample,
    FaceState,
    FaceTrack,
    FaceTracks,
    MaskBlurPlan,
    PassName,
    Point,
    Shot,
)
from toolkit.mattes import Size, face_outline, grow_drawn, grow_outline, steady_landmarks
from toolkit.passes.planning.acting import ActingFacts
from toolkit.passes.planning.crops import (
    CropPose,
    a1111_crop_affine,
    canvas_corners,
    enclosing_square,
    rigid_crop_affine,
)
from toolkit.passes.planning.fades import plan_fades
from toolkit.passes.planning.looks import resolve_look
from toolkit.passes.planning.prompts import fill_prompt, words_by_frame
from toolkit.passes.planning.seeds import look_seed
from toolkit.settings import FaceSettings, Look, MatteSettings, Settings


def plan_faces(shot: Shot, tracks: FaceTracks, settings: Settings, acting: ActingFacts) -> dict[int, list[FacePlan]]:
    """Faces by source frame, the most prominent face first."""
    by_frame: dict[int, list[FacePlan]] = {}
    look = resolve_look(PassName.FACE, shot.name, settings)
    plate = tracks.width, tracks.height
    fades = plan_fades(shot, tracks, settings.matte.fade)
    per_face = zip(tracks.faces, words_by_frame(tracks, look), fades, strict=True)
    for number, (track, words, opacities) in enumerate(per_face):
        if not look.has_face(track.face, track.name):
            continue
        strengths = acting.strengths(look, number)
        for source_frame, face in _plan_face(shot.name, track, words, look, settings.matte, plate=plate):
            update = {"opacity": opacities.get(source_frame, 1.0), "strength": strengths.get(source_frame)}
            by_frame.setdefault(source_frame, []).append(face.model_copy(update=update))
    return by_frame


def plan_mask_blur(look: Look) -> MaskBlurPlan | None:
    """AUTOMATIC1111's mask blur, if the look of a face sets it."""
    if not isinstance(look, FaceSettings) or look.mask_blur == 0:
        return None
    return MaskBlurPlan(pixels=look.mask_blur, version=look.mask_blur_version)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Region:
    """A face in one frame: where it is, and its outline and crop."""

    sample: FaceSample
    pose: CropPose
    outline: tuple[Point, ...]


def _plan_face(
    shot_name: str,
    track: FaceTrack,
    words: Mapping[int, str],
    look: FaceSettings,
    matte: MatteSettings,
    *,
    plate: Size,
) -> list[tuple[int, FacePlan]]:
    """One face by source frame, in every frame where it is not ABSENT."""
    regions = _find_regions(track, look, matte, plate=plate)
    if not regions:
        return []
    width = matte.feather if matte.shape == "face" else 0.0
    feathers = [round(width * region.pose.scale, 3) for region in regions]
    affines = _crop_affines(regions, feathers, look, plate)
    template, negative = _face_prompts(track.face, look)
    plans = []
    for region, feather, affine in zip(regions, feathers, affines, strict=True):
        source_frame = region.sample.source_frame
        plan = FacePlan(
            face=track.face,
            state=region.sample.state,
            is_read=region.sample.landmarks is not None,
            plate_to_canvas=affine,
            outline=region.outline,
            feather=feather,
            centre=region.pose.centre,
            scale=region.pose.scale,
            roll=region.sample.roll or 0.0,
            occluders=region.sample.occluders,
            corners=canvas_corners(affine, look.canvas),
            seed=look_seed(look, shot_name, PassName.FACE, track.face, source_frame),
            prompt=fill_prompt(template, words.get(source_frame, "")),
            negative=negative,
        )
        plans.append((source_frame, plan))
    return plans


def _face_prompts(face: int, look: FaceSettings) -> tuple[str, str]:
    """The prompt template of one face, and its own negative prompt; empty: the look's."""
    mine = [entry for entry in look.prompts if entry.face == face]
    template = next((entry.prompt for entry in mine if entry.prompt), look.prompt)
    negative = next((entry.negative for entry in mine if entry.negative), "")
    return template, negative


def _find_regions(track: FaceTrack, look: FaceSettings, matte: MatteSettings, *, plate: Size) -> list[_Region]:
    """Pose and outline of the face in every frame where it is not ABSENT."""
    present = [sample for sample in track.samples if sample.state is not FaceState.ABSENT]
    # One decision for the whole shot: a crop that turned upright in the middle of a nod would jump.
    upright = any(abs(_wrap_degrees(sample.roll or 0.0)) > look.roll_threshold for sample in present)
    regions = []
    for sample, outline in zip(present, _draw_outlines(present, look, matte, plate), strict=True):
        if sample.centre is None or sample.scale is None or sample.roll is None:
            raise ValueError(f"{sample.state} sample at source frame {sample.source_frame} has no position")
        pose = CropPose(centre=sample.centre, scale=sample.scale, turn=sample.roll if upright else 0.0)
        drawn = grow_drawn(sample, grow=_growth(look, matte))
        regions.append(_Region(sample=sample, pose=pose, outline=drawn or outline))
    return regions


def _draw_outlines(
    present: Sequence[FaceSample], look: FaceSettings, matte: MatteSettings, plate: Size
) -> list[tuple[Point, ...]]:
    """The outer edge of the matte in each frame."""
    read = [sample for sample in present if sample.landmarks is not None]
    if matte.shape == "batch-face-swap":
        shapes = {one.source_frame: one.landmarks for one in read if one.landmarks is not None}
        return [
            face_swap_outline(shapes.get(one.source_frame, np.array(one.outline, np.float32)), height=plate[1])
            for one in present
        ]
    grow = _growth(look, matte)
    steady = dict(zip((one.source_frame for one in read), steady_landmarks(read), strict=True))
    return [
        face_outline(steady[one.source_frame], grow=grow, forehead=matte.forehead)
        if one.source_frame in steady
        else grow_outline(one, grow=grow, forehead=matte.forehead)
        for one in present
    ]


def _growth(look: FaceSettings, matte: MatteSettings) -> float:
    """How far the edge of the matte is outside that of the face, face heights."""
    if matte.shape == "batch-face-swap":
        return 0.0
    # The soft edge lies outside what is opaque; a blur is centred on the outline of its mask.
    return matte.grow + (matte.feather if plan_mask_blur(look) is None else 0.0)


def _crop_affines(
    regions: Sequence[_Region], feathers: Sequence[float], look: FaceSettings, plate: Size
) -> list[Affine]:
    """The affine from plate to canvas in each frame."""
    blur = plan_mask_blur(look)
    if look.crop == "a1111":
        return [
            a1111_crop_affine(region.outline, feather, blur, padding=look.padding, canvas=look.canvas, plate=plate)
            for region, feather in zip(regions, feathers, strict=True)
        ]
    square = enclosing_square([region.pose for region in regions], [region.outline for region in regions])
    padding = look.padding + (0 if blur is None else blur_reach(blur))  # the blur extends outwards, too
    return [rigid_crop_affine(region.pose, square, padding=padding, canvas=look.canvas) for region in regions]


def _wrap_degrees(degrees: float) -> float:
    """The same angle in -180..180: a track's roll is unwrapped and may exceed a full turn."""
    return (degrees + 180.0) % 360.0 - 180.0
