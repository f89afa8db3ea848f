"""From detections to identities and to one sample per frame, without pictures."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces._footage import Person, states
from tests.faces.test_geometry import face
from toolkit.documents import FaceSample, FaceState, FaceTrack, FaceTracks
from toolkit.faces.detect import Reading
from toolkit.faces.identity import group_by_identity
from toolkit.faces.keypoints import KEYPOINT_COUNT
from toolkit.faces.person import Person as Known
from toolkit.faces.pose import CanonicalFace
from toolkit.faces.samples import build_samples
from toolkit.faces.smooth import smooth_over_time
from toolkit.faces.thumbnail import THUMBNAIL_SIZE
from toolkit.faces.tracklet import Detection, Tracklet, detect_near, is_same_face, similarity
from toolkit.faces.upright import CANVAS, FacePlacement, canvas_affine, measure_placement
from toolkit.frames import FrameRange
from toolkit.settings import TrackSettings

CHIN = 152
RANGE = FrameRange(first=100, last=119)


def thumbnail(seed: int) -> NDArray[np.float16]:
    values = np.random.default_rng(seed).normal(size=THUMBNAIL_SIZE * THUMBNAIL_SIZE * 3)
    values -= values.mean()
    return (values / np.linalg.norm(values)).astype(np.float16)


def detection(
    source_frame: int,
    *,
    x: float = 0.0,
    y: float = 0.0,
    scale: float = 2.0,
    roll: float = 0.0,
    looks: int = 0,
    smile: float = 0.0,
) -> Detection:
    """A face with the point between its eyes at (400 + ``x``, 200 + ``y``)."""
    landmarks = face(scale=scale, roll=roll)
    eyes = measure_placement(landmarks)
    landmarks[:, :2] += (400 + x - eyes.x, 200 + y - eyes.y)
    return Detection(
        source_frame=source_frame,
        placement=measure_placement(landmarks),
        landmarks=landmarks,
        blendshapes=np.full(52, smile, dtype=np.float32),
        thumbnail=thumbnail(looks),
    )


@pytest.fixture(scope="module")
def canonical(model: Path) -> CanonicalFace:
    return CanonicalFace.load(model)


def samples(canonical: CanonicalFace, *detections: Detection, hold: int = 6, smooth: int = 2) -> tuple[FaceSample, ...]:
    person = Known(detections={seen.source_frame: seen for seen in detections})
    settings = TrackSettings(hold=hold, smooth=smooth)
    return build_samples(person, RANGE, settings, canonical, width=1280, height=720)


@pytest.mark.parametrize(
    ("hold", "expected"),
    [
        (6, "..FFFhhhFFF........."),
        (3, "..FFFhhhFFF........."),
        (2, "..FFF...FFF........."),
        (0, "..FFF...FFF........."),
    ],
)
def test_a_gap_between_detections_is_held_up_to_the_setting(hold: int, expected: str, canonical: CanonicalFace) -> None:
    seen = [detection(frame) for frame in (102, 103, 104, 108, 109, 110)]
    assert states(FaceTrack(face=0, samples=samples(canonical, *seen, hold=hold))) == expected


def test_an_absent_sample_has_a_frame_number_only(canonical: CanonicalFace) -> None:
    absent = samples(canonical, detection(105))[0]
    assert absent == FaceSample(source_frame=100, state=FaceState.ABSENT)


def test_a_frame_more_at_the_end_leaves_the_samples_before_it_as_they_are(canonical: CanonicalFace) -> None:
    """Else every picture of the face would be painted again. Smoothing reaches over the last two."""
    seen = [detection(frame, x=3 * (frame % 3), smile=frame % 4 / 4) for frame in range(100, 116)]
    for one in seen:  # the nose acts, and with it the point that the centre is measured at
        one.landmarks[:, 1] += np.float32(0.3 * (one.source_frame % 5)) * (one.landmarks[:, 1] > one.placement.y)
    shorter, longer = ([one.model_dump_json() for one in samples(canonical, *some)] for some in (seen[:12], seen))

    assert shorter[:10] == longer[:10]
    assert shorter[11] != longer[11]


def test_a_gap_across_a_jump_is_not_held(canonical: CanonicalFace) -> None:
    built = samples(canonical, detection(104), detection(107, x=500))
    assert states(FaceTrack(face=0, samples=built)) == "....F..F............"


def test_a_gap_with_another_person_in_the_same_place_is_not_held(canonical: CanonicalFace) -> None:
    seen = Known(detections={frame: detection(frame) for frame in (103, 104, 107, 108)})

    def states_with(by: Detection) -> str:
        built = build_samples(
            seen, RANGE, TrackSettings(), canonical, others=[{by.source_frame: by}], width=1280, height=720
        )
        return states(FaceTrack(face=0, samples=built))

    assert states_with(detection(105, x=20, looks=1)) == "...FF..FF..........."
    assert states_with(detection(105, x=300, looks=1)) == "...FFhhFF..........."
    assert states_with(detection(106, x=20, looks=1)) == "...FF..FF..........."
    assert states_with(detection(110, looks=1)) == "...FFhhFF..........."
    assert states_with(detection(104, looks=1)) == states_with(detection(107, looks=1)) == "...FFhhFF..........."


def test_the_place_of_a_hidden_face_is_where_it_was_last_detected(canonical: CanonicalFace) -> None:
    places = ((103, 0), (104, 0), (107, 110), (108, 110))
    seen = Known(detections={frame: detection(frame, x=x) for frame, x in places})

    def states_with(x: float) -> str:
        others = [{105: detection(105, x=x, looks=1)}]
        built = build_samples(seen, RANGE, TrackSettings(), canonical, others=others, width=1280, height=720)
        return states(FaceTrack(face=0, samples=built))

    assert states_with(-40) == "...FF..FF..........."
    assert states_with(150) == "...FFhhFF..........."


def test_a_few_frames_with_a_moved_nose_do_not_move_the_centre(canonical: CanonicalFace) -> None:
    seen = [detection(100 + i) for i in range(20)]
    expected = samples(canonical, *seen)[0].centre
    for one in seen[5:9]:
        one.landmarks[[195, 5, 4], 0] += 25  # not among the rigid landmarks
    assert [sample.centre for sample in samples(canonical, *seen)] == [pytest.approx(expected, abs=1e-6)] * 20


def test_a_held_face_is_interpolated_between_its_neighbours(canonical: CanonicalFace) -> None:
    before, after = detection(104, roll=-30, smile=0.0), detection(106, x=60, y=30, scale=2.42, roll=30, smile=1.0)
    held = samples(canonical, before, after)[5]
    assert held.state is FaceState.HELD
    assert held.scale == pytest.approx(np.sqrt(before.placement.scale * after.placement.scale))
    assert held.roll == pytest.approx((before.placement.roll + after.placement.roll) / 2)
    assert held.blendshapes == pytest.approx([0.5] * 52)
    assert held.landmarks is not None
    middle = measure_placement(held.landmarks)
    assert middle.scale == pytest.approx(held.scale, rel=1e-4), "blending rotated points would shrink the face"
    assert middle.x == pytest.approx((before.placement.x + after.placement.x) / 2, abs=0.01)
    assert middle.y == pytest.approx((before.placement.y + after.placement.y) / 2, abs=0.01)
    assert held.pose is not None
    rotation = np.reshape(held.pose, (4, 4))[:3, :3]
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-5)


@pytest.mark.parametrize(("first", "last"), [(172, -178), (-178, 172)])
def test_a_held_face_rolls_the_short_way_round(first: float, last: float, canonical: CanonicalFace) -> None:
    """The astronaut's head is tilted by 3 degrees: 175 to -175 degrees, over 180."""
    held = samples(canonical, detection(104, roll=first), detection(106, roll=last))[5]
    assert held.roll is not None
    assert abs(held.roll) == pytest.approx(180, abs=0.5)
    assert held.landmarks is not None
    assert abs(measure_placement(held.landmarks).roll) == pytest.approx(180, abs=0.5)


