"""The verdict on what an editor is known to have done to a cut."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.turnover import _edls as edls
from tests.turnover import _xmeml as xmeml
from tests.turnover._cuts import (
    Json,
    clip,
    gap,
    movie_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    write,
    write_movie,
)
from toolkit.documents import Cut, ReadOptions
from toolkit.frames import exact_rate
from toolkit.turnover import compare_cuts, keep_names, read_cut


@dataclass(frozen=True, kw_only=True)
class Use:
    """A clip of the tests; ``number`` tells it from all others, also after an edit. None: a gap of that length."""

    number: int | None
    first: int = 0
    count: int = 24
    media: str = "m0"
    scalar: float = 1
    folder: str = "/show/plates"
    name: str = ""

    def write(self) -> Json:
        if self.number is None:
            return gap(self.count)
        reference = movie_reference(f"{self.folder}/{self.media}.mov", time_range(0, 4000))
        effects = [speed(self.scalar)] if self.scalar != 1 else []
        return clip(reference, time_range(self.first, self.count), name=self.name or self.media, effects=effects)


Tracks = list[list[Use]]
Verdicts = dict[int, str]
"""What happened to each use; those that are not listed are the same."""


def some_cut(random_: random.Random) -> Tracks:
    """Two tracks of uses that often show the same frames, at several speeds, with gaps."""
    tracks: Tracks = []
    for index in range(2):
        uses: list[Use] = []
        for number in range(random_.randint(5, 10)):
            uses += [Use(number=None, count=random_.randint(3, 40))] if random_.random() < 0.2 else []
            uses.append(
                Use(
                    number=100 * index + number,
                    first=random_.choice([100, 104, random_.randint(200, 900)]),
                    count=random_.choice([24, random_.randint(10, 60)]),
                    media=f"m{number % 3}",  # of two equal neighbours nobody can tell which one is gone
                    scalar=random_.choice([1, 1, 1, 2, 0.5, -1]),
                )
            )
        tracks.append(uses)
    return tracks


def read(folder: Path, tracks: Tracks) -> Cut:
    document = timeline(*(track(*(use.write() for use in uses)) for uses in tracks), start=time(86400))
    return read_cut(write(folder / "cut.otio", document), handles=4)


def verdicts(old: Tracks, new: Tracks) -> Verdicts:
    """What the comparison says of each use, by number; those that are the same are left out."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = read(Path(folder), old), read(Path(folder), new)
    after = keep_names(after, before)
    numbers = []
    for cut, tracks in ((before, old), (after, new)):
        shots = sorted(cut.shots, key=lambda shot: (shot.track_index, shot.record_range.first))
        uses = [use.number for each in tracks for use in each if use.number is not None]
        numbers.append({shot.name: number for shot, number in zip(shots, uses, strict=True)})
    found: Verdicts = {}
    for change in compare_cuts(before, after):
        if change.old is not None and change.new is not None:
            assert numbers[0][change.old.name] == numbers[1][change.new.name], "matched with another use"
        number = numbers[1][change.new.name] if change.new is not None else numbers[0][change.name]
        found[number] = ", ".join(change.kinds)
    return {number: what for number, what in found.items() if what != "same"}


# --- edits: each returns the new track and what it did ---------------------------------------------------------

Edit = Callable[[list[Use], int], tuple[list[Use], Verdicts]]
_NEW = 999


def _number(use: Use) -> int:
    assert use.number is not None
    return use.number


def _put(uses: list[Use], place: int, *mine: Use) -> list[Use]:
    return [*uses[:place], *mine, *uses[place + 1 :]]


