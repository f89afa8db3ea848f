"""Flat cuts of the model as an EDL, Final Cut Pro 7 XML and FCPXML, as far as each format can say them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from math import ceil
from pathlib import Path

from hypothesis import strategies as st

from tests.proof._model import Constant, Footage, Item, Timeline, Track
from tests.turnover import _xmeml as xm
from tests.turnover import test_edl_random as edl
from tests.turnover.test_fcpxml_random import LENGTH, RATES, Shown, Story, write_story

FILM = {
    name: Footage(kind="movie", path=f"/gone/{name}.mov", rate=rate, count=LENGTH, start=3600 * round(rate))
    for name, rate in RATES.items()
}
SPEEDS = [Fraction(text) for text in ("1", "1", "1", "2", "1/2", "-1", "-2", "1/3", "-1/2", "5/4")]
_EDL_SPEEDS = (1, 2, Fraction(1, 2), -1, -2, Fraction(-1, 2))

Placed = tuple[int, Item]
"""The timeline frame that an item begins at, and the item."""


@st.composite
def flat_cuts(draw: st.DrawFn) -> Timeline:
    """Cuts of clips and gaps; half of them with media of the timeline's rate only."""
    name = draw(st.sampled_from(sorted(RATES)))
    films = [FILM[name]] if draw(st.booleans()) else list(FILM.values())
    tracks: list[Track] = []
    for number in range(draw(st.sampled_from([1, 1, 2, 3]))):
        items = [
            Item(
                count=draw(st.integers(1, 40)),
                name="" if draw(st.integers(0, 4)) == 4 else f"clip{number}{place}",
                start=draw(st.integers(0, 900)),
                is_start_in_record_frames=True,
                footage=draw(st.sampled_from(films)),
                retime=Constant(speed=draw(st.sampled_from(SPEEDS))),
            )
            for place in range(draw(st.integers(1, 5)))
        ]
        last = Item(count=7, name=f"last{number}", start=11, is_start_in_record_frames=True, footage=FILM[name])
        tracks.append(Track(items=(*items, last)))
    rate, is_drop = RATES[name], name == "f2997"
    return Timeline(rate=rate, start=107892 if is_drop else 86400, drop_frame=is_drop, tracks=tuple(tracks))


def _placed(track: Track) -> Iterator[Placed]:
    """Its clips."""
    position = 0
    for item in track.items:
        if item.name:
            yield position, item
        position += item.count


def _clips(cut: Timeline) -> list[Item]:
    return [item for _, item in chain.from_iterable(map(_placed, cut.tracks))]


def _speed(item: Item) -> Fraction:
    assert isinstance(item.retime, Constant)
    return item.retime.speed


def _film(item: Item) -> Footage:
    assert item.footage is not None
    return item.footage


# --- EDL -------------------------------------------------------------------------------------------------------


def fits_edl(cut: Timeline) -> bool:
    """Whether it is one track, its media have its rate, and its speeds two decimals."""
    clips = _clips(cut)
    plain = all(_film(item).rate == cut.rate and _speed(item) in _EDL_SPEEDS for item in clips)
    return plain and len(cut.tracks) == 1


def write_edl(cut: Timeline, path: Path) -> None:
    pieces, end = [], 0
    for first, item in _placed(cut.tracks[0]):
        source = _film(item).start + item.start
        percent = int(_speed(item) * 100)
        pieces.append(edl.Piece(gap=first - end, count=item.count, source=source, percent=percent))
        end = first + item.count
    edl.write(path, pieces, nominal=round(cut.rate), drop=cut.drop_frame, start=cut.start)


# --- Final Cut Pro 7 XML ---------------------------------------------------------------------------------------


def fits_xmeml(cut: Timeline) -> bool:
    """Whether no clip of media of another rate is retimed."""
    return all(_film(item).rate == cut.rate or _speed(item) == 1 for item in _clips(cut))


def write_xmeml(cut: Timeline, folder: Path) -> Path:
    rates, seen = _xmeml_rate(cut.rate), set[str]()
    tracks = [
        xm.track(*(_xmeml_clip(first, item, rates, seen) for first, item in _placed(track))) for track in cut.tracks
    ]
    start = xm.timecode(cut.start, rates, display="DF" if cut.drop_frame else "NDF")
    return xm.write(folder, xm.sequence(*tracks, rates=rates, start=start))


def _xmeml_rate(rate: Fraction) -> str:
    return xm.rate(round(rate), ntsc=rate.denominator == 1001)


def _xmeml_clip(first: int, item: Item, rates: str, seen: set[str]) -> str:
    film, speed = _film(item), _speed(item)
    name = film.path.rpartition("/")[2].removesuffix(".mov")
    media = f'<file id="{name}"/>'
    if name not in seen:
        seen.add(name)
        media = xm.file(name, film.path, duration=film.count, rates=_xmeml_rate(film.rate), start=film.start)
    place = (item.name, first, first + item.count)
    if speed == 1:
        return xm.clip(*place, item.start, item.start + item.count, media, rates=rates, duration=9000)
    begin = item.start + (0 if speed > 0 else -speed * (item.count - 1) + Fraction(1, speed.denominator))
    into = _clip_frame(item.start, speed)
    keys = [(into + n, f"{float(begin + speed * n):.9f}", flag) for n, flag in ((0, xm.IN), (item.count, xm.OUT))]
    retime = xm.retime(float(100 * abs(speed)), reverse=speed < 0, keys=keys)
    return xm.clip(*place, into, into + item.count, media, rates=rates, duration=9000, filters=retime)


def _clip_frame(start: int, speed: Fraction) -> int:
    """``in``: where a clip from zero would have ``start``, or else clearly another frame, as in a subclip.

    Editors round graphs to whole frames, so that one less than a frame off is read as if it were rounded.
    """
    exact = start / abs(speed)
    return int(exact) if exact.denominator == 1 else ceil(exact + 2 / abs(speed))


# --- FCPXML ----------------------------------------------------------------------------------------------------


def write_fcpxml(cut: Timeline, path: Path) -> None:
    """All tracks as lanes over a gap."""
    connected = [
        Shown(
            first=first,
            count=item.count,
            speed=_speed(item),
            source=item.start * _film(item).rate / cut.rate,
            media_rate=_film(item).rate,
            lane=lane,
        )
        for lane, track in enumerate(cut.tracks, start=1)
        for first, item in _placed(track)
    ]
    form = next(name for name, rate in RATES.items() if rate == cut.rate)
    story = Story(format=form, start=cut.start, primary=[(cut.count, None, connected)])
    path.write_text(write_story(story)[0], encoding="utf-8")
