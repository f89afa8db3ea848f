"""Edits of faces by hand: what is written can be read, by people too, and what is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from toolkit.documents import (
    DropFace,
    FaceEdit,
    FaceEdits,
    FaceKey,
    FaceReference,
    FaceState,
    MergeFaces,
    NameFace,
    PlaceFace,
    SetState,
    SplitFace,
)
from toolkit.errors import DocumentError
from toolkit.frames import FrameRange

FACE = FaceReference(number=1, source_frame=1040, centre=(812.5, 400.0))
KEY = FaceKey(source_frame=1040, centre=(812, 400), scale=230, roll=4, outline=((0, 0), (9, 0), (4, 9)))
EDITS: dict[str, FaceEdit] = {
    "drop face 1": DropFace(face=FACE),
    "drop face 1 in 1040-1060": DropFace(face=FACE, source_range=FrameRange(first=1040, last=1060)),
    "merge face 2 into face 1": MergeFaces(face=FACE, other=FACE.model_copy(update={"number": 2})),
    "split face 1 at 1043": SplitFace(face=FACE, source_frame=1043),
    "name face 1 Änna": NameFace(face=FACE, name="Änna"),
    "name face 1 no more": NameFace(face=FACE, name=""),
    "place face 1 by a key at 1040": PlaceFace(face=FACE, keys=(KEY,)),
    "place face 1 by keys at 1040-1041": PlaceFace(
        face=FACE, keys=(KEY, KEY.model_copy(update={"source_frame": 1041, "outline": None}))
    ),
    "face 1 is ABSENT in 1040-1060": SetState(
        face=FACE, source_range=FrameRange(first=1040, last=1060), state=FaceState.ABSENT
    ),
}


def test_edits_are_read_as_they_were_written_one_on_each_line(tmp_path: Path) -> None:
    edits = FaceEdits(shot="sh010", edits=tuple(EDITS.values()))
    edits.write(tmp_path / "edits.json")
    assert FaceEdits.read(tmp_path / "edits.json") == edits
    lines = (tmp_path / "edits.json").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line.strip().rstrip(","))["kind"] for line in lines if '"kind"' in line] == [
        edit.kind for edit in EDITS.values()
    ]


def test_a_document_without_edits_can_be_read(tmp_path: Path) -> None:
    FaceEdits(shot="sh010").write(tmp_path / "edits.json")
    assert FaceEdits.read(tmp_path / "edits.json").edits == ()


@pytest.mark.parametrize("summary", EDITS)
def test_an_edit_says_what_it_is(summary: str) -> None:
    assert EDITS[summary].summary == summary


def test_keys_have_a_range() -> None:
    edit = EDITS["place face 1 by keys at 1040-1041"]
    assert isinstance(edit, PlaceFace) and edit.source_range == FrameRange(first=1040, last=1041)


KEY_JSON = '{"source_frame": 5, "centre": [1, 2], "scale": 3, "roll": 0'


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        ('"kind": "fly"', "at /edits/0: Input tag 'fly'"),
        ('"kind": "split"', "at /edits/0/source_frame: Field required"),
        ('"kind": "split", "source_frame": 5, "to": 3', "at /edits/0/to: Extra inputs"),
        ('"kind": "name", "name": "2nd"', "at /edits/0/name: String should match"),
        ('"kind": "name", "name": "one,two"', "at /edits/0/name: String should match"),
        ('"kind": "drop", "source_range": {"first": 5, "last": 1}', "at /edits/0/source_range: empty frame range 5-1"),
        ('"kind": "place", "keys": []', "at /edits/0/keys: Tuple should have at least 1 item"),
        (f'"kind": "place", "keys": [{KEY_JSON}}}, {KEY_JSON}}}]', "at /edits/0/keys: keys must be in the order"),
        (
            f'"kind": "place", "keys": [{KEY_JSON}, "outline": [[0, 0], [1, 0]]}}]',
            "at /edits/0/keys/0/outline: Tuple should have at least 3 items",
        ),
        (
            f'"kind": "place", "keys": [{KEY_JSON}, "outline": [[0, 0], [1, 0], [1, 1]]}}, '
            '{"source_frame": 6, "centre": [1, 2], "scale": 3, "roll": 0, '
            '"outline": [[0, 0], [1, 0], [1, 1], [0, 1]]}]',
            "at /edits/0/keys: the outlines of all keys must have the same number of points",
        ),
        (f'"kind": "place", "keys": [{KEY_JSON.replace("3", "0")}}}]', "at /edits/0/keys/0/scale: Input should be gr"),
    ],
)
def test_an_edit_that_is_written_wrong_is_named_by_its_place(edit: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "edits.json"
    face = '"face": {"number": 0, "source_frame": 5, "centre": [1, 2]}'
    path.write_text(f'{{"schema": "toolkit.edits/1", "shot": "sh010", "edits": [{{{face}, {edit}}}]}}')
    with pytest.raises(DocumentError) as caught:
        FaceEdits.read(path)
    assert problem in str(caught.value)


def test_a_list_that_is_too_short_is_named_too(tmp_path: Path) -> None:
    path = tmp_path / "edits.json"
    path.write_text(
        '{"schema": "toolkit.edits/1", "shot": "sh010", "edits": [{"kind": "drop", "face": '
        '{"number": 0, "source_frame": 5, "centre": [1]}}]}'
    )
    with pytest.raises(DocumentError, match="at /edits/0/face/centre/1: Field required"):
        FaceEdits.read(path)
