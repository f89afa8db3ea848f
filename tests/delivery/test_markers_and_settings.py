"""Markers, the editor's settings for the hosts, and delivering one version at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.delivery._deliveries import face, plan_of, video_tracks, write_layers
from tests.turnover._cuts import (
    clip,
    freeze,
    gap,
    movie_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    transition,
    write,
    write_movie,
)
from tests.turnover._turnovers import host_clip, write_turnover
from toolkit.delivery import write_delivery
from toolkit.documents import (
    ActingReview,
    Cut,
    Delivery,
    FaceReview,
    PassName,
    PassPlan,
    RegionReview,
    Shot,
    ShotReview,
)
from toolkit.frames import FrameRange
from toolkit.output import Output
from toolkit.settings import DeliverySettings, Settings, load_settings
from toolkit.stages.conforming import conform_output
from toolkit.turnover import read_cut


def deliver(
    cut: Cut, root: Path, *, settings: Settings | None = None, plans: Sequence[PassPlan] | None = None
) -> Delivery:
    item = plans if plans is not None else [plan_of(shot, name) for shot in cut.source_shots() for name in PassName]
    for plan in item:
        write_layers(plan, root)
    return write_delivery(cut, item, root, settings=settings or Settings())


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    """Plain, double speed, a gap, frozen; media of 200 frames, handles of 8."""
    write_movie(tmp_path / "a.mov", 200)
    media = movie_reference("a.mov", time_range(0, 200))
    document = timeline(
        track(
            clip(media, time_range(20, 24), name="plain"),
            clip(media, time_range(60, 24), name="double", effects=[speed(2)]),
            gap(12),
            clip(media, time_range(60, 24), name="frozen", effects=[freeze()]),
        ),
        start=time(86400),
    )
    return read_cut(write(tmp_path / "cut.otio", document), handles=8, share=False)


# --- markers ---------------------------------------------------------------------------------------------------


def test_a_cut_without_problems_has_no_markers(cut: Cut, tmp_path: Path) -> None:
    plain = cut.model_copy(update={"shots": cut.shots[:1]})
    assert deliver(plain, tmp_path / "out").markers == ()


def test_markers_have_their_colour_at_the_start_of_their_shot(cut: Cut, tmp_path: Path) -> None:
    shots = {shot.name: shot for shot in cut.shots}
    empty = plan_of(shots["plain"], faces=[[]] * len(shots["plain"].source_work_range))
    others = [plan_of(shots[name]) for name in ("double", "frozen")]
    delivery = deliver(cut, tmp_path / "out", plans=[empty, *others])

    assert [(m.record_frame, m.shot, m.name, m.colour) for m in delivery.markers] == [
        (0, "plain", "No face found", "Yellow"),
        (24, "double", "Set the speed", "Blue"),
        (60, "frozen", "Set the speed", "Blue"),
    ]
    assert {marker.note for marker in delivery.markers} <= set(delivery.notes)


def test_a_transition_is_marked_once_where_its_layers_meet(cut: Cut, tmp_path: Path) -> None:
    """BODY is opaque: without the transition its layers would cut where the plates dissolve."""
    media = movie_reference("a.mov", time_range(0, 200))
    document = timeline(
        track(
            clip(media, time_range(20, 24), name="a"),
            transition(3, 5),
            clip(media, time_range(60, 24), name="b"),
            transition(4, 0),
            gap(10),
            clip(media, time_range(60, 24), name="c"),
            transition(2, 2),
            clip(media, time_range(90, 24), name="no layers"),
        ),
        start=time(0),
    )
    dissolved = read_cut(write(tmp_path / "dissolved.otio", document), handles=8, share=False)
    plans = [plan_of(shot, name) for shot in dissolved.shots[:3] for name in PassName]
    delivery = deliver(dissolved, tmp_path / "out", plans=plans)
    remedy = "return.otio has it on the layers; the host scripts do not add it"
    assert [(m.record_frame, m.shot, m.name, m.colour, m.note) for m in delivery.markers] == [
        (24, "b", "Add the transition", "Blue", f"b starts with a transition (SMPTE_Dissolve, 8 frames): {remedy}"),
        (25, "b", "Add the transition", "Blue", f"b ends with a transition (SMPTE_Dissolve, 4 frames): {remedy}"),
        (58, "c", "Add the transition", "Blue", f"c ends with a transition (SMPTE_Dissolve, 4 frames): {remedy}"),
    ]
    assert sum("a transition" in note for note in delivery.notes) == 3


def test_offline_media_has_a_red_marker(tmp_path: Path) -> None:
    document = timeline(track(clip(movie_reference("/offline/a.mov", time_range(0, 99)), time_range(9, 24), name="a")))
    cut = read_cut(write(tmp_path / "cut.otio", document), handles=0)
    (marker,) = deliver(cut, tmp_path / "out").markers
    assert (marker.record_frame, marker.name, marker.colour) == (0, "Media offline", "Red")


def test_short_handles_have_a_marker_but_no_note(cut: Cut, tmp_path: Path) -> None:
    long = read_cut(Path(cut.path), handles=24, share=False)
    delivery = deliver(long, tmp_path / "out", settings=load_settings(overrides=["cut.handles=24"]))
    short = [marker for marker in delivery.markers if marker.name == "Short handles"]
    assert [(m.record_frame, m.shot, m.colour, m.note) for m in short] == [
        (0, "plain", "Green", "plain: handles of 20 and 24 frames instead of 24, as its media has no more")
    ]
    assert not any("handles" in note for note in delivery.notes)


def test_faces_beyond_the_maximum_are_a_note_that_names_the_setting(cut: Cut, tmp_path: Path) -> None:
    shot = cut.shots[0]
    plan = plan_of(shot).model_copy(update={"left_out": 2})
    write_layers(plan, tmp_path)
    (note,) = [note for note in write_delivery(cut, [plan], tmp_path).notes if "track.max_faces" in note]
    assert note.startswith(f"{shot.name}: 2 faces or more are left out")
    assert plan.digest() == plan_of(shot).digest(), "no pixel depends on it"


def test_handles_are_not_short_when_the_cut_was_read_with_fewer(cut: Cut, tmp_path: Path) -> None:
    """``toolkit conform OUT`` may have other ``cut.handles`` than the run."""
    settings = load_settings(overrides=["cut.handles=24"])
    assert not [m for m in deliver(cut, tmp_path / "out", settings=settings).markers if m.name == "Short handles"]


def test_a_shot_of_the_whole_movie_is_not_marked_for_short_handles(tmp_path: Path) -> None:
    cut = read_cut(write_movie(tmp_path / "a.mov", 20), handles=8)
    assert deliver(cut, tmp_path / "out").markers == ()


def test_markers_are_on_separate_frames_inside_the_timeline(tmp_path: Path) -> None:
    """Resolve refuses a second marker on the same frame."""
    media = movie_reference("/offline/a.mov", time_range(0, 99))
    item = [clip(media, time_range(5, 2), name="a", effects=[speed(2)])]
    document = timeline(track(*item), track(*item), start=time(0))
    cut = read_cut(write(tmp_path / "cut.otio", document), handles=0)
    markers = deliver(cut, tmp_path / "out").markers
    assert [(m.record_frame, m.name) for m in markers] == [(0, "Media offline"), (1, "Set the speed")]


# --- settings for the hosts ------------------------------------------------------------------------------------


def test_interpolation_is_left_to_the_host_by_default(cut: Cut, tmp_path: Path) -> None:
    clips = [item for each in deliver(cut, tmp_path / "out").tracks for item in each.clips]
    assert {(item.interpolation, item.motion) for item in clips} == {("host", "host")}


def test_interpolation_applies_only_to_layers_of_retimed_shots(cut: Cut, tmp_path: Path) -> None:
    settings = load_settings(overrides=["delivery.interpolation=flow", "delivery.motion=enhanced better"])
    plates, *layers = deliver(cut, tmp_path / "out", settings=settings).tracks
    assert {item.interpolation for item in plates.clips} == {"host"}
    for each in layers:
        assert [(item.shot, item.interpolation, item.motion) for item in each.clips] == [
            ("plain", "host", "host"),
            ("double", "flow", "enhanced better"),
            ("frozen", "host", "host"),
        ]


def test_motion_estimation_applies_only_to_flow(cut: Cut, tmp_path: Path) -> None:
    settings = load_settings(overrides=["delivery.interpolation=blend", "delivery.motion=enhanced better"])
    clips = [item for each in deliver(cut, tmp_path / "out", settings=settings).tracks for item in each.clips]
    assert {item.motion for item in clips} == {"host"}
    assert {item.interpolation for item in clips} == {"host", "blend"}


def test_delivery_settings_do_not_change_the_plans(cut: Cut) -> None:
    from tests.passes._plate import COUNT, CUT_FOLDER, FIRST, sample, shot_of, tracks_of
    from toolkit.passes import plan_passes

    shot = shot_of(Path("nowhere/plate.####.png"))
    tracks = tracks_of([sample(FIRST + index) for index in range(COUNT)])
    other = DeliverySettings(interpolation="flow", motion="speed warp better", fusion=False, keyframes=False, aep=True)
    usual = plan_passes(shot, tracks, Settings(), cut_folder=CUT_FOLDER)
    assert plan_passes(shot, tracks, replace(Settings(), delivery=other), cut_folder=CUT_FOLDER) == usual


# --- versions --------------------------------------------------------------------------------------------------


def test_only_the_selected_version_is_delivered(cut: Cut, tmp_path: Path) -> None:
    out = Output(root=tmp_path / "out")
    for version in (1, 2):
        for plan in (plan_of(shot, name, version=version) for shot in cut.shots for name in PassName):
            plan.write(out.plan(plan))
            write_layers(plan, out.root)
    for version in (1, 2, 1, 0):
        delivery = conform_output(cut, load_settings(overrides={"output.version": version}), out)
        version = version or 2  # noqa: PLW2901  0 is the newest
        label = f"v{version:03d}"
        assert [each.name for each in delivery.tracks] == ["PLATE", f"BODY {label}", f"FACE {label}"]
        plates, *layers = delivery.tracks
        assert {item.version for item in plates.clips} == {None}
        assert {item.version for each in layers for item in each.clips} == {version}
        assert all(f"/{label}/" in item.path and label in item.name for each in layers for item in each.clips)
        names = [each["label"] for each in video_tracks(out.root / "return.otio")]
        assert names == ["PLATE", f"BODY {label}", f"FACE {label}"]


def test_a_shot_without_the_version_that_was_asked_for_comes_in_its_newest_one(cut: Cut, tmp_path: Path) -> None:
    out = Output(root=tmp_path / "out")
    for version, shots in ((1, cut.shots), (2, cut.shots[:1])):
        for plan in (plan_of(shot, name, version=version) for shot in shots for name in PassName):
            plan.write(out.plan(plan))
            write_layers(plan, out.root)
    delivery = conform_output(cut, load_settings(overrides={"output.version": 2}), out)
    assert [(each.name, [item.shot for item in each.clips]) for each in delivery.tracks[1:]] == [
        ("BODY v001", ["double", "frozen"]),
        ("BODY v002", ["plain"]),
        ("FACE v001", ["double", "frozen"]),
        ("FACE v002", ["plain"]),
    ]
    assert "double: FACE has no v002; FACE v001 is delivered" in delivery.notes
    assert conform_output(cut, load_settings(), out).tracks == delivery.tracks  # the newest of each


# --- origin ----------------------------------------------------------------------------------------------------


def test_the_delivery_names_its_host_and_timeline(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 60)
    write(
        tmp_path / "reel.otio",
        timeline(track(clip(movie_reference("a.mov", time_range(0, 60)), time_range(3, 9), name="sh010"))),
    )
    path = write_turnover(tmp_path, host_clip("a.mov", (0, 9), 4, media_count=60), otio="reel.otio")
    cut = Cut.model_validate_json(read_cut(path, handles=2).model_dump_json(by_alias=True))
    delivery = deliver(cut, tmp_path / "out")

    assert delivery.origin is not None
    assert (delivery.origin.host, delivery.origin.name, delivery.origin.timeline_id) == ("resolve", "reel 1", "a-b-c")
    assert (delivery.start_timecode, delivery.start_frame) == ("01:00:00:00", 86400)
    assert delivery.notes[0].startswith("sh010: the host's clip list has start frame 4, not 3")
    return_tracks = video_tracks(tmp_path / "out" / "return.otio")
    assert [each["label"] for each in return_tracks] == ["PLATE", "BODY v001", "FACE v001"]


def test_a_cut_from_a_file_has_no_origin(cut: Cut, tmp_path: Path) -> None:
    assert deliver(cut, tmp_path / "out").origin is None


# --- faces that go and come back -------------------------------------------------------------------------------


def test_a_face_that_is_lost_within_a_shot_has_a_marker_where_it_goes_and_one_note(cut: Cut, tmp_path: Path) -> None:
    shot = cut.shots[0]
    count = len(shot.source_work_range)
    present = [index not in {12, 13, 20} for index in range(count)]
    plan = plan_of(shot, faces=[[face(0, 16.0)] if is_there else [] for is_there in present])
    delivery = deliver(cut, tmp_path / "out", plans=[plan])
    lost = [marker for marker in delivery.markers if marker.name == "Face lost"]
    head = shot.handles[0]
    assert [(marker.record_frame, marker.colour) for marker in lost] == [(12 - head, "Yellow"), (20 - head, "Yellow")]
    notes = [note for note in delivery.notes if "is lost" in note]
    assert notes == ["plain: face 0 is lost in layer frames 1013-1014, 1021: FACE does not have it there"]


def test_a_face_that_comes_late_or_leaves_early_or_is_lost_in_the_handles_alone_is_not_lost(
    cut: Cut, tmp_path: Path
) -> None:
    shot = cut.shots[0]
    count, head = len(shot.source_work_range), shot.handles[0]
    present = [3 < index < count - 3 and index != head - 2 for index in range(count)]
    plan = plan_of(shot, faces=[[face(0, 16.0)] if is_there else [] for is_there in present])
    delivery = deliver(cut, tmp_path / "out", plans=[plan])
    assert not [marker for marker in delivery.markers if marker.name == "Face lost"]


def test_a_face_with_something_in_front_has_a_marker_where_that_comes_and_one_note(cut: Cut, tmp_path: Path) -> None:
    shot = cut.shots[0]
    hand = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0))
    covered = face(0, 16.0).model_copy(update={"occluders": (hand,)})
    count, head = len(shot.source_work_range), shot.handles[0]
    plan = plan_of(shot, faces=[[covered if index in {2, 9, 10, 12, 25} else face(0, 16.0)] for index in range(count)])
    delivery = deliver(cut, tmp_path / "out", plans=[plan])
    markers = [marker for marker in delivery.markers if marker.name == "Face covered"]
    assert [(marker.record_frame, marker.colour) for marker in markers] == [(9 - head, "Yellow"), (25 - head, "Yellow")]
    notes = [note for note in delivery.notes if "in front" in note]
    assert notes == [
        "plain: something is in front of face 0 in layer frames 1003, 1010-1011, 1013, 1026; FACE leaves it out"
    ]


# --- acting that is lost ---------------------------------------------------------------------------------------


def reviewed(shot: Shot, *, failing: Sequence[FrameRange], score: float | None = 38.4) -> ShotReview:
    region = RegionReview(score=20, weight=1, amplitude=0.3, delay_frames=0, smoothness=1)
    acting = ActingReview(
        frames_compared=40,
        score=score,
        amplitude=0.4,
        delay_frames=0,
        smoothness=1,
        confidence=1,
        regions={"brows": region},
        unmeasured=(),
        worst_frames=(),
        failing=tuple(failing),
    )
    one = FaceReview(face=1, acting=acting, passes={}, alignment={}, curves=())
    return ShotReview(shot=shot.name, source_range=shot.source_work_range, faces=(one,))


def test_acting_that_is_lost_has_a_marker_wherever_it_is_lost_and_one_note(cut: Cut, tmp_path: Path) -> None:
    plain, double = cut.shots[:2]
    reviews = {
        "plain": reviewed(plain, failing=[FrameRange(first=14, last=21), FrameRange(first=30, last=33)]),
        "double": reviewed(double, failing=[FrameRange(first=71, last=75)]),
    }
    plans = [plan_of(shot, PassName.BODY) for shot in (plain, double)]
    for plan in plans:
        write_layers(plan, tmp_path / "out")
    delivery = write_delivery(cut, plans, tmp_path / "out", reviews=reviews)
    lost = [(one.record_frame, one.shot, one.colour) for one in delivery.markers if one.name == "Acting lost"]
    # the first begins in the handle; at double speed, source frame 72 is shown after six frames
    assert lost == [(0, "plain", "Yellow"), (10, "plain", "Yellow"), (24 + 6, "double", "Yellow")]
    sentence = "38 of 100 of the acting of face 1 is kept, least of its brows; look at layer frames"
    assert [note for note in delivery.notes if "acting" in note] == [
        f"plain: {sentence} 1003-1010, 1019-1022",
        f"double: {sentence} 1028-1032",
    ]


def test_a_face_that_is_not_judged_or_fails_in_the_handles_only_has_no_marker(cut: Cut, tmp_path: Path) -> None:
    plain = cut.shots[0]
    for one in (
        reviewed(plain, failing=[FrameRange(first=12, last=15)]),
        reviewed(plain, failing=[FrameRange(first=30, last=33)], score=None),
    ):
        write_layers(plan_of(plain, PassName.BODY), tmp_path / "out")
        plans = [plan_of(plain, PassName.BODY)]
        delivery = write_delivery(cut, plans, tmp_path / "out", reviews={"plain": one})
        assert not [marker for marker in delivery.markers if marker.name == "Acting lost"]


# --- baked on request ------------------------------------------------------------------------------------------


def test_retimed_layers_are_baked_on_request_and_need_no_speed_in_the_host(cut: Cut, tmp_path: Path) -> None:
    delivery = deliver(cut, tmp_path / "out", settings=load_settings(overrides=["delivery.bake=retimed"]))
    layers = {one.shot: one for track in delivery.tracks if track.pass_name for one in track.clips}
    assert {name: ("retime_" in one.path, one.speed, one.end_index - 1000) for name, one in layers.items()} == {
        "plain": (False, 1.0, 40),
        "double": (True, 1.0, 24),
        "frozen": (True, 1.0, 24),
    }
    assert not [marker for marker in delivery.markers if marker.name == "Set the speed"]
    (plates,) = [track for track in delivery.tracks if track.pass_name is None]
    assert [(one.shot, one.speed) for one in plates.clips] == [("plain", 1.0), ("double", 2.0), ("frozen", 0.0)]
