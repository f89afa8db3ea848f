"""What has changed between two versions of a cut, shot by shot.

Uses that keep their order are not moved, however far a longer shot before them pushes them: moved are those outside
the longest run of matches on a track whose order is the same in both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from toolkit.documents import Cut, Shot
from toolkit.frames import FrameRange
from toolkit.turnover.use_matching import Use, UseMatches, match_uses


class ChangeKind(StrEnum):
    """What happened to a use."""

    NEW = "new"
    GONE = "gone"
    MOVED = "moved"
    RETIMED = "retimed"
    SLIPPED = "slipped"
    TRIMMED = "trimmed"
    SAME = "same"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotChange:
    """One use in the old cut, in the new one, or in both."""

    old: Shot | None
    """None: it is new."""
    new: Shot | None
    """None: it is gone."""
    kinds: tuple[ChangeKind, ...]
    """All that happened to it; ``SAME`` alone if nothing did."""
    head: int = 0
    """Source frames that it begins earlier (negative) or later than before."""
    tail: int = 0
    """Source frames that it ends earlier (negative) or later than before."""
    frames_to_render: int = 0
    """Source frames, handles included, that a run of the new cut paints where the old one was run before. Those of
    several uses that are rendered as one shot are counted at the first."""

    @property
    def name(self) -> str:
        """The name of the shot in the new cut, else in the old one."""
        shot = self.new or self.old
        return "" if shot is None else shot.name


def compare_cuts(
    old: Cut, new: Cut, *, unrendered: Collection[str] = (), others: Iterable[Cut] = ()
) -> list[ShotChange]:
    """Every use of ``new`` in its order, then what is gone, in the order of ``old``.

    The shots of ``new`` have the names that ``keep_names`` gives them: layers are found by name. Those of ``old`` that
    are ``unrendered`` have none; those of ``others``, cuts of the same output folder, have theirs.
    """
    matches = match_uses(old, new)
    moved = matches.find_moved()
    uses = {use.shot.name: use for use in matches.new}
    before = {matches.new[place].shot.name: matches.old[other] for place, other in matches.pairs.items()}
    rendered = _Rendered(matches, unrendered, others)
    changes = []
    for shot in new.shots:
        use, missing = uses[shot.name], rendered.take_missing(uses[shot.name])
        if shot.name not in before:
            changes.append(ShotChange(old=None, new=shot, kinds=(ChangeKind.NEW,), frames_to_render=missing))
        else:
            changes.append(_describe(before[shot.name], use, is_moved=shot.name in moved, frames_to_render=missing))
    kept = {use.shot.name for use in before.values()}
    gone = (shot for shot in old.shots if shot.name not in kept)
    return [*changes, *(ShotChange(old=shot, new=None, kinds=(ChangeKind.GONE,)) for shot in gone)]


def _describe(before: Use, after: Use, *, is_moved: bool, frames_to_render: int) -> ShotChange:
    old, new = before.shot, after.shot
    head, tail = after.shown.first - before.shown.first, after.shown.last - before.shown.last
    is_longer = len(old.record_range) != len(new.record_range)
    kinds = [ChangeKind.MOVED] if is_moved else []
    if _is_retimed(before, after):
        kinds.append(ChangeKind.RETIMED)
    elif head == tail != 0 and not is_longer:
        kinds.append(ChangeKind.SLIPPED)
    elif head or tail or is_longer:
        kinds.append(ChangeKind.TRIMMED)
    return ShotChange(
        old=old,
        new=new,
        kinds=tuple(kinds) or (ChangeKind.SAME,),
        head=head,
        tail=tail,
        frames_to_render=frames_to_render,
    )


# --- speed -----------------------------------------------------------------------------------------------------


def _is_retimed(before: Use, after: Use) -> bool:
    """Whether the frames follow one another differently.

    Formats round speeds: 66.67 % is two thirds if that makes less than a frame of difference over the whole clip.
    """
    old, new = before.shot.frame_map, after.shot.frame_map
    if old.frames is not None and new.frames is not None:
        return not _is_part_of_one_ramp(old.frames, new.frames)
    if old.frames is not None or new.frames is not None:
        return True
    if (old.speed > 0) - (old.speed < 0) != (new.speed > 0) - (new.speed < 0):
        return True
    at = (new if new.record_rate == old.record_rate else old).source_rate  # another rate of the cut is no retime
    difference = abs(old.speed * old.source_rate - new.speed * at) / old.record_rate
    return difference * (max(old.record_count, new.record_count) - 1) >= 1


def _is_part_of_one_ramp(old: tuple[int, ...], new: tuple[int, ...]) -> bool:
    """Whether two varying speeds are the same curve, trimmed at their ends or slipped as a whole."""
    steps = [tuple(frame - frames[0] for frame in frames) for frames in (old, new)]
    if steps[0] == steps[1]:
        return True
    shortest = min(len(old), len(new))
    starts = [index for index, frame in enumerate(old) if frame == new[0]]
    starts += [-index for index, frame in enumerate(new) if frame == old[0]]
    return any(2 * _count_agreeing(old, new, start) >= shortest for start in starts)


def _count_agreeing(old: tuple[int, ...], new: tuple[int, ...], start: int) -> int:
    """How many frames of ``new`` are those of ``old`` from ``start`` on; 0 unless all that overlap are."""
    mine, theirs = new[max(0, -start) :], old[max(0, start) :]
    count = min(len(mine), len(theirs))
    return count if mine[:count] == theirs[:count] else 0


# --- frames ----------------------------------------------------------------------------------------------------


class _Rendered:
    """The source frames that there are layers of, by the name that they are rendered under and their media."""

    def __init__(self, matches: UseMatches, unrendered: Collection[str], others: Iterable[Cut]) -> None:
        """Media that was offline in the old cut, and no longer is, has not been rendered."""
        online = {use.media for use in matches.new if use.shot.media.online}
        self._frames: dict[tuple[str, str], set[int]] = {}
        self._ranges: set[tuple[tuple[str, str], FrameRange]] = set()
        for use in matches.old:
            was_there = use.shot.media.online or use.media not in online
            if was_there and use.shot.name not in unrendered:
                self.take_missing(use)
        for shot in (shot for cut in others for shot in cut.shots if shot.media.online):
            self._take(shot, shot.media.path)

    def take_missing(self, use: Use) -> int:
        """How many frames of ``use`` nobody has rendered; from now on they count as rendered."""
        return self._take(use.shot, use.media)

    def _take(self, shot: Shot, media: str) -> int:
        """The uses of a source shot all have its frames, which may be those of a whole reel: they are counted once."""
        key, frames = (shot.rendered_name, media), shot.rendered_range
        if (key, frames) in self._ranges:
            return 0
        self._ranges.add((key, frames))
        known = self._frames.setdefault(key, set())
        before = len(known)
        known.update(frames)
        return len(known) - before
