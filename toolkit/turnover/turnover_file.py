"""A ``turnover.json`` on disk: read, and held against what a timeline can be, before anything is built on it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from toolkit.documents import HostClip, Turnover
from toolkit.editorial.skips import summary
from toolkit.errors import DocumentError, EmptyCut, NoSuchFile, UnreadableCut
from toolkit.frames import exact_rate, frames_from_timecode, timecode_from_frames

log = logging.getLogger(__name__)

_SCHEMA = re.compile(r"toolkit\.(?P<kind>\w+)/\d+")

_MOST_TRACKS = 1000
"""More is a broken number, not a timeline."""

Fault = tuple[str, str]
"""JSON pointer and what is wrong there."""


def is_turnover(path: Path) -> bool:
    """Whether the file is a document of ours, of whatever kind: OpenTimelineIO is JSON, too."""
    return _schema(path) is not None


def read_turnover(path: Path) -> Turnover:
    """The turnover at ``path``.

    Raises NoSuchFile, UnreadableCut for other documents and versions and for clips that lie over one another on one
    track, DocumentError with a pointer for what cannot be, EmptyCut when it holds no clip.
    """
    wanted, schema = Turnover.schema_name(), _schema(path)
    if schema is not None and schema[0] != wanted:
        if schema["kind"] != "turnover":
            raise UnreadableCut(path, f"it is a {schema[0]}; a host hands over a {wanted}")
        problem = f"it is a {schema[0]}, and this version of the toolkit reads {wanted}; hand over again, or update it"
        raise UnreadableCut(path, problem)
    if not path.exists():
        raise NoSuchFile(path)
    turnover = Turnover.read(path)
    for pointer, problem in _faults(turnover):
        raise DocumentError(path, pointer, problem)
    if not turnover.clips:
        raise EmptyCut(path, summary((row.name, row.reason) for row in turnover.skipped))
    _check_overlaps(turnover, path)
    return turnover


def first_label(clip: HostClip, rate: Fraction) -> int | None:
    """Timecode of the first picture of the media, as a count at ``rate``; None when the host does not say.

    A label that cannot be is logged and left out, as one in the media itself is.
    """
    if not clip.media_timecode:
        return None
    try:
        return frames_from_timecode(clip.media_timecode, rate)
    except ValueError as error:
        log.warning("%s: its timecode is left out: %s", clip.name, error)
        return None


def _schema(path: Path) -> re.Match[str] | None:
    """What the file says it is, when that is a document of ours."""
    if path.suffix.lower() != ".json":
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):  # whoever reads it as a timeline says what is wrong with it
        return None
    schema = document.get("schema") if isinstance(document, dict) else None
    return _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None


def _faults(turnover: Turnover) -> Iterator[Fault]:
    """What no timeline can be, the worst first."""
    try:
        rate = exact_rate(turnover.fps)
    except ValueError:
        yield "/fps", f"{turnover.fps:g} is no frame rate"
        return
    try:
        timecode_from_frames(0, rate, drop_frame=turnover.drop_frame)
    except ValueError as error:
        yield "/drop_frame", str(error)
    if turnover.record_count < 0:
        yield "/record_count", f"a length cannot be {turnover.record_count}"
    if turnover.otio and Path(turnover.otio.replace("\\", "/")).name != turnover.otio:
        yield "/otio", f"'{turnover.otio}' is not the name of a file beside this one"
    for index, row in enumerate(turnover.skipped):
        if not 1 <= row.track <= _MOST_TRACKS:
            yield f"/skipped/{index}/track", f"tracks count from 1 at the bottom to {_MOST_TRACKS}, not {row.track}"
    for index, clip in enumerate(turnover.clips):
        for name, problem in _clip_faults(clip):
            yield f"/clips/{index}/{name}", f"{problem} ('{clip.name}')"


def _clip_faults(clip: HostClip) -> Iterator[Fault]:
    if not 1 <= clip.track <= _MOST_TRACKS:
        yield "track", f"tracks count from 1 at the bottom to {_MOST_TRACKS}, not {clip.track}"
    if clip.record_first < 0:
        yield "record_first", f"{clip.record_first} lies before the timeline's start"
    for name in ("record_count", "source_count", "media_count", "media_index"):
        value = getattr(clip, name)
        if value < 0:
            yield name, f"it cannot be {value:g}"
    if not 0 <= clip.media_fps <= 1000:
        yield "media_fps", f"{clip.media_fps:g} is no frame rate"
    if clip.remap and len(clip.remap) != clip.record_count:
        yield "remap", f"{len(clip.remap)} pictures for {clip.record_count} timeline frames"


def _check_overlaps(turnover: Turnover, path: Path) -> None:
    """Raises UnreadableCut: which of two clips lies on top nobody could know."""
    ends: dict[int, HostClip] = {}
    for clip in sorted(turnover.clips, key=lambda clip: clip.record_first):
        before = ends.get(clip.track)
        if before is not None and before.record_first + before.record_count > clip.record_first:
            raise UnreadableCut(
                path,
                f"'{before.name}' and '{clip.name}' lie over one another on track {clip.track} "
                f"at record frame {clip.record_first}; a track shows one clip at a time, so put them on two",
            )
        ends[clip.track] = clip
