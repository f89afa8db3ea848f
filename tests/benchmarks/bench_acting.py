"""How well the measure of acting reads damage of known kind and size, and how little it minds other pictures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from tests.benchmarks._damage import CHANGES, DAMAGES, Picture, acting_of, change, redraw
from toolkit.demo.drawing import draw_frames
from toolkit.demo.motion import PUSH_IN
from toolkit.demo.writing import write_movie
from toolkit.documents import ActingReview, ClipName, FaceTracks
from toolkit.faces import track_faces
from toolkit.models import FACE_MODEL, fetch_asset
from toolkit.plates import open_plate
from toolkit.review import ShotReviewer
from toolkit.settings import Settings
from toolkit.turnover import read_cut

SHARED = Path(__file__).resolve().parents[3] / "shared" / "media" / "facecap" / "facecap_front_720p30.mp4"
"""A rendered facial capture with a whole performance, where it is at hand."""


def bench_acting(folder: Path) -> None:
    """The demo's face redrawn with each of DAMAGES, and two performances after each of CHANGES."""
    plate = list(draw_frames(PUSH_IN))
    movie = folder / "acting.mov"
    write_movie(movie, iter(plate), timecode_first=0)
    tracks = track(movie)
    acting, scores = acting_of(PUSH_IN), dict[str, list[tuple[float, float]]]()
    print("kind            size   score  amplitude (is)   delay (is)   smoothness  least kept")
    for damage in DAMAGES:
        found = judge(tracks, plate, redraw(PUSH_IN, damage.act(acting)))
        scores.setdefault(damage.kind, []).append((damage.size, found.score or 0.0))
        least = next(iter(found.regions), "")
        hit = "" if not damage.first else " (right)" if least == damage.first else f" (wrong: {damage.first})"
        print(
            f"{damage.kind:14s} {damage.size:5.2f}  {found.score or 0:6.1f}"
            f"  {found.amplitude or 0:5.2f} {_known(damage.kept):8s}"
            f"  {_number(found.delay_frames)} {_known(damage.late):8s}"
            f"  {_number(found.smoothness)}       {least}{hit}"
        )
    for kind, pairs in scores.items():
        if len(pairs) > 2:
            print(f"rank correlation, {kind:14s} {-_rank_correlation(pairs):5.2f} (target: at least 0.98)")
    _change_pictures("the demo", tracks, plate)
    if SHARED.is_file():
        with open_plate(read_cut(SHARED, handles=0).shots[0].media) as opened:
            pictures = [picture for _, picture in opened.frames_8bit(range(200))]
        write_movie(folder / "facecap.mov", iter(pictures), timecode_first=0)
        _change_pictures("a facial capture", track(folder / "facecap.mov"), pictures)
    else:
        print(f"no facial capture at {SHARED}: its rows are left out")


def _change_pictures(name: str, tracks: FaceTracks, plate: list[Picture]) -> None:
    for changed in CHANGES:
        found = judge(tracks, plate, (change(picture, changed, frame) for frame, picture in enumerate(plate)))
        print(
            f"{name}, {changed:14s} score {found.score or 0:5.1f}  amplitude {found.amplitude or 0:.2f}"
            f"  delay {_number(found.delay_frames)}  (target: at least {99 if changed == 'as it is' else 90})"
        )


def track(movie: Path) -> FaceTracks:
    """The faces of ``movie``."""
    (shot,) = read_cut(movie, handles=0).shots
    with open_plate(shot.media) as plate:
        return track_faces(shot, plate, Settings().track, fetch_asset(FACE_MODEL), lambda _: None)


def judge(tracks: FaceTracks, plate: Iterable[Picture], result: Iterable[Picture]) -> ActingReview:
    """What ``result`` has kept of the first face of ``plate``."""
    model, confidence = fetch_asset(FACE_MODEL), Settings().track.confidence
    with ShotReviewer(tracks, [ClipName.RESULT], model, confidence=confidence) as reviewer:
        for source_frame, picture, painted in zip(tracks.source_range, plate, result, strict=True):
            reviewer.add(source_frame, picture, {ClipName.RESULT: painted})
        return reviewer.judge().faces[0].acting


def _rank_correlation(pairs: list[tuple[float, float]]) -> float:
    """Spearman's, of sizes and scores; equal ones have the mean of their ranks."""
    sizes, scores = (
        [np.mean(np.flatnonzero(np.sort(values) == value)) for value in values] for values in zip(*pairs, strict=True)
    )
    return float(np.asarray(np.corrcoef(sizes, scores))[0, 1])


def _known(value: float | None) -> str:
    return "" if value is None else f"({value:.2f})"


def _number(value: float | None) -> str:
    return "    -" if value is None else f"{value + 0.0:5.2f}"
