"""Decide, without touching a pixel, what every frame of every pass is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from toolkit.a1111 import blur_reach
from toolkit.documents import (
    Affine,
    BodyPoints,
    BodyTracks,
    FacePlan,
    FaceState,
    FaceTrack,
    FaceTracks,
    FramePlan,
    MaskBlurPlan,
    Origin,
    PassName,
    PassPlan,
    Shot,
    digest,
)
from toolkit.mattes import face_outline
from toolkit.passes.planning.crops import (
    CropPose,
    a1111_crop_affine,
    canvas_corners,
    enclosing_square,
    rigid_crop_affine,
    whole_canvas,
)
from toolkit.passes.planning.encoding import pass_encoding
from toolkit.passes.planning.expression_words import expression_words
from toolkit.passes.planning.looks import draws, guide_plan, look_of, look_plan, told, wanted_passes
from toolkit.settings import EXPRESSION, FaceSettings, Look, MatteSettings, Settings


def plan_passes(
    shot: Shot,
    tracks: FaceTracks,
    settings: Settings,
    *,
    cut_folder: Path,
    bodies: BodyTracks | None = None,
    origin: Origin | None = None,
) -> tuple[PassPlan, ...]:
    """The passes of ``shot``, bottom to top; a pure function of its arguments.

    ``cut_folder`` is the folder of the cut, absolute: guides are found from there. ``bodies`` are needed where a look
    ``wants_bodies`` and an engine will be shown its guides; without them nobody is planned. ``origin`` is the cut's:
    the encoding follows its host.
    """
    encoding = pass_encoding(shot, settings.output.encoding, origin)
    settings = replace(settings, output=replace(settings.output, encoding=encoding))
    names = wanted_passes(settings)
    return tuple(_plan_pass(name, shot, tracks, settings, bodies=bodies, cut_folder=cut_folder) for name in names)


def noise_seed(start: int, shot_name: str, pass_name: str, face: int, source_frame: int) -> int:
    """0..2**31-1 from (shot, pass, face, absolute source frame): never from a batch or worker number."""
    text = f"{start}/{shot_name}/{pass_name}/{face}/{source_frame}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def _seed(look: Look, shot_name: str, pass_name: str, face: int, source_frame: int) -> int:
    """As ``noise_seed``; in a look whose noise is the shot's, every frame is -1, which no source has."""
    return noise_seed(look.seed, shot_name, pass_name, face, source_frame if look.noise == "frame" else -1)


def _plan_pass(
    name: PassName, shot: Shot, tracks: FaceTracks, settings: Settings, *, bodies: BodyTracks | None, cut_folder: Path
) -> PassPlan:
    look = look_of(name, shot.name, settings)
    # The matte is FACE's: whatever is asked of it, BODY is what it was with the usual one.
    matte = settings.matte if name is PassName.FACE else MatteSettings()
    faces = _plan_faces(shot, tracks, settings) if name is PassName.FACE else {}
    words = _words(tracks, look)
    # The whole frame's prompt speaks of the face that is seen most.
    leading = words[0] if words else {}
    meshes = _meshes(tracks) if draws(look, "face") else {}
    people = _people(bodies) if bodies and draws(look, "body") else {}
    canvas, affine = _canvas(name, tracks, settings)
    media = shot.media
    first_label = (media.timecode_first or 0) + shot.source_work_range.first - shot.map.source_first
    return PassPlan(
        shot=shot.name,
        pass_name=name,
        version=settings.output.version,
        engine=settings.engine,
        look=look_plan(look),
        guides=tuple(guide_plan(control, shot.name, cut_folder) for control in look.controls),
        overlap=look.overlap,
        noise_flows=look.noise == "flow",
        settings=digest(settings.engine, told(look), matte, settings.output.encoding)[:12],
        encoding=settings.output.encoding,
        width=tracks.width,
        height=tracks.height,
        canvas=canvas,
        plate_to_canvas=affine,
        mask_blur=_mask_blur(look),
        rate=media.rate,
        timecode_first=first_label,
        drop_frame=media.drop_frame,
        frames=tuple(
            FramePlan(
                source_frame=source_frame,
                shot_frame=shot.map.shot_frame(source_frame),
                seed=_seed(look, shot.name, name, -1, source_frame),
                prompt=_prompt(look.prompt, leading.get(source_frame, "")) if name is PassName.BODY else "",
                faces=tuple(faces.get(source_frame, ())),
                meshes=tuple(meshes.get(source_frame, ())),
                bodies=people.get(source_frame, ()),
            )
            for source_frame in shot.source_work_range
        ),
    )


def _canvas(name: PassName, tracks: FaceTracks, settings: Settings) -> tuple[tuple[int, int], Affine | None]:
    """What a pass is painted on, and how BODY gets there where it is painted in another size."""
    if name is PassName.FACE:
        return (settings.face.canvas, settings.face.canvas), None
    return whole_canvas(tracks.width, tracks.height, settings.body.size)


