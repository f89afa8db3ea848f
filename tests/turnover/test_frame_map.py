"""Properties of ``FrameMap`` over random numbers."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from toolkit.frames import SHOT_FIRST, FrameMap

RATES = st.sampled_from(
    [Fraction(n) for n in (24, 25, 30, 48, 50, 60)] + [Fraction(n * 1000, 1001) for n in (24, 30, 60)]
)
SPEEDS = st.fractions(min_value=-8, max_value=8, max_denominator=100)


@st.composite
def frame_maps(draw: st.DrawFn) -> FrameMap:
    first = draw(st.integers(-100, 10**7))
    return FrameMap(
        source_first=first,
        source_offset=draw(st.fractions(min_value=0, max_value=10**5, max_denominator=1000)),
        source_rate=draw(RATES),
        record_first=draw(st.integers(0, 10**6)),
        record_count=draw(st.integers(1, 300)),
        record_rate=draw(RATES),
        speed=draw(SPEEDS),
        source_work_first=first + draw(st.integers(-50, 50)),
    )


def shown(frame_map: FrameMap) -> list[int]:
    return [frame_map.source_frame_at_record(frame_map.record_first + index) for index in range(frame_map.record_count)]


@given(frame_maps())
def test_frames_are_monotonic_in_the_direction_of_the_speed(frame_map: FrameMap) -> None:
    frames = shown(frame_map)
    assert frames == sorted(frames, reverse=frame_map.speed < 0)
    assert frame_map.speed != 0 or len(set(frames)) == 1


@given(frame_maps())
def test_a_reversed_clip_shows_the_frames_of_the_forward_one_in_reverse(frame_map: FrameMap) -> None:
    from dataclasses import replace

    assert shown(replace(frame_map, speed=-frame_map.speed)) == shown(frame_map)[::-1] or frame_map.speed == 0


@given(frame_maps())
def test_the_source_range_covers_exactly_the_frames_shown(frame_map: FrameMap) -> None:
    frames, source_range = shown(frame_map), frame_map.source_range()
    assert (source_range.first, source_range.last) == (min(frames), max(frames))


@given(frame_maps())
def test_each_frame_shown_is_the_floor_of_its_position(frame_map: FrameMap) -> None:
    """Never rounded to the nearest frame."""
    step = abs(frame_map.speed) * frame_map.source_rate / frame_map.record_rate
    forward = shown(frame_map) if frame_map.speed >= 0 else shown(frame_map)[::-1]
    for index, frame in enumerate(forward):
        position = frame_map.source_first + frame_map.source_offset + step * index
        assert frame <= position + Fraction(1, 1_000_000) < frame + 1


@given(frame_maps(), st.integers(-1000, 1000))
def test_shot_and_source_frames_convert_back_and_forth(frame_map: FrameMap, distance: int) -> None:
    source_frame = frame_map.source_work_first + distance
    assert frame_map.source_frame(frame_map.shot_frame(source_frame)) == source_frame
    assert frame_map.shot_frame(frame_map.source_work_first) == SHOT_FIRST
