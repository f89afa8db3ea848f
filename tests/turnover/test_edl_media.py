"""The media of edit lists is found below folders, by what the list names and by the timecode of the files."""

from __future__ import annotations

import unicodedata
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.turnover._cuts import write_movie, write_sequence
from tests.turnover._edls import event, read, records, shown, write_list
from toolkit.documents import Cut, Media, MediaMatch, ReadOptions
from toolkit.errors import UnreadableCut
from toolkit.frames import timecode_from_frames
from toolkit.plates import probe, write_exr
from toolkit.turnover import open_timeline, read_cut

ONE_SECOND = ("01:00:00:00", "01:00:01:00")
HOUR = 86_400
LONG_REEL = "a_reel_of_thirty-two_characters_"


def read_one(
    folder: Path, reel: str, *remarks: str, source: tuple[str, str] = ONE_SECOND, rate: str | None = "24"
) -> Cut:
    """A list of one event of a second, and the media in ``folder``."""
    lists = folder.parent / "lists"
    lists.mkdir(exist_ok=True)
    return read(write_list(lists / "cut.edl", event(1, reel, source, ONE_SECOND), *remarks), rate=rate, media=folder)


def found(cut: Cut) -> tuple[str, str]:
    """The name of the file of the only event, and what it was found by."""
    (match,) = cut.media_matches
    return Path(match.path).name, match.by


@pytest.mark.parametrize(
    ("name", "reel", "remark", "by"),
    [
        ("A001C003.mov", "A001C003", "", "reel without suffix"),
        ("A001C003.mov", "a001c003", "", "reel without suffix"),
        ("take.mov", "AX", "* FROM CLIP NAME: take.mov", "clip name"),
        ("TAKE.MOV", "AX", "* FROM CLIP NAME:  take.mov", "clip name"),
        ("take.mov", "AX", "* FROM CLIP NAME: take", "clip name without suffix"),
        ("take.mov", "AX", "* FROM CLIP NAME: take.mxf", "clip name without suffix"),
        ("Gärten.mov", "AX", f"* FROM CLIP NAME: {unicodedata.normalize('NFD', 'Gärten.mov')}", "clip name"),
        ("camera.mov", "R1", "* SOURCE FILE: camera", "source file without suffix"),
        ("camera.mov", "R1", "* SOURCE FILE: Z:\\show\\camera.mov", "source file"),
        ("camera.mov", "R1", "* FROM CLIP: /nowhere/camera.mov", "source file"),
        ("A001C003_160816_R1BY.mov", "A001C003", "", "truncated reel (8 characters)"),
        ("A001_C003_0816.mov", "A001_C00", "", "truncated reel (8 characters)"),
        ("Card01_Kyle_Interview.mov", "Card01Ky", "", "truncated reel (8 characters)"),
        ("Z686_5A.mov", "Z686_5A.", "", "reel without suffix"),
        (f"{LONG_REEL}and_more.mov", LONG_REEL, "", "truncated reel (32 characters)"),
        ("tape_long.mov", "TAPE", "FINAL CUT PRO REEL: tape_long REPLACED BY: TAPE", "reel without suffix"),
        ("A001C003_160.mov", "A01", "* FROM CLIP NAME: A001C003", "beginning of its name (clip name) and timecode"),
    ],
)  # fmt: skip
def test_a_movie_is_found_by_what_the_list_names(name: str, reel: str, remark: str, by: str, tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "deep" / name, 30, timecode="00:59:59:20")

    cut = read_one(tmp_path / "media", reel, *([remark] if remark else []))

    assert found(cut) == (name, by)
    (shot,) = cut.shots
    assert shot.media.online
    assert (shot.source_range.first, shot.source_range.last) == (4, 27)
    assert not [note for note in cut.notes if "offline" in note]


def test_the_only_file_in_a_folder_that_is_named_like_the_clip_is_found(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "sh010" / "plate.mov", 30, timecode="01:00:00:00")

    assert found(read_one(tmp_path / "media", "AX", "* FROM CLIP NAME: sh010")) == ("plate.mov", "folder (clip name)")


def test_timecode_decides_between_files_in_a_folder_that_is_named_like_the_clip(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "sh010" / "plate.mov", 30, timecode="01:00:00:00")
    write_movie(tmp_path / "media" / "sh010" / "clean.mov", 30, timecode="05:00:00:00")

    assert found(read_one(tmp_path / "media", "sh010")) == ("plate.mov", "folder (reel) and timecode")
    assert found(read_one(tmp_path / "media", "sh010", source=("09:00:00:00", "09:00:01:00"))) == ("", "")


