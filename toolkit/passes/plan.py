"""Decide, without touching a pixel, what every frame of every pass is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from toolkit.documents import (
    FacePlan,
    FaceState,
    FaceTrack,
    FaceTracks,
    FramePlan,
    PassName,
    PassPlan,
    Shot,
    digest,
)
from toolkit.faces import face_outline
from toolkit.passes.crops import Placement, canvas_corners, enclosing_square, plate_to_canvas
from toolkit.settings import FaceSettings, MatteSettings, Settings


def plan_passes(shot: Shot, tracks: FaceTracks, settings: Settings) -> tuple[PassPlan, ...]:
    """The passes of ``shot``, bottom to top; a pure function of its arguments."""
    return tuple(_plan_pass(name, shot, tracks, settings) for name in wanted_passes(settings))


def wanted_passes(settings: Settings) -> list[PassName]:
    """The passes asked for, bottom to top."""
    return [name for name in PassName if name in settings.output.passes.split("+")]


def noise_seed(start: int, shot_name: str, pass_name: str, face: int, source_frame: int) -> int:
    """0..2**31-1 from (shot, pass, face, absolute source frame): never from a batch or worker number."""
    text = f"{start}/{shot_name}/{pass_name}/{face}/{source_frame}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def _plan_pass(name: PassName, shot: Shot, tracks: FaceTracks, settings: Settings) -> PassPlan:
    look = settings.face if name is PassName.FACE else settings.body
    faces = _plan_faces(shot, tracks, settings) if name is PassName.FACE else {}
    canvas = (settings.face.canvas,) * 2 if name is PassName.FACE else (_eights(tracks.width), _eights(tracks.height))
    media = shot.media
    first_label = (media.timecode_first or 0) + shot.source_work_range.first - shot.map.source_first
    return PassPlan(
        shot=shot.name,
        pass_name=name,
        version=settings.output.version,
        engine=settings.engine,
        strength=look.strength,
        settings=digest(settings.engine, look, settings.matte, settings.output.encoding)[:12],
        encoding=settings.output.encoding,  # type: ignore[arg-type]  # settings.py holds it to these three names
        width=tracks.width,
        height=tracks.height,
        canvas=canvas,
        rate=media.rate,
        timecode_first=first_label,
        drop_frame=media.drop_frame,
        frames=tuple(
            FramePlan(
                source_frame=source_frame,
                shot_frame=shot.map.shot_frame(source_frame),
                seed=noise_seed(look.seed, shot.name, name, -1, source_frame),
                faces=tuple(faces.get(source_frame, ())),
            )
            for source_frame in shot.source_work_range
        ),
    )


def _plan_faces(shot: Shot, tracks: FaceTracks, settings: Settings) -> dict[int, list[FacePlan]]:
    """Faces by source frame, the most present face first."""
    by_frame: dict[int, list[FacePlan]] = {}
    for track in tracks.faces:
        for source_frame, face in _plan_face(shot.name, track, settings.face, settings.matte):
            by_frame.setdefault(source_frame, []).append(face)
    return by_frame


def _plan_face(
    shot_name: str, track: FaceTrack, look: FaceSettings, matte: MatteSettings
) -> Sequence[tuple[int, FacePlan]]:
    present = [sample for sample in track.samples if sample.state is not FaceState.ABSENT]
    if not present:
        return []
    # One decision for the whole shot: a crop that turned upright in the middle of a nod would jump in the picture.
    upright = max(abs(_signed(sample.roll or 0.0)) for sample in present) > look.roll_threshold
    placements, outlines = [], []
    for sample in present:
        if sample.centre is None or sample.scale is None or sample.roll is None or sample.landmarks is None:
            raise ValueError(f"a {sample.state} sample without a place at source frame {sample.source_frame}")
        turn = sample.roll if upright else 0.0
        placements.append(Placement(centre=sample.centre, scale=sample.scale, turn=turn))
        outlines.append(face_outline(sample.landmarks, grow=matte.grow))
    square = enclosing_square(placements, outlines)
    plans = []
    for sample, placement, outline in zip(present, placements, outlines, strict=True):
        affine = plate_to_canvas(placement, square, padding=look.padding, canvas=look.canvas)
        plans.append(
            (
                sample.source_frame,
                FacePlan(
                    face=track.face,
                    state=sample.state,
                    plate_to_canvas=affine,
                    outline=outline,
                    feather=round(matte.feather * placement.scale, 3),
                    centre=placement.centre,
                    scale=placement.scale,
                    roll=sample.roll or 0.0,
                    corners=canvas_corners(affine, look.canvas),
                    seed=noise_seed(look.seed, shot_name, PassName.FACE, track.face, sample.source_frame),
                ),
            )
        )
    return plans


def _signed(degrees: float) -> float:
    """The same angle in -180..180: a track's roll is unwrapped and may have gone round."""
    return (degrees + 180.0) % 360.0 - 180.0


def _eights(pixels: int) -> int:
    """Rounded up to a multiple of 8, the least every engine takes."""
    return -(-pixels // 8) * 8
