"""Timeline files: read and write OpenTimelineIO JSON, and explain in one line why a file cannot be read."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkit.documents import write_atomically
from toolkit.editorial.unknown_schemas import remove_unknown, unknown_structure
from toolkit.errors import NoSuchFile, UnreadableCut

if TYPE_CHECKING:
    from opentimelineio import schema

LAYER_METADATA = "resolve_ae_toolkit"
"""Metadata key that marks a clip as one of our layers."""

_CPP_TYPE_NAME = re.compile(r" \(of type '[^']*'\)|N\d+opentimelineio\w*?\d([A-Z][A-Za-z]+)E\b")
"""C++ type names in OpenTimelineIO's messages."""

_MAX_LEVELS = 1000
"""Levels of JSON that are read. OpenTimelineIO has no limit, and kills the process when its stack is full."""

_USUAL_LEVELS = 40

_ESCAPE = re.compile(r"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"')
_LISTS = bytes.maketrans(b"{}", b"[]")
_NO_STRUCTURE = bytes(set(range(256)) - set(b'[]{}"'))


def is_timeline(path: Path) -> bool:
    """Whether ``path`` has the suffix of a timeline file."""
    return path.suffix.lower() in {".otio", ".json"}


def load_timeline(path: Path) -> tuple[schema.Timeline, tuple[str, ...]]:
    """The timeline in an .otio file, and notes on what of it was left out. Raises NoSuchFile and UnreadableCut."""
    return parse_timeline(read_timeline_text(path), path)


def parse_timeline(text: str, path: Path) -> tuple[schema.Timeline, tuple[str, ...]]:
    """The timeline in ``text``, OpenTimelineIO JSON, and notes on what of it was left out.

    A single clip, track or stack is put into a timeline. ``path`` is the file to name in errors. Raises UnreadableCut.
    """
    return parse_known(text, path)[:2]


def parse_known(text: str, path: Path) -> tuple[schema.Timeline, tuple[str, ...], str]:
    """Like ``parse_timeline``; also ``text`` if OpenTimelineIO knows all of it, and an empty text else."""
    if (levels := _count_levels(text)) > _MAX_LEVELS:
        raise UnreadableCut(path, f"it is nested {levels} levels deep, more than the {_MAX_LEVELS} that are read")
    loaded, notes, known = _load(text, path)
    timeline, more = _as_timeline(loaded, path)
    if timeline.tracks is None:
        raise UnreadableCut(path, "the timeline has no tracks")
    return timeline, (*notes, *more), known


def _load(text: str, path: Path) -> tuple[Any, tuple[str, ...], str]:
    """What ``text`` holds, notes on it, and ``text``; where OpenTimelineIO refuses it, without the parts that it does
    not know, and without the text.
    """
    import opentimelineio as otio

    refusals = (otio.exceptions.OTIOError, ValueError, LookupError, TypeError, RuntimeError)
    try:
        return otio.core.deserialize_json_from_string(text), (), text
    except refusals as error:
        document = _parse_json(text, path, error)
    notes = remove_unknown(document)
    if problem := unknown_structure(document):
        raise UnreadableCut(path, problem)
    try:
        return otio.core.deserialize_json_from_string(json.dumps(document)), notes, ""
    except refusals as error:
        said = _CPP_TYPE_NAME.sub(lambda match: match[1] or "", str(error.args[0]))
        raise UnreadableCut(path, f"OpenTimelineIO cannot read it: {said}") from error


def _count_levels(text: str) -> int:
    """How deep the lists and objects in ``text`` are nested."""
    plain = _ESCAPE.sub("", text) if "\\" in text else text
    marks = plain.encode().translate(_LISTS, _NO_STRUCTURE)
    marks = _STRING.sub(b"", marks.replace(b'""', b"")).replace(b'"', b"")  # most strings are without brackets
    levels = 0
    while b"[]" in marks and levels < _USUAL_LEVELS:  # beyond that, marks are counted one by one
        marks, levels = marks.replace(b"[]", b""), levels + 1
    return levels + max(accumulate(1 if mark == ord("[") else -1 for mark in marks), default=0)


def _parse_json(text: str, path: Path, refusal: Exception) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        where = str(refusal).rpartition("(")[2].rstrip(")")
        problem = f"it is not OpenTimelineIO JSON, or the file is truncated ({where})"
        raise UnreadableCut(path, problem) from refusal


def write_timeline_text(text: str, path: Path) -> None:
    """Write the ``text`` of an .otio file, atomically. Raises OutputNotWritable."""
    with write_atomically(path) as temporary:
        temporary.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8", newline="")


def write_timeline(timeline: schema.Timeline, path: Path, *, indent: int = 1) -> None:
    """Write ``timeline`` as an .otio file, atomically. Raises OutputNotWritable."""
    write_timeline_text(timeline.to_json_string(indent=indent), path)


def read_timeline_text(path: Path) -> str:
    """The text of an .otio file. Raises NoSuchFile and UnreadableCut."""
    try:
        text = path.read_bytes().decode("utf-8-sig")  # with its own line ends
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except UnicodeDecodeError as error:
        raise UnreadableCut(path, "it is a binary file, not OpenTimelineIO JSON") from error
    except OSError as error:
        raise UnreadableCut(path, error.strerror or str(error)) from error
    if not text.strip():
        raise UnreadableCut(path, "the file is empty")
    return text


def _as_timeline(loaded: Any, path: Path) -> tuple[schema.Timeline, tuple[str, ...]]:
    """``loaded`` as a timeline, and a note if it was none: the timeline around it starts at 0 and has no rate.

    Of a collection it is the only timeline. Raises UnreadableCut for anything else.
    """
    import opentimelineio as otio

    if isinstance(loaded, otio.schema.Timeline):
        return loaded, ()
    if isinstance(loaded, otio.schema.SerializableCollection):
        timelines = [deepcopy(item) for item in loaded if isinstance(item, otio.schema.Timeline)]
        if len(timelines) == 1:
            others = len(loaded) - 1
            note = f"the file is a collection; its {others} other item{'s are' if others > 1 else ' is'} not read"
            return timelines[0], (note,) if others else ()
    if not isinstance(loaded, otio.schema.Clip | otio.schema.Track | otio.schema.Stack):
        raise UnreadableCut(path, _describe_object(loaded))
    timeline = otio.schema.Timeline(name=loaded.name)
    if isinstance(loaded, otio.schema.Stack):
        timeline.tracks = loaded
    elif isinstance(loaded, otio.schema.Track):
        timeline.tracks.append(loaded)
    else:
        timeline.tracks.append(otio.schema.Track(name="Video 1", kind=otio.schema.TrackKind.Video, children=[loaded]))
    return timeline, (f"the file is a single {loaded.schema_name()}, no timeline: it is read as one that starts at 0",)


def _describe_object(loaded: Any) -> str:
    import opentimelineio as otio

    if not isinstance(loaded, otio.core.SerializableObject):
        return "it is JSON, but not OpenTimelineIO"
    name = f" called '{loaded.name}'" if getattr(loaded, "name", "") else ""
    if isinstance(loaded, otio.schema.SerializableCollection):
        items = "1 item" if len(loaded) == 1 else f"{len(loaded)} items"
        count = sum(isinstance(item, otio.schema.Timeline) for item in loaded)
        return f"it is a collection of {items}{name} with {count or 'no'} timelines; export a single timeline"
    return f"it is a single {loaded.schema_name()}{name}, not a timeline"
