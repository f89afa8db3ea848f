"""Write the report of a run: the page, its pictures, the curves, the table and the contact sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType

import toolkit
from toolkit.documents import Cut, Delivery, FaceTracks, PassPlan, Review, digest
from toolkit.errors import ToolkitError
from toolkit.output import Output
from toolkit.plates.proxy import PROXY_CODEC, can_write_proxy
from toolkit.progress import SILENT, Progress
from toolkit.report import curves as curve_pictures
from toolkit.report.budget import MEGABYTE, Allowance, find_allowance
from toolkit.report.contact import write_contact
from toolkit.report.entries import ShotEntry
from toolkit.report.gather import Gatherer
from toolkit.report.page import PageText, write_page
from toolkit.report.pictures import OpenPictures, open_rendered
from toolkit.report.proxies import bytes_of, folder_name, remove_unused
from toolkit.report.shot_data import Json, shot_data
from toolkit.report.table import write_table
from toolkit.report.views import shot_view
from toolkit.settings import Settings, settings_toml

_PAGE, _MEDIA, _CURVES = "index.html", "media", "curves"
_CONTACT_SHARE, _CURVES_SHARE, _OVERLAY_SHARE = 0.06, 0.05, 0.05
"""Of the size of a report, for the contact sheet, the pictures of the curves, and what is drawn over the frames."""
_OVERLAY_BYTES = 650
"""Of one face in one frame."""
_NO_OVERLAYS = "Tracks and mattes of so many frames do not fit: raise report.size."
_PACKAGES = ("av", "mediapipe", "numpy", "opencv-contrib-python", "OpenEXR", "OpenTimelineIO")
"""Those that affect what is measured and shown."""


def write_report(
    output: Output,
    cut: Cut,
    *,
    settings: Settings,
    plans: Sequence[PassPlan],
    open_pictures: OpenPictures | None = None,
    delivery: Delivery | None = None,
    review: Review | None = None,
    left_out: Mapping[str, str] = MappingProxyType({}),
    progress: Progress = SILENT,
) -> Path:
    """Write the report of ``cut`` into ``output``; returns the path of its page, ``OUT/report/index.html``.

    ``plans`` are those of the passes that were delivered, and ``left_out`` says why a shot could not be rendered, by
    its name. ``open_pictures(shot, plans)`` opens the pictures of a source shot and its plans; by default they are
    those that are rendered. The face tracks are read from ``output``. Everything else may be missing: without
    ``review``, or where one shot's review, tracks or pictures fail, the page says so in its place. Pictures are kept
    while nothing changed, and the page is replaced last, as a whole. ``settings.report.write`` is the caller's to look
    at. Raises OutputNotWritable.
    """
    folder = output.report
    size = settings.report.size * MEGABYTE
    shots = cut.source_shots()
    frames = sum(len(shot.rendered_range) for shot in shots)
    allowance, notes = _find_allowance(settings, frames)
    notes += [] if review is not None else ["There is no review: nothing says what is left of the acting."]
    with progress.stage("report  frames", frames) as advance:
        gatherer = Gatherer(
            root=output.root,
            media=folder / _MEDIA,
            allowance=allowance,
            open_pictures=open_pictures or partial(open_rendered, root=output.root),
            advance=advance,
        )
        entries = gatherer.gather(cut, plans, review, left_out)
    drawn, curve_notes = _write_curves(folder, entries, most=int(_CURVES_SHARE * size / curve_pictures.BYTES))
    write_table(folder / "review.csv", entries)
    notes += [*curve_notes, *write_contact(folder / "contact.png", cut, entries, most=_CONTACT_SHARE * size)]
    has_overlays = frames * _OVERLAY_BYTES <= _OVERLAY_SHARE * size * 4
    notes += [] if has_overlays else [_NO_OVERLAYS]
    delivered = delivery.notes if delivery is not None else ()
    views = [
        shot_view(entry, cut, order=order, remarks=_remarks(entry, delivered), curves=drawn.get(entry.shot.name, ""))
        for order, entry in enumerate(entries, start=1)
    ]
    text = PageText(
        notes=tuple(notes),
        left_out=tuple(_left_out(cut, delivered, review, left_out)),
        made=tuple(_how_made(cut, entries, settings, folder)),
        settings=settings_toml(settings),
    )
    page = folder / _PAGE
    write_page(page, cut, views, _data(entries, cut, output, overlays=has_overlays), text)
    _remove_old(folder, entries, drawn.values())
    return page


def _find_allowance(settings: Settings, frames: int) -> tuple[Allowance, list[str]]:
    """What a frame may take, and a note if that is not what the settings ask for."""
    kind = settings.report.video
    has_codec = kind != "jpeg" and can_write_proxy()
    notes = []
    if kind == "h264" and not has_codec:
        notes.append(f"PyAV has no {PROXY_CODEC} here, which report.video = h264 needs: the frames are JPEG files.")
    stills = kind != "h264" or not has_codec
    return find_allowance(settings.report.size, frames, movies=has_codec, stills=stills), notes


def _write_curves(folder: Path, entries: Iterable[ShotEntry], *, most: int) -> tuple[dict[str, str], list[str]]:
    """The names of the pictures of the curves by shot, and what is left out. Those that are there are kept."""
    curved = [entry for entry in entries if any(face.curves for face in entry.faces)]
    curved.sort(key=lambda entry: entry.score if entry.score is not None else 101.0)
    names: dict[str, str] = {}
    for entry in curved[:most]:
        name = f"{_CURVES}/{folder_name(entry.shot.name, digest(entry.faces))}.png"
        if not (folder / name).exists():
            curve_pictures.write_curves(folder / name, entry)
        names[entry.shot.name] = name
    rest = f"Only the {most} shots of which least is left have their curves as a picture (report.size)."
    return names, [rest] if len(curved) > most else []


def _data(entries: Iterable[ShotEntry], cut: Cut, output: Output, *, overlays: bool) -> Iterator[Json]:
    """The data of each shot; tracks are large, so only those of one shot are in memory."""
    for entry in entries:
        tracks = _read_tracks(entry, output) if overlays else _NO_OVERLAYS
        yield shot_data(entry, cut, tracks)


def _read_tracks(entry: ShotEntry, output: Output) -> FaceTracks | str:
    """Why not, if they are missing or damaged: the page can say all else."""
    if entry.proxy is None:
        return "There are no pictures to draw on."
    try:
        return FaceTracks.read(output.face_track(entry.shot.name))
    except ToolkitError as error:
        return f"The face tracks cannot be read: {error}."


def _remarks(entry: ShotEntry, notes: Iterable[str]) -> list[str]:
    """The delivery's notes about this shot, without its name."""
    begin = f"{entry.shot.name}: "
    return [note.removeprefix(begin) for note in notes if note.startswith(begin)]


