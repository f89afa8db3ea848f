"""Pictures in, tracks out: the real model on small clips whose truth is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.faces._footage import Person, Picture, grey, mirror, shot_of, states
from toolkit.demo import make_demo, read_ground_truth
from toolkit.demo.motion import FLOAT_AWAY, FaceKey, HeadKey
from toolkit.documents import DropReason, FaceState, FaceTracks, Shot
from toolkit.faces import FaceModels, track_faces, track_key
from toolkit.frames import FrameRange
from toolkit.plates import open_plate
from toolkit.settings import TrackSettings

Clip = Callable[[Sequence[Picture]], Shot]
Track = Callable[..., FaceTracks]


@pytest.fixture(scope="module")
def bert(anna: Person) -> Person:
    return mirror(anna)


@pytest.mark.usefixtures("demo_pictures")
def test_the_known_motion_is_measured_within_one_per_cent_and_a_degree_and_a_half(track: Track, tmp_path: Path) -> None:
    """With motion, scale, roll and expressions, out of the frame on the left and back: in every FOUND frame.

    Positions are compared as motion: a constant offset between our centre and the ground truth's is ignored.
    """
    head = [(0, 900, 360, 150, -24), (16, 560, 380, 240, 26), (30, -260, 330, 230, 0), (44, 500, 350, 200, 12)]
    acting = [(0, 0, 0), (6, 0.9, 0), (12, 0.1, 1), (17, 1, 1), (44, 0, 0)]
    motion = replace(
        FLOAT_AWAY,
        name="through",
        media="through.mov",
        source_range=FrameRange.of(0, 45),
        timecode_first=0,
        head=tuple(HeadKey(frame=f, x=x, y=y, height=height, roll=roll) for f, x, y, height, roll in head),
        face=tuple(FaceKey(frame=f, mouth=mouth, brows=brows) for f, mouth, brows in acting),
    )
    make_demo(tmp_path, shots=[motion])
    (truth,) = read_ground_truth(tmp_path).shots
    (face,) = track(shot_of(tmp_path / "through.mov")).faces
    found = [(seen, true) for seen, true in zip(face.samples, truth.faces, strict=True) if seen.state == "FOUND"]
    assert len(found) >= 28
    assert face.samples[0].state is face.samples[-1].state is FaceState.FOUND
    assert all(seen.state is FaceState.ABSENT for seen in face.samples[28:33]), "she is outside"
    errors = np.array([np.subtract(seen.centre, true.centre) / true.width for seen, true in found])  # type: ignore[arg-type]
    assert np.hypot(*(errors - np.median(errors, axis=0)).T).max() < 0.01
    assert max(abs(seen.roll - true.roll) for seen, true in found if seen.roll is not None) < 1.5
    sizes = np.array([seen.scale / true.scale for seen, true in found if seen.scale])
    assert np.abs(sizes / np.median(sizes) - 1).max() < 0.03


def test_without_a_face_there_are_no_tracks(clip: Clip, track: Track) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (180, 320, 3), dtype=np.uint8)
    tracks = track(clip([grey(320, 180)] * 4 + [noise] * 4))
    assert tracks.faces == ()
    assert (tracks.width, tracks.height) == (320, 180)


def test_two_faces_are_two_tracks_with_the_largest_first(clip: Clip, track: Track, anna: Person, bert: Person) -> None:
    def frame(index: int) -> Picture:
        left = bert.composite_over(grey(), 130 + 3 * index, 130, height=100)
        return anna.composite_over(left, 470 - 3 * index, 140, height=130, roll=index)

    shot = clip([frame(index) for index in range(8)])
    tracks = track(shot)
    assert [states(face) for face in tracks.faces] == ["FFFFFFFF"] * 2
    large, small = ([sample.centre for sample in face.samples] for face in tracks.faces)
    assert all(a and b and a[0] > b[0] for a, b in zip(large, small, strict=True)), "identities do not swap"
    (only,) = track(shot, max_faces=1).faces
    assert only.face == 0
    assert [sample.centre for sample in only.samples] == large


def test_the_setting_limits_the_faces_at_once_and_what_is_left_out_is_counted(
    clip: Clip, track: Track, anna: Person, bert: Person
) -> None:
    """One face leaves before the second comes; then a third, smaller one is there together with the second."""
    first = [anna.composite_over(grey(), 150, 140, height=110)] * 8
    second = [bert.composite_over(grey(), 480, 140, height=110)] * 8
    third = [anna.composite_over(frame, 150, 150, height=80, roll=8) for frame in second]
    alone = track(clip(first + second), max_faces=1)
    assert [states(face) for face in alone.faces] == ["F" * 8 + "." * 8, "." * 8 + "F" * 8]
    assert alone.left_out == 0
    crowded = track(clip(second + third), max_faces=1)
    assert [states(face) for face in crowded.faces] == ["F" * 16]
    assert crowded.left_out == 1
    (who,) = crowded.dropped
    assert (who.reason, who.found, who.dropped, who.source_range) == (DropReason.CROWDED, 8, 8, FrameRange.of(9, 8))
    assert who.height == pytest.approx(80, rel=0.1) and who.roll == pytest.approx(8, abs=3)
    assert who.centre == pytest.approx((150, 150), abs=8)
    assert track(clip(second + third)).left_out == 0


def test_faces_that_pass_in_front_of_each_other_keep_their_identities(
    clip: Clip, track: Track, anna: Person, bert: Person
) -> None:
    def frame(index: int) -> Picture:
        behind = bert.composite_over(grey(), 120 + 20 * index, 150, height=120)
        return anna.composite_over(behind, 520 - 20 * index, 170, height=130)

    front, back = track(clip([frame(index) for index in range(20)])).faces
    assert states(front) == "F" * 20
    assert states(back).strip("F").strip(".") == "", "hidden once, while she is in front of him"
    assert 3 <= states(back).count(".") <= 7
    left, right = back.samples[0].centre, back.samples[-1].centre
    assert left and right and right[0] - left[0] == pytest.approx(20 * 19, abs=4)


def test_a_still_with_a_face_is_a_shot_of_one_frame(clip: Clip, track: Track, anna: Person) -> None:
    (face,) = track(clip([anna.photograph])).faces
    assert states(face) == "F"


@pytest.mark.parametrize(
    ("eyes", "count"),
    [((320, 320), 1), ((320, 40), 1), ((12, 150), 0), ((628, 150), 0), ((320, -25), 0)],
    ids=["mouth and chin below the frame", "brow above it", "an eye left of it", "an eye right of it", "eyes above it"],
)
def test_a_face_is_found_while_both_eyes_are_in_the_frame(
    eyes: tuple[float, float], count: int, clip: Clip, track: Track, anna: Person
) -> None:
    """With an eye outside, the placement would be wrong by up to 6 % of the face's width."""
    tracks = track(clip([anna.composite_over(grey(), *eyes, height=150)] * 2))
    assert len(tracks.faces) == count