def test_a_held_face_has_the_shape_between_its_neighbours(canonical: CanonicalFace) -> None:
    before, after = detection(104), detection(106)
    after.landmarks[:, 1] += 40
    after.landmarks[CHIN, 1] += 12
    after = replace(after, placement=measure_placement(after.landmarks))
    held = samples(canonical, before, after)[5]
    assert held.landmarks is not None
    assert held.landmarks == pytest.approx((before.landmarks + after.landmarks) / 2, abs=0.01)


@pytest.mark.parametrize("smooth", [0, 2, 4])
def test_centre_scale_and_roll_are_smoothed_over_the_set_number_of_frames(
    smooth: int, canonical: CanonicalFace
) -> None:
    signs = [(-1) ** i for i in range(20)]
    seen = [detection(100 + i, x=sign, scale=2 + 0.01 * sign, roll=0.3 * sign) for i, sign in enumerate(signs)]
    built = samples(canonical, *seen, smooth=smooth)
    rolls = [detection.placement.roll for detection in seen]
    scales = [np.log(detection.placement.scale) for detection in seen]
    assert built[10].roll == pytest.approx(smooth_over_time(np.array(rolls), smooth)[10], abs=1e-9)
    assert built[10].scale == pytest.approx(np.exp(smooth_over_time(np.array(scales), smooth)[10]), rel=1e-9)
    assert (built[10].roll == pytest.approx(rolls[10], abs=1e-9)) == (smooth == 0)


