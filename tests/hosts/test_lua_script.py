"""The Lua entry in a real Lua on a fake Resolve with the failures reported of the real one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.delivered import Change, Deliveries, Document, clips, golden, retime, set_on
from tests.hosts.lua_host import LUAS, SCRIPT, new_lua, run
from tests.hosts.resolve import FAILURES, VARIATIONS, VERSIONS, Behaviour, FakeResolve, Footage, Switch, editions
from toolkit.documents import Delivery

Report = dict[str, Any]
PROBES = ("TimelineItem.SetSpeed", "TimelineItem.GetSpeed")
"""Methods it calls to find out whether a version has them."""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A temporary home folder."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(params=LUAS)
def each_lua(request: pytest.FixtureRequest) -> Any:
    """Both kinds of Lua, for behaviour that could differ."""
    return new_lua(request.param)


@pytest.fixture
def lua() -> Any:
    """The kind of Lua in Resolve, for behaviour that depends on Resolve."""
    return new_lua("luajit21")


def resolve_with(path: Path, behaviour: Behaviour | None = None, *, audio: bool = False) -> FakeResolve:
    """Return a Resolve that can read the delivery's movies, with or without audio."""
    document = json.loads(path.read_text(encoding="utf-8"))
    every = [clip for track in document["tracks"] for clip in track["clips"]]
    footage = {
        clip["path"]: Footage(frames=clip["end_index"] + 1, fps=clip["fps"], audio=audio)
        for clip in every
        if clip["kind"] == "movie"
    }
    return FakeResolve(behaviour, footage, probes=PROBES)


def import_delivery(lua: Any, path: Path, fake: FakeResolve) -> Report:
    """Run the entry, choosing ``path`` in its dialog; return the report it writes beside the delivery."""
    fake.fusion.chosen.append(str(path))
    (path.parent / "resolve_report.json").unlink(missing_ok=True)
    printed = run(lua, fake)
    report: Report = json.loads((path.parent / "resolve_report.json").read_text(encoding="utf-8"))
    lines = [f"problem: {one}" for one in report["problems"]] + [f"by hand: {one}" for one in report["by_hand"]]
    assert [line.strip() for line in printed[1:]] == lines + [f"note: {one}" for one in report["notes"]]
    assert printed[0] == f"Toolkit Import Passes (Lua): {report['done'] or 'nothing was done'}"
    return report


Stack = list[list[tuple[int, int, float, str]]]
"""(record frame from the timeline's start, duration, in point, media) of every item, track by track."""


def read_stack(fake: FakeResolve, name: str) -> Stack:
    """Return the items on the video tracks of a timeline."""
    made = fake.timeline(name)
    return [
        [
            (item.start - made.start, item.duration, item.left, item.media.path if item.media else "")
            for item in sorted(track.items, key=lambda item: item.start)
        ]
        for track in made.tracks["video"]
    ]


def expected_stack(path: Path) -> Stack:
    """Return the items specified by delivery.json."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return [
        [
            (clip["record_first"], clip["record_count"], clip["in_frame"], pool_path(path, clip))
            for clip in sorted(track["clips"], key=lambda clip: int(clip["record_first"]))
        ]
        for track in document["tracks"]
    ]


def pool_path(path: Path, clip: Document) -> str:
    if clip["kind"] == "movie":
        return str(clip["path"])
    first = path.parent / clip["path"]
    span = f"[{clip['start_index']:04d}-{clip['end_index']:04d}]"
    return str(first.parent / clip["pattern"].replace("%04d", span))


def sequence_plate_path(path: Path) -> str:
    """Return the first file of the golden delivery's sequence plate."""
    return str(path.parent.parent / "plates" / "B002C011.0101.png")


def assert_right(report: Report, fake: FakeResolve, path: Path) -> None:
    """Assert that every clip is on its frame, and nothing else is on the timeline."""
    assert report["problems"] == [], report
    assert read_stack(fake, report["timeline"]) == expected_stack(path)
    reported = [(one["track"], one["start"], one["duration"]) for one in report["placed"]]
    made = fake.timeline(report["timeline"])
    tracks = enumerate(made.tracks["video"], 1)
    assert sorted(reported) == sorted((n, item.start, item.duration) for n, track in tracks for item in track.items)
    assert not any(track.items for track in made.tracks["audio"])


# --- the script itself --------------------------------------------------------------------------------------------


def test_it_runs_no_shell_and_evaluates_no_text() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    for name in ("os.execute", "io.popen", "loadstring", "load(", "dofile", "require", "setfenv", "debug."):
        assert name not in text


