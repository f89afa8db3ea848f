"""Read a ``turnover.json`` as a cut: from the host's own export where there is one, else from its clip list."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from toolkit.documents import Cut, Origin, Turnover
from toolkit.editorial.times import ROUNDING
from toolkit.editorial.tracks import track_position
from toolkit.errors import UnreadableCut
from toolkit.frames import exact_rate
from toolkit.settings import PlateSettings
from toolkit.turnover.confirm_export import confirm_export, export_only_skips, host_notes, host_skips
from toolkit.turnover.source_timeline import load_turnover_timeline
from toolkit.turnover.timeline_cut import read_timeline_cut
from toolkit.turnover.turnover_file import read_turnover

_EXACT = Fraction(1, 100_000)
"""Send Turnover of After Effects rounds by itself, and its starts may mean a place just below a whole frame: a reversed
clip starts in the middle of the places that show the frames of the comp, which for NTSC media in a comp of a whole rate
are a thousandth of a frame."""


def read_turnover_cut(path: Path, *, handles: int, plate: PlateSettings, names: str) -> Cut:
    """The shots of the ``turnover.json`` at ``path``.

    The shots are read from the export, which has transitions and effects; the host's clip list selects and confirms
    them. Raises like ``read_cut``.
    """
    turnover = read_turnover(path)
    found, export_problem = load_turnover_timeline(turnover, path)
    rounding = _EXACT if turnover.host == "after effects" else ROUNDING
    cut = read_timeline_cut(found, path, handles=handles, plate=plate, names=names, rounding=rounding)
    if cut.record_rate != exact_rate(turnover.fps):
        problem = f"it runs at {turnover.fps:g} fps, but its export {turnover.otio} at {float(cut.record_rate):g} fps"
        raise UnreadableCut(path, f"{problem}; send the turnover again")
    if turnover.otio and not export_problem:
        cut = confirm_export(cut, turnover)
    else:
        notes = (*cut.notes, *_clip_list_notes(turnover, export_problem), *host_notes(turnover))
        skipped = (*cut.skipped, *host_skips(turnover), *export_only_skips(turnover))
        cut = cut.model_copy(update={"skipped": skipped, "notes": notes})
    return _add_host_facts(cut, turnover)


def _clip_list_notes(turnover: Turnover, export_problem: str) -> tuple[str, ...]:
    if not export_problem:
        return ()
    source = f"the shots were read from the clip list of {turnover.name or 'the timeline'}"
    return (f"{export_problem}; {source}, without transitions and effects",)


def _add_host_facts(cut: Cut, turnover: Turnover) -> Cut:
    """``cut`` with what a timeline file does not hold: its origin, its timecode and the plates' colour spaces."""
    spaces = {(clip.track - 1, clip.record_first): clip.input_colour_space for clip in turnover.clips}
    origin = Origin(host=turnover.host, name=turnover.name, timeline_id=turnover.timeline_id, colour=turnover.colour)
    return cut.model_copy(
        update={
            "origin": origin,
            "record_start": turnover.start_frame,
            "drop_frame": turnover.drop_frame,
            "record_count": max(cut.record_count, turnover.record_count),
            "shots": tuple(
                shot.model_copy(update={"input_colour_space": spaces.get(track_position(shot), "")})
                for shot in cut.shots
            ),
            "skipped": tuple(sorted(cut.skipped, key=track_position)),
        }
    )
