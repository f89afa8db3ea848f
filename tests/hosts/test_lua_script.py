"""The Lua entry in a real Lua under a Resolve that fails as the real one is reported to: silently."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.delivered import Change, Deliveries, Document, clips, golden, retime, set_on
from tests.hosts.lua_host import LUAS, SCRIPT, new_lua, run
from tests.hosts.resolve import SWITCHES, VERSIONS, WAYS, Behaviour, FakeResolve, Footage, Switch, editions
from toolkit.documents import Delivery

Report = dict[str, Any]
PROBES = ("TimelineItem.SetSpeed", "TimelineItem.GetSpeed")
"""What it calls to learn that a version lacks it."""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of its own."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(params=LUAS)
def each_lua(request: pytest.FixtureRequest) -> Any:
    """Both kinds of Lua, for what could differ between them."""
    return new_lua(request.param)


@pytest.fixture
def lua() -> Any:
    """The kind that Resolve has inside, for what Resolve decides."""
    return new_lua("luajit21")


def resolve_with(path: Path, behaviour: Behaviour | None = None, *, audio: bool = False) -> FakeResolve:
    """A Resolve that can decode the delivery's movies, with sound on them or without."""
    document = json.loads(path.read_text(encoding="utf-8"))
    every = [clip for track in document["tracks"] for clip in track["clips"]]
    footage = {
        clip["path"]: Footage(frames=clip["end_index"] + 1, fps=clip["fps"], audio=audio)
        for clip in every
        if clip["kind"] == "movie"
    }
    return FakeResolve(behaviour, footage, probes=PROBES)


def imported(lua: Any, path: Path, fake: FakeResolve) -> Report:
    """Run the entry, choosing ``path`` in its dialog; the report it leaves beside the delivery."""
    fake.fusion.chosen.append(str(path))
    (path.parent / "resolve_report.json").unlink(missing_ok=True)
    printed = run(lua, fake)
    report: Report = json.loads((path.parent / "resolve_report.json").read_text(encoding="utf-8"))
    told = [f"problem: {one}" for one in report["problems"]] + [f"by hand: {one}" for one in report["by_hand"]]
    assert [line.strip() for line in printed[1:]] == told + [f"note: {one}" for one in report["notes"]]
    assert printed[0] == f"Toolkit Import Passes (Lua): {report['done'] or 'nothing was done'}"
    return report


Shown = list[list[tuple[int, int, float, str]]]
"""(record frame from the timeline's first, duration, in point, media) of every item, track by track."""


def placed(fake: FakeResolve, name: str) -> Shown:
    """What is on the video tracks of a timeline."""
    made = fake.timeline(name)
    return [
        [
            (item.start - made.start, item.duration, item.left, item.media.path if item.media else "")
            for item in sorted(track.items, key=lambda item: item.start)
        ]
        for track in made.tracks["video"]
    ]


def expected(path: Path) -> Shown:
    """What delivery.json asks for."""
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


def plates(path: Path) -> str:
    """The first file of the golden delivery's plate that is a sequence."""
    return str(path.parent.parent / "plates" / "B002C011.0101.png")


def assert_right(report: Report, fake: FakeResolve, path: Path) -> None:
    """Every clip on its frame, and nothing else on the timeline."""
    assert report["problems"] == [], report
    assert placed(fake, report["timeline"]) == expected(path)
    there = [(one["track"], one["start"], one["duration"]) for one in report["placed"]]
    made = fake.timeline(report["timeline"])
    tracks = enumerate(made.tracks["video"], 1)
    assert sorted(there) == sorted((n, item.start, item.duration) for n, track in tracks for item in track.items)
    assert not any(track.items for track in made.tracks["audio"])


# --- the script itself --------------------------------------------------------------------------------------------


def test_nothing_of_it_reaches_a_shell_or_runs_a_text() -> None:
    text = SCRIPT.read_text(encoding="utf-8")
    for name in ("os.execute", "io.popen", "loadstring", "load(", "dofile", "require", "setfenv", "debug."):
        assert name not in text


def test_its_half_above_the_line_knows_no_host() -> None:
    pure, host = SCRIPT.read_text(encoding="utf-8").split("-- --- host", 1)
    assert not re.search(r"\bask\(|\bresolve\b\.", pure)
    assert "ask(" in host


