"""Where the shots of a movie begin, and what is uncertain about that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from toolkit.documents import Media
from toolkit.errors import list_frames
from toolkit.progress import SILENT, Progress
from toolkit.turnover.picture_cuts.gradual import GradualChange, find_gradual_changes
from toolkit.turnover.picture_cuts.hard_cuts import HardCuts, find_hard_cuts
from toolkit.turnover.picture_cuts.signals import read_signals

_SHORT = 6
"""Frames: a shorter shot is worth a look."""
_MOST_NAMED = 6
"""Dissolves and fades named in one note; more are counted."""


def find_boundaries(
    media: Media, source_frames: Sequence[int], threshold: float, *, progress: Progress = SILENT
) -> tuple[tuple[int, ...], list[str]]:
    """The first frame of each shot of ``media`` but the first, ascending, and what is uncertain, a sentence each.

    ``source_frames`` are the frames that exist, ascending. A dissolve or a fade is divided in its middle. A change
    below ``threshold`` (mean of hue, saturation and value, 0..255) is no cut. Raises MediaError.
    """
    if len(source_frames) < 2:
        return (), []
    signals = read_signals(media, source_frames, threshold, progress=progress)
    hard = find_hard_cuts(signals)
    gradual, edges = find_gradual_changes(signals.thumbnails, hard.firsts)
    firsts = sorted({*hard.firsts, *(change.middle for change in gradual)} - set(edges))
    boundaries = tuple(source_frames[index] for index in firsts)
    name = Path(media.path).name
    return boundaries, [f"{name}: {note}" for note in _notes(source_frames, boundaries, hard, gradual)]


def _notes(
    source_frames: Sequence[int], boundaries: Sequence[int], hard: HardCuts, gradual: Sequence[GradualChange]
) -> Iterator[str]:
    def numbers(indices: Sequence[int]) -> str:
        return list_frames([source_frames[index] for index in indices])

    if boundaries:
        yield f"{len(boundaries) + 1} shots were found by its pictures"
    else:
        yield "no cut was found in its pictures, so it is one shot"
    for kind, changes in (
        ("dissolve", [change for change in gradual if not change.is_fade]),
        ("fade", [change for change in gradual if change.is_fade]),
    ):
        if changes:
            yield f"divided in the middle of what looks like a {kind}: {_list_changes(changes, source_frames)}"
    alike = [index for index in hard.alike if source_frames[index] in boundaries]
    if alike:
        yield f"the pictures before and after these cuts look alike: {numbers(alike)}"
    if hard.flashes:
        yield f"not divided where the picture comes back at once, as after a flash: {numbers(hard.flashes)}"
    ends = [*boundaries, source_frames[-1] + 1]
    short = [first for first, end in pairwise([source_frames[0], *ends]) if end - first < _SHORT]
    if short and boundaries:
        yield f"shots of fewer than {_SHORT} frames begin at {list_frames(short)}"


def _list_changes(changes: Sequence[GradualChange], source_frames: Sequence[int]) -> str:
    """``120-131 at 126, 300-323 at 312 (2 more)``."""
    named = [
        f"{source_frames[one.frames.first]}-{source_frames[one.frames.last]} at {source_frames[one.middle]}"
        for one in changes[:_MOST_NAMED]
    ]
    more = f" and {len(changes) - _MOST_NAMED} more" if len(changes) > _MOST_NAMED else ""
    return f"{', '.join(named)}{more}"
