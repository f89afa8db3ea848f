"""Several cuts in one output folder: which of them a cut is, and what it has in common with the others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from toolkit.documents import Cut
from toolkit.editorial.shot_names import ShotNames
from toolkit.output import Output
from toolkit.turnover import count_matches

_OF_A_FORMAT = re.compile(r"_(?=(?:resolve|PLATE.*|(?:FACE|BODY|HANDS)_v\d.*)$)", re.IGNORECASE)
"""What begins the rest of a file name that a format writes: the Resolve file of a cut called ``trailer`` is
``return.trailer_resolve.otio``, which another cut must not have."""


def find_output(cut: Cut, out: Path, *, add: bool = False) -> Output:
    """``out`` with the documents of ``cut``: of the cut that was read from the same file, or else the most similar one.

    With ``add`` a cut from another file, or one that has nothing to do with what was read from it, gets documents of
    its own, called after its name, beside those that are there.
    Raises Unreadable and DocumentError for a damaged ``out``.
    """
    there = [(one, Cut.read(one.shots)) for one in Output(root=out).cuts()]
    for output, known in there:
        if known.path == cut.path and (not add or is_version_of(cut, known)):
            return output
    if add and there:
        taken = [output.cut for output, _ in there]
        return Output(root=out, cut=ShotNames(taken=taken).next_name(_OF_A_FORMAT.sub("-", cut.name)))
    best = max(there, key=lambda row: count_matches(row[1], cut), default=None)
    return Output(root=out) if best is None else best[0]


def known_cuts(cut: Cut, out: Path, *, add: bool = False) -> tuple[Cut | None, Sequence[Cut]]:
    """The earlier version of ``cut`` in ``out``, None if there is none; and the other cuts there.

    Raises what ``find_output`` raises.
    """
    mine = find_output(cut, out, add=add)
    others = [Cut.read(one.shots) for one in Output(root=out).cuts() if one != mine]
    return Cut.read(mine.shots) if mine.shots.exists() else None, others


def is_version_of(cut: Cut, known: Cut) -> bool:
    """Whether ``cut`` may be a version of ``known``: at least half of the shots of either have media in common.

    A cut changes all the time, in its name too, and folders move: media are told by folder and file name.
    """
    ours, theirs = ({Path(shot.media.path).parts[-2:] for shot in one.shots} for one in (cut, known))
    return 2 * len(ours & theirs) >= min(len(ours), len(theirs))
