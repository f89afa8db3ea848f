"""The events of an edit list, each with the remarks that belong to it, before any timecode is counted."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pycmx

from toolkit.errors import UnreadableCut
from toolkit.turnover.formats.edl.text import read_text, regular_lines

if TYPE_CHECKING:
    from pycmx.statements import StmtEvent

_CLIP_NAME = re.compile(r"(FROM|TO|KEY) CLIP NAME(?: IS)?\s*:\s*(.*)", re.IGNORECASE)
_FILE = re.compile(
    r"(?:(FROM|TO|KEY) (?:CLIP|FILE)|SOURCE FILE(?: PATH)?|FILE ?NAME|MEDIA FILE)\s*:\s*(.*)", re.IGNORECASE
)
_LONG_REEL = re.compile(r"FINAL CUT PRO REEL\s*:\s*(.+?)\s+REPLACED BY\s*:\s*(\S.*)", re.IGNORECASE)
_EFFECT = re.compile(r"EFFECTS? NAME(?: IS)?\s*:?\s*(.*)", re.IGNORECASE)
_MOTION = re.compile(r"M2\s+(?:(.*?)\s+)?([+-]?\s*\d+(?:\.\d*)?)(?:\s+(\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2}))?$")
_LIKE_AN_EVENT = re.compile(r"\d+\s.*(?:\d[:;.,]\d\d.*){4}")
_MARKER = re.compile(r"\|[CM]:")
"""What Resolve writes below each event of a list of markers."""

_BLACK = {"BL", "BLACK", "BLK"}
_NO_NAME = {"", "(NULL)", "NULL", "NONE"}

_Given = TypeVar("_Given")


@dataclass(frozen=True, slots=True, kw_only=True)
class Motion:
    """An ``M2`` line: another speed."""

    reel: str
    rate: str
    """Frames of the source per second, as written: ``048.0``, ``-024.0``, ``000.0``."""
    start: str
    """The source timecode it is for; empty: not given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EdlEvent:
    """One line of an edit list with pictures, and the remarks that belong to it."""

    number: str
    reel: str
    track: int
    """0 for V and V1, 1 for V2 …"""
    edit: str
    """``C`` cut, ``D`` dissolve, ``W001`` wipe, ``K B`` key background, ``K`` key foreground, ``K O`` key out."""
    length: int
    """Frames of the transition; 0 for a cut."""
    source: tuple[str, str]
    """In and out (excluded): timecode, or frame numbers."""
    record: tuple[str, str]
    drop_frame: bool
    """By the ``FCM`` line above it."""
    clip_name: str = ""
    files: tuple[str, ...] = ()
    """Names of files, with or without a path."""
    effect: str = ""
    """Name of the transition."""
    motion: Motion | None = None

    @property
    def name(self) -> str:
        """What an editor knows it by."""
        return self.clip_name or self.reel or f"event {self.number}"

    @property
    def is_black(self) -> bool:
        """Whether it shows nothing."""
        return self.reel.upper() in _BLACK or (self.reel.upper() == "AX" and self.clip_name.upper() == "BLACK VIDEO")

    @property
    def is_transition(self) -> bool:
        """Whether it comes in by a dissolve or a wipe."""
        return self.edit.startswith(("D", "W"))


@dataclass(frozen=True, slots=True, kw_only=True)
class EventList:
    """What an edit list says."""

    title: str
    events: tuple[EdlEvent, ...]
    notes: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class _Group:
    """Lines of one event number, and the remarks below them."""

    lines: list[tuple[StmtEvent, bool]] = field(default_factory=list)
    """With whether drop frame is declared there."""
    remarks: list[str] = field(default_factory=list)
    motions: list[Motion] = field(default_factory=list)

    def takes(self, statement: StmtEvent) -> bool:
        """Whether the line ``statement`` belongs to this event, too."""
        said = any(_CLIP_NAME.match(text) for text in self.remarks) or bool(self.motions)
        return not self.lines or (self.lines[-1][0].event == statement.event and not said)


def read_events(path: Path) -> EventList:
    """The events with pictures of the edit list at ``path``, in its order. Raises NoSuchFile and UnreadableCut."""
    lines = regular_lines(read_text(path))
    title = next((line[6:].strip() for line in lines if line[:6].upper() == "TITLE:"), "")
    # pycmx takes the first statement for the title, whatever it is.
    parsed = pycmx.parse_cmx3600(io.StringIO("\n".join(["TITLE:", *lines])))
    groups, unread = _group(parsed.event_statements)
    if not groups:
        raise UnreadableCut(path, "it has no events: it is not a CMX 3600 edit list")
    if all(any(_MARKER.search(text) for text in group.remarks) for group in groups):
        raise UnreadableCut(path, "it is a list of markers, not of clips; export the timeline itself")
    events = [event for group in groups for event in _events_of(group)]
    return EventList(title=title, events=tuple(events), notes=tuple(_note_unread(unread)))


