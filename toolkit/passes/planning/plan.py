"""The plans of a shot's passes: what every frame is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from toolkit.documents import (
    LOSSY_COMPRESSIONS,
    Affine,
    BodyPoints,
    BodyTracks,
    FacePlan,
    FaceTracks,
    FramePlan,
    MattePlan,
    Origin,
    PassName,
    PassPlan,
    Shot,
    StepPlan,
    digest,
)
from toolkit.frames import SHOT_FIRST
from toolkit.passes.planning.acting import ActingFacts
from toolkit.passes.planning.crops import body_canvas
from toolkit.passes.planning.encoding import pass_encoding
from toolkit.passes.planning.faces import plan_faces, plan_mask_blur
from toolkit.passes.planning.looks import digest_input, has_control, plan_guide, plan_look, resolve_look, wanted_passes
from toolkit.passes.planning.prompts import fill_prompt, words_by_frame
from toolkit.passes.planning.seeds import look_seed
from toolkit.passes.planning.shapes import Shapes, plan_mean_shapes, plan_shapes
from toolkit.settings import FaceSettings, Look, MatteSettings, Settings

_STEPS = {"ones": 1, "twos": 2, "threes": 3}
"""By ``Look.on``; ``auto`` is chosen by the caller."""
_WHOLE_FRAME = -1
"""Stands for the face in the seeds of BODY."""
_NOTHING_KNOWN = ActingFacts()


def plan_passes(
    shot: Shot,
    tracks: FaceTracks,
    settings: Settings,
    *,
    cut_folder: Path,
    bodies: BodyTracks | None = None,
    origin: Origin | None = None,
    with_shapes: bool = False,
    acting: ActingFacts = _NOTHING_KNOWN,
    mattes: tuple[MattePlan, ...] = (),
) -> tuple[PassPlan, ...]:
    """Plan the passes of ``shot``, bottom to top; a pure function of its arguments.

    ``cut_folder`` is the folder of the cut, absolute: paths of guides are relative to it. ``bodies`` are needed if
    ``needs_body_tracks(settings)`` and the engine takes guides; without them no people are planned. ``origin`` is the
    cut's: the encoding depends on its host. ``with_shapes``: the engine wants the shapes of faces. ``acting`` is for
    passes on ``auto``, and for those that ``ease``. ``mattes`` are those read from files.
    """
    encoding = pass_encoding(shot, settings.output.encoding, origin)
    settings = replace(settings.for_shot(shot.name), output=replace(settings.output, encoding=encoding))
    means = plan_mean_shapes(tracks) if with_shapes else {}
    return tuple(
        _plan_pass(
            name, shot, tracks, settings, bodies, means=means, cut_folder=cut_folder, acting=acting, mattes=mattes
        )
        for name in wanted_passes(settings)
    )


def _plan_pass(
    name: PassName,
    shot: Shot,
    tracks: FaceTracks,
    settings: Settings,
    bodies: BodyTracks | None,
    *,
    means: Shapes,
    cut_folder: Path,
    acting: ActingFacts,
    mattes: tuple[MattePlan, ...],
) -> PassPlan:
    look = resolve_look(name, shot.name, settings)
    stepping = plan_stepping(shot, _STEPS.get(look.on, acting.steps.get(name, 1)))
    canvas, plate_to_canvas = _plan_canvas(name, tracks, settings)
    media = shot.media
    source_first = stepping.source_first if stepping else shot.source_work_range.first
    first_label = (media.timecode_first or 0) + source_first - shot.frame_map.source_first
    return PassPlan(
        shot=shot.name,
        pass_name=name,
        version=settings.output.version or 1,
        engine=settings.engine,
        look=plan_look(look),
        guides=tuple(plan_guide(control, shot.name, cut_folder) for control in look.controls),
        overlap=look.overlap,
        noise_flows=look.noise == "flow",
        settings=_digest_settings(name, look, settings),
        encoding=settings.output.encoding,
        compression=settings.output.compression,
        width=tracks.width,
        height=tracks.height,
        canvas=canvas,
        plate_to_canvas=plate_to_canvas,
        mask_blur=plan_mask_blur(look),
        mattes=mattes if name is PassName.FACE else (),
        left_out=tracks.left_out if name is PassName.FACE else 0,
        unchosen=_find_unchosen(look, tracks),
        track_notes=tracks.notes if name is PassName.FACE else (),
        rate=media.rate,
        stepping=stepping,
        timecode_first=max(0, first_label),  # a file of a pass on threes may begin before its media does
        drop_frame=media.drop_frame,
        frames=_plan_frames(
            name, shot, tracks, look, settings, bodies=bodies, means=means, acting=acting, stepping=stepping
        ),
    )


def _find_unchosen(look: Look, tracks: FaceTracks) -> tuple[int, ...]:
    """The faces that FACE is told not to have."""
    if not isinstance(look, FaceSettings):
        return ()
    return tuple(track.face for track in tracks.faces if not look.has_face(track.face, track.name))


def _choose_faces(look: Look, tracks: FaceTracks) -> FaceTracks:
    """``tracks`` without the faces that FACE is told not to have."""
    unchosen = _find_unchosen(look, tracks)
    kept = tuple(track for track in tracks.faces if track.face not in unchosen)
    return tracks.model_copy(update={"faces": kept}) if unchosen else tracks


def planned_frames(shot: Shot, look: Look) -> list[int]:
    """The source frames of ``shot`` that a pass of ``look`` renders; all that it may, on ``auto``."""
    stepping = plan_stepping(shot, _STEPS.get(look.on, 1))
    work = shot.source_work_range
    return stepping.source_frames(work) if stepping else list(work)


def plan_stepping(shot: Shot, step: int) -> StepPlan | None:
    """The frames to render on twos or threes; None on ones.

    The first frame that the editor uses is among them: every host can start there.
    """
    if step == 1:
        return None
    handle = shot.source_range.first - shot.source_work_range.first
    return StepPlan(step=step, source_first=shot.source_work_range.first - (-handle % step))


def _digest_settings(name: PassName, look: Look, settings: Settings) -> str:
    """Digest of the settings that affect the pixels of a pass."""
    # The matte affects FACE only. For BODY the default is hashed, so that its digest does not change with the matte.
    matte = asdict(settings.matte if name is PassName.FACE else MatteSettings())
    del matte["fade"]  # each face's ``opacity`` holds what it does
    del matte["cryptomatte"]  # the plan's ``mattes`` do
    lossy = [settings.output.compression] if settings.output.compression in LOSSY_COMPRESSIONS else []
    return digest(settings.engine, digest_input(look), matte, settings.output.encoding, *lossy)[:12]


def _plan_canvas(name: PassName, tracks: FaceTracks, settings: Settings) -> tuple[tuple[int, int], Affine | None]:
    """Size of the canvas, and, for a BODY that is not the size of the plate, the affine to it."""
    if name is PassName.FACE:
        return (settings.face.canvas, settings.face.canvas), None
    return body_canvas(tracks.width, tracks.height, settings.body.size)


def _plan_frames(
    name: PassName,
    shot: Shot,
    tracks: FaceTracks,
    look: Look,
    settings: Settings,
    *,
    bodies: BodyTracks | None,
    means: Shapes,
    acting: ActingFacts,
    stepping: StepPlan | None,
) -> tuple[FramePlan, ...]:
    chosen = _choose_faces(look, tracks)
    if means and len(chosen.faces) < len(tracks.faces):
        means = plan_mean_shapes(chosen)
    faces: Mapping[int, Sequence[FacePlan]] = {}
    prompts: Mapping[int, str] = {}
    strengths: Mapping[int, float] = {}
    if name is PassName.FACE:
        faces = plan_faces(shot, tracks, settings, acting)
    else:
        prompts, strengths = _plan_body_prompts(shot, tracks, look), acting.strengths(look)
    meshes = plan_shapes(chosen) if means or has_control(look, "face") else {}
    people = _people_by_frame(bodies) if bodies and has_control(look, "body") else {}
    work = shot.source_work_range
    return tuple(
        FramePlan(
            source_frame=source_frame,
            shot_frame=shot.frame_map.shot_frame(source_frame),
            file_number=SHOT_FIRST + index if stepping else None,
            seed=look_seed(look, shot.name, name, _WHOLE_FRAME, source_frame),
            prompt=prompts.get(source_frame, ""),
            strength=strengths.get(source_frame),
            faces=tuple(faces.get(source_frame, ())),
            meshes=tuple(meshes.get(source_frame, ())),
            mean_meshes=tuple(means.get(source_frame, ())),
            bodies=people.get(source_frame, ()),
        )
        for index, source_frame in enumerate(stepping.source_frames(work) if stepping else work)
    )


def _plan_body_prompts(shot: Shot, tracks: FaceTracks, look: Look) -> dict[int, str]:
    """The prompt of the whole frame, with the expression of the most prominent face."""
    words = words_by_frame(tracks, look)
    leading = words[0] if words else {}
    return {frame: fill_prompt(look.prompt, leading.get(frame, "")) for frame in shot.source_work_range}


def _people_by_frame(bodies: BodyTracks) -> dict[int, tuple[BodyPoints, ...]]:
    """The points of every person by source frame, in order of appearance in the shot."""
    return {frame.source_frame: tuple(body.points for body in frame.people) for frame in bodies.frames}
