"""``output.frames``: a test of a few frames. It delivers nothing, and the long run keeps them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import toolkit
from tests.stages.test_completeness import settings, shots_of
from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, track, write, write_sequence
from toolkit.cli import run_command
from toolkit.errors import MissingDocument, NoMatchingFrame, SettingsError
from toolkit.passes import RenderedPass
from toolkit.stages import check_run

OTHER_LOOK = "body.strength=0.3"


def counts(done: tuple[RenderedPass, ...]) -> list[tuple[str, int, int, int, int]]:
    """Rendered, reused, kept and left."""
    return [(one.plan.shot, one.rendered, one.reused, one.kept, one.left) for one in done]


def files(root: Path, shot: str, version: str = "v001") -> list[str]:
    return sorted(path.name.split(".")[1] for path in (root / shot / "BODY" / version).glob("*.exr"))


def test_only_these_frames_are_rendered_and_nothing_is_delivered(cut: Path, tmp_path: Path) -> None:
    done = toolkit.run(cut, tmp_path / "out", settings("output.frames=1002-1003"))
    assert counts(done.rendered) == [("sh010", 2, 0, 0, 2), ("sh020", 2, 0, 0, 2)]
    assert files(tmp_path / "out", "sh020") == ["1002", "1003"]
    assert done.delivered is None
    with pytest.raises(MissingDocument, match="without --frames"):
        print(done.delivery)
    assert not (tmp_path / "out" / "delivery.json").exists()
    with pytest.raises(MissingDocument, match="a complete pass"):
        toolkit.conform(tmp_path / "out", settings())


def test_the_long_run_keeps_them(cut: Path, tmp_path: Path) -> None:
    toolkit.run(cut, tmp_path / "out", settings("output.frames=1003"))
    again = toolkit.run(cut, tmp_path / "out", settings("output.frames=1002-1003"))
    assert counts(again.rendered) == [("sh010", 1, 0, 1, 2), ("sh020", 1, 0, 1, 2)]
    done = toolkit.run(cut, tmp_path / "out", settings())
    assert counts(done.rendered) == [("sh010", 2, 0, 2, 0), ("sh020", 2, 0, 2, 0)]
    assert shots_of(done.delivery) == ["sh010", "sh020"]
    toolkit.run(cut, tmp_path / "fresh", settings())
    for path in (tmp_path / "fresh").rglob("*.exr"):
        assert (tmp_path / "out" / path.relative_to(tmp_path / "fresh")).read_bytes() == path.read_bytes()


def test_a_test_of_another_look_leaves_what_is_delivered_alone(out: Path, cut: Path) -> None:
    before = (out / "delivery.json").read_bytes()
    done = toolkit.run(cut, out, settings(OTHER_LOOK, "output.frames=1001"))
    assert {one.plan.label for one in done.rendered} == {"BODY v002"}
    assert files(out, "sh010", "v002") == ["1001"]
    assert (out / "delivery.json").read_bytes() == before
    delivery = toolkit.conform(out, settings())
    assert [track.name for track in delivery.tracks] == ["PLATE", "BODY v001"]
    assert sum("v002 is not complete (1 of 4 frames up to date)" in note for note in delivery.notes) == 2


def test_the_stage_renders_only_these_too(cut: Path, tmp_path: Path) -> None:
    source = toolkit.read_cut(cut, handles=0)
    toolkit.track(source, tmp_path / "out", settings())
    toolkit.plan(tmp_path / "out", settings())
    done = toolkit.render(tmp_path / "out", settings("output.frames=1004"))
    assert counts(tuple(done)) == [("sh010", 1, 0, 0, 3), ("sh020", 1, 0, 0, 3)]


def test_neighbours_are_painted_but_not_written(cut: Path, tmp_path: Path) -> None:
    blended = ("body.overlap=1", "body.noise=flow")
    toolkit.run(cut, tmp_path / "out", settings(*blended, "output.frames=1003"))
    assert files(tmp_path / "out", "sh010") == ["1003"]
    toolkit.run(cut, tmp_path / "fresh", settings(*blended))
    name = "sh010/BODY/v001/sh010_BODY_v001.1003.exr"
    assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "fresh" / name).read_bytes()


def test_shots_without_these_frames_are_left_alone(tmp_path: Path) -> None:
    clips = []
    for name, count in (("short", 3), ("long", 6)):
        write_sequence(tmp_path / name, range(1, count + 1))
        clips.append(clip(sequence_reference(f"{name}/", 1, time_range(0, count)), time_range(0, count), name=name))
    uneven = write(tmp_path / "cut.otio", timeline(track(*clips), start=time(0)))
    done = toolkit.run(uneven, tmp_path / "out", settings("output.frames=1004-1009"))
    assert counts(done.rendered) == [("long", 3, 0, 0, 3)]
    assert not (tmp_path / "out" / "short").exists()
    with pytest.raises(NoMatchingFrame, match=r"no shot has frames 1-9; .*: short 1001-1003, long 1001-1006$"):
        toolkit.run(uneven, tmp_path / "out", settings("output.frames=1-9"))


@pytest.mark.parametrize("text", ["x", "1003-1001", "1001-", "-3", "1001,1002"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"output\.frames: .* is not a range of frames, such as 1010-1020"):
        settings(f"output.frames={text}")


def test_a_dry_run_counts_them(out: Path, cut: Path, tmp_path: Path) -> None:
    known = check_run(cut, out, settings(OTHER_LOOK, "output.frames=1002-1009"))
    assert [(one.kept, one.rendered) for one in known.passes] == [(0, 3), (0, 3)]
    untracked = check_run(cut, tmp_path / "new", settings("output.frames=1002-1009"))
    assert [(one.kept, one.rendered) for one in untracked.passes] == [(0, 3), (0, 3)]


def test_the_command_says_how_many_are_left(
    cut: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["run", str(cut), "-o", str(tmp_path / "out"), "--set", "output.passes=BODY", "--frames", "1001"]
    assert run_command(command) == 0
    said = capsys.readouterr().out
    assert "6 frames are left; for these, run the same command without --frames\n" in said
    assert "nothing is delivered, since only some frames were asked for\n" in said
    assert run_command([*command, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["delivery"] is None
    assert [one["left"] for one in facts["passes"]] == [3, 3]
    assert run_command([*command, "--progress", "lines"]) == 0
    assert '"delivery"' not in capsys.readouterr().out
    assert run_command(["run", str(cut), "-o", str(tmp_path / "out"), "--set", "output.passes=BODY"]) == 0
    assert "left" not in capsys.readouterr().out
