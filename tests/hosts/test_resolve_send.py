"""Send Turnover: every clip as Resolve reports it, in a document the toolkit reads; the project is not changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Deliveries, Document
from tests.hosts.entries import Desk, Report, load, start_in
from tests.hosts.resolve import FAILURES, VARIATIONS, Behaviour, Footage, Switch, editions, exports
from toolkit.documents import HostClip, Turnover

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit

ENTRY = "Toolkit Send Turnover.py"


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load(ENTRY, tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def make_desk(deliver: Deliveries, at_home: Path) -> Callable[..., Desk]:
    return lambda behaviour=None, **changes: Desk(deliver, behaviour, **changes)


def send(entry: ModuleType, desk: Desk, folder: Path, *more: str) -> tuple[Report, Turnover]:
    before = desk.fake.snapshot()
    report = start_in(entry, desk, "-o", str(folder), *more)
    assert desk.fake.snapshot() == before and desk.fake.misuse == []
    assert report["problems"] == []
    return report, Turnover.read(folder / "turnover.json")


@pytest.mark.parametrize("behaviour", [pytest.param(one, id=name) for name, one in editions()])
def test_the_timeline_is_sent_as_a_turnover_in_every_version_and_edition(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path, behaviour: Behaviour
) -> None:
    desk = make_desk(behaviour)
    _, turnover = send(entry, desk, tmp_path)
    assert (turnover.host, turnover.host_version, turnover.name) == ("resolve", behaviour.version, "scene_04")
    assert (turnover.timeline_id, turnover.otio) == (desk.sent.uid, "timeline.otio")
    assert (turnover.fps, turnover.drop_frame, turnover.start_timecode) == (24.0, False, "01:00:00:00")
    assert (turnover.start_frame, turnover.record_count, turnover.width, turnover.height) == (86400, 96, 1920, 1080)
    movie, sequence = turnover.clips
    assert (movie.name, movie.track, movie.enabled) == ("A001C003_230114.mov", 1, True)
    assert (movie.record_first, movie.record_count, movie.source_first, movie.source_count) == (0, 48, 40, 48)
    assert (movie.speed, movie.media_fps, movie.media_count, movie.media_index) == (1.0, 24.0, 120, 0)
    assert (sequence.record_first, sequence.source_first, sequence.media_count) == (48, 20, 96)
    assert sequence.path.endswith("B002C011.[0101-0196].png") and sequence.media_index == 101


@pytest.mark.parametrize("variation", [pytest.param(one, id=one.name) for one in VARIATIONS])
def test_no_variation_of_resolve_moves_a_clip(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path, variation: Switch
) -> None:
    _, turnover = send(entry, make_desk(variation.behaviour()), tmp_path)
    assert [(clip.record_first, clip.record_count, clip.speed) for clip in turnover.clips] == [(0, 48, 1), (48, 48, 1)]
    assert [clip.source_first for clip in turnover.clips] == pytest.approx([40, 20], abs=0.1)


def single_clip(turnover: Turnover) -> HostClip:
    (clip,) = turnover.clips
    return clip


def replace_cut(desk: Desk, speed: float, left: float, duration: int, footage: Footage) -> None:
    """Replace the cut by a retimed clip of 200 source frames."""
    path = desk.path.parent / "movie.mov"
    path.touch()
    desk.sent.tracks["video"][0].items.clear()
    media = desk.fake.add_media(str(path), footage)
    desk.fake.add_item(desk.sent, media, duration=duration, left=left, speed=speed)


@pytest.mark.parametrize("version", ["18.6.6.7", "19.1.3.7", "20.3.2.9", "21.1.0.14"])
@pytest.mark.parametrize(
    ("speed", "left", "span"), [(200.0, 40, 96.0), (50.0, 40, 24.0), (-100.0, 30, 48.0), (0.0, 12, 1.0)]
)
def test_a_retimed_clip_is_sent_with_its_true_in_point_and_speed(
    entry: ModuleType,
    make_desk: Callable[..., Desk],
    tmp_path: Path,
    *,
    version: str,
    speed: float,
    left: float,
    span: float,
) -> None:
    desk = make_desk(Behaviour(version=version))
    replace_cut(desk, speed, left, 48, Footage(frames=200, fps=24.0, start_timecode="10:00:00:00"))
    clip = single_clip(send(entry, desk, tmp_path)[1])
    assert (clip.speed, clip.source_first, clip.source_count) == (speed / 100, left, span)


def test_a_clip_at_another_rate_is_sent_in_its_own_frames(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk()
    replace_cut(desk, 100.0, 25, 48, Footage(frames=200, fps=25.0, start_timecode="10:00:00:00"))
    clip = single_clip(send(entry, desk, tmp_path)[1])
    assert (clip.speed, clip.media_fps) == (1.0, 25.0) and clip.source_first == pytest.approx(25)
    assert clip.source_count == pytest.approx(50)


@pytest.mark.parametrize("source_end", ["inclusive", "exclusive"])
def test_without_an_export_a_speed_is_estimated_from_the_source_range_and_that_is_noted(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path, source_end: Any
) -> None:
    desk = make_desk(Behaviour(version="20.3.2.9", refuses_exports=True, source_end=source_end))
    replace_cut(desk, 200.0, 40, 48, Footage(frames=200, fps=24.0))
    report, turnover = send(entry, desk, tmp_path)
    assert single_clip(turnover).speed == pytest.approx(2.0, abs=0.03) and turnover.otio == ""
    assert any("exported no OTIO" in note for note in report["notes"])
    assert any("estimated from its source range" in note for note in report["notes"])


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("speed", [-100.0, -50.0, -200.0])
@pytest.mark.parametrize("version", ["19.1.3.7", "20.3.2.9"])
def test_without_an_export_a_reversed_clip_is_not_sent_as_a_forward_one(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path, *, version: str, speed: float, swapped: bool
) -> None:
    desk = make_desk(Behaviour(version=version, refuses_exports=True, swaps_reversed_source=swapped))
    replace_cut(desk, speed, 20, 48, Footage(frames=200, fps=24.0))
    still_there = desk.fake.add_media(str(desk.path.parent / "movie.mov"), Footage(frames=120, fps=24.0))
    desk.fake.add_item(desk.sent, still_there, duration=24, at=48, left=10)
    _, turnover = send(entry, desk, tmp_path)
    assert [clip.record_first for clip in turnover.clips] == [48]
    assert turnover.skipped[0].reason.startswith("it runs backwards, and without an OTIO export this Resolve does not")


@pytest.mark.parametrize(
    ("version", "left", "duration"), [("20.3.2.9", 76, 48), ("20.3.2.9", 0, 200), ("18.6.6.7", 9, 48)]
)
def test_where_the_direction_cannot_be_known_that_is_noted(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path, *, version: str, left: float, duration: int
) -> None:
    """In the middle of its media, or all of them; and before 19.0.3, which reports no source range."""
    desk = make_desk(Behaviour(version=version, refuses_exports=True))
    replace_cut(desk, -100.0, left, duration, Footage(frames=200, fps=24.0))
    report, turnover = send(entry, desk, tmp_path)
    assert single_clip(turnover).speed == 1.0
    assert sum("forwards" in note for note in report["notes"]) == 1


def test_without_an_export_a_forward_clip_needs_no_note_on_its_direction(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    report, turnover = send(entry, make_desk(Behaviour(version="20.3.2.9", refuses_exports=True)), tmp_path)
    assert [clip.speed for clip in turnover.clips] == [1.0, 1.0]
    assert not any("forwards" in note for note in report["notes"])


def test_items_without_a_media_file_are_skipped_with_the_reason(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk()
    desk.fake.add_item(desk.sent, None, duration=24, track=2)
    desk.fake.add_item(desk.sent, desk.fake.add_media("/gone/a.mov", Footage(frames=90)), duration=24, at=24, track=2)
    nested = desk.fake.add_timeline("nested").media
    desk.fake.add_item(desk.sent, nested, duration=24, at=48, track=2)
    report, turnover = send(entry, desk, tmp_path)
    assert [(one.track, one.record_first, one.record_count) for one in turnover.skipped] == [
        (2, 0, 24), (2, 24, 24), (2, 48, 24),
    ]  # fmt: skip
    reasons = [one.reason for one in turnover.skipped]
    assert reasons[0].startswith("no media: ") and reasons[1] == "offline: /gone/a.mov is missing"
    assert reasons[2] == "not a media file: Timeline"
    assert len(turnover.clips) == 2 and sum("is not sent" in note for note in report["notes"]) == 3


def change_export(monkeypatch: pytest.MonkeyPatch, change: Callable[[list[Any]], object]) -> None:
    """Let Resolve's export have other children on V1."""
    to_otio = exports.to_otio

    def changed(timeline: Any) -> Document:
        document = to_otio(timeline)
        change(document["tracks"]["children"][0]["children"])
        return document

    monkeypatch.setattr(exports, "to_otio", changed)