def test_its_pure_half_makes_no_calls_to_resolve() -> None:
    pure, host = SCRIPT.read_text(encoding="utf-8").split("-- --- host", 1)
    assert not re.search(r"\bcall\(|\bresolve\b\.", pure)
    assert "call(" in host


@pytest.mark.parametrize("which", LUAS)
def test_it_creates_no_globals(which: str, deliver: Deliveries) -> None:
    """Resolve runs later scripts with the same globals."""
    lua = new_lua(which)
    path = deliver()
    before = set(lua.globals().keys()) | {"resolve", "fusion", "print"}
    import_delivery(lua, path, resolve_with(path))
    assert set(lua.globals().keys()) - before == set()


# --- the stack ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [pytest.param(behaviour, id=name) for name, behaviour in editions()])
def test_every_edition_gets_the_stack_of_the_delivery(each_lua: Any, deliver: Deliveries, behaviour: Behaviour) -> None:
    path = deliver()
    fake = resolve_with(path, behaviour)
    report = import_delivery(each_lua, path, fake)
    assert_right(report, fake, path)
    assert (report["by_hand"], fake.misuse, report["resolve"]) == ([], [], behaviour.version)
    made = fake.timeline(report["timeline"])
    assert (made.start, made.start_timecode) == (86400, "01:00:00:00")
    assert [track.name for track in made.tracks["video"]] == ["PLATE", "BODY v001", "FACE v001"]


@pytest.mark.parametrize("switch", [pytest.param(switch, id=switch.name) for switch in VARIATIONS])
@pytest.mark.parametrize("version", VERSIONS.values())
def test_every_variation_of_resolve_gives_the_same_stack(
    lua: Any, deliver: Deliveries, switch: Switch, version: str
) -> None:
    path = deliver()
    fake = resolve_with(path, switch.behaviour(version=version))
    report = import_delivery(lua, path, fake)
    assert_right(report, fake, path)
    assert fake.misuse == []


def test_the_toolkit_and_the_script_agree_on_every_frame(each_lua: Any, deliver: Deliveries) -> None:
    """Read by the toolkit and counted from the record side: each frame of each track shows the right source frame."""
    path = deliver()
    fake = resolve_with(path)
    report = import_delivery(each_lua, path, fake)
    stack = read_stack(fake, report["timeline"])
    for track, items in zip(Delivery.read(path).tracks, stack, strict=True):
        for clip, (start, duration, head, _) in zip(track.clips, items, strict=True):
            assert start == clip.record_first
            source_frames = [head + frame - start for frame in range(start, start + duration)]
            assert source_frames == list(range(clip.in_frame, clip.in_frame + clip.frame_count))


def test_existing_items_are_not_changed(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path)
    before = fake.snapshot()
    report = import_delivery(lua, path, fake)
    after = fake.snapshot()
    assert before is not None and after is not None
    assert after["timelines"][:1] == before["timelines"] and report["timeline"] == "scene_04 2"
    assert after["current_timeline"] == "scene_04 2"
    assert after["pool"]["clips"] == before["pool"]["clips"]
    assert [folder["name"] for folder in after["pool"]["folders"]] == ["scene_04"]


def test_only_face_layers_are_set_to_premultiplied(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path)
    import_delivery(lua, path, fake)
    modes = {
        media.name.split(".")[0]: media.properties["Alpha mode"] for media in fake.pool.root.all_clips() if media.path
    }
    assert {name for name, mode in modes.items() if mode == "Premultiplied"} == {"sh010_FACE_v001", "sh020_FACE_v001"}


def test_a_second_import_is_added_beside_the_first(lua: Any, deliver: Deliveries) -> None:
    """Its media is already in the media pool, so that importing it again returns nothing."""
    path = deliver()
    fake = resolve_with(path)
    first, second = import_delivery(lua, path, fake), import_delivery(lua, path, fake)
    assert (first["timeline"], second["timeline"]) == ("scene_04 2", "scene_04 3")
    assert_right(second, fake, path)


def test_the_variant_that_worked_is_tried_first_for_the_next_clip(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(end_frame="inclusive"))
    assert_right(import_delivery(lua, path, fake), fake, path)
    assert len(fake.pool.placements) == 6 + 2  # one wrong try for a movie, one for a sequence


