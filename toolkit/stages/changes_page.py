"""What has changed in a cut, as one page for a browser: pictures, both timelines, and the frames to render.

The page is one file. It loads nothing and runs no script, so that it may be mailed and opened anywhere.
"""

from __future__ import annotations

import base64
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from toolkit.documents import Cut, Media, Shot, write_atomically
from toolkit.errors import OutputNotWritable
from toolkit.frames import timecode_from_frames
from toolkit.progress import SILENT, Progress
from toolkit.report import Picture
from toolkit.stages.changes import CutChanges
from toolkit.stages.thumbnails import read_thumbnails
from toolkit.turnover import ChangeKind, ShotChange

_SIZE = (128, 72)
"""Width and height of a picture, pixels."""

_MOST_PICTURED = 1000
"""Shots with pictures: some 15 MB. More have changed only in a cut that nobody compares by eye."""

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def check_page_path(path: Path) -> None:
    """Raises OutputNotWritable when no page can be written under that name."""
    if path.suffix.lower() not in {".html", ".htm"}:
        raise OutputNotWritable(path, "the page of changes is HTML; end its name in .html")


def write_changes_page(changes: CutChanges, path: Path, *, progress: Progress = SILENT) -> list[str]:
    """Write ``changes`` as a page; returns what could not be read or shown, one sentence each.

    Each shot that has changed, or is to be rendered, has the first and the last frame that the edit shows, of the old
    cut and of the new one. Offline and unreadable media are drawn as such. Raises OutputNotWritable.
    """
    check_page_path(path)
    wanted, notes = _wanted_frames(changes)
    with progress.stage(f"{path.name}  frames", sum(map(len, wanted.values()))) as advance:
        thumbnails, problems = read_thumbnails(wanted, advance, size=_SIZE)
    encoded = {key: _encode(picture) for key, picture in thumbnails.items()}
    text = "\n".join(_page(changes, _Pictures(encoded, wanted), [*notes, *problems]))
    with write_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
    return [*notes, *problems]


def _wanted_frames(changes: CutChanges) -> tuple[dict[Media, set[int]], list[str]]:
    """The source frames to draw, by media; and a note if there are more than fit."""
    wanted: dict[Media, set[int]] = {}
    shown = [change for change in changes.shots if _is_shown(change)]
    for change in shown[:_MOST_PICTURED]:
        for shot in (change.old, change.new):
            if shot is not None and shot.media.online:
                wanted.setdefault(shot.media, set()).update(_ends(shot))
    rest = f"only the first {_MOST_PICTURED} of {len(shown)} changed shots have pictures, for the size of the page"
    return wanted, [rest] if len(shown) > _MOST_PICTURED else []


def _is_shown(change: ShotChange) -> bool:
    """Whether the page shows it at first: what is the same is hidden, unless other uses of its frames widen it."""
    return change.kinds != (ChangeKind.SAME,) or change.frames_to_render > 0


def _ends(shot: Shot) -> tuple[int, int]:
    """The source frames that the edit shows first and last."""
    record = shot.record_range
    first, last = (shot.frame_map.source_frame_at_record(end) for end in (record.first, record.last))
    return first, last


def _encode(picture: Picture) -> str:
    import cv2

    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return base64.b64encode(data.tobytes()).decode()


class _Pictures:
    """The pictures of the page as HTML; each frame of a media is there once for every shot that shows it."""

    def __init__(self, encoded: dict[tuple[Media, int], str], wanted: dict[Media, set[int]]) -> None:
        self._encoded, self._wanted = encoded, wanted

    def draw(self, shot: Shot | None) -> str:
        """The first and the last frame of ``shot``; nothing for None."""
        if shot is None:
            return '<td class="pictures"></td>'
        return f'<td class="pictures">{"".join(self._draw_frame(shot.media, frame) for frame in _ends(shot))}</td>'

    def _draw_frame(self, media: Media, frame: int) -> str:
        data = self._encoded.get((media, frame))
        if data is not None:
            inside = f'<img alt="" loading="lazy" decoding="async" src="data:image/jpeg;base64,{data}">'
        elif not media.online:
            inside = '<b class="missing">offline</b>'
        else:
            inside = '<b class="missing">unreadable</b>' if frame in self._wanted.get(media, ()) else "<b></b>"
        return f"<figure>{inside}<figcaption>{frame}</figcaption></figure>"


_NO_PICTURES = _Pictures({}, {})


# --- the page --------------------------------------------------------------------------------------------------


