"""Footage for the proof: small movies and sequences on disk, and media that are offline."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from tests.proof._model import Footage
from tests.turnover._cuts import write_movie, write_sequence

RATES = (
    Fraction(24),
    Fraction(24000, 1001),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(50),
    Fraction(60000, 1001),
)
STILL = "still0007.png"
COUNT = 120
"""Frames of what is on disk."""
LONG = 4000
"""Frames of what is not."""
_HOLES = (108, 131, 132, 160)


def make_footage(folder: Path) -> list[Footage]:
    """Write movies of every rate, a sequence, one with holes and a still into ``folder``; returns all footage."""
    found: list[Footage] = []
    for number, rate in enumerate(RATES):
        path = write_movie(folder / f"m{number}" / "movie.mov", COUNT, rate=rate)
        start = (0, 86400, 3600 * 25, 0, 1000, 77, 36000 * 60)[number]
        movie = Footage(kind="movie", path=str(path), rate=rate, count=COUNT, start=start)
        found.append(replace(movie, on_disk=frozenset(range(COUNT))))
        found.append(replace(movie, path=f"/offline/{number}.mov", count=LONG))
    whole, holes = range(1001, 1001 + COUNT), [n for n in range(101, 101 + COUNT) if n not in _HOLES]
    files = {
        numbers[0]: (write_sequence(folder / f"s{numbers[0]}", numbers), frozenset(numbers))
        for numbers in (whole, holes)
    }
    for first, start in ((1001, 1001), (1001, 0), (1006, 86400), (101, 101), (101, 90000)):
        path, numbers = files[1001 if first > 1000 else 101]
        for rate in RATES:
            count = COUNT - (first - 1001 if first > 1000 else 0)
            found.append(
                Footage(
                    kind="sequence", path=str(path), rate=rate, count=count, first=first, start=start, on_disk=numbers
                )
            )
    found += [
        Footage(kind="sequence", path="/offline/plate.####.png", rate=rate, count=LONG, first=1001, start=500)
        for rate in RATES
    ]
    write_sequence(folder / "stills", [7], prefix="still")
    still = str(folder / "stills" / STILL)
    found.append(Footage(kind="still", path=still, rate=Fraction(24), count=1, on_disk=frozenset({0})))
    return found


def has_holes(footage: Footage) -> bool:
    """Whether frames inside its range are missing."""
    return footage.first == 101
