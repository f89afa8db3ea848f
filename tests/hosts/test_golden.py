"""The delivery both hosts are tested with is a delivery the toolkit itself would accept."""

from __future__ import annotations

from fractions import Fraction

import pytest

from tests.hosts.delivered import GOLDEN
from toolkit.documents import Delivery
from toolkit.frames import frames_from_timecode


@pytest.fixture(scope="module")
def delivery() -> Delivery:
    return Delivery.read(GOLDEN)


def test_the_golden_delivery_is_read_by_the_toolkit(delivery: Delivery) -> None:
    assert [track.name for track in delivery.tracks] == ["PLATE", "BODY v001", "FACE v001"]
    assert [track.pass_name for track in delivery.tracks] == [None, "BODY", "FACE"]


def test_it_starts_at_the_hour(delivery: Delivery) -> None:
    assert delivery.start_frame == frames_from_timecode(delivery.start_timecode, delivery.rate) == 86400


def test_the_tracks_are_equally_long_and_without_overlaps(delivery: Delivery) -> None:
    for track in delivery.tracks:
        ends = [0]
        for clip in track.clips:
            assert clip.record_first >= ends[-1]
            ends.append(clip.record_first + clip.record_count)
        assert ends[-1] == delivery.record_count


def test_every_clip_lies_inside_its_media(delivery: Delivery) -> None:
    for track in delivery.tracks:
        for clip in track.clips:
            assert clip.in_frame + clip.frame_count <= clip.end_index - clip.start_index + 1
            assert clip.rate == Fraction(24) == delivery.rate
            assert clip.pattern == "" or clip.path.endswith("/" + clip.pattern % clip.start_index)


def test_layers_have_handles_and_show_what_the_plate_shows(delivery: Delivery) -> None:
    plates = {clip.shot: clip for clip in delivery.tracks[0].clips}
    for track in delivery.tracks[1:]:
        for clip in track.clips:
            plate = plates[clip.shot]
            assert clip.in_frame == 8
            label = frames_from_timecode(clip.timecode, clip.rate) + clip.in_frame
            assert label == frames_from_timecode(plate.timecode, plate.rate) + plate.in_frame
            assert clip.record_first == plate.record_first


def test_face_keys_are_equally_long_and_leave_out_frames_without_a_face(delivery: Delivery) -> None:
    for face in delivery.faces:
        lengths = {len(face.frames), len(face.states), len(face.x), len(face.y)}
        assert lengths | {len(face.scale), len(face.roll), len(face.corners)} == {len(face.frames)}
        assert list(face.frames) == sorted(set(face.frames))
        assert face.scale[0] == 100.0
    assert 40 not in delivery.faces[1].frames
