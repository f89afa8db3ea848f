"""Clips whose media lack frames: what is there becomes shots, what is not becomes rows with the reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import groupby

from toolkit.documents import Shot, Skipped
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.skips import MediaSkip
from toolkit.errors import MissingFrames
from toolkit.frames import FrameRange

_MAX_PARTS = 12
"""A sequence with more holes was rendered on every second frame, say: as shots of single frames it is of no use."""

WorkRange = Callable[[FrameRange], FrameRange]
"""Adds handles to a range of source frames, as far as the media goes without a hole."""


def split_at_missing_frames(
    shot: Shot, missing: Collection[int], names: ShotNames, work_range: WorkRange, *, available: FrameRange
) -> tuple[list[Shot], list[Skipped]]:
    """The parts of ``shot`` between its ``missing`` source frames, and a row for each stretch of the timeline between.

    Each part has handles of its own. The first part keeps the name of ``shot``; the second ``sh010`` is
    ``sh010_part2``. ``available`` are the frames of the media, for the reasons. Raises MediaSkip when nothing is left,
    or when there are too many parts.
    """
    shown = shot.frame_map.source_frame_at_record
    runs = shot.source_range.without(missing)
    run_of = {source: number for number, run in enumerate(runs) for source in run}
    stretches = [
        (number, list(records)) for number, records in groupby(shot.record_range, lambda n: run_of.get(shown(n)))
    ]
    kept = [FrameRange(first=records[0], last=records[-1]) for number, records in stretches if number is not None]
    if not kept or len(kept) > _MAX_PARTS:
        raise MediaSkip(_explain(shot, sorted(missing), available), shot=shot.name)
    parts = [
        _build_part(shot, records, names.part_name(shot.name, number) if number > 1 else shot.name, work_range)
        for number, records in enumerate(kept, start=1)
    ]
    return parts, [*_hidden_rows(shot, missing, available), *_rows(shot, stretches, available)]


def _rows(shot: Shot, stretches: Iterable[tuple[int | None, list[int]]], available: FrameRange) -> Iterator[Skipped]:
    for number, records in stretches:
        if number is None:
            frames = sorted({shot.frame_map.source_frame_at_record(frame) for frame in records})
            yield Skipped(
                clip_name=shot.clip_name,
                track_index=shot.track_index,
                record_range=FrameRange(first=records[0], last=records[-1]),
                reason=_explain(shot, frames, available),
                shot=shot.name,
            )


def _hidden_rows(shot: Shot, missing: Collection[int], available: FrameRange) -> Iterator[Skipped]:
    """A row for frames that the speed of the clip leaves out: they divide the shot, but nobody misses them."""
    hidden = sorted(set(missing) - {shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range})
    if hidden:
        reason = f"{_explain(shot, hidden, available)}; nothing shows them at its speed, but they divide the shot"
        yield Skipped(clip_name=shot.clip_name, track_index=shot.track_index, record_range=None, reason=reason)


def _build_part(shot: Shot, record_range: FrameRange, name: str, work_range: WorkRange) -> Shot:
    source_range = shot.frame_map.trimmed(record_range).source_range()
    work = work_range(source_range)
    return shot.model_copy(
        update={
            "name": name,
            "source_range": source_range,
            "source_work_range": work,
            "record_range": record_range,
            "frame_map": shot.frame_map.with_work_range(work),
        }
    )


def _explain(shot: Shot, missing: Sequence[int], available: FrameRange) -> str:
    return MissingFrames(shot.media.path, missing, available=str(available)).sentence
