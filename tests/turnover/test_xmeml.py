"""FCP7 XML: which frames its clips show, and what is said of the rest."""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path

import pytest

from tests.turnover import _xmeml as xm
from tests.turnover._cuts import write_movie, write_sequence
from toolkit.documents import Cut, Shot
from toolkit.errors import EmptyCut, NoSuchFile, UnreadableCut
from toolkit.turnover import read_cut
from toolkit.turnover.source_timeline import open_timeline

A = xm.file("f1", "file://localhost/gone/A.mov", start=86400)
AGAIN = '<file id="f1"/>'


def shown(shot: Shot) -> list[int]:
    """Media frames from the head of the media, one for each timeline frame."""
    assert shot.media.source_range is not None
    head = shot.media.source_range.first
    return [shot.frame_map.source_frame_at_record(frame) - head for frame in shot.record_range]


def record(shot: Shot) -> tuple[int, int]:
    return shot.record_range.first, shot.record_range.last


def read(folder: Path, *content: str, handles: int = 0) -> Cut:
    return read_cut(xm.write(folder, *content), handles=handles)


def only(folder: Path, item: str, *, rates: str = "") -> Shot:
    cut = read(folder, xm.sequence(xm.track(item), rates=rates))
    assert len(cut.shots) == 1, cut.skipped
    return cut.shots[0]


# --- the timeline ----------------------------------------------------------------------------------------------


def test_clips_gaps_and_a_file_written_once(tmp_path: Path) -> None:
    start = xm.timecode(86400, xm.rate(24))
    items = xm.clip("a", 10, 30, 5, 25, A), xm.clip("b", 50, 60, 100, 110, AGAIN)
    cut = read(tmp_path, xm.sequence(xm.track(*items), start=start))

    a, b = cut.shots
    assert (cut.name, cut.record_rate, cut.record_start, cut.record_count) == ("cut", 24, 86400, 60)
    assert (record(a), shown(a)) == ((10, 29), list(range(5, 25)))
    assert (record(b), shown(b)) == ((50, 59), list(range(100, 110)))
    assert {shot.media.path for shot in cut.shots} == {"/gone/A.mov"}
    assert {shot.media.timecode_first for shot in cut.shots} == {86400}


def test_a_side_under_a_transition_counts_from_where_the_transition_begins(tmp_path: Path) -> None:
    items = xm.clip("a", 0, -1, 10, 64, A), xm.transition(42, 54), xm.clip("b", -1, 96, 20, 74, AGAIN)
    cut = read(tmp_path, xm.sequence(xm.track(*items)))

    a, b = cut.shots
    assert (record(a), shown(a)) == ((0, 47), list(range(10, 58)))
    assert (record(b), shown(b)) == ((48, 95), list(range(26, 74)))
    assert (a.source_work_range.last, b.source_work_range.first) == (63, 20)
    (row,) = cut.skipped
    assert row.record_range is not None
    assert (row.record_range.first, row.record_range.last) == (42, 53)


@pytest.mark.parametrize(
    ("alignment", "extra", "cut"),
    [
        ("start-black", "", 42),
        ("end-black", "", 54),
        ("center", "", 48),
        ("center", "<cutPointTicks>42336000000</cutPointTicks>", 46),  # Premiere: 4 frames after the start at 24 fps
        ("", "<cutPointTicks>1e300</cutPointTicks>", 48),
    ],
)
def test_the_cut_under_a_transition(alignment: str, extra: str, cut: int, tmp_path: Path) -> None:
    items = (
        xm.clip("a", 0, -1, 10, 64, A),
        xm.transition(42, 54, alignment=alignment, extra=extra),
        xm.clip("b", -1, 96, 20, 74, AGAIN),
    )
    a, b = read(tmp_path, xm.sequence(xm.track(*items))).shots

    assert (record(a)[1], record(b)[0], shown(b)[0]) == (cut - 1, cut, 20 + cut - 42)


def test_a_fade_at_the_head_and_a_transition_that_touches_nothing(tmp_path: Path) -> None:
    items = xm.transition(0, 12, alignment="start-black"), xm.clip("a", 0, 40, 0, 40, A), xm.transition(100, 110)
    cut = read(tmp_path, xm.sequence(xm.track(*items)))

    assert shown(cut.shots[0]) == list(range(40))
    assert cut.notes == ("the transition Cross Dissolve is left out: it lies on no cut",)


