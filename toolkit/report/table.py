"""``review.csv``: every score, for a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from toolkit.documents import ActingReview, BlinkReview, RegionReview, write_atomically
from toolkit.report.entries import ShotEntry

_HEAD = (
    "shot", "face", "region", "clip", "score", "weight", "amplitude", "delay_frames", "smoothness", "worst_frames",
    "failing_frames", "blinks", "blinks_kept", "blinks_lost", "blinks_added", "blinks_delay_frames",
)  # fmt: skip


def write_table(path: Path, entries: Iterable[ShotEntry]) -> None:
    """One row for each shot, face, region (``all`` first) and clip that was judged. Raises OutputNotWritable."""
    with write_atomically(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEAD)
        for entry in entries:
            for face in entry.faces:
                for clip, acting in face.passes.items():
                    writer.writerows([entry.shot.name, face.face, *row] for row in _rows(clip, acting))


def _rows(clip: str, acting: ActingReview) -> Iterator[list[object]]:
    worst = " ".join(map(str, acting.worst_frames))
    failing = " ".join(map(str, acting.failing))
    if acting.score is not None:
        yield ["all", clip, *_numbers(acting.score, acting.confidence, acting), worst, failing, *_blinks(acting.blinks)]
    for name, region in acting.regions.items():
        yield [name, clip, *_numbers(region.score, region.weight, region), "", "", *_blinks(None)]


def _blinks(blinks: BlinkReview | None) -> list[object]:
    if blinks is None:
        return [""] * 5
    delay = "" if blinks.delay_frames is None else f"{blinks.delay_frames:.2f}"
    return [blinks.plate, blinks.kept, blinks.lost, blinks.added, delay]


def _numbers(score: float, weight: float, one: ActingReview | RegionReview) -> list[str]:
    values = (one.amplitude, one.delay_frames, one.smoothness)
    return [f"{score:.1f}", f"{weight:.2f}", *("" if value is None else f"{value:.3f}" for value in values)]
