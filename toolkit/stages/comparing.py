"""``compare``: what any clip has kept of the acting in another one of the same frames."""

from __future__ import annotations

from pathlib import Path

from toolkit import __version__
from toolkit.documents import ClipName, Review, Shot
from toolkit.errors import UnsupportedMedia
from toolkit.faces import track_faces
from toolkit.models import FACE_MODEL, fetch_asset
from toolkit.plates import Plate, open_plate
from toolkit.progress import SILENT, Progress
from toolkit.review import ShotReviewer
from toolkit.settings import Settings
from toolkit.turnover import read_cut

_SAME_SHAPE = 0.01
"""How much the proportions of two pictures may differ, as a part."""


def compare(
    plate: Path | str,
    result: Path | str,
    settings: Settings | None = None,
    *,
    models: Path | str | None = None,
    progress: Progress = SILENT,
) -> Review:
    """How much of the acting in ``plate`` is left in ``result``: two movies or sequences of the same frames.

    Whatever tool made the result, the faces of both are found and read in the same way. ``models`` is a folder with a
    studio's own copy of the face model. Writes nothing. Raises what ``read_cut`` raises, UnsupportedMedia for clips of
    different length, rate or proportions, AssetUnavailable, MediaError and EngineError.
    """
    settings = settings or Settings()
    model = fetch_asset(FACE_MODEL, folder=None if models is None else Path(models), progress=progress)
    shots = [_read_clip(path, settings) for path in (plate, result)]
    with open_plate(shots[0].media) as one, open_plate(shots[1].media) as other:
        _check_alike(*shots)
        _check_proportions(one, other)
        ranges = [shot.source_work_range for shot in shots]
        with progress.stage("plate  faces", len(ranges[0])) as advance:
            tracks = track_faces(shots[0], one, settings.track, model, advance)
        pairs = zip(one.frames_8bit(ranges[0]), other.frames_8bit(ranges[1]), strict=True)
        with (
            progress.stage("result  faces", len(ranges[0])) as advance,
            ShotReviewer(tracks, [ClipName.RESULT], model, confidence=settings.track.confidence) as reviewer,
        ):
            for (source_frame, picture), (_, painted) in pairs:
                reviewer.add(source_frame, picture, {ClipName.RESULT: painted})
                advance(1)
            reviewed = reviewer.judge()
    return Review(toolkit=__version__, plate=str(plate), result=str(result), shots=(reviewed,))


def _read_clip(path: Path | str, settings: Settings) -> Shot:
    cut = read_cut(path, handles=0, plate=settings.plate)
    if len(cut.shots) > 1 or cut.skipped:
        raise UnsupportedMedia(path, "it is a cut, or frames of it are missing: give one movie, or one whole sequence")
    return cut.shots[0]


def _check_alike(plate: Shot, result: Shot) -> None:
    counts = len(plate.source_range), len(result.source_range)
    rates = plate.media.rate, result.media.rate
    if counts[0] != counts[1]:
        problem = f"it has {counts[1]} frames, and the plate {counts[0]}"
    elif rates[0] != rates[1]:
        problem = f"it plays at {float(rates[1]):g} fps, and the plate at {float(rates[0]):g}"
    else:
        return
    raise UnsupportedMedia(result.media.path, f"{problem}: give two clips of the same frames")


def _check_proportions(plate: Plate, result: Plate) -> None:
    shapes = [one.width / one.height for one in (plate, result)]
    if abs(shapes[1] / shapes[0] - 1) > _SAME_SHAPE:
        sizes = f"it is {result.width}x{result.height}, and the plate {plate.width}x{plate.height}"
        raise UnsupportedMedia(result.media.path, f"{sizes}: give two clips of the same picture, uncropped")