def _page(changes: CutChanges, pictures: _Pictures, notes: Sequence[str]) -> Iterator[str]:
    title = escape(f"{changes.old.name} → {changes.new.name}")
    style = (files("toolkit.stages") / "changes_page.css").read_text(encoding="utf-8")
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width">\n<meta name="color-scheme" content="light dark">'
    yield f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<h1>{title}</h1>"
    yield from _totals(changes)
    yield from (f'<p class="note">{escape(note)}</p>' for note in notes)
    yield from _strips(changes)
    yield "<table>\n<thead><tr><th>shot<th>what<th>before<th>now<th>timeline<th>source frames<th>to render</tr></thead>"
    yield "<tbody>"
    pictured = itertools.accumulate(_is_shown(change) for change in changes.shots)
    for number, (change, count) in enumerate(zip(changes.shots, pictured, strict=True)):
        yield _row(number, change, changes, pictures if count <= _MOST_PICTURED else _NO_PICTURES)
    yield "</tbody>\n</table>\n</body>\n</html>\n"


def _totals(changes: CutChanges) -> Iterator[str]:
    """How many shots of each kind, each with a box that shows them; and the frames to render."""
    counts = Counter(kind for change in changes.shots for kind in change.kinds)
    yield "<form>"
    for kind in ChangeKind:
        if counts[kind]:
            shown = "" if kind is ChangeKind.SAME else " checked"
            box = f'<input type="checkbox" id="show-{kind}"{shown}>'
            yield f'<label class="kind {kind}">{box} {counts[kind]} {kind}</label>'
    yield "</form>"
    offline = f", {changes.frames_offline} of them of media that is offline" if changes.frames_offline else ""
    yield f"<p><strong>{changes.frames_to_render}</strong> source frames to render, handles included{offline}.</p>"


def _row(number: int, change: ShotChange, changes: CutChanges, pictures: _Pictures) -> str:
    places = [_place(change.old, changes.old), _place(change.new, changes.new)]
    shot = change.new or change.old
    media = escape(shot.media.path) if shot is not None else ""
    kinds = "".join(f'<span class="kind {kind}">{kind}</span>' for kind in change.kinds)
    return (
        f'<tr id="s{number}" class="{" ".join(change.kinds)}{" paint" if change.frames_to_render else ""}">'
        f'<th title="{media}">{escape(change.name)}</th><td>{kinds}</td>'
        f"{pictures.draw(change.old)}{pictures.draw(change.new)}"
        f"<td>{'<br>→ '.join(dict.fromkeys(filter(None, places)))}</td>"
        f"<td>{_source(change)}</td><td>{change.frames_to_render or ''}</td></tr>"
    )


def _place(shot: Shot | None, cut: Cut) -> str:
    """Track, timecode and length; empty for none."""
    if shot is None:
        return ""
    frame = cut.record_start + shot.record_range.first
    timecode = timecode_from_frames(frame, cut.record_rate, drop_frame=cut.drop_frame)
    return f"V{shot.track_index + 1} {timecode} <small>{len(shot.record_range)} frames</small>"


def _source(change: ShotChange) -> str:
    shown = [f"{shot.source_range} <small>{_speed(shot)}</small>" for shot in (change.old, change.new) if shot]
    ends = [f"{end} {by:+d}" for end, by in (("head", change.head), ("tail", change.tail)) if by]
    moved = f"<br><small>{', '.join(ends)}</small>" if ends else ""
    return "<br>→ ".join(dict.fromkeys(shown)) + moved


def _speed(shot: Shot) -> str:
    if shot.frame_map.frames is not None:
        return "speed varies"
    return "" if shot.frame_map.speed == 1 else f"{float(100 * shot.frame_map.speed):g} %"


# --- the timelines ---------------------------------------------------------------------------------------------


def _strips(changes: CutChanges) -> Iterator[str]:
    """Both versions of each track, one above the other and to one scale; the topmost track first."""
    tracks = {shot.track_index for cut in (changes.old, changes.new) for shot in cut.shots}
    length = max(changes.old.record_count, changes.new.record_count, 1)
    for track in sorted(tracks, reverse=True):
        yield f'<div class="strip"><span>V{track + 1}</span>'
        yield f'<svg viewBox="0 0 {length} 44" preserveAspectRatio="none">'
        yield from _lane(((one.old, one, number) for number, one in enumerate(changes.shots)), track, 0)
        yield from _lane(((one.new, one, number) for number, one in enumerate(changes.shots)), track, 23)
        yield "</svg></div>"
    if tracks:
        yield '<p class="key">Each track: above as it was, below as it is now.</p>'


def _lane(uses: Iterable[tuple[Shot | None, ShotChange, int]], track: int, top: int) -> Iterator[str]:
    for shot, change, number in uses:
        if shot is not None and shot.track_index == track:
            record = shot.record_range
            yield (
                f'<a href="#s{number}"><rect class="{change.kinds[-1]}" x="{record.first}" y="{top}"'
                f' width="{len(record)}" height="21"><title>{escape(change.name)}: {", ".join(change.kinds)}</title>'
                "</rect></a>"
            )
