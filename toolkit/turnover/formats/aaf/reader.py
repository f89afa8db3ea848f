"""AAF of Avid, Premiere and Resolve: the OpenTimelineIO adapter reads the file, and its retimes are read again here.

The adapter's own simplification is left off: it adds up ranges before and after a retime, which loses frames.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from toolkit.documents import ReadOptions
from toolkit.editorial.adapters import read_with_adapter
from toolkit.editorial.builders import make_time, make_timeline
from toolkit.editorial.skips import Skip
from toolkit.editorial.times import time_base, to_seconds
from toolkit.errors import UnreadableCut
from toolkit.turnover.formats.aaf.build import Builder
from toolkit.turnover.formats.aaf.file import AafFacts, copy_pictures, read_aaf_facts
from toolkit.turnover.formats.aaf.media import MediaReader
from toolkit.turnover.formats.aaf.walk import PICTURE_KINDS, Walk
from toolkit.turnover.formats.timeline_file import TimelineFile

if TYPE_CHECKING:
    from opentimelineio import schema

log = logging.getLogger(__name__)

_ARGUMENTS = {"simplify": False, "attach_markers": False}
_MANY = 4
"""Clips that a note names."""


def read_aaf(path: Path, options: ReadOptions) -> TimelineFile:
    """The composition in the AAF file at ``path``. Raises NoSuchFile and UnreadableCut."""
    collection = _read(path)
    facts = read_aaf_facts(path)
    compositions = list(collection)
    composition, notes = _choose(compositions, facts, path)
    pictures = _picture_tracks(composition)
    rate = _rate(composition, pictures, path)
    walk = Walk(rate=rate, facts=facts)
    media = MediaReader(cut_folder=path.absolute().parent, folders=[Path(folder) for folder in options.media])
    builder = Builder(rate=rate, media=media)
    try:
        timeline = make_timeline(composition.name, make_time(_start(composition) * rate, rate))
        layers = [layer for track in pictures for layer in walk.layers(track)]
    except Skip as skip:
        raise UnreadableCut(path, f"'{composition.name}' is invalid: {skip}") from skip
    for number, pieces in enumerate(layers, start=1):
        timeline.tracks.append(builder.track(f"V{number}", pieces))
    return TimelineFile(
        timeline=timeline,
        drop_frame=facts.drop_frame.get(_mob_id(composition)),
        notes=(*notes, *walk.notes, *walk.effect_notes(), *media.notes()),
    )


def _read(path: Path) -> Any:
    """The compositions in the file, as the adapter transcribes them.

    It fails on what is not even wanted, such as markers of Resolve, which name no slot: then pictures alone are read.
    """
    try:
        return read_with_adapter(path, "AAF", **_ARGUMENTS)
    except UnreadableCut as error:
        log.debug("%s: it is read again without sound, markers and data", error)
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "pictures.aaf"
            try:
                copy_pictures(path, copy)
                return read_with_adapter(copy, "AAF", **_ARGUMENTS)
            except UnreadableCut:
                raise error from None


def _choose(compositions: Sequence[Any], facts: AafFacts, path: Path) -> tuple[schema.Timeline, list[str]]:
    """The composition that no other one shows, and a note when there are several."""
    with_pictures = [each for each in compositions if _picture_tracks(each)]
    if not with_pictures:
        raise UnreadableCut(path, "it holds no composition with pictures")
    unused = [each for each in with_pictures if _mob_id(each) not in facts.used_mobs] or with_pictures
    others = [f"'{each.name}'" for each in unused[1:]]
    if not others:
        return unused[0], []
    names = ", ".join(others[:_MANY]) + (f" and {len(others) - _MANY} more" if len(others) > _MANY else "")
    return unused[0], [f"'{unused[0].name}' is read; the file also holds {names}: export them one by one to use them"]


def _picture_tracks(composition: schema.Timeline) -> list[schema.Track]:
    """The slots with pictures, lowest track number first."""
    tracks = [track for track in composition.tracks if track.kind in PICTURE_KINDS and len(track)]
    return sorted(tracks, key=lambda track: int(_metadata(track).get("PhysicalTrackNumber") or 0))


def _rate(composition: schema.Timeline, tracks: Sequence[schema.Track], path: Path) -> Fraction:
    """Edit units per second of the lowest slot with pictures: its timecode may count in another rate."""
    edit_rate = str(_metadata(tracks[0]).get("EditRate", ""))
    try:
        return time_base(float(Fraction(edit_rate)) if edit_rate else composition.global_start_time.rate)
    except (Skip, ValueError, ZeroDivisionError, AttributeError) as error:
        raise UnreadableCut(
            path, f"the edit rate of '{composition.name}' is invalid ({edit_rate or 'none'})"
        ) from error


def _start(composition: schema.Timeline) -> Fraction:
    """Seconds of the start timecode; 0 without one."""
    return to_seconds(composition.global_start_time) if composition.global_start_time is not None else Fraction(0)


def _metadata(each: Any) -> Any:
    return each.metadata.get("AAF", {})


def _mob_id(composition: Any) -> str:
    return str(_metadata(composition).get("MobID", ""))
