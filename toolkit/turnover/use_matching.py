"""Which use of the earlier cut each use of a changed one was.

Uses are matched by the source frames that they show, never by name: editors insert, move and rename. Among uses that
show the same, and among those that share only some frames, the place between their neighbours decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

from toolkit.documents import Cut, Media, Shot
from toolkit.frames import FrameRange
from toolkit.turnover.chains import Pair, heaviest_chain
from toolkit.turnover.same_media import pair_media

_MOST_ALIKE = 2500
"""Possible pairs of uses that show the same; of more, the first is the first: a loop of a thousand uses."""


_MOST_NEAR = 50
"""Uses that share frames with another one; of more, the nearest in the cut: the same loop, each turn trimmed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A shot in the terms of both cuts."""

    shot: Shot
    media: str
    """What tells its media apart: the path in the earlier cut, if it was there."""
    shown: FrameRange
    """The frames visible in the edit, counted as in the earlier cut."""

    identity: object
    """What two uses have in common that show the same frames in the same time, forwards or backwards."""

    @classmethod
    def of(cls, shot: Shot, media: str, shift: int = 0) -> Use:
        """The use of ``media`` whose frames are counted ``shift`` higher than in ``shot``."""
        frames, record = shot.frame_map, shot.record_range
        shown = FrameRange.of(shot.source_range.first + shift, len(shot.source_range))
        first, last = (frames.source_frame_at_record(end) for end in (record.first, record.last))
        identity = media, shown, len(record), (first > last) - (first < last)
        return cls(shot=shot, media=media, shown=shown, identity=identity)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseMatches:
    """The uses of two cuts, each in the order of time, and which was which."""

    old: Sequence[Use]
    new: Sequence[Use]
    tracks: dict[int, int]
    """The track of the old cut that each track of the new one was."""
    pairs: dict[int, int] = field(default_factory=dict)
    """By place in ``new``: the place in ``old``."""

    def find_moved(self) -> set[str]:
        """The names of the new uses that are on another track, or in another order than most of their track."""
        kept = self.chain((old, new, 1) for new, old in self.pairs.items())
        return {self.new[place].shot.name for place in self.pairs if place not in kept}

    def chain(self, pairs: Iterable[Pair]) -> dict[int, int]:
        """Those of ``pairs`` on one track each that keep their order there and weigh most: old places by new ones.

        Of chains of one weight it is the one whose uses stay most where they are on the timeline.
        """
        by_track: dict[int, list[Pair]] = {}
        for pair in pairs:
            track = self.old[pair[0]].shot.track_index
            if self.tracks.get(self.new[pair[1]].shot.track_index) == track:
                by_track.setdefault(track, []).append(pair)
        found: dict[int, int] = {}
        for mine in by_track.values():
            stays = [
                self.old[one].shot.record_range.first == self.new[two].shot.record_range.first for one, two, _ in mine
            ]
            weighed = [
                (one, two, weight * (len(mine) + 1) + stay)
                for (one, two, weight), stay in zip(mine, stays, strict=True)
            ]
            found |= {mine[index][1]: mine[index][0] for index in heaviest_chain(weighed)}
        return found


def match_uses(old: Cut, new: Cut) -> UseMatches:
    """Match the uses of both cuts; what shows the same comes before what shares some frames, and near before far."""
    before, after = _list_uses(old, new)
    found = UseMatches(old=before, new=after, tracks=_pair_tracks(before, after))
    same = list(_same_pairs(before, after))
    found.pairs.update(found.chain((one, two, 1) for one, two in same))
    _add_in_order(found, same)
    _add_overlaps(found)
    return found


def count_matches(old: Cut, new: Cut) -> int:
    """How many uses of ``new`` were in ``old``."""
    return len(match_uses(old, new).pairs)


def _list_uses(old: Cut, new: Cut) -> tuple[list[Use], list[Use]]:
    media = pair_media(old.shots, new.shots)
    known = {shot.media.path: shot.media for shot in old.shots}
    before = [Use.of(shot, shot.media.path) for shot in _in_time(old.shots)]
    after = []
    for shot in _in_time(new.shots):
        path = media.get(shot.media.path)
        shift = 0 if path is None else _shift(known[path], shot.media)
        after.append(Use.of(shot, shot.media.path if path is None else path, shift))
    return before, after


def _in_time(shots: Iterable[Shot]) -> list[Shot]:
    return sorted(shots, key=lambda shot: (shot.record_range.first, shot.track_index, shot.clip_index, shot.inside))


def _shift(old: Media, new: Media) -> int:
    """How much higher the frames of a media are counted in the earlier cut.

    Frames on disk are as they are there; those of offline media begin where each cut says, by timecode.
    """
    firsts = [_first_timecode(media) for media in (old, new)]
    if (old.online and new.online) or old.rate != new.rate or firsts[0] is None or firsts[1] is None:
        return 0
    return firsts[1] - firsts[0]


def _first_timecode(media: Media) -> int | None:
    """The timecode at source frame 0, in frames; None: unknown."""
    if media.timecode_first is None or media.source_range is None:
        return None
    return media.timecode_first - media.source_range.first


def _pair_tracks(old: Sequence[Use], new: Sequence[Use]) -> dict[int, int]:
    """The track of ``old`` that each track of ``new`` was: those with most in common, in one order.

    A track that is inserted below others moves them up, and nothing on them has moved.
    """
    theirs, ours = _count_by_track(old), _count_by_track(new)
    pairs = []
    for track, mine in ours.items():
        for other, found in theirs.items():
            weight = 4 * (mine & found).total() + (track == other)
            pairs += [(other, track, weight)] if weight else []
    return {pairs[index][1]: pairs[index][0] for index in heaviest_chain(pairs)}


def _count_by_track(uses: Sequence[Use]) -> dict[int, Counter[object]]:
    """How often each media is on each track, and how often the same frames of it."""
    found: dict[int, Counter[object]] = {}
    for use in uses:
        found.setdefault(use.shot.track_index, Counter()).update((use.media, use.identity))
    return found


# --- the same frames -------------------------------------------------------------------------------------------


def _same_pairs(old: Sequence[Use], new: Sequence[Use]) -> Iterator[tuple[int, int]]:
    """The pairs of uses that show the same, by their places."""
    theirs, ours = _places(old), _places(new)
    for identity, mine in ours.items():
        places = theirs.get(identity, [])
        if len(places) * len(mine) <= _MOST_ALIKE:
            yield from ((one, two) for two in mine for one in places)
        else:
            yield from zip(places, mine, strict=False)


def _places(uses: Sequence[Use]) -> dict[object, list[int]]:
    found: dict[object, list[int]] = {}
    for place, use in enumerate(uses):
        found.setdefault(use.identity, []).append(place)
    return found


def _add_in_order(found: UseMatches, pairs: Iterable[tuple[int, int]]) -> None:
    """Match what is left of ``pairs``, the best first: those on one track before others, and then in order."""
    taken = set(found.pairs.values())
    for one, two in sorted(pairs, key=lambda pair: (_changes_track(found, *pair), pair[1], pair[0])):
        if two not in found.pairs and one not in taken:
            found.pairs[two] = one
            taken.add(one)


def _changes_track(found: UseMatches, old: int, new: int) -> bool:
    return found.tracks.get(found.new[new].shot.track_index) != found.old[old].shot.track_index


# --- some of the frames ----------------------------------------------------------------------------------------


def _add_overlaps(found: UseMatches) -> None:
    """Match what shares frames: first between the same neighbours, then wherever most frames are shared."""
    taken = set(found.pairs.values())
    old = [place for place in range(len(found.old)) if place not in taken]
    new = [place for place in range(len(found.new)) if place not in found.pairs]
    overlaps = list(_overlaps(found, old, new))
    anchors = found.chain((one, two, 1) for two, one in found.pairs.items())
    certain = 100 * (len(new) + 1)
    steady = [(one, two, certain) for two, one in anchors.items()]
    found.pairs.update(found.chain([*steady, *((one, two, alike) for alike, one, two in overlaps)]))
    taken = set(found.pairs.values())
    for _, one, two in sorted(overlaps, key=lambda row: (-row[0], _changes_track(found, *row[1:]), row[2], row[1])):
        if two not in found.pairs and one not in taken:
            found.pairs[two] = one
            taken.add(one)


def _overlaps(found: UseMatches, old: Iterable[int], new: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """How much is shared, 1 to 99, and the places of each pair of uses that share frames."""
    by_media: dict[str, list[int]] = {}
    for place in old:
        by_media.setdefault(found.old[place].media, []).append(place)
    tables = {media: _FirstFrames(found.old, places) for media, places in by_media.items()}
    for two in new:
        use = found.new[two]
        near = tables[use.media].near(use.shown) if use.media in tables else ()
        if len(near) > _MOST_NEAR:
            near = [one for _, one in nsmallest(_MOST_NEAR, ((abs(one - two), one) for one in near))]
        for one in near:
            before = found.old[one]
            both = before.shown.intersection(use.shown)
            if both is not None:
                shown = len(before.shown) + len(use.shown) - len(both)
                yield 1 + 97 * len(both) // shown + (before.shot.clip_name == use.shot.clip_name), one, two


class _FirstFrames:
    """The uses of one media by the first frame that they show."""

    def __init__(self, uses: Sequence[Use], places: Iterable[int]) -> None:
        self._places = sorted(places, key=lambda place: uses[place].shown.first)
        self._firsts = [uses[place].shown.first for place in self._places]
        self._longest = max(len(uses[place].shown) for place in self._places)

    def near(self, shown: FrameRange) -> Sequence[int]:
        """The places of all that share frames with ``shown``, and of some that do not."""
        low = bisect_left(self._firsts, shown.first - self._longest + 1)
        return self._places[low : bisect_left(self._firsts, shown.last + 1)]