def test_a_clip_begins_and_ends_with_its_fades_where_no_other_clip_is(tmp_path: Path) -> None:
    """A real export of Final Cut: the first clip begins under a transition that is centred on nothing."""
    items = xm.transition(10, 40), xm.clip("a", -1, -1, 0, 90, A), xm.transition(80, 100)
    cut = read(tmp_path, xm.sequence(xm.track(xm.clip("z", 0, 9, 0, 9, AGAIN), *items)))

    assert (record(cut.shots[1]), shown(cut.shots[1])) == ((10, 99), list(range(90)))
    assert not cut.notes


def test_a_side_without_its_transition_is_placed_by_its_length(tmp_path: Path) -> None:
    lost = xm.clip("lost", -1, -1, 0, 10, AGAIN)
    cut = read(tmp_path, xm.sequence(xm.track(xm.clip("a", -1, 50, 10, 40, A), lost)))

    assert (record(cut.shots[0]), shown(cut.shots[0])[0]) == ((20, 49), 10)
    (note,) = cut.notes
    assert note.startswith("lost is left out: its place on the timeline is not given")


def test_disabled_clips_and_tracks_and_the_order_of_tracks(tmp_path: Path) -> None:
    cut = read(
        tmp_path,
        xm.sequence(
            xm.track(xm.clip("low", 0, 10, 0, 10, A)),
            xm.track(xm.clip("off", 0, 10, 0, 10, AGAIN, enabled=False), xm.clip("high", 10, 20, 0, 10, AGAIN)),
            xm.track(xm.clip("muted", 0, 10, 0, 10, AGAIN), enabled=False),
        ),
    )

    assert [(shot.name, shot.track_index) for shot in cut.shots] == [("low", 0), ("high", 1)]
    assert [(row.clip_name, row.reason) for row in cut.skipped] == [
        ("off", "disabled in the timeline"),
        ("muted", "its track is disabled"),
    ]


def test_items_are_read_by_their_place_and_one_that_overlaps_another_is_kept(tmp_path: Path) -> None:
    items = [
        xm.clip(name, start, end, 0, end - start, A) for name, start, end in (("c", 20, 30), ("a", 0, 10), ("b", 5, 15))
    ]
    cut = read(tmp_path, xm.sequence(xm.track(items[0], xm.transition(28, 30), *items[1:])))

    assert [(shot.name, record(shot), shot.track_index) for shot in cut.shots] == [
        ("a", (0, 9), 0),
        ("c", (20, 29), 0),
        ("b", (5, 14), 1),
    ]
    assert cut.notes == ("b overlaps the clip before it on Video 1: it was put on a track above",)


def test_drop_frame_with_and_without_a_frame_count(tmp_path: Path) -> None:
    drop = xm.rate(30, ntsc=True)
    item = xm.clip("a", 0, 10, 0, 10, xm.file("f1", "file:///gone/A.mov", rates=drop), rates=drop)
    for start in (
        xm.timecode(107892, drop, label="01;00;00;00", display="DF"),
        xm.timecode(None, drop, label="01:00:00:00", display="DF"),  # Resolve
        xm.timecode(None, "", label="01:00:00;00", display=""),
    ):
        cut = read(tmp_path, xm.sequence(xm.track(item), rates=drop, start=start))
        assert (cut.record_rate, cut.record_start, cut.drop_frame) == (xm.ntsc(30), 107892, True)


def test_ntsc_is_inherited_where_final_cut_leaves_it_out(tmp_path: Path) -> None:
    ntsc = xm.rate(24, ntsc=True)
    bare = "<rate><timebase>24</timebase></rate>"
    media = xm.file("f1", "file:///gone/A.mov", rates=bare, start=240)
    cut = read(
        tmp_path,
        xm.sequence(xm.track(xm.clip("a", 0, 10, 3, 13, media, rates=bare)), rates=ntsc, start=xm.timecode(48, bare)),
    )

    assert (cut.record_rate, cut.record_start, cut.shots[0].media.rate) == (xm.ntsc(24), 48, xm.ntsc(24))
    assert shown(cut.shots[0]) == list(range(3, 13))


def test_the_rate_may_stand_in_the_format_only_and_else_must_be_set(tmp_path: Path) -> None:
    item = xm.track(xm.clip("a", 0, 10, 0, 10, A))
    text = xm.sequence(item).replace(xm.rate(24), "", 1)
    with pytest.raises(UnreadableCut, match="its sequence cut does not give a frame rate"):
        read(tmp_path, text)

    form = f"<format><samplecharacteristics>{xm.rate(24)}</samplecharacteristics></format>"
    assert read(tmp_path, text.replace("<video>", f"<video>{form}", 1)).record_rate == 24


