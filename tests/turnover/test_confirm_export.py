"""A host's export and its clip list: the export gives the shots, the list selects and confirms them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.turnover._cuts import (
    Json,
    clip,
    freeze,
    gap,
    missing_reference,
    movie_reference,
    sequence_reference,
    speed,
    time,
    time_range,
    timeline,
    track,
    transition,
    write,
)
from tests.turnover._turnovers import host_clip, write_turnover
from toolkit.documents import Cut
from toolkit.errors import EmptyCut, UnreadableCut
from toolkit.turnover import open_timeline, read_cut

MOVIE = movie_reference("/offline/a.mov", time_range(86400, 200))


def export(folder: Path, *clips: Json) -> None:
    """Write ``reel.otio`` with ``clips`` on V1, without a name, as hosts do."""
    write(folder / "reel.otio", timeline(track(*clips), start=time(86400)))


def read(folder: Path, *clips: Json, handles: int = 0, **facts: Any) -> Cut:
    return read_cut(write_turnover(folder, *clips, otio="reel.otio", **facts), handles=handles)


def listed(record: tuple[int, int], source_first: float, path: str = "/offline/a.mov", **facts: Any) -> Json:
    """A clip of ``MOVIE`` in the host's list."""
    return host_clip(path, record, source_first, media_count=200, media_timecode="01:00:00:00", **facts)


def test_shots_come_from_the_export_and_the_name_from_the_host(tmp_path: Path) -> None:
    export(
        tmp_path,
        clip(MOVIE, time_range(86410, 50), name="a"),
        transition(6, 4),
        clip(MOVIE, time_range(86420, 50), name="b"),
    )
    cut = read(tmp_path, listed((0, 50), 10), listed((50, 50), 20))

    assert cut.name == "reel 1"
    assert [shot.clip_name for shot in cut.shots] == ["a", "b"]
    assert len(cut.shots[0].source_work_range) == 54
    assert [row.reason.partition(" is")[0] for row in cut.skipped] == ["a transition (SMPTE_Dissolve)"]
    assert cut.notes == ()
    assert open_timeline(cut).timeline.name == "reel 1"


# --- agreement -------------------------------------------------------------------------------------------------

FILES = sequence_reference("D:\\plates", 1001, time_range(86400, 200), suffix=".exr")


@pytest.mark.parametrize(
    ("exported", "host_row"),
    [
        (clip(MOVIE, time_range(86410, 48)), listed((0, 48), 10)),
        (clip(MOVIE, time_range(86410, 48)), listed((0, 48), 86410)),
        (clip(MOVIE, time_range(86410, 48)), listed((0, 48), 10, path="")),
        (clip(MOVIE, time_range(86410, 48), effects=[speed(2)]), listed((0, 48), 5, speed=2.0)),
        (clip(MOVIE, time_range(86410, 48), effects=[speed(2)]), listed((0, 48), 10, speed=95 / 48)),
        (clip(MOVIE, time_range(86410, 48), effects=[speed(0.5)]), listed((0, 48), 20, speed=0.5)),
        (clip(MOVIE, time_range(86410, 48), effects=[speed(-1)]), listed((0, 48), 57, speed=-47 / 48)),
        (clip(MOVIE, time_range(86410, 48), effects=[freeze()]), listed((0, 48), 0, speed=0.0, source_count=0)),
        (clip(MOVIE, time_range(86410, 48), effects=[freeze()]), listed((0, 48), 10, speed=1 / 48)),
        (clip(MOVIE, time_range(86410, 48), effects=[speed(2)]), listed((0, 48), 10, speed=0.0, source_count=0)),
        (
            clip(FILES, time_range(86410, 48)),
            host_clip("D:/plates/plate.[1001-1200].exr", (0, 48), 10, media_count=200, media_index=1001),
        ),
        (
            clip(FILES, time_range(86410, 48)),
            host_clip("D:\\Plates\\plate.1001.exr", (0, 48), 1011, media_count=200, media_index=1001),
        ),
        (clip(FILES, time_range(86410, 48)), host_clip("D:/plates/plate.[1001-1200].exr", (0, 48), 10, media_index=0)),
        (
            clip(movie_reference("/offline/a.mov", time_range(86400, 200)), time_range(90031, 48, 25)),
            listed((0, 48), 29.76),
        ),
    ],
    ids=[
        "plain", "counted from timecode", "media without a path", "left offset warped by the retime",
        "double speed from its last picture", "half speed", "reversed", "frozen and unknown", "frozen, one picture",
        "an unknown speed", "a sequence", "its first file, counted by file number",
        "a sequence without its first number", "media at another rate",
    ],
)  # fmt: skip
def test_other_ways_of_counting_are_not_a_disagreement(exported: Json, host_row: Json, tmp_path: Path) -> None:
    rate = exported["source_range"]["duration"]["rate"]
    write(tmp_path / "reel.otio", timeline(track(exported), start=time(0, rate)))
    cut = read(tmp_path, host_row, fps=float(rate))
    assert cut.notes == ()
    assert len(cut.shots) == 1


