"""Import Passes where both may have changed since the last version: the layers by the editor, and the cut under them.

The fake gives sequences the timecodes of the delivery, as their files have them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.hosts.delivered import Change, Document, clips, golden
from tests.hosts.entries import Desk, Report, footage_for, load, pool_path, start_in
from tests.hosts.resolve import VERSIONS, Behaviour, Footage, rates
from tests.hosts.resolve.item import TimelineItem
from tests.hosts.resolve.timeline import Timeline, Track
from tests.hosts.test_resolve_import import later_version

pytestmark = pytest.mark.no_cover  # what runs are the scripts in Resolve, not the toolkit

Edit = Callable[[Timeline], Any]
Place = tuple[int, int, float]


@pytest.fixture(scope="module")
def entry(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    return load("Toolkit Import Passes.py", tmp_path_factory.mktemp("bundle"))


def unchanged(document: Document) -> None:
    pass


class Cut:
    """A cut on an editor's desk, which is delivered and imported again and again."""

    def __init__(self, entry: ModuleType, deliver: Any, version: str = "21.1", change: Change = unchanged) -> None:
        self.entry, self.change = entry, change
        self.desk = Desk(deliver, Behaviour(version=VERSIONS[version]), change=change)
        assert self.deliver(1)["problems"] == []

    def deliver(self, version: int, change: Change | None = None, *flags: str, timecodes: bool = True) -> Report:
        """Import a delivery of the cut; ``change``: how it was when it was sent."""

        def later(document: Document) -> None:
            (change or self.change)(document)
            if version > 1:
                later_version(version)(document)

        path = self.desk.delivery(later)
        if timecodes:
            self.tell_timecodes(path)
        report = start_in(self.entry, self.desk, str(path), *flags)
        assert report["problems"] == [] and self.desk.fake.misuse == []
        return report

    def tell_timecodes(self, path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        for clip in (clip for track in document["tracks"][1:] for clip in track["clips"]):
            footage = footage_for(clip)
            footage = Footage(frames=footage.frames, fps=footage.fps, start_timecode=clip["timecode"])
            for name in (pool_path(path, clip), str(Path(pool_path(path, clip)).parent / Path(clip["path"]).name)):
                self.desk.fake.world.footage[name] = footage

    @property
    def open(self) -> Timeline:
        current = self.desk.fake.project.current
        assert current is not None
        return current

    def layer(self, name: str) -> TimelineItem:
        return named(self.open, name)

    def places(self, name: str) -> list[Place]:
        """Where the layers of that name are: record frame, duration, source frame."""
        items = (item for item in self.open.items("video") if item.name.startswith(name))
        return sorted((item.start - self.open.start, item.duration, item.left) for item in items)


def named(timeline: Timeline, name: str) -> TimelineItem:
    (found,) = (item for item in timeline.items("video") if item.name.startswith(name))
    return found


def later_timecode(clip: Document, frames: int) -> None:
    first = rates.timecode_to_frame(clip["timecode"], 24) + frames
    clip["timecode"] = rates.frame_to_timecode(first, 24)


# --- the cut is changed on the stack and sent again ---------------------------------------------------------------


def slip_plate(timeline: Timeline) -> None:
    named(timeline, "A001").left += 5


def slipped(document: Document) -> None:
    clips(document, "PLATE")[0]["in_frame"] += 5
    for track in document["tracks"][1:]:
        later_timecode(track["clips"][0], 5)


def move_plate(timeline: Timeline) -> None:
    named(timeline, "B002").start += 52


def moved(document: Document) -> None:
    for track in document["tracks"]:
        track["clips"][1]["record_first"] = 100
    document["record_count"] = 148


def roll_plates(timeline: Timeline) -> None:
    one, other = named(timeline, "A001"), named(timeline, "B002")
    one.duration -= 6
    other.start, other.duration, other.left = other.start - 6, other.duration + 6, other.left - 6


def rolled(document: Document) -> None:
    for track in document["tracks"]:
        one, other = track["clips"]
        for clip, more in ((one, -6), (other, 6)):
            clip["record_count"] += more
            clip["frame_count"] += more
            if track["pass_name"]:
                clip["end_index"] += more
        other["record_first"] -= 6
        if track["pass_name"]:
            later_timecode(other, -6)
        else:
            other["in_frame"] -= 6


CHANGES: dict[str, tuple[Edit, Change, Place, Place]] = {
    "a plate is slipped": (slip_plate, slipped, (0, 48, 8), (48, 48, 8)),
    "a plate is moved": (move_plate, moved, (0, 48, 8), (100, 48, 8)),
    "the cut between two plates is moved": (roll_plates, rolled, (0, 42, 8), (42, 54, 8)),
}


@pytest.mark.parametrize("version", ["18.6", "20.3", "21.1"])
@pytest.mark.parametrize("case", CHANGES)
def test_layers_follow_a_plate_that_has_changed(
    entry: ModuleType, deliver: Any, at_home: Path, case: str, version: str
) -> None:
    edit, change, first, second = CHANGES[case]
    cut = Cut(entry, deliver, version)
    cut.layer("sh010_FACE").grade = "warmer"
    edit(cut.open)
    report = cut.deliver(2, change)
    for name, place in (("sh010_BODY", first), ("sh010_FACE", first), ("sh020_BODY", second), ("sh020_FACE", second)):
        assert cut.places(f"{name}_v002") == [place]
    assert cut.layer("sh010_FACE_v002").grade == "warmer"
    said = [text for text in report["by_hand"] + report["notes"] if text.startswith("'sh0") and "as delivered" in text]
    assert len(said) == 1 and len(report["by_hand"]) == (case == "a plate is moved")


def trim_faces_head(timeline: Timeline) -> None:
    face = named(timeline, "sh020_FACE")
    face.start, face.duration, face.left = face.start + 10, face.duration - 10, face.left + 10


def trim_both(timeline: Timeline) -> None:
    for name in ("sh010_BODY", "sh010_FACE"):
        old = named(timeline, name)
        old.start, old.duration, old.left = old.start + 6, 30, old.left + 6


def slip_both(timeline: Timeline) -> None:
    for name in ("sh010_BODY", "sh010_FACE"):
        named(timeline, name).left += 3


@pytest.mark.parametrize(
    ("edit", "place"), [(trim_both, (6, 30, 14)), (slip_both, (0, 48, 11))], ids=["trimmed", "slipped"]
)
def test_what_the_editor_did_to_all_layers_of_a_shot_is_carried_over(
    entry: ModuleType, deliver: Any, at_home: Path, edit: Edit, place: Place
) -> None:
    """As with linked layers. Their media covers the same source frames again: the plate is the same."""
    cut = Cut(entry, deliver)
    edit(cut.open)
    report = cut.deliver(2)
    assert cut.places("sh010_BODY_v002") == cut.places("sh010_FACE_v002") == [place]
    assert report["by_hand"] == []


def no_handles(document: Document) -> None:
    """A plate that is used from its first to its last frame, like the layers."""
    for track in document["tracks"]:
        track["clips"][0].update(in_frame=0, start_index=0 if not track["pass_name"] else 1001)
        track["clips"][0]["end_index"] = track["clips"][0]["start_index"] + 47


@pytest.mark.parametrize(("change", "timecodes"), [(no_handles, True), (unchanged, False)], ids=["whole plate", "none"])
def test_a_trim_that_may_have_been_the_cuts_is_named(
    entry: ModuleType, deliver: Any, at_home: Path, change: Change, timecodes: bool
) -> None:
    """Layers that cover their whole plate have the same media for every part of it; so may those without timecode."""
    cut = Cut(entry, deliver, change=change)
    if not timecodes:
        for item in cut.open.items("video"):
            assert item.media is not None
            item.media.properties["Start TC"] = "00:00:00:00"
        cut.desk.fake.world.footage.clear()
    trim_both(cut.open)
    head = cut.layer("sh010_FACE").left
    report = cut.deliver(2, timecodes=timecodes)
    assert cut.places("sh010_FACE_v002") == [(6, 30, head)]
    (text,) = report["by_hand"]
    assert text.startswith(
        "'sh010_BODY_v002', 'sh010_FACE_v002': placed like the older layer in 'scene_04 v001', and not"
    )


def test_a_trim_is_kept_at_one_end_and_named_where_the_other_follows_the_cut(
    entry: ModuleType, deliver: Any, at_home: Path
) -> None:
    cut = Cut(entry, deliver)
    cut.layer("sh020_FACE").duration -= 10
    roll_plates(cut.open)
    report = cut.deliver(2, rolled)
    assert cut.places("sh020_FACE_v002") == [(42, 44, 8)]
    assert cut.places("sh020_BODY_v002") == [(42, 54, 8)]
    (text,) = report["by_hand"]
    assert text.startswith("'sh020_FACE_v002': placed like the older layer")


def test_a_layer_that_may_have_been_moved_by_the_editor_is_named(
    entry: ModuleType, deliver: Any, at_home: Path
) -> None:
    """The only layer of its shot: whether its plate was moved cannot be told."""
    cut = Cut(entry, deliver, change=only("FACE"))
    cut.layer("sh020_FACE").start += 3
    (text,) = cut.deliver(2)["by_hand"]
    assert cut.places("sh020_FACE_v002") == [(48, 48, 8)]
    assert text.startswith("'sh020_FACE_v002': over the plate, as delivered; the older layer in 'scene_04 v001' is not")


def test_a_trim_over_a_plate_that_was_moved_is_named(entry: ModuleType, deliver: Any, at_home: Path) -> None:
    cut = Cut(entry, deliver)
    trim_faces_head(cut.open)
    move_plate(cut.open)
    report = cut.deliver(2, moved)
    assert cut.places("sh020_FACE_v002") == [(100, 48, 8)]
    assert "the trim of 'sh020_FACE_v002' could not be carried over: copy it from 'scene_04 v001'" in report["by_hand"]


def test_layers_of_the_same_version_follow_a_plate_that_was_moved(
    entry: ModuleType, deliver: Any, at_home: Path
) -> None:
    cut = Cut(entry, deliver)
    cut.layer("sh020_FACE").grade = "warmer"
    move_plate(cut.open)
    (text,) = cut.deliver(1, moved)["by_hand"]
    assert text.startswith("'sh020_BODY_v001', 'sh020_FACE_v001': over the plate, as delivered; the older layer in")
    assert cut.places("sh020_BODY_v001") == cut.places("sh020_FACE_v001") == [(100, 48, 8)]
    assert cut.layer("sh020_FACE").grade == "warmer"
    assert cut.places("sh010_FACE_v001") == [(0, 48, 8)]


def test_a_layer_of_the_same_version_that_only_the_editor_moved_stays_and_is_named(
    entry: ModuleType, deliver: Any, at_home: Path
) -> None:
    cut = Cut(entry, deliver)
    cut.layer("sh020_FACE").start += 200
    report = cut.deliver(1)
    assert cut.places("sh020_FACE_v001") == [(248, 48, 8)]
    (text,) = report["by_hand"]
    assert text.startswith("'sh020_FACE_v001': not over the plate, although other layers of the shot are")


def replace_plate(document: Document) -> None:
    """Another take in the place of sh020: the shot has another name."""
    for track in document["tracks"]:
        clip = track["clips"][1]
        for key in ("shot", "name", "path", "pattern"):
            clip[key] = clip[key].replace("sh020", "sh030").replace("B002C011", "C003C001")


def test_layers_of_a_shot_that_is_no_longer_in_the_cut_are_named_where_they_hide_new_ones(
    entry: ModuleType, deliver: Any, at_home: Path
) -> None:
    cut = Cut(entry, deliver)
    plate = cut.layer("B002")
    plate.media = cut.desk.fake.add_media("/plates/C003C001.[0101-0196].png", Footage(frames=96), first=101)
    plate.name = plate.media.name
    report = cut.deliver(2, replace_plate)
    assert report["by_hand"] == [
        f"'sh020_{name}_v001' hides what is under it, 'sh030_BODY_v002', 'sh030_FACE_v002': switch it off or move its "
        "track, unless that is right"
        for name in ("BODY", "FACE")
    ]


# --- the order of the layers --------------------------------------------------------------------------------------


def order_of(timeline: Timeline, shot: str) -> list[str]:
    return [
        item.name.removeprefix(f"{shot}_")[:9]
        for track in timeline.tracks["video"]
        for item in track.items
        if item.name.startswith(shot)
    ]


def swap_tracks(cut: Cut) -> None:
    tracks = cut.open.tracks["video"]
    tracks[1], tracks[2] = tracks[2], tracks[1]


def copy_body_over_face(cut: Cut) -> None:
    body = cut.layer("sh010_BODY")
    cut.desk.fake.add_item(cut.open, body.media, at=10, duration=20, track=4, left=body.left + 10)


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (swap_tracks, "'FACE v002' is over 'BODY v002' now, for 'sh010_FACE_v002', 'sh020_FACE_v002'"),
        (copy_body_over_face, "'FACE v002' is over 'BODY v002 (2)' now, for 'sh010_FACE_v002'"),
    ],
)
def test_another_order_of_the_layers_than_the_editors_is_named(
    entry: ModuleType, deliver: Any, at_home: Path, edit: Callable[[Cut], None], said: str
) -> None:
    cut = Cut(entry, deliver)
    edit(cut)
    report = cut.deliver(2)
    assert report["by_hand"] == [f"{said}: move the track if that is wrong"]


