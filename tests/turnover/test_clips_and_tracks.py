"""Each clip becomes a shot or a skipped row with a reason; none is silently dropped."""

from __future__ import annotations

import logging
from pathlib import Path

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
    write_sequence,
)
from toolkit.documents import Cut
from toolkit.turnover import open_timeline, read_cut

MEDIA = movie_reference("/offline/a.mov", time_range(86400, 200))


def used(name: str, start: int = 86410, count: int = 20, **facts: object) -> Json:
    return clip(MEDIA, time_range(start, count), name=name, **facts)  # type: ignore[arg-type]


def read(folder: Path, document: Json, *, handles: int = 0) -> Cut:
    return read_cut(write(folder / "cut.otio", document), handles=handles)


def places(cut: Cut) -> dict[str, tuple[int, int, int, int]]:
    """Track index, clip index, first and last record frame by shot name."""
    return {
        shot.name: (shot.track_index, shot.clip_index, shot.record_range.first, shot.record_range.last)
        for shot in cut.shots
    }


def test_tracks_gaps_and_repeated_use_of_one_source(tmp_path: Path) -> None:
    below = track(used("a"), gap(12), used("b"), used("a", start=86500))
    above = track(gap(30), used("c", count=5), name="Video 2")
    cut = read(tmp_path, timeline(below, track(kind="Audio"), above, start=time(86400), name="reel 1"))

    assert places(cut) == {"a": (0, 0, 0, 19), "b": (0, 2, 32, 51), "a_2": (0, 3, 52, 71), "c": (1, 1, 30, 34)}
    assert (cut.name, cut.record_start, cut.record_count) == ("reel 1", 86400, 72)
    assert len({shot.media for shot in cut.shots}) == 1


def test_an_unnamed_timeline_gets_the_name_of_its_file(tmp_path: Path) -> None:
    assert read(tmp_path, timeline(track(used("a")))).name == "cut"


def compound_of_a_title() -> Json:
    return {
        "OTIO_SCHEMA": "Stack.1",
        "name": "compound",
        "source_range": time_range(0, 10),
        "children": [clip(missing_reference(), time_range(0, 40))],
        "metadata": {},
    }


def ramp() -> Json:
    keys = [[0.0, 0.0, False, 0, 0, 0, 0], [1.0, 2.0, False, 0, 0, 0, 0]]
    metadata = {"Resolve_OTIO": {"Key Frames": keys, "Speed Ratio": 2.0}}
    return {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "", "metadata": metadata}


def unknown_retime() -> Json:
    return {"OTIO_SCHEMA": "TimeEffect.1", "effect_name": "Ease", "metadata": {}}


def clip_of_an_older_schema() -> Json:
    item = {"OTIO_SCHEMA": "Clip.1", "name": "x", "media_reference": None, "source_range": time_range(0, 10)}
    return dict(item, effects=[], markers=[], metadata={})


GENERATOR = {
    "OTIO_SCHEMA": "GeneratorReference.1",
    "generator_kind": "SMPTEBars",
    "parameters": {},
    "available_range": time_range(0, 99),
    "metadata": {},
}

SKIPPED: dict[str, tuple[Json, str]] = {
    "a disabled clip": (used("x", enabled=False), "disabled in the timeline"),
    "a retime that nobody knows": (used("x", effects=[unknown_retime()]), "a retime of unknown kind (Ease)"),
    "a ramp and a speed": (
        used("x", effects=[ramp(), speed(-1)]),
        "2 retimes on one clip, one of varying speed, are not supported",
    ),
    "a title": (
        clip(missing_reference(), time_range(0, 10), name="x"),
        "no media: a title, a generator, or a clip that was offline when the cut was exported",
    ),
    "no reference at all": (
        clip_of_an_older_schema(),
        "no media: a title, a generator, or a clip that was offline when the cut was exported",
    ),
    "a generator": (clip(GENERATOR, time_range(0, 10), name="x"), "a generator (SMPTEBars), not footage"),
    "an empty list of references": (
        dict(used("x"), media_references={}),
        "no media: a title, a generator, or a clip that was offline when the cut was exported",
    ),
    "a reference of the base type": (
        clip(dict(missing_reference(), OTIO_SCHEMA="MediaReference.1"), time_range(0, 10), name="x"),
        "media references of type MediaReference are not supported yet",
    ),
    "a clip of no length": (used("x", count=0), "it has no length"),
    "a clip of negative length": (used("x", count=-5), "it has no length"),
    "an impossible length": (used("x", count=10**15), "1000000000000000 frames is longer than a day at 120 fps"),
    "offline, of unknown length": (
        clip(movie_reference("/offline/b.mov", None), time_range(0, 10), name="x"),
        "media offline (/offline/b.mov), and the cut does not give its length",
    ),
    "a reference without a file": (
        clip(movie_reference("", time_range(0, 10)), time_range(0, 10), name="x"),
        "its media reference has no path",
    ),
    "a web address": (
        clip(movie_reference("https://example.com/a.mov", None), time_range(0, 10), name="x"),
        "its media is not a file: https://example.com/a.mov",
    ),
}


