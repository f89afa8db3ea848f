"""The Resolve script under a Resolve that fails as the real one is reported to: silently."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import runpy
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Change, Deliveries, Document, clips, golden, retime, set_on
from tests.hosts.fake_resolve import Behaviour, FakeResolve, Movie

SCRIPT = Path(__file__).resolve().parents[2] / "resolve_scripts" / "Toolkit Import Delivery.py"

Report = dict[str, Any]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script as a module, with a home of its own."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    spec = importlib.util.spec_from_file_location("toolkit_import_delivery", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(script: ModuleType, path: Path, behaviour: Behaviour | None = None) -> tuple[Report, FakeResolve]:
    """Run the script's main on a delivery, as a menu script would be run."""
    document = json.loads(path.read_text(encoding="utf-8"))
    movies = {
        clip["path"]: Movie(frames=clip["end_index"] + 1, fps=clip["fps"])
        for track in document["tracks"]
        for clip in track["clips"]
        if clip["kind"] == "movie"
    }
    fake = FakeResolve(behaviour or Behaviour(), movies)
    script.__dict__["resolve"] = fake.handle
    return script.main([str(path)]), fake


def placed(fake: FakeResolve) -> dict[str, list[tuple[int, int, int, str]]]:
    """(record frame from the timeline's first, duration, head, media) of every item, by track name."""
    made = fake.made
    assert made is not None
    return {
        name: [(item.start - made.start, item.duration, item.left, item.media.path) for item in made.tracks[index]]
        for index, name in enumerate(made.track_names)
    }


