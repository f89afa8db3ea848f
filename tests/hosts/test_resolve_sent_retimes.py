"""A timeline of Resolve with several uses, a ramp and a compound clip: sent, read, delivered and imported onto it.

The fake's own export has neither ramps nor what is inside compounds, so the tests put them in, in the form of
real exports and of OpenTimelineIO. No real export with the contents of a compound has been seen.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.delivery._deliveries import deliver_frames
from tests.hosts import placed
from tests.hosts.entries import PROBES, footage_of, load
from tests.hosts.placed import Delivered, Shown
from tests.hosts.resolve import Behaviour, FakeResolve, Footage, exports
from tests.hosts.resolve.item import TimelineItem
from tests.hosts.test_shared_frames import compound, frames_of, ramp
from tests.turnover import _cuts as cuts
from toolkit.documents import Cut
from toolkit.turnover import read_cut

pytestmark = pytest.mark.no_cover  # the toolkit's part is measured by its own tests

MOVIE = Footage(frames=200, fps=24.0)


class Editor:
    """A timeline with clips on V1 and a title over each of them on V2."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths = [folder / f"{name}.mov" for name in ("A001", "B002")]
        for path in self.paths:
            cuts.write_movie(path, 200)
        self.fake = FakeResolve(Behaviour(), {str(path): MOVIE for path in self.paths}, probes=PROBES)
        self.timeline = self.fake.users
        self.timeline.tracks["video"][0].items.clear()
        self.media = [self.fake.add_media(str(path), MOVIE) for path in self.paths]
        self.inside: dict[TimelineItem, cuts.Json] = {}
        """What the export has in the place of a clip."""

    def add(self, at: int, duration: int, left: int, *, media: int = 0, speed: float = 100.0) -> TimelineItem:
        place = {"at": at, "left": left, "duration": duration, "speed": speed}
        made = self.fake.add_item(self.timeline, self.media[media], **place)  # type: ignore[arg-type]
        self.fake.add_item(self.timeline, None, at=at, duration=duration, track=2)
        return made

    def add_ramp(self, at: int, duration: int, left: int) -> None:
        item = self.add(at, duration, left)
        self.inside[item] = {"effects": [ramp(left, duration)]}

    def add_compound(self, at: int, duration: int, *tracks: cuts.Json) -> None:
        item = self.add(at, duration, 0)
        item.media = self.fake.add_timeline("scene").media
        self.inside[item] = compound("scene", duration, *tracks)

    def use(self, left: int, duration: int, *, media: int = 0) -> cuts.Json:
        reference = cuts.movie_reference(str(self.paths[media]), cuts.time_range(0, 200))
        return cuts.clip(reference, cuts.time_range(left, duration), name=self.paths[media].name)

    def start(self, entry: str, *arguments: str) -> dict[str, Any]:
        module = load(entry, self.folder)
        module.__dict__.update(self.fake.script_globals())
        report: dict[str, Any] = module.main(list(arguments))
        assert report["problems"] == self.fake.misuse == []
        return report

    def send(self) -> Cut:
        self.start("Toolkit Send Turnover.py", "-o", str(self.folder / "sent"))
        return read_cut(self.folder / "sent" / "turnover.json", handles=16)

    def bring(self, cut: Cut) -> tuple[Shown, dict[str, Any]]:
        """Deliver and import; what the layers on the stack show."""
        deliver_frames(cut, self.folder / "out")
        delivered = Delivered(self.folder / "out" / "delivery.json")
        self.fake.world.footage.update(footage_of(delivered.document))
        report = self.start("Toolkit Import Passes.py", str(delivered.path))
        made = self.fake.timeline(report["timeline"])
        layers = [item for item in made.items("video") if item.media and "_v001" in item.media.name]
        for track in made.tracks["video"]:
            track.items = [item for item in track.items if item in layers]
        return placed.on_timeline(made, delivered), report


@pytest.fixture
def editor(at_home: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    editor = Editor(at_home)
    to_otio = exports.to_otio

    def exported(timeline: Any) -> cuts.Json:
        document: cuts.Json = to_otio(timeline)
        clips = [child for child in document["tracks"]["children"][0]["children"] if "Clip" in child["OTIO_SCHEMA"]]
        items = sorted(timeline.tracks["video"][0].items, key=lambda item: item.start)
        for clip, item in zip(clips, items, strict=True):
            change = next((one for known, one in editor.inside.items() if known.start == item.start), {})
            if change.get("OTIO_SCHEMA"):
                clip.clear()
            clip.update(json.loads(json.dumps(change)))
        return document

    monkeypatch.setattr(exports, "to_otio", exported)
    return editor


def assert_layers(found: Shown, cut: Cut) -> None:
    expected = {(name, shot): layer for shot, layer, _ in frames_of(cut) for name in ("BODY", "FACE")}
    assert found == expected


def tracks_of(editor: Editor, report: dict[str, Any]) -> list[str]:
    return [track.name for track in editor.fake.timeline(report["timeline"]).tracks["video"]]


def test_uses_and_a_ramp_come_back_onto_the_timeline_that_was_sent(editor: Editor) -> None:
    editor.add(0, 20, 50)
    editor.add(20, 16, 40, media=1)
    editor.add(36, 24, 60)
    editor.add_ramp(60, 20, 58)
    cut = editor.send()
    assert [shot.frame_map.frames is not None for shot in cut.shots] == [False, False, False, True]
    assert len(cut.source_shots()) == 2
    found, report = editor.bring(cut)
    assert_layers(found, cut)
    assert report["made_from"] == "scene_04"
    assert tracks_of(editor, report)[1:] == ["BODY v001", "FACE v001", "Video 2"]


def test_layers_whose_plates_are_not_delivered_lie_directly_over_their_clips(editor: Editor) -> None:
    editor.add_ramp(4, 20, 58)
    cut = editor.send()
    found, report = editor.bring(cut)
    assert_layers(found, cut)
    assert report["made_from"] == "scene_04"
    assert tracks_of(editor, report)[1:] == ["BODY v001", "FACE v001", "Video 2"]


def test_clips_inside_a_compound_come_back_over_it(editor: Editor) -> None:
    editor.add(0, 20, 50)
    editor.add_compound(
        20,
        24,
        cuts.track(editor.use(52, 10), editor.use(90, 14)),
        cuts.track(cuts.gap(4), editor.use(100, 20, media=1)),
    )
    cut = editor.send()
    assert [shot.clip_name for shot in cut.shots] == ["A001.mov", *["scene/A001.mov"] * 2, "scene/B002.mov"]
    found, report = editor.bring(cut)
    assert_layers(found, cut)
    assert report["made_from"] == "scene_04"
    layers = ["BODY v001", "FACE v001", "BODY v001 (compound 2)", "FACE v001 (compound 2)"]
    assert tracks_of(editor, report)[1:] == [*layers, "Video 2"]
