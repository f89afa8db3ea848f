"""Render Passes in the fake Resolve with the real toolkit: sent, rendered, imported, and every file on its picture.

Slower than the other tests of this folder, and the only one in which nothing but the host is simulated.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.entries import PROBES, load, start_in
from tests.hosts.resolve import Behaviour, FakeResolve, Footage
from tests.turnover._cuts import write_movie, write_sequence
from toolkit.documents import Delivery, DeliveryClip
from toolkit.faces import FaceModels
from toolkit.plates import read_attributes


class Editor:
    """A timeline of a movie, from its sixth picture on, and of a sequence, from its thirty-first on."""

    def __init__(self, folder: Path) -> None:
        movie, sequence = folder / "A001.mov", folder / "B002"
        write_movie(movie, 40, timecode="10:00:00:00")
        write_sequence(sequence, range(1001, 1061))
        one, other = Footage(frames=40, fps=24.0), Footage(frames=60, fps=24.0)
        self.fake = FakeResolve(Behaviour(), {str(movie): one}, probes=PROBES)
        timeline = self.fake.users
        timeline.tracks["video"][0].items.clear()
        plates: list[tuple[Any, dict[str, Any]]] = [
            (self.fake.add_media(str(movie), one, first=0), {"at": 0, "left": 5, "duration": 20}),
            (
                self.fake.add_media(str(sequence / "plate.[1001-1060].png"), other, first=1001),
                {"at": 24, "left": 30, "duration": 16},
            ),
        ]
        for media, place in plates:
            self.fake.add_item(timeline, media, **place)


def test_the_layers_come_back_over_their_clips_and_again_from_the_stack(
    tmp_path: Path, at_home: Path, face_models: FaceModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOOLKIT_MODELS", str(face_models.finder.parent))
    (at_home / ".toolkit").mkdir(exist_ok=True)
    command = {"command": [sys.executable, "-m", "toolkit.cli"], "version": "0"}
    (at_home / ".toolkit" / "toolkit.json").write_text(json.dumps(command), encoding="utf-8")
    editor = Editor(tmp_path)
    entry = load("Toolkit Render Passes.py", tmp_path)

    def render(*settings: str) -> Any:
        arguments = "-o", str(tmp_path / "turnover"), "--", *settings
        return start_in(entry, editor, *arguments)  # type: ignore[arg-type]  # all it needs: a fake

    report = render()

    assert report["problems"] == report["by_hand"] == editor.fake.misuse == []
    assert report["timeline"] == "scene_04 v001" and report["made_from"] == "scene_04"
    placed = [(one["track"], one["start"] - 86400, one["duration"]) for one in report["placed"]]
    assert placed == [(2, 0, 20), (2, 24, 16), (3, 0, 20), (3, 24, 16)]

    delivery = Delivery.read(Path(report["delivery"]))
    layers = [clip for track in delivery.tracks if track.pass_name for clip in track.clips]
    assert [_source_frame_shown(Path(report["delivery"]).parent, clip) for clip in layers] == [5, 1031, 5, 1031]

    again = render("--set", "face.strength=0.4", "--set", "output.version=2")  # the stack is open now, with its layers
    assert again["problems"] == again["by_hand"] == editor.fake.misuse == []
    assert again["timeline"] == "scene_04 v002" and again["made_from"] == "scene_04 v001"
    assert [one["name"] for one in again["placed"]] == [
        f"{n}_{p}_v002" for p in ("BODY", "FACE") for n in ("A001", "plate")
    ]
    assert again["notes"][0] == "4 layers of the toolkit on this timeline are not part of what is sent"
    assert "skipped: 4 layers made by this toolkit, not plates" in again["notes"]


def _source_frame_shown(root: Path, clip: DeliveryClip) -> int:
    first = (root / clip.path).parent / (clip.pattern % (clip.start_index + clip.in_frame))
    return int(read_attributes(first)["toolkit/sourceFrame"])
