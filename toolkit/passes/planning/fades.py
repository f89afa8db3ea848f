"""How the mattes of faces that come and leave fade, so that no face pops in or out within a shot."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from toolkit.documents import FaceState, FaceTrack, FaceTracks, Shot
from toolkit.frames import FrameRange


def plan_fades(shot: Shot, tracks: FaceTracks, frames: int) -> list[dict[int, float]]:
    """Per face of ``tracks``, the opacities below 1 by source frame; ``frames`` is the length of a fade.

    A fade is inside the frames in which the face is present. Nothing fades at the ends of the shot, of its work range
    and of what is tracked, where the editor cuts, nor where the media cut from one face to another.
    """
    runs = [list(_find_runs(track)) for track in tracks.faces]
    cuts = _find_cuts([run for face in runs for run in face])
    for whole in (shot.source_range, shot.source_work_range, tracks.source_range):
        cuts |= {whole.first, whole.last + 1}
    return [{frame: opacity for run in face for frame, opacity in _fade(run, frames, cuts)} for face in runs]


def _find_cuts(runs: Sequence[FrameRange]) -> set[int]:
    """The frames with which new faces begin, where all others have just ended."""
    lasts = {run.last for run in runs}
    both = {run.first for run in runs if run.first - 1 in lasts}
    return {first for first in both if not any(run.first < first <= run.last for run in runs)}


def _find_runs(track: FaceTrack) -> Iterator[FrameRange]:
    """The runs of frames in which a face is not ABSENT."""
    first: int | None = None
    for sample in track.samples:
        if sample.state is FaceState.ABSENT:
            if first is not None:
                yield FrameRange(first=first, last=sample.source_frame - 1)
            first = None
        elif first is None:
            first = sample.source_frame
    if first is not None:
        yield FrameRange(first=first, last=track.samples[-1].source_frame)


def _fade(run: FrameRange, frames: int, cuts: Collection[int]) -> Iterator[tuple[int, float]]:
    """The frames of ``run`` in which the face fades, with their opacities: a smooth step at each end."""
    rises, falls = run.first not in cuts, run.last + 1 not in cuts
    for frame in run:
        distances = [frame - run.first] * rises + [run.last - frame] * falls
        part = min((distance + 1) / (frames + 1) for distance in (*distances, frames))
        if part < 1:
            yield frame, round(part * part * (3 - 2 * part), 6)
