"""Fixtures shared by all tests."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
from filelock import FileLock
from hypothesis import settings as hypothesis_settings

from tests.faces._footage import Person, cut_out_astronaut
from tests.passes._plate import COUNT, FIRST, plate_picture
from toolkit.documents import FaceTracks, Shot
from toolkit.errors import AssetUnavailable
from toolkit.faces import FaceModels, track_faces
from toolkit.models import DEMO_PICTURES, FACE_FINDER, FACE_MODEL, POSE_MODEL, SEGMENTER, Asset, fetch_asset
from toolkit.plates import open_plate
from toolkit.settings import TrackSettings

hypothesis_settings.register_profile("toolkit", deadline=None)  # a busy machine must not fail an example for its time
hypothesis_settings.load_profile("toolkit")

REPOSITORY = Path(__file__).resolve().parent.parent

MakeOnce = Callable[[str, Callable[[Path], None]], Path]
"""Takes a name and a function that fills an empty folder; returns the folder, for reading only."""


@pytest.fixture(scope="session")
def make_once(tmp_path_factory: pytest.TempPathFactory) -> MakeOnce:
    """Make expensive files in one of pytest's workers only; the others wait for them."""
    own = tmp_path_factory.getbasetemp()
    shared_by_workers = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def make_folder(name: str, make: Callable[[Path], None]) -> Path:
        folder, complete = shared_by_workers / f"once_{name}", shared_by_workers / f"once_{name}.complete"
        with FileLock(shared_by_workers / f"once_{name}.lock"):
            if not complete.exists():
                shutil.rmtree(folder, ignore_errors=True)  # left by another worker that failed
                folder.mkdir()
                make(folder)
                complete.touch()
        return folder

    return make_folder


def fetch_or_skip(asset: Asset) -> Path:
    """The real file, downloaded as on a user's first run."""
    try:
        return fetch_asset(asset)
    except AssetUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def demo_pictures() -> None:
    """The pictures that the demo is made from are in the cache."""
    for picture in DEMO_PICTURES:
        fetch_or_skip(picture)


@pytest.fixture(scope="session")
def anna(demo_pictures: None) -> Person:
    """The person of the demo."""
    return cut_out_astronaut()


@pytest.fixture(scope="session")
def demo_out(make_once: MakeOnce, demo_pictures: None) -> Path:
    """The output of ``toolkit demo -o demo_out``, with its review and report; what it printed is in ``said.txt`` beside
    it. Do not change it: make a copy with ``link_folder``.
    """

    def make(folder: Path) -> None:
        command = [sys.executable, "-m", "toolkit.cli", "demo", "-o", str(folder / "demo_out")]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        (folder / "said.txt").write_text(done.stdout, encoding="utf-8")

    return make_once("demo", make) / "demo_out"


def link_folder(source: Path, target: Path) -> None:
    """Copy the folder ``source`` to ``target`` with links for files: unlink one before writing it."""
    shutil.copytree(source, target, copy_function=lambda one, other: Path(other).hardlink_to(one))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real footage and cuts, stored beside the repository."""
    folder = REPOSITORY.parent / "shared"
    if not (folder / "media").is_dir():
        pytest.skip(f"no real footage: {folder} does not exist")
    return folder


@pytest.fixture(scope="session")
def model() -> Path:
    """The real face model."""
    return fetch_or_skip(FACE_MODEL)


@pytest.fixture(scope="session")
def finder_model() -> Path:
    """The real face finder model."""
    return fetch_or_skip(FACE_FINDER)


@pytest.fixture(scope="session")
def pose_model() -> Path:
    """The real pose model."""
    return fetch_or_skip(POSE_MODEL)


@pytest.fixture(scope="session")
def segmenter_model() -> Path:
    """The real segmenter model."""
    return fetch_or_skip(SEGMENTER)


@pytest.fixture(scope="session")
def face_models(model: Path, finder_model: Path) -> FaceModels:
    """What faces are tracked with."""
    return FaceModels(landmarker=model, finder=finder_model)


Track = Callable[..., FaceTracks]


@pytest.fixture(scope="session")
def track(face_models: FaceModels) -> Track:
    """Track a shot with the default settings changed by the keywords; checks that every frame is reported."""

    def run(shot: Shot, **changes: object) -> FaceTracks:
        ticks: list[int] = []
        with open_plate(shot.media) as plate:
            tracks = track_faces(shot, plate, TrackSettings(**changes), face_models, ticks.append)  # type: ignore[arg-type]
        frames = list(shot.source_work_range)
        assert sum(ticks) == len(frames)
        for face in tracks.faces:
            assert [sample.source_frame for sample in face.samples] == frames
        return tracks

    return run


@pytest.fixture
def plate_pattern(tmp_path: Path) -> Path:
    """A PNG sequence on disk."""
    folder = tmp_path / "plates"
    folder.mkdir()
    for source_frame in range(FIRST, FIRST + COUNT):
        picture = cv2.cvtColor(plate_picture(source_frame), cv2.COLOR_RGB2BGR)
        assert cv2.imwrite(str(folder / f"plate.{source_frame:04d}.png"), picture)
    return folder / "plate.####.png"


@pytest.fixture(scope="session", autouse=True)
def enable_ctrl_c() -> None:
    """Ctrl-C works: it is ignored in processes that a shell starts in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
