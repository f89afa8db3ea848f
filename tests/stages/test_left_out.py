"""One clip's trouble is that clip's: the rest of the cut is rendered and delivered, and what is missing is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.turnover._cuts import (
    clip,
    movie_reference,
    sequence_reference,
    time,
    time_range,
    timeline,
    track,
    write,
    write_sequence,
)
from toolkit.cli import run_command
from toolkit.documents import Delivery

Said = tuple[int, str, str]


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """A whole shot, one with a hole, one whose end is missing, one offline and one that is broken."""
    write_sequence(tmp_path / "whole", range(1001, 1005))
    write_sequence(tmp_path / "hole", [1001, 1002, 1004, 1005])
    write_sequence(tmp_path / "short", range(1001, 1004))
    (tmp_path / "broken.mov").write_bytes(b"not a movie")
    numbered = {"whole": (0, 4), "hole": (0, 5), "short": (1, 5)}
    clips = [
        clip(sequence_reference(f"{name}/", 1001, time_range(0, 8)), time_range(*used), name=name)
        for name, used in numbered.items()
    ]
    movies = [
        clip(movie_reference(f"{name}.mov", time_range(0, 9)), time_range(2, 3), name=name)
        for name in ("gone", "broken")
    ]
    return write(tmp_path / "cut.otio", timeline(track(*clips, *movies), start=time(0)))


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Run one command; its exit code, and what it writes to stdout and to stderr."""

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        code = run_command([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def delivered(out: Path) -> dict[str, list[tuple[str, int, int]]]:
    """Shot, first frame and length of the clips of each layer track."""
    document = Delivery.read(out / "delivery.json")
    return {
        track.name: [(one.shot, one.record_first, one.record_count) for one in track.clips]
        for track in document.tracks
        if track.pass_name
    }


WHOLE = [("whole", 0, 4), ("hole", 4, 2), ("hole_part2", 7, 2), ("short", 9, 2)]
REASONS = {
    "hole": "1 source frame missing: 1003",
    "short": "3 source frames missing: 1004-1006",
    "gone": "media offline",
    "broken": "cannot decode",
}


def test_what_can_be_rendered_is_delivered_and_the_rest_is_named(cut: Path, say: Callable[..., Said]) -> None:
    out = cut.parent / "out"
    code, table, errors = say("run", cut, "-o", out)

    assert code == 5
    assert delivered(out) == {"BODY v001": WHOLE, "FACE v001": WHOLE}
    notes = Delivery.read(out / "delivery.json").notes
    for shot, reason in REASONS.items():
        assert any(shot in note and reason in note for note in notes), shot
        assert any(line.startswith("note: ") and shot in line and reason in line for line in table.splitlines()), shot
        assert shot in errors.splitlines()[-1] and reason in errors.splitlines()[-1]
        assert f"{shot} is left out, in whole or in part" in errors
    assert "whole is left out" not in errors


def test_each_gap_has_a_red_marker(cut: Path, say: Callable[..., Said]) -> None:
    out = cut.parent / "out"
    say("run", cut, "-o", out)
    markers = Delivery.read(out / "delivery.json").markers

    red = [(one.record_frame, one.shot, one.name) for one in markers if one.colour == "Red"]
    assert red == [
        (6, "hole", "Not rendered"),
        (11, "short", "Not rendered"),
        (14, "gone", "Media offline"),
        (17, "broken", "Not rendered"),
    ]


@pytest.mark.parametrize("pattern", ["whole", "hole"])
def test_a_shot_asked_for_is_not_stopped_by_another(pattern: str, cut: Path, say: Callable[..., Said]) -> None:
    out = cut.parent / "out"
    code, _, errors = say("run", cut, "-o", out, "--shot", pattern)

    assert code == (0 if pattern == "whole" else 5)
    assert "gone" not in errors and "broken" not in errors
    assert delivered(out)["BODY v001"] == [row for row in WHOLE if row[0].startswith(pattern)]


def test_stage_by_stage_it_is_the_same(cut: Path, say: Callable[..., Said]) -> None:
    out = cut.parent / "out"
    codes = [
        say(*arguments)[0]
        for arguments in (("track", cut, "-o", out), ("plan", out), ("render", out), ("conform", out))
    ]

    assert codes == [5, 5, 5, 5]
    assert delivered(out)["FACE v001"] == WHOLE


@pytest.mark.parametrize("options", [("--strict",), ("--set", "strict=true"), ("--strict", "--dry-run")])
def test_strict_refuses_before_the_first_frame(options: tuple[str, ...], cut: Path, say: Callable[..., Said]) -> None:
    out = cut.parent / "out"
    code, _, errors = say("run", cut, "-o", out, *options)

    assert code == 3
    assert all(shot in errors and reason in errors for shot, reason in REASONS.items())
    assert not (out / "shots.json").exists()


def test_strict_looks_at_the_shots_asked_for(cut: Path, say: Callable[..., Said]) -> None:
    assert say("run", cut, "-o", cut.parent / "out", "--strict", "--shot", "whole")[0] == 0


@pytest.mark.parametrize("pattern", ["gone", "broken"])
def test_a_shot_that_cannot_be_rendered_at_all_is_refused(pattern: str, cut: Path, say: Callable[..., Said]) -> None:
    code, _, errors = say("run", cut, "-o", cut.parent / "out", "--shot", pattern)
    assert code == 3
    assert REASONS[pattern] in errors


def test_a_dry_run_says_the_same_and_writes_nothing(cut: Path, say: Callable[..., Said]) -> None:
    out = cut.parent / "out"
    code, table, errors = say("run", cut, "-o", out, "--dry-run")
    assert code == 5
    assert all(reason in table + errors for reason in REASONS.values())
    assert not out.exists()


def test_json_lists_what_is_left_out(cut: Path, say: Callable[..., Said]) -> None:
    _, text, _ = say("run", cut, "-o", cut.parent / "out", "--json")
    found: dict[str, Any] = json.loads(text)["left_out"]
    assert {name: REASONS[name] in reason for name, reason in found.items()} == dict.fromkeys(REASONS, True)


def test_a_plate_that_turns_out_to_be_damaged_ends_its_own_shot(cut: Path, say: Callable[..., Said]) -> None:
    out, damaged = cut.parent / "out", cut.parent / "whole" / "plate.1003.png"
    damaged.write_bytes(damaged.read_bytes()[:60])
    code, _, errors = say("run", cut, "-o", out)

    assert code == 5
    assert delivered(out)["BODY v001"] == WHOLE[1:]
    (note,) = [one for one in Delivery.read(out / "delivery.json").notes if one.startswith("whole: ")]
    assert "plate.1003.png" in note and "shot whole" not in note
    assert "plate.1003.png" in errors.splitlines()[-1]
    assert say("run", cut, "-o", out, "--shot", "whole")[0] == 3  # nothing else was asked for

    write_sequence(cut.parent / "whole", range(1001, 1005))
    say("run", cut, "-o", out)
    assert delivered(out)["BODY v001"] == WHOLE


def test_holes_that_are_filled_later_make_one_shot_again(cut: Path, say: Callable[..., Said]) -> None:
    out = cut.parent / "out"
    say("run", cut, "-o", out)
    write_sequence(cut.parent / "hole", range(1001, 1006))
    say("run", cut, "-o", out)

    (body,) = [clips for name, clips in delivered(out).items() if name.startswith("BODY v002")]
    assert body == [("hole", 4, 5)]
    assert delivered(out)["BODY v001"] == [WHOLE[0], WHOLE[3]]


def test_stages_after_a_failure_leave_the_same_shot_out_and_say_why(cut: Path, say: Callable[..., Said]) -> None:
    out, damaged = cut.parent / "out", cut.parent / "whole" / "plate.1003.png"
    damaged.write_bytes(damaged.read_bytes()[:60])
    codes = [
        say(*arguments)[0]
        for arguments in (("track", cut, "-o", out), ("plan", out), ("render", out), ("conform", out))
    ]
    delivery = Delivery.read(out / "delivery.json")

    assert codes == [5, 5, 5, 5]
    assert delivered(out)["FACE v001"] == WHOLE[1:]
    assert any("whole" in note and "plate.1003.png" in note for note in delivery.notes)
    assert [one.name for one in delivery.markers if one.shot == "whole"] == ["Not rendered"]


def test_conform_repeats_what_the_run_left_out_until_it_is_repaired(cut: Path, say: Callable[..., Said]) -> None:
    out, damaged = cut.parent / "out", cut.parent / "whole" / "plate.1003.png"
    intact = damaged.read_bytes()
    damaged.write_bytes(intact[:60])
    say("run", cut, "-o", out)
    code, _, errors = say("conform", out)
    assert (code, "whole (" in errors.splitlines()[-1]) == (5, True)

    damaged.write_bytes(intact)
    say("run", cut, "-o", out)
    _, _, errors = say("conform", out)
    assert "whole (" not in errors.splitlines()[-1]
    assert delivered(out)["BODY v001"] == WHOLE


def test_a_plate_that_cannot_be_opened_any_more_does_not_stop_the_delivery(cut: Path, say: Callable[..., Said]) -> None:
    out = cut.parent / "out"
    say("run", cut, "-o", out)
    (cut.parent / "whole" / "plate.1001.png").write_bytes(b"")
    code, _, _ = say("conform", out)
    delivery = Delivery.read(out / "delivery.json")

    assert code == 5  # for the others
    assert delivered(out)["BODY v001"] == WHOLE
    assert "whole" not in [clip.shot for track in delivery.tracks if not track.pass_name for clip in track.clips]
    assert any(note.startswith("whole: its plate cannot be used") for note in delivery.notes)


@pytest.mark.parametrize("pattern", ["hole_part2", "hole_part*"])
def test_a_part_is_not_the_whole_clip_under_strict(pattern: str, cut: Path, say: Callable[..., Said]) -> None:
    assert say("run", cut, "-o", cut.parent / "out", "--shot", pattern, "--strict")[0] == 3
    assert say("run", cut, "-o", cut.parent / "out", "--shot", pattern)[0] == 5
