"""The notes of a delivery: what the editor should know, one sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from toolkit.delivery.colour import colour_notes
from toolkit.delivery.plate_stacks import PlateStack
from toolkit.delivery.remark import Remark
from toolkit.documents import Cut, Skipped
from toolkit.editorial.skips import LAYER_REASON
from toolkit.frames import timecode_from_frames


def delivery_notes(cut: Cut, stacks: Sequence[PlateStack], remarks: Sequence[Remark]) -> Iterator[str]:
    """The cut's notes, then shots, rates, colour, and skipped clips."""
    yield from cut.notes
    yield from (remark.sentence for remark in remarks if remark.is_note)
    yield from _rate_notes(cut)
    yield from colour_notes(cut, [layer for stack in stacks for track in stack.layer_tracks for layer in track.layers])
    layers = sum(row.reason == LAYER_REASON for row in cut.skipped)
    for row in cut.skipped:
        if layers < 2 or row.reason != LAYER_REASON:
            yield _skip_note(cut, row)
    if layers > 1:
        yield f"skipped: {layers} layers made by this toolkit, not plates"


def _rate_notes(cut: Cut) -> Iterator[str]:
    """A sequence that the cut plays at several rates, which is one item with one rate in an application."""
    rates: dict[str, set[Fraction]] = {}
    for shot in cut.shots:
        if shot.media.online and shot.frame_map.frames is None:
            rates.setdefault(shot.media.path, set()).add(shot.media.rate)
    for path, found in rates.items():
        if len(found) > 1:
            yield (
                f"{path} is played at {' and '.join(f'{float(rate):g}' for rate in sorted(found))} fps: the import "
                "scripts make one item of it, with one rate; compare its plates with return.otio (the layers are right)"
            )


def _skip_note(cut: Cut, row: Skipped) -> str:
    where = f"track {row.track_index + 1}"
    if row.record_range is not None:
        frame = cut.record_start + row.record_range.first
        where += f", {timecode_from_frames(frame, cut.record_rate, drop_frame=cut.drop_frame)}"
    return f"skipped: {row.clip_name} ({where}): {row.reason}"
