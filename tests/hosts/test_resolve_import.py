"""Import Passes under a Resolve that fails as the real one is reported to: all of it right, or nothing of it there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Change, Deliveries, Document, clips, golden, retime, set_on
from tests.hosts.entries import INJECTED, PROBES, Desk, Report, load, pool_path, start_in
from tests.hosts.resolve import SWITCHES, WAYS, Behaviour, FakeResolve, Footage, Switch, editions

START = 86400


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Import Passes.py", tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def sit(deliver: Deliveries, at_home: Path) -> Callable[..., Desk]:
    """An editor's Resolve with the cut of the golden delivery on the timeline ``scene_04``."""
    return lambda behaviour=None, **changes: Desk(deliver, behaviour, **changes)


def run(entry: ModuleType, desk: Desk, *flags: str, path: Path | None = None) -> Report:
    return start_in(entry, desk, str(path or desk.path), *flags)


def stack_of(fake: FakeResolve, name: str) -> dict[str, list[tuple[int, int, int, str]]]:
    """(record frame, duration, head, media) of every video item, by track name, of a timeline."""
    timeline = fake.timeline(name)
    return {
        track.name: [
            (item.start - timeline.start, item.duration, int(item.left), item.media.name)
            for item in sorted(track.items, key=lambda item: item.start)
            if item.media
        ]
        for track in timeline.tracks["video"]
    }


