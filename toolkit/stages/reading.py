"""Read a cut as the settings say."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from toolkit.documents import Cut, ReadOptions
from toolkit.output import Output
from toolkit.progress import SILENT, Progress
from toolkit.settings import Settings
from toolkit.stages.cuts_of_output import is_version_of, known_cuts
from toolkit.turnover import read_cut

_SAYS_LITTLE = ".edl"
"""Edit lists name no media and no rate."""


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
    ``known``, an earlier version of the cut, keep theirs. What neither an edit list nor the settings say, its rate and
    where its media are, is as it was for the earlier version: ``known``, or the only cut in ``out``. ``allow_empty``
    and what is raised are those of ``read_cut``, and Unreadable and DocumentError for a damaged ``out``.
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
    read = partial(
        read_cut,
        cut,
        handles=settings.cut.handles,
        names=settings.cut.names,
        share=settings.cut.share,
        plate=settings.plate,
        known=known if out is None else partial(known_cuts, out=Path(out), add=add),
        allow_empty=allow_empty,
        progress=progress,
    )
    earlier = known if out is None else _only_cut(Path(out))
    if earlier is None or Path(cut).suffix.lower() != _SAYS_LITTLE:
        return read(options=options)
    found = read(options=_complete(options, earlier))
    return found if is_version_of(found, earlier) else read(options=options)


def _complete(options: ReadOptions, earlier: Cut) -> ReadOptions:
    """``options`` with what they leave open as it was for an ``earlier`` version of the cut."""
    known = {
        "record_rate": options.record_rate or earlier.record_rate,
        "media": options.media or earlier.read_options.media,
    }
    return options.model_copy(update=known)


def _only_cut(out: Path) -> Cut | None:
    """The cut in ``out`` if it is the only one: of several, it is known only after reading which a new one is."""
    cuts = Output(root=out).cuts()
    return Cut.read(cuts[0].shots) if len(cuts) == 1 else None