@pytest.mark.parametrize("which", LUAS)
def test_it_leaves_no_global_behind(which: str, deliver: Deliveries) -> None:
    """A menu script shares its globals with what Resolve runs later."""
    lua = new_lua(which)
    path = deliver()
    before = set(lua.globals().keys()) | {"resolve", "fusion", "print"}
    imported(lua, path, resolve_with(path))
    assert set(lua.globals().keys()) - before == set()


# --- what it builds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [pytest.param(behaviour, id=name) for name, behaviour in editions()])
def test_every_edition_gets_what_the_delivery_says(each_lua: Any, deliver: Deliveries, behaviour: Behaviour) -> None:
    path = deliver()
    fake = resolve_with(path, behaviour)
    report = imported(each_lua, path, fake)
    assert_right(report, fake, path)
    assert (report["by_hand"], fake.misuse, report["resolve"]) == ([], [], behaviour.version)
    made = fake.timeline(report["timeline"])
    assert (made.start, made.start_timecode) == (86400, "01:00:00:00")
    assert [track.name for track in made.tracks["video"]] == ["PLATE", "BODY v001", "FACE v001"]


@pytest.mark.parametrize("switch", [pytest.param(switch, id=switch.name) for switch in WAYS])
@pytest.mark.parametrize("version", VERSIONS.values())
def test_every_way_of_resolve_ends_in_the_same_stack(
    lua: Any, deliver: Deliveries, switch: Switch, version: str
) -> None:
    path = deliver()
    fake = resolve_with(path, switch.behaviour(version=version))
    report = imported(lua, path, fake)
    assert_right(report, fake, path)
    assert fake.misuse == []


def test_the_toolkit_and_the_script_agree_on_every_frame(each_lua: Any, deliver: Deliveries) -> None:
    """Read by the toolkit, counted from the record side: each frame of each track shows the picture that it should."""
    path = deliver()
    fake = resolve_with(path)
    report = imported(each_lua, path, fake)
    shown = placed(fake, report["timeline"])
    for track, items in zip(Delivery.read(path).tracks, shown, strict=True):
        for clip, (start, duration, head, _) in zip(track.clips, items, strict=True):
            assert start == clip.record_first
            pictures = [head + frame - start for frame in range(start, start + duration)]
            assert pictures == list(range(clip.in_frame, clip.in_frame + clip.frame_count))


def test_what_was_there_stays_as_it_was(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path)
    before = fake.snapshot()
    report = imported(lua, path, fake)
    after = fake.snapshot()
    assert before is not None and after is not None
    assert after["timelines"][:1] == before["timelines"] and report["timeline"] == "scene_04 2"
    assert after["current_timeline"] == "scene_04 2"
    assert after["pool"]["clips"] == before["pool"]["clips"]
    assert [folder["name"] for folder in after["pool"]["folders"]] == ["scene_04"]


def test_only_face_layers_become_premultiplied(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path)
    imported(lua, path, fake)
    modes = {
        media.name.split(".")[0]: media.properties["Alpha mode"] for media in fake.pool.root.everything() if media.path
    }
    assert {name for name, mode in modes.items() if mode == "Premultiplied"} == {"sh010_FACE_v001", "sh020_FACE_v001"}


def test_a_second_import_stands_beside_the_first(lua: Any, deliver: Deliveries) -> None:
    """Its media are in the pool by then: importing them again answers nothing."""
    path = deliver()
    fake = resolve_with(path)
    first, second = imported(lua, path, fake), imported(lua, path, fake)
    assert (first["timeline"], second["timeline"]) == ("scene_04 2", "scene_04 3")
    assert_right(second, fake, path)


def test_the_way_that_worked_is_tried_first_next_time(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(end_frame="inclusive"))
    assert_right(imported(lua, path, fake), fake, path)
    assert len(fake.pool.placements) == 6 + 2  # one wrong try for a movie, one for a sequence


@pytest.mark.parametrize("fails", [False, True])
def test_media_of_the_editors_are_used_and_told_or_put_back(lua: Any, deliver: Deliveries, fails: bool) -> None:
    """The plate of sh020 is in the pool already, at the rate of the project."""
    path = deliver()
    fake = resolve_with(path, Behaviour(project_rate="25", refuses=("sh020_FACE",) if fails else ()))
    plate = fake.add_media(pool_path(path, clips(golden(), "PLATE")[1] | {"path": plates(path)}), first=101)
    plate.frames = 96
    plate.properties.update({"Frames": "96", "FPS": 25.0})
    before = fake.snapshot()
    report = imported(lua, path, fake)
    if fails:
        assert fake.snapshot() == before
    else:
        assert_right(report, fake, path)
        assert "'B002C011' was in the pool already: its FPS is now 24, it was 25" in report["notes"]
    assert fake.misuse == []


