"""What every document shares: it is refused by name where it does not hold, and its file is whole or not there."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from toolkit.documents import Cut, write_atomically
from toolkit.documents.base import Rate
from toolkit.documents.faces import Landmarks
from toolkit.errors import OutputNotWritable, Unreadable

RATE: TypeAdapter[Fraction] = TypeAdapter(Rate)


@pytest.mark.parametrize("rate", ["25", "24000/1001", Fraction(30000, 1001)], ids=str)
def test_a_rate_is_an_exact_number(rate: str | Fraction) -> None:
    assert RATE.validate_python(rate) == Fraction(rate)
    assert RATE.dump_json(RATE.validate_python(rate)) == f'"{rate}"'.encode()


@pytest.mark.parametrize(
    "rate", ["null", "23.976", "24", "true", "[24]", "{}", '"24/0"', '"0"', '"-24"', '"1e3"', '""']
)
def test_what_is_no_rate_is_refused(rate: str) -> None:
    """A rate that was edited by hand stops the run with its place in the document, not with a traceback."""
    with pytest.raises(ValidationError, match="24000/1001"):
        RATE.validate_json(rate)


@pytest.mark.parametrize("landmarks", ["{}", "[[1, 2, {}]]", "[[1, 2]]", "[[1, 2, null]]", '"none"', "5", "[]"])
def test_what_are_no_landmarks_is_refused(landmarks: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Landmarks).validate_json(landmarks)


def test_a_document_that_the_system_does_not_let_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="directory"):
        Cut.read(tmp_path)


def test_a_name_that_the_system_refuses_is_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    """The temporary file cannot be taken away either, since it never was there: the first error is the one to read."""
    with pytest.raises(OutputNotWritable, match="too long"), write_atomically(tmp_path / ("n" * 260)) as temporary:
        temporary.write_bytes(b"")
