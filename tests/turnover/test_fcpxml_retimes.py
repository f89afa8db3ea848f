"""Retimes of FCPXML: constant speeds, changes of speed, conformed rates, and retimes inside one another."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.turnover._fcpxml import seconds, write
from toolkit.documents import ReadOptions, Shot
from toolkit.turnover import read_cut
from toolkit.turnover.formats import open_timeline_file


def time_map(*points: tuple[Fraction | int, Fraction | int], attributes: str = "", **extra: str) -> str:
    inside = "".join(
        f'<timept time="{seconds(time)}" value="{seconds(value)}" {extra.get(f"p{number}", "")}/>'
        for number, (time, value) in enumerate(points)
    )
    return f"<timeMap{attributes}>{inside}</timeMap>"


def clip(
    retime: str, *, start: Fraction | int, duration: Fraction | int, ref: str = "a", tag: str = "asset-clip"
) -> str:
    times = f'offset="3600s" start="{seconds(start)}" duration="{seconds(duration)}"'
    return f'<{tag} ref="{ref}" name="sh010" {times}>{retime}</{tag}>'


def shown(shot: Shot) -> list[int]:
    return [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range]


def read_shot(tmp_path: Path, spine: str, **more: Any) -> Shot:
    cut = read_cut(write(tmp_path, spine, **more), handles=0)
    assert len(cut.shots) == 1
    return cut.shots[0]


def test_half_speed_starts_in_the_time_of_the_retimed_clip(tmp_path: Path) -> None:
    """Media at 01:00:00:00 slowed to half begins at two hours of the clip's own time."""
    spine = clip(time_map((7200, 3600), (7280, 3640)), start=7204, duration=2)

    shot = read_shot(tmp_path, spine)

    assert shot.frame_map.speed == Fraction(1, 2)
    assert shown(shot) == [50 + frame // 2 for frame in range(50)]


def test_a_constant_speed_goes_on_beyond_its_points(tmp_path: Path) -> None:
    shot = read_shot(tmp_path, clip(time_map((0, 0), (20, 40)), start=1804, duration=1))

    assert shot.frame_map.speed == 2
    assert shown(shot) == [200 + 2 * frame for frame in range(25)]


def test_a_reversed_clip_shows_its_lowest_frame_last(tmp_path: Path) -> None:
    shot = read_shot(tmp_path, clip(time_map((3600, 3640), (3640, 3600)), start=3620, duration=2))

    assert shot.frame_map.speed == -1
    assert shown(shot) == list(range(499, 449, -1))


def test_a_freeze_frame_shows_one_frame(tmp_path: Path) -> None:
    shot = read_shot(tmp_path, clip(time_map((0, 3612), (10, 3612)), start=2, duration=2))

    assert (shot.frame_map.speed, set(shown(shot))) == (0, {300})


def test_points_on_one_line_are_one_speed(tmp_path: Path) -> None:
    shot = read_shot(tmp_path, clip(time_map((0, 3600), (10, 3620), (20, 3640)), start=1, duration=2))

    assert shot.frame_map.frames is None
    assert (shot.frame_map.speed, shown(shot)[0], shown(shot)[-1]) == (2, 50, 148)


def test_a_speed_that_changes_gives_the_frame_of_each_moment(tmp_path: Path) -> None:
    """Normal, held, then double speed backwards."""
    retime = time_map((0, 3600), (1, 3601), (2, 3601), (3, 3599))
    spine = clip(retime, start=0, duration=3)

    shot = read_shot(tmp_path, spine.replace("3599s", "3600s"))

    assert shown(shot) == [*range(25), *[25] * 25, *range(24, -1, -1)]


def test_a_part_of_a_ramp_at_one_speed_is_that_speed(tmp_path: Path) -> None:
    retime = time_map((0, 3600), (10, 3610), (20, 3630))

    assert read_shot(tmp_path, clip(retime, start=12, duration=4)).frame_map.frames is None
    assert read_shot(tmp_path, clip(retime, start=12, duration=4)).frame_map.speed == 2


def test_a_smooth_change_of_speed_follows_a_cubic_curve(tmp_path: Path) -> None:
    """Halfway between its ends, the curve is an eighth of the way from the point to each of the two lines."""
    retime = time_map((0, 3600), (4, 3604), (8, 3620), p1='interp="smooth2" inTime="1s" outTime="1s"')
    path = write(tmp_path, clip(retime, start=0, duration=8))

    (track,) = open_timeline_file(path, ReadOptions()).timeline.tracks
    positions = [Fraction(text) for text in track[0].effects[0].metadata["resolve_ae_toolkit"]["remap"]]

    assert positions[:76] == list(range(76))
    assert positions[125:] == [200 + 4 * frame for frame in range(75)]
    assert float(positions[100]) == pytest.approx(25 * (4 + (4 - 1) / 8), abs=1e-3)
    steps = [after - before for before, after in pairwise(positions)]
    assert all(later >= earlier - Fraction(1, 1000) for earlier, later in pairwise(steps))
    assert shown(read_cut(path).shots[0]) == [int(position + Fraction(1, 10**6)) for position in positions]


def test_smooth_changes_of_speed_do_not_overlap(tmp_path: Path) -> None:
    """An ease that would begin before the one before it has ended begins there."""
    smooth = 'inTime="3s" outTime="3s"'
    retime = time_map((0, 3600), (2, 3602), (4, 3610), (8, 3612), p1=smooth, p2=smooth)

    frames = shown(read_shot(tmp_path, clip(retime, start=0, duration=8)))

    assert frames == sorted(frames) and frames[0] == 0


def test_a_ramp_that_is_shown_beyond_its_points_is_said(tmp_path: Path) -> None:
    cut = read_cut(write(tmp_path, clip(time_map((0, 3600), (1, 3601), (2, 3603)), start=0, duration=3)), handles=0)

    assert shown(cut.shots[0])[-1] == 123
    assert cut.notes == ("clip 'sh010': it shows more than its retime covers: that goes on at the speed of its end",)


def test_frames_that_the_editor_would_make_up_are_said(tmp_path: Path) -> None:
    retime = time_map((0, 3600), (20, 3610), attributes=' frameSampling="optical-flow"')

    cut = read_cut(write(tmp_path, clip(retime, start=0, duration=1)))

    assert cut.notes == (
        "clip 'sh010': its retime makes frames that its media does not have (optical-flow): "
        "the nearest earlier ones are rendered",
    )


@pytest.mark.parametrize(
    "points",
    [
        '<timept time="0s" value="3600s"/>',
        '<timept time="1s" value="3600s"/><timept time="1s" value="3610s"/>',
        '<timept time="0s" value="3600s"/><timept time="1s"/>',
        '<timept time="0s" value="3600s"/><timept time="1/99999999s" value="3640s"/>',
        '<timept time="0s" value="0s"/><timept time="1/2s" value="99999999s"/><timept time="1s" value="0s"/>',
    ],
    ids=["one point", "points at one time", "a point without a value", "an absurd speed", "years in half a second"],
)
def test_a_retime_that_cannot_be_read_leaves_its_clip_out(points: str, tmp_path: Path) -> None:
    spine = clip(f"<timeMap>{points}</timeMap>", start=0, duration=1)
    other = '<asset-clip ref="b" name="other" offset="3601s" duration="1s"/>'

    cut = read_cut(write(tmp_path, spine + other), handles=0)

    assert [shot.name for shot in cut.shots] == ["other"]
    assert cut.notes[0].startswith("clip 'sh010': it is left out: ")


# --- conformed rates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("timeline", "conform", "frames"),
    [
        ("f24", '<conform-rate srcFrameRate="25"/>', [50 + frame for frame in range(48)]),
        ("f24", '<conform-rate scaleEnabled="0" srcFrameRate="25"/>', [50 + frame * 25 // 24 for frame in range(48)]),
        ("f2997", '<conform-rate srcFrameRate="25"/>', [50 + frame * 25 * 1001 // 30000 for frame in range(60)]),
    ],
    ids=["25 in 24 is played frame for frame", "unless it is switched off", "rates that are far apart are not"],
)
def test_conformed_rates(timeline: str, conform: str, frames: list[int], tmp_path: Path) -> None:
    rate = Fraction(24) if timeline == "f24" else Fraction(30000, 1001)
    spine = (
        f'<asset-clip ref="b" offset="0s" start="2s" duration="{seconds(len(frames) / rate)}">{conform}</asset-clip>'
    )

    shot = read_shot(tmp_path, spine, sequence=f'format="{timeline}" tcStart="0s"')

    assert shown(shot) == frames


def test_media_at_23976_runs_at_24_in_a_timeline_at_60(tmp_path: Path) -> None:
    """Final Cut repeats its frames by a fixed pattern, so it is a thousandth faster."""
    media = """<asset id="n" start="0s" duration="60s" hasVideo="1" format="f23976" src="/gone/n.mov"/>
      <format id="f60" frameDuration="1/60s"/>"""
    spine = '<asset-clip ref="n" offset="0s" duration="2s"><conform-rate srcFrameRate="23.98"/></asset-clip>'

    shot = read_shot(tmp_path, spine, resources=media, sequence='format="f60" tcStart="0s"')

    assert shown(shot) == [frame * 2 // 5 for frame in range(120)]


def test_connected_clips_of_a_conformed_clip_lie_where_it_shows_their_moment(tmp_path: Path) -> None:
    spine = """<asset-clip ref="b" name="main" offset="0s" start="2s" duration="5s"><conform-rate srcFrameRate="25"/>
      <asset-clip ref="a" name="above" lane="1" offset="3s" start="3600s" duration="1s"/></asset-clip>"""

    cut = read_cut(write(tmp_path, spine, sequence='format="f24" tcStart="0s"'), handles=0)

    assert [(shot.name, shot.record_range.first) for shot in cut.shots] == [("main", 0), ("above", 25)]


# --- retimes inside one another --------------------------------------------------------------------------------


def test_a_retimed_clip_inside_a_retimed_clip_has_both_speeds(tmp_path: Path) -> None:
    outer, inner = time_map((0, 0), (20, 40)), time_map((0, 3600), (80, 3640))
    spine = f"""<clip name="both" offset="3600s" start="4s" duration="2s">{outer}
      <video ref="a" offset="0s" start="0s" duration="80s">{inner}</video></clip>"""

    shot = read_shot(tmp_path, spine)

    assert shot.frame_map.speed == 1
    assert shown(shot) == [100 + frame for frame in range(50)]


def test_a_ramp_inside_a_slowed_clip_is_sampled_through_both(tmp_path: Path) -> None:
    outer, inner = time_map((0, 0), (80, 40)), time_map((0, 3600), (2, 3602), (4, 3610))
    spine = f"""<clip name="both" offset="3600s" start="0s" duration="8s">{outer}
      <video ref="a" offset="0s" start="0s" duration="4s">{inner}</video></clip>"""

    shot = read_shot(tmp_path, spine)

    assert shown(shot) == [frame // 2 for frame in range(100)] + [50 + 2 * frame for frame in range(100)]


def test_a_compound_clip_is_a_stack_with_its_window_and_speed(tmp_path: Path) -> None:
    compound = """<media id="m" name="compound"><sequence format="f2997" tcStart="1001s" duration="40s"><spine>
      <asset-clip ref="a" offset="1001s" start="3605s" duration="1001/100s"/></spine></sequence></media>"""
    retime = time_map((1001, 1001), (1021, 1041))
    path = write(tmp_path, clip(retime, start=1002, duration=2, ref="m", tag="ref-clip"), resources=compound)

    (track,) = open_timeline_file(path, ReadOptions()).timeline.tracks
    (stack,) = track

    assert (stack.schema_name(), stack.name) == ("Stack", "sh010")
    start, duration = stack.source_range.start_time, stack.source_range.duration
    assert (Fraction(start.value).limit_denominator(10**6), start.rate) == (2 * Fraction(30000, 1001), 30000 / 1001)
    assert (duration.value, duration.rate) == (50, 25)
    assert [effect.time_scalar for effect in stack.effects] == [2]
    (inner,) = stack
    assert (inner[0].source_range.start_time.value, inner[0].source_range.duration.value) == (90125, 300)


def test_a_ramp_of_a_compound_clip_counts_frames_of_the_compound(tmp_path: Path) -> None:
    compound = """<media id="m" name="compound"><sequence format="f24" tcStart="10s"><spine>
      <asset-clip ref="b" offset="10s" start="0s" duration="9s"/></spine></sequence></media>"""
    retime = time_map((0, 10), (1, 11), (2, 13))
    path = write(tmp_path, clip(retime, start=0, duration=2, ref="m", tag="ref-clip"), resources=compound)

    (track,) = open_timeline_file(path, ReadOptions()).timeline.tracks

    remap = [Fraction(text) for text in track[0].effects[0].metadata["resolve_ae_toolkit"]["remap"]]
    assert len(remap) == 50
    assert [float(position) for position in (remap[0], remap[25], remap[49])] == pytest.approx([0, 24, 70.08], abs=1e-3)