def test_a_project_without_a_timeline_is_left_without_one(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(refuses=("sh020_FACE",)))
    fake.project.timelines.clear()
    fake.project.current = None
    before = fake.snapshot()
    assert "not on track 3" in imported(lua, path, fake)["problems"][0]
    assert (fake.snapshot(), fake.misuse) == (before, [])


def test_a_timeline_that_starts_elsewhere_keeps_the_cut_together(lua: Any, deliver: Deliveries) -> None:
    path = deliver(lambda document: document.update(start_timecode="10:00:00:00", start_frame=864000))
    fake = resolve_with(path, Behaviour(start_timecode_locked=True))
    report = imported(lua, path, fake)
    assert_right(report, fake, path)
    assert report["by_hand"] == ["the timeline starts at 01:00:00:00 (frame 86400), not at 10:00:00:00"]


def test_a_cut_that_begins_before_midnight_keeps_its_label(lua: Any, deliver: Deliveries) -> None:
    path = deliver(lambda document: document.update(start_timecode="23:59:59:00", start_frame=-24))
    fake = resolve_with(path)
    report = imported(lua, path, fake)
    assert_right(report, fake, path)
    assert report["by_hand"] == []


def gap(document: Document) -> None:
    for track in document["tracks"]:
        track["clips"][1]["record_first"] = 100


def turned(document: Document) -> None:
    for track in document["tracks"]:
        track["clips"].reverse()


def short(document: Document) -> None:
    for track in document["tracks"]:
        track["clips"][1].update(record_count=1, frame_count=1)


def again(document: Document) -> None:
    for track in document["tracks"]:
        track["clips"].append({**track["clips"][0], "record_first": 100})


def to_the_end(document: Document) -> None:
    for track in document["tracks"]:
        for clip in track["clips"]:
            clip["in_frame"] = clip["end_index"] - clip["start_index"] + 1 - clip["frame_count"]


def ntsc(document: Document) -> None:
    document.update(
        rate="30000/1001", fps=29.97002997, drop_frame=True, start_timecode="01:00:00;00", start_frame=107892
    )
    for track in document["tracks"]:
        for clip in track["clips"]:
            clip.update(rate="30000/1001", fps=29.97002997)


@pytest.mark.parametrize("end_frame", ["inclusive", "exclusive"])
@pytest.mark.parametrize("past_the_end", ["clamped", "refused"])
@pytest.mark.parametrize("change", [gap, turned, short, again, to_the_end, ntsc])
def test_cuts_of_every_shape(lua: Any, deliver: Deliveries, change: Change, end_frame: Any, past_the_end: Any) -> None:
    path = deliver(change)
    fake = resolve_with(path, Behaviour(end_frame=end_frame, past_the_end=past_the_end))
    report = imported(lua, path, fake)
    assert_right(report, fake, path)
    assert fake.misuse == []


def test_properties_and_markers_are_what_the_delivery_says(each_lua: Any, deliver: Deliveries) -> None:
    def told(document: Document) -> None:
        document["markers"] = [
            {"record_frame": 50, "shot": "sh020", "name": "sh020", "note": "no face", "colour": "Yellow"},
            {"record_frame": 50, "shot": "", "name": "cut", "note": "Größe", "colour": "Red"},
        ]
        clips(document, "FACE")[0].update(opacity=80.0, interpolation="flow", motion="enhanced better")

    path = deliver(told)
    fake = resolve_with(path)
    report = imported(each_lua, path, fake)
    made = fake.timeline(report["timeline"])
    item = min(made.tracks["video"][2].items, key=lambda one: one.start)
    assert [item.properties[key] for key in ("Opacity", "RetimeProcess", "MotionEstimation")] == [80, 3, 4]
    markers = made.GetMarkers()
    assert {int(frame): marker["note"] for frame, marker in markers.items()} == {50: "no face", 51: "Größe"}
    assert (report["by_hand"], fake.misuse) == ([], [])


