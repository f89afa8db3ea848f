"""Read FCPXML, the timelines of Final Cut Pro, which Resolve exports too: a file, or a folder with ``Info.fcpxml``."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import ReadOptions
from toolkit.editorial.builders import make_time, make_timeline
from toolkit.errors import UnreadableCut
from toolkit.frames import DROP_FRAME_RATES
from toolkit.turnover.formats.fcpxml.clips import STORY_ELEMENTS, has_pictures, pick
from toolkit.turnover.formats.fcpxml.notes import Notes
from toolkit.turnover.formats.fcpxml.resources import Resources
from toolkit.turnover.formats.fcpxml.story import StoryReader, TooManyClips
from toolkit.turnover.formats.fcpxml.times import BadTime, time_of
from toolkit.turnover.formats.fcpxml.tracks import build_tracks
from toolkit.turnover.formats.timeline_file import TimelineFile
from toolkit.turnover.formats.xml_files import read_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ASSUMED_RATE = Fraction(24)
"""Frames per second of a timeline for which nothing in the file gives a rate."""


def read_fcpxml(path: Path, options: ReadOptions) -> TimelineFile:
    """The timeline at ``path``: the first project, else the clips of the events one after another.

    The primary storyline and each lane are tracks of it; compound clips are stacks. Raises NoSuchFile and
    UnreadableCut.
    """
    file = path / "Info.fcpxml" if path.is_dir() else path
    root = _parse(file, path)
    notes = Notes()
    resources = Resources.from_root(root, folder=file.absolute().parent)
    try:
        project = _choose_project(root, notes)
        if project is None:
            return _read_clips(root, path, options, resources, notes)
        return _read_project(project, path, options, resources, notes)
    except TooManyClips as error:
        raise UnreadableCut(path, str(error)) from error
    except RecursionError as error:
        raise UnreadableCut(path, "its clips are nested too deeply") from error


def _parse(file: Path, path: Path) -> Element:
    """The root of ``file``."""
    if path.is_dir() and not file.exists():
        raise UnreadableCut(path, f"the folder has no {file.name}")
    root = read_xml(file)
    if root.tag != "fcpxml":
        raise UnreadableCut(path, f"it is XML, but not FCPXML: its root is <{root.tag}>")
    return root


def _choose_project(root: Element, notes: Notes) -> Element | None:
    """The first project that has a timeline; None when there is none."""
    projects = [project for project in root.iter("project") if project.find("sequence") is not None]
    if len(projects) > 1:
        others = ", ".join(f"'{_name(project)}'" for project in projects[1:])
        notes.add(f"the file has {len(projects)} projects: '{_name(projects[0])}' is read; not read: {others}")
    return projects[0] if projects else None


def _name(element: Element) -> str:
    return element.get("name", "").strip()


def _read_project(
    project: Element, path: Path, options: ReadOptions, resources: Resources, notes: Notes
) -> TimelineFile:
    sequence = project.find("sequence")
    assert sequence is not None  # _choose_project
    rate = resources.rate_of_format(sequence.get("format"))
    if rate is None:
        rate, why = _guess_rate(options, resources)
        notes.add(f"the project does not give its frame rate: {float(rate):g} fps is assumed, {why}")
    try:
        start = time_of(sequence, "tcStart") or Fraction(0)
    except BadTime as error:
        raise UnreadableCut(path, f"the start of its timeline: {error}") from error
    reader = StoryReader(resources=resources, rate=rate, notes=notes)
    timeline = make_timeline(_name(project) or path.stem, make_time(start * rate, rate))
    for track in build_tracks(reader.read_sequence(sequence, start), rate):
        timeline.tracks.append(track)
    counting = sequence.get("tcFormat")
    is_drop = None if counting is None else counting == "DF" and rate in DROP_FRAME_RATES
    return TimelineFile(timeline=timeline, drop_frame=is_drop, notes=notes.lines())


def _read_clips(root: Element, path: Path, options: ReadOptions, resources: Resources, notes: Notes) -> TimelineFile:
    """The clips of the events of a file without a project, one after another."""
    clips = list(_event_clips(root, resources))
    if not clips:
        raise UnreadableCut(
            path, "it has neither a project nor clips with pictures; export the project, not the library"
        )
    formats = (resources.rate_of_clip(clip) for clip in clips)
    rate = next((rate for rate in formats if rate is not None), None)
    rate = options.record_rate or rate or _guess_rate(options, resources)[0]
    found = "1 clip is read" if len(clips) == 1 else f"{len(clips)} clips are read one after another"
    notes.add(f"the file holds no project, so no timeline: its {found}, at {float(rate):g} fps")
    reader = StoryReader(resources=resources, rate=rate, notes=notes)
    timeline = make_timeline(path.stem, make_time(0, rate))
    for track in build_tracks(reader.read_clips(clips), rate):
        timeline.tracks.append(track)
    return TimelineFile(timeline=timeline, drop_frame=False, notes=notes.lines())


def _event_clips(root: Element, resources: Resources) -> Iterator[Element]:
    """Clips with pictures that lie directly in the file, the library or an event."""
    for parent in (root, *root.iter("library"), *root.iter("event")):
        for child in map(pick, parent):
            if child.tag in STORY_ELEMENTS and _may_show(child, resources):
                yield child


def _may_show(clip: Element, resources: Resources) -> bool:
    try:
        return has_pictures(clip, resources)
    except BadTime:
        return True  # the reader says what is wrong with it


def _guess_rate(options: ReadOptions, resources: Resources) -> tuple[Fraction, str]:
    if options.record_rate is not None:
        return options.record_rate, "as was asked for"
    rate = resources.first_rate
    return (rate, "that of its first media") if rate is not None else (_ASSUMED_RATE, "as nothing in it gives one")