def test_a_speed_ramp_is_sent_for_the_export_to_describe(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its 21st frame at 100 % to the end at 200 %: what is read back is what the curve says."""
    keys = [[0.0, 20 / 24, False, 0, 0, 0, 0], [1.0, 44 / 24, False, 0, 0, 0, 0], [2.0, 92 / 24, False, 0, 0, 0, 0]]
    ramp = {"Resolve_OTIO": {"Speed Ratio": 1.5, "Key Frames": keys}}
    effect = {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "", "metadata": ramp}
    change_export(monkeypatch, lambda children: children[1]["effects"].append(effect))
    report, turnover = send(entry, make_desk(), tmp_path)
    assert [(clip.record_first, clip.is_in_export_only) for clip in turnover.clips] == [(0, False), (48, True)]
    assert turnover.skipped == () and not any("ramp" in note for note in report["notes"])


def test_a_compound_clip_is_sent_if_the_export_has_what_is_inside(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()
    desk.sent.tracks["video"][0].items[0].media = desk.fake.add_timeline("nested").media

    def nest(children: list[Any]) -> None:
        inner = {"OTIO_SCHEMA": "Track.1", "kind": "Video", "children": [dict(children[1])]}
        children[0] = {**children[0], "OTIO_SCHEMA": "Stack.1", "children": [inner]}

    _, turnover = send(entry, desk, tmp_path)
    assert [row.reason for row in turnover.skipped] == ["not a media file: Timeline"]
    change_export(monkeypatch, nest)
    _, turnover = send(entry, desk, tmp_path)
    assert [(clip.path, clip.is_in_export_only) for clip in turnover.clips[:1]] == [("", True)]
    assert turnover.skipped == ()


def test_disabled_clips_and_tracks_are_sent_as_disabled(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk()
    desk.sent.tracks["video"][0].items[0].enabled = False
    _, turnover = send(entry, desk, tmp_path)
    assert [clip.enabled for clip in turnover.clips] == [False, True]
    desk.sent.tracks["video"][0].enabled = False
    _, turnover = send(entry, desk, tmp_path)
    assert [clip.enabled for clip in turnover.clips] == [False, False]


def test_markers_clip_colours_and_alpha_are_sent_as_resolve_names_them(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk()
    item = desk.sent.tracks["video"][0].items[0]
    item.AddMarker(3, "Cyan", "here", "softer", 1)
    item.SetClipColor("Teal")
    desk.sent.AddMarker(5, "Red", "cut", "tighten", 1)
    _, turnover = send(entry, desk, tmp_path)
    clip = turnover.clips[0]
    (marker,) = clip.markers
    assert (marker.frame, marker.colour, marker.name, marker.note) == (3.0, "Cyan", "here", "softer")
    assert (clip.colour, clip.alpha) == ("Teal", "None")
    assert [(one.frame, one.note) for one in turnover.markers] == [(5.0, "tighten")]


@pytest.mark.parametrize(
    ("science", "mode"),
    [
        ("davinciYRGB", "unmanaged"),
        ("davinciYRGBColorManaged", "managed"),
        ("davinciYRGBColorManagedv2", "managed"),
        ("acescc", "aces"),
        ("acescct", "aces"),
        ("somethingNew", "unknown"),
    ],
)
def test_the_colour_science_is_sent(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path, science: str, mode: str
) -> None:
    colour = send(entry, make_desk(Behaviour(colour_science=science)), tmp_path)[1].colour
    assert (colour.mode, colour.science) == (mode, science)
    assert bool(colour.working) == (mode != "unmanaged")


def test_the_input_colour_spaces_of_a_managed_project_are_sent(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk(Behaviour(colour_science="davinciYRGBColorManagedv2"))
    media: Any = desk.sent.tracks["video"][0].items[0].GetMediaPoolItem()
    assert media.SetClipProperty("Input Color Space", "Rec.709 Gamma 2.4")
    _, turnover = send(entry, desk, tmp_path)
    assert [clip.input_colour_space for clip in turnover.clips] == ["Rec.709 Gamma 2.4", ""]


# --- which clips --------------------------------------------------------------------------------------------------


def test_only_selected_clips_are_sent_where_resolve_reports_them(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk()
    desk.sent.selected = [desk.sent.tracks["video"][0].items[1]]
    report, turnover = send(entry, desk, tmp_path)
    assert [clip.record_first for clip in turnover.clips] == [48] and turnover.record_count == 96
    assert "selected clips of 'scene_04'" in report["done"]
    assert len(send(entry, desk, tmp_path, "--whole")[1].clips) == 2
    older = make_desk(Behaviour(version="20.3.2.9"))
    older.sent.selected = [older.sent.tracks["video"][0].items[1]]
    assert len(send(entry, older, tmp_path)[1].clips) == 2


@pytest.mark.parametrize(("marks", "sent"), [((0, 47), [0]), ((47, 48), [0, 48]), ((60, 70), [48]), ((0, 95), [0, 48])])
@pytest.mark.parametrize("midnight", [0, 86400])
def test_clips_that_touch_the_in_out_range_are_sent_in_full(
    entry: ModuleType,
    make_desk: Callable[..., Desk],
    tmp_path: Path,
    *,
    marks: tuple[int, int],
    sent: list[int],
    midnight: int,
) -> None:
    desk = make_desk(Behaviour(version="20.3.2.9"))
    desk.sent.in_out = {"video": {"in": marks[0] + midnight, "out": marks[1] + midnight}}
    turnover = send(entry, desk, tmp_path)[1]
    assert [clip.record_first for clip in turnover.clips] == sent
    assert all(clip.record_count == 48 for clip in turnover.clips)


@pytest.mark.parametrize(("mark", "sent"), [({"in": 50}, [48]), ({"in": 40}, [0, 48]), ({"out": 40}, [0])])
@pytest.mark.parametrize("midnight", [0, 86400])
def test_a_single_in_or_out_point_is_enough(
    entry: ModuleType,
    make_desk: Callable[..., Desk],
    tmp_path: Path,
    *,
    mark: dict[str, int],
    sent: list[int],
    midnight: int,
) -> None:
    desk = make_desk(Behaviour(version="20.3.2.9"))
    desk.sent.in_out = {"video": {name: frame + midnight for name, frame in mark.items()}}
    assert [clip.record_first for clip in send(entry, desk, tmp_path)[1].clips] == sent


def test_without_a_timeline_the_media_pool_selection_is_sent(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk()
    desk.fake.project.current = None
    desk.fake.pool.selected = desk.fake.pool.root.clips[-2:]
    _, turnover = send(entry, desk, tmp_path)
    assert [(clip.record_first, clip.record_count) for clip in turnover.clips] == [(0, 120), (120, 96)]
    assert (turnover.name, turnover.timeline_id, turnover.record_count) == ("A film", "", 216)


# --- failures -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("switch", [pytest.param(one, id=one.name) for one in FAILURES])
def test_every_failure_ends_in_a_correct_turnover_or_none(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path, switch: Switch
) -> None:
    desk = make_desk(switch.behaviour(project_rate="24"))
    before = desk.fake.snapshot()
    report = start_in(entry, desk, "-o", str(tmp_path / "to"))
    assert desk.fake.snapshot() == before and desk.fake.misuse == []
    if report["problems"]:
        assert not (tmp_path / "to" / "turnover.json").exists()
        return
    turnover = Turnover.read(tmp_path / "to" / "turnover.json")
    assert [(clip.record_first, clip.record_count) for clip in turnover.clips] == [(0, 48), (48, 48)]
    assert bool(turnover.otio) == (tmp_path / "to" / "timeline.otio").is_file()


def test_a_timeline_without_an_online_clip_is_not_sent(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk()
    desk.sent.tracks["video"][0].items.clear()
    desk.fake.add_item(desk.sent, None, duration=24)
    report = start_in(entry, desk, "-o", str(tmp_path))
    assert "no clip has an online media file; '': no media: " in report["problems"][0]
    assert not (tmp_path / "turnover.json").exists()


def test_an_older_turnover_is_kept_when_a_new_one_cannot_be_written(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk()
    send(entry, desk, tmp_path)
    text = (tmp_path / "turnover.json").read_text(encoding="utf-8")
    (tmp_path / "turnover.json.part").mkdir()
    assert "stopped by" in start_in(entry, desk, "-o", str(tmp_path))["problems"][0]
    assert (tmp_path / "turnover.json").read_text(encoding="utf-8") == text


def test_an_older_turnover_keeps_its_export_when_nothing_can_be_sent(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    """The toolkit reads the shots from the turnover's export; another timeline's export would be another cut."""
    desk, folder = make_desk(), tmp_path / "to"
    send(entry, desk, folder)
    before = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    desk.sent.tracks["video"][0].items.clear()
    desk.fake.add_item(desk.sent, None, duration=24)
    assert "no clip has an online media file" in start_in(entry, desk, "-o", str(folder))["problems"][0]
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == before
    assert set(before) == {"timeline.otio", "turnover.json"}


# --- the folder ---------------------------------------------------------------------------------------------------


def test_from_the_menu_it_asks_for_a_folder_and_remembers_it(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, tmp_path: Path
) -> None:
    desk = make_desk()
    desk.fake.fusion.chosen = [str(tmp_path / "one"), str(tmp_path / "two")]
    for folder in ("one", "two"):
        desk.fake.ui.actions = [("Done", "Clicked")]
        assert start_in(entry, desk)["turnover"] == str(tmp_path / folder / "turnover.json")
    assert desk.fake.fusion.dialog_folders == [str(at_home / "toolkit_turnovers" / "scene_04"), str(tmp_path / "one")]


def test_cancelling_the_folder_dialog_sends_nothing(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path
) -> None:
    assert start_in(entry, make_desk())["problems"] == ["no folder was selected"]
    assert list(at_home.iterdir()) == []


def test_without_a_dialog_the_folder_is_named_after_the_timeline(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()
    desk.sent.name = "reel 3: día/noche"
    desk.fake.script_globals = lambda: {"resolve": desk.fake.handle}  # type: ignore[method-assign]
    report = start_in(entry, desk)
    assert Path(report["turnover"]) == at_home / "toolkit_turnovers" / "reel 3_ d_a_noche" / "turnover.json"
    assert json.loads(Path(report["turnover"]).read_text(encoding="utf-8"))["name"] == "reel 3: día/noche"


# --- a timeline with our layers ------------------------------------------------------------------------------------


@pytest.fixture
def stacked(make_desk: Callable[..., Desk], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A Resolve in which the stack of v001 is open."""
    desk = make_desk()
    passes = load("Toolkit Import Passes.py", tmp_path_factory.mktemp("import"))
    assert start_in(passes, desk, str(desk.path))["problems"] == []
    return desk


@pytest.mark.parametrize(
    ("name", "cut"), [("scene_04 v001", "scene_04"), ("scene_04 v012 2", "scene_04"), ("Reel 2", "Reel 2")]
)
def test_from_a_stack_the_cut_is_sent_without_the_layers(
    entry: ModuleType, stacked: Desk, tmp_path: Path, at_home: Path, *, name: str, cut: str
) -> None:
    """What is rendered from it is another version of the same cut."""
    stacked.fake.timeline("scene_04 v001").name = name
    report, turnover = send(entry, stacked, tmp_path)
    assert turnover.name == cut and turnover.skipped == ()
    assert [clip.name for clip in turnover.clips] == ["A001C003_230114.mov", "B002C011.[0101-0196].png"]
    assert report["notes"] == ["4 layers of the toolkit on this timeline are not part of what is sent"]
    start_in(entry, stacked)
    assert stacked.fake.fusion.dialog_folders == [str(at_home / "toolkit_turnovers" / cut)]


def test_a_timeline_without_layers_keeps_its_name_whatever_it_ends_with(
    entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = make_desk()
    desk.sent.name = "anna v002"
    assert send(entry, desk, tmp_path)[1].name == "anna v002"
