"""Write the report of a run: the page, its pictures, the curves, the table and the contact sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

from toolkit.documents import Cut, Delivery, FaceTracks, PassPlan, Review, Tuning, digest
from toolkit.errors import ToolkitError
from toolkit.output import Output
from toolkit.plates.proxy import PROXY_CODEC, can_write_proxy
from toolkit.progress import SILENT, Progress
from toolkit.report import curves as curve_pictures
from toolkit.report.budget import SHARES, Allowance, find_allowance, find_room
from toolkit.report.contact import write_contact
from toolkit.report.entries import ShotEntry
from toolkit.report.gather import Gatherer
from toolkit.report.page import PageText, write_page
from toolkit.report.picture_maker import MEDIA, STRIPS, PictureMaker
from toolkit.report.pictures import OpenPictures, open_rendered
from toolkit.report.provenance import list_left_out, tell_how_made
from toolkit.report.proxies import bytes_of, folder_name, remove_unused
from toolkit.report.shot_data import Json, shot_data
from toolkit.report.table import write_table
from toolkit.report.views import ShotView, shot_view
from toolkit.settings import Settings, settings_toml

_PAGE, _CURVES = "index.html", "curves"
_OVERLAY_BYTES = 650
"""Of one face in one frame."""
_NO_OVERLAYS = "Tracks and mattes of so many frames do not fit: raise report.size."


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
    those that are rendered. The face tracks, and what ``toolkit tune`` found, are read from ``output``. Everything else
    may be missing: without ``review``, or where one shot's review, tracks or pictures fail, the page says so in its
    place. Pictures are kept while nothing changed, and the page is replaced last, as a whole.
    ``settings.report.write`` is the caller's to look at. Raises OutputNotWritable.
    """
    folder = output.report
    maker, notes = _make_maker(output, cut, settings, open_pictures)
    room = _find_room(cut, settings)
    with progress.stage("report  frames", _count_frames(cut)) as advance:
        entries = Gatherer(maker=maker, advance=advance).gather(cut, plans, review, left_out)
    drawn, curve_notes = _write_curves(folder, entries, most=int(SHARES["curves"] * room / curve_pictures.BYTES))
    write_table(folder / "review.csv", entries)
    notes += [*curve_notes, *write_contact(output.contact_sheet, cut, entries, most=SHARES["contact"] * room)]
    tuning, tuning_notes = _read_tuning(output)
    notes += tuning_notes
    notes += [] if review is not None else ["There is no review: nothing says what is left of the acting."]
    has_overlays = _have_room(plans, SHARES["overlays"] * room)
    notes += [] if has_overlays else [_NO_OVERLAYS]
    delivered = delivery.notes if delivery is not None else ()
    text = PageText(
        notes=tuple(notes),
        left_out=tuple(list_left_out(cut, delivered, review, left_out)),
        made=tuple(tell_how_made(cut, entries, settings, bytes_of(folder / _CURVES))),
        settings=settings_toml(settings),
    )
    views = _views(entries, cut, delivered, drawn, tuning)
    write_page(folder / _PAGE, cut, views, _data(entries, cut, output, overlays=has_overlays), text)
    _remove_old(folder, entries, drawn.values())
    return folder / _PAGE


def open_picture_maker(output: Output, cut: Cut, settings: Settings) -> PictureMaker:
    """What makes the small pictures of the report of ``cut``, to be used while its shots are read for another reason.

    Raises OutputNotWritable.
    """
    return _make_maker(output, cut, settings, None)[0]


def _make_maker(
    output: Output, cut: Cut, settings: Settings, open_pictures: OpenPictures | None
) -> tuple[PictureMaker, list[str]]:
    """It, and a note if it does not do what the settings ask for."""
    allowance, notes = _find_allowance(cut, settings)
    interpolation = settings.delivery.interpolation
    maker = PictureMaker(
        root=output.root,
        folder=output.report,
        allowance=allowance,
        open_pictures=open_pictures or partial(open_rendered, root=output.root, interpolation=interpolation),
        interpolation=interpolation,
    )
    return maker, notes


def _count_frames(cut: Cut) -> int:
    return sum(len(shot.rendered_range) for shot in cut.source_shots())


def _find_room(cut: Cut, settings: Settings) -> float:
    return find_room(settings.report.size, shots=len(cut.source_shots()), frames=_count_frames(cut))


def _find_allowance(cut: Cut, settings: Settings) -> tuple[Allowance, list[str]]:
    """What a frame may take, and a note if that is not what the settings ask for."""
    kind = settings.report.video
    has_codec = kind != "jpeg" and can_write_proxy()
    notes = []
    if kind == "h264" and not has_codec:
        notes.append(f"PyAV has no {PROXY_CODEC} here, which report.video = h264 needs: the frames are JPEG files.")
    stills = kind != "h264" or not has_codec
    room, shots = _find_room(cut, settings), len(cut.source_shots())
    return find_allowance(room, shots=shots, frames=_count_frames(cut), movies=has_codec, stills=stills), notes


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
        return output.read_faces(entry.shot.name)
    except ToolkitError as error:
        return f"The face tracks cannot be read: {error}."


def _have_room(plans: Iterable[PassPlan], most: float) -> bool:
    """Whether what is drawn over the frames fits into ``most`` bytes."""
    faces = sum(len(frame.faces) for plan in plans for frame in plan.frames)
    return faces * _OVERLAY_BYTES <= most


def _read_tuning(output: Output) -> tuple[Tuning | None, list[str]]:
    """What ``toolkit tune`` found in this folder, if anything; and a note if that cannot be read."""
    if not output.tuning.exists():
        return None, []
    try:
        return Tuning.read(output.tuning), []
    except ToolkitError as error:
        return None, [f"What was tuned cannot be shown: {error}."]


def _views(
    entries: Iterable[ShotEntry], cut: Cut, notes: Sequence[str], curves: Mapping[str, str], tuning: Tuning | None
) -> list[ShotView]:
    """What the page shows of each shot; ``notes`` are those of the delivery."""
    return [
        shot_view(
            entry,
            cut,
            order=order,
            remarks=_remarks(entry, notes),
            curves=curves.get(entry.shot.name, ""),
            tuning=tuning,
        )
        for order, entry in enumerate(entries, start=1)
    ]


def _remarks(entry: ShotEntry, notes: Iterable[str]) -> list[str]:
    """The delivery's notes about this shot, without its name."""
    begin = f"{entry.shot.name}: "
    return [note.removeprefix(begin) for note in notes if note.startswith(begin)]


def _remove_old(folder: Path, entries: Iterable[ShotEntry], drawn: Iterable[str]) -> None:
    """Remove pictures that the page does not show any more."""
    entries = list(entries)
    remove_unused(folder / MEDIA, [Path(entry.folder).name for entry in entries if entry.folder])
    used = {_CURVES: list(drawn), STRIPS: [entry.strip_file for entry in entries]}
    for below, files in used.items():
        names = {Path(name).name for name in files}
        for path in (folder / below).glob("*"):
            is_ours = re.search(r"-[0-9a-f]{12}\.(png|jpg)(\.\d+\.part)?$", path.name)  # or what a killed run left
            if path.name not in names and is_ours:
                path.unlink(missing_ok=True)
