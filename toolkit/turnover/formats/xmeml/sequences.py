"""Which sequence of the file is the cut, its rate and its timecode."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from toolkit.documents import ReadOptions
from toolkit.editorial.builders import make_time, make_timeline
from toolkit.errors import UnreadableCut
from toolkit.turnover.formats.timeline_file import TimelineFile
from toolkit.turnover.formats.xmeml.clips import read_markers
from toolkit.turnover.formats.xmeml.elements import Elements, display_name, rate, text, timecode
from toolkit.turnover.formats.xmeml.tracks import TooManyItems, TrackReader, has_clips, nested_sequences
from toolkit.turnover.formats.xml_files import read_xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_xmeml(path: Path, options: ReadOptions) -> TimelineFile:
    """The timeline of the FCP7 XML file at ``path``. Raises NoSuchFile and UnreadableCut."""
    root = read_xml(path)
    elements = Elements(root)
    sequence, notes = _choose_sequence(root, elements, path)
    record_rate = _record_rate(sequence, options, path)
    start = timecode(sequence, record_rate)
    first = start.seconds * record_rate if start is not None else Fraction(0)
    timeline = make_timeline(text(sequence, "name"), make_time(first, record_rate))
    reader = TrackReader(elements)
    try:
        timeline.tracks.extend(reader.read(sequence, record_rate))
    except TooManyItems:
        raise UnreadableCut(
            path, "it has more than 30,000 clips, those of nested sequences counted each time"
        ) from None
    timeline.tracks.markers.extend(read_markers(sequence, Fraction(0), counted=record_rate, own_rate=record_rate))
    return TimelineFile(
        timeline=timeline,
        drop_frame=start.drop_frame if start is not None else None,
        notes=(*notes, *reader.notes),
    )


def _choose_sequence(root: Element, elements: Elements, path: Path) -> tuple[Element, list[str]]:
    """The first sequence that has clips and is nested in no other one, and a note that names the others."""
    sequences = list(dict.fromkeys(elements.full(found) for found in _sequences(root)))
    with_clips = [sequence for sequence in sequences if has_clips(sequence, elements)]
    nested = {inner for sequence in with_clips for inner in nested_sequences(sequence, elements)}
    candidates = [sequence for sequence in with_clips if sequence not in nested] or with_clips or sequences
    if not candidates:
        raise UnreadableCut(path, "it has no sequence; export the timeline, not only the clips of a bin")
    chosen, *others = candidates
    if not with_clips or not others:
        return chosen, []
    names = ", ".join(display_name(sequence) for sequence in others)
    return chosen, [f"the file has {len(candidates)} sequences: {display_name(chosen)} is read, not {names}"]


def _sequences(element: Element) -> Iterator[Element]:
    """The sequences of the projects and bins in ``element``."""
    for child in element:
        if child.tag == "sequence":
            yield child
        elif child.tag in {"project", "bin", "children"}:
            yield from _sequences(child)


def _record_rate(sequence: Element, options: ReadOptions, path: Path) -> Fraction:
    picture = sequence.find("media/video/format/samplecharacteristics")
    found = rate(sequence, rate(picture, None) if picture is not None else None) or options.record_rate
    if found is None:
        name = text(sequence, "name") or "without a name"
        raise UnreadableCut(
            path, f"its sequence {name} does not give a frame rate; give it with --set cut.rate=25, say"
        )
    return found
