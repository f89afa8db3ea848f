"""The models, and the shortest ways from pictures to tracks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import pytest

from tests.faces._footage import Picture, shot_of
from toolkit.documents import FaceTracks, Shot
from toolkit.errors import ModelUnavailable
from toolkit.faces import POSE_MODEL, fetch_model, track_faces
from toolkit.faces.detect import FaceFinder
from toolkit.plates import open_plate
from toolkit.settings import TrackSettings


@pytest.fixture(scope="session")
def model() -> Path:
    """The real model, fetched as a user's first run fetches it."""
    try:
        return fetch_model()
    except ModelUnavailable as error:
        pytest.skip(f"no face model on this machine: {error}")


@pytest.fixture(scope="session")
def pose_model() -> Path:
    """The model of people's poses, fetched as the first run of a look with a body control fetches it."""
    try:
        return fetch_model(POSE_MODEL)
    except ModelUnavailable as error:
        pytest.skip(f"no pose model on this machine: {error}")


@pytest.fixture(scope="session")
def finder(model: Path) -> Iterator[FaceFinder]:
    """Reads single pictures."""
    with FaceFinder(model, confidence=0.5, faces=2) as reader:
        yield reader


@pytest.fixture
def clip(tmp_path: Path) -> Callable[[Sequence[Picture]], Shot]:
    """Write pictures as a PNG sequence from frame 1; the shot that shows all of them."""

    def write(pictures: Sequence[Picture]) -> Shot:
        for number, picture in enumerate(pictures, start=1):
            assert cv2.imwrite(str(tmp_path / f"plate.{number:04d}.png"), picture[..., ::-1])
        return shot_of(tmp_path / "plate.####.png")

    return write


Track = Callable[..., FaceTracks]


@pytest.fixture(scope="session")
def track(model: Path) -> Track:
    """Track a shot with the default settings, changed by the keywords; every frame is reported and has its sample."""

    def run(shot: Shot, **changes: object) -> FaceTracks:
        ticks: list[int] = []
        with open_plate(shot.media) as plate:
            tracks = track_faces(shot, plate, TrackSettings(**changes), model, ticks.append)  # type: ignore[arg-type]
        frames = list(shot.source_work_range)
        assert sum(ticks) == len(frames)
        for face in tracks.faces:
            assert [sample.source_frame for sample in face.samples] == frames
        return tracks

    return run