@pytest.mark.parametrize("version", ["18.6", "21.1"])
def test_a_body_on_a_second_track_is_under_the_face(
    entry: ModuleType, deliver: Any, at_home: Path, version: str
) -> None:
    """Also where tracks are only added on top."""
    cut = Cut(entry, deliver, version)
    body, tracks = cut.layer("sh010_BODY"), cut.open.tracks["video"]
    tracks[1].items.remove(body)
    tracks.insert(2, Track(name="Video 4", items=[body]))
    body.duration = 54
    cut.deliver(2)
    assert order_of(cut.open, "sh010") == ["BODY_v002", "FACE_v002"]


def only(name: str) -> Change:
    def change(document: Document) -> None:
        document["tracks"] = [track for track in document["tracks"] if track["pass_name"] in (None, name)]

    return change


@pytest.mark.parametrize("flags", [(), ("--beside",)], ids=["in place", "beside"])
def test_a_face_that_is_delivered_alone_is_over_the_body_that_is_there(
    entry: ModuleType, deliver: Any, at_home: Path, flags: tuple[str, ...]
) -> None:
    cut = Cut(entry, deliver, change=only("BODY"))
    first = cut.deliver(1, only("FACE"), *flags)
    assert order_of(cut.open, "sh010") == ["BODY_v001", "FACE_v001"]
    report = cut.deliver(2, only("FACE"), *flags)
    shown = [each for each in order_of(cut.open, "sh010") if each != "FACE_v001"]
    assert shown == ["BODY_v001", "FACE_v002"]
    assert first["by_hand"] == report["by_hand"] == []


