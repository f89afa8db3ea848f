"""Import Passes on a fake Resolve with the failures reported of the real one: a correct stack or no change at all."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Change, Deliveries, Document, clips, golden, retime, set_on
from tests.hosts.entries import INJECTED, PROBES, Desk, Report, load, pool_path, start_in
from tests.hosts.path_maps import ANSWERS, THERE, Answer, read_map, write_map
from tests.hosts.resolve import FAILURES, VARIATIONS, Behaviour, FakeResolve, Footage, Switch, editions

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit

START = 86400


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Import Passes.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def make_desk(deliver: Deliveries, at_home: Path) -> Callable[..., Desk]:
    """A factory of fake Resolves with the cut of the golden delivery on the timeline ``scene_04``."""
    return lambda behaviour=None, **changes: Desk(deliver, behaviour, **changes)


def run(entry: ModuleType, desk: Desk, *flags: str, path: Path | None = None) -> Report:
    return start_in(entry, desk, str(path or desk.path), *flags)


def read_stack(fake: FakeResolve, name: str) -> dict[str, list[tuple[int, int, int, str]]]:
    """Return (record frame, duration, in point, media) of every video item of a timeline, by track name."""
    timeline = fake.timeline(name)
    return {
        track.name: [
            (item.start - timeline.start, item.duration, int(item.left), item.media.name)
            for item in sorted(track.items, key=lambda item: item.start)
            if item.media
        ]
        for track in timeline.tracks["video"]
    }


def expected_stack(path: Path, *, plates: str = "PLATE") -> dict[str, list[tuple[int, int, int, str]]]:
    """Return the same data as specified by delivery.json."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return {
        plates if track["name"] == "PLATE" else track["name"]: [
            (clip["record_first"], clip["record_count"], clip["in_frame"], Path(pool_path(path, clip)).name)
            for clip in track["clips"]
        ]
        for track in document["tracks"]
    }


def later_version(number: int, *tracks: str) -> Change:
    """Return a change to a delivery: a later version of the layers on tracks whose names start with ``tracks``."""

    def change(document: Document) -> None:
        later = f"v{number:03d}"
        for track in document["tracks"]:
            if track["pass_name"] and (not tracks or track["name"].startswith(tracks)):
                track["name"] = track["name"].replace("v001", later)
                for clip in track["clips"]:
                    clip["version"] = number
                    clip.update({key: clip[key].replace("v001", later) for key in ("name", "path", "pattern")})

    return change


# --- the stack ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [pytest.param(one, id=name) for name, one in editions()])
def test_layers_are_placed_on_a_duplicate_in_every_version_and_edition(
    entry: ModuleType, make_desk: Callable[..., Desk], behaviour: Behaviour
) -> None:
    desk = make_desk(behaviour)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert (report["timeline"], report["made_from"]) == ("scene_04 v001", "scene_04")
    assert read_stack(desk.fake, "scene_04 v001") == expected_stack(desk.path, plates="Video 1")
    assert desk.fake.misuse == []


@pytest.mark.parametrize("variation", [pytest.param(one, id=one.name) for one in VARIATIONS])
@pytest.mark.parametrize("origin", [True, False], ids=["duplicate", "own timeline"])
def test_every_variation_of_resolve_gives_the_same_stack(
    entry: ModuleType, make_desk: Callable[..., Desk], variation: Switch, origin: bool
) -> None:
    desk = make_desk(variation.behaviour(), origin=origin)
    before = desk.fake.snapshot()
    report = run(entry, desk)
    assert report["problems"] == []
    assert [text.split(":")[0] for text in report["by_hand"]] == (
        ["'scene_04' was not used"] if origin and not report["made_from"] else []
    )
    stack = read_stack(desk.fake, report["timeline"])
    assert stack == expected_stack(desk.path, plates="Video 1" if report["made_from"] else "PLATE")
    assert desk.fake.snapshot()["timelines"][:1] == before["timelines"]
    assert desk.fake.misuse == []


