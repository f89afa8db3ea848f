"""Clips nobody would write down: any rate, speed, start and place, in every format."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.delivery import _format_readers as readers
from tests.delivery.test_formats_frames import differences, movies_of, read_edls
from toolkit.delivery.clip_timing import source_step
from toolkit.delivery.formats import Locations, format_notes, write_formats
from toolkit.delivery.path_map import PathMap
from toolkit.documents import Delivery, DeliveryClip, DeliveryTrack, MediaKind, PassName
from toolkit.frames import timecode_from_frames

ALL = ("resolve", "xml", "edl", "fcpxml", "csv")
RATES = [Fraction(24), Fraction(25), Fraction(30), Fraction(50), Fraction(24000, 1001), Fraction(30000, 1001)]
SPEEDS = [1.0, 1.0, 2.0, 0.5, -1.0, 0.0, 1.1, -0.25, 1 / 3, 3.7, 0.9999]
NAMES = ["a", "ä & ö", "100%", 'it\'s "so"', "x<y>", "-1+2", "=cmd", "a\nb\tc", "日本 語", "%04d"]


def make_clip(track: int, first: int, count: int, **facts: Any) -> DeliveryClip:
    """A plate or a layer of ``count`` timeline frames; ``facts`` has its start, speed, rate and timecode."""
    record_rate, rate, speed = facts["record_rate"], facts["rate"], facts["speed"]
    position: Fraction = facts["position"]
    label = timecode_from_frames(facts["timecode"], rate, drop_frame=facts["drop_frame"])
    bare = DeliveryClip(
        name=facts["name"],
        shot=f"sh{track}_{first}",
        kind=MediaKind.SEQUENCE,
        path=facts["path"],
        pattern=facts["pattern"],
        start_index=facts["start"],
        end_index=facts["start"],
        frame_count=1,
        rate=rate,
        fps=float(rate),
        speed=speed,
        timecode=str(label),
        width=32,
        height=16,
        alpha="premultiplied" if track else "none",
        encoding="display",
        version=1 if track else None,
        in_position=position,
        in_frame=int(position),
        record_first=first,
        record_count=count,
    )
    step = source_step(bare, record_rate)
    used = int(position + step * (count - 1)) - int(position) + 1
    length = max(2, int(position) + used + facts["tail"])
    return bare.model_copy(update={"frame_count": used, "end_index": facts["start"] + length - 1})


@st.composite
def clips(draw: st.DrawFn, track: int, first: int, record_rate: Fraction, *, same_rate: bool) -> DeliveryClip:
    rate = record_rate if same_rate else draw(st.sampled_from(RATES))
    is_file = track == 0 and draw(st.booleans())
    name = draw(st.sampled_from(NAMES))
    plain = "".join(letter for letter in name if letter not in "\n\t")
    folder = f"/mnt/{plain}/{first}" if track == 0 else f"sh{track}/{first}"
    start = 0 if is_file else draw(st.integers(0, 2000))
    return make_clip(
        track,
        first,
        draw(st.integers(1, 30)),
        record_rate=record_rate,
        rate=rate,
        speed=draw(st.sampled_from(SPEEDS)),
        position=Fraction(draw(st.integers(0, 400)), draw(st.sampled_from([1, 1, 1, 2, 25]))),
        tail=draw(st.integers(0, 20)),
        timecode=draw(st.integers(0, 5_000_000)),
        drop_frame=rate == Fraction(30000, 1001) and draw(st.booleans()),
        name=name,
        path=f"{folder}/a {plain}.mov" if is_file else f"{folder}/p.{start:04d}.exr",
        pattern="" if is_file else "p.%04d.exr",
        start=start,
    )


@st.composite
def deliveries(draw: st.DrawFn, *, same_rate: bool) -> Delivery:
    rate = draw(st.sampled_from(RATES))
    drop_frame = rate == Fraction(30000, 1001) and draw(st.booleans())
    tracks: list[DeliveryTrack] = []
    for number in range(draw(st.integers(1, 3))):
        found: list[DeliveryClip] = []
        end = 0
        for _ in range(draw(st.integers(1, 4))):
            first = end + draw(st.integers(0, 9))
            found.append(draw(clips(number, first, rate, same_rate=same_rate)))
            end = first + found[-1].record_count
        name, pass_name = ("PLATE", None) if number == 0 else (f"BODY v{number:03d}", PassName.BODY)
        tracks.append(DeliveryTrack(name=name, pass_name=pass_name, clips=tuple(found)))
    return deliver_tracks(tracks, rate, drop_frame=drop_frame, start=draw(st.integers(0, 2_000_000)))


def deliver_tracks(
    tracks: Sequence[DeliveryTrack], rate: Fraction, *, drop_frame: bool = False, start: int = 86400
) -> Delivery:
    ends = [clip.record_first + clip.record_count for track in tracks for clip in track.clips]
    return Delivery(
        toolkit="1",
        name="cut & <so>",
        rate=rate,
        fps=float(rate),
        drop_frame=drop_frame,
        start_timecode=str(timecode_from_frames(start, rate, drop_frame=drop_frame)),
        start_frame=start,
        record_count=max(ends),
        width=32,
        height=16,
        tracks=tuple(tracks),
        faces=(),
        notes=(),
    )


def write(delivery: Delivery, root: Path) -> tuple[list[str], list[readers.Shown], Any]:
    """The notes, what ``delivery.json`` shows, and the document."""
    locations = Locations(root=root, path_map=PathMap(), relative=True)
    delivery.write(root / "delivery.json")
    write_formats(delivery, ALL, locations)
    document = json.loads((root / "delivery.json").read_text(encoding="utf-8"))
    notes = list(format_notes(delivery, ALL, locations))
    return notes, readers.from_delivery(root / "delivery.json"), document


usual = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@usual
@given(deliveries(same_rate=False))
def test_exact_formats_are_exact(delivery: Delivery) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _, expected, document = write(delivery, root)
        assert not differences(readers.from_otio(root / "return_resolve.otio"), expected)
        movies = readers.as_movies(expected, movies_of(document, root))
        assert not differences(readers.from_fcpxml(root / "return.fcpxml"), movies)
        by_name = readers.from_csv(root / "return.csv", delivery.rate)
        assert not differences([by_name[track.name] for track in delivery.tracks], expected)


@usual
@given(deliveries(same_rate=True))
def test_the_xml_is_exact_at_the_rate_of_the_cut(delivery: Delivery) -> None:
    with tempfile.TemporaryDirectory() as folder:
        notes, expected, _ = write(delivery, Path(folder))
        assert not differences(readers.from_xmeml(Path(folder) / "return.xml"), expected)
        assert not [note for note in notes if "return.xml" in note]


@usual
@given(deliveries(same_rate=False))
def test_what_a_format_shows_otherwise_is_noted_with_the_right_number(delivery: Delivery) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        notes, expected, document = write(delivery, root)
        for where, found in (
            ("return.xml", readers.from_xmeml(root / "return.xml")),
            ("its EDLs", read_edls(root, document)),
        ):
            noted = {note.partition(":")[0]: note for note in notes if f"in {where} up to" in note}
            wrong: dict[str, int] = {}
            for number, frame, *_ in differences(found, expected):
                (clip,) = (
                    clip
                    for clip in delivery.tracks[number].clips
                    if clip.record_first <= frame < clip.record_first + clip.record_count
                )
                wrong[clip.shot] = wrong.get(clip.shot, 0) + 1
            assert {shot: f"up to {count} of" in noted.get(shot, "") for shot, count in wrong.items()} == dict.fromkeys(
                noted, True
            )


def _long(count: int) -> Delivery:
    def layer(number: int, name: str) -> DeliveryClip:
        return make_clip(
            0 if name == "PLATE" else 1,
            number * 10,
            9,
            record_rate=Fraction(24),
            rate=Fraction(24),
            speed=(1.0, 2.0, -0.5)[number % 3],
            position=Fraction(8),
            tail=8,
            timecode=86400,
            drop_frame=False,
            name=f"sh{number}_{name}",
            path=f"sh{number}/{name}.1001.exr",
            pattern=f"{name}.%04d.exr",
            start=1001,
        )

    names = {"PLATE": None, "BODY v001": PassName.BODY}
    tracks = [
        DeliveryTrack(
            name=name, pass_name=pass_name, clips=tuple(layer(number, name.split()[0]) for number in range(count))
        )
        for name, pass_name in names.items()
    ]
    return deliver_tracks(tracks, Fraction(24))


def _seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def test_ten_times_the_clips_take_about_ten_times_as_long(tmp_path: Path) -> None:
    short, long = _long(120), _long(1_200)
    write(short, tmp_path)  # once to load what is loaded once
    seconds = _seconds(lambda: write(short, tmp_path))
    assert _seconds(lambda: write(long, tmp_path)) < 30 * seconds, "quadratic would be 100"
    assert len(list(tmp_path.glob("return_BODY_v001*.edl"))) == 2
    reels = {
        line[5:13]
        for path in tmp_path.glob("return_*.edl")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line[:3].isdigit()
    }
    assert len(reels) == 2_400


@pytest.mark.parametrize("formats", [(), ("xml",), ("edl",), ALL])
def test_the_folder_has_the_formats_of_the_last_delivery(formats: tuple[str, ...], tmp_path: Path) -> None:
    locations = Locations(root=tmp_path, path_map=PathMap(), relative=True)
    write_formats(_long(3), ALL, locations)
    kept = tmp_path / "return_mine.edl"
    kept.write_text("TITLE: mine\n")
    write_formats(_long(3), formats, locations)
    names = {
        "resolve": {"return_resolve.otio"},
        "xml": {"return.xml"},
        "fcpxml": {"return.fcpxml"},
        "csv": {"return.csv"},
        "edl": {"return_PLATE.edl", "return_BODY_v001.edl"},
    }
    expected = {kept.name}.union(*(names[name] for name in formats))
    assert {path.name for path in tmp_path.iterdir()} == expected


def test_a_sequence_that_is_played_at_two_rates_is_two_media(tmp_path: Path) -> None:
    def plate(first: int, rate: Fraction) -> DeliveryClip:
        return make_clip(
            0,
            first,
            20,
            record_rate=Fraction(24),
            rate=rate,
            speed=-0.5,
            position=Fraction(0),
            tail=20 - int(10 * rate / 24),
            timecode=0,
            drop_frame=False,
            name=f"at {rate}",
            path="/mnt/p.1001.exr",
            pattern="p.%04d.exr",
            start=1001,
        ).model_copy(update={"end_index": 1040})

    clips = tuple(plate(number * 20, rate) for number, rate in enumerate((Fraction(24), Fraction(48), Fraction(24))))
    delivery = deliver_tracks([DeliveryTrack(name="PLATE", pass_name=None, clips=clips)], Fraction(24))
    _, expected, document = write(delivery, tmp_path)
    assert not differences(readers.from_xmeml(tmp_path / "return.xml"), expected)
    movies = readers.as_movies(expected, movies_of(document, tmp_path))
    assert not differences(readers.from_fcpxml(tmp_path / "return.fcpxml"), movies)
    assert (tmp_path / "return.xml").read_text(encoding="utf-8").count("<pathurl>") == 2