@pytest.mark.parametrize("fails", [False, True])
def test_the_editors_media_is_used_and_reported_or_restored(lua: Any, deliver: Deliveries, fails: bool) -> None:
    """The plate of sh020 is already in the media pool, at the rate of the project."""
    path = deliver()
    fake = resolve_with(path, Behaviour(project_rate="25", refused_media=("sh020_FACE",) if fails else ()))
    plate = fake.add_media(
        pool_path(path, clips(golden(), "PLATE")[1] | {"path": sequence_plate_path(path)}), first=101
    )
    plate.frames = 96
    plate.properties.update({"Frames": "96", "FPS": 25.0})
    before = fake.snapshot()
    report = import_delivery(lua, path, fake)
    if fails:
        assert fake.snapshot() == before
    else:
        assert_right(report, fake, path)
        assert "'B002C011' was already in the media pool: its FPS is now 24 (was 25)" in report["notes"]
    assert fake.misuse == []


def test_a_project_without_a_timeline_still_has_none_after_a_rollback(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(refused_media=("sh020_FACE",)))
    fake.project.timelines.clear()
    fake.project.current = None
    before = fake.snapshot()
    assert "not on track 3" in import_delivery(lua, path, fake)["problems"][0]
    assert (fake.snapshot(), fake.misuse) == (before, [])


def test_if_the_start_timecode_is_locked_the_stack_starts_at_the_timelines_start(lua: Any, deliver: Deliveries) -> None:
    path = deliver(lambda document: document.update(start_timecode="10:00:00:00", start_frame=864000))
    fake = resolve_with(path, Behaviour(start_timecode_locked=True))
    report = import_delivery(lua, path, fake)
    assert_right(report, fake, path)
    assert report["by_hand"] == [
        "the timeline starts at 01:00:00:00 (frame 86400), not 10:00:00:00: set its Starting Timecode"
    ]


def test_a_cut_that_starts_before_frame_0_keeps_its_timecode(lua: Any, deliver: Deliveries) -> None:
    path = deliver(lambda document: document.update(start_timecode="23:59:59:00", start_frame=-24))
    fake = resolve_with(path)
    report = import_delivery(lua, path, fake)
    assert_right(report, fake, path)
    assert report["by_hand"] == []


def add_gap(document: Document) -> None:
    for track in document["tracks"]:
        track["clips"][1]["record_first"] = 100


def reverse_clips(document: Document) -> None:
    for track in document["tracks"]:
        track["clips"].reverse()


def shorten_clips(document: Document) -> None:
    for track in document["tracks"]:
        track["clips"][1].update(record_count=1, frame_count=1)


def repeat_first_clip(document: Document) -> None:
    for track in document["tracks"]:
        track["clips"].append({**track["clips"][0], "record_first": 100})


def move_to_media_end(document: Document) -> None:
    for track in document["tracks"]:
        for clip in track["clips"]:
            clip["in_frame"] = clip["end_index"] - clip["start_index"] + 1 - clip["frame_count"]


def use_drop_frame(document: Document) -> None:
    document.update(
        rate="30000/1001", fps=29.97002997, drop_frame=True, start_timecode="01:00:00;00", start_frame=107892
    )
    for track in document["tracks"]:
        for clip in track["clips"]:
            clip.update(rate="30000/1001", fps=29.97002997)


@pytest.mark.parametrize("end_frame", ["inclusive", "exclusive"])
@pytest.mark.parametrize("past_the_end", ["clamped", "refused"])
@pytest.mark.parametrize(
    "change", [add_gap, reverse_clips, shorten_clips, repeat_first_clip, move_to_media_end, use_drop_frame]
)
def test_cuts_with_gaps_reordered_short_and_repeated_clips(
    lua: Any, deliver: Deliveries, change: Change, end_frame: Any, past_the_end: Any
) -> None:
    path = deliver(change)
    fake = resolve_with(path, Behaviour(end_frame=end_frame, past_the_end=past_the_end))
    report = import_delivery(lua, path, fake)
    assert_right(report, fake, path)
    assert fake.misuse == []


def test_properties_and_markers_are_set_from_the_delivery(each_lua: Any, deliver: Deliveries) -> None:
    def change(document: Document) -> None:
        document["markers"] = [
            {"record_frame": 50, "shot": "sh020", "name": "sh020", "note": "no face", "colour": "Yellow"},
            {"record_frame": 50, "shot": "", "name": "cut", "note": "Größe", "colour": "Red"},
        ]
        clips(document, "FACE")[0].update(opacity=80.0, interpolation="flow", motion="enhanced better")

    path = deliver(change)
    fake = resolve_with(path)
    report = import_delivery(each_lua, path, fake)
    made = fake.timeline(report["timeline"])
    item = min(made.tracks["video"][2].items, key=lambda one: one.start)
    assert [item.properties[key] for key in ("Opacity", "RetimeProcess", "MotionEstimation")] == [80, 3, 4]
    markers = made.GetMarkers()
    assert {int(frame): marker["note"] for frame, marker in markers.items()} == {50: "no face", 51: "Größe"}
    assert (report["by_hand"], fake.misuse) == ([], [])


