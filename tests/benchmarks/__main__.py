"""Measures speed and memory as ratios within one interleaved run: ``python -m tests.benchmarks [NAME]…``.

Machines are noisy, so nothing here passes or fails: each benchmark prints its measurement and the target.
Names: help, exr, analysis, holds, run, around, engines, shot, steady, faces, mattes, occluders, cut, cuts, acting,
noticing, memory (without a name: all; faces, acting, noticing and memory take several minutes each). ``engines`` and
``shot`` need a GPU, for about eight minutes each.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np

from tests.benchmarks.bench_acting import bench_acting
from tests.benchmarks.bench_around import bench_around
from tests.benchmarks.bench_cut import bench_cut
from tests.benchmarks.bench_cuts import bench_cuts
from tests.benchmarks.bench_engines import bench_engines
from tests.benchmarks.bench_faces import bench_faces
from tests.benchmarks.bench_holds import bench_holds
from tests.benchmarks.bench_mattes import bench_mattes
from tests.benchmarks.bench_noticing import bench_noticing
from tests.benchmarks.bench_occluders import bench_occluders
from tests.benchmarks.bench_shot import bench_shot
from tests.benchmarks.bench_steady import bench_steady

ROUNDS = 5


def measure(work: Callable[[], object]) -> float:
    """Seconds of one call, by the clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compare(
    name: str, ours: Callable[[], object], bare: Callable[[], object], count: int, *, target: str, rounds: int = ROUNDS
) -> None:
    """Print one line: median rates, and the median speed ratio of the pairs (above 1: faster than the bare loop)."""
    ours(), bare()  # warm-up
    pairs = [(measure(ours), measure(bare)) for _ in range(rounds)]
    mine, theirs = (count / statistics.median(seconds) for seconds in zip(*pairs, strict=True))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"{name:28s} {mine:8.1f}/s   bare {theirs:8.1f}/s   ratio {ratio:5.2f}   (target: {target})")


def demo_footage(folder: Path, *, height: int = 720, times: int = 1) -> Path:
    """The demo's movie, scaled to ``height`` lines; created once per folder.

    Repeated ``times`` times, every second time backwards, so that the face does not jump.
    """
    import av

    from toolkit.demo import make_demo

    make_demo(folder / "demo")
    (movie,) = (folder / "demo").rglob("*.mov")
    scaled = folder / f"face_{height}_{times}.mp4"
    if not scaled.exists():
        with av.open(str(scaled), "w") as target:
            stream = target.add_stream("libx264", rate=24, options={"crf": "14", "preset": "fast"})
            stream.width, stream.height, stream.pix_fmt = height * 16 // 9, height, "yuv420p"
            with av.open(str(movie)) as source:
                pictures = [frame.reformat(width=stream.width, height=height) for frame in source.decode(video=0)]
            shown = [picture for turn in range(times) for picture in pictures[:: -1 if turn % 2 else 1]]
            for number, picture in enumerate(shown):
                picture.pts, picture.time_base = number, Fraction(1, 24)
                target.mux(stream.encode(picture))
            target.mux(stream.encode(None))
    return scaled


