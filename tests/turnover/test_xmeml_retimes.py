"""FCP7 XML: retimed clips, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.turnover import _xmeml as xm
from toolkit.documents import Shot
from toolkit.turnover import read_cut

MEDIA = xm.file("f1", "file://localhost/gone/A.mov", duration=2000, start=86400)


def shown(shot: Shot) -> list[int]:
    assert shot.media.source_range is not None
    head = shot.media.source_range.first
    return [shot.frame_map.source_frame_at_record(frame) - head for frame in shot.record_range]


def read(folder: Path, *items: str) -> tuple[list[Shot], tuple[str, ...]]:
    cut = read_cut(xm.write(folder, xm.sequence(xm.track(*items))), handles=0)
    assert not [row for row in cut.skipped if "transition" not in row.reason], cut.skipped
    return list(cut.shots), cut.notes


def only(folder: Path, item: str) -> Shot:
    (shot,), _ = read(folder, item)
    return shot


@pytest.mark.parametrize(("percent", "first"), [(200, 40), (50, 41), (33.3333, 31), (250, 4)])
def test_in_of_a_retimed_clip_counts_retimed_frames(percent: float, first: int, tmp_path: Path) -> None:
    """OpenTimelineIO issue 876: 48 frames at 200 %, from 85 retimed frames on, begin at media frame 170."""
    item = xm.clip("a", 0, 48, first, first + 48, MEDIA, duration=9000, filters=xm.retime(percent))

    speed = Fraction(str(percent)) / 100
    assert shown(only(tmp_path, item)) == [floor(speed * (first + index)) for index in range(48)]


def test_premiere_gives_the_exact_in_point_in_ticks(tmp_path: Path) -> None:
    """A real export: ``in`` 170 at 200.151 %, which is 340, but 6.82 seconds in ticks; a 60 fps movie at 50 fps."""
    media = xm.file("f1", "/gone/A.mov", duration=1593, rates=xm.rate(60))
    keys = [(0, 0, xm.START), (170, 340, xm.IN), (537, 1074, xm.OUT), (663, 1327, xm.END)]
    item = xm.clip(
        "a", 711, 1078, 170, 537, media, rates=xm.rate(50), duration=663, filters=xm.retime(200.151, keys=keys),
        extra="<pproTicksIn>1732389120000</pproTicksIn>",
    )  # fmt: skip
    cut = read_cut(xm.write(tmp_path, xm.sequence(xm.track(item), rates=xm.rate(50))), handles=0)

    speed = Fraction("2.00151")
    assert shown(cut.shots[0]) == [floor((341 + speed * index) * 60 / 50) for index in range(367)]


@pytest.mark.parametrize("extra", ["<pproTicksIn>0</pproTicksIn>", "<pproTicksIn>x</pproTicksIn>"])
def test_ticks_that_say_something_else_are_not_used(extra: str, tmp_path: Path) -> None:
    item = xm.clip("a", 0, 10, 40, 50, MEDIA, filters=xm.retime(200), extra=extra)
    assert shown(only(tmp_path, item))[0] == 80


def test_a_graph_moves_the_start_of_a_retimed_subclip(tmp_path: Path) -> None:
    """Final Cut: the graph begins at the subclip's place in the media, and bends by a frame at the ends."""
    keys = [(0, 300, xm.START), (20, 340, xm.IN), (40, 380, xm.OUT), (100, 500, xm.END)]
    item = xm.clip("a", 0, 20, 20, 40, MEDIA, duration=100, filters=xm.retime(200, keys=keys))
    assert shown(only(tmp_path, item)) == list(range(340, 380, 2))


def test_a_reversed_clip_by_its_graph(tmp_path: Path) -> None:
    """y = 500 - x: the frame shown at a point on the way back is the one that ends there."""
    keys = [(0, 501, xm.START), (20, 480, xm.IN), (40, 460, xm.OUT), (500, 1, xm.END)]
    shot = only(tmp_path, xm.clip("a", 0, 20, 20, 40, MEDIA, filters=xm.retime(100, reverse=True, keys=keys)))

    assert (shot.frame_map.speed, shown(shot)) == (-1, list(range(479, 459, -1)))