# --- slips and speeds that a script cannot set --------------------------------------------------------------------


def speed(percent: float) -> Change:
    def change(document: Document) -> None:
        for track in document["tracks"]:
            clip = track["clips"][0]
            clip.update(speed=percent / 100, frame_count=round(48 * abs(percent) / 100))
            clip["end_index"] += 100

    return change


def on_twos(document: Document) -> None:
    clips(document, "FACE")[0].update(fps=12.0, frame_count=24, in_frame=4, end_index=1032)


@pytest.mark.parametrize("version", ["20.3", "21.1"])
@pytest.mark.parametrize(
    "change", [speed(200), speed(50), speed(-100), on_twos], ids=["200 %", "50 %", "reversed", "on twos"]
)
def test_a_slip_that_cannot_be_carried_over_is_named(
    entry: ModuleType, deliver: Any, at_home: Path, change: Change, version: str
) -> None:
    said = "the slip of 'sh010_FACE_v002' could not be carried over: copy it from 'scene_04 v001'"
    for frames in (0, 3):
        cut = Cut(entry, deliver, version, change)
        for name in ("sh010_BODY", "sh010_FACE"):  # before 21.1 the editor sets the speed, as told
            cut.layer(name).speed, cut.layer(name).enabled = cut.layer("A001").speed, True
        cut.layer("sh010_FACE").left += frames
        told = [text for text in cut.deliver(2)["by_hand"] if "carried over" in text or "cannot be told" in text]
        assert told == ([said] if frames else [])


