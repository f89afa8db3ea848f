"""Shots of a changed cut keep their names: their layers are found again, and no name changes its meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from toolkit.documents import Cut, Shot, SourceShot
from toolkit.editorial.shot_names import ShotNames, shot_stem
from toolkit.turnover.use_matching import match_uses


def keep_names(cut: Cut, known: Cut | None, others: Sequence[Cut] = ()) -> Cut:
    """``cut`` with the names that its shots had in ``known``, an earlier version of it.

    A use is recognised by the frames of its media that it shows. A new one gets no name that was taken before, also
    when that shot is gone, nor one of ``others``, the other cuts of the same output folder.
    """
    pairs = {} if known is None else _match_names(known, cut)
    earlier = [*others, known] if known is not None else others
    taken = {name for one in earlier for shot in one.shots for name in (shot.name, shot.rendered_name)}
    names = ShotNames(taken=taken)
    renamed = {
        shot.name: pairs[shot.name].name if shot.name in pairs else names.next_name(_stem(shot)) for shot in cut.shots
    }
    sources = _name_sources(cut, pairs, renamed)
    shots = tuple(_rename(shot, renamed[shot.name], sources[shot.rendered_name]) for shot in cut.shots)
    rows = tuple(row.model_copy(update={"shot": renamed.get(row.shot, row.shot)}) for row in cut.skipped)
    return cut.model_copy(update={"shots": shots, "skipped": rows})


def _match_names(known: Cut, cut: Cut) -> dict[str, Shot]:
    """The earlier use of each shot of ``cut`` that has one, by name."""
    found = match_uses(known, cut)
    return {found.new[place].shot.name: found.old[other].shot for place, other in found.pairs.items()}


def _stem(shot: Shot) -> str:
    """The name of ``shot`` without the number that tells it from others of the name."""
    stem, _, number = shot.name.rpartition("_")
    return stem if stem == shot_stem(shot.clip_name) and number.isdecimal() else shot.name


def _rename(shot: Shot, name: str, source: str) -> Shot:
    """``shot`` as ``name``, rendered as ``source``."""
    same = source == name and shot.rendered_range == shot.source_work_range
    source_shot = None if same else SourceShot(name=source, source_work_range=shot.rendered_range)
    return shot.model_copy(update={"name": name, "source_shot": source_shot})


def _name_sources(cut: Cut, pairs: Mapping[str, Shot], renamed: Mapping[str, str]) -> dict[str, str]:
    """The name to render each source shot of ``cut`` as, by its present name.

    It is the one it had: of several, that of a use it still has, else the one with most of its frames.
    """
    uses: dict[str, list[Shot]] = {}
    for shot in cut.shots:
        uses.setdefault(shot.rendered_name, []).append(shot)
    claims = sorted(claim for source, group in uses.items() for claim in _claims(source, group, pairs, renamed))
    found: dict[str, str] = {}
    given: set[str] = set()
    for _, _, source, name in claims:
        if source not in found and name not in given:
            found[source] = name
            given.add(name)
    for source, group in uses.items():
        if source not in found:
            found[source] = next(renamed[shot.name] for shot in group if renamed[shot.name] not in given)
    return found


def _claims(
    source: str, uses: Sequence[Shot], pairs: Mapping[str, Shot], renamed: Mapping[str, str]
) -> list[tuple[bool, int, str, str]]:
    """The old names that a source shot could keep, as sort keys: the best first."""
    frames: dict[str, int] = {}
    for shot in uses:
        if shot.name in pairs:
            old = pairs[shot.name].rendered_name
            frames[old] = frames.get(old, 0) + len(shot.source_range)
    own = {renamed[shot.name] for shot in uses}
    return [(old not in own, -count, source, old) for old, count in frames.items()]
