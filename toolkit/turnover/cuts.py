"""Read a cut of any kind: the entry point of this package."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from toolkit.documents import Cut, ReadOptions
from toolkit.editorial.locations import IMAGE_SUFFIXES, MOVIE_SUFFIXES
from toolkit.errors import NoSuchFile, UnreadableCut
from toolkit.memory import pause_collection
from toolkit.progress import SILENT, Progress
from toolkit.settings import PlateSettings
from toolkit.turnover.formats import is_timeline_file, open_timeline_file
from toolkit.turnover.kept_names import keep_names
from toolkit.turnover.media_cut import name_likely_media, read_media_cut
from toolkit.turnover.media_notes import add_media_notes
from toolkit.turnover.shared_cuts import share_with
from toolkit.turnover.shared_frames import count_frames, share_frames
from toolkit.turnover.timeline_cut import read_timeline_cut
from toolkit.turnover.turnover_cut import read_turnover_cut
from toolkit.turnover.turnover_file import is_turnover

KnownCuts = Callable[[Cut], tuple[Cut | None, Sequence[Cut]]]
"""For a cut: its earlier version, and the other cuts that are rendered into the same folder."""

_DEFAULTS = PlateSettings()

_NO_OPTIONS = ReadOptions()

_UNSUPPORTED = ("ale", "drp", "drt", "prproj", "xges")
"""Timeline formats that editors export and this version does not read."""

_NOT_DIVIDED = (
    "only a single movie or sequence is divided into shots (cut.detect, cut.at); the shots of this cut are its clips"
)


@pause_collection()
def read_cut(
    path: Path | str,
    *,
    handles: int = 8,
    names: str = "{clip}",
    share: bool = True,
    plate: PlateSettings = _DEFAULTS,
    options: ReadOptions = _NO_OPTIONS,
    known: Cut | KnownCuts | None = None,
    allow_empty: bool = False,
    progress: Progress = SILENT,
) -> Cut:
    """The shots of a cut: a timeline of any format, a ``turnover.json``, one movie, one sequence (``plate.####.exr``)
    or one still.

    ``handles`` is the number of source frames wanted beyond each end of each shot at 100 % speed: for a retimed shot
    it is multiplied by the speed, and no shot gets more than its media has. A clip with offline media is still a shot.
    A clip whose media lack frames that it shows becomes a shot for each part that can be rendered; the rest is listed
    in ``skipped``. ``names`` is the template of the shots' names (``cut.names``); the shots of ``known``, an earlier
    version of the cut or what chooses one, keep theirs. With ``share``, several uses of the same frames are rendered
    once. ``plate`` says how media is read, ``options`` how the timeline is, and whether a single movie or sequence is
    searched for cuts, which ``progress`` shows. The cut's notes say what was chosen, guessed or left out. With
    ``allow_empty``, a timeline of which nothing can be rendered is returned with its reasons instead of raising
    EmptyCut or CutIncomplete.

    Raises NoSuchFile, UnreadableCut, DocumentError for an invalid turnover, EmptyCut when nothing can be rendered,
    CutIncomplete when that is because of the media of all clips, and CorruptMedia and UnsupportedMedia for a single
    movie or sequence that cannot be read.
    """
    path = Path(path)
    if is_turnover(path) or is_timeline_file(path):
        undivided = options.model_copy(update={"detect_cuts": False, "boundaries": None})
        cut = _read_edited_cut(path, undivided, handles=handles, plate=plate, names=names, allow_empty=allow_empty)
        if undivided != options:
            cut = cut.model_copy(update={"notes": (*cut.notes, _NOT_DIVIDED)})
        cut = share_frames(cut, near=handles) if share else count_frames(cut)
    else:
        cut = count_frames(_read_media(path, options, plate, progress))  # no frame is used twice
    return add_media_notes(cut if known is None else _fit(cut, known, share=share))


def _fit(cut: Cut, known: Cut | KnownCuts, *, share: bool) -> Cut:
    """``cut`` with the names, and the source shots, of the folder that it is rendered into."""
    if isinstance(known, Cut):
        return keep_names(cut, known)
    earlier, others = known(cut)
    kept = keep_names(cut, earlier, others)
    rendered = {shot.rendered_name for shot in earlier.shots} if earlier is not None else set()
    return share_with(kept, others, known=rendered) if share and others else kept


def _read_edited_cut(
    path: Path, options: ReadOptions, *, handles: int, plate: PlateSettings, names: str, allow_empty: bool
) -> Cut:
    if is_turnover(path):
        return read_turnover_cut(path, handles=handles, plate=plate, names=names)
    found = open_timeline_file(path, options)
    return read_timeline_cut(found, path, options, handles=handles, plate=plate, names=names, allow_empty=allow_empty)


def _read_media(path: Path, options: ReadOptions, plate: PlateSettings, progress: Progress) -> Cut:
    suffix = path.suffix.lower().removeprefix(".")
    if path.is_dir():
        raise UnreadableCut(path, _explain_folder(path))
    if suffix in MOVIE_SUFFIXES or suffix in IMAGE_SUFFIXES:
        return read_media_cut(path, options, plate, progress=progress)
    if not path.exists():
        raise NoSuchFile(path, name_likely_media(path))
    if suffix in _UNSUPPORTED:
        problem = f"{suffix.upper()} is not supported. Export OTIO instead"
        raise UnreadableCut(path, f"{problem} (Resolve: File > Export > Timeline > OpenTimelineIO)")
    raise UnreadableCut(
        path, "unknown file type; give a timeline (.otio, .otioz, turnover.json), a movie, or a sequence"
    )


def _explain_folder(folder: Path) -> str:
    """Why a folder is not a cut, naming the first sequence in it."""
    meant = name_likely_media(folder)
    if meant:
        return f"it is a folder. Did you mean {meant}?"
    return "it is a folder; give a timeline, a movie, or a sequence as plate.####.exr"
