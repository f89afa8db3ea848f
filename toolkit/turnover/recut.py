"""What has changed between two versions of a cut, shot by shot.

The uses of each media are matched by the source frames that they show, never by position or name: editors insert,
move and rename. Uses that keep their order are not moved, however far a longer shot before them pushes them: moved are
those outside the longest run of matches whose order is the same in both.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from toolkit.documents import Cut, Shot


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
    """Source frames, handles included, that the old cut did not have rendered for its media."""

    @property
    def name(self) -> str:
        """The name of the shot in the new cut, else in the old one."""
        shot = self.new or self.old
        return "" if shot is None else shot.name


def compare_cuts(old: Cut, new: Cut) -> list[ShotChange]:
    """Every use of ``new`` in its order, then what is gone, in the order of ``old``."""
    pairs = match_uses(old, new)
    moved = _find_moved(pairs, old.shots, new.shots)
    key_of = _media_keys(old, new)
    rendered: dict[str, set[int]] = {}
    for shot in old.source_shots():
        rendered.setdefault(key_of(shot), set()).update(shot.source_work_range)
    changes = []
    for shot in new.shots:
        before = pairs.get(shot.name)
        missing = _take_missing(shot, rendered.setdefault(key_of(shot), set()))
        if before is None:
            changes.append(ShotChange(old=None, new=shot, kinds=(ChangeKind.NEW,), frames_to_render=missing))
        else:
            changes.append(_describe(before, shot, is_moved=shot.name in moved, frames_to_render=missing))
    kept = {shot.name for shot in pairs.values()}
    gone = (shot for shot in old.shots if shot.name not in kept)
    return [*changes, *(ShotChange(old=shot, new=None, kinds=(ChangeKind.GONE,)) for shot in gone)]


def _describe(old: Shot, new: Shot, *, is_moved: bool, frames_to_render: int) -> ShotChange:
    head, tail = new.source_range.first - old.source_range.first, new.source_range.last - old.source_range.last
    kinds = [ChangeKind.MOVED] if is_moved else []
    if _speeds(old) != _speeds(new):
        kinds.append(ChangeKind.RETIMED)
    elif head == tail != 0 and len(old.record_range) == len(new.record_range):
        kinds.append(ChangeKind.SLIPPED)
    elif head or tail or len(old.record_range) != len(new.record_range):
        kinds.append(ChangeKind.TRIMMED)
    return ShotChange(
        old=old,
        new=new,
        kinds=tuple(kinds) or (ChangeKind.SAME,),
        head=head,
        tail=tail,
        frames_to_render=frames_to_render,
    )


def _speeds(shot: Shot) -> object:
    """The speed of a use, or the steps between its frames if that varies."""
    frames = shot.frame_map.frames
    return shot.frame_map.speed if frames is None else tuple(frame - frames[0] for frame in frames)


# --- matching --------------------------------------------------------------------------------------------------


def match_uses(old: Cut, new: Cut) -> dict[str, Shot]:
    """The use in ``old`` that each use of ``new`` was, by the name of the new one."""
    key_of = _media_keys(old, new)
    theirs, ours = _group(old.shots, key_of), _group(new.shots, key_of)
    pairs = (pair for media, uses in ours.items() for pair in _match_uses(theirs.get(media, []), uses))
    return {after.name: before for before, after in pairs}


def _media_keys(old: Cut, new: Cut) -> Callable[[Shot], str]:
    """What tells the media of both cuts apart: the path, or folder and file name when everything is elsewhere now."""
    same = {shot.media.path for shot in old.shots} & {shot.media.path for shot in new.shots}

    def key_of(shot: Shot) -> str:
        path = shot.media.path
        return path if path in same else "/".join(PurePosixPath(path).parts[-2:]).casefold()

    return key_of


def _group(shots: Iterable[Shot], key_of: Callable[[Shot], str]) -> dict[str, list[Shot]]:
    found: dict[str, list[Shot]] = {}
    for shot in shots:
        found.setdefault(key_of(shot), []).append(shot)
    return found


def _match_uses(old: Sequence[Shot], new: Sequence[Shot]) -> Iterator[tuple[Shot, Shot]]:
    """Pairs of uses of one media: those that show the same, in order, then those that share most frames."""
    exact: dict[object, list[Shot]] = {}
    for shot in reversed(old):
        exact.setdefault(_identity(shot), []).append(shot)
    taken: set[str] = set()
    rest = []
    for shot in new:
        same = exact.get(_identity(shot))
        if same:
            before = same.pop()
            taken.add(before.name)
            yield before, shot
        else:
            rest.append(shot)
    yield from _match_overlaps([shot for shot in old if shot.name not in taken], rest)


def _identity(shot: Shot) -> object:
    return shot.source_range, _speeds(shot), len(shot.record_range)


def _match_overlaps(old: Sequence[Shot], new: Sequence[Shot]) -> Iterator[tuple[Shot, Shot]]:
    candidates = []
    by_first = sorted(range(len(old)), key=lambda index: old[index].source_range.first)
    longest = max((len(shot.source_range) for shot in old), default=0)
    firsts = [old[index].source_range.first for index in by_first]
    for number, shot in enumerate(new):
        low = bisect_left(firsts, shot.source_range.first - longest + 1)
        high = bisect_left(firsts, shot.source_range.last + 1)
        for index in by_first[low:high]:
            both = old[index].source_range.intersection(shot.source_range)
            if both is not None:
                is_named_alike = old[index].clip_name == shot.clip_name
                candidates.append((-len(both), not is_named_alike, abs(index - number), number, index))
    taken_old: set[int] = set()
    taken_new: set[int] = set()
    for *_, number, index in sorted(candidates):
        if number not in taken_new and index not in taken_old:
            taken_new.add(number)
            taken_old.add(index)
            yield old[index], new[number]


# --- order -----------------------------------------------------------------------------------------------------


def _find_moved(pairs: dict[str, Shot], old: Sequence[Shot], new: Sequence[Shot]) -> set[str]:
    """The names of the new uses that are on another track or in another order than the others."""
    places = {shot.name: index for index, shot in enumerate(_in_time(old))}
    matched = [shot for shot in _in_time(new) if shot.name in pairs]
    kept = _longest_increasing([places[pairs[shot.name].name] for shot in matched])
    moved = {shot.name for index, shot in enumerate(matched) if index not in kept}
    return moved | {shot.name for shot in matched if shot.track_index != pairs[shot.name].track_index}


def _in_time(shots: Sequence[Shot]) -> list[Shot]:
    return sorted(shots, key=lambda shot: (shot.record_range.first, shot.track_index, shot.clip_index))


def _longest_increasing(numbers: Sequence[int]) -> set[int]:
    """The indices of a longest increasing subsequence (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int | None] = []
    for index, number in enumerate(numbers):
        place = bisect_left(tails, number)
        before.append(ends[place - 1] if place else None)
        tails[place : place + 1] = [number]
        ends[place : place + 1] = [index]
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found


# --- frames ----------------------------------------------------------------------------------------------------


def _take_missing(shot: Shot, known: set[int]) -> int:
    """How many frames of ``shot`` nobody has rendered; from now on they count as rendered."""
    missing = set(shot.rendered_range) - known
    known |= missing
    return len(missing)
