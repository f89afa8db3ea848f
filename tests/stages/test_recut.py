"""A changed cut in the same output folder: what is still there is kept, and only the rest is painted."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

import toolkit
from tests.stages.test_completeness import settings
from tests.turnover._cuts import (
    Json,
    clip,
    gap,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    write,
    write_sequence,
)
from toolkit.cli import run_command
from toolkit.plates import read_attributes
from toolkit.stages import find_changes

HANDLES = "cut.handles=2"


@pytest.fixture
def media(tmp_path: Path) -> Json:
    write_sequence(tmp_path / "plates", range(1, 81))
    return sequence_reference("plates/", 1, time_range(0, 80))


def write_cut(path: Path, *children: Json) -> Path:
    return write(path, timeline(track(*children), start=time(0)))


def painted(done: toolkit.RunResult) -> dict[str, tuple[int, int]]:
    """BODY frames painted, and kept or copied, by shot."""
    bodies = [one for one in done.rendered if one.plan.pass_name == "BODY"]
    return {one.plan.shot: (one.rendered, one.reused + one.kept) for one in bodies}


def test_several_uses_are_rendered_once_and_each_gets_its_layers(media: Json, tmp_path: Path) -> None:
    uses = (
        clip(media, time_range(10, 6), name="a"),
        gap(3),
        clip(media, time_range(12, 8), name="b", effects=[speed(-1)]),
    )
    out = tmp_path / "out"
    done = toolkit.run(write_cut(tmp_path / "cut.otio", *uses), out, settings(HANDLES))
    assert painted(done) == {"a": (14, 0)}
    assert sorted(path.name for path in out.iterdir() if path.is_dir()) == ["a", "report"]
    body = next(item for item in done.delivery.tracks if item.name == "BODY v001")
    assert [(one.name, one.path, one.in_frame, one.record_first, one.speed) for one in body.clips] == [
        ("a_BODY_v001", "a/BODY/v001/a_BODY_v001.1001.exr", 2, 0, 1.0),
        ("b_BODY_v001", "a/BODY/v001/a_BODY_v001.1001.exr", 4, 9, -1.0),
    ]


def test_only_what_is_new_in_a_changed_cut_is_painted(media: Json, tmp_path: Path) -> None:
    out = tmp_path / "out"
    a, b = clip(media, time_range(10, 6), name="a"), clip(media, time_range(50, 6), name="b")
    toolkit.run(write_cut(tmp_path / "v1.otio", a, b), out, settings(HANDLES))
    longer, new = clip(media, time_range(50, 9), name="b"), clip(media, time_range(30, 4), name="a")
    done = toolkit.run(write_cut(tmp_path / "v2.otio", new, longer, a), out, settings(HANDLES))
    assert painted(done) == {"a_2": (8, 0), "b": (3, 10), "a": (0, 10)}


def test_the_command_lists_what_has_changed_and_how_much_is_to_be_rendered(
    media: Json, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = write_cut(tmp_path / "v1.otio", clip(media, time_range(10, 6), name="a"), clip(media, time_range(30, 6)))
    new = write_cut(tmp_path / "v2.otio", clip(media, time_range(12, 6), name="a"), clip(media, time_range(50, 4)))
    arguments = ["shots", str(new), "--since", str(old), "--handles", "2"]
    assert run_command(arguments) == 0
    text = capsys.readouterr().out
    assert "slipped" in text
    assert "13-18 (head +2, tail +2)" in text
    assert "1 gone, 1 new, 1 slipped" in text
    assert run_command([*arguments, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["frames_to_render"], facts["counts"]) == (10, {"gone": 1, "new": 1, "slipped": 1})
    assert [(one["shot"], one["kinds"], one["frames_to_render"]) for one in facts["shots"]] == [
        ("a", ["slipped"], 2),
        ("sh010_2", ["new"], 8),
        ("sh010", ["gone"], 0),
    ]


def test_a_layer_of_a_clip_of_varying_speed_is_the_same_frames_in_the_order_of_the_timeline(
    media: Json, tmp_path: Path
) -> None:
    keys = [[0.0, 0.0, False, 0, 0, 0, 0], [0.25, 0.5, False, 0, 0, 0, 0], [1.0, 0.75, False, 0, 0, 0, 0]]
    ramp = {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "", "metadata": {"Resolve_OTIO": {"Key Frames": keys}}}
    cut = write_cut(tmp_path / "cut.otio", gap(5), clip(media, time_range(0, 12), name="a", effects=[ramp]))
    out = tmp_path / "out"
    done = toolkit.run(cut, out, settings(HANDLES))
    (folder,) = (out / "a" / "BODY" / "v001").glob("retime_*")
    headers = [read_attributes(path) for path in sorted(folder.glob("*.exr"))]
    assert [one["toolkit/sourceFrame"] for one in headers] == [1, 3, 5, 7, 9, 11, 13, 13, 13, 14, 14, 14]
    assert [str(one["timeCode"]) for one in headers][:2] == ["00:00:00:05", "00:00:00:06"]
    body = next(item for item in done.delivery.tracks if item.name == "BODY v001")
    (layer,) = body.clips
    assert (layer.start_index, layer.end_index, layer.speed, layer.in_frame) == (1001, 1012, 1.0, 0)
    assert [item.name for item in done.delivery.tracks] == ["BODY v001"]
    assert any("a has a speed that varies" in note for note in done.delivery.notes)
    before = {path: path.stat().st_mtime_ns for path in folder.glob("*.exr")}
    toolkit.conform(out, settings(HANDLES))
    assert {path: path.stat().st_mtime_ns for path in folder.glob("*.exr")} == before


@pytest.mark.parametrize("seed", range(6))
def test_the_frames_that_the_comparison_counts_are_those_that_a_run_paints(
    seed: int, media: Json, tmp_path: Path
) -> None:
    """Of a random cut, and of the same with uses trimmed, slipped, retimed, split, added, moved and removed."""
    random_ = random.Random(seed)
    uses = [(random_.randint(4, 60), random_.randint(4, 9), random_.choice([1, 1, -1, 0.5])) for _ in range(5)]
    old = write_cut(tmp_path / "v1.otio", *_clips(media, uses))
    changed = [(first + random_.choice([0, 0, 2, -3]), count + random_.choice([0, 3]), at) for first, count, at in uses]
    first, count, at = changed.pop(random_.randrange(5))
    changed += [(random_.randint(4, 60), 5, 1), (first, 2, at), (first + 2, count, at)]
    random_.shuffle(changed)
    new = write_cut(tmp_path / "v2.otio", *_clips(media, changed))
    out = tmp_path / "out"
    toolkit.run(old, out, settings(HANDLES))
    counted = [find_changes(new, since, settings(HANDLES)).frames_to_render for since in (old, out)]
    done = painted(toolkit.run(new, out, settings(HANDLES)))
    assert counted == [sum(count for count, _ in done.values())] * 2


def _clips(media: Json, uses: list[tuple[int, int, float]]) -> list[Json]:
    """One clip for each (first, count, speed), with gaps in between: no through edits."""
    clips = [clip(media, time_range(first, count), effects=[speed(at)] if at != 1 else []) for first, count, at in uses]
    return [item for one in clips for item in (one, gap(2))]
