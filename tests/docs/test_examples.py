"""The script in the quick start for TDs runs exactly as printed on the page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs._pages import REPOSITORY, blocks
from tests.turnover._cuts import clip, sequence_reference, time, time_range, timeline, track, write, write_sequence

PAGE = REPOSITORY / "docs" / "quickstart-td.md"
SCRIPT = blocks(PAGE.read_text(encoding="utf-8"), "python")[0]


@pytest.fixture
def cut(tmp_path: Path, model: Path) -> Path:
    """A timeline of a close-up and a wide shot, four frames each."""
    write_sequence(tmp_path / "plates", range(1001, 1009))
    reference = sequence_reference("plates/", 1001, time_range(1001, 8))
    clips = [clip(reference, time_range(first, 4), name=name) for name, first in (("cu010", 1001), ("ws020", 1005))]
    return write(tmp_path / "cut.otio", timeline(track(*clips), start=time(0)))


def test_the_script_renders_the_chosen_shots_and_delivers_them(cut: Path) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, cwd=cut.parent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 passes,")
    out = cut.parent / "out"
    assert sorted(path.parent.relative_to(out).as_posix() for path in out.rglob("plan.json")) == ["cu010/FACE/v001"]
    assert len(list(out.rglob("*.exr"))) == 4  # the preset has no handles
    delivery = json.loads((out / "delivery.json").read_text(encoding="utf-8"))
    assert [track["name"] for track in delivery["tracks"]] == ["PLATE", "FACE v001"]
    assert any("ws020" in note for note in delivery["notes"])
