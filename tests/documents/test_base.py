"""All documents: errors name the invalid field, and files are complete or absent."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from toolkit.documents import Cut, write_atomically
from toolkit.documents.base import Position, Rate
from toolkit.documents.faces import Landmarks
from toolkit.errors import OutputNotWritable, Unreadable

RATE: TypeAdapter[Fraction] = TypeAdapter(Rate)
POSITION: TypeAdapter[Fraction] = TypeAdapter(Position)


@pytest.mark.parametrize("rate", ["25", "24000/1001", Fraction(30000, 1001)], ids=str)
def test_a_rate_is_exact(rate: str | Fraction) -> None:
    assert RATE.validate_python(rate) == Fraction(rate)
    assert RATE.dump_json(RATE.validate_python(rate)) == f'"{rate}"'.encode()


@pytest.mark.parametrize(
    "rate", ["null", "23.976", "24", "true", "[24]", "{}", '"24/0"', '"0"', '"-24"', '"1e3"', '""']
)
def test_an_invalid_rate_is_an_error(rate: str) -> None:
    """A rate broken by hand editing is an error with its place in the document, not a traceback."""
    with pytest.raises(ValidationError, match="24000/1001"):
        RATE.validate_json(rate)


@pytest.mark.parametrize("position", ["0", "83", "167/2", Fraction(1, 3)], ids=str)
def test_a_position_is_exact(position: str | Fraction) -> None:
    assert POSITION.validate_python(position) == Fraction(position)
    assert POSITION.dump_json(POSITION.validate_python(position)) == f'"{position}"'.encode()


@pytest.mark.parametrize("position", ["null", "83.5", "83", '"-1"', '"167/0"', '"83.5"', '""'])
def test_an_invalid_position_is_an_error(position: str) -> None:
    with pytest.raises(ValidationError, match="167/2"):
        POSITION.validate_json(position)


@pytest.mark.parametrize("landmarks", ["{}", "[[1, 2, {}]]", "[[1, 2]]", "[[1, 2, null]]", '"none"', "5", "[]"])
def test_invalid_landmarks_are_an_error(landmarks: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Landmarks).validate_json(landmarks)


def test_an_unreadable_document_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="directory"):
        Cut.read(tmp_path)


def test_a_file_name_that_is_too_long_cannot_be_written(tmp_path: Path) -> None:
    """Removing the temporary file fails too, as it was never created: the first error is reported."""
    with pytest.raises(OutputNotWritable, match="too long"), write_atomically(tmp_path / ("n" * 260)) as temporary:
        temporary.write_bytes(b"")