def test_what_is_not_found_is_offline_and_said(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "other.mov", 30)

    cut = read_one(tmp_path / "media", "A001")

    assert cut.media_matches == (MediaMatch(event="001", clip="A001", path="", by=""),)
    assert not cut.shots[0].media.online
    assert f"1 of 1 clips is offline: no file in {tmp_path / 'media'} is named like it" in cut.notes


def test_a_folder_that_does_not_exist_is_said(tmp_path: Path) -> None:
    assert any(
        f"the folder {tmp_path / 'gone'} does not exist" in note for note in read_one(tmp_path / "gone", "A").notes
    )


def test_timecode_decides_between_files_of_one_name(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "day1" / "take.mov", 30, timecode="09:00:00:00")
    write_movie(tmp_path / "media" / "day2" / "take.mov", 30, timecode="01:00:00:00")
    write_movie(tmp_path / "media" / "day3" / "take.mov", 30, timecode="17:00:00:00")

    cut = read_one(tmp_path / "media", "AX", "* FROM CLIP NAME: take.mov")

    assert cut.media_matches[0].path == str(tmp_path / "media" / "day2" / "take.mov")
    assert (found(cut)[1], cut.shots[0].source_range.first) == ("clip name and timecode", 0)
    assert not [note for note in cut.notes if "files fit" in note]


def test_a_name_that_fits_better_does_not_win_over_timecode(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "A001.mov", 30, timecode="09:00:00:00")
    write_movie(tmp_path / "media" / "A001C007_x.mov", 30, timecode="01:00:00:00")

    assert found(read_one(tmp_path / "media", "A001")) == (
        "A001C007_x.mov",
        "beginning of its name (reel) and timecode",
    )


def test_a_beginning_without_the_timecode_is_no_match(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "A001C007.mov", 30, timecode="09:00:00:00")

    assert found(read_one(tmp_path / "media", "A001", source=("00:00:00:00", "00:00:01:00"))) == ("", "")


def test_files_that_fit_alike_are_said(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        write_movie(tmp_path / "media" / folder / "take.mov", 30, timecode="01:00:00:00")

    cut = read_one(tmp_path / "media", "AX", "* FROM CLIP NAME: take.mov")

    assert cut.media_matches[0].path == str(tmp_path / "media" / "a" / "take.mov")
    (note,) = [note for note in cut.notes if "files fit" in note]
    assert note.startswith("event 001 (take.mov): 2 files fit it, ")
    assert note.endswith("; the first is taken")


def test_a_folder_that_is_named_in_two_ways_is_searched_once(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    write_movie(tmp_path / "take.mov", 30, timecode="01:00:00:00")
    path = write_list(tmp_path / "cut.edl", event(1, "take", ONE_SECOND, ONE_SECOND))
    media = tuple(str(folder) for folder in (tmp_path / "lists" / "..", tmp_path, tmp_path / "lists"))

    cut = read_cut(path, handles=0, options=ReadOptions(media=media))

    assert not [note for note in cut.notes if "files fit" in note]


def test_a_file_without_the_frames_is_taken_where_none_has_them_and_the_shot_says_what_it_lacks(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "take.mov", 20, timecode="01:00:00:00")

    cut = read_one(tmp_path / "media", "AX", "* FROM CLIP NAME: take.mov")

    assert [(shot.source_range.first, shot.source_range.last) for shot in cut.shots] == [(0, 19)]
    assert [row.record_range and row.record_range.first for row in cut.skipped] == [20]


def test_a_file_that_cannot_be_read_is_the_reason(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "good.mov", 30, timecode="01:00:00:00")
    (tmp_path / "media" / "raw.mov").write_bytes(b"no movie")
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "good", ONE_SECOND, ONE_SECOND),
        event(2, "raw", ONE_SECOND, ("01:00:01:00", "01:00:02:00")),
    )

    cut = read(path, media=tmp_path / "media")

    assert [shot.name for shot in cut.shots] == ["good"]
    assert [row.shot for row in cut.skipped] == ["raw"]
    assert "raw.mov" in cut.skipped[0].reason


# --- how frames are counted ------------------------------------------------------------------------------------


def test_a_movie_without_timecode_counts_from_its_first_frame(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "take.mov", 40)

    cut = read_one(tmp_path / "media", "AX", "* FROM CLIP NAME: take.mov", source=("00:00:00:10", "00:00:01:10"))

    assert (found(cut)[1], cut.shots[0].source_range.first) == ("clip name, counted from its first frame", 10)


