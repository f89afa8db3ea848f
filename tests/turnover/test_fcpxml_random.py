"""Random stories written as FCPXML by the little writer below, and read back frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.turnover._fcpxml import seconds
from toolkit.turnover import read_cut

RATES = {"f23976": Fraction(24000, 1001), "f25": Fraction(25), "f2997": Fraction(30000, 1001)}
LENGTH = 4000
"""Frames of each media."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One clip of a story, in frames."""

    first: int
    """Of the timeline."""
    count: int
    speed: Fraction
    source: Fraction
    """Lowest position shown, in frames of the media."""
    media_rate: Fraction
    lane: int = 0
    enabled: bool = True
    style: str = "asset-clip"

    def frames(self, rate: Fraction) -> list[int]:
        step = abs(self.speed) * self.media_rate / rate
        order = range(self.count) if self.speed >= 0 else range(self.count - 1, -1, -1)
        return [floor(self.source + step * place) for place in order]


@dataclass(frozen=True, kw_only=True)
class Story:
    """A timeline: clips of the primary storyline, each with those connected to it."""

    format: str
    start: int
    """Timecode, frames."""
    primary: list[tuple[int, Shown | None, list[Shown]]]
    """Length, clip or gap, connected clips."""


SPEEDS = st.sampled_from([Fraction(text) for text in ("1", "1", "1", "2", "1/2", "-1", "5/4", "4/5", "-2", "1/3")])


@st.composite
def clips(draw: Callable[..., object], first: int, count: int, lane: int = 0) -> Shown:
    speed = draw(SPEEDS)
    media = draw(st.sampled_from(sorted(RATES)))
    assert isinstance(speed, Fraction) and isinstance(media, str)
    return Shown(
        first=first,
        count=count,
        speed=speed,
        source=Fraction(draw(st.integers(0, 1500))),  # type: ignore[call-overload]
        media_rate=RATES[media],
        lane=lane,
        enabled=draw(st.integers(0, 9)) != 0,
        style=str(draw(st.sampled_from(["asset-clip", "clip", "audition", "sync-clip", "ref-clip"]))),
    )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    primary: list[tuple[int, Shown | None, list[Shown]]] = []
    position = 0
    for _ in range(draw(st.integers(1, 5))):
        count = draw(st.integers(1, 120))
        clip = draw(clips(position, count)) if draw(st.integers(0, 3)) else None
        connected = [
            draw(clips(position + draw(st.integers(0, count - 1)), draw(st.integers(1, 90)), lane))
            for lane in draw(st.lists(st.sampled_from([-2, -1, 1, 2, 3]), max_size=3))
        ]
        primary.append((count, clip, connected))
        position += count
    start = draw(st.sampled_from([0, 86400, 107892]))
    return Story(format=draw(st.sampled_from(sorted(RATES))), start=start, primary=primary)


def write_clip(clip: Shown, number: int, rate: Fraction, offset: Fraction, children: str) -> tuple[str, Fraction]:
    """The element, and what its clock reads at its first frame."""
    begin, length = Fraction(3600), LENGTH / clip.media_rate
    lowest, duration = begin + clip.source / clip.media_rate, clip.count / rate
    if clip.speed > 0:
        start = lowest / clip.speed
        points = [(begin / clip.speed, begin), ((begin + length) / clip.speed, begin + length)]
    else:
        highest = lowest - clip.speed * duration
        start = begin + (begin + length - highest) / -clip.speed
        points = [(begin, begin + length), (begin + length / -clip.speed, begin)]
    inside = "".join(f'<timept time="{seconds(time)}" value="{seconds(value)}"/>' for time, value in points)
    retime = "" if clip.speed == 1 else f"<timeMap>{inside}</timeMap>"
    media = next(name for name, media_rate in RATES.items() if media_rate == clip.media_rate)
    place = f'offset="{seconds(offset)}"' + (f' lane="{clip.lane}"' if clip.lane else "")
    times = (
        f'name="s{number:03d}" start="{seconds(start)}" duration="{seconds(duration)}" enabled="{int(clip.enabled)}"'
    )
    whole = f'offset="3600s" start="3600s" duration="{seconds(length)}"'
    if clip.style == "audition":
        other = f'<asset-clip ref="a{media}" start="3601s" duration="1s"/>'
        text = f'<asset-clip ref="a{media}" {times}>{retime}{children}</asset-clip>'
        return f"<audition {place}>{text}{other}</audition>", start
    if clip.style == "ref-clip":
        return f'<ref-clip ref="m{media}" {place} {times}>{retime}{children}</ref-clip>', start
    if clip.style == "asset-clip":
        return f'<asset-clip ref="a{media}" {place} {times}>{retime}{children}</asset-clip>', start
    inner = {"clip": "video", "sync-clip": "asset-clip"}[clip.style]
    shown = f'<{inner} ref="a{media}" {whole}/>'
    return f"<{clip.style} {place} {times}>{retime}{shown}{children}</{clip.style}>", start


