"""All of a command line but the filters of Topaz Video AI, run by an ordinary FFmpeg: size, rate, colours and tags."""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from toolkit.plates import open_plate, probe
from toolkit.topaz import MOVIE, PICTURES, Clip, parse_recipe, plan_job

pytestmark = pytest.mark.no_cover
RED, GREY = (200, 30, 40), (90, 90, 90)


def without_its_filters(arguments: tuple[str, ...], rate: Fraction) -> list[str]:
    """Frames are repeated where they would be interpolated, and scaled where they would be upscaled."""
    place = arguments.index("-vf") + 1
    filters = [f"fps={rate}" if one.startswith("tvai_fi") else one for one in arguments[place].split(",")]
    ordinary = ",".join(one for one in filters if not one.startswith("tvai_"))
    return [*arguments[:place], f"format=rgb48,{ordinary}", *arguments[place + 1 :]]


@pytest.mark.parametrize("steps", ["up=gcg-5:scale=2", "fi=apo-8", "fi=apo-8:fps=60,up=gcg-5:w=64:h=36"])
def test_the_movie_is_what_was_predicted(steps: str, tmp_path: Path) -> None:
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("no FFmpeg is installed: the command lines were not tried in one")
    job = plan_job(parse_recipe(steps), Clip(width=64, height=36, rate=Fraction(24000, 1001), frames=10))
    picture = np.full((36, 64, 3), GREY, np.uint16) * np.uint16(257)
    picture[:, :32] = np.array(RED, np.uint16) * np.uint16(257)
    for index in range(job.pictures):
        cv2.imwrite(str(tmp_path / (PICTURES % index)), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    command = [ffmpeg, *without_its_filters(job.commands[0], job.made.rate)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"frame={job.made.frames}\n" in done.stdout
    media = probe(tmp_path / MOVIE)
    assert media.source_range is not None
    assert (len(media.source_range), media.rate) == (job.made.frames, job.made.rate)
    with open_plate(media) as movie:
        assert (movie.width, movie.height) == (job.made.width, job.made.height)
        for frame in movie.frames([0, job.made.frames - 1]):
            shown = 255 * frame.rgb[movie.height // 2, [movie.width // 4, -movie.width // 4]]
            np.testing.assert_allclose(shown, [RED, GREY], atol=1.5)
    with av.open(tmp_path / MOVIE) as container:
        codec = container.streams.video[0].codec_context
        assert {codec.color_range, codec.colorspace, codec.color_primaries, codec.color_trc} == {1}
