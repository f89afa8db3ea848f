"""``toolkit edit``: corrections of the faces by hand are kept, and every stage carries them out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import toolkit
from tests.passes._plate import sample
from toolkit.cli import run_command
from toolkit.documents import DropFace, FaceEdits, FacePlan, FaceState, FaceTrack, FaceTracks, PassName, PlaceFace
from toolkit.errors import InputError, MissingDocument, NoMatchingShot
from toolkit.frames import FrameRange
from toolkit.output import Output
from toolkit.settings import load_settings
from toolkit.stages import edit_shot, list_edits, list_faces

FIRST, LAST = 1001, 1004
STATES = {"F": FaceState.FOUND, "h": FaceState.HELD, ".": FaceState.ABSENT}
SETTINGS = load_settings(overrides=["output.passes=FACE"])


@pytest.fixture
def out(cut: Path, tmp_path: Path, model: Path) -> Path:
    """The cut, tracked; in ``sh010`` it is as if two faces had been found, the second in the first two frames only."""
    out = tmp_path / "out"
    toolkit.track(toolkit.read_cut(cut), out, SETTINGS)
    find_faces(out, "FFFF", "FF..")
    return out


def find_faces(out: Path, *faces: str, swapped: bool = False) -> None:
    """Write the track of ``sh010`` as if it had these faces; ``swapped``: the last in the place of the first."""
    path = Output(root=out).face_track("sh010")
    places = [20.0 + 60 * place for place in range(len(faces))]
    made = tuple(
        FaceTrack(face=number, samples=tuple(sample(FIRST + i, x=x, state=STATES[one]) for i, one in enumerate(face)))
        for number, (face, x) in enumerate(zip(faces, reversed(places) if swapped else places, strict=True))
    )
    FaceTracks.read(path).model_copy(update={"faces": made}).write(path)


def edit(*words: str) -> None:
    assert run_command(["edit", *words]) == 0


def face_plans(out: Path, settings: toolkit.Settings = SETTINGS) -> list[list[FacePlan]]:
    """The faces in each frame of ``sh010``, as planned."""
    plan = next(one for one in toolkit.plan(out, settings) if one.shot == "sh010" and one.pass_name is PassName.FACE)
    return [list(frame.faces) for frame in plan.frames]


def numbers(out: Path, settings: toolkit.Settings = SETTINGS) -> list[list[int]]:
    return [[face.face for face in frame] for frame in face_plans(out, settings)]


def test_every_command_changes_what_is_planned(out: Path) -> None:
    where = (str(out), "sh010")
    assert numbers(out) == [[0, 1], [0, 1], [0], [0]]
    edit("state", *where, "0", "absent", "--from", "1003")
    assert numbers(out) == [[0, 1], [0, 1], [], []]
    edit("merge", *where, "1", "0")
    assert numbers(out) == [[0], [0], [], []]
    edit("split", *where, "0", "--at", "1002")
    assert numbers(out) == [[0], [2], [], []]
    edit("undo", *where, "1")
    assert numbers(out) == [[0], [2], [2], [2]]
    edit("drop", *where, "2", "--to", "1003")
    assert numbers(out) == [[0], [], [], [2]]
    edit("key", *where, "2", "--frame", "1004", "--centre", "70,50", "--scale", "36")
    edit("name", *where, "2", "Anna")
    last = face_plans(out)[-1][0]
    assert (last.centre, last.scale, last.roll) == ((70, 50), 36, 0)
    assert numbers(out, load_settings(overrides=["output.passes=FACE", "face.only=anna"])) == [[], [], [], [2]]
    assert numbers(out, load_settings(overrides=["output.passes=FACE", "face.only=!Anna"])) == [[0], [], [], []]
    edit("undo", *where)
    edit("undo", *where, "1", "2", "3", "4")
    assert numbers(out) == [[0, 1], [0, 1], [0], [0]]


def test_an_edit_costs_no_detection_and_outlives_a_new_one(out: Path, cut: Path) -> None:
    edit("drop", str(out), "sh010", "1")
    before = (out / "sh010" / "face_track.json").read_bytes()
    tracked = toolkit.track(toolkit.read_cut(cut), out, SETTINGS)[0]
    assert [one.face for one in tracked.faces] == [0]
    assert (out / "sh010" / "face_track.json").read_bytes() == before
    assert toolkit.read_faces(out, "sh010").model_dump_json() == tracked.model_dump_json()

    find_faces(out, "FFFF", "FF..", swapped=True)  # the same two faces, ranked the other way round
    assert [one.face for one in toolkit.read_faces(out, "sh010").faces] == [1]
    (out / "sh010" / "face_track.json").unlink()
    assert toolkit.track(toolkit.read_cut(cut), out, SETTINGS)[0].faces == ()
    assert len(FaceEdits.read(out / "sh010" / "edits.json").edits) == 1


def test_an_edit_that_no_longer_applies_is_reported_and_kept(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit("drop", str(out), "sh010", "1")
    find_faces(out, "FFFF")
    said = (
        "sh010: edit 1 (drop face 1) does not apply: no face is found at 80,45 in frame 1001; "
        "'toolkit edit undo OUT sh010 1' removes it"
    )
    capsys.readouterr()
    assert numbers(out) == [[0], [0], [0], [0]]
    assert capsys.readouterr().err == f"toolkit: {said}\n"
    toolkit.render(out, SETTINGS)
    assert toolkit.conform(out, SETTINGS).notes.count(said) == 1
    edit("list", str(out), "--json")
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["shot"], row["edit"], row["what"], row["applies"]) == ("sh010", 1, "drop face 1", False)
    assert said in list_faces(out).notes


def test_the_review_of_edited_faces_is_another_one(out: Path) -> None:
    known = toolkit.read_faces(out, "sh010").key
    edit("state", str(out), "sh010", "0", "HELD", "--from", "1002", "--to", "1003")
    assert toolkit.read_faces(out, "sh010").key != known
    edit("undo", str(out), "sh010")
    assert toolkit.read_faces(out, "sh010").key == known


def test_what_has_changed_is_said(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*words: str) -> list[str]:
        edit(words[0], str(out), "sh010", *words[1:])
        return [line for line in capsys.readouterr().out.splitlines() if line[0] not in "┏┃┡│└"]

    assert said("drop", "0", "--from", "1003") == [
        "sh010: drop face 0 in 1003-1004",
        "face 0 in 1003-1004: ABSENT, was FOUND",
    ]
    assert said("merge", "0", "1") == [
        "sh010: merge face 1 into face 0",
        "note: both are there in 1001-1002: face 0 stays",
        "face 1 is gone",
    ]
    assert said("split", "0", "--at", "1002") == [
        "sh010: split face 0 at 1002",
        "note: from frame 1002 on it is face 2",
        "face 0 in 1002: ABSENT, was FOUND",
        "face 2 is new, in 1002",
    ]
    assert said("name", "2", "Anna") == ["sh010: name face 2 Anna", "face 2 is called Anna"]
    assert said("key", "ANNA", "--frame", "1002", "--centre", "30,45") == [
        "sh010: place face 2 by a key at 1002",
        "face 2 in 1002: FOUND, placed anew",
    ]
    assert said("name", "Anna", "") == ["sh010: name face 2 no more", "face 2 has no name"]
    assert said("undo", "4", "6") == ["sh010: removed: name face 2 Anna", "sh010: removed: name face 2 no more"]
    assert said("list")[-1:] == []
    assert [row.what for row in list_edits(out)] == [
        "drop face 0 in 1003-1004",
        "merge face 1 into face 0",
        "split face 0 at 1002",
        "place face 2 by a key at 1002",
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["drop", "sh010", "4"], "sh010: no face '4'; faces of this shot: 0 (Anna), 1"),
        (["drop", "sh010", "Ben"], "sh010: no face 'Ben'; faces of this shot: 0 (Anna), 1"),
        (["drop", "sh020", "0"], "sh020: no face '0'; faces of this shot: none"),
        (["drop", "sh030", "0"], "no shot matches 'sh030'; shots in this cut: sh010, sh020"),
        (["drop", "sh010", "0", "--from", "7"], "sh010: frames 7 to 1004 are not in the track, which has 1001-1004"),
        (["drop", "sh010", "0", "--from", "1003", "--to", "1002"], "frame 1003 is after frame 1002"),
        (["drop", "sh010", "1", "--from", "1003"], "sh010: face 1 is not there in 1003-1004"),
        (["merge", "sh010", "0", "anna"], "sh010: both are face 0"),
        (["split", "sh010", "1", "--at", "1003"], "frame 1003 does not divide face 1, which is there in 1001-1002"),
        (["name", "sh010", "1", "anna"], "face 0 is called Anna already; if it is the same person: toolkit edit merge"),
        (["name", "sh010", "1", "2nd"], "'2nd' cannot be the name of a face: it has at most 40 letters, no digit"),
        (["key", "sh010", "1", "--frame", "1003"], "face 1 is not there in frame 1003: set its centre, its scale and"),
        (["key", "sh010", "1", "--frame", "9"], "sh010: frame 9 is not in the track, which has 1001-1004"),
        (
            ["key", "sh010", "0", "--frame", "1003", "--scale", "nan"],
            "a key needs finite numbers, and a scale from 1 to 100000",
        ),
        (["key", "sh010", "0", "--frame", "1003", "--outline", "1,1 2,2"], "an outline needs three points or more"),
        (["key", "sh010", "0", "--frame", "1003", "--outline", "1,1 2,2 3,1 2,0"], "must have the same number of p"),
        (["key", "sh010", "0", "--frame", "1003", "--centre", "1 2"], "'1' is no point; write x and y as 812,400"),
        (["key", "sh010", "0", "--frame", "1003", "--centre", ""], "'' is no point; write x and y as 812,400"),
        (["key", "sh010", "0", "--frame", "1003", "--centre", "1,2 3,4"], "--centre takes one point, not 2"),
        (["state", "sh010", "1", "HELD", "--from", "1003"], "face 1 has no place in 1003-1004; set one with 'toolkit "),
        (["undo", "sh010", "3"], "sh010: no edit 3; there are 2, see 'toolkit edit list OUT'"),
        (["undo", "sh020"], "sh020: there are no edits"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line_and_nothing_is_written(
    words: list[str], problem: str, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("name", str(out), "sh010", "0", "Anna")
    edit("key", str(out), "sh010", "0", "--frame", "1002", "--outline", "0,0 9,0 4,9")
    before = (out / "sh010" / "edits.json").read_bytes()
    capsys.readouterr()
    assert run_command(["edit", words[0], str(out), *words[1:]]) == InputError.exit_code
    said = capsys.readouterr().err
    assert problem in said and "Traceback" not in said
    assert (out / "sh010" / "edits.json").read_bytes() == before
    assert not (out / "sh020" / "edits.json").exists()


def test_a_folder_or_a_shot_without_tracks_says_what_to_run(out: Path, tmp_path: Path) -> None:
    (out / "sh010" / "face_track.json").unlink()
    for folder in (out, tmp_path / "nowhere"):
        with pytest.raises(MissingDocument, match="toolkit track"), edit_shot(folder, "sh010"):
            pass
    with pytest.raises(NoMatchingShot):
        toolkit.read_faces(out, "sh999")


def test_there_may_be_no_edits(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit("list", str(out))
    assert capsys.readouterr().out == "there are no edits\n"
    edit("list", str(out), "sh010", "--json")
    assert json.loads(capsys.readouterr().out) == []


def keys(out: Path) -> list[str]:
    return [row.what for row in list_edits(out, "sh010")]


def place(out: Path, frame: int, x: float, *, face: str = "0") -> None:
    edit("key", str(out), "sh010", face, "--frame", str(frame), "--centre", f"{x},45", "--scale", "40", "--roll", "0")


def test_keys_of_a_face_join_unless_a_later_edit_of_that_face_lies_between(out: Path) -> None:
    place(out, 1001, 10)
    edit("name", str(out), "sh010", "0", "Anna")
    edit("state", str(out), "sh010", "0", "HELD", "--from", "1002", "--to", "1002")
    place(out, 1004, 40)
    place(out, 1001, 25, face="Anna")
    place(out, 1001, 70, face="1")
    assert keys(out)[0] == "place face 0 by keys at 1001, 1004"
    assert [one[0].centre[0] for one in face_plans(out)] == [25, 30, 35, 40]
    place(out, 1002, 12)
    assert keys(out)[-1] == "place face 0 by a key at 1002", "it must come after the state in that frame"
    edit("drop", str(out), "sh010", "0", "--from", "1004")
    place(out, 1003, 50)
    assert keys(out)[-1] == "place face 0 by a key at 1003"
    place(out, 1003, 51)
    assert len(keys(out)) == 7, "the key of the same frame is replaced"


def test_a_drawn_outline_is_the_edge_of_the_matte(out: Path) -> None:
    own = face_plans(out)[1][0].outline
    edit("key", str(out), "sh010", "0", "--frame", "1002", "--outline", "10,30 40,30 40,60 10,60")
    soft = load_settings(overrides=["output.passes=FACE", "matte.grow=0.05", "matte.feather=0.1"])
    drawn = face_plans(out, soft)[1][0].outline
    grown = 0.15 * 40
    assert sorted(drawn) == [(x, y) for x in (10 - grown, 40 + grown) for y in (30 - grown, 60 + grown)]
    assert drawn != own
    masks = load_settings(overrides=["output.passes=FACE", "matte.shape=batch-face-swap"])
    assert sorted(face_plans(out, masks)[1][0].outline) == [(10, 30), (10, 60), (40, 30), (40, 60)]
    assert face_plans(out)[0][0].outline == own, "the face stands still, and the other frames have their own"


def test_a_key_that_is_set_again_keeps_its_outline(out: Path) -> None:
    edit("key", str(out), "sh010", "0", "--frame", "1002", "--outline", "10,30 40,30 40,60 10,60")
    edit("key", str(out), "sh010", "0", "--frame", "1002", "--centre", "30,45", "--scale", "80")
    (placed,) = FaceEdits.read(out / "sh010" / "edits.json").edits
    assert isinstance(placed, PlaceFace)
    # The face was at 20, 45 with a height of 40.
    assert placed.keys[0].outline == ((10, 15), (70, 15), (70, 75), (10, 75))


def test_edits_are_made_from_python_too(out: Path) -> None:
    with edit_shot(out, "sh010") as editor:
        frames = FrameRange(first=1001, last=1001)
        editor.add(DropFace(face=editor.refer_to("1", frames), source_range=frames))
        assert [one.face for one in editor.faces.tracks.faces] == [0, 1]
    assert numbers(out) == [[0], [0, 1], [0], [0]]


def test_names_are_in_the_tables_of_the_faces(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit("drop", str(out), "sh010", "1", "--to", "1001")
    assert " name " not in capsys.readouterr().out
    edit("name", str(out), "sh010", "1", "Jürgen")
    table = capsys.readouterr().out
    assert " name " in table and "│ Jürgen │" in table
    assert run_command(["faces", str(out), "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)["faces"]] == ["", "Jürgen"]
