"""Media references resolved against the disk."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.turnover._cuts import (
    Json,
    clip,
    movie_reference,
    one_clip,
    sequence_reference,
    time,
    time_range,
    timeline,
    track,
    transition,
    write,
    write_movie,
    write_sequence,
)
from toolkit.documents import Cut, MediaKind, Shot
from toolkit.errors import CorruptMedia, CutIncomplete, EmptyCut, UnreadableCut
from toolkit.frames import FrameRange
from toolkit.settings import PlateSettings
from toolkit.turnover import open_timeline, read_cut


def read(folder: Path, document: Json, *, handles: int = 0) -> Cut:
    return read_cut(write(folder / "cut.otio", document), handles=handles)


def only(folder: Path, item: Json, *, handles: int = 0, rate: float = 24) -> Shot:
    (shot,) = read(folder, one_clip(item, rate=rate), handles=handles).shots
    return shot


def ends(shot: Shot) -> tuple[int, int, int, int]:
    """First work frame, first and last frame shown, last work frame."""
    work, shown = shot.source_work_range, shot.source_range
    return work.first, shown.first, shown.last, work.last


# --- timecode --------------------------------------------------------------------------------------------------


def test_frames_count_from_the_available_range_not_from_the_medias_timecode(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 40, timecode="01:00:00:00")
    claimed = clip(movie_reference("a.mov", time_range(1000, 40)), time_range(1010, 10))
    shot = only(tmp_path, claimed)

    assert ends(shot) == (10, 10, 19, 19)
    assert shot.media.timecode_first == 1000


def test_an_available_range_from_zero_keeps_the_medias_timecode(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 40, timecode="01:00:00:00")
    shot = only(tmp_path, clip(movie_reference("a.mov", time_range(0, 40)), time_range(10, 10)))

    assert ends(shot) == (10, 10, 19, 19)
    assert shot.media.timecode_first == 86400


def test_media_without_timecode_gets_that_of_the_cut(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1001, 1041))
    shot = only(tmp_path, clip(sequence_reference("", 1001, time_range(86400, 40)), time_range(86410, 10)))

    assert ends(shot) == (1011, 1011, 1020, 1020)
    assert shot.media.timecode_first == 86400


def test_the_first_timecode_is_that_of_the_first_file_on_disk(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(996, 1041))
    shot = only(tmp_path, clip(sequence_reference("", 1001, time_range(86400, 40)), time_range(86402, 10)), handles=8)

    assert shot.media.source_range is not None
    assert (shot.media.source_range.first, shot.media.timecode_first) == (996, 86395)
    assert ends(shot) == (1001, 1003, 1012, 1020), "handles end where the cut says that the media ends"


@pytest.mark.parametrize(
    ("start", "first"), [(86410, 10), (10, 10)], ids=["counted from the timecode", "counted from zero"]
)
def test_without_an_available_range_clips_count_from_the_timecode_or_from_zero(
    start: int, first: int, tmp_path: Path
) -> None:
    write_movie(tmp_path / "a.mov", 40, timecode="01:00:00:00")
    shot = only(tmp_path, clip(movie_reference("a.mov", None), time_range(start, 10)), handles=4)

    assert ends(shot) == (first - 4, first, first + 9, first + 13)


def test_without_any_range_the_clip_shows_all_its_media(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 40, timecode="01:00:00:00")
    shot = only(tmp_path, clip(movie_reference("a.mov", None), None), handles=4)

    assert ends(shot) == (0, 0, 39, 39)
    assert len(shot.record_range) == 40


# --- rates -----------------------------------------------------------------------------------------------------


def test_a_range_in_the_timelines_rate_keeps_the_rate_of_the_movie(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 60, rate=Fraction(30))
    shot = only(tmp_path, clip(movie_reference("a.mov", time_range(0, 48, 24)), time_range(12, 24, 24)))

    assert shot.media.rate == 30
    shown = [shot.frame_map.source_frame_at_record(frame) for frame in (0, 1, 23)]
    assert shown == [15, 16, 43]


def test_the_same_number_of_frames_at_another_rate_is_an_interpretation(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 60, rate=Fraction(30))
    shot = only(tmp_path, clip(movie_reference("a.mov", time_range(0, 60, 24)), time_range(12, 24, 24)))

    assert shot.media.rate == 24
    assert ends(shot) == (12, 12, 35, 35)


def test_a_23_976_movie_that_the_cut_calls_24_maps_frame_for_frame(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 60, rate=Fraction(24000, 1001))
    shot = only(tmp_path, clip(movie_reference("a.mov", time_range(0, 40, 24)), time_range(12, 24, 24)))
    assert [shot.frame_map.source_frame_at_record(frame) for frame in (0, 23)] == [12, 35]


def test_a_sequence_without_a_rate_has_the_rate_of_its_range(tmp_path: Path) -> None:
    """1 is the schema's default, which would give 4 frames for 100."""
    write_sequence(tmp_path, range(1001, 1041))
    shot = only(tmp_path, clip(sequence_reference("", 1001, time_range(0, 40), rate=1), time_range(10, 10)))

    assert shot.media.rate == 24
    assert ends(shot) == (1011, 1011, 1020, 1020)


