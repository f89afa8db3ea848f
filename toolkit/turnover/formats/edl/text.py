"""The text of an edit list: any encoding, any line ends, and lines that only nearly have the columns of CMX 3600."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from toolkit.errors import NoSuchFile, UnreadableCut

_TIME = r"\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2}"
_EVENT = re.compile(rf"(\d+)\s+(.*?)\s*\b({_TIME}\s+{_TIME}|\d+\s+\d+)\s+({_TIME}\s+{_TIME})(?!\d)")
"""Number, what stands before the times, source in and out (timecode, or frame numbers), record in and out."""

_CHANNELS = r"NONE|B|U|(?:AA|A\d*|V\d*)(?:[/+&, ]?(?:AA|A\d*|V\d*))*"
_HEAD = re.compile(
    rf"(?:(?P<reel>.*?)\s+)?(?P<channels>{_CHANNELS})(?:\s+(?P<edit>K\s?B|K\s?O|[A-Z]\d*))?(?:\s+(?P<length>\d+))?",
    re.IGNORECASE,
)
_HEAD_WITHOUT_CHANNELS = re.compile(
    r"(?P<reel>.*?)\s+(?P<edit>K\s?B|K\s?O|[A-Z]\d*)(?:\s+(?P<length>\d+))?", re.IGNORECASE
)
_BARE_REMARK = re.compile(r"(?:FROM|TO|KEY) CLIP(?: NAME)?\s*:|SOURCE FILE\s*:|FINAL CUT PRO REEL\s*:", re.IGNORECASE)
NO_EDIT = "?"
"""Where a list should say how a clip comes in, and does not."""

_VIDEO_TRACK = re.compile(r"V(\d*)", re.IGNORECASE)


def read_text(path: Path) -> str:
    """The text of the file at ``path``: UTF-8, UTF-16, or else Windows-1252. Raises NoSuchFile and UnreadableCut."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise NoSuchFile(path) from None
    except OSError as error:
        raise UnreadableCut(path, error.strerror or str(error)) from error
    text = _decode(data)
    if not text.strip("\0\x1a \r\n\t"):
        raise UnreadableCut(path, "the file is empty")
    if "\0" in text.rstrip("\0"):
        raise UnreadableCut(path, "it is a binary file, not an edit list")
    return text


def _decode(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    for start, encoding in (
        (0, "utf-16-be"),
        (1, "utf-16-le"),
    ):  # ASCII in UTF-16 without a mark: each second byte is 0
        if len(data) > 3 and not any(data[start:40:2]):
            return data.decode(encoding, errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def regular_lines(text: str) -> list[str]:
    """The lines of ``text``, each as CMX 3600 has it: events in columns, remarks with their asterisk.

    Lines that are not understood are left as they are, so that numbers of lines stay those of the file.
    """
    return [_regular_line(line.strip("\x1a\0 \t")) for line in re.split(r"\r\n|\r|\n", text)]


def _regular_line(line: str) -> str:
    if event := _EVENT.match(line):
        return _regular_event(event) or line
    if line[:3].upper() == "FCM":
        return f"FCM: {'NON-DROP' if 'NON' in line.upper() else 'DROP' if 'DROP' in line.upper() else 'NON-DROP'} FRAME"
    return f"* {line}" if _BARE_REMARK.match(line) else line


def _regular_event(event: re.Match[str]) -> str:
    """The event in the columns that pycmx cuts; empty when what stands before its times is not understood."""
    before = event[2].strip()
    head = _HEAD.fullmatch(before) or _HEAD_WITHOUT_CHANNELS.fullmatch(before)
    if head is None:
        return ""
    facts = head.groupdict(default="")
    edit = re.sub(r"^K(?=[BO]$)", "K ", re.sub(r"\s", "", facts["edit"].upper())) or NO_EDIT
    times = " ".join(f"{one.zfill(11) if ':' in one else one:<11}" for one in f"{event[3]} {event[4]}".split())
    channels = _regular_channels(facts.get("channels"))
    return f"{event[1]}  {facts['reel']} {channels:<4}  {edit:<4} {facts['length'][-3:]:>3} {times}"


def _regular_channels(channels: str | None) -> str:
    """``V`` or ``V2`` for what has pictures, else ``A``; without the column, as in CMX 340, everything has pictures."""
    if channels is None:
        return "V"
    if channels.upper() == "B":
        return "B"
    video = _VIDEO_TRACK.search(channels)
    return "A" if video is None else f"V{video[1]}"