def test_the_pose_is_that_of_the_landmarks_in_the_whole_plate(canonical: CanonicalFace) -> None:
    one = detection(105, x=300, roll=20)
    built = samples(canonical, one)[5]
    assert built.pose is not None
    (expected,) = canonical.solve_poses(one.landmarks[None], width=1280, height=720)
    assert np.reshape(built.pose, (4, 4)) == pytest.approx(expected, abs=1e-6)


def test_the_roll_of_a_face_that_returns_continues_from_its_last_one(canonical: CanonicalFace) -> None:
    """It leaves at 240 degrees: the nearest equivalent of -40 degrees is then 320."""
    leaving = [detection(100 + i, roll=60 * i) for i in range(5)]
    built = samples(canonical, *leaving, detection(117, roll=-40), smooth=0)
    assert built[4].roll == pytest.approx(leaving[0].placement.roll + 240, abs=0.1)
    assert built[17].roll == pytest.approx(leaving[0].placement.roll + 320, abs=0.1)


def test_landmarks_are_not_smoothed(canonical: CanonicalFace) -> None:
    jittery = [detection(100 + i, x=(-1) ** i) for i in range(20)]
    for seen, sample in zip(jittery, samples(canonical, *jittery), strict=True):
        assert sample.landmarks is not None
        assert np.abs(sample.landmarks - seen.landmarks).max() < 6e-4


def test_the_centre_is_smoothed_and_lies_on_the_nose(canonical: CanonicalFace) -> None:
    jittery = [detection(100 + i, x=(-1) ** i) for i in range(20)]
    built = samples(canonical, *jittery)
    x = np.array([sample.centre[0] for sample in built if sample.centre])
    assert np.abs(x[2:-2] - x[2:-2].mean()).max() < 0.6
    nose = detection(100).landmarks[[6, 5], :2].mean(axis=0)
    assert built[10].centre == pytest.approx(nose, abs=0.05 * jittery[0].placement.scale)


def test_a_jump_is_not_smoothed(canonical: CanonicalFace) -> None:
    seen = [detection(100 + i, x=0 if i < 10 else 400) for i in range(20)]
    x = [sample.centre[0] for sample in samples(canonical, *seen) if sample.centre]
    assert x[9] == pytest.approx(x[0])
    assert x[10] == pytest.approx(x[19])


def test_rolls_continue_past_half_a_turn_even_after_a_gap(canonical: CanonicalFace) -> None:
    seen = [detection(100 + i, roll=150 + 5 * i) for i in range(20) if not 6 <= i < 15]
    rolls = [sample.roll for sample in samples(canonical, *seen) if sample.roll is not None]
    assert rolls == pytest.approx([153 + 5 * i for i in range(20) if not 6 <= i < 15], abs=0.5)


def test_a_track_read_back_from_disk_equals_the_one_that_was_written(canonical: CanonicalFace, tmp_path: Path) -> None:
    built = samples(canonical, *(detection(100 + i, x=i / 3, roll=i / 7, smile=i / 77) for i in range(20) if i != 7))
    tracks = FaceTracks(
        shot="sh010",
        key="k",
        width=1280,
        height=720,
        source_range=RANGE,
        blendshape_names=("a",),
        faces=(FaceTrack(face=0, samples=built),),
    )
    tracks.write(tmp_path / "face_track.json")
    text = (tmp_path / "face_track.json").read_text()
    assert json.loads(text) == json.loads(tracks.model_dump_json(by_alias=True))
    assert sum('"source_frame":107,' in line for line in text.splitlines()) == 1, "one line per frame"
    (again,) = FaceTracks.read(tmp_path / "face_track.json").faces
    for sample, reread in zip(built, again.samples, strict=True):
        assert (sample.landmarks == reread.landmarks).all()  # type: ignore[union-attr]
        assert sample.model_dump(exclude={"landmarks"}) == reread.model_dump(exclude={"landmarks"})


def tracklet(*detections: Detection) -> Tracklet:
    return Tracklet(
        reader=None,  # type: ignore[arg-type]  # not used
        detections={seen.source_frame: seen for seen in detections},
        last=detections[-1],
    )