@pytest.mark.parametrize("version", ["18.6", "19.1", "20.3", "21.1"])
@pytest.mark.parametrize("retimed", [(200.0, 24), (-100.0, 40), (-100.0, 48)])
def test_a_layer_that_the_editor_retimed_comes_back_as_delivered_and_is_named(
    entry: ModuleType, deliver: Any, at_home: Path, version: str, retimed: tuple[float, int]
) -> None:
    cut = Cut(entry, deliver, version)
    face = cut.layer("sh010_FACE")
    face.speed, face.duration = retimed
    report = cut.deliver(2)
    assert cut.places("sh010_FACE_v002") == [(0, 48, 8)]
    assert report["by_hand"] == [
        "the speed of 'sh010_FACE_v002' could not be carried over: copy it from 'scene_04 v001'"
    ]


def test_a_retimed_layer_that_the_editor_set_to_normal_speed_is_named(
    entry: ModuleType, deliver: Any, at_home: Path
) -> None:
    cut = Cut(entry, deliver, change=speed(200))
    cut.layer("sh010_FACE").speed = 100.0
    report = cut.deliver(2)
    assert cut.layer("sh010_FACE_v002").speed == 200.0
    assert "the speed of 'sh010_FACE_v002' could not be carried over: copy it from 'scene_04 v001'" in report["by_hand"]