def test_the_audio_of_a_movie_is_not_placed(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, audio=True)
    assert_right(import_delivery(lua, path, fake), fake, path)


def test_nothing_is_appended_to_another_timeline_that_became_current(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(reverts_after=2))
    assert_right(import_delivery(lua, path, fake), fake, path)


def test_a_clip_placed_on_another_track_is_detected(lua: Any, deliver: Deliveries) -> None:
    """With no other clip on that track, everything but the track is right."""

    def layers_only(document: Document) -> None:
        document["tracks"][0]["clips"] = []

    path = deliver(layers_only)
    fake = resolve_with(path, Behaviour(lands_on_v1=True))
    before = fake.snapshot()
    report = import_delivery(lua, path, fake)
    assert "'sh010_BODY_v001' is not on track 2: Resolve placed it on another track" in report["problems"][0]
    assert fake.snapshot() == before


# --- retimed clips ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("speed", "frame_count"), [(2.0, 48), (-1.0, 24), (0.5, 12), (0.0, 1)])
def test_before_21_1_a_retimed_clip_is_placed_at_100_percent_and_its_speed_reported(
    lua: Any, deliver: Deliveries, speed: float, frame_count: int
) -> None:
    path = deliver(retime(speed, frame_count=frame_count, record_count=24))
    fake = resolve_with(path, Behaviour(version=VERSIONS["20.3"]))
    report = import_delivery(lua, path, fake)
    assert_right(report, fake, path)
    assert [f"{100 * speed:g} % in Change Clip Speed" in one for one in report["by_hand"]] == [True] * 3
    assert [
        marker["note"].count("Clip Speed") for marker in fake.timeline(report["timeline"]).GetMarkers().values()
    ] == [3]


@pytest.mark.parametrize("speed", [2.0, -1.0, 0.0])
def test_from_21_1_the_speed_is_set_and_verified(lua: Any, deliver: Deliveries, speed: float) -> None:
    path = deliver(retime(speed, frame_count=24, record_count=24))
    fake = resolve_with(path)
    report = import_delivery(lua, path, fake)
    made = fake.timeline(report["timeline"])
    assert (report["problems"], report["by_hand"]) == ([], [])
    assert {item.speed for track in made.tracks["video"] for item in track.items if item.start == made.start} == {
        100 * speed
    }


def test_a_slow_clip_without_enough_media_is_referred_to_return_otio(lua: Any, deliver: Deliveries) -> None:
    path = deliver(set_on("FACE", 0, speed=0.25, frame_count=24, record_count=96))
    fake = resolve_with(path)
    before = fake.snapshot()
    report = import_delivery(lua, path, fake)
    assert "too short" in report["problems"][0] and "return.otio" in report["problems"][0]
    assert fake.snapshot() == before


# --- the report ---------------------------------------------------------------------------------------------------

BY_HAND = {
    "size_locked": "timelineResolutionWidth is 1920, not 1280: change it in Timeline Settings",
    "refuses_track_names": "name it BODY v001",
    "refuses_alpha": "Alpha mode is None; set Premultiplied in Clip Attributes",
    "ignores_alpha": "Alpha mode is None; set Premultiplied in Clip Attributes",
}
"""Failures after which the stack is kept, and the report says what the editor must do."""


AT_ONCE = ("modal_after_0",)
"""Failures before a delivery is chosen, when there is no folder for a report."""


