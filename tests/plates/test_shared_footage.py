"""Real footage: seeking gives the same frames as decoding in order."""

from __future__ import annotations

import random
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import av
import numpy as np
import pytest

from toolkit.plates import open_plate, probe

CLIPS = {
    "facecap/facecap_front_720p30.mp4": (1280, 720, Fraction(30)),
    "performance/source_s18.mp4": (1280, 720, None),
    "performance/source_s13.mp4": (720, 1080, None),
    "performance/short_hamilton_clip.mp4": (None, None, None),
}


@pytest.mark.parametrize("clip", CLIPS)
def test_seeks_in_real_clips_are_exact(clip: str, shared: Path) -> None:
    path = shared / "media" / clip
    width, height, rate = CLIPS[clip]
    media = probe(path)
    with av.open(str(path)) as container:
        in_order = [sha256(bytes(frame.planes[0])).digest() for _, frame in zip(range(90), container.decode(video=0))]  # noqa: B905
        whole = container.streams.video[0].frames
    assert len(media.source_range or ()) == whole
    with open_plate(media) as plate:
        assert width in (None, plate.width)
        assert height in (None, plate.height)
        assert rate in (None, plate.rate)
        reader = plate._idle[0]  # type: ignore[attr-defined]
        for source_frame in random.Random(clip).choices(range(len(in_order)), k=12):
            assert sha256(bytes(reader.read(source_frame).planes[0])).digest() == in_order[source_frame]
        frame = next(plate.frames([whole - 1]))
        assert frame.rgb.shape == (plate.height, plate.width, 3)
        assert 0 <= frame.rgb.min() <= frame.rgb.max() <= 1


def test_a_real_photograph_keeps_every_code(shared: Path) -> None:
    import cv2

    path = shared / "media" / "stills" / "astronaut.png"
    codes = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    with open_plate(probe(path)) as plate:
        assert np.array_equal(next(plate.frames([0])).rgb, (codes / 255).astype(np.float32))
        assert np.array_equal(next(plate.frames_8bit([0]))[1], codes)
        assert plate.digest(0) == sha256(path.read_bytes()).hexdigest()
