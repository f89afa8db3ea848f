"""Which shots of a cut are worked on, and which are left out because their media cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from toolkit.documents import Cut, Shot
from toolkit.errors import CutIncomplete, NoMatchingFrame, NoMatchingShot
from toolkit.frames import FrameRange

ShotPatterns = Sequence[str] | str | None
"""Shell patterns of shot names, such as ``["sh02*"]``; None: all shots."""

log = logging.getLogger(__name__)


def choose_shots(cut: Cut, patterns: ShotPatterns, *, strict: bool) -> list[Shot]:
    """The online source shots with a use whose name matches one of the shell ``patterns``; all of them when None.

    A part of a clip is chosen with any other part of it. What has to be left out is logged, shot by shot; raises
    CutIncomplete if that is everything, or anything when ``strict``, and NoMatchingShot for a pattern that matches no
    shot and for an empty list.
    """
    wanted = [patterns] if isinstance(patterns, str) else patterns
    if wanted is not None:
        _check_patterns(cut, wanted)
    left_out = find_left_out(cut, patterns)
    names = {shot.rendered_name for shot in _matching_shots(cut, wanted)}
    chosen = [shot for shot in cut.source_shots() if shot.name in names and shot.media.online]
    if left_out and (strict or not chosen):
        raise CutIncomplete(left_out)
    for name, reason in left_out.items():
        log.warning("%s is left out, in whole or in part: %s", name, reason)
    return chosen


def choose_by_frames(shots: Sequence[Shot], frames: FrameRange | None) -> list[Shot]:
    """Those of ``shots`` that have some of ``frames`` (shot space). Raises NoMatchingFrame if none has."""
    chosen = [shot for shot in shots if frames is None or shot.shot_range.intersection(frames)]
    if not chosen:
        raise NoMatchingFrame(frames, {shot.name: shot.shot_range for shot in shots})
    return chosen


def failed_shots(cut: Cut) -> set[str]:
    """The names of the shots that failed as a whole when they were worked on last."""
    whole = {(row.shot, row.record_range) for row in cut.skipped if row.shot}
    return {shot.name for shot in cut.shots if (shot.name, shot.record_range) in whole}


def find_left_out(cut: Cut, patterns: ShotPatterns = None) -> dict[str, str]:
    """The shots matching ``patterns`` that cannot be rendered, in whole or in part, by name; with the reasons."""
    wanted = [patterns] if isinstance(patterns, str) else patterns
    reasons: dict[str, list[str]] = {}
    shots = _matching_shots(cut, wanted)
    names = {shot.name for shot in shots}
    for row in cut.skipped:
        if row.shot and (row.shot in names or _matches(row.shot, wanted)):
            reasons.setdefault(row.shot, []).append(row.reason)
    for shot in shots:
        if not shot.media.online:
            reasons.setdefault(shot.name, []).append(f"media offline: {shot.media.path}")
    return {name: "; ".join(rows) for name, rows in reasons.items()}


def _check_patterns(cut: Cut, patterns: Sequence[str]) -> None:
    names = list(dict.fromkeys([*(shot.name for shot in cut.shots), *(row.shot for row in cut.skipped if row.shot)]))
    unmatched = [one for one in patterns if not any(fnmatchcase(name, one) for name in names)]
    if unmatched or not patterns:
        raise NoMatchingShot(unmatched, names)


def _matching_shots(cut: Cut, patterns: Iterable[str] | None) -> list[Shot]:
    clips = {(shot.track_index, shot.clip_index) for shot in cut.shots if _matches(shot.name, patterns)}
    return [shot for shot in cut.shots if (shot.track_index, shot.clip_index) in clips]


def _matches(name: str, patterns: Iterable[str] | None) -> bool:
    return patterns is None or any(fnmatchcase(name, one) for one in patterns)
