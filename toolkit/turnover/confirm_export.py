"""Compare a host's export with the host's clip list: select the shots, and note where the two disagree."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from fractions import Fraction
from math import floor
from pathlib import Path

from toolkit.documents import Cut, HostClip, HostSkipped, Shot, Skipped, Turnover
from toolkit.editorial.locations import parse_location, sequence_from_first_file
from toolkit.editorial.skips import Skip, summarise_skips
from toolkit.editorial.tracks import TrackPosition, track_position
from toolkit.errors import EmptyCut, UnreadableCut
from toolkit.frames import FrameRange, exact_rate
from toolkit.turnover.turnover_file import first_timecode

_SPEED_TOLERANCE = 2
"""Frames over a clip's length: hosts that derive speed from its ends count to the last frame or to the one after it,
and in whole frames."""


def confirm_export(cut: Cut, turnover: Turnover) -> Cut:
    """``cut``, read from the export of ``turnover``, reduced to the clips in the host's list.

    The shots stay as in the export; ``notes`` says where the list has different media, frames or speed.
    Raises UnreadableCut when the two have no clip in common, EmptyCut when all clips are disabled in the list.
    """
    path = Path(cut.path)
    listed = {(clip.track - 1, clip.record_first): clip for clip in turnover.clips}
    place = _HostPlaces(turnover)
    shots = [shot for shot in cut.shots if place(shot) in listed]
    if not shots and not any(place(row) in listed for row in cut.skipped):
        problem = f"none of its clips is at the same position in its export {turnover.otio}"
        raise UnreadableCut(path, f"{problem}; send the turnover again")
    known = {*listed, *((row.track - 1, row.record_first) for row in turnover.skipped)}
    others = sum(place(shot) not in known for shot in cut.shots)
    skipped = [
        *(_skips_in_selection(cut, shots, known, place) if others else cut.skipped),
        *_skips_from_list(cut, listed, place, turnover),
    ]
    enabled = tuple(shot for shot in shots if listed[place(shot)].enabled)
    if not enabled:
        raise EmptyCut(path, summarise_skips((row.clip_name, row.reason) for row in skipped))
    notes = list(cut.notes)
    notes += [f"{others} other {'clip is' if others == 1 else 'clips are'} not in the turnover"] if others else []
    for shot in enabled:
        notes += _compare_clip(shot, listed[place(shot)], turnover, path.parent)
    notes += host_notes(turnover)
    return cut.model_copy(update={"shots": enabled, "skipped": tuple(skipped), "notes": tuple(notes)})


class _HostPlaces:
    """Where the host has the clip that a shot or a skipped row is of: several may be inside one compound clip."""

    def __init__(self, turnover: Turnover) -> None:
        rows: list[HostClip | HostSkipped] = [*turnover.clips, *turnover.skipped]
        self._ranges = [
            (row.track - 1, FrameRange.of(row.record_first, row.record_count)) for row in rows if row.record_count > 0
        ]
        self._places = {(track, frames.first) for track, frames in self._ranges}

    def __call__(self, item: Shot | Skipped) -> TrackPosition:
        place = track_position(item)
        if place in self._places or (isinstance(item, Shot) and not item.inside) or item.record_range is None:
            return place
        first = item.record_range.first
        around = (frames.first for track, frames in self._ranges if track == item.track_index and first in frames)
        return item.track_index, next(around, place[1])


def host_skips(turnover: Turnover) -> list[Skipped]:
    """What the host itself skipped, as rows of a cut."""
    sent = _sent_positions(turnover)
    return [
        Skipped(
            clip_name=row.name or "unnamed",
            track_index=row.track - 1,
            record_range=_record_range(row.record_first, row.record_count),
            reason=row.reason,
        )
        for row in turnover.skipped
        if (row.track, row.record_first) not in sent
    ]


def export_only_skips(turnover: Turnover) -> Iterator[Skipped]:
    """The clips that cannot be read from the host's list, as rows of a cut."""
    for clip in turnover.clips:
        if clip.is_in_export_only:
            yield Skipped(
                clip_name=clip.name,
                track_index=clip.track - 1,
                record_range=_record_range(clip.record_first, clip.record_count),
                reason="a speed ramp or a compound clip, and there is no export that says which frames it shows",
            )


def host_notes(turnover: Turnover) -> list[str]:
    """The host's remarks on clips that it did send."""
    sent = _sent_positions(turnover)
    return [f"{row.name}: {row.reason}" for row in turnover.skipped if (row.track, row.record_first) in sent]


def _sent_positions(turnover: Turnover) -> set[tuple[int, int]]:
    return {(clip.track, clip.record_first) for clip in turnover.clips}


def _record_range(first: int, count: int) -> FrameRange | None:
    return FrameRange.of(first, count) if count > 0 else None


