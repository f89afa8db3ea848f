"""The script for Blender: what it calculates without Blender, and that its files are read.

Inside Blender (the ``bpy`` module, 4.2) it was run by hand; see ``docs/rig.md``.
"""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from tests.docs._pages import REPOSITORY
from toolkit.documents import BLENDSHAPES, RigHead, read_rig_faces
from toolkit.faces.rig import project_head

SIZE = (1920, 1080)
FIELD_OF_VIEW = 40.0
FOCAL = SIZE[1] / 2 / math.tan(math.radians(FIELD_OF_VIEW / 2))


@pytest.fixture(scope="module")
def exporter() -> ModuleType:
    spec = importlib.util.spec_from_file_location("exporter", REPOSITORY / "docs" / "rig" / "export_faces_blender.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def project(point: np.ndarray) -> tuple[float, float]:
    """A camera at 0 that looks along -z."""
    x, y, z = point.tolist()
    return (SIZE[0] - 1) / 2 - FOCAL * x / z, (SIZE[1] - 1) / 2 + FOCAL * y / z


@pytest.mark.parametrize("angles", [(0, 0, 0), (30, 0, 0), (-120, 0, 0), (10, 40, 0), (-20, 70, 25), (15, -35, -30)])
def test_it_places_a_head_where_the_toolkit_does_from_its_matrix(
    exporter: ModuleType, angles: tuple[float, float, float]
) -> None:
    roll, yaw, pitch = map(math.radians, angles)
    about_z = np.array([[math.cos(roll), math.sin(roll), 0], [-math.sin(roll), math.cos(roll), 0], [0, 0, 1]])
    about_y = np.array([[math.cos(yaw), 0, math.sin(yaw)], [0, 1, 0], [-math.sin(yaw), 0, math.cos(yaw)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(pitch), -math.sin(pitch)], [0, math.sin(pitch), math.cos(pitch)]])
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = about_z @ about_y @ about_x, (0.3, -0.2, -3)
    placed = exporter.place_head(
        project, matrix[:3, 3], (matrix[:3, 0], matrix[:3, 1]), camera_up=np.array([0.0, 1.0, 0.0]), height=0.24
    )
    head = RigHead(matrix=tuple(matrix.ravel().tolist()), height=0.24, field_of_view=FIELD_OF_VIEW)
    wanted = project_head(head, width=SIZE[0], height=SIZE[1])
    assert placed["centre"] == pytest.approx((wanted.x, wanted.y), abs=0.001)
    assert placed["scale"] == pytest.approx(wanted.scale, abs=0.001)
    assert placed["roll"] == pytest.approx(wanted.roll, abs=0.01)


def test_it_knows_the_blendshapes_of_the_toolkit(exporter: ModuleType) -> None:
    assert set(BLENDSHAPES) - {"_neutral"} == exporter.ARKIT


@pytest.mark.parametrize(
    ("turned", "points", "is_covered", "seen"),
    [
        (10, [(0, 0), (5, 5)], False, "visible"),
        (10, [(0, 0), (5, 5)], True, "partly"),
        (70, [(0, 0), (5, 5)], False, "partly"),
        (10, [(-1, 0), (5, 5)], False, "partly"),
        (110, [(0, 0), (5, 5)], False, "hidden"),
        (10, [(-1, 0), (1920, 5)], False, "hidden"),
    ],
)
def test_a_face_is_hidden_or_partly_seen(
    exporter: ModuleType, turned: float, points: list[tuple[float, float]], is_covered: bool, seen: str
) -> None:
    assert exporter.judge_visibility(turned, points, SIZE, is_covered=is_covered) == seen


def test_the_edge_of_a_face_is_the_hull_of_its_points_in_order(exporter: ModuleType) -> None:
    corners = [(0, 0), (4, 0), (4, 3), (0, 3)]
    hull = exporter.find_hull([(2, 1), *corners, (2, 0), (1, 2)])
    assert sorted(hull) == sorted(corners)
    assert {math.dist(a, b) for a, b in zip(hull, hull[1:] + hull[:1], strict=True)} == {3, 4}, "no diagonals"


def test_what_it_writes_is_read_and_faces_are_added(exporter: ModuleType, tmp_path: Path) -> None:
    render = SimpleNamespace(resolution_x=3840, resolution_y=2160, resolution_percentage=50, fps=24, fps_base=1.001)
    scene, path = SimpleNamespace(render=render), tmp_path / "faces.json"
    sample = {"source_frame": 1001, "visibility": "visible", "centre": [1, 2], "scale": 3, "roll": 4}
    for name in ("Anna", "Bob", "Anna"):
        exporter.write_faces(path, scene, {"name": name, "samples": [sample]}, "plate.####.exr")
    faces = read_rig_faces(path)
    assert (faces.width, faces.height, str(faces.rate)) == (1920, 1080, "24000/1001")
    assert [(one.media, [face.name for face in one.faces]) for one in faces.shots] == [
        ("plate.####.exr", ["Bob", "Anna"])
    ]
    render.fps = 25
    with pytest.raises(SystemExit, match="is for another size or rate than this scene"):
        exporter.write_faces(path, scene, {"name": "Carl", "samples": [sample]}, "plate.####.exr")
    assert len(json.loads(path.read_text(encoding="utf-8"))["shots"]) == 1
