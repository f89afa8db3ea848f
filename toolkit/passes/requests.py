"""What an engine is asked for one frame of a pass: the picture, and what holds and guides it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FramePlan, LookPlan, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.faces import draw_face_annotation
from toolkit.passes.layers import DisplayFrame, Picture, crop_matte, crop_mesh, face_crop, whole_picture, without_beyond

Asked = tuple[PaintRequest, Picture | None]
"""A request, and the light beyond 0..1 that is put back on what comes of it."""


def requests_of(plan: PassPlan, frame: FramePlan, picture: DisplayFrame, engine: Engine) -> list[Asked]:
    """One request for BODY, one per face for FACE, none for a frame without a face."""
    place = f"{plan.shot} {plan.pass_name} {frame.shot_frame}"
    if plan.pass_name is PassName.BODY:
        image, beyond = without_beyond(whole_picture(plan, picture))
        request = PaintRequest(
            image=image,
            look=plan.look,
            prompt=frame.prompt,
            seed=frame.seed,
            place=place,
            guides=_guides(plan.look, frame.meshes, plan.canvas) if engine.wants_guides else (),
        )
        return [(request, beyond)]
    asked = []
    for index, face in enumerate(frame.faces):
        image, beyond = without_beyond(face_crop(face, plan.canvas[0], picture))
        meshes = [crop_mesh(face, frame.meshes[index])] if frame.meshes else []
        request = PaintRequest(
            image=image,
            look=plan.look,
            prompt=face.prompt,
            seed=face.seed,
            place=place,
            matte=crop_matte(face, plan.canvas[0]) if engine.wants_matte else None,
            guides=_guides(plan.look, meshes, plan.canvas) if engine.wants_guides else (),
        )
        asked.append((request, beyond))
    return asked


def _guides(
    look: LookPlan, meshes: Sequence[NDArray[np.float32]], canvas: tuple[int, int]
) -> tuple[NDArray[np.uint8], ...]:
    """One picture per control of ``look``; ``meshes`` are in the pixels of the canvas."""
    drawn = draw_face_annotation(meshes, canvas) if look.controls else None
    return tuple(drawn for _ in look.controls if drawn is not None)
