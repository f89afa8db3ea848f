"""``run --dry-run``: read and check everything that a run would, and write nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from toolkit.documents import Cut, Shot
from toolkit.settings import Settings
from toolkit.stages.checks import ShotPatterns, check_before_work
from toolkit.stages.rendering import open_tools_for
from toolkit.turnover import read_cut


def check_run(cut: Path | str, settings: Settings, *, shots: ShotPatterns = None) -> tuple[Cut, Sequence[Shot]]:
    """Read and check everything that ``run`` would, the engine's server and models included; write nothing."""
    source = read_cut(cut, handles=settings.cut.handles)
    chosen = check_before_work(source, shots, settings)
    with open_tools_for(source, chosen, settings):
        return source, chosen
