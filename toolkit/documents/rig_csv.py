"""The faces of one shot as a table (``.csv``), for what has no exporter: one row per frame and face."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from toolkit.documents.rig import BLENDSHAPES, RigFace, RigFaces, RigSample, RigShot
from toolkit.errors import DocumentError, MissingDocument, Unreadable, suggest

_PLACE = ("centre_x", "centre_y", "scale", "roll")
_REQUIRED = ("source_frame", *_PLACE)
_OPTIONAL = ("face", "visibility")


def read_rig_faces(path: Path) -> RigFaces:
    """The document at ``path``; a name that ends in ``.csv`` means a table.

    A table has the columns source_frame, centre_x, centre_y, scale and roll, in pixels of the plate and in degrees; and
    if wanted face (a name), visibility, and any of ``BLENDSHAPES``. Where a face is hidden, the rest may be empty.
    Raises MissingDocument, Unreadable, and DocumentError with a JSON pointer or the number of a line.
    """
    if path.suffix.lower() != ".csv":
        return RigFaces.read(path)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return RigFaces(shots=(RigShot(faces=tuple(_read_faces(path, csv.DictReader(file, strict=True)))),))
    except FileNotFoundError:
        raise MissingDocument(path, RigFaces.made_by) from None
    except OSError as error:
        raise Unreadable(path, error) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise DocumentError(path, "", f"not a table in UTF-8 with commas: {error}") from None
    except ValidationError as error:
        raise DocumentError(path, "", _first_problem(error)) from None


def _read_faces(path: Path, rows: csv.DictReader[str]) -> Iterator[RigFace]:
    """The faces in the order in which they first appear."""
    _check_columns(path, list(rows.fieldnames or ()))
    faces: dict[str, dict[int, RigSample]] = {}
    for row in rows:
        where = f"line {rows.line_num}"
        if None in row or None in row.values():
            raise DocumentError(path, where, "it has more or fewer columns than the first line")
        cells = {name: text.strip() for name, text in row.items() if text.strip()}
        name = cells.pop("face", "")
        try:
            sample = RigSample.model_validate(_to_fields(cells))
        except ValidationError as error:
            raise DocumentError(path, where, _first_problem(error)) from None
        samples = faces.setdefault(name, {})
        if sample.source_frame in samples:
            raise DocumentError(path, where, f"frame {sample.source_frame} of face '{name}' is there twice")
        samples[sample.source_frame] = sample
    if not faces:
        raise DocumentError(path, "line 2", "there are no rows")
    for name, samples in faces.items():
        try:
            yield RigFace(name=name, samples=tuple(samples[frame] for frame in sorted(samples)))
        except ValidationError as error:
            raise DocumentError(path, f"face '{name}'", _first_problem(error)) from None


def _check_columns(path: Path, names: list[str]) -> None:
    if any(";" in name for name in names):
        raise DocumentError(path, "line 1", "its columns are divided by semicolons; save it with commas")
    known = (*_REQUIRED, *_OPTIONAL, *BLENDSHAPES)
    for name in names:
        if name not in known:
            raise DocumentError(path, "line 1", f"unknown column {name!r}; {suggest(name, known, label='there are')}")
    missing = [name for name in _REQUIRED if name not in names]
    if missing or len(set(names)) < len(names):
        problem = f"it has no column {', '.join(missing)}" if missing else "it has a column twice"
        raise DocumentError(path, "line 1", problem)


def _to_fields(cells: dict[str, str]) -> dict[str, Any]:
    """The cells of a row as the fields of a ``RigSample``; those that are empty are left out."""
    fields: dict[str, Any] = {
        name: cells[name] for name in ("source_frame", "visibility", "scale", "roll") if name in cells
    }
    if "centre_x" in cells or "centre_y" in cells:
        fields["centre"] = tuple(cells[name] for name in ("centre_x", "centre_y") if name in cells)
    weights = {name: cells[name] for name in BLENDSHAPES if name in cells}
    return {**fields, "blendshapes": weights} if weights else fields


def _first_problem(error: ValidationError) -> str:
    """The first fault, after the name of its field."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    problem = first["msg"].removeprefix("Value error, ")
    return f"{field}: {problem}" if field else problem