def test_a_new_timeline_has_the_rate_size_and_start_of_the_cut(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(Behaviour(project_rate="25", project_size=(1920, 1080)), origin=False)
    report = run(entry, desk)
    made = desk.fake.timeline(report["timeline"])
    assert (made.start, made.start_timecode, made.rate) == (START, "01:00:00:00", 24.0)
    assert (made.custom_settings["timelineResolutionWidth"], made.custom_settings["timelineResolutionHeight"]) == (
        "1280",
        "720",
    )


def test_a_cut_that_starts_before_frame_0_keeps_its_timecode(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    """After Effects comps may start before 0; Resolve counts the same timecode from the previous midnight."""
    desk = make_desk(change=lambda d: d.update(start_frame=-24, start_timecode="23:59:59:00"), origin=False)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert desk.fake.timeline(report["timeline"]).start_timecode == "23:59:59:00"
    assert read_stack(desk.fake, report["timeline"]) == expected_stack(desk.path)


def test_the_variant_that_worked_is_tried_first_in_the_next_import(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(Behaviour(version="19.1.3.7"), origin=False)
    run(entry, desk)
    assert len(desk.fake.pool.placements) == 6 + 2  # one wrong try for a movie, one for a sequence
    again = make_desk(Behaviour(version="19.1.3.7"), origin=False)
    run(entry, again)
    assert len(again.fake.pool.placements) == 6


def test_an_append_history_that_is_invalid_or_of_another_version_is_ignored(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path
) -> None:
    (at_home / ".toolkit").mkdir()
    for text in ("[", '{"21.1.0.14": []}', '{"21.1.0.14": {"sequence": [true, -1]}}', '{"21.1.0.14": {"movie": 3}}'):
        (at_home / ".toolkit" / "resolve_habits.json").write_text(text, encoding="utf-8")
        desk = make_desk()
        assert run(entry, desk)["problems"] == []
        assert read_stack(desk.fake, "scene_04 v001") == expected_stack(desk.path, plates="Video 1")


def test_each_shot_gets_its_own_bin(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    run(entry, desk)
    (delivered,) = desk.fake.pool.root.folders
    assert delivered.name == "scene_04"
    names = {shot.name: [clip.name.split(".")[0] for clip in shot.clips] for shot in delivered.folders}
    assert names == {
        "sh010": ["sh010_BODY_v001", "sh010_FACE_v001"],
        "sh020": ["sh020_BODY_v001", "sh020_FACE_v001"],
    }


def test_only_face_layers_are_set_to_premultiplied(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    run(entry, desk)
    modes = {media.name.split(".")[0]: media.properties["Alpha mode"] for media in desk.fake.pool.root.all_clips()}
    assert {name for name, mode in modes.items() if mode == "Premultiplied"} == {"sh010_FACE_v001", "sh020_FACE_v001"}


def test_layers_get_their_colour_space_in_a_managed_project(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(
        Behaviour(colour_science="davinciYRGBColorManagedv2"), change=set_on("FACE", 0, input_colour_space="Linear")
    )
    assert run(entry, desk)["by_hand"] == []
    spaces = {media.name.split(".")[0]: media.properties["Input Color Space"] for media in all_media(desk)}
    assert spaces["sh010_FACE_v001"] == "Linear" and spaces["sh020_FACE_v001"] == ""


def all_media(desk: Desk) -> list[Any]:
    return desk.fake.pool.root.all_clips()


@pytest.mark.parametrize("science", ["davinciYRGB", "davinciYRGBColorManagedv2"])
def test_a_colour_space_that_cannot_be_set_is_reported_as_work_by_hand(
    entry: ModuleType, make_desk: Callable[..., Desk], science: str
) -> None:
    change = set_on("FACE", 0, input_colour_space="no such space")
    report = run(entry, make_desk(Behaviour(colour_science=science), change=change))
    assert "Input Color Space is not set; set no such space in Clip Attributes" in report["by_hand"][0]


def test_layers_rendered_on_twos_play_at_their_own_rate(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(change=set_on("BODY", 0, fps=12.0, frame_count=24, in_frame=4, end_index=1032))
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert read_stack(desk.fake, "scene_04 v001")["BODY v001"][0][:3] == (0, 48, 4)


def test_the_layers_of_a_shot_are_linked(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    run(entry, desk)
    tracks = desk.fake.timeline("scene_04 v001").tracks["video"]
    for shot in (0, 1):
        body, face = tracks[1].items[shot], tracks[2].items[shot]
        assert body.linked == [face] and face.linked == [body]
        assert tracks[0].items[shot].linked == []


def test_interpolation_and_opacity_are_set_from_the_delivery(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    def change(document: Document) -> None:
        clips(document, "FACE")[0].update(interpolation="flow", motion="enhanced better", opacity=80.0)
        clips(document, "FACE")[1].update(interpolation="nearest", motion="enhanced better")

    desk = make_desk(change=change)
    assert run(entry, desk)["by_hand"] == []
    faces = desk.fake.timeline("scene_04 v001").tracks["video"][2].items
    keys = ("RetimeProcess", "MotionEstimation", "Opacity")
    assert [[item.properties[key] for key in keys] for item in faces] == [[3, 4, 80.0], [1, 0, 100.0]]


def test_speed_warp_on_the_free_edition_is_reported_as_work_by_hand(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(
        Behaviour(studio=False), change=set_on("FACE", 0, interpolation="flow", motion="speed warp better")
    )
    report = run(entry, desk)
    assert (
        report["problems"] == []
        and "set Motion Estimation to Speed Warp Better in the Inspector" in report["by_hand"][0]
    )


@pytest.mark.parametrize("comps", [True, False])
def test_comps_are_imported_only_on_request(entry: ModuleType, make_desk: Callable[..., Desk], comps: bool) -> None:
    desk = make_desk(change=set_on("FACE", 0, comp="sh010/face.comp"))
    (desk.path.parent / "sh010" / "face.comp").write_text("Composition { Tools = ordered() {} }", encoding="utf-8")
    report = run(entry, desk, *(["--comps"] if comps else []))
    assert report["problems"] == report["by_hand"] == []
    items = [item for track in desk.fake.timeline("scene_04 v001").tracks["video"] for item in track.items]
    assert sum(len(item.comps) for item in items) == comps


def test_delivery_markers_are_added_beside_the_editors(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    marker = {"record_frame": 12, "shot": "sh010", "name": "sh010", "note": "no face", "colour": "Yellow"}
    desk = make_desk(change=lambda document: document.update(markers=[marker]))
    desk.sent.AddMarker(12, "Blue", "mine", "look", 1)
    report = run(entry, desk)
    found = desk.fake.timeline(report["timeline"]).GetMarkers()
    assert {frame: one["note"] for frame, one in found.items()} == {12.0: "look", 13.0: "no face"}
    run(entry, desk)
    assert len(desk.fake.timeline("scene_04 v001 2").GetMarkers()) == 2


def test_a_backup_of_the_timeline_is_exported_beside_the_delivery(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk()
    report = run(entry, desk)
    assert Path(report["snapshot"]) == desk.path.parent / "scene_04 before import.drt"
    assert Path(report["snapshot"]).is_file()


# --- which timeline -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda document: document["origin"].update(name="another"), "'another' is not in this project"),
        (lambda document: document.update(fps=25.0), "'scene_04' was not used: it runs at 24.0, not 25"),
        (lambda document: document.update(start_frame=0, start_timecode="00:00:00:00"), "starts at frame 86400, not 0"),
        (
            set_on("PLATE", 1, record_first=50),
            "'scene_04' was not used: 'B002C011' is no longer at frame 86450, or shows different source frames",
        ),
        (set_on("PLATE", 1, record_count=40), "'scene_04' was not used: 'B002C011' is no longer at frame"),
    ],
    ids=["elsewhere", "another rate", "another start", "moved", "trimmed"],
)
def test_a_timeline_that_does_not_match_the_delivery_is_not_used(
    entry: ModuleType, make_desk: Callable[..., Desk], deliver: Deliveries, change: Change, message: str
) -> None:
    desk = make_desk()
    report = run(entry, desk, path=desk.delivery(change))
    assert report["made_from"] is None and message in "\n".join(report["by_hand"])
    assert list(read_stack(desk.fake, report["timeline"])) == ["PLATE", "BODY v001", "FACE v001"]


def test_a_timeline_with_a_slipped_plate_is_not_used(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    """Same file and place, different source frames: the layers would no longer match the plate."""
    desk = make_desk()
    slipped = desk.sent.tracks["video"][0].items[0]
    slipped.left += 3
    report = run(entry, desk)
    assert report["made_from"] is None
    assert "'scene_04' was not used: 'A001C003' is no longer at frame 86400" in "\n".join(report["by_hand"])


@pytest.mark.parametrize("difference", ["subclip", "another rate"])
def test_a_plate_whose_in_point_cannot_be_compared_does_not_count_as_slipped(
    difference: str, entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk()
    item = desk.sent.tracks["video"][0].items[0]
    assert item.media is not None
    if difference == "another rate":
        path = desk.delivery(set_on("PLATE", 0, fps=25.0))
        item.left += 2
    else:
        path = desk.path
        item.media.frames -= 10
        item.left -= 10
    assert run(entry, desk, path=path)["made_from"] == "scene_04"


def test_a_renamed_timeline_is_found_by_its_id(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.sent.name = "renamed"
    path = desk.delivery(lambda document: document["origin"].update(timeline_id=desk.sent.uid))
    desk.fake.project.current = None
    assert run(entry, desk, path=path)["made_from"] == "renamed"


def test_the_new_timeline_option_creates_a_timeline(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    report = run(entry, desk, "--new-timeline")
    assert report["made_from"] is None and report["notes"] == golden()["notes"]


def test_layer_tracks_are_inserted_between_the_plates_and_the_tracks_above(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(Behaviour(version="20.3.2.9"))
    desk.fake.add_item(desk.sent, None, duration=96, track=2)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert [track.name for track in desk.fake.timeline(report["timeline"]).tracks["video"]] == [
        "Video 1", "BODY v001", "FACE v001", "Video 2",
    ]  # fmt: skip


def add_second_plate_track(document: Document) -> None:
    """Repeat the first shot on V2, with its own layers."""
    for track in list(document["tracks"]):
        shot = json.loads(json.dumps(track["clips"][0]))
        plate = track["pass_name"] is None
        shot["shot"] += "_2"
        if not plate:
            shot.update({key: shot[key].replace("sh010", "sh010_2") for key in ("name", "path", "pattern")})
        name = "PLATE 2" if plate else f"{track['name']} (PLATE 2)"
        document["tracks"].append({**track, "name": name, "clips": [shot]})


def test_a_clip_used_on_two_tracks_gets_each_tracks_layers_directly_above_it(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(change=add_second_plate_track)
    (plate,) = [item for item in desk.sent.tracks["video"][0].items if item.start == START]
    desk.fake.add_item(desk.sent, plate.media, duration=plate.duration, left=plate.left, track=2)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert [track.name for track in desk.fake.timeline(report["timeline"]).tracks["video"]] == [
        "Video 1", "BODY v001", "FACE v001", "Video 2", "BODY v001 (PLATE 2)", "FACE v001 (PLATE 2)",
    ]  # fmt: skip


def test_if_tracks_cannot_be_inserted_the_report_says_to_move_them(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(Behaviour(version="18.6.6.7"))
    desk.fake.add_item(desk.sent, None, duration=96, track=2)
    report = run(entry, desk)
    assert report["problems"] == []
    reason = " is above 'Video 2', because this Resolve cannot insert tracks: use Move Track Down, unless that is right"
    assert report["by_hand"] == [f"'{name}'{reason}" for name in ("BODY v001", "FACE v001")]


# --- versions -----------------------------------------------------------------------------------------------------


def test_a_new_version_replaces_the_older_one_on_a_new_duplicate(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk()
    run(entry, desk)
    later = desk.delivery(later_version(2))
    before = read_stack(desk.fake, "scene_04 v001")
    report = run(entry, desk, path=later)
    assert (report["made_from"], report["timeline"]) == ("scene_04 v001", "scene_04 v002")
    assert read_stack(desk.fake, "scene_04 v002") == expected_stack(later, plates="Video 1")
    assert read_stack(desk.fake, "scene_04 v001") == before
    assert report["problems"] == report["by_hand"] == []


def test_importing_a_version_again_gives_the_same_stack(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    for name in ("scene_04 v001", "scene_04 v001 2"):
        report = run(entry, desk)
        assert report["timeline"] == name and report["problems"] == report["by_hand"] == []
        assert read_stack(desk.fake, name) == expected_stack(desk.path, plates="Video 1")
    assert (
        len(all_media(desk)) == 3 + 4 + 3
    )  # plates and the user's movie, layers, timelines: nothing is imported twice


def test_layers_of_other_shots_are_kept_when_one_shot_is_rendered_again(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk()
    run(entry, desk)

    def keep_first_clips(document: Document) -> None:
        later_version(2)(document)
        for track in document["tracks"]:
            del track["clips"][1]

    report = run(entry, desk, path=desk.delivery(keep_first_clips))
    stack = read_stack(desk.fake, report["timeline"])
    assert report["problems"] == []
    shown = {name: [item[0] for item in items] for name, items in stack.items()}
    assert shown == {"Video 1": [0, 48], "BODY v002": [0], "FACE v002": [0], "BODY v001": [48], "FACE v001": [48]}


def test_a_pass_without_a_new_version_is_kept(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    run(entry, desk)
    report = run(entry, desk, path=desk.delivery(later_version(2, "FACE")))
    assert list(read_stack(desk.fake, report["timeline"])) == ["Video 1", "BODY v001", "FACE v002"]


def test_beside_keeps_the_older_version_on_disabled_tracks(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    run(entry, desk)
    report = run(entry, desk, "--beside", path=desk.delivery(later_version(2)))
    tracks = desk.fake.timeline(report["timeline"]).tracks["video"]
    assert {track.name: track.enabled for track in tracks} == {
        "Video 1": True, "BODY v001": False, "FACE v001": False, "BODY v002": True, "FACE v002": True,
    }  # fmt: skip
    assert all(len(track.items) == 2 for track in tracks)


def test_the_editors_tracks_are_never_treated_as_layer_tracks(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk()
    desk.fake.add_item(desk.sent, desk.fake.add_media("/own/grain.mov", Footage(frames=200)), duration=48, track=2)
    desk.sent.tracks["video"][1].name = "BODY v000"
    report = run(entry, desk)
    assert report["problems"] == []
    assert [len(track.items) for track in desk.fake.timeline(report["timeline"]).tracks["video"]] == [2, 2, 2, 1]


# --- failures -----------------------------------------------------------------------------------------------------


def test_the_import_is_rolled_back_if_old_layers_cannot_be_deleted(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk()
    run(entry, desk)
    desk.fake.behaviour.deletions_that_fail = 10**6
    before = desk.fake.snapshot()
    report = run(entry, desk, path=desk.delivery(later_version(2)))
    assert "does not delete the older layers" in report["problems"][0]
    assert desk.fake.snapshot() == before


@pytest.mark.parametrize("loses", [False, True], ids=["stays", "disappears"])
def test_a_clip_reported_as_failed_is_looked_for_again_after_a_save(
    entry: ModuleType, make_desk: Callable[..., Desk], loses: bool
) -> None:
    desk = make_desk(Behaviour(returns_no_items=True, loses_unreturned=loses))
    report = run(entry, desk)
    if loses:
        (problem,) = report["problems"]
        assert "has disappeared from track" in problem and problem.endswith("the project is unchanged")
    else:
        assert any("The project was saved, and they are still there" in note for note in report["notes"])
        assert len(report["placed"]) == len({(one["name"], one["track"]) for one in report["placed"]}) > 0


def test_a_project_that_was_never_saved_is_not_saved(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(Behaviour(returns_no_items=True, project_name="Untitled Project"))
    report = run(entry, desk)
    assert desk.fake.misuse == [] and report["problems"] == []
    assert any("save the project, then check that every layer" in text for text in report["by_hand"])


def import_complete_delivery(
    entry: ModuleType, make_desk: Callable[..., Desk], switch: Switch, origin: bool
) -> tuple[Desk, Any, Report]:
    """Import a delivery that uses every feature over an earlier version, on a Resolve with one failure enabled."""

    def change(document: Document) -> None:
        later_version(2)(document)
        clips(document, "FACE")[0].update(
            input_colour_space="Linear", interpolation="flow", motion="standard better", opacity=50.0, comp="all.comp"
        )
        note = {"record_frame": 0, "shot": "", "name": "cut", "note": "a remark", "colour": "Blue"}
        document["markers"] = [note]

    desk = make_desk(Behaviour(colour_science="davinciYRGBColorManagedv2"), origin=origin)
    run(entry, desk)
    desk.switch_on(switch)
    if switch.name == "loses_faces":  # the layers of this import, not those on the editor's timeline
        desk.fake.behaviour.lost_media = ("sh010_FACE_v002",)
    path = desk.delivery(change, origin=origin)
    (path.parent / "all.comp").write_text("Composition { Tools = ordered() {} }", encoding="utf-8")
    before = desk.fake.snapshot()
    return desk, before, run(entry, desk, "--comps", path=path)


@pytest.mark.parametrize("switch", [pytest.param(one, id=one.name) for one in FAILURES])
@pytest.mark.parametrize("origin", [True, False], ids=["duplicate", "own timeline"])
def test_every_failure_ends_in_a_correct_stack_or_an_unchanged_project(
    entry: ModuleType, make_desk: Callable[..., Desk], switch: Switch, origin: bool
) -> None:
    desk, before, report = import_complete_delivery(entry, make_desk, switch, origin)
    after = desk.fake.snapshot()
    assert desk.fake.misuse == []
    if report["problems"]:
        assert report["timeline"] is None and report["placed"] == [] and not report["done"]
        (problem,) = report["problems"]
        unreachable = desk.fake.world.modal or desk.fake.world.has_quit
        if unreachable and switch.name != "modal_after_0":
            assert re.search(
                r"does not answer any more.*(check whether the project still contains|nothing had been created yet)",
                problem,
            )
        elif switch.name == "raises_on_DeleteClips" and origin:  # then imported media cannot be deleted either
            assert "check whether the project still contains" in problem
        elif switch.name == "stuck_timeline":  # the fake itself makes that timeline current
            assert {**after, "current_timeline": ""} == {**before, "current_timeline": ""}
        else:
            assert after == before, problem
            assert unreachable or problem.endswith("the project is unchanged")
        assert after["timelines"][: len(before["timelines"])] == before["timelines"]
        return
    path = Path(report["delivery"])
    plates = ("Video 1" if origin else "PLATE") if report["timeline"] else ""
    stack = read_stack(desk.fake, report["timeline"])
    if switch.name == "refuses_track_names":
        assert list(stack.values()) == list(expected_stack(path).values())
        assert any(text.startswith("name video track") for text in report["by_hand"])
    else:
        assert stack == expected_stack(path, plates=plates)
    assert after["timelines"][: len(before["timelines"])] == before["timelines"]
    missing = {text.split(": ")[0] for text in find_missing(desk, report)}
    assert bool(missing) == bool(report["by_hand"])


def find_missing(desk: Desk, report: Report) -> list[str]:
    """Return what the delivery specifies but the timeline lacks, read from the fake and not from the report."""
    timeline, undone = desk.fake.timeline(report["timeline"]), []
    face = next(item for track in timeline.tracks["video"] for item in track.items if "sh010_FACE" in item.name)
    if face.media is not None and face.media.properties["Alpha mode"] != "Premultiplied":
        undone.append("alpha")
    if face.media is not None and face.media.properties["Input Color Space"] != "Linear":
        undone.append("colour")
    values = [face.properties[key] for key in ("RetimeProcess", "MotionEstimation", "Opacity")]
    undone += [] if values == [3, 2, 50.0] else ["properties"]
    undone += [] if len(face.comps) == 1 else ["comp"]
    undone += ["grade"] if desk.fake.behaviour.refuses_grades and report["made_from"] else []
    undone += [] if len(face.linked) == 1 else ["links"]
    undone += [] if any(one["note"] == "a remark" for one in timeline.GetMarkers().values()) else ["marker"]
    undone += [] if {"BODY v002", "FACE v002"} <= {track.name for track in timeline.tracks["video"]} else ["names"]
    sizes = [timeline.get_setting(f"timelineResolution{side}") for side in ("Width", "Height")]
    undone += [] if report["made_from"] or sizes == ["1280", "720"] else ["size"]
    return undone


@pytest.mark.parametrize("origin", [True, False], ids=["duplicate", "own timeline"])
def test_audio_that_was_not_requested_rolls_the_import_back(
    entry: ModuleType, make_desk: Callable[..., Desk], origin: bool
) -> None:
    """Video clips are placed correctly, but AppendToTimeline adds audio although only video was requested."""
    desk = make_desk(Behaviour(places_audio=True), origin=origin)
    before = desk.fake.snapshot()
    report = run(entry, desk)
    assert report["problems"] == ["Resolve added audio clips that were not requested; the project is unchanged"]
    assert desk.fake.snapshot() == before


def test_audio_that_was_not_requested_is_reported_with_keep_partial(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    report = run(entry, make_desk(Behaviour(places_audio=True)), "--keep-partial")
    assert report["problems"] == ["Resolve added audio clips that were not requested"]
    assert len(report["placed"]) == 4


def test_the_editors_audio_is_kept_and_does_not_count_as_added(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk()
    desk.fake.add_item(desk.sent, desk.fake.add_media("/own/dialogue.wav"), duration=48, kind="audio")
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert [len(track.items) for track in desk.fake.timeline(report["timeline"]).tracks["audio"]] == [1]


def test_a_duplicate_that_lost_its_audio_is_not_used(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(Behaviour(duplicates_lose_clips=True))
    desk.fake.add_item(desk.sent, desk.fake.add_media("/own/dialogue.wav"), duration=48, kind="audio")
    before = desk.fake.snapshot()
    report = run(entry, desk)
    assert report["problems"] == ["the duplicate of 'scene_04' differs from it; the project is unchanged"]
    assert desk.fake.snapshot() == before


def test_keep_partial_keeps_the_placed_clips_and_reports_the_rest(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(Behaviour(refused_media=("sh010_FACE",)))
    report = run(entry, desk, "--keep-partial")
    assert report["problems"] == ["'sh010_FACE_v001' is not on track 3: Resolve placed no clip"]
    assert len(report["placed"]) == 3
    markers = desk.fake.timeline(report["timeline"]).GetMarkers()
    assert [(one["color"], one["note"]) for one in markers.values()] == [("Red", report["problems"][0])]


def test_work_by_hand_is_listed_in_a_red_marker_and_in_the_report_file(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(Behaviour(refuses_alpha=True))
    report = run(entry, desk)
    assert len(report["by_hand"]) == 2
    assert json.loads((desk.path.parent / "resolve_report.json").read_text(encoding="utf-8")) == report
    (marker,) = desk.fake.timeline(report["timeline"]).GetMarkers().values()
    assert (marker["color"], marker["note"]) == ("Red", "\n".join(report["by_hand"]))


def test_properties_of_existing_media_are_restored_on_rollback(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(Behaviour(refused_media=("sh020_FACE",)))
    face = clips(desk.document, "FACE")[0]
    mine = desk.fake.add_media(pool_path(desk.path, face), Footage(frames=64, fps=24.0), first=1001)
    before = desk.fake.snapshot()
    report = run(entry, desk)
    assert "is not on track 3" in report["problems"][0]
    assert mine.properties["Alpha mode"] == "None" and desk.fake.snapshot() == before


def test_the_editors_plates_keep_their_properties(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(change=set_on("PLATE", 1, input_colour_space="Linear"), origin=False)
    plate = desk.sent.tracks["video"][0].items[1].media
    assert plate is not None
    plate.properties["FPS"] = 25.0
    before = dict(plate.properties)
    report = run(entry, desk, "--keep-partial")
    assert plate.properties == before
    assert any("Video Frame Rate is 25.0; set 24 in Clip Attributes" in text for text in report["by_hand"])


# --- retimed clips ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("speed", "frame_count"), [(2.0, 48), (-1.0, 24), (0.0, 1)])
def test_before_21_1_a_retimed_clip_is_placed_at_100_percent_and_its_speed_reported(
    entry: ModuleType, make_desk: Callable[..., Desk], speed: float, frame_count: int
) -> None:
    change = retime(speed, frame_count=frame_count, record_count=24)
    desk = make_desk(Behaviour(version="20.3.2.9"), change=change)
    report = run(entry, desk)
    speeds = [text for text in report["by_hand"] if f"{100 * speed:g} % in Change Clip Speed" in text]
    assert len(speeds) == 2 == len(report["by_hand"]) and report["problems"] == []
    assert read_stack(desk.fake, report["timeline"])["FACE v001"][0][:2] == (0, 24)
    retimed = [track.items[0] for track in desk.fake.timeline(report["timeline"]).tracks["video"][1:]]
    assert not any(item.enabled for item in retimed) and all("switched off" in text for text in speeds)


@pytest.mark.parametrize("speed", [2.0, -1.0, 0.0])
def test_from_21_1_the_speed_is_set_and_verified(
    entry: ModuleType, make_desk: Callable[..., Desk], speed: float
) -> None:
    desk = make_desk(change=retime(speed, frame_count=24, record_count=24))
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    tracks = desk.fake.timeline(report["timeline"]).tracks["video"][1:]
    assert {track.items[0].speed for track in tracks} == {100 * speed}
    assert sum("compare its first and last frame" in note for note in report["notes"]) == 2


@pytest.mark.parametrize("changes", [{"refuses_speed": True}, {"ignores_speed": True}], ids=["refused", "ignored"])
def test_a_speed_that_cannot_be_set_is_reported_as_work_by_hand(
    entry: ModuleType, make_desk: Callable[..., Desk], changes: dict[str, Any]
) -> None:
    desk = make_desk(Behaviour(**changes), change=retime(2.0, frame_count=48, record_count=24))
    assert len(run(entry, desk)["by_hand"]) == 2


def test_a_slow_layer_without_enough_media_is_left_out_and_reported(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    desk = make_desk(change=set_on("FACE", 0, speed=0.25, frame_count=12, end_index=1028))
    report = run(entry, desk)
    assert "too short to fill its duration" in report["by_hand"][0] and report["problems"] == []
    assert len(report["placed"]) == 3


@pytest.mark.parametrize("speed", [1.0, 0.0])
def test_a_still_gets_the_duration_of_the_cut(entry: ModuleType, make_desk: Callable[..., Desk], speed: float) -> None:
    def make_still(document: Document) -> None:
        for track in document["tracks"]:
            clip = track["clips"][0]
            clip.update(in_frame=0, frame_count=1, end_index=clip["start_index"], speed=speed)

    desk = make_desk(change=make_still, origin=False)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert [items[0][:2] for items in read_stack(desk.fake, report["timeline"]).values()] == [(0, 48)] * 3


@pytest.mark.parametrize(("media_rate", "frame_count"), [(25.0, 50), (30.0, 60), (60.0, 120), (23.976, 48)])
@pytest.mark.parametrize("end_frame", ["exclusive", "inclusive"])
def test_media_at_another_rate_fills_its_duration(
    entry: ModuleType, make_desk: Callable[..., Desk], media_rate: float, frame_count: int, end_frame: Any
) -> None:
    def change_rate(document: Document) -> None:
        for track in document["tracks"]:
            clip = track["clips"][0]
            clip.update(fps=media_rate, frame_count=frame_count, end_index=clip["start_index"] + 180)

    desk = make_desk(Behaviour(end_frame=end_frame), change=change_rate, origin=False)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert all(items[0][:2] == (0, 48) for items in read_stack(desk.fake, report["timeline"]).values())


def test_a_duration_that_no_whole_number_of_source_frames_fills_is_left_out_and_reported(
    entry: ModuleType, make_desk: Callable[..., Desk]
) -> None:
    """A pass on twos over an odd duration: 46 or 48 frames are possible, 47 are not."""
    desk = make_desk(change=set_on("BODY", 0, fps=12.0, frame_count=24, in_frame=4, end_index=1032, record_count=47))
    report = run(entry, desk)
    (text,) = report["by_hand"]
    assert "'sh010_BODY_v001' is left out: at 12 fps no whole number of source frames fills 47 timeline frames" in text
    assert report["problems"] == [] and len(report["placed"]) == 3


def test_clips_that_end_with_their_media_are_complete(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    def move_to_media_end(document: Document) -> None:
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip["in_frame"] = clip["end_index"] - clip["start_index"] + 1 - clip["frame_count"]

    for end_frame in ("inclusive", "exclusive"):
        desk = make_desk(Behaviour(end_frame=end_frame, past_the_end="refused"), change=move_to_media_end, origin=False)
        report = run(entry, desk)
        assert report["problems"] == [] and read_stack(desk.fake, report["timeline"]) == expected_stack(desk.path)


# --- the document -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(lambda d: d.update(schema="toolkit.delivery/2"), "not a toolkit.delivery/1", id="another schema"),
        pytest.param(lambda d: d.pop("fps"), "'fps' is missing or invalid", id="a field is missing"),
        pytest.param(lambda d: d.update(fps=0.0), "'fps' is missing or invalid", id="rate 0"),
        pytest.param(lambda d: d.update(fps=float("nan")), "'fps' is missing or invalid", id="rate NaN"),
        pytest.param(
            lambda d: d.update(start_frame=True), "'start_frame' is missing or invalid", id="bool for a number"
        ),
        pytest.param(
            lambda d: d.update(start_frame=0.5), "'start_frame' is missing or invalid", id="fraction of a frame"
        ),
        pytest.param(lambda d: d.update(markers=[{}]), "a marker: 'record_frame' is missing", id="empty marker"),
        pytest.param(lambda d: d.update(origin={"host": 3}), "the origin: 'host' is missing", id="invalid origin"),
        pytest.param(
            set_on("FACE", 0, interpolation="warp"), "'interpolation' is missing or invalid", id="unknown interpolation"
        ),
        pytest.param(set_on("FACE", 0, motion="best"), "'motion' is missing or invalid", id="unknown motion"),
        pytest.param(set_on("FACE", 0, record_first=-1), "'record_first' is missing or invalid", id="before the start"),
        pytest.param(set_on("FACE", 0, pattern="sh010_FACE_v001.%s.exr"), "does not match", id="%s pattern"),
        pytest.param(set_on("FACE", 0, pattern="../%04d.exr"), "does not match", id="pattern with .."),
        pytest.param(set_on("FACE", 0, pattern="other.%04d.exr"), "does not match", id="pattern of other files"),
        pytest.param(set_on("FACE", 0, end_index=1000), "is offline", id="a sequence that ends before it starts"),
        pytest.param(
            set_on("FACE", 0, comp="../x.comp"), "its comp is missing from the delivery's folder", id="comp outside"
        ),
    ],
)
def test_an_invalid_document_changes_nothing(
    entry: ModuleType, make_desk: Callable[..., Desk], change: Change, message: str
) -> None:
    desk = make_desk()
    document = desk.document
    change(document)
    desk.path.write_text(json.dumps(document), encoding="utf-8")
    before = desk.fake.snapshot()
    report = run(entry, desk)
    assert message in report["problems"][0]
    assert desk.fake.snapshot() == before


@pytest.mark.parametrize("climb", ["../outside/x.1001.exr", "sh010/../../outside/x.1001.exr"])
def test_a_layer_outside_the_deliverys_folder_is_rejected(
    entry: ModuleType, make_desk: Callable[..., Desk], climb: str
) -> None:
    desk = make_desk()
    report = run(entry, desk, path=desk.delivery(set_on("FACE", 0, path=climb, pattern="x.%04d.exr")))
    assert "is outside the delivery's folder" in report["problems"][0]


def test_a_layer_that_links_outside_the_folder_is_rejected(
    entry: ModuleType, at_home: Path, deliver: Deliveries, tmp_path: Path
) -> None:
    path = deliver(own_media=True)
    layer = path.parent / "sh010" / "FACE"
    layer.rename(tmp_path / "elsewhere")
    layer.symlink_to(tmp_path / "elsewhere")
    desk = Desk(deliver)
    assert "is outside the delivery's folder" in run(entry, desk, path=path)["problems"][0]


@pytest.mark.parametrize("missing", ["1001", "1040"])
def test_a_missing_frame_is_found_before_anything_is_changed(
    entry: ModuleType, at_home: Path, deliver: Deliveries, missing: str
) -> None:
    path = deliver(own_media=True)
    (path.parent / f"sh010/FACE/v001/sh010_FACE_v001.{missing}.exr").unlink()
    desk = Desk(deliver)
    before = desk.fake.snapshot()
    report = run(entry, desk, path=path)
    assert f"1 of 64 files are missing in {path.parent}" in report["problems"][0]
    assert desk.fake.snapshot() == before


@pytest.mark.parametrize("origin", [True, False], ids=["duplicate", "own timeline"])
def test_a_plate_that_is_missing_here_matters_only_on_a_new_timeline(
    entry: ModuleType, at_home: Path, deliver: Deliveries, origin: bool
) -> None:
    """A duplicate of the editor's timeline has its plates already, wherever this machine sees them."""
    desk = Desk(deliver)
    path = desk.delivery(set_on("PLATE", 0, path="/mnt/farm/A001C003_230114.mov"), origin=origin)
    before = desk.fake.snapshot()
    report = run(entry, desk, path=path)
    if origin:
        assert report["problems"] == [] and report["made_from"] == "scene_04" and len(report["placed"]) == 4
        return
    (problem,) = report["problems"]
    assert "'A001C003' is offline" in problem and "toolkit conform OUT --map FROM=TO" in problem
    assert desk.fake.snapshot() == before


def test_invalid_json_is_reported(entry: ModuleType, make_desk: Callable[..., Desk], tmp_path: Path) -> None:
    path = tmp_path / "delivery.json"
    for text, message in (
        ("{", "delivery.json is incomplete or damaged: copy it again, or run 'toolkit conform'"),
        (
            '{"schema": "toolkit.turnover/1"}',
            "is a turnover, not a delivery: choose delivery.json in the output folder",
        ),
        ('{"entry": "Import Passes"}', "is not a delivery: choose delivery.json in the output folder"),
        ("[]", "is not a delivery: choose delivery.json in the output folder"),
        ('{"schema": "toolkit.delivery/9"}', "is not a toolkit.delivery/1 document. It may be of another version"),
    ):
        path.write_text(text, encoding="utf-8")
        assert message in run(entry, make_desk(), path=path)["problems"][0]


def test_a_byte_order_mark_is_read_over(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    path = desk.path.with_name("marked.json")
    path.write_text(desk.path.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert run(entry, desk, path=path)["problems"] == []


def test_a_folder_name_may_contain_percent_signs(entry: ModuleType, at_home: Path, tmp_path: Path) -> None:
    desk = Desk(Deliveries(tmp_path / "100%d done %s"), origin=False)
    report = run(entry, desk)
    assert report["problems"] == [] and len(report["placed"]) == 6


# --- starting the entry -------------------------------------------------------------------------------------------


def write_last_delivery(path: Path, home: Path) -> None:
    (home / ".toolkit").mkdir(parents=True, exist_ok=True)
    (home / ".toolkit" / "last_delivery.txt").write_text(f"{path}\n", encoding="utf-8")


@pytest.mark.parametrize("studio", [True, False])
def test_from_the_menu_it_asks_for_the_delivery_and_on_studio_for_the_options(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, studio: bool
) -> None:
    desk = make_desk(Behaviour(version="20.3.2.9", studio=studio))
    write_last_delivery(Path("/last/delivery.json"), at_home)
    desk.fake.fusion.chosen = [str(desk.path)]
    desk.fake.ui.actions = [("Go", "Clicked"), ("Done", "Clicked")] if studio else []
    report = start_in(entry, desk)
    assert desk.fake.fusion.dialog_folders == ["/last/delivery.json"]
    assert report["problems"] == [] and report["timeline"] == "scene_04 v001"
    assert len(desk.fake.windows) == 2 * studio and desk.fake.misuse == []


def test_checked_options_are_applied(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    desk.fake.fusion.chosen = [str(desk.path)]
    desk.fake.ui.actions = [("Go", "Clicked"), ("Done", "Clicked")]
    make = type(desk.fake.ui).__getattr__

    def make_checked(ui: Any, kind: str) -> Any:
        made = make(ui, kind)
        return lambda *arguments: tick(made(*arguments)) if kind == "CheckBox" else made(*arguments)

    def tick(box: Any) -> Any:
        box.Checked = box.ID == "newtimeline"
        return box

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(desk.fake.ui), "__getattr__", make_checked)
        report = start_in(entry, desk)
    assert report["made_from"] is None and report["problems"] == []


@pytest.mark.parametrize("event", [("Cancel", "Clicked"), ("ToolkitWindow", "Close")])
def test_cancelling_the_window_imports_nothing(
    entry: ModuleType, make_desk: Callable[..., Desk], event: tuple[str, str]
) -> None:
    desk = make_desk()
    desk.fake.fusion.chosen = [str(desk.path)]
    desk.fake.ui.actions = [event]
    before = desk.fake.snapshot()
    assert start_in(entry, desk)["problems"] == ["cancelled"]
    assert desk.fake.snapshot() == before


def test_cancelling_the_dialog_imports_nothing(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    desk = make_desk()
    before = desk.fake.snapshot()
    assert "no delivery was selected" in start_in(entry, desk)["problems"][0]
    assert desk.fake.snapshot() == before


def texts(window: Any) -> list[str]:
    return [one.Text for one in window.root.walk() if one.kind == "Label"]


@pytest.mark.parametrize("event", [("Done", "Clicked"), ("ToolkitWindow", "Close")])
def test_on_studio_a_window_shows_the_outcome(
    entry: ModuleType, make_desk: Callable[..., Desk], event: tuple[str, str]
) -> None:
    """The first line says what was done, three more what is left to do: the console may be closed."""
    desk = make_desk(Behaviour(refuses_alpha=True, refuses_track_names=True))
    desk.fake.fusion.chosen = [str(desk.path)]
    desk.fake.ui.actions = [("Go", "Clicked"), event]
    report = start_in(entry, desk)
    assert len(report["by_hand"]) > 3
    more = f"and {len(report['by_hand']) - 3} more, in the report and in the red marker"
    assert texts(desk.fake.windows[1]) == [report["done"], *report["by_hand"][:3], more]
    assert not desk.fake.windows[1].shown


@pytest.mark.parametrize(
    "changes", [{}, {"refuses_alpha": True}, {"refuses_tracks": True}], ids=["done", "by hand", "failed"]
)
def test_without_windows_what_is_left_to_do_is_opened_as_a_text(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, changes: dict[str, Any]
) -> None:
    desk = make_desk(Behaviour(version="20.3.2.9", studio=False, **changes))
    desk.fake.fusion.chosen = [str(desk.path)]
    opened: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(entry.__dict__, "open_file", opened.append)
        report = start_in(entry, desk)
    path = at_home / ".toolkit" / "last_report.txt"
    if not changes:
        assert opened == [] and not path.exists()
        return
    assert opened == [str(path)]
    text = path.read_text(encoding="utf-8")
    assert all(line in text for line in [report["done"] or "nothing was done", *report["problems"], *report["by_hand"]])


def simulate_terminal(entry: ModuleType, monkeypatch: pytest.MonkeyPatch, module: ModuleType | None) -> None:
    for name in INJECTED:
        entry.__dict__.pop(name, None)
    if module is not None:
        monkeypatch.setitem(__import__("sys").modules, "DaVinciResolveScript", module)


def test_from_a_terminal_it_imports_the_last_delivery(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk()
    write_last_delivery(desk.path, at_home)
    simulate_terminal(entry, monkeypatch, desk.fake.module())
    assert entry.main([])["timeline"] == "scene_04 v001"


def test_without_any_delivery_it_says_to_pass_one(
    entry: ModuleType, make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate_terminal(entry, monkeypatch, make_desk().fake.module())
    assert "no delivery.json given" in entry.main([])["problems"][0]


@pytest.mark.parametrize("source", ["resolve", "app", "bmd"])
def test_it_finds_resolve_through_each_injected_object(
    entry: ModuleType, make_desk: Callable[..., Desk], source: str
) -> None:
    desk = make_desk()
    run(entry, desk)
    for name in {"resolve", "app", "bmd"} - {source}:
        entry.__dict__.pop(name)
    assert entry.main([str(desk.path)])["problems"] == []


def test_outside_resolve_it_says_where_to_run_it(
    entry: ModuleType, deliver: Deliveries, at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate_terminal(entry, monkeypatch, None)
    assert "Workspace > Scripts" in entry.main([str(deliver())])["problems"][0]


def test_the_free_edition_does_not_answer_from_a_terminal_and_that_is_reported(
    entry: ModuleType, make_desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = make_desk(Behaviour(studio=False))
    simulate_terminal(entry, monkeypatch, desk.fake.module())
    assert "External scripting needs Resolve Studio" in entry.main([str(desk.path)])["problems"][0]


def test_an_unknown_option_is_named(entry: ModuleType, make_desk: Callable[..., Desk]) -> None:
    assert "unknown option: --besides" in run(entry, make_desk(), "--besides")["problems"][0]


def test_an_unwritable_report_is_reported_and_the_stack_is_kept(
    entry: ModuleType, at_home: Path, deliver: Deliveries, capsys: pytest.CaptureFixture[str]
) -> None:
    path = deliver(own_media=True)
    (path.parent / "resolve_report.json.part").mkdir()
    desk = Desk(lambda change: deliver(change, own_media=True), origin=False)
    desk.path = path
    fake = FakeResolve(footage={clips(desk.document, "PLATE")[0]["path"]: Footage(frames=120)}, probes=PROBES)
    desk.fake = fake
    report = run(entry, desk)
    assert len(report["placed"]) == 6
    assert "cannot write the report" in capsys.readouterr().out


# --- long cuts ----------------------------------------------------------------------------------------------------


def repeat_shot(count: int, change: Change = lambda document: None) -> Change:
    """A change to a delivery: the first shot ``count`` times, each with media of its own."""

    def repeat(document: Document) -> None:
        document.update(faces=[], record_count=48 * count)
        for track in document["tracks"]:
            first, named = track["clips"][0], "sh010" if track["pass_name"] else "A001C003"
            track["clips"] = [
                first
                | {key: first[key].replace(named, f"sh{number:03d}0") for key in ("name", "path", "pattern")}
                | {"shot": f"sh{number:03d}0", "record_first": 48 * number}
                for number in range(count)
            ]
        change(document)

    return repeat


@pytest.mark.parametrize("second", [False, True], ids=["first version", "second version"])
@pytest.mark.parametrize("origin", [True, False], ids=["duplicate", "own timeline"])
def test_the_calls_grow_with_the_shots_and_not_with_their_square(
    entry: ModuleType, make_desk: Callable[..., Desk], origin: bool, second: bool
) -> None:
    """A call takes a millisecond or more in Resolve."""
    calls = []
    for count in (6, 24):
        desk = make_desk(change=repeat_shot(count), origin=origin)
        if second:
            run(entry, desk)
        path = desk.delivery(repeat_shot(count, later_version(2 if second else 1)), origin=origin)
        before = len(desk.fake.called)
        assert run(entry, desk, path=path)["problems"] == []
        calls.append(len(desk.fake.called) - before)
    assert calls[1] < 4.4 * calls[0]


# --- plates that this machine has elsewhere -----------------------------------------------------------------------


def elsewhere(desk: Desk) -> tuple[Path, Path]:
    """A delivery for a new timeline that names its plates in /mnt/farm/plates; and where they are here."""
    path = desk.delivery(origin=False)
    here = path.parent.parent / "plates"
    path.write_text(path.read_text(encoding="utf-8").replace(str(here), "/mnt/farm/plates"), encoding="utf-8")
    return path, here


def path_map(home: Path) -> dict[str, str] | None:
    file = home / ".toolkit" / "path_map.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


@pytest.mark.parametrize("studio", [True, False])
def test_the_editor_is_asked_for_missing_plates_once_and_the_answer_is_kept(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, studio: bool
) -> None:
    desk = make_desk(Behaviour(version="20.3.2.9", studio=studio))
    path, here = elsewhere(desk)
    desk.fake.fusion.chosen = [str(path), str(here)]
    desk.fake.ui.actions = [("Go", "Clicked"), ("Done", "Clicked"), ("Done", "Clicked")] if studio else []
    report = start_in(entry, desk)
    assert report["problems"] == [] and read_stack(desk.fake, report["timeline"]) == expected_stack(path)
    assert len(desk.fake.windows) == 3 * studio
    assert path_map(at_home) == {"/mnt/farm": str(here.parent)}

    again = run(entry, desk, "--new-timeline", path=path)
    assert again["problems"] == [] and again["made_from"] is None


@pytest.mark.parametrize("answer", ["cancel", "wrong folder", "not from the menu"])
def test_without_an_answer_a_new_timeline_is_not_made(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, answer: str
) -> None:
    desk = make_desk(Behaviour(version="20.3.2.9", studio=False))
    path, _ = elsewhere(desk)
    desk.fake.fusion.chosen = [str(path), str(at_home) if answer == "wrong folder" else None]
    before = desk.fake.snapshot()
    report = run(entry, desk, path=path) if answer == "not from the menu" else start_in(entry, desk)
    (problem,) = report["problems"]
    why = (
        "'A001C003_230114.mov' is not in the folder you chose" if answer == "wrong folder" else "'A001C003' is offline"
    )
    assert why in problem and problem.endswith("the project is unchanged")
    assert desk.fake.snapshot() == before and path_map(at_home) is None


PATH_MAPS = [
    ("/mnt/farm/plates/a.mov", "/mnt/farm/", "/Volumes/farm/", "/Volumes/farm/plates/a.mov"),
    ("S:\\show\\plates\\a.mov", "s:\\Show", "/mnt/show", "/mnt/show/plates/a.mov"),
    ("s:/show/plates/a.mov", "S:\\show\\", "/mnt/show", "/mnt/show/plates/a.mov"),
    ("\\\\nas\\Show\\a.mov", "//NAS/show", "/mnt/show", "/mnt/show/a.mov"),
    ("/mnt/Farm/a.mov", "/mnt/farm", "/Volumes/farm", ""),  # two folders anywhere but on Windows
    ("/mnt/farm2/a.mov", "/mnt/farm", "/Volumes/farm", ""),
    ("/mnt/farm/a.mov", "/mnt/farm", "", ""),
    ("/mnt/farm/a.mov", "/", "/Volumes", ""),
]
"""A plate's path, a folder there and one here as somebody may write them, and the path here; empty if there is none."""


@pytest.mark.parametrize(("path", "there", "here", "expected"), PATH_MAPS)
def test_a_path_map_is_understood_however_it_is_written(
    entry: ModuleType, at_home: Path, *, path: str, there: str, here: str, expected: str
) -> None:
    (at_home / ".toolkit").mkdir(exist_ok=True)
    text = json.dumps({there: here, "/another": "/place"})
    (at_home / ".toolkit" / "path_map.json").write_text(text, encoding="utf-8")
    assert entry.translations(path, entry.read_path_map()) == ([expected] if expected else [])


def test_a_path_map_that_is_none_is_named(entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path) -> None:
    (at_home / ".toolkit").mkdir(exist_ok=True)
    for text in ("[", '["/mnt"]', '{"/mnt": 3}'):
        (at_home / ".toolkit" / "path_map.json").write_text(text, encoding="utf-8")
        (problem,) = run(entry, make_desk())["problems"]
        assert "path_map.json is not a map of folders; correct or delete it" in problem


def import_from_a_farm(entry: ModuleType, desk: Desk, here: Path) -> Report:
    """Import a delivery whose plates are in ``THERE`` for a farm and in ``here`` on this machine, with that answer."""
    path = desk.delivery(origin=False)
    plates = path.parent.parent / "plates"
    here.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(plates, here)
    path.write_text(path.read_text(encoding="utf-8").replace(str(plates), THERE), encoding="utf-8")
    desk.fake.fusion.chosen = [str(path), str(here), None]
    known = desk.fake.world.footage
    known.update({str(here / Path(name).name): facts for name, facts in known.items()})
    return start_in(entry, desk)


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_is_used_and_kept_whatever_the_map_says(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path, answer: Answer
) -> None:
    write_map(at_home, at_home.parent, answer)
    desk = make_desk(Behaviour(version="20.3.2.9", studio=False))
    report = import_from_a_farm(entry, desk, at_home.parent / answer.here)
    assert report["problems"] == [] and report["placed"]
    assert len(desk.fake.fusion.chosen) == (1 if answer.is_asked else 2)
    assert read_map(at_home, at_home.parent) == answer.after


def test_an_answer_that_cannot_be_kept_is_used_all_the_same(
    entry: ModuleType, make_desk: Callable[..., Desk], at_home: Path
) -> None:
    (at_home / ".toolkit").write_text("", encoding="utf-8")
    desk = make_desk(Behaviour(version="20.3.2.9", studio=False))
    report = import_from_a_farm(entry, desk, at_home.parent / "disk")
    assert report["problems"] == [] and report["placed"]
    notes = [note for note in report["notes"] if note.startswith("the folder of the plates was not kept for the next")]
    assert len(notes) == 1


def test_of_several_spans_in_a_file_name_the_last_one_is_the_sequence(entry: ModuleType) -> None:
    path = str(Path("/media [1-2]") / "sh[010-020].[1001-1064].exr")
    first = str(Path("/media [1-2]") / "sh[010-020].1001.exr")
    assert entry.parse_media_path(path) == (first, 1001, 64)
    assert entry.parse_layer_name("sh010_FACE_v003_BODY_v012.1001.exr") == ("sh010_FACE_v003", "BODY", 12)