def write_story(story: Story) -> tuple[str, list[tuple[str, Shown]]]:
    rate, spine = RATES[story.format], ""
    named: list[tuple[str, Shown]] = []
    zero = story.start / rate
    position = 0
    for count, clip, connected in story.primary:
        offset, name = zero + position / rate, len(named)
        if clip is not None:
            named.append((f"s{name:03d}", clip))
        local = Fraction(7) if clip is None else write_clip(clip, name, rate, offset, "")[1]
        children = ""
        for child in connected:
            at = local + (child.first - position) / rate
            children += write_clip(child, len(named), rate, at, "")[0]
            named.append((f"s{len(named):03d}", child))
        if clip is None:
            times = f'offset="{seconds(offset)}" start="{seconds(local)}" duration="{seconds(count / rate)}"'
            spine += f"<gap {times}>{children}</gap>"
        else:
            spine += write_clip(clip, name, rate, offset, children)[0]
        position += count
    resources = "".join(
        f'<format id="{name}" frameDuration="{seconds(1 / media_rate)}"/>'
        f'<asset id="a{name}" start="3600s" duration="{seconds(LENGTH / media_rate)}" hasVideo="1" format="{name}">'
        f'<media-rep kind="original-media" src="file:///gone/{name}.mov"/></asset>'
        f'<media id="m{name}"><sequence format="{name}" tcStart="3600s"><spine><asset-clip ref="a{name}" name="inside" '
        f'offset="3600s" duration="{seconds(LENGTH / media_rate)}"/></spine></sequence></media>'
        for name, media_rate in RATES.items()
    )
    sequence = (
        f'format="{story.format}" tcStart="{seconds(zero)}" tcFormat="{"DF" if story.format == "f2997" else "NDF"}"'
    )
    project = f'<project name="p"><sequence {sequence}><spine>{spine}</spine></sequence></project>'
    head = '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE fcpxml>'
    return f'{head}<fcpxml version="1.13"><resources>{resources}</resources>{project}</fcpxml>', named


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=stories())
def test_every_frame_of_a_random_story_is_read_as_it_was_written(story: Story, tmp_path: Path) -> None:
    rate = RATES[story.format]
    text, named = write_story(story)
    wanted = {name: clip for name, clip in named if clip.enabled}
    if not wanted:
        return
    path = tmp_path / "story.fcpxml"
    path.write_text(text)

    cut = read_cut(path, handles=0)

    assert (cut.record_rate, cut.record_start, cut.drop_frame) == (rate, story.start, story.format == "f2997")
    shots = {shot.clip_name.partition("/")[0]: shot for shot in cut.shots}
    assert len(shots) == len(cut.shots) and shots.keys() == wanted.keys()
    for name, shot in shots.items():
        clip = wanted[name]
        assert (shot.record_range.first, len(shot.record_range)) == (clip.first, clip.count), shot.clip_name
        assert shot.frame_map.speed == clip.speed or clip.style == "ref-clip"
        got = [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]
        assert got == clip.frames(rate), shot.clip_name
    lanes = {shot.track_index: set[int]() for shot in cut.shots}
    for name, shot in shots.items():
        lanes[shot.track_index].add(wanted[name].lane)
    assert all(len(on_track) == 1 for on_track in lanes.values())
    order = [on_track.pop() for _, on_track in sorted(lanes.items())]
    assert order == sorted(order)
    assert len(cut.skipped) == len(named) - len(wanted)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.integers(1, 40), st.integers(-60, 60)), min_size=2, max_size=6),
    head=st.integers(0, 20),
)
def test_every_frame_of_a_random_ramp_is_read_as_it_was_written(
    steps: list[tuple[int, int]], head: int, tmp_path: Path
) -> None:
    """Lines between points on whole frames at 25 fps; backwards, a frame shows what lies before its moment."""
    points = [(0, 2000)]
    for length, distance in steps:
        points.append((points[-1][0] + length, points[-1][1] + distance))
    count = points[-1][0] - head
    if count < 1:
        return

    def position(time: int) -> Fraction:
        for (start, low), (end, high) in pairwise(points):
            if start <= time <= end:
                return low + Fraction(high - low, end - start) * (time - start)
        raise AssertionError(time)

    wanted = [floor(min(position(head + frame), position(head + frame + 1))) for frame in range(count)]
    inside = "".join(
        f'<timept time="{seconds(Fraction(time, 25))}" value="{seconds(Fraction(value, 25))}" interp="linear"/>'
        for time, value in points
    )
    times = f'offset="0s" start="{seconds(Fraction(head, 25))}" duration="{seconds(Fraction(count, 25))}"'
    path = tmp_path / "ramp.fcpxml"
    path.write_text(
        '<!DOCTYPE fcpxml><fcpxml version="1.13"><resources><format id="f" frameDuration="1/25s"/>'
        '<asset id="a" start="0s" duration="400s" hasVideo="1" format="f" src="/gone/a.mov"/></resources>'
        '<project name="p"><sequence format="f" tcStart="0s"><spine>'
        f'<asset-clip ref="a" name="ramp" {times}><timeMap>{inside}</timeMap></asset-clip>'
        "</spine></sequence></project></fcpxml>"
    )

    (shot,) = read_cut(path, handles=0).shots

    assert [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range] == wanted


def test_a_story_of_two_thousand_clips_is_read(tmp_path: Path) -> None:
    clip = Shown(first=0, count=10, speed=Fraction(1), source=Fraction(5), media_rate=RATES["f25"])
    path = tmp_path / "long.fcpxml"
    path.write_text(write_story(Story(format="f25", start=0, primary=[(10, clip, [])] * 2000))[0])

    assert len(read_cut(path).shots) == 2000
