"""Several uses of the same frames of one media are tracked and rendered once.

An editor cuts back and forth between takes, so many clips of a cut show overlapping ranges of one file. They form one
*source shot*, named after the first of them, with the frames of all; each use keeps its own clip on the timeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from toolkit.documents import Cut, Shot, SourceShot
from toolkit.frames import FrameRange


def share_frames(cut: Cut, *, near: int) -> Cut:
    """``cut`` with uses of the same frames as one source shot.

    Two uses of one media belong together if the frames that they show overlap, or if the ranges to render for them are
    at most ``near`` frames apart. The two sides of a through edit do not: a movie that is cut where its own picture
    cuts would become one shot of many scenes.
    """
    names: dict[str, str] = {}
    works: dict[str, FrameRange] = {}
    order = {shot.name: index for index, shot in enumerate(cut.shots)}
    for group in _group(cut.shots, near):
        name = min((shot.name for shot in group), key=order.__getitem__)
        names |= {shot.name: name for shot in group}
        works[name] = hull(shot.source_work_range for shot in group)
    return assign_sources(cut, names, works)


def assign_sources(cut: Cut, names: Mapping[str, str], ranges: Mapping[str, FrameRange]) -> Cut:
    """``cut`` with each shot rendered as the source shot of ``names``, each of which has the frames of ``ranges``."""
    shots = tuple(_share(shot, names[shot.name], ranges[names[shot.name]]) for shot in cut.shots)
    return cut.model_copy(update={"shots": shots, "frames_to_render": sum(map(len, ranges.values()))})


def count_frames(cut: Cut) -> Cut:
    """``cut`` with every shot on its own, and the number of frames that are to be rendered for them."""
    return cut.model_copy(update={"frames_to_render": sum(len(shot.source_work_range) for shot in cut.shots)})


def _share(shot: Shot, name: str, work: FrameRange) -> Shot:
    """``shot`` as a use of the source shot ``name``."""
    is_alone = name == shot.name and work == shot.source_work_range
    if is_alone and shot.source_shot is None and shot.frame_map.source_work_first == work.first:
        return shot
    source_shot = None if is_alone else SourceShot(name=name, source_work_range=work)
    return shot.model_copy(update={"source_shot": source_shot, "frame_map": shot.frame_map.with_work_range(work)})


def media_key(shot: Shot) -> object:
    """What two uses have in common that show the frames of one media in one way."""
    media = shot.media
    step = (media.frame_step, media.step_origin)
    return media.path, media.layer, media.rate, media.by_time, step, shot.input_colour_space


def hull(ranges: Iterable[FrameRange]) -> FrameRange:
    """The frames from the first to the last of ``ranges``, at least one."""
    found = list(ranges)
    return FrameRange(first=min(one.first for one in found), last=max(one.last for one in found))


def _group(shots: Iterable[Shot], near: int) -> Iterator[list[Shot]]:
    """The uses of each source shot."""
    by_media: dict[object, list[Shot]] = {}
    for shot in shots:
        by_media.setdefault(media_key(shot), []).append(shot)
    for uses in by_media.values():
        yield from _divide(sorted(uses, key=lambda shot: shot.source_range.first), near)


def _divide(uses: Sequence[Shot], near: int) -> Iterator[list[Shot]]:
    """``uses`` of one media, in the order of their first frames, in groups that share frames."""
    group: list[Shot] = []
    ends: set[tuple[int, int, int]] = set()
    shown_last = work_last = 0
    for use in uses:
        overlaps = use.source_range.first <= shown_last
        is_through_edit = _place_before(use) in ends
        if group and not overlaps and (is_through_edit or not _is_near(use, work_last, near)):
            yield group
            group, ends = [], set()
        shown_last = max(shown_last, use.source_range.last) if group else use.source_range.last
        work_last = max(work_last, use.source_work_range.last) if group else use.source_work_range.last
        group.append(use)
        ends.add(_place_of_end(use))
    yield group


def _is_near(use: Shot, work_last: int, near: int) -> bool:
    """Whether few frames are between ``use`` and the group that ends at ``work_last``, and the media has them."""
    gap = range(work_last + 1, use.source_work_range.first)
    return len(gap) <= near and (not gap or _has_all(use, gap))


def _place_of_end(shot: Shot) -> tuple[int, int, int]:
    """Its last frame in the media, its track, and its last frame there."""
    return shot.source_range.last, shot.track_index, shot.record_range.last


def _place_before(shot: Shot) -> tuple[int, int, int]:
    """Where a shot ends that goes on in ``shot``: a through edit."""
    return shot.source_range.first - 1, shot.track_index, shot.record_range.first - 1


def _has_all(shot: Shot, source_frames: range) -> bool:
    from toolkit.plates import missing_frames

    return not shot.media.online or not missing_frames(shot.media, source_frames)