def test_the_sound_of_a_movie_stays_where_it_is(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, audio=True)
    assert_right(imported(lua, path, fake), fake, path)


def test_nothing_is_appended_to_a_timeline_that_came_to_the_front_by_itself(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(wanders_after=2))
    assert_right(imported(lua, path, fake), fake, path)


def test_a_clip_that_lands_on_another_track_is_not_believed(lua: Any, deliver: Deliveries) -> None:
    """With nothing else there it reads well, but for its track."""

    def layers_only(document: Document) -> None:
        document["tracks"][0]["clips"] = []

    path = deliver(layers_only)
    fake = resolve_with(path, Behaviour(lands_on_v1=True))
    before = fake.snapshot()
    report = imported(lua, path, fake)
    assert "'sh010_BODY_v001' is not on track 2: it lands on another track" in report["problems"][0]
    assert fake.snapshot() == before


# --- retimed clips ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("speed", "frame_count"), [(2.0, 48), (-1.0, 24), (0.5, 12), (0.0, 1)])
def test_before_21_1_a_retimed_clip_holds_its_place_and_the_editor_is_told(
    lua: Any, deliver: Deliveries, speed: float, frame_count: int
) -> None:
    path = deliver(retime(speed, frame_count=frame_count, record_count=24))
    fake = resolve_with(path, Behaviour(version=VERSIONS["20.3"]))
    report = imported(lua, path, fake)
    assert_right(report, fake, path)
    assert [f"{100 * speed:g} % in Change Clip Speed" in one for one in report["by_hand"]] == [True] * 3
    assert [
        marker["note"].count("Clip Speed") for marker in fake.timeline(report["timeline"]).GetMarkers().values()
    ] == [3]


@pytest.mark.parametrize("speed", [2.0, -1.0, 0.0])
def test_from_21_1_the_speed_is_set_and_read_back(lua: Any, deliver: Deliveries, speed: float) -> None:
    path = deliver(retime(speed, frame_count=24, record_count=24))
    fake = resolve_with(path)
    report = imported(lua, path, fake)
    made = fake.timeline(report["timeline"])
    assert (report["problems"], report["by_hand"]) == ([], [])
    assert {item.speed for track in made.tracks["video"] for item in track.items if item.start == made.start} == {
        100 * speed
    }


def test_a_slow_clip_without_enough_media_is_left_to_return_otio(lua: Any, deliver: Deliveries) -> None:
    path = deliver(set_on("FACE", 0, speed=0.25, frame_count=24, record_count=96))
    fake = resolve_with(path)
    before = fake.snapshot()
    report = imported(lua, path, fake)
    assert "too short" in report["problems"][0] and "return.otio" in report["problems"][0]
    assert fake.snapshot() == before


# --- what it reports ----------------------------------------------------------------------------------------------

BY_HAND = {
    "size_locked": "timelineResolutionWidth is 1920: set 1280",
    "forgets_track_names": "name it BODY v001",
    "refuses_alpha": "Alpha mode is None; set Premultiplied in Clip Attributes",
    "ignores_alpha": "Alpha mode is None; set Premultiplied in Clip Attributes",
}
"""What the editor can do in the end: the stack stands, and the report says what is left."""


AT_ONCE = ("modal_after_0",)
"""What fails before a delivery is chosen: there is no folder for a report."""