def test_markers_are_carried(tmp_path: Path) -> None:
    marker = "<marker><name>look</name><comment>here</comment><in>12</in><out>-1</out></marker>"
    item = xm.clip("a", 0, 20, 5, 25, A, extra=marker)
    cut = read(tmp_path, xm.sequence(xm.track(item), start=marker))

    timeline = open_timeline(cut).timeline
    (on_sequence,), (on_clip,) = timeline.tracks.markers, timeline.tracks[0][0].markers
    assert (on_sequence.name, on_sequence.comment, on_sequence.marked_range.start_time.value) == ("look", "here", 12)
    assert on_clip.marked_range.start_time.value == 86412


# --- rates -----------------------------------------------------------------------------------------------------


def test_in_counts_at_the_rate_of_the_item(tmp_path: Path) -> None:
    """Premiere: a 23.976 picture in a 29.97 sequence, ``out`` rounded (OpenTimelineIO issue 468)."""
    media = xm.file("f1", "file:///gone/A.mov", duration=1000, rates=xm.rate(24, ntsc=True))
    shot = only(
        tmp_path, xm.clip("a", 468, 527, 312, 360, media, rates=xm.rate(24, ntsc=True)), rates=xm.rate(30, ntsc=True)
    )

    assert shown(shot)[:3] == [312, 312, 313]
    assert shown(shot)[-1] == 312 + 58 * 4 // 5