@pytest.mark.parametrize(("percent", "written"), [(200, 200), (50, 50), (100, -100), (150, 150), (33.3333, 33.3333)])
def test_a_reversed_clip_without_a_graph_counts_from_the_end(percent: float, written: float, tmp_path: Path) -> None:
    retime = xm.retime(written, reverse=written > 0)
    (shot,), notes = read(tmp_path, xm.clip("a", 0, 30, 13, 43, MEDIA, duration=9000, filters=retime))

    speed = Fraction(str(percent)) / 100
    assert shown(shot) == [ceil(whole(2000 - speed * (13 + index))) - 1 for index in range(30)]
    assert notes == (
        "a is reversed and gives no speed graph: its in point was counted from the end of its media, as Final Cut does",
    )


def test_scripts_that_write_media_frames_for_a_retimed_clip(tmp_path: Path) -> None:
    forward = xm.clip("a", 0, 20, 100, 140, MEDIA, filters=xm.retime(200))
    backward = xm.clip("b", 20, 40, 100, 140, '<file id="f1"/>', filters=xm.retime(200, reverse=True))
    (a, b), notes = read(tmp_path, forward, backward)

    assert shown(a) == list(range(100, 140, 2))
    assert shown(b) == list(range(139, 99, -2))
    assert not notes


def test_a_freeze(tmp_path: Path) -> None:
    keys = [(0, 0, xm.START), (86400, 33, xm.IN), (86420, 33, xm.OUT), (1440001, 1, xm.END)]
    by_graph = xm.clip("a", 0, 20, 86400, 86420, MEDIA, duration=1440001, filters=xm.retime(0, keys=keys))
    by_in = xm.clip("b", 20, 40, 17, 37, '<file id="f1"/>', filters=xm.retime(0))
    (a, b), _ = read(tmp_path, by_graph, by_in)

    assert (set(shown(a)), a.frame_map.speed) == ({33}, 0)
    assert set(shown(b)) == {17}


def test_a_filter_that_is_off_or_does_nothing_does_not_retime(tmp_path: Path) -> None:
    off = xm.clip("a", 0, 10, 40, 50, MEDIA, filters=xm.retime(200, enabled=False))
    same = xm.clip("b", 10, 20, 40, 50, '<file id="f1"/>', filters=xm.retime(100))
    (a, b), _ = read(tmp_path, off, same)
    assert shown(a) == shown(b) == list(range(40, 50))


@pytest.mark.parametrize("percent", ["nan", "x", "", "1e9"])
def test_a_speed_that_is_none_leaves_out_its_clip(percent: str, tmp_path: Path) -> None:
    odd = xm.clip("odd", 0, 10, 40, 50, MEDIA, filters=xm.retime(200).replace(">200<", f">{percent}<"))
    path = xm.write(tmp_path, xm.sequence(xm.track(odd, xm.clip("a", 10, 20, 0, 10, '<file id="f1"/>'))))
    cut = read_cut(path, handles=0)

    assert [shot.name for shot in cut.shots] == ["a"]
    assert cut.notes == (f"odd is left out: its speed is '{percent}' percent",)


