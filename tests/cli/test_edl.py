"""An edit list from the command line, from its media to the passes over it."""

from __future__ import annotations

import json
from pathlib import Path

import opentimelineio as otio
import pytest

from tests.turnover._cuts import write_movie
from tests.turnover._edls import event, write_list
from toolkit.cli import run_command
from toolkit.documents import Delivery


@pytest.fixture
def edl(tmp_path: Path) -> Path:
    """Two clips with a dissolve, the second at double speed; their movies are below ``media``."""
    write_movie(tmp_path / "media" / "A001C003_long.mov", 40, timecode="01:00:00:00")
    write_movie(tmp_path / "media" / "two.mov", 60, timecode="02:00:00:00")
    return write_list(
        tmp_path / "cut.edl",
        event(1, "A001C003", ("01:00:00:04", "01:00:00:16"), ("10:00:00:00", "10:00:00:12")),
        event(2, "A001C003", ("01:00:00:16", "01:00:00:16"), ("10:00:00:12", "10:00:00:12")),
        event(2, "AX", ("02:00:00:10", "02:00:01:10"), ("10:00:00:12", "10:00:01:00"), edit="D", length="006"),
        "* TO CLIP NAME: two.mov",
        "M2   AX             048.0                02:00:00:10",
        event(3, "B077", ("05:00:00:00", "05:00:00:12"), ("10:00:01:00", "10:00:01:12")),
    )


def test_shots_shows_what_media_was_found_by(edl: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["shots", str(edl), "--media", str(edl.parent / "media")]

    assert run_command(arguments) == 0
    said = capsys.readouterr().out
    for text in (
        "truncated reel (8 characters)",
        "clip name",
        "not found",
        "24 fps is assumed",
        "1 of 3 clips is offline",
    ):
        assert text in said
    assert run_command([*arguments, "--json"]) == 0
    matches = json.loads(capsys.readouterr().out)["media_matches"]
    assert [(row["event"], row["clip"], Path(row["path"]).name, row["by"]) for row in matches] == [
        ("001", "A001C003", "A001C003_long.mov", "truncated reel (8 characters)"),
        ("002", "two.mov", "two.mov", "clip name"),
        ("003", "B077", "", ""),
    ]


def test_what_a_list_does_not_say_is_as_it_was_for_the_version_in_the_folder(
    edl: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, later = tmp_path / "out", tmp_path / "later" / "cut_v2.edl"
    few = ["--set", "delivery.fusion=false", "--set", "delivery.keyframes=false", "--set", "body.strength=0"]
    assert (
        run_command(["run", str(edl), "-o", str(out), "--media", str(tmp_path / "media"), "--cut-rate", "25", *few])
        == 5
    )
    later.parent.mkdir()
    later.write_bytes(edl.read_bytes())
    capsys.readouterr()

    assert run_command(["conform", str(out), "--onto", str(later), *few]) == 5
    delivery = Delivery.read(out / "delivery.json")
    assert (delivery.rate, [track.name for track in delivery.tracks]) == (25, ["PLATE", "BODY v001", "FACE v001"])
    assert run_command(["shots", str(later), "--since", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.partition("\n{")[2].join(["{", ""]))["counts"] == {"same": 3}


def test_over_a_list_without_media_it_says_so(edl: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert (
        run_command(
            ["run", str(edl), "-o", str(out), "--media", str(tmp_path / "media"), "--set", "output.passes=BODY"]
        )
        == 5
    )
    (tmp_path / "media").rename(tmp_path / "gone")
    assert run_command(["conform", str(out), "--onto", str(edl), "--set", "output.passes=BODY"]) == 2
    assert "none of its media is found, so that nothing tells which frames it shows" in capsys.readouterr().err


def test_a_folder_of_media_with_a_comma_in_its_path_is_refused(
    edl: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "day 1, unit 2"
    assert run_command(["shots", str(edl), "--media", str(folder)]) == 2
    said = capsys.readouterr().err
    assert f"{folder} has a comma in its path, where cut.media divides folders: rename it, or link to it" in said


def test_passes_are_rendered_and_conformed_over_the_media_that_was_found(edl: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert (
        run_command(["run", str(edl), "-o", str(out), "--media", str(edl.parent / "media"), "--engine", "builtin"]) == 5
    )
    first = (out / "return.otio").read_bytes()

    assert run_command(["conform", str(out)]) == 5  # one clip is offline

    assert (out / "return.otio").read_bytes() == first
    timeline = otio.adapters.read_from_file(str(out / "return.otio"))
    assert timeline.global_start_time == otio.opentime.RationalTime(864_000, 24)
    plate, body = timeline.tracks[0], timeline.tracks[1]
    assert [type(child).__name__ for child in plate] == ["Clip", "Transition", "Clip", "Clip"]
    assert plate[2].media_reference.target_url == str(tmp_path / "media" / "two.mov")
    assert [type(child).__name__ for child in body] == ["Clip", "Transition", "Clip", "Gap"]
    assert (plate[2].source_range, plate[2].effects[0].time_scalar) == (body[2].source_range, 2.0)
    assert body[1].out_offset == otio.opentime.RationalTime(6, 24)
