"""The demo's cut, opened in OpenTimelineIO, and its media."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from toolkit.frames import FramePath


@pytest.fixture
def clips(demo: Path) -> list[Any]:
    import opentimelineio as otio

    timeline = otio.adapters.read_from_file(str(demo / "demo.otio"))
    assert timeline.global_start_time == otio.opentime.from_timecode("01:00:00:00", 24)
    (track,) = timeline.tracks
    assert track.kind == otio.schema.TrackKind.Video
    assert [type(child).__name__ for child in track] == ["Clip", "Gap", "Clip"]
    return list(track.find_clips())


def test_both_shots_have_at_least_48_frames_and_handles_at_both_ends(clips: list[Any]) -> None:
    for clip in clips:
        used, available = clip.source_range, clip.available_range()
        assert used.duration.value >= 48
        assert used.start_time.value - available.start_time.value >= 8
        assert available.end_time_exclusive().value - used.end_time_exclusive().value >= 4


def test_the_movie_is_addressed_by_its_timecode(demo: Path, clips: list[Any]) -> None:
    import av

    clip = clips[0]
    assert clip.available_range().start_time.value == 864_000
    assert not Path(clip.media_reference.target_url).is_absolute()
    with av.open(str(demo / clip.media_reference.target_url)) as movie:
        stream = movie.streams.video[0]
        assert stream.metadata["timecode"] == "10:00:00:00"
        assert stream.average_rate == 24
        assert stream.frames == clip.available_range().duration.value
        assert (stream.width, stream.height) == (1280, 720)
        assert (stream.codec_context.colorspace, stream.codec_context.color_range) == (1, 1)


def test_ffprobe_reads_the_timecode_too(demo: Path, clips: list[Any]) -> None:
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed")
    entries = ["-select_streams", "v", "-show_entries", "stream=nb_frames:stream_tags=timecode", "-of", "csv=p=0"]
    path = demo / clips[0].media_reference.target_url
    found = subprocess.run(["ffprobe", "-v", "error", *entries, path], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "76,10:00:00:00"


def test_all_files_of_the_sequence_in_the_cut_exist(demo: Path, clips: list[Any]) -> None:
    import cv2

    clip = clips[1]
    reference = clip.media_reference
    first, count = reference.start_frame, reference.number_of_images_in_sequence()
    assert first == 1001
    files = FramePath.parse(demo / reference.abstract_target_url("####"))
    assert files.frames_on_disk() == list(range(first, first + count))
    assert demo / reference.target_url_for_image_number(0) == files.path(1001)
    picture = cv2.imread(str(files.path(1001)), cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture.shape == (720, 1280, 3)
