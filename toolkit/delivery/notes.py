"""What the editor should know about a delivery, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from toolkit.delivery.colour import colour_notes
from toolkit.delivery.plate_stacks import Level
from toolkit.delivery.remarks import Remark
from toolkit.documents import Cut, Skipped
from toolkit.frames import timecode_from_frames


def delivery_notes(cut: Cut, levels: Sequence[Level], remarks: Sequence[Remark]) -> Iterator[str]:
    """Where host and export differ, the shots, the colours, then what was left out."""
    yield from cut.notes
    yield from (remark.sentence for remark in remarks if remark.is_note)
    yield from colour_notes(cut, [layer for level in levels for track in level.layer_tracks for layer in track.layers])
    for row in cut.skipped:
        yield _left_out(cut, row)


def _left_out(cut: Cut, row: Skipped) -> str:
    where = f"track {row.track_index + 1}"
    if row.record_range is not None:
        label = cut.record_start + row.record_range.first
        where += f", {timecode_from_frames(label, cut.record_rate, drop_frame=cut.drop_frame)}"
    return f"left alone: {row.clip_name} ({where}): {row.reason}"