def insert(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    new = Use(number=_NEW, first=100, media="other")
    return [*uses[:place], new, *uses[place:]], {_NEW: "new"}


def delete(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    return _put(uses, place), {_number(uses[place]): "gone"}


def lift(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    hole = Use(number=None, count=uses[place].count)
    return _put(uses, place, hole), {_number(uses[place]): "gone"}


def trim(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    use = uses[place]
    return _put(uses, place, replace(use, count=use.count - 4)), {_number(use): "trimmed"}


def slip(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    use = uses[place]
    return _put(uses, place, replace(use, first=use.first + 3)), {_number(use): "slipped"}


def retime(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    use = uses[place]
    return _put(uses, place, replace(use, scalar=use.scalar * 1.5)), {_number(use): "retimed"}


def move(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    """To the end of the track, with some clips in between."""
    return [*_put(uses, place), uses[place]], {_number(uses[place]): "moved"}


def duplicate(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    return [*uses, replace(uses[place], number=_NEW)], {_NEW: "new"}


def split(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    use = replace(uses[place], scalar=1)
    head, tail = replace(use, count=use.count - 4), replace(use, number=_NEW, first=use.first + use.count - 4, count=4)
    return _put(uses, place, head, tail), {_number(use): "trimmed", _NEW: "new"}


def push(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    """All that follows comes later, on this track only."""
    return [*uses[:place], Use(number=None, count=333), *uses[place:]], {}


def rename(uses: list[Use], place: int) -> tuple[list[Use], Verdicts]:
    return _put(uses, place, replace(uses[place], name="sc12 take 3")), {}


EDITS: list[Edit] = [insert, delete, lift, trim, slip, retime, move, duplicate, split, push, rename]


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@pytest.mark.parametrize("seed", range(8))
def test_one_edit_is_recognised_and_nothing_else_has_changed(edit: Edit, seed: int) -> None:
    random_ = random.Random(seed)
    old = some_cut(random_)
    places = [place for place, use in enumerate(old[0][:-2]) if use.number is not None]
    place = random_.choice(places[1:])
    if edit is split:
        old[0][place] = replace(old[0][place], scalar=1)
    changed, expected = edit(old[0], place)
    assert verdicts(old, [changed, old[1]]) == expected


@pytest.mark.parametrize("seed", range(4))
def test_a_new_track_below_everything_moves_nothing(seed: int) -> None:
    old = some_cut(random.Random(seed))
    background = [Use(number=_NEW, first=90, count=600)]
    assert verdicts(old, [background, *old]) == {_NEW: "new"}
    assert verdicts([background, *old], old) == {_NEW: "gone"}


def test_a_use_that_goes_to_another_track_is_moved() -> None:
    old = some_cut(random.Random(5))
    place = next(place for place, use in enumerate(old[0]) if use.number is not None)
    use = old[0][place]
    assert verdicts(old, [_put(old[0], place, Use(number=None, count=use.count)), [*old[1], use]]) == {
        _number(use): "moved"
    }


def test_of_three_that_change_places_the_one_in_the_middle_stays() -> None:
    one, two, three = (Use(number=number, media=f"m{number}") for number in range(3))
    assert verdicts([[one, two, three]], [[three, two, one]]) == {0: "moved", 2: "moved"}


def test_a_copy_in_front_of_another_clip_is_the_new_one() -> None:
    one, two = (Use(number=number, media=f"m{number}") for number in range(2))
    assert verdicts([[one, two]], [[replace(two, number=_NEW), one, two]]) == {_NEW: "new"}


def test_of_two_that_overlap_each_is_found_between_its_neighbours() -> None:
    """By frames alone the first new one would be the second old one, which shares more of them."""
    others = [Use(number=number, media=f"other{number}") for number in range(2)]
    one, two = Use(number=5, first=100, count=24), Use(number=6, first=112, count=30)
    changed = replace(one, first=110, count=20), replace(two, first=116, count=26)
    found = verdicts([[one, *others, two]], [[changed[0], *others, changed[1]]])
    assert found == {5: "trimmed", 6: "trimmed"}


# --- media -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["/mnt/show/plates", "/online/graded"])
def test_relinked_media_is_the_same(folder: str) -> None:
    old = some_cut(random.Random(1))
    new = [[replace(use, folder=folder) for use in uses] for uses in old]
    assert verdicts(old, new) == {}


def test_plates_called_alike_in_the_folder_of_every_shot_are_not_one_another() -> None:
    old = [[Use(number=1, media="plate", folder="/show/sh010", name="sh010")]]
    new = [[Use(number=2, media="plate", folder="/show/sh020", name="sh020")]]
    assert verdicts(old, new) == {1: "gone", 2: "new"}


def test_two_files_that_end_alike_are_not_guessed_at() -> None:
    old = [[Use(number=1, folder="/A/plates"), Use(number=2, folder="/B/plates")]]
    new = [[Use(number=3, folder="/C/plates")]]
    assert verdicts(old, new) == {1: "gone", 2: "gone", 3: "new"}
    both = [[Use(number=1, folder="/mnt/A/plates"), Use(number=2, folder="/mnt/B/plates")]]
    assert verdicts(old, both) == {}


# --- formats ---------------------------------------------------------------------------------------------------


SHOWN = [("A001", 10, 20, 1.0, 20), ("B001", 5, 30, 1.0, 30), ("A001", 50, 20, 2 / 3, 14), ("B001", 60, 25, -1.0, 25)]
"""Reel, first frame, length, speed, and source frames."""

STARTS = {"A001": 86400, "B001": 172800}


def test_a_cut_that_is_exported_in_another_format_has_not_changed(tmp_path: Path) -> None:
    """EDL, OTIO and FCP7 XML; speeds are rounded by each in its own way."""
    rushes = tmp_path / "rushes"
    for reel, first in STARTS.items():
        write_movie(rushes / f"{reel}.mov", 120, timecode=edls.label(first, 24))
    options = ReadOptions(record_rate=exact_rate(24), media=(str(rushes),))
    clips = [_otio_clip(rushes, *use[:-1]) for use in SHOWN]
    start = xmeml.timecode(86400, xmeml.rate(24))
    cuts = [
        read_cut(edls.write_list(tmp_path / "cut.edl", *_edl_events()), handles=4, options=options),
        read_cut(write(tmp_path / "cut.otio", timeline(track(*clips), start=time(86400))), handles=4),
        read_cut(xmeml.write(tmp_path, xmeml.sequence(xmeml.track(*_xml_items(rushes)), start=start)), handles=4),
    ]
    for before in cuts:
        for after in cuts:
            changes = compare_cuts(before, keep_names(after, before))
            assert [(str(one.kinds[0]), one.frames_to_render) for one in changes] == [("same", 0)] * len(SHOWN)


def _edl_events() -> list[str]:
    events, record = [], 86400
    for number, (reel, first, count, scalar, span) in enumerate(SHOWN, 1):
        begin, end = (edls.label(STARTS[reel] + frame, 24) for frame in (first, first + span))
        on = edls.label(record, 24), edls.label(record + count, 24)
        events.append(edls.event(number, reel, (begin, end), on))
        events += [f"M2   {reel}       {24 * scalar:05.1f}                {begin}"] if scalar != 1 else []
        record += count
    return events


def _otio_clip(rushes: Path, reel: str, first: int, count: int, scalar: float) -> Json:
    reference = movie_reference(str(rushes / f"{reel}.mov"), time_range(STARTS[reel], 120))
    effects = [speed(scalar)] if scalar != 1 else []
    return clip(reference, time_range(STARTS[reel] + first, count), name=f"{reel}.mov", effects=effects)


def _xml_items(rushes: Path) -> list[str]:
    items, record = [], 0
    for reel, first, count, scalar, _ in SHOWN:
        file = xmeml.file(reel, (rushes / f"{reel}.mov").as_uri(), duration=120, start=STARTS[reel])
        length = round(120 / abs(scalar))
        begin = round(first / scalar) if scalar > 0 else length - first - count
        filters = xmeml.retime(round(abs(scalar) * 100, 2), reverse=scalar < 0) if scalar != 1 else ""
        times = record, record + count, begin, begin + count
        items.append(xmeml.clip(reel, *times, file, duration=length, filters=filters))
        record += count
    return items
