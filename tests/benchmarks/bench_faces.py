"""Faces in real clips: how many frames have one, how exact its place is, and what that costs, beside bare MediaPipe."""

from __future__ import annotations

import csv
import math
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.bench_cuts import FOOTAGE
from toolkit.documents import FaceSample, FaceState, FaceTrack, FaceTracks, Shot
from toolkit.faces import track_faces
from toolkit.faces.graph import silence_stderr
from toolkit.models import FACE_MODEL, fetch_asset
from toolkit.plates import open_plate
from toolkit.progress import SILENT
from toolkit.settings import Settings
from toolkit.stages.tracking import fetch_face_models
from toolkit.turnover import read_cut

_CLIPS = {
    "facecap/facecap_front_720p30.mp4": "100 % found, centre <= 0.5 %",
    "facecap/facecap_far_720p24.mp4": "100 % found, centre <= 0.5 %",
    "facecap/facecap_turn_720p24.mp4": ">= 90 % found or held, none off by more than 5 %",
    "performance/short_hamilton_clip.mp4": ">= 95 % found or held, none false",
    "performance/sintel_a.mp4": ">= 35 %, never a logo",
    "performance/source_s13.mp4": "100 % found",
    "performance/source_s18.mp4": "100 % found",
    "performance/solo.mp4": "two faces, 100 % found",
    "performance/driving_d0.mp4": "100 % found",
    "performance/bbb_npm_8-14s_720p.mp4": "no faces: they are animals",
}
"""What is asked of each clip."""
_FAR_OFF = 5.0
"""Percent of the face's width by which a face is in the wrong place."""


def bench_faces(_: Path) -> None:
    """Frames with a face in percent, faces, CPU time as a multiple of bare MediaPipe's, and the error of the centre.

    Bare MediaPipe is the Face Landmarker on the whole frame, in video mode, with as many faces. The error is that of
    the facial captures, whose head is known: the distance of the centre from the one point of the head that fits best,
    root mean square, in percent of the face's width. Whether a face is a false one, only a person can tell.
    """
    print(f"{'clip':24s}  found    held    bare  faces    CPU  centre  off  asked")
    for name, asked in _CLIPS.items():
        clip = FOOTAGE / name
        if not clip.exists():
            print(f"{clip.stem}: it is not here")
            continue
        (shot,) = read_cut(clip, handles=0).shots
        start = time.process_time()
        with open_plate(shot.media) as plate:
            tracks = track_faces(shot, plate, Settings().track, fetch_face_models(None, SILENT), lambda frames: None)
        middle = time.process_time()
        bare = _run_bare(shot)
        ratio = (middle - start) / (time.process_time() - middle)
        found, held = (_share_with(tracks, state) for state in (FaceState.FOUND, FaceState.HELD))
        truth = clip.with_name(f"{clip.stem}_gt.csv")
        exact = _measure_errors(tracks.faces[0], truth, tracks) if truth.exists() and tracks.faces else None
        error = f"{np.sqrt((exact**2).mean()):5.2f} %  {(exact > _FAR_OFF).sum():3d}" if exact is not None else " " * 12
        counts = f"{found:5.1f} % {held:5.1f} % {bare:5.1f} %  {len(tracks.faces):5d}"
        print(f"{clip.stem[:24]:24s} {counts} {ratio:5.2f}x {error}  {asked}", flush=True)


def _share_with(tracks: FaceTracks, state: FaceState) -> float:
    """Percent of the frames in which a face is FOUND, or HELD while none is FOUND."""
    best: dict[int, FaceState] = {}
    for sample in (sample for face in tracks.faces for sample in face.samples):
        known = best.get(sample.source_frame)
        if sample.state is not FaceState.ABSENT and known is not FaceState.FOUND:
            best[sample.source_frame] = sample.state
    return 100 * sum(one is state for one in best.values()) / len(tracks.source_range)


def _run_bare(shot: Shot) -> float:
    """Percent of the frames in which the bare Face Landmarker sees a face."""
    import mediapipe as mp

    vision = mp.tasks.vision
    options = vision.FaceLandmarkerOptions(
        base_options=mp.tasks.BaseOptions(model_asset_path=str(fetch_asset(FACE_MODEL))),
        running_mode=vision.RunningMode.VIDEO,
        num_faces=Settings().track.max_faces,
        output_face_blendshapes=True,
        output_facial_transformation_matrixes=True,
    )
    with (
        silence_stderr(),
        vision.FaceLandmarker.create_from_options(options) as landmarker,
        open_plate(shot.media) as plate,
    ):
        seen = [
            bool(
                landmarker.detect_for_video(
                    mp.Image(image_format=mp.ImageFormat.SRGB, data=picture), index * 1000 // 24
                ).face_landmarks
            )
            for index, (_, picture) in enumerate(plate.frames_8bit(shot.source_work_range))
        ]
    return 100 * float(np.mean(seen))


def _measure_errors(face: FaceTrack, truth: Path, tracks: FaceTracks) -> NDArray[np.float64]:
    """(frames,): distance of each FOUND centre from the point of the head that fits all of them, % of the width."""
    with truth.open() as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    found = [sample for sample in face.samples if sample.state is FaceState.FOUND]
    centres = np.array([sample.centre for sample in found])
    cameras = [
        _camera(rows[one.source_frame - tracks.source_range.first], tracks.width, tracks.height) for one in found
    ]
    matrices = np.stack(cameras)  # (frames, 3, 4): head to homogeneous pixels
    point = np.zeros(3)
    for _ in range(20):  # Gauss and Newton
        homogeneous = matrices[:, :, :3] @ point + matrices[:, :, 3]
        seen = homogeneous[:, :2] / homogeneous[:, 2:]
        slopes = (matrices[:, :2, :3] - seen[..., None] * matrices[:, 2:, :3]) / homogeneous[:, 2:, None]
        point += np.linalg.lstsq(slopes.reshape(-1, 3), (centres - seen).ravel(), rcond=None)[0]
    widths = np.array([_width(sample) for sample in found])
    return np.asarray(100 * np.hypot(*(centres - seen).T) / widths)


def _camera(row: dict[str, float], width: int, height: int) -> NDArray[np.float64]:
    """(3, 4): from the head's own coordinates to homogeneous pixels, centres at integers."""
    world = np.array([[row[f"head_world_{line}{column}"] for column in range(4)] for line in range(4)])
    eye, target = (np.array([row[f"{name}_{axis}"] for axis in "xyz"]) for name in ("cam", "tgt"))
    backwards = (eye - target) / np.linalg.norm(eye - target)
    right = np.cross((0.0, 1.0, 0.0), backwards)
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(backwards, right), backwards])
    view = np.column_stack([rotation, -rotation @ eye])
    focal = height / 2 / math.tan(math.radians(row["fov_y_deg"]) / 2)
    project = np.array([[focal, 0, -(width - 1) / 2], [0, -focal, -(height - 1) / 2], [0, 0, -1]])
    return np.asarray(project @ view @ world)


def _width(sample: FaceSample) -> float:
    """From ear to ear, in depth too, pixels."""
    assert sample.landmarks is not None
    return float(np.linalg.norm(sample.landmarks[234] - sample.landmarks[454]))
