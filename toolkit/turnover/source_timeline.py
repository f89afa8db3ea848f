"""Load the timeline behind a cut again, to add layers to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Cut, Media, MediaKind, MediaMatch, Turnover
from toolkit.editorial.builders import (
    make_clip,
    make_file_reference,
    make_sequence_reference,
    make_time,
    make_time_range,
    make_timeline,
    make_video_track,
)
from toolkit.editorial.media_references import make_media_paths_absolute
from toolkit.editorial.timeline_text import replace_paths
from toolkit.errors import UnreadableCut
from toolkit.frames import FrameRange
from toolkit.turnover.formats import is_timeline_file, open_otio, open_timeline_file
from toolkit.turnover.formats.timeline_file import TimelineFile
from toolkit.turnover.host_timeline import build_host_timeline
from toolkit.turnover.media_cut import divide, name_clips
from toolkit.turnover.turnover_file import is_turnover, read_turnover

if TYPE_CHECKING:
    from opentimelineio import schema


def open_timeline(cut: Cut) -> TimelineFile:
    """The timeline ``cut`` was read from, loaded again; a single movie or sequence gives a timeline of one clip
    for each of its shots.

    It is unchanged, except that media paths relative to the cut are made absolute, because what is built on it is
    written to another folder. Raises NoSuchFile, UnreadableCut and DocumentError when the file has gone or changed.
    """
    path = Path(cut.path)
    if is_turnover(path):
        found = load_turnover_timeline(read_turnover(path), path)[0]
    elif is_timeline_file(path):
        found = open_timeline_file(path, cut.read_options)
        _check_media(cut, found.media_matches)
    else:
        return TimelineFile(timeline=_build_media_timeline(cut))
    renamed = make_media_paths_absolute(found.timeline, path.absolute().parent)
    return replace(found, text=replace_paths(found.text, renamed))


def _check_media(cut: Cut, matches: Sequence[MediaMatch]) -> None:
    """Raise UnreadableCut when media that was searched for is another now: which frames are shown depends on it."""
    for before, now in zip(cut.media_matches, matches, strict=False):
        if before.path != now.path:
            was = f"was found at {before.path}" if before.path else "was not found"
            is_now = f"is {now.path}" if now.path else "is not found"
            problem = f"the media of event {before.event} ({before.clip}) {was}, and {is_now} now"
            raise UnreadableCut(cut.path, f"{problem}; bring it back, or run the cut again")


def load_turnover_timeline(turnover: Turnover, path: Path) -> tuple[TimelineFile, str]:
    """The timeline of the ``turnover`` at ``path``, and why its export could not be used.

    The timeline is the host's own export, or else built from the clip list. The reason is empty when the export was
    used or the turnover names none. Raises UnreadableCut when the export is missing.
    """
    cut_folder = path.absolute().parent
    if not turnover.otio:
        return TimelineFile(timeline=build_host_timeline(turnover, cut_folder)), ""
    export = path.with_name(turnover.otio)
    if not export.exists():
        problem = f"its export {turnover.otio} is missing"
        remedy = 'send the turnover again, or set "otio" to "" to work without the export'
        raise UnreadableCut(path, f"{problem}; {remedy}")
    try:
        found = open_otio(export)
    except UnreadableCut as error:
        return TimelineFile(timeline=build_host_timeline(turnover, cut_folder)), error.sentence
    found.timeline.name = turnover.name or found.timeline.name
    return found, ""


def _build_media_timeline(cut: Cut) -> schema.Timeline:
    """A timeline as an editor would export it with only this media on V1, divided where its shots are."""
    shot, rate = cut.shots[0], float(cut.record_rate)
    start = make_time(cut.record_start, rate)
    whole = FrameRange.of(shot.frame_map.source_first, cut.record_count)
    timeline = make_timeline(cut.name, start)
    track = make_video_track("Video 1")
    ranges = divide(whole, cut.read_options.boundaries or ())
    for clip_name, part in zip(name_clips(Path(cut.path), len(ranges)), ranges, strict=True):
        reference = _build_media_reference(cut, shot.media, whole)
        used_first = make_time(cut.record_start + part.first - whole.first, rate)
        track.append(make_clip(clip_name, reference, make_time_range(used_first, make_time(len(part), rate))))
    timeline.tracks.append(track)
    return timeline


def _build_media_reference(cut: Cut, media: Media, whole: FrameRange) -> schema.MediaReference:
    """The media of all clips, of which the frames ``whole`` (source space) are in the cut."""
    rate = float(cut.record_rate)
    available = make_time_range(make_time(cut.record_start, rate), make_time(cut.record_count, rate))
    reference: schema.MediaReference
    if media.kind is MediaKind.MOVIE or "#" not in Path(media.path).name:
        reference = make_file_reference(media.path, available)
    else:
        files = media.sequence
        folder = files.folder.as_posix()
        reference = make_sequence_reference(folder, files, first_file=whole.first, rate=rate, available_range=available)
    reference.name = Path(cut.path).name
    return reference
