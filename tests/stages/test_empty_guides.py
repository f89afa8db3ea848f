"""A delivery says which frames were painted without which control, because its guide shows nothing there."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import toolkit
from tests.engines.fake_automatic1111 import FakeAutomatic1111
from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, track, write, write_sequence
from toolkit.settings import Settings, load_settings

FRAMES = range(1001, 1007)
EMPTY = (1002, 1003, 1006)
"""Source frames in which the 3D package has rendered nothing."""


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """One shot of six frames, with lines from a 3D package."""
    write_sequence(tmp_path / "sh010", FRAMES)
    (tmp_path / "guides").mkdir()
    for number in FRAMES:
        lines = np.zeros((16, 32, 3), np.uint8)
        lines[5:9, 7] = 0 if number in EMPTY else 255
        assert cv2.imwrite(str(tmp_path / f"guides/lines.{number}.png"), lines)
    one = clip(sequence_reference("sh010/", 1001, time_range(0, 6)), time_range(0, 6), name="sh010")
    return write(tmp_path / "cut.otio", timeline(track(one), start=time(0)))


def settings(server: FakeAutomatic1111, *assignments: str) -> Settings:
    control = 'body.controls=[{kind="lineart", model="lines", source="guides/lines.####.png"}]'
    named = ["engine=automatic1111", f"server.url={server.address}", "output.passes=BODY", control]
    return load_settings(overrides=[*named, *assignments])


def control_notes(delivery: toolkit.Delivery) -> list[str]:
    return [note for note in delivery.notes if "control" in note]


def test_a_delivery_says_which_frames_were_painted_without_a_control(cut: Path, tmp_path: Path) -> None:
    with FakeAutomatic1111(controls=["lines"]) as server:
        first = toolkit.run(cut, tmp_path / "out", settings(server)).delivery
        other = toolkit.run(cut, tmp_path / "out", settings(server, "output.version=7")).delivery
        sent = [bool(body["alwayson_scripts"]) for body in server.img2img_bodies]
    assert sent.count(False) == len(EMPTY)
    assert len(sent) == len(FRAMES), "the other version was copied"
    (note,) = control_notes(first)
    assert note.startswith("sh010: BODY v001 was painted without its control lineart in 1002-1003, 1006: ")
    (note,) = control_notes(other)
    assert note.startswith("sh010: BODY v007 was painted without its control lineart in 1002-1003, 1006: ")
    assert control_notes(toolkit.conform(tmp_path / "out")) == [note]


def test_guides_that_show_something_are_not_mentioned(cut: Path, tmp_path: Path) -> None:
    for number in EMPTY:
        cv2.imwrite(str(tmp_path / f"guides/lines.{number}.png"), np.full((16, 32, 3), 9, np.uint8))
    with FakeAutomatic1111(controls=["lines"]) as server:
        delivery = toolkit.run(cut, tmp_path / "out", settings(server)).delivery
    assert not control_notes(delivery)


def test_an_engine_without_guides_is_not_said_to_lack_them(cut: Path, tmp_path: Path) -> None:
    with FakeAutomatic1111(controls=["lines"]) as server:
        wanted = settings(server, "engine=builtin")
    assert not control_notes(toolkit.run(cut, tmp_path / "out", wanted).delivery)