def _mask_blur(look: Look) -> MaskBlurPlan | None:
    """AUTOMATIC1111's blur, where the look of a face asks for it."""
    if not isinstance(look, FaceSettings) or look.mask_blur == 0:
        return None
    return MaskBlurPlan(pixels=look.mask_blur, version=look.mask_blur_version)


def _plan_faces(shot: Shot, tracks: FaceTracks, settings: Settings) -> dict[int, list[FacePlan]]:
    """Faces by source frame, the most present face first."""
    by_frame: dict[int, list[FacePlan]] = {}
    look = look_of(PassName.FACE, shot.name, settings)
    plate = tracks.width, tracks.height
    for track, words in zip(tracks.faces, _words(tracks, look), strict=True):
        for source_frame, face in _plan_face(shot.name, track, words, look, settings.matte, plate=plate):
            by_frame.setdefault(source_frame, []).append(face)
    return by_frame


def _plan_face(
    shot_name: str,
    track: FaceTrack,
    words: Mapping[int, str],
    look: FaceSettings,
    matte: MatteSettings,
    *,
    plate: tuple[int, int],
) -> Sequence[tuple[int, FacePlan]]:
    present = [sample for sample in track.samples if sample.state is not FaceState.ABSENT]
    if not present:
        return []
    # One decision for the whole shot: a crop that turned upright in the middle of a nod would jump in the picture.
    upright = max(abs(_signed(sample.roll or 0.0)) for sample in present) > look.roll_threshold
    poses, outlines = [], []
    for sample in present:
        if sample.centre is None or sample.scale is None or sample.roll is None or sample.landmarks is None:
            raise ValueError(f"a {sample.state} sample without a place at source frame {sample.source_frame}")
        turn = sample.roll if upright else 0.0
        poses.append(CropPose(centre=sample.centre, scale=sample.scale, turn=turn))
        outlines.append(face_outline(sample.landmarks, grow=matte.grow))
    square, blur = enclosing_square(poses, outlines), _mask_blur(look)
    padding = look.padding + (0 if blur is None else blur_reach(blur))  # it softens outwards, too
    mine = [entry for entry in look.prompts if entry.face == track.face]
    template = next((entry.prompt for entry in mine if entry.prompt), look.prompt)
    negative = next((entry.negative for entry in mine if entry.negative), "")
    plans = []
    for sample, pose, outline in zip(present, poses, outlines, strict=True):
        feather = round(matte.feather * pose.scale, 3)
        affine = (
            a1111_crop_affine(outline, feather, blur, padding=look.padding, canvas=look.canvas, plate=plate)
            if look.crop == "a1111"
            else rigid_crop_affine(pose, square, padding=padding, canvas=look.canvas)
        )
        plans.append(
            (
                sample.source_frame,
                FacePlan(
                    face=track.face,
                    state=sample.state,
                    plate_to_canvas=affine,
                    outline=outline,
                    feather=feather,
                    centre=pose.centre,
                    scale=pose.scale,
                    roll=sample.roll or 0.0,
                    corners=canvas_corners(affine, look.canvas),
                    seed=_seed(look, shot_name, PassName.FACE, track.face, sample.source_frame),
                    prompt=_prompt(template, words.get(sample.source_frame, "")),
                    negative=negative,
                ),
            )
        )
    return plans


def _meshes(tracks: FaceTracks) -> dict[int, list[NDArray[np.float32]]]:
    """The landmarks of every face by source frame, the most present face first."""
    by_frame: dict[int, list[NDArray[np.float32]]] = {}
    for track in tracks.faces:
        for sample in track.samples:
            if sample.landmarks is not None:
                by_frame.setdefault(sample.source_frame, []).append(sample.landmarks)
    return by_frame


def _people(bodies: BodyTracks) -> dict[int, tuple[BodyPoints, ...]]:
    """The points of everybody by source frame, the first to come into the shot first."""
    return {frame.source_frame: tuple(body.points for body in frame.people) for frame in bodies.frames}


def _words(tracks: FaceTracks, look: Look) -> list[dict[int, str]]:
    """For each face what it does, by source frame; nothing when the prompt does not ask."""
    if not any(EXPRESSION in template for template in (look.prompt, *(entry.prompt for entry in look.prompts))):
        return [{} for _ in tracks.faces]
    return [
        dict(
            zip(
                (sample.source_frame for sample in track.samples),
                expression_words(track.samples, tracks.blendshape_names),
                strict=True,
            )
        )
        for track in tracks.faces
    ]


def _prompt(template: str, words: str) -> str:
    """The template with its words; without any, no empty item is left between its commas."""
    if EXPRESSION not in template:
        return template
    items = (item.strip() for item in template.replace(EXPRESSION, words).split(","))
    return ", ".join(item for item in items if item)


def _signed(degrees: float) -> float:
    """The same angle in -180..180: a track's roll is unwrapped and may have gone round."""
    return (degrees + 180.0) % 360.0 - 180.0
