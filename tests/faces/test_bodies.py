"""People: detection on real pixels, identity, gaps, smoothing, and their document."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import cv2
import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.faces._footage import Person, Picture, grey
from toolkit.documents import BodyFrame, BodySample, BodyTracks, FaceState, Shot, json_schema
from toolkit.errors import DocumentError, EngineFailed
from toolkit.faces import FaceModels, bodies_key, track_bodies, track_key
from toolkit.faces.bodies import BodyReader
from toolkit.faces.people import build_frames, group_people
from toolkit.frames import FrameRange
from toolkit.plates import open_plate
from toolkit.settings import TrackSettings

Clip = Callable[[Sequence[Picture]], Shot]
NOSE, LEFT, RIGHT = 0, 11, 12
"""Of the subject: nose and shoulders."""


def track(shot: Shot, model: Path, **changes: object) -> BodyTracks:
    """Track the people of ``shot``; checks that every frame is reported and in the document."""
    ticks: list[int] = []
    with open_plate(shot.media) as plate:
        bodies = track_bodies(shot, plate, TrackSettings(**changes), model, ticks.append)  # type: ignore[arg-type]
    assert sum(ticks) == len(shot.source_work_range)
    assert [frame.source_frame for frame in bodies.frames] == list(shot.source_work_range)
    return bodies


def person_at(x: float, *, y: float = 100.0, size: float = 50.0) -> NDArray[np.float32]:
    """33 points of a person whose nose is at ``x, y`` and whose shoulders are ``size`` apart."""
    body = np.full((33, 3), (x, y, 0.9), np.float32)
    body[LEFT, :2], body[RIGHT, :2] = (x + size / 2, y + size / 2), (x - size / 2, y + size / 2)
    return body


def people_at(*frames: Sequence[float]) -> dict[int, list[NDArray[np.float32]]]:
    """Frames from 1 on with people at these x positions."""
    return {number: [person_at(x) for x in places] for number, places in enumerate(frames, start=1)}


def who(frames: Sequence[BodyFrame]) -> list[str]:
    """``0F1h`` for each frame: person 0 FOUND, person 1 HELD."""
    letters = {FaceState.FOUND: "F", FaceState.HELD: "h"}
    return ["".join(f"{one.body}{letters[one.state]}" for one in frame.people) for frame in frames]


def follow(frames: dict[int, list[NDArray[np.float32]]], **changes: int) -> list[str]:
    source_range = FrameRange(first=1, last=len(frames))
    return who(build(frames, source_range, TrackSettings(**cast("Any", changes))))


def build(
    frames: dict[int, list[NDArray[np.float32]]], source_range: FrameRange, settings: TrackSettings
) -> tuple[BodyFrame, ...]:
    """Of people whose motion between pictures is not known."""
    people = group_people(frames)
    return build_frames(people, source_range, settings, motions=[{}] * len(people))


def test_nose_and_shoulders_follow_a_known_motion(clip: Clip, pose_model: Path, anna: Person) -> None:
    """Errors relative to the width of the shoulders, as the lite model reads each frame independently: at most 8 % for
    the nose (median 3 %) and 20 % for the shoulders (median 6 %). The speed is within 6 %."""
    step, count = np.array([20.0, 4.0]), 16
    shot = clip([anna.composite_over(grey(1280, 720), *(step * i + (400, 200)), height=120) for i in range(count)])
    people = [frame.people for frame in track(shot, pose_model).frames]
    assert [[one.body for one in those] for those in people] == [[0]] * count
    points = np.array([those[0].points for those in people])[:, [NOSE, LEFT, RIGHT]]
    assert (points[..., 2] > 0.7).all(), "all three are visible"
    width = np.hypot(*(points[:, 1, :2] - points[:, 2, :2]).T).mean()
    assert 150 < width < 230, "the shoulders of a head 120 pixels high"
    still = points[..., :2] - step * np.arange(count)[:, None, None]
    middle = np.median(still, axis=0)
    errors = np.hypot(*np.moveaxis(still - middle, -1, 0)) / width
    assert (errors.max(axis=0) < (0.08, 0.2, 0.2)).all()
    assert (np.median(errors, axis=0) < (0.03, 0.06, 0.06)).all()
    speed = np.array([np.polyfit(np.arange(count), points[:, index, 0], 1)[0] for index in range(3)])
    assert speed == pytest.approx(step[0], rel=0.06)
    assert np.abs(middle[0] - (400, 200)) == pytest.approx((0, 0.27 * 120), abs=0.1 * 120), "it is below the eyes"
    assert middle[1, 0] > middle[0, 0] > middle[2, 0], "the subject's left shoulder is on the right of the picture"


def test_two_people_are_tracked_up_to_the_setting(clip: Clip, pose_model: Path, anna: Person) -> None:
    def frame(index: int) -> Picture:
        left = anna.composite_over(grey(1280, 720), 350 + 4 * index, 240, height=108)
        return anna.composite_over(left, 900 - 4 * index, 240, height=120)

    shot = clip([frame(index) for index in range(6)])
    frames = track(shot, pose_model).frames
    assert [[one.body for one in frame.people] for frame in frames] == [[0, 1]] * 6, "a gap may be filled"
    assert all(frame.people[0].points[NOSE][0] < 640 < frame.people[1].points[NOSE][0] for frame in frames)
    assert {len(frame.people) for frame in track(shot, pose_model, max_bodies=1).frames} == {1}


def test_tracking_is_deterministic(clip: Clip, pose_model: Path, anna: Person) -> None:
    shot = clip([anna.composite_over(grey(), 300 + 4 * index, 110, height=60) for index in range(6)])
    assert track(shot, pose_model).model_dump_json() == track(shot, pose_model).model_dump_json()


def test_a_person_hidden_for_three_frames_is_held_or_absent_as_set(clip: Clip, pose_model: Path, anna: Person) -> None:
    frames = [anna.composite_over(grey(1280, 720), 480 + 8 * index, 220, height=120) for index in range(10)]
    frames[4:7] = [grey(1280, 720)] * 3
    shot = clip(frames)
    assert who(track(shot, pose_model).frames) == ["0F"] * 4 + ["0h"] * 3 + ["0F"] * 3
    assert who(track(shot, pose_model, hold=2).frames) == ["0F"] * 4 + [""] * 3 + ["0F"] * 3


def test_pictures_without_anybody_are_frames_without_people(clip: Clip, pose_model: Path) -> None:
    assert who(track(clip([grey()] * 3), pose_model).frames) == [""] * 3


def test_a_gap_is_filled_linearly() -> None:
    frames = build(people_at([10], [], [], [40]), FrameRange(first=1, last=4), TrackSettings())
    assert who(frames) == ["0F", "0h", "0h", "0F"]
    assert [frame.people[0].points[NOSE] for frame in frames] == [(x, 100, 0.9) for x in (10, 20, 30, 40)]


def test_a_person_lost_for_longer_is_absent_and_returns_with_the_same_number() -> None:
    assert follow(people_at([10], [], [], [12]), hold=1) == ["0F", "", "", "0F"]


def test_nobody_is_held_before_the_first_or_after_the_last_detection() -> None:
    assert follow(people_at([], [10], [11], [])) == ["", "0F", "0F", ""]


def test_bodies_are_assigned_to_the_nearest_person_in_any_order() -> None:
    assert follow(people_at([10, 300], [305, 12], [14, 310])) == ["0F1F"] * 3
    people = group_people(people_at([10, 300], [305, 12], [14, 310]))
    assert [[round(float(body[NOSE, 0])) for body in person.values()] for person in people] == [
        [10, 12, 14],
        [300, 305, 310],
    ]


def test_points_are_smoothed_without_lag_and_visibility_stays_in_range() -> None:
    noisy = people_at(*([100 + 10 * number + 3 * (-1) ** number] for number in range(12)))
    for bodies in noisy.values():
        bodies[0][5, 2] = 1.0
    source_range = FrameRange(first=1, last=12)

    def noise(smooth: int) -> float:
        frames = build(noisy, source_range, TrackSettings(smooth=smooth))
        assert all(frame.people[0].points[5][2] == 1 for frame in frames)
        offsets = [frame.people[0].points[NOSE][0] - 100 - 10 * (frame.source_frame - 1) for frame in frames[4:8]]
        assert abs(np.mean(offsets)) < 0.01, "no lag"
        return float(np.abs(offsets).max())

    assert noise(0) == pytest.approx(3)
    assert noise(2) < 1.5
    assert noise(4) < noise(2)


def test_motion_in_steps_is_kept(clip: Clip, pose_model: Path, anna: Person) -> None:
    """Smoothed over five frames regardless, a nose on twos is in four places for every two pictures."""
    picture = [anna.composite_over(grey(1280, 720), 420 + 30 * step, 230, height=120) for step in range(6)]
    shot = clip([picture[frame // 2] for frame in range(12)])
    noses = [frame.people[0].points[NOSE] for frame in track(shot, pose_model).frames]
    assert noses[::2] == noses[1::2]
    assert np.diff([x for x, _, _ in noses[::2]]) == pytest.approx(30, abs=8)


def test_a_body_far_from_every_known_person_is_a_new_person() -> None:
    assert follow(people_at([10], [400], [12])) == ["0F", "0h1F", "0F"]


def test_nobody_is_held_in_a_frame_that_has_the_maximum_of_people() -> None:
    assert follow(people_at([10], [400], [12]), max_bodies=1) == ["0F", "1F", "0F"]


def test_the_key_depends_on_everything_that_matters_and_nothing_else(
    clip: Clip, face_models: FaceModels, pose_model: Path, tmp_path: Path
) -> None:
    shot = clip([grey(64, 48)] * 3)
    usual = TrackSettings()

    def key(shot: Shot = shot, settings: TrackSettings = usual, model: Path = pose_model) -> str:
        with open_plate(shot.media) as plate:
            return bodies_key(shot, plate, settings, model)

    shorter = shot.model_copy(update={"source_work_range": FrameRange(first=1, last=2)})
    changed = [replace(usual, hold=3), replace(usual, max_bodies=1), replace(usual, smooth=0)]
    changed.append(replace(usual, confidence=0.6))
    assert (
        len({key(), key(shorter), key(model=face_models.landmarker), *(key(settings=settings) for settings in changed)})
        == 7
    )
    assert key(settings=replace(usual, max_faces=1, min_size=99, tiles=False)) == key()
    assert track(shot, pose_model).key == key()
    with open_plate(shot.media) as plate:
        fewer = replace(usual, max_bodies=1)
        assert track_key(shot, plate, fewer, face_models) == track_key(shot, plate, usual, face_models), "faces stay"
    before = key()
    (tmp_path / "plate.0002.png").write_bytes((tmp_path / "plate.0001.png").read_bytes() + b"\0")
    assert key() != before


def tracks() -> BodyTracks:
    points = tuple((float(i), 2.0 * i, 0.5) for i in range(33))
    return BodyTracks(
        shot="sh010",
        key="0" * 32,
        width=64,
        height=48,
        source_range=FrameRange(first=1, last=2),
        frames=(
            BodyFrame(source_frame=1, people=(BodySample(body=0, state=FaceState.FOUND, points=points),)),
            BodyFrame(source_frame=2, people=()),
        ),
    )


def test_the_document_is_read_back_equal_and_matches_its_schema(tmp_path: Path) -> None:
    path = tmp_path / "body_track.json"
    tracks().write(path)
    assert BodyTracks.read(path) == tracks()
    text = path.read_text()
    written = json.loads(text)
    assert written["schema"] == "toolkit.body_track/1"
    jsonschema.Draft202012Validator(json_schema(BodyTracks)).validate(written)
    assert [line.count("source_frame") for line in text.splitlines()].count(1) == 2, "one line per frame"


@pytest.mark.parametrize(
    ("before", "after", "pointer"),
    [
        ("0.5]]", "1.5]]", "/frames/0/people/0/points/32/2"),
        (",[32.0,64.0,0.5]", "", "/frames/0/people/0/points"),
        ('"FOUND"', '"ABSENT"', "/frames/0/people/0/state"),
    ],
    ids=["visibility beyond 1", "a point missing", "an absent person"],
)
def test_an_invalid_document_is_refused_with_the_place_of_the_error(
    before: str, after: str, pointer: str, tmp_path: Path
) -> None:
    path = tmp_path / "body_track.json"
    tracks().write(path)
    path.write_text(path.read_text().replace(before, after))
    with pytest.raises(DocumentError, match=pointer):
        BodyTracks.read(path)


def test_native_code_prints_nothing(pose_model: Path, tmp_path: Path, anna: Person) -> None:
    cv2.imwrite(str(tmp_path / "person.png"), anna.photograph[..., ::-1])
    program = (
        "import sys, cv2; from pathlib import Path; from toolkit.faces.bodies import BodyReader\n"
        "picture = cv2.cvtColor(cv2.imread(sys.argv[2]), cv2.COLOR_BGR2RGB)\n"
        "with BodyReader(Path(sys.argv[1]), confidence=0.5, bodies=2) as reader:\n"
        "    print(len(reader.read(picture)))\n"
    )
    command = [sys.executable, "-c", program, str(pose_model), str(tmp_path / "person.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_file_that_is_not_a_model_is_a_clear_error(tmp_path: Path) -> None:
    broken = tmp_path / "pose_landmarker_lite.task"
    broken.write_bytes(b"not a model at all")
    with pytest.raises(EngineFailed, match="pose_landmarker_lite"):
        BodyReader(broken, confidence=0.5, bodies=1)
