"""Requests to the engine for one frame of a pass: image, prompt, matte and guides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from toolkit.documents import Affine, FramePlan, LookPlan, PassName, PassPlan
from toolkit.engines import Engine, FaceShape, PaintRequest
from toolkit.passes.guides.face_mesh import draw_face_annotation
from toolkit.passes.guides.guide_pictures import GuidePictures
from toolkit.passes.guides.skeleton import draw_skeleton
from toolkit.passes.rendering.canvases import (
    crop_face,
    draw_crop_matte,
    fit_frame_to_canvas,
    split_overbrights,
    transform_points,
)
from toolkit.passes.rendering.shot_mattes import Matte, Mattes
from toolkit.passes.resampling import Picture, mean_zoom, split_affine
from toolkit.plates import to_8bit_codes

RequestAndOverbrights = tuple[PaintRequest, Picture | None]
"""A request and its overbrights (values outside 0..1), which are added back after painting; plate-sized for BODY,
crop-sized for FACE."""


def build_requests(
    plan: PassPlan,
    frame: FramePlan,
    picture: Picture,
    engine: Engine,
    guide_pictures: GuidePictures = MappingProxyType({}),
    *,
    mattes: Mattes = MappingProxyType({}),
) -> list[RequestAndOverbrights]:
    """One request for BODY; one per face for FACE, so none for a frame without a face.

    ``picture`` is the plate, display-referred. ``guide_pictures`` are the frame's guides that were read or estimated:
    all that the plan names, if the engine takes guides. ``mattes`` are those of its faces that come from files.
    """
    if plan.pass_name is PassName.BODY:
        return [_build_body_request(plan, frame, picture, engine, guide_pictures)]
    return [
        _build_face_request(
            plan,
            frame,
            number,
            picture=picture,
            engine=engine,
            guide_pictures=guide_pictures,
            given=mattes.get(face.face),
        )
        for number, face in enumerate(frame.faces)
    ]


def _build_body_request(
    plan: PassPlan, frame: FramePlan, picture: Picture, engine: Engine, guide_pictures: GuidePictures
) -> RequestAndOverbrights:
    # Overbrights are split off before the frame is scaled: a lamp would ring, and they stay as sharp as the plate.
    image, overbrights = split_overbrights(picture)
    to_canvas = partial(fit_frame_to_canvas, plan)
    request = PaintRequest(
        image=to_canvas(image),
        look=_with_strength(plan.look, frame.strength),
        prompt=frame.prompt,
        negative=plan.look.negative,
        seed=frame.seed,
        place=_place(plan, frame),
        guides=_build_guides(
            plan,
            frame,
            frame.meshes,
            plate_to_canvas=plan.plate_to_canvas,
            guide_pictures=guide_pictures,
            to_canvas=to_canvas,
        )
        if engine.wants_guides
        else (),
        faces=_build_shapes(frame, slice(None), plan.plate_to_canvas) if engine.wants_faces else (),
    )
    return request, overbrights


def _build_face_request(
    plan: PassPlan,
    frame: FramePlan,
    number: int,
    *,
    picture: Picture,
    engine: Engine,
    guide_pictures: GuidePictures,
    given: Matte | None,
) -> RequestAndOverbrights:
    """The request for one of ``frame.faces``, by its place there."""
    face = frame.faces[number]
    before = sum(other.is_read for other in frame.faces[:number])
    own = slice(before, before + face.is_read)
    to_canvas = partial(crop_face, face, plan.canvas[0])
    image, overbrights = split_overbrights(to_canvas(picture), reuse=True)
    request = PaintRequest(
        image=image,
        look=_with_strength(plan.look, face.strength),
        prompt=face.prompt,
        negative=face.negative or plan.look.negative,
        seed=face.seed,
        place=_place(plan, frame),
        matte=draw_crop_matte(plan, face, given) if engine.wants_matte else None,
        guides=_build_guides(
            plan,
            frame,
            frame.meshes[own],
            plate_to_canvas=face.plate_to_canvas,
            guide_pictures=guide_pictures,
            to_canvas=to_canvas,
        )
        if engine.wants_guides
        else (),
        faces=_build_shapes(frame, own, face.plate_to_canvas) if engine.wants_faces else (),
    )
    return request, overbrights


def _with_strength(look: LookPlan, strength: float | None) -> LookPlan:
    return look if strength is None else look.model_copy(update={"strength": strength})


def _place(plan: PassPlan, frame: FramePlan) -> str:
    return f"{plan.shot} {plan.pass_name} {frame.shot_frame}"


def _build_shapes(frame: FramePlan, chosen: slice, plate_to_canvas: Affine | None) -> tuple[FaceShape, ...]:
    """The ``chosen`` faces of the frame, in pixels of the canvas, also in depth."""
    zoom = 1.0 if plate_to_canvas is None else mean_zoom(split_affine(plate_to_canvas)[0])
    scale = np.array([1, 1, zoom], np.float32)
    return tuple(
        FaceShape(
            landmarks=transform_points(plate_to_canvas, mesh) * scale,
            mean=transform_points(plate_to_canvas, mean) * scale,
        )
        for mesh, mean in zip(frame.meshes[chosen], frame.mean_meshes[chosen], strict=True)
    )


def _build_guides(
    plan: PassPlan,
    frame: FramePlan,
    meshes: Sequence[NDArray[np.float32]],
    *,
    plate_to_canvas: Affine | None,
    guide_pictures: GuidePictures,
    to_canvas: Callable[[Picture], Picture],
) -> tuple[NDArray[np.uint8], ...]:
    """One image per control, (H, W, 3) of the canvas.

    Face meshes and skeletons are drawn; what was read or estimated in plate size is brought to the canvas like the
    plate.
    """
    people = [np.asarray(points, dtype=np.float32) for points in frame.bodies]
    drawing: Mapping[str, Callable[[], NDArray[np.uint8]]] = {
        "face": lambda: _draw_faces(plan, [transform_points(plate_to_canvas, mesh) for mesh in meshes]),
        "body": lambda: draw_skeleton([transform_points(plate_to_canvas, p) for p in people], plan.canvas),
    }
    sources = [guide or control.kind for control, guide in zip(plan.look.controls, plan.guides, strict=True)]
    images = {
        source: drawing[source]() if isinstance(source, str) else to_8bit_codes(to_canvas(guide_pictures[source]))
        for source in dict.fromkeys(sources)
    }
    return tuple(images[source] for source in sources)


def _draw_faces(plan: PassPlan, meshes: Sequence[NDArray[np.float32]]) -> NDArray[np.uint8]:
    """The ``face`` guide. A crop is made for its face, so the face is drawn however small it is on the canvas."""
    if plan.pass_name is PassName.FACE:
        return draw_face_annotation(meshes, plan.canvas, min_side=0)
    return draw_face_annotation(meshes, plan.canvas)
