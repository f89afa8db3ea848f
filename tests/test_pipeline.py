"""The whole pipeline on the demo's footage, checked by readers that share no code with the toolkit."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
import opentimelineio as otio
import pytest

from tests.conftest import MakeOnce
from toolkit.documents import Cut, Delivery, FaceState, FaceTracks
from toolkit.output import Output

COMMAND = [sys.executable, "-m", "toolkit.cli"]
HANDLES = ["--set", "cut.handles=4"]


def toolkit(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A command; a run without its report, which has tests of its own."""
    options = ["--no-report"] if arguments[0] == "run" else []
    done = subprocess.run([*COMMAND, *map(str, arguments), *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*.exr"))
    }


@pytest.fixture(scope="module")
def demo(demo_out: Path) -> Output:
    """``toolkit demo``, once for all tests."""
    return Output(root=demo_out)


@pytest.fixture(scope="module")
def cut(demo: Output) -> Cut:
    return Cut.read(demo.shots)


@pytest.fixture(scope="module")
def short(demo: Output, make_once: MakeOnce) -> Path:
    """A folder with ``short.otio``, eight frames of either shot of the demo, and ``out``, one undisturbed run on it."""

    def make(folder: Path) -> None:
        timeline = otio.adapters.read_from_file(str(demo.root / "footage" / "demo.otio"))
        movie, sequence = timeline.find_clips()
        movie.media_reference.target_url = str(demo.root / "footage" / movie.media_reference.target_url)
        base = demo.root / "footage" / sequence.media_reference.target_url_base
        sequence.media_reference.target_url_base = f"{base}/"
        for clip, first in ((movie, 864_040), (sequence, 1031)):  # while the face leaves the sequence's frame
            clip.source_range = otio.opentime.TimeRange(
                otio.opentime.RationalTime(first, 24), otio.opentime.RationalTime(8, 24)
            )
        otio.adapters.write_to_file(timeline, str(folder / "short.otio"))
        toolkit("run", folder / "short.otio", "-o", folder / "out", *HANDLES)

    return make_once("short", make)


def test_the_demo_prints_what_to_do_next(demo: Output) -> None:
    said = (demo.root.parent / "said.txt").read_text(encoding="utf-8")
    assert "Next, in Resolve" in said
    assert "Next, in After Effects" in said


def test_every_frame_of_every_pass_is_there_under_its_number(demo: Output, cut: Cut) -> None:
    assert len(cut.shots) == 2
    for shot in cut.shots:
        assert len(shot.source_range) >= 48
        for name in ("BODY", "FACE"):
            files = sorted(path.name for path in (demo.root / shot.name / name / "v001").glob("*.exr"))
            assert files == [f"{shot.name}_{name}_v001.{number}.exr" for number in shot.shot_range]


def test_the_return_timeline_shows_every_frame_where_the_plate_shows_it(demo: Output, cut: Cut) -> None:
    """Read as plain JSON: which file number lies over which plate frame at every record frame."""
    tracks = json.loads((demo.root / "return.otio").read_text())["tracks"]["children"]
    by_name = {track["name"]: _file_numbers(track) for track in tracks if track["kind"] == "Video"}
    assert list(by_name) == ["V1", "BODY v001", "FACE v001"]
    assert {len(frames) for frames in by_name.values()} == {cut.record_count}
    for shot in cut.shots:
        for record_frame in shot.record_range:
            source_frame = by_name["V1"][record_frame]
            for name in ("BODY v001", "FACE v001"):
                number = by_name[name][record_frame]
                assert number is not None
                assert source_frame is not None
                path = demo.root / shot.name / name[:4] / "v001" / f"{shot.name}_{name.replace(' ', '_')}.{number}.exr"
                assert _header(path)["toolkit/sourceFrame"] == source_frame
    covered = {frame for shot in cut.shots for frame in shot.record_range}
    assert all(by_name["FACE v001"][f] is None for f in range(cut.record_count) if f not in covered)


def test_the_track_follows_the_known_motion(demo: Output, cut: Cut) -> None:
    """Centre within 1 % of the face's width and roll within 1.5 degrees, on every FOUND frame."""
    from toolkit.demo import Visibility, read_ground_truth

    truth = {shot.name: shot for shot in read_ground_truth(demo.root / "footage").shots}
    for shot in cut.shots:
        (track,) = FaceTracks.read(demo.face_track(shot.name)).faces
        known = {face.source_frame: face for face in truth[shot.name].faces}
        found = [sample for sample in track.samples if sample.state is FaceState.FOUND]
        centres = np.array([sample.centre for sample in found])
        true = np.array([known[sample.source_frame].centre for sample in found])
        widths = np.array([known[sample.source_frame].width for sample in found])
        assert np.max(np.hypot(*(centres - true).T) / widths) < 0.01
        rolls = np.array([sample.roll for sample in found])
        true_rolls = np.array([known[sample.source_frame].roll for sample in found])
        assert np.max(np.abs(rolls - true_rolls)) < 1.5
        gone = [sample for sample in track.samples if known[sample.source_frame].visible is Visibility.GONE]
        assert all(sample.state is FaceState.ABSENT for sample in gone)


def test_the_demo_covers_its_advertised_cases(demo: Output, cut: Cut) -> None:
    from toolkit.demo import Visibility, read_ground_truth

    faces = [face for shot in read_ground_truth(demo.root / "footage").shots for face in shot.faces]
    assert max(abs(face.roll) for face in faces) > 20
    assert max(face.mouth_open for face in faces) > 0.8
    assert max(face.brow_raise for face in faces) > 0.8
    assert any(face.visible is Visibility.GONE for face in faces)
    assert {shot.media.kind for shot in cut.shots} == {"movie", "sequence"}
    assert all(shot.media.timecode_first for shot in cut.shots if shot.media.kind == "movie")


def test_face_layers_cover_the_face_and_nothing_else(demo: Output, cut: Cut) -> None:
    for shot in cut.shots:
        (track,) = FaceTracks.read(demo.face_track(shot.name)).faces
        for sample in track.samples[::6]:
            number = shot.frame_map.shot_frame(sample.source_frame)
            image = OpenImageIO.ImageBuf(str(demo.root / f"{shot.name}/FACE/v001/{shot.name}_FACE_v001.{number}.exr"))
            pixels = image.get_pixels(OpenImageIO.FLOAT)
            assert pixels is not None, image.geterror()
            alpha = pixels[..., 3]
            if sample.state is FaceState.ABSENT:
                assert not alpha.any()
            else:
                rows, columns = np.nonzero(alpha > 0.5)
                assert sample.centre is not None
                assert sample.scale is not None
                middle = (columns.min() + columns.max()) / 2, (rows.min() + rows.max()) / 2
                assert np.hypot(*np.subtract(middle, sample.centre)) < 0.35 * sample.scale


def test_the_same_command_again_paints_nothing(demo: Output) -> None:
    before = digests(demo.root)
    run = ("run", demo.root / "footage" / "demo.otio", "-o", demo.root, "--engine", "flatten", "--json")
    again = json.loads(toolkit(*run).stdout)
    assert {row["rendered"] for row in again["passes"]} == {0}
    assert digests(demo.root) == before


def test_stage_by_stage_gives_the_same_bytes_as_one_run(short: Path, cut: Cut, tmp_path: Path) -> None:
    out, shot = tmp_path / "out", cut.shots[1].name
    toolkit("track", short / "short.otio", "-o", out, "--shot", shot, *HANDLES)
    states = {
        sample.state for face in FaceTracks.read(Output(root=out).face_track(shot)).faces for sample in face.samples
    }
    assert {FaceState.FOUND, FaceState.ABSENT} <= states
    for stage in ("plan", "render"):
        toolkit(stage, out, "--shot", shot)
    toolkit("conform", out)
    whole = {name: value for name, value in digests(short / "out").items() if name.startswith(f"{shot}{os.sep}")}
    assert len(whole) == 2 * 16
    assert digests(out) == whole
    notes = Delivery.read(out / "delivery.json").notes
    assert any(cut.shots[0].name in note and "omitted: it is not rendered" in note for note in notes)


def test_killed_in_the_middle_and_run_again_equals_an_undisturbed_run(short: Path, cut: Cut, tmp_path: Path) -> None:
    out, shot = tmp_path / "out", cut.shots[0].name
    arguments = ["run", short / "short.otio", "-o", out, "--shot", shot, *HANDLES]
    running = subprocess.Popen([*COMMAND, *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 240
    while len(list(out.rglob("*.exr"))) < 8:
        assert running.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    written = len(list(out.rglob("*.exr")))
    again = json.loads(toolkit(*arguments, "--json").stdout)
    expected = {name: value for name, value in digests(short / "out").items() if name.startswith(f"{shot}{os.sep}")}
    assert len(expected) == 2 * 16
    assert sum(row["rendered"] for row in again["passes"]) == len(expected) - written
    assert digests(out) == expected
    assert not [path for path in out.rglob("*.exr") if path.name.startswith(".")]


def _header(path: Path) -> dict[str, Any]:
    opened = OpenImageIO.ImageInput.open(str(path))
    assert opened is not None, OpenImageIO.geterror()
    spec = opened.spec()
    opened.close()
    return {attribute.name: attribute.value for attribute in spec.extra_attribs}


def _file_numbers(track: dict[str, Any]) -> list[int | None]:
    """Per record frame: the file number (sequence) or picture index (movie) shown; None in a gap."""
    shown: list[int | None] = []
    for child in track["children"]:
        used = child["source_range"]
        count = round(used["duration"]["value"])
        if child["OTIO_SCHEMA"].startswith("Gap"):
            shown += [None] * count
            continue
        media = child["media_references"][child["active_media_reference_key"]]
        offset = round(used["start_time"]["value"] - media["available_range"]["start_time"]["value"])
        first = media.get("start_frame", 0)
        shown += [first + offset + i for i in range(count)]
    return shown