@pytest.mark.parametrize(
    "switch", [pytest.param(switch, id=switch.name) for switch in SWITCHES if switch.name not in AT_ONCE]
)
def test_a_failure_leaves_the_stack_right_or_the_project_as_it_was(
    lua: Any, deliver: Deliveries, switch: Switch
) -> None:
    path = deliver()
    fake = resolve_with(path, switch.behaviour())
    before = fake.snapshot()
    report = imported(lua, path, fake)
    assert fake.misuse == []
    if not report["problems"]:
        assert_right(report, fake, path)
        assert BY_HAND.get(switch.name, "") in "\n".join(report["by_hand"])
        assert bool(report["by_hand"]) == (switch.name in BY_HAND)
        return
    assert (report["timeline"], report["placed"], report["by_hand"], report["done"]) == (None, [], [], "")
    assert len(report["problems"]) == 1
    if fake.snapshot() != before:
        assert fake.world.modal or fake.world.gone, report  # nothing could be put back
        assert "remove it by hand" in report["problems"][0]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("refuses_timeline", "makes no timeline called 'scene_04'"),
        ("users_timeline", "was there before"),
        ("rate_locked", "frame rate 24 and run this there"),
        ("keeps_open", "keeps another timeline open"),
        ("no_tracks", "adds no video track for BODY v001"),
        ("no_bins", "makes no bin called 'scene_04'"),
        ("bin_stays_shut", "does not open the new bin"),
        ("imports_none", "does not import .*A001C003"),
        ("splits_sequences", "in 2 clips, not one clip of 96"),
        ("sequence_rate_locked", "not on track 1"),
        ("refuses_faces", "'sh010_FACE_v001' is not on track 3: Resolve places nothing there"),
        ("forgets_faces", "'sh010_FACE_v001' is gone from track 3, frame 86400"),
        ("lands_on_v1", "not on track 2"),
        ("places_late", "starts at frame 86401"),
        ("begins_late", "begins 41 pictures into its media instead of 40"),
        ("hides_placed", "hands out 0 clips"),
        ("places_audio", "audio came along"),
        ("raises_on_AddTrack", "stopped by .*AddTrack does not like that"),
    ],
)
def test_the_reason_is_said(lua: Any, deliver: Deliveries, name: str, says: str) -> None:
    path = deliver()
    switch = next(switch for switch in SWITCHES if switch.name == name)
    report = imported(lua, path, resolve_with(path, switch.behaviour()))
    assert re.search(says, report["problems"][0], re.DOTALL), report["problems"]


# --- the document -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda d: d.update(schema="toolkit.delivery/2"), "not a toolkit.delivery/1", id="another schema"),
        pytest.param(lambda d: d.pop("fps"), "no proper 'fps'", id="a field is missing"),
        pytest.param(lambda d: d.update(fps=0), "no proper 'fps'", id="no rate"),
        pytest.param(lambda d: d.update(fps=float("nan")), "no value", id="a rate that is no number"),
        pytest.param(lambda d: d.update(start_frame=True), "no proper 'start_frame'", id="a truth for a number"),
        pytest.param(lambda d: d.update(start_frame=1.5), "no proper 'start_frame'", id="a part of a frame"),
        pytest.param(lambda d: d.update(tracks={}), "no proper 'tracks'", id="an object for a list"),
        pytest.param(lambda d: d.update(tracks=[[]]), "a track has no proper 'name'", id="a list for an object"),
        pytest.param(lambda d: d.update(markers=[{}]), "a marker has no proper", id="a marker of nothing"),
        pytest.param(set_on("FACE", 0, record_first=-1), "no proper 'record_first'", id="before the timeline"),
        pytest.param(set_on("FACE", 0, frame_count=None), "no proper 'frame_count' .it says null", id="null"),
        pytest.param(set_on("FACE", 0, pattern="sh010_FACE_v001.%s.exr"), "not the pattern", id="a pattern of text"),
        pytest.param(set_on("FACE", 0, pattern="../%04d.exr"), "not the pattern", id="a pattern that climbs"),
        pytest.param(set_on("FACE", 0, pattern="other.%04d.exr"), "not the pattern", id="a pattern of other files"),
        pytest.param(set_on("FACE", 0, end_index=1000), "not the pattern", id="a sequence that ends before it starts"),
        pytest.param(set_on("FACE", 0, path="../outside/x.1001.exr"), "lies outside", id="a path that climbs"),
        pytest.param(
            set_on("FACE", 0, path="sh010\\..\\..\\x.exr"), "lies outside", id="a path that climbs on Windows"
        ),
        pytest.param(set_on("FACE", 0, path="/etc/x.1001.exr"), "lies outside", id="an absolute path"),
        pytest.param(set_on("FACE", 0, path="C:x.1001.exr"), "lies outside", id="a drive"),
    ],
)
def test_a_document_that_does_not_hold_touches_nothing(
    lua: Any, deliver: Deliveries, change: Change, says: str
) -> None:
    path = deliver()
    document = json.loads(path.read_text(encoding="utf-8"))
    fake = resolve_with(path)
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    fake.fusion.chosen.append(str(path))
    before = fake.snapshot()
    printed = run(lua, fake)
    assert re.search(says, printed[1]), printed
    assert fake.snapshot() == before and not any(call.startswith("MediaPool") for call in fake.called)


