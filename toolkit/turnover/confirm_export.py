"""A host's export held against the host's own clip list: which clips are meant, and where the two do not agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from fractions import Fraction
from math import floor
from pathlib import Path

from toolkit.documents import Cut, HostClip, Shot, Skipped, Turnover
from toolkit.editorial.locations import locate, numbered
from toolkit.editorial.skips import Skip, summary
from toolkit.editorial.tracks import Place, place_of
from toolkit.errors import EmptyCut, UnreadableCut
from toolkit.frames import FrameRange, exact_rate
from toolkit.turnover.turnover_file import first_label

_SLACK = 2
"""Pictures over a clip's length that its speed may be off by: a host that counts its ends says the last picture or the
one after it, in whole pictures."""


def confirmed(cut: Cut, turnover: Turnover) -> Cut:
    """``cut``, read from the export of ``turnover``, with nothing but the clips that the host's list names.

    The shots stay as the export has them; ``notes`` says where the list has another file, other pictures or another
    speed. Raises UnreadableCut when the two have no clip in common, EmptyCut when the list has them all disabled.
    """
    path = Path(cut.path)
    listed = {(clip.track - 1, clip.record_first): clip for clip in turnover.clips}
    shots = [shot for shot in cut.shots if place_of(shot) in listed]
    if not shots and not any(place_of(row) in listed for row in cut.skipped):
        raise UnreadableCut(
            path, f"none of its clips lies in its export {turnover.otio} where its own list has it; hand over again"
        )
    known = {*listed, *((row.track - 1, row.record_first) for row in turnover.skipped)}
    others = sum(place_of(shot) not in known for shot in cut.shots)
    skipped = [
        *(_in_selection(cut, shots, known) if others else cut.skipped),
        *_rows_of_the_list(cut, listed, turnover),
    ]
    enabled = tuple(shot for shot in shots if listed[place_of(shot)].enabled)
    if not enabled:
        raise EmptyCut(path, summary((row.clip_name, row.reason) for row in skipped))
    notes = [f"not in the turnover, so left alone: {others} other {_clips(others)}"] if others else []
    notes += [note for shot in enabled for note in _disagreement(shot, listed[place_of(shot)], turnover, path.parent)]
    notes += rows_of_host(turnover)[1]
    return cut.model_copy(update={"shots": enabled, "skipped": tuple(skipped), "notes": tuple(notes)})


def _clips(count: int) -> str:
    return "clip" if count == 1 else "clips"


def rows_of_host(turnover: Turnover) -> tuple[list[Skipped], list[str]]:
    """What the host left out itself, as rows of a cut; and as notes, what it says of clips that it sent."""
    sent = {(clip.track, clip.record_first) for clip in turnover.clips}
    notes = [f"{row.name}: {row.reason}" for row in turnover.skipped if (row.track, row.record_first) in sent]
    rows = [
        Skipped(
            clip_name=row.name or "unnamed",
            track_index=row.track - 1,
            record_range=FrameRange.of(row.record_first, row.record_count) if row.record_count > 0 else None,
            reason=row.reason,
        )
        for row in turnover.skipped
        if (row.track, row.record_first) not in sent
    ]
    return rows, notes


def _in_selection(cut: Cut, shots: Sequence[Shot], known: Set[Place]) -> Iterator[Skipped]:
    """What the export could not give, as far as the host speaks of it or it lies over one of ``shots``."""
    for row in cut.skipped:
        lies_over = row.record_range is not None and any(
            shot.track_index == row.track_index and shot.record_range.intersection(row.record_range) for shot in shots
        )
        if place_of(row) in known or lies_over:
            yield row


def _rows_of_the_list(cut: Cut, listed: Mapping[Place, HostClip], turnover: Turnover) -> Iterator[Skipped]:
    """What only the host says: clips it has switched off, clips that its export lacks, and what is no clip."""
    shots, told = {place_of(shot) for shot in cut.shots}, {place_of(row) for row in cut.skipped}
    for place, clip in listed.items():
        if place in told or (place in shots and clip.enabled):
            continue
        missing = f"the host's clip list has it here, its export {turnover.otio} does not"
        yield Skipped(
            clip_name=clip.name,
            track_index=place[0],
            record_range=FrameRange.of(clip.record_first, clip.record_count) if clip.record_count > 0 else None,
            reason=missing if clip.enabled else "disabled in the timeline",
        )
    yield from (row for row in rows_of_host(turnover)[0] if place_of(row) not in told)


# --- one clip --------------------------------------------------------------------------------------------------


def _disagreement(shot: Shot, clip: HostClip, turnover: Turnover, beside: Path) -> Iterator[str]:
    """One sentence when the list means something else by a picture or more."""
    parts = []
    if not _same_media(clip.path, shot.media.path, beside):
        parts.append(f"{clip.path} instead of {shot.media.path}")
    if not _same_speed(shot, clip):
        parts.append(f"{100 * clip.speed:g} % instead of {100 * float(shot.map.speed):g} %")
    elif not _same_start(shot, clip, turnover):
        first = shot.source_range.first - (shot.media.source_range.first if shot.media.source_range else 0)
        parts.append(f"a start at picture {clip.source_first:g} instead of {first}")
    if parts:
        yield f"{shot.name}: the host's own list says {' and '.join(parts)}; its export was followed, so look at it"


def _same_media(listed: str, exported: str, beside: Path) -> bool:
    try:
        return _written_alike(listed, beside) == _written_alike(exported, beside)
    except Skip:  # the list names no file: it says nothing against the export's
        return True


def _written_alike(text: str, beside: Path) -> str:
    """The path of a file or of its sequence: hosts name a sequence by its range or by its first file."""
    location = locate(text, beside)
    return (numbered(location) or location).path.casefold()


def _same_speed(shot: Shot, clip: HostClip) -> bool:
    """Whether both run through the same number of pictures, give or take the ends, and in the same direction."""
    if _is_still(shot) or (clip.speed == 0 and clip.source_count == 0):  # 0 of 0: the host does not know
        return True
    frame_map = shot.map
    if clip.speed * frame_map.speed < 0:
        return False
    apart = abs(Fraction(clip.speed) - frame_map.speed)
    return apart * frame_map.record_count * frame_map.source_rate / frame_map.record_rate < _SLACK


def _same_start(shot: Shot, clip: HostClip, turnover: Turnover) -> bool:
    """Whether a way in which hosts count gives the same first picture; a retimed clip's they give warped."""
    if shot.map.speed != 1 or _is_still(shot):
        return True
    return shot.source_range.first in {floor(place + Fraction(1, 1000)) for place in _starts(shot, clip, turnover)}


def _starts(shot: Shot, clip: HostClip, turnover: Turnover) -> Iterator[Fraction]:
    """Source frames that the list may mean: counted from the media's start, its timecode or its file number, in the
    media's frames or in the timeline's."""
    media = shot.media
    disk_first = media.source_range.first if media.source_range is not None else 0
    first_files = {disk_first, clip.media_index} if media.kind == "sequence" else {disk_first}
    rate = exact_rate(clip.media_fps or turnover.fps)
    labels = {0, media.timecode_first or 0, first_label(clip, rate) or 0}
    for pictures in (Fraction(clip.source_first), Fraction(clip.source_first) * media.rate / shot.map.record_rate):
        yield pictures
        yield from (first + pictures - label for first in first_files for label in labels)


def _is_still(shot: Shot) -> bool:
    return shot.media.source_range is not None and len(shot.media.source_range) == 1