def bench_help(_: Path) -> None:
    """CPU seconds of ``toolkit --help``."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for _round in range(ROUNDS):
        subprocess.run([sys.executable, "-m", "toolkit.cli", "--help"], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / ROUNDS
    print(f"{'toolkit --help':28s} {cpu:.2f} s of CPU time (target: under 0.3)")


def bench_exr(folder: Path) -> None:
    """Writing layer files, compared with a bare loop of the official bindings: same pixels, compression and threads."""
    import OpenEXR

    from toolkit.plates import write_exr

    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 1, 1920 * 1080 * 3, dtype=np.float32).reshape(1080, 1920, 3)
    grainy = np.clip(ramp + rng.normal(0, 0.01, ramp.shape), 0, 1)
    body = np.ascontiguousarray(grainy, dtype=np.float16)
    face = np.zeros((1080, 1920, 4), np.float16)
    face[300:700, 700:1100, :3] = body[300:700, 700:1100]
    face[300:700, 700:1100, 3] = 1
    facts: dict[str, str | int] = {"toolkit/shot": "sh010", "toolkit/sourceFrame": 5}

    def bare(pixels: np.ndarray, path: Path) -> None:
        header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage, **facts}
        OpenEXR.File(header, {"RGBA" if pixels.shape[2] == 4 else "RGB": pixels}).write(str(path))

    for name, pixels in (("BODY", body), ("FACE", face)):
        for threads in (1, 2):
            with ThreadPoolExecutor(threads) as pool:

                def loop(write: Callable[[Path], None], pool: ThreadPoolExecutor = pool) -> None:
                    list(pool.map(write, [folder / f"layer.{i:04d}.exr" for i in range(12)]))

                OpenEXR.set_global_thread_count(0)
                compare(
                    f"EXR {name} 1080p, {threads} thread(s)",
                    lambda: loop(lambda path: write_exr(path, pixels, facts)),  # noqa: B023  used within the round
                    lambda: loop(lambda path: bare(pixels, path)),  # noqa: B023
                    12,
                    target=">= 0.9",
                )


def bench_analysis(folder: Path) -> None:
    """``track``, compared with a bare loop of PyAV decoding and MediaPipe on the same 1080p clip."""
    import av
    import mediapipe as mp

    from toolkit.faces import track_faces
    from toolkit.models import FACE_MODEL, fetch_asset
    from toolkit.plates import open_plate
    from toolkit.progress import SILENT
    from toolkit.settings import Settings
    from toolkit.stages.tracking import fetch_face_models
    from toolkit.turnover import read_cut

    clip, model = demo_footage(folder, height=1080, times=4), fetch_asset(FACE_MODEL)
    (shot,) = read_cut(clip, handles=0).shots
    count, models = len(shot.source_work_range), fetch_face_models(None, SILENT)

    def ours() -> None:
        with open_plate(shot.media) as plate:
            track_faces(shot, plate, Settings().track, models, lambda frames: None)

    def bare(faces: int) -> Callable[[], None]:
        def loop() -> None:
            vision = mp.tasks.vision
            options = vision.FaceLandmarkerOptions(
                base_options=mp.tasks.BaseOptions(model_asset_path=str(model)),
                running_mode=vision.RunningMode.VIDEO,
                num_faces=faces,
                output_face_blendshapes=True,
                output_facial_transformation_matrixes=True,
            )
            with vision.FaceLandmarker.create_from_options(options) as landmarker, av.open(str(clip)) as container:
                container.streams.video[0].thread_type = "AUTO"
                for i, frame in enumerate(container.decode(video=0)):
                    image = mp.Image(image_format=mp.ImageFormat.SRGB, data=frame.to_ndarray(format="rgb24"))
                    landmarker.detect_for_video(image, i * 1000 // 24)

        return loop

    for faces in (1, Settings().track.max_faces):
        compare(f"track 1080p, bare {faces} face(s)", ours, bare(faces), count, target=">= 0.9")


def bench_run(folder: Path) -> None:
    """A whole ``run``, compared with its slowest stage alone, each in a new process."""
    clip = demo_footage(folder, height=1080)

    def command(*arguments: object) -> Callable[[], None]:
        line = [sys.executable, "-m", "toolkit.cli", *map(str, arguments)]

        def call() -> None:
            subprocess.run(line, check=True, capture_output=True)

        return call

    whole: list[float] = []
    stages: dict[str, list[float]] = {"track": [], "plan": [], "render": [], "conform": []}
    for turn in range(3):
        out = folder / f"stages_{turn}"
        for stage, seconds in stages.items():
            seconds.append(measure(command(stage, clip, "-o", out) if stage == "track" else command(stage, out)))
        whole.append(measure(command("run", clip, "-o", folder / f"whole_{turn}")))
    medians = {stage: statistics.median(seconds) for stage, seconds in stages.items()}
    slowest = max(medians, key=lambda stage: medians[stage])
    listed = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in medians.items())
    ratio = statistics.median(whole) / medians[slowest]
    print(f"{'run 1080p':28s} {statistics.median(whole):.1f} s; {listed}")
    print(f"{'run / ' + slowest:28s} ratio {ratio:.2f} (target: at most 1.25)")


def bench_memory(folder: Path) -> None:
    """Peak memory of a run over 100 and over 1,000 frames of the same size."""
    import cv2

    peaks = {}
    for count in (100, 1000):
        plates = folder / f"plates_{count}"
        plates.mkdir()
        frames = folder / "demo_frames"
        if not frames.exists():
            frames.mkdir()
            capture = cv2.VideoCapture(str(demo_footage(folder)))
            for i in range(48):
                assert cv2.imwrite(str(frames / f"{i:02d}.png"), capture.read()[1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
        for i in range(count):
            os.link(frames / f"{i % 48:02d}.png", plates / f"plate.{1001 + i}.png")
        script = (
            "import resource, sys; from toolkit.cli import run_command; code = run_command(sys.argv[1:]);"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024); sys.exit(code)"
        )
        line = [sys.executable, "-c", script, "run", str(plates / "plate.####.png"), "-o", str(folder / f"out_{count}")]
        done = subprocess.run(line, capture_output=True, text=True, check=True)
        peaks[count] = int(done.stdout.splitlines()[-1])
        print(f"{f'memory, {count} frames 720p':28s} {peaks[count]} MB")
    print(f"{'memory':28s} ratio {peaks[1000] / peaks[100]:.3f} (target: at most 1.10)")


BENCHMARKS: dict[str, Callable[[Path], None]] = {
    "help": bench_help,
    "exr": bench_exr,
    "analysis": bench_analysis,
    "holds": bench_holds,
    "run": bench_run,
    "around": bench_around,
    "engines": bench_engines,
    "shot": bench_shot,
    "steady": bench_steady,
    "cut": bench_cut,
    "cuts": lambda _: bench_cuts(),
    "acting": bench_acting,
    "noticing": bench_noticing,
    "faces": bench_faces,
    "mattes": bench_mattes,
    "occluders": bench_occluders,
    "memory": bench_memory,
}

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        for chosen in sys.argv[1:] or BENCHMARKS:
            BENCHMARKS[chosen](Path(scratch))
