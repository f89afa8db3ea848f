"""Precision and recall of the cuts that are found in pictures, on real shots cut together at random places."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.turnover._scenes import Picture, dissolve, fade
from toolkit.plates import open_plate, probe
from toolkit.turnover.picture_cuts.gradual import find_gradual_changes
from toolkit.turnover.picture_cuts.hard_cuts import find_hard_cuts
from toolkit.turnover.picture_cuts.signals import measure

FOOTAGE = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "media"
"""Real footage, stored beside the repository."""

SHOTS = {
    "performance/driving_d0.mp4": (0, 77),
    "performance/driving_d6.mp4": (0, 399),
    "performance/solo.mp4": (0, 299),
    "performance/source_s13.mp4": (0, 102),
    "performance/source_s18.mp4": (0, 281),
    "facecap/facecap_front_720p30.mp4": (0, 334),
    "performance/bbb_npm_8-14s_720p.mp4": (0, 92),
    "performance/sintel_a.mp4": (121, 456),
}
"""Files and their first and last frame; the last one has a cut at 319, so it is used in two halves."""

SIZE = (640, 360)
SEEDS = range(200, 204)
"""Not used for choosing the thresholds."""


@dataclass(kw_only=True)
class Movie:
    """Pictures, and where their shots begin."""

    pictures: list[Picture] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    soft: list[tuple[int, int]] = field(default_factory=list)
    """First and last frame of each dissolve and fade."""


@cache
def footage() -> tuple[list[Picture], ...]:
    """The shots, each as large as the others."""
    shots: list[list[Picture]] = []
    for name, (first, last) in SHOTS.items():
        with open_plate(probe(FOOTAGE / name)) as plate:
            shots.append([_fill(rgb) for _, rgb in plate.frames_8bit(range(first, last + 1))])
    *rest, halves = shots
    return *rest, halves[:198], halves[198:]


def _fill(rgb: Picture) -> Picture:
    """The middle of ``rgb`` that fills SIZE."""
    height, width = rgb.shape[:2]
    scale = max(SIZE[0] / width, SIZE[1] / height)
    large = cv2.resize(rgb, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    top, left = (large.shape[0] - SIZE[1]) // 2, (large.shape[1] - SIZE[0]) // 2
    return np.ascontiguousarray(large[top : top + SIZE[1], left : left + SIZE[0]])


def _pieces(chance: random.Random, lengths: Sequence[int]) -> Iterator[list[Picture]]:
    """A piece of another shot for each of ``lengths``."""
    last: list[Picture] | None = None
    for length in lengths:
        last = chance.choice([shot for shot in footage() if shot is not last and len(shot) >= length])
        first = chance.randint(0, len(last) - length)
        yield last[first : first + length]


def hard(chance: random.Random, lengths: Sequence[int] = ()) -> Movie:
    """Shots of 6 to 60 frames, or of ``lengths``."""
    movie = Movie()
    for piece in _pieces(chance, lengths or [chance.randint(6, 60) for _ in range(14)]):
        movie.cuts += [len(movie.pictures)] if movie.pictures else []
        movie.pictures += piece
    return movie


def short(chance: random.Random) -> Movie:
    """Shots of one to four frames between longer ones."""
    return hard(chance, [30, 1, 30, 2, 25, 3, 1, 1, 30, 4, 2, 1, 30, 1, 1, 1, 1, 30])


def barred(chance: random.Random) -> Movie:
    """With black bars, and dark."""
    movie = hard(chance)
    movie.pictures = [(picture * 0.3).astype(np.uint8) for picture in movie.pictures]
    for picture in movie.pictures:
        picture[:45] = picture[-45:] = 0
    return movie


def flashes(chance: random.Random) -> Movie:
    """Up to ten flashes of one to three frames, away from the cuts."""
    movie = hard(chance, [chance.randint(40, 70) for _ in range(8)])
    for first in chance.sample(range(5, len(movie.pictures) - 8), 10):
        if all(abs(first - cut) > 6 for cut in movie.cuts):
            for number in range(first, first + chance.randint(1, 3)):
                movie.pictures[number] = np.clip(movie.pictures[number] * 1.5 + 110, 0, 255).astype(np.uint8)
    return movie


def dissolves(chance: random.Random) -> Movie:
    """Dissolves of 6 to 36 frames."""
    movie = Movie()
    for number, piece in enumerate(_pieces(chance, [80] * 8)):
        length = (6, 12, 24, 36)[number % 4]
        if not movie.pictures:
            movie.pictures = piece
            continue
        movie.soft.append((len(movie.pictures) - length, len(movie.pictures) - 1))
        movie.pictures = dissolve(movie.pictures, piece, length)
    return movie


def fades(chance: random.Random) -> Movie:
    """Fades through black."""
    movie = Movie()
    for number, piece in enumerate(_pieces(chance, [80] * 6)):
        length = (8, 16, 24)[number % 3]
        if movie.pictures:
            first = len(movie.pictures) - length
            black = [np.zeros_like(piece[0])] * 6
            movie.pictures = [*fade(movie.pictures, tail=length), *black]
            movie.soft.append((first, len(movie.pictures) + length - 1))
        movie.pictures += fade(piece, head=length if movie.pictures else 0)
    return movie


def bench_cuts() -> None:
    """Print precision and recall of ours, and of PySceneDetect's detectors at their defaults."""
    if not FOOTAGE.is_dir():
        print(f"cuts: no real footage: {FOOTAGE} does not exist")
        return
    from scenedetect.detectors import AdaptiveDetector, ContentDetector

    finders: dict[str, Callable[[Movie], set[int]]] = {
        "ours": _find,
        "AdaptiveDetector": lambda movie: _run(AdaptiveDetector(), movie),
        "ContentDetector": lambda movie: _run(ContentDetector(), movie),
    }
    kinds = (hard, short, barred, flashes, dissolves, fades)
    for name, find in finders.items():
        rows = {make.__name__: _score(make, find) for make in kinds}
        right, wrong, missed = (sum(row[place] for row in rows.values()) for place in range(3))
        print(f"{name:17s} precision {right / (right + wrong):.3f}   recall {right / (right + missed):.3f}", end="   ")
        print("  ".join(f"{kind} {a}/{a + c} ({b} false)" for kind, (a, b, c) in rows.items()))


def _score(make: Callable[[random.Random], Movie], find: Callable[[Movie], set[int]]) -> tuple[int, int, int]:
    """Cuts that are right, wrong and missed. In a dissolve or fade, any one frame is right."""
    right = wrong = missed = 0
    for seed in SEEDS:
        movie = make(random.Random(seed))
        found = find(movie)
        soft = [{cut for cut in found if first - 1 <= cut <= last + 1} for first, last in movie.soft]
        hits = len(found & set(movie.cuts)) + sum(map(bool, soft))
        right += hits
        wrong += len(found) - hits
        missed += len(movie.cuts) + len(movie.soft) - hits
    return right, wrong, missed


def _find(movie: Movie) -> set[int]:
    signals = measure(movie.pictures, 8.0)
    firsts = find_hard_cuts(signals).firsts
    changes, edges = find_gradual_changes(signals.thumbnails, firsts)
    return {*firsts, *(change.middle for change in changes)} - set(edges)


def _run(detector: Any, movie: Movie) -> set[int]:
    found: set[int] = set()
    for number, picture in enumerate(movie.pictures):
        small = cv2.resize(picture, (256, 144), interpolation=cv2.INTER_AREA)
        found.update(detector.process_frame(number, cv2.cvtColor(small, cv2.COLOR_RGB2BGR)))
    return found
