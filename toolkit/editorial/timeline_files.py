"""Timeline files: read and write OpenTimelineIO JSON, and explain in one line why a file cannot be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.documents import write_atomically
from toolkit.errors import NoSuchFile, UnreadableCut

if TYPE_CHECKING:
    from opentimelineio import schema

LAYER_METADATA = "resolve_ae_toolkit"
"""Metadata key that marks a clip as one of our layers."""

_CPP_TYPE_NAME = re.compile(r" \(of type '[^']*'\)|N\d+opentimelineio\w*?\d([A-Z][A-Za-z]+)E\b")
"""C++ type names in OpenTimelineIO's messages."""

_VALUE_SCHEMAS = frozenset({"RationalTime", "TimeRange", "TimeTransform", "V2d", "Box2d"})
"""Value types with a schema name that OpenTimelineIO does not list among its schemas."""


def is_timeline(path: Path) -> bool:
    """Whether ``path`` has the suffix of a timeline file."""
    return path.suffix.lower() in {".otio", ".json"}


def load_timeline(path: Path) -> schema.Timeline:
    """The timeline in an .otio file. Raises NoSuchFile and UnreadableCut."""
    import opentimelineio as otio

    text = _read_text(path)
    try:
        loaded = otio.core.deserialize_json_from_string(text)
    except (otio.exceptions.OTIOError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise UnreadableCut(path, _explain_refusal(text, error)) from error
    if not isinstance(loaded, otio.schema.Timeline):
        raise UnreadableCut(path, _describe_object(loaded))
    if loaded.tracks is None:
        raise UnreadableCut(path, "the timeline has no tracks")
    return loaded


def write_timeline(timeline: schema.Timeline, path: Path, *, indent: int = 1) -> None:
    """Write ``timeline`` as an .otio file, atomically. Raises OutputNotWritable."""
    with write_atomically(path) as temporary:
        temporary.write_text(timeline.to_json_string(indent=indent) + "\n", encoding="utf-8")


def _read_text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except UnicodeDecodeError as error:
        raise UnreadableCut(path, "it is a binary file, not OpenTimelineIO JSON") from error
    except OSError as error:
        raise UnreadableCut(path, error.strerror or str(error)) from error
    if not text.strip():
        raise UnreadableCut(path, "the file is empty")
    return text


def _explain_refusal(text: str, error: Exception) -> str:
    """Why OpenTimelineIO refused ``text``; its own message does not name the schema or the version."""
    import opentimelineio as otio

    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return f"it is not OpenTimelineIO JSON, or the file is truncated ({str(error).rpartition('(')[2].rstrip(')')})"
    known = otio.core.type_version_map()
    reader = f"OpenTimelineIO {otio.__version__}"
    used = dict(_iter_schemas(document))
    for name, version in used.items():
        if version > known.get(name, version):
            older = f"{name}.{known[name]}"
            return f"it uses {name}.{version}, newer than the {older} that {reader} reads; export it for {older}"
    supported = known.keys() | _VALUE_SCHEMAS
    unknown = [f"{name}.{version}" for name, version in used.items() if name not in supported]
    if unknown:
        return f"it uses {', '.join(unknown)}, which {reader} does not support"
    return f"OpenTimelineIO cannot read it: {_CPP_TYPE_NAME.sub(lambda match: match[1] or '', str(error.args[0]))}"


def _iter_schemas(document: Any) -> Iterator[tuple[str, int]]:
    """Name and version of each ``OTIO_SCHEMA`` in the document."""
    pending = [document]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            name, _, version = str(value.get("OTIO_SCHEMA", "")).rpartition(".")
            if name and version.isdecimal():
                yield name, int(version)
            pending += value.values()
        elif isinstance(value, list):
            pending += value


def _describe_object(loaded: Any) -> str:
    import opentimelineio as otio

    if not isinstance(loaded, otio.core.SerializableObject):
        return "it is JSON, but not OpenTimelineIO"
    name = f" called '{loaded.name}'" if getattr(loaded, "name", "") else ""
    if isinstance(loaded, otio.schema.SerializableCollection):
        items = "1 item" if len(loaded) == 1 else f"{len(loaded)} items"
        return f"it is a collection of {items}{name}, not a timeline; export a single timeline"
    return f"it is a single {loaded.schema_name()}{name}, not a timeline"
