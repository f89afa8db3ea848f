"""Every face that was followed is a row, and a picture where it is largest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.conftest import link_folder
from toolkit.cli import run_command
from toolkit.documents import FaceTracks, left_out_sentence
from toolkit.errors import MissingDocument
from toolkit.stages import list_faces, write_faces_sheet


def test_the_faces_of_a_run_are_listed_with_their_frames(
    demo_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    link_folder(demo_out, out)
    assert run_command(["faces", str(out), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    rows = {row["shot"]: row for row in found["faces"]}
    assert {name: (row["face"], row["found"] + row["held"] + row["absent"]) for name, row in rows.items()} == {
        "push_in": (0, 76),
        "float_away": (0, 84),
    }
    push_in, float_away = rows["push_in"], rows["float_away"]
    assert (push_in["absent"], push_in["first"], push_in["last"]) == (0, 0, 75)
    assert push_in["largest"] > 50  # she comes closer
    assert float_away["absent"] > 10

    assert run_command(["faces", str(out)]) == 0
    assert f"to look at: {out / 'faces.png'}" in capsys.readouterr().out
    sheet = cv2.imread(str(out / "faces.png"))
    assert sheet is not None
    card = sheet[24 : 24 + 192, 24 : 24 + 192]
    assert np.ptp(card.astype(int)) > 150  # a picture, not an empty card
    skin = card[80:110, 80:110].reshape(-1, 3).mean(axis=0)  # blue, green, red
    assert skin[2] > skin[1] > skin[0]


def test_media_that_have_gone_leave_empty_cards_and_a_sentence(demo_out: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    link_folder(demo_out, out)
    text = (out / "shots.json").read_text().replace("A001.mov", "gone.mov")
    (out / "shots.json").unlink()
    (out / "shots.json").write_text(text)
    rows, notes = list_faces(out)
    problems = write_faces_sheet(out, rows, tmp_path / "faces.png")
    assert notes == []
    assert len(problems) == 1 and problems[0].startswith("push_in: ") and "gone.mov" in problems[0]
    assert (tmp_path / "faces.png").is_file()


def test_what_is_left_out_and_shots_without_faces_are_notes(demo_out: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    link_folder(demo_out, out)
    for shot, change in (("push_in", {"left_out": 2}), ("float_away", {"faces": ()})):
        path = out / shot / "face_track.json"
        tracks = FaceTracks.read(path).model_copy(update=change)
        path.unlink()
        tracks.write(path)
    rows, notes = list_faces(out)
    assert [row.shot for row in rows] == ["push_in"]
    assert notes == [
        left_out_sentence("push_in", 2),
        "float_away: no face was found",
    ]


def test_a_folder_without_tracks_says_what_to_run(demo_out: Path, tmp_path: Path) -> None:
    shutil.copy(demo_out / "shots.json", tmp_path / "shots.json")
    with pytest.raises(MissingDocument, match="toolkit track"):
        list_faces(tmp_path)