def test_a_face_that_returns_with_the_same_look_keeps_its_identity() -> None:
    first = tracklet(*(detection(frame, looks=1) for frame in range(100, 105)))
    again = tracklet(*(detection(frame, looks=1, x=600) for frame in range(112, 117)))
    (person,) = group_by_identity([first, again])
    assert list(person.detections) == [100, 101, 102, 103, 104, 112, 113, 114, 115, 116]


def test_another_face_in_the_same_place_is_another_identity() -> None:
    first = tracklet(*(detection(frame, looks=1) for frame in range(100, 105)))
    other = tracklet(*(detection(frame, looks=2) for frame in range(105, 110)))
    assert len(group_by_identity([first, other])) == 2


def test_two_faces_in_one_frame_are_two_identities_however_similar() -> None:
    left = tracklet(*(detection(frame, looks=1) for frame in range(100, 105)))
    right = tracklet(*(detection(frame, looks=1, x=500) for frame in range(104, 110)))
    assert len(group_by_identity([left, right])) == 2


def test_two_people_who_leave_and_return_keep_their_identities() -> None:
    tracklets = [
        tracklet(detection(100, looks=1)),
        tracklet(detection(100, looks=2, x=500)),
        tracklet(detection(110, looks=2)),
        tracklet(detection(110, looks=1, x=500)),
    ]
    people = group_by_identity(tracklets)
    assert sorted(tuple(seen.placement.x > 600 for seen in person.detections.values()) for person in people) == [
        (False, True),
        (True, False),
    ]


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"x": 120}, True),
        ({"x": 200}, False),
        ({"scale": 2.4}, True),
        ({"scale": 3.0}, False),
        ({"looks": 1}, False),
    ],
    ids=[
        "still",
        "half a face farther",
        "a whole face farther",
        "a fifth larger",
        "one and a half times as large",
        "another look",
    ],
)
def test_one_face_does_not_jump_or_change_its_size_or_look_between_two_frames(
    changed: dict[str, float], same: bool
) -> None:
    assert is_same_face(detection(100), detection(101, **changed)) is same  # type: ignore[arg-type]


class CanvasReader:
    """Always reads the astronaut's face, where the canvas around ``placement`` shows it."""

    def __init__(self, placement: FacePlacement) -> None:
        matrix = canvas_affine(placement)
        self.landmarks = face()
        self.landmarks[:, :2] = self.landmarks[:, :2] @ matrix[:, :2].T + matrix[:, 2]

    def aim(self, around: FacePlacement, *, zoom: float) -> NDArray[np.float64]:
        return canvas_affine(around, zoom=zoom)

    def read(self, canvas: NDArray[np.uint8]) -> Reading:
        assert canvas.shape == (CANVAS, CANVAS, 3)
        shapes, agreement = np.zeros(52, np.float32), np.zeros((KEYPOINT_COUNT, 2), np.float32)
        return Reading(landmarks=self.landmarks, blendshapes=shapes, disagreement=agreement)


def test_similarity_ignores_exposure_and_contrast_and_sees_another_face(anna: Person) -> None:
    """Thumbnails are stored in half precision, with mean 0 and norm 1."""
    photograph, placement = anna.photograph, measure_placement(face())
    darker = np.rint(photograph * 0.5 + 20).astype(np.uint8)
    upside_down = photograph.copy()
    upside_down[40:200, 140:300] = photograph[40:200, 140:300][::-1]
    one, dark, other = (
        detect_near(CanvasReader(placement), picture, placement, 100)  # type: ignore[arg-type]
        for picture in (photograph, darker, upside_down)
    )
    assert one is not None and dark is not None and other is not None
    assert one.thumbnail.dtype == np.float16
    assert one.thumbnail.astype(np.float64).mean() == pytest.approx(0, abs=1e-4)
    assert similarity(one, one) == pytest.approx(1, abs=1e-3)
    assert similarity(one, dark) == pytest.approx(1, abs=2e-3)
    assert similarity(one, other) < 0.5


@pytest.mark.parametrize(("correlation", "same"), [(0.652, True), (0.648, False)])
def test_half_precision_does_not_change_whether_two_faces_are_the_same(correlation: float, same: bool) -> None:
    """The minimum is 0.65: the rounding of thumbnails must not shift it by 0.002."""
    for seed in range(20):
        one, noise = (thumbnail(2 * seed + half).astype(np.float64) for half in (0, 1))
        noise -= (noise @ one) * one / (one @ one)
        noise /= np.linalg.norm(noise)
        mixed = correlation * one / np.linalg.norm(one) + np.sqrt(1 - correlation**2) * noise
        here = replace(detection(100), thumbnail=one.astype(np.float16))
        there = replace(detection(101), thumbnail=mixed.astype(np.float16))
        assert is_same_face(here, there) is same
