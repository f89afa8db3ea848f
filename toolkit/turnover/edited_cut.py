"""A cut that was edited on after it was rendered: which of the layers that exist go over each of its uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from toolkit.documents import Cut, Media, Shot, Skipped, SourceShot
from toolkit.editorial.shot_names import ShotNames
from toolkit.editorial.skips import TRANSITION_ON_LAYERS
from toolkit.errors import list_frames
from toolkit.frames import FrameRange
from toolkit.turnover.same_media import is_same_end, pair_media
from toolkit.turnover.use_matching import match_uses

_CUT_THERE = "their layers are cut where it is, as frames under it are not rendered"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditedCut:
    """An edited cut, each use of it under the layers that show its frames."""

    cut: Cut
    """Its shots are rendered as source shots of the known cut. A use whose frames are in several of them, or only in
    part in one, is a shot for each part; a part without layers is a source shot of its own, under a new name."""
    missing: Mapping[str, str]
    """What is not rendered, by the name of the shot that lacks it: a sentence with the number of frames."""


def find_layers(edited: Cut, known: Cut, rendered: Collection[str]) -> EditedCut:
    """``edited``, which was read without handles, over the source shots of ``known`` that are ``rendered``.

    Of several source shots with the frames of a use, the one that it was rendered as is taken, if it has most of them.
    """
    finder = _Finder.of(edited, known, rendered)
    shots: list[Shot] = []
    missing: dict[str, str] = {}
    cut_transitions: set[tuple[int, int]] = set()
    for use in edited.shots:
        parts = list(finder.divide(use))
        shots += (part for part, _ in parts)
        missing |= {part.name: reason for part, reason in parts if reason}
        cut_transitions |= {(use.track_index, frame) for frame in _unreached_ends(use, [part for part, _ in parts])}
    rows = tuple(_describe_row(row, cut_transitions) for row in edited.skipped)
    return EditedCut(cut=edited.model_copy(update={"shots": tuple(shots), "skipped": rows}), missing=missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finder:
    sources: Mapping[str, Sequence[Shot]]
    """The rendered source shots of each media, by its path in the known cut."""
    known_paths: Mapping[str, str]
    """That path, by the path of the media in the edited cut."""
    rendered_as: Mapping[str, str]
    """The source shot that a use was rendered as, by its name."""
    names: ShotNames
    taken: Collection[str]
    """The names of all source shots: a part without layers has none of them."""

    @classmethod
    def of(cls, edited: Cut, known: Cut, rendered: Collection[str]) -> _Finder:
        sources: dict[str, list[Shot]] = {}
        for shot in known.source_shots():
            if shot.name in rendered:
                sources.setdefault(shot.media.path, []).append(shot)
        taken = {shot.rendered_name for shot in known.shots}
        matches = match_uses(known, edited)
        return cls(
            sources=sources,
            known_paths=pair_media(known.shots, edited.shots),
            rendered_as={
                matches.new[place].shot.name: matches.old[other].shot.rendered_name
                for place, other in matches.pairs.items()
            },
            names=ShotNames(taken={*taken, *(shot.name for shot in (*known.shots, *edited.shots))}),
            taken=taken,
        )

    def divide(self, use: Shot) -> Iterator[tuple[Shot, str]]:
        """The parts of ``use`` in the order of the timeline, and what each of them lacks (empty: nothing)."""
        sources = self._sources_of(use)
        source_of = _assign(use, sources, self.rendered_as.get(use.name, ""))
        runs = [(source, list(records)) for source, records in groupby(use.record_range, source_of.get)]
        has_layers = any(source for source, _ in runs)
        is_first = True
        for number, (name, records) in enumerate(runs, start=1):
            part = _build_part(use, FrameRange(first=records[0], last=records[-1]))
            if name is None:
                alone = not has_layers and use.name not in self.taken
                own_name = use.name if alone else self.names.part_name(use.name, number)
                yield _lay(part, own_name, None), _explain_missing(use, part)
                continue
            own_name = use.name if is_first else self.names.part_name(use.name, number)
            is_first = False
            work = next(one.source_work_range for one in sources if one.name == name)
            laid = _lay(part, own_name, SourceShot(name=name, source_work_range=work))
            yield laid, _explain_transition(laid)

    def _sources_of(self, use: Shot) -> list[Shot]:
        """The source shots of the media of ``use``; none if that is elsewhere now, and several have its name."""
        found = self.sources.get(self.known_paths.get(use.media.path, ""), ())
        return [one for one in found if _is_same_media(one.media, use.media)]


def _is_same_media(known: Media, media: Media) -> bool:
    """Whether a source frame of one is the same picture in the other: files may be read in another way now.

    Media in another place must have the same folder and name, as every shot may have a ``plate``, and the same frames:
    it may have been trimmed when it was copied.
    """
    if not is_same_end(known.path, media.path):
        return False
    facts = [(one.kind, one.rate, one.by_time, one.frame_step, one.step_origin) for one in (known, media)]
    if facts[0] != facts[1] or (None not in (known.layer, media.layer) and known.layer != media.layer):
        return False
    timecodes = {known.timecode_first, media.timecode_first} - {None}
    return known.path == media.path or (known.source_range == media.source_range and len(timecodes) < 2)


def _assign(use: Shot, sources: Iterable[Shot], rendered_as: str) -> dict[int, str]:
    """The source shot whose layers go over each record frame of ``use``: as few of them as possible."""
    shown = {record: use.frame_map.source_frame_at_record(record) for record in use.record_range}
    near = [one for one in sources if one.source_work_range.intersection(use.source_range)]
    found: dict[int, str] = {}
    while near:
        covered = {
            one.name: [record for record, source in shown.items() if source in one.source_work_range] for one in near
        }
        best = max(near, key=lambda one: (len(covered[one.name]), one.name == rendered_as))
        found |= dict.fromkeys(covered[best.name], best.name)
        shown = {record: source for record, source in shown.items() if record not in found}
        near = [one for one in near if one is not best and shown]
    return found


def _build_part(use: Shot, record_range: FrameRange) -> Shot:
    """The part of ``use`` in ``record_range``; where it ends as ``use`` does, it needs the same frames beyond."""
    shown, work = use.frame_map.trimmed(record_range).source_range(), use.source_work_range
    first = work.first if shown.first == use.source_range.first else shown.first
    last = work.last if shown.last == use.source_range.last else shown.last
    needed = FrameRange(first=first, last=last)
    return use.model_copy(update={"record_range": record_range, "source_range": shown, "source_work_range": needed})


def _lay(part: Shot, name: str, source: SourceShot | None) -> Shot:
    """``part``, called ``name``, under the layers of ``source``."""
    frame_map = part.frame_map.with_work_range(source.source_work_range if source else part.source_work_range)
    return part.model_copy(update={"name": name, "source_shot": source, "frame_map": frame_map})


# --- what is missing -------------------------------------------------------------------------------------------


def _explain_missing(use: Shot, part: Shot) -> str:
    shown = use.frame_map.source_frame_at_record
    total = len({shown(record) for record in use.record_range})
    frames = sorted({shown(record) for record in part.record_range})
    if 1 < total == len(frames):
        return f"none of the {total} source frames of its clip is rendered: {list_frames(frames)}"
    verb = "is" if len(frames) == 1 else "are"
    return f"{len(frames)} of the {total} source frames of its clip {verb} not rendered: {list_frames(frames)}"


def _explain_transition(laid: Shot) -> str:
    beyond = laid.source_work_range.minus(laid.rendered_range)
    if not beyond:
        return ""
    counted = (
        "1 source frame under its transition is"
        if len(beyond) == 1
        else (f"{len(beyond)} source frames under its transition are")
    )
    return f"{counted} not rendered: {list_frames(beyond)}; its layers are cut where the transition is"


def _unreached_ends(use: Shot, parts: Sequence[Shot]) -> Iterator[int]:
    """The record frames at the ends of ``use``, which has layers, where these lack frames under a transition."""
    layered = [part for part in parts if part.source_shot is not None]
    for part in layered:
        beyond = part.source_work_range.minus(part.rendered_range)
        heads = [frame for frame in beyond if frame < part.source_range.first]
        starts, ends = (heads, len(heads) < len(beyond))[:: 1 if part.frame_map.speed >= 0 else -1]
        yield from [part.record_range.first] if starts else []
        yield from [part.record_range.last] if ends else []
    if layered:
        yield from {use.record_range.first} - {layered[0].record_range.first}
        yield from {use.record_range.last} - {layered[-1].record_range.last}


def _describe_row(row: Skipped, cut_transitions: Collection[tuple[int, int]]) -> Skipped:
    """``row``; that of a transition which layers do not reach says so."""
    if row.record_range is None or TRANSITION_ON_LAYERS not in row.reason:
        return row
    near = range(row.record_range.first - 1, row.record_range.last + 2)
    if not any(track == row.track_index and frame in near for track, frame in cut_transitions):
        return row
    return row.model_copy(update={"reason": row.reason.replace(TRANSITION_ON_LAYERS, _CUT_THERE)})
