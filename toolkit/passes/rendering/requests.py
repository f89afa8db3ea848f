"""What an engine is asked for one frame of a pass: the picture, and what holds and guides it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import FramePlan, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.passes.guides.face_mesh import draw_face_annotation
from toolkit.passes.guides.guide_pictures import Shown
from toolkit.passes.guides.skeleton import draw_skeleton
from toolkit.passes.rendering.canvases import crop_matte, face_crop, on_canvas, whole_picture, without_beyond
from toolkit.passes.resampling import Picture
from toolkit.plates import display_codes

Asked = tuple[PaintRequest, Picture | None]
"""A request, and the light beyond 0..1 that is put back on what comes of it: for BODY in the plate's size, for a face
in its crop's."""


def requests_of(
    plan: PassPlan, frame: FramePlan, picture: Picture, engine: Engine, shown: Shown = MappingProxyType({})
) -> list[Asked]:
    """One request for BODY, one per face for FACE, none for a frame without a face.

    ``picture`` is the plate's, display-referred.
    ``shown`` are the frame's guides that were read; an engine that wants guides needs all that the plan names.
    """
    place = f"{plan.shot} {plan.pass_name} {frame.shot_frame}"
    people = [np.asarray(points, dtype=np.float32) for points in frame.bodies]
    if plan.pass_name is PassName.BODY:
        # Light above white is set aside before the frame is made smaller, and loses nothing: a lamp would ring.
        image, beyond = without_beyond(picture)
        meshes = [on_canvas(plan.plate_to_canvas, mesh) for mesh in frame.meshes]
        everybody = [on_canvas(plan.plate_to_canvas, points) for points in people]
        request = PaintRequest(
            image=whole_picture(plan, image),
            look=plan.look,
            prompt=frame.prompt,
            negative=plan.look.negative,
            seed=frame.seed,
            place=place,
            guides=_guides(plan, meshes, everybody, shown, partial(whole_picture, plan)) if engine.wants_guides else (),
        )
        return [(request, beyond)]
    asked = []
    for index, face in enumerate(frame.faces):
        image, beyond = without_beyond(face_crop(face, plan.canvas[0], picture), ours=True)
        meshes = [on_canvas(face.plate_to_canvas, frame.meshes[index])] if frame.meshes else []
        around = [on_canvas(face.plate_to_canvas, points) for points in people]
        request = PaintRequest(
            image=image,
            look=plan.look,
            prompt=face.prompt,
            negative=face.negative or plan.look.negative,
            seed=face.seed,
            place=place,
            matte=crop_matte(plan, face) if engine.wants_matte else None,
            guides=_guides(plan, meshes, around, shown, partial(face_crop, face, plan.canvas[0]))
            if engine.wants_guides
            else (),
        )
        asked.append((request, beyond))
    return asked


def _guides(
    plan: PassPlan,
    meshes: Sequence[NDArray[np.float32]],
    people: Sequence[NDArray[np.float32]],
    shown: Shown,
    cut: Callable[[Picture], Picture],
) -> tuple[NDArray[np.uint8], ...]:
    """One picture per control: ``meshes`` or ``people``, in the pixels of the canvas, drawn; or what was read, ``cut``
    as the plate was."""
    drawing: Mapping[str, Callable[[], NDArray[np.uint8]]] = {
        "face": lambda: draw_face_annotation(meshes, plan.canvas),
        "body": lambda: draw_skeleton(people, plan.canvas),
    }
    sources = [guide or control.kind for control, guide in zip(plan.look.controls, plan.guides, strict=True)]
    made = {
        source: drawing[source]() if isinstance(source, str) else display_codes(cut(shown[source]))
        for source in dict.fromkeys(sources)
    }
    return tuple(made[source] for source in sources)