@pytest.mark.parametrize(("item", "reason"), SKIPPED.values(), ids=SKIPPED.keys())
def test_clips_that_cannot_be_rendered_are_skipped_with_a_reason(item: Json, reason: str, tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(used("first"), item), start=time(0)))

    assert [shot.name for shot in cut.shots] == ["first"]
    (row,) = cut.skipped
    assert (row.clip_name, row.reason) == (item["name"], reason)
    assert row.track_index == 0


def test_clips_after_a_skipped_one_keep_their_position(tmp_path: Path) -> None:
    edit = track(
        used("a"),
        compound_of_a_title(),
        used("off", enabled=False),
        clip(missing_reference(), time_range(0, 7)),
        used("b"),
    )
    cut = read(tmp_path, timeline(edit, start=time(0)))

    assert places(cut) == {"a": (0, 0, 0, 19), "b": (0, 4, 57, 76)}
    ranges = [(row.record_range.first, row.record_range.last) for row in cut.skipped if row.record_range]
    assert ranges == [(20, 29), (30, 49), (50, 56)]


def test_clips_after_one_of_unknown_length_are_skipped(tmp_path: Path) -> None:
    edit = track(used("a"), clip(missing_reference(), None, name="unknown"), used("b"))
    cut = read(tmp_path, timeline(edit, track(used("c")), start=time(0)))

    assert list(places(cut)) == ["a", "c"]
    assert [(row.clip_name, row.record_range) for row in cut.skipped] == [("unknown", None), ("b", None)]
    assert "no media" in cut.skipped[0].reason
    assert "its position is unknown" in cut.skipped[1].reason


def test_all_clips_of_a_disabled_track_are_skipped(tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(used("a")), track(used("b"), used("c"), enabled=False), start=time(0)))

    assert list(places(cut)) == ["a"]
    assert [(row.clip_name, row.reason) for row in cut.skipped] == [
        ("b", "its track is disabled"),
        ("c", "its track is disabled"),
    ]


def test_a_clip_outside_the_tracks_is_skipped(tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(used("loose"), track(used("a")), start=time(0)))

    assert [(row.clip_name, row.reason) for row in cut.skipped] == [
        ("loose", "a Clip outside the tracks is not supported yet; put it on a track")
    ]


def test_audio_counts_only_towards_the_length(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="toolkit.turnover"):
        cut = read(tmp_path, timeline(track(used("a")), track(used("sound", count=30), kind="Audio"), start=time(0)))

    assert list(places(cut)) == ["a"]
    assert not cut.skipped
    assert cut.record_count == 30
    assert "1 audio and other tracks" in caplog.text


def test_a_transition_takes_no_track_time_and_is_reported(tmp_path: Path) -> None:
    edit = track(transition(0, 5), used("a"), transition(3, 3), used("b"), transition(5, 0))
    cut = read(tmp_path, timeline(edit, start=time(0)))

    assert places(cut) == {"a": (0, 1, 0, 19), "b": (0, 3, 20, 39)}
    ranges = [(row.record_range.first, row.record_range.last) for row in cut.skipped if row.record_range]
    assert ranges == [(0, 4), (17, 22), (35, 39)]


@pytest.mark.parametrize(("in_frames", "out_frames"), [(0, 0), (-4, 4), (-5, 2)])
def test_a_transition_of_no_length_has_no_range(in_frames: int, out_frames: int, tmp_path: Path) -> None:
    """It is reported all the same, and the shots next to it are read."""
    edit = track(used("a", count=311), transition(in_frames, out_frames), used("b"))
    cut = read(tmp_path, timeline(edit, start=time(0)))

    assert places(cut) == {"a": (0, 0, 0, 310), "b": (0, 2, 311, 330)}
    assert [(row.clip_name, row.record_range) for row in cut.skipped] == [("Cross Dissolve", None)]


