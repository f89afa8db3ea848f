"""Which module reads which file."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from toolkit.documents import ReadOptions
from toolkit.editorial.timeline_files import is_timeline, parse_known, read_timeline_text
from toolkit.errors import UnreadableCut
from toolkit.turnover.formats.aaf import read_aaf
from toolkit.turnover.formats.bundles import read_otiod, read_otioz
from toolkit.turnover.formats.edl import read_edl
from toolkit.turnover.formats.fcpxml import read_fcpxml
from toolkit.turnover.formats.timeline_file import TimelineFile
from toolkit.turnover.formats.xmeml import read_xmeml
from toolkit.turnover.formats.xml_files import root_tag

Reader = Callable[[Path, ReadOptions], TimelineFile]

_XML_READERS: dict[str, Reader] = {"xmeml": read_xmeml, "fcpxml": read_fcpxml}
"""By the root element of a ``.xml`` file."""


def _read_xml_timeline(path: Path, options: ReadOptions) -> TimelineFile:
    tag = root_tag(path)
    reader = _XML_READERS.get(tag)
    if reader is None:
        known = "FCP7 XML (its root is <xmeml>), FCPXML (<fcpxml>) or OTIO"
        raise UnreadableCut(path, f"it is XML, but no timeline: its root is <{tag}>. Give {known}")
    return reader(path, options)


_READERS: dict[str, Reader] = {
    "aaf": read_aaf,
    "edl": read_edl,
    "fcpxml": read_fcpxml,
    "fcpxmld": read_fcpxml,
    "otiod": read_otiod,
    "otioz": read_otioz,
    "xml": _read_xml_timeline,
    "xmeml": _read_xml_timeline,
}
"""By suffix, without its dot."""


def is_timeline_file(path: Path) -> bool:
    """Whether the suffix of ``path`` is one of a timeline that the toolkit reads."""
    return is_timeline(path) or _suffix(path) in _READERS


def open_timeline_file(path: Path, options: ReadOptions) -> TimelineFile:
    """The timeline at ``path``. Raises NoSuchFile and UnreadableCut."""
    if is_timeline(path):
        return open_otio(path)
    return _READERS[_suffix(path)](path, options)


def open_otio(path: Path) -> TimelineFile:
    """The timeline in the .otio file at ``path``. Raises NoSuchFile and UnreadableCut."""
    text = read_timeline_text(path)
    timeline, notes, known = parse_known(text, path)
    return TimelineFile(timeline=timeline, text=known, digest=sha256(text.encode()).hexdigest(), notes=notes)


def _suffix(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")
