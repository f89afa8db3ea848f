"""Send Turnover of After Effects: the document matches what the comp shows, frame by frame."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

import pytest

from tests.hosts.users import Facts, Machine, comp, machine, project, shown
from toolkit.documents import Turnover
from toolkit.frames import exact_rate
from toolkit.turnover import read_cut

pytestmark = pytest.mark.no_cover  # what runs are the scripts in After Effects, not the toolkit

__all__ = ["machine"]

NTSC = 24000 / 1001
MAC, WINDOWS = "Macintosh OS 14.5.0/64", "Windows/64 10.0"


def only_clip(turnover: Turnover) -> Any:
    (clip,) = turnover.clips
    return clip


# --- one layer ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "main", "footage", "pictures"),
    [
        pytest.param({"in": 0, "out": 4}, {}, {}, [0, 1, 2, 3], id="from the start"),
        pytest.param({"in": 10, "out": 14, "start": 10}, {}, {}, [0, 1, 2, 3], id="later in the comp"),
        pytest.param({"in": 10, "out": 14, "start": 5}, {}, {}, [5, 6, 7, 8], id="trimmed at the head"),
        pytest.param({"in": -3, "out": 2, "start": -10}, {}, {}, [10, 11], id="cut off by the comp's start"),
        pytest.param({"in": 46, "out": 60, "start": 46}, {}, {}, [0, 1], id="cut off by the comp's end"),
        pytest.param({"in": 0, "out": 4, "stretch": 50}, {}, {}, [0, 2, 4, 6], id="double speed"),
        pytest.param({"in": 0, "out": 4, "stretch": 200}, {}, {}, [0, 0, 1, 1], id="half speed"),
        pytest.param({"in": 1, "out": 4, "stretch": 200}, {}, {}, [0, 1, 1], id="half speed from a half frame"),
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
            {"in": 0, "out": 4, "remap": [[0, 98 / 24], [4, 102 / 24]]},
            {},
            {},
            [98, 99, 99, 99],
            id="remapped past the end",
        ),
        pytest.param({"in": 0, "out": 5, "start": 0}, {}, {"frames": 2, "loop": 3}, [0, 1, 0, 1, 0], id="a loop"),
        pytest.param({"in": 0, "out": 3}, {}, {"still": True}, [0, 0, 0], id="a still"),
        pytest.param({"in": 47, "out": 48, "start": 40}, {}, {}, [7], id="one frame"),
    ],
)
def test_every_frame_shows_the_same_source_frame_as_the_comp(
    machine: Machine, layer: Facts, main: Facts, footage: Facts, pictures: list[int]
) -> None:
    media = {"movie": {"path": "/media/a.mov", "frames": 100, **footage}}
    turnover = machine.send(project(comp({"source": "movie", **layer}, **main), footage=media))
    clip = only_clip(turnover)
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
def test_only_an_uneven_remap_is_sent_frame_by_frame(
    machine: Machine, layer: Facts, sent: tuple[float, float, float], remapped: bool
) -> None:
    """``sent``: speed, source_first, source_count; speeds are written with six decimals."""
    clip = only_clip(machine.send(project(comp({"source": "A001.mov", "in": 0, **layer}))))
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
        pytest.param(24, 24, 66.6667, 1.5, id="1.5, stretch rounded"),
        pytest.param(25, 24, -33.3333, -3, id="3, reversed, stretch rounded"),
        pytest.param(NTSC, 60000 / 1001, -250, -0.4, id="2.5 times as long, reversed"),
        pytest.param(24, NTSC, -100, -1, id="23.976 in 24, reversed"),
        pytest.param(NTSC, 24, -100, -1, id="24 in 23.976, reversed"),
        pytest.param(30, 30000 / 1001, -50, -2, id="29.97 in 30, reversed at double speed"),
        pytest.param(25, 24, -100, -1, id="24 in 25, reversed"),
    ],
)
def test_the_speed_of_a_long_clip_is_exact(
    machine: Machine, fps: float, media_fps: float, stretch: float, speed: float
) -> None:
    """Speed is media seconds per comp second, and all source frames match exact arithmetic."""
    ends = {"in": 0, "out": 5000} if stretch > 0 else {"in": 5000, "out": 0, "start": 5000}
    main = comp({"source": "movie", "stretch": stretch, **ends}, fps=fps, frames=5000)
    media = {"movie": {"path": "/media/a.mov", "fps": media_fps, "frames": 20_000}}
    turnover = machine.send(project(main, footage=media))
    clip = only_clip(turnover)
    assert clip.speed == pytest.approx(speed, rel=1e-11) and clip.remap == ()
    per_frame = exact_rate(media_fps) / exact_rate(fps) * Fraction(100) / Fraction(stretch).limit_denominator(1000)
    if stretch < 0:  # in reverse, the source frame that ends at the position
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
def test_frame_numbers_are_exact_late_in_a_long_comp(
    machine: Machine, first: int, fps: float, frame_duration: float
) -> None:
    """Seconds would drift in a long comp, and a rate stored as a fixed-point number differs from the exact one."""
    layer = {"source": "movie", "in": first, "out": first + 5, "start": first - 7}
    main = comp(layer, fps=fps, frameDuration=frame_duration, frames=first + 5)
    media = {"movie": {"path": "/media/a.mov", "fps": fps, "frames": 100}}
    turnover = machine.send(project(main, footage=media))
    clip = only_clip(turnover)
    assert turnover.fps == pytest.approx(fps, rel=1e-12) and turnover.record_count == first + 5
    assert (clip.record_first, clip.record_count, clip.source_first, clip.speed) == (first, 5, 7, 1)


def test_the_toolkit_reads_the_source_frames_that_the_comp_shows(machine: Machine) -> None:
    """From comp to document to shots: ``toolkit run`` reads what Send Turnover writes."""
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
        shot.clip_name: [shot.frame_map.source_frame_at_record(frame) - 1001 for frame in shot.record_range]
        for shot in cut.shots
    }
    assert len(sent) == 6 and sent.pop("over") == list(range(10))  # disabled: no shot
    assert read == {("plate" if name == "nested" else name): pictures for name, pictures in sent.items()}
    assert read["backwards"][0] == 19 and read["plate"][0] == 14
    assert cut.origin is not None and cut.origin.host == "after effects"


# --- the media ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "system", "sent"),
    [
        pytest.param({"path": "/m/A001.mov"}, MAC, ("/m/A001.mov", 0, 24), id="a movie"),
        pytest.param(
            {"path": "/m/A001_003.mov"}, MAC, ("/m/A001_003.mov", 0, 24), id="a movie with a number in its name"
        ),
        pytest.param({"path": "/m/p.1001.exr"}, MAC, ("/m/p.[1001-1024].exr", 1001, 24), id="a sequence"),
        pytest.param({"path": "/m/p.0001.EXR"}, MAC, ("/m/p.[0001-0024].EXR", 1, 24), id="leading zeros"),
        pytest.param({"path": "/m/p.0.dpx"}, MAC, ("/m/p.[0-23].dpx", 0, 24), id="no leading zeros"),
        pytest.param({"path": "/m/v2/p.7.png"}, MAC, ("/m/v2/p.[7-30].png", 7, 24), id="folder v2"),
        pytest.param({"path": "/m/p.0001.png", "still": True}, MAC, ("/m/p.0001.png", 0, 1), id="a still"),
        pytest.param({"path": "/m/p.exr"}, MAC, ("/m/p.exr", 0, 24), id="images without a number"),
        pytest.param({"path": "/m/a.mov", "loop": 3}, MAC, ("/m/a.mov", 0, 24), id="a loop counts once"),
        pytest.param({"path": "/m/a.mov", "missing": True}, MAC, ("/m/a.mov", 0, 24), id="missing footage"),
        pytest.param({"path": r"/m\a.mov"}, MAC, (r"/m\a.mov", 0, 24), id="a backslash in a name"),
        pytest.param({"path": r"/m\a.mov"}, WINDOWS, ("/m/a.mov", 0, 24), id="a Windows path"),
        pytest.param({"path": '/m/a "$b" & ü.mov'}, MAC, ('/m/a "$b" & ü.mov', 0, 24), id="an odd name"),
    ],
)
def test_media_paths_follow_after_effects(
    machine: Machine, facts: Facts, system: str, sent: tuple[str, int, int]
) -> None:
    clip = only_clip(machine.send(project(comp({"source": "it", "out": 2}), footage={"it": facts}), system=system))
    assert (clip.path, clip.media_index, clip.media_count) == sent
    assert clip.media_fps == (0 if facts.get("still") else 24)
    assert clip.media_timecode == ""


@pytest.mark.parametrize("word", ["", "ignore", "straight", "premultiplied"])
def test_alpha_uses_after_effects_terms(machine: Machine, word: str) -> None:
    footage = {"it": {"path": "/m/a.mov", "alpha": word}}
    assert only_clip(machine.send(project(comp({"source": "it"}), footage=footage))).alpha == word


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
        pytest.param(nested({"in": 0, "out": 20}, {"in": 5, "out": 8, "start": 5}), 5, [0, 1, 2], id="a short layer"),
        pytest.param(nested({"in": 0, "out": 4}, {}, fps=12), 0, [0, 1, 2, 3], id="nested at 12 fps"),
        pytest.param(
            nested({"in": 0, "out": 4}, {}, fps=12, keepsRate=True), 0, [0, 0, 2, 2], id="nested at 12 fps, rate kept"
        ),
        pytest.param(nested({"in": 0, "out": 9}, {}, frames=3), 0, [0, 1, 2], id="past the end of the nested comp"),
    ],
)  # fmt: skip
def test_nested_comps_resolve_to_their_footage(
    machine: Machine, user: Facts, record_first: int, pictures: list[int]
) -> None:
    clip = only_clip(machine.send(user))
    assert clip.record_first == record_first
    assert shown(clip, 24) == pictures


def test_a_layer_shown_twice_by_a_remap_becomes_two_clips(machine: Machine) -> None:
    """The nested comp plays forwards and then backwards; its layer is visible in the middle of each."""
    remap = [[0, 0], [10, 10 / 24], [20, 0]]
    turnover = machine.send(nested({"in": 0, "out": 20, "remap": remap}, {"in": 4, "out": 7}))
    assert [(clip.record_first, shown(clip, 24)) for clip in turnover.clips] == [(4, [4, 5, 6]), (14, [6, 5, 4])]
    assert [clip.track for clip in turnover.clips] == [1, 1]


def test_a_comp_nested_two_levels_deep(machine: Machine) -> None:
    user = project(
        comp({"source": "b", "in": 2, "out": 6, "start": 2}),
        b=comp({"source": "c", "start": -3}),
        c=comp({"source": "plate", "start": -4}),
    )
    clip = only_clip(machine.send(user))
    assert (clip.record_first, shown(clip, 24)) == (2, [7, 8, 9, 10])


# --- tracks -------------------------------------------------------------------------------------------------------


def tracks(turnover: Turnover) -> dict[str, int]:
    return {clip.name: clip.track for clip in turnover.clips}


def movie(name: str, first: int, end: int, **facts: Any) -> Facts:
    return {"source": "A001.mov", "name": name, "in": first, "out": end, "start": first, **facts}


def test_consecutive_layers_share_a_track(machine: Machine) -> None:
    turnover = machine.send(project(comp(movie("b", 10, 20), movie("a", 0, 10))))
    assert tracks(turnover) == {"a": 1, "b": 1}


def test_a_layer_is_on_a_track_above_everything_it_covers(machine: Machine) -> None:
    user = project(comp(movie("d", 0, 5), movie("c", 5, 12), movie("b", 8, 20), movie("a", 0, 10)))
    assert tracks(machine.send(user)) == {"a": 1, "b": 2, "c": 3, "d": 2}


def test_layers_of_a_nested_comp_keep_its_position_in_the_stack(machine: Machine) -> None:
    user = project(
        comp(movie("title", 0, 10), {"source": "shot"}, movie("below", 0, 10)),
        shot=comp(movie("face", 0, 10), movie("plate", 0, 10)),
    )
    assert tracks(machine.send(user)) == {"below": 1, "plate": 2, "face": 3, "title": 4}


@pytest.mark.parametrize(("answer", "sent"), [(True, ["a"]), (False, ["a", "b", "c"])])
def test_from_the_menu_a_selection_is_named_and_the_rest_offered(
    machine: Machine, answer: bool, sent: list[str]
) -> None:
    layers = comp(movie("c", 0, 10), movie("b", 0, 10), movie("a", 0, 10))
    user = project(layers, selected=["a"])
    dump = machine.run("toolkit_send_turnover.jsx", user, automated=False, confirms=answer)
    document = Turnover.read(machine.out / "turnover.json")
    assert sorted(clip.name for clip in document.clips) == sent
    assert len(dump["confirms"]) == 1
    assert ("Sent: only the selected layer." in dump["alerts"][0]) == answer


@pytest.mark.parametrize("selected", [[], ["a", "b", "c"]])
def test_without_a_partial_selection_nothing_is_asked(machine: Machine, selected: list[str]) -> None:
    layers = comp(movie("c", 0, 10), movie("b", 0, 10), movie("a", 0, 10))
    dump = machine.run("toolkit_send_turnover.jsx", project(layers, selected=selected), automated=False)
    assert (dump["confirms"], dump["report"]["clips"]) == ([], 3)
    assert "Sent: only" not in dump["alerts"][0]


def test_only_selected_layers_are_sent_in_layer_order(machine: Machine) -> None:
    layers = comp(movie("c", 0, 10), movie("b", 0, 10), movie("a", 0, 10))
    assert tracks(machine.send(project(layers, selected=["a", "c"]))) == {"a": 1, "c": 2}


# --- skipped layers -----------------------------------------------------------------------------------------------


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
def test_a_layer_without_a_media_file_is_skipped_with_a_reason(machine: Machine, layer: Facts, reason: str) -> None:
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


@pytest.mark.parametrize("three_d", [False, True], ids=["2D", "3D"])
@pytest.mark.parametrize("nested_too", [False, True])
def test_cameras_and_lights_are_skipped_and_change_nothing_else(
    machine: Machine, three_d: bool, nested_too: bool
) -> None:
    plain = [movie("b", 4, 20), {"source": "shot", "in": 20, "out": 30, "start": 20}, movie("a", 0, 10)]
    for layer in (plain[0], plain[2]):
        layer["unsupported"] = {"threeD": three_d}
    scene = [{"kind": "ADBE Camera Layer", "name": "camera"}, {"kind": "ADBE Light Layer", "name": "light"}]
    inside = [{**layer, "name": f"inner {layer['name']}"} for layer in scene] if nested_too else []
    bare = machine.send(project(comp(*plain), shot=comp(movie("inner", 0, 10))))
    lit = machine.send(project(comp(scene[0], *plain, scene[1]), shot=comp(*inside, movie("inner", 0, 10))))
    assert lit.clips == bare.clips and len(bare.clips) == 3
    reasons = {row.name: row.reason for row in lit.skipped}
    moved = {"a": "sent without its transform", "b": "sent without its transform"} if three_d else {}
    names = ["", *(["inner "] if nested_too else [])]
    seen = {f"{name}{kind}": f"a {kind}" for name in names for kind in ("camera", "light")}
    assert reasons == moved | seen


def test_a_guide_layer_of_a_nested_comp_cannot_be_selected_there(machine: Machine) -> None:
    guide = movie("guide", 0, 10, guide=True)
    for selected in ([], ["shot"]):
        user = project(comp({"source": "shot"}), shot=comp(guide, movie("a", 0, 10)), selected=selected)
        (skipped,) = machine.send(user).skipped
        assert skipped.reason == "a guide layer in 'shot'; After Effects does not show it here"


def test_a_layer_outside_the_comp_is_skipped(machine: Machine) -> None:
    turnover = machine.send(project(comp(movie("late", 60, 70), movie("a", 0, 10))))
    (skipped,) = turnover.skipped
    assert (skipped.name, skipped.reason, skipped.track) == ("late", "not visible in any frame of the comp", 1)


def test_a_selected_guide_layer_is_sent(machine: Machine) -> None:
    """The plates of an imported delivery are guide layers; selecting them sends them again."""
    turnover = machine.send(project(comp(movie("plate", 0, 10, guide=True)), selected=["plate"]))
    assert tracks(turnover) == {"plate": 1} and turnover.skipped == ()


@pytest.mark.parametrize(
    ("facts", "dropped"),
    [
        pytest.param({"transform": {"ADBE Scale": {"value": [50, 50, 100]}}}, "its transform", id="scaled"),
        pytest.param({"transform": {"ADBE Position": {"value": [321, 180, 0]}}}, "its transform", id="moved"),
        pytest.param({"transform": {"ADBE Rotate Z": {"value": 1}}}, "its transform", id="rotated"),
        pytest.param({"transform": {"ADBE Opacity": {"keys": [[0, 100]]}}}, "its transform", id="keyframes"),
        pytest.param({"transform": {"ADBE Opacity": {"expression": True}}}, "its transform", id="an expression"),
        pytest.param({"transform": {"ADBE Position": {"separated": True}}}, "its transform", id="separated dimensions"),
        pytest.param({"unsupported": {"threeD": True}}, "its transform", id="3D"),
        pytest.param({"unsupported": {"masks": True, "effects": True}}, "its masks, effects", id="masks and effects"),
        pytest.param({"unsupported": {"blending": "ADD"}}, "its blending mode", id="blending mode"),
        pytest.param({"unsupported": {"trackMatte": True}}, "its track matte", id="track matte"),
        pytest.param({"unsupported": {"parent": 1}}, "its parent", id="parent"),
        pytest.param({"unsupported": {"frameBlending": True}}, "its frame blending", id="frame blending"),
        pytest.param({"unsupported": {"styles": "on"}}, "its layer styles", id="layer styles"),
        pytest.param(
            {"unsupported": {"preserveTransparency": True}}, "its preserve underlying transparency", id="transparency"
        ),
    ],
)
def test_unsupported_features_are_listed(machine: Machine, facts: Facts, dropped: str) -> None:
    turnover = machine.send(project(comp(movie("a", 2, 10, **facts))))
    assert [(row.name, row.reason, row.record_first) for row in turnover.skipped] == [
        ("a", f"sent without {dropped}", 2)
    ]
    assert len(turnover.clips) == 1


@pytest.mark.parametrize("styles", [{}, {"styles": "off"}, {"styles": "on", "stylesOff": True}])
def test_layer_styles_that_are_not_shown_are_not_listed(machine: Machine, styles: Facts) -> None:
    """Every layer has the group of the styles."""
    assert machine.send(project(comp(movie("a", 2, 10, unsupported=styles)))).skipped == ()


def test_an_anchor_change_without_visible_effect_is_not_a_transform(machine: Machine) -> None:
    both = {"ADBE Anchor Point": {"value": [0, 0, 0]}, "ADBE Position": {"value": [0, 0, 0]}}
    assert machine.send(project(comp(movie("a", 0, 9, transform=both)))).skipped == ()


def test_unsupported_features_of_a_nested_comp_are_listed(machine: Machine) -> None:
    turnover = machine.send(nested({"unsupported": {"effects": True}}, {"unsupported": {"masks": True}}))
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
def test_disabled_layers_are_sent_as_disabled_clips(
    machine: Machine, facts: list[Facts], enabled: dict[str, bool]
) -> None:
    turnover = machine.send(project(comp(movie("a", 0, 9, **facts[0]), movie("b", 0, 9, **facts[1]))))
    assert {clip.name: clip.enabled for clip in turnover.clips} == enabled


def test_a_clip_in_a_disabled_comp_is_disabled(machine: Machine) -> None:
    assert only_clip(machine.send(nested({"enabled": False}, {}))).enabled is False


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
def test_the_comps_start_timecode_is_sent(machine: Machine, fps: float, start: int, drop: bool, timecode: str) -> None:
    turnover = machine.send(project(comp(movie("a", 0, 9), fps=fps, start=start, drop=drop)))
    assert (turnover.start_frame, turnover.start_timecode) == (start, timecode)
    assert turnover.drop_frame == (";" in timecode)


def test_the_turnover_identifies_the_comp(machine: Machine) -> None:
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
def test_the_projects_colour_settings_are_sent(
    machine: Machine, settings: Facts, colour: tuple[str, str, str, bool]
) -> None:
    found = machine.send({**project(comp(movie("a", 0, 9))), "project": settings}).colour
    assert (found.mode, found.science, found.working, found.linear) == colour


def test_markers_and_labels_are_sent(machine: Machine) -> None:
    marks = [[12, {"comment": "eyes\rlook left", "label": 9}], [40, {"comment": "after the clip"}]]
    user = project(comp(movie("a", 10, 20, markers=marks, label=3), markers=[[5, {"comment": "beat"}]]))
    turnover = machine.send(user)
    clip = only_clip(turnover)
    assert clip.colour == "label 3"
    assert [(m.frame, m.name, m.note, m.colour) for m in clip.markers] == [(2, "eyes", "look left", "label 9")]
    assert [(m.frame, m.name, m.note, m.colour) for m in turnover.markers] == [(5, "beat", "", "")]


def test_a_marker_inside_a_nested_comp_keeps_its_frame(machine: Machine) -> None:
    clip = only_clip(machine.send(nested({"in": 10, "out": 20, "start": 8}, {"markers": [[5, {"comment": "here"}]]})))
    assert [(m.frame, m.name) for m in clip.markers] == [(3, "here")]


# --- dialogs and errors -------------------------------------------------------------------------------------------


def test_a_second_turnover_replaces_the_first(machine: Machine) -> None:
    machine.send(project(comp(movie("a", 0, 9))))
    assert only_clip(machine.send(project(comp(movie("b", 0, 9))))).name == "b"


def test_from_the_menu_it_asks_for_a_folder_and_summarises(machine: Machine) -> None:
    user = project(comp({"kind": "ADBE Text Layer", "name": "title"}, movie("a", 0, 9)))
    dump = machine.run("toolkit_send_turnover.jsx", user, automated=False)
    assert dump["dialogs"] == 1
    (summary,) = dump["alerts"]
    assert summary.startswith(f"1 clip of 'main' written to {machine.out}/turnover.json")
    assert "'title': a text layer" in summary


@pytest.mark.parametrize(
    ("user", "quirks", "message"),
    [
        pytest.param({"active": None}, {}, "open a comp", id="no comp"),
        pytest.param({**project(comp()), "active": "A001.mov"}, {}, "open a comp", id="footage is selected"),
        pytest.param(
            project(comp({"kind": "ADBE Light Layer", "name": "t"})),
            {},
            "has no layer that shows a media file",
            id="no clip",
        ),
        pytest.param(
            project(comp({"kind": "ADBE Text Layer", "name": "t"}, movie("a", 0, 9)), selected=["t"]),
            {},
            "none of the selected layers shows a media file",
            id="no clip in the selection",
        ),
        pytest.param(
            project(comp({"source": "A001.mov"})),
            {"mayWrite": False},
            "allow scripts to write files",
            id="writing not allowed",
        ),
    ],
)
def test_a_failed_send_writes_nothing_and_reports_why(
    machine: Machine, user: Facts, quirks: Facts, message: str
) -> None:
    machine.out.mkdir()
    dump = machine.run("toolkit_send_turnover.jsx", user, **quirks)
    assert message in dump["report"]["problems"][0]
    assert dump["alerts"] == [] and list(machine.out.iterdir()) == []


def test_if_scripts_may_not_write_a_new_folder_says_what_to_allow(machine: Machine) -> None:
    dump = machine.run("toolkit_send_turnover.jsx", project(comp(movie("a", 0, 9))), mayWrite=False)
    assert "allow scripts to write files in Preferences" in dump["report"]["problems"][0]
    assert not machine.out.exists()


def test_a_cancelled_dialog_sends_nothing(machine: Machine) -> None:
    user = project(comp(movie("a", 0, 9)))
    dump = machine.run("toolkit_send_turnover.jsx", user, automated=False, cancelled=True)
    assert dump["alerts"] == [] and dump["report"] is None and not machine.out.exists()
