"""The timeline behind a cut, once more: what layers are laid over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import Cut, MediaKind, Shot, Turnover
from toolkit.editorial.locations import find, is_relative
from toolkit.editorial.timeline_files import is_timeline, load_timeline
from toolkit.errors import UnreadableCut
from toolkit.turnover.host_timeline import timeline_of
from toolkit.turnover.turnover_file import is_turnover, read_turnover

if TYPE_CHECKING:
    from opentimelineio import schema


def open_timeline(cut: Cut) -> schema.Timeline:
    """The timeline ``cut`` was read from, read anew; for a single movie or sequence, a timeline of that one clip.

    It is as the editor made it, except that paths relative to the cut are made absolute: whatever is built on it will
    lie in another folder. Raises NoSuchFile, UnreadableCut and DocumentError when it went away or became something
    else since.
    """
    path = Path(cut.path)
    if not is_timeline(path):
        return _one_clip_timeline(cut, cut.shots[0])
    timeline = handed_timeline(read_turnover(path), path)[0] if is_turnover(path) else load_timeline(path)
    _make_media_absolute(timeline, path.absolute().parent)
    return timeline


def handed_timeline(turnover: Turnover, path: Path) -> tuple[schema.Timeline, str]:
    """The timeline of the ``turnover`` that lies at ``path``, and why it is not the host's own export although there
    is one; empty when it is, or when there is none.

    Raises UnreadableCut when the export is named and not there.
    """
    if not turnover.otio:
        return timeline_of(turnover, path.absolute().parent), ""
    export = path.with_name(turnover.otio)
    if not export.exists():
        problem = f'its export {turnover.otio} is not beside it; hand over again, or empty its "otio" to do without'
        raise UnreadableCut(path, problem)
    try:
        timeline = load_timeline(export)
    except UnreadableCut as error:
        return timeline_of(turnover, path.absolute().parent), error.sentence
    timeline.name = turnover.name or timeline.name
    return timeline, ""


def _make_media_absolute(timeline: schema.Timeline, beside: Path) -> None:
    from opentimelineio import schema

    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            if isinstance(reference, schema.ExternalReference) and is_relative(reference.target_url or ""):
                reference.target_url = find(reference.target_url, beside)
            elif isinstance(reference, schema.ImageSequenceReference):
                folder = reference.target_url_base or "./"
                if is_relative(reference.target_url_base or reference.name_prefix or ""):
                    reference.target_url_base = f"{find(folder, beside).rstrip('/')}/"


def _one_clip_timeline(cut: Cut, shot: Shot) -> schema.Timeline:
    """What an editor would have exported with nothing but this media on V1."""
    from opentimelineio import opentime, schema

    rate = float(cut.record_rate)
    count = len(shot.source_range)
    used = opentime.TimeRange(opentime.RationalTime(cut.record_start, rate), opentime.RationalTime(count, rate))
    if shot.media.kind is MediaKind.MOVIE or "#" not in Path(shot.media.path).name:
        reference = schema.ExternalReference(target_url=shot.media.path, available_range=used)
    else:
        files = shot.media.sequence
        reference = schema.ImageSequenceReference(
            target_url_base=f"{files.folder.as_posix()}/",
            name_prefix=files.prefix,
            name_suffix=files.suffix,
            start_frame=shot.source_range.first,
            rate=rate,
            frame_zero_padding=files.padding,
            available_range=used,
        )
    reference.name = shot.clip_name
    timeline = schema.Timeline(name=cut.name, global_start_time=opentime.RationalTime(cut.record_start, rate))
    track = schema.Track(name="Video 1", kind=schema.TrackKind.Video)
    track.append(schema.Clip(name=shot.clip_name, media_reference=reference, source_range=used))
    timeline.tracks.append(track)
    return timeline
