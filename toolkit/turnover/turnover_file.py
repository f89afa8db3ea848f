"""Read a ``turnover.json`` and check that a timeline can be built from it."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from toolkit.documents import HostClip, Turnover
from toolkit.editorial.skips import summarise_skips
from toolkit.errors import DocumentError, EmptyCut, NoSuchFile, UnreadableCut
from toolkit.frames import exact_rate, media_timecode, timecode_from_frames

log = logging.getLogger(__name__)

_SCHEMA = re.compile(r"toolkit\.(?P<kind>\w+)/\d+")

_MAX_TRACKS = 1000
"""A higher track number is invalid."""

Problem = tuple[str, str]
"""JSON pointer and what is wrong there."""


def is_turnover(path: Path) -> bool:
    """Whether the file is one of our documents, of any kind: OpenTimelineIO files are JSON, too."""
    return _read_schema(path) is not None


def read_turnover(path: Path) -> Turnover:
    """The turnover at ``path``.

    Raises NoSuchFile, UnreadableCut for other documents and versions and for clips that overlap on one track,
    DocumentError with a pointer to an invalid value, EmptyCut when it has no clips.
    """
    expected, schema = Turnover.schema_name(), _read_schema(path)
    if schema is not None and schema[0] != expected:
        if schema["kind"] != "turnover":
            raise UnreadableCut(path, f"it is a {schema[0]} document; a turnover is a {expected}")
        problem = f"it is a {schema[0]}, but this version of the toolkit reads {expected}"
        raise UnreadableCut(path, f"{problem}; send the turnover again, or update the toolkit")
    if not path.exists():
        raise NoSuchFile(path)
    turnover = Turnover.read(path)
    for pointer, problem in _find_problems(turnover):
        raise DocumentError(path, pointer, problem)
    if not turnover.clips:
        raise EmptyCut(path, summarise_skips((row.name, row.reason) for row in turnover.skipped))
    _check_overlaps(turnover, path)
    return turnover


def first_timecode(clip: HostClip, rate: Fraction) -> int | None:
    """Timecode of the media's first frame, as a count at ``rate``; None when the host gives none.

    An invalid timecode is logged and ignored, as it is in the media itself.
    """
    if not clip.media_timecode:
        return None
    try:
        return media_timecode(clip.media_timecode, rate)[0]
    except ValueError as error:
        log.warning("%s: timecode ignored: %s", clip.name, error)
        return None


def _read_schema(path: Path) -> re.Match[str] | None:
    """The schema name in the file, when it is one of our documents."""
    if path.suffix.lower() != ".json":
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):  # reported later, when the file is read as a timeline
        return None
    schema = document.get("schema") if isinstance(document, dict) else None
    return _SCHEMA.fullmatch(schema) if isinstance(schema, str) else None


def _find_problems(turnover: Turnover) -> Iterator[Problem]:
    """Values that are impossible in a timeline, the most serious first."""
    try:
        rate = exact_rate(turnover.fps)
    except ValueError:
        yield "/fps", f"{turnover.fps:g} is not a frame rate"
        return
    try:
        timecode_from_frames(0, rate, drop_frame=turnover.drop_frame)
    except ValueError as error:
        yield "/drop_frame", str(error)
    if turnover.record_count < 0:
        yield "/record_count", f"{turnover.record_count} is negative"
    if turnover.otio and Path(turnover.otio.replace("\\", "/")).name != turnover.otio:
        yield "/otio", f"'{turnover.otio}' is not the name of a file in the same folder"
    for index, row in enumerate(turnover.skipped):
        if not 1 <= row.track <= _MAX_TRACKS:
            yield f"/skipped/{index}/track", _track_problem(row.track)
    for index, clip in enumerate(turnover.clips):
        for name, problem in _find_clip_problems(clip):
            yield f"/clips/{index}/{name}", f"{problem} ('{clip.name}')"


def _find_clip_problems(clip: HostClip) -> Iterator[Problem]:
    if not 1 <= clip.track <= _MAX_TRACKS:
        yield "track", _track_problem(clip.track)
    if clip.record_first < 0:
        yield "record_first", f"{clip.record_first} is before the timeline's start"
    for name in ("record_count", "source_count", "media_count", "media_index"):
        value = getattr(clip, name)
        if value < 0:
            yield name, f"{value:g} is negative"
    if not 0 <= clip.media_fps <= 1000:
        yield "media_fps", f"{clip.media_fps:g} is not a frame rate"
    if clip.remap and len(clip.remap) != clip.record_count:
        yield "remap", f"{len(clip.remap)} values for {clip.record_count} timeline frames"


def _track_problem(track: int) -> str:
    return f"track {track} is out of range: 1 (bottom) to {_MAX_TRACKS}"


def _check_overlaps(turnover: Turnover, path: Path) -> None:
    """Raises UnreadableCut when two clips of one track overlap: the list does not say which one is on top."""
    previous: dict[int, HostClip] = {}
    for clip in sorted(turnover.clips, key=lambda clip: clip.record_first):
        before = previous.get(clip.track)
        if before is not None and before.record_first + before.record_count > clip.record_first:
            raise UnreadableCut(
                path,
                f"'{before.name}' and '{clip.name}' overlap on track {clip.track} at record frame "
                f"{clip.record_first}; put them on two tracks",
            )
        previous[clip.track] = clip