# --- sequences -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["plate.[1001-1040].png", "plate.%04d.png", "plate.####.png", "plate.1001.png"])
def test_an_external_reference_can_name_a_sequence(text: str, tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1001, 1041))
    shot = only(tmp_path, clip(movie_reference(text, time_range(86400, 40)), time_range(86410, 10)), handles=2)

    assert shot.media.kind is MediaKind.SEQUENCE
    assert ends(shot) == (1009, 1011, 1020, 1022)
    assert shot.media.sequence.path(1011).exists()


def test_a_pattern_with_a_range_from_a_file_number_starts_at_that_file(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(990, 1041))
    shot = only(
        tmp_path, clip(movie_reference("plate.%04d.png", time_range(1001, 40)), time_range(1011, 10)), handles=2
    )
    assert ends(shot) == (1009, 1011, 1020, 1022)


def test_a_pattern_without_a_range_starts_at_file_zero_when_there_is_one(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(40))
    shot = only(tmp_path, clip(movie_reference("plate.%04d.png", None), time_range(11, 10)), handles=2)
    assert ends(shot) == (9, 11, 20, 22)


def test_a_numbered_file_with_a_range_of_one_frame_is_a_still(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1001, 1041))
    shot = only(tmp_path, clip(movie_reference("plate.1007.png", time_range(0, 1)), time_range(0, 48)), handles=8)

    assert shot.media.online
    assert shot.frame_map.speed == 0
    assert len(shot.source_work_range) == 1
    assert Path(shot.media.path) == tmp_path / "plate.1007.png"


def test_missing_frames_shorten_the_handles(tmp_path: Path) -> None:
    numbers = {*range(1001, 1041)} - {1004, 1035, 1037}
    write_sequence(tmp_path, sorted(numbers))
    shot = only(tmp_path, clip(sequence_reference("", 1001, time_range(0, 40)), time_range(9, 20)), handles=12)

    assert ends(shot) == (1005, 1010, 1029, 1034)


def test_handles_stay_inside_the_available_range(tmp_path: Path) -> None:
    """A subclip: the disk has more, but the layer's timecode must stay inside the plate's."""
    write_movie(tmp_path / "a.mov", 40)
    shot = only(tmp_path, clip(movie_reference("a.mov", time_range(0, 25)), time_range(3, 20)), handles=8)
    assert ends(shot) == (0, 3, 22, 24)


def test_handles_under_a_transition_end_with_the_media(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 40)
    media = movie_reference("a.mov", time_range(0, 40))
    edit = track(clip(media, time_range(0, 38), name="a"), transition(6, 6), clip(media, time_range(4, 20), name="b"))
    cut = read(tmp_path, timeline(edit, start=time(0)))

    assert [ends(shot) for shot in cut.shots] == [(0, 0, 37, 39), (0, 4, 23, 23)]


# --- broken and absent -----------------------------------------------------------------------------------------


def test_one_offline_clip_does_not_affect_the_others(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 40)
    here = clip(movie_reference("a.mov", time_range(0, 40)), time_range(0, 10), name="here")
    gone = clip(movie_reference("gone.mov", time_range(0, 40)), time_range(0, 60), name="gone")
    cut = read(tmp_path, timeline(track(here, gone), start=time(0)))

    assert [(shot.name, shot.media.online) for shot in cut.shots] == [("here", True), ("gone", False)]