def test_in_counts_at_the_rate_of_the_sequence_when_only_that_gives_the_length(tmp_path: Path) -> None:
    """Scripts declare the rate of the file, and write the frames as Premiere and Resolve read them."""
    media = xm.file("f1", "file:///gone/A.mov", duration=1000, rates=xm.rate(25))
    shot = only(tmp_path, xm.clip("a", 0, 90, 60, 150, media, rates=xm.rate(25)), rates=xm.rate(30))

    assert (shown(shot)[0], shown(shot)[-1]) == (50, 50 + 89 * 25 // 30)


def test_a_rate_of_the_file_that_is_not_that_of_the_sequence(tmp_path: Path) -> None:
    """Resolve: a 23.976 movie in a 25 fps sequence, counted at 25."""
    media = xm.file("f1", "file:///gone/A.mov", duration=100, rates=xm.rate(24, ntsc=True))
    shot = only(tmp_path, xm.clip("a", 275, 353, 24, 102, media, rates=xm.rate(25)), rates=xm.rate(25))

    expected = [int((24 + index) * xm.ntsc(24) / 25) for index in range(78)]
    assert (shot.media.rate, shown(shot)) == (xm.ntsc(24), expected)


def test_out_may_be_a_frame_off(tmp_path: Path) -> None:
    """OpenTimelineIO issue 287: 43 frames from in to out, 44 on the timeline."""
    assert shown(only(tmp_path, xm.clip("a", 1574, 1618, 7, 50, A))) == list(range(7, 51))


def test_an_item_without_rate_or_length_counts_as_the_sequence(tmp_path: Path) -> None:
    """OpenTimelineIO issue 1322: Premiere writes 0 for both."""
    zero = "<rate><timebase>0</timebase><ntsc>FALSE</ntsc></rate>"
    items = xm.clip("a", 0, 10, 5, 15, A, rates=zero, duration=0), xm.clip("b", 10, 20, 5, 15, AGAIN)
    cut = read(tmp_path, xm.sequence(xm.track(*items)))

    assert [(record(shot), shown(shot)[0]) for shot in cut.shots] == [((0, 9), 5), ((10, 19), 5)]


def test_a_subclip_counts_from_its_own_start(tmp_path: Path) -> None:
    offsets = "<subclipinfo><startoffset>40</startoffset><endoffset>20</endoffset></subclipinfo>"
    assert shown(only(tmp_path, xm.clip("a", 0, 10, 5, 15, A, extra=offsets))) == list(range(45, 55))
    double = xm.clip("a", 0, 10, 5, 15, A, extra=offsets, filters=xm.retime(200))
    assert shown(only(tmp_path, double)) == list(range(50, 70, 2))


# --- media -----------------------------------------------------------------------------------------------------

URLS = {
    "file://localhost/gone/A%20b.mov": "/gone/A b.mov",
    "file:///gone/A&b.mov": "/gone/A&b.mov",
    "file://localhost/C%3a/shows/A.mov": "C:/shows/A.mov",
    "file:///C:/shows/A.mov": "C:/shows/A.mov",
    "file://localhost//server/share/A.mov": "//server/share/A.mov",
    "file://server/share/A.mov": "//server/share/A.mov",
    "//server/share/A.mov": "//server/share/A.mov",
    r"C:\shows\A.mov": "C:/shows/A.mov",
    "/gone/A.mov": "/gone/A.mov",
}


@pytest.mark.parametrize("url", URLS)
def test_every_way_of_writing_a_path(url: str, tmp_path: Path) -> None:
    assert only(tmp_path, xm.clip("a", 0, 10, 0, 10, xm.file("f1", url))).media.path == URLS[url]


def test_a_path_relative_to_the_file(tmp_path: Path) -> None:
    for url in ("plates/A.mov", "file://./plates/A.mov"):
        shot = only(tmp_path, xm.clip("a", 0, 10, 0, 10, xm.file("f1", url)))
        assert shot.media.path == f"{tmp_path.as_posix()}/plates/A.mov"


@pytest.mark.parametrize(
    "name", ["plate.1001.png", "plate.[1001-1050].png", "plate.%5B1001-1050%5D.png", "plate.####.png"]
)
def test_a_sequence_by_its_first_file_or_by_a_pattern(name: str, tmp_path: Path) -> None:
    write_sequence(tmp_path / "plates", range(1001, 1051))
    media = xm.file("f1", f"file://localhost{(tmp_path / 'plates' / name).as_posix()}", duration=50)
    shot = only(tmp_path, xm.clip("a", 0, 10, 5, 15, media, duration=50))

    assert (shot.media.online, shown(shot)) == (True, list(range(5, 15)))
    assert shot.source_range.first == 1006


@pytest.mark.parametrize(
    ("duration", "extra"), [(None, ""), (1, ""), (1_035_764, ""), (100, "<stillframe>TRUE</stillframe>")]
)
def test_a_still_is_one_frame_whatever_its_name(duration: int | None, extra: str, tmp_path: Path) -> None:
    """Premiere and Resolve count a still from twelve hours or one hour in; Resolve gives it a speed of 0."""
    write_sequence(tmp_path, [1])
    media = xm.file("f1", (tmp_path / "plate.0001.png").as_posix(), duration=duration, extra=extra)
    item = xm.clip("still", 3, 50, 86313, 86360, media, duration=1_035_764, filters=xm.retime(0))
    cut = read(tmp_path, xm.sequence(xm.track(item)))

    (shot,) = cut.shots
    assert (record(shot), set(shown(shot)), shot.source_range.first) == ((3, 49), {0}, 1)
    assert len(shot.source_work_range) == 1


def test_a_still_frame_of_a_movie(tmp_path: Path) -> None:
    still = "<stillframe>TRUE</stillframe><stillframeoffset>17</stillframeoffset>"
    assert set(shown(only(tmp_path, xm.clip("a", 0, 10, 5, 15, A, extra=still)))) == {17}


def test_a_file_without_a_length_is_as_long_as_its_item_was(tmp_path: Path) -> None:
    media = xm.file("f1", "file:///gone/A.mov", duration=None)
    shot = only(tmp_path, xm.clip("a", 0, 10, 30, 40, media, duration=90))
    assert shot.media.source_range is not None
    assert (len(shot.media.source_range), shown(shot)[0]) == (90, 30)


def test_generators_titles_and_lost_media_are_reported_clip_by_clip(tmp_path: Path) -> None:
    effect = "<effect><name>Crawl</name></effect>"
    generator = f"<generatoritem><name>Text</name><start>0</start><end>10</end>{effect}</generatoritem>"
    slug = '<file id="f9"><name>Adjustment Layer</name><mediaSource>Slug</mediaSource></file>'
    items = [
        generator,
        xm.clip("grade", 10, 20, 0, 10, slug),
        xm.clip("gone", 20, 30, 0, 10, '<file id="f77"/>'),
        xm.clip("angles", 30, 40, 0, 10, "<multiclip><angle/></multiclip>"),
        xm.clip("plate", 40, 50, 0, 10, A),
        xm.clip("lost", 50, 60, 0, 10, '<file id="f8"><name>Slug</name><mediaSource>Slug</mediaSource></file>'),
    ]
    cut = read(tmp_path, xm.sequence(xm.track(*items)))

    assert [record(shot) for shot in cut.shots] == [(40, 49)]
    assert [(row.clip_name, row.reason.partition(":")[0]) for row in cut.skipped] == [
        ("Text", "a generator (Crawl), not footage"),
        ("grade", "a generator (Adjustment Layer), not footage"),
        ("gone", "no media"),
        ("angles", "no media"),
        ("lost", "no media"),  # Resolve writes a clip so that was offline
    ]
    assert cut.notes == (
        "the media of gone is named by the id 'f77' only: the file does not define it",
        "angles is a multiclip, which is not supported yet: flatten it in the editor",
    )


def test_ids_are_unique_among_elements_of_one_tag_only(tmp_path: Path) -> None:
    """Hiero gives a file the id of its clip; a file may also be defined after it is used."""
    late = xm.clip("b", 10, 20, 0, 10, xm.file("s", "/gone/S.mov"))
    cut = read(tmp_path, xm.sequence(xm.track(xm.clip("a", 0, 10, 0, 10, '<file id="s"/>'), late), number="s"))

    assert [shot.media.path for shot in cut.shots] == ["/gone/S.mov", "/gone/S.mov"]


# --- sequences -------------------------------------------------------------------------------------------------


def test_the_sequence_that_no_other_one_contains_is_the_cut(tmp_path: Path) -> None:
    inner = xm.sequence(xm.track(xm.clip("deep", 0, 50, 7, 57, A)), name="inner", number="inner")
    nest = xm.clip("nest", 10, 30, 5, 25, '<sequence id="inner"/>')
    outer = xm.sequence(xm.track(xm.clip("a", 0, 10, 0, 10, AGAIN), nest), name="outer", number="outer")
    other = xm.sequence(xm.track(xm.clip("x", 0, 5, 0, 5, AGAIN)), name="other", number="other")
    empty = xm.sequence(name="empty", number="empty")
    bins = f"<bin><children>{empty}{inner}{outer}{other}</children></bin>"
    cut = read(tmp_path, f"<project><name>p</name><children>{bins}</children></project>")

    assert cut.name == "outer"
    assert cut.notes[0] == "the file has 2 sequences: outer is read, not other"
    assert [(record(shot), shown(shot)) for shot in cut.shots] == [
        ((0, 9), list(range(10))),
        ((10, 29), list(range(12, 32))),
    ]


def test_a_sequence_that_contains_itself_is_left_out(tmp_path: Path) -> None:
    loop = xm.clip("loop", 10, 20, 0, 10, '<sequence id="s"/>')
    gone = xm.clip("gone", 20, 30, 0, 10, '<sequence id="nowhere"/>')
    cut = read(tmp_path, xm.sequence(xm.track(xm.clip("a", 0, 10, 0, 10, A), loop, gone)))

    assert len(cut.shots) == 1
    assert [note.partition(": ")[2] for note in cut.notes] == [
        "its sequence contains itself",
        "the file does not define its sequence",
    ]


def test_nested_sequences_that_repeat_each_other_are_refused(tmp_path: Path) -> None:
    layers = [xm.sequence(xm.track(xm.clip("a", 0, 10, 0, 10, A)), number="n0")]
    for depth in range(1, 8):
        nests = [xm.clip("n", index, index + 1, 0, 1, f'<sequence id="n{depth - 1}"/>') for index in range(10)]
        layers.append(xm.sequence(xm.track(*nests), number=f"n{depth}"))
    with pytest.raises(UnreadableCut, match="more than 30,000 clips"):
        read(tmp_path, *layers)


# --- files that are not cuts -----------------------------------------------------------------------------------

_LOL = '<!DOCTYPE xmeml [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><xmeml><sequence>&b;</sequence></xmeml>'
TEXTS: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "prose": (b"hello", "it is not XML, or the file is truncated"),
    "cut short": (
        xm.document(xm.sequence(xm.track(xm.clip("a", 0, 10, 0, 10, A)))).encode()[:400],
        "truncated (unclosed",
    ),
    "binary": (b"\x00\x01\x02", "it is not XML"),
    "entities": (_LOL.encode(), "it declares XML entities"),
    "another root": (b"<svg/>", "it is XML, but no timeline: its root is <svg>"),
    "no sequence": (b"<xmeml><clip/></xmeml>", "it has no sequence"),
    "an unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><xmeml/>', "it is not XML"),
}