@pytest.mark.parametrize(
    "switch", [pytest.param(switch, id=switch.name) for switch in FAILURES if switch.name not in AT_ONCE]
)
def test_every_failure_ends_in_a_correct_stack_or_an_unchanged_project(
    lua: Any, deliver: Deliveries, switch: Switch
) -> None:
    path = deliver()
    fake = resolve_with(path, switch.behaviour())
    before = fake.snapshot()
    report = import_delivery(lua, path, fake)
    assert fake.misuse == []
    if not report["problems"]:
        assert_right(report, fake, path)
        assert BY_HAND.get(switch.name, "") in "\n".join(report["by_hand"])
        assert bool(report["by_hand"]) == (switch.name in BY_HAND)
        return
    assert (report["timeline"], report["placed"], report["by_hand"], report["done"]) == (None, [], [], "")
    assert len(report["problems"]) == 1
    if fake.snapshot() != before:
        assert fake.world.modal or fake.world.has_quit, report  # nothing could be rolled back
        assert "delete it by hand" in report["problems"][0]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("refuses_timeline", "did not create the timeline 'scene_04'"),
        ("existing_timeline", "returned an existing timeline"),
        ("rate_locked", "frame rate 24 and import there"),
        ("stuck_timeline", "does not switch to the right timeline"),
        ("no_tracks", "did not add a video track for BODY v001"),
        ("no_bins", "did not create the bin 'scene_04'"),
        ("bin_locked", "does not open the new bin"),
        ("imports_none", "did not import .*A001C003"),
        ("splits_sequences", "in 2 clips, not one clip of 96 frames"),
        ("locks_sequence_rate", "not on track 1"),
        ("refuses_faces", "'sh010_FACE_v001' is not on track 3: AppendToTimeline placed no clip"),
        ("loses_faces", "'sh010_FACE_v001' has disappeared from track 3, frame 86400"),
        ("lands_on_v1", "not on track 2"),
        ("record_late", "placed it at frame 86401"),
        ("source_late", "starts at source frame 41 instead of 40"),
        ("returns_no_items", "returned 0 clips"),
        ("places_audio", "added audio clips that were not requested"),
        ("raises_on_AddTrack", "stopped by an unexpected error .*AddTrack"),
    ],
)
def test_the_reason_is_reported(lua: Any, deliver: Deliveries, name: str, message: str) -> None:
    path = deliver()
    switch = next(switch for switch in FAILURES if switch.name == name)
    report = import_delivery(lua, path, resolve_with(path, switch.behaviour()))
    assert re.search(message, report["problems"][0], re.DOTALL), report["problems"]


# --- the document -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda d: d.update(schema="toolkit.delivery/2"), "not a toolkit.delivery/1", id="another schema"),
        pytest.param(lambda d: d.pop("fps"), "'fps' is missing or invalid", id="a field is missing"),
        pytest.param(lambda d: d.update(fps=0), "'fps' is missing or invalid", id="rate 0"),
        pytest.param(lambda d: d.update(fps=float("nan")), "invalid value", id="rate NaN"),
        pytest.param(
            lambda d: d.update(start_frame=True), "'start_frame' is missing or invalid", id="bool for a number"
        ),
        pytest.param(
            lambda d: d.update(start_frame=1.5), "'start_frame' is missing or invalid", id="fraction of a frame"
        ),
        pytest.param(lambda d: d.update(tracks={}), "'tracks' is missing or invalid", id="object for a list"),
        pytest.param(lambda d: d.update(tracks=[[]]), "a track: 'name' is missing or invalid", id="list for an object"),
        pytest.param(lambda d: d.update(markers=[{}]), "a marker: 'record_frame' is missing", id="empty marker"),
        pytest.param(set_on("FACE", 0, record_first=-1), "'record_first' is missing or invalid", id="before the start"),
        pytest.param(set_on("FACE", 0, frame_count=None), "'frame_count' is missing or invalid .null", id="null"),
        pytest.param(set_on("FACE", 0, pattern="sh010_FACE_v001.%s.exr"), "does not match", id="%s pattern"),
        pytest.param(set_on("FACE", 0, pattern="../%04d.exr"), "does not match", id="pattern with .."),
        pytest.param(set_on("FACE", 0, pattern="other.%04d.exr"), "does not match", id="pattern of other files"),
        pytest.param(set_on("FACE", 0, end_index=1000), "does not match", id="a sequence that ends before it starts"),
        pytest.param(set_on("FACE", 0, path="../outside/x.1001.exr"), "is outside", id="path with .."),
        pytest.param(set_on("FACE", 0, path="sh010\\..\\..\\x.exr"), "is outside", id="path with .. on Windows"),
        pytest.param(set_on("FACE", 0, path="/etc/x.1001.exr"), "is outside", id="absolute path"),
        pytest.param(set_on("FACE", 0, path="C:x.1001.exr"), "is outside", id="drive"),
    ],
)
def test_an_invalid_document_changes_nothing(lua: Any, deliver: Deliveries, change: Change, message: str) -> None:
    path = deliver()
    document = json.loads(path.read_text(encoding="utf-8"))
    fake = resolve_with(path)
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    fake.fusion.chosen.append(str(path))
    before = fake.snapshot()
    printed = run(lua, fake)
    assert re.search(message, printed[1]), printed
    assert fake.snapshot() == before and not any(call.startswith("MediaPool") for call in fake.called)


