"""Timeline files of newer or other programs: what OpenTimelineIO does not know is left out, each part at its own cost.

A marker or a colour costs nothing that is rendered. An effect may be a retime, and a media reference is the picture:
each costs its clip. An unknown child of a track costs itself, and its length still counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from toolkit.editorial.skips import MediaSkip, Skip

if TYPE_CHECKING:
    from opentimelineio.core import Composable

Json = dict[str, Any]

_UNREAD = "toolkit_unread"
"""Metadata key that says why a clip cannot be rendered."""

_UNREAD_CHILD = "toolkit_unread_child"
"""The same for something that nobody expects to be rendered, such as a subtitle."""

_VALUE_SCHEMAS = frozenset({"RationalTime", "TimeRange", "TimeTransform", "V2d", "Box2d"})
"""Value types with a schema name that OpenTimelineIO does not list among its schemas."""

_STRUCTURE = frozenset({"Timeline", "Stack", "Track", "SerializableCollection"})
"""Without these nothing has a place."""


@dataclass(slots=True, kw_only=True)
class _Removal:
    """Removes from a document, in place, what OpenTimelineIO does not know."""

    known: dict[str, int]
    """Newest version of each schema."""
    dropped: Counter[str] = field(default_factory=Counter)

    def clean(self, value: Any, *, in_metadata: bool = False) -> None:
        """Clean everything below ``value``, which is itself known."""
        if isinstance(value, list):
            value[:] = [item for item in value if not self._drops(item, in_metadata=in_metadata)]
            for item in value:
                self.clean(item, in_metadata=in_metadata)
        elif isinstance(value, dict):
            self._clean_object(value, in_metadata=in_metadata)

    def _clean_object(self, value: Json, *, in_metadata: bool) -> None:
        if not in_metadata and isinstance(value.get("children"), list):
            value["children"] = [child for child in map(self._replace_child, value["children"]) if child]
        for key, part in value.items():
            below = in_metadata or key == "metadata"
            if self._drops(part, in_metadata=below):
                value[key] = None
            else:
                self.clean(part, in_metadata=below)

    def _drops(self, part: Any, *, in_metadata: bool) -> bool:
        """Whether ``part`` has to go; OpenTimelineIO keeps unknown names in metadata, but not newer versions."""
        schema = _schema_of(part)
        if schema is None or self._is_known(schema, unknown_names=in_metadata):
            return False
        if schema[0] in _STRUCTURE and not in_metadata:  # reported by unknown_structure
            return False
        self.dropped[f"{schema[0]}.{schema[1]}"] += 1
        return True

    def _is_known(self, schema: tuple[str, int], *, unknown_names: bool = False) -> bool:
        name, version = schema
        return version <= self.known[name] if name in self.known else name in _VALUE_SCHEMAS or unknown_names

    def mark_stack(self, value: Json) -> None:
        """Say in each clip of a nested timeline that an effect of the timeline is unknown, and leave that out."""
        unknown = self._remove_unknown(value, "effects")
        if unknown:
            what = f"the effect {' and '.join(unknown)} of the nested timeline that it is in; return.otio lacks it"
            for clip in _iter_clips(value):
                _mark(clip, _UNREAD, f"OpenTimelineIO does not know {what}")

    def mark_clip(self, value: Json) -> None:
        """Say in a clip that an effect or the media reference is unknown, and leave that out."""
        unknown = [f"its effect {name}" for name in self._remove_unknown(value, "effects")]
        references = value.get("media_references") or {}
        for key, reference in [*references.items(), ("media_reference", value.get("media_reference"))]:
            if name := self._unknown_name(reference):
                unknown.append(f"its media reference {name}")
                (references if key in references else value)[key] = _MISSING.copy()
        if unknown:
            what = f"{' and '.join(unknown)}; return.otio has the clip without it"
            _mark(value, _UNREAD, f"OpenTimelineIO does not know {what}")

    def _remove_unknown(self, value: Json, key: str) -> list[str]:
        parts = value.get(key) or []
        value[key] = [part for part in parts if not self._unknown_name(part)]
        return [name for part in parts if (name := self._unknown_name(part))]

    def _replace_child(self, child: Any) -> Any:
        """A child of a track or stack; for an unknown one a clip of its length, None for a transition."""
        name, schema = self._unknown_name(child), _schema_of(child)
        if schema is not None and not name and schema[0] == "Clip":
            self.mark_clip(child)
        if schema is not None and not name and schema[0] == "Stack":
            self.mark_stack(child)
        if not name or name.partition(".")[0] in _STRUCTURE:
            return child
        if "in_offset" in child or "out_offset" in child:  # it takes no time of its own
            self.dropped[name] += 1
            return None
        range_known = _schema_of(child.get("source_range")) == ("TimeRange", 1)
        clip: Json = {
            "OTIO_SCHEMA": "Clip.2",
            "name": str(child.get("name") or ""),
            "source_range": child["source_range"] if range_known else None,
            "effects": [],
            "markers": [],
            "enabled": True,
            "metadata": {},
            "media_references": {"DEFAULT_MEDIA": _MISSING.copy()},
            "active_media_reference_key": "DEFAULT_MEDIA",
        }
        key = _UNREAD if name.startswith("Clip.") else _UNREAD_CHILD
        _mark(clip, key, f"OpenTimelineIO does not know {name}; return.otio has an empty clip in its place")
        return clip

    def _unknown_name(self, part: Any) -> str:
        schema = _schema_of(part)
        return "" if schema is None or self._is_known(schema) else f"{schema[0]}.{schema[1]}"


_MISSING: Json = {"OTIO_SCHEMA": "MissingReference.1", "name": "", "available_range": None, "metadata": {}}


def remove_unknown(document: Any) -> tuple[str, ...]:
    """Remove from ``document``, JSON, in place what OpenTimelineIO does not know; returns notes on what went.

    What costs a clip is said by ``check_known`` of that clip instead.
    """
    import opentimelineio as otio

    removal = _Removal(known=otio.core.type_version_map())
    root = _schema_of(document)
    if root is not None and root[0] == "Clip":
        removal.mark_clip(document)
    removal.clean(document)
    return tuple(_describe(name, count) for name, count in sorted(removal.dropped.items()))


def _describe(name: str, count: int) -> str:
    import opentimelineio as otio

    what, verb = (f"{count} objects", "are") if count > 1 else ("an object", "is")
    why = f"OpenTimelineIO {otio.__version__} does not know this type"
    return f"{what} of type {name} in the file {verb} left out, also of return.otio: {why}"


def check_known(child: Composable, shot_name: Callable[[str], str]) -> None:
    """Raise Skip if ``child`` of a track, or a part of it, was unknown when it was loaded.

    It is a MediaSkip if ``child`` was to be rendered; ``shot_name`` gives the shot's name from the clip's.
    """
    marks = set(child.metadata) if len(child.metadata) else ()  # looking each up in OpenTimelineIO's map is slow
    if _UNREAD in marks:
        raise MediaSkip(str(child.metadata[_UNREAD]), shot=shot_name(child.name))
    if _UNREAD_CHILD in marks:
        raise Skip(str(child.metadata[_UNREAD_CHILD]))


def unknown_structure(document: Any) -> str:
    """Which schema without which ``document`` cannot be read is unknown, and why; empty: none.

    OpenTimelineIO's own message does not name it.
    """
    import opentimelineio as otio

    known, reader = otio.core.type_version_map(), f"OpenTimelineIO {otio.__version__}"
    needed = [schema for schema in _iter_schemas(document) if schema[0] in _STRUCTURE]
    root = _schema_of(document)
    for name, version in [root, *needed] if root else needed:
        if name in known and version > known[name]:
            older = f"{name}.{known[name]}"
            return f"it uses {name}.{version}, newer than the {older} that {reader} reads; export it for {older}"
    return f"it is a {root[0]}.{root[1]}, which {reader} does not support" if root and root[0] not in known else ""


def _iter_schemas(document: Any) -> Iterator[tuple[str, int]]:
    """Name and version of each ``OTIO_SCHEMA`` in the document."""
    pending = [document]
    while pending:
        value = pending.pop()
        schema = _schema_of(value)
        if schema is not None:
            yield schema
        pending += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _schema_of(value: Any) -> tuple[str, int] | None:
    name, _, version = str(value.get("OTIO_SCHEMA", "")).rpartition(".") if isinstance(value, dict) else ("", "", "")
    return (name, int(version)) if name and version.isdecimal() else None


def _iter_clips(item: Any) -> Iterator[Json]:
    """The clips in an item, at any depth."""
    children = item.get("children") if isinstance(item, dict) else None
    for child in children or []:
        if (_schema_of(child) or ("", 0))[0] == "Clip":
            yield child
        yield from _iter_clips(child)


def _mark(clip: Json, key: str, reason: str) -> None:
    metadata = clip.get("metadata")
    clip["metadata"] = {**(metadata if isinstance(metadata, dict) else {}), key: reason}