@pytest.mark.parametrize("name", ["plate.[1001-1060].png", "plate.1001.png", "plate.%04d.png", "plate.png", "PLATE"])
def test_a_sequence_counts_as_one_file_and_by_its_file_numbers(name: str, tmp_path: Path) -> None:
    write_sequence(tmp_path / "media" / "sh010", range(1001, 1061))

    cut = read_one(tmp_path / "media", "AX", f"* FROM CLIP NAME: {name}", source=("00:00:42:00", "00:00:43:00"))

    assert Path(cut.media_matches[0].path).name == "plate.####.png"
    assert cut.media_matches[0].by.endswith(", counted by file number")
    assert (cut.shots[0].source_range.first, cut.shots[0].source_range.last) == (1008, 1031)


@pytest.mark.parametrize("stated", [True, False], ids=["with a rate", "without"])
def test_exr_files_count_by_their_own_timecode(stated: bool, tmp_path: Path) -> None:
    """A sequence without a rate plays at that of the list, and its timecode counts at that."""
    picture = np.zeros((4, 6, 3), np.float16)
    (tmp_path / "media").mkdir()
    for number in range(50):
        attributes: dict[str, Any] = {"timeCode": timecode_from_frames(90_000 + number, Fraction(25))}
        attributes |= {"framesPerSecond": Fraction(25)} if stated else {}
        write_exr(tmp_path / "media" / f"A001C003.{number + 101:04}.exr", picture, attributes)

    cut = read_one(tmp_path / "media", "A001C003", source=("01:00:00:20", "01:00:01:20"), rate="25")

    (shot,) = cut.shots
    assert found(cut) == ("A001C003.####.exr", "reel without suffix")
    assert (shot.source_range.first, shot.source_range.last, shot.media.rate) == (121, 145, 25)
    assert shot.media.timecode_first == 90_000


