"""Random edit lists, written by a writer that shares no code with the reader, are read back frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.turnover._cuts import write_movie
from tests.turnover._edls import label, read, shown

RATES = {
    "23.976": (24, False),
    "24": (24, False),
    "25": (25, False),
    "29.97": (30, True),
    "30": (30, False),
    "50": (50, False),
}
"""Labels per second, and whether they are drop frame."""

PERCENTS = (-200, -100, -50, 0, 25, 50, 75, 100, 100, 100, 150, 200, 400)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One event: how long nothing is before it, what it shows, and how fast."""

    gap: int
    count: int
    source: int
    percent: int


PIECES = st.builds(
    Piece,
    gap=st.sampled_from((0, 0, 0, 1, 7, 50)),
    count=st.integers(1, 40),
    source=st.integers(0, 2_000_000),
    percent=st.sampled_from(PERCENTS),
)
FIRST, COUNT = 90_000, 200
"""Timecode of the movie's first frame, and how many it has."""
PIECES_OF_THE_MOVIE = st.builds(
    Piece,
    gap=st.sampled_from((0, 0, 3)),
    count=st.integers(1, 40),
    source=st.integers(FIRST, FIRST + COUNT - 160),
    percent=st.sampled_from(PERCENTS),
)


def frames_of(piece: Piece) -> list[int]:
    """What each of its frames shows: a reversed event shows its range from the end."""
    speed = Fraction(piece.percent, 100)
    forwards = [piece.source + floor(abs(speed) * index) for index in range(piece.count)]
    return forwards[::-1] if speed < 0 else forwards


def write(
    path: Path, pieces: list[Piece], *, nominal: int, drop: bool, start: int, reel: str = ""
) -> list[tuple[int, list[int]]]:
    """Write the list, and return the record frame of each event with what it shows."""
    lines, expected, record = ["TITLE: RANDOM", f"FCM: {'' if drop else 'NON-'}DROP FRAME"], [], start
    for number, piece in enumerate(pieces, start=1):
        record += piece.gap
        span = max(1, ceil(Fraction(abs(piece.percent), 100) * piece.count))
        times = (piece.source, piece.source + span, record, record + piece.count)
        labels = " ".join(label(frame, nominal, drop=drop) for frame in times)
        name = reel or f"REEL{number}"
        lines.append(f"{number:03}  {name:<8} V     C        {labels}")
        if piece.percent != 100:
            lines.append(f"M2   {name:<8}      {piece.percent * nominal / 100:06.2f}     {labels[:11]}")
        expected.append((record, frames_of(piece)))
        record += piece.count
    path.write_text("\n".join(lines))
    return expected


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    pieces=st.lists(PIECES, min_size=1, max_size=8),
    rate=st.sampled_from(sorted(RATES)),
    start=st.integers(0, 1_000_000),
)
def test_a_random_list_is_read_back(pieces: list[Piece], rate: str, start: int, tmp_path: Path) -> None:
    nominal, drop = RATES[rate]
    expected = write(tmp_path / "cut.edl", pieces, nominal=nominal, drop=drop, start=start)

    cut = read(tmp_path / "cut.edl", rate=rate)

    assert cut.drop_frame is drop
    found = [(cut.record_start + shot.record_range.first, shown(shot)) for shot in cut.shots]
    assert found == expected


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A movie of 25 fps in a folder of its own."""
    folder = tmp_path_factory.mktemp("media")
    return write_movie(folder / "TAPE.mov", COUNT, rate=Fraction(25), timecode=label(FIRST, 25))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(PIECES_OF_THE_MOVIE, min_size=1, max_size=6), start=st.integers(0, 1_000_000))
def test_a_random_list_shows_the_pictures_of_its_movie(
    pieces: list[Piece], start: int, tmp_path: Path, movie: Path
) -> None:
    expected = write(tmp_path / "cut.edl", pieces, nominal=25, drop=False, start=start, reel="TAPE")

    cut = read(tmp_path / "cut.edl", rate="25", media=movie.parent)

    pictures = [[shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range] for shot in cut.shots]
    assert pictures == [[frame - FIRST for frame in frames] for _, frames in expected]
    assert all(shot.media.online and shot.record_range == shot.clip_record_range for shot in cut.shots)
