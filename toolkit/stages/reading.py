"""Read a cut as the settings say."""

from __future__ import annotations

from pathlib import Path

from toolkit.documents import Cut, ReadOptions
from toolkit.settings import Settings
from toolkit.turnover import read_cut


def read_source(cut: Cut | Path | str, settings: Settings) -> Cut:
    """``cut`` itself, or the cut at that path, read with ``settings``; folders of media may be relative to it.

    Raises what ``read_cut`` raises.
    """
    if isinstance(cut, Cut):
        return cut
    media = tuple(str(Path(cut).absolute().parent / folder) for folder in settings.cut.media_folders)
    options = ReadOptions(record_rate=settings.cut.record_rate, media=media)
    return read_cut(cut, handles=settings.cut.handles, share=settings.cut.share, plate=settings.plate, options=options)