def _left_out(cut: Cut, notes: Iterable[str], review: Review | None, left_out: Mapping[str, str]) -> dict[str, None]:
    """Everything that is missing, guessed or capped, each once."""
    lines = [f"{name}: {reason}" for name, reason in left_out.items()]
    for row in cut.skipped:
        at = f", timeline frames {row.record_range}" if row.record_range is not None else ""
        lines.append(f"{row.clip_name} (V{row.track_index + 1}{at}): {row.reason}")
    lines += [*notes, *cut.notes, *(note for shot in cut.source_shots() for note in shot.media.notes)]
    lines += review.notes if review is not None else ()
    return dict.fromkeys(lines)


def _how_made(cut: Cut, entries: Sequence[ShotEntry], settings: Settings, folder: Path) -> Iterator[tuple[str, str]]:
    """Names and values for whoever must make it again, or finds it years later."""
    yield "toolkit", toolkit.__version__
    yield "cut", cut.path
    if cut.digest:
        yield "digest of the cut", cut.digest
    yield "engines", ", ".join(sorted({plan.engine for entry in entries for plan in entry.plans})) or settings.engine
    yield "packages", ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    taken = sum(entry.proxy.taken for entry in entries if entry.proxy is not None) + bytes_of(folder / _CURVES)
    yield "size of the pictures", f"{taken / MEGABYTE:.1f} MB of at most {settings.report.size:g} MB (report.size)"
    for text in dict.fromkeys(_kinds_of_pictures(entries)):
        yield "pictures", text


def _kinds_of_pictures(entries: Iterable[ShotEntry]) -> Iterator[str]:
    for entry in entries:
        if entry.proxy is not None and entry.proxy.movie is not None:
            yield f"H.264, each clip {entry.proxy.movie.width} x {entry.proxy.movie.height}"
        if entry.proxy is not None and entry.proxy.stills is not None:
            each = "frame" if entry.proxy.stride == 1 else f"{entry.proxy.stride} frames"
            yield f"JPEG of every {each}, each clip {entry.proxy.stills.width} x {entry.proxy.stills.height}"


def _remove_old(folder: Path, entries: Iterable[ShotEntry], drawn: Iterable[str]) -> None:
    """Remove pictures that the page does not show any more."""
    remove_unused(folder / _MEDIA, [Path(entry.folder).name for entry in entries if entry.folder])
    names = {Path(name).name for name in drawn}
    for path in (folder / _CURVES).glob("*.png"):
        if path.name not in names and re.search(r"-[0-9a-f]{12}\.png$", path.name):
            path.unlink(missing_ok=True)
