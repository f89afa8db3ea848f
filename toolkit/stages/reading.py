"""Read a cut as the settings say."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from toolkit.documents import Cut, ReadOptions
from toolkit.progress import SILENT, Progress
from toolkit.settings import Settings
from toolkit.stages.cuts_of_output import known_cuts
from toolkit.turnover import read_cut


def read_source(
    cut: Cut | Path | str,
    settings: Settings,
    out: Path | str | None = None,
    *,
    add: bool = False,
    known: Cut | None = None,
    allow_empty: bool = False,
    progress: Progress = SILENT,
) -> Cut:
    """``cut`` itself, or the cut at that path, read with ``settings``; folders of media may be relative to it.

    The shots that ``out`` holds already keep their names, and what shows the same frames as another cut there is
    rendered together with it; with ``add`` the cut is not a version of one that is there. Without ``out``, those of
    ``known``, an earlier version of the cut, keep theirs. ``allow_empty`` and what is raised are those of ``read_cut``,
    and Unreadable and DocumentError for a damaged ``out``.
    """
    if isinstance(cut, Cut):
        return cut
    media = tuple(str(Path(cut).absolute().parent / folder) for folder in settings.cut.media_folders)
    options = ReadOptions(
        record_rate=settings.cut.record_rate,
        media=media,
        detect_cuts=settings.cut.detect,
        detect_threshold=settings.cut.detect_threshold,
        boundaries=settings.cut.boundaries,
    )
    return read_cut(
        cut,
        handles=settings.cut.handles,
        names=settings.cut.names,
        share=settings.cut.share,
        plate=settings.plate,
        options=options,
        known=known if out is None else partial(known_cuts, out=Path(out), add=add),
        allow_empty=allow_empty,
        progress=progress,
    )
