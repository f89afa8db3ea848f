"""The movie of what was tracked has every frame of the plate, and each face in its colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from toolkit.cli import run_command
from toolkit.documents import Cut, FaceState, FaceTracks
from toolkit.errors import OutputNotWritable
from toolkit.frames import FrameRange
from toolkit.mattes import face_outline
from toolkit.plates import open_plate, probe
from toolkit.report import COLOURS
from toolkit.stages import track_preview
from toolkit.stages.track_preview import write_track_preview

FIRST, COUNT = 40, 6
HELD, ABSENT = 42, 44


@pytest.fixture
def preview(demo_out: Path, tmp_path: Path) -> tuple[list[NDArray[np.uint8]], FaceTracks]:
    """Six frames of the demo, in one of which the face is said to be held, and absent in another."""
    shot = Cut.read(demo_out / "shots.json").source_shots()[0]
    shot = shot.model_copy(update={"source_work_range": FrameRange.of(FIRST, COUNT)})
    tracks = FaceTracks.read(demo_out / shot.name / "face_track.json")
    samples = list(tracks.faces[0].samples)
    samples[HELD] = samples[HELD].model_copy(update={"state": FaceState.HELD})
    samples[ABSENT] = samples[ABSENT].model_copy(update={"state": FaceState.ABSENT, "landmarks": None})
    tracks = tracks.model_copy(update={"faces": (tracks.faces[0].model_copy(update={"samples": tuple(samples)}),)})
    ticks: list[int] = []
    with open_plate(shot.media) as plate:
        write_track_preview(tracks, shot, plate, tmp_path / "preview.mp4", ticks.append)
    assert sum(ticks) == COUNT
    media = probe(tmp_path / "preview.mp4")
    assert media.rate == shot.media.rate
    with open_plate(media) as movie:
        return [picture for _, picture in movie.frames_8bit(range(COUNT))], tracks


def on_the_oval(pictures: list[NDArray[np.uint8]], tracks: FaceTracks, frame: int) -> float:
    """How much of the oval of face 0 is in its colour, 0 to 1."""
    landmarks = tracks.faces[0].samples[frame if frame != ABSENT else frame - 1].landmarks
    assert landmarks is not None
    picture = pictures[frame - FIRST].astype(int)
    outline = np.array(face_outline(landmarks, grow=0.0)) * picture.shape[1] / tracks.width
    points = [one + part * (other - one) for one, other in zip(outline, np.roll(outline, -1, 0), strict=True)
              for part in (0.0, 0.25, 0.5, 0.75)]  # fmt: skip
    colour = np.array(list(bytes.fromhex(COLOURS[0][1:])))
    near = [np.abs(picture[round(y), round(x)] - colour).mean() < 45 for x, y in points]
    return float(np.mean(near))


def test_a_face_is_drawn_where_it_is_and_as_it_is(preview: tuple[list[NDArray[np.uint8]], FaceTracks]) -> None:
    pictures, tracks = preview
    assert [picture.shape for picture in pictures] == [(540 + 44, 960, 3)] * COUNT
    assert on_the_oval(pictures, tracks, FIRST) > 0.9
    assert 0.3 < on_the_oval(pictures, tracks, HELD) < 0.8  # dashed
    assert on_the_oval(pictures, tracks, ABSENT) < 0.2
    label = [picture[8:26, 4:100].astype(int) for picture in pictures]  # "0 ABSENT"
    assert np.abs(label[ABSENT - FIRST] - label[0]).mean() > 10
    assert np.abs(label[1] - label[0]).mean() < 5


def test_a_chart_below_shows_where_each_face_is_found_and_held_and_how_it_acts(
    preview: tuple[list[NDArray[np.uint8]], FaceTracks],
) -> None:
    chart = preview[0][0][540:].astype(int)
    colour = np.array(list(bytes.fromhex(COLOURS[0][1:])))
    is_colour = np.abs(chart - colour).mean(axis=2) < 45
    frame = (960 - 120 - 8) / COUNT
    bars = [is_colour[36:42, round(120 + (index + 0.5) * frame)].sum() for index in range(COUNT)]
    found, held, absent = bars[1], bars[HELD - FIRST], bars[ABSENT - FIRST]
    assert found >= 5 > held >= 1 > absent == 0, "a bar, a line, and nothing"
    assert is_colour[:34, 130:].any(), "the curve"
    moments = [int(np.argmax(picture[540:].min(axis=(0, 2)))) for picture in preview[0]]
    assert moments == sorted(moments) and len(set(moments)) == COUNT, "a line at the moment"


def test_the_command_names_the_movies_last(
    cut: Path, tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["track", str(cut), "-o", str(tmp_path / "out"), "--preview"]) == 0
    movies = [tmp_path / "out" / name / "track_preview.mp4" for name in ("sh010", "sh020")]
    assert capsys.readouterr().out.splitlines()[-2:] == [f"to look at: {movie}" for movie in movies]
    with open_plate(probe(movies[0])) as movie:
        assert (movie.width, movie.height) == (960, 480), "without a face there is no chart"
        assert len([1 for _ in movie.frames_8bit(range(4))]) == 4
    assert run_command(["track", str(cut), "-o", str(tmp_path / "out"), "--preview", "--json"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("{") and "to look at" not in said.out and str(movies[1]) in said.err


def test_a_build_without_the_encoder_says_so_before_any_work(
    cut: Path, tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(track_preview, "can_write_proxy", lambda: False)
    assert run_command(["track", str(cut), "-o", str(tmp_path / "out"), "--preview"]) == OutputNotWritable.exit_code
    assert "has no H.264 encoder; leave --preview out" in capsys.readouterr().err
    assert not (tmp_path / "out" / "sh010").exists()