@pytest.mark.parametrize("number", [1001, 1040, 1064])
def test_a_missing_frame_is_found_before_anything_is_changed(lua: Any, deliver: Deliveries, number: int) -> None:
    path = deliver(own_media=True)
    missing = path.parent / "sh010" / "FACE" / "v001" / f"sh010_FACE_v001.{number}.exr"
    missing.unlink()
    fake = resolve_with(path)
    fake.fusion.chosen.append(str(path))
    before = fake.snapshot()
    assert f"'sh010_FACE_v001' is offline: 1 of 64 files are missing, first {missing}" in run(lua, fake)[1]
    assert fake.snapshot() == before


def test_a_folder_name_may_contain_percent_signs(each_lua: Any, tmp_path: Path) -> None:
    path = Deliveries(tmp_path / "100%d done %s %04d é")()
    fake = resolve_with(path)
    assert_right(import_delivery(each_lua, path, fake), fake, path)


# --- starting the entry -------------------------------------------------------------------------------------------


def write_last_delivery(path: Path, home: Path) -> None:
    (home / ".toolkit").mkdir(parents=True)
    (home / ".toolkit" / "last_delivery.txt").write_text(f"{path}\n", encoding="utf-8")


def test_the_dialog_opens_at_the_last_delivery(lua: Any, deliver: Deliveries, home: Path) -> None:
    last, path = deliver(set_on("FACE", 0, end_index=1065)), deliver()
    write_last_delivery(last, home)
    fake = resolve_with(path)
    assert_right(import_delivery(lua, path, fake), fake, path)
    assert fake.fusion.dialog_folders == [str(last)]


def test_cancelling_the_dialog_imports_nothing(lua: Any, deliver: Deliveries, home: Path) -> None:
    path = deliver()
    write_last_delivery(path, home)
    fake = resolve_with(path)
    before = fake.snapshot()
    assert "no delivery was selected" in run(lua, fake)[1]
    assert fake.snapshot() == before


def test_without_a_dialog_it_imports_the_last_delivery(each_lua: Any, deliver: Deliveries, home: Path) -> None:
    path = deliver()
    write_last_delivery(path, home)
    fake = resolve_with(path)
    assert "6 clips placed" in run(each_lua, fake, fusion=None)[0]


def test_without_any_delivery_it_reports_that_none_is_given(each_lua: Any) -> None:
    assert "no delivery.json given" in run(each_lua, FakeResolve(), fusion=None)[1]


def test_an_open_window_is_reported_before_a_delivery_is_requested(lua: Any) -> None:
    fake = FakeResolve(Behaviour(modal_after=0))
    assert "no project is open in Resolve, or an open dialog" in run(lua, fake)[1]
    assert fake.fusion.dialog_folders == []


def test_outside_resolve_it_says_where_to_run_it(each_lua: Any) -> None:
    assert run(each_lua, None)[1].endswith("this script is not running in Resolve: run it from Workspace > Scripts")


def test_invalid_json_is_reported_with_its_position(each_lua: Any, tmp_path: Path) -> None:
    path = tmp_path / "delivery.json"
    path.write_text('{"schema":\n ?}', encoding="utf-8")
    fake = FakeResolve()
    fake.fusion.chosen.append(str(path))
    assert f"cannot read {path}: line 2, column 2: invalid value" in run(each_lua, fake)[1]
    assert not (tmp_path / "resolve_report.json").exists()


def test_a_missing_delivery_is_reported(lua: Any, tmp_path: Path) -> None:
    fake = FakeResolve()
    fake.fusion.chosen.append(str(tmp_path / "delivery.json"))
    assert "cannot read" in run(lua, fake)[1]


def test_an_unwritable_report_is_reported_and_the_stack_is_kept(each_lua: Any, deliver: Deliveries) -> None:
    path = deliver(own_media=True)
    (path.parent / "resolve_report.json.part").mkdir()
    fake = resolve_with(path)
    fake.fusion.chosen.append(str(path))
    printed = run(each_lua, fake)
    assert "6 clips placed" in printed[0] and "cannot write the report" in printed[-1]


def test_the_golden_delivery_is_what_the_tests_change() -> None:
    assert [track["name"] for track in golden()["tracks"]] == ["PLATE", "BODY v001", "FACE v001"]