def expected(path: Path) -> dict[str, list[tuple[int, int, int, str]]]:
    """The same, as delivery.json asks for."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return {
        track["name"]: [
            (clip["record_first"], clip["record_count"], clip["in_frame"], pool_path(path, clip))
            for clip in track["clips"]
        ]
        for track in document["tracks"]
    }


def pool_path(path: Path, clip: Document) -> str:
    if clip["kind"] == "movie":
        return str(clip["path"])
    first = path.parent / clip["path"]
    span = f"[{clip['start_index']:04d}-{clip['end_index']:04d}]"
    return str(first.parent / clip["pattern"].replace("%04d", span))


def movie(path: Path) -> str:
    """The one movie of the golden delivery."""
    return str(path.parent.parent / "plates" / "A001C003_230114.mov")


def users_timeline(fake: FakeResolve) -> tuple[Any, ...]:
    users = fake.users
    return (
        [(item.start, item.duration) for item in users.tracks[0]],
        len(users.tracks),
        users.start,
        dict(users.settings),
    )


# --- the script itself --------------------------------------------------------------------------------------------


def test_its_syntax_is_that_of_python_3_6() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_it_needs_nothing_but_the_standard_library() -> None:
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported - set(sys.stdlib_module_names) == {"DaVinciResolveScript"}
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert "__file__" not in names


def test_its_half_above_the_line_knows_no_host() -> None:
    pure, host = SCRIPT.read_text(encoding="utf-8").split("# --- host")
    assert not re.search(r"\bask\(|\bresolve\.", pure)
    assert "ask(" in host


# --- what it builds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(Behaviour(), id="endFrame excluded, as in 18.6, 20 and 21"),
        pytest.param(Behaviour(version="19.1.3.7", end_frame="inclusive"), id="endFrame included, as in 19.1"),
        pytest.param(Behaviour(end_frame="inclusive", past_the_end="refused"), id="included and strict about the end"),
        pytest.param(Behaviour(past_the_end="refused"), id="excluded and strict about the end"),
        pytest.param(Behaviour(sequences_count_from="files"), id="sequences counted by file number"),
        pytest.param(
            Behaviour(sequences_count_from="files", end_frame="inclusive"), id="file numbers, endFrame included"
        ),
        pytest.param(Behaviour(project_rate="25"), id="a project at another rate"),
        pytest.param(Behaviour(project_rate="29.97 DF"), id="a drop-frame project"),
        pytest.param(Behaviour(end_frame="inclusive", deletions_that_fail=1), id="the first DeleteClips fails"),
        pytest.param(Behaviour(hidden_timeline_names=("scene_04 2", "scene_04 3")), id="timeline names taken unseen"),
        pytest.param(Behaviour(answers_dead_items=True, end_frame="inclusive"), id="dead items for refusals"),
    ],
)
def test_the_stack_is_what_the_delivery_says(script: ModuleType, deliver: Deliveries, behaviour: Behaviour) -> None:
    path = deliver()
    report, fake = run(script, path, behaviour)
    assert report["problems"] == []
    assert placed(fake) == expected(path)
    assert len(report["placed"]) == 6
    made = fake.made
    assert made is not None
    assert (made.start, made.start_timecode, made.audio_items) == (86400, "01:00:00:00", 0)
    assert made.settings["timelineFrameRate"].startswith("24")
    assert (made.settings["timelineResolutionWidth"], made.settings["timelineResolutionHeight"]) == ("1280", "720")


def test_the_way_that_worked_is_tried_first_next_time(script: ModuleType, deliver: Deliveries) -> None:
    _, fake = run(script, deliver(), Behaviour(end_frame="inclusive"))
    assert len(fake.pool.requests) == 6 + 2  # one wrong try for a movie, one for a sequence


def test_a_timeline_that_starts_elsewhere_keeps_the_cut_together(script: ModuleType, deliver: Deliveries) -> None:
    path = deliver(lambda document: document.update(start_timecode="10:00:00:00", start_frame=864000))
    report, fake = run(script, path, Behaviour(start_timecode_locked=True))
    assert "starts at 01:00:00:00 (frame 86400), not at 10:00:00:00 (frame 864000)" in report["problems"][0]
    assert len(report["problems"]) == 1 and placed(fake) == expected(path)


def test_only_face_layers_become_premultiplied(script: ModuleType, deliver: Deliveries) -> None:
    _, fake = run(script, deliver())
    modes = {media.name.split(".")[0]: media.properties["Alpha mode"] for media in fake.pool.root.everything()}
    assert {name for name, mode in modes.items() if mode == "Premultiplied"} == {"sh010_FACE_v001", "sh020_FACE_v001"}


def test_the_users_timeline_and_bins_stay_as_they_were(script: ModuleType, deliver: Deliveries) -> None:
    untouched = users_timeline(FakeResolve(Behaviour(), {}))
    report, fake = run(script, deliver())
    assert users_timeline(fake) == untouched
    assert report["timeline"] == "scene_04 2"
    assert [media.name for media in fake.pool.root.clips] == ["user.mov"]
    assert fake.project is not None and fake.project.current is fake.made


def test_a_second_import_stands_beside_the_first(script: ModuleType, deliver: Deliveries) -> None:
    path = deliver()
    first, fake = run(script, path)
    second = script.main([str(path)])
    assert (first["timeline"], second["timeline"]) == ("scene_04 2", "scene_04 3")
    assert second["problems"] == [] and len(second["placed"]) == 6
    assert [folder.name for folder in fake.pool.root.folders] == ["scene_04", "scene_04 2"]


def test_media_already_in_the_pool_are_used_from_there(script: ModuleType, deliver: Deliveries) -> None:
    path = deliver()
    _, fake = run(script, path)
    fake.behaviour.reimports = False
    report = script.main([str(path)])
    assert report["problems"] == [] and len(report["placed"]) == 6


def test_media_used_twice_are_imported_once(script: ModuleType, deliver: Deliveries) -> None:
    def again(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"].append({**track["clips"][0], "record_first": 100})

    report, fake = run(script, deliver(again))
    assert report["problems"] == [] and len(report["placed"]) == 9
    assert len(fake.pool.root.folders[0].clips) == 6


def test_a_gap_in_the_cut_stays_a_gap(script: ModuleType, deliver: Deliveries) -> None:
    def apart(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][1]["record_first"] = 100

    path = deliver(apart)
    report, fake = run(script, path)
    assert report["problems"] == [] and placed(fake) == expected(path)


@pytest.mark.parametrize("order", [1, -1])
def test_clips_are_placed_in_record_order_whatever_the_documents_order(
    script: ModuleType, deliver: Deliveries, order: int
) -> None:
    def turned(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"] = track["clips"][::order]

    report, fake = run(script, deliver(turned))
    assert report["problems"] == []
    records = [request["recordFrame"] for request in fake.pool.requests]
    assert records == [86400, 86448] * 3


def test_a_clip_of_one_frame_is_placed(script: ModuleType, deliver: Deliveries) -> None:
    def short(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][1].update(record_count=1, frame_count=1)

    path = deliver(short)
    report, fake = run(script, path, Behaviour(end_frame="inclusive"))
    assert report["problems"] == [] and placed(fake) == expected(path)


@pytest.mark.parametrize("speed", [1.0, 0.0])
def test_a_still_lasts_as_long_as_the_cut_says(script: ModuleType, deliver: Deliveries, speed: float) -> None:
    def still(document: Document) -> None:
        for track in document["tracks"]:
            clip = track["clips"][0]
            clip.update(in_frame=0, frame_count=1, end_index=clip["start_index"], speed=speed)

    report, fake = run(script, deliver(still))
    assert report["problems"] == []
    assert [track[0].duration for track in fake.made.tracks] == [48, 48, 48]  # type: ignore[union-attr]


def test_clips_that_end_with_their_media_are_whole(script: ModuleType, deliver: Deliveries) -> None:
    def to_the_end(document: Document) -> None:
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip["in_frame"] = clip["end_index"] - clip["start_index"] + 1 - clip["frame_count"]

    path = deliver(to_the_end)
    for end_frame in ("inclusive", "exclusive"):
        report, fake = run(script, path, Behaviour(end_frame=end_frame, past_the_end="refused"))
        assert report["problems"] == [] and placed(fake) == expected(path)


@pytest.mark.parametrize(("media_rate", "frame_count"), [(25.0, 49), (30.0, 59), (60.0, 118), (23.976023976, 48)])
@pytest.mark.parametrize("end_frame", ["exclusive", "inclusive"])
def test_media_at_another_rate_fill_their_place(
    script: ModuleType, deliver: Deliveries, media_rate: float, frame_count: int, end_frame: str
) -> None:
    def other_rate(document: Document) -> None:
        for track in document["tracks"]:
            track["clips"][0].update(
                fps=media_rate, frame_count=frame_count, end_index=track["clips"][0]["start_index"] + 180
            )

    report, fake = run(script, deliver(other_rate), Behaviour(end_frame=end_frame))
    assert report["problems"] == []
    assert [(item.start, item.duration) for item in fake.made.tracks[0]] == [(86400, 48), (86448, 48)]  # type: ignore[union-attr]


@pytest.mark.parametrize("project_rate", ["24", "29.97", "29.97 DF"])
def test_drop_frame_starts_at_its_label(script: ModuleType, deliver: Deliveries, project_rate: str) -> None:
    def ntsc(document: Document) -> None:
        document.update(
            rate="30000/1001", fps=29.97002997, drop_frame=True, start_timecode="01:00:00;00", start_frame=107892
        )
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip.update(rate="30000/1001", fps=29.97002997)

    path = deliver(ntsc)
    report, fake = run(script, path, Behaviour(project_rate=project_rate, project_size=(1280, 720)))
    assert report["problems"] == [] and placed(fake) == expected(path)
    assert fake.made is not None and fake.made.settings["timelineFrameRate"] == "29.97 DF"
    assert fake.made.start == 107892


# --- what it reports ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "says", "count"),
    [
        pytest.param(Behaviour(imports="None"), r"sh010_FACE.*does not import", 0, id="ImportMedia answers None"),
        pytest.param(Behaviour(imports="[]"), r"does not import", 0, id="ImportMedia answers an empty list"),
        pytest.param(Behaviour(imports="[None]"), r"does not import", 0, id="ImportMedia answers [None]"),
        pytest.param(Behaviour(imports="split"), r"2 clips, not one clip of 64", 1, id="a sequence is split"),
        pytest.param(Behaviour(alpha_refused=True), r"Alpha mode is None; set Premultiplied", 6, id="alpha refused"),
        pytest.param(
            Behaviour(alpha_lies=True), r"Alpha mode is None; set Premultiplied", 6, id="alpha accepted, not kept"
        ),
        pytest.param(
            Behaviour(refuses=("sh020_BODY",)), r"'sh020_BODY_v001' is not on track 2", 5, id="a placement refused"
        ),
        pytest.param(
            Behaviour(refuses=("sh020_BODY",), answers_dead_items=True),
            r"not on track 2",
            5,
            id="a dead item for a placement",
        ),
        pytest.param(
            Behaviour(forgets=("sh010_FACE",)), r"'sh010_FACE_v001' is gone from track 3", 5, id="a clip vanishes"
        ),
        pytest.param(Behaviour(shifts=3), r"starts at frame 86403", 0, id="clips land late"),
        pytest.param(Behaviour(slips=1), r"begins 9 pictures into its media instead of 8", 0, id="in points slip"),
        pytest.param(Behaviour(shifts=-86400), r"starts at frame 0", 0, id="clips land an hour early"),
        pytest.param(
            Behaviour(always_lands_on_first_track=True), r"places nothing there", 2, id="everything lands on V1"
        ),
        pytest.param(
            Behaviour(hides_placed_items=True), r"hands out 0 clips.*does not take it off", 0, id="items hidden"
        ),
        pytest.param(Behaviour(start_timecode_locked=True), r"^$", 6, id="start timecode locked where it already fits"),
        pytest.param(Behaviour(size_locked=True), r"timelineResolutionWidth is 1920, not 1280", 6, id="size locked"),
        pytest.param(Behaviour(track_names_kept=False), r"track 2 is not named BODY v001", 6, id="track names refused"),
        pytest.param(
            Behaviour(project_rate="25", sequence_rate_locked=True),
            r"FPS is 25; set 24",
            1,
            id="sequences keep the project rate",
        ),
        pytest.param(
            Behaviour(end_frame="inclusive", deletions_that_fail=99),
            r"does not take it off again",
            0,
            id="DeleteClips fails",
        ),
        pytest.param(Behaviour(raises_on="GetLeftOffset"), r"stopped by TypeError", 0, id="a method raises"),
    ],
)
def test_no_silent_failure_ends_as_a_success(
    script: ModuleType, deliver: Deliveries, behaviour: Behaviour, says: str, count: int
) -> None:
    path = deliver()
    report, fake = run(script, path, behaviour)
    assert re.search(says, "\n".join(report["problems"]), re.DOTALL), report["problems"]
    assert len(report["placed"]) == count
    there = [(number, item.start) for number, track in enumerate(fake.made.tracks, 1) for item in track]  # type: ignore[union-attr]
    assert {(one["track"], one["start"]) for one in report["placed"]} <= set(there)
    assert json.loads((path.parent / "resolve_report.json").read_text(encoding="utf-8")) == report
    marked = report["problems"] and not any(text.startswith("stopped") for text in report["problems"])
    assert fake.made.markers == (["\n".join(report["problems"])] if marked else [])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        pytest.param(
            Behaviour(project_rate="25", rate_locked=True), r"frame rate 24 and run this there", id="rate locked"
        ),
        pytest.param(Behaviour(bins_made=False), r"no bin", id="no bin"),
        pytest.param(Behaviour(bins_opened=False), r"does not open the new bin", id="the bin does not open"),
        pytest.param(Behaviour(timelines_made=False), r"no timeline called", id="no timeline"),
        pytest.param(
            Behaviour(hands_out_the_users_timeline=True), r"has clips already", id="the user's timeline instead"
        ),
        pytest.param(Behaviour(tracks_added=False), r"adds no video track for BODY", id="no tracks"),
        pytest.param(
            Behaviour(keeps_open="scene_04"), r"keeps another timeline open", id="another timeline stays open"
        ),
        pytest.param(Behaviour(raises_on="AddTrack"), r"stopped by TypeError", id="AddTrack raises"),
        pytest.param(Behaviour(dialog_open=True), r"or a dialog there is", id="a dialog is open"),
    ],
)
def test_what_cannot_begin_leaves_the_project_as_it_was(
    script: ModuleType, deliver: Deliveries, behaviour: Behaviour, says: str
) -> None:
    report, fake = run(script, deliver(), behaviour)
    assert re.search(says, "\n".join(report["problems"])), report["problems"]
    assert report["placed"] == [] and report["timeline"] is None
    assert fake.project is not None and fake.project.timelines == [fake.users]
    assert fake.project.current is fake.users
    assert fake.pool.root.folders == [] and fake.pool.GetCurrentFolder() is fake.pool.root
    assert fake.pool.requests == []


def test_nothing_is_appended_to_a_timeline_that_came_to_the_front_by_itself(
    script: ModuleType, deliver: Deliveries
) -> None:
    untouched = users_timeline(FakeResolve(Behaviour(), {}))
    path = deliver()
    report, fake = run(script, path, Behaviour(wanders_after=2))
    assert users_timeline(fake) == untouched
    assert report["problems"] == [] and placed(fake) == expected(path)


def test_a_clip_that_lands_on_another_track_is_taken_off_and_told(script: ModuleType, deliver: Deliveries) -> None:
    def without_plates(document: Document) -> None:
        document["tracks"][0]["clips"] = []

    report, fake = run(script, deliver(without_plates), Behaviour(always_lands_on_first_track=True))
    assert [text.split(": ")[1] for text in report["problems"]] == ["it lands on another track"] * 4
    assert report["placed"] == [] and not any(fake.made.tracks)  # type: ignore[union-attr]


def test_no_open_project_is_said(script: ModuleType, deliver: Deliveries) -> None:
    path = deliver()
    fake = FakeResolve(Behaviour(), {})
    fake.project = None
    script.__dict__["resolve"] = fake.handle
    assert "no project is open" in script.main([str(path)])["problems"][0]


# --- retimed clips ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("speed", "frame_count"), [(2.0, 48), (-1.0, 24), (0.5, 12), (0.0, 1)])
def test_before_21_1_a_retimed_clip_holds_its_place_and_the_editor_is_told(
    script: ModuleType, deliver: Deliveries, speed: float, frame_count: int
) -> None:
    report, fake = run(script, deliver(retime(speed, frame_count=frame_count, record_count=24)))
    told = [text for text in report["problems"] if f"{100 * speed:g} % in Change Clip Speed" in text]
    assert len(told) == 3 == len(report["problems"])
    assert all(track[0].duration == 24 for track in fake.made.tracks)  # type: ignore[union-attr]


@pytest.mark.parametrize("speed", [2.0, -1.0, 0.0])
def test_from_21_1_the_speed_is_set_and_read_back(script: ModuleType, deliver: Deliveries, speed: float) -> None:
    path = deliver(retime(speed, frame_count=24, record_count=24))
    report, fake = run(script, path, Behaviour(version="21.1.0.14", sets_speed=True))
    assert report["problems"] == []
    assert {item.speed for track in fake.made.tracks for item in track[:1]} == {100 * speed}  # type: ignore[union-attr]
    assert sum("compare its ends" in note for note in report["notes"]) == 3


def test_a_speed_that_does_not_stick_is_a_problem(script: ModuleType, deliver: Deliveries) -> None:
    path = deliver(retime(2.0, frame_count=48, record_count=24))
    report, _ = run(script, path, Behaviour(sets_speed=True, speed_sticks=False))
    assert len(report["problems"]) == 3


def test_a_slow_clip_without_enough_media_is_left_to_return_otio(script: ModuleType, deliver: Deliveries) -> None:
    path = deliver(set_on("FACE", 0, speed=0.25, frame_count=24, record_count=96))
    report, _ = run(script, path)
    assert any("too short" in text and "return.otio" in text for text in report["problems"])


# --- the document -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda d: d.update(schema="toolkit.delivery/2"), "not a toolkit.delivery/1", id="another schema"),
        pytest.param(lambda d: d.pop("fps"), "no proper 'fps'", id="a field is missing"),
        pytest.param(lambda d: d.update(fps=0.0), "no proper 'fps'", id="no rate"),
        pytest.param(lambda d: d.update(fps=float("nan")), "no proper 'fps'", id="a rate that is no number"),
        pytest.param(lambda d: d.update(start_frame=True), "no proper 'start_frame'", id="a truth for a number"),
        pytest.param(set_on("FACE", 0, record_first=-1), "no proper 'record_first'", id="before the timeline"),
        pytest.param(set_on("FACE", 0, pattern="sh010_FACE_v001.%s.exr"), "not the pattern", id="a pattern of text"),
        pytest.param(set_on("FACE", 0, pattern="../%04d.exr"), "not the pattern", id="a pattern that climbs"),
        pytest.param(set_on("FACE", 0, pattern="other.%04d.exr"), "not the pattern", id="a pattern of other files"),
        pytest.param(set_on("FACE", 0, end_index=1000), "is offline", id="a sequence that ends before it starts"),
    ],
)
def test_a_document_that_does_not_hold_touches_nothing(
    script: ModuleType, deliver: Deliveries, change: Change, says: str
) -> None:
    path = deliver()
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    report, fake = run(script, path)
    assert says in report["problems"][0]
    assert fake.made is None and fake.pool.root.folders == []


@pytest.mark.parametrize("climb", ["../outside/x.1001.exr", "sh010/../../outside/x.1001.exr"])
def test_a_layer_outside_the_deliverys_folder_is_refused(script: ModuleType, deliver: Deliveries, climb: str) -> None:
    path = deliver(set_on("FACE", 0, path=climb, pattern="x.%04d.exr"))
    report, _ = run(script, path)
    assert "lies outside the delivery's folder" in report["problems"][0]


def test_a_layer_that_links_out_of_the_folder_is_refused(
    script: ModuleType, deliver: Deliveries, tmp_path: Path
) -> None:
    path = deliver(own_media=True)
    layer = path.parent / "sh010" / "FACE"
    layer.rename(tmp_path / "elsewhere")
    layer.symlink_to(tmp_path / "elsewhere")
    report, _ = run(script, path)
    assert "lies outside the delivery's folder" in report["problems"][0]


def test_an_absolute_path_of_a_layer_is_refused(script: ModuleType, deliver: Deliveries) -> None:
    other = deliver(set_on("FACE", 0, end_index=1065))
    first = other.parent / clips(golden(), "FACE")[0]["path"]
    report, _ = run(script, deliver(set_on("FACE", 0, path=str(first))))
    assert "lies outside the delivery's folder" in report["problems"][0]


@pytest.mark.parametrize(
    "gone", ["sh010/FACE/v001/sh010_FACE_v001.1001.exr", "sh010/FACE/v001/sh010_FACE_v001.1040.exr"]
)
def test_a_hole_in_a_sequence_is_found_before_resolve_is_touched(
    script: ModuleType, deliver: Deliveries, gone: str
) -> None:
    path = deliver(own_media=True)
    (path.parent / gone).unlink()
    report, fake = run(script, path)
    assert f"1 of 64 files are missing in {path.parent}" in report["problems"][0]
    assert Path(gone).name in report["problems"][0]
    assert fake.made is None


def test_an_offline_movie_is_named(script: ModuleType, deliver: Deliveries) -> None:
    path = deliver(own_media=True)
    (path.parent.parent / "plates" / "A001C003_230114.mov").unlink()
    report, _ = run(script, path)
    assert "'A001C003' is offline" in report["problems"][0]


def test_a_file_that_is_no_json_is_said(script: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "delivery.json"
    path.write_text("{", encoding="utf-8")
    script.__dict__["resolve"] = FakeResolve(Behaviour(), {}).handle
    assert "cannot read" in script.main([str(path)])["problems"][0]
    assert not (tmp_path / "resolve_report.json").exists()


def test_a_folder_with_a_per_cent_sign_is_only_a_name(script: ModuleType, tmp_path: Path) -> None:
    path = Deliveries(tmp_path / "100%d done %s")()
    report, _ = run(script, path)
    assert report["problems"] == [] and len(report["placed"]) == 6


# --- how it is started --------------------------------------------------------------------------------------------


class Fusion:
    """The file dialog."""

    def __init__(self, chosen: str | None) -> None:
        self.chosen = chosen
        self.shown: list[str] = []

    def RequestFile(self, start: str) -> str | None:  # noqa: N802 - Fusion's name
        self.shown.append(start)
        return self.chosen


def remember(path: Path, home: Path) -> None:
    (home / ".toolkit").mkdir(parents=True)
    (home / ".toolkit" / "last_delivery.txt").write_text(f"{path}\n", encoding="utf-8")


def test_as_a_menu_entry_it_opens_the_dialog_at_the_last_delivery(
    deliver: Deliveries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "argv", [""])
    last, path = deliver(set_on("FACE", 0, end_index=1065)), deliver()
    remember(last, tmp_path / "home")
    fusion = Fusion(str(path))
    fake = FakeResolve(Behaviour(), {movie(path): Movie(frames=120, fps=24)})
    runpy.run_path(str(SCRIPT), init_globals={"resolve": fake.handle, "fusion": fusion}, run_name="__main__")
    assert fusion.shown == [str(last)]
    assert placed(fake) == expected(path)


def test_without_a_dialog_it_takes_the_last_delivery(script: ModuleType, deliver: Deliveries, tmp_path: Path) -> None:
    path = deliver()
    remember(path, tmp_path / "home")
    fake = FakeResolve(Behaviour(), {movie(path): Movie(frames=120, fps=24)})
    script.__dict__["resolve"] = fake.handle
    assert script.main([])["problems"] == []


def test_a_dialog_that_is_cancelled_imports_nothing(script: ModuleType, deliver: Deliveries, tmp_path: Path) -> None:
    remember(deliver(), tmp_path / "home")
    fake = FakeResolve(Behaviour(), {})
    script.__dict__.update(resolve=fake.handle, fusion=Fusion(None))
    assert "no delivery was chosen" in script.main([])["problems"][0]
    assert fake.made is None


def test_without_any_delivery_it_asks_which(script: ModuleType) -> None:
    script.__dict__["resolve"] = FakeResolve(Behaviour(), {}).handle
    assert "which delivery.json?" in script.main([])["problems"][0]


@pytest.mark.parametrize("door", ["app", "bmd", "DaVinciResolveScript"])
def test_it_finds_resolve_by_every_door(
    script: ModuleType, deliver: Deliveries, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    path = deliver()
    fake = FakeResolve(Behaviour(), {movie(path): Movie(frames=120, fps=24)})
    module = ModuleType("DaVinciResolveScript")
    module.__dict__.update(GetResolve=lambda: fake.handle, scriptapp=lambda name: fake.handle)
    if door == "DaVinciResolveScript":
        monkeypatch.setitem(sys.modules, door, module)
    else:
        script.__dict__[door] = module
    assert script.main([str(path)])["problems"] == []


def test_outside_resolve_it_says_where_to_run_it(script: ModuleType, deliver: Deliveries) -> None:
    report = script.main([str(deliver())])
    assert "Workspace > Scripts" in report["problems"][0]


def test_a_resolve_that_does_not_answer_is_said(
    script: ModuleType, deliver: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = ModuleType("DaVinciResolveScript")
    module.__dict__["scriptapp"] = lambda name: None
    monkeypatch.setitem(sys.modules, "DaVinciResolveScript", module)
    assert "External scripting" in script.main([str(deliver())])["problems"][0]


def test_a_report_that_cannot_be_written_is_said_and_the_stack_stands(
    script: ModuleType, deliver: Deliveries, capsys: pytest.CaptureFixture[str]
) -> None:
    path = deliver(own_media=True)
    (path.parent / "resolve_report.json.part").mkdir()
    report, _ = run(script, path)
    assert len(report["placed"]) == 6
    assert "the report is not written" in capsys.readouterr().out