def test_one_broken_movie_does_not_affect_the_others(tmp_path: Path) -> None:
    write_movie(tmp_path / "a.mov", 40)
    movie = write_movie(tmp_path / "b.mov", 40)
    movie.write_bytes(movie.read_bytes()[:600])
    clips = [clip(movie_reference(f"{name}.mov", time_range(0, 40)), time_range(0, 10), name=name) for name in "ba"]
    cut = read(tmp_path, timeline(track(*clips), start=time(0)))

    assert [shot.name for shot in cut.shots] == ["a"]
    ((row),) = cut.skipped
    assert (row.shot, row.record_range) == ("b", FrameRange.of(0, 10))
    assert "cannot decode" in row.reason and "b.mov" in row.reason


def test_a_broken_movie_alone_is_nothing_to_render(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / "a.mov", 40)
    movie.write_bytes(movie.read_bytes()[:600])
    with pytest.raises(CutIncomplete, match=r"cannot be rendered: sh010 \(cannot decode .*a\.mov"):
        only(tmp_path, clip(movie_reference("a.mov", time_range(0, 40)), time_range(0, 10)))
    with pytest.raises(CorruptMedia, match=r"a\.mov"):
        read_cut(movie)


# --- a movie, a sequence or a still as the cut -----------------------------------------------------------------


def test_a_movie_is_a_cut_of_one_shot(tmp_path: Path) -> None:
    path = write_movie(tmp_path / "A001.mov", 40, rate=Fraction(24000, 1001), timecode="01:00:00:00")
    cut = read_cut(path, handles=8)

    (shot,) = cut.shots
    assert (cut.name, cut.record_rate, cut.record_start, cut.record_count) == ("A001", Fraction(24000, 1001), 86400, 40)
    assert ends(shot) == (0, 0, 39, 39)
    assert [shot.frame_map.source_frame_at_record(frame) for frame in (0, 39)] == [0, 39]


@pytest.mark.parametrize("name", ["plate.####.png", "plate.%04d.png"])
def test_a_sequence_is_a_cut_of_one_shot(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sequence(tmp_path, range(1001, 1013))
    monkeypatch.chdir(tmp_path)
    cut = read_cut(Path(name), handles=8)

    (shot,) = cut.shots
    assert (shot.name, shot.clip_name, cut.record_count) == ("plate", name, 12)
    assert ends(shot) == (1001, 1001, 1012, 1012)
    assert Path(shot.media.path).is_absolute()
    assert Path(cut.path) == tmp_path / name


def test_a_still_is_a_cut_of_one_frame(tmp_path: Path) -> None:
    write_sequence(tmp_path, [7])
    (shot,) = read_cut(tmp_path / "plate.0007.png", handles=8).shots
    assert len(shot.source_work_range) == len(shot.record_range) == 1


@pytest.mark.parametrize("kind", ["movie", "sequence", "still"])
def test_the_timeline_of_a_single_source_reads_back_as_the_same_shot(kind: str, tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1001, 1013))
    movie = write_movie(tmp_path / "a.mov", 12, timecode="01:00:00:00")
    path = {"movie": movie, "sequence": tmp_path / "plate.####.png", "still": tmp_path / "plate.1001.png"}[kind]
    cut = read_cut(path, handles=0)
    open_timeline(cut).timeline.to_json_file(str(tmp_path / "again.otio"))
    again = read_cut(tmp_path / "again.otio", handles=0)

    assert (again.record_rate, again.record_start, again.record_count) == (
        cut.record_rate,
        cut.record_start,
        cut.record_count,
    )
    assert again.shots[0].media.path == cut.shots[0].media.path
    assert again.shots[0].source_range == cut.shots[0].source_range
    assert again.shots[0].name == cut.shots[0].name


def test_a_cut_that_is_no_longer_a_timeline_is_refused(tmp_path: Path) -> None:
    cut = read(tmp_path, one_clip(clip(movie_reference("/offline/a.mov", time_range(0, 9)), time_range(0, 9))))
    (tmp_path / "cut.otio").write_text("")
    with pytest.raises(UnreadableCut, match="the file is empty"):
        open_timeline(cut)


