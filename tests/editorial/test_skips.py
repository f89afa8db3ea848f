"""The reasons why nothing in a cut can be rendered, on one line."""

from __future__ import annotations

import pytest

from toolkit.editorial.skips import summarise_skips

ROWS = [
    ("Text+", "a title"),
    ("sh010", "disabled"),
    ("sh020", "offline"),
    ("sh030", "disabled"),
    ("sh040", "a speed ramp"),
    ("sh050", "disabled"),
    ("comp", "a nested timeline"),
    ("bars", "a generator"),
]


LISTED = ["sh010 and 2 more: disabled", "Text+: a title", "sh020: offline", "sh040: a speed ramp"]


@pytest.mark.parametrize(
    ("count", "lines"),
    [(0, []), (6, LISTED), (7, [*LISTED, "1 other reason"]), (8, [*LISTED, "2 other reasons"])],
    ids=["none", "four reasons", "five reasons", "six reasons"],
)
def test_the_four_most_frequent_reasons_are_listed_and_the_others_counted(count: int, lines: list[str]) -> None:
    assert summarise_skips(ROWS[:count]) == lines
