"""Clips that are not alike go together as the user says, frame by frame; anything else is refused with its numbers."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conftest import MakeOnce
from tests.turnover._cuts import write_movie
from toolkit.cli import run_command
from toolkit.documents import Shot
from toolkit.errors import UnsupportedMedia
from toolkit.stages.pairing import Alignment, Fit, fit_picture, pair_frames, repeat_frames
from toolkit.turnover import read_cut

FILM, WAN, NTSC = Fraction(24), Fraction(16), Fraction(30000, 1001)


@pytest.fixture(scope="module")
def shots(make_once: MakeOnce) -> dict[tuple[int, Fraction], Shot]:
    """Clips by their length and rate."""
    sizes = [(12, FILM), (9, FILM), (8, WAN), (15, NTSC), (6, Fraction(12)), (2, WAN)]

    def make(folder: Path) -> None:
        for count, rate in sizes:
            write_movie(folder / f"{count}_{rate.numerator}.mov", count, rate=rate)

    folder = make_once("pairs", make)
    return {size: read_cut(folder / f"{size[0]}_{size[1].numerator}.mov", handles=0).shots[0] for size in sizes}


@pytest.mark.parametrize(
    ("result", "alignment", "expected"),
    [
        ((12, FILM), {}, [(n, n) for n in range(12)]),
        ((9, FILM), {"offset": 2}, [(n, n - 2) for n in range(2, 11)]),
        ((9, FILM), {"offset": -4}, [(n, n + 4) for n in range(5)]),
        ((8, WAN), {"by": "time"}, [(n, (2 * n + 1) // 3) for n in range(12)]),
        ((8, WAN), {"by": "time", "offset": 6}, [(n, (2 * n - 11) // 3) for n in range(6, 12)]),
        ((8, WAN), {"by": "frame", "offset": 0}, [(n, n) for n in range(8)]),
        ((15, NTSC), {"by": "time"}, list(enumerate([0, 1, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14]))),
        ((6, Fraction(12)), {"by": "time"}, [(n, n // 2) for n in range(12)]),
    ],
)
def test_frames_go_together_by_number_or_by_time(
    shots: dict[tuple[int, Fraction], Shot],
    result: tuple[int, Fraction],
    alignment: dict[str, Any],
    expected: list[tuple[int, int]],
) -> None:
    assert pair_frames(shots[12, FILM], shots[result], Alignment(**alignment)) == expected


@pytest.mark.parametrize(
    ("result", "alignment", "problem"),
    [
        ((9, FILM), {}, "it has 9 frames, and the plate 12: .* add --offset"),
        ((9, FILM), {"by": "time"}, "it has 9 frames, and the plate 12"),
        ((8, WAN), {"offset": 0}, "it plays at 16 fps, and the plate at 24: .* add --by frame or --by time"),
        ((8, WAN), {"by": "frame"}, "it has 8 frames, and the plate 12"),
        ((2, WAN), {"by": "time"}, "it has 2 frames, and the plate 12"),
        ((9, FILM), {"offset": 12}, "with --offset 12 it has no frame in common with the plate of 12 frames"),
    ],
)
def test_what_is_not_said_is_refused(
    shots: dict[tuple[int, Fraction], Shot], result: tuple[int, Fraction], alignment: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UnsupportedMedia, match=problem):
        pair_frames(shots[12, FILM], shots[result], Alignment(**alignment))


def plate_picture(width: int, height: int) -> np.ndarray:
    """Two ramps, so that every pixel tells where it is."""
    rows, columns = np.indices((height, width))
    return np.dstack([columns * 255 // width, rows * 255 // height, np.full_like(rows, 90)]).astype(np.uint8)


PLATE = plate_picture(120, 60)


@pytest.mark.parametrize(
    ("fit", "picture"),
    [
        ("crop", PLATE[:, 30:90]),
        ("crop", PLATE[15:45]),
        ("bars", np.pad(PLATE, ((30, 30), (0, 0), (0, 0)))),
        ("bars", np.pad(PLATE, ((0, 0), (20, 20), (0, 0)))),
        ("stretch", plate_picture(60, 60)),
        (None, plate_picture(240, 120)),
    ],
    ids=["its middle", "without top and bottom", "bars above and below", "bars at the sides", "stretched", "larger"],
)
def test_a_fitted_picture_lies_over_the_plate_where_it_has_any(fit: Fit | None, picture: np.ndarray) -> None:
    found = fit_picture(np.ascontiguousarray(picture), (120, 60), fit)
    assert found.shape[1] / found.shape[0] == 2
    if found.shape == PLATE.shape:
        seen = found[..., 2] > 0
        assert seen.mean() >= 0.5
        assert np.abs(found[seen].astype(int) - PLATE[seen]).max() <= 6


def test_frames_that_are_wanted_twice_are_decoded_once() -> None:
    decoded = [(number, np.full((1, 1, 3), number, np.uint8)) for number in (3, 5, 6)]
    found = [int(picture[0, 0, 0]) for picture in repeat_frames(iter(decoded), [3, 3, 5, 6, 6])]
    assert found == [3, 3, 5, 6, 6]


def test_the_command_takes_all_three(tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_movie(tmp_path / "plate.mov", 6)
    write_movie(tmp_path / "result.mov", 4, rate=WAN)
    command = ["compare", str(tmp_path / "plate.mov"), str(tmp_path / "result.mov")]
    assert run_command([*command, "--by", "time", "--offset", "1", "--fit", "crop"]) == 0
    assert capsys.readouterr().out == "note: plate: no face was found in the plate\n"
