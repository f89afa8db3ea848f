"""Edit lists: events, transitions, speeds, rates and oddities; the numbers are those that the list gives in words."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.turnover._edls import event, read, records, shown, write_list
from toolkit.errors import EmptyCut, UnreadableCut

HOUR = 86_400
"""01:00:00:00 at 24."""


def first_second(number: int, reel: str, at: int = 0, **facts: str) -> str:
    """One second from 01:00:00:00 of a reel, at a second of the record."""
    return event(
        number,
        reel,
        ("01:00:00:00", "01:00:01:00"),
        (f"01:00:{at:02}:00", f"01:00:{at + 1:02}:00"),
        **facts,
    )


def test_gaps_and_the_start_of_the_record_are_kept(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("00:00:10:00", "00:00:12:00"), ("10:00:00:00", "10:00:02:00")),
        event(2, "B", ("05:00:00:00", "05:00:01:00"), ("10:00:03:00", "10:00:04:00")),
    )

    cut = read(path)

    assert (cut.name, cut.record_rate, cut.record_start, cut.record_count) == ("LIST", 24, 864_000, 96)
    assert records(cut) == [(0, 47), (72, 95)]
    assert [shown(shot)[0] for shot in cut.shots] == [240, 432_000]
    assert [shot.media.online for shot in cut.shots] == [False, False]


def test_events_in_the_order_of_their_sources_are_put_in_that_of_the_record(tmp_path: Path) -> None:
    path = write_list(tmp_path / "cut.edl", first_second(1, "B", 4), first_second(2, "A", 0), first_second(3, "C", 2))

    cut = read(path)

    assert [shot.name for shot in cut.shots] == ["A", "C", "B"]
    assert (cut.record_start, records(cut)) == (HOUR, [(0, 23), (48, 71), (96, 119)])


def test_a_list_goes_on_after_midnight(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("01:00:00:00", "01:00:02:00"), ("23:59:59:00", "00:00:01:00")),
        event(2, "B", ("01:00:00:00", "01:00:01:00"), ("00:00:01:00", "00:00:02:00")),
    )

    assert records(read(path)) == [(0, 47), (48, 71)]


@pytest.mark.parametrize(
    ("motion", "source_end", "speed", "frames"),
    [
        ("048.0", "01:00:04:00", Fraction(2), [0, 2, 94]),
        ("048.0", "01:00:02:00", Fraction(2), [0, 2, 94]),
        ("012.0", "01:00:01:00", Fraction(1, 2), [0, 0, 23]),
        ("026.4", "01:00:02:05", Fraction(11, 10), [0, 1, 51]),
        ("000.0", "01:00:00:01", Fraction(0), [0, 0, 0]),
        ("000.0", "01:00:02:00", Fraction(0), [0, 0, 0]),
        ("-024.0", "01:00:02:00", Fraction(-1), [47, 46, 0]),
    ],
    ids=["double", "double, as Resolve writes it", "half", "110 %", "freeze", "freeze with a range", "reversed"],
)
def test_speeds(motion: str, source_end: str, speed: Fraction, frames: list[int], tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("01:00:00:00", source_end), ("01:00:00:00", "01:00:02:00")),
        f"M2   A             {motion}                01:00:00:00",
    )

    cut = read(path)

    assert cut.shots[0].frame_map.speed == speed
    seen = shown(cut.shots[0])
    assert len(seen) == 48
    assert [frame - HOUR for frame in (seen[0], seen[1], seen[-1])] == frames
    assert not [note for note in cut.notes if "does not fit" in note]
    assert [("lowest frame" in note) for note in cut.notes if "backwards" in note] == [True] * (speed < 0)


def test_a_source_that_is_not_as_long_as_its_speed_says_is_reported_with_both_lengths(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("01:00:10:00", "01:00:10:13"), ("01:00:04:19", "01:00:08:23")),
        "M2   A             026.4                01:00:10:00",
        event(2, "B", ("01:00:10:00", "01:00:10:13"), ("01:00:08:23", "01:00:09:23")),
    )

    notes = [note for note in read(path).notes if "does not fit" in note]

    assert "13 frames" in notes[0]
    assert "shows 110:" in notes[0]
    assert (
        "event 002 (B): its source of 13 frames does not fit its record of 24 frames, which without an M2" in notes[1]
    )


def test_a_reversed_event_with_a_source_of_one_frame_begins_with_it(tmp_path: Path) -> None:
    """Avid gives the frame that is shown first, which is the highest, and no range."""
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("01:00:00:12", "01:00:00:13"), ("01:00:00:00", "01:00:00:12")),
        "M2   A            -024.0                01:00:00:12",
    )

    cut = read(path)

    assert shown(cut.shots[0]) == [HOUR + frame for frame in range(12, 0, -1)]
    assert any("first frame that it shows" in note for note in cut.notes)


def test_a_dissolve_begins_with_the_incoming_clip_and_the_outgoing_one_goes_on_under_it(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("01:00:00:00", "01:00:02:00"), ("01:00:00:00", "01:00:02:00")),
        "* FROM CLIP NAME: one",
        event(2, "A", ("01:00:02:00", "01:00:02:00"), ("01:00:02:00", "01:00:02:00")),
        "FCM: NON-DROP FRAME",
        event(2, "B", ("02:00:00:00", "02:00:03:00"), ("01:00:02:00", "01:00:05:00"), edit="D", length="012"),
        "EFFECTS NAME IS CROSS DISSOLVE",
        "* FROM CLIP NAME: one",
        "* TO CLIP NAME: two",
    )

    cut = read(path, handles=100)

    assert [shot.clip_name for shot in cut.shots] == ["one", "two"]
    assert records(cut) == [(0, 47), (48, 119)]
    assert [shot.handles for shot in cut.shots] == [(0, 12), (0, 0)]
    assert [shown(shot)[0] for shot in cut.shots] == [HOUR, 2 * HOUR]
    (row,) = cut.skipped
    assert (row.clip_name, row.record_range and (row.record_range.first, row.record_range.last)) == (
        "CROSS DISSOLVE",
        (48, 59),
    )
    assert not [note for note in cut.notes if note.startswith("event")]


def test_a_fade_in_and_a_fade_out_are_transitions_with_nothing(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "BL", ("00:00:00:00", "00:00:00:00"), ("01:00:00:00", "01:00:00:00")),
        event(1, "A", ("01:00:00:00", "01:00:02:00"), ("01:00:00:00", "01:00:02:00"), edit="D", length="024"),
        event(2, "A", ("01:00:02:00", "01:00:02:00"), ("01:00:02:00", "01:00:02:00")),
        event(2, "BL", ("00:00:00:00", "00:00:01:00"), ("01:00:02:00", "01:00:03:00"), edit="D", length="024"),
    )

    cut = read(path, handles=100)

    assert (records(cut), cut.record_count) == ([(0, 47)], 72)
    assert cut.shots[0].handles == (0, 24)
    assert [row.record_range and row.record_range.first for row in cut.skipped] == [0, 48]


def test_what_is_only_under_a_transition_and_transitions_that_are_too_long_are_said(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        first_second(1, "A"),
        event(2, "X", ("03:00:00:00", "03:00:00:00"), ("01:00:01:00", "01:00:01:00")),
        first_second(2, "B", 1, edit="W001", length="030"),
    )

    cut = read(path)

    assert records(cut) == [(0, 23), (24, 47)]
    assert any("its wipe of 30 frames is longer than itself, 24 frames are kept" in note for note in cut.notes)
    assert any("its wipe comes from X, which is only under it" in note for note in cut.notes)


def test_keys_black_channels_and_a_missing_edit_are_read_with_a_note(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        first_second(1, "A", 0, channels="AA/V"),
        first_second(2, "BL", 1),
        first_second(3, "C", 2, edit="K B"),
        first_second(3, "D", 2, edit="K", length="000"),
        "* KEY CLIP NAME: over",
        first_second(4, "E", 3, channels="A2"),
        first_second(5, "F", 4, channels="V2"),
        first_second(6, "G", 5, channels="NONE"),
        "007  H        V      008 01:00:00:00 01:00:01:00 01:00:06:00 01:00:07:00",
        first_second(8, "I", 7, channels="B"),
    )

    cut = read(path)

    assert [(shot.clip_name, shot.track_index) for shot in cut.shots] == [
        ("A", 0), ("C", 0), ("H", 0), ("I", 0), ("over", 1), ("F", 1),
    ]  # fmt: skip
    assert records(cut) == [(0, 23), (48, 71), (144, 167), (168, 191), (48, 71), (96, 119)]
    for said in ("(C) is the background of a key", "(over) is the foreground", "(H) does not say how it comes in"):
        assert any(said in note for note in cut.notes)


def test_an_event_over_another_is_put_above_it(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("01:00:00:00", "01:00:04:00"), ("01:00:00:00", "01:00:04:00")),
        event(2, "B", ("01:00:00:00", "01:00:01:00"), ("01:00:03:00", "01:00:04:00")),
        first_second(3, "C", 4),
    )

    cut = read(path)

    assert [(shot.clip_name, shot.track_index) for shot in cut.shots] == [("A", 0), ("C", 0), ("B", 1)]
    assert "event 002 (B) overlaps event 001 (A) by 24 frames: it is put on a track above" in cut.notes


# --- the rate --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source_end", "motion", "rate", "why"),
    [
        ("00:00:00:23", "", "24", "nothing in it"),
        ("00:00:00:24", "", "25", "ends in :24"),
        ("00:00:00:29", "", "30", "ends in :29"),
        ("00:00:00:49", "", "50", "ends in :49"),
        ("00:00:01:00", "025.0", "25", "M2 lines fit"),
    ],
)
def test_the_rate_is_guessed_and_said(source_end: str, motion: str, rate: str, why: str, tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("00:00:00:00", source_end), ("01:00:00:00", f"01:{source_end[3:]}")),
        *([f"M2   A             {motion}                00:00:00:00"] if motion else []),
    )

    cut = read(path)

    assert cut.record_rate == Fraction(rate)
    (note,) = [note for note in cut.notes if "--cut-rate" in note]
    assert f"{rate} fps is assumed, as" in note
    assert why in note


def test_the_rate_that_is_chosen_counts(tmp_path: Path) -> None:
    path = write_list(tmp_path / "cut.edl", first_second(1, "A"), "M2   A             048.0                01:00:00:00")

    cut = read(path, rate="23.976")

    assert (cut.record_rate, cut.record_start) == (Fraction(24_000, 1001), HOUR)
    assert (records(cut), shown(cut.shots[0])[-1] - HOUR, cut.shots[0].frame_map.speed) == ([(0, 23)], 46, 2)
    assert not [note for note in cut.notes if "--cut-rate" in note]


def test_a_rate_at_which_a_timecode_does_not_exist_is_refused_in_one_line(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl", event(1, "A", ("00:00:00:00", "00:00:00:24"), ("00:00:00:00", "00:00:00:24"))
    )

    with pytest.raises(
        UnreadableCut, match=r"event 001 \(A\) is left out: timecode '00:00:00:24' does not exist at 24 fps"
    ):
        read(path, rate="24")


@pytest.mark.parametrize("mark", [";", ",", ":"])
def test_drop_frame_may_be_marked_or_only_declared(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    record = f"01:00:00{mark}00 01:01:00{mark}02"
    path.write_text(
        f"TITLE: DF\nFCM: DROP FRAME\n001  A        V     C        00:10:00{mark}00 00:11:00{mark}02 {record}\n"
    )

    cut = read(path)

    assert (cut.record_rate, cut.drop_frame, cut.record_start) == (Fraction(30_000, 1001), True, 107_892)
    assert records(cut) == [(0, 1799)]
    assert (shown(cut.shots[0])[0], shown(cut.shots[0])[-1]) == (17_982, 19_781)
    assert (cut.shots[0].media.timecode_first, cut.shots[0].media.drop_frame) == (17_982, True)


def test_a_declaration_does_not_hold_for_a_list_that_marks_drop_frame(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text("FCM: DROP FRAME\n001  A  V  C  00:10:00:00 00:10:01:00 01:00:00;00 01:00:01;00\n")

    cut = read(path)

    assert (cut.drop_frame, shown(cut.shots[0])[0]) == (True, 18_000)


def test_drop_frame_at_a_rate_that_has_none_is_said(tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text("FCM: DROP FRAME\n001  A  V  C  01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00\n")

    cut = read(path, rate="25")

    assert (cut.drop_frame, cut.record_start) == (False, 90_000)
    assert any("drop frame, which does not exist at 25 fps" in note for note in cut.notes)


# --- lines -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "ends"),
    [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("cp1252", "\r"), ("utf-16", "\r\n"), ("utf-16-le", "\n")],
)
def test_encodings_and_line_ends(encoding: str, ends: str, tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl", first_second(1, "A"), "* FROM CLIP NAME: Gärten.mov", encoding=encoding, ends=ends
    )

    assert [shot.clip_name for shot in read(path).shots] == ["Gärten.mov"]


@pytest.mark.parametrize(
    "line",
    [
        "1 A V C 01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00",
        "000001\tA\tV\tC\t01:00:00:00\t01:00:01:00\t01:00:00:00\t01:00:01:00",
        "001  A  V     C        01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00 some more",
        "001  A                                V     C        01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00",
        "001  002  C  01:00:00:00 01:00:01:00 01:00:00:00 01:00:01:00",
        "001  A  V  C  86400 86424 01:00:00:00 01:00:01:00",
        "001  A  v  c  01:00:00.00 01:00:01.00 01:00:00:00 01:00:01:00",
        "001  A  VA1A2  C  1:00:00:00 1:00:01:00 1:00:00:00 1:00:01:00",
    ],
    ids=["one space", "tabs", "more columns", "32 characters", "no channels", "frames", "fields", "other channels"],
)
def test_events_that_only_nearly_have_the_columns(line: str, tmp_path: Path) -> None:
    cut = read(write_list(tmp_path / "cut.edl", line))

    assert [(shot.clip_name, shown(shot)[0]) for shot in cut.shots] == [(line.split()[1], HOUR)]
    assert records(cut) == [(0, 23)]


def test_an_unknown_line_loses_nothing_but_itself(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        "@@@ what is this",
        first_second(1, "A"),
        ">>> SOURCE A A 4919975f.793b8d33",
        "AUD  3    4",
        "M2 nonsense",
        "*ASC_SOP (x)",
        "002  B  V  C  01:00:00:00 soon 01:00:01:00 01:00:02:00 01:00:03:00",
        first_second(3, "C", 2),
    )

    cut = read(path)

    assert [shot.clip_name for shot in cut.shots] == ["A", "C"]
    (note,) = [note for note in cut.notes if "edit list is left out" in note]
    assert note.startswith("line 9 of the edit list is left out, as it is not an event: 002  B  V  C  01:00:00:00 soon")


@pytest.mark.parametrize("operand", ["#", "\N{SUPERSCRIPT TWO}", "&"])
def test_an_event_whose_length_of_transition_is_no_number_is_left_out_with_a_note(operand: str, tmp_path: Path) -> None:
    times = ("01:00:00:00", "01:00:01:00")
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", times, ("10:00:00:00", "10:00:01:00")),
        event(2, "B", times, ("10:00:01:00", "10:00:02:00"), edit="D", length=operand),
    )
    cut = read(path, rate="24")
    assert [shot.clip_name for shot in cut.shots] == ["A"]
    assert any(
        note.startswith("line 4 of the edit list is left out, as it is not an event: 002 B V D") for note in cut.notes
    )


def test_an_event_that_ends_before_it_begins_is_left_out_alone(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("01:00:00:00", "01:00:01:00"), ("01:00:05:00", "01:00:01:00")),
        first_second(2, "B", 6),
    )

    cut = read(path)

    assert [shot.clip_name for shot in cut.shots] == ["B"]
    assert any("event 001 (A) is left out: its record ends at 01:00:01:00" in note for note in cut.notes)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        ("\x1a\n", "the file is empty"),
        ("0.00\t5.00\t0\n", "it has no events"),
        ('"ID";"Track";"StartTime"\n1; 0; 0.0\n', "it has no events"),
        (
            "001  001  V  C  01:00:00:00 01:00:00:01 01:00:00:00 01:00:00:01\n |C:ResolveColorBlue |M:Marker 1 |D:1\n",
            "markers",
        ),
        ("001  A  V  C  01:00:00:00 01:00:00:00 01:00:00:00 01:00:00:00\n", "takes any time"),
    ],
    ids=["empty", "an end of file", "an MPlayer list", "a Vegas list", "Resolve's markers", "no length"],
)
def test_what_is_no_list_of_clips_is_refused_in_one_line(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.edl"
    path.write_text(text)

    with pytest.raises(UnreadableCut, match=problem):
        read(path)


def test_a_list_of_sound_has_nothing_to_render(tmp_path: Path) -> None:
    path = write_list(tmp_path / "cut.edl", first_second(1, "A", channels="A"), first_second(1, "A", channels="A2"))

    with pytest.raises(EmptyCut, match="it has no video clips"):
        read(path)


def test_offline_media_is_as_long_as_the_list_uses_it(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("01:00:10:00", "01:00:12:00"), ("01:00:00:00", "01:00:02:00")),
        event(2, "A", ("01:00:01:00", "01:00:02:00"), ("01:00:02:00", "01:00:03:00")),
        event(3, "AX", ("00:00:00:05", "00:00:01:05"), ("01:00:03:00", "01:00:04:00")),
        "* FROM CLIP NAME: plate.[0001-0099].exr",
    )

    cut = read(path, handles=8)

    (first, second, plate) = cut.shots
    assert first.media == second.media
    assert (first.media.source_range, first.media.timecode_first) == ((first.media.source_range), HOUR + 24)
    assert first.media.source_range is not None
    assert len(first.media.source_range) == 264
    assert [shot.handles for shot in (first, second)] == [(8, 0), (0, 8)]
    assert (plate.source_range.first, plate.source_range.last, plate.handles) == (5, 28, (4, 8))


@pytest.mark.parametrize(
    ("reel", "remark"),
    [
        ("A" * 300, ""),
        ("A", f"* SOURCE FILE: /media/{'a' * 300}.mov"),
        ("A", "* SOURCE FILE: .."),
        ("A", "* FROM CLIP NAME: ../../take"),
        ("..", ""),
        ("A/B", ""),
        ("", ""),
        ("#.exr", ""),
        ("file:///x.mov", ""),
    ],
)
def test_no_name_stops_the_list(reel: str, remark: str, tmp_path: Path) -> None:
    path = write_list(tmp_path / "cut.edl", first_second(1, reel), remark, first_second(2, "B", 1))

    assert [shot.media.online for shot in read(path).shots] == [False, False]


def test_a_label_of_no_time_of_day_says_nothing_of_the_rate(tmp_path: Path) -> None:
    path = write_list(
        tmp_path / "cut.edl",
        event(1, "A", ("99:99:99:99", "99:99:99:99"), ("01:00:00:00", "01:00:01:00")),
        first_second(2, "B", 1),
    )

    cut = read(path)

    assert (cut.record_rate, [shot.clip_name for shot in cut.shots]) == (24, ["B"])
    assert any("event 001 (A) is left out: timecode '99:99:99:99' does not exist" in note for note in cut.notes)


def test_what_hundreds_of_events_have_in_common_is_counted(tmp_path: Path) -> None:
    events = [
        event(number, "A", ("01:00:00:00", "01:00:00:12"), (f"01:{number:02}:00:00", f"01:{number:02}:01:00"))
        for number in range(1, 41)
    ]

    notes = [note for note in read(write_list(tmp_path / "cut.edl", *events)).notes if "does not fit" in note]

    assert len(notes) == 21
    assert notes[-1] == "20 more events: … does not fit its record …"


# --- files of others -------------------------------------------------------------------------------------------


def test_every_list_of_the_samples_gives_its_clips(shared: Path) -> None:
    paths = sorted((shared / "timelines/edl_otio_adapter").glob("*.edl"))
    assert len(paths) == 10
    counts = {path.stem: len(read(path, handles=8).shots) for path in paths}
    assert counts == {
        "25fps": 4,
        "avid_example": 2,
        "dissolve_test": 3,
        "dissolve_test_3": 3,
        "gap_test": 3,
        "nucoda_example": 2,
        "premiere_example": 2,
        "speed_effects_small": 5,
        "timecode_mismatch": 20,
        "wipe_test": 3,
    }


def test_the_dissolve_of_the_samples(shared: Path) -> None:
    cut = read(shared / "timelines/edl_otio_adapter/dissolve_test.edl", handles=100)

    assert records(cut) == [(0, 8), (9, 18), (19, 19)]
    assert [shot.clip_name for shot in cut.shots] == ["clip_A", "clip_B", "clip_B"]
    assert [shown(shot)[0] - HOUR for shot in cut.shots] == [101, 200, 210]
    assert [row.record_range and row.record_range.first for row in cut.skipped] == [9]