def _group(statements: Iterable[object]) -> tuple[list[_Group], list[tuple[int, str]]]:
    """The events with their remarks, and the lines that look like an event but are none, with their numbers."""
    from pycmx import statements as kinds

    groups: list[_Group] = []
    unread: list[tuple[int, str]] = []
    drop_frame = False
    for one in statements:
        if isinstance(one, kinds.StmtFCM):
            drop_frame = one.drop
        elif isinstance(one, kinds.StmtEvent) and one.trans_op and not one.trans_op.isdecimal():
            line = f"{one.event:03} {one.source} {one.channels} {one.trans} {one.trans_op}"
            unread.append((one.line_number, f"{line} {one.source_in} {one.source_out} {one.record_in}"))
        elif isinstance(one, kinds.StmtEvent):
            if not groups or not groups[-1].takes(one):
                groups.append(_Group())
            groups[-1].lines.append((one, drop_frame))
        elif isinstance(one, kinds.StmtUnrecognized) and _LIKE_AN_EVENT.match(one.content):
            unread.append((one.line_number, one.content))
        elif groups and (text := _text_of(one)):
            _add_remark(groups[-1], text)
    return groups, unread


def _text_of(statement: object) -> str:
    """The text of a line that is not an event, without its asterisk, as the file has it."""
    from pycmx import statements as kinds

    match statement:
        case kinds.StmtClipName():
            return f"{statement.affect.upper()} CLIP NAME: {statement.name}"
        case kinds.StmtSourceFile():
            return f"SOURCE FILE: {statement.filename}"
        case kinds.StmtEffectsName():
            return f"EFFECTS NAME IS {statement.name}"
        case kinds.StmtRemark():
            return str(statement.text)
        case kinds.StmtUnrecognized():
            return str(statement.content)
    return ""


def _add_remark(group: _Group, text: str) -> None:
    motion = _MOTION.match(text)
    if motion is None:
        group.remarks.append(text)
    else:
        rate = motion[2].replace(" ", "")
        group.motions.append(Motion(reel=motion[1] or "", rate=rate, start=motion[3] or ""))


# --- one event -------------------------------------------------------------------------------------------------


def _events_of(group: _Group) -> Iterator[EdlEvent]:
    lines = [line for line in group.lines if line[0].channels[0] in "VB"]
    names, files, reels, effect = _read_remarks(group.remarks)
    motions = _assign_motions(group.motions, [line for line, _ in lines])
    for index, (line, drop_frame) in enumerate(lines):
        role = "KEY" if line.trans == "K" else "TO" if line.trans[0] in "DW" else "FROM"
        alone = len(lines) == 1
        track = max(1, int(line.channels[1:] or 1)) - 1 if line.channels[0] == "V" else 0
        yield EdlEvent(
            number=f"{line.event:03}",
            reel=reels.get(line.source, line.source),
            track=track + (line.trans == "K"),
            edit=line.trans,
            length=int(line.trans_op or 0),
            source=(line.source_in, line.source_out),
            record=(line.record_in, line.record_out),
            drop_frame=drop_frame,
            clip_name=_choose(names, role, alone=alone) or "",
            files=_choose(files, role, alone=alone) or (),
            effect=effect,
            motion=motions.get(index),
        )


def _choose(given: dict[str, _Given], role: str, *, alone: bool) -> _Given | None:
    """What the remarks say of the line with this ``role``; a line that is alone has whatever they say."""
    if role in given or not alone:
        return given.get(role)
    return next(iter(given.values()), None)


def _read_remarks(remarks: Sequence[str]) -> tuple[dict[str, str], dict[str, tuple[str, ...]], dict[str, str], str]:
    """Clip names and files by FROM, TO and KEY, long reels by their short ones, and the name of the transition."""
    names: dict[str, str] = {}
    files: dict[str, tuple[str, ...]] = {}
    reels: dict[str, str] = {}
    effect, last = "", "FROM"
    for text in remarks:
        if (found := _CLIP_NAME.match(text)) and found[2].upper() not in _NO_NAME:
            last = found[1].upper()
            names.setdefault(last, found[2].strip())
        elif (found := _FILE.match(text)) and found[2].upper() not in _NO_NAME:
            role = (found[1] or last).upper()
            files[role] = (*files.get(role, ()), found[2].strip())
        elif found := _LONG_REEL.match(text):
            reels[found[2].strip()] = found[1]
        elif found := _EFFECT.match(text):
            effect = found[1].strip()
    return names, files, reels, effect


def _assign_motions(motions: Sequence[Motion], lines: Sequence[StmtEvent]) -> dict[int, Motion]:
    """Which line each ``M2`` is for, by index: by its timecode and reel, else its reel, else the last that has time."""
    assigned: dict[int, Motion] = {}
    timed = [index for index, line in enumerate(lines) if line.record_in != line.record_out]
    for motion in motions:
        same_reel = [i for i, line in enumerate(lines) if not motion.reel or line.source == motion.reel]
        exact = [i for i in same_reel if lines[i].source_in == motion.start]
        choice = [*(i for i in exact if i in timed), *exact, *(i for i in same_reel if i in timed), *reversed(timed)]
        if choice:
            assigned[choice[0]] = motion
    return assigned


def _note_unread(unread: Sequence[tuple[int, str]]) -> Iterator[str]:
    for number, text in unread:
        yield f"line {number} of the edit list is left out, as it is not an event: {text[:60]}"