def test_a_disabled_retime_is_ignored(tmp_path: Path) -> None:
    cut = read(tmp_path, timeline(track(used("a", effects=[speed(2, enabled=False), speed(1)])), start=time(0)))
    assert cut.shots[0].frame_map.speed == 1


def test_a_still_lasts_as_long_as_its_clip(tmp_path: Path) -> None:
    still = clip(movie_reference("/offline/title_0007.png", time_range(0, 1)), time_range(-86200, 444), name="")
    cut = read(tmp_path, timeline(track(still), start=time(0)), handles=8)

    (shot,) = cut.shots
    assert (shot.name, shot.clip_name) == ("title_0007", "title_0007.png")
    assert shot.frame_map.speed == 0
    assert len(shot.source_work_range) == 1
    assert len(shot.record_range) == 444


def test_a_clip_that_was_offline_in_resolve_is_found_by_the_path_in_its_metadata(tmp_path: Path) -> None:
    offline = clip(missing_reference(time_range(0, 100), remembered="D:\\media\\a.mov"), time_range(5, 10))
    (shot,) = read(tmp_path, timeline(track(offline), start=time(0))).shots

    assert shot.media.path == "D:/media/a.mov"
    assert not shot.media.online
    assert (shot.source_range.first, shot.source_range.last) == (5, 14)


def test_an_offline_movie_may_have_a_hash_sign_in_its_name(tmp_path: Path) -> None:
    item = clip(movie_reference("/offline/take #3.mov", time_range(0, 99)), time_range(0, 10))
    (shot,) = read(tmp_path, timeline(track(item), start=time(0))).shots
    assert (shot.media.path, shot.media.online) == ("/offline/take #3.mov", False)


def test_an_offline_still_keeps_its_file_name(tmp_path: Path) -> None:
    still = clip(movie_reference("/offline/Panel 3.png", time_range(0, 1)), time_range(0, 10), effects=[freeze()])
    (shot,) = read(tmp_path, timeline(track(still), start=time(0))).shots
    assert shot.media.path == "/offline/Panel 3.png"


def test_clip_ranges_may_be_in_the_rate_of_their_media(tmp_path: Path) -> None:
    """Not every editor writes them in the timeline's rate; 48 frames at 24 are 50 at 25."""
    media = movie_reference("/offline/a.mov", time_range(0, 200, 24))
    edit = track(clip(media, time_range(10, 48, 24), name="a"), clip(media, time_range(0, 24, 24), name="b"))
    cut = read(tmp_path, timeline(edit, start=time(90000, 25)))

    assert places(cut) == {"a": (0, 0, 0, 49), "b": (0, 1, 50, 74)}
    assert (cut.shots[0].source_range.first, cut.shots[0].source_range.last) == (10, 57)


def test_without_a_start_time_the_rate_is_that_of_most_clips(tmp_path: Path) -> None:
    media = movie_reference("/offline/a.mov", time_range(0, 200, 25))
    clips = [clip(media, time_range(0, 25, 25), name=f"c{index}") for index in range(3)]
    document = timeline(track(gap(1, 1), clip(media, time_range(0, 24, 24)), *clips))

    cut = read(tmp_path, document)
    assert cut.record_rate == 25
    assert cut.notes == (
        "the timeline does not say its frame rate: 25 fps is assumed, as most of its clips are counted in it",
    )
    assert read(tmp_path, dict(document, global_start_time=time(0, 1))).record_rate == 25
    told = read(tmp_path, dict(document, global_start_time=time(0, 30)))
    assert (told.record_rate, told.notes) == (30, ())


