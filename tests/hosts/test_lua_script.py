"""The Lua entry in a real Lua on a fake Resolve with the failures reported of the real one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.delivered import Change, Deliveries, Document, clips, golden, retime, set_on
from tests.hosts.lua_host import LUA_ENTRIES, LUAS, SCRIPTS, new_lua, run, run_with_report
from tests.hosts.resolve import FAILURES, VARIATIONS, VERSIONS, Behaviour, FakeResolve, Footage, Switch, editions
from tests.hosts.test_resolve_unanswered import EVERY_CALL, by_id
from toolkit.delivery.lua_delivery import write_lua
from toolkit.documents import Delivery
from toolkit.install import bundle_lua
from toolkit.output import record_last_delivery

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit

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
    """Run the entry, choosing ``path`` in its dialog; return its report, which it also prints."""
    write_lua(Delivery.read(path), path.parent)
    return import_written(lua, path, fake)


def import_written(lua: Any, path: Path, fake: FakeResolve) -> Report:
    """The same, with the ``delivery.lua`` that is there."""
    fake.fusion.chosen.append(str(path))
    printed, report = run_with_report(lua, fake)
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
    made = fake.timeline(report["timeline"])
    assert report["placed"] == len(made.items("video"))
    assert not any(track.items for track in made.tracks["audio"])


# --- the script itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("entry", LUA_ENTRIES)
def test_it_runs_no_shell_and_evaluates_no_text(entry: str) -> None:
    text = bundle_lua(SCRIPTS, entry)
    for name in ("os.execute", "io.popen", "loadstring", "load(", "require(", "setfenv(", "debug."):
        assert name not in text


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
    assert (report["by_hand"], fake.misuse) == ([], [])
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
    assert after["timelines"][:1] == before["timelines"] and report["timeline"] == "scene_04 v001"
    assert after["current_timeline"] == "scene_04 v001"
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


@pytest.mark.parametrize("reimports", [False, True])
def test_a_second_import_uses_the_media_of_the_first(lua: Any, deliver: Deliveries, reimports: bool) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(reimports=reimports))
    first = import_delivery(lua, path, fake)
    media = [clip for clip in fake.pool.root.all_clips() if clip.timeline is None]
    second = import_delivery(lua, path, fake)
    assert (first["timeline"], second["timeline"]) == ("scene_04 v001", "scene_04 v001 2")
    assert_right(second, fake, path)
    assert [clip for clip in fake.pool.root.all_clips() if clip.timeline is None] == media


def test_the_variant_that_worked_is_tried_first_for_the_next_clip(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(end_frame="inclusive"))
    assert_right(import_delivery(lua, path, fake), fake, path)
    assert len(fake.pool.placements) == 6 + 2  # one wrong try for a movie, one for a sequence


def test_the_editors_media_is_used_and_never_changed(lua: Any, deliver: Deliveries) -> None:
    """The plate of sh020 is already in the media pool, at the rate of the project."""
    path = deliver()
    fake = resolve_with(path, Behaviour(project_rate="24"))
    plate = fake.add_media(
        pool_path(path, clips(golden(), "PLATE")[1] | {"path": sequence_plate_path(path)}), first=101
    )
    plate.frames = 96
    plate.properties.update({"Frames": "96", "FPS": 25.0})
    before = dict(plate.properties)
    report = import_delivery(lua, path, fake)
    assert plate.properties == before
    assert report["by_hand"][0] == "'B002C011': Video Frame Rate is 25; set 24 in Clip Attributes"
    assert fake.misuse == []


def test_a_project_without_a_timeline_still_has_none_after_a_rollback(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(places_audio=True))
    fake.project.timelines.clear()
    fake.project.current = None
    before = fake.snapshot()
    assert "audio" in import_delivery(lua, path, fake)["problems"][0]
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


def test_settings_that_resolve_does_not_take_are_named_as_in_the_inspector(each_lua: Any, deliver: Deliveries) -> None:
    path = deliver(
        lambda document: clips(document, "FACE")[0].update(interpolation="flow", motion="speed warp better", opacity=80)
    )
    report = import_delivery(each_lua, path, resolve_with(path, Behaviour(ignores_properties=True)))
    assert report["by_hand"] == [
        "'sh010_FACE_v001': set Retime Process to Optical Flow in the Inspector",
        "'sh010_FACE_v001': set Motion Estimation to Speed Warp Better in the Inspector",
        "'sh010_FACE_v001': set Opacity to 80 in the Inspector",
    ]


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
    assert "'sh010_BODY_v001' is left out: Resolve placed it on another track" in report["problems"][0]
    assert fake.snapshot() == before


def test_a_clip_that_cannot_be_placed_is_left_out_and_reported(lua: Any, deliver: Deliveries) -> None:
    path = deliver()
    fake = resolve_with(path, Behaviour(refused_media=("sh010_FACE",)))
    report = import_delivery(lua, path, fake)
    left_out = "'sh010_FACE_v001' is left out: Resolve placed no clip. Import return.otio for this clip"
    assert report["problems"] == [] and report["placed"] == 5 and report["by_hand"][0].startswith(left_out)
    assert [marker["note"] for marker in fake.timeline(report["timeline"]).GetMarkers().values()] == report["by_hand"]


# --- retimed clips ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("speed", "frame_count"), [(2.0, 48), (-1.0, 24), (0.5, 12), (0.0, 1)])
def test_before_21_1_a_retimed_clip_is_placed_at_100_percent_and_its_speed_reported(
    lua: Any, deliver: Deliveries, speed: float, frame_count: int
) -> None:
    path = deliver(retime(speed, frame_count=frame_count, record_count=24))
    fake = resolve_with(path, Behaviour(version=VERSIONS["20.3"]))
    report = import_delivery(lua, path, fake)
    assert_right(report, fake, path)
    assert [f"switched off: set {100 * speed:g} % in Change Clip Speed" in one for one in report["by_hand"]] == [
        True
    ] * 3
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
    report = import_delivery(lua, path, fake)
    (left_out,) = report["by_hand"]
    assert "too short" in left_out and "return.otio" in left_out and report["placed"] == 5


# --- the report ---------------------------------------------------------------------------------------------------

BY_HAND = {
    "size_locked": "the timeline's resolution width is 1920, not 1280: change it in Timeline Settings",
    "refuses_track_names": "name it BODY v001",
    "refuses_alpha": "Alpha mode is None; set Premultiplied in Clip Attributes",
    "ignores_alpha": "Alpha mode is None; set Premultiplied in Clip Attributes",
}
"""Failures after which the stack is kept, and the report says what the editor must do."""


LEFT_OUT = {
    "refuses_faces": ["sh010_FACE_v001", "sh020_FACE_v001"],
    "imports_split": ["B002C011"],
}


@pytest.mark.parametrize("switch", [pytest.param(switch, id=switch.name) for switch in FAILURES])
def test_every_failure_ends_in_a_correct_stack_or_an_unchanged_project(
    lua: Any, deliver: Deliveries, switch: Switch
) -> None:
    path = deliver()
    fake = resolve_with(path, switch.behaviour())
    before = fake.snapshot()
    report = import_delivery(lua, path, fake)
    assert fake.misuse == []
    if not report["problems"]:
        left_out = [text.split("'")[1] for text in report["by_hand"] if "is left out" in text]
        stack = read_stack(fake, report["timeline"])
        expected = [
            [one for one in row if not any(name in one[3] for name in left_out)] for row in expected_stack(path)
        ]
        assert stack == expected
        assert BY_HAND.get(switch.name, "") in "\n".join(report["by_hand"])
        assert bool(report["by_hand"]) == (switch.name in BY_HAND or bool(left_out))
        return
    assert (report["timeline"], report["placed"], report["by_hand"], report["done"]) == (None, 0, [], None)
    (problem,) = report["problems"]
    after = fake.snapshot()
    if switch.name == "stuck_timeline":  # the fake itself makes that timeline current
        before, after = {**before, "current_timeline": ""}, {**after, "current_timeline": ""}
    if after != before:
        assert fake.world.modal or fake.world.has_quit, report  # nothing could be rolled back
        assert "check whether the project still contains" in problem


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("refuses_timeline", "did not create the timeline 'scene_04 v001'"),
        ("existing_timeline", "returned an existing timeline"),
        ("rate_locked", "frame rate is 25, not 24: .* whose timeline frame rate is 24 and import there"),
        ("stuck_timeline", "does not switch to the right timeline"),
        ("no_tracks", "did not add a video track for BODY v001"),
        ("no_bins", "did not create the bin 'scene_04'"),
        ("bin_locked", "does not open the bin"),
        ("imports_none", "did not import .*A001C003"),
        ("loses_faces", "'sh010_FACE_v001' has disappeared from track 3, frame 86400"),
        ("record_late", "placed it at frame 86401"),
        ("source_late", "starts at source frame 41 instead of 40"),
        ("places_audio", "added audio clips that were not requested"),
        ("raises_on_AddTrack", "stopped by an unexpected error .*AddTrack"),
        ("modal_after_0", "no project is open in Resolve, or an open dialog blocks all calls"),
    ],
)
def test_the_reason_is_reported(lua: Any, deliver: Deliveries, name: str, message: str) -> None:
    path = deliver()
    switch = next(switch for switch in FAILURES if switch.name == name)
    report = import_delivery(lua, path, resolve_with(path, switch.behaviour()))
    assert re.search(message, report["problems"][0], re.DOTALL), report["problems"]


# --- while Resolve does not answer ----------------------------------------------------------------------------------


def about_to_import(lua: Any, deliver: Deliveries, start: str) -> tuple[Path, Callable[[], FakeResolve]]:
    """A delivery, and what makes a Resolve into which it is to be imported for the ``first`` or ``second`` time."""
    path = deliver(lambda document: document["faces"].clear())  # most of a document, and not used here
    fake = resolve_with(path)
    if start == "second":
        assert import_delivery(lua, path, fake)["problems"] == []
    write_lua(Delivery.read(path), path.parent)
    return path, fake.frozen()


@pytest.mark.parametrize("start", ["first", "second"])
@pytest.mark.parametrize("silence", [(1, False, 1), (1, True, 5), (4, False, 11), (8, False, 13)])
def test_nothing_is_lost_while_resolve_does_not_answer(
    lua: Any, deliver: Deliveries, start: str, silence: tuple[int, bool, int]
) -> None:
    """``silence``: how many calls in a row are not answered, whether they act, and at every how many-th call.

    As in test_resolve_unanswered.py: at every call in turn, for one call, a few, and longer than is repeated.
    """
    silent, acts, step = silence
    if silent == 1 and not EVERY_CALL:
        step *= 2 if start == "first" else 3
    path, again = about_to_import(lua, deliver, start)
    fake = again()
    before, done = by_id(fake.snapshot()), len(fake.called)
    import_written(lua, path, fake)
    for first in range(0, len(fake.called) - done, step):
        fake = again()
        fake.behaviour.unanswered = range(done + first, done + first + silent)
        fake.behaviour.unanswered_calls_act = acts
        report = import_written(lua, path, fake)
        after = by_id(fake.snapshot())
        assert {key: after.get(key) for key in before} == before
        if not report["problems"]:
            assert_right(report, fake, path)
            assert report["by_hand"] == []
            continue
        (problem,) = report["problems"]
        assert silent > 4 or fake.called[done + first] == "Fusion.RequestFile", problem
        new = after.keys() - before.keys()
        assert not (new and "the project is unchanged" in problem), problem
        assert ("check whether the project still contains" in problem) == bool(new), problem


@pytest.mark.parametrize("start", ["first", "second"])
def test_a_list_that_is_wrongly_empty_loses_nothing(lua: Any, deliver: Deliveries, start: str) -> None:
    path, again = about_to_import(lua, deliver, start)
    fake = again()
    before, done = by_id(fake.snapshot()), len(fake.called)
    import_written(lua, path, fake)
    getters = [at for at, name in enumerate(fake.called[done:]) if re.search(r"List$|Count$|InTrack$", name)]
    for at in getters[::2]:
        fake = again()
        fake.behaviour.unanswered = range(done + at, done + at + 1)
        fake.behaviour.unanswered_lists_are_empty = True
        import_written(lua, path, fake)
        after = by_id(fake.snapshot())
        assert {key: after.get(key) for key in before} == before, fake.called[done + at]


# --- the document -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["return 5", "return {}", 'return { schema = "toolkit.delivery_lua/2" }', "return {"])
def test_another_document_changes_nothing(lua: Any, tmp_path: Path, text: str) -> None:
    (tmp_path / "delivery.lua").write_text(text, encoding="utf-8")
    fake = FakeResolve()
    before = fake.snapshot()
    fake.fusion.chosen.append(str(tmp_path / "delivery.lua"))
    assert str(tmp_path / "delivery.lua") in run(lua, fake)[1]
    assert fake.snapshot() == before


def test_a_folder_name_may_contain_percent_signs(each_lua: Any, tmp_path: Path) -> None:
    path = Deliveries(tmp_path / "100%d done %s %04d é")()
    fake = resolve_with(path)
    assert_right(import_delivery(each_lua, path, fake), fake, path)


# --- starting the entry -------------------------------------------------------------------------------------------


@pytest.fixture
def last_delivery(deliver: Deliveries, home: Path) -> Path:
    """A delivery that the toolkit has recorded as the last one."""
    home.mkdir(exist_ok=True)
    path = deliver()
    write_lua(Delivery.read(path), path.parent)
    record_last_delivery(path)
    return path


def test_the_dialog_opens_at_the_last_delivery(lua: Any, deliver: Deliveries, home: Path, last_delivery: Path) -> None:
    path = deliver(set_on("FACE", 0, end_index=1065))
    fake = resolve_with(path)
    fake.fusion.environment["HOME"] = str(home)
    assert_right(import_delivery(lua, path, fake), fake, path)
    assert fake.fusion.dialog_folders == [str(last_delivery)]


def test_cancelling_the_dialog_imports_nothing(lua: Any, home: Path, last_delivery: Path) -> None:
    fake = resolve_with(last_delivery)
    before = fake.snapshot()
    assert "no delivery was selected" in run(lua, fake)[1]
    assert fake.snapshot() == before


@pytest.mark.parametrize("sandboxed", [True, False])
def test_without_a_dialog_it_imports_the_last_delivery(
    each_lua: Any, home: Path, last_delivery: Path, sandboxed: bool
) -> None:
    """The home folder comes from Fusion, which has it in the sandbox too."""
    fake = resolve_with(last_delivery)
    fake.fusion.environment["HOME"] = str(home)
    assert "6 clips placed" in run(each_lua, fake, sandboxed=sandboxed, without=("RequestFile",))[0]


def test_without_any_delivery_it_says_what_is_missing(each_lua: Any, home: Path) -> None:
    fake = FakeResolve()
    fake.fusion.environment["HOME"] = str(home)
    printed = run(each_lua, fake, without=("RequestFile",))
    assert f"shows no file dialog, and {home}/.toolkit/last_delivery.lua is missing" in printed[1]


def test_an_open_window_is_reported_before_a_delivery_is_requested(lua: Any) -> None:
    fake = FakeResolve(Behaviour(modal_after=0))
    assert "no project is open in Resolve, or an open dialog" in run(lua, fake)[1]
    assert fake.fusion.dialog_folders == []


@pytest.mark.parametrize("entry", LUA_ENTRIES)
@pytest.mark.parametrize("sandboxed", [True, False])
def test_outside_resolve_every_entry_says_where_to_run_it(each_lua: Any, entry: str, sandboxed: bool) -> None:
    printed = run(each_lua, None, entry=entry, sandboxed=sandboxed)
    assert any("this script is not running in Resolve: run it from Workspace > Scripts" in line for line in printed)


@pytest.mark.parametrize("sandboxed", [True, False])
def test_the_sandbox_of_the_free_edition_is_enough(each_lua: Any, deliver: Deliveries, sandboxed: bool) -> None:
    path = deliver()
    write_lua(Delivery.read(path), path.parent)
    fake = resolve_with(path, Behaviour(studio=False))
    fake.fusion.chosen.append(str(path))
    assert "6 clips placed" in run(each_lua, fake, sandboxed=sandboxed)[0]


def test_a_missing_delivery_is_reported(lua: Any, tmp_path: Path) -> None:
    fake = FakeResolve()
    fake.fusion.chosen.append(str(tmp_path / "delivery.json"))
    assert "cannot read" in run(lua, fake)[1]


def test_the_golden_delivery_is_what_the_tests_change() -> None:
    assert [track["name"] for track in golden()["tracks"]] == ["PLATE", "BODY v001", "FACE v001"]