# --- disagreement ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effects", "host_row", "difference"),
    [
        ([], listed((0, 48), 11), "start frame 11, not 10"),
        ([], listed((0, 48), 9), "start frame 9, not 10"),
        ([], listed((0, 48), 10, path="/offline/b.mov"), "media /offline/b.mov, not /offline/a.mov"),
        ([], listed((0, 48), 10, path="/offline/0.mov"), "media /offline/0.mov, not /offline/a.mov"),
        ([], listed((0, 48), 10, speed=2.0), "speed 200 %, not 100 %"),
        ([speed(2)], listed((0, 48), 10), "speed 100 %, not 200 %"),
        ([speed(-1)], listed((0, 48), 10), "speed 100 %, not -100 %"),
        ([speed(2)], listed((0, 48), 10, speed=1.9), "speed 190 %, not 200 %"),
        (
            [],
            listed((0, 48), 12, path="/offline/b.mov"),
            "media /offline/b.mov, not /offline/a.mov and start frame 12, not 10",
        ),
    ],
)
def test_a_disagreement_is_noted_and_the_export_is_used(
    effects: list[Json], host_row: Json, difference: str, tmp_path: Path
) -> None:
    export(tmp_path, clip(MOVIE, time_range(86410, 48), effects=effects))
    cut = read(tmp_path, host_row)
    assert cut.notes == (f"sh010: the host's clip list has {difference}; its export was used, check the shot",)
    assert cut.shots[0].media.path == "/offline/a.mov"
    assert cut.shots[0].source_range.first == 10


def test_start_frames_of_a_sequence_are_compared_as_the_host_counts_them(tmp_path: Path) -> None:
    export(tmp_path, clip(FILES, time_range(86410, 48)))
    host_row = host_clip("D:/plates/plate.[1001-1200].exr", (0, 48), 12, media_count=200, media_index=1001)
    cut = read(tmp_path, host_row)
    assert "has start frame 12, not 10;" in cut.notes[0]
    assert cut.shots[0].source_range.first == 1011


def test_an_export_of_resolve_agrees_with_its_clip_list_at_half_speed(shared: Path, tmp_path: Path) -> None:
    """An export of Resolve 21, and the list its API would give for it."""
    shutil.copy(shared / "timelines/resolve21/ref4_retime_50pct.otio", tmp_path / "reel.otio")
    path = "E:\\SHOWREEL\\NBC UNIVERSAL\\more 13th st\\1128797.mxf"
    facts = {"media_fps": 50.0, "media_count": 30_000, "media_timecode": "10:00:00:00", "speed": 0.5}
    cut = read(tmp_path, host_clip(path, (0, 1500), 0, **facts), fps=50.0, start_frame=180_000)
    assert (len(cut.shots), cut.notes, cut.record_start) == (1, (), 180_000)


# --- which clips are meant -------------------------------------------------------------------------------------


def test_only_listed_clips_are_shots_and_the_others_are_counted(tmp_path: Path) -> None:
    """The list has the clips selected in the host; the export always has the whole timeline."""
    export(
        tmp_path,
        clip(MOVIE, time_range(86410, 10), name="a"),
        clip(MOVIE, time_range(86420, 10), name="b"),
        clip(MOVIE, time_range(86430, 10), name="c"),
        clip(missing_reference(), time_range(0, 10), name="Text+"),
    )
    cut = read(tmp_path, listed((10, 10), 20))
    assert [shot.clip_name for shot in cut.shots] == ["b"]
    assert cut.notes == ("2 other clips are not in the turnover",)
    assert cut.skipped == ()


def test_in_a_selection_a_title_is_reported_only_if_it_was_selected_too(tmp_path: Path) -> None:
    export(
        tmp_path,
        clip(MOVIE, time_range(86410, 10), name="a"),
        clip(MOVIE, time_range(86420, 10), name="b"),
        clip(missing_reference(), time_range(0, 10), name="Text+"),
        clip(missing_reference(), time_range(0, 10), name="Credits"),
    )
    title = {"name": "Text+", "track": 1, "record_first": 20, "record_count": 10, "reason": "a title"}
    cut = read(tmp_path, listed((0, 10), 10), skipped=[title])
    assert [row.clip_name for row in cut.skipped] == ["Text+"]
    assert cut.notes == ("1 other clip is not in the turnover",)


