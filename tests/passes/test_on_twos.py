"""On twos and threes: fewer frames are rendered, in files that follow each other and last as long as their plate."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import OpenEXR
import pytest

from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, sample, shot_of, tracks_of
from tests.passes.rendering.test_reuse import counts, digests, render
from toolkit.documents import PassName, PassPlan
from toolkit.frames import FrameRange
from toolkit.passes import ActingFacts, plan_passes
from toolkit.settings import load_settings

SHOT = shot_of(Path("nowhere/plate.####.png"))
"""Frames 103 to 110 are used, 101 to 112 rendered."""


def plan_body(*assignments: str, steps: dict[PassName, int] | None = None) -> PassPlan:
    tracks = tracks_of([sample(FIRST + index) for index in range(COUNT)])
    settings = load_settings(overrides=list(assignments))
    return plan_passes(SHOT, tracks, settings, cut_folder=CUT_FOLDER, acting=ActingFacts(steps=steps or {}))[0]


@pytest.mark.parametrize(
    ("on", "begins", "frames"),
    [
        ("twos", [101, 103, 105, 107, 109, 111, 113], [101, 103, 105, 107, 109, 111, 112]),
        ("threes", [100, 103, 106, 109, 112], [101, 103, 106, 109, 112]),
    ],
)
def test_files_begin_on_the_first_used_frame_and_reach_over_both_ends(
    on: str, begins: list[int], frames: list[int]
) -> None:
    """A host can fill in every frame: the files at the ends show the first and the last frame of the shot."""
    plan = plan_body(f"body.on={on}")
    assert [lasting.start for _, lasting in plan.spans()] == begins
    assert [frame.source_frame for frame in plan.frames] == frames
    assert [frame.shot_frame for frame in plan.frames] == [frame - 100 + 1000 for frame in frames]
    assert [frame.number for frame in plan.frames] == list(range(1001, 1001 + len(frames)))
    assert plan.shows(SHOT.source_work_range)
    assert not plan.shows(FrameRange(first=101, last=115))


def test_a_file_that_begins_before_its_media_has_no_label_of_the_day_before() -> None:
    media = SHOT.media.model_copy(update={"timecode_first": None})
    tracks = tracks_of([sample(FIRST + index) for index in range(COUNT)])
    settings = load_settings(overrides=["body.on=threes"])
    (plan, _) = plan_passes(SHOT.model_copy(update={"media": media}), tracks, settings, cut_folder=CUT_FOLDER)
    assert (plan.source_first, plan.file_timecode_first) == (FIRST - 1, 0)


def test_a_frame_is_shown_by_the_file_that_lasts_over_it() -> None:
    plan = plan_body("body.on=threes")
    shown = [plan.frame_at(frame).number for frame in SHOT.source_work_range]
    assert shown == [1001, 1001, 1002, 1002, 1002, 1003, 1003, 1003, 1004, 1004, 1004, 1005]


def test_auto_is_what_the_caller_chose_and_ones_otherwise() -> None:
    assert plan_body("body.on=auto").step == 1
    assert plan_body("body.on=auto", steps={PassName.BODY: 3}).step == 3
    assert plan_body("body.on=twos", steps={PassName.BODY: 3}).step == 2


def test_a_plan_on_ones_is_written_as_before() -> None:
    text = plan_body().model_dump_json()
    assert "stepping" not in text and "file_number" not in text


def test_headers_have_the_rate_and_the_timecode_of_the_files(plate_pattern: Path, tmp_path: Path) -> None:
    """The plate's 01:00:00:00 is frame 101; the first file begins a frame before it. Eight files make a second."""
    render(plate_pattern, tmp_path, "output.passes=BODY", "body.on=threes")
    paths = sorted((tmp_path / "sh010" / "BODY" / "v001").glob("*.exr"))
    assert [path.name for path in paths] == [f"sh010_BODY_v001.{number}.exr" for number in range(1001, 1006)]
    headers = [OpenEXR.File(str(path), header_only=True).header() for path in paths]
    assert {one["framesPerSecond"] for one in headers} == {Fraction(8000, 1001)}
    labels = [(code.hours, code.minutes, code.seconds, code.frame) for code in (one["timeCode"] for one in headers)]
    assert labels == [(0, 59, 59, 7), *((1, 0, 0, frame) for frame in range(4))]
    assert [one["toolkit/sourceFrame"] for one in headers] == [101, 103, 106, 109, 112]


def test_going_over_to_twos_and_back_paints_nothing_again(plate_pattern: Path, tmp_path: Path) -> None:
    render(plate_pattern, tmp_path / "out")
    before = digests(tmp_path / "out")
    assert counts(render(plate_pattern, tmp_path / "out", "body.on=twos")) == {"BODY": (0, 7, 0), "FACE": (0, 0, 12)}
    render(plate_pattern, tmp_path / "fresh", "body.on=twos")
    assert digests(tmp_path / "out") == digests(tmp_path / "fresh")
    assert counts(render(plate_pattern, tmp_path / "out"))["BODY"] == (5, 7, 0)
    assert digests(tmp_path / "out") == before


@pytest.mark.parametrize("assignment", ["body.overlap=1", "body.noise=flow"])
def test_neighbours_and_moving_noise_go_from_one_rendered_frame_to_the_next(
    plate_pattern: Path, tmp_path: Path, assignment: str
) -> None:
    asked = ("output.passes=BODY", "body.on=twos", assignment)
    render(plate_pattern, tmp_path / "whole", *asked)
    render(plate_pattern, tmp_path / "parts", *asked, "output.frames=1005-1012")
    render(plate_pattern, tmp_path / "parts", *asked)
    assert len(digests(tmp_path / "whole")) == 7
    assert digests(tmp_path / "parts") == digests(tmp_path / "whole")
