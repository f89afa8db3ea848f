"""Export the head of a character in Blender for ``toolkit track --face-track``: run it inside Blender.

    blender scene.blend --background --python export_faces_blender.py -- faces.json --head nose --height 0.2 --name Anna

``docs/rig.md`` of the toolkit explains the options. Blender 3.6 or newer; nothing has to be installed.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Vector = Any
"""``mathutils.Vector``, or anything with its arithmetic."""
Project = Callable[[Vector], Point]
"""From a point in the world to pixels: origin at the centre of the top left pixel, y down."""

SCHEMA = "toolkit.rig_faces/1"
BACK, TURNED = 100.0, 60.0
"""Degrees that the face is turned away from the camera: beyond the first it is hidden, beyond the second partly."""
STEP = 0.02
"""By which the roll of a head is measured along its axes, heights of the face; Blender has seven digits."""


def place_head(
    project: Project, origin: Vector, axes: tuple[Vector, Vector], *, camera_up: Vector, height: float
) -> dict[str, Any]:
    """The centre, scale and roll of a head: its bridge of the nose at ``origin``, all vectors in the world.

    ``axes`` are to the right, as the face is looked at, and up; they and ``camera_up`` have unit length. ``height`` is
    that of the face.
    """
    x, y = project(origin)
    # A line that is parallel to the picture: its length does not depend on how the head is turned.
    scale = math.dist((x, y), project(origin + camera_up * height))
    ends = ((project(origin - axis * (STEP * height)), project(origin + axis * (STEP * height))) for axis in axes)
    across, along = ((after[0] - before[0], after[1] - before[1]) for before, after in ends)
    # The rotation that is nearest to how the plane of the face is seen; y is down in the picture.
    clockwise = math.atan2(across[1] + along[0], across[0] - along[1])
    return {
        "centre": [round(x, 3), round(y, 3)],
        "scale": round(scale, 3),
        "roll": round(math.degrees(clockwise), 4),
    }


def judge_visibility(turned: float, points: Iterable[Point], size: tuple[int, int], *, is_covered: bool) -> str:
    """``turned``: degrees away from the camera; ``points`` of the edge of the face, in a picture of ``size``."""
    inside = [-0.5 <= x <= size[0] - 0.5 and -0.5 <= y <= size[1] - 0.5 for x, y in points]
    if turned > BACK or not any(inside):
        return "hidden"
    return "partly" if turned > TURNED or is_covered or not all(inside) else "visible"


def find_hull(points: Sequence[Point]) -> list[Point]:
    """The convex hull in order (Andrew's monotone chain)."""
    ordered = sorted(set(points))

    def chain(some: Iterable[Point]) -> list[Point]:
        found: list[Point] = []
        for x, y in some:
            while len(found) > 1:
                (ax, ay), (bx, by) = found[-2:]
                if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                    break
                found.pop()
            found.append((x, y))
        return found[:-1]

    return chain(ordered) + chain(reversed(ordered))


def draw_circle(placed: dict[str, Any]) -> list[Point]:
    """Where the face is, roughly, if nothing says where its edge is."""
    (x, y), radius = placed["centre"], placed["scale"] / 2
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in (0, 1.57, 3.14, 4.71)]


def exact_rate(fps: int, fps_base: float) -> str:
    """24 and 1.001 as ``24000/1001``."""
    return str(Fraction(fps) / Fraction(fps_base).limit_denominator(10000))


# --- inside Blender ---------------------------------------------------------------------------------


def open_projection(scene: Any) -> tuple[Project, Any]:
    """From the world to pixels of the render camera at the current frame, and the camera's matrix."""
    from bpy_extras.object_utils import world_to_camera_view

    width, height = render_size(scene)

    def project(point: Vector) -> Point:
        x, y, _ = world_to_camera_view(scene, scene.camera, point)  # 0..1, y up; sensor and lens shift included
        return x * width - 0.5, (1 - y) * height - 0.5

    return project, scene.camera.matrix_world


