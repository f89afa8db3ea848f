"""How well the measure of acting reads damage of known kind and size, and how little it minds other pictures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from tests.benchmarks._damage import CHANGES, Damage, Picture, change, damages
from tests.benchmarks._performers import Performer, draw_performer, warp_performer
from toolkit.documents import ActingReview, ClipName, FaceTracks
from toolkit.models import FACE_MODEL, fetch_asset
from toolkit.review import ShotReviewer
from toolkit.settings import Settings

CAPTURE = Path(__file__).resolve().parents[3] / "shared" / "media" / "facecap" / "facecap_front_720p30.mp4"
"""A rendered facial capture with a whole performance, where it is at hand."""
CAPTURED = 200
"""Frames of it."""


def bench_acting(folder: Path) -> None:
    """Two performances with every damage, and after each of CHANGES."""
    for performer in performers(folder):
        _damage(performer)
        _change_pictures(performer)


def performers(folder: Path) -> Iterator[Performer]:
    """The demo's face, and that of the facial capture where it is at hand."""
    yield draw_performer(folder)
    if CAPTURE.is_file():
        yield warp_performer("the capture", CAPTURE, folder, frames=CAPTURED)
    else:
        print(f"no facial capture at {CAPTURE}: its rows are left out")


def _damage(performer: Performer) -> None:
    scores = dict[str, list[tuple[float, float]]]()
    print(f"{performer.name:15s} size   score  amplitude (is)   delay (is)   smoothness  least kept")
    for damage in damages(brows=performer.brows, mouth=performer.mouth):
        painted = performer.paint(damage.act(performer.acting))
        found = judge(performer.tracks, performer.plate, painted)
        scores.setdefault(damage.kind, []).append((damage.size, found.score or 0.0))
        print(_row(damage, found))
    for kind, pairs in scores.items():
        if len(pairs) > 2:
            print(f"rank correlation, {kind:14s} {-_rank_correlation(pairs):5.2f} (target: at least 0.98)")


def _row(damage: Damage, found: ActingReview) -> str:
    least = next(iter(found.regions), "")
    hit = "" if not damage.first else " (right)" if least in damage.first else f" (wrong: {damage.first[0]})"
    return (
        f"{damage.kind:14s} {damage.size:5.2f}  {found.score or 0:6.1f}"
        f"  {found.amplitude or 0:5.2f} {_known(damage.kept):8s}"
        f"  {_number(found.delay_frames)} {_known(damage.late):8s}"
        f"  {_number(found.smoothness)}       {least}{hit}"
    )


def _change_pictures(performer: Performer) -> None:
    for changed in CHANGES:
        pictures = (change(picture, changed, frame) for frame, picture in enumerate(performer.plate))
        found = judge(performer.tracks, performer.plate, pictures)
        print(
            f"{performer.name}, {changed:14s} score {found.score or 0:5.1f}  amplitude {found.amplitude or 0:.2f}"
            f"  delay {_number(found.delay_frames)}  (target: at least {99 if changed == 'as it is' else 90})"
        )


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
