"""Hands in front of faces: how much of them is taken out of FACE, and how much of the face with them."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.bench_cuts import FOOTAGE
from toolkit.documents import FaceSample
from toolkit.faces import track_faces
from toolkit.faces.occluders import OccluderFinder
from toolkit.mattes import draw_matte, face_outline, leave_out
from toolkit.models import SEGMENTER, fetch_asset
from toolkit.plates import open_plate
from toolkit.progress import SILENT
from toolkit.settings import Settings
from toolkit.stages.tracking import fetch_face_models
from toolkit.turnover import read_cut

_CLIPS = {
    "person, strong acting": "performance/driving_d0.mp4",
    "film-like, hardly moves": "performance/source_s18.mp4",
    "two people": "performance/solo.mp4",
}
_HAND_FRAME, _HAND_BOX = 200, (380, 142, 480, 236)
"""Where the singer's open hand is before a dark curtain: frame, left, top, right, bottom."""
_HAND_HEIGHT = 0.75
"""Height of the hand over a face, face heights."""
_PLACES = {"mouth": (0.0, 0.45), "cheek": (0.3, 0.25), "eyes": (0.0, 0.0)}
"""Of its middle from the centre of the face, face heights."""
_FRAMES = 8
"""Of each clip, evenly spread."""

Picture = NDArray[np.uint8]


def bench_occluders(_: Path) -> None:
    """Percent of a hand's pixels in the face that FACE leaves out, and of the face's other pixels.

    A hand is cut out of one clip and laid over the faces of others: its pixels are known.
    """
    singer = FOOTAGE / "performance/short_hamilton_clip.mp4"
    if not singer.exists():
        print(f"{singer.name} is not here")
        return
    hand = _cut_out_hand(singer)
    print(f"{'clip':26s} {'place':6s}  hand out (>= 90 %)  face out")
    with OccluderFinder(fetch_asset(SEGMENTER)) as finder:
        for name, clip in _CLIPS.items():
            (shot,) = read_cut(FOOTAGE / clip, handles=0).shots
            with open_plate(shot.media) as plate:
                tracks = track_faces(
                    shot, plate, Settings().track, fetch_face_models(None, SILENT), lambda frames: None
                )
                samples = tracks.faces[0].samples[:: max(1, len(tracks.faces[0].samples) // _FRAMES)]
                read = {one.source_frame: one for one in samples if one.landmarks is not None}
                with closing(plate.frames_8bit(list(read))) as frames:
                    pictures = list(frames)
            for place, offset in _PLACES.items():
                out = [_measure(finder, picture, read[frame], hand, offset) for frame, picture in pictures]
                gone, lost = np.mean(out, axis=0)
                print(f"{name:26s} {place:6s} {gone:12.1f} % {lost:16.1f} %", flush=True)


def _cut_out_hand(clip: Path) -> tuple[Picture, Picture]:
    """The hand and its mask, 0 or 1."""
    (shot,) = read_cut(clip, handles=0).shots
    with open_plate(shot.media) as plate, closing(plate.frames_8bit([_HAND_FRAME])) as frames:
        ((_, picture),) = list(frames)
    left, top, right, bottom = _HAND_BOX
    hand = picture[top:bottom, left:right].copy()
    bright = (hand.astype(int).max(axis=2) > 110).astype(np.uint8)
    _, parts, facts, _ = cv2.connectedComponentsWithStats(bright)
    largest = 1 + int(np.argmax(facts[1:, cv2.CC_STAT_AREA]))
    mask = cv2.morphologyEx((parts == largest).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    return hand, np.asarray(mask, np.uint8)


def _measure(
    finder: OccluderFinder,
    picture: Picture,
    sample: FaceSample,
    cut_out: tuple[Picture, Picture],
    offset: tuple[float, float],
) -> tuple[float, float]:
    """Percent of the hand's pixels on the face that are left out, and of the face's others."""
    assert sample.centre is not None and sample.scale is not None and sample.landmarks is not None
    hand, mask = cut_out
    x, y = (part + sample.scale * away for part, away in zip(sample.centre, offset, strict=True))
    zoom = _HAND_HEIGHT * sample.scale / hand.shape[0]
    matrix = np.array([[zoom, 0, x - zoom * hand.shape[1] / 2], [0, zoom, y - zoom * hand.shape[0] / 2]])
    size = picture.shape[1], picture.shape[0]
    soft = cv2.warpAffine(mask.astype(np.float32), matrix, size)[..., None]
    laid = cv2.warpAffine(hand, matrix, size) * soft + picture * (1 - soft)
    (sight,) = finder.find(np.asarray(np.rint(laid), np.uint8), [sample])
    window = (0, 0, *size)
    matte = draw_matte(face_outline(sample.landmarks, grow=0.04), 1.0, window=window)
    before = matte > 0.9
    leave_out(matte, sight.outlines, sample.scale, window=window)
    covered = soft[..., 0] > 0.9
    bare = cv2.dilate((soft[..., 0] > 0).astype(np.uint8), np.ones((5, 5), np.uint8)) == 0
    gone = 100 * float((matte[before & covered] < 0.1).mean())
    return gone, 100 * float((matte[before & bare] < 0.9).mean())
