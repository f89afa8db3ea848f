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
from toolkit.documents import DroppedFace, DropReason, FaceTracks, left_out_sentence
from toolkit.errors import MissingDocument
from toolkit.frames import FrameRange
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
    found = list_faces(out)
    problems = write_faces_sheet(out, found, tmp_path / "faces.png")
    assert [row.shot for row in found.faces] == ["push_in", "float_away"]
    assert len(problems) == 1 and problems[0].startswith("push_in: ") and "gone.mov" in problems[0]
    assert (tmp_path / "faces.png").is_file()


def change_tracks(out: Path, shot: str, **change: object) -> None:
    path = out / shot / "face_track.json"
    tracks = FaceTracks.read(path).model_copy(update=change)
    path.unlink()
    tracks.write(path)


def test_what_is_left_out_and_shots_without_faces_are_notes(demo_out: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    link_folder(demo_out, out)
    change_tracks(out, "push_in", left_out=2, dropped=())  # as an older version wrote it
    change_tracks(out, "float_away", faces=(), dropped=())
    found = list_faces(out)
    assert [row.shot for row in found.faces] == ["push_in"]
    assert found.notes == (left_out_sentence("push_in", 2), "float_away: no face was found")


def dropped(reason: DropReason, *, found: int, lost: int, first: int) -> DroppedFace:
    """Somebody who was where the demo's face is in frame 60 of the first shot."""
    return DroppedFace(
        reason=reason,
        found=found,
        dropped=lost,
        source_range=FrameRange.of(first, lost),
        height=21.4,
        largest=60,
        centre=(757, 340),
        scale=300,
        roll=25,
    )


def test_whoever_was_dropped_is_named_with_a_reason_and_a_picture(
    demo_out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    link_folder(demo_out, out)
    (out / "faces.png").unlink(missing_ok=True)
    who = (
        dropped(DropReason.CROWDED, found=40, lost=12, first=20),
        dropped(DropReason.SMALL, found=30, lost=30, first=2),
        dropped(DropReason.BRIEF, found=3, lost=3, first=9),
        dropped(DropReason.BRIEF, found=1, lost=1, first=70),
    )
    change_tracks(out, "push_in", faces=(), dropped=who, left_out=1)
    change_tracks(out, "float_away", faces=(), dropped=())
    assert run_command(["faces", str(out)]) == 0
    said = capsys.readouterr().out
    notes = [line.removeprefix("note: ") for line in said.splitlines() if line.startswith("note: ")]
    assert notes == [
        "push_in: no face is followed",
        "push_in: a face 21 pixels high is left out in 12 of the 40 frames in which it was found (20-31): "
        "track.max_faces others are there; raise it to render this one too",
        "push_in: a face 21 pixels high, found in 30 frames (2-31), is left out: it is smaller than track.min_size; "
        "lower that to render it",
        "push_in: 2 faces were found too briefly to be followed, at most in 3 frames (9-11); often these are no faces",
        "float_away: no face was found",
    ]
    assert f"to look at: {out / 'faces.png'}" in said
    sheet = cv2.imread(str(out / "faces.png"))
    assert sheet is not None
    cards = [sheet[top : top + 192, 24 : 24 + 192] for top in (24, 24 + 192 + 52 + 24)]
    for card in cards:  # the two who have a picture
        skin = card[80:110, 80:110].reshape(-1, 3).mean(axis=0)  # blue, green, red
        assert skin[2] > skin[1] > skin[0]
    assert run_command(["faces", str(out), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["dropped"]
    assert [(row["shot"], row["reason"], row["dropped"]) for row in rows][:2] == [
        ("push_in", "CROWDED", 12),
        ("push_in", "SMALL", 30),
    ]


def test_a_folder_without_tracks_says_what_to_run(demo_out: Path, tmp_path: Path) -> None:
    shutil.copy(demo_out / "shots.json", tmp_path / "shots.json")
    with pytest.raises(MissingDocument, match="toolkit track"):
        list_faces(tmp_path)
