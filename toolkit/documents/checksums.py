"""The checksums of a delivery (``checksums.json``): what its files were when they were delivered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath, PureWindowsPath
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from toolkit.documents.base import Document, Value, json_lines


def _check_inside(path: str) -> str:
    if not path or PureWindowsPath(path).anchor or ".." in PurePosixPath(path.replace("\\", "/")).parts:
        raise ValueError("a path must be relative, and inside the folder")
    return path


class FileChecksum(Value):
    """One delivered file."""

    path: Annotated[str, AfterValidator(_check_inside)]
    """Relative to the folder of the document, with forward slashes."""
    size: int = Field(ge=0)
    """Bytes."""
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    """SHA-256 of its bytes, 64 hex digits."""


class Checksums(Document):
    """All files of a delivery that are in its folder. Plates are not among them: they are the editor's."""

    made_by: ClassVar[str] = "toolkit conform OUT --checksums"

    schema_: Literal["toolkit.checksums/1"] = Field(default="toolkit.checksums/1", alias="schema")
    toolkit: str
    """Version of the toolkit that made it."""
    name: str
    """Of the delivery."""
    files: tuple[FileChecksum, ...]
    """In the order of their paths."""

    def _text(self) -> Iterator[str]:
        """One line per file."""
        yield self.model_dump_json(by_alias=True, indent=1, exclude={"files"}).removesuffix("\n}")
        yield ',\n "files": ['
        yield from json_lines(self.files, margin=2)
        yield "\n ]\n}\n"
