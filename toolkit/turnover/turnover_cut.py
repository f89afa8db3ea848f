"""What a host handed over as a cut: through its own export where there is one, else by its clip list."""

from __future__ import annotations

from pathlib import Path

from toolkit.documents import Cut, Origin, Turnover
from toolkit.editorial.tracks import place_of
from toolkit.errors import UnreadableCut
from toolkit.frames import exact_rate
from toolkit.turnover.confirm_export import confirmed, rows_of_host
from toolkit.turnover.source_timeline import handed_timeline
from toolkit.turnover.timeline_cut import cut_of_timeline
from toolkit.turnover.turnover_file import read_turnover


def cut_of_turnover(path: Path, *, handles: int) -> Cut:
    """The shots of the ``turnover.json`` at ``path``.

    The export has transitions and effects, so the shots are read from it, and the host's clip list says which of them
    are meant and confirms them. Raises as ``read_cut`` does.
    """
    turnover = read_turnover(path)
    timeline, trouble = handed_timeline(turnover, path)
    cut = cut_of_timeline(timeline, path, handles=handles)
    if cut.record_rate != exact_rate(turnover.fps):
        problem = f"it counts {turnover.fps:g} frames per second, its export {turnover.otio} {float(cut.record_rate):g}"
        raise UnreadableCut(path, f"{problem}; hand over again")
    if turnover.otio and not trouble:
        cut = confirmed(cut, turnover)
    else:
        rows, notes = rows_of_host(turnover)
        cut = cut.model_copy(update={"skipped": (*cut.skipped, *rows), "notes": (*_by_list(turnover, trouble), *notes)})
    return _as_the_host_says(cut, turnover)


def _by_list(turnover: Turnover, trouble: str) -> tuple[str, ...]:
    if not trouble:
        return ()
    known = f"the shots are as the clip list of {turnover.name or 'the timeline'} has them"
    return (f"{trouble}; {known}, and its transitions and effects are not known",)


def _as_the_host_says(cut: Cut, turnover: Turnover) -> Cut:
    """What a timeline file cannot say: where it came from, how it is counted, what each plate is taken for."""
    spaces = {(clip.track - 1, clip.record_first): clip.input_colour_space for clip in turnover.clips}
    origin = Origin(host=turnover.host, name=turnover.name, timeline_id=turnover.timeline_id, colour=turnover.colour)
    return cut.model_copy(
        update={
            "origin": origin,
            "record_start": turnover.start_frame,
            "drop_frame": turnover.drop_frame,
            "record_count": max(cut.record_count, turnover.record_count),
            "shots": tuple(
                shot.model_copy(update={"input_colour_space": spaces.get(place_of(shot), "")}) for shot in cut.shots
            ),
            "skipped": tuple(sorted(cut.skipped, key=place_of)),
        }
    )