@pytest.mark.parametrize(("hold", "expected"), [(6, "FFFFFhhhFFFF"), (2, "FFFFF...FFFF")])
def test_a_face_hidden_for_three_frames_is_held_or_absent_as_set(
    hold: int, expected: str, clip: Clip, track: Track, anna: Person
) -> None:
    frames = [anna.composite_over(grey(), 300 + 4 * index, 130, height=120) for index in range(12)]
    frames[5:8] = [grey()] * 3
    (face,) = track(clip(frames), hold=hold).faces
    assert states(face) == expected


def test_a_face_that_returns_after_a_long_time_keeps_its_identity(clip: Clip, track: Track, anna: Person) -> None:
    there = [anna.composite_over(grey(), x, 130, height=120) for x in (500, 540)]
    back = [anna.composite_over(grey(), x, 150, height=110) for x in (140, 150)]
    (face,) = track(clip([there[0]] * 4 + [there[1]] * 3 + [grey()] * 10 + [back[0]] * 3 + [back[1]] * 3)).faces
    assert states(face) == "FFFFFFF..........FFFFFF"


def test_a_cut_to_another_face_ends_the_identity(clip: Clip, track: Track, anna: Person, bert: Person) -> None:
    one, other = (person.composite_over(grey(), 320, 130, height=120) for person in (anna, bert))
    tracks = track(clip([one] * 6 + [other] * 5 + [one] * 3))
    assert [states(face) for face in tracks.faces] == ["FFFFFF.....FFF", "......FFFFF..."]