def wanted(path: Path, *, plates: str = "PLATE") -> dict[str, list[tuple[int, int, int, str]]]:
    """The same, as delivery.json asks for."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return {
        plates if track["name"] == "PLATE" else track["name"]: [
            (clip["record_first"], clip["record_count"], clip["in_frame"], Path(pool_path(path, clip)).name)
            for clip in track["clips"]
        ]
        for track in document["tracks"]
    }


def version(number: int, *tracks: str) -> Change:
    """A change for ``delivery``: the layers of a later version, on the tracks that start with one of ``tracks``."""

    def change(document: Document) -> None:
        later = f"v{number:03d}"
        for track in document["tracks"]:
            if track["pass_name"] and (not tracks or track["name"].startswith(tracks)):
                track["name"] = track["name"].replace("v001", later)
                for clip in track["clips"]:
                    clip["version"] = number
                    clip.update({key: clip[key].replace("v001", later) for key in ("name", "path", "pattern")})

    return change


# --- what it builds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behaviour", [pytest.param(one, id=name) for name, one in editions()])
def test_layers_are_laid_over_a_duplicate_in_every_version_and_edition(
    entry: ModuleType, sit: Callable[..., Desk], behaviour: Behaviour
) -> None:
    desk = sit(behaviour)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert (report["timeline"], report["made_from"]) == ("scene_04 v001", "scene_04")
    assert stack_of(desk.fake, "scene_04 v001") == wanted(desk.path, plates="Video 1")
    assert desk.fake.misuse == []


@pytest.mark.parametrize("way", [pytest.param(one, id=one.name) for one in WAYS])
@pytest.mark.parametrize("origin", [True, False], ids=["duplicate", "own timeline"])
def test_every_way_of_resolve_ends_in_the_same_stack(
    entry: ModuleType, sit: Callable[..., Desk], way: Switch, origin: bool
) -> None:
    desk = sit(way.behaviour(), origin=origin)
    before = desk.fake.snapshot()
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    stack = stack_of(desk.fake, report["timeline"])
    assert stack == wanted(desk.path, plates="Video 1" if report["made_from"] else "PLATE")
    assert desk.fake.snapshot()["timelines"][:1] == before["timelines"]  # type: ignore[index]
    assert desk.fake.misuse == []


def test_a_timeline_of_its_own_has_the_cuts_rate_size_and_start(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(Behaviour(project_rate="25", project_size=(1920, 1080)), origin=False)
    report = run(entry, desk)
    made = desk.fake.timeline(report["timeline"])
    assert (made.start, made.start_timecode, made.rate) == (START, "01:00:00:00", 24.0)
    assert (made.own["timelineResolutionWidth"], made.own["timelineResolutionHeight"]) == ("1280", "720")


def test_a_cut_that_begins_before_midnight_keeps_its_label(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    """As comps of After Effects may: Resolve counts the same label from the midnight before."""
    desk = sit(change=lambda d: d.update(start_frame=-24, start_timecode="23:59:59:00"), origin=False)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert desk.fake.timeline(report["timeline"]).start_timecode == "23:59:59:00"
    assert stack_of(desk.fake, report["timeline"]) == wanted(desk.path)


def test_what_was_measured_is_asked_for_first_the_next_time(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(Behaviour(version="19.1.3.7"), origin=False)
    run(entry, desk)
    assert len(desk.fake.pool.placements) == 6 + 2  # one wrong try for a movie, one for a sequence
    again = sit(Behaviour(version="19.1.3.7"), origin=False)
    run(entry, again)
    assert len(again.fake.pool.placements) == 6


def test_habits_of_another_version_or_in_disorder_change_nothing(
    entry: ModuleType, sit: Callable[..., Desk], at_home: Path
) -> None:
    (at_home / ".toolkit").mkdir()
    for text in ("[", '{"21.1.0.14": []}', '{"21.1.0.14": {"sequence": [true, -1]}}', '{"21.1.0.14": {"movie": 3}}'):
        (at_home / ".toolkit" / "resolve_habits.json").write_text(text, encoding="utf-8")
        desk = sit()
        assert run(entry, desk)["problems"] == []
        assert stack_of(desk.fake, "scene_04 v001") == wanted(desk.path, plates="Video 1")


def test_each_shot_has_its_bin(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    run(entry, desk)
    (delivered,) = desk.fake.pool.root.folders
    assert delivered.name == "scene_04"
    names = {shot.name: [clip.name.split(".")[0] for clip in shot.clips] for shot in delivered.folders}
    assert names == {
        "sh010": ["sh010_BODY_v001", "sh010_FACE_v001"],
        "sh020": ["sh020_BODY_v001", "sh020_FACE_v001"],
    }


def test_only_face_layers_become_premultiplied(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    run(entry, desk)
    modes = {media.name.split(".")[0]: media.properties["Alpha mode"] for media in desk.fake.pool.root.everything()}
    assert {name for name, mode in modes.items() if mode == "Premultiplied"} == {"sh010_FACE_v001", "sh020_FACE_v001"}


def test_a_managed_project_is_told_the_layers_colour_space(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(
        Behaviour(colour_science="davinciYRGBColorManagedv2"), change=set_on("FACE", 0, input_colour_space="Linear")
    )
    assert run(entry, desk)["by_hand"] == []
    spaces = {media.name.split(".")[0]: media.properties["Input Color Space"] for media in all_media(desk)}
    assert spaces["sh010_FACE_v001"] == "Linear" and spaces["sh020_FACE_v001"] == ""


def all_media(desk: Desk) -> list[Any]:
    return desk.fake.pool.root.everything()


@pytest.mark.parametrize("science", ["davinciYRGB", "davinciYRGBColorManagedv2"])
def test_a_colour_space_that_does_not_take_is_left_to_the_editor(
    entry: ModuleType, sit: Callable[..., Desk], science: str
) -> None:
    change = set_on("FACE", 0, input_colour_space="no such space")
    report = run(entry, sit(Behaviour(colour_science=science), change=change))
    assert "Input Color Space is not said; set no such space in Clip Attributes" in report["by_hand"][0]


def test_layers_rendered_on_twos_play_at_their_own_rate(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(change=set_on("BODY", 0, fps=12.0, frame_count=24, in_frame=4, end_index=1032))
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert stack_of(desk.fake, "scene_04 v001")["BODY v001"][0][:3] == (0, 48, 4)


def test_the_layers_of_a_shot_are_linked_with_one_another(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    run(entry, desk)
    tracks = desk.fake.timeline("scene_04 v001").tracks["video"]
    for shot in (0, 1):
        body, face = tracks[1].items[shot], tracks[2].items[shot]
        assert body.linked == [face] and face.linked == [body]
        assert tracks[0].items[shot].linked == []


def test_interpolation_and_opacity_are_as_the_delivery_asks(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    def change(document: Document) -> None:
        clips(document, "FACE")[0].update(interpolation="flow", motion="enhanced better", opacity=80.0)
        clips(document, "FACE")[1].update(interpolation="nearest", motion="enhanced better")

    desk = sit(change=change)
    assert run(entry, desk)["by_hand"] == []
    faces = desk.fake.timeline("scene_04 v001").tracks["video"][2].items
    keys = ("RetimeProcess", "MotionEstimation", "Opacity")
    assert [[item.properties[key] for key in keys] for item in faces] == [[3, 4, 80.0], [1, 0, 100.0]]


def test_speed_warp_on_the_free_edition_is_left_to_the_editor(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(Behaviour(studio=False), change=set_on("FACE", 0, interpolation="flow", motion="speed warp better"))
    report = run(entry, desk)
    assert report["problems"] == [] and "set speed warp better in the Inspector" in report["by_hand"][0]


@pytest.mark.parametrize("asked", [True, False])
def test_comps_are_imported_only_when_asked_for(entry: ModuleType, sit: Callable[..., Desk], asked: bool) -> None:
    desk = sit(change=set_on("FACE", 0, comp="sh010/face.comp"))
    (desk.path.parent / "sh010" / "face.comp").write_text("Composition { Tools = ordered() {} }", encoding="utf-8")
    report = run(entry, desk, *(["--comps"] if asked else []))
    assert report["problems"] == report["by_hand"] == []
    comps = [len(item.comps) for track in desk.fake.timeline("scene_04 v001").tracks["video"] for item in track.items]
    assert sum(comps) == asked


def test_markers_carry_the_deliverys_remarks_beside_the_editors(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    marker = {"record_frame": 12, "shot": "sh010", "name": "sh010", "note": "no face", "colour": "Yellow"}
    desk = sit(change=lambda document: document.update(markers=[marker]))
    desk.sent.AddMarker(12, "Blue", "mine", "look", 1)
    report = run(entry, desk)
    found = desk.fake.timeline(report["timeline"]).GetMarkers()
    assert {frame: one["note"] for frame, one in found.items()} == {12.0: "look", 13.0: "no face"}
    run(entry, desk)
    assert len(desk.fake.timeline("scene_04 v001 2").GetMarkers()) == 2


def test_a_snapshot_of_the_timeline_lies_beside_the_delivery(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    report = run(entry, desk)
    assert Path(report["snapshot"]) == desk.path.parent / "scene_04 before import.drt"
    assert Path(report["snapshot"]).is_file()


# --- where it builds ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda document: document["origin"].update(name="another"), "'another' is not in this project"),
        (lambda document: document.update(fps=25.0), "'scene_04' runs at 24.0, not 25"),
        (lambda document: document.update(start_frame=0, start_timecode="00:00:00:00"), "starts at frame 86400, not 0"),
        (set_on("PLATE", 1, record_first=50), "'scene_04' has changed since it was sent ('B002C011' is not at frame"),
        (set_on("PLATE", 1, record_count=40), "has changed since it was sent"),
    ],
    ids=["elsewhere", "another rate", "another start", "moved", "trimmed"],
)
def test_a_timeline_that_does_not_fit_is_left_for_one_of_its_own(
    entry: ModuleType, sit: Callable[..., Desk], deliver: Deliveries, change: Change, says: str
) -> None:
    desk = sit()
    report = run(entry, desk, path=desk.delivery(change))
    assert report["made_from"] is None and says in "\n".join(report["notes"])
    assert list(stack_of(desk.fake, report["timeline"])) == ["PLATE", "BODY v001", "FACE v001"]


def test_a_plate_that_was_slipped_since_is_not_laid_over(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    """Same file, same place, other pictures: the layers would show what the plate does not show any more."""
    desk = sit()
    slipped = desk.sent.tracks["video"][0].items[0]
    slipped.left += 3
    report = run(entry, desk)
    assert report["made_from"] is None
    assert "'scene_04' has changed since it was sent ('A001C003' is not at frame 86400" in "\n".join(report["notes"])


@pytest.mark.parametrize("counts", ["a part of the media", "another rate"])
def test_where_resolve_counts_pictures_otherwise_no_plate_is_called_slipped(
    counts: str, entry: ModuleType, sit: Callable[..., Desk]
) -> None:
    desk = sit()
    item = desk.sent.tracks["video"][0].items[0]
    assert item.media is not None
    if counts == "another rate":
        path = desk.delivery(set_on("PLATE", 0, fps=25.0))
        item.left += 2
    else:
        path = desk.path
        item.media.frames -= 10
        item.left -= 10
    assert run(entry, desk, path=path)["made_from"] == "scene_04"


def test_the_timeline_is_known_by_its_id_under_another_name(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    desk.sent.name = "renamed"
    path = desk.delivery(lambda document: document["origin"].update(timeline_id=desk.sent.uid))
    desk.fake.project.current = None
    assert run(entry, desk, path=path)["made_from"] == "renamed"


def test_new_timeline_can_be_asked_for(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    report = run(entry, desk, "--new-timeline")
    assert report["made_from"] is None and report["notes"] == golden()["notes"]


def test_layers_go_between_their_plates_and_what_lies_above(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(Behaviour(version="20.3.2.9"))
    desk.fake.add_item(desk.sent, None, duration=96, track=2)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert [track.name for track in desk.fake.timeline(report["timeline"]).tracks["video"]] == [
        "Video 1", "BODY v001", "FACE v001", "Video 2",
    ]  # fmt: skip


def second_plate_track(document: Document) -> None:
    """The first shot once more on V2, with layers of its own."""
    for track in list(document["tracks"]):
        shot = json.loads(json.dumps(track["clips"][0]))
        plate = track["pass_name"] is None
        shot["shot"] += "_2"
        if not plate:
            shot.update({key: shot[key].replace("sh010", "sh010_2") for key in ("name", "path", "pattern")})
        name = "PLATE 2" if plate else f"{track['name']} (PLATE 2)"
        document["tracks"].append({**track, "name": name, "clips": [shot]})


def test_a_clip_that_lies_on_two_tracks_gets_the_layers_of_each_right_over_it(
    entry: ModuleType, sit: Callable[..., Desk]
) -> None:
    desk = sit(change=second_plate_track)
    (plate,) = [item for item in desk.sent.tracks["video"][0].items if item.start == START]
    desk.fake.add_item(desk.sent, plate.media, duration=plate.duration, left=plate.left, track=2)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert [track.name for track in desk.fake.timeline(report["timeline"]).tracks["video"]] == [
        "Video 1", "BODY v001", "FACE v001", "Video 2", "BODY v001 (PLATE 2)", "FACE v001 (PLATE 2)",
    ]  # fmt: skip


def test_where_tracks_cannot_be_inserted_the_editor_is_told_to_move_them(
    entry: ModuleType, sit: Callable[..., Desk]
) -> None:
    desk = sit(Behaviour(version="18.6.6.7"))
    desk.fake.add_item(desk.sent, None, duration=96, track=2)
    report = run(entry, desk)
    assert report["problems"] == []
    said = " lies over 'Video 2', since this Resolve inserts no tracks: Move Track Down, unless that is right"
    assert report["by_hand"] == [f"'{name}'{said}" for name in ("BODY v001", "FACE v001")]


# --- versions -----------------------------------------------------------------------------------------------------


def test_a_new_version_replaces_the_older_on_a_new_duplicate(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    run(entry, desk)
    later = desk.delivery(version(2))
    before = stack_of(desk.fake, "scene_04 v001")
    report = run(entry, desk, path=later)
    assert (report["made_from"], report["timeline"]) == ("scene_04 v001", "scene_04 v002")
    assert stack_of(desk.fake, "scene_04 v002") == wanted(later, plates="Video 1")
    assert stack_of(desk.fake, "scene_04 v001") == before
    assert report["problems"] == report["by_hand"] == []


def test_the_same_version_again_gives_the_same_stack(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    for name in ("scene_04 v001", "scene_04 v001 2"):
        report = run(entry, desk)
        assert report["timeline"] == name and report["problems"] == report["by_hand"] == []
        assert stack_of(desk.fake, name) == wanted(desk.path, plates="Video 1")
    assert len(all_media(desk)) == 3 + 4 + 3  # the editor's, layers, timelines: nothing is imported twice


def test_layers_of_other_shots_stay_when_one_shot_is_rendered_again(
    entry: ModuleType, sit: Callable[..., Desk]
) -> None:
    desk = sit()
    run(entry, desk)

    def only_first(document: Document) -> None:
        version(2)(document)
        for track in document["tracks"]:
            del track["clips"][1]

    report = run(entry, desk, path=desk.delivery(only_first))
    stack = stack_of(desk.fake, report["timeline"])
    assert report["problems"] == []
    shown = {name: [item[0] for item in items] for name, items in stack.items()}
    assert shown == {"Video 1": [0, 48], "BODY v002": [0], "FACE v002": [0], "BODY v001": [48], "FACE v001": [48]}


def test_a_pass_that_has_no_new_version_stays(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    run(entry, desk)
    report = run(entry, desk, path=desk.delivery(version(2, "FACE")))
    assert list(stack_of(desk.fake, report["timeline"])) == ["Video 1", "BODY v001", "FACE v002"]


def test_beside_keeps_the_older_version_switched_off(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    run(entry, desk)
    report = run(entry, desk, "--beside", path=desk.delivery(version(2)))
    tracks = desk.fake.timeline(report["timeline"]).tracks["video"]
    assert {track.name: track.enabled for track in tracks} == {
        "Video 1": True, "BODY v001": False, "FACE v001": False, "BODY v002": True, "FACE v002": True,
    }  # fmt: skip
    assert all(len(track.items) == 2 for track in tracks)


def test_a_track_of_the_editors_own_is_never_taken_for_ours(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    desk.fake.add_item(desk.sent, desk.fake.add_media("/own/grain.mov", Footage(frames=200)), duration=48, track=2)
    desk.sent.tracks["video"][1].name = "BODY v000"
    report = run(entry, desk)
    assert report["problems"] == []
    assert [len(track.items) for track in desk.fake.timeline(report["timeline"]).tracks["video"]] == [2, 2, 2, 1]


# --- what fails ---------------------------------------------------------------------------------------------------


def test_layers_that_cannot_be_taken_off_take_the_whole_import_back(
    entry: ModuleType, sit: Callable[..., Desk]
) -> None:
    desk = sit()
    run(entry, desk)
    desk.fake.behaviour.deletions_that_fail = 10**6
    before = desk.fake.snapshot()
    report = run(entry, desk, path=desk.delivery(version(2)))
    assert "does not take the older layers off the track" in report["problems"][0]
    assert desk.fake.snapshot() == before


def complete(entry: ModuleType, sit: Callable[..., Desk], switch: Switch, origin: bool) -> tuple[Desk, Any, Report]:
    """A delivery with everything in it, imported over an earlier version, on a Resolve with a switch on."""

    def change(document: Document) -> None:
        version(2)(document)
        clips(document, "FACE")[0].update(
            input_colour_space="Linear", interpolation="flow", motion="standard better", opacity=50.0, comp="all.comp"
        )
        note = {"record_frame": 0, "shot": "", "name": "cut", "note": "a remark", "colour": "Blue"}
        document["markers"] = [note]

    desk = sit(Behaviour(colour_science="davinciYRGBColorManagedv2"), origin=origin)
    run(entry, desk)
    desk.switch_on(switch)
    if switch.name == "forgets_faces":  # those of this import, not the editor's
        desk.fake.behaviour.forgets = ("sh010_FACE_v002",)
    path = desk.delivery(change, origin=origin)
    (path.parent / "all.comp").write_text("Composition { Tools = ordered() {} }", encoding="utf-8")
    before = desk.fake.snapshot()
    return desk, before, run(entry, desk, "--comps", path=path)


@pytest.mark.parametrize("switch", [pytest.param(one, id=one.name) for one in SWITCHES])
@pytest.mark.parametrize("origin", [True, False], ids=["duplicate", "own timeline"])
def test_whatever_fails_the_stack_is_right_or_the_project_is_as_it_was(
    entry: ModuleType, sit: Callable[..., Desk], switch: Switch, origin: bool
) -> None:
    desk, before, report = complete(entry, sit, switch, origin)
    after = desk.fake.snapshot()
    assert desk.fake.misuse == []
    if report["problems"]:
        assert report["timeline"] is None and report["placed"] == [] and not report["done"]
        (problem,) = report["problems"]
        unreachable = desk.fake.world.modal or desk.fake.world.gone
        if unreachable and switch.name != "modal_after_0":
            assert re.search(r"does not answer any more.*(look whether it has kept|nothing was made yet)", problem)
        elif switch.name == "keeps_open":  # the fake itself brings that timeline to the front
            assert {**after, "current_timeline": ""} == {**before, "current_timeline": ""}
        else:
            assert after == before, problem
            assert unreachable or problem.endswith("the project is as it was")
        assert after["timelines"][: len(before["timelines"])] == before["timelines"]
        return
    path = Path(report["delivery"])
    plates = ("Video 1" if origin else "PLATE") if report["timeline"] else ""
    stack = stack_of(desk.fake, report["timeline"])
    if switch.name == "forgets_track_names":
        assert list(stack.values()) == list(wanted(path).values())
        assert any(text.startswith("name video track") for text in report["by_hand"])
    else:
        assert stack == wanted(path, plates=plates)
    assert after["timelines"][: len(before["timelines"])] == before["timelines"]
    missing = {text.split(": ")[0] for text in left_undone(desk, report)}
    assert bool(missing) == bool(report["by_hand"])


def left_undone(desk: Desk, report: Report) -> list[str]:
    """What the delivery asks for and the timeline has not: looked up in the fake, not in the report."""
    timeline, undone = desk.fake.timeline(report["timeline"]), []
    face = next(item for track in timeline.tracks["video"] for item in track.items if "sh010_FACE" in item.name)
    if face.media is not None and face.media.properties["Alpha mode"] != "Premultiplied":
        undone.append("alpha")
    if face.media is not None and face.media.properties["Input Color Space"] != "Linear":
        undone.append("colour")
    values = [face.properties[key] for key in ("RetimeProcess", "MotionEstimation", "Opacity")]
    undone += [] if values == [3, 2, 50.0] else ["properties"]
    undone += [] if len(face.comps) == 1 else ["comp"]
    undone += [] if len(face.linked) == 1 else ["links"]
    undone += [] if any(one["note"] == "a remark" for one in timeline.GetMarkers().values()) else ["marker"]
    undone += [] if {"BODY v002", "FACE v002"} <= {track.name for track in timeline.tracks["video"]} else ["names"]
    sizes = [timeline.setting(f"timelineResolution{side}") for side in ("Width", "Height")]
    undone += [] if report["made_from"] or sizes == ["1280", "720"] else ["size"]
    return undone


def test_keep_partial_keeps_what_could_be_placed_and_says_the_rest(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(Behaviour(refuses=("sh010_FACE",)))
    report = run(entry, desk, "--keep-partial")
    assert report["problems"] == ["'sh010_FACE_v001' is not on track 3: Resolve places nothing there"]
    assert len(report["placed"]) == 3
    markers = desk.fake.timeline(report["timeline"]).GetMarkers()
    assert [(one["color"], one["note"]) for one in markers.values()] == [("Red", report["problems"][0])]


def test_what_is_left_to_the_editor_stands_in_a_red_marker_and_in_the_report_file(
    entry: ModuleType, sit: Callable[..., Desk]
) -> None:
    desk = sit(Behaviour(refuses_alpha=True))
    report = run(entry, desk)
    assert len(report["by_hand"]) == 2
    assert json.loads((desk.path.parent / "resolve_report.json").read_text(encoding="utf-8")) == report
    (marker,) = desk.fake.timeline(report["timeline"]).GetMarkers().values()
    assert (marker["color"], marker["note"]) == ("Red", "\n".join(report["by_hand"]))


def test_properties_of_media_the_pool_had_already_are_put_back(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(Behaviour(refuses=("sh020_FACE",)))
    face = clips(desk.document, "FACE")[0]
    mine = desk.fake.add_media(pool_path(desk.path, face), Footage(frames=64, fps=24.0), first=1001)
    before = desk.fake.snapshot()
    report = run(entry, desk)
    assert "is not on track 3" in report["problems"][0]
    assert mine.properties["Alpha mode"] == "None" and desk.fake.snapshot() == before


def test_plates_of_the_editors_own_keep_their_properties(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(change=set_on("PLATE", 1, input_colour_space="Linear"), origin=False)
    plate = desk.sent.tracks["video"][0].items[1].media
    assert plate is not None
    plate.properties["FPS"] = 25.0
    before = dict(plate.properties)
    report = run(entry, desk, "--keep-partial")
    assert plate.properties == before
    assert any("FPS is 25.0; set 24 in Clip Attributes" in text for text in report["by_hand"])


# --- retimed clips ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("speed", "frame_count"), [(2.0, 48), (-1.0, 24), (0.0, 1)])
def test_before_21_1_a_retimed_clip_holds_its_place_and_the_editor_is_told(
    entry: ModuleType, sit: Callable[..., Desk], speed: float, frame_count: int
) -> None:
    change = retime(speed, frame_count=frame_count, record_count=24)
    desk = sit(Behaviour(version="20.3.2.9"), change=change)
    report = run(entry, desk)
    told = [text for text in report["by_hand"] if f"{100 * speed:g} % in Change Clip Speed" in text]
    assert len(told) == 2 == len(report["by_hand"]) and report["problems"] == []
    assert stack_of(desk.fake, report["timeline"])["FACE v001"][0][:2] == (0, 24)


@pytest.mark.parametrize("speed", [2.0, -1.0, 0.0])
def test_from_21_1_the_speed_is_set_and_read_back(entry: ModuleType, sit: Callable[..., Desk], speed: float) -> None:
    desk = sit(change=retime(speed, frame_count=24, record_count=24))
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    tracks = desk.fake.timeline(report["timeline"]).tracks["video"][1:]
    assert {track.items[0].speed for track in tracks} == {100 * speed}
    assert sum("compare its ends" in note for note in report["notes"]) == 2


@pytest.mark.parametrize("switch", ["refuses_speed", "ignores_speed"])
def test_a_speed_that_does_not_stick_is_left_to_the_editor(
    entry: ModuleType, sit: Callable[..., Desk], switch: str
) -> None:
    desk = sit(Behaviour(**{switch: True}), change=retime(2.0, frame_count=48, record_count=24))
    assert len(run(entry, desk)["by_hand"]) == 2


def test_a_slow_layer_without_enough_media_is_left_out_and_told(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit(change=set_on("FACE", 0, speed=0.25, frame_count=12, end_index=1028))
    report = run(entry, desk)
    assert "too short to hold its place" in report["by_hand"][0] and report["problems"] == []
    assert len(report["placed"]) == 3


@pytest.mark.parametrize("speed", [1.0, 0.0])
def test_a_still_lasts_as_long_as_the_cut_says(entry: ModuleType, sit: Callable[..., Desk], speed: float) -> None:
    def still(document: Document) -> None:
        for track in document["tracks"]:
            clip = track["clips"][0]
            clip.update(in_frame=0, frame_count=1, end_index=clip["start_index"], speed=speed)

    desk = sit(change=still, origin=False)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert [items[0][:2] for items in stack_of(desk.fake, report["timeline"]).values()] == [(0, 48)] * 3


@pytest.mark.parametrize(("media_rate", "frame_count"), [(25.0, 50), (30.0, 60), (60.0, 120), (23.976, 48)])
@pytest.mark.parametrize("end_frame", ["exclusive", "inclusive"])
def test_media_at_another_rate_fills_its_place(
    entry: ModuleType, sit: Callable[..., Desk], media_rate: float, frame_count: int, end_frame: str
) -> None:
    def other_rate(document: Document) -> None:
        for track in document["tracks"]:
            clip = track["clips"][0]
            clip.update(fps=media_rate, frame_count=frame_count, end_index=clip["start_index"] + 180)

    desk = sit(Behaviour(end_frame=end_frame), change=other_rate, origin=False)
    report = run(entry, desk)
    assert report["problems"] == report["by_hand"] == []
    assert all(items[0][:2] == (0, 48) for items in stack_of(desk.fake, report["timeline"]).values())


def test_a_place_that_no_whole_number_of_pictures_fills_is_left_out_and_told(
    entry: ModuleType, sit: Callable[..., Desk]
) -> None:
    """A pass on twos over an odd number of frames: 46 or 48, never 47."""
    desk = sit(change=set_on("BODY", 0, fps=12.0, frame_count=24, in_frame=4, end_index=1032, record_count=47))
    report = run(entry, desk)
    (told,) = report["by_hand"]
    assert "'sh010_BODY_v001' is left out: whole pictures at 12 frames per second last" in told and "not 47" in told
    assert report["problems"] == [] and len(report["placed"]) == 3


def test_clips_that_end_with_their_media_are_whole(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    def to_the_end(document: Document) -> None:
        for track in document["tracks"]:
            for clip in track["clips"]:
                clip["in_frame"] = clip["end_index"] - clip["start_index"] + 1 - clip["frame_count"]

    for end_frame in ("inclusive", "exclusive"):
        desk = sit(Behaviour(end_frame=end_frame, past_the_end="refused"), change=to_the_end, origin=False)
        report = run(entry, desk)
        assert report["problems"] == [] and stack_of(desk.fake, report["timeline"]) == wanted(desk.path)


# --- the document -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param(lambda d: d.update(schema="toolkit.delivery/2"), "not a toolkit.delivery/1", id="another schema"),
        pytest.param(lambda d: d.pop("fps"), "no proper 'fps'", id="a field is missing"),
        pytest.param(lambda d: d.update(fps=0.0), "no proper 'fps'", id="no rate"),
        pytest.param(lambda d: d.update(fps=float("nan")), "no proper 'fps'", id="a rate that is no number"),
        pytest.param(lambda d: d.update(start_frame=True), "no proper 'start_frame'", id="a truth for a number"),
        pytest.param(lambda d: d.update(start_frame=0.5), "no proper 'start_frame'", id="a part of a frame"),
        pytest.param(lambda d: d.update(markers=[{}]), "a marker has no proper", id="a marker of nothing"),
        pytest.param(lambda d: d.update(origin={"host": 3}), "the origin has no proper 'host'", id="an odd origin"),
        pytest.param(set_on("FACE", 0, interpolation="warp"), "no proper 'interpolation'", id="unknown interpolation"),
        pytest.param(set_on("FACE", 0, motion="best"), "no proper 'motion'", id="unknown motion"),
        pytest.param(set_on("FACE", 0, record_first=-1), "no proper 'record_first'", id="before the timeline"),
        pytest.param(set_on("FACE", 0, pattern="sh010_FACE_v001.%s.exr"), "not the pattern", id="a pattern of text"),
        pytest.param(set_on("FACE", 0, pattern="../%04d.exr"), "not the pattern", id="a pattern that climbs"),
        pytest.param(set_on("FACE", 0, pattern="other.%04d.exr"), "not the pattern", id="a pattern of other files"),
        pytest.param(set_on("FACE", 0, end_index=1000), "is offline", id="a sequence that ends before it starts"),
        pytest.param(set_on("FACE", 0, comp="../x.comp"), "its comp is not in the delivery's folder", id="a comp out"),
    ],
)
def test_a_document_that_does_not_hold_touches_nothing(
    entry: ModuleType, sit: Callable[..., Desk], change: Change, says: str
) -> None:
    desk = sit()
    document = desk.document
    change(document)
    desk.path.write_text(json.dumps(document), encoding="utf-8")
    before = desk.fake.snapshot()
    report = run(entry, desk)
    assert says in report["problems"][0]
    assert desk.fake.snapshot() == before


@pytest.mark.parametrize("climb", ["../outside/x.1001.exr", "sh010/../../outside/x.1001.exr"])
def test_a_layer_outside_the_deliverys_folder_is_refused(
    entry: ModuleType, sit: Callable[..., Desk], climb: str
) -> None:
    desk = sit()
    report = run(entry, desk, path=desk.delivery(set_on("FACE", 0, path=climb, pattern="x.%04d.exr")))
    assert "lies outside the delivery's folder" in report["problems"][0]


def test_a_layer_that_links_out_of_the_folder_is_refused(
    entry: ModuleType, at_home: Path, deliver: Deliveries, tmp_path: Path
) -> None:
    path = deliver(own_media=True)
    layer = path.parent / "sh010" / "FACE"
    layer.rename(tmp_path / "elsewhere")
    layer.symlink_to(tmp_path / "elsewhere")
    desk = Desk(deliver)
    assert "lies outside the delivery's folder" in run(entry, desk, path=path)["problems"][0]


@pytest.mark.parametrize("gone", ["1001", "1040"])
def test_a_hole_in_a_sequence_is_found_before_resolve_is_touched(
    entry: ModuleType, at_home: Path, deliver: Deliveries, gone: str
) -> None:
    path = deliver(own_media=True)
    (path.parent / f"sh010/FACE/v001/sh010_FACE_v001.{gone}.exr").unlink()
    desk = Desk(deliver)
    before = desk.fake.snapshot()
    report = run(entry, desk, path=path)
    assert f"1 of 64 files are missing in {path.parent}" in report["problems"][0]
    assert desk.fake.snapshot() == before


def test_a_file_that_is_no_json_is_said(entry: ModuleType, sit: Callable[..., Desk], tmp_path: Path) -> None:
    path = tmp_path / "delivery.json"
    path.write_text("{", encoding="utf-8")
    assert "cannot read" in run(entry, sit(), path=path)["problems"][0]


def test_a_folder_with_a_per_cent_sign_is_only_a_name(entry: ModuleType, at_home: Path, tmp_path: Path) -> None:
    desk = Desk(Deliveries(tmp_path / "100%d done %s"), origin=False)
    report = run(entry, desk)
    assert report["problems"] == [] and len(report["placed"]) == 6


# --- how it is started --------------------------------------------------------------------------------------------


def remember(path: Path, home: Path) -> None:
    (home / ".toolkit").mkdir(parents=True, exist_ok=True)
    (home / ".toolkit" / "last_delivery.txt").write_text(f"{path}\n", encoding="utf-8")


@pytest.mark.parametrize("studio", [True, False])
def test_from_the_menu_it_asks_for_the_delivery_and_on_studio_for_the_options(
    entry: ModuleType, sit: Callable[..., Desk], at_home: Path, studio: bool
) -> None:
    desk = sit(Behaviour(version="20.3.2.9", studio=studio))
    remember(Path("/last/delivery.json"), at_home)
    desk.fake.fusion.chosen = [str(desk.path)]
    desk.fake.ui.does = [("Go", "Clicked")] if studio else []
    report = start_in(entry, desk)
    assert desk.fake.fusion.asked == ["/last/delivery.json"]
    assert report["problems"] == [] and report["timeline"] == "scene_04 v001"
    assert len(desk.fake.windows) == studio and desk.fake.misuse == []


def test_options_that_were_ticked_hold(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    desk.fake.fusion.chosen = [str(desk.path)]
    desk.fake.ui.does = [("Go", "Clicked")]
    make = type(desk.fake.ui).__getattr__

    def ticked(ui: Any, kind: str) -> Any:
        made = make(ui, kind)
        return lambda *told: tick(made(*told)) if kind == "CheckBox" else made(*told)

    def tick(box: Any) -> Any:
        box.Checked = box.ID == "newtimeline"
        return box

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(desk.fake.ui), "__getattr__", ticked)
        report = start_in(entry, desk)
    assert report["made_from"] is None and report["problems"] == []


@pytest.mark.parametrize("event", [("Cancel", "Clicked"), ("ToolkitWindow", "Close")])
def test_a_window_that_is_cancelled_imports_nothing(
    entry: ModuleType, sit: Callable[..., Desk], event: tuple[str, str]
) -> None:
    desk = sit()
    desk.fake.fusion.chosen = [str(desk.path)]
    desk.fake.ui.does = [event]
    before = desk.fake.snapshot()
    assert start_in(entry, desk)["problems"] == ["cancelled"]
    assert desk.fake.snapshot() == before


def test_a_dialog_that_is_cancelled_imports_nothing(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    desk = sit()
    before = desk.fake.snapshot()
    assert "no delivery was chosen" in start_in(entry, desk)["problems"][0]
    assert desk.fake.snapshot() == before


def from_outside(entry: ModuleType, monkeypatch: pytest.MonkeyPatch, module: ModuleType | None) -> None:
    for name in INJECTED:
        entry.__dict__.pop(name, None)
    if module is not None:
        monkeypatch.setitem(__import__("sys").modules, "DaVinciResolveScript", module)


def test_from_outside_it_takes_the_last_delivery(
    entry: ModuleType, sit: Callable[..., Desk], at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sit()
    remember(desk.path, at_home)
    from_outside(entry, monkeypatch, desk.fake.module())
    assert entry.main([])["timeline"] == "scene_04 v001"


def test_without_any_delivery_it_asks_which(
    entry: ModuleType, sit: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    from_outside(entry, monkeypatch, sit().fake.module())
    assert "which delivery.json?" in entry.main([])["problems"][0]


@pytest.mark.parametrize("door", ["resolve", "app", "bmd"])
def test_it_finds_resolve_by_every_door(entry: ModuleType, sit: Callable[..., Desk], door: str) -> None:
    desk = sit()
    run(entry, desk)
    for name in {"resolve", "app", "bmd"} - {door}:
        entry.__dict__.pop(name)
    assert entry.main([str(desk.path)])["problems"] == []


def test_outside_resolve_it_says_where_to_run_it(
    entry: ModuleType, deliver: Deliveries, at_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_outside(entry, monkeypatch, None)
    assert "Workspace > Scripts" in entry.main([str(deliver())])["problems"][0]


def test_the_free_edition_does_not_answer_from_outside_and_that_is_said(
    entry: ModuleType, sit: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = sit(Behaviour(studio=False))
    from_outside(entry, monkeypatch, desk.fake.module())
    assert "Only Studio answers from outside" in entry.main([str(desk.path)])["problems"][0]


def test_an_option_that_is_not_one_is_named(entry: ModuleType, sit: Callable[..., Desk]) -> None:
    assert "no such option here: --besides" in run(entry, sit(), "--besides")["problems"][0]


def test_a_report_that_cannot_be_written_is_said_and_the_stack_stands(
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
    assert "the report is not written" in capsys.readouterr().out
