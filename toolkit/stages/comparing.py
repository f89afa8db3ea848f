"""``compare``: what any clip has kept of the acting in another one of the same frames."""

from __future__ import annotations

from pathlib import Path

from toolkit import __version__
from toolkit.documents import ClipName, Review, Shot
from toolkit.errors import UnsupportedMedia
from toolkit.faces import track_faces
from toolkit.frames import FrameRange
from toolkit.plates import open_plate
from toolkit.progress import SILENT, Progress
from toolkit.review import ShotReviewer
from toolkit.settings import Settings
from toolkit.stages.pairing import Alignment, check_proportions, fit_picture, pair_frames, repeat_frames
from toolkit.stages.tracking import fetch_face_models
from toolkit.turnover import read_cut

_ALIKE = Alignment()


def compare(
    plate: Path | str,
    result: Path | str,
    settings: Settings | None = None,
    *,
    alignment: Alignment = _ALIKE,
    models: Path | str | None = None,
    progress: Progress = SILENT,
) -> Review:
    """How much of the acting in ``plate`` is left in ``result``: two movies or sequences of the same frames.

    Whatever tool made the result, the faces of both are found and read in the same way. ``alignment`` says how clips of
    different length, rate or proportions go together. ``models`` is a folder with a studio's own copies of the
    face models. Writes nothing. Raises what ``read_cut`` raises, UnsupportedMedia for clips that differ in a way that
    ``alignment`` does not name, AssetUnavailable, MediaError and EngineError.
    """
    settings = settings or Settings()
    files = fetch_face_models(None if models is None else Path(models), progress)
    shots = [_read_clip(path, settings) for path in (plate, result)]
    with open_plate(shots[0].media) as one, open_plate(shots[1].media) as other:
        pairs = pair_frames(shots[0], shots[1], alignment)
        check_proportions(one, other, alignment.fit)
        source_frames, partners = zip(*pairs, strict=True)
        plate_shot = _trim(shots[0], FrameRange(first=source_frames[0], last=source_frames[-1]))
        with progress.stage("plate  faces", len(pairs)) as advance:
            tracks = track_faces(plate_shot, one, settings.track, files, advance)
        painted = repeat_frames(other.frames_8bit(dict.fromkeys(partners)), partners)
        with (
            progress.stage("result  faces", len(pairs)) as advance,
            ShotReviewer(tracks, [ClipName.RESULT], files.landmarker, confidence=settings.track.confidence) as reviewer,
        ):
            for (source_frame, picture), found in zip(one.frames_8bit(source_frames), painted, strict=True):
                fitted = fit_picture(found, (one.width, one.height), alignment.fit)
                reviewer.add(source_frame, picture, {ClipName.RESULT: fitted})
                advance(1)
            reviewed = reviewer.judge()
    return Review(toolkit=__version__, plate=str(plate), result=str(result), shots=(reviewed,))


def _read_clip(path: Path | str, settings: Settings) -> Shot:
    cut = read_cut(path, handles=0, plate=settings.plate)
    if len(cut.shots) > 1 or cut.skipped:
        raise UnsupportedMedia(path, "it is a cut, or frames of it are missing: give one movie, or one whole sequence")
    return cut.shots[0]


def _trim(shot: Shot, source_range: FrameRange) -> Shot:
    return shot.model_copy(update={"source_range": source_range, "source_work_range": source_range})