def test_a_retimed_clip_under_a_transition(tmp_path: Path) -> None:
    items = (
        xm.clip("a", 0, -1, 10, 64, MEDIA, filters=xm.retime(200)),
        xm.transition(42, 54),
        xm.clip("b", -1, 96, 20, 74, '<file id="f1"/>', filters=xm.retime(50)),
    )
    (a, b), _ = read(tmp_path, *items)
    assert shown(a) == [20 + 2 * index for index in range(48)]
    assert shown(b) == [(26 + index) // 2 for index in range(48)]


# --- variable speed --------------------------------------------------------------------------------------------


def test_keys_give_the_frames_between_them(tmp_path: Path) -> None:
    keys = [(0, 0, xm.START), (100, 100, xm.IN), (110, 110, ""), (120, 160, ""), (130, -1815255671, xm.OUT)]
    keys += [(140, 160, ""), (200, 100, ""), (400, 300, xm.END)]
    item = xm.clip("a", 0, 80, 100, 180, MEDIA, duration=400, filters=xm.retime(99.4, varies=True, keys=keys))
    shot = only(tmp_path, item)

    expected = [*range(100, 110), *range(110, 160, 5), *[160] * 20, *range(159, 119, -1)]
    assert shown(shot) == expected


def test_one_segment_of_a_ramp_is_a_constant_speed(tmp_path: Path) -> None:
    keys = [(0, 0, ""), (50, 50, ""), (150, 350, ""), (200, 400, "")]
    item = xm.clip("a", 0, 40, 60, 100, MEDIA, filters=xm.retime(200, varies=True, keys=keys))
    shot = only(tmp_path, item)

    assert (shot.frame_map.speed, shown(shot)) == (3, list(range(80, 200, 3)))


def test_an_eased_ramp_has_the_speed_of_its_handles_at_its_ends(tmp_path: Path) -> None:
    """Premiere writes handles as length and angle: 45 degrees is 100 %, 0 a stop."""
    leaving = "<outbez><horiz>5</horiz><vert>0.785398</vert></outbez>"
    arriving = "<inbez><horiz>5</horiz><vert>-3.141593</vert></inbez>"
    keys = [(0, 0, ""), (100, 100, leaving), (160, 130, arriving), (300, 130, "")]
    item = xm.clip("a", 0, 100, 90, 190, MEDIA, duration=300, filters=xm.retime(99, varies=True, keys=keys))
    (shot,), notes = read(tmp_path, item)
    frames = shown(shot)

    assert frames[:11] == list(range(90, 101))
    assert frames[11:14] == [100, 101, 102] or frames[11:14] == [101, 102, 103]
    assert set(frames[70:]) == {130}
    assert [frames[index] for index in (40, 69)] == [122, 129]  # 100 + t - t²/120 after t frames
    assert frames == sorted(frames)
    assert notes == ("the speed of a is eased between keyframes: there, its frames may be one or two off",)


def test_handles_that_are_not_numbers_are_straight(tmp_path: Path) -> None:
    """Premiere wrote these."""
    handle = "<outbez><horiz>nan</horiz><vert>nan</vert></outbez>"
    keys = [(0, 0, handle), (100, 200, "<inbez><horiz>154848</horiz></inbez>"), (100, 200, ""), (200, 250, "")]
    item = xm.clip("a", 0, 150, 0, 150, MEDIA, filters=xm.retime(99, varies=True, keys=keys))
    (shot,), notes = read(tmp_path, item)

    assert shown(shot) == [*range(0, 200, 2), *[200 + index // 2 for index in range(50)]]
    assert not notes


# --- nested sequences ------------------------------------------------------------------------------------------


def test_a_retimed_nested_sequence_retimes_its_clips(tmp_path: Path) -> None:
    clips = xm.clip("deep", 20, 120, 7, 107, MEDIA)
    inner = xm.sequence(xm.track(clips), name="inner", number="inner")
    ramp = xm.retime(99, varies=True, keys=[(0, 0, ""), (20, 40, ""), (40, 30, ""), (60, 70, "")])
    items = (
        xm.clip("fast", 0, 20, 11, 31, inner, filters=xm.retime(200)),
        xm.clip("ramp", 20, 60, 10, 50, '<sequence id="inner"/>', filters=ramp),
    )
    (fast, ramped), _ = read(tmp_path, *items)

    assert shown(fast) == list(range(9, 49, 2))
    down = [ceil(Fraction(40) - Fraction(index, 2)) - 1 for index in range(20)]
    assert [frame + 13 for frame in shown(ramped)] == [*range(20, 40, 2), *down, *range(30, 50, 2)]


def test_a_nested_sequence_of_another_rate(tmp_path: Path) -> None:
    """``in`` counts the frames of the outer sequence: 5 of them at 25 fps are 10 at 50."""
    media = xm.file("f1", "/gone/A.mov", rates=xm.rate(50))
    inner = xm.sequence(
        xm.track(xm.clip("deep", 0, 100, 7, 107, media, rates=xm.rate(50))), rates=xm.rate(50), number="inner"
    )
    outer = xm.sequence(xm.track(xm.clip("nest", 0, 20, 5, 25, inner, rates=xm.rate(25))), rates=xm.rate(25))
    (shot,) = read_cut(xm.write(tmp_path, outer), handles=0).shots

    assert shown(shot) == list(range(17, 57, 2))


# --- random sequences ------------------------------------------------------------------------------------------

RATES = [(24, False), (24, True), (25, False), (30, True), (50, False)]
LENGTH = 20_000
"""Frames of each file."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    start: int
    length: int
    first: int
    """Its in point, in retimed frames at the rate of the sequence."""
    speed: Fraction
    """Negative when reversed."""
    rate: tuple[int, bool]
    """Of the file: timebase and ntsc."""

    def write(self, number: int, rates: str, record_rate: Fraction) -> str:
        base, is_ntsc = self.rate
        media = xm.file(
            f"f{number}", f"/gone/{number}.mov", duration=LENGTH, rates=xm.rate(base, ntsc=is_ntsc), start=100
        )
        filters = "" if self.speed == 1 else xm.retime(float(self.speed * 100))
        if self.speed < 0:
            whole = LENGTH * record_rate / exact(self.rate)
            ends = (self.first, xm.IN), (self.first + 900, xm.OUT)
            keys = [(when, float(whole + self.speed * when), more) for when, more in ends]
            filters = xm.retime(float(abs(self.speed) * 100), reverse=True, keys=keys)
        times = self.start, self.start + self.length, self.first, self.first + self.length
        return xm.clip(str(number), *times, media, rates=rates, duration=9999, filters=filters)

    def shows(self, record_rate: Fraction) -> list[int]:
        """Its frames, by the rule in the documentation; a start that is a thousandth off a whole frame means that."""
        step = self.speed * exact(self.rate) / record_rate
        if self.speed > 0:
            return [floor(whole(self.first * step) + index * step) for index in range(self.length)]
        return [ceil(whole(LENGTH + (self.first + index) * step)) - 1 for index in range(self.length)]

    def is_just_a_thousandth_off(self, record_rate: Fraction) -> bool:
        """Whether rounding in the file decides if a position means a whole frame."""
        step = self.speed * exact(self.rate) / record_rate
        positions = ((self.first + index) * step for index in range(self.length))
        return any(abs(abs(one - round(one)) - Fraction(1, 1000)) < Fraction(1, 10**6) for one in positions)


def exact(rate: tuple[int, bool]) -> Fraction:
    base, is_ntsc = rate
    return xm.ntsc(base) if is_ntsc else Fraction(base)


def whole(position: Fraction) -> Fraction:
    nearest = Fraction(round(position))
    return nearest if abs(position - nearest) <= Fraction(1, 1000) else position


@st.composite
def cuts(draw: st.DrawFn) -> tuple[tuple[int, bool], list[Clip]]:
    """The rate of a sequence, and its clips."""
    position, clips = 0, []
    for _ in range(draw(st.integers(1, 6))):
        position += draw(st.integers(0, 9))
        percent = draw(st.one_of(st.just(100), st.integers(10, 800), st.integers(-800, -10)))
        clips.append(
            Clip(
                start=position,
                length=draw(st.integers(1, 60)),
                first=draw(st.integers(0, 300)),
                speed=Fraction(percent, 100),
                rate=draw(st.sampled_from(RATES)),
            )
        )
        position += clips[-1].length
    return draw(st.sampled_from(RATES)), clips


@settings(max_examples=50)
@given(cuts())
def test_random_cuts_are_read_frame_by_frame(
    tmp_path_factory: pytest.TempPathFactory, cut: tuple[tuple[int, bool], list[Clip]]
) -> None:
    rate, clips = cut
    rates, record_rate = xm.rate(rate[0], ntsc=rate[1]), exact(rate)
    assume(not any(clip.is_just_a_thousandth_off(record_rate) for clip in clips))
    items = [clip.write(number, rates, record_rate) for number, clip in enumerate(clips)]
    path = xm.write(tmp_path_factory.mktemp("cut"), xm.sequence(xm.track(*items), rates=rates))
    found = read_cut(path, handles=0)

    assert (found.record_rate, len(found.shots)) == (record_rate, len(clips))
    for shot, clip in zip(found.shots, clips, strict=True):
        assert (shot.record_range.first, len(shot.record_range)) == (clip.start, clip.length)
        assert shown(shot) == clip.shows(record_rate)
