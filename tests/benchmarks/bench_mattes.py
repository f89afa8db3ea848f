"""Mattes: whether they cover what acts, and whether their edge is steady."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.bench_cuts import FOOTAGE
from toolkit.demo import make_demo
from toolkit.documents import FacePlan, FaceState, FaceTrack, FaceTracks
from toolkit.faces import track_faces
from toolkit.mattes import draw_matte, face_outline
from toolkit.passes.planning.acting import ActingFacts
from toolkit.passes.planning.faces import plan_faces
from toolkit.plates import open_plate
from toolkit.progress import SILENT
from toolkit.settings import Settings
from toolkit.stages.tracking import fetch_face_models
from toolkit.turnover import read_cut

_CLIPS = {
    "film-like, hardly moves": "performance/source_s18.mp4",
    "person, strong acting": "performance/driving_d0.mp4",
    "facial capture": "facecap/facecap_front_720p30.mp4",
    "person, extreme faces": "performance/driving_d6.mp4",
}
_RAYS = 72
"""Directions from the centre, fixed in the face, in which the edge is followed."""


def bench_mattes(folder: Path) -> None:
    """Least alpha at any landmark in the picture, and the second difference of the edge over time.

    The edge: its distance from the face's centre in fixed directions, in percent of the face's height; the root mean
    square of a frame, of which the median and the 90th percentile are printed, of the mattes and of outlines drawn from
    each frame's own reading. The performers act, so their least is not zero.
    """
    make_demo(folder / "mattes")
    (movie,) = (folder / "mattes").rglob("*.mov")
    clips = {"the demo's close-up": movie, **{name: FOOTAGE / path for name, path in _CLIPS.items()}}
    for name, clip in clips.items():
        if not clip.exists():
            print(f"{name}: {clip.name} is not here")
            continue
        (shot,) = read_cut(clip, handles=0).shots
        with open_plate(shot.media) as plate:
            tracks = track_faces(shot, plate, Settings().track, fetch_face_models(None, SILENT), lambda frames: None)
        planned = plan_faces(shot, tracks, Settings(), ActingFacts())
        faces = {frame: next(one for one in some if one.face == 0) for frame, some in planned.items()}
        alpha = _least_alpha(tracks, faces)
        edges = [_follow_edge(tracks.faces[0], faces, own_reading=own) for own in (True, False)]
        as_read, ours = (f"{np.median(edge):.3f} ({np.percentile(edge, 90):.2f})" for edge in edges)
        print(f"{name:28s} alpha >= {alpha:.3f} (target: 0.98)   edge {ours} %, as read {as_read} %", flush=True)


def _least_alpha(tracks: FaceTracks, faces: dict[int, FacePlan]) -> float:
    """At the landmarks of the first face that are in the picture."""
    least = 1.0
    for sample in tracks.faces[0].samples:
        if sample.state is FaceState.FOUND and sample.landmarks is not None:
            face = faces[sample.source_frame]
            matte = draw_matte(face.outline, face.feather, window=(0, 0, tracks.width, tracks.height))
            x, y = sample.landmarks[:, 0], sample.landmarks[:, 1]
            inside = (x >= 0) & (y >= 0) & (x <= tracks.width - 1) & (y <= tracks.height - 1)
            at_landmarks = cv2.remap(matte, x[inside], y[inside], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            least = min(least, float(at_landmarks.min()))
    return least


def _follow_edge(track: FaceTrack, faces: dict[int, FacePlan], *, own_reading: bool) -> NDArray[np.float64]:
    """(frames,): the second difference of the edge, percent of the face's height."""
    matte = Settings().matte
    reach = {}
    for sample in track.samples:
        if sample.state is FaceState.FOUND and sample.landmarks is not None:
            face = faces[sample.source_frame]
            drawn = face_outline(sample.landmarks, grow=matte.grow + matte.feather, forehead=matte.forehead)
            outline = drawn if own_reading else face.outline
            reach[sample.source_frame] = _distances(np.array(outline) - face.centre, face.roll) / face.scale
    middles = [frame for frame in reach if frame - 1 in reach and frame + 1 in reach]
    second = [reach[frame - 1] - 2 * reach[frame] + reach[frame + 1] for frame in middles]
    return np.asarray(100 * np.sqrt((np.array(second) ** 2).mean(axis=1)))


def _distances(outline: NDArray[np.float64], roll: float) -> NDArray[np.float64]:
    """How far a convex ``outline`` around the origin reaches in each direction."""
    after = np.roll(outline, -1, axis=0)
    normals = np.column_stack([after[:, 1] - outline[:, 1], outline[:, 0] - after[:, 0]])
    offsets = (normals * outline).sum(axis=1)
    normals, offsets = normals * np.sign(offsets)[:, None], np.abs(offsets)
    angles = np.radians(roll) + np.arange(_RAYS) * 2 * np.pi / _RAYS
    towards = np.stack([np.sin(angles), -np.cos(angles)], axis=1) @ normals.T
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(towards > 0, offsets / towards, np.inf).min(axis=1))
