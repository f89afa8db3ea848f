"""What other measures of faces say of damage: the distance of the landmarks, and that of MediaPipe's blendshapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks._damage import Picture, change, delay, flatten
from tests.benchmarks._performers import Performer
from tests.benchmarks.bench_acting import judge, performers
from toolkit.documents import FaceTracks
from toolkit.faces.detect import LandmarkReader
from toolkit.faces.upright import cut_canvas, map_to_plate, measure_placement
from toolkit.models import FACE_MODEL, fetch_asset
from toolkit.settings import Settings

_SIDES = (234, 454)
"""The landmarks between which a face has its width."""


def bench_noticing(folder: Path) -> None:
    """Our score beside both distances, of three kinds of damage and of a picture that is only graded."""
    print("                                 score   landmarks, % of the width   blendshapes, % of full")
    for performer in performers(folder):
        landmarks, shapes = _read(performer.tracks, performer.plate)
        widths = np.linalg.norm(landmarks[:, _SIDES[0]] - landmarks[:, _SIDES[1]], axis=1)
        for name, pictures in results(performer):
            found = judge(performer.tracks, performer.plate, pictures)
            others, other_shapes = _read(performer.tracks, pictures)
            apart = np.linalg.norm(others - landmarks, axis=2).mean(axis=1) / widths
            print(
                f"{performer.name}, {name:18s} {found.score or 0:5.1f}   {100 * np.nanmean(apart):25.2f}"
                f"   {100 * np.nanmean(np.abs(other_shapes - shapes)):22.2f}"
            )


def results(performer: Performer) -> Iterator[tuple[str, list[Picture]]]:
    """What is made of the plate, by name."""
    graded = [change(picture, "recoloured", frame) for frame, picture in enumerate(performer.plate)]
    yield "only recoloured", graded
    for name, act in (("half of the acting", flatten(0.5)), ("three frames late", delay(3)), ("frozen", flatten(0))):
        yield name, list(performer.paint(act(performer.acting)))


def _read(tracks: FaceTracks, pictures: Iterable[Picture]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Landmarks, (frames, 478, 2) in pixels, and blendshapes, (frames, 52), of the first face; NaN where it is lost."""
    samples = tracks.faces[0].samples
    landmarks, shapes = np.full((len(samples), 478, 2), np.nan), np.full((len(samples), 52), np.nan)
    reader = LandmarkReader(fetch_asset(FACE_MODEL), confidence=Settings().track.confidence)
    for place, (sample, picture) in enumerate(zip(samples, pictures, strict=True)):
        if sample.landmarks is None:
            continue
        matrix = reader.aim(measure_placement(sample.landmarks))
        reading = reader.read_unconfirmed(cut_canvas(picture, matrix))
        if reading is not None and reading.blendshapes is not None:
            landmarks[place] = map_to_plate(reading.landmarks, matrix)[:, :2]
            shapes[place] = reading.blendshapes
    reader.close()
    return landmarks, shapes
