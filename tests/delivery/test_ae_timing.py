"""Timing in After Effects: every comp frame shows the right source frame, at any speed and any two rates."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from toolkit.delivery.ae_timing import LayerTiming, ae_rate, media_span, time_layer, to_ae_pixel
from toolkit.documents import DeliveryClip, MediaKind
from toolkit.frames import FrameMap, FrameRange

RATES = [Fraction(text) for text in ("24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001")]


def clip(**facts: object) -> DeliveryClip:
    """A layer of 100 frames: 20 used, after 30 frames of handles."""
    known: dict[str, object] = {
        "name": "sh010_FACE_v001",
        "shot": "sh010",
        "kind": MediaKind.SEQUENCE,
        "path": "sh010/FACE/v001/sh010_FACE_v001.1001.exr",
        "pattern": "sh010_FACE_v001.%04d.exr",
        "start_index": 1001,
        "end_index": 1100,
        "in_frame": 30,
        "in_position": Fraction(30),
        "frame_count": 20,
        "record_first": 48,
        "record_count": 20,
        "rate": Fraction(24),
        "fps": 24.0,
        "speed": 1.0,
        "timecode": "00:00:00:00",
        "width": 32,
        "height": 16,
        "alpha": "premultiplied",
        "encoding": "display",
    }
    return DeliveryClip.model_validate({**known, **facts})


def media_position(timing: LayerTiming, record_frame: int) -> Fraction:
    """The media position that After Effects shows: linear between the keys, or frame by frame without keys."""
    if not timing.remap:
        return record_frame - timing.media_start
    (before, low), (after, high) = timing.remap[0], timing.remap[-1]
    return low if before == after else low + (high - low) * (record_frame - before) / (after - before)


def test_a_plain_clip_has_no_remap_keys() -> None:
    timing = time_layer(clip(), FrameRange(first=-100, last=999), Fraction(24))
    assert timing == LayerTiming(record_range=FrameRange(first=18, last=117), media_start=Fraction(18), remap=())


@pytest.mark.parametrize(
    ("speed", "keys"),
    [
        (2.0, ((48, Fraction("30.5")), (67, Fraction("68.5")))),
        (-1.0, ((48, Fraction("49.5")), (67, Fraction("30.5")))),
        (0.5, ((48, Fraction("30.25")), (67, Fraction("39.75")))),
        (0.0, ((48, Fraction("30.5")),)),
    ],
)
def test_a_retimed_clip_has_remap_keys_at_its_ends(speed: float, keys: tuple[tuple[int, Fraction], ...]) -> None:
    assert time_layer(clip(speed=speed), FrameRange(first=48, last=67), Fraction(24)).remap == keys


def test_keys_are_exact_when_the_host_interpolates() -> None:
    timing = time_layer(clip(speed=0.5, interpolation="flow"), FrameRange(first=48, last=67), Fraction(24))
    assert timing.remap == ((48, Fraction(30)), (67, Fraction("39.5")))


def test_a_retime_to_one_source_frame_per_record_frame_is_still_remapped() -> None:
    """29.97 fps media at 200 % in a 59.94 fps cut: without a remap, After Effects would play it at half that speed."""
    twice = clip(speed=2.0, rate=Fraction(30000, 1001), fps=29.97)
    assert time_layer(twice, FrameRange(first=48, last=67), Fraction(60000, 1001)).remap


def test_a_layer_of_one_frame_lasts_as_long_as_its_clip() -> None:
    layer = clip(end_index=1001, in_frame=0, in_position=Fraction(0), frame_count=1)
    assert time_layer(layer, FrameRange(first=0, last=99), Fraction(24)).record_range == FrameRange(first=48, last=67)


@example(media_rate=Fraction(24), record_rate=Fraction(60000, 1001), percent=37, record_count=1, start=Fraction(0))
@given(
    media_rate=st.sampled_from(RATES),
    record_rate=st.sampled_from(RATES),
    percent=st.integers(25, 400).flatmap(lambda size: st.sampled_from([size, -size])),
    record_count=st.integers(1, 40),
    start=st.fractions(0, 20, max_denominator=48),
)
def test_every_frame_shows_the_source_frame_of_the_frame_map(
    media_rate: Fraction, record_rate: Fraction, percent: int, record_count: int, start: Fraction
) -> None:
    """In the cut and in its handles, away from the edges of source frames by more than a host's rounding.

    The example is the worst case of these rates: its positions are multiples of a 250,000th of a source frame, so none
    can be further than half of that from an edge.
    """
    speed = Fraction(percent, 100)
    pictures = ceil(start) + ceil(abs(speed) * media_rate / record_rate * record_count) + 10
    layer = clip(
        speed=float(speed),
        rate=media_rate,
        fps=float(media_rate),
        record_count=record_count,
        in_frame=floor(start),
        in_position=start,
        end_index=1000 + pictures,
    )
    timing = time_layer(layer, media_span(layer, record_rate), record_rate)
    rule = FrameMap(
        source_first=0,
        source_offset=start,
        source_rate=media_rate,
        record_first=48,
        record_count=record_count,
        record_rate=record_rate,
        speed=speed,
        source_work_first=0,
    )
    assert timing.record_range.first <= 48 and timing.record_range.last >= 48 + record_count - 1
    for record_frame in timing.record_range:
        position = media_position(timing, record_frame)
        assert floor(position) == rule.source_frame_at_record(record_frame)
        assert 0 <= position < pictures
        if timing.remap:
            assert min(position - floor(position), floor(position) + 1 - position) >= Fraction(1, 500_000)


def test_pixels_are_measured_from_their_corner() -> None:
    assert to_ae_pixel((0.0, -0.5)) == (0.5, 0.0)


def test_rates_are_rounded_to_a_thousandth() -> None:
    assert ae_rate(Fraction(24000, 1001)) == Fraction("23.976")
    assert ae_rate(Fraction(25)) == 25