def _skips_in_selection(
    cut: Cut, shots: Sequence[Shot], known: Set[TrackPosition], place: _HostPlaces
) -> Iterator[Skipped]:
    """The skipped rows of the export that the host lists too, or that overlap or belong to one of ``shots``."""
    names = {shot.name for shot in shots}
    for row in cut.skipped:
        overlaps = row.record_range is not None and any(
            shot.track_index == row.track_index and shot.record_range.intersection(row.record_range) for shot in shots
        )
        if place(row) in known or overlaps or row.shot in names:
            yield row


def _skips_from_list(
    cut: Cut, listed: Mapping[TrackPosition, HostClip], place: _HostPlaces, turnover: Turnover
) -> Iterator[Skipped]:
    """Rows that only the host's list gives: disabled clips, clips missing from the export, and items it skipped."""
    read = {*map(place, cut.shots), *map(place, cut.skipped)}
    skipped = {track_position(row) for row in cut.skipped}
    for position, clip in listed.items():
        if position in skipped or (position in read and clip.enabled):
            continue
        missing = f"in the host's clip list, but missing from its export {turnover.otio}"
        yield Skipped(
            clip_name=clip.name,
            track_index=position[0],
            record_range=_record_range(clip.record_first, clip.record_count),
            reason=missing if clip.enabled else "disabled in the timeline",
        )
    yield from (row for row in host_skips(turnover) if track_position(row) not in skipped)


# --- one clip --------------------------------------------------------------------------------------------------


def _compare_clip(shot: Shot, clip: HostClip, turnover: Turnover, cut_folder: Path) -> Iterator[str]:
    """One sentence when the list and the export differ by a frame or more.

    Of a clip that only the export describes there is nothing to compare.
    """
    if clip.is_in_export_only or shot.inside or shot.frame_map.frames is not None:
        return
    parts = []
    if not _is_same_media(clip.path, shot.media.path, cut_folder):
        parts.append(f"media {clip.path}, not {shot.media.path}")
    if not _is_same_speed(shot, clip):
        parts.append(f"speed {100 * clip.speed:g} %, not {100 * float(shot.frame_map.speed):g} %")
    elif not _is_same_start(shot, clip, turnover):
        first = shot.frame_map.source_range().first - (shot.media.source_range.first if shot.media.source_range else 0)
        parts.append(f"start frame {clip.source_first:g}, not {first}")
    if parts:
        yield f"{shot.name}: the host's clip list has {' and '.join(parts)}; its export was used, check the shot"


def _is_same_media(listed: str, exported: str, cut_folder: Path) -> bool:
    try:
        return _comparable_path(listed, cut_folder) == _comparable_path(exported, cut_folder)
    except Skip:  # the list gives no path, so there is nothing to compare
        return True


def _comparable_path(text: str, cut_folder: Path) -> str:
    """The path of a file or of its sequence: hosts name a sequence by its range or by its first file."""
    location = parse_location(text, cut_folder)
    path = (sequence_from_first_file(location) or location).path
    return unicodedata.normalize("NFC", path).casefold()


def _is_same_speed(shot: Shot, clip: HostClip) -> bool:
    """Whether both cover the same number of source frames, within the tolerance, in the same direction."""
    if _is_still(shot) or (clip.speed == 0 and clip.source_count == 0):  # 0 of 0: unknown to the host
        return True
    frame_map = shot.frame_map
    if clip.speed * frame_map.speed < 0:
        return False
    difference = abs(Fraction(clip.speed) - frame_map.speed)
    return difference * frame_map.record_count * frame_map.source_rate / frame_map.record_rate < _SPEED_TOLERANCE


def _is_same_start(shot: Shot, clip: HostClip, turnover: Turnover) -> bool:
    """Whether one of the ways in which hosts count gives the same first frame.

    Not checked for retimed clips, whose start hosts give in retimed frames.
    """
    if shot.frame_map.speed != 1 or _is_still(shot):
        return True
    possible = {floor(start + Fraction(1, 1000)) for start in _possible_starts(shot, clip, turnover)}
    return shot.frame_map.source_range().first in possible


def _possible_starts(shot: Shot, clip: HostClip, turnover: Turnover) -> Iterator[Fraction]:
    """Source frames that the list may mean.

    Hosts count from the media's start, its timecode or its first file number, at the media's rate or the timeline's.
    """
    media = shot.media
    media_first = media.source_range.first if media.source_range is not None else 0
    first_files = {media_first, clip.media_index} if media.kind == "sequence" else {media_first}
    rate = exact_rate(clip.media_fps or turnover.fps)
    timecodes = {0, media.timecode_first or 0, first_timecode(clip, rate) or 0}
    start = Fraction(clip.source_first)
    for frames in (start, start * media.rate / shot.frame_map.record_rate):
        yield frames
        yield from (first + frames - timecode for first in first_files for timecode in timecodes)


def _is_still(shot: Shot) -> bool:
    return shot.media.source_range is not None and len(shot.media.source_range) == 1