def test_a_small_face_is_found_in_the_fine_view_and_followed_back_to_its_first_frame(
    clip: Clip, track: Track, anna: Person
) -> None:
    """It enters in the fourth frame; the fine view is searched in the first and in the thirteenth."""
    frames = [anna.composite_over(grey(1920, 1080), 700 + 5 * i, 200, height=24) for i in range(16)]
    shot = clip([grey(1920, 1080)] * 3 + frames[3:])
    (face,) = track(shot, min_size=16).faces
    assert states(face) == "..." + "F" * 13
    assert track(shot, min_size=16, tiles=False).faces == ()


def test_a_face_below_the_minimum_size_is_dropped_and_named(clip: Clip, track: Track, anna: Person) -> None:
    frames = [anna.composite_over(grey(960, 540), 700 + 5 * i, 200, height=52) for i in range(16)]
    small = track(clip([grey(960, 540)] * 3 + frames[3:]), min_size=80)
    assert small.faces == ()
    assert [(who.reason, who.found, round(who.height, -1)) for who in small.dropped] == [(DropReason.SMALL, 13, 50)]


def test_a_second_face_that_enters_shortly_before_the_end_is_found(
    clip: Clip, track: Track, anna: Person, bert: Person
) -> None:
    """The turn of its part of the frame would come after the last frame."""
    both = [anna.composite_over(grey(), 150, 140, height=110) for _ in range(20)]
    both[14:] = [bert.composite_over(frame, 500, 140, height=90) for frame in both[14:]]
    first, second = track(clip(both)).faces
    assert states(first) == "F" * 20
    assert states(second) == "." * 14 + "F" * 6


def test_a_face_seen_in_four_frames_only_is_discarded_as_noise(clip: Clip, track: Track, anna: Person) -> None:
    seen = anna.composite_over(grey(), 320, 130, height=120)
    found = track(clip([grey()] * 5 + [seen] * 4 + [grey()] * 5))
    assert found.faces == ()
    assert [(who.reason, who.source_range) for who in found.dropped] == [(DropReason.BRIEF, FrameRange.of(6, 4))]


def test_tracking_is_deterministic(clip: Clip, track: Track, anna: Person, bert: Person) -> None:
    both = [
        bert.composite_over(anna.composite_over(grey(), 480, 130, height=120, roll=2 * i), 150 + 2 * i, 130, height=90)
        for i in range(10)
    ]
    shot = clip(both)
    assert track(shot).model_dump_json() == track(shot).model_dump_json()


def test_the_key_depends_on_everything_that_matters_and_nothing_else(
    clip: Clip, face_models: FaceModels, tmp_path: Path
) -> None:
    shot = clip([grey(64, 48)] * 3)

    def key(shot: Shot = shot, settings: TrackSettings = TrackSettings(), **files: Path) -> str:  # noqa: B008
        with open_plate(shot.media) as plate:
            return track_key(shot, plate, settings, replace(face_models, **files))

    other_model = tmp_path / "other.task"
    other_model.write_bytes(b"another model")
    same_model = tmp_path / "same.task"
    same_model.write_bytes(face_models.finder.read_bytes())
    shorter = shot.model_copy(update={"source_work_range": FrameRange(first=1, last=2)})
    others = key(landmarker=other_model), key(finder=other_model)
    keys = {key(), key(settings=TrackSettings(hold=3)), *others, key(shorter)}
    assert len(keys) == 5
    assert key(finder=same_model) == key()
    with open_plate(shot.media) as plate:
        assert track_faces(shot, plate, TrackSettings(), face_models, lambda _: None).key == key()
    changed = tmp_path / "plate.0002.png"
    changed.write_bytes((tmp_path / "plate.0001.png").read_bytes() + b"\0")
    assert key() not in keys