def test_in_a_selection_a_title_below_or_above_a_chosen_shot_is_not_reported(tmp_path: Path) -> None:
    title = clip(missing_reference(), time_range(0, 10), name="Text+")
    document = timeline(
        track(title, clip(MOVIE, time_range(86420, 10), name="b")),
        track(clip(MOVIE, time_range(86410, 10), name="a")),
        track(title),
        start=time(86400),
    )
    write(tmp_path / "reel.otio", document)
    cut = read(tmp_path, listed((0, 10), 10, track=2))
    assert ([shot.clip_name for shot in cut.shots], cut.skipped) == (["a"], ())
    assert cut.notes == ("1 other clip is not in the turnover",)


def test_a_clip_skipped_by_the_host_does_not_count_as_unselected(tmp_path: Path) -> None:
    """Other clips that the export does not have are still reported."""
    export(
        tmp_path,
        clip(MOVIE, time_range(86410, 10), name="a"),
        clip(MOVIE, time_range(86420, 10), name="b"),
        clip(missing_reference(), time_range(0, 10), name="Text+"),
    )
    left = {"name": "b", "track": 1, "record_first": 10, "record_count": 10, "reason": "offline: /offline/a.mov"}
    cut = read(tmp_path, listed((0, 10), 10), skipped=[left])
    assert [shot.clip_name for shot in cut.shots] == ["a"]
    assert [row.clip_name for row in cut.skipped] == ["b", "Text+"]
    assert cut.notes == ()


def test_clips_disabled_in_the_host_are_skipped_even_if_enabled_in_the_export(tmp_path: Path) -> None:
    export(tmp_path, clip(MOVIE, time_range(86410, 10), name="a"), clip(MOVIE, time_range(86420, 10), name="b"))
    cut = read(tmp_path, listed((0, 10), 10), listed((10, 10), 20, name="b", enabled=False))
    assert [shot.clip_name for shot in cut.shots] == ["a"]
    assert [(row.clip_name, row.reason) for row in cut.skipped] == [("b", "disabled in the timeline")]
    with pytest.raises(EmptyCut, match="disabled in the timeline"):
        read(tmp_path, listed((0, 10), 10, enabled=False))


def test_clips_missing_from_the_export_are_skipped_and_rows_are_not_repeated(tmp_path: Path) -> None:
    export(
        tmp_path,
        clip(MOVIE, time_range(86410, 10), name="a"),
        gap(10),
        clip(missing_reference(), time_range(0, 10), name="Text+"),
    )
    cut = read(
        tmp_path,
        listed((0, 10), 10),
        listed((10, 10), 20, name="b"),
        skipped=[
            {"name": "Text+", "track": 1, "record_first": 20, "record_count": 10, "reason": "a title"},
            {"name": "Comp", "track": 2, "record_first": 0, "record_count": 10, "reason": "a compound clip"},
        ],
    )
    assert [(row.clip_name, row.reason[:40]) for row in cut.skipped] == [
        ("b", "in the host's clip list, but missing fro"),
        ("Text+", "no media: a title, a generator, or a cli"),
        ("Comp", "a compound clip"),
    ]


# --- clips that only the export describes ------------------------------------------------------------------------


def ramp() -> Json:
    """From 100 % to 200 % after ten frames, on a clip that starts with its media."""
    keys = [[0.0, 0.0, False, 0, 0, 0, 0], [10 / 24, 10 / 24, False, 0, 0, 0, 0], [20 / 24, 30 / 24, False, 0, 0, 0, 0]]
    metadata = {"Resolve_OTIO": {"Key Frames": keys, "Speed Ratio": 1.5}}
    return {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "", "metadata": metadata}


def compound(*tracks: Json, name: str = "scene", count: int = 20, effects: Sequence[Json] = ()) -> Json:
    window = time_range(0, count)
    return {
        "OTIO_SCHEMA": "Stack.1",
        "name": name,
        "source_range": window,
        "children": list(tracks),
        "effects": list(effects),
        "metadata": {},
    }


def only_exported(record: tuple[int, int], path: str = "/offline/a.mov", **facts: Any) -> Json:
    return listed(record, 0, path, is_in_export_only=True, **facts)