def render_size(scene: Any) -> tuple[int, int]:
    """Width and height of the rendered pictures, pixels."""
    share = scene.render.resolution_percentage / 100
    return round(scene.render.resolution_x * share), round(scene.render.resolution_y * share)


def head_matrix(options: argparse.Namespace) -> Any:
    """The head in the world at the current frame: x right as it is looked at, y up, z out of the face."""
    import bpy
    from mathutils import Matrix, Vector

    name, _, bone = options.head.partition(":")
    found = bpy.data.objects[name]
    if not bone:
        return found.matrix_world
    # At rest, characters face -Y in Blender, with Z up.
    rest = Matrix(((1, 0, 0), (0, 0, -1), (0, 1, 0))).to_4x4()
    rest.translation = Vector(options.bridge)
    moved = found.pose.bones[bone].matrix @ found.data.bones[bone].matrix_local.inverted()
    return found.matrix_world @ moved @ rest


def oval_points(mesh: Any, group: str) -> list[Vector]:
    """The vertices of a group in the world, with all modifiers and shape keys."""
    import bpy

    index = mesh.vertex_groups[group].index
    shown = mesh.evaluated_get(bpy.context.evaluated_depsgraph_get())
    chosen = (one.co for one in shown.data.vertices if any(entry.group == index for entry in one.groups))
    return [shown.matrix_world @ place for place in chosen]


def read_weights(mesh: Any, names: dict[str, str]) -> dict[str, float]:
    """The shape keys that ``names`` has (shape key to blendshape), 0..1."""
    keys = mesh.data.shape_keys.key_blocks if mesh.data.shape_keys else {}
    return {shape: round(min(1.0, max(0.0, keys[key].value)), 6) for key, shape in names.items() if key in keys}


def is_covered(scene: Any, head: Any, camera: Any, character: Any) -> bool:
    """Whether something that is no part of ``character`` is between the camera and the bridge of the nose."""
    import bpy

    way = head.translation - camera.translation
    hit, _, _, _, what, _ = scene.ray_cast(
        bpy.context.evaluated_depsgraph_get(), camera.translation, way.normalized(), distance=0.99 * way.length
    )
    return bool(hit) and find_root(what) != find_root(character)


def find_root(one: Any) -> str:
    """The name of the topmost parent: a body, its eyes and its glasses have the same."""
    while one.parent is not None:
        one = one.parent
    return str(one.name)


def export_samples(scene: Any, options: argparse.Namespace, names: dict[str, str]) -> Iterator[dict[str, Any]]:
    """One sample per frame of the scene's range."""
    import bpy

    mesh = bpy.data.objects[options.mesh] if options.mesh else None
    character = mesh or bpy.data.objects[options.head.partition(":")[0]]
    first = scene.frame_start
    for frame in range(first, scene.frame_end + 1):
        scene.frame_set(frame)
        source_frame = frame if options.source_first is None else options.source_first + frame - first
        project, camera = open_projection(scene)
        head = head_matrix(options)
        depth = -(camera.inverted() @ head.translation).z
        if depth <= 0:
            yield {"source_frame": source_frame, "visibility": "hidden"}
            continue
        right, up, out = (head.to_3x3().col[axis].normalized() for axis in range(3))
        height = options.height * head.to_3x3().determinant() ** (1 / 3)
        placed = place_head(
            project, head.translation, (right, up), camera_up=camera.to_3x3().col[1].normalized(), height=height
        )
        oval = [project(point) for point in oval_points(mesh, options.oval)] if options.oval else []
        hull = [(round(x, 3), round(y, 3)) for x, y in find_hull(oval)]
        turned = math.degrees(out.angle(camera.translation - head.translation))
        seen = judge_visibility(
            turned,
            hull or draw_circle(placed),
            render_size(scene),
            is_covered=is_covered(scene, head, camera, character),
        )
        sample = {"source_frame": source_frame, "visibility": seen, **placed}
        if hull:
            sample["outline"] = hull
        if names:
            sample["blendshapes"] = read_weights(mesh, names)
        yield sample


