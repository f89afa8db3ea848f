"""Mattes through the stages: asked for and delivered, put back beside the cut, and what is said about them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

import toolkit
from tests.passes._plate import COUNT, FIRST, HEIGHT, WIDTH
from tests.passes.planning.test_fades import tracks
from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, track, write
from toolkit.cli import run_command
from toolkit.output import Output
from toolkit.settings import Settings, load_settings

FRAMES = list(range(FIRST, FIRST + COUNT))
MATTES = "sh010/FACE/v001/mattes/sh010_FACE_v001_matte_face0"


@pytest.fixture
def out(plate_pattern: Path, tmp_path: Path) -> Path:
    """One shot of twelve frames that is tracked: its face leaves after nine of them."""
    reference = sequence_reference(f"{plate_pattern.parent.name}/", FIRST, time_range(FIRST, COUNT))
    used = clip(reference, time_range(FIRST, COUNT), name="sh010")
    cut = toolkit.read_cut(write(tmp_path / "cut.otio", timeline(track(used), start=time(0))))
    output = Output(root=tmp_path / "out")
    cut.write(output.shots)
    tracks("F" * 9 + "...").write(output.face_track("sh010"))
    return output.root


def finish(out: Path, settings: Settings) -> toolkit.Delivery:
    toolkit.plan(out, settings)
    toolkit.render(out, settings)
    return toolkit.conform(out, settings)


def put(out: Path, *source_frames: int, value: int = 255) -> None:
    """A matte that covers the whole plate."""
    folder = out.parent / "guides/sh010"
    folder.mkdir(parents=True, exist_ok=True)
    for frame in source_frames:
        assert cv2.imwrite(str(folder / f"matte.{frame:04d}.png"), np.full((HEIGHT, WIDTH), value, np.uint8))


def matte_notes(delivery: toolkit.Delivery) -> list[str]:
    return [note for note in delivery.notes if "matte" in note]


def test_mattes_are_written_only_if_asked_for(out: Path) -> None:
    delivery = finish(out, Settings())
    assert delivery.mattes == ()
    assert "mattes" not in json.loads((out / "delivery.json").read_text(encoding="utf-8"))
    assert not list(out.rglob("mattes"))


def test_mattes_are_listed_in_the_delivery_and_its_checksums(out: Path) -> None:
    settings = load_settings(overrides=["output.mattes=true", "delivery.checksums=true"])
    (matte,) = finish(out, settings).mattes
    assert (matte.shot, matte.face, matte.version) == ("sh010", 0, 1)
    assert (matte.path, matte.pattern) == (f"{MATTES}.0101.exr", "sh010_FACE_v001_matte_face0.%04d.exr")
    assert (matte.start_index, matte.end_index) == (FRAMES[0], FRAMES[-1])
    sums = (out / "checksums.sha256").read_text(encoding="utf-8")
    assert all(f"  {MATTES}.{frame:04d}.exr\n" in sums for frame in FRAMES)


def test_an_incomplete_sequence_is_not_listed(out: Path) -> None:
    finish(out, load_settings(overrides=["output.mattes=true"]))
    (out / f"{MATTES}.0105.exr").unlink()
    assert toolkit.conform(out).mattes == ()


def test_mattes_of_an_earlier_run_follow_their_frames(out: Path) -> None:
    asked = load_settings(overrides=["output.mattes=true"])
    toolkit.plan(out, asked)
    toolkit.render(out, asked)
    before = (out / f"{MATTES}.0101.exr").read_bytes()
    softer = load_settings(overrides=["matte.feather=0.2"])
    assert len(finish(out, softer).mattes) == 1
    assert (out / f"{MATTES}.0101.exr").read_bytes() != before


def test_another_version_has_mattes_of_its_own(out: Path) -> None:
    asked = load_settings(overrides=["output.mattes=true"])
    finish(out, asked)
    before = (out / f"{MATTES}.0101.exr").read_bytes()
    put(out, FIRST, value=0)
    (matte,) = finish(out, asked).mattes
    assert matte.version == 2
    assert matte.path == f"{MATTES.replace('v001', 'v002')}.0101.exr"
    assert (out / f"{MATTES}.0101.exr").read_bytes() == before


def test_mattes_that_are_put_back_as_they_are_named_are_used(out: Path) -> None:
    finish(out, load_settings(overrides=["output.mattes=true"]))
    shutil.copytree(out / "sh010/FACE/v001/mattes", out.parent / "guides/sh010")
    _, face = toolkit.plan(out)
    (matte,) = face.mattes
    assert matte.path == str(out.parent / "guides/sh010/sh010_FACE_v001_matte_face0.####.exr")


def test_a_delivery_says_where_a_matte_shows_more_than_is_rendered(out: Path) -> None:
    put(out, *FRAMES[:3], FRAMES[-1])
    (note,) = matte_notes(finish(out, Settings()))
    assert note == (
        "sh010: the matte that is read for face 0 shows more than FACE v001 renders in 1001-1003, 1012, and is cut "
        "there: draw it smaller, or raise face.padding. A frame without the face renders nothing"
    )
    put(out, *FRAMES[:3], FRAMES[-1], value=0)
    assert matte_notes(finish(out, Settings())) == []


def test_plan_says_which_mattes_are_read(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(out, *FRAMES[:3])
    assert run_command(["plan", str(out)]) == 0
    where = out.parent / "guides/sh010/matte.####.png"
    sentence = f"sh010: FACE v001 has the matte of face 0 from {where} in 3 of 12 frames"
    assert sentence in capsys.readouterr().out.splitlines()
    assert run_command(["plan", str(out), "--json"]) == 0
    assert [row["pass"] for row in json.loads(capsys.readouterr().out)] == ["BODY v001", "FACE v001"]