def test_audio_on_a_video_track_is_skipped(tmp_path: Path) -> None:
    import wave

    with wave.open(str(tmp_path / "a.wav"), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\0\0" * 8000)
    with pytest.raises(EmptyCut, match=r"sh010: .*a\.wav"):
        read(tmp_path, one_clip(clip(movie_reference("a.wav", time_range(0, 24)), time_range(0, 12))))


# --- what the cut does not say ---------------------------------------------------------------------------------


def test_the_rate_of_a_sequence_that_gives_none_is_a_note(tmp_path: Path) -> None:
    pattern = write_sequence(tmp_path, range(1001, 1005))
    guessed, told = read_cut(pattern), read_cut(pattern, plate=PlateSettings(rate=23.976))

    assert (guessed.record_rate, told.record_rate) == (24, Fraction(24000, 1001))
    assert guessed.notes == ("plate: plate.####.png gives no frame rate: 24 fps is assumed (--rate, plate.rate)",)
    assert told.notes == ()


def test_the_rate_is_no_guess_where_the_cut_gives_it(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1, 21))
    item = clip(sequence_reference("", 1, time_range(0, 20, 25), rate=25), time_range(0, 10, 25))
    cut = read_cut(write(tmp_path / "cut.otio", one_clip(item, rate=25)), plate=PlateSettings(rate=30))

    assert (cut.shots[0].media.rate, cut.notes) == (25, ())


def test_a_sequence_without_a_rate_plays_at_that_of_its_timeline(tmp_path: Path) -> None:
    write_sequence(tmp_path, range(1, 21))
    cut = read(tmp_path, one_clip(clip(movie_reference("plate.####.png", None), time_range(0, 10, 25)), rate=25))

    assert (cut.shots[0].media.rate, cut.shots[0].frame_map.source_rate, cut.notes) == (25, 25, ())


def test_frames_that_offline_media_would_not_have_are_a_note(tmp_path: Path) -> None:
    item = clip(movie_reference("/offline/a.mov", time_range(0, 100)), time_range(90, 50))
    cut = read(tmp_path, one_clip(item))
    assert cut.notes == (
        "sh010: it shows frames 100-139 of /offline/a.mov, which is offline; by the cut it has 0 to 99",
    )


@pytest.mark.parametrize(("name", "is_missed"), [("title.psd", False), ("plate.exr", True)])
def test_a_file_of_a_kind_that_is_not_read_is_left_out_but_not_missed(
    name: str, tmp_path: Path, *, is_missed: bool
) -> None:
    write_movie(tmp_path / "a.mov", 40)
    (tmp_path / name).write_bytes(b"nothing that anybody reads")
    here = clip(movie_reference("a.mov", time_range(0, 40)), time_range(0, 10), name="here")
    other = clip(movie_reference(name, time_range(0, 40)), time_range(0, 10), name="other")
    (row,) = read(tmp_path, timeline(track(here, other), start=time(0))).skipped

    assert row.shot == ("other" if is_missed else "")


def test_offline_media_counted_in_samples_plays_at_the_rate_of_the_timeline(tmp_path: Path) -> None:
    item = clip(movie_reference("/offline/a.mov", time_range(0, 96_000, 48_000)), time_range(24_000, 24_000, 48_000))
    shot = only(tmp_path, item, rate=25)
    assert (shot.media.rate, shot.media.source_range) == (25, FrameRange(first=0, last=49))
    assert (shot.source_range.first, len(shot.record_range)) == (12, 13)


ABSURD: dict[str, tuple[Json, str]] = {
    "a sequence faster than light": (
        sequence_reference("/offline", 1, time_range(0, 40), rate=1e11),
        "a sequence of 1e+11 frames per second cannot be",
    ),
    "numbers of a million digits": (
        dict(sequence_reference("/offline", 1, time_range(0, 40)), frame_zero_padding=10**6),
        "a sequence with frame numbers of 1000000 digits cannot be",
    ),
    "a clock finer than any": (
        movie_reference("/offline/a.mov", time_range(0, 40, 1e19)),
        "its times have an invalid rate (1e+19)",
    ),
}


@pytest.mark.parametrize(("reference", "reason"), ABSURD.values(), ids=ABSURD.keys())
def test_media_with_numbers_that_cannot_be_costs_its_clip_at_once(reference: Json, reason: str, tmp_path: Path) -> None:
    other = clip(movie_reference("/offline/b.mov", time_range(0, 40)), time_range(0, 10), name="b")
    absurd = clip(reference, time_range(0, 10), name="a")
    cut = read(tmp_path, timeline(track(absurd, other), start=time(0)))
    assert [shot.name for shot in cut.shots] == ["b"]
    assert [row.reason for row in cut.skipped] == [reason]