@pytest.mark.parametrize("name", ["plate.[1001-1060].png", "plate.1001.png"])
def test_a_path_in_the_list_that_exists_needs_no_folder(name: str, tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", range(1001, 1061))
    (tmp_path / "lists").mkdir()
    path = write_list(
        tmp_path / "lists" / "cut.edl",
        event(1, "AX", ("00:00:42:00", "00:00:43:00"), ONE_SECOND),
        f"* FROM FILE: {tmp_path / 'plates' / name}",
    )

    assert found(read(path, rate="24")) == ("plate.####.png", "path, counted by file number")


def test_a_still_is_held(tmp_path: Path) -> None:
    write_sequence(tmp_path / "media", [1, 2, 3], prefix="IMG_")

    cut = read_one(tmp_path / "media", "AX", "* FROM CLIP NAME: IMG_0002.png")

    assert Path(cut.shots[0].media.path).name == "IMG_0002.png"
    assert (cut.shots[0].frame_map.speed, len(cut.shots[0].source_range), records(cut)) == (0, 1, [(0, 23)])


def test_layers_of_the_toolkit_are_no_media(tmp_path: Path) -> None:
    write_sequence(tmp_path / "media" / "take" / "FACE" / "v001", range(1001, 1030), prefix="take_FACE_v001.")

    assert found(read_one(tmp_path / "media", "AX", "* FROM CLIP NAME: take_FACE_v001")) == ("", "")


@pytest.mark.parametrize(
    ("source", "first"),
    [
        (("01:00:02:06", "01:00:03:21"), 66),
        (("01:00:02:06", "01:00:03:18"), 67),
        (("01:00:02:29", "01:00:04:14"), 89),
    ],
    ids=["45 labels at 30", "36 labels at 24", "a label that 24 does not have"],
)
def test_media_of_another_rate_is_counted_so_that_it_is_as_long_as_the_record(
    source: tuple[str, str], first: int, tmp_path: Path
) -> None:
    """One and a half seconds of 30 fps in a list of 24: the picture at 2.25 s is 67, that labelled :06 is 66."""
    write_movie(tmp_path / "media" / "take.mov", 150, rate=Fraction(30), timecode="01:00:00:00")
    path = write_list(tmp_path / "cut.edl", event(1, "take", source, ("01:00:00:00", "01:00:01:12")))

    (shot,) = read(path, rate="24", media=tmp_path / "media").shots

    assert (shot.frame_map.speed, shot.source_range.first, len(shot.record_range)) == (1, first, 36)


def test_the_rate_of_the_media_is_that_of_the_list_if_nothing_speaks_against_it(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "take.mov", 60, rate=Fraction(24_000, 1001), timecode="01:00:00:00")

    cut = read_one(tmp_path / "media", "take", rate=None)

    assert (cut.record_rate, cut.record_start) == (Fraction(24_000, 1001), HOUR)
    assert (cut.shots[0].source_range.first, cut.shots[0].source_range.last) == (0, 23)
    assert any("23.976 fps is assumed, as most of the media that was found has it" in note for note in cut.notes)


@pytest.mark.parametrize(("rate", "own"), [("24", "24000/1001"), ("23.976", "24"), ("30", "30000/1001")])
def test_media_of_the_ntsc_sister_is_counted_picture_by_picture(rate: str, own: str, tmp_path: Path) -> None:
    """Labels are the same at both rates, so that a source as long as its record shows each picture once."""
    write_movie(tmp_path / "media" / "take.mov", 1150, rate=Fraction(own), timecode="01:00:00:00")
    end = "01:00:45:00" if rate != "30" else "01:00:36:00"
    path = write_list(tmp_path / "cut.edl", event(1, "take", ("01:00:00:10", f"{end[:-2]}10"), ("01:00:00:00", end)))

    (shot,) = read(path, rate=rate, media=tmp_path / "media").shots

    assert [shot.frame_map.source_frame_at_record(frame) for frame in shot.record_range] == list(range(10, 1090))


def test_the_media_says_which_end_of_a_reversed_event_is_its_in_point(tmp_path: Path) -> None:
    """As Final Cut Pro 7 writes the last second of a movie that runs backwards."""
    write_movie(tmp_path / "media" / "take.mov", 48, timecode="01:00:00:00")
    motion = "M2   take          -024.0                01:00:01:23"

    cut = read_one(tmp_path / "media", "take", motion, source=("01:00:01:23", "01:00:02:23"))

    assert [frame - HOUR for frame in shown(cut.shots[0])] == list(range(47, 23, -1))
    assert any("first frame that it shows" in note for note in cut.notes)


def test_drop_frame_labels_are_those_of_the_media(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "take.mov", 60, rate=Fraction(30_000, 1001), timecode="00:10:00;00")
    path = tmp_path / "cut.edl"
    path.write_text("FCM: NON-DROP FRAME\n001  take  V  C  00:10:01:00 00:10:01:20 01:00:00:00 01:00:00:20\n")

    cut = read(path, rate="29.97", media=tmp_path / "media")

    assert cut.shots[0].source_range.first == 30


# --- the same again --------------------------------------------------------------------------------------------


def test_the_timeline_is_loaded_again_with_the_same_media(tmp_path: Path) -> None:
    write_movie(tmp_path / "media" / "take.mov", 30, timecode="01:00:00:00")
    cut = read_one(tmp_path / "media", "take")
    again = Cut.model_validate_json(cut.model_dump_json(by_alias=True))

    timeline = open_timeline(again).timeline

    (clip,) = timeline.find_clips()
    assert clip.media_reference.target_url == str(tmp_path / "media" / "take.mov")
    assert again.read_options.media == (str(tmp_path / "media"),)


def test_media_that_is_gone_when_the_timeline_is_loaded_again_is_named(tmp_path: Path) -> None:
    movie = write_movie(tmp_path / "media" / "take.mov", 30, timecode="01:00:00:00")
    cut = read_one(tmp_path / "media", "take")
    movie.rename(tmp_path / "take.mov")

    with pytest.raises(
        UnreadableCut, match=rf"event 001 \(take\) was found at {movie}, and is not found now; bring it"
    ):
        open_timeline(cut)


def test_media_beside_the_list_is_found_without_an_option(tmp_path: Path) -> None:
    write_movie(tmp_path / "take.mov", 30, timecode="01:00:00:00")
    path = write_list(tmp_path / "cut.edl", event(1, "take", ONE_SECOND, ONE_SECOND))

    cut = read_cut(path, handles=0)

    assert found(cut) == ("take.mov", "reel without suffix")


def test_a_folder_beside_the_list_that_is_called_like_a_reel_is_no_media(tmp_path: Path) -> None:
    (tmp_path / "A001").mkdir()
    path = write_list(tmp_path / "cut.edl", event(1, "A001", ONE_SECOND, ONE_SECOND))

    assert [shot.media.online for shot in read_cut(path, handles=0).shots] == [False]


def test_only_files_that_are_named_alike_are_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a folder of thousands is quick: these could not be opened at all."""
    write_movie(tmp_path / "media" / "take.mov", 30, timecode="01:00:00:00")
    for number in range(3000):
        (tmp_path / "media" / f"other{number}_x.mov").touch()
    path = write_list(tmp_path / "cut.edl", event(1, "take", ONE_SECOND, ONE_SECOND))
    opened: list[Path] = []

    def note_and_probe(file: Path, **facts: Any) -> Media:
        opened.append(file)
        return probe(file, **facts)

    monkeypatch.setattr("toolkit.plates.probe", note_and_probe)
    cut = read(path, media=tmp_path / "media")

    assert found(cut)[0] == "take.mov"
    assert {file.name for file in opened} == {"take.mov"}
