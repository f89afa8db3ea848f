"""Passes on twos and threes: chosen by prediction or by hand, delivered as slower layers, and reviewed as filled in."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import toolkit
from tests.conftest import MakeOnce, link_folder
from toolkit.cli import run_command
from toolkit.documents import Cut, Delivery, FaceTracks, PassName, PassPlan, Shot
from toolkit.output import Output
from toolkit.plates import read_attributes
from toolkit.review import FramePictures, Picture, open_pictures
from toolkit.settings import load_settings
from toolkit.stages.acting_facts import choose_steps, predict_steps


def load(out: Path, name: str) -> tuple[Shot, FaceTracks]:
    output = Output(root=out)
    (shot,) = (one for one in Cut.read(output.shots).source_shots() if one.name == name)
    return shot, FaceTracks.read(output.face_track(name))


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (["body.on=auto"], {"BODY": 3}),
        (["body.on=auto", "body.keep=100"], {"BODY": 1}),
        (["body.on=auto", "face.on=auto", "face.keep=100"], {"BODY": 3, "FACE": 1}),
        (["body.on=auto", 'shots."push*".body.on=twos'], {}),
        (["body.on=auto", "output.passes=FACE"], {}),
        ([], {}),
    ],
)
def test_auto_takes_the_fewest_frames_that_keep_enough(
    demo_out: Path, overrides: list[str], expected: dict[str, int]
) -> None:
    shot, faces = load(demo_out, "push_in")
    assert choose_steps(shot, faces, load_settings(overrides=overrides)) == expected


def test_auto_renders_every_frame_where_nobody_acts(demo_out: Path) -> None:
    shot, faces = load(demo_out, "push_in")
    nobody = faces.model_copy(update={"faces": ()})
    assert predict_steps(shot, nobody) == {2: None, 3: None}
    assert choose_steps(shot, nobody, load_settings(overrides=["body.on=auto"])) == {"BODY": 1}


@pytest.fixture(scope="module")
def on_twos(make_once: MakeOnce, demo_out: Path) -> Path:
    """The demo with BODY on threes and FACE on twos: nothing is painted for it."""

    def make(folder: Path) -> None:
        link_folder(demo_out, folder / "out")
        footage = folder / "out" / "footage" / "demo.otio"
        command = ["run", str(footage), "-o", str(folder / "out"), "--engine", "flatten", "--no-report"]
        assert run_command([*command, "--on", "twos", "--on", "BODY=threes"]) == 0

    return make_once("on_twos", make) / "out"


def test_the_delivery_says_how_slow_the_layers_are_and_that_the_host_fills_in(on_twos: Path, demo_out: Path) -> None:
    before, now = (Delivery.read(out / "delivery.json") for out in (demo_out, on_twos))
    ones = {clip.shot: clip for track in before.tracks for clip in track.clips if track.pass_name is None}
    for track in now.tracks:
        step = {PassName.BODY: 3, PassName.FACE: 2, None: 1}[track.pass_name]
        for clip in track.clips:
            plate = ones[clip.shot]
            assert clip.rate == plate.rate / step
            assert (clip.record_first, clip.record_count) == (plate.record_first, plate.record_count)
            assert clip.interpolation == ("host" if track.pass_name is None else "flow")
            assert clip.in_position == clip.in_frame or track.pass_name is None
    (keys,) = (keys for keys in now.faces if keys.shot == "push_in")
    assert len(keys.frames) == 39


def off_plate(frame: FramePictures, picture: Picture | None) -> float:
    """Mean difference from the plate of ``frame``, codes of 255."""
    assert picture is not None
    return float(np.abs(picture.astype(int) - frame.plate).mean())


def test_the_review_sees_what_a_host_fills_in(on_twos: Path) -> None:
    shot, _ = load(on_twos, "push_in")
    plans = [PassPlan.read(on_twos / "push_in" / name / "v002" / "plan.json") for name in PassName]
    wanted = [plans[0].frames[9].source_frame + offset for offset in range(4)]
    with open_pictures(shot, plans, on_twos) as pictures:
        assert pictures.source_frames == list(shot.source_work_range)
        found = list(pictures.frames(wanted))
    with open_pictures(shot, plans, on_twos, interpolation="nearest") as pictures:
        held = list(pictures.frames(wanted))
    missed = [(off_plate(one, one.body), off_plate(one, other.body)) for one, other in zip(found, held, strict=True)]
    assert held[0].body is not None and held[2].body is not None
    assert np.array_equal(held[0].body, held[2].body)
    assert missed[0][0] == missed[0][1] and missed[3][0] == missed[3][1]
    assert missed[1][0] < missed[1][1] and missed[2][0] < missed[2][1]


def test_a_plan_says_what_it_would_cost(on_twos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link_folder(on_twos, tmp_path / "out")
    capsys.readouterr()
    command = ["plan", str(tmp_path / "out"), "--engine", "builtin", "--shot", "push_in", "--on", "BODY=twos"]
    assert run_command([*command, "--predict", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["pass"][:4], row["on"], row["frames"]) for row in rows] == [("BODY", "twos", 39), ("FACE", "ones", 76)]
    assert all(row["kept_on_twos"] >= row["kept_on_threes"] > 90 for row in rows)


def test_layers_on_twos_can_be_baked(cut: Path, tmp_path: Path) -> None:
    """For a host that shows other frames: one file for each frame of the timeline, at its rate."""
    settings = load_settings(overrides=["output.passes=BODY", "body.on=twos", "delivery.bake=retimed"])
    delivery = toolkit.run(cut, tmp_path / "out", settings).delivered
    assert delivery is not None
    layers = [clip for track in delivery.tracks if track.pass_name for clip in track.clips]
    assert {clip.rate for clip in layers} == {delivery.rate} == {Fraction(24)}
    for clip in layers:
        files = sorted((tmp_path / "out" / clip.path).parent.glob("*.exr"))
        assert len(files) == clip.record_count == 4
        assert [read_attributes(path)["toolkit/sourceFrame"] for path in files] == [1001, 1001, 1003, 1003]


@pytest.mark.parametrize(
    ("value", "said"),
    [("HANDS=twos", "--on: 'HANDS' is no pass; use BODY or FACE"), ("BODY=fours", "body.on")],
)
def test_a_wrong_word_is_said(
    demo_out: Path, tmp_path: Path, value: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["run", str(demo_out / "footage" / "demo.otio"), "-o", str(tmp_path / "out"), "--on", value]
    assert run_command(command) != 0
    assert said in capsys.readouterr().err