@pytest.mark.parametrize(("text", "problem"), TEXTS.values(), ids=TEXTS.keys())
def test_a_file_that_is_not_a_cut_is_refused_in_one_line(text: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    path.write_bytes(text)
    with pytest.raises(UnreadableCut) as caught:
        read_cut(path, handles=0)

    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        read_cut(tmp_path / "cut.xml", handles=0)


def test_an_external_entity_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    path = tmp_path / "cut.xml"
    path.write_text(f'<!DOCTYPE xmeml [<!ENTITY x SYSTEM "{secret.as_uri()}">]><xmeml><sequence>&x;</sequence></xmeml>')
    with pytest.raises(UnreadableCut, match="entities"):
        read_cut(path, handles=0)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_other_encodings(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "cut.xml"
    text = xm.document(xm.sequence(xm.track(xm.clip("é", 0, 10, 0, 10, A))))
    path.write_text(text.replace("UTF-8", encoding.removesuffix("-sig")), encoding=encoding)

    assert read_cut(path, handles=0).shots[0].clip_name == "é"


def test_numbers_that_are_none_do_not_stop_the_cut(tmp_path: Path) -> None:
    odd = [
        xm.clip(word, 0, 10, 0, 10, A).replace("<end>10<", f"<end>{word}<")
        for word in ("nan", "1e400", "x", "", "9e18", "9e8")
    ]
    odd += [xm.clip("in", 10, 20, 0, 10, AGAIN).replace("<in>0<", "<in>inf<"), xm.clip("a", 20, 30, 0, 10, AGAIN)]
    cut = read(tmp_path, xm.sequence(xm.track(*odd)))

    assert {record(shot) for shot in cut.shots} >= {(10, 19), (20, 29)}
    assert "9e8 is left out: its place on the timeline is invalid" in " ".join(cut.notes)


def test_ten_thousand_clips_are_read_in_seconds(tmp_path: Path) -> None:
    items = [xm.clip(f"c{index}", index * 5, index * 5 + 5, index % 100, index % 100 + 5, A) for index in range(10_000)]
    path = xm.write(tmp_path, xm.sequence(xm.track(*items)))
    began = time.process_time()
    cut = read_cut(path, handles=8)

    assert (len(cut.shots), len(cut.notes)) == (10_000, 0)
    assert time.process_time() - began < 30


# --- real files ------------------------------------------------------------------------------------------------


def test_the_standard_case(shared: Path) -> None:
    case = next(
        one for one in json.loads((shared / "cases/conform/index.json").read_text()) if one["id"] == "X01_xmeml"
    )
    cut = read_cut(shared / "cases/conform" / case["file"], handles=0)
    wanted = case["expect"]

    assert (str(cut.record_rate), cut.record_start) == (wanted["rate"], wanted["record_start"])
    assert [
        {"name": shot.name, "record": list(record(shot)), "media_frames": [shown(shot)[0], shown(shot)[-1]]}
        for shot in cut.shots
    ] == wanted["shots"]


@pytest.mark.parametrize(
    ("name", "shots", "skipped"), [("hiero_xml_export", 1, 1), ("premiere_example", 6, 4)], ids=["hiero", "premiere"]
)
def test_exports_of_editors(name: str, shots: int, skipped: int, shared: Path) -> None:
    cut = read_cut(shared / f"timelines/fcp7xml_otio_adapter/{name}.xml", handles=8)

    assert len(cut.shots) >= shots
    assert len(cut.shots) + len(cut.skipped) >= shots + skipped
    assert not cut.notes


@pytest.mark.parametrize("name", ["premiere_generators", "sample_just_track"])
def test_an_export_without_footage_says_so(name: str, shared: Path) -> None:
    with pytest.raises(EmptyCut):
        read_cut(shared / f"timelines/fcp7xml_otio_adapter/{name}.xml", handles=8)


def test_movies_on_disk_are_read_where_the_timeline_says(tmp_path: Path) -> None:
    write_movie(tmp_path / "A.mov", 60, rate=Fraction(24), timecode="01:00:00:00")
    media = xm.file("f1", f"file://localhost{(tmp_path / 'A.mov').as_posix()}", duration=60, start=86400)
    cut = read(tmp_path, xm.sequence(xm.track(xm.clip("a", 0, 20, 30, 50, media))), handles=8)

    (shot,) = cut.shots
    assert (shot.media.online, shown(shot), cut.notes) == (True, list(range(30, 50)), ())
    assert (shot.source_work_range.first, shot.source_work_range.last) == (22, 57)
    assert Path(shot.media.path).samefile(tmp_path / "A.mov")
