"""A cut that several tests of the stages use, and the same rendered."""

from __future__ import annotations

from pathlib import Path

import pytest

import toolkit
from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, track, write, write_sequence
from toolkit.settings import load_settings


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """Two shots of four frames."""
    clips = []
    for name in ("sh010", "sh020"):
        write_sequence(tmp_path / name, range(1001, 1005))
        clips.append(clip(sequence_reference(f"{name}/", 1001, time_range(0, 4)), time_range(0, 4), name=name))
    return write(tmp_path / "cut.otio", timeline(track(*clips), start=time(0)))


@pytest.fixture
def out(cut: Path, tmp_path: Path) -> Path:
    """The cut, rendered and delivered."""
    toolkit.run(cut, tmp_path / "out", load_settings(overrides=["output.passes=BODY"]))
    return tmp_path / "out"
