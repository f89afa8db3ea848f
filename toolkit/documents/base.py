"""Base of all documents: frozen values, strict reading, errors with a JSON pointer, atomic writing, schemas."""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, to_jsonable_python

from toolkit.errors import DocumentError, MissingDocument, OutputNotWritable, Unreadable

_RATE = r"^[1-9]\d*(/[1-9]\d*)?$"


def _parse_rate(value: object) -> Fraction:
    if isinstance(value, str) and re.fullmatch(_RATE, value, re.ASCII):
        value = Fraction(value)
    if not isinstance(value, Fraction) or value <= 0:
        raise ValueError('a rate must be written as "25" or "24000/1001"')
    return value


Rate = Annotated[
    Fraction,
    PlainValidator(_parse_rate),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _RATE}),
]
"""Exact frames per second, written as ``"25"`` or ``"24000/1001"``."""

_POSITION = r"^\d+(/[1-9]\d*)?$"


def _parse_position(value: object) -> Fraction:
    if isinstance(value, str) and re.fullmatch(_POSITION, value, re.ASCII):
        value = Fraction(value)
    if not isinstance(value, Fraction) or value < 0:
        raise ValueError('a position must be written as "83" or "167/2"')
    return value


Position = Annotated[
    Fraction,
    PlainValidator(_parse_position),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _POSITION}),
]
"""Exact number of frames after the first one, written as ``"83"`` or ``"167/2"``."""

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=80)]
"""A name that is safe in a path on every system: no separators, no leading dot."""

Point = tuple[float, float]
"""x, y in pixels of the display window: origin at the centre of the top left pixel, y down."""


class Value(BaseModel):
    """A frozen, keyword-only value; unknown fields are an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False, populate_by_name=True
    )


class Document(Value):
    """A value that is stored in its own file."""

    made_by: ClassVar[str] = "toolkit run"
    """Command that writes the file."""

    @classmethod
    def schema_name(cls) -> str:
        """Required value of the file's ``schema`` field: ``toolkit.shots/1``."""
        return str(cls.model_fields["schema_"].default)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the document at ``path``. Raises MissingDocument, Unreadable and DocumentError (with a JSON pointer)."""
        try:
            # Some text editors on Windows start every file with a byte order mark.
            text = path.read_bytes().removeprefix(codecs.BOM_UTF8)
            return cls.model_validate_json(text)
        except FileNotFoundError:
            raise MissingDocument(path, cls.made_by) from None
        except OSError as error:
            raise Unreadable(path, error) from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            pointer = "" if first["type"] == "json_invalid" else _find_pointer(json.loads(text), first)
            problem = first["msg"].removeprefix("Value error, ")
            if first["type"] == "json_invalid":
                problem = f"{problem}; the file is damaged: delete it and run '{cls.made_by}' again"
            raise DocumentError(path, pointer, problem) from None

    def write(self, path: Path) -> None:
        """Write atomically. Raises OutputNotWritable."""
        with write_atomically(path) as temporary, temporary.open("w", encoding="utf-8") as file:
            file.writelines(self._text())

    def _text(self) -> Iterator[str]:
        """The JSON text, in pieces if it is too large to hold in memory at once."""
        yield self.model_dump_json(by_alias=True, indent=1)
        yield "\n"


def _find_pointer(value: Any, error: ErrorDetails) -> str:
    """The JSON pointer to an ``error`` in ``value``; pydantic also names the member of a union that it has tried."""
    parts: list[int | str] = []
    for part in error["loc"]:
        known = range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
        is_there = part in known
        value = value[part] if is_there else value
        parts += [part] if is_there else []
    missing = error["loc"][-1:] if error["type"] == "missing" else ()
    return "/" + "/".join(map(str, (*parts, *missing)))


def json_lines(values: Iterable[Value], *, margin: int) -> Iterator[str]:
    """The items of a JSON list in pieces, each value on its own line, indented by ``margin``."""
    for index, value in enumerate(values):
        yield f"{',' if index else ''}\n{' ' * margin}{value.model_dump_json(by_alias=True)}"


@contextmanager
def write_atomically(path: Path) -> Iterator[Path]:
    """Yield a temporary path next to ``path``; replace ``path`` if the block succeeds, delete it if not.

    Raises OutputNotWritable if the file system does not allow it (permissions, a full disk).
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        temporary.replace(path)
    except OSError as error:
        raise OutputNotWritable(path, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):  # folder deleted or disk read-only: already reported by the first error
            temporary.unlink(missing_ok=True)


def json_schema(document: type[Document]) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a document, as in ``schemas/``."""
    schema = document.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": document.schema_name(),
        **schema,
        "required": sorted({"schema", *schema.get("required", [])}),
    }


def schema_file_name(document: type[Document]) -> str:
    """``toolkit.face_track/1`` -> ``face_track.schema.json``."""
    match = re.fullmatch(r"toolkit\.(\w+)/\d+", document.schema_name())
    if match is None:
        raise ValueError(document.schema_name())
    return f"{match[1]}.schema.json"


def digest(*facts: object) -> str:
    """Digest of ``facts`` (values, documents, dataclasses, plain JSON types): 32 hex digits."""
    text = json.dumps(to_jsonable_python(facts, fallback=str), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
