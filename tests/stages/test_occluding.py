"""What is in front of faces: found once, kept beside the tracks, and left out of FACE."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest

import toolkit
from tests.models._progress import RecordedProgress
from toolkit.documents import PassName
from toolkit.plates import open_plate
from toolkit.settings import load_settings

FRAMES = range(131, 137)
"""He holds both hands before his mouth."""
HANDS, NOSE = (214, 150), (247, 100)
"""In frame 134, pixels."""


@pytest.fixture
def cut(shared: Path, tmp_path: Path) -> toolkit.Cut:
    """A singer, as a sequence."""
    (shot,) = toolkit.read_cut(shared / "media/performance/short_hamilton_clip.mp4", handles=0).shots
    with open_plate(shot.media) as source, closing(source.frames_8bit(list(FRAMES))) as frames:
        for frame, picture in frames:
            assert cv2.imwrite(str(tmp_path / f"singer.{frame:04d}.png"), picture[..., ::-1])
    return toolkit.read_cut(tmp_path / "singer.####.png", handles=0)


@pytest.mark.usefixtures("segmenter_model", "face_models")
def test_hands_in_front_of_a_face_are_found_once_and_left_out_of_its_layer(cut: toolkit.Cut, tmp_path: Path) -> None:
    out = tmp_path / "out"
    settings = load_settings(overrides=["engine=builtin", "track.occluders=true", "face.canvas=128"])
    first, again = RecordedProgress(), RecordedProgress()
    (tracks,) = toolkit.track(cut, out, settings, progress=first)
    assert ("singer  in front of faces", 6) in [(label, total) for label, total, _ in first.stages]
    assert all(sample.occluders for sample in tracks.faces[0].samples)

    (same,) = toolkit.track(cut, out, settings, progress=again)
    assert not any(label.startswith("singer") for label, _, _ in again.stages), "both are read from disk"
    assert same.faces[0].samples[0].occluders == tracks.faces[0].samples[0].occluders

    plans = {plan.pass_name: plan for plan in toolkit.plan(out, settings)}
    assert all(face.occluders for frame in plans[PassName.FACE].frames for face in frame.faces)
    bare = {plan.pass_name: plan for plan in toolkit.plan(out, load_settings(overrides=["engine=builtin"]))}
    assert not any(face.occluders for frame in bare[PassName.FACE].frames for face in frame.faces)

    toolkit.plan(out, settings)
    toolkit.render(out, settings)
    (layer,) = out.glob("*/FACE/v*/*.1004.exr")
    alpha = OpenEXR.File(str(layer)).channels()["RGBA"].pixels[..., 3]
    assert alpha[HANDS[1], HANDS[0]] == 0
    assert alpha[NOSE[1], NOSE[0]] == 1
    outlines = tracks.faces[0].samples[3].occluders
    assert cv2.pointPolygonTest(np.array(outlines[0], np.float32), HANDS, measureDist=False) > 0
