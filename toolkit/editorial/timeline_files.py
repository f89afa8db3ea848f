"""Timelines on disk: OpenTimelineIO JSON in, one clear line when it is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.errors import NoSuchFile, UnreadableCut

if TYPE_CHECKING:
    from opentimelineio import schema

LAYER_METADATA = "resolve_ae_toolkit"
"""Key of the metadata that marks a clip as a layer of ours."""

_MANGLED = re.compile(r" \(of type '[^']*'\)|N\d+opentimelineio\w*?\d([A-Z][A-Za-z]+)E\b")
"""C++ type names in OpenTimelineIO's messages."""

_PLAIN = frozenset({"RationalTime", "TimeRange", "TimeTransform", "V2d", "Box2d"})
"""Values with a schema name that OpenTimelineIO does not list among its schemas."""


def is_timeline(path: Path) -> bool:
    """Whether the name says that the file holds a timeline."""
    return path.suffix.lower() in {".otio", ".json"}


def load_timeline(path: Path) -> schema.Timeline:
    """The timeline in the .otio file. Raises NoSuchFile and UnreadableCut."""
    import opentimelineio as otio

    text = _text(path)
    try:
        found = otio.core.deserialize_json_from_string(text)
    except (otio.exceptions.OTIOError, ValueError, LookupError, TypeError, RuntimeError) as error:
        raise UnreadableCut(path, _problem(text, error)) from error
    if not isinstance(found, otio.schema.Timeline):
        raise UnreadableCut(path, _what_it_is(found))
    if found.tracks is None:
        raise UnreadableCut(path, "a timeline without tracks")
    return found


def _text(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except UnicodeDecodeError as error:
        raise UnreadableCut(path, "it is not OpenTimelineIO JSON but something binary") from error
    except OSError as error:
        raise UnreadableCut(path, error.strerror or str(error)) from error
    if not text.strip():
        raise UnreadableCut(path, "the file is empty")
    return text


def _problem(text: str, error: Exception) -> str:
    """Why OpenTimelineIO refused ``text``: it names neither the schema nor the version it stumbled over."""
    import opentimelineio as otio

    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return f"it is not OpenTimelineIO JSON, or the file is cut short ({str(error).rpartition('(')[2].rstrip(')')})"
    known = otio.core.type_version_map()
    reader = f"OpenTimelineIO {otio.__version__}"
    held = dict(_schemas(document))
    for name, version in held.items():
        if version > known.get(name, version):
            older = f"{name}.{known[name]}"
            return f"it holds a {name}.{version}, newer than the {older} that {reader} reads; export it for {older}"
    unknown = [f"{name}.{version}" for name, version in held.items() if name not in known and name not in _PLAIN]
    if unknown:
        return f"it holds {', '.join(unknown)}, which {reader} does not know"
    return f"OpenTimelineIO refuses it: {_MANGLED.sub(lambda match: match[1] or '', str(error.args[0]))}"


def _schemas(document: Any) -> Iterator[tuple[str, int]]:
    """Every ``OTIO_SCHEMA`` in the document."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            name, _, version = str(value.get("OTIO_SCHEMA", "")).rpartition(".")
            if name and version.isdecimal():
                yield name, int(version)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _what_it_is(found: Any) -> str:
    import opentimelineio as otio

    if not isinstance(found, otio.core.SerializableObject):
        return "it is JSON, but not OpenTimelineIO"
    name = f" called '{found.name}'" if getattr(found, "name", "") else ""
    if isinstance(found, otio.schema.SerializableCollection):
        return f"it is a collection of {len(found)}{name}, not a timeline; export one timeline"
    return f"it is a single {found.schema_name()}{name}, not a timeline"
