"""Shot names after a template, such as ``{scene}_{take}`` or ``ep01_{index:04d}``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from toolkit.editorial.shot_names import shot_stem
from toolkit.frames import timecode_from_frames

if TYPE_CHECKING:
    from opentimelineio import schema

_REEL = frozenset({"reel", "reel name", "reelname", "tape", "tape name", "tapename"})
_SCENE = frozenset({"scene"})
_TAKE = frozenset({"take"})
_MAX_DEPTH = 3
"""Levels of metadata that are searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTemplate:
    """How the shots of a cut are named; the settings check the text (``cut.names``)."""

    text: str
    record_rate: Fraction
    """Frames per second of the timeline."""
    record_start: int
    """Timecode of its first frame, in frames after 00:00:00:00."""
    drop_frame: bool

    def fill(
        self, clip: schema.Clip, *, clip_name: str, media_path: str, track_index: int, record_first: int, index: int
    ) -> str:
        """The name of a shot, before it is made safe and unique.

        ``reel``, ``scene`` and ``take`` are looked up in the metadata of the clip and its media. Without them, the reel
        is the name of the media, and the others are empty.
        """
        if self.text == "{clip}":  # the usual one; the clip's name is made safe later
            return clip_name
        values = _Values(
            template=self,
            clip=clip,
            clip_name=clip_name,
            media_path=media_path,
            track_index=track_index,
            record_first=record_first,
            index=index,
        )
        return self.text.format_map(values)

    def timecode(self, record_first: int) -> str:
        """The timecode of a frame of the timeline, without its colons."""
        frame = self.record_start + record_first
        label = timecode_from_frames(frame, self.record_rate, drop_frame=self.drop_frame)
        return str(label).translate({ord(":"): None, ord(";"): None})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """The values of a template for one shot, found when it asks for them: searching metadata is slow."""

    template: NameTemplate
    clip: schema.Clip
    clip_name: str
    media_path: str
    track_index: int
    record_first: int
    index: int

    def __getitem__(self, name: str) -> str | int:
        return _FIELDS[name](self)


_FIELDS: dict[str, Callable[[_Values], str | int]] = {
    "clip": lambda values: shot_stem(values.clip_name),
    "reel": lambda values: _find(values.clip, _REEL) or shot_stem(values.media_path.rpartition("/")[2]),
    "track": lambda values: values.track_index + 1,
    "index": lambda values: values.index,
    "timecode": lambda values: values.template.timecode(values.record_first),
    "scene": lambda values: _find(values.clip, _SCENE),
    "take": lambda values: _find(values.clip, _TAKE),
}


def _find(clip: schema.Clip, names: frozenset[str]) -> str:
    """The first value in the metadata of ``clip`` and of its media under one of ``names``; empty if there is none."""
    sources = [clip.metadata] if clip.media_reference is None else [clip.metadata, clip.media_reference.metadata]
    return next((str(value) for source in sources for value in _values(source, names, _MAX_DEPTH)), "")


def _values(metadata: Mapping[str, Any], names: frozenset[str], depth: int) -> Iterator[str | int]:
    for key, value in metadata.items():
        if key.casefold() in names and isinstance(value, (str, int)) and str(value).strip():
            yield value
    if depth > 1:
        for value in metadata.values():
            if hasattr(value, "items"):
                yield from _values(value, names, depth - 1)