def find_names(options: argparse.Namespace) -> dict[str, str]:
    """Shape keys by the blendshape that each drives: those of ``--map``, or all that have a blendshape's name."""
    import bpy

    if options.map:
        return dict(json.loads(Path(options.map).read_text(encoding="utf-8")))
    keys = bpy.data.objects[options.mesh].data.shape_keys if options.mesh else None
    return {key.name: key.name for key in keys.key_blocks if key.name in ARKIT} if keys else {}


def write_faces(path: Path, scene: Any, face: dict[str, Any], media: str) -> None:
    """Write ``face``, or add it to the faces that the file has for ``media``."""
    width, height = render_size(scene)
    facts = {"width": width, "height": height, "rate": exact_rate(scene.render.fps, scene.render.fps_base)}
    document = (
        json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"schema": SCHEMA, **facts, "shots": []}
    )
    if {name: document.get(name) for name in facts} != facts:
        raise SystemExit(f"{path} is for another size or rate than this scene; write to another file")
    shot = next((one for one in document["shots"] if one.get("media", "") == media), None)
    if shot is None:
        shot = {"media": media, "faces": []}
        document["shots"].append(shot)
    shot["faces"] = [one for one in shot["faces"] if one["name"] != face["name"]] + [face]
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")


ARKIT = {
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight", "cheekPuff",
    "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft",
    "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft",
    "eyeLookUpRight", "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft",
    "jawOpen", "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft",
    "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower", "mouthRollUpper",
    "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft",
    "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight",
}  # fmt: skip
"""The blendshapes that the toolkit knows."""


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """The options after ``--``."""
    parser = argparse.ArgumentParser(prog="export_faces_blender.py", description=__doc__.partition("\n")[0])
    parser.add_argument("out", type=Path, help="JSON file to write; if it exists, the face is added to it")
    parser.add_argument("--head", required=True, help="OBJECT at the bridge of the nose, or ARMATURE:BONE of the head")
    parser.add_argument("--height", type=float, required=True, help="forehead to chin, in units of that object")
    parser.add_argument("--bridge", type=lambda text: tuple(map(float, text.split(","))), metavar="X,Y,Z",
                        help="bridge of the nose in the armature at rest; needed with a bone")  # fmt: skip
    parser.add_argument("--name", default="", help="name of the face")
    parser.add_argument("--mesh", default="", help="mesh with the shape keys and the oval")
    parser.add_argument("--oval", default="", help="vertex group of that mesh around the face, up to the hairline")
    parser.add_argument("--map", default="", help='JSON file: {"shape key": "jawOpen"}')
    parser.add_argument("--media", default="", help="file name of the plate, as in the cut: plate.####.exr, plate.mov")
    parser.add_argument("--source-first", type=int, help="source frame of the scene's first frame: 0 for a movie")
    options = parser.parse_args(arguments)
    if ":" in options.head and (options.bridge is None or len(options.bridge) != 3):
        parser.error("a bone needs --bridge X,Y,Z")
    if (options.oval or options.map) and not options.mesh:
        parser.error("--oval and --map need --mesh")
    return options


def main(arguments: Sequence[str]) -> None:
    """Export one face of the current scene."""
    import bpy

    options = read_options(arguments)
    scene = bpy.context.scene
    before = scene.frame_current
    samples = list(export_samples(scene, options, find_names(options)))
    scene.frame_set(before)
    write_faces(options.out, scene, {"name": options.name, "samples": samples}, options.media)
    print(f"{options.out}: {len(samples)} frames of {options.name or 'a face'}")


if __name__ == "__main__":
    main(sys.argv[sys.argv.index("--") + 1 :] if "--" in sys.argv else sys.argv[1:])