def test_a_ramp_is_read_from_the_export_and_not_compared(tmp_path: Path) -> None:
    export(tmp_path, clip(MOVIE, time_range(86400, 20), name="a", effects=[ramp()]))
    cut = read(tmp_path, only_exported((0, 20)))
    assert cut.shots[0].frame_map.frames == (*range(10), *range(10, 30, 2))
    assert cut.notes == ()


def test_all_clips_inside_a_compound_belong_to_the_one_that_the_host_lists(tmp_path: Path) -> None:
    inner = track(clip(MOVIE, time_range(86410, 8), name="a"), clip(MOVIE, time_range(86440, 12), name="b"))
    title = track(gap(5), clip(missing_reference(), time_range(0, 10), name="Text+"))
    export(tmp_path, gap(10), compound(inner, title), clip(MOVIE, time_range(86480, 10), name="c"))
    scene = only_exported((10, 20), path="", name="scene")

    cut = read(tmp_path, scene, listed((30, 10), 80))
    assert [shot.name for shot in cut.shots] == ["scene_a", "scene_b", "c"]
    assert [row.clip_name for row in cut.skipped] == ["scene/Text+"]
    assert cut.notes == ()

    alone = read(tmp_path, scene)
    assert [shot.name for shot in alone.shots] == ["scene_a", "scene_b"]
    assert [row.clip_name for row in alone.skipped] == ["scene/Text+"]
    assert alone.notes == ("1 other clip is not in the turnover",)

    rest = read(tmp_path, dict(scene, enabled=False), listed((30, 10), 80))
    assert [shot.name for shot in rest.shots] == ["c"]
    assert {row.reason for row in rest.skipped if row.clip_name == "scene"} == {"disabled in the timeline"}


def test_a_retimed_compound_is_one_clip_of_the_host_however_often_a_clip_comes(tmp_path: Path) -> None:
    inner = track(clip(MOVIE, time_range(86410, 8), name="a"), clip(MOVIE, time_range(86440, 32), name="b"))
    export(tmp_path, gap(3), compound(inner, effects=[speed(2.0)]))
    cut = read(tmp_path, only_exported((3, 20), path="", name="scene"))
    assert [(shot.clip_name, shot.record_range.first) for shot in cut.shots] == [("scene/a", 3), ("scene/b", 7)]
    assert cut.notes == ()


def test_a_compound_that_has_nothing_to_render_is_not_missing(tmp_path: Path) -> None:
    title = track(gap(5), clip(missing_reference(), time_range(0, 10), name="Text+"))
    export(tmp_path, clip(MOVIE, time_range(86410, 10), name="a"), compound(title))
    cut = read(tmp_path, listed((0, 10), 10), only_exported((10, 20), path="", name="scene"))
    assert [row.clip_name for row in cut.skipped] == ["scene/Text+"]


def test_without_the_export_such_clips_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "reel.otio").write_text('{"OTIO_SCHEMA": "Timeline.99"}')
    cut = read(tmp_path, listed((0, 10), 10), only_exported((10, 20), name="ramped"))
    assert [shot.source_range.first for shot in cut.shots] == [10]
    (row,) = cut.skipped
    assert (row.clip_name, row.reason) == (
        "ramped",
        "a speed ramp or a compound clip, and there is no export that says which frames it shows",
    )


# --- an export that cannot be followed -------------------------------------------------------------------------


def test_an_unreadable_export_is_noted_and_the_list_is_used(tmp_path: Path) -> None:
    (tmp_path / "reel.otio").write_text('{"OTIO_SCHEMA": "Timeline.99"}')
    cut = read(tmp_path, listed((0, 10), 10))
    assert cut.shots[0].source_range.first == 10
    (note,) = cut.notes
    assert "reel.otio as a cut: it uses Timeline.99" in note
    assert note.endswith("from the clip list of reel 1, without transitions and effects")
    assert len(open_timeline(cut).timeline.tracks) == 1


def test_an_export_of_another_timeline_is_refused(tmp_path: Path) -> None:
    export(tmp_path, gap(5), clip(MOVIE, time_range(86410, 10)))
    with pytest.raises(UnreadableCut, match=r"none of its clips is at the same position in its export reel\.otio"):
        read(tmp_path, listed((0, 10), 10))
    with pytest.raises(UnreadableCut, match=r"it runs at 25 fps, but its export reel\.otio at 24 fps; send"):
        read(tmp_path, listed((5, 10), 10), fps=25.0)
