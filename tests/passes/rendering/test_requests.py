"""Requests to the engine: image, matte, prompts and guides."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, HEIGHT, WIDTH, bodies_of, sample, shot_of, tracks_of
from toolkit.documents import FacePlan, FramePlan, PassName, PassPlan
from toolkit.engines import Engine, PaintRequest
from toolkit.mattes import draw_matte
from toolkit.passes import plan_passes
from toolkit.passes.guides.face_mesh import draw_face_annotation
from toolkit.passes.guides.skeleton import draw_skeleton
from toolkit.passes.rendering.canvases import draw_crop_matte
from toolkit.passes.rendering.requests import build_requests
from toolkit.settings import load_settings

CONTROLS = '[{kind="face"}, {kind="face", weight=0.5}]'
PICTURE = np.random.default_rng(1).random((HEIGHT, WIDTH, 3), np.float32)


class WantsEverything(Engine):
    """Wants mattes and guides, and returns its images unchanged."""

    name: ClassVar[str] = "wants everything"
    revision = "1"
    wants_matte: ClassVar[bool] = True
    wants_guides: ClassVar[bool] = True

    def paint(self, requests: list[PaintRequest]) -> list[np.ndarray]:  # type: ignore[override]
        return [request.image for request in requests]


class WantsNothing(WantsEverything):
    wants_matte: ClassVar[bool] = False
    wants_guides: ClassVar[bool] = False


class WantsFaces(WantsNothing):
    wants_faces: ClassVar[bool] = True


def plan_of(name: PassName, *assignments: str, with_shapes: bool = False) -> PassPlan:
    samples = [sample(FIRST + i, roll=25.0) for i in range(COUNT)]
    settings = load_settings(overrides=["face.canvas=256", *assignments])
    shot, tracks = shot_of(Path("nowhere/plate.####.png")), tracks_of(samples)
    plans = plan_passes(
        shot, tracks, settings, cut_folder=CUT_FOLDER, bodies=bodies_of(50.0, 110.0), with_shapes=with_shapes
    )
    return next(plan for plan in plans if plan.pass_name is name)


def request_for(plan: PassPlan, engine: type[Engine] = WantsEverything) -> PaintRequest:
    ((request, _),) = build_requests(plan, plan.frames[0], PICTURE, engine())
    return request


def only_face(frame: FramePlan) -> FacePlan:
    (face,) = frame.faces
    return face


def test_the_crop_matte_is_the_layer_matte_seen_in_the_crop() -> None:
    plan = plan_of(PassName.FACE)
    face = only_face(plan.frames[0])
    on_plate = draw_matte(face.outline, face.feather, window=(0, 0, WIDTH, HEIGHT))
    in_crop = draw_crop_matte(plan, face)
    matrix = np.asarray(face.plate_to_canvas).reshape(2, 3)
    for x, y in ((80, 45), (70, 45), (80, 30), (68, 50), (92, 40)):
        column, row = np.rint(matrix @ (x, y, 1)).astype(int)
        assert in_crop[row, column] == pytest.approx(on_plate[y, x], abs=0.12), (
            "a canvas pixel is a sixth of a plate pixel"
        )
    assert request_for(plan).matte is not None
    assert np.array_equal(request_for(plan).matte, in_crop)  # type: ignore[arg-type]


def test_the_guide_of_a_crop_is_the_mesh_in_canvas_pixels() -> None:
    plan = plan_of(PassName.FACE, f"face.controls={CONTROLS}")
    face, (mesh,) = only_face(plan.frames[0]), plan.frames[0].meshes
    matrix = np.asarray(face.plate_to_canvas).reshape(2, 3)
    transformed_points = mesh.copy()
    transformed_points[:, :2] = mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    guides = request_for(plan).guides
    assert len(guides) == 2, "one per control"
    for guide in guides:
        assert guide.any()
        assert np.array_equal(guide, draw_face_annotation([transformed_points], (256, 256)))


@pytest.mark.parametrize("canvas", [64, 128, 512])
def test_the_face_of_a_crop_is_always_drawn(canvas: int) -> None:
    """The annotator leaves small faces out, because a detector finds them anywhere. A crop is made for its face."""
    plan = plan_of(PassName.FACE, f"face.controls={CONTROLS}", f"face.canvas={canvas}")
    assert request_for(plan).guides[0].any()


def test_the_face_guide_of_body_shows_every_face_in_place() -> None:
    """The face of the test plate is 40 pixels high, too small for the annotator: it is enlarged here."""
    plan = plan_of(PassName.BODY, f"body.controls={CONTROLS}")
    (mesh,) = plan.frames[0].meshes
    middle = mesh[:, :2].mean(axis=0)
    larger = mesh.copy()
    larger[:, :2] = middle + 2.2 * (mesh[:, :2] - middle)
    frame = plan.frames[0].model_copy(update={"meshes": (larger,)})
    ((request, _),) = build_requests(plan, frame, PICTURE, WantsEverything())
    assert request.guides[0].shape == (96, 160, 3), "the canvas, not the plate"
    assert request.guides[0].any()
    assert request.matte is None


def test_the_body_guide_of_body_shows_all_people_in_place() -> None:
    plan = plan_of(PassName.BODY, 'body.controls=[{kind="body"}, {kind="face"}]')
    skeleton, faces = request_for(plan).guides
    people = [np.array(points, np.float32) for points in plan.frames[0].bodies]
    assert len(people) == 2
    assert skeleton.any()
    assert np.array_equal(skeleton, draw_skeleton(people, (160, 96))), "the canvas, not the plate"
    assert not np.array_equal(skeleton, faces)


def test_the_body_guide_of_a_crop_shows_all_people_in_canvas_pixels() -> None:
    plan = plan_of(PassName.FACE, 'face.controls=[{kind="face"}, {kind="body"}]')
    matrix = np.asarray(only_face(plan.frames[0]).plate_to_canvas).reshape(2, 3)
    transformed_points = []
    for points in plan.frames[0].bodies:
        transformed = np.array(points, np.float32)
        transformed[:, :2] = transformed[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        transformed_points.append(transformed)
    mesh, skeleton = request_for(plan).guides
    assert skeleton.shape == (256, 256, 3)
    assert skeleton.any()
    assert np.array_equal(skeleton, draw_skeleton(transformed_points, (256, 256)))
    assert not np.array_equal(skeleton, mesh)


# --- the shapes of faces -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "size"), [(PassName.FACE, "face.canvas=128"), (PassName.BODY, "body.size=64")])
def test_the_shapes_of_faces_are_in_canvas_pixels_also_in_depth(name: PassName, size: str) -> None:
    plan = plan_of(name, size, with_shapes=True)
    deep = np.random.default_rng(2).random((2, 478, 3)).astype(np.float32) * 50
    frame = plan.frames[0].model_copy(update={"meshes": (deep[0],), "mean_meshes": (deep[1],)})
    affine = plan.plate_to_canvas if name is PassName.BODY else only_face(frame).plate_to_canvas
    matrix = np.asarray(affine).reshape(2, 3)
    zoom = np.sqrt(np.linalg.det(matrix[:, :2]))
    (shape,) = build_requests(plan, frame, PICTURE, WantsFaces())[0][0].faces
    for points, mesh in zip((shape.landmarks, shape.mean), deep, strict=True):
        assert np.allclose(points[:, :2], mesh[:, :2] @ matrix[:, :2].T + matrix[:, 2], atol=1e-3)
        assert np.allclose(points[:, 2], mesh[:, 2] * zoom, atol=1e-3)


def test_body_has_the_shapes_of_all_faces_and_a_crop_only_its_own() -> None:
    shapes = tuple(np.full((478, 3), number, np.float32) for number in range(4))
    means = {"meshes": shapes[:2], "mean_meshes": shapes[2:]}
    body = plan_of(PassName.BODY, with_shapes=True)
    ((request, _),) = build_requests(body, body.frames[0].model_copy(update=means), PICTURE, WantsFaces())
    assert [(one.landmarks[0, 2], one.mean[0, 2]) for one in request.faces] == [(0, 2), (1, 3)]
    face = plan_of(PassName.FACE, with_shapes=True)
    frame = face.frames[0].model_copy(update={"faces": face.frames[0].faces * 2, **means})
    crops = [request.faces for request, _ in build_requests(face, frame, PICTURE, WantsFaces())]
    assert [len(faces) for faces in crops] == [1, 1]
    assert crops[0][0].landmarks[0, 2] == 0 < crops[1][0].landmarks[0, 2]
    for request, _ in build_requests(face, frame, PICTURE, WantsNothing()):
        assert request.faces == ()


# --- BODY at another size ------------------------------------------------------------------------------------------

SIZES = pytest.mark.parametrize("size", [64, 128], ids=["smaller than the plate", "larger"])


@SIZES
def test_every_part_of_the_plate_maps_to_its_place_on_the_canvas(size: int) -> None:
    """A ramp of the coordinates shows any shift directly; near the border Lanczos sees the repeated edge."""
    x, y = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    plan = plan_of(PassName.BODY, f"body.size={size}")
    ((request, _),) = build_requests(plan, plan.frames[0], np.dstack([x, y, x]) / np.float32(WIDTH), WantsEverything())
    zoom, (width, height) = size / HEIGHT, plan.canvas
    expected_x, expected_y = ((np.arange(side) + 0.5) / zoom - 0.5 for side in (width, height))
    inner = slice(8, -16)
    assert request.image.shape == (height, width, 3)
    assert np.abs(request.image[inner, inner, 0] * WIDTH - expected_x[inner]).max() < 0.05
    assert np.abs(request.image[inner, inner, 1] * WIDTH - expected_y[inner, None]).max() < 0.05
    assert np.all(request.image[:, -1, 0] == pytest.approx(request.image[:, -2, 0], abs=0.02)), "the edge is repeated"


@SIZES
def test_faces_and_people_are_drawn_in_canvas_pixels(size: int) -> None:
    plan = plan_of(PassName.BODY, f"body.size={size}", 'body.controls=[{kind="body"}, {kind="face"}]')
    (mesh,) = plan.frames[0].meshes
    larger = mesh.copy()
    larger[:, :2] = mesh[:, :2].mean(axis=0) + 3 * (mesh[:, :2] - mesh[:, :2].mean(axis=0))
    frame = plan.frames[0].model_copy(update={"meshes": (larger,)})
    ((request, _),) = build_requests(plan, frame, PICTURE, WantsEverything())

    def to_canvas(points: object) -> np.ndarray:
        transformed = np.array(points, np.float32)
        transformed[:, :2] = (transformed[:, :2] + 0.5) * (size / HEIGHT) - 0.5
        return transformed

    skeleton, faces = request.guides
    assert skeleton.any()
    assert faces.any()
    assert np.array_equal(skeleton, draw_skeleton([to_canvas(points) for points in frame.bodies], plan.canvas))
    assert np.array_equal(faces, draw_face_annotation([to_canvas(larger)], plan.canvas))


def test_a_guide_equal_to_the_plate_equals_the_image_on_the_canvas() -> None:
    plan = plan_of(PassName.BODY, "body.size=64", 'body.controls=[{kind="image", model="any"}]')
    (guide,) = plan.guides
    assert guide is not None
    ((request, _),) = build_requests(plan, plan.frames[0], PICTURE, WantsEverything(), {guide: PICTURE})
    assert np.array_equal(request.guides[0], np.rint(request.image * 255))


@pytest.mark.parametrize("name", list(PassName))
def test_an_engine_that_wants_neither_matte_nor_guides_gets_none(name: PassName) -> None:
    request = request_for(plan_of(name, f"{name.lower()}.controls={CONTROLS}"), WantsNothing)
    assert request.matte is None
    assert request.guides == ()


def test_without_controls_no_mesh_is_planned_and_no_guide_drawn() -> None:
    for name in PassName:
        plan = plan_of(name)
        assert all(frame.meshes == () for frame in plan.frames)
        assert request_for(plan).guides == ()


def test_a_request_has_the_look_and_prompt_of_its_pass() -> None:
    settings = ("face.prompt=a face", "body.prompt=a person", "body.steps=12", "face.negative=blur")
    body, face = (request_for(plan_of(name, *settings)) for name in PassName)
    assert (body.prompt, face.prompt) == ("a person", "a face")
    assert (body.look.steps, face.look.steps) == (12, 30)
    assert (body.negative, face.negative) == ("", "blur")


def test_the_negative_prompt_of_a_face_replaces_the_looks() -> None:
    plan = plan_of(PassName.FACE, "face.negative=blur", 'face.prompts=[{face=0, negative="beard"}]')
    assert request_for(plan).negative == "beard"