@pytest.mark.parametrize(
    ("start", "rate", "drop_frame"),
    [
        (107_892, 30000 / 1001, True),
        (215_784, 60000 / 1001, True),
        (2_587_610, 30000 / 1001, True),
        (2_587_608, 30000 / 1001, False),
        (108_000, 30000 / 1001, False),
        (0, 30000 / 1001, False),
        (86_400, 24, False),
        (107_892, 30, False),
    ],
    ids=[
        "01:00:00;00",
        "01:00:00;00 at 59.94",
        "23:59:00;02",
        "23:58:59;28",
        "01:00:00:00",
        "00:00:00:00",
        "film",
        "30 fps exactly",
    ],
)
def test_drop_frame_is_detected_from_the_start_of_the_timeline(
    start: int, rate: float, drop_frame: bool, tmp_path: Path
) -> None:
    media = movie_reference("/offline/a.mov", time_range(0, 200, rate))
    cut = read(tmp_path, timeline(track(clip(media, time_range(0, 24, rate))), start=time(start, rate)))
    assert (cut.record_start, cut.drop_frame) == (start, drop_frame)


def test_a_track_shifted_by_its_source_range(tmp_path: Path) -> None:
    """A negative start, as converted EDLs have it, moves the clips later."""
    cut = read(tmp_path, timeline(track(used("a"), source_range=time_range(-7, 27)), start=time(0)))
    assert places(cut) == {"a": (0, 0, 7, 26)}


def test_the_trims_of_a_track_and_of_its_timeline_add_up(tmp_path: Path) -> None:
    edit = track(used("a", count=60), source_range=time_range(5, 30))
    (shot,) = read(tmp_path, timeline(edit, start=time(0), source_range=time_range(10, 40))).shots

    assert (shot.record_range.first, shot.record_range.last) == (0, 19)
    assert (shot.source_range.first, shot.source_range.last) == (25, 44)


def test_a_clip_outside_the_trim_of_its_track_is_skipped(tmp_path: Path) -> None:
    edit = track(used("a"), used("b"), used("c"), source_range=time_range(25, 10))
    cut = read(tmp_path, timeline(edit, start=time(0)))

    assert places(cut) == {"b": (0, 1, 0, 9)}
    assert (cut.shots[0].source_range.first, cut.shots[0].source_range.last) == (15, 24)
    assert [(row.clip_name, row.reason) for row in cut.skipped] == [
        ("a", "it is outside the trim of its track"),
        ("c", "it is outside the trim of its track"),
    ]


def test_the_same_cut_gives_the_same_document(tmp_path: Path) -> None:
    document = timeline(track(used("a"), transition(2, 2), used("a"), used("off", enabled=False)), start=time(0))
    first = read(tmp_path, document, handles=8)

    assert first == read(tmp_path, document, handles=8)
    first.write(tmp_path / "shots.json")
    assert Cut.read(tmp_path / "shots.json") == first


def test_open_timeline_changes_only_relative_paths(tmp_path: Path) -> None:
    edit = track(
        used("a"),
        clip(movie_reference("media/b%20c.mov", time_range(0, 99)), time_range(0, 10), name="b"),
        clip(sequence_reference("plates", 1001, time_range(0, 99)), time_range(0, 10), name="c"),
        clip(sequence_reference("", 1001, time_range(0, 99)), time_range(0, 10), name="d"),
        clip(sequence_reference("C:\\plates", 1001, time_range(0, 99)), time_range(0, 10), name="e"),
    )
    cut = read(tmp_path, timeline(edit, start=time(0)))
    timeline_again = open_timeline(cut).timeline

    references = [found.media_reference for found in timeline_again.find_clips()]
    assert references[0].target_url == "/offline/a.mov"
    assert references[1].target_url == f"{tmp_path}/media/b%20c.mov"
    assert references[2].target_url_base == f"{tmp_path}/plates/"
    assert references[3].target_url_base == f"{tmp_path}/"
    assert references[4].target_url_base == "C:\\plates"
    found = timeline_again.find_clips()
    assert [item.source_range.duration.value for item in found] == [20, 10, 10, 10, 10]


def test_without_a_start_time_the_timeline_counts_as_its_clips_do(tmp_path: Path) -> None:
    """Also where they only say what their media has."""
    clips = [clip(movie_reference(f"/offline/{name}.mov", time_range(0, 50, 25)), None) for name in "ab"]
    path = write(tmp_path / "cut.otio", timeline(track(*clips)))
    assert read_cut(path, handles=0).record_rate == 25


def test_a_timeline_that_names_no_rate_at_all_counts_24(tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", range(1001, 1006))
    path = write(tmp_path / "cut.otio", timeline(track(clip(sequence_reference("plates/", 1001, None, rate=30), None))))
    cut = read_cut(path, handles=0)
    assert (cut.record_rate, cut.shots[0].media.rate) == (24, 30)
