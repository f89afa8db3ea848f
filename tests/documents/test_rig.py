"""The faces of a rig, as JSON and as a table: what is written can be read, and what is wrong is named by its place."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from toolkit.documents import (
    FaceState,
    RigFace,
    RigFaces,
    RigHead,
    RigSample,
    RigShot,
    Visibility,
    read_rig_faces,
)
from toolkit.errors import DocumentError, MissingDocument

PLACE = {"source_frame": 5, "centre": [1.5, 2], "scale": 30, "roll": -4}
HEAD = {"matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, -5, 0, 0, 0, 1], "height": 2, "field_of_view": 40}
HEADER = "source_frame,face,visibility,centre_x,centre_y,scale,roll,jawOpen\n"


def read(path: Path, *samples: dict[str, Any], **facts: Any) -> RigFaces:
    """A document with one shot and one face, written by hand."""
    shots = [{"shot": "sh010", "faces": [{"name": "Anna", "samples": samples}]}]
    path.write_text(json.dumps({"schema": "toolkit.rig_faces/1", "shots": shots, **facts}), encoding="utf-8")
    return read_rig_faces(path)


def read_table(path: Path, text: str) -> RigFaces:
    path.write_text(text, encoding="utf-8")
    return read_rig_faces(path)


def test_faces_are_read_as_they_were_written_one_sample_on_each_line(tmp_path: Path) -> None:
    samples = (
        RigSample(source_frame=1, centre=(1, 2), scale=3, roll=4, outline=((0, 0), (9, 0), (4, 9))),
        RigSample(source_frame=2, head=RigHead.model_validate(HEAD), blendshapes={"jawOpen": 0.5}),
        RigSample(
            source_frame=3, landmarks=np.arange(1434, dtype=np.float32).reshape(478, 3), visibility=Visibility.PARTLY
        ),
        RigSample(source_frame=4, visibility=Visibility.HIDDEN),
    )
    faces = (RigFace(name="Anna", samples=samples), RigFace(samples=samples[:1]))
    shots = (RigShot(shot="sh010", faces=faces), RigShot(media="plate.####.exr", faces=()))
    written = RigFaces(width=1920, height=1080, rate=Fraction(24000, 1001), shots=shots)
    written.write(tmp_path / "faces.json")
    known = read_rig_faces(tmp_path / "faces.json")
    assert known.model_dump_json() == written.model_dump_json()
    lines = (tmp_path / "faces.json").read_text(encoding="utf-8").splitlines()
    assert sum("source_frame" in line for line in lines) == 5


def test_how_visible_a_face_is_becomes_its_state() -> None:
    states = {"visible": FaceState.FOUND, "partly": FaceState.HELD, "hidden": FaceState.ABSENT}
    assert {str(one): one.state for one in Visibility} == states


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"roll": None}, "samples/0: centre and scale alone is no place; give centre, scale and roll"),
        ({"head": HEAD}, "samples/0: centre, scale and roll, and head, are two places"),
        ({"scale": 0}, "samples/0/scale: Input should be greater than 0"),
        ({"visibility": "seen"}, "samples/0/visibility: Input should be 'visible', 'partly' or 'hidden'"),
        ({"landmarks": [[1, 2, 3]]}, "samples/0/landmarks: there are 1 landmarks; MediaPipe has 478"),
        ({"landmarks": [[0, 0, 0]] * 478}, "samples/0/landmarks: the outer corners of the eyes, landmarks 33 and 263"),
        (
            {"landmarks": [[i, 0, 0] for i in range(478)], "outline": [[0, 0], [1, 0], [1, 1]]},
            "samples/0: landmarks have an outline",
        ),
        ({"outline": [[0, 0], [1, 0]]}, "samples/0/outline: Tuple should have at least 3 items"),
        ({"blendshapes": {"jawOpn": 1}}, "samples/0/blendshapes/jawOpn: 'jawOpn' is no blendshape; did you mean jawOp"),
        ({"blendshapes": {"jawOpen": 1.5}}, "samples/0/blendshapes/jawOpen: Input should be less than or equal to 1"),
        ({"frame": 5}, "samples/0/frame: Extra inputs are not permitted"),
    ],
)
def test_a_sample_that_is_wrong_is_named_by_its_place(changes: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read(tmp_path / "faces.json", {**PLACE, **changes})
    assert f"at /shots/0/faces/0/{problem}" in str(caught.value)


@pytest.mark.parametrize(
    ("matrix", "problem"),
    [
        ([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, -5, 1], "its last row is not 0, 0, 0, 1; if the last column is"),
        ([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -5, 0, 0, 0, 1], "it flattens the head"),
        ([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 5, 0, 0, 0, 1], "the head is behind the camera"),
    ],
)
def test_a_matrix_that_cannot_be_that_of_a_head_is_refused(matrix: list[float], problem: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=problem):
        read(tmp_path / "faces.json", {"source_frame": 5, "head": {**HEAD, "matrix": matrix}})


def test_a_face_needs_a_place_unless_it_is_hidden(tmp_path: Path) -> None:
    path = tmp_path / "faces.json"
    assert read(path, {"source_frame": 5, "visibility": "hidden"}).shots[0].faces[0].samples[0].centre is None
    with pytest.raises(DocumentError, match="the face has no place; give centre, scale and roll, or head, or landmark"):
        read(path, {"source_frame": 5, "visibility": "partly"})


def test_frames_are_in_order_and_facts_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "faces.json"
    with pytest.raises(DocumentError, match="at /shots/0/faces/0/samples: frame 5 follows frame 5; put them in order"):
        read(path, PLACE, PLACE)
    with pytest.raises(DocumentError, match="give width and height, or neither"):
        read(path, PLACE, width=1920)
    face = {"name": "Anna", "samples": [PLACE]}
    with pytest.raises(DocumentError, match="at /shots/0/faces: there are several faces called Anna"):
        read(path, shots=[{"faces": [face, face]}])
    with pytest.raises(DocumentError, match="where there are several shots, each needs its name"):
        read(path, shots=[{"faces": []}, {"shot": "sh020", "faces": []}])


def test_a_table_has_one_row_per_frame_and_face(tmp_path: Path) -> None:
    """Rows may be in any order, and cells of a hidden face empty; Excel writes a byte order mark."""
    rows = "6,Anna,,11,21,30,2,0.5\n5,Anna,partly,10,20,30,1,\n5,Bob,hidden,,,,,\n"
    faces = read_table(tmp_path / "faces.CSV", "\ufeff" + HEADER + rows).shots[0].faces
    assert [(face.name, [one.source_frame for one in face.samples]) for face in faces] == [
        ("Anna", [5, 6]),
        ("Bob", [5]),
    ]
    first, second = faces[0].samples
    assert first == RigSample(source_frame=5, visibility=Visibility.PARTLY, centre=(10, 20), scale=30, roll=1)
    assert second.blendshapes == {"jawOpen": 0.5} and second.visibility is Visibility.VISIBLE


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "at line 1: it has no column source_frame, centre_x, centre_y, scale, roll"),
        ("source_frame,centre_x,centre_y,scale\n", "at line 1: it has no column roll"),
        ("source_frame;centre_x\n", "at line 1: its columns are divided by semicolons; save it with commas"),
        ("source_frame,centre_x,centre_y,scale,rol\n", "at line 1: unknown column 'rol'; did you mean roll?"),
        ("source_frame,centre_x,centre_y,scale,roll,roll\n", "at line 1: it has a column twice"),
        (HEADER, "at line 2: there are no rows"),
        (HEADER + "5,Anna,,10,20,30\n", "at line 2: it has more or fewer columns than the first line"),
        (
            HEADER + "5,Anna,,10,20,30,1,0\nx,Anna,,10,20,30,1,0\n",
            "at line 3: source_frame: Input should be a valid in",
        ),
        (HEADER + "5,Anna,,10,20,tall,1,0\n", "at line 2: scale: Input should be a valid number"),
        (HEADER + "5,Anna,,10,,30,1,0\n", "at line 2: centre.1: Field required"),
        (HEADER + "5,Anna,,10,20,30,,0\n", "at line 2: centre and scale alone is no place"),
        (HEADER + "5,Anna,,10,20,30,1,0\n5,Anna,,10,20,30,1,0\n", "at line 3: frame 5 of face 'Anna' is there twice"),
        (HEADER + "5,2nd,,10,20,30,1,0\n", "at face '2nd': name"),
    ],
)
def test_a_cell_that_is_wrong_is_named_by_its_line(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as caught:
        read_table(tmp_path / "faces.csv", text)
    assert problem in str(caught.value)


def test_a_table_must_be_text_and_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "faces.csv").write_bytes(HEADER.encode("utf-16"))
    with pytest.raises(DocumentError, match="not a table in UTF-8 with commas"):
        read_rig_faces(tmp_path / "faces.csv")
    with pytest.raises(MissingDocument):
        read_rig_faces(tmp_path / "none.csv")
