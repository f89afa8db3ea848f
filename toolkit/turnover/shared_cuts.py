"""Several cuts in one output folder: what shows the same frames of one media is one source shot across all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from toolkit.documents import Cut, Shot
from toolkit.frames import FrameRange
from toolkit.turnover.shared_frames import assign_sources, hull, media_key


def share_with(cut: Cut, others: Sequence[Cut], *, known: Collection[str]) -> Cut:
    """``cut`` with its uses rendered as the source shots of ``others`` that show most of the same frames.

    The names are those of one output folder (``keep_names``). Source shots that are ``known`` in ``cut`` keep their
    names, and each has the frames of all cuts, so that it is the same whichever of them is rendered.
    """
    theirs = [shot for other in others for shot in other.source_shots()]
    names = {shot.name: shot.name if shot.name in known else _find_name(shot, theirs) for shot in cut.source_shots()}
    ranges: dict[str, FrameRange] = {}
    for shot in cut.source_shots():
        name = names[shot.name]
        same = [one.source_work_range for one in theirs if one.name == name and media_key(one) == media_key(shot)]
        before = [ranges[name]] if name in ranges else []
        ranges[name] = hull([shot.source_work_range, *same, *before])
    return assign_sources(cut, {shot.name: names[shot.rendered_name] for shot in cut.shots}, ranges)


def _find_name(shot: Shot, theirs: Sequence[Shot]) -> str:
    """The name of the source shot that shows most of the frames of ``shot``; its own if none shows any."""
    found = max(_overlaps(shot, theirs), default=None, key=lambda row: row[0])
    return shot.name if found is None else found[1]


def _overlaps(shot: Shot, theirs: Sequence[Shot]) -> Iterator[tuple[int, str]]:
    key = media_key(shot)
    for other in theirs:
        both = shot.source_range.intersection(other.source_range) if media_key(other) == key else None
        if both is not None:
            yield len(both), other.name
