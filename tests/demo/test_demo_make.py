"""Making the demo: the same bytes each time, complete footage is kept, any other is made again, and clear errors."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.models._progress import RecordedProgress
from toolkit.demo import make_demo, read_ground_truth
from toolkit.demo.drawing import draw_frames
from toolkit.demo.motion import SHOTS, DemoShot
from toolkit.errors import AssetUnavailable, OutputNotWritable
from toolkit.models import fetch
from toolkit.progress import Advance, SilentProgress

Shots = tuple[DemoShot, DemoShot]


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in files}


def test_two_runs_give_the_same_bytes(tmp_path: Path, short_shots: Shots) -> None:
    make_demo(tmp_path / "one", shots=short_shots)
    make_demo(tmp_path / "two", shots=short_shots)
    one = _digests(tmp_path / "one")
    assert one == _digests(tmp_path / "two")
    assert len(one) == 1 + 3 + 2, "a movie, three PNG files, the ground truth and the cut"


def test_every_frame_is_reported_once(tmp_path: Path, short_shots: Shots) -> None:
    progress = RecordedProgress()
    assert make_demo(tmp_path, progress=progress, shots=short_shots) == tmp_path / "demo.otio"
    assert progress.stages == [("demo footage", 6, [1] * 6)]
    assert sum(len(shot.source_range) for shot in SHOTS) == 160


def test_finished_footage_is_kept(tmp_path: Path, short_shots: Shots) -> None:
    make_demo(tmp_path, shots=short_shots)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "footage").rglob("*")}
    progress = RecordedProgress()
    make_demo(tmp_path, progress=progress, shots=short_shots)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "footage").rglob("*")} == before
    assert not progress.stages


@pytest.mark.parametrize("damage", ["a frame is damaged", "other code made it"])
def test_other_or_damaged_footage_is_made_again(tmp_path: Path, short_shots: Shots, damage: str) -> None:
    make_demo(tmp_path, shots=short_shots)
    complete = _digests(tmp_path)
    frame = tmp_path / "footage/B001/B001.1003.png"
    if damage == "a frame is damaged":
        frame.write_bytes(frame.read_bytes()[:-100])
    else:
        truth = tmp_path / "ground_truth.json"
        truth.write_text(json.dumps({**json.loads(truth.read_text()), "recipe": "older"}))
        frame.with_name("B001.1099.png").write_bytes(b"from a longer version")
    make_demo(tmp_path, shots=short_shots)
    assert _digests(tmp_path) == complete


class Interrupted(SilentProgress):
    """The user presses Ctrl-C at the first frame."""

    @contextmanager
    def stage(self, label: str, total: int) -> Iterator[Advance]:
        def interrupt(steps: int) -> None:
            raise KeyboardInterrupt

        yield interrupt


def test_an_interrupted_run_leaves_only_complete_files_and_no_ground_truth(tmp_path: Path, short_shots: Shots) -> None:
    (tmp_path / "ground_truth.json").write_text("{}")
    with pytest.raises(KeyboardInterrupt):
        make_demo(tmp_path, progress=Interrupted(), shots=short_shots)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert all(name.startswith("B001.") for name in left), "at most complete frames of the sequence"
    make_demo(tmp_path, shots=short_shots)
    assert len(read_ground_truth(tmp_path).shots) == 2


def _decoded(path: Path) -> list[NDArray[np.float64]]:
    """The frames as 0..255 RGB, computed with the matrix of BT.709: FFmpeg's scaler is one code too dark."""
    import av
    import cv2

    frames = []
    with av.open(str(path)) as movie:
        for frame in movie.decode(video=0):
            planes = frame.to_ndarray().astype(np.float64)  # (1080, 1280): Y, then Cb and Cr at half size
            luma = (planes[:720] - 16) / 219
            small = ((planes[720:] - 128) / 224).reshape(2, 360, 640)
            blue, red = (cv2.resize(plane, (1280, 720), interpolation=cv2.INTER_LINEAR) for plane in small)
            green = luma - (0.2126 * 1.5748 * red + 0.0722 * 1.8556 * blue) / 0.7152
            frames.append(255 * np.stack([luma + 1.5748 * red, green, luma + 1.8556 * blue], axis=-1))
    return frames


def test_the_movie_contains_the_drawn_frames(tmp_path: Path, short_shots: Shots) -> None:
    make_demo(tmp_path, shots=short_shots)
    for decoded, drawn in zip(_decoded(tmp_path / "footage/A001.mov"), draw_frames(short_shots[0]), strict=True):
        difference = decoded - drawn
        assert np.abs(difference).mean() < 1.5
        assert np.abs(difference.mean(axis=(0, 1))).max() < 0.5, "no channel is lighter or darker on average"


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path, short_shots: Shots) -> None:
    (tmp_path / "demo").write_text("not a folder")
    with pytest.raises(OutputNotWritable, match="demo"):
        make_demo(tmp_path / "demo", shots=short_shots)


def test_without_a_network_one_line_names_the_picture_and_the_remedy(
    tmp_path: Path, short_shots: Shots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "default_cache", lambda: tmp_path / "empty cache")
    monkeypatch.setattr(urllib.request, "urlopen", Mock(side_effect=OSError("no network")))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(AssetUnavailable) as caught:
        make_demo(tmp_path / "demo", shots=short_shots)
    message = str(caught.value)
    assert message.startswith(
        "demo picture astronaut.png is not available (gitlab.com: OSError: no network; pip download"
    )
    assert "toolkit models fetch" in message
    assert "\n" not in message


def test_another_backdrop_makes_other_footage(tmp_path: Path, short_shots: Shots) -> None:
    movie, sequence = short_shots
    make_demo(tmp_path, shots=short_shots)
    before = read_ground_truth(tmp_path)
    make_demo(tmp_path, shots=(movie, replace(sequence, backdrop=movie.backdrop)))
    after = read_ground_truth(tmp_path)
    assert after.recipe != before.recipe
    assert {name for name, digest in after.files.items() if digest == before.files[name]} == {"footage/A001.mov"}


def test_making_footage_does_not_import_mediapipe(demo_pictures: None) -> None:
    program = (
        "import sys; from toolkit.demo.astronaut import cut_out_person; cut_out_person();"
        "print('mediapipe' in sys.modules)"
    )
    root = Path(__file__).resolve().parents[2]
    found = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