@pytest.mark.parametrize("number", [1001, 1040, 1064])
def test_a_hole_in_a_sequence_is_found_before_resolve_is_touched(lua: Any, deliver: Deliveries, number: int) -> None:
    path = deliver(own_media=True)
    gone = path.parent / "sh010" / "FACE" / "v001" / f"sh010_FACE_v001.{number}.exr"
    gone.unlink()
    fake = resolve_with(path)
    fake.fusion.chosen.append(str(path))
    before = fake.snapshot()
    assert f"'sh010_FACE_v001' is offline: 1 of 64 files are missing, first {gone}" in run(lua, fake)[1]
    assert fake.snapshot() == before


def test_a_folder_with_a_per_cent_sign_is_only_a_name(each_lua: Any, tmp_path: Path) -> None:
    path = Deliveries(tmp_path / "100%d done %s %04d é")()
    fake = resolve_with(path)
    assert_right(imported(each_lua, path, fake), fake, path)


# --- how it is started --------------------------------------------------------------------------------------------


def remember(path: Path, home: Path) -> None:
    (home / ".toolkit").mkdir(parents=True)
    (home / ".toolkit" / "last_delivery.txt").write_text(f"{path}\n", encoding="utf-8")


def test_the_dialog_opens_at_the_last_delivery(lua: Any, deliver: Deliveries, home: Path) -> None:
    last, path = deliver(set_on("FACE", 0, end_index=1065)), deliver()
    remember(last, home)
    fake = resolve_with(path)
    assert_right(imported(lua, path, fake), fake, path)
    assert fake.fusion.asked == [str(last)]


def test_a_dialog_that_is_cancelled_imports_nothing(lua: Any, deliver: Deliveries, home: Path) -> None:
    path = deliver()
    remember(path, home)
    fake = resolve_with(path)
    before = fake.snapshot()
    assert "no delivery was chosen" in run(lua, fake)[1]
    assert fake.snapshot() == before


def test_without_a_dialog_it_takes_the_last_delivery(each_lua: Any, deliver: Deliveries, home: Path) -> None:
    path = deliver()
    remember(path, home)
    fake = resolve_with(path)
    assert "6 clips placed" in run(each_lua, fake, fusion=None)[0]


def test_without_any_delivery_it_asks_which(each_lua: Any) -> None:
    assert "which delivery.json?" in run(each_lua, FakeResolve(), fusion=None)[1]


def test_a_window_that_is_open_is_said_before_a_delivery_is_asked_for(lua: Any) -> None:
    fake = FakeResolve(Behaviour(modal_after=0))
    assert "no project is open in Resolve, or a dialog there is" in run(lua, fake)[1]
    assert fake.fusion.asked == []


def test_outside_resolve_it_says_where_to_run_it(each_lua: Any) -> None:
    assert run(each_lua, None)[1].endswith("this is not Resolve: run it from Workspace > Scripts")


def test_a_file_that_is_no_json_is_said_with_its_place(each_lua: Any, tmp_path: Path) -> None:
    path = tmp_path / "delivery.json"
    path.write_text('{"schema":\n ?}', encoding="utf-8")
    fake = FakeResolve()
    fake.fusion.chosen.append(str(path))
    assert f"cannot read {path}: line 2, column 2: no value" in run(each_lua, fake)[1]
    assert not (tmp_path / "resolve_report.json").exists()


def test_a_delivery_that_is_not_there_is_said(lua: Any, tmp_path: Path) -> None:
    fake = FakeResolve()
    fake.fusion.chosen.append(str(tmp_path / "delivery.json"))
    assert "cannot read" in run(lua, fake)[1]


def test_a_report_that_cannot_be_written_is_said_and_the_stack_stands(each_lua: Any, deliver: Deliveries) -> None:
    path = deliver(own_media=True)
    (path.parent / "resolve_report.json.part").mkdir()
    fake = resolve_with(path)
    fake.fusion.chosen.append(str(path))
    printed = run(each_lua, fake)
    assert "6 clips placed" in printed[0] and "the report is not written" in printed[-1]


def test_the_golden_delivery_is_what_the_tests_change() -> None:
    assert [track["name"] for track in golden()["tracks"]] == ["PLATE", "BODY v001", "FACE v001"]
