"""FCPXML: where clips lie, on which tracks, and which frames they show."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from tests.turnover._fcpxml import document, project, write
from toolkit.documents import Cut, ReadOptions
from toolkit.errors import EmptyCut, NoSuchFile, UnreadableCut
from toolkit.turnover import read_cut
from toolkit.turnover.formats import open_timeline_file
from toolkit.turnover.formats.fcpxml import story as fcpxml_story

SHOT = '<asset-clip ref="a" name="sh010" offset="3600s" start="3604s" duration="2s"/>'


def rows(cut: Cut) -> list[tuple[str, int, int, int, int, int]]:
    """Name, track, first and last record frame, first and last frame of the media."""
    return [
        (
            shot.name,
            shot.track_index,
            shot.record_range.first,
            shot.record_range.last,
            shot.source_range.first,
            shot.source_range.last,
        )
        for shot in cut.shots
    ]


def test_the_case_of_the_conform_suite(shared: Path) -> None:
    cut = read_cut(shared / "cases/conform/F01_modern.fcpxml", handles=0)

    assert (cut.record_start, len(cut.skipped)) == (86400, 1)
    assert rows(cut) == [("sh010", 0, 0, 47, 10, 57), ("sh030", 0, 72, 119, 0, 23)]
    assert [shot.frame_map.speed for shot in cut.shots] == [1, 0.5]
    assert {shot.media.path for shot in cut.shots} == {"/gone/A001 x.mov"}


def test_clips_begin_at_their_offset_and_count_from_the_timecode_of_their_media(tmp_path: Path) -> None:
    gap = '<gap name="Gap" offset="3602s" start="3600s" duration="1s"/>'
    cut = read_cut(write(tmp_path, SHOT + gap + '<asset-clip ref="b" name="sh020" offset="3603s" duration="1s"/>'))

    assert (cut.name, cut.record_rate, cut.record_start, cut.record_count) == ("reel", 25, 90000, 100)
    assert rows(cut) == [("sh010", 0, 0, 49, 100, 149), ("sh020", 0, 75, 99, 0, 24)]
    assert cut.shots[0].media.timecode_first == 90000


def test_connected_clips_lie_in_the_time_of_their_parent_on_lanes_above_and_below(tmp_path: Path) -> None:
    spine = """<asset-clip ref="a" name="main" offset="3600s" start="3610s" duration="4s">
      <asset-clip ref="b" name="top" lane="2" offset="3611s" start="5s" duration="1s">
        <asset-clip ref="b" name="on top of that" lane="1" offset="5s" start="7s" duration="12/25s"/></asset-clip>
      <asset-clip ref="b" name="above" lane="1" offset="3610s" duration="1s"/>
      <asset-clip ref="b" name="above later" lane="1" offset="3612s" duration="1s"/>
      <asset-clip ref="b" name="above at once" lane="1" offset="3612s" start="9s" duration="2s"/>
      <asset-clip ref="b" name="below" lane="-1" offset="3612s" start="1s" duration="1s"/>
      <asset-clip ref="sound" name="wild" lane="-2" offset="3610s" duration="4s"/></asset-clip>"""
    path = write(tmp_path, spine)

    cut = read_cut(path, handles=0)

    assert [(name, track, first) for name, track, first, *_ in rows(cut)] == [
        ("below", 0, 50),
        ("main", 1, 0),
        ("above", 2, 0),
        ("above_later", 2, 50),
        ("above_at_once", 3, 50),
        ("top", 4, 25),
        ("on_top_of_that", 5, 25),
    ]
    assert cut.notes == () and cut.skipped == ()
    timeline = open_timeline_file(path, ReadOptions()).timeline
    names = [track.name for track in timeline.tracks]
    assert names == ["Lane -1", "Primary storyline", "Lane 1", "Lane 1 (2)", "Lane 2", "Lane 2 1"]


def test_a_secondary_storyline_is_one_track_with_its_transition(tmp_path: Path) -> None:
    spine = """<gap offset="3600s" start="3600s" duration="10s"><spine lane="1" offset="3602s">
      <asset-clip ref="a" name="left" offset="0s" start="3610s" duration="2s"/>
      <transition name="Cross Dissolve" offset="38/25s" duration="24/25s"/>
      <asset-clip ref="b" name="right" offset="2s" start="5s" duration="2s"/></spine></gap>"""

    cut = read_cut(write(tmp_path, spine), handles=0)

    assert rows(cut) == [("left", 1, 50, 99, 250, 299), ("right", 1, 100, 149, 125, 174)]
    assert [shot.source_work_range.last for shot in cut.shots] == [311, 174]
    assert cut.shots[1].source_work_range.first == 113
    assert [(row.clip_name, str(row.record_range)) for row in cut.skipped] == [("Cross Dissolve", "88-111")]


def test_a_storyline_may_begin_and_end_with_a_transition(tmp_path: Path) -> None:
    spine = f"""<transition name="Cross Dissolve" offset="3600s" duration="1s"/>{SHOT}
      <transition name="Wipe" offset="3601s" duration="1s"/>"""

    cut = read_cut(write(tmp_path, spine), handles=0)

    assert rows(cut) == [("sh010", 0, 0, 49, 100, 149)]
    assert [(row.clip_name, str(row.record_range)) for row in cut.skipped] == [
        ("Cross Dissolve", "0-24"),
        ("Wipe", "25-49"),
    ]


def test_what_is_not_footage_is_said_and_what_is_only_heard_is_not(tmp_path: Path) -> None:
    spine = f"""{SHOT}<title ref="words" name="Opening" offset="3602s" start="3600s" duration="1s"/>
      <video ref="clouds" name="Sky" offset="3603s" start="3600s" duration="1s"/>
      <asset-clip ref="sound" name="wild" offset="3604s" duration="1s">
        <asset-clip ref="b" name="over sound" lane="1" offset="0s" duration="1s"/></asset-clip>
      <asset-clip ref="a" name="off" enabled="0" offset="3605s" start="3600s" duration="1s"/>
      <asset-clip ref="a" name="heard" srcEnable="audio" offset="3606s" start="3600s" duration="1s"/>
      <asset-clip ref="nowhere" name="lost" offset="3607s" duration="1s"/>"""

    cut = read_cut(write(tmp_path, spine), handles=0)

    assert [(row[0], row[1], row[2]) for row in rows(cut)] == [("sh010", 0, 0), ("over_sound", 1, 100)]
    assert [(row.clip_name, row.reason.partition(",")[0]) for row in cut.skipped] == [
        ("Opening", "a generator (title Basic Title)"),
        ("Sky", "a generator (generator Clouds)"),
        ("off", "disabled in the timeline"),
        ("lost", "no media: a title"),
    ]
    assert cut.notes == ("clip 'lost': what it shows, 'nowhere', is not in the file",)
    assert cut.record_count == 200


def test_an_audition_shows_its_pick_where_it_lies(tmp_path: Path) -> None:
    spine = """<audition offset="3602s"><asset-clip ref="b" name="pick" start="4s" duration="1s"/>
      <asset-clip ref="a" name="alternate" start="3600s" duration="3s"/></audition>"""

    cut = read_cut(write(tmp_path, spine), handles=0)

    assert rows(cut) == [("pick", 0, 50, 74, 100, 124)]


def test_a_clip_shows_the_picture_inside_it(tmp_path: Path) -> None:
    spine = """<clip name="old style" offset="3600s" start="3605s" duration="2s">
        <video ref="a" offset="3600s" start="3600s" duration="40s">
          <audio ref="a" lane="-1" offset="3600s" duration="40s"/></video></clip>
      <sync-clip name="synced" offset="3602s" start="3s" duration="2s">
        <spine><asset-clip ref="b" name="camera" offset="1s" start="2s" duration="15s">
          <asset-clip ref="sound" lane="-1" offset="2s" duration="9s"/></asset-clip></spine></sync-clip>"""

    cut = read_cut(write(tmp_path, spine), handles=0)

    assert rows(cut) == [("old_style", 0, 0, 49, 125, 174), ("synced", 0, 50, 99, 100, 149)]
    assert cut.notes == ()


def test_a_storyline_inside_a_clip_keeps_its_transitions_and_connected_clips(tmp_path: Path) -> None:
    spine = """<sync-clip name="synced" offset="3600s" start="1s" duration="4s"><spine>
        <asset-clip ref="a" name="left" offset="0s" start="3610s" duration="3s">
          <asset-clip ref="b" name="over" lane="1" offset="3611s" start="9s" duration="1s"/></asset-clip>
        <transition name="Cross Dissolve" offset="65/25s" duration="20/25s"/>
        <asset-clip ref="b" name="right" offset="3s" start="5s" duration="3s"/></spine></sync-clip>"""

    cut = read_cut(write(tmp_path, spine), handles=0)

    assert [(name, first, last, low, high) for name, _, first, last, low, high in rows(cut)] == [
        ("synced_left", 0, 49, 275, 324),
        ("synced_right", 50, 99, 125, 174),
        ("synced_over", 0, 24, 225, 249),
    ]
    assert [str(row.record_range) for row in cut.skipped] == ["40-59"]


def test_a_multicam_clip_shows_the_angle_chosen_for_pictures(tmp_path: Path) -> None:
    multicam = """<media id="mc" name="interview"><multicam format="f25" tcStart="100s">
      <mc-angle name="A" angleID="one"><asset-clip ref="a" offset="100s" start="3600s" duration="40s"/></mc-angle>
      <mc-angle name="B" angleID="two"><gap offset="100s" duration="2s"/>
        <asset-clip ref="b" offset="102s" start="0s" duration="20s"/></mc-angle></multicam></media>"""
    spine = """<mc-clip ref="mc" name="angle B" offset="3600s" start="104s" duration="1s">
        <mc-source angleID="one" srcEnable="audio"/><mc-source angleID="two" srcEnable="video"/></mc-clip>
      <mc-clip ref="mc" name="angle A" offset="3601s" start="104s" duration="1s">
        <mc-source angleID="one" srcEnable="all"/></mc-clip>
      <mc-clip ref="mc" name="gone" offset="3602s" start="104s" duration="1s">
        <mc-source angleID="three" srcEnable="video"/></mc-clip>"""

    cut = read_cut(write(tmp_path, spine, resources=multicam), handles=0)

    assert rows(cut) == [("angle_B", 0, 0, 24, 50, 74), ("angle_A", 0, 25, 49, 100, 124)]
    assert cut.notes == ("clip 'gone': it shows none of the angles in the file",)


def test_an_angle_may_count_from_the_start_of_its_multicam(tmp_path: Path) -> None:
    """As Resolve writes it: the multicam clip in timecode, the clips of an angle from zero."""
    multicam = """<media id="mc"><multicam format="f25" tcStart="3600s"><mc-angle angleID="one">
      <gap offset="0/1s" duration="2s" start="3600s"/>
      <asset-clip ref="a" offset="2s" start="3610s" duration="30s"/></mc-angle></multicam></media>"""
    spine = """<mc-clip ref="mc" name="cam" offset="3600s" start="3604s" duration="1s">
      <mc-source angleID="one" srcEnable="video"/></mc-clip>"""

    assert rows(read_cut(write(tmp_path, spine, resources=multicam))) == [("cam", 0, 0, 24, 300, 324)]


def test_a_still_is_one_frame_however_its_name_ends(tmp_path: Path) -> None:
    still = '<asset id="s" name="logo" start="0s" duration="0s" hasVideo="1" format="still" src="/gone/logo.0012.png"/>'
    spine = '<video ref="s" name="logo" offset="3600s" start="3599s" duration="2s"/>'

    cut = read_cut(write(tmp_path, spine, resources=still), handles=0)

    assert [(len(shot.source_range), len(shot.record_range), shot.frame_map.speed) for shot in cut.shots] == [
        (1, 50, 0)
    ]


def test_clips_that_overlap_in_a_storyline_keep_their_place(tmp_path: Path) -> None:
    cut = read_cut(write(tmp_path, SHOT + '<asset-clip ref="b" name="late" offset="3601s" duration="2s"/>'), handles=0)

    assert rows(cut) == [("sh010", 0, 0, 49, 100, 149), ("late", 1, 25, 74, 0, 49)]
    assert cut.notes == ("clip 'late': it overlaps the clip before it: it is read on a track of its own",)


def test_offsets_that_ignore_the_start_of_the_timeline_count_from_it(tmp_path: Path) -> None:
    spine = '<asset-clip ref="b" name="one" offset="0s" duration="1s"/><asset-clip ref="b" name="two" duration="1s"/>'

    cut = read_cut(write(tmp_path, spine), handles=0)

    assert [row[2] for row in rows(cut)] == [0, 25]
    assert "counted from it" in cut.notes[0]


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("FFVideoFormat1080p2398", "24000/1001"),
        ("FFVideoFormat1080p24", "24"),
        ("FFVideoFormatDV720x480i5994_16x9", "30000/1001"),
        ("FFVideoFormat1080i50", "25"),
        ("FFVideoFormat720p5994", "60000/1001"),
        ("FFVideoFormat3840x2160p60", "60"),
    ],
)
def test_a_format_without_a_frame_duration_has_the_rate_of_its_name(name: str, rate: str, tmp_path: Path) -> None:
    path = write(
        tmp_path, SHOT, resources=f'<format id="named" name="{name}"/>', sequence='format="named" tcStart="3600s"'
    )

    assert str(read_cut(path).record_rate) == rate


def test_a_format_with_a_damaged_frame_duration_has_the_rate_of_its_name(tmp_path: Path) -> None:
    named = '<format id="named" name="FFVideoFormat1080p24" frameDuration="99999999s"/>'

    assert read_cut(write(tmp_path, SHOT, resources=named, sequence='format="named"')).record_rate == 24


def test_drop_frame_and_a_start_in_real_seconds(tmp_path: Path) -> None:
    spine = '<asset-clip ref="b" name="one" offset="107999892/30000s" duration="1001/1000s"/>'

    cut = read_cut(write(tmp_path, spine, sequence='format="f2997" tcStart="107999892/30000s" tcFormat="DF"'))

    assert (cut.record_start, cut.drop_frame, cut.record_count) == (107892, True, 30)


def test_a_timeline_that_does_not_say_its_timecode_format_is_judged_by_its_start(tmp_path: Path) -> None:
    spine = '<asset-clip ref="b" name="one" offset="107999892/30000s" duration="1001/1000s"/>'

    assert read_cut(write(tmp_path, spine, sequence='format="f2997" tcStart="107999892/30000s"')).drop_frame


def test_clips_nested_without_end_are_refused(tmp_path: Path) -> None:
    inside = '<clip offset="0s" duration="1s">' * 1500 + "</clip>" * 1500
    path = write(tmp_path, f'<clip name="deep" offset="3600s" duration="1s">{inside}</clip>')

    with pytest.raises(UnreadableCut, match="nested too deeply"):
        read_cut(path)


def test_a_project_without_a_rate_takes_that_of_its_media_and_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, SHOT, sequence='format="still" tcStart="3600s"')

    assert read_cut(path).record_rate == 25
    assert "25 fps is assumed, that of its first media" in read_cut(path).notes[0]
    assert read_cut(path, options=ReadOptions(record_rate=Fraction(24))).record_rate == 24


# --- files and folders -----------------------------------------------------------------------------------------


def test_a_folder_is_read_by_its_info_file_with_paths_relative_to_it(tmp_path: Path) -> None:
    folder = tmp_path / "reel.fcpxmld"
    folder.mkdir()
    media = '<asset id="in" name="in" start="0s" duration="9s" format="f25" src="./Media/one%20two.mov"/>'
    spine = '<asset-clip ref="in" name="in" offset="3600s" duration="1s"/>'
    (folder / "Info.fcpxml").write_text(document(project(spine), resources=media))

    cut = read_cut(folder)

    assert cut.path == str(folder)
    assert cut.shots[0].media.path == f"{folder}/Media/one two.mov"


def test_a_file_of_the_general_kind_of_name_is_known_by_its_root(tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_text(document(project(SHOT)))

    assert len(read_cut(path).shots) == 1


def test_the_original_is_taken_rather_than_the_proxy(tmp_path: Path) -> None:
    media = """<asset id="p" start="0s" duration="9s" format="f25"><media-rep kind="proxy-media" src="/gone/proxy.mov"/>
      <media-rep kind="original-media" src="file://localhost/gone/caf%C3%A9%20%231.mov"/></asset>"""
    cut = read_cut(write(tmp_path, '<asset-clip ref="p" offset="3600s" duration="1s"/>', resources=media))

    assert cut.shots[0].media.path == "/gone/café #1.mov"


def test_of_several_projects_the_first_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    path = tmp_path / "library.fcpxml"
    path.write_text(document(project(SHOT, name="first") + project(SHOT, name="second")))

    cut = read_cut(path)

    assert (cut.name, len(cut.shots)) == ("first", 1)
    assert cut.notes == ("the file has 2 projects: 'first' is read; not read: 'second'",)


def test_the_clips_of_an_event_without_a_project_follow_one_another(tmp_path: Path) -> None:
    path = tmp_path / "event.fcpxml"
    clips = '<asset-clip ref="b" name="one"/><asset-clip ref="sound" name="wild"/><asset-clip ref="a" name="two"/>'
    path.write_text(document(f'<event name="e">{clips}</event>'))

    cut = read_cut(path, handles=0)

    assert rows(cut) == [("one", 0, 0, 499, 0, 499), ("two", 0, 500, 1499, 0, 999)]
    assert cut.notes == (
        "the file holds no project, so no timeline: its 2 clips are read one after another, at 25 fps",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the file is empty"),
        (document(project(SHOT))[:-40], "it is not XML, or the file is truncated"),
        ('<xmeml version="5"/>', "its root is <xmeml>"),
        ('<!DOCTYPE fcpxml [<!ENTITY a "b">]><fcpxml version="1.9">&a;</fcpxml>', "it declares XML entities"),
        ('<!DOCTYPE fcpxml [<!ENTITY % a SYSTEM "x"> %a;]><fcpxml version="1.9"/>', "it declares XML entities"),
        ('<fcpxml version="1.9"/>', "it has neither a project nor clips with pictures"),
    ],
    ids=["empty", "truncated", "the older format", "entity", "external entity", "nothing in it"],
)
def test_what_cannot_be_read_is_one_line(text: str, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.fcpxml"
    path.write_text(text)

    with pytest.raises(UnreadableCut, match=problem) as caught:
        read_cut(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_without_its_file(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        read_cut(tmp_path / "gone.fcpxml")
    (tmp_path / "empty.fcpxmld").mkdir()
    with pytest.raises(UnreadableCut, match="the folder has no Info"):
        read_cut(tmp_path / "empty.fcpxmld")


def test_a_document_type_of_apple_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "cut.fcpxml"
    kind = '<!DOCTYPE fcpxml PUBLIC "-//Apple//DTD FCPXML 1.8//EN" "FCPXMLv1_8.dtd">'
    path.write_text(document(project(SHOT)).replace("<!DOCTYPE fcpxml>", kind))

    assert len(read_cut(path).shots) == 1


@pytest.mark.parametrize(
    "bad", ['duration="1/0s"', 'duration="long"', "", 'start="1e9s" duration="1s"', 'duration="-1s"']
)
def test_a_clip_with_a_bad_time_is_left_out_alone(bad: str, tmp_path: Path) -> None:
    media = '<asset id="endless" start="0s" hasVideo="1" format="f25" src="/gone/x.mov"/>'
    spine = SHOT + f'<asset-clip ref="endless" name="bad" offset="3602s" {bad}/>' + SHOT.replace("3600s", "3603s")

    cut = read_cut(write(tmp_path, spine, resources=media))

    assert [row[2] for row in rows(cut)] == [0, 75]
    assert len(cut.notes) == 1 and cut.notes[0].startswith("clip 'bad': it is left out:")


def test_the_error_for_a_file_without_shots_says_what_was_left_out(tmp_path: Path) -> None:
    media = '<asset id="endless" start="0s" hasVideo="1" format="f25" src="/gone/x.mov"/>'
    spine = '<asset-clip ref="endless" name="bad" offset="3600s"/>'

    with pytest.raises(EmptyCut, match="clip 'bad': it is left out: it has no duration"):
        read_cut(write(tmp_path, spine, resources=media))


def test_what_is_connected_to_a_clip_that_is_left_out_is_said(tmp_path: Path) -> None:
    lost = '<gap name="hole" offset="3602s" duration="bad"><asset-clip ref="b" lane="1" duration="1s"/></gap>'

    assert read_cut(write(tmp_path, SHOT + lost)).notes == (
        "clip 'hole': it is left out, with what is connected to it: 'bad' is not a time",
    )


def test_a_compound_clip_inside_itself_is_left_out(tmp_path: Path) -> None:
    spine = '<spine><ref-clip ref="m" duration="1s"/></spine>'
    loop = f'<media id="m" name="loop"><sequence format="f25">{spine}</sequence></media>'
    cut = read_cut(
        write(tmp_path, SHOT + '<ref-clip ref="m" name="loop" offset="3602s" duration="1s"/>', resources=loop)
    )

    assert len(cut.shots) == 1
    assert any("a part of itself" in note for note in cut.notes)


def test_compound_clips_that_multiply_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcpxml_story, "_MOST_CLIPS", 1000)
    uses = "".join(
        f'<media id="m{level}"><sequence format="f25"><spine>'
        + f'<ref-clip ref="m{level + 1}" duration="1s"/>' * 10
        + "</spine></sequence></media>"
        for level in range(8)
    )
    path = write(tmp_path, '<ref-clip ref="m0" offset="3600s" duration="1s"/>', resources=uses)

    with pytest.raises(UnreadableCut, match="more than 1000 clips"):
        read_cut(path)


def test_unknown_parts_of_a_storyline_and_filters_that_show_other_moments_are_said(tmp_path: Path) -> None:
    spine = (
        SHOT.replace("/>", '><filter-video ref="x" name="Trails"/><filter-video ref="y" name="Vignette"/></asset-clip>')
        + '<hologram name="new" offset="3602s" duration="1s"/><note>hello</note>'
    )
    cut = read_cut(write(tmp_path, spine))

    assert cut.notes == (
        "clip 'sh010': its filter 'Trails' shows other moments, which is not read",
        "clip 'new' is left out: <hologram> is not known as a part of a timeline",
    )


def test_a_timeline_of_titles_says_so(tmp_path: Path) -> None:
    with pytest.raises(EmptyCut, match="title Basic Title"):
        read_cut(write(tmp_path, '<title ref="words" name="t" offset="3600s" duration="1s"/>'))