def test_layers_of_a_plate_with_another_speed_get_that_and_are_named(
    entry: ModuleType, deliver: Any, at_home: Path
) -> None:
    cut = Cut(entry, deliver, change=speed(200))
    cut.layer("A001").speed = 100.0
    report = cut.deliver(2, unchanged)
    assert cut.layer("sh010_FACE_v002").speed == cut.layer("sh010_BODY_v002").speed == 100.0
    (text,) = report["by_hand"]
    assert text.startswith("'sh010_BODY_v002', 'sh010_FACE_v002': at the speed that is delivered; the older layer in")


def test_where_resolve_tells_no_speeds_that_is_said(entry: ModuleType, deliver: Any, at_home: Path) -> None:
    cut = Cut(entry, deliver, "18.6")
    cut.desk.fake.behaviour.refuses_exports = True
    assert any("does not tell the speed of the older layer" in text for text in cut.deliver(2)["by_hand"])


@pytest.mark.parametrize("version", ["18.6", "19.1", "20.3", "21.1"])
@pytest.mark.parametrize("speeds", [(100.0, 200.0), (200.0, 100.0), (100.0, -100.0)])
def test_a_plate_with_another_speed_than_when_it_was_sent_is_not_used(
    entry: ModuleType, deliver: Any, at_home: Path, version: str, speeds: tuple[float, float]
) -> None:
    def from_its_start(document: Document) -> None:
        clips(document, "PLATE")[0]["in_frame"] = 0
        speed(speeds[0])(document)

    desk = Desk(deliver, Behaviour(version=VERSIONS[version]), change=from_its_start)
    named(desk.sent, "A001").speed = speeds[1]
    report = start_in(entry, desk, str(desk.path))
    assert report["made_from"] is None
    assert any("was not used: 'A001C003' is no longer at frame 86400, or shows" in note for note in report["by_hand"])


def test_the_golden_layers_have_the_timecodes_of_their_plates() -> None:
    """Otherwise these tests show nothing."""
    first = {clip["shot"]: clip for clip in clips(golden(), "PLATE")}
    for clip in clips(golden(), "BODY"):
        plate = first[clip["shot"]]
        source = [rates.timecode_to_frame(one["timecode"], 24) + one["in_frame"] for one in (clip, plate)]
        assert source[0] == source[1]
