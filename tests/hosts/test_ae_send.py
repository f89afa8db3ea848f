"""Send Turnover of After Effects: what a comp shows, picture by picture, reaches the document the toolkit reads."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest

from tests.hosts.users import Facts, Machine, comp, machine, project, shown
from toolkit.documents import Turnover
from toolkit.frames import exact_rate
from toolkit.turnover import read_cut

__all__ = ["machine"]

NTSC = 24000 / 1001
MAC, WINDOWS = "Macintosh OS 14.5.0/64", "Windows/64 10.0"


def one(turnover: Turnover) -> Any:
    (clip,) = turnover.clips
    return clip


# --- one layer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "main", "footage", "pictures"),
    [
        pytest.param({"in": 0, "out": 4}, {}, {}, [0, 1, 2, 3], id="from the start"),
        pytest.param({"in": 10, "out": 14, "start": 10}, {}, {}, [0, 1, 2, 3], id="later in the comp"),
        pytest.param({"in": 10, "out": 14, "start": 5}, {}, {}, [5, 6, 7, 8], id="trimmed at the head"),
        pytest.param({"in": -3, "out": 2, "start": -10}, {}, {}, [10, 11], id="the comp's start cuts it"),
        pytest.param({"in": 46, "out": 60, "start": 46}, {}, {}, [0, 1], id="the comp's end cuts it"),
        pytest.param({"in": 0, "out": 4, "stretch": 50}, {}, {}, [0, 2, 4, 6], id="double speed"),
        pytest.param({"in": 0, "out": 4, "stretch": 200}, {}, {}, [0, 0, 1, 1], id="half speed"),
        pytest.param({"in": 1, "out": 4, "stretch": 200}, {}, {}, [0, 1, 1], id="half speed from a half picture"),
        pytest.param({"in": 4, "out": 0, "start": 4, "stretch": -100}, {}, {}, [3, 2, 1, 0], id="reversed"),
        pytest.param({"in": 4, "out": 0, "start": 4, "stretch": -50}, {}, {}, [7, 5, 3, 1], id="reversed, double"),
        pytest.param({"in": 4, "out": 0, "start": 4, "stretch": -200}, {}, {}, [1, 1, 0, 0], id="reversed, half"),
        pytest.param({"in": 0, "out": 4}, {}, {"fps": 12}, [0, 0, 1, 1], id="media on twos"),
        pytest.param({"in": 0, "out": 4}, {"fps": 25}, {"fps": 50}, [0, 2, 4, 6], id="media at twice the rate"),
        pytest.param({"in": 2, "out": 6, "remap": [[0, 9.5 / 24]]}, {}, {}, [9, 9, 9, 9], id="a freeze"),
        pytest.param(
            {"in": 0, "out": 4, "remap": [[0, 9.5 / 24], [3, 6.5 / 24]]}, {}, {}, [9, 8, 7, 6], id="remapped backwards"
        ),
        pytest.param(
            {"in": 0, "out": 4, "remap": [[0, 2 / 24], [3, 8 / 24]]}, {}, {}, [2, 4, 6, 8], id="an even remap"
        ),
        pytest.param(
            {"in": 0, "out": 5, "remap": [[0, 0], [2, 2 / 24], [4, 10 / 24]]}, {}, {}, [0, 1, 2, 6, 10], id="a ramp"
        ),
        pytest.param(
            {"in": 0, "out": 4, "remap": [[0, 98 / 24], [4, 102 / 24]]}, {}, {}, [98, 99, 99, 99], id="too far"
        ),
        pytest.param({"in": 0, "out": 5, "start": 0}, {}, {"frames": 2, "loop": 3}, [0, 1, 0, 1, 0], id="a loop"),
        pytest.param({"in": 0, "out": 3}, {}, {"still": True}, [0, 0, 0], id="a still"),
        pytest.param({"in": 47, "out": 48, "start": 40}, {}, {}, [7], id="one frame"),
    ],
)
def test_every_frame_shows_the_picture_it_shows_in_the_comp(
    machine: Machine, layer: Facts, main: Facts, footage: Facts, pictures: list[int]
) -> None:
    media = {"movie": {"path": "/media/a.mov", "frames": 100, **footage}}
    turnover = machine.send(project(comp({"source": "movie", **layer}, **main), footage=media))
    clip = one(turnover)
    assert shown(clip, turnover.fps) == pictures
    assert clip.record_first == max(0, min(layer["in"], layer["out"]))
    assert clip.record_count == len(pictures)


@pytest.mark.parametrize(
    ("layer", "sent", "remapped"),
    [
        pytest.param({"out": 4, "start": -6}, (1, 6, 4), False, id="plain"),
        pytest.param({"out": 4, "stretch": 50}, (2, 0, 8), False, id="double speed"),
        pytest.param({"in": 4, "out": 0, "start": 4, "stretch": -100}, (-1, 0, 4), False, id="reversed"),
        pytest.param({"out": 4, "remap": [[0, 5 / 24]]}, (0, 5, 1), False, id="a freeze"),
        pytest.param({"out": 4, "remap": [[0, 5 / 24], [3, 8 / 24]]}, (1, 5, 4), False, id="a remap at plain speed"),
        pytest.param({"out": 4, "remap": [[0, 0], [1, 0], [3, 8 / 24]]}, (8 / 3, 0, 9), True, id="a ramp"),
        pytest.param({"out": 41, "remap": [[0, 0], [40, 14.8 / 24]]}, (0.37, 0, 15.17), False, id="an odd slope"),
    ],
)
def test_only_what_is_uneven_is_sent_picture_by_picture(
    machine: Machine, layer: Facts, sent: tuple[float, float, float], remapped: bool
) -> None:
    """``sent``: speed, source_first, source_count; speeds are written with six decimals."""
    clip = one(machine.send(project(comp({"source": "A001.mov", "in": 0, **layer}))))
    assert (clip.speed, clip.source_first, clip.source_count) == pytest.approx(sent)
    assert bool(clip.remap) == remapped


@pytest.mark.parametrize(
    ("fps", "media_fps", "stretch", "speed"),
    [
        pytest.param(NTSC, 24, 100, 1, id="24 in 23.976"),
        pytest.param(24, NTSC, 100, 1, id="23.976 in 24"),
        pytest.param(30, 30000 / 1001, 100, 1, id="29.97 in 30"),
        pytest.param(25, 24, 100, 1, id="24 in 25"),
        pytest.param(24, 24, 300, 1 / 3, id="a third"),
        pytest.param(24, 24, 100 / 1.7, 1.7, id="1.7"),
        pytest.param(NTSC, 60000 / 1001, -250, -0.4, id="2.5 times as long, reversed"),
    ],
)
def test_a_speed_is_the_one_that_was_meant_over_a_long_clip(
    machine: Machine, fps: float, media_fps: float, stretch: float, speed: float
) -> None:
    """Seconds of the media in a second of the comp; and the pictures are those of exact arithmetic to the last."""
    ends = {"in": 0, "out": 5000} if stretch > 0 else {"in": 5000, "out": 0, "start": 5000}
    main = comp({"source": "movie", "stretch": stretch, **ends}, fps=fps, frames=5000)
    media = {"movie": {"path": "/media/a.mov", "fps": media_fps, "frames": 20_000}}
    turnover = machine.send(project(main, footage=media))
    clip = one(turnover)
    assert clip.speed == pytest.approx(speed, rel=1e-11) and clip.remap == ()
    per_frame = exact_rate(media_fps) / exact_rate(fps) * Fraction(100) / Fraction(stretch).limit_denominator(1000)
    if stretch < 0:  # what ends at a place
        assert shown(clip, fps) == [ceil(-per_frame * (5000 - i)) - 1 for i in range(5000)]
    else:
        assert shown(clip, fps) == [floor(per_frame * i) for i in range(5000)]


@pytest.mark.parametrize("first", [0, 86_399, 215_784])
@pytest.mark.parametrize(
    ("fps", "frame_duration"),
    [
        (NTSC, 1001 / 24000),
        (NTSC, 65536 / 1571292),
        (30000 / 1001, 1001 / 30000),
        (25, 0.04),
        (60000 / 1001, 1001 / 60000),
    ],
)
def test_frames_are_counted_however_late_they_come(
    machine: Machine, first: int, fps: float, frame_duration: float
) -> None:
    """Seconds of a long comp would drift; a rate kept as a fixed-point number lies beside the one that is meant."""
    layer = {"source": "movie", "in": first, "out": first + 5, "start": first - 7}
    main = comp(layer, fps=fps, frameDuration=frame_duration, frames=first + 5)
    media = {"movie": {"path": "/media/a.mov", "fps": fps, "frames": 100}}
    turnover = machine.send(project(main, footage=media))
    clip = one(turnover)
    assert turnover.fps == pytest.approx(fps, rel=1e-12) and turnover.record_count == first + 5
    assert (clip.record_first, clip.record_count, clip.source_first, clip.speed) == (first, 5, 7, 1)


def test_the_toolkit_works_on_the_pictures_that_the_comp_shows(machine: Machine) -> None:
    """From the comp through the document to shots: what Send Turnover writes, ``toolkit run`` reads."""
    for number in range(1001, 1061):
        (machine.folder / f"plate.{number}.png").write_bytes(b"")
    plate = {"path": str(machine.folder / "plate.1001.png"), "frames": 60, "fps": NTSC}
    layers = [
        {"name": "plain", "in": 0, "out": 10, "start": -5},
        {"name": "backwards", "in": 20, "out": 10, "start": 20, "stretch": -50},
        {"name": "slow", "in": 20, "out": 27, "start": 19, "stretch": 200},
        {"name": "freeze", "in": 27, "out": 30, "remap": [[27, 9.5 / NTSC]]},
        {"name": "nested", "source": "shot", "in": 30, "out": 40, "start": 25},
        {"name": "over", "in": 35, "out": 45, "start": 35, "enabled": False},
    ]
    main = comp(*({"source": "plate", **layer} for layer in layers), fps=NTSC, start=86_400)
    user = project(main, footage={"plate": plate}, shot=comp({"source": "plate", "start": -2, "stretch": 50}, fps=NTSC))
    sent = {clip.name: shown(clip, NTSC) for clip in machine.send(user).clips}
    cut = read_cut(machine.out / "turnover.json", handles=2)
    read = {
        shot.clip_name: [shot.map.source_frame_at_record(frame) - 1001 for frame in shot.record_range]
        for shot in cut.shots
    }
    assert len(sent) == 6 and sent.pop("over") == list(range(10))  # switched off: no shot
    assert read == {("plate" if name == "nested" else name): pictures for name, pictures in sent.items()}
    assert read["backwards"][0] == 19 and read["plate"][0] == 14
    assert cut.origin is not None and cut.origin.host == "after effects"


# --- the media ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "system", "sent"),
    [
        pytest.param({"path": "/m/A001.mov"}, MAC, ("/m/A001.mov", 0, 24), id="a movie"),
        pytest.param({"path": "/m/A001_003.mov"}, MAC, ("/m/A001_003.mov", 0, 24), id="a movie with a number"),
        pytest.param({"path": "/m/p.1001.exr"}, MAC, ("/m/p.[1001-1024].exr", 1001, 24), id="a sequence"),
        pytest.param({"path": "/m/p.0001.EXR"}, MAC, ("/m/p.[0001-0024].EXR", 1, 24), id="leading zeros"),
        pytest.param({"path": "/m/p.0.dpx"}, MAC, ("/m/p.[0-23].dpx", 0, 24), id="no zeros"),
        pytest.param({"path": "/m/v2/p.7.png"}, MAC, ("/m/v2/p.[7-30].png", 7, 24), id="folder v2"),
        pytest.param({"path": "/m/p.0001.png", "still": True}, MAC, ("/m/p.0001.png", 0, 1), id="a still"),
        pytest.param({"path": "/m/p.exr"}, MAC, ("/m/p.exr", 0, 24), id="pictures without a number"),
        pytest.param({"path": "/m/a.mov", "loop": 3}, MAC, ("/m/a.mov", 0, 24), id="a loop counts once"),
        pytest.param({"path": "/m/a.mov", "missing": True}, MAC, ("/m/a.mov", 0, 24), id="missing footage"),
        pytest.param({"path": r"/m\a.mov"}, MAC, (r"/m\a.mov", 0, 24), id="a backslash in a name"),
        pytest.param({"path": r"/m\a.mov"}, WINDOWS, ("/m/a.mov", 0, 24), id="a path of Windows"),
        pytest.param({"path": '/m/a "$b" & ü.mov'}, MAC, ('/m/a "$b" & ü.mov', 0, 24), id="an odd name"),
    ],
)
def test_media_are_named_as_after_effects_names_them(
    machine: Machine, facts: Facts, system: str, sent: tuple[str, int, int]
) -> None:
    clip = one(machine.send(project(comp({"source": "it", "out": 2}), footage={"it": facts}), system=system))
    assert (clip.path, clip.media_index, clip.media_count) == sent
    assert clip.media_fps == (0 if facts.get("still") else 24)
    assert clip.media_timecode == ""


@pytest.mark.parametrize("word", ["", "ignore", "straight", "premultiplied"])
def test_alpha_is_said_in_after_effects_word(machine: Machine, word: str) -> None:
    footage = {"it": {"path": "/m/a.mov", "alpha": word}}
    assert one(machine.send(project(comp({"source": "it"}), footage=footage))).alpha == word


# --- nested comps -------------------------------------------------------------------------------------------------


def nested(outer: Facts, inner: Facts, *, footage: Facts | None = None, **facts: Any) -> Facts:
    """``main`` with one layer of the comp ``shot``, which has one layer of a movie."""
    media = {"movie": {"path": "/media/a.mov", "frames": 100, **(footage or {})}}
    return project(comp({"source": "shot", **outer}), footage=media, shot=comp({"source": "movie", **inner}, **facts))


@pytest.mark.parametrize(
    ("user", "record_first", "pictures"),
    [
        pytest.param(
            nested({"in": 10, "out": 13, "start": 8}, {"start": -5}), 10, [7, 8, 9], id="offsets add up"
        ),
        pytest.param(
            nested({"in": 0, "out": 3, "stretch": 50}, {"stretch": 50}), 0, [0, 4, 8], id="speeds multiply"
        ),
        pytest.param(
            nested({"in": 4, "out": 0, "start": 4, "stretch": -100}, {"start": -10}), 0, [13, 12, 11, 10], id="reversed"
        ),
        pytest.param(
            nested({"in": 4, "out": 0, "start": 4, "stretch": -100}, {"in": 4, "out": 0, "start": 4, "stretch": -100}),
            0, [0, 1, 2, 3], id="reversed twice",
        ),
        pytest.param(
            nested({"in": 0, "out": 4, "remap": [[0, 6.5 / 24], [3, 3.5 / 24]]}, {"start": -10}),
            0, [16, 15, 14, 13], id="remapped outside",
        ),
        pytest.param(nested({"in": 0, "out": 20}, {"in": 5, "out": 8, "start": 5}), 5, [0, 1, 2], id="a while"),
        pytest.param(nested({"in": 0, "out": 4}, {}, fps=12), 0, [0, 1, 2, 3], id="at half the rate, moving on"),
        pytest.param(
            nested({"in": 0, "out": 4}, {}, fps=12, keepsRate=True), 0, [0, 0, 2, 2], id="at half the rate, keeping it"
        ),
        pytest.param(nested({"in": 0, "out": 9}, {}, frames=3), 0, [0, 1, 2], id="the comp ends"),
    ],
)  # fmt: skip
def test_nested_comps_come_down_to_their_footage(
    machine: Machine, user: Facts, record_first: int, pictures: list[int]
) -> None:
    clip = one(machine.send(user))
    assert clip.record_first == record_first
    assert shown(clip, 24) == pictures


def test_a_layer_shown_twice_by_a_remap_is_two_clips(machine: Machine) -> None:
    """The comp goes by twice, and its layer shows in the middle of it."""
    remap = [[0, 0], [10, 10 / 24], [20, 0]]
    turnover = machine.send(nested({"in": 0, "out": 20, "remap": remap}, {"in": 4, "out": 7}))
    assert [(clip.record_first, shown(clip, 24)) for clip in turnover.clips] == [(4, [4, 5, 6]), (14, [6, 5, 4])]
    assert [clip.track for clip in turnover.clips] == [1, 1]


def test_a_comp_in_a_comp_in_a_comp(machine: Machine) -> None:
    user = project(
        comp({"source": "b", "in": 2, "out": 6, "start": 2}),
        b=comp({"source": "c", "start": -3}),
        c=comp({"source": "plate", "start": -4}),
    )
    clip = one(machine.send(user))
    assert (clip.record_first, shown(clip, 24)) == (2, [7, 8, 9, 10])


# --- tracks -------------------------------------------------------------------------------------------------------


def tracks(turnover: Turnover) -> dict[str, int]:
    return {clip.name: clip.track for clip in turnover.clips}


def movie(name: str, first: int, end: int, **facts: Any) -> Facts:
    return {"source": "A001.mov", "name": name, "in": first, "out": end, "start": first, **facts}


def test_layers_one_after_the_other_share_a_track(machine: Machine) -> None:
    turnover = machine.send(project(comp(movie("b", 10, 20), movie("a", 0, 10))))
    assert tracks(turnover) == {"a": 1, "b": 1}


def test_a_layer_lies_on_a_track_above_all_that_it_covers(machine: Machine) -> None:
    user = project(comp(movie("d", 0, 5), movie("c", 5, 12), movie("b", 8, 20), movie("a", 0, 10)))
    assert tracks(machine.send(user)) == {"a": 1, "b": 2, "c": 3, "d": 2}


def test_layers_of_a_nested_comp_lie_where_the_comp_lies(machine: Machine) -> None:
    user = project(
        comp(movie("title", 0, 10), {"source": "shot"}, movie("below", 0, 10)),
        shot=comp(movie("face", 0, 10), movie("plate", 0, 10)),
    )
    assert tracks(machine.send(user)) == {"below": 1, "plate": 2, "face": 3, "title": 4}


def test_a_selection_is_sent_alone_in_the_order_of_the_layers(machine: Machine) -> None:
    layers = comp(movie("c", 0, 10), movie("b", 0, 10), movie("a", 0, 10))
    assert tracks(machine.send(project(layers, selected=["a", "c"]))) == {"a": 1, "c": 2}


# --- what is left out ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "reason"),
    [
        pytest.param({"kind": "ADBE Text Layer"}, "a text layer", id="text"),
        pytest.param({"kind": "ADBE Vector Layer"}, "a shape layer", id="shape"),
        pytest.param({"kind": "ADBE Camera Layer"}, "a camera", id="camera"),
        pytest.param({"kind": "ADBE Light Layer"}, "a light", id="light"),
        pytest.param({"kind": "ADBE 3D Model Layer"}, "not a footage layer", id="something newer"),
        pytest.param({"source": "solid", "isNull": True}, "a null", id="null"),
        pytest.param({"source": "solid"}, "a solid or a placeholder", id="solid"),
        pytest.param({"source": "solid", "adjustment": True}, "an adjustment layer", id="adjustment"),
        pytest.param({"source": "A001.mov", "guide": True}, "a guide layer; select it to send it", id="guide"),
        pytest.param({"source": "A001.mov", "matte": True}, "a track matte", id="matte"),
        pytest.param({"source": "sound"}, "audio only", id="sound"),
    ],
)
def test_what_is_no_clip_of_a_file_is_named_with_its_reason(machine: Machine, layer: Facts, reason: str) -> None:
    footage = {
        "A001.mov": {"path": "/m/A001.mov"},
        "solid": {"still": True},
        "sound": {"path": "/m/a.wav", "sound": True},
    }
    other = {"name": "it", "in": 5, "out": 9, **layer}
    turnover = machine.send(project(comp(other, {"source": "A001.mov", "out": 20}), footage=footage))
    (skipped,) = turnover.skipped
    assert (skipped.name, skipped.reason) == ("it", reason)
    assert (skipped.record_first, skipped.record_count, skipped.track) == (5, 4, 2)
    assert len(turnover.clips) == 1


def test_a_layer_outside_the_comp_is_named(machine: Machine) -> None:
    turnover = machine.send(project(comp(movie("late", 60, 70), movie("a", 0, 10))))
    (skipped,) = turnover.skipped
    assert (skipped.name, skipped.reason, skipped.track) == ("late", "not visible in any frame of the comp", 1)


def test_a_guide_layer_that_is_selected_is_sent(machine: Machine) -> None:
    """The plates of an imported delivery are guide layers: this is how they are sent again."""
    turnover = machine.send(project(comp(movie("plate", 0, 10, guide=True)), selected=["plate"]))
    assert tracks(turnover) == {"plate": 1} and turnover.skipped == ()


@pytest.mark.parametrize(
    ("facts", "lost"),
    [
        pytest.param({"transform": {"ADBE Scale": {"value": [50, 50, 100]}}}, "its transform", id="scaled"),
        pytest.param({"transform": {"ADBE Position": {"value": [321, 180, 0]}}}, "its transform", id="moved"),
        pytest.param({"transform": {"ADBE Rotate Z": {"value": 1}}}, "its transform", id="turned"),
        pytest.param({"transform": {"ADBE Opacity": {"keys": [[0, 100]]}}}, "its transform", id="keys"),
        pytest.param({"transform": {"ADBE Opacity": {"expression": True}}}, "its transform", id="an expression"),
        pytest.param({"transform": {"ADBE Position": {"separated": True}}}, "its transform", id="x and y apart"),
        pytest.param({"losses": {"threeD": True}}, "its transform", id="three dimensions"),
        pytest.param({"losses": {"masks": True, "effects": True}}, "its masks, effects", id="masks and effects"),
        pytest.param({"losses": {"blending": "ADD"}}, "its blending mode", id="blending mode"),
        pytest.param({"losses": {"trackMatte": True}}, "its track matte", id="track matte"),
        pytest.param({"losses": {"parent": 1}}, "its parent", id="parent"),
    ],
)
def test_what_a_clip_is_sent_without_is_said(machine: Machine, facts: Facts, lost: str) -> None:
    turnover = machine.send(project(comp(movie("a", 2, 10, **facts))))
    assert [(row.name, row.reason, row.record_first) for row in turnover.skipped] == [("a", f"sent without {lost}", 2)]
    assert len(turnover.clips) == 1


def test_a_moved_anchor_that_moves_nothing_is_no_transform(machine: Machine) -> None:
    both = {"ADBE Anchor Point": {"value": [0, 0, 0]}, "ADBE Position": {"value": [0, 0, 0]}}
    assert machine.send(project(comp(movie("a", 0, 9, transform=both)))).skipped == ()


def test_the_transform_of_a_nested_comp_is_said_too(machine: Machine) -> None:
    turnover = machine.send(nested({"losses": {"effects": True}}, {"losses": {"masks": True}}))
    assert [row.reason for row in turnover.skipped] == ["sent without its masks; the effects of 'shot'"]


@pytest.mark.parametrize(
    ("facts", "enabled"),
    [
        ([{}, {}], {"a": True, "b": True}),
        ([{"enabled": False}, {}], {"a": False, "b": True}),
        ([{"solo": True}, {}], {"a": True, "b": False}),
        ([{"solo": True, "enabled": False}, {}], {"a": False, "b": False}),
    ],
)
def test_switched_off_is_sent_as_switched_off(machine: Machine, facts: list[Facts], enabled: dict[str, bool]) -> None:
    turnover = machine.send(project(comp(movie("a", 0, 9, **facts[0]), movie("b", 0, 9, **facts[1]))))
    assert {clip.name: clip.enabled for clip in turnover.clips} == enabled


def test_a_clip_in_a_comp_that_is_switched_off_is_off(machine: Machine) -> None:
    assert one(machine.send(nested({"enabled": False}, {}))).enabled is False


# --- the comp -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fps", "start", "drop", "timecode"),
    [
        (24, 86_400, False, "01:00:00:00"),
        (25, 90_001, True, "01:00:00:01"),
        (NTSC, 86_400, False, "01:00:00:00"),
        (30000 / 1001, 107_892, True, "01:00:00;00"),
        (30000 / 1001, 1800, True, "00:01:00;02"),
        (30000 / 1001, 17_982, True, "00:10:00;00"),
        (60000 / 1001, 3600, True, "00:01:00;04"),
        (30, 1800, True, "00:01:00:00"),
        (24, -24, False, "23:59:59:00"),
    ],
)
def test_the_comps_start_is_its_label(machine: Machine, fps: float, start: int, drop: bool, timecode: str) -> None:
    turnover = machine.send(project(comp(movie("a", 0, 9), fps=fps, start=start, drop=drop)))
    assert (turnover.start_frame, turnover.start_timecode) == (start, timecode)
    assert turnover.drop_frame == (";" in timecode)


def test_it_says_which_comp_it_is(machine: Machine) -> None:
    turnover = machine.send(project(comp(movie("a", 0, 9), width=1920, height=1080)))
    assert (turnover.host, turnover.host_version, turnover.name) == ("after effects", "23.6x62", "main")
    assert (turnover.timeline_id, turnover.otio, turnover.record_count) == ("17", "", 48)
    assert (turnover.width, turnover.height) == (1920, 1080)


@pytest.mark.parametrize(
    ("settings", "colour"),
    [
        ({}, ("unmanaged", "Adobe", "", False)),
        ({"linearBlending": True}, ("unmanaged", "Adobe", "", True)),
        ({"workingSpace": "HDTV (Rec. 709)"}, ("managed", "Adobe", "HDTV (Rec. 709)", False)),
        (
            {"workingSpace": "sRGB IEC61966-2.1", "linearizeWorkingSpace": True},
            ("managed", "Adobe", "sRGB IEC61966-2.1", True),
        ),
        (
            {"colorManagementSystem": 0, "workingSpace": "Adobe RGB (1998)"},
            ("managed", "Adobe", "Adobe RGB (1998)", False),
        ),
        (
            {"colorManagementSystem": 1, "ocioConfigurationFile": "ACES 1.3 Studio v1.0", "workingSpace": "ACEScg"},
            ("ocio", "ACES 1.3 Studio v1.0", "ACEScg", False),
        ),
        ({"workingSpace": None}, ("unknown", "Adobe", "", False)),
    ],
)
def test_the_projects_colour_is_said_in_its_own_words(machine: Machine, settings: Facts, colour: Facts) -> None:
    found = machine.send({**project(comp(movie("a", 0, 9))), "project": settings}).colour
    assert (found.mode, found.science, found.working, found.linear) == colour


def test_markers_and_labels_come_along(machine: Machine) -> None:
    marks = [[12, {"comment": "eyes\rlook left", "label": 9}], [40, {"comment": "after the clip"}]]
    user = project(comp(movie("a", 10, 20, markers=marks, label=3), markers=[[5, {"comment": "beat"}]]))
    turnover = machine.send(user)
    clip = one(turnover)
    assert clip.colour == "label 3"
    assert [(m.frame, m.name, m.note, m.colour) for m in clip.markers] == [(2, "eyes", "look left", "label 9")]
    assert [(m.frame, m.name, m.note, m.colour) for m in turnover.markers] == [(5, "beat", "", "")]


def test_a_marker_inside_a_nested_comp_keeps_its_place(machine: Machine) -> None:
    clip = one(machine.send(nested({"in": 10, "out": 20, "start": 8}, {"markers": [[5, {"comment": "here"}]]})))
    assert [(m.frame, m.name) for m in clip.markers] == [(3, "here")]


# --- how it is started --------------------------------------------------------------------------------------------


def test_a_second_turnover_replaces_the_first(machine: Machine) -> None:
    machine.send(project(comp(movie("a", 0, 9))))
    assert one(machine.send(project(comp(movie("b", 0, 9))))).name == "b"


def test_from_the_menu_it_asks_for_a_folder_and_says_what_it_sent(machine: Machine) -> None:
    user = project(comp({"kind": "ADBE Text Layer", "name": "title"}, movie("a", 0, 9)))
    told = machine.run("toolkit_send_turnover.jsx", user, automated=False)
    assert told["dialogs"] == 1
    (said,) = told["alerts"]
    assert said.startswith(f"1 clip of 'main' written to {machine.out}/turnover.json")
    assert "'title': a text layer" in said


@pytest.mark.parametrize(
    ("user", "quirks", "says"),
    [
        pytest.param({"active": None}, {}, "open a comp", id="no comp"),
        pytest.param({**project(comp()), "active": "A001.mov"}, {}, "open a comp", id="footage is chosen"),
        pytest.param(
            project(comp({"kind": "ADBE Light Layer", "name": "t"})), {}, "has no layer that shows a media file", id="no clip"
        ),
        pytest.param(
            project(comp({"source": "A001.mov"})), {"mayWrite": False}, "allow scripts to write files", id="no writing"
        ),
    ],
)
def test_what_cannot_be_sent_writes_nothing_and_says_why(
    machine: Machine, user: Facts, quirks: Facts, says: str
) -> None:
    machine.out.mkdir()
    told = machine.run("toolkit_send_turnover.jsx", user, **quirks)
    assert says in told["report"]["problems"][0]
    assert told["alerts"] == [] and list(machine.out.iterdir()) == []


def test_a_dialog_that_is_cancelled_sends_nothing(machine: Machine) -> None:
    user = project(comp(movie("a", 0, 9)))
    scenario = Machine(folder=machine.folder)
    told = scenario.run("toolkit_send_turnover.jsx", user, automated=False, cancelled=True)
    assert told["alerts"] == [] and told["report"] is None and not machine.out.exists()
